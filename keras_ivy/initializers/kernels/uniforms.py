"""Uniform draws: Ivy's general formula and the schemes that are special cases of it."""

import math
from typing import Unpack

from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import check_number
from keras_ivy.initializers.fans.options import Fan, KernelOptions
from keras_ivy.initializers.kernels.fan_scaled import FanScaled
from keras_ivy.initializers.random import sampling
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.typing import Array
from keras_ivy.utils.arguments import also_spelled
from keras_ivy.utils.exceptions import IvyValueError


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

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("numerator", "fan_mode", "power", "gain")
    distribution = "uniform"

    def __init__(
        self,
        numerator: float = 6.0,
        fan_mode: str = "fan_sum",
        power: float = 0.5,
        gain: float = 1.0,
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        super().__init__(numerator, fan_mode, power, gain, seed=seed, **options)

    def limit(self, fan_in: Fan | None = None, fan_out: Fan | None = None) -> float:
        """Return the end of the range for given fans; see `FanScaled.factor`."""
        return self.factor(fan_in, fan_out)

    def stddev(self, fan_in: Fan | None = None, fan_out: Fan | None = None) -> float:
        """Return the standard deviation for given fans: `limit / sqrt(3)`."""
        return self.factor(fan_in, fan_out) / math.sqrt(3)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        limit = self.limit(fan_in, fan_out)
        return sampling.uniform(shape, -limit, limit, dtype, seed)


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

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ()

    def __init__(self, seed: Seed = None, **options: Unpack[KernelOptions]):
        super().__init__(6.0, "fan_sum", 0.5, 1.0, seed=seed, **options)


@register("xavier_uniform_ivy")
class XavierUniform(Uniform):
    """Draw from `U[-limit, limit)` with `limit = gain * sqrt(6 / (fan_in + fan_out))`.

    Args:
        gain: Factor of the limit, see `calculate_gain`; default 1.
        seed: See `Uniform`.
        **options: What the fans are; see `Uniform`.

    Example:

    >>> XavierUniform(gain=2.0).limit(fan_in=4, fan_out=2)
    2.0

    Reference: Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward
    neural networks.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("gain",)

    def __init__(self, gain: float = 1.0, *, seed: Seed = None, **options: Unpack[KernelOptions]):
        super().__init__(6.0, "fan_sum", 0.5, gain, seed=seed, **options)


@register("kaiming_uniform_ivy", "he_uniform_ivy")
class KaimingUniform(Uniform):
    """Draw from `U[-limit, limit)` with `limit = sqrt(6 / ((1 + negative_slope ** 2) * fan))`.

    Args:
        fan_mode: See `Uniform`; default `"fan_in"`.
        negative_slope: Slope of the activation below zero, default 0 (ReLU).
        mode: Other spelling of `fan_mode`, which it replaces.
        seed: See `Uniform`.
        **options: What the fans are; see `Uniform`.

    Example:

    >>> KaimingUniform().limit(fan_in=6)
    1.0

    Reference: He et al. 2015, arXiv:1502.01852.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("fan_mode", "negative_slope")

    def __init__(
        self,
        fan_mode: str = "fan_in",
        negative_slope: float = 0.0,
        *,
        mode: str | None = None,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.negative_slope = check_number("negative_slope", negative_slope)
        numerator = 6.0 / (1.0 + self.negative_slope**2)
        super().__init__(
            numerator, fan_mode if mode is None else mode, 0.5, 1.0, seed=seed, **options
        )


@register("lecun_uniform_ivy")
class LecunUniform(Uniform):
    """Draw from `U[-limit, limit)` with `limit = gain * sqrt(3 / fan_in)`.

    Args:
        gain: Factor of the limit, default 1.
        seed: See `Uniform`.
        **options: What the fans are; see `Uniform`.

    Example:

    >>> LecunUniform().limit(fan_in=3)
    1.0

    Reference: LeCun et al. 1998, Efficient BackProp.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("gain",)

    def __init__(self, gain: float = 1.0, *, seed: Seed = None, **options: Unpack[KernelOptions]):
        super().__init__(3.0, "fan_in", 0.5, gain, seed=seed, **options)


@register("torch_default_ivy")
class TorchDefault(Uniform):
    """Draw from `U[-limit, limit)` with `limit = 1 / sqrt(fan_in)`, as PyTorch's layers do.

    PyTorch uses it for the kernels and the biases of linear and convolution layers. A bias has
    the `fan_in` of its kernel, which its own shape does not tell: `initialize_model` knows it,
    otherwise pass `fans`.

    Args:
        seed: See `Uniform`.
        **options: What the fans are; see `Uniform`.

    Raises:
        IvyValueError: If a vector is drawn and nothing tells the fans.

    Example:

    >>> TorchDefault().limit(fan_in=16)
    0.25

    Reference: PyTorch's `torch.nn.Linear`, which writes it as Kaiming's scheme for `a=sqrt(5)`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ()

    def __init__(self, seed: Seed = None, **options: Unpack[KernelOptions]):
        super().__init__(1.0, "fan_in", 0.5, 1.0, seed=seed, **options)

    def _fans(self, shape: tuple[int, ...]) -> tuple[Fan | None, Fan | None]:
        if len(shape) < 2 and self.fans is None:
            raise IvyValueError(
                "The range of a bias depends on the fan_in of its kernel. Pass "
                "`fans=(fan_in, fan_out)`, or use `initialize_model(model, 'torch_default')`. "
                f"Received: shape={shape}"
            )
        return super()._fans(shape)


@register("uniform_initializer_ivy")
class UniformInitializer(Drawn):
    """Draw from `U[a, b)`, whatever the fans are.

    Args:
        a: Lower end, default 0.
        b: Upper end, not below `a`; default 1. `minval` and `maxval` are other spellings.
        seed: See `Uniform`.

    Raises:
        IvyValueError: If `a > b`, or one of them is not finite.

    Note:
        The default range has the mean 1/2: kernels drawn from it shift every layer's output.
        Pass `a=-b` for kernels.

    Example:

    >>> UniformInitializer(2.0, 2.0)((2,)).numpy()
    array([2., 2.], dtype=float32)

    Reference: `UniformInitializer` of the weight-initialization document.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("a", "b")

    @also_spelled(minval="a", maxval="b")
    def __init__(self, a: float = 0.0, b: float = 1.0, seed: Seed = None):
        self.a = check_number("a", a)
        self.b = check_number("b", b, least=a)
        super().__init__(seed)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        return sampling.uniform(shape, self.a, self.b, dtype, seed)
