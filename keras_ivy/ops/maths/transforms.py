"""Windows, further Fourier transforms, and functions of samples, under Ivy's names."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.ivy.devices import on_device
from keras_ivy.ops.ivy.dtypes import dtype_or_none
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.maths.spectral import fft, ifft
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike
from keras_ivy.utils.checks import choice, whole
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "blackman_window",
    "complex",
    "fft2",
    "hamming_window",
    "hann_window",
    "ifftn",
    "interp",
    "kaiser_window",
    "rfft",
    "rfftn",
]


def _window(owner: str, size: int, periodic: bool, dtype: DTypeLike, form: Callable) -> Array:
    whole("size", size, 0, 2**24, owner)
    name = dtype_or_none(dtype) or keras.config.floatx()
    if size == 1:
        return tf.ones((1,), name)
    last = size if periodic else size - 1
    return tf.cast(form(tf.range(size, dtype=tf.float64) / max(last, 1)), name)


@on_device
def hann_window(size: int, *, periodic: bool = True, dtype: DTypeLike = None) -> Array:
    """Return the window `(1 - cos(2 * pi * i / n)) / 2`.

    Args:
        size: The number of points.
        periodic: Whether it is one of a row of windows, `n = size`, else `n = size - 1`.
        dtype: The data type.

    Example:

    >>> hann_window(4).numpy().tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    return _window(
        "hann_window", size, periodic, dtype, lambda t: 0.5 - 0.5 * tf.cos(2 * math.pi * t)
    )


@on_device
def hamming_window(
    window_length: int,
    *,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    dtype: DTypeLike = None,
) -> Array:
    """Return the window `alpha - beta * cos(2 * pi * i / n)`.

    Args:
        window_length: The number of points.
        periodic: As in `hann_window`.
        alpha: The mean.
        beta: The amplitude.
        dtype: The data type.

    Example:

    >>> hamming_window(2).numpy().round(2).tolist()
    [0.07999999821186066, 1.0]
    """
    return _window(
        "hamming_window", window_length, periodic, dtype,
        lambda t: alpha - beta * tf.cos(2 * math.pi * t),
    )  # fmt: skip


@on_device
def blackman_window(size: int, *, periodic: bool = True, dtype: DTypeLike = None) -> Array:
    """Return the window `0.42 - 0.5 * cos(2 * pi * i / n) + 0.08 * cos(4 * pi * i / n)`.

    Args:
        size: The number of points.
        periodic: As in `hann_window`.
        dtype: The data type.

    Example:

    >>> blackman_window(2).numpy().round(2).tolist()[1]
    1.0
    """
    return _window(
        "blackman_window", size, periodic, dtype,
        lambda t: 0.42 - 0.5 * tf.cos(2 * math.pi * t) + 0.08 * tf.cos(4 * math.pi * t),
    )  # fmt: skip


@on_device
def kaiser_window(
    window_length: int, periodic: bool = True, beta: float = 12.0, *, dtype: DTypeLike = None
) -> Array:
    """Return the window `i0(beta * sqrt(1 - (2 * i / n - 1)**2)) / i0(beta)`.

    Args:
        window_length: The number of points.
        periodic: As in `hann_window`.
        beta: How narrow it is.
        dtype: The data type.

    Example:

    >>> kaiser_window(3, False).numpy().round(3).tolist()[1]
    1.0
    """
    width = tf.constant(beta, tf.float64)
    return _window(
        "kaiser_window", window_length, periodic, dtype,
        lambda t: tf.math.bessel_i0(width * tf.sqrt(1 - (2 * t - 1) ** 2))
        / tf.math.bessel_i0(width),
    )  # fmt: skip


@ivy_function(symbolic=True)
def complex(real: ArrayLike, imag: ArrayLike) -> Array:
    """Return complex numbers of their parts.

    Example:

    >>> complex([1.0], [2.0]).numpy().tolist()
    [(1+2j)]
    """
    first, second = (to_tensor(x) for x in numbers("complex", "f", real=real, imag=imag))
    name = "float64" if "float64" in (first.dtype.name, second.dtype.name) else "float32"
    return tf.complex(tf.cast(first, name), tf.cast(second, name))


def _axes(
    owner: str, x: Array, s: Sequence[int] | None, axes: Sequence[int] | None
) -> tuple[list[int], list[int | None]]:
    rank = len(x.shape)
    if axes is None:
        axes = range(rank) if s is None else range(rank - len(s), rank)
    chosen = [whole("axes", axis, owner=owner) for axis in axes]
    if not all(-rank <= axis < rank for axis in chosen):
        raise IvyValueError(
            f"{owner}: the array of shape {tuple(x.shape)} has no such axes. Received: axes={axes}"
        )
    sizes: list[int | None] = [None] * len(chosen)
    if s is not None:
        sizes = [whole("s", n, 1, owner=owner) for n in s]
    if len(sizes) != len(chosen):
        raise IvyValueError(
            f"{owner}: `s` has a size for each axis. Received: s={s}, axes={list(axes)}"
        )
    return chosen, sizes


