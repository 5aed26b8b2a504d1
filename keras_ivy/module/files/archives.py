"""Whole modules on the disk: Keras's `.keras` archives, and pickles.

Whatever is saved is put in place when it is complete.
"""

import os
import pathlib
import pickle
import zipfile
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import keras

from keras_ivy.adapters.keras import saving as keras_saving
from keras_ivy.container.files.pickles import is_ivys_module, may_read, refuse_pickle
from keras_ivy.container.files.stored import opened
from keras_ivy.module.files.unknown import what_is_missing
from keras_ivy.utils.exceptions import IvyFileError, IvyTypeError, IvyValueError
from keras_ivy.utils.files import reading, replacing, write_all

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["check_archive", "check_overwrite", "is_remote", "load_module", "save_module"]

_HDF5 = (".h5", ".hdf5")
#: How large a member of an archive may be, whatever is stored of it, and how much larger than that:
#: Keras does not compress.
_FREE, _RATIO = 1 << 26, 100
#: How the attributes of a member begin that is a symbolic link.
_LINK = 0xA
#: The attribute in which Keras's own HDF5 files of whole models keep the config.
_LEGACY_MODEL = "model_config"


def save_module(
    module: "Module",
    keras_save: Callable[..., None],
    filepath: str | os.PathLike,
    overwrite: bool,
    zipped: bool | None,
    kwargs: Mapping[str, object],
) -> None:
    """Save a module as `Module.save` says; `keras_save` is the method of Keras."""
    path = pathlib.Path(filepath)
    options = kwargs if zipped is None else {"zipped": zipped, **kwargs}
    if is_remote(filepath) or zipped is False:
        keras_save(filepath, overwrite=overwrite, **options)
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
                keras_save(part, **options)
        return
    if options:
        raise IvyTypeError(
            "Only names that end in '.keras' take such options; any other gives a pickle. "
            f"Received: filepath={str(path)!r}, {options}"
        )
    check_overwrite(path, overwrite)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_all(path, pickle.dumps(module))


def load_module(
    filepath: str | os.PathLike, allow_pickle: bool, kwargs: Mapping[str, object]
) -> "Module":
    """Load a module as `Module.load` says."""
    if not isinstance(allow_pickle, bool):
        raise IvyTypeError(f"`allow_pickle` is a bool. Received: allow_pickle={allow_pickle!r}")
    path = pathlib.Path(filepath)
    if not is_remote(filepath) and not path.exists():
        raise FileNotFoundError(f"There is no such file. Received: filepath={str(path)!r}")
    if is_remote(filepath) or path.is_dir() or path.suffix in (".keras", *_HDF5):
        with reading(filepath, "a model"):
            check_archive(path)
            if path.suffix in _HDF5 and path.is_file():
                _check_legacy_model(path)
            try:
                return keras.saving.load_model(filepath, **kwargs)
            except (TypeError, ValueError) as error:
                given = kwargs.get("custom_objects")
                missing = what_is_missing(path, given if isinstance(given, Mapping) else {})
                if missing is None:
                    raise
                raise IvyFileError(
                    f"The file holds a module whose class is not known here: {missing}. "
                    f"Received: filepath={str(path)!r}"
                ) from error
    if kwargs:
        raise IvyTypeError(
            "Only Keras's files are loaded with options. "
            f"Received: filepath={str(path)!r}, {kwargs}"
        )
    if not may_read(allow_pickle):
        raise refuse_pickle(
            path,
            "`m = Module.load(old, allow_pickle=True)`, then `m.save('new.keras')`, or "
            "`m.save_weights('new.h5')` for HDF5.",
        )
    content = path.read_bytes()
    if is_ivys_module(content):
        raise IvyFileError(
            "The file holds a module of real Ivy's, whose classes are others. Make the module of "
            "your program, and take the weights: `module.load_weights(path, allow_pickle=True)`. "
            f"Received: filepath={str(path)!r}"
        )
    with reading(path, "a pickle of a module"):
        return pickle.loads(content)


def is_remote(filepath: str | os.PathLike) -> bool:
    """Whether a path is an address, such as `gs://bucket/name`, which Keras takes care of."""
    return "://" in str(filepath)


def check_overwrite(path: pathlib.Path, overwrite: bool) -> None:
    """Raise if there is a file that may not be replaced."""
    if path.exists() and not overwrite:
        raise IvyValueError(f"The file exists. Received: filepath={str(path)!r}")


def check_archive(path: pathlib.Path) -> None:
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
