"""Encodings of positions under Ivy's names."""

from __future__ import annotations

import math

from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["fourier_encode"]


@ivy_function
def fourier_encode(
    x: ArrayLike, max_freq: float, *, num_bands: int = 4, linear: bool = False, concat: bool = True
) -> Array:
    """Return sines and cosines of positions at several frequencies, along a new last axis.

    `x, sin(pi * f[1] * x), ..., sin(pi * f[n] * x), cos(pi * f[1] * x), ..., cos(pi * f[n] * x)`
    with `n = num_bands` frequencies from `f[1] = 1` to `f[n] = max_freq / 2`.

    Args:
        x: Positions, usually in `[-1, 1]`: a floating point array of any shape, or a Container of
            such arrays.
        max_freq: Twice the highest frequency.
        num_bands: The number of frequencies.
        linear: If True, frequencies lie at equal distances, otherwise in equal ratios.
        concat: If False, sines and cosines are returned apart and without the positions.

    Returns:
        An array of shape `(*x.shape, 2 * num_bands + 1)`; without `concat` a pair of arrays of
        shape `(*x.shape, num_bands)`.

    Raises:
        TypeError: If the positions are whole numbers.
        ValueError: If a number is not positive.

    Example:

    >>> fourier_encode([0.0, 1.0], 4.0, num_bands=2).numpy().round(3).tolist()
    [[0.0, 0.0, 0.0, 1.0, 1.0], [1.0, -0.0, 0.0, -1.0, 1.0]]

    Reference: https://arxiv.org/abs/2103.03206, Ivy's `functional/ivy/general.py`.
    """
    x = numbers("fourier_encode", "f", x=x)
    if max_freq <= 0 or num_bands < 1:
        raise IvyValueError(
            "`max_freq` is positive and `num_bands` at least 1. "
            f"Received: max_freq={max_freq}, num_bands={num_bands}"
        )
    last = max_freq / 2
    if linear:
        frequencies = ops.linspace(1.0, last, num_bands, dtype=x.dtype)
    else:
        frequencies = ops.logspace(0.0, math.log2(last), num_bands, base=2.0, dtype=x.dtype)
    x = ops.expand_dims(x, -1)
    angles = x * frequencies * math.pi
    sines, cosines = ops.sin(angles), ops.cos(angles)
    return ops.concatenate([x, sines, cosines], axis=-1) if concat else (sines, cosines)
