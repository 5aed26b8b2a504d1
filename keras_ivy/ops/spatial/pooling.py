"""Pooling under Ivy's names, in one to three dimensions."""

from __future__ import annotations

import math

import tensorflow as tf
from keras import ops

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.spatial.windows import (
    channels_last,
    cpu_only,
    explicit_widths,
    output_sizes,
    pad_spatial,
    spatial_sizes,
)
from keras_ivy.typing import Array, ArrayLike, Padding, Widths, Window
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
]


def _ceil_widths(x: ArrayLike, widths: list, window: tuple, strides: tuple) -> list:
    """Widen the borders behind so that a last, partial window counts too."""
    out = []
    for size, (a, z), k, s in zip(spatial_sizes(x), widths, window, strides, strict=True):
        rest = (size + a + z - k) % s
        extra = (s - rest) % s
        # A window that would start behind the array and its border does not count.
        starts = size + a + z + extra - k
        inside = starts < size + a
        if isinstance(extra, int) and isinstance(inside, bool):
            out.append((a, z + extra if inside else z))
        else:
            out.append((a, z + tf.where(inside, extra, 0)))
    return out


def _plain(kind: str, x: ArrayLike, window: tuple, strides: tuple, padding: str) -> Array:
    """Pool without borders of given widths and without dilation."""
    kernel = tf.nn.max_pool if kind == "MAX" else tf.nn.avg_pool
    plain = x.dtype != tf.float64 and not x.dtype.is_integer
    if len(window) < 3 or plain or (x.dtype == tf.float64 and not cpu_only()):
        return kernel(x, window, strides, padding, checks.layout(len(window)))
    # On CPUs, TensorFlow pools float64 along two axes only, as it does whole numbers: height and
    # width, then depth.
    batch, depth, height, width, channels = ops.shape(x)
    x = tf.reshape(x, (batch * depth, height, width, channels))
    x = kernel(x, window[1:], strides[1:], padding, "NHWC")
    height, width = ops.shape(x)[1:3]
    x = tf.reshape(x, (batch, depth, height * width, channels))
    x = kernel(x, (window[0], 1), (strides[0], 1), padding, "NHWC")
    return tf.reshape(x, (batch, ops.shape(x)[1], height, width, channels))


def _ones(x: ArrayLike) -> Array:
    """Ones of the spatial shape of an array, one channel of one example."""
    return tf.ones([1, *spatial_sizes(x), 1], x.dtype)


def pool(
    x: ArrayLike,
    kind: str,
    window: tuple,
    strides: tuple,
    padding: Widths,
    data_format: str,
    owner: str,
    dilations: tuple | None = None,
    ceil_mode: bool = False,
    count_include_pad: bool = False,
    divisor: int | None = None,
) -> Array:
    """Return the pooling of checked arguments; the layers call this.

    Args:
        x: An array of `data_format`.
        kind: `"MAX"` or `"AVG"`.
        window: Sizes of the window.
        strides: One number for each spatial axis.
        padding: `"SAME"`, `"VALID"`, or pairs of widths.
        data_format: Ivy's name of the layout.
        owner: Name of the layer or function, for errors.
        dilations: One number for each spatial axis.
        ceil_mode: If True, a last window that sticks out counts too.
        count_include_pad: If True, averages count the border, which is 0.
        divisor: What sums are divided by, instead of the count.
    """
    if kind == "AVG":
        checks.floating(owner, "x", x)
    dilations = dilations or (1,) * len(window)
    reach = [(k - 1) * d + 1 for k, d in zip(window, dilations, strict=True)]
    if not isinstance(padding, str):
        for (a, z), k in zip(padding, reach, strict=True):
            if max(a, z) >= k:
                raise IvyValueError(
                    f"{owner}: a border as wide as the window gives windows with nothing in them. "
                    f"Received: padding={padding}, window={window}, dilations={dilations}"
                )

    def kernel(x: ArrayLike) -> Array:
        output_sizes(owner, x, padding, reach, strides)
        plain = not (ceil_mode or count_include_pad or divisor) and max(dilations) == 1
        if plain and isinstance(padding, str):
            return _plain(kind, x, window, strides, padding)
        widths = explicit_widths(x, padding, reach, strides)
        if kind == "MAX":
            full = _ceil_widths(x, widths, tuple(reach), strides) if ceil_mode else widths
            low = -math.inf if x.dtype.is_floating else x.dtype.min
            x = pad_spatial(x, full, value=tf.cast(low, x.dtype))
            return _dilated("MAX", x, window, strides, dilations)
        full = _ceil_widths(x, widths, tuple(reach), strides) if ceil_mode else widths
        counted = _ones(x)
        if count_include_pad:
            counted = pad_spatial(counted, widths, value=1)
            behind = [(0, f[1] - w[1]) for f, w in zip(full, widths, strict=True)]
            counted = pad_spatial(counted, behind)
        else:
            counted = pad_spatial(counted, full)
        mean = _dilated("AVG", pad_spatial(x, full), window, strides, dilations)
        if divisor is not None:
            return mean * (math.prod(window) / divisor)
        return mean / _dilated("AVG", counted, window, strides, dilations)

    half = len(window) == 3 and x.dtype in (tf.float16, tf.bfloat16) and cpu_only()
    if half:
        # TensorFlow has no kernel for these on CPUs.
        return tf.cast(channels_last(kernel, tf.cast(x, tf.float32), data_format), x.dtype)
    return channels_last(kernel, x, data_format)


def _dilated(kind: str, x: ArrayLike, window: tuple, strides: tuple, dilations: tuple) -> Array:
    """Pool without padding, with dilation where it is asked for."""
    if max(dilations) == 1:
        return _plain(kind, x, window, strides, "VALID")
    out = tf.nn.pool(x, window, kind, None, "VALID", checks.layout(len(window)), dilations)
    return out[(slice(None), *(slice(None, None, s) for s in strides))]


