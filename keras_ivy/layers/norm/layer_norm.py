"""LayerNorm, exact in derivatives of any order."""

from collections.abc import Sequence
from typing import Any, Unpack

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.initializers import Ones
from keras_ivy.layers.base import ZEROS, IvyLayer
from keras_ivy.layers.options import Options
from keras_ivy.ops import checks
from keras_ivy.ops.nn.norms import centre, widen
from keras_ivy.typing import Array, ArrayLike, DTypeLike, Values
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["LayerNorm"]

ONES = Ones()


def check_eps(owner: str, eps: float) -> float:
    """Return a number of at least 0.

    Raises:
        TypeError: If it is no number.
        ValueError: If it is smaller.
    """
    if not checks.number(owner, "eps", eps) >= 0:
        raise IvyValueError(f"{owner}: `eps` is at least 0. Received: eps={eps}")
    return eps


def affine_of(
    layer: keras.layers.Layer, scale: str, offset: str, shape: tuple[int, ...]
) -> dict[str, Array]:
    """Return the affine part of a Keras normalisation layer, under two names; empty without one.

    Of a layer that only scales or only shifts, the other part changes nothing.
    """
    if not (layer.center or layer.scale):
        return {}
    dtype = layer.variable_dtype
    return {
        scale: layer.gamma.value if layer.scale else ops.ones(shape, dtype),
        offset: layer.beta.value if layer.center else ops.zeros(shape, dtype),
    }


class LayerNorm(IvyLayer):
    """`((x - mean) / sqrt(var + eps) * weight + bias) * new_std`, over the last axes.

    Args:
        normalized_shape: Sizes of the last axes, over which mean and variance are taken: a
            number, or several; None to take the last one from the first input.
        eps: What is added to the variance.
        elementwise_affine: If False, there is no `weight` and no `bias`.
        new_std: What everything is multiplied with in the end.
        device: Where variables are made.
        v: Values for the variables: `weight` and `bias` of shape `normalized_shape`.
        dtype: The data type, or a dtype policy.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1.

    Note:
        Derivatives of all orders are exact; in Keras's layer second ones are not.

    Example:

    >>> LayerNorm(2, eps=0.0)([[1.0, 3.0]]).numpy().tolist()
    [[-1.0, 1.0]]

    Reference: https://arxiv.org/abs/1607.06450; Ivy's `stateful/norms.py`.
    """

    __module__ = "keras_ivy.layers"
    keras_classes = (keras.layers.LayerNormalization,)
    supports_masking = True

    def __init__(
        self,
        normalized_shape: int | Sequence[int] | None,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        new_std: float = 1.0,
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[Options],
    ):
        owner = type(self).__name__
        if normalized_shape is None:
            self._shape: tuple[int, ...] | None = None
        else:
            shape = (
                list(normalized_shape)
                if isinstance(normalized_shape, Sequence)
                and not isinstance(normalized_shape, str | bytes)
                else [normalized_shape]
            )
            self._shape = tuple(checks.positive(owner, "normalized_shape", n) for n in shape)
            if not self._shape:
                raise IvyValueError(
                    f"{owner}: `normalized_shape` holds at least one size. "
                    f"Received: normalized_shape={normalized_shape!r}"
                )
        self._epsilon = check_eps(owner, eps)
        self._affine = checks.flag(owner, "elementwise_affine", elementwise_affine)
        self._new_std = checks.number(owner, "new_std", new_std)
        super().__init__(device=device, v=v, dtype=dtype, **self._late(normalized_shape, kwargs))

    def _build(self, *args: Any, **kwargs: Any) -> bool:
        if self._shape is None:
            self._shape = (self._size_of_input(args, -1),)
        return True

    @property
    def _sizes(self) -> tuple[int, ...]:
        """The normalised sizes, which are known once there are variables or inputs."""
        assert self._shape is not None
        return self._shape

    def _create_variables(self, device: str | None = None, dtype: str | None = None) -> dict:
        if not self._affine:
            return {}
        return {
            "weight": self._draw(ONES, self._sizes, device, dtype),
            "bias": self._draw(ZEROS, self._sizes, device, dtype),
        }

    def _forward(self, inputs: ArrayLike) -> Array:
        x, owner = self._floats("inputs", inputs), type(self).__name__
        if len(x.shape) < len(self._sizes):
            ranks = [len(self._sizes)]
            checks.input_rank(owner, "inputs", x, ranks, f"the last ones of sizes {self._sizes}")
        axes = range(-len(self._sizes), 0)
        for axis, size in zip(axes, self._sizes, strict=True):
            checks.size_of_axis(owner, "inputs", x, axis, size, "by `normalized_shape`")
        x, dtype = widen(x)
        weight = bias = None
        if self._affine:
            weight, bias = (tf.cast(self._value(n), x.dtype) for n in ("weight", "bias"))
        centred, variance = centre(x, [a + len(x.shape) for a in axes])
        factor = tf.math.rsqrt(variance + self._epsilon)
        out = centred * factor * weight + bias if self._affine else centred * factor
        return tf.cast(out if self._new_std == 1 else out * self._new_std, dtype)

    def _extra_repr(self) -> str:
        axes = None if self._shape is None else [-1 - i for i in range(len(self._shape))]
        return (
            f"normalized_idxs={axes}, epsilon={self._epsilon}, "
            f"elementwise_affine={self._affine}, new_std={self._new_std}"
        )

    @classmethod
    def from_keras(cls, layer: keras.layers.LayerNormalization) -> "LayerNorm":
        """Return the layer that equals a built `keras.layers.LayerNormalization` of last axes.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or normalises other axes.
        """
        cls._check_keras_layer(layer)
        axes = [layer.axis] if isinstance(layer.axis, int) else list(layer.axis)
        build_shape = layer.get_build_config()["input_shape"]
        rank = len(build_shape)
        if sorted(a % rank for a in axes) != list(range(rank - len(axes), rank)):
            cls._refuse(layer, "axis", layer.axis)
        shape = tuple(build_shape[rank - len(axes) :])
        v = affine_of(layer, "weight", "bias", shape)
        return cls(
            shape,
            eps=layer.epsilon,
            elementwise_affine=bool(v),
            v=v or None,
            **cls._shared_of(layer),
        )

    def to_keras(self) -> keras.layers.LayerNormalization:
        """Return the built `keras.layers.LayerNormalization` that equals this layer.

        Raises:
            ValueError: If Keras has none, because of `new_std`.
        """
        self._ready()
        if self._new_std != 1:
            raise IvyValueError(
                "keras.layers.LayerNormalization has no standard deviation of its own. "
                f"Received: new_std={self._new_std}"
            )
        layer = keras.layers.LayerNormalization(
            axis=[a - len(self._sizes) for a in range(len(self._sizes))],
            epsilon=self._epsilon,
            center=self._affine,
            scale=self._affine,
            **self._shared(),
        )
        layer.build((None, *self._sizes))
        weights = [self._value("weight"), self._value("bias")] if self._affine else []
        return self._finish_keras(layer, weights)
