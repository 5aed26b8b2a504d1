"""Saving and loading: HDF5, pickle and JSON, by the name of the file."""

import functools
import json
import os
import pathlib
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container.arrays import is_array, is_variable
from keras_ivy.container.config import DEFAULT
from keras_ivy.container.hdf5 import read_hdf5, write_hdf5
from keras_ivy.container.keys import suggestion
from keras_ivy.container.node import Node
from keras_ivy.container.pickles import read_pickle
from keras_ivy.container.printing import format_leaf
from keras_ivy.utils.exceptions import IvyKeyError, IvyValueError

__all__ = ["Disk"]

FORMATS = {"h5": "h5", "hdf5": "h5", "pickle": "pickle", "pkl": "pickle", "json": "json"}


def _format_of(path: str | os.PathLike, format: str | None) -> str:
    """Return the format that a name or the suffix of a path stands for; HDF5 without a suffix."""
    if format is None:
        return FORMATS.get(pathlib.Path(path).suffix[1:].lower(), "h5")
    if format not in FORMATS:
        raise IvyValueError(f"The formats are {sorted(FORMATS)}. Received: format={format!r}")
    return FORMATS[format]


class _OnClassOrInstance:
    """A method that works on the class and, differently, on an instance."""

    def __init__(self, function: Callable):
        self._function = function
        functools.update_wrapper(self, function)

    def __get__(self, instance: Any, owner: type) -> Callable:
        @functools.wraps(self._function)
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._function(instance, *args, **kwargs)

        return call


