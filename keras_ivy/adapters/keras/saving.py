"""How Keras saves and loads: its mode, its weights file in memory, its question, its visitors.

Private names used:

* `keras.src.saving.serialization_lib.in_safe_mode`, which is `None` outside the scope that loading
  opens, whether or not the caller asked for safe mode. After
  `keras.config.enable_unsafe_deserialization()` it is False everywhere.
* `keras.src.saving.saving_lib.H5IOStore` and `_save_state`, which write a `.weights.h5` file into
  memory as well as onto the disk, and `is_memory_sufficient`, by which Keras decides that for
  `.keras` files.
* `keras.src.saving.keras_saveable.KerasSaveable`: an attribute of a layer that is one has a group
  of its own in weights files, which other loaders pass over.
* `H5IOStore._h5_entry_group`, the group of a file whose entries a store reads and writes.
* `keras.src.utils.io_utils.ask_to_proceed_with_overwrite`, the question of `overwrite=False`.
"""

import io
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import h5py
import keras
import numpy as np
from keras.src.saving import serialization_lib
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.saving.saving_lib import H5IOStore, _save_state, is_memory_sufficient
from keras.src.utils import io_utils

from keras_ivy.typing import ArrayLike

__all__ = [
    "Companion",
    "is_loading",
    "is_safe",
    "mark",
    "marks",
    "may_overwrite",
    "weights_bytes",
]

#: The attributes of an entry that say what it is.
_WHAT, _START = "keras_ivy_what", "keras_ivy_start"
#: Bytes of an attribute: HDF5 keeps no longer ones with an entry.
_LONGEST = 1 << 16


def is_loading() -> bool:
    """Whether variables may hold initial values that saved ones are about to replace."""
    return serialization_lib.in_safe_mode() is not None


def is_safe() -> bool:
    """Whether a config may not name what runs code: unless somebody has said that it may."""
    return serialization_lib.in_safe_mode() is not False


def mark(store: object, said: Mapping[str, tuple[str, int]]) -> None:
    """Say of entries of a file what they are; in a store that is no file, nothing is said.

    Args:
        store: What Keras hands to `save_own_variables`, with the entries written.
        said: By the key of an entry: what it is, and from which count on.
    """
    group: Any = getattr(store, "_h5_entry_group", None)
    if not isinstance(group, h5py.Group):
        return
    for key, (what, start) in said.items():
        if key in group:  # Of a file in shards the last one is at hand.
            # Of a fixed length: HDF5 hangs on damaged text of any length.
            group[key].attrs[_WHAT] = np.bytes_(what.encode())
            group[key].attrs[_START] = start


def marks(store: object) -> dict[str, tuple[str, int]]:
    """Return what `mark` has said of the entries of a file."""
    group: Any = getattr(store, "_h5_entry_group", None)
    if not isinstance(group, h5py.Group):
        return {}
    found = {
        key: (_single(group[key], _WHAT, "S"), _single(group[key], _START, "iu")) for key in group
    }
    return {
        key: (what.decode(), int(start))
        for key, (what, start) in found.items()
        if what is not None and start is not None
    }


def _single(entry: h5py.Dataset, name: str, kinds: str) -> Any:
    """Return an attribute of one value, or None if there is none of such a type."""
    if name not in entry.attrs:
        return None
    attribute = entry.attrs.get_id(name)
    known = attribute.dtype.kind in kinds and attribute.dtype.itemsize <= _LONGEST
    return entry.attrs[name] if known and attribute.shape == () else None


def may_overwrite(path: str) -> bool:
    """Ask the user whether to replace a file, as Keras does for `overwrite=False`."""
    return bool(io_utils.ask_to_proceed_with_overwrite(path))


def weights_bytes(model: keras.Model) -> io.BytesIO | None:
    """Return a `.weights.h5` file of a built model, or None if memory is short.

    Keras writes it straight to the disk, where HDF5 ends the process when the disk is full.
    """
    if not is_memory_sufficient(model):
        return None
    file = io.BytesIO()
    store = H5IOStore(file, mode="w")
    try:
        _save_state(
            model,
            weights_store=store,
            assets_store=None,
            inner_path="",
            visited_saveables=set(),
        )
    finally:
        store.close()
    return file


class Companion(KerasSaveable):
    """Further variables of a layer, in a group of their own beside those of the layer.

    As an attribute of the layer it is visited when weights are saved and loaded. A loader that
    does not know it passes over the group, and a file without the group changes nothing.

    Args:
        variables: Returns the variables by name, as they are now.
    """

    def __init__(self, variables: Callable[[], Mapping[str, keras.Variable]]):
        self._variables = variables

    def _obj_type(self) -> str:
        return "Layer"

    def save_own_variables(self, store: MutableMapping[str, ArrayLike]) -> None:
        """Write the variables; without any, there is no group."""
        for name, variable in self._variables().items():
            store[name] = variable

    def load_own_variables(self, store: Mapping[str, np.ndarray]) -> None:
        """Read those variables that the file has.

        Raises:
            ValueError: If a shape or dtype differs.
        """
        found = set(store.keys())
        for name, variable in self._variables().items():
            if name not in found:
                continue
            value = store[name]
            if value.shape != tuple(variable.shape) or value.dtype.kind not in "iu":
                raise ValueError(
                    f"{name!r} is no state of a seed generator. "
                    f"Received: shape={value.shape}, dtype={value.dtype}"
                )
            variable.assign(value)
