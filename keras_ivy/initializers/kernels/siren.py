"""Initializers of sinusoidal networks, whose activation is `sin(w0 * x)`."""

from typing import Unpack

from keras_ivy.initializers.checks import check_number
from keras_ivy.initializers.fans.options import IvyZeroDivisionError, KernelOptions
from keras_ivy.initializers.kernels.uniforms import Uniform
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.utils.checks import is_number


@register("first_layer_siren_ivy")
class FirstLayerSiren(Uniform):
    """Draw the first kernel of a sinusoidal network from `U[-1 / fan_in, 1 / fan_in)`.

    The frequency `w0` of the first layer stands in its activation, not in its kernel.

    Args:
        seed: See `Uniform`.
        **options: What the fans are; see `Uniform`.

    Note:
        Ivy's docstring gives the limit as `fan_in`; its code, the paper and this class have
        `1 / fan_in`.

    Example:

    >>> FirstLayerSiren().limit(fan_in=2)
    0.5

    Reference: Sitzmann et al. 2020, arXiv:2006.09661; Ivy's `stateful/initializers.py`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ()

    def __init__(self, seed: Seed = None, **options: Unpack[KernelOptions]):
        super().__init__(1.0, "fan_in", 1.0, 1.0, seed=seed, **options)


@register("siren_ivy")
class Siren(Uniform):
    """Draw a later kernel of a sinusoidal network from `U[-limit, limit)`.

    `limit = sqrt(6 / fan_in) / w0` keeps the activations' distribution from layer to layer.

    Args:
        w0: Frequency of the layer's activation `sin(w0 * x)`, above 0; default 30.
        seed: See `Uniform`.
        **options: What the fans are; see `Uniform`.

    Raises:
        IvyZeroDivisionError: If `w0` is zero.

    Note:
        The paper's standard normal pre-activation holds for the second layer. Deeper down their
        standard deviation settles at 0.8926 (the solution of `q = 1 - exp(-2 q)` with
        `q = s ** 2`), and that of the activations at 0.6312.

    Example:

    >>> round(Siren(w0=10).limit(fan_in=6), 12)
    0.1

    Reference: Sitzmann et al. 2020, arXiv:2006.09661; Ivy's `stateful/initializers.py`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("w0",)

    def __init__(self, w0: float = 30.0, *, seed: Seed = None, **options: Unpack[KernelOptions]):
        if is_number(w0) and w0 == 0:
            raise IvyZeroDivisionError("`w0` must not be zero. Received: w0=0")
        self.w0 = check_number("w0", w0, above=0)
        super().__init__(6.0, "fan_in", 0.5, 1.0 / self.w0, seed=seed, **options)
