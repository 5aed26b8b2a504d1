"""Convolution layers in one to three dimensions."""

from typing import Self, Unpack

import keras

from keras_ivy.layers.base import GLOROT, ZEROS
from keras_ivy.layers.conv.base import SpatialLayer
from keras_ivy.layers.options import Options, given
from keras_ivy.typing import DTypeLike, InitializerLike, Padding, Values, Window

__all__ = ["Conv1D", "Conv2D", "Conv3D"]


class Convolution(SpatialLayer):
    """The base of `Conv1D`, `Conv2D` and `Conv3D`."""

    @classmethod
    def from_keras(cls, layer: keras.layers.Layer) -> Self:
        """Return the layer that equals a built Keras convolution without an activation.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or does what Ivy's does not.
        """
        cls._check_keras_layer(layer)
        *_, size, out = layer.kernel.shape
        return cls._from_keras(layer, size, out, kernel=layer.kernel.value)

    def to_keras(self) -> keras.layers.Layer:
        """Return the built Keras convolution that equals this layer.

        Raises:
            ValueError: If Keras has none, since it pads by widths.
        """
        self._ready()
        layer = self.keras_classes[0](self._output_channels, **self._keras_options())
        return self._to_keras(layer, self._value("w"))


class Conv1D(Convolution):
    """A convolution along one axis.

    Arguments that are not listed here are those of `Conv2D`.

    Args:
        filter_size: Size of the window.
        strides: Distance between windows.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths in a list.
        data_format: `"NWC"` or `"NCW"`.
        dilations: Distance between the entries of a window.
        v: Values for the variables: `w` of shape `(window, in, out)` and `b` of shape
            `(1, 1, out)`, or `(1, out, 1)` for `"NCW"`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> Conv1D(2, 3, 3, 1, "SAME")(np.ones((1, 7, 2), "float32")).shape
    TensorShape([1, 7, 3])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, window_name, keras_classes = 1, "filter_size", (keras.layers.Conv1D,)

    def __init__(
        self,
        input_channels: int | None,
        output_channels: int,
        filter_size: Window,
        strides: Window,
        padding: Padding,
        weight_initializer: InitializerLike = GLOROT,
        bias_initializer: InitializerLike = ZEROS,
        with_bias: bool = True,
        data_format: str = "NWC",
        dilations: Window = 1,
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        *,
        fans: str = "ivy",
        **kwargs: Unpack[Options],
    ):
        super().__init__(**given(locals()))


class Conv2D(Convolution):
    """A convolution along two axes.

    Args:
        input_channels: Number of channels of inputs; None to take it from the first one.
        output_channels: Number of channels of outputs.
        filter_shape: Sizes of the window: a number, or one for each axis.
        strides: Distance between windows: a number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        weight_initializer: Initializer of `w`: an object, a name or a function.
        bias_initializer: Initializer of `b`.
        with_bias: If False, there is no `b`.
        data_format: `"NHWC"` or `"NCHW"`.
        dilations: Distance between the entries of a window: a number, or one for each axis.
        device: Where variables are made.
        v: Values for the variables: `w` of shape `(*window, in, out)` and `b` of shape
            `(1, 1, 1, out)`, or `(1, out, 1, 1)` for `"NCHW"`.
        dtype: The data type, or a dtype policy.
        fans: `"ivy"` leaves the size of the window out of the fans; `"true"` counts it.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> Conv2D(2, 3, [3, 3], 2, "VALID")(np.ones((1, 7, 7, 2), "float32")).shape
    TensorShape([1, 3, 3, 3])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, keras_classes = 2, (keras.layers.Conv2D,)

    def __init__(
        self,
        input_channels: int | None,
        output_channels: int,
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


class Conv3D(Convolution):
    """A convolution along three axes.

    Arguments that are not listed here are those of `Conv2D`.

    Args:
        data_format: `"NDHWC"` or `"NCDHW"`.
        v: Values for the variables: `w` of shape `(*window, in, out)` and `b` of shape
            `(1, 1, 1, 1, out)`, or `(1, out, 1, 1, 1)` for `"NCDHW"`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> Conv3D(2, 3, [2, 2, 2], 1, "VALID")(np.ones((1, 3, 3, 3, 2), "float32")).shape
    TensorShape([1, 2, 2, 2, 3])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, keras_classes = 3, (keras.layers.Conv3D,)

    def __init__(
        self,
        input_channels: int | None,
        output_channels: int,
        filter_shape: Window,
        strides: Window,
        padding: Padding,
        weight_initializer: InitializerLike = GLOROT,
        bias_initializer: InitializerLike = ZEROS,
        with_bias: bool = True,
        data_format: str = "NDHWC",
        dilations: Window = 1,
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        *,
        fans: str = "ivy",
        **kwargs: Unpack[Options],
    ):
        super().__init__(**given(locals()))
