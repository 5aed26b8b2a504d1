"""Elementwise functions with options of their own: rounding, choosing, bounding."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.ivy import stability
from keras_ivy.ops.kinds import by_parts, complex_operands, is_complex, kind_of, numbers
from keras_ivy.ops.maths.linalg import vector_norm
from keras_ivy.ops.tensors import dtype_name, operand, operands, to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "clip",
    "clip_vector_norm",
    "lerp",
    "nan_to_num",
    "round",
    "stable_divide",
    "stable_pow",
    "stop_gradient",
    "where",
]


@ivy_function
def round(x: ArrayLike, decimals: int = 0) -> Array:
    """Return the nearest number with the given number of decimals; halves go to the even one.

    Example:

    >>> round([0.5, 1.5, 1.4]).numpy().tolist()
    [0.0, 2.0, 1.0]
    """
    x = numbers("round", "bifc", x=x)
    if is_complex(x):
        return by_parts(lambda part: ops.round(part, decimals), x)
    return to_tensor(x, "int32") if kind_of(x) == "b" else ops.round(x, decimals)


@ivy_function
def nan_to_num(
    x: ArrayLike, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Array:
    """Return the array with what is not a number, or not finite, replaced.

    Args:
        x: An array, or a Container of arrays.
        nan: What replaces not-a-number.
        posinf: What replaces infinity; the largest number by default.
        neginf: What replaces minus infinity; the smallest number by default.

    Example:

    >>> nan_to_num([1.0, float("nan")]).numpy().tolist()
    [1.0, 0.0]
    """
    x = numbers("nan_to_num", "bifc", x=x)
    options = {"nan": nan, "posinf": posinf, "neginf": neginf}
    if is_complex(x):
        return by_parts(lambda part: ops.nan_to_num(part, **options), x)
    return ops.nan_to_num(x, **options) if kind_of(x) == "f" else x


@ivy_function
def where(condition: ArrayLike, x1: ArrayLike, x2: ArrayLike) -> Array:
    """Return `x1` where the condition holds and `x2` elsewhere.

    Example:

    >>> where([True, False], [1, 2], [3, 4]).numpy().tolist()
    [1, 4]
    """
    x1, x2 = operands(x1, x2)
    if is_complex(x1) or is_complex(x2):
        x1, x2 = complex_operands((x1, x2))
        return tf.where(to_tensor(condition, "bool"), x1, x2)
    return ops.where(to_tensor(condition, "bool"), x1, x2)


def _within(bound: Any, x: ArrayLike) -> Array:
    """A whole number as a bound of an array of whole numbers: beyond their type lies none."""
    if type(bound) is not int or kind_of(x) != "i":
        return bound
    dtype = tf.as_dtype(x.dtype)
    return min(max(bound, dtype.min), dtype.max)


@ivy_function
def clip(x: ArrayLike, x_min: ArrayLike | None = None, x_max: ArrayLike | None = None) -> Array:
    """Return the array with numbers outside `[x_min, x_max]` replaced by the nearer end.

    Args:
        x: An array, or a Container of arrays.
        x_min: The lower end, none by default.
        x_max: The upper end, none by default.

    Raises:
        ValueError: If both ends are Python numbers in the wrong order.

    Example:

    >>> clip([-1.0, 0.5, 3.0], 0.0, 1.0).numpy().tolist()
    [0.0, 0.5, 1.0]
    """
    if isinstance(x_min, int | float) and isinstance(x_max, int | float) and x_min > x_max:
        raise IvyValueError(
            f"`x_min` cannot be larger than `x_max`. Received: x_min={x_min}, x_max={x_max}"
        )
    x = numbers("clip", "if", x=x)
    x_min, x_max = (_within(bound, x) for bound in (x_min, x_max))
    if x_min is not None:
        x = ops.maximum(x, operand(x_min))
    return x if x_max is None else ops.minimum(x, operand(x_max))


@ivy_function
def lerp(input: ArrayLike, end: ArrayLike, weight: ArrayLike) -> Array:
    """Return `input + weight * (end - input)`.

    Example:

    >>> lerp([0.0, 2.0], [4.0, 4.0], 0.5).numpy().tolist()
    [2.0, 3.0]
    """
    input, end, weight = numbers("lerp", "ifc", input=input, end=end, weight=weight)
    if any(is_complex(x) for x in (input, end, weight)):
        input, end, weight = complex_operands((input, end, weight))
        return input + weight * (end - input)
    return ops.add(input, ops.multiply(weight, ops.subtract(end, input)))


@ivy_function
def stable_divide(
    numerator: ArrayLike, denominator: ArrayLike, min_denominator: float | None = None
) -> Array:
    """Return `numerator / (denominator + min_denominator)`, finite for a denominator of 0.

    Args:
        numerator: An array.
        denominator: An array.
        min_denominator: What is added; by default 1e-12, or what `set_min_denominator` says.

    Example:

    >>> stable_divide([0.0, 1.0], [0.0, 2.0]).numpy().tolist()
    [0.0, 0.5]

    Reference: Ivy's `functional/ivy/general.py`.
    """
    min_denominator = stability.min_denominator() if min_denominator is None else min_denominator
    given = {"numerator": numerator, "denominator": denominator}
    numerator, denominator = numbers("stable_divide", "BIfc", **given)
    if is_complex(numerator) or is_complex(denominator):
        numerator, denominator = complex_operands((numerator, denominator))
        return numerator / (denominator + to_tensor(min_denominator, denominator.dtype))
    return ops.divide(numerator, ops.add(denominator, operand(min_denominator)))


@ivy_function
def stable_pow(base: ArrayLike, exponent: ArrayLike, min_base: float | None = None) -> Array:
    """Return `(base + min_base)**exponent`, with a finite gradient at a base of 0.

    Args:
        base: An array.
        exponent: An array.
        min_base: What is added; by default 1e-5, or what `set_min_base` says.

    Example:

    >>> stable_pow([0.0], 0.5, min_base=0.25).numpy().tolist()
    [0.5]

    Reference: Ivy's `functional/ivy/general.py`.
    """
    min_base = stability.min_base() if min_base is None else min_base
    base, exponent = numbers("stable_pow", "BIfc", base=base, exponent=exponent)
    if is_complex(base) or is_complex(exponent):
        base, exponent = complex_operands((base, exponent))
        return tf.pow(base + to_tensor(min_base, base.dtype), exponent)
    return ops.power(ops.add(base, operand(min_base)), exponent)


@ivy_function
def stop_gradient(x: ArrayLike) -> Array:
    """Return the array, as a constant for gradients.

    Example:

    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * stop_gradient(x)
    >>> tape.gradient(y, x).numpy().item()
    3.0
    """
    return ops.stop_gradient(to_tensor(x))


@ivy_function
def clip_vector_norm(x: ArrayLike, max_norm: float, p: float = 2.0) -> Array:
    """Return the array scaled down, if need be, to a norm of at most `max_norm`.

    Args:
        x: An array, or a Container of arrays, each of which is clipped on its own.
        max_norm: The largest norm.
        p: The order of the norm, over all entries.

    Example:

    >>> clip_vector_norm([3.0, 4.0], 2.5).numpy().tolist()
    [1.5, 2.0]

    Reference: Ivy's `functional/ivy/general.py`.
    """
    x = numbers("clip_vector_norm", "BIfc", x=x)
    size = tf.abs(x) if is_complex(x) else ops.abs(x)
    norm = vector_norm(size, ord=p)
    factor = ops.minimum(1.0, ops.divide_no_nan(to_tensor(max_norm, dtype_name(norm)), norm))
    return x * to_tensor(factor, dtype_name(x))
