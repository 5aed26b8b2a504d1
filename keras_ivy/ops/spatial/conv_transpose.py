"""Transposed convolutions under Ivy's names, in one to three dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from keras_ivy.ops import check_values, checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.spatial.windows import add_bias, channels_last, spatial_sizes
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, Padding, ShapeLike, Widths, Window
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "conv1d_transpose",
    "conv2d_transpose",
    "conv3d_transpose",
]


def transpose_size(
    size: int | Array, window: int, stride: int, padding: str | Sequence[int]
) -> int | Array:
    """Return the size of an axis after a transposed convolution.

    Args:
        size: The size before; a number or a tensor.
        window: Size of the window, dilation included.
        stride: The stride.
        padding: `"SAME"`, `"VALID"`, or the widths that are cut off before and after.

    Example:

    >>> transpose_size(4, 3, 2, "SAME"), transpose_size(4, 3, 2, "VALID")
    (8, 9)
    >>> transpose_size(4, 3, 2, (1, 1))
    7
    """
    if padding == "SAME":
        return size * stride
    if isinstance(padding, str):  # "VALID"
        return size * stride + max(window - stride, 0)
    return (size - 1) * stride + window - sum(padding)


def wanted_sizes(
    owner: str, output_shape: ShapeLike, rank: int, data_format: str
) -> list[int] | None:
    """Return the spatial sizes that `output_shape` asks for.

    Args:
        owner: Name for the error.
        output_shape: None, the spatial sizes, or a whole shape with batch and channels.
        rank: The number of spatial axes.
        data_format: Ivy's name of the layout, which tells where they are in a whole shape.

    Raises:
        ValueError: If there are too few or too many sizes, or one is no positive number.

    Example:

    >>> wanted_sizes("Conv1DTranspose", (2, 7, 3), 1, "NWC")
    [7]
    """
    if output_shape is None:
        return None
    sizes = check_values.shape(owner, "output_shape", output_shape)
    if len(sizes) == rank + 2:
        sizes = sizes[1:-1] if data_format.endswith("C") else sizes[2:]
    if len(sizes) != rank:
        raise IvyValueError(
            f"{owner}: `output_shape` holds the {rank} spatial sizes, or the whole shape with "
            f"{rank + 2}. {checks.received('output_shape', output_shape)}"
        )
    return [checks.positive(owner, "output_shape", s) for s in sizes]


def _check_size(
    owner: str,
    size: int | Array,
    window: int,
    stride: int,
    padding: str | Sequence[int],
    out: int | Array,
) -> None:
    """Check that a convolution of the wanted output would have the size of the input."""
    if not isinstance(size, int) or not isinstance(out, int):
        return
    if padding == "SAME":
        fits = (size - 1) * stride < out <= size * stride
    else:
        border = 0 if isinstance(padding, str) else sum(padding)
        fits = (out + border - window) // stride + 1 == size
    if not fits or out < 1:
        raise IvyValueError(
            f"{owner}: an axis of size {size} cannot become {out} with a window of {window} and a "
            f"stride of {stride}; without `output_shape` it becomes "
            f"{transpose_size(size, window, stride, padding)}. Received: padding={padding!r}"
        )


def _dilate(w: ArrayLike, dilations: tuple) -> Array:
    """Return the kernel with zeros between its entries: TensorFlow's op takes no dilation."""
    for axis, d in enumerate(dilations):
        if d > 1:
            size = w.shape[axis]
            widths = [(0, 0)] * (len(w.shape) + 1)
            widths[axis + 1] = (0, d - 1)
            spread = tf.pad(tf.expand_dims(w, axis + 1), widths)
            shape = [*w.shape[:axis], size * d, *w.shape[axis + 1 :]]
            keep = [slice(None)] * axis + [slice(0, (size - 1) * d + 1)]
            w = tf.reshape(spread, shape)[tuple(keep)]
    return w


def transpose_convolve(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike,
    strides: tuple,
    padding: Widths,
    data_format: str,
    dilations: tuple,
    output_shape: list[int] | None,
    owner: str,
) -> Array:
    """Return the transposed convolution of checked arguments; the layers call this.

    Args:
        x: An array of `data_format`.
        w: A kernel of shape `(*window, out, in)`.
        b: None, or one number for each output channel, in an array of any rank.
        strides: One number for each spatial axis.
        padding: `"SAME"`, `"VALID"`, or pairs of widths, which are cut off.
        data_format: Ivy's name of the layout.
        dilations: One number for each spatial axis.
        output_shape: None, or the spatial sizes.
        owner: Name of the layer or function, for errors.
    """
    w = _dilate(w, dilations)
    rank = len(strides)

    def kernel(x: ArrayLike) -> Array:
        cut = [(0, 0)] * rank if isinstance(padding, str) else padding
        inner = []
        for i, size in enumerate(spatial_sizes(x)):
            border = padding if isinstance(padding, str) else padding[i]
            out = transpose_size(size, w.shape[i], strides[i], border)
            if output_shape is not None:
                out = output_shape[i]
            _check_size(owner, size, w.shape[i], strides[i], border, out)
            inner.append(out + sum(cut[i]))
        batch = x.shape[0] if x.shape[0] is not None else tf.shape(x)[0]
        name = padding if isinstance(padding, str) else "VALID"
        shape = [batch, *inner, w.shape[-2]]
        y = tf.nn.conv_transpose(x, w, shape, strides, name, checks.layout(rank))
        if isinstance(padding, str):
            return add_bias(y, b)
        y = y[(slice(None), *(slice(a, n - z) for (a, z), n in zip(cut, inner, strict=True)))]
        return add_bias(y, b)

    return channels_last(kernel, x, data_format)


