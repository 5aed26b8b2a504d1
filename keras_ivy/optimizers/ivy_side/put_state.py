"""A state for variables that are trained through Keras: all of it, or as much as fits."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.ivy_side.keys import chosen, keys_of, unique_paths
from keras_ivy.optimizers.ivy_side.shown_state import StateReport
from keras_ivy.optimizers.ivy_side.state import STARTS, Slots
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.typing import Scalar, Variable
from keras_ivy.utils.exceptions import IvyKeyError, IvyValueError

__all__ = ["put_state"]


def put_state(
    host: Host,
    kept: Sequence[tuple[Variable, tuple[Variable, ...]]],
    count: Scalar | None,
    slots: Slots,
    strict: bool,
) -> StateReport:
    """Give the slots of an optimizer the values of a state.

    Args:
        host: The optimizer.
        kept: Its variables that have slots, and these.
        count: The number of steps made, or `None` for that of the optimizer.
        slots: The slots of the state, by name and path.
        strict: Whether all has to fit.

    Raises:
        IvyKeyError: If it has to and there are other paths.
        IvyValueError: If it has to and a shape is another, or other slots are kept of a variable;
            or functions are compiled that count for variables together which would count from
            different steps.
    """
    formula, variables = formula_of(host), [v for v, _ in kept]
    keys, first = keys_of(host, variables), next(iter(formula.slot_names), "")
    shapes = {k: tuple(x.shape) for k, x in slots.get(first, {}).items()}
    if strict:
        names: list[str | None] = _all(keys, variables, shapes)
    else:
        names = _fitting(keys, variables, shapes)
    for i, (name, key, (_, slot)) in enumerate(zip(names, keys, kept, strict=True)):
        has = [slot_name for slot_name in formula.slot_names if name in slots.get(slot_name, {})]
        if name is None or len(has) == len(slot):
            continue
        if strict:
            raise IvyValueError(
                f"This optimizer keeps {list(formula.slot_names[: len(slot)])} of {key!r}; "
                "`set_state(state, strict=False)` lets it start anew. "
                f"Received: a state with {has} of it"
            )
        names[i] = None
    if count is None:
        count = int(np.asarray(tf.convert_to_tensor(host.iterations)))
    starts = slots.get(STARTS, {})
    numbers = [
        int(count) if name is None else int(starts[name]) if name in starts else 0 for name in names
    ]
    _count_from(host, variables, numbers)
    for i, slot_name in enumerate(formula.slot_names):
        for name, (_, slot) in zip(names, kept, strict=True):
            if i >= len(slot):
                continue
            if name is None:
                slot[i].assign(tf.zeros(slot[i].shape, slot[i].dtype))
            else:
                slot[i].assign(formula.stored((slots[slot_name][name],))[0])
    host._iterations.assign(int(count) * (host.gradient_accumulation_steps or 1))
    pairs = list(zip(keys, names, strict=True))
    return StateReport(
        tuple(key for key, name in pairs if name is not None),
        tuple(key for key, name in pairs if name is None),
        tuple(sorted(set(shapes) - set(names))),
    )


def _count_from(host: Host, variables: Sequence[Variable], numbers: Sequence[int]) -> None:
    """Let variables count from so many steps; those that have no slots do not count."""
    own = dict(zip(map(id, variables), numbers, strict=True))
    every = [own.get(id(v), 0) for v in host._trainable_variables]
    host._engine.cohorts.set(every, host._options.traced)


def _all(
    keys: Sequence[str], variables: Sequence[Variable], shapes: dict[str, tuple[int, ...]]
) -> list[str | None]:
    """The path in the state of every variable, if they are just the same."""
    names = chosen(keys, variables, shapes)
    if names is None:
        raise IvyKeyError(
            "A state must hold slots of the optimizer's variables, under "
            f"{', '.join(keys) or None}; `set_state(state, strict=False)` takes what fits. "
            f"Received: {', '.join(sorted(shapes)) or None}"
        )
    for name, key, variable in zip(names, keys, variables, strict=True):
        if shapes[name] != tuple(variable.shape):
            raise IvyValueError(
                f"The slots of {key!r} have shape {tuple(variable.shape)}. "
                f"Received: shape={shapes[name]}"
            )
    return list(names)


def _fitting(
    keys: Sequence[str], variables: Sequence[Variable], shapes: dict[str, tuple[int, ...]]
) -> list[str | None]:
    """The path in the state of every variable that there is one for, of its shape."""
    found: list[str | None] = []
    for key, path, v in zip(keys, unique_paths(variables), variables, strict=True):
        same = [name for name in (key, path) if shapes.get(name) == tuple(v.shape)]
        found.append(same[0] if same else None)
    return found
