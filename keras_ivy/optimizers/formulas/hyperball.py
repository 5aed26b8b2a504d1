"""Hyperball: steps on the sphere of all weights of one norm."""

from collections.abc import Callable
from typing import TypeAlias

import tensorflow as tf

__all__ = ["around"]

#: A tensor, or a number in its place.
Tensor: TypeAlias = tf.Tensor | float

#: So many binary digits of a float32 norm count. What a step loses in rounding is below a half of
#: the last one, so that the norm of every step is that of the first.
DIGITS = 20


def around(
    w: tf.Tensor, u: tf.Tensor, rate: Tensor, norm: Callable[[tf.Tensor], tf.Tensor]
) -> tf.Tensor:
    """`w' = |w| * n(w - rate * |w| * n(u))` with `n(x) = x / |x|`: the norm stays.

    The rate is the tangent of the angle by which a direction across the weight turns it. A weight
    of norm zero stays as it is, as does one whose direction is zero.

    Args:
        w: Weight.
        u: Direction, of any length.
        rate: Learning rate.
        norm: The norm; of a stack, the norms of its entries.

    Example:

    >>> w = around(tf.constant([3.0, 4.0]), tf.constant([4.0, -3.0]), 0.75, tf.norm)
    >>> [round(float(x), 4) for x in w]
    [0.0, 5.0]

    Reference:
        arXiv:2606.16899.
    """
    radius, length = rounded(norm(w)), norm(u)
    still = (radius == 0.0) | (length == 0.0)
    moved = w - (rate * radius) * (u / tf.where(length == 0.0, tf.ones_like(length), length))
    far = norm(moved)
    # A step that ends at zero has no direction left.
    lost = far == 0.0
    scale = radius / tf.where(lost, tf.ones_like(far), far)
    return tf.where(still | lost, w, scale * moved)


def rounded(length: tf.Tensor) -> tf.Tensor:
    """Return a norm with as many digits as rounding errors leave alone.

    Norms of float64 are left as they are: ten thousand steps do not change their tenth digit.

    Example:

    >>> float(rounded(tf.constant(1.0 + 2.0**-23)))
    1.0
    """
    if length.dtype != tf.float32:
        return length
    rest = 23 - DIGITS
    bits = tf.bitcast(tf.stop_gradient(length), tf.int32)
    bits = tf.bitwise.bitwise_and(bits + (1 << (rest - 1)), -(1 << rest))
    near = tf.bitcast(bits, tf.float32)
    # The difference is exact, and is added so that gradients reach the norm.
    change = tf.where(tf.math.is_finite(length), near - length, tf.zeros_like(length))
    return length + tf.stop_gradient(change)
