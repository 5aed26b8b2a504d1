"""Optimizers that users wrote for Ivy: subclasses that implement `_step(self, v, grads)`.

`_step` receives Containers of tensors and returns the new variables; it may keep what it likes
in attributes. It finds the learning rate in `_lr` (a float, or something to call), the number
of the step, from one, in `_count`, and the constructor's `_inplace` and `_stop_gradients`.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.optimizers.ivy_side.leaves import Flat
from keras_ivy.utils.exceptions import IvyValueError

Stepped = TypeVar("Stepped")

__all__ = ["check_stepping_by_hand", "step_by_hand"]


def check_stepping_by_hand(kind: str) -> None:
    """Refuse a step that Python attributes cannot keep the state of.

    Args:
        kind: What the optimizer's class is called.

    Raises:
        IvyValueError: In one of several replicas, and in a trace.
    """
    context = tf.distribute.get_replica_context()
    if context is not None and context.num_replicas_in_sync > 1:
        raise IvyValueError(
            f"{kind} keeps its state in Python attributes, of which replicas "
            "have one. Implement `_scalars` and `_update`, or step outside of the strategy. "
            f"Received: a call of `step` in one of {context.num_replicas_in_sync} replicas"
        )
    if tf.inside_function():
        raise IvyValueError(
            f"{kind} keeps its state in Python attributes, which a "
            "`tf.function` cannot change. Call `step` eagerly, or implement `_scalars` and "
            "`_update`. Received: a call of `step` that is being traced"
        )


def step_by_hand(
    step: Callable[[Any, Any], Stepped], kind: str, v: object, flat_v: Flat, flat_g: Flat
) -> Stepped | Container:
    """Call a user's `_step` on the variables that have a gradient, and merge the result.

    Args:
        step: The user's method.
        kind: What the optimizer's class is called.
        v: What was given to step on.
        flat_v: Its values by path.
        flat_g: The gradients that there are, by path.

    Raises:
        IvyValueError: If the result is no Container of these variables.
    """
    given = {path: flat_v[path] for path in flat_g}
    if not isinstance(v, Mapping):
        return step(given[""], flat_g[""])
    new = step(Container.unflatten(given), Container.unflatten(flat_g))
    if not isinstance(new, Mapping) or set(Container(new).flatten()) != set(given):
        raise IvyValueError(
            f"`{kind}._step` must return the variables it was given. Received: {new!r}"
        )
    return Container.unflatten({**flat_v, **Container(new).flatten()})
