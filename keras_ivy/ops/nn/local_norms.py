"""Normalisation over neighbouring channels, under Ivy's name."""

from __future__ import annotations

import tensorflow as tf

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.tensors import dtype_name
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["local_response_norm"]


@ivy_function(symbolic=True)
def local_response_norm(
    x: ArrayLike,
    size: int,
    /,
    *,
    bias: float = 1.0,
    alpha: float = 1.0,
    beta: float = 0.5,
    average: bool = False,
    data_format: str = "NHWC",
) -> Array:
    """Return `x / (bias + alpha * s) ** beta`, where `s` sums squares of neighbouring channels.

    Args:
        x: An array of shape `(batch, height, width, channels)`, or with the channels second.
        size: Number of channels in the sum, one more before than after the own one if even.
        bias: See above.
        alpha: See above.
        beta: See above.
        average: Whether `s` is divided by `size`.
        data_format: `"NHWC"` or `"NCHW"`.

    Raises:
        TypeError: If `x` holds no floats.
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> local_response_norm([[[[3.0, 4.0]]]], 3, bias=0.0).numpy().ravel().round(4)
    array([0.6, 0.8], dtype=float32)

    Reference:
        Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
        networks", 2012.
    """
    owner = "local_response_norm"
    x = numbers(owner, "f", x=x)
    data_format = checks.data_format(owner, data_format, 2)
    checks.input_rank(owner, "x", x, [4], f"laid out as {data_format}")
    size = checks.positive(owner, "size", size)
    bias = checks.number(owner, "bias", bias)
    axis = -1 if data_format == "NHWC" else 1
    channels = x.shape[axis]
    if channels is None:
        raise IvyValueError(f"{owner}: the number of channels must be known. Received: {x.shape}")
    scale = alpha / size if average else alpha
    # Whether channel i is in the sum of channel j: a product, as sums of differences lose digits.
    distance = tf.range(channels)[:, tf.newaxis] - tf.range(channels)[tf.newaxis]
    near = (distance >= -min(size // 2, channels)) & (distance <= min((size - 1) // 2, channels))
    near = tf.cast(near, dtype_name(x))
    total = tf.tensordot(tf.square(x), near, [[axis], [0]])
    if axis == 1:
        total = tf.transpose(total, (0, 3, 1, 2))
    return x / (bias + scale * total) ** beta
