"""Activation layers: Ivy's activation functions as modules."""

from collections.abc import Callable
from typing import Any, ClassVar, Self, Unpack

import keras

from keras_ivy import ops
from keras_ivy.layers.base import StatelessLayer, activation_of
from keras_ivy.layers.options import AllOptions
from keras_ivy.ops import check_values, checks
from keras_ivy.ops.nn.complexes import COMPLEX_MODES
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import is_number
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "GEGLU",
    "GELU",
    "LogSigmoid",
    "LogSoftmax",
    "Logit",
    "Mish",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
]


def _number_or_none(owner: str, name: str, value: Any) -> Any:
    return None if value is None else checks.number(owner, name, value)


def _margin_or_none(owner: str, name: str, value: Any) -> Any:
    if value is not None and not 0 <= checks.number(owner, name, value) <= 0.5:
        raise IvyValueError(f"{owner}: `{name}` lies in [0, 0.5]. Received: {name}={value}")
    return value


def _axis_or_none(owner: str, name: str, value: Any) -> Any:
    return None if value is None else checks.axis(owner, name, value)


#: How each option is checked.
_CHECKS: dict[str, Callable] = {
    "alpha": checks.number,
    "approximate": checks.flag,
    "axis": _axis_or_none,
    "beta": checks.number,
    "complex_mode": lambda owner, name, value: checks.choice(owner, name, value, COMPLEX_MODES),
    "eps": _margin_or_none,
    "slope": check_values.numbers,
    "threshold": _number_or_none,
}


class Activation(StatelessLayer):
    """The base of activation layers: a function, and options that it takes.

    A subclass names the function, and sets its options as attributes before calling this
    constructor.
    """

    #: The function, of an array and of the options as keywords.
    function: ClassVar[Callable]
    #: The names of the options, in the order in which they print.
    options: ClassVar[tuple[str, ...]] = ()
    #: Keras's name of the function, as `keras.layers.Activation` knows it.
    keras_name: ClassVar[str | None] = None
    keras_classes: tuple[type, ...] = (keras.layers.Activation,)

    def __init__(self, **kwargs: Any):
        options = {name: kwargs.pop(name) for name in self.options if name in kwargs}
        owner = type(self).__name__
        for name, value in options.items():
            _CHECKS[name](owner, name, value)
        self._options = tuple(options.items())
        super().__init__(**kwargs)

    def _forward(self, x: ArrayLike) -> Array:
        return type(self).function(self._input(x), **dict(self._options))

    def _extra_repr(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self._options)

    @classmethod
    def from_keras(cls, layer: keras.layers.Layer) -> Self:
        """Return the activation layer that equals Keras's.

        Raises:
            TypeError: If Keras's layer is another.
            ValueError: If it has an option that Ivy's does not have.
        """
        cls._check_keras_layer(layer)
        if isinstance(layer, keras.layers.Activation) and activation_of(layer) != cls.keras_name:
            cls._refuse(layer, "activation", activation_of(layer))
        return cls(**cls._shared_of(layer), **cls._options_from(layer))

    @classmethod
    def _options_from(cls, layer: keras.layers.Layer) -> dict[str, Any]:
        """The options that make a layer equal to Keras's."""
        return {}

    def to_keras(self) -> keras.layers.Layer:
        """Return the Keras layer that equals this one.

        Raises:
            ValueError: If Keras has none.
        """
        layer = self._keras_layer(dict(self._options))
        if layer is None:
            raise IvyValueError(f"No layer of Keras's equals this one. Received: {self!r}")
        return layer

    def _keras_layer(self, options: dict[str, Any]) -> keras.layers.Layer | None:
        if self.keras_name is None or options.get("complex_mode", "jax") != "jax":
            return None
        return keras.layers.Activation(self.keras_name, **self._shared())


class GELU(Activation):
    """`x * P(X <= x)` for a standard normal X.

    Args:
        approximate: If True, by the formula with tanh instead of the error function.
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> GELU()([0.0, 10.0]).numpy().tolist()
    [0.0, 10.0]

    Reference: https://arxiv.org/abs/1606.08415
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_name = ops.gelu, ("approximate", "complex_mode"), "gelu"

    def __init__(
        self, approximate: bool = False, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]
    ):
        super().__init__(approximate=approximate, complex_mode=complex_mode, **kwargs)

    def _keras_layer(self, options: dict[str, Any]) -> keras.layers.Layer | None:
        return None if options["approximate"] else super()._keras_layer(options)


class GEGLU(Activation):
    """The first half of the last axis, times the GELU of the second half.

    Args:
        **kwargs: Arguments of `Module`.

    Example:

    >>> GEGLU()([3.0, 10.0]).numpy().tolist()
    [30.0]

    Reference: https://arxiv.org/abs/2002.05202
    """

    __module__ = "keras_ivy.layers"
    function, keras_classes = ops.geglu, ()

    def _forward(self, inputs: ArrayLike) -> Array:
        return super()._forward(inputs)


class Sigmoid(Activation):
    """`1 / (1 + exp(-x))`.

    Args:
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> Sigmoid()([0.0]).numpy().tolist()
    [0.5]
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_name = ops.sigmoid, ("complex_mode",), "sigmoid"

    def __init__(self, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]):
        super().__init__(complex_mode=complex_mode, **kwargs)


