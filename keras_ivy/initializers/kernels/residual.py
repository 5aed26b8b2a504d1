"""Scales of residual branches, so that a deep sum of branches keeps its size.

Each rule is a formula for one kernel. To zero the last layer of each branch use `Zeros`.
"""

import math
from typing import Unpack

from keras_ivy.initializers.checks import check_choice, check_number, check_whole
from keras_ivy.initializers.fans.options import KernelOptions
from keras_ivy.initializers.kernels.normals import RandomNormal, XavierNormal
from keras_ivy.initializers.kernels.wrapper import Scaled
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.typing import InitializerLike
from keras_ivy.utils.checks import one_of, received
from keras_ivy.utils.exceptions import IvyValueError

_PARTS = ("encoder", "decoder")


def fixup_scale(branches: int, layers: int = 2) -> float:
    """Return `branches ** (-1 / (2 * layers - 2))`.

    Args:
        branches: Number of residual branches, 1 or more.
        layers: Number of layers in a branch, 2 or more; default 2.

    Example:

    >>> fixup_scale(16), fixup_scale(16, layers=3)
    (0.25, 0.5)

    Reference: Zhang et al. 2019, arXiv:1901.09321.
    """
    check_whole("branches", branches, least=1)
    check_whole("layers", layers, least=2)
    return branches ** (-1 / (2 * layers - 2))


def depth_scale(branches: int) -> float:
    """Return `1 / sqrt(2 * branches)`.

    Args:
        branches: Number of residual branches, 1 or more.

    Example:

    >>> depth_scale(8)
    0.25
    """
    return 1 / math.sqrt(2 * check_whole("branches", branches, least=1))


def deepnet_constants(
    encoder_layers: int = 0, decoder_layers: int = 0
) -> dict[str, tuple[float, float]]:
    """Return DeepNet's `(alpha, beta)` for the encoder and the decoder of a transformer.

    `alpha` multiplies the skip connection before the norm, `beta` is the gain of the branch's
    feed-forward, value and output projections. With `N` encoder and `M` decoder layers, alone
    `alpha = (2 N) ** (1/4)` and `beta = (8 N) ** (-1/4)` (the same with `M`); together
    `0.81 (N ** 4 M) ** (1/16)` and `0.87 (N ** 4 M) ** (-1/16)` in the encoder,
    `(3 M) ** (1/4)` and `(12 M) ** (-1/4)` in the decoder.

    Args:
        encoder_layers: Number of encoder layers, default 0.
        decoder_layers: Number of decoder layers, default 0.

    Raises:
        IvyValueError: If both are 0.

    Example:

    >>> deepnet_constants(encoder_layers=8)
    {'encoder': (2.0, 0.353...)}

    Reference: Wang et al. 2022, arXiv:2203.00555.
    """
    n = check_whole("encoder_layers", encoder_layers)
    m = check_whole("decoder_layers", decoder_layers)
    if not n and not m:
        raise IvyValueError(
            f"A transformer has layers. Received: {encoder_layers=}, {decoder_layers=}"
        )
    if n and m:
        size = n**4 * m
        return {
            "encoder": (0.81 * size ** (1 / 16), 0.87 * size ** (-1 / 16)),
            "decoder": ((3 * m) ** 0.25, (12 * m) ** -0.25),
        }
    layers = n or m
    return {"encoder" if n else "decoder": ((2 * layers) ** 0.25, (8 * layers) ** -0.25)}


def tfixup_scale(layers: int, part: str = "encoder") -> float:
    """Return T-Fixup's factor: `0.67 * layers ** (-1/4)`, in the decoder `(9 layers) ** (-1/4)`.

    Args:
        layers: Number of layers of that part, 1 or more.
        part: `"encoder"` (default) or `"decoder"`.

    Example:

    >>> tfixup_scale(16), round(tfixup_scale(9, "decoder") ** 2, 9)
    (0.335, 0.111111111)

    Reference: Huang et al. 2020, Improving transformer optimization through better
    initialization.
    """
    check_whole("layers", layers, least=1)
    check_choice("part", part, _PARTS)
    return 0.67 * layers**-0.25 if part == "encoder" else (9 * layers) ** -0.25


