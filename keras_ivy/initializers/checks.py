"""Checks of what every initializer receives: shapes, dtypes, numbers, words."""

import re
from collections.abc import Sequence
from typing import Literal, TypeVar, overload

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.typing import DTypeLike
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

Value = TypeVar("Value")
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


def standardize_dtype(dtype: DTypeLike, floating: bool = False) -> str:
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
    name: str, value: object, *, least: float | None = None, above: float | None = None
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
    value = checks.finite(name, value)
    if least is not None and value < least:
        raise IvyValueError(f"`{name}` must be at least {least}. Received: {name}={value}")
    if above is not None and value <= above:
        raise IvyValueError(f"`{name}` must be above {above}. Received: {name}={value}")
    return value


def check_whole(
    name: str, value: object, *, least: int = 0, most: int = checks.LARGEST_COUNT
) -> int:
    """Return an integer from `least` to `most`.

    Raises:
        IvyTypeError: If it is not an integer.
        IvyValueError: If it is out of range.

    Example:

    >>> check_whole("groups", 2, least=1)
    2
    """
    if not checks.is_whole(value):
        raise IvyTypeError(f"`{name}` must be an integer. {checks.received(name, value)}")
    return checks.whole(name, value, least, most)


@overload
def check_pattern(name: str, value: object, *, optional: Literal[False] = ...) -> str: ...
@overload
def check_pattern(name: str, value: object, *, optional: Literal[True]) -> str | None: ...
def check_pattern(name: str, value: object, *, optional: bool = False) -> str | None:
    """Return a regular expression as it is, or None where that is allowed.

    Raises:
        IvyTypeError: If it is no text.
        IvyValueError: If it is empty, or no regular expression.

    Example:

    >>> check_pattern("branch", "block.*")
    'block.*'
    """
    if value is None and optional:
        return None
    pattern = checks.text(name, value)
    try:
        re.compile(pattern)
    except re.error as error:
        raise IvyValueError(
            f"`{name}` must be a regular expression; {error}. {checks.received(name, value)}"
        ) from error
    return pattern


def is_array_of_numbers(value: object) -> bool:
    """Whether a value is an array that variables can start from."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biufcV"  # V: NumPy's bfloat16
    if isinstance(value, tf.Tensor | keras.Variable):
        return tf.as_dtype(value.dtype) != tf.string
    return False


def check_scheme(name: str, value: Value, *, optional: bool = False) -> Value:
    """Return what may stand for an initializer: a name, an object, a config or a function.

    Whether a name is known shows when it is looked up.

    Raises:
        IvyTypeError: If it is something else.

    Example:

    >>> check_scheme("base", "kaiming")
    'kaiming'
    """
    initializer = keras.initializers.Initializer
    known = (isinstance(value, str) and bool(value)) or (
        isinstance(value, dict) and "class_name" in value
    )
    if isinstance(value, type):
        known = issubclass(value, initializer)
    array = is_array_of_numbers(value)
    other = callable(value) or hasattr(value, "rules") or (value is None and optional)
    if not (known or array or other):
        raise IvyTypeError(
            f"`{name}` must be the name of an initializer, an initializer, its config or a "
            f"function of `(shape, dtype)`. {checks.received(name, value)}"
        )
    if isinstance(value, type) and not known:
        raise IvyTypeError(
            f"`{name}` is a class, but not of initializers. {checks.received(name, value)}"
        )
    return value


def check_choice(name: str, value: str, choices: Sequence[str]) -> str:
    """Return one of some words.

    Raises:
        IvyValueError: If it is not one of them.

    Example:

    >>> check_choice("order", "up", ("up", "down"))
    'up'
    """
    if not checks.one_of(value, choices):
        raise IvyValueError(
            f"`{name}` must be one of {', '.join(map(repr, choices))}. "
            f"{checks.received(name, value)}"
        )
    return value
