"""Further activations under Ivy's names."""

from __future__ import annotations

from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike

__all__ = ["hardsilu", "scaled_tanh", "threshold"]


@ivy_function
def hardsilu(x: ArrayLike, /) -> Array:
    """Return `x * relu6(x + 3) / 6`.

    Example:

    >>> hardsilu([-3.0, 3.0]).numpy().tolist()
    [-0.0, 3.0]
    """
    x = numbers("hardsilu", "f", x=x)
    return ops.multiply(x, ops.divide(ops.relu6(ops.add(x, 3)), 6))


@ivy_function
def scaled_tanh(x: ArrayLike, /, *, alpha: float = 1.7159, beta: float = 0.67) -> Array:
    """Return `alpha * tanh(beta * x)`.

    Args:
        x: An array, or a Container of arrays.
        alpha: The largest value.
        beta: How steep it is.

    Example:

    >>> scaled_tanh([0.0]).numpy().tolist()
    [0.0]
    """
    x = numbers("scaled_tanh", "f", x=x)
    return ops.multiply(ops.tanh(ops.multiply(x, beta)), alpha)


@ivy_function
def threshold(x: ArrayLike, /, *, threshold: float, value: float) -> Array:
    """Return the entries above a threshold, and a value in the place of all others.

    Args:
        x: An array, or a Container of arrays.
        threshold: The threshold.
        value: The value.

    Example:

    >>> threshold([1.0, 3.0], threshold=2.0, value=-1.0).numpy().tolist()
    [-1.0, 3.0]
    """
    x = numbers("threshold", "if", x=x)
    return ops.where(ops.greater(x, threshold), x, to_tensor(value, dtype_name(x)))
