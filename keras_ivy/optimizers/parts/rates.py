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

from keras_ivy.optimizers.keras_side.tensors import scalar
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.overrides import overridden
from keras_ivy.optimizers.parts.schedules import ExactSchedule
from keras_ivy.optimizers.parts.shown import printed_schedule
from keras_ivy.optimizers.parts.spellings import as_learning_rate, check_new_rate
from keras_ivy.typing import LearningRate
from keras_ivy.utils.exceptions import IvyTypeError

Schedule = keras.optimizers.schedules.LearningRateSchedule


#: Who reads the rate.
READS = ("learning_rate", "_get_current_learning_rate")


class Rate:
    """The learning rate of an optimizer.

    Args:
        host: The optimizer.
        rate: What it was made with: a float, a schedule or a callable.
    """

    def __init__(self, host: Host, rate: LearningRate):
        self._host = host
        #: The number that the optimizer was made with, or was set to, if it was one.
        self._written = rate if isinstance(rate, float) else None
        #: What was handed to a method that somebody may have replaced.
        self._handed: Any = None

    def check_new(self, value: LearningRate) -> None:
        """Refuse what the rate cannot be set to.

        Raises:
            IvyTypeError: If the learning rate is a callable, and `value` is a number.
            IvyValueError: If it is no learning rate.
        """
        held = self._host._learning_rate
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

    def was_set(self, value: LearningRate, before: float | None) -> None:
        """Keep the number that the rate was set to.

        Args:
            value: The rate.
            before: What `number` was.
        """
        if callable(value):
            self._written = None
        elif tf.executing_eagerly() and float(value) != before:
            # A callback may set the rate to what it read, rounded, which changes nothing.
            self._written = float(value)

    def number(self) -> float | None:
        """Return what the variable of the learning rate holds, where that is known."""
        held = self._host._learning_rate
        if isinstance(held, keras.Variable) and tf.executing_eagerly():
            return float(np.asarray(held))
        return None

    def schedule_count(self) -> keras.Variable:
        """Return what a schedule counts: calls of `apply`, as in Keras, or updates."""
        host = self._host
        return host.iterations if host.schedule_counts == "updates" else host._iterations

    def to_hand(self) -> keras.Variable | tf.Tensor:
        """Return the rate as Keras hands it to `_backend_update_step`, and it to `update_step`."""
        self._handed = self._host.learning_rate
        return self._handed

    def at(self, count: tf.Tensor) -> keras.Variable | tf.Tensor:
        """Return the learning rate after `count` steps, for `step`, which counts by itself."""
        held = self._host._learning_rate
        self._handed = held(count) if _counts(held) else self._host.learning_rate
        return self._handed

    def given(
        self, rate: keras.Variable | tf.Tensor, dtype: tf.DType, count: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Return the rate that was handed to a method, for tensors worked with in some type.

        What came through unchanged counts as it was written, not as Keras's type rounds it.

        Args:
            rate: The rate.
            dtype: The type.
            count: What a schedule has counted, if it is not what it counts for `apply`.
        """
        held = self._host._learning_rate
        if rate is held and isinstance(held, keras.Variable):
            value = tf.convert_to_tensor(held.value)
            # Float64 buys the number as it was written, for variables that can tell.
            return self._as_written(value) if dtype == tf.float64 else value
        own = isinstance(held, ExactSchedule) and held.is_exact
        if own and rate is self._handed and not overridden(self._host, *READS):
            # Float64 buys counts beyond 2 ** 24, which would run together in float32.
            return held.in_float64(self.schedule_count() if count is None else count)
        return scalar(rate, dtype if dtype == tf.float64 else _type_of(rate))

    def _as_written(self, value: tf.Tensor) -> tf.Tensor:
        """The value of the rate's variable in float64: the number that was rounded to it, or it."""
        wide = tf.cast(value, tf.float64)
        if self._written is None or value.dtype == tf.float64:
            return wide
        written = tf.constant(self._written, tf.float64)
        same = tf.equal(value, tf.cast(written, value.dtype))
        # The difference is exact, and is added so that gradients reach the variable.
        return wide + tf.stop_gradient(tf.where(same, written - wide, tf.zeros_like(wide)))

    def plain(self) -> float:
        """Return the number that the learning rate's variable stands for."""
        with tf.init_scope():
            return float(self._as_written(tf.constant(self._host._learning_rate.numpy())))

    def __repr__(self) -> str:
        rate = self._host._learning_rate
        if isinstance(rate, keras.Variable):
            return repr(self.plain()) if tf.executing_eagerly() else "..."
        if isinstance(rate, Schedule):
            return printed_schedule(rate)
        return f"<{getattr(rate, '__name__', type(rate).__name__)}>"


def _counts(rate: Any) -> bool:
    """Whether a rate is a function of the count, as schedules are."""
    return hasattr(rate, "get_config") and callable(rate)


def _type_of(rate: Any) -> tf.DType:
    """Type of a rate that no float64 variable asks for: its own, or float32."""
    return tf.as_dtype(rate.dtype) if hasattr(rate, "dtype") else tf.float32
