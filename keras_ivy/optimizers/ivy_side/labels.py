"""Whose slots a weights file holds: labels that the file of an optimizer has beside its numbers.

Keras writes the variables of an optimizer as a list. Here each entry of the list also says what it
is, in an attribute that other readers pass over, so that a file can be read when other variables
are trained than were then: before layers were unfrozen, added or removed.
"""

import warnings
from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy.adapters.keras import saving as keras_saving
from keras_ivy.optimizers.ivy_side.keys import keys_of
from keras_ivy.optimizers.keras_side.surgery import kept_variables
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.typing import ArrayLike

__all__ = ["begin_counts", "label", "load_labelled"]


def label(host: Host, store: MutableMapping[str, ArrayLike]) -> None:
    """Say of each entry of a file what it is, and from when on its variable counts."""
    labels = _labels(host) if host.built else {}
    places = ((str(i), labels.get(id(v))) for i, v in enumerate(host.variables))
    keras_saving.mark(store, {key: mark for key, mark in places if mark is not None})


def _labels(host: Host) -> dict[int, tuple[str, int]]:
    """What an optimizer keeps, and from when on its variable counts, by the id of a variable."""
    keys, numbers = keys_of(host, host._trainable_variables), host._engine.cohorts.numbers()
    return {
        id(x): (f"{name}:{key}", number)
        for name, each in kept_variables(host).items()
        for x, key, number in zip(each, keys, numbers, strict=True)
        if x is not None
    }


def begin_counts(host: Host, store: Mapping[str, np.ndarray]) -> None:
    """Count from where a file says that was just read as a list."""
    if not host.built or len(store.keys()) != len(host.variables):
        return
    marks = keras_saving.marks(store)
    place = {id(v): str(i) for i, v in enumerate(host.variables)}
    found = [0] * len(host._trainable_variables)
    for each in kept_variables(host).values():
        for j, x in enumerate(each):
            if x is not None:
                found[j] = marks.get(place[id(x)], ("", 0))[1]
    host._engine.cohorts.set(found, host._options.traced)


def load_labelled(host: Host, store: Mapping[str, np.ndarray]) -> bool:
    """Read a file of other variables, as far as it has those that are trained.

    Variables that it has nothing of start as on a first step.

    Args:
        host: The optimizer.
        store: The file.

    Returns:
        Whether that was done; if not, the file is read as a list.
    """
    marks = keras_saving.marks(store)
    if not host.built or not marks:
        return False
    own = _labels(host)
    mine = [own.get(id(v), ("", 0))[0] for v in host.variables]
    theirs = [marks.get(key, ("", 0))[0] for key in sorted(store.keys(), key=int)]
    if mine == theirs or (len(mine) == len(theirs) and not set(mine) & set(theirs) - {""}):
        return False  # As a list: a model that is not known has no places, only other names.
    apart = [v for v, what in zip(host.variables, mine, strict=True) if not what]
    others = [key for key in sorted(store.keys(), key=int) if key not in marks]
    if len(apart) != len(others):
        return False
    _load(host, store, {what: (key, start) for key, (what, start) in marks.items()}, own)
    for v, key in zip(apart, others, strict=True):
        v.assign(store[key])
    return True


def _load(
    host: Host,
    store: Mapping[str, np.ndarray],
    found: dict[str, tuple[str, int]],
    own: dict[int, tuple[str, int]],
) -> None:
    """Take what is there for each variable, all of it or nothing."""
    kept = kept_variables(host)
    at = next(i for i, v in enumerate(host.variables) if v is host._iterations)
    count = int(store[str(at)]) // (host.gradient_accumulation_steps or 1)
    values: list[tuple[Any, Any]] = []
    numbers: list[int] = []
    used: set[str] = set()
    for j, variable in enumerate(host._trainable_variables):
        mine = {name: each[j] for name, each in kept.items() if each[j] is not None}
        entries = {name: found.get(own[id(x)][0]) for name, x in mine.items()}
        read = {name: store[entry[0]] for name, entry in entries.items() if entry is not None}
        if len(read) == len(mine) and all(
            tuple(read[name].shape) == tuple(x.shape) for name, x in mine.items()
        ):
            used |= {own[id(x)][0] for x in mine.values()}
            values += [(x, read[name]) for name, x in mine.items()]
            numbers.append(next((e[1] for e in entries.values() if e is not None), 0))
            continue
        for name, x in mine.items():
            value = tf.convert_to_tensor(variable) if name == "average" else tf.zeros(x.shape)
            values.append((x, tf.cast(value, x.dtype)))
        numbers.append(count)
    host._engine.cohorts.set(numbers, host._options.traced)
    for x, value in values:
        x.assign(value)
    left = sorted({what.partition(":")[2] for what in set(found) - used})
    if left:
        warnings.warn(
            f"The file holds what optimizer {host.name!r} kept for variables that it does not "
            f"train, or that have another shape; it is left out. Received: {', '.join(left)}",
            stacklevel=4,
        )
