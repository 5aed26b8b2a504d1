"""Optimizers that users wrote for Ivy: subclasses that implement `_step(self, v, grads)`."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.utils.exceptions import IvyValueError


class Handwritten:
    """What Ivy's base class offers to a `_step(self, v, grads)`; `base.Optimizer` mixes it in.

    `_step` receives Containers of tensors and returns the new variables; it may keep what it likes
    in attributes. It finds the learning rate in `_lr` (a float, or something to call), the number
    of the step, from one, in `_count`, and the constructor's `_inplace` and `_stop_gradients`.
    """

    @property
    def _is_handwritten(self) -> bool:
        return hasattr(type(self), "_step")

    @property
    def _count(self) -> int:
        return vars(self).get("_steps_made", 0)

    @property
    def _lr(self) -> Any:
        rate = self._learning_rate
        if isinstance(rate, keras.Variable):
            return self._plain_rate()
        if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            return lambda: rate(self._count - 1)
        return rate

    @property
    def _inplace(self) -> bool | None:
        return self.inplace

    @property
    def _stop_gradients(self) -> bool:
        return self.stop_gradients

    def _step_by_hand(self, v: Any, flat_v: dict, flat_g: dict) -> Any:
        """Call the user's `_step` on the variables that have a gradient, and merge the result."""
        context = tf.distribute.get_replica_context()
        if context is not None and context.num_replicas_in_sync > 1:
            raise IvyValueError(
                f"{type(self).__name__} keeps its state in Python attributes, of which replicas "
                "have one. Implement `_scalars` and `_update`, or step outside of the strategy. "
                f"Received: a call of `step` in one of {context.num_replicas_in_sync} replicas"
            )
        if tf.inside_function():
            raise IvyValueError(
                f"{type(self).__name__} keeps its state in Python attributes, which a "
                "`tf.function` cannot change. Call `step` eagerly, or implement `_scalars` and "
                "`_update`. Received: a call of `step` that is being traced"
            )
        given = {path: flat_v[path] for path in flat_g}
        vars(self)["_steps_made"] = self._count + 1
        if not isinstance(v, Mapping):
            return self._step(given[""], flat_g[""])
        new = self._step(Container.unflatten(given), Container.unflatten(flat_g))
        if not isinstance(new, Mapping) or set(Container(new).flatten()) != set(given):
            raise IvyValueError(
                f"`{type(self).__name__}._step` must return the variables it was given. "
                f"Received: {new!r}"
            )
        return Container.unflatten({**flat_v, **Container(new).flatten()})
