"""Normal draws: the general formula, its named schemes, and fixed standard deviations."""

from typing import Unpack

import tensorflow as tf

from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import Shape, check_number
from keras_ivy.initializers.fans.options import Fan, KernelOptions
from keras_ivy.initializers.kernels.fan_scaled import FanScaled
from keras_ivy.initializers.random import sampling
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.initializers.random.truncation import draw_truncated
from keras_ivy.registration import register
from keras_ivy.typing import Array
from keras_ivy.utils.arguments import also_spelled


@register("normal_ivy")
class Normal(FanScaled):
    """Draw from `N(mean, stddev ** 2)` with `stddev = gain * (numerator / fan) ** power`.

    Args:
        numerator: What is divided by the fan, 0 or more; default 2.
        fan_mode: `"fan_in"`, `"fan_out"`, `"fan_sum"` (default), `"fan_avg"` or `"fan_geo_avg"`.
        power: Exponent of the quotient, default 1/2.
        gain: Factor of the standard deviation, 0 or more; default 1.
        mean: Mean of the draw, default 0.
        cut: Truncate at this many standard deviations of the untruncated normal, which is widened
            so that `stddev` holds after the truncation; default none.
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.
        **options: What the fans are, if the shape does not tell: `fans`, `layer`, `strides`,
            `groups`, `gates`, `batch_axes`; see `KernelInitializer`.

    Raises:
        IvyValueError: If the fan mode is unknown, or a number is negative, NaN or infinite.

    Example:

    >>> Normal(2, "fan_in", 0.5, 1.0).stddev(fan_in=8)
    0.5

    Reference: the counterpart of `Uniform`; Ivy has no general normal scheme.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("numerator", "fan_mode", "power", "gain", "mean", "cut")

    def __init__(
        self,
        numerator: float = 2.0,
        fan_mode: str = "fan_sum",
        power: float = 0.5,
        gain: float = 1.0,
        mean: float = 0.0,
        *,
        cut: float | None = None,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.mean = check_number("mean", mean)
        self.cut = cut if cut is None else check_number("cut", cut, above=0)
        super().__init__(numerator, fan_mode, power, gain, seed=seed, **options)

    @property
    def distribution(self) -> str:
        """What `keras.initializers.VarianceScaling` calls the distribution."""
        return "untruncated_normal" if self.cut is None else "truncated_normal"

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
        if self.cut is None:
            return sampling.normal(shape, self.mean, stddev, dtype, seed)
        return draw_truncated(shape, self.mean, stddev, self.cut, dtype, seed)


@register("kaiming_ivy", "kaiming_normal_ivy", "he_normal_ivy", "he_ivy")
class KaimingNormal(Normal):
    """Draw from `N(mean, stddev ** 2)`, `stddev = sqrt(2 / ((1 + negative_slope ** 2) * fan))`.

    The factor keeps the mean square of the signal through a leaky ReLU of that slope.

    Args:
        mean: Mean of the draw, default 0.
        fan_mode: See `Normal`; default `"fan_in"`.
        negative_slope: Slope of the activation below zero, default 0 (ReLU).
        mode: Other spelling of `fan_mode`, which it replaces.
        cut: See `Normal`.
        seed: See `Normal`.
        **options: What the fans are; see `Normal`.

    Note:
        In Ivy the slope is an argument of `create_variables` alone, where no layer passes it. It
        is accepted there too, and goes before the constructor's.

    Example:

    >>> KaimingNormal().stddev(fan_in=8)
    0.5

    Reference: He et al. 2015, arXiv:1502.01852; Ivy's `stateful/initializers.py`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("mean", "fan_mode", "negative_slope", "cut")

    def __init__(
        self,
        mean: float = 0.0,
        fan_mode: str = "fan_in",
        negative_slope: float = 0.0,
        *,
        mode: str | None = None,
        cut: float | None = None,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.negative_slope = check_number("negative_slope", negative_slope)
        super().__init__(
            2.0 / (1.0 + self.negative_slope**2),
            fan_mode if mode is None else mode,
            0.5,
            1.0,
            mean,
            cut=cut,
            seed=seed,
            **options,
        )

    # The order of Ivy's class of this name.
    def create_variables(  # type: ignore[override]
        self,
        var_shape: Shape,
        device: str | None = None,
        fan_out: Fan | None = None,
        fan_in: Fan | None = None,
        negative_slope: float | None = None,
        dtype: str | None = None,
        *,
        dev: str | None = None,
    ) -> Array:
        """Make the values of a variable in Ivy's way; see `FanScaled.create_variables`.

        Args:
            var_shape: Shape of the variable, a sequence or the length of a vector.
            device: Where to make it, such as `"cpu"` or `"gpu:0"`; by default Keras's choice.
            fan_out: Number of outputs that an input reaches.
            fan_in: Number of inputs that reach an output.
            negative_slope: Slope of the activation below zero, by default the constructor's.
            dtype: Data type, by default `keras.config.floatx()`.
            dev: Older spelling of `device`.

        Returns:
            A tensor of shape `var_shape`.

        Raises:
            IvyValueError: If a fan that the formula needs is missing.
        """
        if negative_slope is not None:
            other = self.replace(negative_slope=negative_slope)
            return other.create_variables(var_shape, device, fan_out, fan_in, None, dtype, dev=dev)
        return super().create_variables(var_shape, device, fan_out, fan_in, dtype, dev=dev)


@register("xavier_normal_ivy", "glorot_normal_ivy")
class XavierNormal(Normal):
    """Draw from `N(0, stddev ** 2)` with `stddev = gain * sqrt(2 / (fan_in + fan_out))`.

    Args:
        gain: Factor of the standard deviation, see `calculate_gain`; default 1.
        cut: See `Normal`.
        seed: See `Normal`.
        **options: What the fans are; see `Normal`.

    Example:

    >>> XavierNormal(gain=2.0).stddev(fan_in=6, fan_out=2)
    1.0

    Reference: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward
    neural networks.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("gain", "cut")

    def __init__(
        self,
        gain: float = 1.0,
        *,
        cut: float | None = None,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        super().__init__(2.0, "fan_sum", 0.5, gain, cut=cut, seed=seed, **options)


@register("lecun_normal_ivy", "lecun_ivy")
class LecunNormal(Normal):
    """Draw from `N(0, stddev ** 2)` with `stddev = gain * sqrt(1 / fan_in)`.

    Args:
        gain: Factor of the standard deviation, default 1, which suits `selu`.
        cut: See `Normal`.
        seed: See `Normal`.
        **options: What the fans are; see `Normal`.

    Example:

    >>> LecunNormal().stddev(fan_in=4)
    0.5

    Reference: LeCun et al. 1998, Efficient BackProp; Klambauer et al. 2017, arXiv:1706.02515.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("gain", "cut")

    def __init__(
        self,
        gain: float = 1.0,
        *,
        cut: float | None = None,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        super().__init__(1.0, "fan_in", 0.5, gain, cut=cut, seed=seed, **options)


@register("random_normal_ivy")
class RandomNormal(Drawn):
    """Draw from `N(mean, stddev ** 2)`, whatever the fans are.

    Args:
        mean: Mean of the draw, default 0.
        stddev: Standard deviation, 0 or more; default 0.05.
        seed: See `Normal`.

    Note:
        Ivy's class cannot be used by Ivy's layers, which pass fans; this one accepts them. With
        an integer seed every call gives the same values, in Ivy by seeding the whole program,
        here without touching any other draw.

    Example:

    >>> RandomNormal(stddev=0.0, mean=2.0)((2,)).numpy()
    array([2., 2.], dtype=float32)

    Reference: Ivy's `stateful/initializers.py`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("mean", "stddev")

    @also_spelled(std="stddev")
    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None):
        self.mean = check_number("mean", mean)
        self.stddev = check_number("stddev", stddev, least=0)
        super().__init__(seed)

    def create_variables(
        self,
        var_shape: Shape,
        device: str | None = None,
        fan_out: Fan | str | None = None,
        fan_in: Fan | None = None,
        dtype: str | None = None,
        *,
        dev: str | None = None,
    ) -> Array:
        """Make the values of a variable in Ivy's way; see `Drawn.create_variables`.

        Args:
            var_shape: Shape of the variable, a sequence or the length of a vector.
            device: Where to make it, such as `"cpu"` or `"gpu:0"`; by default Keras's choice.
            fan_out: Not used. Ivy's class has the data type here, which is understood.
            fan_in: Not used.
            dtype: Data type, by default `keras.config.floatx()`.
            dev: Older spelling of `device`.

        Returns:
            A tensor of shape `var_shape`.
        """
        if isinstance(fan_out, str | tf.DType):
            fan_out, dtype = None, (fan_out if dtype is None else dtype)
        return super().create_variables(var_shape, device, fan_out, fan_in, dtype, dev=dev)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        return sampling.normal(shape, self.mean, self.stddev, dtype, seed)


@register("normal_initializer_ivy")
class NormalInitializer(RandomNormal):
    """Draw from `N(mean, std ** 2)`, whatever the fans are.

    Args:
        mean: Mean of the draw, default 0.
        std: Standard deviation, 0 or more; default 1. `stddev` is another spelling.
        seed: See `Normal`.

    Example:

    >>> NormalInitializer(mean=3.0, std=0.0)((2,)).numpy()
    array([3., 3.], dtype=float32)

    Reference: `NormalInitializer` of the weight-initialization document.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("mean", "std")

    @also_spelled(stddev="std")
    def __init__(self, mean: float = 0.0, std: float = 1.0, seed: Seed = None):
        self.std = check_number("std", std, least=0)
        super().__init__(mean, self.std, seed)
