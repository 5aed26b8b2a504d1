"""Activation layers that are piecewise: ReLU and its kin."""

from typing import Any, Unpack

import keras
import tensorflow as tf

from keras_ivy import ops
from keras_ivy.layers.activations.smooth import Activation
from keras_ivy.layers.options import AllOptions
from keras_ivy.typing import ArrayLike

__all__ = [
    "ELU",
    "Hardswish",
    "LeakyReLU",
    "PReLU",
    "ReLU",
    "ReLU6",
    "SeLU",
]


class ReLU(Activation):
    """`max(x, 0)`.

    Args:
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> ReLU()([-1.0, 2.0]).numpy().tolist()
    [0.0, 2.0]
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_name = ops.relu, ("complex_mode",), "relu"
    keras_classes = (keras.layers.ReLU, keras.layers.Activation)

    def __init__(self, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]):
        super().__init__(complex_mode=complex_mode, **kwargs)

    @classmethod
    def _options_from(cls, layer: keras.layers.Layer) -> dict[str, Any]:
        for name in ("max_value", "negative_slope", "threshold"):
            if getattr(layer, name, None):
                cls._refuse(layer, name, getattr(layer, name))
        return {}


class ReLU6(Activation):
    """`min(max(x, 0), 6)`.

    Args:
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> ReLU6()([-1.0, 2.0, 9.0]).numpy().tolist()
    [0.0, 2.0, 6.0]
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_name = ops.relu6, ("complex_mode",), "relu6"

    def __init__(self, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]):
        super().__init__(complex_mode=complex_mode, **kwargs)


class LeakyReLU(Activation):
    """`x` where it is positive, `alpha * x` elsewhere.

    Args:
        alpha: The slope of the negative part.
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> LeakyReLU(0.5)([-1.0, 2.0]).numpy().tolist()
    [-0.5, 2.0]
    """

    __module__ = "keras_ivy.layers"
    function, options = ops.leaky_relu, ("alpha", "complex_mode")
    keras_classes = (keras.layers.LeakyReLU,)

    def __init__(self, alpha: float = 0.2, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]):
        super().__init__(alpha=alpha, complex_mode=complex_mode, **kwargs)

    @classmethod
    def _options_from(cls, layer: keras.layers.Layer) -> dict[str, Any]:
        return {"alpha": float(layer.negative_slope)}

    def _keras_layer(self, options: dict[str, Any]) -> keras.layers.Layer | None:
        if options["complex_mode"] != "jax":
            return None
        return keras.layers.LeakyReLU(negative_slope=options["alpha"], **self._shared())


class PReLU(Activation):
    """`x` where it is positive, `slope * x` elsewhere, with a slope that is not trained.

    Args:
        slope: The slope of the negative part: a number, or an array that broadcasts with inputs.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> PReLU(0.25)([-1.0, 2.0]).numpy().tolist()
    [-0.25, 2.0]

    Reference: https://arxiv.org/abs/1502.01852
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_classes = ops.prelu, ("slope",), ()

    def __init__(self, slope: ArrayLike, **kwargs: Unpack[AllOptions]):
        if isinstance(slope, tf.Tensor) and tf.executing_eagerly():
            slope = slope.numpy()  # a constant of every graph, not an input that one captures
        super().__init__(slope=slope, **kwargs)


class ELU(Activation):
    """`x` where it is positive, `alpha * (exp(x) - 1)` elsewhere.

    Args:
        alpha: How far the negative part goes down.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> ELU(0.5)([-100.0, 2.0]).numpy().tolist()
    [-0.5, 2.0]

    Reference: https://arxiv.org/abs/1511.07289
    """

    __module__ = "keras_ivy.layers"
    function, options = ops.elu, ("alpha",)
    keras_classes = (keras.layers.ELU,)

    def __init__(self, alpha: float = 1.0, **kwargs: Unpack[AllOptions]):
        super().__init__(alpha=alpha, **kwargs)

    @classmethod
    def _options_from(cls, layer: keras.layers.Layer) -> dict[str, Any]:
        return {"alpha": float(layer.alpha)}

    def _keras_layer(self, options: dict[str, Any]) -> keras.layers.Layer:
        return keras.layers.ELU(alpha=options["alpha"], **self._shared())


class SeLU(Activation):
    """The scaled ELU that keeps mean 0 and variance 1.

    Args:
        **kwargs: Arguments of `Module`.

    Example:

    >>> SeLU()([0.0]).numpy().tolist()
    [0.0]

    Reference: https://arxiv.org/abs/1706.02515
    """

    __module__ = "keras_ivy.layers"
    function, keras_name = ops.selu, "selu"


class Hardswish(Activation):
    """`x * relu6(x + 3) / 6`.

    Args:
        complex_mode: What happens to complex numbers: `"jax"`, `"split"` or `"magnitude"`.
        **kwargs: Further arguments of `Module`.

    Example:

    >>> Hardswish()([0.0, 4.0]).numpy().tolist()
    [0.0, 4.0]

    Reference: https://arxiv.org/abs/1905.02244
    """

    __module__ = "keras_ivy.layers"
    function, options, keras_name = ops.hardswish, ("complex_mode",), "hard_silu"

    def __init__(self, complex_mode: str = "jax", **kwargs: Unpack[AllOptions]):
        super().__init__(complex_mode=complex_mode, **kwargs)
