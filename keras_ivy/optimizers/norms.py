"""Norms that neither overflow nor lose their gradient at zero."""

from typing import Any

import tensorflow as tf
from keras import ops

Tensor = Any


def root(x: Tensor) -> Tensor:
    """`sqrt(max(x, 0))`, with derivative zero (not infinite) where `x <= 0`; NaN stays NaN.

    Example:

    >>> [float(root(x)) for x in (4.0, 0.0, -1.0)]
    [2.0, 0.0, 0.0]
    """
    x = ops.convert_to_tensor(x)
    below = x <= 0.0
    return ops.where(below, ops.zeros_like(x), ops.sqrt(ops.where(below, ops.ones_like(x), x)))


def norm(x: Tensor, axis: tuple[int, ...] | None = None) -> Tensor:
    """Euclidean norm, `max|x| * |x / max|x||`: exact scaling keeps squares inside the range.

    Args:
        x: Tensor of any shape, empty ones included.
        axis: Axes to reduce, kept as axes of size one; `None` for all, giving a scalar.

    Returns:
        The norm, of the type of `x`; NaN and infinity pass through.

    Example:

    >>> float(norm(ops.array([3e30, 4e30], "float32"))) > 4.9e30
    True
    """
    keep = axis is not None
    largest = ops.stop_gradient(ops.max(ops.abs(x), axis=axis, keepdims=keep, initial=0.0))
    usable = (largest > 0.0) & ops.isfinite(largest)
    scale = ops.where(usable, largest, ops.ones_like(largest))
    scaled = x / scale
    return scale * root(ops.sum(scaled * scaled, axis=axis, keepdims=keep))


#: Elements from which one pass over memory is worth a kernel that TFLite lacks.
VAST = 2**18


def sum_of_squares(x: tf.Tensor) -> tf.Tensor:
    """The sum of the squares of a tensor, in its type.

    Example:

    >>> float(sum_of_squares(tf.constant([3.0, 4.0])))
    25.0
    """
    size = x.shape.num_elements()
    if size is None or size >= VAST:  # rows of a sparse gradient, as many as there happen to be
        return 2.0 * tf.raw_ops.L2Loss(t=x)
    return tf.reduce_sum(tf.square(x))


#: Elements from which XLA's own order of a sum is not the best.
LONG = 4096

#: XLA on a CPU shares out sums between threads, and reads along memory, if none has more terms.
TERMS = 32


def compiled_norm(x: tf.Tensor) -> tf.Tensor:
    """The norm of a tensor, as XLA computes it well.

    On a CPU, XLA adds up a tensor as one chain of dependent additions in one thread. Sums of a few
    terms each, kept from being merged into one by a `max` that changes nothing, take a third of
    the time. They are of float64, whose range no square of a float32 leaves.

    Example:

    >>> float(compiled_norm(tf.constant([3e30, 4e30]))) > 4.9e30
    True
    """
    size = x.shape.num_elements()
    if x.dtype != tf.float32 or size is None:
        return norm(x)
    if size < LONG:
        return wide_norm(x)
    flat = tf.reshape(x, [-1])
    even = size - size % TERMS
    sums = tf.reduce_sum(wide_square(tf.reshape(flat[:even], [TERMS, -1])), axis=0)
    square = tf.reduce_sum(tf.maximum(sums, 0.0))
    if even < size:
        square += tf.reduce_sum(wide_square(flat[even:]))
    return tf.cast(tf.sqrt(square), x.dtype)


def row_norm(x: tf.Tensor) -> tf.Tensor:
    """Norm of every entry of a stack, shaped to broadcast against the stack."""
    return wide_norm(x, tuple(range(1, len(x.shape)))) if len(x.shape) > 1 else tf.abs(x)


def wide_norm(x: tf.Tensor, axis: tuple[int, ...] | None = None) -> tf.Tensor:
    """The norm of a float32 tensor by a sum in float64, whose range no square leaves."""
    if x.dtype != tf.float32:
        return norm(x, axis)
    return tf.cast(tf.sqrt(tf.reduce_sum(wide_square(x), axis, keepdims=axis is not None)), x.dtype)


def wide_square(x: tf.Tensor) -> tf.Tensor:
    """Squares in float64."""
    return tf.square(tf.cast(x, tf.float64))
