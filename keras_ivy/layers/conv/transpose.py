"""Transposed convolution layers in one to three dimensions."""

from typing import Any, Self, Unpack

import keras

from keras_ivy.layers.base import GLOROT, ZEROS
from keras_ivy.layers.conv.base import SpatialLayer
from keras_ivy.layers.options import Options, given
from keras_ivy.ops import checks
from keras_ivy.ops.spatial.conv_transpose import transpose_convolve, wanted_sizes
from keras_ivy.typing import Array, DTypeLike, InitializerLike, Padding, ShapeLike, Values, Window
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"]


class TransposedConvolution(SpatialLayer):
    """The base of transposed convolutions."""

    kernel_kind = "conv_transpose"

    def __init__(self, *, output_shape: ShapeLike | None, data_format: str, **kwargs: Any):
        owner = type(self).__name__
        layout = checks.data_format(owner, data_format, self.rank)
        self._wanted = wanted_sizes(owner, output_shape, self.rank, layout)
        self._output_shape_given = output_shape
        super().__init__(data_format=data_format, **kwargs)

    def _kernel_shape(self) -> tuple[int | None, ...]:
        return (*self._window, self._output_channels, self._input_channels)

    def _kernel(self, x: Array, w: Array, b: Array | None) -> Array:
        return transpose_convolve(
            x, w, b, self._strides, self._padding, self._data_format, self._dilations,
            self._wanted, type(self).__name__,
        )  # fmt: skip

    def _settings_repr(self) -> str:
        shape = self._output_shape_given
        shown = "" if shape is None else f", output_shape={shape}"
        return super()._settings_repr() + shown

    @classmethod
    def from_keras(cls, layer: keras.layers.Layer) -> Self:
        """Return the layer that equals a built Keras transposed convolution.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or does what Ivy's does not.
        """
        cls._check_keras_layer(layer)
        if layer.output_padding is not None:
            cls._refuse(layer, "output_padding", layer.output_padding)
        *_, out, size = layer.kernel.shape
        return cls._from_keras(layer, size, out, kernel=layer.kernel.value)

    def to_keras(self) -> keras.layers.Layer:
        """Return the built Keras transposed convolution that equals this layer.

        Raises:
            ValueError: If Keras has none, since it pads by widths or has an output shape.
        """
        self._ready()
        if self._wanted is not None:
            raise IvyValueError(
                "Keras's transposed convolutions have no output shape. "
                f"Received: output_shape={self._output_shape_given}"
            )
        layer = self.keras_classes[0](self._output_channels, **self._keras_options())
        return self._to_keras(layer, self._value("w"))


class Conv1DTranspose(TransposedConvolution):
    """A transposed convolution along one axis: what undoes the shape of `Conv1D`.

    Arguments that are not listed here are those of `Conv2DTranspose`.

    Args:
        filter_size: Size of the window.
        data_format: `"NWC"` or `"NCW"`.
        v: Values for the variables: `w` of shape `(window, out, in)` and `b` of shape
            `(1, 1, out)`, or with the channels second.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> Conv1DTranspose(2, 3, 3, 2, "SAME")(np.ones((1, 4, 2), "float32")).shape
    TensorShape([1, 8, 3])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, window_name, keras_classes = 1, "filter_size", (keras.layers.Conv1DTranspose,)

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
        output_shape: ShapeLike | None = None,
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


class Conv2DTranspose(TransposedConvolution):
    """A transposed convolution along two axes: what undoes the shape of `Conv2D`.

    Args:
        input_channels: Number of channels of inputs; None to take it from the first one.
        output_channels: Number of channels of outputs.
        filter_shape: Sizes of the window: a number, or one for each axis.
        strides: Distance between windows of the output.
        padding: `"SAME"`, `"VALID"`, or widths that are cut off the output.
        weight_initializer: Initializer of `w`: an object, a name or a function.
        bias_initializer: Initializer of `b`.
        with_bias: If False, there is no `b`.
        output_shape: Spatial sizes of the output, or its whole shape, where strides leave a
            choice.
        data_format: `"NHWC"` or `"NCHW"`.
        dilations: Distance between the entries of a window.
        device: Where variables are made.
        v: Values for the variables: `w` of shape `(*window, out, in)` and `b` of shape
            `(1, 1, 1, out)`, or with the channels second.
        dtype: The data type, or a dtype policy.
        fans: `"ivy"` leaves the size of the window out of the fans; `"true"` counts it.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> Conv2DTranspose(2, 3, [2, 2], 2, "SAME")(np.ones((1, 4, 4, 2), "float32")).shape
    TensorShape([1, 8, 8, 3])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, keras_classes = 2, (keras.layers.Conv2DTranspose,)

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
        output_shape: ShapeLike | None = None,
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


class Conv3DTranspose(TransposedConvolution):
    """A transposed convolution along three axes: what undoes the shape of `Conv3D`.

    Arguments that are not listed here are those of `Conv2DTranspose`.

    Args:
        data_format: `"NDHWC"` or `"NCDHW"`.
        v: Values for the variables: `w` of shape `(*window, out, in)` and `b` of shape
            `(1, 1, 1, 1, out)`, or with the channels second.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> Conv3DTranspose(2, 3, 2, 2, "SAME")(np.ones((1, 2, 2, 2, 2), "float32")).shape
    TensorShape([1, 4, 4, 4, 3])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, keras_classes = 3, (keras.layers.Conv3DTranspose,)

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
        output_shape: ShapeLike | None = None,
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
