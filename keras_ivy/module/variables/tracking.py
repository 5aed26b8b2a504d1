"""What a module holds now, and telling those who do not notice by themselves.

Keras notices layers when an attribute is set or a tracked list grows. It does not notice an item
replaced, an attribute deleted, or a layer inside a plain object; and TensorFlow's checkpoints see
no layer that sits in a list or dict. `sync` brings both up to date.
"""

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras

from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.container import Container
from keras_ivy.module.record import own_record, record_of
from keras_ivy.structure import (
    Entry,
    Structure,
    directly_held,
    kept_structure,
    parts,
    structure_of,
)

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["entries_of", "records_in", "structure_now", "sync", "with_unstored"]


def sync(module: "Module") -> None:
    """Tell Keras, and TensorFlow's checkpoints, which layers and variables there are."""
    record = own_record(module)
    held = directly_held(module)
    reached = {id(thing) for thing in held.values()}
    for layer in keras_layers.held_layers(module):
        if id(layer) not in reached:
            keras_modules.untrack(module, layer)
            _release(module, layer)
    for thing in held.values():
        keras_modules.track(module, thing)
        _take(module, thing)
    named = {
        path.replace("/", "."): thing
        for path, thing in held.items()
        if "/" in path or path in record.own
    }
    for name in record.checkpointed - set(named):
        keras_modules.untrack_for_checkpoints(module, name)
    for name, thing in named.items():
        keras_modules.track_for_checkpoints(module, _trackable(thing), name)
    record.checkpointed = set(named)


def _take(module: "Module", thing: object) -> None:
    """Remember which module a module is in: the first that took it, while that lives."""
    record = record_of(thing) if isinstance(thing, keras.layers.Layer) else None
    if record is not None and (record.above is None or record.above() is None):
        record.above = weakref.ref(module)


def _release(module: "Module", layer: keras.layers.Layer) -> None:
    record = record_of(layer)
    if record is not None and record.above is not None and record.above() is module:
        record.above = None


def _trackable(thing: Any) -> Any:
    return thing.state if isinstance(thing, keras.random.SeedGenerator) else thing


def structure_now(module: "Module") -> Structure:
    """Return the structure as it is now; what Keras did not notice, it is told."""
    kept = kept_structure(module)
    if kept is not None:
        return kept
    sync(module)
    for layer in structure_of(module).layers.values():
        if record_of(layer) is not None:
            sync(layer)
    return structure_of(module)


def records_in(module: "Module") -> list[tuple[str, "Module"]]:
    """Return the module and the modules inside, by path."""
    layers = {"": module} | structure_now(module).layers
    return [(path, layer) for path, layer in layers.items() if record_of(layer) is not None]


def entries_of(module: "Module", structure: Structure) -> list[Entry]:
    """Return the entries of the variables that `v` shows: the modules' own, and trainable ones."""
    record = own_record(module)
    if record.listed is None or record.listed[0] is not structure:
        listed = [(entry, _is_created(entry)) for entry in structure.entries]
        record.listed = structure, listed
    return [entry for entry, created in record.listed[1] if created or entry.variable.trainable]


def _is_created(entry: Entry) -> bool:
    """Whether a variable is one of those that `_create_variables` gave to its module."""
    told = parts(entry.layer)
    here: Any = None if told is None else told.created
    for key in entry.name.split("/"):
        here = here.get(key) if isinstance(here, Mapping) else None
    return here is entry.variable


def with_unstored(module: "Module", structure: Structure, entries: list[Entry]) -> list[Entry]:
    """Return the entries with those of the variables that modules do not store."""
    entries = list(entries)
    for path, layer in [("", module), *structure.layers.items()]:
        record = record_of(layer)
        hidden = {} if record is None else record.unstored
        for name, variable in Container(hidden).flatten().items():
            entries.append(Entry(f"{path}/{name}" if path else name, layer, name, variable))
    return sorted(entries, key=lambda entry: entry.path.split("/"))
