"""Uniform draws: Ivy's general formula and the schemes that are special cases of it."""

import math
from typing import Any

import keras

from keras_ivy.initializers.kernel_fans import Fan
from keras_ivy.initializers.scaled import FanScaled
from keras_ivy.initializers.seeds import Seed
from keras_ivy.registration import register


@register("uniform_ivy")
class Uniform(FanScaled):
    """Draw from `U[-limit, limit)` with `limit = gain * (numerator / fan) ** power`.

    The variance is `limit ** 2 / 3`. The defaults are those of Glorot and Bengio.

    Args:
        numerator: What is divided by the fan, 0 or more; default 6.
        fan_mode: `"fan_in"`, `"fan_out"`, `"fan_sum"` (default), `"fan_avg"` or `"fan_geo_avg"`.
        power: Exponent of the quotient, default 1/2.
        gain: Factor of the limit, 0 or more; default 1.
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.
        **options: What the fans are, if the shape does not tell: `fans`, `layer`, `strides`,
            `groups`, `gates`, `batch_axes`; see `KernelInitializer`.

    Raises:
        IvyValueError: If the fan mode is unknown, or a number is negative, NaN or infinite.

    Example:

    >>> Uniform(3, "fan_in", 0.5, 2.0).limit(fan_in=12)
    1.0

    Reference: Ivy's `stateful/initializers.py`.
    """

    arguments = ("numerator", "fan_mode", "power", "gain")
    distribution = "uniform"

    def __init__(
        self,
        numerator: float = 6.0,
        fan_mode: str = "fan_sum",
        power: float = 0.5,
        gain: float = 1.0,
        *,
        seed: Seed = None,
        **options: Any,
    ):
        super().__init__(numerator, fan_mode, power, gain, seed=seed, **options)

    def limit(self, fan_in: Fan | None = None, fan_out: Fan | None = None) -> float:
        """Return the end of the range for given fans; see `FanScaled.factor`."""
        return self.factor(fan_in, fan_out)

    def stddev(self, fan_in: Fan | None = None, fan_out: Fan | None = None) -> float:
        """Return the standard deviation for given fans: `limit / sqrt(3)`."""
        return self.factor(fan_in, fan_out) / math.sqrt(3)

    def _sample(
        self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None, dtype: str, seed
    ) -> Any:
        limit = self.limit(fan_in, fan_out)
        return keras.random.uniform(shape, -limit, limit, dtype=dtype, seed=seed)


@register("glorot_ivy", "glorot_uniform_ivy")
class GlorotUniform(Uniform):
    """Draw from `U[-limit, limit)` with `limit = sqrt(6 / (fan_in + fan_out))`.

    Args:
        seed: See `Uniform`.
        **options: What the fans are; see `Uniform`.

    Example:

    >>> GlorotUniform().limit(fan_in=4, fan_out=2)
    1.0

    Reference: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward
    neural networks; Ivy's `stateful/initializers.py`.
    """

    arguments = ()

    def __init__(self, seed: Seed = None, **options: Any):
        super().__init__(6.0, "fan_sum", 0.5, 1.0, seed=seed, **options)
