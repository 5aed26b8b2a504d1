"""Files of a module: Ivy's HDF5 weights and Keras's, pickles and `.keras` archives.

Whatever is saved is put in place when it is complete, and whatever is loaded fits as a whole or
changes nothing.
"""

import contextlib
import os
import pathlib
import pickle
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.adapters import keras_saving, stateless
from keras_ivy.container import Container
from keras_ivy.container.files.hdf5 import write_hdf5
from keras_ivy.container.files.pickles import refuse_pickle
from keras_ivy.container.files.stored import StoredFile, opened
from keras_ivy.functional.values import assign
from keras_ivy.module.files.seeds import seed_states
from keras_ivy.structure import Entry, Structure
from keras_ivy.utils.exceptions import IvyFileError, IvyTypeError, IvyValueError
from keras_ivy.utils.files import reading, replacing, write_all

__all__ = ["Saved"]

#: Names of weights files that Keras writes and reads.
_KERAS_WEIGHTS = (".weights.h5", ".weights.json")
_HDF5 = (".h5", ".hdf5")
#: How large a member of an archive may be, whatever is stored of it, and how much larger than that:
#: Keras does not compress.
_FREE, _RATIO = 1 << 26, 100
#: How the attributes of a member begin that is a symbolic link.
_LINK = 0xA
#: The attribute in which Keras's own HDF5 files of whole models keep the config.
_LEGACY_MODEL = "model_config"