@ivy_function(symbolic=True)
def fft2(
    x: ArrayLike,
    *,
    s: Sequence[int] | None = None,
    dim: Sequence[int] = (-2, -1),
    norm: str = "backward",
) -> Array:
    """Return the discrete Fourier transform along two axes.

    Args:
        x: An array of real or complex numbers.
        s: The axes are cut, or filled with zeros, to these sizes first.
        dim: The axes.
        norm: As in `fft`.

    Example:

    >>> fft2([[1.0, 1.0]]).numpy().tolist()
    [[(2+0j), 0j]]
    """
    x = to_tensor(x)
    for axis, size in zip(*_axes("fft2", x, s, dim), strict=True):
        x = fft(x, axis, norm=norm, n=size)
    return x


@ivy_function(symbolic=True)
def ifftn(
    x: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    *,
    norm: str = "backward",
) -> Array:
    """Return the inverse of the discrete Fourier transform along several axes.

    Args:
        x: An array of real or complex numbers.
        s: The axes are cut, or filled with zeros, to these sizes first.
        axes: The axes; the last ones, or all without `s`, by default.
        norm: As in `fft`.

    Example:

    >>> ifftn([2.0, 0.0]).numpy().tolist()
    [(1+0j), (1+0j)]
    """
    x = to_tensor(x)
    for axis, size in zip(*_axes("ifftn", x, s, axes), strict=True):
        x = ifft(x, axis, norm=norm, n=size)
    return x


@ivy_function(symbolic=True)
def rfft(x: ArrayLike, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """Return the first half of the discrete Fourier transform of real numbers.

    Args:
        x: An array of real numbers, or a Container of arrays.
        n: The axis is cut, or filled with zeros, to this size first.
        axis: The axis.
        norm: As in `fft`.

    Returns:
        A complex array of size `n // 2 + 1` along the axis.

    Example:

    >>> rfft([1.0, 1.0]).numpy().tolist()
    [(2+0j), 0j]
    """
    x = numbers("rfft", "f", x=x)
    whole_size = fft(x, axis, norm=norm, n=n)
    return tf.gather(whole_size, tf.range(tf.shape(whole_size)[axis] // 2 + 1), axis=axis)


@ivy_function(symbolic=True)
def rfftn(
    x: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    *,
    norm: str | None = None,
) -> Array:
    """Return the discrete Fourier transform of real numbers along several axes, half of the last.

    Args:
        x: An array of real numbers, or a Container of arrays.
        s: The axes are cut, or filled with zeros, to these sizes first.
        axes: The axes; the last ones, or all without `s`, by default.
        norm: As in `fft`; None is `"backward"`.

    Example:

    >>> rfftn([[1.0, 1.0]]).numpy().tolist()
    [[(2+0j), 0j]]
    """
    x = numbers("rfftn", "f", x=x)
    norm = norm or "backward"
    *first, last = zip(*_axes("rfftn", x, s, axes), strict=True)
    out = rfft(x, n=last[1], axis=last[0], norm=norm)
    for axis, size in reversed(first):
        out = fft(out, axis, norm=norm, n=size)
    return out


@ivy_function(symbolic=True)
def interp(
    x: ArrayLike,
    xp: ArrayLike,
    fp: ArrayLike,
    left: float | None = None,
    right: float | None = None,
    period: float | None = None,
) -> Array:
    """Return the values of a function that is linear between samples.

    Args:
        x: The places, or a Container of arrays.
        xp: The places of the samples, one axis, ascending.
        fp: The samples.
        left: The value below the first place, the first sample by default.
        right: The value above the last place, the last sample by default.
        period: None; the function is not periodic.

    Example:

    >>> interp([0.5, 3.0], [0.0, 1.0], [10.0, 20.0]).numpy().tolist()
    [15.0, 20.0]
    """
    choice("period", period, (None,), "interp")
    x = numbers("interp", "f", x=x)
    places, samples = (tf.cast(to_tensor(y), x.dtype) for y in (xp, fp))
    if len(places.shape) != 1 or places.shape != samples.shape:
        raise IvyValueError(
            "interp: `xp` and `fp` are arrays of one axis and one size. "
            f"Received: shapes {tuple(places.shape)} and {tuple(samples.shape)}"
        )
    flat = tf.reshape(x, (-1,))
    after = tf.clip_by_value(tf.searchsorted(places, flat, "right"), 1, tf.size(places) - 1)
    x0, x1 = tf.gather(places, after - 1), tf.gather(places, after)
    y0, y1 = tf.gather(samples, after - 1), tf.gather(samples, after)
    out = y0 + (y1 - y0) * (flat - x0) / (x1 - x0)
    below = samples[0] if left is None else tf.cast(left, x.dtype)
    above = samples[-1] if right is None else tf.cast(right, x.dtype)
    out = tf.where(flat < places[0], below, tf.where(flat > places[-1], above, out))
    return tf.reshape(out, tf.shape(x))
