"""Checks of what every initializer receives: shapes, dtypes, numbers, words."""

import math
import numbers
from collections.abc import Sequence
from typing import Any

import keras

from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

Shape = int | Sequence[int]


def standardize_shape(shape: Shape) -> tuple[int, ...]:
    """Return a shape as a tuple of integers; a single integer is the length of a vector.

    Raises:
        IvyValueError: If it has unknown or negative dimensions.

    Example:

    >>> standardize_shape(5), standardize_shape([2, 0])
    ((5,), (2, 0))
    """
    if isinstance(shape, int):
        shape = (shape,)
    try:
        result = tuple(int(size) for size in shape)
    except (TypeError, ValueError) as error:
        raise IvyValueError(
            f"A shape must be fully known integers. Received: shape={shape}"
        ) from error
    if any(size < 0 for size in result) or any(isinstance(size, float | str) for size in shape):
        raise IvyValueError(f"A shape must be integers of 0 or more. Received: shape={shape}")
    return result


def standardize_dtype(dtype: Any, floating: bool = False) -> str:
    """Return a dtype's name; the default is `keras.config.floatx()`.

    Raises:
        IvyValueError: If `floating` and the dtype is not a floating-point one.

    Example:

    >>> standardize_dtype(None)
    'float32'
    """
    name = keras.backend.standardize_dtype(dtype)
    if floating and "float" not in name:
        raise IvyValueError(
            "Random values are drawn in floating-point dtypes only; cast the result if you need "
            f"another. Received: dtype={name!r}"
        )
    return name


def check_number(
    name: str, value: Any, *, least: float | None = None, above: float | None = None
) -> float:
    """Return a finite number within its range, as it is.

    Args:
        name: Name of the argument, for the message.
        value: What was passed.
        least: The smallest allowed value, by default none.
        above: The value that it must exceed, by default none.

    Raises:
        IvyTypeError: If it is not a real number.
        IvyValueError: If it is NaN, infinite or out of range.

    Example:

    >>> check_number("gain", 2, least=0)
    2
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise IvyTypeError(f"`{name}` must be a number. Received: {name}={value!r}")
    try:
        finite = math.isfinite(value)
    except OverflowError:  # an integer that no float holds
        finite = False
    if not finite:
        raise IvyValueError(f"`{name}` must be finite. Received: {name}={value}")
    if least is not None and value < least:
        raise IvyValueError(f"`{name}` must be at least {least}. Received: {name}={value}")
    if above is not None and value <= above:
        raise IvyValueError(f"`{name}` must be above {above}. Received: {name}={value}")
    return value.item() if hasattr(value, "item") else value


def check_whole(name: str, value: Any, *, least: int = 0) -> int:
    """Return an integer of at least `least`.

    Raises:
        IvyTypeError: If it is not an integer.
        IvyValueError: If it is below.

    Example:

    >>> check_whole("groups", 2, least=1)
    2
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise IvyTypeError(f"`{name}` must be an integer. Received: {name}={value!r}")
    if value < least:
        raise IvyValueError(f"`{name}` must be at least {least}. Received: {name}={value}")
    return int(value)


def check_choice(name: str, value: Any, choices: Sequence[str]) -> str:
    """Return one of some words.

    Raises:
        IvyValueError: If it is not one of them.

    Example:

    >>> check_choice("order", "up", ("up", "down"))
    'up'
    """
    if value not in choices:
        raise IvyValueError(
            f"`{name}` must be one of {', '.join(map(repr, choices))}. Received: {name}={value!r}"
        )
    return value
