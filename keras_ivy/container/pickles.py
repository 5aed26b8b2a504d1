"""Reading pickles of containers, those of real Ivy included, without running what they say.

`pickle.load` calls whatever a file names. The reader here knows a table of harmless names, and
stand-ins for Ivy's classes, so that Ivy need not be installed.
"""

import io
import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy.adapters.pickled_names import ALLOWED
from keras_ivy.container.base import restore
from keras_ivy.container.node import Node
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["read_pickle"]


class _IvyContainer(dict):
    """Holds the items of a pickled `ivy.Container`; its options stay behind."""

    def __setstate__(self, state: dict) -> None:
        pass


class _IvyArray:
    """Holds the data of a pickled `ivy.Array`."""

    def __setstate__(self, state: dict) -> None:
        self.data = state.get("data", state.get("_data"))


class _Unknown:
    """Stands for whatever the reader does not know, where that is to be left out."""

    def __new__(cls, *args: Any, **kwargs: Any) -> "_Unknown":
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any):
        pass

    def __setstate__(self, state: Any) -> None:
        pass

    def append(self, item: Any) -> None:
        """Ignore an item of a pickled list."""

    def __setitem__(self, key: Any, value: Any) -> None:
        pass


class _Reader(pickle.Unpickler):
    def __init__(self, file: Any, strict: bool):
        super().__init__(file)
        self._strict = strict

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] == "ivy":
            ours = {"Container": _IvyContainer, "Array": _IvyArray, "Device": str, "Dtype": str}
            ours |= {"Shape": tuple, "NativeShape": tuple}
            if name in ours:
                return ours[name]
        if module.startswith("keras_ivy.container"):
            ours = {"Container": Node, "restore": restore}
            if name in ours:
                return ours[name]
        if (module, name) in ALLOWED:
            return ALLOWED[module, name]
        if self._strict:
            raise IvyTypeError(
                f"The pickle holds {module}.{name}, which is not read from files: a pickle may "
                "call whatever it names. Convert such leaves to NumPy arrays before saving, or "
                "leave them out with `strict=False`."
            )
        return _Unknown


def read_pickle(content: bytes, strict: bool = True) -> Any:
    """Return the Container that a pickle holds.

    Args:
        content: A pickled Container of Ivy's or of this package, or a pickled dict of arrays.
        strict: If False, leaves of unknown classes are left out.

    Returns:
        A Container. Arrays become tensors, variables stay variables.

    Raises:
        TypeError: If `strict` and there is a leaf of an unknown class.
        ValueError: If the pickle holds no dict.
    """
    try:
        found = _Reader(io.BytesIO(content), strict).load()
    except (pickle.UnpicklingError, EOFError, IndexError, KeyError, AttributeError) as error:
        if isinstance(error, IvyTypeError):
            raise
        raise IvyValueError(f"The file is no pickle of a Container: {error!r}") from error
    if not isinstance(found, Mapping):
        raise IvyValueError(f"The pickle holds no dict. Received: {type(found).__name__}")
    return Node(_converted(found))


def _converted(value: Any) -> Any:
    """Return a tree with stand-ins replaced, and what is unknown left out."""
    if isinstance(value, Node):
        return value
    if isinstance(value, Mapping):
        items = {key: _converted(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if not isinstance(item, _Unknown)}
    if isinstance(value, _IvyArray):
        value = value.data
    if isinstance(value, np.ndarray):
        return tf.convert_to_tensor(value)
    if type(value) in (list, tuple):
        return type(value)(_converted(item) for item in value)
    return value
