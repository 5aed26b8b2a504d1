"""Convolutions and pooling of any number of dimensions, with groups and dilated inputs."""

from __future__ import annotations

import tensorflow as tf

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.spatial import pooling
from keras_ivy.ops.spatial.conv_transpose import transpose_convolve, wanted_sizes
from keras_ivy.ops.spatial.convolution import convolve
from keras_ivy.ops.spatial.windows import add_bias, channels_last, spatial_sizes
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, Padding, ShapeLike, Window
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["conv", "conv_general_dilated", "conv_general_transpose", "pool"]

_ORDERS = ("channel_last", "channel_first")


def _arguments(
    owner: str,
    x: ArrayLike,
    filters: ArrayLike,
    dims: int,
    data_format: str,
    filter_format: str,
) -> tuple[Array, Array, str]:
    """Return the array, the kernel with the channels last, and Ivy's name of the layout."""
    checks.choice(owner, "dims", dims, (1, 2, 3))
    checks.choice(owner, "data_format", data_format, _ORDERS)
    checks.choice(owner, "filter_format", filter_format, _ORDERS)
    layout = checks.layout(dims, data_format == "channel_last")
    x, w = numbers(owner, "f", x=to_tensor(x), filters=to_tensor(filters))
    checks.input_rank(owner, "x", x, [dims + 2], f"laid out as {layout}")
    checks.input_rank(owner, "filters", w, [dims + 2], "window and channels")
    if filter_format == "channel_first":
        w = tf.transpose(w, (*range(2, dims + 2), 1, 0))
    return x, w, layout


def _divide(owner: str, axes: dict[str, int | None], groups: int) -> None:
    """Check that groups divide the channels."""
    for name, size in axes.items():
        if size is not None and size % groups:
            raise IvyValueError(
                f"{owner}: `feature_group_count` divides the channels. "
                f"Received: feature_group_count={groups}, {size} channels of {name}"
            )


def _spread(x: ArrayLike, dilations: tuple[int, ...]) -> Array:
    """Return an array, channels last, with zeros between its entries."""
    for axis, d in enumerate(dilations, start=1):
        if d > 1:
            sizes = [tf.shape(x)[0], *spatial_sizes(x), x.shape[-1]]
            widths = [(0, 0)] * (len(sizes) + 1)
            widths[axis + 1] = (0, d - 1)
            x = tf.pad(tf.expand_dims(x, axis + 1), widths)
            sizes[axis] = sizes[axis] * d
            keep = [slice(None)] * axis + [slice(0, sizes[axis] - d + 1)]
            x = tf.reshape(x, sizes)[tuple(keep)]
    return x


