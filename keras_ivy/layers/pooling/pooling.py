"""Pooling layers in one to three dimensions."""

from typing import Any, ClassVar, Self, Unpack

import keras

from keras_ivy.layers.base import StatelessLayer
from keras_ivy.layers.options import AllOptions, Options, ValueOptions, given
from keras_ivy.ops import checks
from keras_ivy.ops.spatial.pooling import pool
from keras_ivy.typing import Array, ArrayLike, DTypeLike, Padding, Values, Window
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["AvgPool1D", "AvgPool2D", "AvgPool3D", "MaxPool1D", "MaxPool2D", "MaxPool3D"]


class Pooling(StatelessLayer):
    """The base of pooling layers.

    Args:
        kernel_size: Sizes of the window: a number, or one for each axis.
        stride: Distance between windows: a number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        data_format: The layout, with the channels last or second.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.
    """

    rank: ClassVar[int]
    kind: ClassVar[str]
    #: Whether the data format prints when it is the default.
    prints_format: ClassVar[bool] = False

    def __init__(
        self,
        kernel_size: Window,
        stride: Window,
        padding: Padding,
        data_format: str,
        **kwargs: Unpack[AllOptions],
    ):
        owner, rank = type(self).__name__, self.rank
        self._kernel_size = checks.counts(owner, "kernel_size", kernel_size, rank)
        self._stride = checks.counts(owner, "stride", stride, rank)
        self._padding = checks.padding(owner, padding, rank)
        self._data_format = checks.data_format(owner, data_format, rank)
        self._given = (kernel_size, stride, padding, data_format)
        super().__init__(**kwargs)

    def _pool_options(self) -> dict[str, Any]:
        return {}

    def _forward(self, inputs: ArrayLike) -> Array:
        x, owner = self._input(inputs), type(self).__name__
        checks.input_rank(owner, "inputs", x, [self.rank + 2], f"laid out as {self._data_format}")
        return pool(
            x,
            self.kind,
            self._kernel_size,
            self._stride,
            self._padding,
            self._data_format,
            owner,
            **self._pool_options(),
        )

    def _extra_repr(self) -> str:
        kernel, stride, padding, data_format = self._given
        shown = f"kernel_size={kernel}, stride={stride}, padding={padding}"
        if self.prints_format or data_format != checks.layout(self.rank):
            shown += f", data_format={data_format}"
        return shown

    @classmethod
    def from_keras(cls, layer: keras.layers.Layer) -> Self:
        """Return the layer that equals a Keras pooling layer.

        Raises:
            TypeError: If the layer is another.
        """
        cls._check_keras_layer(layer)
        return cls(
            tuple(layer.pool_size),
            tuple(layer.strides),
            layer.padding.upper(),
            data_format=checks.data_format(cls.__name__, layer.data_format, cls.rank),
            **cls._shared_of(layer),
        )

    def to_keras(self) -> keras.layers.Layer:
        """Return the Keras pooling layer that equals this one.

        Raises:
            ValueError: If Keras has none, since it pads by widths or has options of Ivy's.
        """
        extra = {k: v for k, v in self._pool_options().items() if v}
        if not isinstance(self._padding, str) or extra:
            raise IvyValueError(
                "Keras's pooling layers pad by 'same' or 'valid' and count what is there. "
                f"Received: {self!r}"
            )
        last = self._data_format.endswith("C")
        return self.keras_classes[0](
            self._kernel_size,
            strides=self._stride,
            padding=self._padding.lower(),
            data_format="channels_last" if last else "channels_first",
            **self._shared(),
        )


class AvgPool1D(Pooling):
    """The mean of each window along one axis.

    Args:
        kernel_size: Size of the window.
        stride: Distance between windows.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths in a list.
        data_format: `"NWC"` or `"NCW"`.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> AvgPool1D(2, 2, "SAME")(np.ones((1, 4, 2), "float32")).shape
    TensorShape([1, 2, 2])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, kind, keras_classes = 1, "AVG", (keras.layers.AveragePooling1D,)

    def __init__(
        self,
        kernel_size: Window,
        stride: Window,
        padding: Padding,
        data_format: str = "NWC",
        **kwargs: Unpack[AllOptions],
    ):
        super().__init__(kernel_size, stride, padding, data_format, **kwargs)


class AvgPool2D(Pooling):
    """The mean of each window along two axes.

    Args:
        kernel_size: Sizes of the window: a number, or one for each axis.
        stride: Distance between windows: a number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        data_format: `"NHWC"` or `"NCHW"`.
        device: As of every module; there is nothing to place.
        v: As of every module; there are no variables.
        dtype: The data type that inputs are cast to; by default they keep theirs.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> AvgPool2D(2, 2, "SAME")(np.ones((1, 4, 4, 2), "float32")).shape
    TensorShape([1, 2, 2, 2])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, kind, keras_classes = 2, "AVG", (keras.layers.AveragePooling2D,)

    def __init__(
        self,
        kernel_size: Window,
        stride: Window,
        padding: Padding,
        data_format: str = "NHWC",
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[Options],
    ):
        super().__init__(**given(locals()))


