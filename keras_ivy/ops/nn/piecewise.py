"""Piecewise activation functions under Ivy's names and with Ivy's defaults: `relu` and its kin.

Complex arrays follow the rules that JAX uses, Ivy's default `complex_mode`: what compares numbers
compares real parts first and imaginary parts second.
"""

from __future__ import annotations

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import kind_of, numbers
from keras_ivy.ops.maths.elementwise_options import clip
from keras_ivy.ops.nn.activations import float_tensor
from keras_ivy.ops.nn.complexes import with_complex_mode
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "prelu",
    "relu",
    "relu6",
    "softshrink",
    "tanhshrink",
    "thresholded_relu",
]


def _at_least(x: ArrayLike, bound: float) -> Array:
    """Whether `x >= bound`; complex numbers compare by real part, then by imaginary part."""
    if not x.dtype.is_complex:
        return x >= bound
    real, imag = tf.math.real(x), tf.math.imag(x)
    return (real > bound) | ((real == bound) & (imag >= 0))


@ivy_function(symbolic=True)
@with_complex_mode
def relu(x: ArrayLike) -> Array:
    """Return `max(x, 0)`.

    Example:

    >>> relu([-1.0, 2.0]).numpy().tolist()
    [0.0, 2.0]
    """
    x = numbers("relu", "ifc", x=x)
    return tf.where(_at_least(x, 0), x, 0) if x.dtype.is_complex else tf.nn.relu(x)


@ivy_function(symbolic=True)
@with_complex_mode
def relu6(x: ArrayLike) -> Array:
    """Return `min(max(x, 0), 6)`.

    Example:

    >>> relu6([-1.0, 2.0, 9.0]).numpy().tolist()
    [0.0, 2.0, 6.0]
    """
    x = numbers("relu6", "ifc", x=x)
    if not x.dtype.is_complex:
        return tf.nn.relu6(x)
    return tf.where(_at_least(x, 0), tf.where(_at_least(x, 6), tf.cast(6, x.dtype), x), 0)


@ivy_function(symbolic=True)
@with_complex_mode
def leaky_relu(x: ArrayLike, alpha: float = 0.2) -> Array:
    """Return `x` where it is positive and `alpha * x` elsewhere.

    Example:

    >>> leaky_relu([-1.0, 2.0], alpha=0.5).numpy().tolist()
    [-0.5, 2.0]
    """
    x = float_tensor(x, "leaky_relu")
    if x.dtype.is_complex:
        return tf.where(_at_least(x, 0), x, to_tensor(alpha, x.dtype) * x)
    return tf.nn.leaky_relu(x, alpha)  # as in Ivy: `alpha` in float32, whatever `x` is


@ivy_function(symbolic=True)
def prelu(x: ArrayLike, slope: ArrayLike) -> Array:
    """Return `x` where it is positive and `slope * x` elsewhere.

    Args:
        x: An array, or a Container of arrays.
        slope: A number, or an array that broadcasts with `x`, such as one number a channel.

    Example:

    >>> prelu([-1.0, -1.0, 2.0], [0.5, 0.25, 0.0]).numpy().tolist()
    [-0.5, -0.25, 2.0]
    """
    x = float_tensor(x, "prelu", "f")
    slope = to_tensor(slope, x.dtype)
    try:
        tf.broadcast_static_shape(x.shape, slope.shape)
    except ValueError as error:
        raise IvyValueError(
            "prelu: `slope` broadcasts with `x`. "
            f"Received: slope of shape {tuple(slope.shape)}, x of shape {tuple(x.shape)}"
        ) from error
    return tf.where(x > 0, x, slope * x)


@ivy_function(symbolic=True)
@with_complex_mode
def hardswish(x: ArrayLike) -> Array:
    """Return `x * relu6(x + 3) / 6`.

    Example:

    >>> hardswish([0.0, 4.0]).numpy().tolist()
    [0.0, 4.0]

    Reference: https://arxiv.org/abs/1905.02244
    """
    x = float_tensor(x, "hardswish")
    return x * relu6(x + 3) / 6


@ivy_function
def hardsigmoid(x: ArrayLike) -> Array:
    """Return `relu6(x + 3) / 6`.

    Example:

    >>> hardsigmoid([-4.0, 0.0, 4.0]).numpy().tolist()
    [0.0, 0.5, 1.0]
    """
    return ops.hard_sigmoid(float_tensor(x, "hardsigmoid", "f"))


@ivy_function
def hardtanh(x: ArrayLike, *, max_val: float = 1.0, min_val: float = -1.0) -> Array:
    """Return `x` clipped to `[min_val, max_val]`.

    Example:

    >>> hardtanh([-4.0, 0.5, 4.0]).numpy().tolist()
    [-1.0, 0.5, 1.0]
    """
    x = numbers("hardtanh", "if", x=x)
    if kind_of(x) == "i":
        min_val, max_val = (int(b) if b == int(b) else b for b in (min_val, max_val))
    return clip(x, min_val, max_val)


@ivy_function
def hardshrink(x: ArrayLike, *, lambd: float = 0.5) -> Array:
    """Return `x` where its absolute value exceeds `lambd`, and 0 elsewhere.

    Example:

    >>> hardshrink([-1.0, 0.25]).numpy().tolist()
    [-1.0, 0.0]
    """
    return ops.hard_shrink(float_tensor(x, "hardshrink", "f"), lambd)


@ivy_function
def softshrink(x: ArrayLike, *, lambd: float = 0.5) -> Array:
    """Return `x` moved towards 0 by `lambd`, and 0 where that would pass it.

    Example:

    >>> softshrink([-1.0, 0.25]).numpy().tolist()
    [-0.5, 0.0]
    """
    return ops.soft_shrink(float_tensor(x, "softshrink", "f"), lambd)


@ivy_function
def tanhshrink(x: ArrayLike) -> Array:
    """Return `x - tanh(x)`.

    Example:

    >>> tanhshrink([0.0]).numpy().tolist()
    [0.0]
    """
    return ops.tanh_shrink(float_tensor(x, "tanhshrink", "f"))


@ivy_function
def thresholded_relu(x: ArrayLike, *, threshold: float = 0.0) -> Array:
    """Return `x` where it exceeds the threshold, and 0 elsewhere.

    Example:

    >>> thresholded_relu([1.0, 3.0], threshold=2.0).numpy().tolist()
    [0.0, 3.0]
    """
    return ops.threshold(float_tensor(x, "thresholded_relu", "f"), threshold, 0.0)
