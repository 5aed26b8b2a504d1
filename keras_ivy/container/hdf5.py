"""HDF5 files in Ivy's layout: one group for each level, one resizable dataset for each leaf.

h5py is imported when a file is read or written, not before.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from keras_ivy.container.arrays import array_value, is_array
from keras_ivy.utils.exceptions import IvyIndexError, IvyTypeError, IvyValueError

if TYPE_CHECKING:
    import h5py

__all__ = ["read_hdf5", "write_hdf5"]

#: Attribute of a dataset that says what the leaf was, where the dataset cannot: a Python number,
#: a text, or a dtype that HDF5 lacks.
_KIND = "keras_ivy"
#: Attribute of a dataset of one element that was a scalar: Ivy cannot read scalar datasets.
_SCALAR = "keras_ivy_scalar"
_PLAIN = {"bool": bool, "int": int, "float": float, "complex": complex, "str": str}


def write_hdf5(
    container: Mapping,
    path: str | os.PathLike,
    mode: str,
    starting_index: int = 0,
    max_batch_size: int | None = None,
) -> None:
    """Write a Container, after checking that every leaf can be written.

    Args:
        container: The Container.
        path: The file.
        mode: `"w"` for a new file, `"a"` to keep what the file has under other keys.
        starting_index: The position along the first axis at which the leaves are written.
        max_batch_size: The size of the first axis in the file; the rest of it stays as it is.

    Raises:
        TypeError: If a leaf is neither an array nor a number nor a text.
        ValueError: If the values of a leaf are not known.
    """
    import h5py

    cells = {name: _cell(name, leaf) for name, leaf in container.cont_to_iterator()}
    for name, (numbers, notes) in cells.items():
        if starting_index or max_batch_size is not None:
            stop = starting_index + len(numbers)
            if _SCALAR in notes or stop > (max_batch_size or stop):
                raise IvyIndexError(
                    f"{name!r} of shape {numbers.shape} does not fit. Received: "
                    f"starting_index={starting_index}, max_batch_size={max_batch_size}"
                )
    empty = [name for name, _ in container.cont_to_iterator(include_empty=True)]
    # A new file is written beside the old one and put in its place when it is complete.
    target = f"{os.fspath(path)}.part" if mode == "w" else path
    try:
        with h5py.File(target, mode) as file:
            for name in empty:
                _make_room(file, name)
                if name in cells:
                    _write(file, name, *cells[name], starting_index, max_batch_size)
                elif not isinstance(file.get(name), h5py.Group):
                    file.pop(name, None)
                    file.create_group(name)
        if mode == "w":
            os.replace(target, path)
    finally:
        if mode == "w" and os.path.exists(target):
            os.remove(target)


def _cell(name: str, leaf: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the numbers of a leaf, of at least one axis, and what to note about it."""
    notes: dict[str, Any] = {}
    if is_array(leaf) or isinstance(leaf, np.generic):
        numbers = np.asarray(leaf) if isinstance(leaf, np.generic) else array_value(leaf)
        if numbers is None:
            raise IvyValueError(f"The values of {name!r} are not known. Received: {leaf!r}")
        if tf.as_dtype(numbers.dtype) == tf.bfloat16:
            numbers, notes[_KIND] = numbers.astype("float32"), "bfloat16"
        if numbers.dtype.kind not in "biufc":
            raise IvyTypeError(
                f"{name!r} cannot be written to HDF5, which holds numbers. "
                f"Received: an array of dtype {numbers.dtype}"
            )
    else:
        kind = notes[_KIND] = type(leaf).__name__
        if _PLAIN.get(kind) is not type(leaf):
            raise IvyTypeError(
                f"{name!r} cannot be written to HDF5, which holds arrays, numbers and text. "
                f"Received: {leaf!r} of type {kind}"
            )
        numbers = np.asarray(leaf, dtype=object if kind == "str" else None)
    if numbers.ndim == 0:
        numbers, notes[_SCALAR] = numbers[None], True
    return numbers, notes


def _make_room(file: "h5py.File", name: str) -> None:
    """Remove datasets that stand where a path needs a group."""
    import h5py

    *parents, _ = name.split("/")
    for i in range(len(parents)):
        outer = "/".join(parents[: i + 1])
        if isinstance(file.get(outer), h5py.Dataset):
            del file[outer]


def _write(
    file: "h5py.File",
    name: str,
    numbers: np.ndarray,
    notes: dict[str, Any],
    start: int,
    size: int | None,
) -> None:
    """Write one leaf: whole, or as a part of a dataset of `size` rows."""
    import h5py

    in_part = start > 0 or size is not None
    shape = (size or start + len(numbers), *numbers.shape[1:])
    dtype = h5py.string_dtype() if numbers.dtype == object else numbers.dtype
    data = file.get(name)
    fits = isinstance(data, h5py.Dataset) and data.shape[1:] == shape[1:] and data.dtype == dtype
    if in_part and fits:
        data.resize(max(data.shape[0], shape[0]), axis=0)
    else:
        file.pop(name, None)
        data = file.create_dataset(name, shape=shape, dtype=dtype, maxshape=(None,) * len(shape))
    data[start : start + len(numbers)] = numbers
    data.attrs.update(notes)


def read_hdf5(path: str | os.PathLike, query: Any = slice(None), strict: bool = True) -> dict:
    """Return the nested dict of a file.

    Args:
        path: The file.
        query: An index of the leading axes of every dataset that has axes.
        strict: If False, datasets that hold no numbers or text are left out.

    Returns:
        Nested dicts of tensors, and of numbers and text that were such when they were written.

    Raises:
        TypeError: If `strict` and a dataset holds something else.
    """
    import h5py

    def read(group: "h5py.Group") -> dict:
        out = {}
        for key, item in group.items():
            if isinstance(item, h5py.Group):
                out[key] = read(item)
                continue
            try:
                out[key] = _read(item, query)
            except (TypeError, ValueError) as error:
                if strict:
                    raise IvyTypeError(
                        f"{item.name!r} holds {item.dtype}, which is no tensor; `strict=False` "
                        f"leaves it out. Received: path={os.fspath(path)!r}"
                    ) from error
        return out

    with h5py.File(path, "r") as file:
        return read(file)


def _read(data: "h5py.Dataset", query: Any) -> Any:
    kind = data.attrs.get(_KIND)
    if kind == "str":
        return data.asstr()[0]
    whole = query if data.shape else ()
    numbers = data[0 if data.attrs.get(_SCALAR, False) else whole]
    return _PLAIN[kind](numbers) if kind in _PLAIN else tf.convert_to_tensor(numbers, dtype=kind)
