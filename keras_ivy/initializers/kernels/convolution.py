"""Kernels of convolutions that start as simple maps: copies, rotations, upsampling."""

from typing import Unpack

import keras

from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import check_choice, check_number, check_whole
from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.fans.options import Fan, KernelOptions
from keras_ivy.initializers.kernels.matrix import check_matrices
from keras_ivy.initializers.kernels.orthogonal import Orthogonal
from keras_ivy.initializers.kernels.wrapper import Wrapper
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.typing import Array, InitializerLike
from keras_ivy.utils.exceptions import IvyValueError


def at_centre(matrix: Array, window: tuple[int, ...]) -> Array:
    """Return a kernel that is `matrix` at its centre and zero elsewhere.

    The centre is `(k - 1) // 2` along each axis, the position that meets the output's own under
    `"same"` padding.

    Args:
        matrix: Tensor of shape `(in, out)`.
        window: Sizes of the kernel in space.

    Returns:
        A tensor of shape `(*window, in, out)`.

    Example:

    >>> at_centre(keras.ops.ones((1, 1)), (4,)).numpy().ravel().tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    around = [((size - 1) // 2, size - 1 - (size - 1) // 2) for size in window]
    spread = keras.ops.reshape(matrix, (*(1,) * len(window), *matrix.shape))
    return keras.ops.pad(spread, [*around, (0, 0), (0, 0)])


class _Centred(Drawn):
    """The base of kernels that are zero but at their centre."""

    def _check(self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None) -> None:
        if len(shape) < 3:
            raise IvyValueError(
                f"{type(self).__name__} is for kernels of convolutions, (*window, in, out). "
                f"Received: shape={shape}"
            )
        check_matrices(axes_of(shape[-2:], groups=self.groups), shape)


@register("delta_orthogonal_ivy")
class DeltaOrthogonal(_Centred):
    """Zero a convolution's kernel but for an orthogonal matrix at its centre.

    The convolution then keeps the norm of its input exactly, however deep the network is.

    Args:
        gain: Factor of the matrix, default 1.
        groups: Groups of the convolution, default 1.
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.

    Raises:
        IvyValueError: If the shape has fewer than three axes, or more inputs than outputs.

    Example:

    >>> import numpy as np
    >>> w = np.asarray(DeltaOrthogonal()((3, 3, 2, 4)))
    >>> np.allclose(w[1, 1] @ w[1, 1].T, np.eye(2), atol=1e-5), int((w != 0).sum())
    (True, 8)

    Reference: Xiao et al. 2018, arXiv:1806.05393.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("gain", "groups")

    def __init__(self, gain: float = 1.0, groups: int = 1, seed: Seed = None):
        self.gain = check_number("gain", gain)
        self.groups = check_whole("groups", groups, least=1)
        super().__init__(seed)

    def _check(self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None) -> None:
        super()._check(shape, fan_in, fan_out)
        if shape[-2] > shape[-1] // self.groups:
            raise IvyValueError(
                "An orthogonal convolution cannot have fewer outputs than inputs. "
                f"Received: shape={shape}, groups={self.groups}"
            )

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        matrix = Orthogonal(self.gain, groups=self.groups).draw(shape[-2:], dtype=dtype, seed=seed)
        return at_centre(matrix, shape[:-2])


@register("dirac_ivy")
class Dirac(_Centred):
    """Make a convolution copy its input: `W[centre, d, d] = gain`, zero elsewhere.

    Args:
        gain: The value, default 1.
        groups: Groups of the convolution: each copies its own inputs; default 1.
        layer: `"conv"` (default), or `"depthwise"` for kernels `(*window, in, multiplier)`, each
            of whose outputs copies its input channel.
        seed: Accepted so that every initializer is constructed alike; nothing is drawn.

    Raises:
        IvyValueError: If the shape has fewer than three axes.

    Example:

    >>> Dirac()((3, 2, 2)).numpy()[1].tolist()
    [[1.0, 0.0], [0.0, 1.0]]

    Reference: Zagoruyko and Komodakis 2017, arXiv:1706.00388.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("gain", "groups", "layer")

    def __init__(self, gain: float = 1.0, groups: int = 1, layer: str = "conv", seed: Seed = None):
        self.gain = check_number("gain", gain)
        self.groups = check_whole("groups", groups, least=1)
        self.layer = check_choice("layer", layer, ("conv", "depthwise"))
        if layer == "depthwise" and groups != 1:
            raise IvyValueError(
                f"A depthwise convolution has no groups. Received: {layer=}, {groups=}"
            )
        super().__init__(seed)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        if self.layer == "depthwise":
            matrix = keras.ops.ones(shape[-2:], dtype)
        else:
            axes = axes_of(shape[-2:], groups=self.groups)
            count, rows, columns = axes.matrices
            eye = keras.ops.eye(rows, columns, dtype=dtype)
            matrix = axes.fold(keras.ops.tile(eye, (count, 1, 1)), shape[-2:])
        return at_centre(self.gain * matrix, shape[:-2])


@register("icnr_ivy")
class ICNR(Wrapper):
    """Make a convolution before a sub-pixel upsampling start as nearest-neighbour upsampling.

    One kernel of `out / scale ** 2` channels is drawn and repeated for every sub-pixel, so that
    the picture has no checkerboard pattern at the start.

    Args:
        scale: Upsampling factor `s`, 1 or more; default 2.
        initializer: What draws the kernel `(*window, in, out / s ** 2)`; default
            `"kaiming_normal_ivy"`.
        order: `"depth_to_space"` (default) for TensorFlow's order of channels, in which those of
            a sub-pixel stand together; `"pixel_shuffle"` for PyTorch's, in which the sub-pixels
            of a channel stand together.
        seed: Seed of the draw; by default that of `initializer`.
        **options: What the fans of the whole kernel are; see `KernelInitializer`.

    Raises:
        IvyValueError: If the channels cannot be divided by `scale ** 2`.

    Example:

    >>> w = ICNR(2)((3, 3, 1, 8)).numpy()
    >>> bool((w[..., :2] == w[..., 2:4]).all())
    True

    Reference: Aitken et al. 2017, arXiv:1707.02937.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("scale", "initializer", "order")

    def __init__(
        self,
        scale: int = 2,
        initializer: InitializerLike = "kaiming_normal_ivy",
        order: str = "depth_to_space",
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.scale = check_whole("scale", scale, least=1)
        self.order = check_choice("order", order, ("depth_to_space", "pixel_shuffle"))
        super().__init__(initializer, seed=seed, **options)

    def inner_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of the kernel that is drawn and repeated."""
        if len(shape) < 3 or shape[-1] % self.scale**2:
            raise IvyValueError(
                "ICNR is for kernels of convolutions, (*window, in, channels * scale ** 2). "
                f"Received: shape={shape}, scale={self.scale}"
            )
        return (*shape[:-1], shape[-1] // self.scale**2)

    def inner_fans(self, fan_in: Fan | None, fan_out: Fan | None) -> tuple[Fan | None, Fan | None]:
        """Fans of that kernel."""
        return fan_in, None if fan_out is None else fan_out / self.scale**2

    def transform(self, values: Array, shape: tuple[int, ...]) -> Array:
        """Repeat the kernel for every sub-pixel."""
        copies = self.scale**2
        if self.order == "depth_to_space":
            return keras.ops.tile(values, (*(1,) * (len(shape) - 1), copies))
        return keras.ops.repeat(values, copies, axis=-1)