class Saved:
    """The part of `Module` that writes and reads files."""

    def save_weights(self, filepath: str | os.PathLike, overwrite: bool = True, **kwargs: Any):
        """Save the variables.

        A name that ends in `.weights.h5` gives Keras's file, any other Ivy's: HDF5 with a group a
        level and a dataset a variable, which real Ivy reads. The folder is made if need be. The
        file is put in place when it is complete, so an old one survives whatever happens before.

        Args:
            filepath: The file.
            overwrite: Whether to replace an existing file; with False, Keras's files ask first,
                and Ivy's raise.
            **kwargs: For Keras's files: `max_shard_size`. Shards are put in place one by one.

        Raises:
            ValueError: If the file exists and may not be overwritten, or layers inside are not
                built yet.
            OSError: If the file cannot be written.

        Note:
            Ivy's file holds what `v` shows, the other weights of stock Keras layers and, where
            Ivy does not look, the states of seed generators. Keras's holds buffers and the
            optimizer too.
        """
        self._ivy_check_complete("the file")
        if _is_remote(filepath):
            super().save_weights(filepath, overwrite=overwrite, **kwargs)
            return
        path = pathlib.Path(filepath)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name.endswith(_KERAS_WEIGHTS):
            if overwrite or not path.exists() or keras_saving.may_overwrite(str(path)):
                self._ivy_save_keras_weights(path, **kwargs)
            return
        if kwargs:
            raise IvyTypeError(
                f"Files of Ivy's layout take no such options; a name that ends in '.weights.h5' "
                f"gives Keras's file. Received: {kwargs}"
            )
        _check_overwrite(path, overwrite)
        values = {entry.path: entry.variable for entry in self._ivy_saved()}
        write_hdf5(Container(values), path, "w", notes=seed_states(self))

    def _ivy_save_keras_weights(self, path: pathlib.Path, **kwargs: Any) -> None:
        save = super().save_weights
        if path.name.endswith(".json") or kwargs.get("max_shard_size") is not None:
            # The names of the shards are made of that of the file, so a folder keeps them apart.
            with tempfile.TemporaryDirectory(dir=path.parent) as folder:
                save(pathlib.Path(folder) / path.name, **kwargs)
                parts = sorted(pathlib.Path(folder).iterdir(), key=lambda p: p.suffix == ".json")
                for part in parts:
                    part.replace(path.parent / part.name)
            return
        content = keras_saving.weights_bytes(self) if self.built and not kwargs else None
        if content is not None:
            write_all(path, content.getbuffer())
            return
        with replacing(path) as part:
            save(part, **kwargs)

    def load_weights(self, filepath: str | os.PathLike, *args: Any, **kwargs: Any) -> None:
        """Load variables that `save_weights` of this package, of Keras or of real Ivy wrote.

        Args:
            filepath: The file; names that end in `.weights.h5` or `.keras` are Keras's.
            *args: For Keras's files: `skip_mismatch`.
            **kwargs: For Keras's files.

        Raises:
            ValueError: If the file does not fit the module, or layers inside are not built yet;
                an `IvyFileError` if it is damaged, or its values are not all in it. Whatever is
                raised, nothing has changed then.
        """
        path = pathlib.Path(filepath)
        self._ivy_check_complete("loading")
        if path.name.endswith((*_KERAS_WEIGHTS, ".keras")) or not path.is_file():
            if not _is_remote(filepath) and not path.exists():
                raise FileNotFoundError(f"There is no such file. Received: filepath={str(path)!r}")
            with self._ivy_all_or_nothing(), reading(filepath, "weights of this module"):
                if path.name.endswith(".weights.h5") and path.is_file():
                    with opened(path, strict=False) as stored:
                        stored.check()
                _check_archive(path)
                super().load_weights(filepath, *args, **kwargs)
            return
        if args or kwargs:
            raise IvyTypeError(
                "Files of Ivy's layout are loaded as a whole, without options. "
                f"Received: {args} {kwargs}"
            )
        structure = self._ivy_structure_now()
        with opened(path) as stored:
            _check_shapes(stored, structure, path)
            found = stored.read()
            seeds = _seeds_in(stored, seed_states(self), path)
        with reading(path, "a file of a Container"):
            values = Container(found)
        given = {structure.resolve(name) for name in values.flatten()}
        # Real Ivy writes less than `save_weights`: not the statistics of stock Keras layers.
        shown = self._ivy_entries(structure)
        saved = self._ivy_saved()
        needed = saved if any(e.path in given for e in saved if e not in shown) else shown
        try:
            pairs = self._ivy_pair(values, needed, structure, partial=False)
        except ValueError as error:
            raise IvyValueError(f"{error!s}, from filepath={str(path)!r}") from error
        assign([*pairs, *seeds])

    def _ivy_saved(self) -> list[Entry]:
        """Return the entries of all weights: everything but buffers and seed states."""
        structure = self._ivy_structure_now()
        weights = set(map(id, self.weights))
        others = {**self.buffers.flatten(), **seed_states(self)}
        saved = weights - set(map(id, others.values()))
        return [e for e in structure.entries if id(e.variable) in saved]

    @contextlib.contextmanager
    def _ivy_all_or_nothing(self) -> Iterator[None]:
        """Give all variables back what they held, those of the optimizer too, if a load fails."""
        self._ivy_structure_now()
        kept: dict[int, tuple[Any, tf.Tensor]] = {}
        for owner in (self, getattr(self, "optimizer", None)):
            for variable in getattr(owner, "variables", ()):
                raw = variable
                if isinstance(variable, keras.Variable):
                    raw = stateless.raw_value(variable)
                if raw is not None:
                    # No copy: assigning makes a new one while somebody holds the old.
                    kept[id(raw)] = raw, tf.convert_to_tensor(raw)
        try:
            yield
        except BaseException:
            for raw, value in kept.values():
                raw.assign(value)
            raise

    def save(
        self,
        filepath: str | os.PathLike,
        overwrite: bool = True,
        zipped: bool | None = None,
        **kwargs: Any,
    ) -> None:
        """Save the whole module: as Keras does if the name ends in `.keras`, else as a pickle.

        The file is put in place when it is complete, so an old one survives whatever happens
        before. Pass on `.keras` files, and not pickles, which are programs to whoever loads them.

        Args:
            filepath: The file.
            overwrite: Whether to replace an existing file; with False, `.keras` files ask first,
                and pickles raise.
            zipped: For Keras's files: whether it is one file; False gives a folder.
            **kwargs: For Keras's files.

        Raises:
            ValueError: If the name ends in `.h5` or `.hdf5`: in Keras's old HDF5 format no model
                loads that is a class of its own, and Ivy's holds weights alone.
        """
        path = pathlib.Path(filepath)
        options = kwargs if zipped is None else {"zipped": zipped, **kwargs}
        if _is_remote(filepath) or zipped is False:
            super().save(filepath, overwrite=overwrite, **options)
            return
        if path.suffix in _HDF5:
            raise IvyValueError(
                f"A whole module is no HDF5 file: Keras's old format has no classes of one's own. "
                f"Save the module as '{path.stem}.keras', or its weights alone with "
                f"`save_weights({path.name!r})`. Received: filepath={str(path)!r}"
            )
        if path.suffix == ".keras":
            if overwrite or not path.exists() or keras_saving.may_overwrite(str(path)):
                with replacing(path) as part:
                    super().save(part, **options)
            return
        if options:
            raise IvyTypeError(
                "Only names that end in '.keras' take such options; any other gives a pickle. "
                f"Received: filepath={str(path)!r}, {options}"
            )
        _check_overwrite(path, overwrite)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_all(path, pickle.dumps(self))

    @staticmethod
    def load(filepath: str | os.PathLike, allow_pickle: bool = False, **kwargs: Any) -> Any:
        """Load a module that `save` wrote.

        Warning:
            A pickle is a program: reading one can do anything that you can. What is promised
            about `.keras` files of strangers stands in `SECURITY.md`.

        Args:
            filepath: The file; names that end in `.keras`, and folders, are Keras's, any other is
                a pickle.
            allow_pickle: Whether to read a pickle.
            **kwargs: For Keras's files, the options of `keras.saving.load_model`:
                `custom_objects`, `compile`, `safe_mode`.

        Returns:
            The module.

        Raises:
            IvyFileError: If the file is damaged, needs a class that is not known, is not safe,
                holds weights alone, or is a pickle that was not allowed.
        """
        if not isinstance(allow_pickle, bool):
            raise IvyTypeError(f"`allow_pickle` is a bool. Received: allow_pickle={allow_pickle!r}")
        path = pathlib.Path(filepath)
        if not _is_remote(filepath) and not path.exists():
            raise FileNotFoundError(f"There is no such file. Received: filepath={str(path)!r}")
        if _is_remote(filepath) or path.is_dir() or path.suffix in (".keras", *_HDF5):
            with reading(filepath, "a model"):
                _check_archive(path)
                if path.suffix in _HDF5 and path.is_file():
                    _check_legacy_model(path)
                return keras.saving.load_model(filepath, **kwargs)
        if kwargs:
            raise IvyTypeError(
                "Only Keras's files are loaded with options. "
                f"Received: filepath={str(path)!r}, {kwargs}"
            )
        if not allow_pickle:
            raise refuse_pickle(
                path,
                "`m = Module.load(old, allow_pickle=True)`, then `m.save('new.keras')`, or "
                "`m.save_weights('new.h5')` for HDF5.",
            )
        with reading(path, "a pickle of a module"):
            return pickle.loads(path.read_bytes())