class Tanh(Activation):
    """The hyperbolic tangent.

    Args:
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> Tanh()([0.0]).numpy().tolist()
    [0.0]
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_name = ops.tanh, ("complex_mode",), "tanh"

    def __init__(self, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]):
        super().__init__(complex_mode=complex_mode, **kwargs)


class SiLU(Activation):
    """`x * sigmoid(x)`, also called swish.

    Args:
        **kwargs: Arguments of `Module`.

    Example:

    >>> SiLU()([0.0, 100.0]).numpy().tolist()
    [0.0, 100.0]

    Reference: https://arxiv.org/abs/1702.03118
    """

    __module__ = "keras_ivy.layers"
    function, keras_name = ops.silu, "silu"


class Mish(Activation):
    """`x * tanh(softplus(x))`.

    Args:
        **kwargs: Arguments of `Module`.

    Example:

    >>> Mish()([0.0, 100.0]).numpy().tolist()
    [0.0, 100.0]

    Reference: https://arxiv.org/abs/1908.08681
    """

    __module__ = "keras_ivy.layers"
    function, keras_name = ops.mish, "mish"


class LogSigmoid(Activation):
    """`log(sigmoid(x))`, without overflow.

    Args:
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> LogSigmoid()([-100.0]).numpy().tolist()
    [-100.0]
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_name = ops.logsigmoid, ("complex_mode",), "log_sigmoid"

    def __init__(self, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]):
        super().__init__(complex_mode=complex_mode, **kwargs)


class Softmax(Activation):
    """`exp(x) / sum(exp(x))` along an axis.

    Args:
        axis: The axis; None is the last one too.
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> Softmax()([0.0, 0.0]).numpy().tolist()
    [0.5, 0.5]
    """

    __module__ = "keras_ivy.layers"
    function, options = ops.softmax, ("axis", "complex_mode")
    keras_classes = (keras.layers.Softmax,)

    def __init__(
        self, axis: int | None = -1, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]
    ):
        super().__init__(axis=axis, complex_mode=complex_mode, **kwargs)

    @classmethod
    def _options_from(cls, layer: keras.layers.Layer) -> dict[str, Any]:
        if not isinstance(layer.axis, int):
            cls._refuse(layer, "list of axes", layer.axis)
        return {"axis": layer.axis}

    def _keras_layer(self, options: dict[str, Any]) -> keras.layers.Layer | None:
        if options["complex_mode"] != "jax":
            return None
        axis = -1 if options["axis"] is None else options["axis"]
        return keras.layers.Softmax(axis=axis, **self._shared())


class LogSoftmax(Activation):
    """`log(softmax(x))` along an axis.

    Args:
        axis: The axis; None is the last one too.
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> LogSoftmax()([0.0]).numpy().tolist()
    [0.0]
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_name = ops.log_softmax, ("axis", "complex_mode"), "log_softmax"

    def __init__(
        self, axis: int | None = -1, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]
    ):
        super().__init__(axis=axis, complex_mode=complex_mode, **kwargs)

    def _keras_layer(self, options: dict[str, Any]) -> keras.layers.Layer | None:
        return super()._keras_layer(options) if options["axis"] in (None, -1) else None


class Softplus(Activation):
    """`log(1 + exp(beta * x)) / beta`.

    Args:
        beta: How sharp the bend is.
        threshold: Where `beta * x` is larger, `x` itself is returned; nowhere by default.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If `beta` is 0.

    Example:

    >>> Softplus(threshold=2.0)([100.0, 3.0]).numpy().tolist()
    [100.0, 3.0]
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_name = ops.softplus, ("beta", "threshold"), "softplus"

    def __init__(
        self, beta: float = 1.0, threshold: float | None = None, **kwargs: Unpack[AllOptions]
    ):
        if is_number(beta) and beta == 0:
            raise IvyValueError(f"Softplus: `beta` cannot be 0. Received: beta={beta}")
        super().__init__(beta=beta, threshold=threshold, **kwargs)

    def _keras_layer(self, options: dict[str, Any]) -> keras.layers.Layer | None:
        plain = options["beta"] == 1 and options["threshold"] is None
        return super()._keras_layer(options) if plain else None


class Logit(Activation):
    """`log(x / (1 - x))`.

    Args:
        eps: If given, numbers are first clipped to `[eps, 1 - eps]`.
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> Logit()([0.5, 1.0]).numpy().tolist()
    [0.0, inf]
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_classes = ops.logit, ("eps", "complex_mode"), ()

    def __init__(
        self, eps: float | None = None, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]
    ):
        super().__init__(eps=eps, complex_mode=complex_mode, **kwargs)
