"""Ivy's spellings of constructor arguments, normalised here and nowhere else."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

#: What Ivy programs write, and what Keras configs hold.
SPELLINGS = {
    "lr": "learning_rate",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "decay_lambda": "weight_decay",
    "dev": "device",
}

#: Keywords that every optimizer takes from Keras's base class.
KERAS_KEYWORDS = (
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
    "name",
)


def ivy_spellings(init: Callable) -> Callable:
    """Let a constructor take Ivy's keywords beside its own.

    Args:
        init: An `__init__` whose own parameters have Keras's names.

    Returns:
        The same constructor; `lr=0.1` reaches it as `learning_rate=0.1`.
    """
    signature = inspect.signature(init)

    @functools.wraps(init)
    def wrapper(self, *args: Any, **kwargs: Any) -> None:
        for ivy, name in SPELLINGS.items():
            if ivy not in kwargs:
                continue
            value = kwargs.pop(ivy)
            if name in kwargs or name in signature.bind_partial(self, *args).arguments:
                raise IvyTypeError(
                    f"`{ivy}` is Ivy's spelling of `{name}`: give one of them. "
                    f"Received: {ivy}={value!r} beside `{name}`"
                )
            kwargs[name] = value
        init(self, *args, **kwargs)

    return wrapper


def check_keywords(kwargs: dict, cls: type) -> None:
    """Refuse keywords that neither the class nor Keras's base class knows, and values it ignores.

    Raises:
        IvyValueError: If there are any; it names the nearest known ones.
    """
    unknown = sorted(set(kwargs) - set(KERAS_KEYWORDS))
    if not unknown:
        _check_options(kwargs)
        return
    known = set(KERAS_KEYWORDS)
    for base in cls.__mro__:
        init = base.__dict__.get("__init__")
        if init is not None and base.__module__.startswith("keras_ivy"):
            known |= set(inspect.signature(init).parameters) - {"self", "kwargs"}
    raise IvyValueError(
        f"{cls.__name__} has no argument {unknown[0]!r}. {nearest(unknown[0], known)} "
        f"Received: {', '.join(f'{name}={kwargs[name]!r}' for name in unknown)}"
    )


def _check_options(options: dict) -> None:
    """Refuse options of Keras's base class that are out of range: it takes them for none at all."""
    given = {name: value for name, value in options.items() if value is not None}
    for name in ("clipnorm", "clipvalue", "global_clipnorm", "loss_scale_factor"):
        if name in given:
            check_range(name, given[name], 0.0, None, "()")
    if "ema_momentum" in given:
        check_range("ema_momentum", given["ema_momentum"], 0.0, 1.0, "[]")
    for name, least in (("gradient_accumulation_steps", 2), ("ema_overwrite_frequency", 1)):
        if name in given:
            check_range(name, given[name], least, None, "[)")
            if given[name] != int(given[name]):
                raise IvyValueError(
                    f"`{name}` must be a whole number. Received: {name}={given[name]!r}"
                )


class VariableRate:
    """A learning rate that follows a variable; in a config it is the value of that moment."""

    def __init__(self, variable: Any):
        self.variable = variable

    def __call__(self) -> Any:
        """Read the variable."""
        return tf.convert_to_tensor(self.variable)

    def assign(self, value: Any) -> None:
        """Set the variable, as callbacks do that change the rate of an optimizer."""
        self.variable.assign(value)


def as_learning_rate(value: Any) -> Any:
    """Return a learning rate in a form that Keras's base class takes.

    Args:
        value: A Python, NumPy or tensor scalar (an integer too), a schedule, a callable of no
            arguments, or a scalar variable, which is followed.

    Returns:
        A `float`, a schedule or a callable.

    Raises:
        IvyValueError: If it is none of these.
    """
    if isinstance(value, tf.Variable | keras.Variable):
        return VariableRate(value)
    if callable(value):
        return value
    number = isinstance(value, int | float | np.generic | np.ndarray) or tf.is_tensor(value)
    if number and not isinstance(value, bool) and np.ndim(value) == 0 and np.isfinite(value):
        return float(value)
    raise IvyValueError(
        "`learning_rate` must be a finite number, a `LearningRateSchedule`, a scalar variable or a "
        f"callable of no arguments. Received: learning_rate={value!r}"
    )


def check_range(name: str, value: Any, low: float, high: float | None, closed: str) -> None:
    """Refuse a hyperparameter outside its range.

    Args:
        name: Name of the argument.
        value: What was given.
        low: Lower end.
        high: Upper end, or `None`.
        closed: Two characters, such as `"[)"`: which ends belong to the range.

    Raises:
        IvyValueError: If `value` is outside, or not a number.
    """
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    inside = number and (value >= low if closed[0] == "[" else value > low)
    if high is not None:
        inside = inside and (value <= high if closed[1] == "]" else value < high)
    elif number and closed[1] == ")":
        inside = inside and value < float("inf")
    if not inside:
        end = "inf" if high is None else high
        raise IvyValueError(
            f"`{name}` must be in {closed[0]}{low}, {end}{closed[1]}. Received: {name}={value!r}"
        )
