"""The depthwise convolution layer."""

from typing import Any, Self, Unpack

import keras
from keras import ops

from keras_ivy.layers.base import GLOROT, ZEROS
from keras_ivy.layers.conv.base import SpatialLayer
from keras_ivy.layers.options import Options, given
from keras_ivy.ops.spatial.convolution import depthwise_convolve
from keras_ivy.typing import Array, DTypeLike, InitializerLike, Padding, Values, Window

__all__ = ["DepthwiseConv2D"]


class DepthwiseConv2D(SpatialLayer):
    """A convolution of each channel with a kernel of its own, along two axes.

    Args:
        num_channels: Number of channels of inputs and outputs; None to take it from the first
            input.
        filter_shape: Sizes of the window: a number, or one for each axis.
        strides: Distance between windows: a number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        weight_initializer: Initializer of `w`: an object, a name or a function.
        bias_initializer: Initializer of `b`.
        with_bias: If False, there is no `b`.
        data_format: `"NHWC"` or `"NCHW"`.
        dilations: Distance between the entries of a window: a number, or one for each axis.
        device: Where variables are made.
        v: Values for the variables: `w` of shape `(*window, channels)` and `b` of shape
            `(1, 1, 1, channels)`, or `(1, channels, 1, 1)` for `"NCHW"`.
        dtype: The data type, or a dtype policy.
        fans: `"ivy"` takes the number of channels as both fans; `"true"` counts the window.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> DepthwiseConv2D(3, [3, 3], 1, "SAME")(np.ones((1, 4, 4, 3), "float32")).shape
    TensorShape([1, 4, 4, 3])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, kernel_kind, keras_classes = 2, "depthwise", (keras.layers.DepthwiseConv2D,)
    channel_names = ("num_channels",)

    def __init__(
        self,
        num_channels: int | None,
        filter_shape: Window,
        strides: Window,
        padding: Padding,
        weight_initializer: InitializerLike = GLOROT,
        bias_initializer: InitializerLike = ZEROS,
        with_bias: bool = True,
        data_format: str = "NHWC",
        dilations: Window = 1,
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        *,
        fans: str = "ivy",
        **kwargs: Unpack[Options],
    ):
        super().__init__(**given(locals()))

    def _build(self, *args: Any, **kwargs: Any) -> bool:
        super()._build(*args, **kwargs)
        self._output_channels = self._input_channels
        return True

    def _kernel_shape(self) -> tuple[int | None, ...]:
        return (*self._window, self._input_channels)

    def _kernel(self, x: Array, w: Array, b: Array | None) -> Array:
        return depthwise_convolve(
            x, w, b, self._strides, self._padding, self._data_format, self._dilations,
            type(self).__name__,
        )  # fmt: skip

    def _extra_repr(self) -> str:
        head = f"num_channels={self._input_channels}"
        return f"{head}, {self._settings_repr()}{self._options_repr()}"

    @classmethod
    def from_keras(cls, layer: keras.layers.DepthwiseConv2D) -> Self:
        """Return the layer that equals a built `keras.layers.DepthwiseConv2D`.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or does what Ivy's does not.
        """
        cls._check_keras_layer(layer)
        if layer.depth_multiplier != 1:
            cls._refuse(layer, "depth_multiplier", layer.depth_multiplier)
        kernel = layer.kernel.value[..., 0]
        return cls._from_keras(layer, kernel.shape[-1], kernel=kernel)

    def to_keras(self) -> keras.layers.DepthwiseConv2D:
        """Return the built `keras.layers.DepthwiseConv2D` that equals this layer.

        Raises:
            ValueError: If Keras has none, since it pads by widths.
        """
        self._ready()
        layer = keras.layers.DepthwiseConv2D(**self._keras_options())
        return self._to_keras(layer, ops.expand_dims(self._value("w"), -1))
