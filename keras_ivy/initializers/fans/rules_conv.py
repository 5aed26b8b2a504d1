"""Fan rules of Keras's convolutions.

With `k` positions of the window, `s` the product of the strides, `g` groups and `m` the depth
multiplier:

| layer | kernel | fan_in | fan_out |
|---|---|---|---|
| convolution | `(*window, in / g, out)` | k in / g | k out / (g s) |
| depthwise | `(*window, in, m)` | k | k m / s |
| separable, pointwise | `(1, .., in m, out)` | in m | out |
| transposed | `(*window, out, in)` | k in / s | k out |

Dilation spreads the window and changes none of the counts.
"""

import keras

from keras_ivy.initializers.fans.geometry import Geometry, kernel_geometry, register_fans
from keras_ivy.initializers.fans.rules_dense import STATE, is_untrained, matrix, own

__all__ = []


def conv_geometry(
    shape: tuple[int, ...], *, strides: tuple[int, ...] = (), groups: int = 1, role: str = "kernel"
) -> Geometry:
    """Geometry of a kernel `(*window, in / groups, out)`; each group is a block.

    Example:

    >>> conv_geometry((3, 3, 8, 128), groups=8).fans
    (72, 144)
    """
    rank = len(shape) - 2
    split = (*shape[:-1], groups, shape[-1] // groups)
    return kernel_geometry(
        split,
        window=tuple(range(rank)),
        inputs=(rank,),
        blocks=(rank + 1,),
        outputs=(rank + 2,),
        strides=strides,
        role=role,
    )


def depthwise_geometry(shape: tuple[int, ...], strides: tuple[int, ...] = ()) -> Geometry:
    """Geometry of a kernel `(*window, in, multiplier)`; each channel is a block.

    Example:

    >>> depthwise_geometry((3, 3, 512, 2)).fans
    (9, 18)
    """
    rank = len(shape) - 2
    return kernel_geometry(
        shape,
        window=tuple(range(rank)),
        blocks=(rank,),
        outputs=(rank + 1,),
        strides=strides,
    )


def conv_transpose_geometry(shape: tuple[int, ...], strides: tuple[int, ...] = ()) -> Geometry:
    """Geometry of a kernel `(*window, out, in)` whose strides enlarge the output.

    Example:

    >>> conv_transpose_geometry((4, 4, 32, 256), strides=(2, 2)).fans
    (1024, 512)
    """
    rank = len(shape) - 2
    return kernel_geometry(
        shape,
        window=tuple(range(rank)),
        outputs=(rank,),
        inputs=(rank + 1,),
        strides=strides,
        transposed=True,
    )


@register_fans(keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
def conv_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """A window over all the channels of a group."""
    if is_untrained(variable):
        return STATE
    if variable.name in ("kernel", "bias"):
        shape = own(layer, "kernel").shape
        geometry = conv_geometry(shape, strides=layer.strides, groups=layer.groups)
        return geometry if variable.name == "kernel" else geometry.of_bias()
    if variable.name == "lora_kernel_a":
        return conv_geometry(variable.shape, strides=layer.strides, role="lora_a")
    return matrix(variable.shape, "lora_b") if variable.name == "lora_kernel_b" else None


@register_fans(keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)
def depthwise_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """A window over one channel."""
    if variable.name not in ("kernel", "bias"):
        return None
    geometry = depthwise_geometry(own(layer, "kernel").shape, layer.strides)
    return geometry if variable.name == "kernel" else geometry.of_bias()


@register_fans(keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
def separable_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """A depthwise convolution, then one of window 1 over all the channels."""
    if variable.name == "depthwise_kernel":
        return depthwise_geometry(variable.shape, layer.strides)
    if variable.name in ("pointwise_kernel", "bias"):
        geometry = conv_geometry(own(layer, "pointwise_kernel").shape)
        return geometry.of_bias() if variable.name == "bias" else geometry
    return None


@register_fans(
    keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose
)
def conv_transpose_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """Each input paints a window; an output of stride s lies under 1 / s of them."""
    if variable.name not in ("kernel", "bias"):
        return None
    geometry = conv_transpose_geometry(own(layer, "kernel").shape, layer.strides)
    return geometry if variable.name == "kernel" else geometry.of_bias()
