"""Reading pickles of containers, those of real Ivy included.

A pickle is a program: reading it runs whatever it names. Nothing here makes that safe, which is
why the caller has to say that a pickle is wanted; see `Container.load`. Ivy's classes have
stand-ins, so that Ivy need not be installed.
"""

import functools
import io
import os
import pickle
import pickletools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy.container.base import Base
from keras_ivy.tree.core import Tree
from keras_ivy.utils.exceptions import IvyFileError
from keras_ivy.utils.files import reading

__all__ = ["allow_everywhere", "is_ivys_module", "may_read", "read_pickle", "refuse_pickle"]

#: Leaves of a pickle, counted at each of their paths: dicts that are shared multiply.
_MOST = 1_000_000


class _IvyContainer(dict):
    """Holds the items of a pickled `ivy.Container`; its options stay behind."""

    def __setstate__(self, state: dict) -> None:
        pass


class _IvyArray:
    """Holds the data of a pickled `ivy.Array`."""

    def __setstate__(self, state: dict) -> None:
        self.data = state.get("data", state.get("_data"))


class _Unknown:
    """Stands for what cannot be imported here, where that is to be left out."""

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


class _Kept:
    """Holds the state of an object of a pickled module, whatever its class is."""

    def __new__(cls, *args: Any, **kwargs: Any) -> "_Kept":
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any):
        self.state: dict[str, Any] = {}

    def __setstate__(self, state: Any) -> None:
        self.state = state if isinstance(state, dict) else {}

    def __call__(self, *args: Any, **kwargs: Any) -> "_Kept":
        return _Kept()


#: What stands for the classes of Ivy that its pickles name.
_IVY = {
    "Array": _IvyArray,
    "Container": _IvyContainer,
    "Device": str,
    "Dtype": str,
    "NativeShape": tuple,
    "Shape": tuple,
}


class _Reader(pickle.Unpickler):
    def __init__(self, file: Any, strict: bool):
        super().__init__(file)
        self._strict = strict

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] == "ivy" and name in _IVY:
            return _IVY[name]
        try:
            return super().find_class(module, name)
        except (ImportError, AttributeError):
            if self._strict:
                raise
            return _Unknown


def _type_of_dill(name: str) -> type:
    """The type that `dill` names so: variables of TensorFlow's are made by a partial call."""
    return functools.partial if name == "PartialType" else _Kept


def _array_of_dill(make: Any, args: tuple, state: tuple, attributes: Any = None) -> Any:
    """Make an array as `dill` writes it."""
    array = make(*args)
    array.__setstate__(state)
    return array


#: What stands for the functions of `dill`, which Ivy's `Module.save` writes with.
_DILL = {"_load_type": _type_of_dill, "_create_array": _array_of_dill}

#: The packages whose classes a module of Ivy is read with; all else of it is kept aside.
_READ = {"builtins", "collections", "copyreg", "functools", "ml_dtypes", "numpy", "tensorflow"}


class _ModuleReader(pickle.Unpickler):
    """Reads a pickled module of Ivy's for its variables: none of its classes is imported."""

    def find_class(self, module: str, name: str) -> Any:
        root = module.partition(".")[0]
        if root == "ivy" and name in _IVY:
            return _IVY[name]
        if root == "dill" and name in _DILL:
            return _DILL[name]
        return super().find_class(module, name) if root in _READ else _Kept


def is_ivys_module(content: bytes) -> bool:
    """Whether a pickle is that of a whole module of Ivy's; nothing of it is run.

    Example:

    >>> is_ivys_module(pickle.dumps({"w": 1.0}))
    False
    """
    texts = ("SHORT_BINUNICODE", "BINUNICODE", "GLOBAL")
    try:
        for operation, argument, _ in pickletools.genops(content):
            if operation.name in texts and str(argument).startswith("ivy.stateful."):
                return True
    except (ValueError, IndexError, EOFError):
        return False  # no pickle, or a damaged one: reading it tells more
    return False


