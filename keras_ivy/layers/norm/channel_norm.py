"""BatchNorm2D and GroupNorm, exact in derivatives of any order."""

import math
from typing import Any, Unpack

import keras
import tensorflow as tf

from keras_ivy.layers.base import ZEROS, IvyLayer
from keras_ivy.layers.norm.layer_norm import ONES, affine_of, check_eps
from keras_ivy.layers.options import BuildOptions, Options
from keras_ivy.ops import checks
from keras_ivy.ops.nn.norms import (
    by_channel,
    group_norm,
    masked_moments,
    moments,
    normalize,
    widen,
)
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, Values
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["BatchNorm2D", "GroupNorm"]

_FORMATS = ("NSC", "NCS", "NHWC", "NCHW", "channels_last", "channels_first")


class _ChannelNorm(IvyLayer):
    """What BatchNorm2D and GroupNorm share: a size, a layout, an affine part."""

    supports_masking = True

    def _configure(
        self, num_features: int | None, eps: float, data_format: str, affine: bool
    ) -> None:
        owner = type(self).__name__
        self._num_features = checks.positive(owner, "num_features", num_features, True)
        self._epsilon = check_eps(owner, eps)
        self._data_format = checks.choice(owner, "data_format", data_format, _FORMATS)
        self._affine = checks.flag(owner, "affine", affine)

    def _axis(self, rank: int) -> int:
        return rank - 1 if self._data_format[-1] in "Ct" else 1

    def _build(self, *args: Any, **kwargs: Any) -> bool:
        if self._num_features is None:
            size = self._size_of_input(args, -1 if self._axis(4) == 3 else 1)
            self._check_size(size)
            self._num_features = size
        return True

    def _check_size(self, size: int | None) -> None:
        """Raise if the layer cannot have so many channels."""
        return None  # AutoGraph cannot convert a body without a statement, and warns

    def _any_shape(self, rank: int) -> tuple[int | None, ...]:
        shape: list[int | None] = [None] * rank
        shape[self._axis(rank)] = self._num_features
        return tuple(shape)

    def _affine_variables(self, device: str | None, dtype: str | None) -> dict:
        if not self._affine:
            return {}
        shape = (self._num_features,)
        return {
            "w": self._draw(ONES, shape, device, dtype),
            "b": self._draw(ZEROS, shape, device, dtype),
        }

    def _checked(self, inputs: ArrayLike) -> tuple[Array, Any, int]:
        x, owner = self._floats("inputs", inputs), type(self).__name__
        if len(x.shape) < 2:
            checks.input_rank(owner, "inputs", x, [2, 3, 4, 5], f"laid out as {self._data_format}")
        axis = self._axis(len(x.shape))
        why = "the `num_features` of the layer"
        checks.size_of_axis(owner, "inputs", x, axis, self._num_features, why)
        return *widen(x), axis

    def _affine_values(self, x: Array) -> tuple[Array | None, Array | None]:
        if not self._affine:
            return None, None
        return tuple(tf.cast(self._value(name), x.dtype) for name in ("w", "b"))


