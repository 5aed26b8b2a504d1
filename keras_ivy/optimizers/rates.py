"""The learning rate: of Keras's type for whoever reads it, as it was written for the formulas.

Keras holds a rate in a variable of its default type, float32, and so do its files, its checkpoints
and the arithmetic of users. Variables of float64 deserve the number that was written. So the number
is kept beside the variable, and counts for as long as it is what the variable holds, rounded: after
whatever sets the variable (an assignment in or outside of a function, a callback, a file), the
variable counts.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.overrides import overridden
from keras_ivy.optimizers.schedules import WarmupPolynomial
from keras_ivy.optimizers.spellings import as_learning_rate, check_new_rate
from keras_ivy.optimizers.tensors import scalar
from keras_ivy.utils.exceptions import IvyTypeError

Schedule = keras.optimizers.schedules.LearningRateSchedule


#: Who reads the rate.
READS = ("learning_rate", "_get_current_learning_rate")


class Rates:
    """The methods that concern the learning rate; `base.Optimizer` mixes them in."""

    def _init_rate(self, rate: Any) -> None:
        """Keep the number that the optimizer was made with, if it was one."""
        self.__dict__["_written_rate"] = rate if isinstance(rate, float) else None

    @property
    def learning_rate(self) -> Any:
        """The learning rate of the next step; it can be set to a number or a schedule.

        As in Keras: a variable of type `keras.config.floatx()` if it is a number, or what the
        schedule or callable returns.
        """
        return self._get_current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        held = self._learning_rate
        if not callable(value) and not isinstance(held, Schedule):
            if not hasattr(held, "assign"):
                raise IvyTypeError(
                    "The learning rate of this optimizer is a callable, which cannot be set to a "
                    "number. Make the optimizer with a number, or with a variable, which can. "
                    f"Received: learning_rate={value!r}"
                )
            check_new_rate(value)
        if callable(value):
            as_learning_rate(value)
        # A callback may set the rate to what it read: the rounded number, which changes nothing.
        before = _number(held)
        keras.optimizers.Optimizer.learning_rate.fset(self, value)
        if callable(value):
            self._init_rate(None)
        elif tf.executing_eagerly() and float(value) != before:
            self._init_rate(float(value))

    def _get_current_learning_rate(self) -> Any:
        if isinstance(self._learning_rate, Schedule):
            return self._learning_rate(self._schedule_count())
        return super()._get_current_learning_rate()

    def _schedule_count(self) -> Any:
        """What a schedule counts: calls of `apply`, as in Keras, or updates."""
        return self.iterations if self.schedule_counts == "updates" else self._iterations

    def _rate_at(self, count: Any) -> Any:
        """The rate of the step after `count` steps, for `step`, which counts by itself."""
        held = self._learning_rate
        self.__dict__["_handed_rate"] = held(count) if _counts(held) else self.learning_rate
        return self._handed_rate

    def _rate_given(self, rate: Any, dtype: tf.DType, count: Any = None) -> tf.Tensor:
        """The rate that was handed to a method, for tensors that are worked with in some type.

        What came through unchanged counts as it was written, not as Keras's type rounds it.

        Args:
            rate: The rate.
            dtype: The type.
            count: What a schedule has counted, if it is not what it counts for `apply`.
        """
        held = self._learning_rate
        if rate is held and isinstance(held, keras.Variable):
            value = tf.convert_to_tensor(held.value)
            # Float64 buys the number as it was written, for variables that can tell.
            return self._as_written(value) if dtype == tf.float64 else value
        own = isinstance(held, WarmupPolynomial) and held.is_exact
        if own and rate is self._handed_rate and not overridden(self, *READS):
            # Float64 buys counts beyond 2 ** 24, which would run together in float32.
            return held.in_float64(self._schedule_count() if count is None else count)
        return scalar(rate, dtype if dtype == tf.float64 else _type_of(rate))

    def _as_written(self, value: tf.Tensor) -> tf.Tensor:
        """The value of the rate's variable in float64: the number that was rounded to it, or it."""
        wide = tf.cast(value, tf.float64)
        written = self._written_rate
        if written is None or value.dtype == tf.float64:
            return wide
        written = tf.constant(written, tf.float64)
        same = tf.equal(value, tf.cast(written, value.dtype))
        # The difference is exact, and is added so that gradients reach the variable.
        return wide + tf.stop_gradient(tf.where(same, written - wide, tf.zeros_like(wide)))

    def _plain_rate(self) -> float:
        """The number that the rate's variable stands for."""
        with tf.init_scope():
            return float(self._as_written(tf.constant(self._learning_rate.numpy())))


def _counts(rate: Any) -> bool:
    """Whether a rate is a function of the count, as schedules are."""
    return hasattr(rate, "get_config") and callable(rate)


def _number(held: Any) -> float | None:
    """What a rate's variable holds, where that is known."""
    if isinstance(held, keras.Variable) and tf.executing_eagerly():
        return float(np.asarray(held))
    return None


def _type_of(rate: Any) -> tf.DType:
    """Type of a rate that no float64 variable asks for: its own, or float32."""
    return tf.as_dtype(rate.dtype) if hasattr(rate, "dtype") else tf.float32