@ivy_function(symbolic=True)
def conv_general_dilated(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    /,
    *,
    dims: int = 2,
    data_format: str = "channel_last",
    filter_format: str = "channel_last",
    feature_group_count: int = 1,
    x_dilations: Window = 1,
    dilations: Window = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return a convolution along one to three axes, in groups of channels.

    Args:
        x: An array of shape `(batch, *sizes, in)`, or with the channels second.
        filters: A kernel of shape `(*window, in / groups, out)`.
        strides: One number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        dims: Number of axes: 1, 2 or 3.
        data_format: `"channel_last"` or `"channel_first"`.
        filter_format: `"channel_first"` for a kernel of shape `(out, in / groups, *window)`.
        feature_group_count: Number of groups, each of which sees its own channels.
        x_dilations: Distance between the entries of `x`, with zeros between them.
        dilations: Distance between the entries of a window.
        bias: None, or one number for each output channel.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> x, w = tf.constant([[[1.0, 2.0], [3.0, 4.0]]]), tf.constant([[[1.0, 10.0]]])
    >>> conv_general_dilated(x, w, 1, "VALID", dims=1, feature_group_count=2).numpy().tolist()
    [[[1.0, 20.0], [3.0, 40.0]]]
    """
    owner = "conv_general_dilated"
    x, w, layout = _arguments(owner, x, filters, dims, data_format, filter_format)
    groups = checks.positive(owner, "feature_group_count", feature_group_count)
    axis = -1 if data_format == "channel_last" else 1
    _divide(owner, {"x": x.shape[axis], "the result": w.shape[-1]}, groups)
    wanted = w.shape[-2] * groups
    checks.size_of_axis(owner, "x", x, axis, wanted, "the channels of the kernel in all groups")
    strides = checks.counts(owner, "strides", strides, dims)
    spread = checks.counts(owner, "x_dilations", x_dilations, dims, checks.LARGEST_FACTOR)
    dilations = checks.counts(owner, "dilations", dilations, dims, checks.LARGEST_FACTOR)
    widths = checks.padding(owner, padding, dims)
    b = None if bias is None else to_tensor(bias)
    last = checks.layout(dims)

    def kernel(x: ArrayLike) -> Array:
        x = _spread(x, spread)
        # TensorFlow has no kernel for the gradient in groups on CPUs.
        parts = [
            convolve(one, own, None, strides, widths, last, dilations, owner)
            for one, own in zip(tf.split(x, groups, -1), tf.split(w, groups, -1), strict=True)
        ]
        return add_bias(parts[0] if groups == 1 else tf.concat(parts, -1), b)

    return channels_last(kernel, x, layout)


@ivy_function(symbolic=True)
def conv_general_transpose(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    /,
    *,
    dims: int = 2,
    output_shape: ShapeLike | None = None,
    filter_format: str = "channel_last",
    data_format: str = "channel_last",
    dilations: Window = 1,
    feature_group_count: int = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return a transposed convolution along one to three axes, in groups of channels.

    It is the gradient of `conv_general_dilated` with the same kernel. On TensorFlow, Ivy's does not
    compute this for more than one group.

    Args:
        x: An array of shape `(batch, *sizes, in)`, or with the channels second.
        filters: A kernel of shape `(*window, out / groups, in)`.
        strides: One number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis, which are cut off.
        dims: Number of axes: 1, 2 or 3.
        output_shape: The spatial sizes, or the whole shape. Defaults to None, what follows.
        filter_format: `"channel_first"` for a kernel of shape `(in, out / groups, *window)`.
        data_format: `"channel_last"` or `"channel_first"`.
        dilations: Distance between the entries of a window.
        feature_group_count: Number of groups, each of which sees its own channels.
        bias: None, or one number for each output channel.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> x, w = tf.constant([[[1.0], [2.0]]]), tf.constant([[[1.0]], [[10.0]]])
    >>> conv_general_transpose(x, w, 2, "VALID", dims=1).numpy().ravel().tolist()
    [1.0, 10.0, 2.0, 20.0]
    """
    owner = "conv_general_transpose"
    x, w, layout = _arguments(owner, x, filters, dims, data_format, filter_format)
    groups = checks.positive(owner, "feature_group_count", feature_group_count)
    axis = -1 if data_format == "channel_last" else 1
    checks.size_of_axis(owner, "x", x, axis, w.shape[-1], "the channels of the kernel")
    _divide(owner, {"x": w.shape[-1]}, groups)
    strides = checks.counts(owner, "strides", strides, dims, checks.LARGEST_FACTOR)
    widths = checks.padding(owner, padding, dims)
    dilations = checks.counts(owner, "dilations", dilations, dims, checks.LARGEST_FACTOR)
    sizes = wanted_sizes(owner, output_shape, dims, layout)
    b = None if bias is None else to_tensor(bias)
    last = checks.layout(dims)

    def kernel(x: ArrayLike) -> Array:
        parts = [
            transpose_convolve(one, own, None, strides, widths, last, dilations, sizes, owner)
            for one, own in zip(tf.split(x, groups, -1), tf.split(w, groups, -1), strict=True)
        ]
        return add_bias(parts[0] if groups == 1 else tf.concat(parts, -1), b)

    return channels_last(kernel, x, layout)


@ivy_function(symbolic=True)
def conv(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    /,
    *,
    transpose: bool = False,
    dims: int = 2,
    output_shape: ShapeLike | None = None,
    data_format: str = "channel_last",
    filter_format: str = "channel_last",
    feature_group_count: int = 1,
    x_dilations: Window = 1,
    dilations: Window = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return `conv_general_dilated`, or with `transpose` `conv_general_transpose`.

    Args:
        x: An array of shape `(batch, *sizes, in)`, or with the channels second.
        filters: A kernel, as that function takes it.
        strides: One number, or one for each axis.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis.
        transpose: Which of both.
        dims: Number of axes: 1, 2 or 3.
        output_shape: Sizes of the result; with `transpose` only.
        data_format: `"channel_last"` or `"channel_first"`.
        filter_format: `"channel_last"` or `"channel_first"`.
        feature_group_count: Number of groups, each of which sees its own channels.
        x_dilations: Distance between the entries of `x`; without `transpose` only.
        dilations: Distance between the entries of a window.
        bias: None, or one number for each output channel.

    Raises:
        ValueError: If shapes, sizes or names do not fit, or an option is of the other function.

    Example:

    >>> conv(tf.ones((1, 3, 3, 1)), tf.ones((2, 2, 1, 1)), 1, "VALID").numpy().ravel().tolist()
    [4.0, 4.0, 4.0, 4.0]
    """
    spread = checks.counts("conv", "x_dilations", x_dilations, 1 if x_dilations == 1 else dims)
    if transpose and max(spread) > 1:
        raise IvyValueError(
            "conv: a transposed convolution dilates its input by `strides`. "
            f"{checks.received('x_dilations', x_dilations)}"
        )
    if not transpose and output_shape is not None:
        raise IvyValueError(
            "conv: `output_shape` is for transpose=True; the padding tells what else follows. "
            f"{checks.received('output_shape', output_shape)}"
        )
    if transpose:
        return conv_general_transpose(
            x, filters, strides, padding, dims=dims, output_shape=output_shape,
            filter_format=filter_format, data_format=data_format, dilations=dilations,
            feature_group_count=feature_group_count, bias=bias,
        )  # fmt: skip
    return conv_general_dilated(
        x, filters, strides, padding, dims=dims, data_format=data_format,
        filter_format=filter_format, feature_group_count=feature_group_count,
        x_dilations=x_dilations, dilations=dilations, bias=bias,
    )  # fmt: skip


@ivy_function(symbolic=True)
def pool(
    x: ArrayLike,
    window_shape: Window,
    pool_type: str,
    /,
    *,
    strides: Window | None = None,
    padding: Padding = "VALID",
    data_format: str | None = None,
    dilations: Window | None = None,
    ceil_mode: bool = False,
) -> Array:
    """Return the largest or the mean of each window along one to three axes.

    Args:
        x: An array of shape `(batch, *sizes, channels)`, or with the channels second.
        window_shape: One number, or one for each axis between batch and channels.
        pool_type: `"MAX"` or `"AVG"`.
        strides: Distance between windows. Defaults to None, 1.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths for each axis. Means leave the
            border out.
        data_format: Such as `"NHWC"` or `"NCHW"`. Defaults to None, the channels last.
        dilations: Distance between the entries of a window. Defaults to None, 1.
        ceil_mode: Whether a last window that sticks out counts too.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> pool([[[1.0], [3.0], [2.0]]], 2, "MAX").numpy().ravel().tolist()
    [3.0, 3.0]
    """
    checks.choice("pool", "pool_type", pool_type, ("MAX", "AVG"))
    x = numbers("pool", "f" if pool_type == "AVG" else "if", x=x)
    checks.input_rank("pool", "x", x, [3, 4, 5], "batch, one to three axes, and channels")
    dims = len(x.shape) - 2
    last = checks.layout(dims)
    return pooling.pool(
        x,
        pool_type,
        checks.counts("pool", "window_shape", window_shape, dims),
        checks.counts("pool", "strides", 1 if strides is None else strides, dims),
        checks.padding("pool", padding, dims),
        checks.data_format("pool", last if data_format is None else data_format, dims),
        "pool",
        checks.counts("pool", "dilations", 1 if dilations is None else dilations, dims),
        ceil_mode,
    )