class BatchNorm2D(_ChannelNorm):
    """Batch normalisation of each channel, of arrays of any rank.

    In training, `y = (x - mean) / sqrt(var + eps) * w + b` with the statistics of the batch, and
    the running ones move: `running = (1 - momentum) * running + momentum * batch`, the variance
    as the unbiased estimate. Otherwise the running statistics take their place.

    Args:
        num_features: The number of channels; None to take it from the first input.
        eps: What is added to the variance.
        momentum: How far the running statistics move in a step.
        data_format: `"NSC"` for channels last, `"NCS"` for channels second.
        affine: If False, there is no `w` and no `b`.
        track_running_stats: If False, the running statistics do not move.
        device: Where variables are made.
        v: Values for the variables `w`, `b`, `running_mean` and `running_var`, all of shape
            `(num_features,)`.
        dtype: The data type, or a dtype policy.
        training: Whether the layer trains until `eval()` or a call says otherwise.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If an argument is out of range.

    Note:
        `running_mean` and `running_var` stand in `v` as in Ivy, but training does not change
        them but by moving: they are not trainable. A batch with a single entry for each channel
        makes `running_var` not a number, as in Ivy. Derivatives of all orders are exact.

    Example:

    >>> norm = BatchNorm2D(1, eps=0.0)
    >>> norm([[1.0], [3.0]], training=True).numpy().tolist()
    [[-1.0], [1.0]]
    >>> norm.v.running_mean.numpy(), norm.v.running_var.numpy()
    (array([0.2], dtype=float32), array([1.1], dtype=float32))

    Reference: https://arxiv.org/abs/1502.03167; Ivy's `stateful/norms.py`.
    """

    __module__ = "keras_ivy.layers"
    non_trainable_keys = ("running_mean", "running_var")
    keras_classes = (keras.layers.BatchNormalization,)

    def __init__(
        self,
        num_features: int | None,
        eps: float = 1e-5,
        momentum: float = 0.1,
        data_format: str = "NSC",
        affine: bool = True,
        track_running_stats: bool = True,
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        training: bool = True,
        **kwargs: Unpack[BuildOptions],
    ):
        self._configure(num_features, eps, data_format, affine)
        if not 0 <= checks.number(type(self).__name__, "momentum", momentum) <= 1:
            raise IvyValueError(
                f"{type(self).__name__}: `momentum` lies in [0, 1]. Received: momentum={momentum}"
            )
        self._momentum = momentum
        self._track = checks.flag(type(self).__name__, "track_running_stats", track_running_stats)
        super().__init__(
            device=device, v=v, dtype=dtype, training=training, **self._late(num_features, kwargs)
        )

    def _create_variables(self, device: str | None = None, dtype: str | None = None) -> dict:
        shape = (self._num_features,)
        return {
            **self._affine_variables(device, dtype),
            "running_mean": self._draw(ZEROS, shape, device, dtype),
            "running_var": self._draw(ONES, shape, device, dtype),
        }

    def _forward(
        self, inputs: ArrayLike, mask: Array | None = None, training: bool | None = None
    ) -> Array:
        x, dtype, axis = self._checked(inputs)
        rank = len(x.shape)
        weight, bias = (by_channel(p, axis, rank) for p in self._affine_values(x))
        running = [self.v["running_mean"], self.v["running_var"]]
        if not (training and self.trainable):
            stored = (to_tensor(s, x.dtype) for s in running)
            mean, variance = (by_channel(s, axis, rank) for s in stored)
            return tf.cast(normalize(x, mean, variance, weight, bias, self._epsilon), dtype)
        axes = [a for a in range(rank) if a != axis]
        if mask is None:
            # Without axes of size 1 where they would come first: nothing is left to reshape.
            mean, variance = moments(x, axes, keepdims=axis != rank - 1)
            sizes = [x.shape[a] for a in axes]
            known = None not in sizes
            count = math.prod(sizes) if known else tf.cast(tf.size(x) // tf.shape(x)[axis], x.dtype)
        else:
            counts = tf.cast(mask, x.dtype)
            counts = counts[..., tf.newaxis] if len(counts.shape) < rank else counts
            mean, variance = masked_moments(x, axes, counts)
            count = tf.reduce_sum(counts * tf.ones_like(x[..., :1]))
        if self._track:
            # A single entry has no unbiased estimate: 0 times infinity, as in Ivy.
            unbiased = math.inf if isinstance(count, int) and count == 1 else count / (count - 1)
            self._move(running[0], mean, self._momentum)
            self._move(running[1], variance, self._momentum * unbiased)
        return tf.cast(normalize(x, mean, variance, weight, bias, self._epsilon), dtype)

    def _move(self, running: keras.Variable, batch: Any, factor: Any) -> None:
        """Move a running statistic towards that of the batch, times a factor."""
        old = tf.convert_to_tensor(running.value)
        batch = batch if len(batch.shape) == 1 else tf.reshape(batch, [-1])
        running.assign(old * (1 - self._momentum) + tf.cast(batch * factor, old.dtype))

    def _extra_repr(self) -> str:
        # Ivy leaves the comma behind epsilon out.
        return (
            f"num_features={self._num_features}, affine={self._affine}, "
            f"data_format={self._data_format}, epsilon={self._epsilon} "
            f"momentum={self._momentum}, track_running_stats={self._track}"
        )

    @classmethod
    def from_keras(cls, layer: keras.layers.BatchNormalization) -> "BatchNorm2D":
        """Return the layer that equals a built `keras.layers.BatchNormalization`.

        Note:
            Outputs are equal; running variances move differently, since Keras takes the biased
            estimate.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or does what Ivy's does not.
        """
        cls._check_keras_layer(layer)
        rank = len(layer.get_build_config()["input_shape"])
        if layer.axis % rank not in (1, rank - 1):
            cls._refuse(layer, "axis", layer.axis)
        if layer.synchronized or getattr(layer, "renorm", False):
            cls._refuse(layer, "synchronisation or renormalisation", True)
        size = layer.moving_mean.shape
        v = {
            "running_mean": layer.moving_mean.value,
            "running_var": layer.moving_variance.value,
        }
        v |= affine_of(layer, "w", "b", size)
        return cls(
            size[0],
            eps=layer.epsilon,
            momentum=1 - layer.momentum,
            data_format="NSC" if layer.axis % rank == rank - 1 else "NCS",
            affine="w" in v,
            v=v,
            **cls._shared_of(layer),
        )

    def to_keras(self, rank: int = 4) -> keras.layers.BatchNormalization:
        """Return the built `keras.layers.BatchNormalization` that equals this layer.

        Args:
            rank: The number of axes of inputs, on which Keras's layer insists.

        Note:
            Outputs are equal; running variances move differently, since Keras takes the biased
            estimate.
        """
        self._ready()
        last = self._axis(4) == 3
        layer = keras.layers.BatchNormalization(
            axis=-1 if last else 1,
            momentum=1 - self._momentum,
            epsilon=self._epsilon,
            center=self._affine,
            scale=self._affine,
            **self._shared(),
        )
        layer.build(self._any_shape(rank))
        names = ["w", "b"] * self._affine + ["running_mean", "running_var"]
        return self._finish_keras(layer, [self.v[name] for name in names])


class GroupNorm(_ChannelNorm):
    """Normalisation over each group of channels of each example; an addition to Ivy's layers.

    Args:
        num_groups: The number of groups; it divides the number of channels.
        num_features: The number of channels; None to take it from the first input.
        eps: What is added to the variance.
        affine: If False, there is no `w` and no `b`.
        data_format: `"NSC"` for channels last, `"NCS"` for channels second.
        device: Where variables are made.
        v: Values for the variables `w` and `b` of shape `(num_features,)`.
        dtype: The data type, or a dtype policy.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If an argument is out of range, or groups do not divide channels.

    Note:
        Derivatives of all orders are exact; in Keras's layer second ones are not.

    Example:

    >>> GroupNorm(2, 4, eps=0.0)([[1.0, 3.0, 10.0, 30.0]]).numpy().tolist()
    [[-1.0, 1.0, -1.0, 1.0]]

    Reference: https://arxiv.org/abs/1803.08494
    """

    __module__ = "keras_ivy.layers"
    keras_classes = (keras.layers.GroupNormalization,)

    def __init__(
        self,
        num_groups: int,
        num_features: int | None,
        *,
        eps: float = 1e-5,
        affine: bool = True,
        data_format: str = "NSC",
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[Options],
    ):
        self._configure(num_features, eps, data_format, affine)
        self._num_groups = checks.positive(type(self).__name__, "num_groups", num_groups)
        self._check_size(num_features)
        super().__init__(device=device, v=v, dtype=dtype, **self._late(num_features, kwargs))

    def _check_size(self, size: int | None) -> None:
        if size is not None and size % self._num_groups:
            raise IvyValueError(
                f"{type(self).__name__}: `num_groups` divides `num_features`. "
                f"Received: num_groups={self._num_groups}, num_features={size}"
            )

    def _create_variables(self, device: str | None = None, dtype: str | None = None) -> dict:
        return self._affine_variables(device, dtype)

    def _forward(self, inputs: ArrayLike) -> Array:
        x, dtype, axis = self._checked(inputs)
        scale, offset = self._affine_values(x)
        out = group_norm(
            x,
            self._num_groups,
            scale=scale,
            offset=offset,
            eps=self._epsilon,
            data_format="NCS" if axis == 1 and len(x.shape) > 2 else "NSC",
        )
        return tf.cast(out, dtype)

    def _extra_repr(self) -> str:
        return (
            f"num_groups={self._num_groups}, num_features={self._num_features}, "
            f"epsilon={self._epsilon}, affine={self._affine}, data_format={self._data_format}"
        )

    @classmethod
    def from_keras(cls, layer: keras.layers.GroupNormalization) -> "GroupNorm":
        """Return the layer that equals a built `keras.layers.GroupNormalization`.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or normalises along another axis.
        """
        cls._check_keras_layer(layer)
        shape = layer.get_build_config()["input_shape"]
        axis = layer.axis % len(shape)
        if axis not in (1, len(shape) - 1):
            cls._refuse(layer, "axis", layer.axis)
        size = shape[axis]
        v = affine_of(layer, "w", "b", (size,))
        return cls(
            layer.groups,
            size,
            eps=layer.epsilon,
            affine=bool(v),
            data_format="NSC" if axis == len(shape) - 1 else "NCS",
            v=v or None,
            **cls._shared_of(layer),
        )

    def to_keras(self, rank: int = 4) -> keras.layers.GroupNormalization:
        """Return the built `keras.layers.GroupNormalization` that equals this layer.

        Args:
            rank: The number of axes of inputs, on which Keras's layer insists.
        """
        self._ready()
        last = self._axis(4) == 3
        layer = keras.layers.GroupNormalization(
            groups=self._num_groups,
            axis=-1 if last else 1,
            epsilon=self._epsilon,
            center=self._affine,
            scale=self._affine,
            **self._shared(),
        )
        layer.build(self._any_shape(rank))
        names = ["w", "b"] * self._affine
        return self._finish_keras(layer, [self.v[name] for name in names])
