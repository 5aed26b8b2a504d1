"""Encodings of positions under Ivy's names."""

from __future__ import annotations

import math

import numpy as np
import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.tensors import dtype_name
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import summary
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["fourier_encode"]


@ivy_function
def fourier_encode(
    x: ArrayLike,
    max_freq: ArrayLike,
    *,
    num_bands: int = 4,
    linear: bool = False,
    concat: bool = True,
    flatten: bool = False,
) -> Array:
    """Return sines and cosines of positions at several frequencies, along a new last axis.

    `x, sin(pi * f[1] * x), ..., sin(pi * f[n] * x), cos(pi * f[1] * x), ..., cos(pi * f[n] * x)`
    with `n = num_bands` frequencies from `f[1] = 1` to `f[n] = max_freq / 2`.

    Args:
        x: Positions, usually in `[-1, 1]`: a floating point array of any shape, or a Container of
            such arrays.
        max_freq: Twice the highest frequency, one for all positions, or an array of as many as the
            last axis of `x` has.
        num_bands: The number of frequencies.
        linear: If True, frequencies lie at equal distances, otherwise in equal ratios.
        concat: If False, sines and cosines are returned apart and without the positions.
        flatten: Whether the new axis is joined with the last one: positions first, then the sines
            of each, then the cosines of each.

    Returns:
        An array of shape `(*x.shape, 2 * num_bands + 1)`; without `concat` a pair of arrays of
        shape `(*x.shape, num_bands)`. With `flatten`, the last two axes are one.

    Raises:
        TypeError: If the positions are whole numbers.
        ValueError: If a number is not positive.

    Example:

    >>> fourier_encode([0.0, 1.0], 4.0, num_bands=2).numpy().round(3).tolist()
    [[0.0, 0.0, 0.0, 1.0, 1.0], [1.0, -0.0, 0.0, -1.0, 1.0]]

    Reference: https://arxiv.org/abs/2103.03206, Ivy's `functional/ivy/general.py`.
    """
    x = numbers("fourier_encode", "f", x=x)
    dtype = "float64" if dtype_name(x) == "float64" else "float32"
    last = tf.cast(max_freq, dtype) / 2
    known = tf.get_static_value(last)
    if num_bands < 1 or (known is not None and not np.all(known > 0)):
        raise IvyValueError(
            "`max_freq` is positive and `num_bands` at least 1. "
            f"Received: max_freq={summary(max_freq)}, num_bands={num_bands}"
        )
    if linear:
        frequencies = ops.linspace(tf.ones_like(last), last, num_bands, axis=-1)
    else:
        exponents = tf.math.log(last) / math.log(2.0)
        frequencies = 2.0 ** ops.linspace(tf.zeros_like(last), exponents, num_bands, axis=-1)
    angles = ops.expand_dims(x, -1) * ops.cast(frequencies, x.dtype) * math.pi
    sines, cosines = ops.sin(angles), ops.cos(angles)
    if flatten:
        lead = [-1 if size is None else size for size in ops.shape(x)[:-1]]
        joined = (*lead, x.shape[-1] * num_bands)
        sines, cosines = ops.reshape(sines, joined), ops.reshape(cosines, joined)
    else:
        x = ops.expand_dims(x, -1)
    return ops.concatenate([x, sines, cosines], axis=-1) if concat else (sines, cosines)