class AvgPool3D(Pooling):
    """The mean of each window along three axes.

    Args:
        kernel_size: Sizes of the window: a number, or one for each axis.
        strides: Distance between windows: a number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        data_format: `"NDHWC"` or `"NCDHW"`.
        count_include_pad: If True, the border counts, as zeros.
        ceil_mode: If True, a last window that sticks out counts too.
        divisor_override: What sums are divided by, instead of the count.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> AvgPool3D(2, 2, "SAME")(np.ones((1, 4, 4, 4, 2), "float32")).shape
    TensorShape([1, 2, 2, 2, 2])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, kind, keras_classes = 3, "AVG", (keras.layers.AveragePooling3D,)

    def __init__(
        self,
        kernel_size: Window,
        strides: Window,
        padding: Padding,
        data_format: str = "NDHWC",
        count_include_pad: bool = False,
        ceil_mode: bool = False,
        divisor_override: int | None = None,
        **kwargs: Unpack[AllOptions],
    ):
        if divisor_override is not None:
            checks.positive(type(self).__name__, "divisor_override", divisor_override)
        owner = type(self).__name__
        self._count_include_pad = checks.flag(owner, "count_include_pad", count_include_pad)
        self._ceil_mode = checks.flag(owner, "ceil_mode", ceil_mode)
        self._divisor = divisor_override
        super().__init__(kernel_size, strides, padding, data_format, **kwargs)

    def _forward(self, x: ArrayLike) -> Array:  # Ivy calls it `x` in three dimensions alone.
        return super()._forward(x)

    def _pool_options(self) -> dict[str, Any]:
        return {
            "count_include_pad": self._count_include_pad,
            "ceil_mode": self._ceil_mode,
            "divisor": self._divisor,
        }

    def _extra_repr(self) -> str:
        shown = super()._extra_repr()
        shown += ", count_include_pad=True" * self._count_include_pad
        shown += ", ceil_mode=True" * self._ceil_mode
        return f"{shown}, divisor_override={self._divisor}"


class MaxPool1D(Pooling):
    """The largest entry of each window along one axis.

    Args:
        kernel_size: Size of the window.
        stride: Distance between windows.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths in a list.
        data_format: `"NWC"` or `"NCW"`.
        device: As of every module; there is nothing to place.
        v: As of every module; there are no variables.
        dtype: The data type that inputs are cast to; by default they keep theirs.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> MaxPool1D(2, 2, "SAME")(np.ones((1, 4, 2), "float32")).shape
    TensorShape([1, 2, 2])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, kind, keras_classes = 1, "MAX", (keras.layers.MaxPooling1D,)
    prints_format = True

    def __init__(
        self,
        kernel_size: Window,
        stride: Window,
        padding: Padding,
        data_format: str = "NWC",
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[Options],
    ):
        super().__init__(**given(locals()))


class MaxPool2D(Pooling):
    """The largest entry of each window along two axes.

    Args:
        kernel_size: Sizes of the window: a number, or one for each axis.
        stride: Distance between windows: a number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        data_format: `"NHWC"` or `"NCHW"`.
        device: As of every module; there is nothing to place.
        v: As of every module; there are no variables.
        dtype: The data type that inputs are cast to; by default they keep theirs.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> MaxPool2D(2, 2, "SAME")(np.ones((1, 4, 4, 2), "float32")).shape
    TensorShape([1, 2, 2, 2])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, kind, keras_classes = 2, "MAX", (keras.layers.MaxPooling2D,)

    def __init__(
        self,
        kernel_size: Window,
        stride: Window,
        padding: Padding,
        data_format: str = "NHWC",
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[Options],
    ):
        super().__init__(**given(locals()))


class MaxPool3D(Pooling):
    """The largest entry of each window along three axes.

    Args:
        kernel_size: Sizes of the window: a number, or one for each axis.
        stride: Distance between windows: a number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        data_format: `"NDHWC"` or `"NCDHW"`.
        device: As of every module; there is nothing to place.
        dtype: The data type that inputs are cast to; by default they keep theirs.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or a name is unknown.

    Example:

    >>> import numpy as np
    >>> MaxPool3D(2, 2, "SAME")(np.ones((1, 4, 4, 4, 2), "float32")).shape
    TensorShape([1, 2, 2, 2, 2])

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    rank, kind, keras_classes = 3, "MAX", (keras.layers.MaxPooling3D,)

    def __init__(
        self,
        kernel_size: Window,
        stride: Window,
        padding: Padding,
        data_format: str = "NDHWC",
        device: str | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[ValueOptions],
    ):
        super().__init__(**given(locals()))

    def _forward(self, x: ArrayLike) -> Array:  # Ivy calls it `x` in three dimensions alone.
        return super()._forward(x)