def _conv_transpose(
    rank: int,
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    output_shape: ShapeLike | None,
    filter_format: str,
    data_format: str,
    dilations: Window,
    bias: ArrayLike | None,
) -> Array:
    owner = f"conv{rank}d_transpose"
    x, w = numbers(owner, "f", x=to_tensor(x), filters=to_tensor(filters))
    data_format = checks.data_format(owner, data_format, rank)
    checks.choice(owner, "filter_format", filter_format, ("channel_last", "channel_first"))
    checks.input_rank(owner, "filters", w, [rank + 2], "window and channels")
    if filter_format == "channel_first":
        w = tf.transpose(w, (*range(2, rank + 2), 1, 0))
    checks.input_rank(owner, "x", x, [rank + 2], f"laid out as {data_format}")
    axis = -1 if data_format.endswith("C") else 1
    checks.size_of_axis(owner, "x", x, axis, w.shape[-1], "the channels of the kernel")
    return transpose_convolve(
        x,
        w,
        None if bias is None else to_tensor(bias),
        checks.counts(owner, "strides", strides, rank, checks.LARGEST_FACTOR),
        checks.padding(owner, padding, rank),
        data_format,
        checks.counts(owner, "dilations", dilations, rank, checks.LARGEST_FACTOR),
        wanted_sizes(owner, output_shape, rank, data_format),
        owner,
    )


@ivy_function(symbolic=True)
def conv1d_transpose(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    *,
    output_shape: ShapeLike | None = None,
    filter_format: str = "channel_last",
    data_format: str = "NWC",
    dilations: Window = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return the transposed convolution along one axis: the gradient of `conv1d` by its input.

    Args:
        x: An array of shape `(batch, width, in)`, or `(batch, in, width)` for `"NCW"`.
        filters: A kernel of shape `(window, out, in)`.
        strides: Distance between windows of the result.
        padding: `"SAME"`, `"VALID"`, or widths that are cut off the result.
        output_shape: The width of the result, or its whole shape, where several are possible.
        filter_format: `"channel_first"` for a kernel of shape `(in, out, window)`.
        data_format: `"NWC"` or `"NCW"`.
        dilations: Distance between the entries of a window.
        bias: None, or one number for each output channel.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> w = [[[1.0]], [[10.0]]]
    >>> conv1d_transpose([[[1.0], [2.0]]], w, 2, "VALID").numpy().ravel().tolist()
    [1.0, 10.0, 2.0, 20.0]
    """
    return _conv_transpose(
        1, x, filters, strides, padding, output_shape, filter_format, data_format, dilations, bias
    )


@ivy_function(symbolic=True)
def conv2d_transpose(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    *,
    output_shape: ShapeLike | None = None,
    filter_format: str = "channel_last",
    data_format: str = "NHWC",
    dilations: Window = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return the transposed convolution along two axes; arguments as for `conv1d_transpose`.

    Example:

    >>> x, w = tf.ones((1, 1, 1, 1)), tf.ones((2, 2, 1, 1))
    >>> conv2d_transpose(x, w, 1, "VALID").shape
    TensorShape([1, 2, 2, 1])
    """
    return _conv_transpose(
        2, x, filters, strides, padding, output_shape, filter_format, data_format, dilations, bias
    )


@ivy_function(symbolic=True)
def conv3d_transpose(
    x: ArrayLike,
    filters: ArrayLike,
    strides: Window,
    padding: Padding,
    *,
    output_shape: ShapeLike | None = None,
    filter_format: str = "channel_last",
    data_format: str = "NDHWC",
    dilations: Window = 1,
    bias: ArrayLike | None = None,
) -> Array:
    """Return the transposed convolution along three axes; arguments as for `conv1d_transpose`.

    Example:

    >>> x, w = tf.ones((1, 1, 1, 1, 1)), tf.ones((2, 2, 2, 1, 1))
    >>> conv3d_transpose(x, w, 2, "SAME").shape
    TensorShape([1, 2, 2, 2, 1])
    """
    return _conv_transpose(
        3, x, filters, strides, padding, output_shape, filter_format, data_format, dilations, bias
    )
