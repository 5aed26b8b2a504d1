"""Convolutions under Ivy's names, in one to three dimensions."""

from __future__ import annotations

import tensorflow as tf

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.spatial.windows import (
    add_bias,
    channels_last,
    explicit_widths,
    output_sizes,
    pad_spatial,
)
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, Padding, Widths, Window

__all__ = [
    "conv1d",
    "conv2d",
    "conv3d",
    "depthwise_conv2d",
]


def convolve(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike,
    strides: tuple,
    padding: Widths,
    data_format: str,
    dilations: tuple,
    owner: str,
) -> Array:
    """Return the convolution of checked arguments; the layers call this.

    Args:
        x: An array of `data_format`.
        w: A kernel of shape `(*window, in, out)`.
        b: None, or one number for each output channel, in an array of any rank.
        strides: One number for each spatial axis.
        padding: `"SAME"`, `"VALID"`, or pairs of widths.
        data_format: Ivy's name of the layout.
        dilations: One number for each spatial axis.
        owner: Name of the layer or function, for errors.
    """
    window = [(k - 1) * d + 1 for k, d in zip(w.shape[:-2], dilations, strict=True)]
    layout = checks.layout(len(strides))  # without it, TensorFlow's gradient in 3D fails eagerly

    def product(x: ArrayLike) -> Array:
        if max(strides) > 1 and max(dilations) > 1:
            # TensorFlow takes one or the other: convolve everywhere, keep every s-th result.
            x = pad_spatial(x, explicit_widths(x, padding, window, strides))
            x = tf.nn.convolution(x, w, 1, "VALID", layout, dilations)
            return x[(slice(None), *(slice(None, None, s) for s in strides))]
        if isinstance(padding, str):
            return tf.nn.convolution(x, w, strides, padding, layout, dilations)
        x = pad_spatial(x, padding)
        return tf.nn.convolution(x, w, strides, "VALID", layout, dilations)

    def kernel(x: ArrayLike) -> Array:
        output_sizes(owner, x, padding, window, strides)
        return add_bias(product(x), b)

    return channels_last(kernel, x, data_format)


def depthwise_convolve(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike,
    strides: tuple,
    padding: Widths,
    data_format: str,
    dilations: tuple,
    owner: str,
) -> Array:
    """Return the convolution of each channel with its own kernel; the layer calls this.

    The arguments are those of `convolve`; the kernel has the shape `(*window, channels)`.
    """
    window = [(k - 1) * d + 1 for k, d in zip(w.shape[:-1], dilations, strict=True)]

    def kernel(x: ArrayLike) -> Array:
        output_sizes(owner, x, padding, window, strides)
        step, keep, border = strides, (1, 1), padding
        if (max(strides) > 1 and max(dilations) > 1) or strides[0] != strides[1]:
            # TensorFlow strides both axes alike, and never with dilation: convolve everywhere.
            step, keep, border = (1, 1), strides, explicit_widths(x, padding, window, strides)
        if not isinstance(border, str):
            x, border = pad_spatial(x, border), "VALID"
        filters = tf.expand_dims(w, -1)
        out = tf.nn.depthwise_conv2d(x, filters, (1, *step, 1), border, dilations=dilations)
        return add_bias(out if keep == (1, 1) else out[:, :: keep[0], :: keep[1]], b)

    return channels_last(kernel, x, data_format)


def _arguments(
    owner: str,
    x: ArrayLike,
    filters: ArrayLike,
    rank: int,
    data_format: str,
    filter_format: str,
    bias: ArrayLike,
    channel_axis: int | None,
) -> tuple:
    """Check and convert the arguments that all convolutions share."""
    x, w = numbers(owner, "f", x=to_tensor(x), filters=to_tensor(filters))
    data_format = checks.data_format(owner, data_format, rank)
    checks.choice(owner, "filter_format", filter_format, ("channel_last", "channel_first"))
    kernel_rank = rank + 2 if channel_axis is not None else rank + 1
    checks.input_rank(owner, "filters", w, [kernel_rank], "window and channels")
    if filter_format == "channel_first":
        # (out, in, *window), as torch has it, or (channels, *window) for a depthwise kernel.
        order = (*range(2, kernel_rank), 1, 0) if channel_axis is not None else (1, 2, 0)
        w = tf.transpose(w, order)
    checks.input_rank(owner, "x", x, [rank + 2], f"laid out as {data_format}")
    axis = -1 if data_format.endswith("C") else 1
    channels = w.shape[-1 if channel_axis is None else channel_axis]
    checks.size_of_axis(owner, "x", x, axis, channels, "the channels of the kernel")
    return x, w, None if bias is None else to_tensor(bias), data_format


