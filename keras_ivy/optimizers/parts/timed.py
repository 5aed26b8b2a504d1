"""Settings that follow time: weight decay, betas and momentum as numbers, schedules or callables.

A number is part of what is computed, as ever. A schedule is worked out from the number of the step,
which it counts as that of the learning rate does; a callable is called once a step (in a
`tf.function`, once a trace); a variable is followed. All of them act inside a function that was
compiled with them.
"""

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.keras_side.tensors import scalar
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.overrides import overridden
from keras_ivy.optimizers.parts.schedules import ExactSchedule
from keras_ivy.optimizers.parts.shown import printed_timed
from keras_ivy.optimizers.parts.spellings import VariableRate, check_range, is_callable_rate
from keras_ivy.typing import Scalar, Variable
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "TIMED",
    "Held",
    "Timed",
    "as_timed",
    "is_timed",
    "read_timed",
    "refuse_unread_decay",
    "timed_config",
]

Schedule = keras.optimizers.schedules.LearningRateSchedule

#: Which settings may follow time, and the range of their numbers.
TIMED: dict[str, tuple[float, float | None, str]] = {
    "weight_decay": (-float("inf"), None, "()"),
    "beta_1": (0.0, 1.0, "[)"),
    "beta_2": (0.0, 1.0, "[)"),
    "momentum": (0.0, 1.0, "[)"),
    "adam_beta_1": (0.0, 1.0, "[)"),
    "adam_beta_2": (0.0, 1.0, "[)"),
    "adam_learning_rate": (0.0, None, "[)"),
}

#: What a setting is held as: a number, or something that is called.
Held: TypeAlias = float | Callable[..., Scalar] | None


def as_timed(name: str, value: object) -> float | Callable[..., Scalar]:
    """Return a setting in the form in which an optimizer holds it.

    Args:
        name: Which of `TIMED`.
        value: A number, a `LearningRateSchedule`, a callable of no arguments, or a scalar variable,
            which is followed.

    Raises:
        IvyValueError: If it is none of these, or a number out of range.

    Example:

    >>> as_timed("momentum", np.float32(0.5)), callable(as_timed("momentum", lambda: 0.5))
    (0.5, True)
    """
    low, high, closed = TIMED[name]
    if isinstance(value, VariableRate):
        return value
    if isinstance(value, tf.Variable | keras.Variable):
        if tuple(value.shape) == () and tf.as_dtype(value.dtype).is_floating:
            return VariableRate(value)
    elif callable(value):
        if is_callable_rate(value):
            return value
    else:
        number: Any = value  # What it is, `check_range` says.
        return check_range(name, number, low, high, closed)
    raise IvyValueError(
        f"`{name}` must be a number, a `LearningRateSchedule`, a scalar floating variable or a "
        f"callable of no arguments. {checks.received(name, value)}"
    )


def is_timed(value: Held) -> bool:
    """Whether a setting is more than a number.

    Example:

    >>> is_timed(0.5), is_timed(lambda: 0.5)
    (False, True)
    """
    return callable(value)


def timed_config(value: Held) -> object:
    """Return a setting as a config holds it: a variable as what it is worth now.

    Example:

    >>> cosine = keras.optimizers.schedules.CosineDecay(1.0, decay_steps=9)
    >>> timed_config(0.5), timed_config(cosine)["class_name"]
    (0.5, 'CosineDecay')
    """
    if isinstance(value, Schedule):
        return keras.optimizers.schedules.serialize(value)
    if isinstance(value, VariableRate):
        return float(np.asarray(value()))
    return keras.saving.serialize_keras_object(value) if callable(value) else value


def read_timed(config: Mapping, custom_objects: Mapping | None = None) -> dict:
    """Return a config of an optimizer with the schedules and callables that it describes."""
    return {
        name: keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
        if name in TIMED and isinstance(value, dict)
        else value
        for name, value in config.items()
    }


class Timed:
    """The settings of an optimizer that follow time, as they are now.

    Args:
        host: The optimizer.
    """

    def __init__(self, host: Host):
        self._host = host
        #: Of the steps that go on, by thread (replicas have their own): what schedules count if
        #: `step` is what steps, and what was worked out so far.
        self._steps: dict[int, tuple[tf.Tensor | None, dict[str, Any]]] = {}

    @contextlib.contextmanager
    def step(self, count: tf.Tensor | None = None) -> Iterator[None]:
        """One step, in which every setting is worked out once.

        Args:
            count: How many steps were made before, if it is not what `apply` counts.
        """
        thread = threading.get_ident()
        before = self._steps.get(thread)
        self._steps[thread] = (count, {})
        try:
            yield
        finally:
            if before is None:
                del self._steps[thread]
            else:
                self._steps[thread] = before

    def value(self, name: str) -> Scalar:
        """Return what a setting is worth in the step that goes on, or that comes next."""
        held = getattr(self._host, name)
        if not is_timed(held):
            return held
        count, known = self._steps.get(threading.get_ident(), (None, {}))
        if name not in known:
            known[name] = self._at(held, count)
        return known[name]

    def _at(self, held: Any, count: tf.Tensor | None) -> Any:
        if not isinstance(held, Schedule):
            return held()
        host = self._host
        if count is None:
            count = host._rate.schedule_count() if host.built else host._stepper.cell.peek()[0]
        exact = isinstance(held, ExactSchedule) and held.is_exact
        # Float64 buys the number as it is worked out, for variables that can tell.
        return held.in_float64(count) if exact else held(count)

    def setting(self, name: str) -> float | Callable[[], Any]:
        """Return a setting as a formula holds it: a number, or what returns that of a step."""
        held = getattr(self._host, name)
        return functools.partial(self.value, name) if is_timed(held) else held

    def tensor(self, name: str, dtype: tf.DType) -> tf.Tensor:
        """Return what a setting is worth, as a scalar of some type."""
        value: Scalar | Variable = self.value(name)
        return scalar(value, dtype)

    def number(self, name: str) -> float:
        """Return what a setting is worth, for whoever shows it."""
        with tf.init_scope():
            return float(np.asarray(tf.convert_to_tensor(self.value(name))))


def refuse_unread_decay(host: Host, decay: Held) -> None:
    """Refuse a decay that follows time where the formula would not read it.

    Raises:
        IvyValueError: If a subclass has replaced what computes.
    """
    if is_timed(decay) and overridden(host, "_scalars", "_update", "_update_fused"):
        raise IvyValueError(
            f"The formula of {type(host).__name__} reads the strength of weight decay from "
            "`treatment.decay`, which is a number. Write it as a `Formula`, whose `scalars` are "
            "handed the decay of each step, or give a number. "
            f"Received: weight_decay={printed_timed(decay)}"
        )