class Disk:
    """Saving to and loading from files."""

    def save(self, path: str | os.PathLike, format: str | None = None) -> None:
        """Save to a file, replacing it.

        Variables are saved as their values. HDF5 files have Ivy's layout and load in Ivy.

        Args:
            path: The file. Its folder must exist.
            format: `"h5"`, `"pickle"` or `"json"`. By default the suffix decides: `.h5` or
                `.hdf5`, `.pkl` or `.pickle`, `.json`; without any of these, HDF5.

        Raises:
            ValueError: If the format is unknown.
            TypeError: If the format cannot hold one of the leaves.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> import tempfile
        >>> path = tempfile.mkdtemp() + "/weights.h5"
        >>> Container(w=tf.constant([1.0, 2.0]), step=3).save(path)
        >>> Container.load(path)
        {
            step: 3,
            w: tensor([1., 2.])
        }
        """
        kind = _format_of(path, format)
        if kind == "h5":
            write_hdf5(self, path, "w")
        elif kind == "pickle":
            self.cont_to_disk_as_pickled(path)
        else:
            self.cont_to_disk_as_json(path)

    @_OnClassOrInstance
    def load(
        self: Any, path: str | os.PathLike, strict: bool = True, format: str | None = None
    ) -> Any:
        """Load a file: `Container.load(path)` a new one, `container.load(path)` into this one.

        Pickles may come from real Ivy, which need not be installed. They are read without
        running code: leaves of unknown classes are refused.

        Args:
            path: The file.
            strict: On an instance, whether the file must have exactly its keys; if False, keys
                that both have are loaded. On the class, whether leaves of an unknown kind are an
                error; if False, they are left out.
            format: As in `save`.

        Returns:
            The new Container; or this one, its variables assigned and other leaves replaced. An
            empty one takes all the file has.

        Raises:
            KeyError: If `strict` and the keys differ.
            ValueError: If shapes differ. Nothing is loaded then.

        Example:

        >>> import keras
        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> import tempfile
        >>> path = tempfile.mkdtemp() + "/weights.h5"
        >>> Container(w=tf.constant([1.0, 2.0])).save(path)
        >>> v = Container(w=keras.Variable([0.0, 0.0]))
        >>> v.load(path).w.numpy()
        array([1., 2.], dtype=float32)
        """
        kind = _format_of(path, format)
        if kind == "h5":
            found = Node(read_hdf5(path, strict=strict))
        elif kind == "pickle":
            found = read_pickle(pathlib.Path(path).read_bytes(), strict)
        else:
            found = Disk.cont_from_disk_as_json(path)
        if self is None:
            return found
        return self._take(found, strict, os.fspath(path)) if len(self) else self._become(found)

    def _take(self, found: Any, strict: bool, path: str) -> Any:
        """Assign the leaves of another Container, all or none."""
        have, got = set(tree.paths(self)), set(tree.paths(found))
        if strict and have != got:
            missing, extra = sorted(have - got), sorted(got - have)
            said = [f"{missing[0]!r} is not in the file"] if missing else []
            said += [f"the file has {extra[0]!r}"] if extra else []
            hint = suggestion(extra[0], have) if extra else suggestion(missing[0], got)
            raise IvyKeyError(
                f"The keys differ: {' and '.join(said)}. {hint} `strict=False` loads the "
                f"{len(have & got)} shared ones. Received: path={path!r}"
            )
        shared = sorted(have & got)
        for key in shared:
            old, new = (tuple(getattr(c[key], "shape", ())) for c in (self, found))
            if is_array(self[key]) and old != new:
                raise IvyValueError(
                    f"{key!r} has shape {old}, and {new} in the file. Received: path={path!r}"
                )
        for key in shared:
            if is_variable(self[key]):
                self[key].assign(found[key])
            else:
                self[key] = found[key]
        return self

    # -- Ivy's spellings ----------------------------------------------------------------------

    def cont_save(self, file_path: str | os.PathLike, format: str = "h5") -> None:
        """Save to a file; see `save`."""
        self.save(file_path, format)

    @staticmethod
    def cont_load(file_path: str | os.PathLike, format: str = "h5") -> Any:
        """Load a new Container from a file; see `load`."""
        return Node.load(file_path, format=format)

    def cont_to_disk_as_hdf5(
        self,
        h5_obj_or_filepath: str | os.PathLike,
        starting_index: int = 0,
        mode: str | None = None,
        max_batch_size: int | None = None,
    ) -> None:
        """Save to an HDF5 file.

        Note:
            Ivy adds to an existing file by default, and keeps the end of a longer dataset. Here
            the file is replaced, unless the leaves are written as a part of longer datasets.

        Args:
            h5_obj_or_filepath: The file.
            starting_index: The position along the first axis at which the leaves are written.
            mode: `"w"` replaces the file, `"a"` keeps what it has under other keys. By default
                `"w"`, and `"a"` with a `starting_index`.
            max_batch_size: The size of the first axis in the file, for files written in parts.

        Raises:
            ValueError: If the mode is another one.
            IndexError: If a leaf reaches beyond `max_batch_size`.
            TypeError: If HDF5 cannot hold one of the leaves.
        """
        if mode not in (None, "w", "a"):
            raise IvyValueError(f"`mode` is 'w' or 'a'. Received: mode={mode!r}")
        mode = mode or ("a" if starting_index else "w")
        write_hdf5(self, h5_obj_or_filepath, mode, starting_index, max_batch_size)

    @staticmethod
    def cont_from_disk_as_hdf5(
        h5_obj_or_filepath: str | os.PathLike, slice_obj: Any = slice(None)
    ) -> Any:
        """Load a new Container from an HDF5 file.

        Args:
            h5_obj_or_filepath: The file.
            slice_obj: An index of the leading axes of every dataset, to load a part.
        """
        return Node(read_hdf5(h5_obj_or_filepath, slice_obj))

    def cont_to_disk_as_pickled(self, pickle_filepath: str | os.PathLike) -> None:
        """Save to a pickle of nested plain dicts, which Ivy reads; variables as their values."""
        values = self.map(lambda x: tf.convert_to_tensor(x) if is_variable(x) else x)
        _write_all(pickle_filepath, pickle.dumps(values.cont_to_dict()))

    @staticmethod
    def cont_from_disk_as_pickled(pickle_filepath: str | os.PathLike) -> Any:
        """Load a new Container from a pickle; see `load`."""
        return read_pickle(pathlib.Path(pickle_filepath).read_bytes())

    def cont_to_jsonable(self) -> Any:
        """Return a copy with arrays as text; `cont_with_entries_as_lists` gives their numbers."""
        whole = DEFAULT._replace(print_limit=None)
        return self.map(lambda x: format_leaf(x, whole) if is_array(x) else x)

    def cont_to_disk_as_json(self, json_filepath: str | os.PathLike) -> None:
        """Save to a JSON file; arrays as the text of their print, which loads as text.

        Raises:
            TypeError: If a leaf has no form in JSON.
        """
        text = json.dumps(self.cont_to_jsonable().cont_to_dict(), indent=4, default=_number)
        _write_all(json_filepath, text.encode("utf-8"))

    @staticmethod
    def cont_from_disk_as_json(json_filepath: str | os.PathLike) -> Any:
        """Load a new Container from a JSON file."""
        found = json.loads(pathlib.Path(json_filepath).read_text(encoding="utf-8"))
        if not isinstance(found, Mapping):
            raise IvyValueError(f"The file holds no dict. Received: {type(found).__name__}")
        return Node(found)


def _number(value: Any) -> Any:
    """Turn a NumPy number into one that JSON knows."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"JSON has no form for {value!r} of type {type(value).__name__}")


def _write_all(path: str | os.PathLike, content: bytes) -> None:
    """Put a file in place when it is complete."""
    part = f"{os.fspath(path)}.part"
    pathlib.Path(part).write_bytes(content)
    os.replace(part, path)
