"""HDF5 files in Ivy's layout: one group for each level, one dataset for each leaf.

h5py is imported when a file is read or written, not before.
"""

import io
import os
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from keras_ivy.container.files.stored import DEEPEST, KIND, NOTE, PLAIN, SCALAR, Index, opened
from keras_ivy.tree.arrays import array_value, is_array
from keras_ivy.tree.core import in_order
from keras_ivy.utils.exceptions import IvyIndexError, IvyTypeError, IvyValueError
from keras_ivy.utils.files import replacing, write_all

if TYPE_CHECKING:
    import h5py

__all__ = ["read_hdf5", "write_hdf5"]

#: Up to this many bytes a new file is built in memory. HDF5 ends the process, by a segmentation
#: fault, when the disk is full while it writes what it had put off; writing bytes raises.
_IN_MEMORY = 1 << 30
#: What a dataset takes in a file beside its values.
_OVERHEAD = 4096


def write_hdf5(
    container: Mapping[str, object],
    path: str | os.PathLike,
    mode: str,
    starting_index: int = 0,
    max_batch_size: int | None = None,
    notes: Mapping[str, object] | None = None,
) -> None:
    """Write a Container, after checking that every leaf can be written.

    A file is put in place when it is complete. One that is written in parts is not copied for
    each of them: they go into the file that is there.

    Args:
        container: The Container.
        path: The file.
        mode: `"w"` for a new file, `"a"` to keep what the file has under other keys.
        starting_index: The position along the first axis at which the leaves are written.
        max_batch_size: The size of the first axis in the file; the rest of it stays as it is.
        notes: Small arrays to keep beside the leaves, where Ivy does not look.

    Raises:
        TypeError: If a leaf is neither an array nor a number nor a text.
        ValueError: If the values of a leaf are not known, or HDF5 cannot hold a key or text; an
            `IvyFileError` if the file to be added to is damaged, or leads to others.
        OSError: If the file cannot be written, as on a full disk.
    """
    in_parts = starting_index > 0 or max_batch_size is not None
    cells = {name: _cell(name, leaf) for name, leaf in in_order(container)}
    for name, (numbers, found) in cells.items():
        if in_parts:
            stop = starting_index + len(numbers)
            if SCALAR in found or stop > (max_batch_size or stop):
                raise IvyIndexError(
                    f"{name!r} of shape {numbers.shape} does not fit. Received: "
                    f"starting_index={starting_index}, max_batch_size={max_batch_size}"
                )
    names = [name for name, _ in in_order(container, include_empty=True)]
    for name in names:
        _check_key(name)

    def fill(file: "h5py.File") -> None:
        for name in names:
            _make_room(file, name)
            if name in cells:
                _write(file, name, *cells[name], starting_index, max_batch_size)
            else:
                _empty_group(file, name)
        for key, value in (notes or {}).items():
            file.attrs[f"{NOTE}{key}"] = np.asarray(value)

    old = mode == "a" and os.path.exists(path)
    if old:
        # A link in it would lead what is written here into another file.
        with opened(path, strict=False):
            pass
    if old and in_parts:
        _fill_file(fill, path, "a")
        return
    size = sum(numbers.nbytes + _OVERHEAD for numbers, _ in cells.values())
    kept = os.path.getsize(path) if old else 0
    if size + kept <= _IN_MEMORY:
        write_all(path, _filled_bytes(fill, path if kept else None))
        return
    with replacing(path) as part:
        if kept:
            shutil.copyfile(path, part)
        _ask_for_room(part, size + kept)
        _fill_file(fill, part, mode if kept else "w")


def _filled_bytes(fill: Any, old: str | os.PathLike | None) -> memoryview:
    """Return the bytes of a file, built in memory from nothing or from an old one."""
    import h5py

    image = io.BytesIO()
    if old is not None:
        with open(old, "rb") as file:
            shutil.copyfileobj(file, image)
    with h5py.File(image, "w" if old is None else "a") as file:
        fill(file)
    return image.getbuffer()


def _fill_file(fill: Any, path: str | os.PathLike, mode: str) -> None:
    """Write into a file on the disk; HDF5's own errors about that become what they are."""
    import h5py

    try:
        # Without a cache of chunks nothing is put off that could fail when the file is closed.
        with h5py.File(path, mode, rdcc_nbytes=0) as file:
            fill(file)
    except RuntimeError as error:
        raise OSError(f"HDF5 could not write the file: {error}. Received: path={path!r}") from error


def _ask_for_room(path: str, size: int) -> None:
    """Raise now, in Python, if the disk has no room for a file; see `_IN_MEMORY`."""
    if hasattr(os, "posix_fallocate"):
        with open(path, "r+b") as file:
            os.posix_fallocate(file.fileno(), 0, size)


