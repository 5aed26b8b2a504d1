"""Checks of plain arguments: numbers, whole numbers, switches, names; each range is its message.

All parts of the package build theirs on these. A check changes nothing and returns the value as
plain Python, which configs can hold; arrays of several entries are never asked for their truth.
"""

import math
import numbers
from collections.abc import Iterable, Mapping
from typing import TypeGuard, TypeVar

import numpy as np

from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

Value = TypeVar("Value")

#: No size, stride or count is larger: TensorFlow's kernels count in 32 bits.
LARGEST_COUNT = 2**31 - 1
#: No rate, scale or other hyperparameter is larger: float32 would overflow in its square.
LARGEST_NUMBER = 1e12


def summary(value: object, limit: int = 200) -> str:
    """Return what an error shows of a value: arrays by shape and type, long texts cut.

    Example:

    >>> summary(np.zeros((2, 3))), summary("x"), summary([0] * 100, limit=10)
    ('<ndarray of shape (2, 3) and dtype float64>', "'x'", '[0, 0, ...')
    """
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None and not isinstance(value, np.generic):
        dtype = getattr(dtype, "name", dtype)
        rank = getattr(shape, "rank", 0)
        shape = shape if rank is None else tuple(shape)
        if shape == () and isinstance(value, np.ndarray):
            return repr(value)
        return f"<{type(value).__name__} of shape {shape} and dtype {dtype}>"
    if isinstance(value, list | tuple) and any(hasattr(x, "shape") for x in value):
        inner = ", ".join(summary(x) for x in value)
        text = f"[{inner}]" if isinstance(value, list) else f"({inner})"
    elif isinstance(value, Mapping):
        text = "{" + ", ".join(f"{k!r}: {summary(x)}" for k, x in value.items()) + "}"
    elif isinstance(value, int) and value.bit_length() > 4000:
        text = f"<a whole number of {value.bit_length()} bits>"  # Python refuses to print it
    else:
        text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def received(name: str, value: object) -> str:
    """Return the end of an error's sentence.

    Example:

    >>> received("axis", 3)
    'Received: axis=3'
    """
    return f"Received: {name}={summary(value)}"


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is one real number of Python's or NumPy's, and no bool.

    Example:

    >>> is_number(2), is_number(np.float32(2)), is_number(True), is_number("2")
    (True, True, False, False)
    """
    return isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number of Python's or NumPy's, and no bool.

    Example:

    >>> is_whole(2), is_whole(2.0), is_whole(True)
    (True, False, False)
    """
    return isinstance(value, numbers.Integral) and not isinstance(value, bool | np.bool_)


def at_most(name: str, value: float, largest: float = LARGEST_NUMBER, owner: str = "") -> None:
    """Refuse a number whose size is beyond what anything can mean.

    Raises:
        IvyValueError: If it is.
    """
    if abs(value) > largest:
        prefix = f"{owner}: " if owner else ""
        raise IvyValueError(
            f"{prefix}`{name}` must be at most {largest:.10g}. {received(name, value)}"
        )


def flag(name: str, value: object, owner: str = "") -> bool:
    """Return a switch, if it is a bool.

    Raises:
        IvyTypeError: If it is anything else: `"no"` would count as true.

    Example:

    >>> flag("with_bias", np.True_)
    True
    """
    if not isinstance(value, bool | np.bool_):
        prefix = f"{owner}: " if owner else ""
        raise IvyTypeError(f"{prefix}`{name}` must be `True` or `False`. {received(name, value)}")
    return bool(value)


def finite(name: str, value: object, owner: str = "", size: float = LARGEST_NUMBER) -> float:
    """Return a finite real number, as plain Python.

    Raises:
        IvyTypeError: If it is no real number.
        IvyValueError: If it is NaN, infinite, or larger than `size`.

    Example:

    >>> finite("gain", np.float64(2))
    2.0
    """
    prefix = f"{owner}: " if owner else ""
    if not is_number(value):
        raise IvyTypeError(f"{prefix}`{name}` must be a number. {received(name, value)}")
    if not is_whole(value) and not math.isfinite(value):
        raise IvyValueError(f"{prefix}`{name}` must be finite. {received(name, value)}")
    at_most(name, value, size, owner)
    return value.item() if hasattr(value, "item") else value


def whole(
    name: str, value: object, least: int | None = None, most: int = LARGEST_COUNT, owner: str = ""
) -> int:
    """Return a whole number from `least` to `most`.

    Raises:
        IvyTypeError: If it is no whole number.
        IvyValueError: If it is out of range.

    Example:

    >>> whole("padding_idx", 3, 0, 9)
    3
    """
    prefix = f"{owner}: " if owner else ""
    if not is_whole(value):
        raise IvyTypeError(f"{prefix}`{name}` must be a whole number. {received(name, value)}")
    if least is not None and value < least:
        raise IvyValueError(f"{prefix}`{name}` must be at least {least}. {received(name, value)}")
    if abs(value) > most or value > most:
        raise IvyValueError(f"{prefix}`{name}` must be at most {most}. {received(name, value)}")
    return int(value)


def axis(name: str, value: object, owner: str = "") -> int:
    """Return the number of an axis, of an array that is not there yet.

    Raises:
        IvyTypeError: If it is no whole number.
        IvyValueError: If no array has as many axes.
    """
    return whole(name, value, -254, 254, owner)


def choice(name: str, value: Value, known: Iterable[object], owner: str = "") -> Value:
    """Return a value, if it is one of those known.

    Raises:
        IvyValueError: If it is not; the sentence names the nearest.

    Example:

    >>> choice("order", "up", ("up", "down"))
    'up'
    """
    known = list(known)
    if not one_of(value, known):
        prefix = f"{owner}: " if owner else ""
        names = [x for x in known if isinstance(x, str)]
        hint = ""
        if isinstance(value, str) and names and "Did you mean" in nearest(value, names):
            hint = f"{nearest(value, names)} "
        raise IvyValueError(
            f"{prefix}`{name}` must be one of {known}. {hint}{received(name, value)}"
        )
    return value


def one_of(value: object, known: Iterable[object]) -> bool:
    """Whether a value is among others of its own type; arrays are none of them.

    Example:

    >>> one_of(True, [1, 2]), one_of(2, [1, 2]), one_of(np.ones(3), ["a"])
    (False, True, False)
    """
    for x in known:
        if isinstance(x, str) or x is None or isinstance(x, bool):
            alike = isinstance(value, type(x))
        else:
            alike = is_whole(x) and is_whole(value)
        if alike and value == x:
            return True
    return False


def text(name: str, value: object, owner: str = "") -> str:
    """Return a string that is not empty.

    Raises:
        IvyTypeError: If it is something else.
        IvyValueError: If it is empty.
    """
    prefix = f"{owner}: " if owner else ""
    if not isinstance(value, str):
        raise IvyTypeError(f"{prefix}`{name}` must be a string. {received(name, value)}")
    if not value:
        raise IvyValueError(f"{prefix}`{name}` must not be empty. {received(name, value)}")
    return value