@register("fixup_ivy")
class Fixup(Scaled):
    """Scale all but the last layer of a residual branch by `branches ** (-1 / (2 layers - 2))`.

    The last layer of each branch and the classifier start at zero (`Zeros`); norms are left out.

    Args:
        branches: Number of residual branches of the network, 1 or more.
        layers: Number of layers in a branch, 2 or more; default 2.
        initializer: What is scaled, default `"kaiming_normal_ivy"`.
        seed: Seed of the draw; by default that of `initializer`.
        **options: What the fans are; see `KernelInitializer`.

    Example:

    >>> Fixup(branches=16).factor
    0.25

    Reference: Zhang et al. 2019, arXiv:1901.09321.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("branches", "layers", "initializer")

    def __init__(
        self,
        branches: int,
        layers: int = 2,
        initializer: InitializerLike = "kaiming_normal_ivy",
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.branches, self.layers = branches, layers
        super().__init__(initializer, fixup_scale(branches, layers), seed=seed, **options)


@register("depth_scaled_ivy")
class DepthScaled(Scaled):
    """Scale the last layer of a residual branch by `1 / sqrt(2 * branches)`.

    The sum of all branches then has half the variance that a single unscaled one has.

    Args:
        branches: Number of residual branches of the network, 1 or more.
        initializer: What is scaled, default `"xavier_normal_ivy"`.
        seed: Seed of the draw; by default that of `initializer`.
        **options: What the fans are; see `KernelInitializer`.

    Example:

    >>> DepthScaled(branches=8).factor
    0.25
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("branches", "initializer")

    def __init__(
        self,
        branches: int,
        initializer: InitializerLike = "xavier_normal_ivy",
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.branches = branches
        super().__init__(initializer, depth_scale(branches), seed=seed, **options)


@register("gpt2_residual_ivy")
class GPT2Residual(RandomNormal):
    """Draw the last kernels of GPT-2's branches: `N(0, (base / sqrt(2 * layers)) ** 2)`.

    Every layer has two branches, attention and feed-forward. All other kernels and embeddings
    have the standard deviation `base`.

    Args:
        layers: Number of transformer layers, 1 or more.
        base: Standard deviation of the other kernels, above 0; default 0.02.
        seed: See `RandomNormal`.

    Example:

    >>> GPT2Residual(layers=8).stddev
    0.005

    Reference: Radford et al. 2019, Language models are unsupervised multitask learners.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("layers", "base")

    def __init__(self, layers: int, base: float = 0.02, seed: Seed = None):
        self.layers = layers
        self.base = check_number("base", base, above=0)
        super().__init__(0.0, self.base * depth_scale(layers), seed)


@register("deepnet_ivy")
class DeepNet(XavierNormal):
    """Draw DeepNet's feed-forward, value and output kernels: Xavier with the gain `beta`.

    Query and key kernels have the gain 1, `XavierNormal()`.

    Args:
        encoder_layers: Number of encoder layers of the transformer, default 0.
        decoder_layers: Number of decoder layers, default 0.
        part: Which part the kernel stands in, `"encoder"` or `"decoder"`; by default the only
            one there is.
        seed: See `Normal`.
        **options: What the fans are; see `Normal`.

    Raises:
        IvyValueError: If there are no layers, or `part` has none or is needed.

    Example:

    >>> DeepNet(decoder_layers=2).gain
    0.5

    Reference: Wang et al. 2022, arXiv:2203.00555; see `deepnet_constants`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("encoder_layers", "decoder_layers", "part")

    def __init__(
        self,
        encoder_layers: int = 0,
        decoder_layers: int = 0,
        part: str | None = None,
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        constants = deepnet_constants(encoder_layers, decoder_layers)
        if part is None and len(constants) == 1:
            (part,) = constants
        if part is None or not one_of(part, constants):
            raise IvyValueError(
                f"`part` must be one of {', '.join(map(repr, constants))}. "
                f"{received('part', part)}, {encoder_layers=}, {decoder_layers=}"
            )
        self.encoder_layers, self.decoder_layers, self.part = encoder_layers, decoder_layers, part
        super().__init__(constants[part][1], seed=seed, **options)


@register("tfixup_ivy")
class TFixup(Scaled):
    """Scale the value, output and feed-forward kernels of a transformer without norms.

    By `0.67 * layers ** (-1/4)` in the encoder and `(9 * layers) ** (-1/4)` in the decoder; the
    embeddings are scaled by the latter of the decoder too.

    Args:
        layers: Number of layers of that part, 1 or more.
        part: `"encoder"` (default) or `"decoder"`.
        initializer: What is scaled, default `"xavier_normal_ivy"`.
        seed: Seed of the draw; by default that of `initializer`.
        **options: What the fans are; see `KernelInitializer`.

    Example:

    >>> TFixup(layers=16).factor
    0.335

    Reference: Huang et al. 2020, Improving transformer optimization through better
    initialization.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("layers", "part", "initializer")

    def __init__(
        self,
        layers: int,
        part: str = "encoder",
        initializer: InitializerLike = "xavier_normal_ivy",
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.layers, self.part = layers, part
        super().__init__(initializer, tfixup_scale(layers, part), seed=seed, **options)
