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
    if starting_index or max_batch_size is not None:
        for name, (numbers, _) in cells.items():
            stop = starting_index + (len(numbers) if numbers.ndim else 0)
            if numbers.ndim == 0 or stop > (max_batch_size or stop):
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


def _cell(name: str, leaf: Any) -> tuple[np.ndarray, str | None]:
    """Return the numbers of a leaf, and what to note about it."""
    if is_array(leaf) or isinstance(leaf, np.generic):
        numbers = np.asarray(leaf) if isinstance(leaf, np.generic) else array_value(leaf)
        if numbers is None:
            raise IvyValueError(f"The values of {name!r} are not known. Received: {leaf!r}")
        if tf.as_dtype(numbers.dtype) == tf.bfloat16:
            return numbers.astype("float32"), "bfloat16"
        if numbers.dtype.kind not in "biufc":
            raise IvyTypeError(
                f"{name!r} cannot be written to HDF5, which holds numbers. "
                f"Received: an array of dtype {numbers.dtype}"
            )
        return numbers, None
    kind = type(leaf).__name__
    if _PLAIN.get(kind) is not type(leaf):
        raise IvyTypeError(
            f"{name!r} cannot be written to HDF5, which holds arrays, numbers and text. "
            f"Received: {leaf!r} of type {kind}"
        )
    return np.asarray(leaf, dtype=object if kind == "str" else None), kind


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
    kind: str | None,
    start: int,
    size: int | None,
) -> None:
    """Write one leaf; an old dataset of another shape or dtype is replaced."""
    import h5py

    shape = numbers.shape if size is None else (size, *numbers.shape[1:])
    dtype = h5py.string_dtype() if kind == "str" else numbers.dtype
    old = file.get(name)
    fits = (
        isinstance(old, h5py.Dataset)
        and size is not None
        and old.shape[1:] == shape[1:]
        and old.dtype == dtype
    )
    if fits:
        old.resize(max(old.shape[0], size), axis=0)
        data = old
    else:
        if old is not None:
            del file[name]
        options = {"maxshape": (None,) * len(shape)} if shape else {}
        data = file.create_dataset(name, shape=shape, dtype=dtype, **options)
    data[(slice(start, start + len(numbers)),) if shape else ()] = numbers
    if kind is not None:
        data.attrs[_KIND] = kind


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
    if kind in _PLAIN:
        value = data.asstr()[()] if kind == "str" else data[()]
        return _PLAIN[kind](value)
    numbers = data[query] if data.shape else data[()]
    return tf.convert_to_tensor(numbers, dtype=kind)
