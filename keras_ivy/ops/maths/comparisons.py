"""Closeness and membership under Ivy's names."""

from __future__ import annotations

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import complex_operands, is_complex, numbers, through
from keras_ivy.ops.tensors import is_symbolic, operands, to_tensor
from keras_ivy.typing import Array, ArrayLike

__all__ = ["allclose", "argwhere", "isclose", "isin", "unique_values"]


def _close(a: ArrayLike, b: ArrayLike, rtol: float, atol: float, equal_nan: bool) -> Array:
    a, b = operands(a, b)
    if not (is_complex(a) or is_complex(b)):
        return ops.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    a, b = complex_operands((a, b))
    close = tf.abs(a - b) <= atol + rtol * tf.abs(b)
    finite = tf.math.is_finite(tf.abs(a)) & tf.math.is_finite(tf.abs(b))
    close = tf.where(finite, close, a == b)
    return close | (tf.math.is_nan(tf.abs(a)) & tf.math.is_nan(tf.abs(b))) if equal_nan else close


@ivy_function
def isclose(
    a: ArrayLike, b: ArrayLike, *, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Array:
    """Return whether `|a - b| <= atol + rtol * |b|`, entry by entry.

    Args:
        a: An array, or a Container of arrays.
        b: Another, of a shape that broadcasts with the first.
        rtol: The tolerance relative to `b`.
        atol: The tolerance near 0.
        equal_nan: If True, two entries that are not numbers are close.

    Example:

    >>> isclose([1.0, 2.0], [1.0, 2.1]).numpy().tolist()
    [True, False]
    >>> isclose([1.0, 2.0], [1.0, 2.1], atol=0.2).numpy().tolist()
    [True, True]
    """
    return _close(a, b, rtol, atol, equal_nan)


@ivy_function
def allclose(
    a: ArrayLike, b: ArrayLike, *, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Array:
    """Return whether all entries are close; the arguments are those of `isclose`.

    Example:

    >>> bool(allclose([1.0, 2.0], [1.0, 2.0])), bool(allclose([1.0], [1.1]))
    (True, False)
    """
    return ops.all(_close(a, b, rtol, atol, equal_nan))


@ivy_function
def isin(elements: ArrayLike, test_elements: ArrayLike, *, invert: bool = False) -> Array:
    """Return whether each entry is among some others.

    Args:
        elements: An array, or a Container of arrays.
        test_elements: The others, of any shape.
        invert: If True, whether it is not.

    Example:

    >>> isin([1, 2, 3], [[3], [1]]).numpy().tolist()
    [True, False, True]
    """
    x, others = to_tensor(elements), to_tensor(test_elements)
    mixed = is_complex(x) or is_complex(others)
    traced = not (tf.executing_eagerly() or is_symbolic([x, others]))
    if mixed or traced:  # Keras's own knows neither
        x, others = complex_operands((x, others)) if mixed else (x, to_tensor(others, x.dtype))
        found = tf.reduce_any(x[..., tf.newaxis] == tf.reshape(others, [-1]), -1)
        return tf.logical_not(found) if invert else found
    return ops.isin(x, others, invert=invert)


@ivy_function(symbolic=True)
def unique_values(x: ArrayLike) -> Array:
    """Return the different entries of an array, in order.

    Example:

    >>> unique_values([[3, 1], [3, 2]]).numpy().tolist()
    [1, 2, 3]
    """
    x = numbers("unique_values", "bif", x=x)
    if x.dtype == tf.bool:
        return through("uint8", unique_values, x)
    return tf.sort(tf.unique(tf.reshape(x, (-1,))).y)


@ivy_function(symbolic=True)
def argwhere(x: ArrayLike) -> Array:
    """Return the indices of the entries that are not 0, one row for each.

    Example:

    >>> argwhere([[0, 2], [3, 0]]).numpy().tolist()
    [[0, 1], [1, 0]]
    """
    return tf.where(to_tensor(x, tf.bool))
