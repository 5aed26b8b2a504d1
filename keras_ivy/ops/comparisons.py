"""Closeness and membership under Ivy's names."""

from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function, tensor

__all__ = ["allclose", "argwhere", "isclose", "isin", "unique_values"]


@ivy_function
def isclose(
    a: Any, b: Any, *, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
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
    return ops.isclose(tensor(a), tensor(b), rtol=rtol, atol=atol, equal_nan=equal_nan)


@ivy_function
def allclose(
    a: Any, b: Any, *, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    """Return whether all entries are close; the arguments are those of `isclose`.

    Example:

    >>> bool(allclose([1.0, 2.0], [1.0, 2.0])), bool(allclose([1.0], [1.1]))
    (True, False)
    """
    return ops.all(ops.isclose(tensor(a), tensor(b), rtol=rtol, atol=atol, equal_nan=equal_nan))


@ivy_function
def isin(elements: Any, test_elements: Any, *, invert: bool = False) -> Any:
    """Return whether each entry is among some others.

    Args:
        elements: An array, or a Container of arrays.
        test_elements: The others, of any shape.
        invert: If True, whether it is not.

    Example:

    >>> isin([1, 2, 3], [[3], [1]]).numpy().tolist()
    [True, False, True]
    """
    return ops.isin(tensor(elements), tensor(test_elements), invert=invert)


@ivy_function(symbolic=True)
def unique_values(x: Any) -> Any:
    """Return the different entries of an array, in order.

    Example:

    >>> unique_values([[3, 1], [3, 2]]).numpy().tolist()
    [1, 2, 3]
    """
    return tf.sort(tf.unique(tf.reshape(ops.convert_to_tensor(x), (-1,))).y)


@ivy_function(symbolic=True)
def argwhere(x: Any) -> Any:
    """Return the indices of the entries that are not 0, one row for each.

    Example:

    >>> argwhere([[0, 2], [3, 0]]).numpy().tolist()
    [[0, 1], [1, 0]]
    """
    return tf.where(tf.not_equal(ops.convert_to_tensor(x), 0))
