"""Fourier transforms of signals, under Ivy's names."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import is_complex, numbers
from keras_ivy.ops.maths.spectral import fft, ifft
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["dft", "stft"]

#: The largest size of a transform; windows have the same.
_LONGEST = 2**24


@ivy_function(symbolic=True)
def dft(
    x: ArrayLike,
    /,
    *,
    axis: int = 1,
    inverse: bool = False,
    onesided: bool = False,
    dft_length: int | None = None,
    norm: str = "backward",
) -> Array:
    """Return the discrete Fourier transform along an axis, or its inverse.

    Args:
        x: An array of real or complex numbers.
        axis: The axis; by default that behind the batch.
        inverse: Whether to return the inverse.
        onesided: Whether to return the first half alone, `dft_length // 2 + 1` numbers, of which
            the others of a real signal are the conjugates.
        dft_length: The axis is cut, or filled with zeros, to this size first.
        norm: As in `fft`.

    Returns:
        A complex array.

    Raises:
        ValueError: If the axis, the norm or the size does not exist, or half of the transform of
            complex numbers is asked for.

    Example:

    >>> dft([[1.0, 1.0, 0.0, 0.0]], onesided=True).numpy().tolist()
    [[(2+0j), (1-1j), 0j]]
    """
    x = numbers("dft", "ifc", x=x)
    if onesided and is_complex(x):
        raise IvyValueError(
            "dft: the second half tells something of its own where numbers are complex. "
            f"Received: onesided=True, x of dtype {x.dtype.name}"
        )
    if dft_length is not None:
        dft_length = checks.positive("dft", "dft_length", dft_length, most=_LONGEST)
    transform = ifft if inverse else fft
    out = transform(x, axis, norm=norm, n=dft_length)
    if not onesided:
        return out
    return tf.gather(out, tf.range(tf.shape(out)[axis] // 2 + 1), axis=axis)


@ivy_function(symbolic=True)
def stft(
    signals: ArrayLike,
    frame_length: int,
    frame_step: int,
    /,
    *,
    fft_length: int | None = None,
    window_fn: Callable[..., Array] | None = None,
    pad_end: bool = False,
    name: str | None = None,
) -> Array:
    """Return the Fourier transforms of the frames of signals.

    Args:
        signals: An array of real numbers of shape `(..., samples)`.
        frame_length: Number of samples in a frame.
        frame_step: Number of samples from one frame to the next.
        fft_length: A frame is filled with zeros, or cut, to this size. Defaults to None, the least
            power of two that holds it.
        window_fn: A function `(frame_length, dtype=...) -> array` that frames are multiplied with,
            such as `hann_window`. Defaults to None, none.
        pad_end: Whether the end is filled with zeros, so that every sample is in a frame.
        name: Name of the operation.

    Returns:
        A complex array of shape `(..., frames, fft_length // 2 + 1)`.

    Raises:
        TypeError: If `window_fn` is no function.
        ValueError: If a number is less than 1.

    Example:

    >>> stft([1.0, 1.0, 2.0, 2.0], 2, 2).numpy().tolist()
    [[(2+0j), 0j], [(4+0j), 0j]]
    """
    x = numbers("stft", "f", signals=signals)
    length = checks.positive("stft", "frame_length", frame_length, most=_LONGEST)
    step = checks.positive("stft", "frame_step", frame_step)
    if fft_length is not None:
        fft_length = checks.positive("stft", "fft_length", fft_length, most=_LONGEST)
    if window_fn is not None and not callable(window_fn):
        raise IvyTypeError(
            f"stft: `window_fn` must be a function. {received('window_fn', window_fn)}"
        )
    if not len(x.shape):
        raise IvyValueError(
            f"stft: `signals` has an axis of samples. {received('signals', signals)}"
        )
    x = tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x
    # TensorFlow hands the length over as a tensor, which no window of Keras's takes.
    window = window_fn and (lambda _, dtype: window_fn(length, dtype=dtype))
    return tf.signal.stft(x, length, step, fft_length, window, pad_end, name)
