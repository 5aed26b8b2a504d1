"""Activation functions under Ivy's names and with Ivy's defaults: the smooth ones.

Complex arrays follow `complex_mode`, which most of them take as a keyword: `"jax"` (the default)
applies the formula to complex numbers, `"split"` the function to real and imaginary parts, and
`"magnitude"` to the absolute value, keeping the angle.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.nn.complexes import with_complex_mode
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = [
    "celu",
    "elu",
    "geglu",
    "gelu",
    "log_softmax",
    "logit",
    "logsigmoid",
    "mish",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
]

#: sqrt(2 / pi)
_ROOT = 0.7978845608028654
_ROOT_OF_HALF = 0.7071067690849304


def float_tensor(x: ArrayLike, name: str, types: str = "fc") -> Array:
    """Return `x` as a tensor of floating point or complex numbers."""
    return numbers(name, types, x=x)


@ivy_function(symbolic=True)
@with_complex_mode
def gelu(x: ArrayLike, approximate: bool = False) -> Array:
    """Return `x * P(X <= x)` for a standard normal X.

    Args:
        x: An array, or a Container of arrays.
        approximate: If True, by the formula with tanh instead of the error function.

    Example:

    >>> gelu([0.0, 10.0]).numpy().tolist()
    [0.0, 10.0]

    Reference: https://arxiv.org/abs/1606.08415
    """
    x = float_tensor(x, "gelu")
    # TensorFlow's formula knows real numbers only, and its constants in float32 only.
    if x.dtype.is_complex or (approximate and x.dtype == tf.float64):
        if not approximate:
            raise IvyTypeError(
                "The error function takes real numbers; ask for `approximate=True`. "
                f"Received: x of dtype {x.dtype.name}"
            )
        inner = to_tensor(_ROOT, x.dtype) * (x + 0.044715 * x * x * x)
        return 0.5 * x * (1 + tf.tanh(inner))
    return tf.nn.gelu(x, approximate) if approximate else _gelu(x)


def _gelu(x: tf.Tensor) -> tf.Tensor:
    """The formula with the error function, in float64 with the root of 1/2 of Ivy's recordings.

    That is rounded to float32. TensorFlow's own has been rounded in several ways since 2.18.
    """
    if x.dtype != tf.float64:
        return tf.nn.gelu(x, approximate=False)
    return 0.5 * x * (1 + tf.math.erf(x * _ROOT_OF_HALF))


@ivy_function(symbolic=True)
def geglu(x: ArrayLike) -> Array:
    """Return the first half of the last axis, times the `gelu` of the second half.

    Args:
        x: An array of shape `(..., 2n)`, or a Container of such arrays.

    Returns:
        An array of shape `(..., n)`.

    Raises:
        ValueError: If the last axis does not divide by 2.

    Example:

    >>> geglu([3.0, 10.0]).numpy().tolist()
    [30.0]

    Reference: https://arxiv.org/abs/2002.05202
    """
    x = float_tensor(x, "geglu", "f")
    if x.shape[-1] is not None and x.shape[-1] % 2:
        raise IvyValueError(
            "`geglu` halves the last axis, so its size is even. "
            f"Received: x of shape {tuple(x.shape)}"
        )
    value, gate = tf.split(x, 2, axis=-1)
    return value * _gelu(gate)


@ivy_function(symbolic=True)
@with_complex_mode
def sigmoid(x: ArrayLike) -> Array:
    """Return `1 / (1 + exp(-x))`.

    Example:

    >>> sigmoid([0.0]).numpy().tolist()
    [0.5]
    """
    x = float_tensor(x, "sigmoid")
    return tf.sigmoid(x)


@ivy_function(symbolic=True)
@with_complex_mode
def tanh(x: ArrayLike) -> Array:
    """Return the hyperbolic tangent.

    Example:

    >>> tanh([0.0]).numpy().tolist()
    [0.0]
    """
    return tf.tanh(float_tensor(x, "tanh"))


@ivy_function(symbolic=True)
@with_complex_mode
def silu(x: ArrayLike) -> Array:
    """Return `x * sigmoid(x)`, also called swish.

    Example:

    >>> silu([0.0, 100.0]).numpy().tolist()
    [0.0, 100.0]

    Reference: https://arxiv.org/abs/1702.03118
    """
    x = float_tensor(x, "silu")
    return x * tf.sigmoid(x) if x.dtype.is_complex else tf.nn.silu(x)


@ivy_function(symbolic=True)
@with_complex_mode
def mish(x: ArrayLike) -> Array:
    """Return `x * tanh(softplus(x))`.

    Example:

    >>> mish([0.0, 100.0]).numpy().tolist()
    [0.0, 100.0]

    Reference: https://arxiv.org/abs/1908.08681
    """
    x = float_tensor(x, "mish")
    return x * tf.tanh(_softplus(x))


def _softplus(x: ArrayLike) -> Array:
    return tf.math.log(tf.exp(x) + 1) if x.dtype.is_complex else tf.math.softplus(x)


@ivy_function(symbolic=True)
@with_complex_mode
def softplus(x: ArrayLike, beta: float | None = None, threshold: float | None = None) -> Array:
    """Return `log(1 + exp(beta * x)) / beta`.

    Args:
        x: An array, or a Container of arrays.
        beta: How sharp the bend is; 1 by default.
        threshold: Where `beta * x` is larger, `x` itself is returned; nowhere by default.

    Raises:
        ValueError: If `beta` is 0.

    Example:

    >>> softplus([100.0, 3.0], threshold=2.0).numpy().tolist()
    [100.0, 3.0]
    """
    x = float_tensor(x, "softplus")
    if beta == 0:
        raise IvyValueError(f"`beta` cannot be 0. Received: beta={beta}")
    scaled = x if beta in (None, 1) else x * beta
    out = _softplus(scaled)
    out = out if beta in (None, 1) else out / beta
    return out if threshold is None else tf.where(scaled > threshold, x, out)


@ivy_function(symbolic=True)
def softsign(x: ArrayLike) -> Array:
    """Return `x / (1 + |x|)`.

    Example:

    >>> softsign([1.0, -1.0]).numpy().tolist()
    [0.5, -0.5]
    """
    return tf.nn.softsign(float_tensor(x, "softsign", "f"))


@ivy_function(symbolic=True)
@with_complex_mode
def logsigmoid(x: ArrayLike) -> Array:
    """Return `log(sigmoid(x))`, without overflow.

    Example:

    >>> logsigmoid([-100.0]).numpy().tolist()
    [-100.0]
    """
    x = float_tensor(x, "logsigmoid")
    return -_softplus(-x) if x.dtype.is_complex else tf.math.log_sigmoid(x)


def _along(kernel: Any, name: str, x: ArrayLike, axis: int | None) -> Array:
    """Apply a softmax along an axis; None is Ivy's spelling of the last one."""
    x = float_tensor(x, name)
    rank, axis = len(x.shape), -1 if axis is None else axis
    if not -rank <= axis < rank:
        raise IvyValueError(
            f"`{name}`: `axis` is an axis of `x`. "
            f"Received: axis={axis}, x of shape {tuple(x.shape)}"
        )
    if rank <= 5:
        return kernel(x, axis=axis)
    # Kernels for CPUs know five axes.
    x = ops.moveaxis(x, axis, -1)
    flat = kernel(tf.reshape(x, (-1, ops.shape(x)[-1])), axis=-1)
    return ops.moveaxis(tf.reshape(flat, ops.shape(x)), -1, axis)


