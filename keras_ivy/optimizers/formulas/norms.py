"""Norms that neither overflow nor lose their gradient at zero."""

from typing import TypeAlias

import tensorflow as tf
from keras import ops

from keras_ivy.adapters.tensorflow import xla as tf_xla

Tensor: TypeAlias = tf.Tensor


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


#: Elements from which one pass over memory is worth a kernel that TFLite has for float32 alone.
VAST = 2**18


def sum_of_squares(x: tf.Tensor) -> tf.Tensor:
    """The sum of the squares of a tensor, in its type.

    Example:

    >>> float(sum_of_squares(tf.constant([3.0, 4.0])))
    25.0
    """
    size = x.shape.num_elements()
    if size is not None and tf_xla.is_compiling():
        return long_sum(tf.square(tf.reshape(x, [-1])))
    if size is None or size >= VAST:  # rows of a sparse gradient, as many as there happen to be
        return 2.0 * tf.raw_ops.L2Loss(t=x)
    return tf.reduce_sum(tf.square(x))


#: Elements from which XLA's own order of a sum is not the best.
LONG = 4096

#: XLA on a CPU shares out sums between threads, and reads along memory, if none has more terms.
TERMS = 32

#: Into how many sums the sums of a very long tensor are added up, before those are.
LINES = 1024

#: A float32 sum of `n` squares is right from `n * TINY` on: what of it was lost below the smallest
#: float32, `2 ** -126` a square, is then less than its last digit.
TINY = 2.0**-102

#: Brings what is too small into range, or, divided by, what is too large; exact, a power of two.
SCALE = 2.0**96


def compiled_norm(x: tf.Tensor) -> tf.Tensor:
    """The norm of a tensor, as XLA computes it well.

    Example:

    >>> float(compiled_norm(tf.constant([3e30, 4e30]))) > 4.9e30
    True
    """
    size = x.shape.num_elements()
    if x.dtype != tf.float32 or size is None or size < LONG:
        return norm(x)
    return ranged_norm(tf.reshape(x, [-1]))


def compiled_row_norm(x: tf.Tensor) -> tf.Tensor:
    """`row_norm`, as XLA computes it well."""
    if x.dtype != tf.float32 or len(x.shape) < 2:
        return row_norm(x)
    count, *rest = x.shape
    return tf.reshape(ranged_norm(tf.reshape(x, [count, -1])), [count] + [1] * len(rest))


def ranged_norm(x: tf.Tensor) -> tf.Tensor:
    """Norms along the last axis of a float32 tensor whose squares may leave the range of float32.

    One pass over memory, and a second, with what was out of range scaled, only if there was any.
    Float64, whose range no square leaves, would need no second one, but TPUs have none. Both passes
    are turns of one loop: a condition takes XLA a third longer to compile.
    """
    floor = x.shape[-1] * TINY
    start = tf.zeros(x.shape[:-1], x.dtype)

    def found(sums: tf.Tensor) -> tf.Tensor:
        return (sums > floor) & tf.math.is_finite(sums)

    def again(turn: tf.Tensor, scale: tf.Tensor, sums: tf.Tensor) -> tf.Tensor:
        return (turn == 0) | ((turn == 1) & ~tf.reduce_all(found(sums)))

    def add_up(turn: tf.Tensor, scale: tf.Tensor, sums: tf.Tensor) -> tuple:
        better = tf.where(sums > 1.0, 1.0 / SCALE, SCALE)
        scale = tf.where((turn == 0) | found(sums), tf.ones_like(sums), better)
        return turn + 1, scale, long_sum(tf.square(x * scale[..., tf.newaxis]))

    _, scale, sums = tf.while_loop(again, add_up, (0, start, start))
    return tf.sqrt(sums) / scale


def long_sum(x: tf.Tensor) -> tf.Tensor:
    """The sum along the last axis of what is not negative, in an order that suits XLA.

    On a CPU, XLA adds up a tensor as one chain of dependent additions in one thread, which takes
    three times as long and loses three digits of fifty million terms. So it is told to make many
    sums and to add up those; a `max` that changes nothing keeps it from merging the steps into one.

    Example:

    >>> float(long_sum(tf.ones([5000])))
    5000.0
    """
    rest = []
    for count, axis in ((TERMS, -2), (LINES, -1)):
        size = x.shape[-1]
        if size < LONG:
            break
        even = size - size % count
        if even < size:
            rest.append(tf.reduce_sum(x[..., even:], -1))
            x = x[..., :even]
        parts = tf.reshape(x, [*x.shape[:-1], count, even // count])
        x = tf.maximum(tf.reduce_sum(parts, axis), 0.0)
    return tf.add_n([tf.reduce_sum(x, -1), *rest])


def row_norm(x: tf.Tensor) -> tf.Tensor:
    """Norm of every entry of a stack, shaped to broadcast against the stack.

    That of float32 is a sum in float64, whose range no square leaves: see `compiled_row_norm` for
    what XLA compiles.
    """
    if len(x.shape) < 2:
        return tf.abs(x)
    axes = tuple(range(1, len(x.shape)))
    if x.dtype != tf.float32:
        return norm(x, axes)
    squares = tf.square(tf.cast(x, tf.float64))
    return tf.cast(tf.sqrt(tf.reduce_sum(squares, axes, keepdims=True)), x.dtype)
