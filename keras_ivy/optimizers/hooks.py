"""Keras's extension points: what every step goes through, and what of it somebody has replaced.

Keras's `apply` calls a dozen methods, any of which a subclass, a mixin or an instance may replace.
Each of them does here what this package does at that point, and the pipeline (see `apply`) calls
them, so that a replacement is heard, and finds through `super()` what it replaces. Where a fast
path leaves several of them out at once, it asks `overridden` first.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from keras_ivy.adapters import keras_optimizers as adapter
from keras_ivy.optimizers import apply as pipeline
from keras_ivy.optimizers import fast
from keras_ivy.optimizers.gradients import clip_by_norm, clip_values
from keras_ivy.optimizers.overrides import DECAY, overridden
from keras_ivy.optimizers.replicas import is_mirrored, sum_over_replicas
from keras_ivy.optimizers.rules import path_of
from keras_ivy.optimizers.sparse import Rows, as_rows
from keras_ivy.optimizers.tensors import dense, raw
from keras_ivy.utils.exceptions import IvyNotImplementedException, IvyValueError


class Hooks:
    """The methods that Keras's `apply` calls; `base.Optimizer` mixes them in."""

    def _init_hooks(self) -> None:
        self.__dict__["_decaying"] = None
        self.__dict__["_handed_rate"] = None

    def _backend_apply_gradients(self, grads: Sequence[Any], variables: Sequence[Any]) -> None:
        self._note_trace()
        if not pipeline.apply(self, list(grads), list(variables)):
            super()._backend_apply_gradients(grads, variables)

    def _all_reduce_sum_gradients(self, grads_and_vars: Sequence[tuple[Any, Any]]) -> list:
        pairs = list(grads_and_vars)
        sums = sum_over_replicas([g for g, _ in pairs])
        return [(g, v) for g, (_, v) in zip(sums, pairs, strict=True)]

    # Clipping, and weight decay.

    def _clip_gradients(self, grads: Sequence[Any]) -> list:
        return clip_values(self, list(grads))

    def _clip_by_norm(self, values: Any, axes: Any = None) -> Any:
        if axes is not None:
            return super()._clip_by_norm(values, axes)
        return clip_by_norm(values, self.clipnorm)

    def _apply_weight_decay(self, variables: Sequence[Any]) -> None:
        """Let these variables decay in the update that follows.

        Decay is part of the formula, where the variant says. A subclass that does not call this
        method decays otherwise, or not at all.
        """
        found = {self._get_variable_index(v) for v in variables if self._use_weight_decay(raw(v))}
        self.__dict__["_decaying"] = (self._decaying or frozenset()) | found

    def _use_weight_decay(self, variable: Any) -> bool:
        """Whether a variable decays, as the rules and exclusions say."""
        if not self.built:
            raise IvyValueError(
                "Which variables decay is known once the optimizer is built: call "
                f"`build(variables)` first. Received: {path_of(variable)!r}"
            )
        return bool(self._treatments[self._get_variable_index(variable)].decay)

    def _decide_decay(self, variables: Sequence[Any]) -> None:
        """Ask what decays in this update, if a subclass has something to say about it."""
        if overridden(self, *DECAY):
            self.__dict__["_decaying"] = frozenset()
            self._apply_weight_decay(variables)

    def _treatment(self, index: int) -> Any:
        """What the variable of this index gets in this update."""
        treatment = self._treatments[index]
        if not overridden(self, *DECAY) or self._decaying is None or index in self._decaying:
            return treatment
        return treatment._replace(decay=0.0)

    # The update.

    def _backend_update_step(
        self, grads: Sequence[Any], trainable_variables: Sequence[Any], learning_rate: Any
    ) -> None:
        """Update every variable, all at once if nothing says how to update one."""
        if not is_mirrored(trainable_variables):
            super()._backend_update_step(grads, trainable_variables, learning_rate)
        elif overridden(self, "_distributed_tf_update_step"):
            pairs = [(sparse(g), raw(v)) for g, v in zip(grads, trainable_variables, strict=True)]
            adapter.merge_update(self, pairs, learning_rate)
        elif overridden(self, "update_step"):
            for g, v in zip(grads, trainable_variables, strict=True):
                self.update_step(sparse(g), raw(v), learning_rate)
        else:
            fast.update_all(self, grads, trainable_variables, learning_rate)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one variable and its slots from its gradient.

        This is what Keras documents to be replaced; a subclass that does is called for every
        variable, as by Keras, and may call `super().update_step` with what it likes.

        Args:
            gradient: A tensor, or an `IndexedSlices`, whose rows that repeat are added up.
            variable: A variable that the optimizer was built for.
            learning_rate: The rate.
        """
        i = self._get_variable_index(variable)
        if not isinstance(gradient, tf.IndexedSlices):
            gradient = tf.convert_to_tensor(gradient)
        elif self.lazy_slots:
            gradient = as_rows(gradient)
        else:
            gradient = dense(gradient, variable.shape)
        job = fast.Job(i, (raw(variable), *map(raw, self._slots[i])), gradient, self._treatment(i))
        count = tf.convert_to_tensor(self.iterations)
        rate = self._rate_given(learning_rate, job.dtype)
        ratio = fast.update_plain(self, job, self._scalars(rate, count, job.dtype), count)
        if ratio is not None and tf.distribute.get_replica_context() is not None:
            self._note_ratios({(i,): ratio})

    def _rate_to_hand(self) -> Any:
        """The rate as Keras hands it to `_backend_update_step`, and it to `update_step`."""
        self.__dict__["_handed_rate"] = self.learning_rate
        return self._handed_rate

    # Accumulated gradients, and averages.

    def _backend_increment_gradient_accumulators(
        self, grads: Sequence[Any], acc_grads: Sequence[Any]
    ) -> None:
        for buffer, g in zip(map(raw, acc_grads), grads, strict=True):
            buffer.assign_add(tf.cast(g, buffer.dtype))

    def _backend_reset_gradient_accumulators(self) -> None:
        for buffer in map(raw, self._accumulated_gradients):
            buffer.assign(tf.zeros_like(buffer))

    def _update_model_variables_moving_average(self, trainable_variables: Sequence[Any]) -> None:
        pipeline.average(self, trainable_variables)

    def _backend_maybe_overwrite_model_variables(self, trainable_variables: Sequence[Any]) -> None:
        count = tf.convert_to_tensor(self.iterations)
        pipeline.when(
            tf.equal((count + 1) % self.ema_overwrite_frequency, 0),
            lambda: self._overwrite_model_variables_with_average_value(trainable_variables),
            lambda: None,
        )

    def _overwrite_model_variables_with_average_value(
        self, trainable_variables: Sequence[Any]
    ) -> None:
        if not tf.distribute.in_cross_replica_context():
            pipeline.overwrite(self, trainable_variables)
        else:
            super()._overwrite_model_variables_with_average_value(trainable_variables)


def sparse(grad: Any) -> Any:
    """Return a gradient as somebody knows it who has replaced `update_step`.

    Raises:
        IvyNotImplementedException: If it is dense and stands for some rows of a variable alone.
    """
    if not isinstance(grad, Rows):
        return grad
    if grad.whole:
        raise IvyNotImplementedException(
            "`lazy_slots` under XLA, or with gradients that are accumulated, updates rows in a way "
            "that `update_step` does not know. Leave `lazy_slots` out, or override `_update` in "
            "place of `update_step`. Received: lazy_slots=True with an `update_step` of your own"
        )
    return tf.IndexedSlices(grad.values, grad.indices)
