"""The state of an optimizer as a Container, which programs keep, and back."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container import Container
from keras_ivy.optimizers.ivy_side.leaves import flatten
from keras_ivy.optimizers.ivy_side.state import STARTS, Slots
from keras_ivy.typing import ArrayLike, Scalar
from keras_ivy.utils.exceptions import IvyKeyError, IvyTypeError, IvyValueError

__all__ = ["StateReport", "parse", "shown"]


class StateReport(NamedTuple):
    """What became of a state that need not fit.

    Attributes:
        taken: Variables whose slots are those of the state.
        new: Variables that the state does not have, which start as on a first step.
        left: What the state has beside.
    """

    taken: tuple[str, ...]
    new: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def shown(names: Sequence[str], slots: Slots, count: Scalar, nested: bool) -> Container:
    """Return a state as a Container.

    Args:
        names: Names of the slots.
        slots: `{slot: {path: tensor}}`.
        count: Number of steps made.
        nested: Whether the slots are of a Container's variables, or of a bare tensor.
    """
    state: dict[str, Any] = {}
    for name in names:
        flat = slots.get(name)
        if not flat:
            state[name] = None
        else:
            state[name] = Container(tree.unflatten(flat)) if nested else flat[""]
    if slots.get(STARTS):
        flat = slots[STARTS]
        state[STARTS] = Container(tree.unflatten(flat)) if nested else flat[""]
    return Container({**state, "count": count})


def parse(
    state: Mapping[str, object], names: Sequence[str], kind: str, same: bool = True
) -> tuple[Scalar | None, Slots]:
    """Return `(count or None, {slot: {path: tensor}})` of a state, checked.

    Args:
        state: What `shown` returned, or a dict of that form.
        names: Names of the slots.
        kind: What the optimizer's class is called.
        same: Whether all slots hold the same paths; if not, the first one holds all of them.

    Raises:
        IvyTypeError: If it is no mapping, or a slot is no tensor.
        IvyKeyError: If its keys are others.
        IvyValueError: If the slots hold different paths, or shapes, or the count is none.
    """
    if not isinstance(state, Mapping):
        raise IvyTypeError(
            "A state is a Container, or a dict, with the keys "
            f"{[*names, 'count']}. Received: state={state!r}"
        )
    absent = [name for name in names if name not in state]
    extra = sorted(set(state) - {*names, "count", STARTS})
    if absent or extra:
        raise IvyKeyError(
            f"A state of {kind} holds {list(names)}, and `count`. Received: keys={sorted(state)}"
        )
    slots: Slots = {}
    for name in names:
        if state[name] is not None:
            slots[name] = {k: _slot(x, name, k) for k, x in flatten(state[name]).items()}
    paths = [frozenset(slots.get(name, ())) for name in names]
    if len(set(paths)) > 1 and (same or not all(some <= paths[0] for some in paths)):
        raise IvyValueError(
            "The slots of a state must hold the same paths. Received: "
            + ", ".join(f"{k}={sorted(slots.get(k, ()))}" for k in names)
        )
    shapes = {k: x.shape for flat in slots.values() for k, x in flat.items()}
    for name, flat in slots.items():
        for k, x in flat.items():
            if not x.shape.is_compatible_with(shapes[k]):
                raise IvyValueError(
                    f"The slots of {k or 'the variable'!r} must have one shape. Received: "
                    f"{name} of shape={tuple(x.shape)} beside shape={tuple(shapes[k])}"
                )
    if state.get(STARTS) is not None:
        slots[STARTS] = _checked_starts(flatten(state[STARTS]), set(shapes))
    return _checked_count(state.get("count")), slots


def _checked_starts(starts: Mapping[str, Any], paths: set[str]) -> dict[str, tf.Tensor]:
    """Return after how many steps variables joined, as scalars."""
    found = {k: tf.convert_to_tensor(x) for k, x in starts.items()}
    for k, x in found.items():
        if k not in paths or x.shape.rank != 0 or not x.dtype.is_integer:
            raise IvyValueError(
                "The `starts` of a state are whole numbers, each for a variable that has slots. "
                f"Received: {x!r} at {k!r}"
            )
    return {k: tf.cast(x, tf.int64) for k, x in found.items()}


def _slot(x: ArrayLike | None, name: str, path: str) -> tf.Tensor:
    """Return a slot of a state as a tensor."""
    if x is not None:
        x = tf.convert_to_tensor(x)
        if x.dtype.is_floating:
            return x
    raise IvyTypeError(
        f"A slot of a state is a floating tensor. Received: {name!r} with {x!r} at {path!r}"
    )


def _checked_count(count: Any) -> Any:
    """Return a number of steps, which may be missing; in a trace its value is not known."""
    if count is not None and tf.executing_eagerly():
        given = np.asarray(count)
        value = float(given) if given.ndim == 0 and given.dtype.kind in "iuf" else count
        if not isinstance(value, float) or value < 0 or not value.is_integer():
            raise IvyValueError(
                "The `count` of a state is the number of steps made, a whole number of at least 0. "
                f"Received: count={value}"
            )
    return count
