"""Truncated normal draws with the standard deviation that was asked for.

A normal variable truncated to `[a, b]`, in units of its own standard deviation, has less spread
than before: truncated at two standard deviations, 0.8796 of it. The draw is widened by that much,
so that the result has the standard deviation in the formula.
"""

import math
from functools import lru_cache

import keras

from keras_ivy.initializers.random import sampling
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.typing import Array
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["draw_between", "draw_truncated", "truncated_moments", "widened"]

#: Where `keras.random.truncated_normal` truncates.
_KERAS_CUT = 2.0


def truncated_moments(low: float, high: float) -> tuple[float, float]:
    """Mean and standard deviation of a standard normal variable truncated to `[low, high]`.

    Args:
        low: Lower end, may be `-inf`.
        high: Upper end, may be `inf`.

    Example:

    >>> mean, stddev = truncated_moments(-2.0, 2.0)
    >>> f"{stddev:.10f}"
    '0.8796256610'
    """
    inside = _mass(low, high)
    at_low, at_high = _density(low), _density(high)
    mean = (at_low - at_high) / inside
    second = 1 + (_times(low, at_low) - _times(high, at_high)) / inside
    return mean, math.sqrt(max(0.0, second - mean**2))


@lru_cache(maxsize=256)
def widened(stddev: float, low: float, high: float) -> float:
    """The standard deviation of a normal that has `stddev` once truncated to `[low, high]`.

    Args:
        stddev: Standard deviation wanted, above 0.
        low: Lower end, relative to the mean of the untruncated variable.
        high: Upper end, relative to the mean of the untruncated variable.

    Raises:
        IvyValueError: If even a uniform draw between the ends has less spread.
    """
    widest = (high - low) / math.sqrt(12)
    if stddev >= widest * (1 - 1e-6):
        raise IvyValueError(
            "No normal variable truncated to that range has so large a standard deviation: a "
            f"uniform one has {widest:.6g}. Widen the range, or pass `correct=False`. "
            f"Received: stddev={stddev}, range=({low}, {high}) around the mean"
        )
    lowest, highest = math.log(stddev), math.log(stddev) + 20.0
    for _ in range(100):
        middle = (lowest + highest) / 2
        sigma = math.exp(middle)
        if sigma * truncated_moments(low / sigma, high / sigma)[1] < stddev:
            lowest = middle
        else:
            highest = middle
    return math.exp((lowest + highest) / 2)


def draw_truncated(
    shape: tuple[int, ...], mean: float, stddev: float, cut: float, dtype: str, seed: Seed
) -> Array:
    """Draw with `stddev` from a normal truncated at `cut` of its own standard deviations."""
    sigma = stddev / truncated_moments(-cut, cut)[1]
    return draw_between(shape, mean, sigma, -cut, cut, dtype, seed)


def draw_between(
    shape: tuple[int, ...],
    mean: float,
    sigma: float,
    low: float,
    high: float,
    dtype: str,
    seed: Seed,
) -> Array:
    """Draw `mean + sigma * z` with `z` standard normal given `low <= z <= high`.

    By inversion of the distribution function, in float64 so that the tails are right.
    """
    if (low, high) == (-_KERAS_CUT, _KERAS_CUT):
        return sampling.truncated_normal(shape, mean, sigma, dtype, seed)
    start, stop = math.erf(low / math.sqrt(2)), math.erf(high / math.sqrt(2))
    if start == stop:
        raise IvyValueError(
            "The range holds no normal values that a computer can tell apart. "
            f"Received: ({low}, {high}) standard deviations from the mean"
        )
    quantile = sampling.uniform(shape, start, stop, "float64", seed)
    values = math.sqrt(2) * keras.ops.erfinv(quantile)
    values = keras.ops.clip(values, low, high)
    return keras.ops.cast(mean + sigma * values, dtype)


def _density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _times(z: float, density: float) -> float:
    return 0.0 if math.isinf(z) else z * density


def _mass(low: float, high: float) -> float:
    root = math.sqrt(2)
    if low > 0:  # far in a tail erfc keeps the digits that erf loses
        return (math.erfc(low / root) - math.erfc(high / root)) / 2
    if high < 0:
        return _mass(-high, -low)
    return (math.erf(high / root) - math.erf(low / root)) / 2