def _is_remote(filepath: str | os.PathLike) -> bool:
    """Whether a path is an address, such as `gs://bucket/name`, which Keras takes care of."""
    return "://" in str(filepath)


def _check_overwrite(path: pathlib.Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise IvyValueError(f"The file exists. Received: filepath={str(path)!r}")


def _check_archive(path: pathlib.Path) -> None:
    """Raise if a `.keras` file would inflate, or has members that belong somewhere else.

    Keras checks both, up to four gigabytes a member, and passes over the others with a warning.
    """
    if path.suffix != ".keras" or not path.is_file():
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            parts = member.filename.replace("\\", "/").split("/")
            is_link = member.external_attr >> 28 == _LINK
            if ".." in parts or parts[0] == "" or ":" in parts[0] or is_link:
                raise IvyFileError(
                    "The archive has a member that belongs somewhere else: "
                    f"{member.filename!r}. Received: filepath={str(path)!r}"
                )
            if member.file_size > max(_FREE, _RATIO * member.compress_size):
                raise IvyFileError(
                    f"The archive's member {member.filename!r} is {member.file_size:,} bytes, of "
                    f"which {member.compress_size:,} are stored. "
                    f"Received: filepath={str(path)!r}"
                )


def _check_legacy_model(path: pathlib.Path) -> None:
    import h5py

    with opened(path, strict=False) as stored:
        stored.check()
    with h5py.File(path, "r") as file:
        if _LEGACY_MODEL not in file.attrs:
            raise IvyFileError(
                "The file holds weights and no model: make the module, and use its "
                f"`load_weights`. Received: filepath={str(path)!r}"
            )


def _check_shapes(stored: StoredFile, structure: Structure, path: pathlib.Path) -> None:
    """Raise if a value does not fit its variable, before a value is read."""
    variables = {entry.path: entry.variable for entry in structure.entries}
    for name, leaf in stored.leaves.items():
        variable = variables.get(structure.resolve(name.replace(".", "/")))
        if variable is not None and tuple(variable.shape) != leaf.shape:
            raise IvyValueError(
                f"The value for {name!r} does not fit: expected shape {tuple(variable.shape)}. "
                f"Received: shape={leaf.shape}, from filepath={str(path)!r}"
            )


def _seeds_in(
    stored: StoredFile, states: Mapping[str, keras.Variable], path: pathlib.Path
) -> list[tuple[keras.Variable, Any]]:
    """Return the seed states of a file with their variables; files of Ivy have none."""
    pairs = []
    for name, value in stored.notes.items():
        if name not in states:
            continue  # such as that of a dropout which is switched off here
        variable = states[name]
        if getattr(value, "shape", None) != tuple(variable.shape) or value.dtype.kind not in "iu":
            raise IvyFileError(
                f"{name!r} is no state of a seed generator. "
                f"Received: {value!r}, from filepath={str(path)!r}"
            )
        pairs.append((variable, value))
    return pairs
