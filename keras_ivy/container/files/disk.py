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

from keras_ivy.container.arrays import is_array, is_variable
from keras_ivy.container.config import DEFAULT
from keras_ivy.container.files.hdf5 import read_hdf5, write_hdf5
from keras_ivy.container.files.loading import load_hdf5, load_values
from keras_ivy.container.files.pickles import read_pickle, refuse_pickle
from keras_ivy.container.files.stored import opened
from keras_ivy.container.node import Node
from keras_ivy.container.printing import format_leaf
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.files import reading, write_all

__all__ = ["Disk"]

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
        self: Any,
        path: str | os.PathLike,
        strict: bool = True,
        allow_pickle: bool = False,
        format: str | None = None,
    ) -> Any:
        """Load a file: `Container.load(path)` a new one, `container.load(path)` into this one.

        Warning:
            A pickle is a program: reading one can do anything that you can. Those of real Ivy,
            which need not be installed, are read too. HDF5 and JSON files are data; what is
            promised about files of strangers stands in `SECURITY.md`.

        Args:
            path: The file.
            strict: On an instance, whether the file must have exactly its keys; if False, keys
                that both have are loaded. On the class, whether leaves of an unknown kind are an
                error; if False, they are left out.
            allow_pickle: Whether to read a pickle where the suffix alone says that it is one. A
                `format="pickle"` says so too.
            format: As in `save`.

        Returns:
            The new Container; or this one, its variables assigned and other leaves replaced. An
            empty one takes all the file has.

        Raises:
            IvyFileError: If the file is damaged or asks for what files may not, or is a pickle
                that was not allowed.
            KeyError: If `strict` and the keys differ.
            ValueError: If a shape differs, or the dtype of a leaf cannot take the values: whole
                numbers take no fractions, and real ones no imaginary parts. Whatever is raised,
                nothing is loaded then.

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
        for name, flag in {"strict": strict, "allow_pickle": allow_pickle}.items():
            if not isinstance(flag, bool):
                raise IvyTypeError(f"`{name}` is a bool. Received: {name}={flag!r}")
        kind = _format_of(path, format)
        into = self if self is not None and len(self) else None
        if kind == "h5":
            with opened(path, strict) as stored:
                if into is not None:
                    return load_hdf5(into, stored, strict, os.fspath(path))
                found = stored.read()
            with reading(path, "a file of a Container"):
                found = Node(found)
        elif kind == "pickle":
            if format is None and not allow_pickle:
                raise refuse_pickle(
                    path, "`Container.load(old, allow_pickle=True).save('new.h5')` writes HDF5."
                )
            found = read_pickle(path, strict)
        else:
            found = Disk.cont_from_disk_as_json(path)
        if into is not None:
            return load_values(into, found, strict, os.fspath(path))
        return found if self is None else self._become(found)

    # -- Ivy's spellings ----------------------------------------------------------------------

    def cont_save(self, file_path: str | os.PathLike, format: str = "h5") -> None:
        """Save to a file; see `save`."""
        self.save(file_path, format)

    @staticmethod
    def cont_load(file_path: str | os.PathLike, format: str = "h5") -> Any:
        """Load a new Container from a file; see `load`. `format="pickle"` runs what it says."""
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
        found = read_hdf5(h5_obj_or_filepath, slice_obj)
        with reading(h5_obj_or_filepath, "a file of a Container"):
            return Node(found)

    def cont_to_disk_as_pickled(self, pickle_filepath: str | os.PathLike) -> None:
        """Save to a pickle of nested plain dicts, which Ivy reads; variables as their values.

        Whoever loads a pickle runs it, so pass on HDF5 files instead.
        """
        values = self.map(lambda x: tf.convert_to_tensor(x) if is_variable(x) else x)
        write_all(pickle_filepath, pickle.dumps(values.cont_to_dict()))

    @staticmethod
    def cont_from_disk_as_pickled(pickle_filepath: str | os.PathLike) -> Any:
        """Load a new Container from a pickle, which runs what the pickle says; see `load`."""
        return read_pickle(pickle_filepath)

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
        write_all(json_filepath, text.encode("utf-8"))

    @staticmethod
    def cont_from_disk_as_json(json_filepath: str | os.PathLike) -> Any:
        """Load a new Container from a JSON file.

        Raises:
            IvyFileError: If the file is no JSON, or holds no dict.
        """
        with reading(json_filepath, "a Container in JSON"):
            found = json.loads(pathlib.Path(json_filepath).read_text(encoding="utf-8"))
            if not isinstance(found, Mapping):
                raise TypeError(f"it holds no dict but a {type(found).__name__}")
            return Node(found)


def _number(value: Any) -> Any:
    """Turn a NumPy number into one that JSON knows."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"JSON has no form for {value!r} of type {type(value).__name__}")