#: Whether pickles are read in this process wherever one is loaded.
_everywhere = [False]


def allow_everywhere(allowed: bool = True) -> None:
    """Let every load in this process read pickles, also where it does not say so.

    This is for a program of Ivy's that is run unchanged, by who trusts its files.

    Args:
        allowed: Whether they are read.
    """
    _everywhere[0] = allowed


def may_read(allow_pickle: bool) -> bool:
    """Whether a load reads a pickle that says so, or not."""
    return allow_pickle or _everywhere[0]


def refuse_pickle(path: str | os.PathLike, kept: str) -> IvyFileError:
    """Return the error for a file that is a pickle by its name alone.

    Args:
        path: The file.
        kept: A sentence on how to keep such things in files that are no programs.
    """
    return IvyFileError(
        "By its name the file is a pickle, and a pickle is a program: reading it can do anything "
        "that you can. Where you trust whoever wrote it, pass `allow_pickle=True`, or run an "
        "unchanged program of Ivy by `python -m keras_ivy run --allow-pickle program.py`; then "
        f"convert it: {kept} Received: path={os.fspath(path)!r}, allow_pickle=False"
    )


def read_pickle(
    make: Callable[[Mapping[str, object]], Tree], path: str | os.PathLike, strict: bool = True
) -> Tree:
    """Return the Container that a pickle holds. This runs what the pickle says.

    Args:
        make: What makes a Container of nested dicts.
        path: A pickled Container of Ivy's or of this package, a pickled dict of arrays, or a whole
            module that Ivy's `Module.save` wrote, of which the variables are read.
        strict: If False, leaves of classes that cannot be imported are left out.

    Returns:
        A Container. Arrays become tensors, variables stay variables.

    Raises:
        IvyFileError: If the pickle is damaged, or holds no dict.
    """
    with reading(path, "a pickle of a Container"):
        with open(path, "rb") as file:
            content = file.read()
        if is_ivys_module(content):
            kept = _ModuleReader(io.BytesIO(content)).load()
            found = kept.state.get("_v") if isinstance(kept, _Kept) else kept
        else:
            found = _Reader(io.BytesIO(content), strict).load()
        if not isinstance(found, Mapping):
            raise TypeError(f"it is a pickle of a {type(found).__name__}, and no dict")
        converted, _ = _Conversion().of(found, ())
        return make(converted)


class _Conversion:
    """One walk through what was read: stand-ins are replaced, what is unknown is left out.

    Each object is visited once, however often it is shared.
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Any, int]] = {}

    def of(self, value: Any, above: tuple[int, ...]) -> tuple[Any, int]:
        """Return a value converted, and at how many paths a Container will have something in it.

        Args:
            value: The value.
            above: The identities of what it stands in.
        """
        if isinstance(value, _IvyArray):
            value = value.data
        if isinstance(value, np.ndarray):
            return tf.convert_to_tensor(value), 1
        if isinstance(value, Base) or not isinstance(value, Mapping | list | tuple):
            return value, 1
        if id(value) in above:
            raise ValueError(f"a {type(value).__name__} in it holds itself")
        if id(value) not in self._seen:
            self._seen[id(value)] = self._inside(value, (*above, id(value)))
        return self._seen[id(value)]

    def _inside(self, value: Any, above: tuple[int, ...]) -> tuple[Any, int]:
        if not isinstance(value, Mapping):
            plain = type(value) in (list, tuple)
            return (type(value)(self.of(x, above)[0] for x in value) if plain else value), 1
        pairs = {key: self.of(item, above) for key, item in value.items()}
        count = 1 + sum(inside for _, inside in pairs.values())
        if count > _MOST:
            raise ValueError(f"it has more than {_MOST:,} leaves")
        items = {key: item for key, (item, _) in pairs.items()}
        return {key: x for key, x in items.items() if not isinstance(x, _Unknown)}, count