def _pool(
    kind: str,
    rank: int,
    x: ArrayLike,
    kernel: Window,
    strides: Window,
    padding: Padding,
    data_format: str,
    ceil_mode: bool,
    dilation: Window = 1,
    count_include_pad: bool = False,
    divisor: int | None = None,
) -> Array:
    owner = f"{kind.lower()}_pool{rank}d"
    x = numbers(owner, "f" if kind == "AVG" else "if", x=x)
    data_format = checks.data_format(owner, data_format, rank)
    checks.input_rank(owner, "x", x, [rank + 2], f"laid out as {data_format}")
    if divisor is not None:
        checks.positive(owner, "divisor_override", divisor)
    return pool(
        x,
        kind,
        checks.counts(owner, "kernel", kernel, rank),
        checks.counts(owner, "strides", strides, rank),
        checks.padding(owner, padding, rank),
        data_format,
        owner,
        checks.counts(owner, "dilation", dilation, rank),
        ceil_mode,
        count_include_pad,
        divisor,
    )


@ivy_function(symbolic=True)
def max_pool1d(
    x: ArrayLike,
    kernel: Window,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NWC",
    dilation: Window = 1,
    ceil_mode: bool = False,
) -> Array:
    """Return the largest entry of each window along one axis.

    Args:
        x: An array of shape `(batch, width, channels)`, or with the channels second.
        kernel: Size of the window.
        strides: Distance between windows.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths in a list.
        data_format: `"NWC"` or `"NCW"`.
        dilation: Distance between the entries of a window.
        ceil_mode: If True, a last window that sticks out counts too.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> max_pool1d([[[1.0], [3.0], [2.0], [0.0]]], 2, 2, "VALID").numpy().ravel().tolist()
    [3.0, 2.0]
    """
    return _pool("MAX", 1, x, kernel, strides, padding, data_format, ceil_mode, dilation)


@ivy_function(symbolic=True)
def max_pool2d(
    x: ArrayLike,
    kernel: Window,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NHWC",
    dilation: Window = 1,
    ceil_mode: bool = False,
) -> Array:
    """Return the largest entry of each window along two axes; arguments as for `max_pool1d`.

    Example:

    >>> max_pool2d(ops.ones((1, 4, 4, 3)), 2, 2, "SAME").shape
    TensorShape([1, 2, 2, 3])
    """
    return _pool("MAX", 2, x, kernel, strides, padding, data_format, ceil_mode, dilation)


@ivy_function(symbolic=True)
def max_pool3d(
    x: ArrayLike,
    kernel: Window,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NDHWC",
    dilation: Window = 1,
    ceil_mode: bool = False,
) -> Array:
    """Return the largest entry of each window along three axes; arguments as for `max_pool1d`.

    Example:

    >>> max_pool3d(ops.ones((1, 4, 4, 4, 3)), 2, 2, "SAME").shape
    TensorShape([1, 2, 2, 2, 3])
    """
    return _pool("MAX", 3, x, kernel, strides, padding, data_format, ceil_mode, dilation)


@ivy_function(symbolic=True)
def avg_pool1d(
    x: ArrayLike,
    kernel: Window,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NWC",
    count_include_pad: bool = False,
    ceil_mode: bool = False,
    divisor_override: int | None = None,
) -> Array:
    """Return the mean of each window along one axis.

    Args:
        x: An array of shape `(batch, width, channels)`, or with the channels second.
        kernel: Size of the window.
        strides: Distance between windows.
        padding: `"SAME"`, `"VALID"`, a width, or a pair of widths in a list.
        data_format: `"NWC"` or `"NCW"`.
        count_include_pad: If True, the border counts, as zeros.
        ceil_mode: If True, a last window that sticks out counts too.
        divisor_override: What sums are divided by, instead of the count.

    Raises:
        ValueError: If shapes, sizes or names do not fit.

    Example:

    >>> avg_pool1d([[[1.0], [3.0], [2.0], [0.0]]], 2, 2, "VALID").numpy().ravel().tolist()
    [2.0, 1.0]
    """
    counted = count_include_pad, divisor_override
    return _pool("AVG", 1, x, kernel, strides, padding, data_format, ceil_mode, 1, *counted)


@ivy_function(symbolic=True)
def avg_pool2d(
    x: ArrayLike,
    kernel: Window,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NHWC",
    count_include_pad: bool = False,
    ceil_mode: bool = False,
    divisor_override: int | None = None,
) -> Array:
    """Return the mean of each window along two axes; arguments as for `avg_pool1d`.

    Example:

    >>> avg_pool2d(ops.ones((1, 4, 4, 3)), 2, 2, "SAME").shape
    TensorShape([1, 2, 2, 3])
    """
    counted = count_include_pad, divisor_override
    return _pool("AVG", 2, x, kernel, strides, padding, data_format, ceil_mode, 1, *counted)


@ivy_function(symbolic=True)
def avg_pool3d(
    x: ArrayLike,
    kernel: Window,
    strides: Window,
    padding: Padding,
    *,
    data_format: str = "NDHWC",
    count_include_pad: bool = False,
    ceil_mode: bool = False,
    divisor_override: int | None = None,
) -> Array:
    """Return the mean of each window along three axes; arguments as for `avg_pool1d`.

    Example:

    >>> avg_pool3d(ops.ones((1, 4, 4, 4, 3)), 2, 2, "SAME").shape
    TensorShape([1, 2, 2, 2, 3])
    """
    counted = count_include_pad, divisor_override
    return _pool("AVG", 3, x, kernel, strides, padding, data_format, ceil_mode, 1, *counted)
