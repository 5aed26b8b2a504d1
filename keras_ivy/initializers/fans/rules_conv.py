"""Fan rules of Keras's convolutions.

The table of `kernel_fans` says which they are. A separable convolution is a depthwise one and then
one of window 1 over all the channels that it makes.

Dilation spreads the window and changes none of the counts.
"""

import keras

from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.rules import register_fans
from keras_ivy.initializers.fans.rules_dense import STATE, is_untrained, own

__all__ = []


@register_fans(keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
def conv_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """A window over all the channels of a group."""
    if is_untrained(variable):
        return STATE
    if variable.name in ("kernel", "bias"):
        shape = own(layer, "kernel").shape
        geometry = axes_of(shape, "conv", strides=layer.strides, groups=layer.groups)
        return geometry if variable.name == "kernel" else geometry.of_bias()
    if variable.name == "lora_kernel_a":
        return axes_of(variable.shape, "conv", strides=layer.strides, role="lora_a")
    if variable.name == "lora_kernel_b":
        return axes_of(variable.shape, "dense", role="lora_b")
    return None


@register_fans(keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)
def depthwise_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """A window over one channel."""
    if variable.name not in ("kernel", "bias"):
        return None
    geometry = axes_of(own(layer, "kernel").shape, "depthwise", strides=layer.strides)
    return geometry if variable.name == "kernel" else geometry.of_bias()


@register_fans(keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
def separable_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """A depthwise convolution, then one of window 1 over all the channels."""
    if variable.name == "depthwise_kernel":
        return axes_of(variable.shape, "depthwise", strides=layer.strides)
    if variable.name in ("pointwise_kernel", "bias"):
        geometry = axes_of(own(layer, "pointwise_kernel").shape, "conv")
        return geometry.of_bias() if variable.name == "bias" else geometry
    return None


@register_fans(
    keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose
)
def conv_transpose_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """Each input paints a window; an output of stride s lies under 1 / s of them."""
    if variable.name not in ("kernel", "bias"):
        return None
    geometry = axes_of(own(layer, "kernel").shape, "conv_transpose", strides=layer.strides)
    return geometry if variable.name == "kernel" else geometry.of_bias()
