"""What convolution layers share: arguments, variables, printing, conversion."""

from typing import Any, ClassVar, Self, cast

import keras
from keras import ops

from keras_ivy.layers.base import FANS, IvyLayer, activation_of
from keras_ivy.layers.options import AllOptions
from keras_ivy.ops import checks
from keras_ivy.ops.spatial.convolution import convolve
from keras_ivy.typing import Array, ArrayLike, InitializerLike, Padding, Window
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["SpatialLayer"]

WHY = "the `input_channels` of the layer"


class SpatialLayer(IvyLayer):
    """What convolutions share: their arguments, their variables, and how they print.

    Subclasses set `rank`, and list the arguments that they pass on, by name; see `Conv2D`.
    """

    rank: ClassVar[int]
    #: Ivy's name of the size of the window, `filter_size` or `filter_shape`.
    window_name: ClassVar[str] = "filter_shape"
    #: Ivy's names of the numbers of channels in front and behind; one if they are the same.
    channel_names: ClassVar[tuple[str, ...]] = ("input_channels", "output_channels")
    #: What the kernel is, for true fans.
    kernel_kind: ClassVar[str] = "conv"

    def __init__(
        self,
        *,
        strides: Window,
        padding: Padding,
        weight_initializer: InitializerLike,
        bias_initializer: InitializerLike,
        with_bias: bool,
        data_format: str,
        dilations: Window,
        fans: str,
        **kwargs: Any,
    ):
        window = kwargs.pop(self.window_name)
        channels = [kwargs.pop(name) for name in self.channel_names]
        input_channels, output_channels = channels[0], channels[-1]
        owner, rank = type(self).__name__, self.rank
        self._input_channels = checks.positive(owner, "input_channels", input_channels, True)
        # A depthwise convolution has as many channels behind as in front, known or not yet.
        late = self.kernel_kind == "depthwise"
        self._output_channels: int | None = None
        if not late or output_channels is not None:
            self._output_channels = checks.positive(owner, "output_channels", output_channels)
        self._window = checks.counts(owner, self.window_name, window, rank)
        self._strides = checks.counts(owner, "strides", strides, rank)
        self._padding = checks.padding(owner, padding, rank)
        self._data_format = checks.data_format(owner, data_format, rank)
        self._dilations = checks.counts(owner, "dilations", dilations, rank, checks.LARGEST_FACTOR)
        self._fans = checks.choice(owner, "fans", fans, FANS)
        self._w_init = weight_initializer
        self._b_init = bias_initializer
        self._with_bias = checks.flag(owner, "with_bias", with_bias)
        # Prints as it was given.
        self._given = (window, strides, padding, dilations, data_format)
        super().__init__(**self._late(input_channels, cast("AllOptions", kwargs)))

    @property
    def _channel_axis(self) -> int:
        return -1 if self._data_format.endswith("C") else 1

    def _kernel_shape(self) -> tuple[int | None, ...]:
        return (*self._window, self._input_channels, self._output_channels)

    def _build(self, *args: Any, **kwargs: Any) -> bool:
        if self._input_channels is None:
            self._input_channels = self._size_of_input(args, self._channel_axis)
        return True

    def _bias_shape(self) -> tuple[int | None, ...]:
        shape: list[int | None] = [1] * (self.rank + 2)
        shape[self._channel_axis] = self._output_channels
        return tuple(shape)

    def _create_variables(self, device: str | None = None, dtype: str | None = None) -> dict:
        fans = self._output_channels, self._input_channels
        shape = self._kernel_shape()
        kernel: dict[str, Any] = {"layer": self.kernel_kind, "strides": self._strides}
        if self.kernel_kind == "depthwise":
            kernel["like"] = (*shape, 1)  # with the multiplier that Keras's kernels have
        v = {"w": self._draw(self._w_init, shape, device, dtype, *fans, **kernel)}
        if self._with_bias:
            v["b"] = self._draw(self._b_init, self._bias_shape(), device, dtype, *fans)
        return v

    def _forward(self, inputs: ArrayLike) -> Array:
        x = self._floats("inputs", inputs)
        owner = type(self).__name__
        checks.input_rank(owner, "inputs", x, [self.rank + 2], f"laid out as {self._data_format}")
        checks.size_of_axis(owner, "inputs", x, self._channel_axis, self._input_channels, WHY)
        bias = self._value("b") if self._with_bias else None
        return self._kernel(x, self._value("w"), bias)

    def _kernel(self, x: Array, w: Array, b: Array | None) -> Array:
        return convolve(
            x, w, b, self._strides, self._padding, self._data_format, self._dilations,
            type(self).__name__,
        )  # fmt: skip

    def _settings_repr(self) -> str:
        window, strides, padding, _, _ = self._given
        return f"{self.window_name}={window}, strides={strides}, padding={padding}"

    def _options_repr(self) -> str:
        dilations, data_format = self._given[3:]
        parts = [] if self._dilations == (1,) * self.rank else [f"dilations={dilations}"]
        parts += [] if self._with_bias else ["with_bias=False"]
        parts += [] if data_format == checks.layout(self.rank) else [f"data_format={data_format}"]
        return "".join(f", {part}" for part in parts)

    def _extra_repr(self) -> str:
        channels = f"{self._input_channels}, {self._output_channels}"
        return f"{channels}, {self._settings_repr()}{self._options_repr()}"

    # -- Keras ----------------------------------------------------------------------------------

    @classmethod
    def _from_keras(cls, layer: keras.layers.Layer, *channels: int, kernel: Array) -> Self:
        """Return the layer of this class that equals a built Keras layer."""
        if activation_of(layer) != "linear":
            cls._refuse(layer, "activation", activation_of(layer))
        if layer.padding not in ("same", "valid"):
            cls._refuse(layer, "padding", layer.padding)
        if getattr(layer, "groups", 1) != 1:
            cls._refuse(layer, "groups", layer.groups)
        last = layer.data_format == "channels_last"
        v = {"w": kernel}
        if layer.use_bias:
            shape = [1] * (cls.rank + 2)
            shape[-1 if last else 1] = -1
            v["b"] = ops.reshape(layer.bias.value, shape)
        window = list(layer.kernel_size)
        make: Any = cls  # whose subclasses each have a constructor of their own
        return make(
            *channels,
            window[0] if cls.window_name == "filter_size" else window,
            tuple(layer.strides),
            layer.padding.upper(),
            with_bias=layer.use_bias,
            data_format=checks.layout(cls.rank, last),
            dilations=tuple(layer.dilation_rate),
            v=v,
            **cls._shared_of(layer),
        )

    def _keras_options(self) -> dict[str, Any]:
        """The arguments of a Keras convolution that equals this one."""
        if not isinstance(self._padding, str):
            raise IvyValueError(
                f"Keras's convolutions pad by 'same' or 'valid'; put a ZeroPadding layer in front "
                f"of one. Received: padding={self._padding}"
            )
        return {
            "kernel_size": self._window,
            "strides": self._strides,
            "padding": self._padding.lower(),
            "data_format": (
                "channels_last" if self._data_format.endswith("C") else "channels_first"
            ),
            "dilation_rate": self._dilations,
            "use_bias": self._with_bias,
            **self._shared(),
        }

    def _to_keras(self, layer: keras.layers.Layer, kernel: Array) -> keras.layers.Layer:
        """Build a Keras layer and give it weights."""
        shape: list[int | None] = [None] * (self.rank + 2)
        shape[self._channel_axis] = self._input_channels
        layer.build(tuple(shape))
        weights = [kernel]
        if self._with_bias:
            weights.append(ops.reshape(self._value("b"), (-1,)))
        return self._finish_keras(layer, weights)