def _check_key(name: str) -> None:
    """Raise if HDF5 cannot hold a key: it ends names at a NUL, and they are UTF-8."""
    if "\0" in name or any("\ud800" <= c <= "\udfff" for c in name):
        raise IvyValueError(
            "HDF5 cannot hold a key with a NUL or a lone surrogate; rename it, or save with "
            f"`format='pickle'`. Received: key={name!r}"
        )
    if name.count("/") > DEEPEST:
        raise IvyValueError(
            f"Files hold at most {DEEPEST} levels. Received: a key of {name.count('/') + 1} levels,"
            f" {name[:40]!r} ..."
        )


def _cell(name: str, leaf: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the numbers of a leaf, of at least one axis, and what to note about it."""
    notes: dict[str, Any] = {}
    if is_array(leaf) or isinstance(leaf, np.generic):
        numbers = np.asarray(leaf) if isinstance(leaf, np.generic) else array_value(leaf)
        if numbers is None:
            raise IvyValueError(f"The values of {name!r} are not known. Received: {leaf!r}")
        if numbers.dtype.kind in "OSUMmV" and numbers.dtype != tf.bfloat16.as_numpy_dtype:
            raise _not_written(name, numbers)
        if tf.as_dtype(numbers.dtype) == tf.bfloat16:
            numbers, notes[KIND] = numbers.astype("float32"), "bfloat16"
        if numbers.dtype.kind not in "biufc":
            raise _not_written(name, numbers)
    else:
        kind = notes[KIND] = type(leaf).__name__
        if not _is_plain(leaf):
            raise IvyTypeError(
                f"{name!r} cannot be written to HDF5, which holds arrays, numbers and text. "
                f"Received: {leaf!r} of type {kind}"
            )
        if kind == "str" and ("\0" in leaf or any("\ud800" <= c <= "\udfff" for c in leaf)):
            raise IvyValueError(
                f"{name!r} cannot be written to HDF5, which holds no text with a NUL or a lone "
                f"surrogate; `format='pickle'` does. Received: {leaf!r}"
            )
        if kind == "int" and not -(1 << 63) <= leaf < (1 << 64):
            raise IvyValueError(
                f"{name!r} cannot be written to HDF5, which holds whole numbers of 64 bits. "
                f"Received: {leaf!r}"
            )
        numbers = np.asarray(leaf, dtype=object if kind == "str" else None)
    if numbers.ndim == 0:
        numbers, notes[SCALAR] = numbers[None], True
    return numbers, notes


def _is_plain(leaf: Any) -> bool:
    return PLAIN.get(type(leaf).__name__) is type(leaf)


def _not_written(name: str, numbers: np.ndarray) -> IvyTypeError:
    return IvyTypeError(
        f"{name!r} cannot be written to HDF5, which holds numbers. "
        f"Received: an array of dtype {numbers.dtype}"
    )


def _make_room(file: "h5py.File", name: str) -> None:
    """Remove datasets that stand where a path needs a group."""
    import h5py

    *parents, _ = name.split("/")
    for i in range(len(parents)):
        outer = "/".join(parents[: i + 1])
        if isinstance(file.get(outer), h5py.Dataset):
            del file[outer]


def _empty_group(file: "h5py.File", name: str) -> None:
    import h5py

    if not isinstance(file.get(name), h5py.Group):
        file.pop(name, None)
        file.create_group(name)


def _write(
    file: "h5py.File",
    name: str,
    numbers: np.ndarray,
    notes: dict[str, Any],
    start: int,
    size: int | None,
) -> None:
    """Write one leaf: whole, or as a part of a dataset of `size` rows, which may grow later."""
    import h5py

    shape = (size or start + len(numbers), *numbers.shape[1:])
    dtype = h5py.string_dtype() if numbers.dtype == object else numbers.dtype
    if start == 0 and size is None:
        file.pop(name, None)
        file.create_dataset(name, data=numbers, dtype=dtype).attrs.update(notes)
        return
    data = file.get(name)
    old = None
    if isinstance(data, h5py.Dataset) and data.shape[1:] == shape[1:] and data.dtype == dtype:
        if data.shape[0] < shape[0]:
            if data.chunks is None:
                old = data[()]  # was written whole, without room to grow
            else:
                data.resize(shape[0], axis=0)
    else:
        data = None
    if data is None or old is not None:
        file.pop(name, None)
        data = file.create_dataset(name, shape=shape, dtype=dtype, maxshape=(None,) * len(shape))
        if old is not None:
            data[: len(old)] = old
    data[start : start + len(numbers)] = numbers
    data.attrs.update(notes)


def read_hdf5(
    path: str | os.PathLike, query: Index = slice(None), strict: bool = True
) -> dict[str, object]:
    """Return the nested dict of a file.

    Args:
        path: The file.
        query: An index of the leading axes of every dataset that has axes.
        strict: If False, datasets that hold no numbers or text are left out.

    Returns:
        Nested dicts of tensors, and of numbers and text that were such when they were written.

    Raises:
        IvyFileError: If the file is damaged, or its values are not all in it.
        TypeError: If `strict` and a dataset holds something else.
    """
    with opened(path, strict) as stored:
        return stored.read(query)
