"""Weights shared by giving one array to several modules, as Ivy programs do.

Ivy keeps arrays themselves as variables, so two layers that were given one array share it: inside
a common parent it is one variable. Here every layer makes a variable of its own; it remembers what
it was made from, and the parent that finds two made from one array keeps the first for both.
"""

import itertools
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras

from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.container import Container
from keras_ivy.module.record import own_record, record_of
from keras_ivy.module.variables.tracking import structure_now
from keras_ivy.structure import Structure, aliases

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["remember_sources", "tie_shared", "ties_of"]

#: Numbers of arrays that are still alive. Numbers, not arrays: a module keeps none of them alive.
_numbers: dict[int, tuple[Any, int]] = {}
_count = itertools.count()


def _number(array: Any) -> int | None:
    """Return a number that is the array's own, or None for what cannot be identified."""
    if not len(getattr(array, "shape", ())):
        return None  # TensorFlow and Python reuse the objects of plain numbers
    key = id(array)
    if key not in _numbers:
        try:
            ref = weakref.ref(array, lambda _: _numbers.pop(key, None))
        except TypeError:
            return None
        _numbers[key] = (ref, next(_count))
    return _numbers[key][1]


def remember_sources(module: "Module", v: Mapping[str, object], structure: Structure) -> None:
    """Remember which arrays the variables of a module were made from."""
    variables = {entry.path: entry.variable for entry in structure.entries}
    sources = own_record(module).sources
    for path, array in Container(v).flatten().items():
        variable = variables.get(structure.resolve(path))
        number = _number(array)
        if variable is not None and number is not None:
            sources[id(variable)] = number


def tie_shared(module: "Module") -> None:
    """Make one variable of those below a module that were made from one array."""
    structure = structure_now(module)
    sources: dict[int, int] = {}
    for holder in (module, *structure.layers.values()):
        record = record_of(holder)
        if record is not None:
            sources |= record.sources
    _add_told(module, structure, sources)
    if not sources:
        return
    first: dict[int, keras.Variable] = {}
    for entry in structure.entries:
        variable = entry.variable
        both = sources.get(id(variable)), _number_if_known(variable)
        numbers = {number for number in both if number is not None}
        kept = next((first[n] for n in numbers if n in first), variable)
        for number in numbers:
            first[number] = kept
        record = record_of(entry.layer)
        if kept is variable or record is None or not _replace(record.created, entry.name, kept):
            continue
        record.sources.pop(id(variable), None)
        keras_modules.untrack(entry.layer, variable)
        keras_modules.track(entry.layer, kept)
        keras_modules.track_for_checkpoints(entry.layer, kept, f"v.{entry.name}")
        record.changed()


def ties_of(module: "Module") -> list[list[str]]:
    """Return the pairs of paths in different layers that lead to one variable.

    A config keeps them: the layers are made again one by one, each with variables of its own.
    """
    structure = structure_now(module)
    homes = {entry.path: entry.layer for entry in structure.entries}
    found = []
    for other, path in aliases(module).items():
        parts = other.split("/")
        above = ("/".join(parts[:stop]) for stop in range(len(parts) - 1, 0, -1))
        home = next((structure.layers.get(structure.resolve(p)) for p in above), None)
        if home is not None and home is not homes[path]:
            found.append([other, path])
    return found


def _add_told(module: "Module", structure: Structure, sources: dict[int, int]) -> None:
    """Count variables as made from one array that the config of the module ties."""
    told = own_record(module).ties
    variables = {entry.path: entry.variable for entry in structure.entries} if told else {}
    for other, path in told:
        first, second = (variables.get(structure.resolve(key)) for key in (path, other))
        if first is None or second is None or first is second or first.shape != second.shape:
            continue  # not built yet, or tied already
        sources[id(second)] = sources.setdefault(id(first), next(_count))


def _number_if_known(variable: keras.Variable) -> int | None:
    return _numbers[id(variable)][1] if id(variable) in _numbers else None


def _replace(created: dict[str, Any] | None, name: str, variable: keras.Variable) -> bool:
    *parents, last = name.split("/")
    here = created or {}
    for key in parents:
        here = here.get(key, {})
    if last not in here:
        return False
    here[last] = variable
    return True