@ivy_function(symbolic=True)
@with_complex_mode
def softmax(x: ArrayLike, axis: int | None = None) -> Array:
    """Return `exp(x) / sum(exp(x))` along an axis, the last one by default.

    Example:

    >>> softmax([0.0, 0.0]).numpy().tolist()
    [0.5, 0.5]
    """
    return _along(_softmax, "softmax", x, axis)


def _softmax(x: ArrayLike, axis: int) -> Array:
    return tf.exp(_log_softmax(x, axis)) if x.dtype.is_complex else tf.nn.softmax(x, axis)


def _log_softmax(x: ArrayLike, axis: int) -> Array:
    if not x.dtype.is_complex:
        return tf.nn.log_softmax(x, axis)
    highest = tf.reduce_max(tf.math.real(x), axis, keepdims=True)
    x = x - tf.cast(tf.stop_gradient(highest), x.dtype)
    return x - tf.math.log(tf.reduce_sum(tf.exp(x), axis, keepdims=True))


@ivy_function(symbolic=True)
@with_complex_mode
def log_softmax(x: ArrayLike, axis: int | None = None) -> Array:
    """Return `log(softmax(x))` along an axis, the last one by default.

    Example:

    >>> log_softmax([0.0]).numpy().tolist()
    [0.0]
    """
    return _along(_log_softmax, "log_softmax", x, axis)


@ivy_function(symbolic=True)
@with_complex_mode
def logit(x: ArrayLike, eps: float | None = None) -> Array:
    """Return `log(x / (1 - x))`.

    Args:
        x: An array of numbers in `[0, 1]`, or a Container of such arrays.
        eps: If given, numbers are first clipped to `[eps, 1 - eps]`; otherwise what lies outside
            `[0, 1]` gives not-a-number.

    Example:

    >>> logit([0.5, 1.0]).numpy().tolist()
    [0.0, inf]
    """
    x = float_tensor(x, "logit")
    if eps is not None:
        x = tf.clip_by_value(x, eps, 1 - eps)
    return tf.math.log(x / (1 - x))


@ivy_function(symbolic=True)
def elu(x: ArrayLike, alpha: float = 1.0) -> Array:
    """Return `x` where it is positive and `alpha * (exp(x) - 1)` elsewhere.

    Example:

    >>> elu([-100.0, 2.0]).numpy().tolist()
    [-1.0, 2.0]

    Reference: https://arxiv.org/abs/1511.07289
    """
    x = float_tensor(x, "elu", "f")
    out = tf.nn.elu(x)
    return out if alpha == 1 else tf.where(x > 0, out, alpha * out)


@ivy_function(symbolic=True)
def selu(x: ArrayLike) -> Array:
    """Return the scaled `elu` that keeps mean 0 and variance 1.

    Example:

    >>> selu([0.0]).numpy().tolist()
    [0.0]

    Reference: https://arxiv.org/abs/1706.02515
    """
    return tf.nn.selu(float_tensor(x, "selu", "f"))


@ivy_function(symbolic=True)
def celu(x: ArrayLike, alpha: float = 1.0) -> Array:
    """Return `x` where it is positive and `alpha * (exp(x / alpha) - 1)` elsewhere.

    Example:

    >>> celu([-100.0, 2.0], alpha=0.5).numpy().tolist()
    [-0.5, 2.0]
    """
    x = float_tensor(x, "celu", "f")
    return tf.maximum(x, 0) + alpha * tf.math.expm1(tf.minimum(x, 0) / alpha)
