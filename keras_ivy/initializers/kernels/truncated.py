"""Truncated normal draws with the standard deviation that was asked for.

A normal variable truncated to `[a, b]`, in units of its own standard deviation, has less spread
than before: truncated at two standard deviations, 0.8796 of it. The draw is widened by that much,
so that the result has the standard deviation in the formula.
"""

import math
from functools import lru_cache

import keras

from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import check_choice, check_number
from keras_ivy.initializers.fans.options import Fan
from keras_ivy.initializers.random import sampling
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.typing import Array
from keras_ivy.utils.arguments import also_spelled
from keras_ivy.utils.checks import flag, received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

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


@register("truncated_normal_ivy")
class TruncatedNormal(Drawn):
    """Draw from a normal distribution without its tails, with the standard deviation asked for.

    Args:
        mean: Mean of the untruncated distribution, default 0.
        stddev: Standard deviation of the draw, above 0; default 0.05. `std` is another spelling.
        cut: `"sigma"` (default): `bounds` count standard deviations of the untruncated distribution
            from its mean. `"absolute"`: `bounds` are values.
        bounds: Where to truncate, default `(-2, 2)`.
        correct: Whether `stddev` is that of the draw (default) or of the untruncated distribution,
            as in Keras and PyTorch; truncation at two standard deviations then leaves 0.88 of it.
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.

    Raises:
        IvyValueError: If the bounds are not in order, or too narrow for `stddev`.

    Example:

    >>> round(TruncatedNormal(stddev=1.0).sigma, 6), TruncatedNormal(correct=False).sigma
    (1.136847, 0.05)

    Reference: `keras.initializers.TruncatedNormal`; PyTorch's `trunc_normal_`, whose bounds are
    absolute.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("mean", "stddev", "cut", "bounds", "correct")

    @also_spelled(std="stddev")
    def __init__(
        self,
        mean: float = 0.0,
        stddev: float = 0.05,
        cut: str = "sigma",
        bounds: tuple[float, float] = (-2.0, 2.0),
        correct: bool = True,
        seed: Seed = None,
    ):
        self.mean = check_number("mean", mean)
        self.stddev = check_number("stddev", stddev, above=0)
        self.cut = check_choice("cut", cut, ("sigma", "absolute"))
        if not isinstance(bounds, list | tuple) or len(bounds) != 2:
            raise IvyTypeError(f"`bounds` must be a pair of numbers. {received('bounds', bounds)}")
        low, high = bounds
        low, high = check_number("bounds", low), check_number("bounds", high)
        if not low < high:
            raise IvyValueError(f"`bounds` must be in order. Received: bounds={low, high}")
        self.bounds = [low, high]
        self.correct = flag("correct", correct)
        self._interval()
        super().__init__(seed)

    @property
    def sigma(self) -> float:
        """Standard deviation of the untruncated distribution."""
        return self._interval()[0]

    def _interval(self) -> tuple[float, float, float]:
        """Standard deviation before truncation, and where to truncate, in units of it."""
        low, high = self.bounds
        if self.cut == "sigma":
            kept = truncated_moments(low, high)[1] if self.correct else 1.0
            return self.stddev / kept, low, high
        low, high = low - self.mean, high - self.mean
        sigma = widened(self.stddev, low, high) if self.correct else self.stddev
        return sigma, low / sigma, high / sigma

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        sigma, low, high = self._interval()
        return draw_between(shape, self.mean, sigma, low, high, dtype, seed)
