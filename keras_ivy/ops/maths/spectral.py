"""Fourier and cosine transforms under Ivy's names."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf
from keras import ops

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["dct", "fft", "idct", "ifft"]

#: The type of the cosine transform that undoes another, up to a factor.
_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


def _resized(x: ArrayLike, n: int | None) -> Array:
    """Cut the last axis, or fill it with zeros, to `n` entries."""
    if n is None:
        return x
    x = x[..., :n]
    have = x.shape[-1] if x.shape[-1] is not None else tf.shape(x)[-1]
    widths = [[0, 0]] * (len(x.shape) - 1) + [[0, n - have]]
    x = tf.pad(x, widths)
    return x if x.shape[-1] == n else tf.ensure_shape(x, [*x.shape[:-1], n])


def _along(owner: str, argument: str, x: ArrayLike, axis: int, kernel: Callable) -> Array:
    """Apply a function of the last axis along another."""
    rank = len(x.shape)
    if not isinstance(axis, int) or not -rank <= axis < rank:
        raise IvyValueError(
            f"{owner}: `{argument}` is an axis of `x`. "
            f"Received: {argument}={axis!r}, x of shape {tuple(x.shape)}"
        )
    if axis in (-1, rank - 1):
        return kernel(x)
    return ops.moveaxis(kernel(ops.moveaxis(x, axis, -1)), -1, axis)


def _complex(x: ArrayLike, owner: str) -> Array:
    x = to_tensor(x)
    if x.dtype.is_complex:
        return x
    if not (x.dtype.is_floating or x.dtype.is_integer):
        raise IvyTypeError(f"{owner}: `x` holds numbers. Received: x of dtype {x.dtype.name}")
    return tf.cast(x, tf.complex128 if x.dtype == tf.float64 else tf.complex64)


def _fourier(owner: str, op: Callable, x: ArrayLike, dim: int, norm: str, n: int | None) -> Array:
    checks.choice(owner, "norm", norm, ("backward", "ortho", "forward"))
    checks.positive(owner, "n", n, optional=True)

    def kernel(x: ArrayLike) -> Array:
        x = _resized(x, n)
        out = op(x)
        size = tf.cast(tf.shape(x)[-1], x.dtype)
        forward = op is tf.signal.fft
        if norm == "ortho":
            return out / tf.sqrt(size) if forward else out * tf.sqrt(size)
        if norm == "forward":
            return out / size if forward else out * size
        return out

    return _along(owner, "dim", _complex(x, owner), dim, kernel)


@ivy_function(symbolic=True)
def fft(x: ArrayLike, dim: int, *, norm: str = "backward", n: int | None = None) -> Array:
    """Return the discrete Fourier transform along an axis: `sum(x[k] * exp(-2i pi j k / n))`.

    Args:
        x: An array of real or complex numbers.
        dim: The axis.
        norm: Where the factor `1 / n` stands: `"backward"` in the inverse, `"forward"` here, and
            `"ortho"` its root in both.
        n: The axis is cut, or filled with zeros, to this size first.

    Returns:
        A complex array.

    Raises:
        ValueError: If the axis, the norm or the size does not exist.

    Example:

    >>> fft([1.0, 1.0], 0).numpy().tolist()
    [(2+0j), 0j]
    """
    return _fourier("fft", tf.signal.fft, x, dim, norm, n)


@ivy_function(symbolic=True)
def ifft(x: ArrayLike, dim: int, *, norm: str = "backward", n: int | None = None) -> Array:
    """Return the inverse of `fft`, whose arguments it takes.

    Example:

    >>> ifft([2.0, 0.0], 0).numpy().tolist()
    [(1+0j), (1+0j)]
    """
    return _fourier("ifft", tf.signal.ifft, x, dim, norm, n)


def _cosine(
    owner: str, x: ArrayLike, kind: int, n: int | None, axis: int, norm: str | None
) -> Array:
    x = to_tensor(x)
    checks.floating(owner, "x", x)
    dtype = x.dtype
    checks.choice(owner, "norm", norm, (None, "ortho"))
    if kind == 1 and norm == "ortho":
        raise IvyValueError(
            f"{owner}: type 1 has no orthonormal form. Received: type=1, norm='ortho'"
        )
    checks.positive(owner, "n", n, optional=True)
    wide = tf.cast(x, tf.float32) if dtype in (tf.float16, tf.bfloat16) else x

    def kernel(x: ArrayLike) -> Array:
        return tf.signal.dct(_resized(x, n), type=kind, norm=norm)

    return tf.cast(_along(owner, "axis", wide, axis, kernel), dtype)


@ivy_function(symbolic=True)
def dct(
    x: ArrayLike, *, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None
) -> Array:
    """Return the discrete cosine transform along an axis.

    Args:
        x: An array of real numbers.
        type: Which of the four transforms, 1 to 4.
        n: The axis is cut, or filled with zeros, to this size first.
        axis: The axis.
        norm: `"ortho"` for the orthonormal form, which type 1 does not have.

    Raises:
        ValueError: If the type, the axis, the norm or the size does not exist.

    Example:

    >>> dct([1.0, 1.0]).numpy().round(4).tolist()
    [4.0, 0.0]
    """
    checks.choice("dct", "type", type, (1, 2, 3, 4))
    return _cosine("dct", x, type, n, axis, norm)


@ivy_function(symbolic=True)
def idct(
    x: ArrayLike, *, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None
) -> Array:
    """Return the inverse of `dct`, whose arguments it takes, up to a factor without a norm.

    Example:

    >>> idct(dct([1.0, 3.0], norm="ortho"), norm="ortho").numpy().round(4).tolist()
    [1.0, 3.0]
    """
    checks.choice("idct", "type", type, (1, 2, 3, 4))
    return _cosine("idct", x, _INVERSE[type], n, axis, norm)
