"""Saving and loading: HDF5, pickle and JSON, by the name of the file."""

import functools
import json
import os
import pathlib
import pickle
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import numpy as np
import tensorflow as tf

from keras_ivy.container.config import DEFAULT
from keras_ivy.container.files.hdf5 import read_hdf5, write_hdf5
from keras_ivy.container.files.loading import load_hdf5, load_values
from keras_ivy.container.files.pickles import may_read, read_pickle, refuse_pickle
from keras_ivy.container.files.stored import Index, opened
from keras_ivy.container.printing import format_leaf
from keras_ivy.tree.arrays import is_array, is_variable
from keras_ivy.tree.core import Tree, map
from keras_ivy.tree.edit import to_dict
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.files import reading, write_all

__all__ = ["jsonable", "on_class_or_instance", "read", "read_part", "write", "write_part"]

#: By the suffix, or what `format=` says; `"h5py"` is Ivy's.
FORMATS = {
    "h5": "h5",
    "hdf5": "h5",
    "h5py": "h5",
    "pickle": "pickle",
    "pkl": "pickle",
    "json": "json",
}


def _format_of(path: str | os.PathLike, format: str | None) -> str:
    """Return the format that a name or the suffix of a path stands for; HDF5 without a suffix."""
    if format is None:
        return FORMATS.get(pathlib.Path(path).suffix[1:].lower(), "h5")
    if format not in FORMATS:
        raise IvyValueError(f"The formats are {sorted(FORMATS)}. Received: format={format!r}")
    return FORMATS[format]


Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class on_class_or_instance(Generic[Arguments, Result]):
    """A method that works on the class and, differently, on an instance."""

    def __init__(self, function: Callable[Concatenate[Any, Arguments], Result]):
        self._function = function
        functools.update_wrapper(self, function)  # type: ignore[arg-type]  # no function itself

    def __get__(self, instance: object, owner: type) -> Callable[Arguments, Result]:
        @functools.wraps(self._function)
        def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            return self._function(instance, *args, **kwargs)

        return call


def write(
    container: Mapping[str, object], path: str | os.PathLike, format: str | None = None
) -> None:
    """Save a Container to a file, replacing it; see `Container.save`."""
    kind = _format_of(path, format)
    if kind == "h5":
        write_hdf5(container, path, "w")
    elif kind == "pickle":
        values = map(lambda x: tf.convert_to_tensor(x) if is_variable(x) else x, container)
        write_all(path, pickle.dumps(to_dict(values)))
    else:
        text = json.dumps(to_dict(jsonable(container)), indent=4, default=_number)
        write_all(path, text.encode("utf-8"))


def read(
    make: Callable[[Mapping[str, object]], Tree],
    path: str | os.PathLike,
    strict: bool = True,
    allow_pickle: bool = False,
    format: str | None = None,
    into: Tree | None = None,
) -> Tree:
    """Load a file; see `Container.load`.

    Args:
        make: What makes a Container of nested dicts.
        path: The file.
        strict: Whether what cannot be loaded is an error; if False, it is left out.
        allow_pickle: Whether to read a pickle where the suffix alone says that it is one.
        format: As in `Container.save`.
        into: A Container with leaves to load into.

    Returns:
        A new Container, or `into`.
    """
    for name, flag in {"strict": strict, "allow_pickle": allow_pickle}.items():
        if not isinstance(flag, bool):
            raise IvyTypeError(f"`{name}` is a bool. Received: {name}={flag!r}")
    kind = _format_of(path, format)
    if kind == "h5":
        with opened(path, strict) as stored:
            if into is not None:
                return load_hdf5(into, stored, strict, os.fspath(path))
            found = stored.read()
        with reading(path, "a file of a Container"):
            return make(found)
    if kind == "pickle":
        if format is None and not may_read(allow_pickle):
            raise refuse_pickle(
                path, "`Container.load(old, allow_pickle=True).save('new.h5')` writes HDF5."
            )
        made = read_pickle(make, path, strict)
    else:
        made = _read_json(make, path)
    return made if into is None else load_values(into, made, strict, os.fspath(path))


# -- one format -----------------------------------------------------------------------------------


def write_part(
    container: Mapping[str, object],
    path: str | os.PathLike,
    starting_index: int = 0,
    mode: str | None = None,
    max_batch_size: int | None = None,
) -> None:
    """Save to an HDF5 file, or to a part of the datasets of one.

    Note:
        Ivy adds to an existing file by default, and keeps the end of a longer dataset. Here the
        file is replaced, unless the leaves are written as a part of longer datasets.

    Args:
        container: The Container.
        path: The file.
        starting_index: The position along the first axis at which the leaves are written.
        mode: `"w"` replaces the file, `"a"` keeps what it has under other keys. By default `"w"`,
            and `"a"` with a `starting_index`.
        max_batch_size: The size of the first axis in the file, for files written in parts.

    Raises:
        ValueError: If the mode is another one.
        IndexError: If a leaf reaches beyond `max_batch_size`.
        TypeError: If HDF5 cannot hold one of the leaves.
    """
    if mode not in (None, "w", "a"):
        raise IvyValueError(f"`mode` is 'w' or 'a'. Received: mode={mode!r}")
    mode = mode or ("a" if starting_index else "w")
    write_hdf5(container, path, mode, starting_index, max_batch_size)


def read_part(
    make: Callable[[Mapping[str, object]], Tree],
    path: str | os.PathLike,
    query: Index = slice(None),
) -> Tree:
    """Load a new Container from an HDF5 file; see `read_hdf5`."""
    found = read_hdf5(path, query)
    with reading(path, "a file of a Container"):
        return make(found)


def jsonable(container: Tree) -> Tree:
    """Return a copy with arrays as the text of their print."""
    whole = DEFAULT._replace(print_limit=None)
    return map(lambda x: format_leaf(x, whole) if is_array(x) else x, container)


def _read_json(make: Callable[[Mapping[str, object]], Tree], path: str | os.PathLike) -> Tree:
    with reading(path, "a Container in JSON"):
        found = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        if not isinstance(found, Mapping):
            raise TypeError(f"it holds no dict but a {type(found).__name__}")
        return make(found)


def _number(value: Any) -> Any:
    """Turn a NumPy number into one that JSON knows."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"JSON has no form for {value!r} of type {type(value).__name__}")
