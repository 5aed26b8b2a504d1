"""Pooling layers that give outputs of a fixed size."""

from typing import ClassVar, Self, Unpack

import keras

from keras_ivy.layers.base import StatelessLayer
from keras_ivy.layers.options import ValueOptions
from keras_ivy.ops import checks
from keras_ivy.ops.spatial.adaptive import adaptive_avg_pool1d, adaptive_avg_pool2d
from keras_ivy.typing import Array, ArrayLike, DTypeLike, Window

__all__ = ["AdaptiveAvgPool1d", "AdaptiveAvgPool2d"]


class AdaptivePooling(StatelessLayer):
    """The base of both: how they print, and what they convert to."""

    rank: ClassVar[int]

    def _configure(self, output_size: Window, data_format: str) -> None:
        self._sizes = checks.counts(type(self).__name__, "output_size", output_size, self.rank)
        self._given = output_size
        self._data_format = data_format

    def _checked(self, x: ArrayLike, layout: str) -> Array:
        x = self._input(x)
        ranks = [self.rank + 1, self.rank + 2]
        checks.input_rank(type(self).__name__, "x", x, ranks, layout)
        checks.floating(type(self).__name__, "x", x)
        return x

    def _extra_repr(self) -> str:
        return f"output_size={self._given}"

    def to_keras(self) -> keras.layers.Layer:
        """Return the Keras layer that equals this one, for batches of inputs."""
        last = self._data_format.endswith("C")
        return self.keras_classes[0](
            self._sizes,
            data_format="channels_last" if last else "channels_first",
            **self._shared(),
        )


class AdaptiveAvgPool1d(AdaptivePooling):
    """Means over windows that divide the last axis into a given number of parts.

    Args:
        output_size: The number of parts.
        device: Ivy's argument for layers with variables; this one has none.
        dtype: The data type that inputs are cast to; by default they keep theirs.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If the number is smaller than 1.

    Example:

    >>> AdaptiveAvgPool1d(2)([[[1.0, 3.0, 5.0, 7.0]]]).numpy().tolist()
    [[[2.0, 6.0]]]

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, keras_classes = 1, (keras.layers.AdaptiveAveragePooling1D,)

    def __init__(
        self,
        output_size: Window,
        device: str | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[ValueOptions],
    ):
        self._configure(output_size, "NCW")
        super().__init__(device=device, dtype=dtype, **kwargs)

    def _forward(self, x: ArrayLike) -> Array:
        return adaptive_avg_pool1d(self._checked(x, "(batch, channels, width)"), self._sizes)

    @classmethod
    def from_keras(cls, layer: keras.layers.Layer) -> Self:
        """Return the layer that equals a Keras one with the channels second.

        Raises:
            TypeError: If the layer is another.
            ValueError: If its channels come last.
        """
        cls._check_keras_layer(layer)
        if layer.data_format != "channels_first":
            cls._refuse(layer, "data_format", layer.data_format)
        return cls(layer.output_size[0], **cls._shared_of(layer))


class AdaptiveAvgPool2d(AdaptivePooling):
    """Means over windows that divide two axes into given numbers of parts.

    Args:
        output_size: One number of parts, or one for each axis.
        data_format: `"NHWC"` or `"NCHW"`.
        device: Ivy's argument for layers with variables; this one has none.
        dtype: The data type that inputs are cast to; by default they keep theirs.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a number is smaller than 1, or the format is unknown.

    Example:

    >>> import numpy as np
    >>> AdaptiveAvgPool2d((2, 3))(np.ones((1, 7, 5, 4), "float32")).shape
    TensorShape([1, 2, 3, 4])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, keras_classes = 2, (keras.layers.AdaptiveAveragePooling2D,)

    def __init__(
        self,
        output_size: Window,
        data_format: str = "NHWC",
        device: str | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[ValueOptions],
    ):
        self._configure(output_size, checks.data_format(type(self).__name__, data_format, 2))
        super().__init__(device=device, dtype=dtype, **kwargs)

    def _forward(self, x: ArrayLike) -> Array:
        x = self._checked(x, f"laid out as {self._data_format}, with a batch or not")
        return adaptive_avg_pool2d(x, self._sizes, data_format=self._data_format)

    @classmethod
    def from_keras(cls, layer: keras.layers.Layer) -> Self:
        """Return the layer that equals a Keras one.

        Raises:
            TypeError: If the layer is another.
        """
        cls._check_keras_layer(layer)
        data_format = "NHWC" if layer.data_format == "channels_last" else "NCHW"
        return cls(tuple(layer.output_size), data_format=data_format, **cls._shared_of(layer))
