"""Linear and Identity."""

from typing import Any, Self, Unpack

import keras
from keras import ops

from keras_ivy.layers.base import FANS, GLOROT, ZEROS, IvyLayer, StatelessLayer, activation_of
from keras_ivy.layers.options import Options
from keras_ivy.ops import checks
from keras_ivy.ops.nn.basics import apply_linear
from keras_ivy.typing import Array, ArrayLike, DTypeLike, InitializerLike, Values

__all__ = ["Identity", "Linear"]


class Linear(IvyLayer):
    """`y = x @ w.T + b`, over the last axis of an array of any rank.

    Args:
        input_channels: Size of the last axis of inputs; None to take it from the first one.
        output_channels: Size of the last axis of outputs.
        weight_initializer: Initializer of `w`: an object, a name or a function.
        bias_initializer: Initializer of `b`.
        with_bias: If False, there is no `b`.
        device: Where variables are made.
        v: Values for the variables: `w` of shape `(out, in)` and `b` of shape `(out,)`.
        dtype: The data type, or a dtype policy.
        fans: `"ivy"` or `"true"`; for a linear layer they are the same.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1.

    Example:

    >>> import numpy as np
    >>> layer = Linear(2, 1, v={"w": np.float32([[3, 4]]), "b": np.float32([0.5])})
    >>> layer(np.array([[1.0, 2.0]])).numpy().tolist()
    [[11.5]]

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    keras_classes = (keras.layers.Dense,)
    supports_masking = True

    def __init__(
        self,
        input_channels: int | None,
        output_channels: int,
        weight_initializer: InitializerLike = GLOROT,
        bias_initializer: InitializerLike = ZEROS,
        with_bias: bool = True,
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        *,
        fans: str = "ivy",
        **kwargs: Unpack[Options],
    ):
        owner = type(self).__name__
        self._input_channels = checks.positive(owner, "input_channels", input_channels, True)
        self._output_channels = checks.positive(owner, "output_channels", output_channels)
        self._fans = checks.choice(owner, "fans", fans, FANS)
        self._w_init = weight_initializer
        self._b_init = bias_initializer
        self._with_bias = checks.flag(owner, "with_bias", with_bias)
        super().__init__(device=device, v=v, dtype=dtype, **self._late(input_channels, kwargs))

    def _build(self, *args: Any, **kwargs: Any) -> bool:
        if self._input_channels is None:
            self._input_channels = self._size_of_input(args, -1)
        return True

    def _create_variables(self, device: str | None = None, dtype: str | None = None) -> dict:
        out, size = self._output_channels, self._input_channels
        v = {"w": self._draw(self._w_init, (out, size), device, dtype, out, size, layer="linear")}
        if self._with_bias:
            v["b"] = self._draw(self._b_init, (out,), device, dtype, out, size)
        return v

    def _forward(self, x: ArrayLike) -> Array:
        x = self._floats("x", x)
        if len(x.shape) == 0:
            checks.input_rank(type(self).__name__, "x", x, [1], "(..., input_channels)")
        checks.size_of_axis(type(self).__name__, "x", x, -1, self._input_channels, _WHY)
        return apply_linear(x, self._value("w"), self._value("b") if self._with_bias else None)

    def _extra_repr(self) -> str:
        return (
            f"in_features={self._input_channels}, out_features={self._output_channels}, "
            f"with_bias={self._with_bias is True}"
        )

    @classmethod
    def from_keras(cls, layer: keras.layers.Dense) -> Self:
        """Return the Linear that equals a built `keras.layers.Dense` without an activation.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or has an activation.
        """
        cls._check_keras_layer(layer)
        if activation_of(layer) != "linear":
            cls._refuse(layer, "activation", activation_of(layer))
        size, out = layer.kernel.shape
        v = {"w": ops.transpose(layer.kernel.value)}
        if layer.use_bias:
            v["b"] = layer.bias.value
        return cls(size, out, with_bias=layer.use_bias, v=v, **cls._shared_of(layer))

    def to_keras(self) -> keras.layers.Dense:
        """Return the built `keras.layers.Dense` that equals this layer."""
        self._ready()
        layer = keras.layers.Dense(
            self._output_channels,
            use_bias=self._with_bias,
            **self._shared(),
        )
        layer.build((None, self._input_channels))
        weights = [ops.transpose(self._value("w"))]
        if self._with_bias:
            weights.append(self._value("b"))
        return self._finish_keras(layer, weights)


_WHY = "the `input_channels` of the layer"


class IdentityLayer(StatelessLayer):
    """`y = x`.

    Args:
        **kwargs: Arguments of `Module`.

    Example:

    >>> keras_ivy.Identity()(keras_ivy.array([1.0, 2.0])).numpy().tolist()
    [1.0, 2.0]

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    keras_classes = (keras.layers.Identity,)

    def _forward(self, x: Any) -> Any:
        return keras.tree.map_structure(self._input, x)

    @classmethod
    def from_keras(cls, layer: keras.layers.Identity) -> Self:
        """Return the Identity that equals Keras's."""
        cls._check_keras_layer(layer)
        return cls(**cls._shared_of(layer))

    def to_keras(self) -> keras.layers.Identity:
        """Return `keras.layers.Identity`."""
        return keras.layers.Identity(**self._shared())


# `keras_ivy>Identity` is the initializer of that name, so the layer is registered under another.
Identity = IdentityLayer
Identity.__name__ = Identity.__qualname__ = "Identity"
