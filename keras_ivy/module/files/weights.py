"""Weights on the disk: files of Ivy's layout, and Keras's.

Whatever is saved is put in place when it is complete, and whatever is loaded fits as a whole or
changes nothing.
"""

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from keras_ivy.adapters.keras import saving as keras_saving
from keras_ivy.adapters.keras import stateless
from keras_ivy.container import Container
from keras_ivy.container.files.hdf5 import write_hdf5
from keras_ivy.container.files.pickles import may_read, refuse_pickle
from keras_ivy.container.files.stored import StoredFile, opened
from keras_ivy.functional.values import assign
from keras_ivy.module.building import check_complete, paired
from keras_ivy.module.files.archives import check_archive, check_overwrite, is_remote
from keras_ivy.module.files.seeds import seed_states
from keras_ivy.module.variables.tracking import entries_of, structure_now
from keras_ivy.structure import Entry, Structure
from keras_ivy.utils.checks import flag
from keras_ivy.utils.exceptions import IvyFileError, IvyTypeError, IvyValueError
from keras_ivy.utils.files import reading, replacing, write_all

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["load_weights", "save_weights"]

#: Names of weights files that Keras writes and reads.
_KERAS_WEIGHTS = (".weights.h5", ".weights.json")
#: Names of pickles, and how HDF5 files begin, whatever their name is.
_PICKLES = (".pickle", ".pkl")
_HDF5 = b"\x89HDF\r\n\x1a\n"


def save_weights(
    module: "Module",
    keras_save: Callable[..., None],
    filepath: str | os.PathLike,
    overwrite: bool,
    kwargs: Mapping[str, object],
) -> None:
    """Save weights as `Module.save_weights` says; `keras_save` is the method of Keras."""
    check_complete(module, "the file")
    if is_remote(filepath):
        keras_save(filepath, overwrite=overwrite, **kwargs)
        return
    path = pathlib.Path(filepath)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name.endswith(_KERAS_WEIGHTS):
        if overwrite or not path.exists() or keras_saving.may_overwrite(str(path)):
            _save_keras_weights(module, keras_save, path, kwargs)
        return
    if kwargs:
        raise IvyTypeError(
            f"Files of Ivy's layout take no such options; a name that ends in '.weights.h5' "
            f"gives Keras's file. Received: {kwargs}"
        )
    check_overwrite(path, overwrite)
    values = {entry.path: entry.variable for entry in _saved(module)}
    write_hdf5(Container(values), path, "w", notes=seed_states(module))


def _save_keras_weights(
    module: "Module",
    keras_save: Callable[..., None],
    path: pathlib.Path,
    kwargs: Mapping[str, object],
) -> None:
    if path.name.endswith(".json") or kwargs.get("max_shard_size") is not None:
        # The names of the shards are made of that of the file, so a folder keeps them apart.
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            keras_save(pathlib.Path(folder) / path.name, **kwargs)
            parts = sorted(pathlib.Path(folder).iterdir(), key=lambda p: p.suffix == ".json")
            for part in parts:
                part.replace(path.parent / part.name)
        return
    content = keras_saving.weights_bytes(module) if module.built and not kwargs else None
    if content is not None:
        write_all(path, content.getbuffer())
        return
    with replacing(path) as unfinished:
        keras_save(unfinished, **kwargs)


def load_weights(
    module: "Module",
    keras_load: Callable[..., None],
    filepath: str | os.PathLike,
    args: tuple,
    allow_pickle: bool,
    kwargs: Mapping[str, object],
) -> None:
    """Load weights as `Module.load_weights` says; `keras_load` is the method of Keras."""
    path = pathlib.Path(filepath)
    flag("allow_pickle", allow_pickle, "load_weights")
    check_complete(module, "loading")
    if path.name.endswith((*_KERAS_WEIGHTS, ".keras")) or not path.is_file():
        if not is_remote(filepath) and not path.exists():
            raise FileNotFoundError(f"There is no such file. Received: filepath={str(path)!r}")
        with _all_or_nothing(module), reading(filepath, "weights of this module"):
            if path.name.endswith(".weights.h5") and path.is_file():
                with opened(path, strict=False) as stored:
                    stored.check()
            check_archive(path)
            keras_load(filepath, *args, **kwargs)
        return
    if args or kwargs:
        raise IvyTypeError(
            "Files of Ivy's layout are loaded as a whole, without options. "
            f"Received: {args} {kwargs}"
        )
    _load_ivys_weights(module, path, allow_pickle)


def _load_ivys_weights(module: "Module", path: pathlib.Path, allow_pickle: bool) -> None:
    structure = structure_now(module)
    allow_pickle = may_read(allow_pickle)
    seeds: list[tuple[keras.Variable, Any]] = []
    if _is_hdf5(path) or not (allow_pickle or path.suffix in _PICKLES):
        with opened(path) as stored:
            _check_shapes(stored, structure, path)
            found = stored.read()
            seeds = _seeds_in(stored, seed_states(module), path)
        with reading(path, "a file of a Container"):
            values = Container(found)
    elif allow_pickle:
        values = Container.load(path, format="pickle")
    else:
        raise refuse_pickle(path, "`module.save_weights('new.h5')` writes HDF5.")
    given = {structure.resolve(name) for name in values.flatten()}
    # Real Ivy writes less than `save_weights`: not the statistics of stock Keras layers.
    shown = entries_of(module, structure)
    saved = _saved(module)
    needed = saved if any(e.path in given for e in saved if e not in shown) else shown
    try:
        pairs = paired(module, values, needed, structure, partial=False)
    except ValueError as error:
        raise IvyValueError(f"{error!s}, from filepath={str(path)!r}") from error
    assign([*pairs, *seeds])


def _is_hdf5(path: pathlib.Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_HDF5)) == _HDF5


def _saved(module: "Module") -> list[Entry]:
    """Return the entries of all weights: everything but buffers and seed states."""
    structure = structure_now(module)
    weights = set(map(id, module.weights))
    others = {**module.buffers.flatten(), **seed_states(module)}
    saved = weights - set(map(id, others.values()))
    return [e for e in structure.entries if id(e.variable) in saved]


@contextlib.contextmanager
def _all_or_nothing(module: "Module") -> Iterator[None]:
    """Give all variables back what they held, those of the optimizer too, if a load fails."""
    structure_now(module)
    kept: dict[int, tuple[Any, tf.Tensor]] = {}
    for owner in (module, getattr(module, "optimizer", None)):
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