def _conv(
    rank: int,
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    data_format: str,
    filter_format: str,
    dilations: Window,
    bias: ArrayLike | None,
) -> Array:
    owner = f"conv{rank}d"
    x, w, bias, data_format = _arguments(
        owner, x, filters, rank, data_format, filter_format, bias, channel_axis=-2
    )
    strides = checks.counts(owner, "strides", strides, rank)
    dilations = checks.counts(owner, "dilations", dilations, rank, checks.LARGEST_FACTOR)
    padding = checks.padding(owner, padding, rank)
    return convolve(x, w, bias, strides, padding, data_format, dilations, owner)


@ivy_function(symbolic=True)
def conv1d(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NWC",
    filter_format: str = "channel_last",
    dilations: Window = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return the convolution along one axis.

    Args:
        x: An array of shape `(batch, width, in)`, or `(batch, in, width)` for `"NCW"`.
        filters: A kernel of shape `(window, in, out)`.
        strides: Distance between windows.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths in a list.
        data_format: `"NWC"` or `"NCW"`.
        filter_format: `"channel_first"` for a kernel of shape `(out, in, window)`.
        dilations: Distance between the entries of a window.
        bias: None, or one number for each output channel.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> conv1d([[[1.0], [2.0], [3.0]]], [[[1.0]], [[10.0]]], 1, "VALID").numpy().tolist()
    [[[21.0], [32.0]]]
    """
    return _conv(1, x, filters, strides, padding, data_format, filter_format, dilations, bias)


@ivy_function(symbolic=True)
def conv2d(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NHWC",
    filter_format: str = "channel_last",
    dilations: Window = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return the convolution along two axes; the arguments are those of `conv1d`.

    Args:
        x: An array of shape `(batch, height, width, in)`, or `(batch, in, height, width)`.
        filters: A kernel of shape `(*window, in, out)`.
        strides: One number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        data_format: `"NHWC"` or `"NCHW"`.
        filter_format: `"channel_first"` for a kernel of shape `(out, in, *window)`.
        dilations: One number, or one for each axis.
        bias: None, or one number for each output channel.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> conv2d(tf.ones((1, 3, 3, 1)), tf.ones((2, 2, 1, 1)), 1, "VALID").numpy().ravel().tolist()
    [4.0, 4.0, 4.0, 4.0]
    """
    return _conv(2, x, filters, strides, padding, data_format, filter_format, dilations, bias)


@ivy_function(symbolic=True)
def conv3d(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NDHWC",
    filter_format: str = "channel_last",
    dilations: Window = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return the convolution along three axes; the arguments are those of `conv2d`.

    Args:
        x: An array of shape `(batch, depth, height, width, in)`, or with the channels second.
        filters: A kernel of shape `(*window, in, out)`.
        strides: One number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        data_format: `"NDHWC"` or `"NCDHW"`.
        filter_format: `"channel_first"` for a kernel of shape `(out, in, *window)`.
        dilations: One number, or one for each axis.
        bias: None, or one number for each output channel.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> conv3d(tf.ones((1, 2, 2, 2, 1)), tf.ones((2, 2, 2, 1, 1)), 1, "VALID").numpy().item()
    8.0
    """
    return _conv(3, x, filters, strides, padding, data_format, filter_format, dilations, bias)


@ivy_function(symbolic=True)
def depthwise_conv2d(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NHWC",
    filter_format: str = "channel_last",
    dilations: Window = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return the convolution of each channel with a kernel of its own.

    Args:
        x: An array of shape `(batch, height, width, channels)`, or with the channels second.
        filters: A kernel of shape `(*window, channels)`.
        strides: One number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        data_format: `"NHWC"` or `"NCHW"`.
        filter_format: `"channel_first"` for a kernel of shape `(channels, *window)`.
        dilations: One number, or one for each axis.
        bias: None, or one number for each channel.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> w = tf.constant([[[1.0, 10.0]]])
    >>> depthwise_conv2d(tf.ones((1, 1, 1, 2)), w, 1, "VALID").numpy().ravel().tolist()
    [1.0, 10.0]
    """
    owner = "depthwise_conv2d"
    x, w, bias, data_format = _arguments(
        owner, x, filters, 2, data_format, filter_format, bias, channel_axis=None
    )
    strides = checks.counts(owner, "strides", strides, 2)
    dilations = checks.counts(owner, "dilations", dilations, 2, checks.LARGEST_FACTOR)
    padding = checks.padding(owner, padding, 2)
    return depthwise_convolve(x, w, bias, strides, padding, data_format, dilations, owner)
