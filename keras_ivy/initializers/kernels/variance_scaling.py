"""A variance divided by a fan, with a choice of distributions; the document's two schemes."""

import math
from typing import Unpack

import keras

from keras_ivy.initializers.checks import check_choice, check_number
from keras_ivy.initializers.fans.options import Fan, KernelOptions
from keras_ivy.initializers.gains import Activation, calculate_gain
from keras_ivy.initializers.kernels.fan_scaled import FanScaled
from keras_ivy.initializers.random import sampling
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.initializers.random.truncation import draw_truncated
from keras_ivy.registration import register
from keras_ivy.typing import Array

#: Names of the distributions; `"normal"` is the uncut one, as everywhere but in Keras.
DISTRIBUTIONS = ("uniform", "normal", "truncated_normal", "untruncated_normal")


class _Distributed(FanScaled):
    """A draw of given standard deviation from a distribution chosen by name."""

    def stddev(self, fan_in: Fan | None = None, fan_out: Fan | None = None) -> float:
        """Return the standard deviation for given fans; see `FanScaled.factor`."""
        return self.factor(fan_in, fan_out)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        stddev = self.stddev(fan_in, fan_out)
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return sampling.uniform(shape, -limit, limit, dtype, seed)
        if self.distribution == "truncated_normal":
            return draw_truncated(shape, 0.0, stddev, 2.0, dtype, seed)
        return sampling.normal(shape, 0.0, stddev, dtype, seed)


@register("variance_scaling_ivy")
class VarianceScaling(_Distributed):
    """Draw with mean 0 and variance `scale / fan`.

    Args:
        scale: Numerator of the variance, 0 or more; default 1.
        mode: `"fan_in"` (default), `"fan_out"`, `"fan_avg"`, `"fan_sum"` or `"fan_geo_avg"`.
        distribution: `"normal"` (default; also `"untruncated_normal"`), `"uniform"`, or
            `"truncated_normal"`, which is truncated at two standard deviations and then has the
            variance.
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.
        **options: What the fans are, if the shape does not tell: `fans`, `layer`, `strides`,
            `groups`, `gates`, `batch_axes`; see `KernelInitializer`.

    Note:
        In `keras.initializers.VarianceScaling` the name `"normal"` means the truncated normal,
        which is also its default.

    Example:

    >>> VarianceScaling(2.0, "fan_out").stddev(fan_out=8)
    0.5

    Reference: `keras.initializers.VarianceScaling`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("scale", "mode", "distribution")

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "normal",
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.scale = check_number("scale", scale, least=0)
        self.distribution = check_choice("distribution", distribution, DISTRIBUTIONS)
        super().__init__(self.scale, mode, 0.5, 1.0, seed=seed, **options)


@register("xavier_ivy", "xavier_initializer_ivy")
class XavierInitializer(_Distributed):
    """Draw with mean 0 and standard deviation `gain * sqrt(2 / (fan_in + fan_out))`.

    Args:
        gain: Factor of the standard deviation, 0 or more, see `calculate_gain`; default 1.
        distribution: `"uniform"` (default), `"normal"` or `"truncated_normal"`.
        seed: See `VarianceScaling`.
        **options: What the fans are; see `VarianceScaling`.

    Example:

    >>> XavierInitializer(gain=2.0).stddev(fan_in=6, fan_out=2)
    1.0

    Reference: Glorot and Bengio 2010; `XavierInitializer` of the weight-initialization document.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("gain", "distribution")

    def __init__(
        self,
        gain: float = 1.0,
        distribution: str = "uniform",
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.distribution = check_choice("distribution", distribution, DISTRIBUTIONS)
        super().__init__(2.0, "fan_sum", 0.5, gain, seed=seed, **options)


@register("kaiming_initializer_ivy")
class KaimingInitializer(_Distributed):
    """Draw with mean 0 and standard deviation `g / sqrt(fan)`; `g` makes up for the activation.

    Args:
        mode: `"fan_in"` (default), `"fan_out"`, `"fan_avg"`, `"fan_sum"` or `"fan_geo_avg"`.
        nonlinearity: The activation after the layer, a name or a function; see `calculate_gain`.
            Default `"relu"`, for which `g = sqrt(2)`.
        distribution: `"normal"` (default), `"uniform"` or `"truncated_normal"`.
        negative_slope: Slope of `"leaky_relu"`, or alpha of `"elu"`; by default the activation's.
        kind: What the gain keeps: `"rms"` (default), `"std"`, or `"torch"` for PyTorch's table;
            see `calculate_gain`.
        seed: See `VarianceScaling`.
        **options: What the fans are; see `VarianceScaling`.

    Note:
        PyTorch's gain of tanh is 5/3 and that of sigmoid 1, neither of which keeps the signal;
        pass `kind="torch"` for them.

    Example:

    >>> round(KaimingInitializer().stddev(fan_in=8), 9)
    0.5

    Reference: He et al. 2015, arXiv:1502.01852; `KaimingInitializer` of the
    weight-initialization document.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("mode", "nonlinearity", "distribution", "negative_slope", "kind")

    def __init__(
        self,
        mode: str = "fan_in",
        nonlinearity: Activation = "relu",
        distribution: str = "normal",
        *,
        negative_slope: float | None = None,
        kind: str = "rms",
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        if isinstance(nonlinearity, dict):
            nonlinearity = keras.activations.deserialize(nonlinearity)
        gain = calculate_gain(nonlinearity, negative_slope, kind=kind)
        self.nonlinearity = nonlinearity
        self.negative_slope = negative_slope
        self.kind = kind
        self.distribution = check_choice("distribution", distribution, DISTRIBUTIONS)
        super().__init__(1.0, mode, 0.5, gain, seed=seed, **options)

    def get_config(self) -> dict[str, object]:
        """Return the constructor arguments; a function is serialized as Keras does it."""
        config = super().get_config()
        if self._given is None and not isinstance(self.nonlinearity, str):
            config["nonlinearity"] = keras.activations.serialize(self.nonlinearity)
        return config
