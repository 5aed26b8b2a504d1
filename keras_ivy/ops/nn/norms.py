"""Normalisation under Ivy's names, exact in derivatives of any order.

`tf.nn.moments` treats the mean inside the variance as a constant for gradients, which changes
second derivatives. Two ways around it cost no more: over the last axes, the variance is the mean
square of the centred array, which the result needs too (`centre`); elsewhere, what the constant
leaves out is added in terms of the small array of means alone (`moments`), unless the array is so
small that the number of operations is what costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import is_complex, numbers
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike, Axis
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "batch_norm",
    "group_norm",
    "instance_norm",
    "l1_normalize",
    "l2_normalize",
    "layer_norm",
    "lp_normalize",
]


def centre(x: ArrayLike, axes: Sequence[int]) -> tuple[Array, Array]:
    """Return `x - mean` and the variance over some axes, which stay with size 1."""
    centred = x - tf.reduce_mean(x, axes, keepdims=True)
    return centred, tf.reduce_mean(tf.square(centred), axes, keepdims=True)


#: Up to so many entries, one more pass over the array costs less than a few more operations.
SMALL = 2**15


def moments(x: ArrayLike, axes: Sequence[int], keepdims: bool = True) -> tuple[Array, Array]:
    """Return mean and variance over some axes, which stay with size 1 if `keepdims` is True.

    For any constant `s`, the variance is `mean((x - s)**2) - (mean(x) - s)**2`. Here `s` is the
    mean itself, held constant: the second term is 0, and its second derivative is what the first
    one lacks. Gradients cost as much as those of `tf.nn.moments`. Small arrays are spared the
    second term, and pay with a sum over `x` in the gradient.

    Args:
        x: An array.
        axes: The axes; the first ones if `keepdims` is False.
        keepdims: Whether the axes stay with size 1.
    """
    mean = tf.reduce_mean(x, axes, keepdims=keepdims)
    size = x.shape.num_elements()
    if size is not None and size <= SMALL:
        return mean, tf.reduce_mean(tf.math.squared_difference(x, mean), axes, keepdims=keepdims)
    constant = tf.stop_gradient(mean)
    squares = tf.reduce_mean(tf.math.squared_difference(x, constant), axes, keepdims=keepdims)
    return mean, squares - tf.math.squared_difference(mean, constant)


def masked_moments(x: ArrayLike, axes: Sequence[int], weights: ArrayLike) -> tuple[Array, Array]:
    """Return `moments` of the entries that count.

    Args:
        x: An array.
        axes: The axes.
        weights: Ones and zeros that broadcast with `x` and tell which entries count.
    """
    total = tf.reduce_sum(weights * tf.ones_like(x), axes, keepdims=True)
    mean = tf.math.divide_no_nan(tf.reduce_sum(weights * x, axes, keepdims=True), total)
    squares = tf.reduce_sum(weights * tf.square(x - mean), axes, keepdims=True)
    return mean, tf.math.divide_no_nan(squares, total)


def normalize(
    x: ArrayLike,
    mean: ArrayLike,
    variance: ArrayLike,
    scale: ArrayLike,
    offset: ArrayLike,
    eps: float,
) -> Array:
    """Return `(x - mean) / sqrt(variance + eps) * scale + offset`, in one product and one sum."""
    factor = tf.math.rsqrt(variance + eps)
    factor = factor if scale is None else factor * scale
    shift = -mean * factor if offset is None else offset - mean * factor
    return x * factor + shift


def widen(x: ArrayLike, owner: str = "layer_norm") -> tuple[Array, Array]:
    """Return `x` in at least float32, in which statistics are precise enough, and its type."""
    x = numbers(owner, "f", x=x)
    return (tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x), x.dtype


def _like(value: Any, x: ArrayLike) -> Array:
    return None if value is None else to_tensor(value, x.dtype)


@ivy_function(symbolic=True)
def layer_norm(
    x: ArrayLike,
    normalized_idxs: Sequence[int],
    *,
    scale: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    eps: float = 1e-5,
    new_std: float = 1.0,
) -> Array:
    """Return `((x - mean) / sqrt(var + eps) * scale + offset) * new_std`.

    Args:
        x: An array.
        normalized_idxs: The axes over which mean and variance are taken.
        scale: None, or what the result is multiplied with, of the shape of those axes.
        offset: None, or what is added then.
        eps: What is added to the variance.
        new_std: What everything is multiplied with in the end.

    Raises:
        ValueError: If an axis does not exist.

    Example:

    >>> layer_norm([[1.0, 3.0]], [-1], eps=0.0).numpy().tolist()
    [[-1.0, 1.0]]

    Reference: https://arxiv.org/abs/1607.06450
    """
    x, dtype = widen(x)
    rank = len(x.shape)
    axes = [normalized_idxs] if isinstance(normalized_idxs, int) else list(normalized_idxs)
    if not axes or any(not -rank <= a < rank for a in axes):
        raise IvyValueError(
            f"layer_norm: `normalized_idxs` are axes of `x`. Received: normalized_idxs={axes}, "
            f"x of shape {tuple(x.shape)}"
        )
    axes = sorted(a % rank for a in axes)
    scale, offset = _like(scale, x), _like(offset, x)
    if axes != list(range(rank - len(axes), rank)):
        shape = [x.shape[a] if a in axes else 1 for a in range(rank)]
        scale, offset = (None if p is None else tf.reshape(p, shape) for p in (scale, offset))
    centred, variance = centre(x, axes)
    factor = tf.math.rsqrt(variance + eps)
    out = centred * (factor if scale is None else factor * scale)
    out = out if offset is None else out + offset
    return tf.cast(out if new_std == 1 else out * new_std, dtype)


def _channel_axis(owner: str, data_format: str, rank: int) -> int:
    known = {"NSC": rank - 1, "NCS": 1}
    known |= {"NWC": rank - 1, "NHWC": rank - 1, "NDHWC": rank - 1}
    known |= {"NCW": 1, "NCHW": 1, "NCDHW": 1, "channels_last": rank - 1, "channels_first": 1}
    return known[checks.choice(owner, "data_format", data_format, list(known))]


def by_channel(value: Array | None, axis: int, rank: int) -> Array | None:
    """Return one number for each channel, in a shape that broadcasts."""
    if value is None or axis == rank - 1:
        return value
    return tf.reshape(value, [-1 if a == axis else 1 for a in range(rank)])


@ivy_function(symbolic=True)
def batch_norm(
    x: ArrayLike,
    mean: ArrayLike,
    variance: ArrayLike,
    *,
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    training: bool = False,
    eps: float = 1e-5,
    momentum: float = 0.1,
    data_format: str = "NSC",
) -> tuple[Array, Array, Array]:
    """Return the array normalised for each channel, and the running statistics.

    Args:
        x: An array of any rank with the channels last, or second.
        mean: The running mean of each channel.
        variance: The running variance of each channel.
        offset: None, or what is added, one number for each channel.
        scale: None, or what is multiplied, one number for each channel.
        training: If True, the statistics of `x` normalise it, and the running ones move towards
            them; if False, the running ones normalise it and stay.
        eps: What is added to the variance.
        momentum: How far the running statistics move: `(1 - momentum) * old + momentum * new`.
        data_format: `"NSC"` for channels last, `"NCS"` for channels second.

    Returns:
        `(normalised array, running mean, running variance)`.

    Raises:
        ValueError: If the format is unknown.

    Note:
        The running variance moves towards the unbiased estimate, with `n / (n - 1)`; a single
        entry for each channel makes it not a number.

    Example:

    >>> y, mean, var = batch_norm([[1.0], [3.0]], [0.0], [1.0], training=True, eps=0.0)
    >>> y.numpy().tolist(), mean.numpy(), var.numpy()
    ([[-1.0], [1.0]], array([0.2], dtype=float32), array([1.1], dtype=float32))

    Reference: https://arxiv.org/abs/1502.03167
    """
    x, dtype = widen(x, "batch_norm")
    rank = len(x.shape)
    axis = _channel_axis("batch_norm", data_format, rank)
    mean, variance = _like(mean, x), _like(variance, x)
    offset, scale = (by_channel(_like(p, x), axis, rank) for p in (offset, scale))
    if not training:
        fitted = [by_channel(s, axis, rank) for s in (mean, variance)]
        out = normalize(x, fitted[0], fitted[1], scale, offset, eps)
        return tf.cast(out, dtype), mean, variance
    new_mean, new_variance = moments(x, [a for a in range(rank) if a != axis])
    out = normalize(x, new_mean, new_variance, scale, offset, eps)
    count = tf.cast(tf.size(x) // tf.shape(x)[axis], x.dtype)
    unbiased = tf.reshape(new_variance, [-1]) * (count / (count - 1))
    mean = (1 - momentum) * mean + momentum * tf.reshape(new_mean, [-1])
    variance = (1 - momentum) * variance + momentum * unbiased
    return tf.cast(out, dtype), mean, variance


@ivy_function(symbolic=True)
def group_norm(
    x: ArrayLike,
    num_groups: int = 1,
    *,
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    eps: float = 1e-5,
    data_format: str = "NSC",
) -> Array:
    """Return the array normalised over each group of channels of each example.

    Args:
        x: An array of shape `(batch, *spatial, channels)`, or with the channels second.
        num_groups: The number of groups; it divides the number of channels.
        offset: None, or what is added, one number for each channel.
        scale: None, or what is multiplied, one number for each channel.
        eps: What is added to the variance.
        data_format: `"NSC"` for channels last, `"NCS"` for channels second.

    Raises:
        ValueError: If the groups do not divide the channels, or the format is unknown.

    Example:

    >>> group_norm([[1.0, 3.0, 10.0, 30.0]], 2, eps=0.0).numpy().tolist()
    [[-1.0, 1.0, -1.0, 1.0]]

    Reference: https://arxiv.org/abs/1803.08494
    """
    x, dtype = widen(x, "group_norm")
    rank = len(x.shape)
    axis = _channel_axis("group_norm", data_format, rank)
    channels = x.shape[axis]
    if channels is None or channels % num_groups:
        raise IvyValueError(
            "group_norm: the groups divide the channels. "
            f"Received: num_groups={num_groups}, x of shape {tuple(x.shape)}"
        )
    shape = ops.shape(x)
    split = (*shape[:axis], num_groups, channels // num_groups, *shape[axis + 1 :])
    grouped = tf.reshape(x, split)
    inner = [a for a in range(1, rank + 1) if a != axis]

    def fit(value: Any) -> Array:
        if value is None:
            return None
        # One number for each channel, in the axes of the groups and of the channels inside.
        ones = [1] * (rank + 1)
        ones[axis], ones[axis + 1] = num_groups, channels // num_groups
        return tf.reshape(_like(value, x), ones)

    out = normalize(grouped, *moments(grouped, inner), fit(scale), fit(offset), eps)
    return tf.cast(tf.reshape(out, shape), dtype)


@ivy_function(symbolic=True)
def instance_norm(
    x: ArrayLike,
    mean: ArrayLike,
    variance: ArrayLike,
    *,
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    training: bool = False,
    eps: float = 1e-5,
    momentum: float = 0.1,
    data_format: str = "NSC",
) -> tuple[Array, Array, Array]:
    """Return the array normalised for each channel of each example, and the running statistics.

    Args:
        x: An array of shape `(batch, *spatial, channels)`, or with the channels second.
        mean: The running mean of each channel.
        variance: The running variance of each channel.
        offset: None, or what is added, one number for each channel.
        scale: None, or what is multiplied, one number for each channel.
        training: If True, statistics over the spatial axes normalise, and the running ones move
            towards their mean over the batch; if False, the running ones normalise and stay.
        eps: What is added to the variance.
        momentum: How far the running statistics move: `(1 - momentum) * old + momentum * new`.
        data_format: `"NSC"` for channels last, `"NCS"` for channels second.

    Returns:
        `(normalised array, running mean, running variance)`.

    Raises:
        ValueError: If the format is unknown.

    Note:
        The running variance moves towards the unbiased estimate, as in `batch_norm`.

    Example:

    >>> x = [[[1.0, 5.0], [3.0, 9.0]]]
    >>> y, mean, _ = instance_norm(x, [0.0, 0.0], [1.0, 1.0], training=True, eps=0.0)
    >>> y.numpy().tolist(), mean.numpy()
    ([[[-1.0, -1.0], [1.0, 1.0]]], array([0.2, 0.7], dtype=float32))

    Reference: https://arxiv.org/abs/1607.08022, Ivy's `functional/ivy/experimental/norms.py`.
    """
    if not training:
        return batch_norm(
            x, mean, variance, offset=offset, scale=scale, eps=eps, data_format=data_format
        )
    x, dtype = widen(x, "instance_norm")
    rank = len(x.shape)
    axis = _channel_axis("instance_norm", data_format, rank)
    mean, variance = _like(mean, x), _like(variance, x)
    offset, scale = (by_channel(_like(p, x), axis, rank) for p in (offset, scale))
    spatial = [a for a in range(1, rank) if a != axis]
    new_mean, new_variance = moments(x, spatial)
    out = normalize(x, new_mean, new_variance, scale, offset, eps)
    count = tf.cast(tf.reduce_prod(tf.gather(tf.shape(x), spatial)), x.dtype)
    new_mean, new_variance = (tf.reduce_mean(s, [0, *spatial]) for s in (new_mean, new_variance))
    mean = (1 - momentum) * mean + momentum * new_mean
    variance = (1 - momentum) * variance + momentum * new_variance * (count / (count - 1))
    return tf.cast(out, dtype), mean, variance


@ivy_function
def lp_normalize(x: ArrayLike, *, p: float = 2, axis: Axis = None) -> Array:
    """Return the array divided by its p-norm, along an axis or in all.

    Example:

    >>> lp_normalize([3.0, 4.0]).numpy()
    array([0.6, 0.8], dtype=float32)
    """
    x = numbers("lp_normalize", "BIfc", x=x)
    size = tf.abs(x) if is_complex(x) else ops.abs(x)
    norm = ops.power(ops.sum(ops.power(size, p), axis=axis, keepdims=True), 1 / p)
    return x / to_tensor(ops.maximum(norm, 1e-12), dtype_name(x))


@ivy_function
def l1_normalize(x: ArrayLike, axis: Axis = None) -> Array:
    """Return the array divided by the sum of its absolute values.

    Example:

    >>> l1_normalize([1.0, -3.0]).numpy().tolist()
    [0.25, -0.75]
    """
    return lp_normalize(x, p=1, axis=axis)


@ivy_function
def l2_normalize(x: ArrayLike, axis: Axis = None) -> Array:
    """Return the array divided by its Euclidean norm.

    Example:

    >>> l2_normalize([0.0, 2.0]).numpy().tolist()
    [0.0, 1.0]
    """
    return lp_normalize(x, p=2, axis=axis)
