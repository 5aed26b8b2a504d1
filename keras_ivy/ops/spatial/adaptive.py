"""Pooling to a given size, and resizing of images, under Ivy's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.adapters.tensorflow import xla as tf_xla
from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.spatial.resampling import resize_axes
from keras_ivy.typing import Array, ArrayLike, DTypeLike, Window
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "interpolate",
]


def _borders(size: Any, out: int) -> tuple[Array, Array]:
    """Return where each window begins and ends.

    Window `i` reaches from `floor(i * size / out)` up to `ceil((i + 1) * size / out)`.
    """
    i = tf.range(out)
    return i * size // out, ((i + 1) * size + out - 1) // out


def _windows(size: Any, out: int, dtype: DTypeLike) -> Array:
    """Return the matrix of shape `(out, size)` that takes the mean of each window."""
    start, end = _borders(size, out)
    place = tf.range(size)
    inside = (place >= start[:, tf.newaxis]) & (place < end[:, tf.newaxis])
    return tf.cast(inside, dtype) / tf.cast(end - start, dtype)[:, tf.newaxis]


def adaptive_pool(x: ArrayLike, output_sizes: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    """Return means over windows that divide some axes into given numbers of parts.

    Args:
        x: An array.
        output_sizes: The number of parts of each axis.
        axes: The axes, adjacent and in order.
    """
    sizes = [x.shape[axis] for axis in axes]
    regular = None not in sizes and not any(n % o for n, o in zip(sizes, output_sizes, strict=True))
    if regular and len(x.shape) == len(axes) + 2 and axes[0] == 1:
        window = [n // o for n, o in zip(sizes, output_sizes, strict=True)]
        return tf.nn.avg_pool(x, window, window, "VALID", checks.layout(len(axes)))
    for axis, out in zip(axes, output_sizes, strict=True):
        size = x.shape[axis] if x.shape[axis] is not None else tf.shape(x)[axis]
        weights = _windows(size, out, x.dtype)
        x = ops.moveaxis(tf.tensordot(x, weights, [[axis], [1]]), -1, axis)
    return x


@ivy_function(symbolic=True)
def adaptive_avg_pool1d(input: ArrayLike, output_size: Window) -> Array:
    """Return means over windows that divide the last axis into a given number of parts.

    Args:
        input: An array of shape `(batch, channels, width)` or `(channels, width)`.
        output_size: The number of parts.

    Raises:
        ValueError: If the rank or the size does not fit.

    Example:

    >>> adaptive_avg_pool1d([[1.0, 3.0, 5.0, 7.0]], 2).numpy().tolist()
    [[2.0, 6.0]]
    """
    owner = "adaptive_avg_pool1d"
    x = numbers(owner, "f", input=input)
    checks.input_rank(owner, "input", x, [2, 3], "(batch, channels, width)")
    return adaptive_pool(x, checks.counts(owner, "output_size", output_size, 1), (-1,))


@ivy_function(symbolic=True)
def adaptive_avg_pool2d(
    input: ArrayLike, output_size: Window, *, data_format: str = "NHWC"
) -> Array:
    """Return means over windows that divide two axes into given numbers of parts.

    Args:
        input: An array of shape `(batch, height, width, channels)` or without the batch; with
            the channels in front of the height for `"NCHW"`.
        output_size: One number of parts, or one for each axis.
        data_format: `"NHWC"` or `"NCHW"`.

    Raises:
        ValueError: If the rank, a size or the format does not fit.

    Example:

    >>> adaptive_avg_pool2d(ops.ones((1, 7, 5, 3)), (2, 3)).shape
    TensorShape([1, 2, 3, 3])
    """
    owner = "adaptive_avg_pool2d"
    x = numbers(owner, "f", input=input)
    data_format = checks.data_format(owner, data_format, 2)
    checks.input_rank(owner, "input", x, [3, 4], f"laid out as {data_format}, with a batch or not")
    first = len(x.shape) - (3 if data_format == "NHWC" else 2)
    sizes = checks.counts(owner, "output_size", output_size, 2)
    return adaptive_pool(x, sizes, (first, first + 1))


def _adaptive_max(owner: str, x: ArrayLike, output_size: Window, rank: int) -> Array:
    """Return the largest entries of windows that divide the last axes."""
    x = numbers(owner, "if", input=x)
    layout = "(batch, channels, *spatial), with a batch or not"
    checks.input_rank(owner, "input", x, [rank + 1, rank + 2], layout)
    for axis, out in enumerate(checks.counts(owner, "output_size", output_size, rank), start=-rank):
        size = x.shape[axis] if x.shape[axis] is not None else tf.shape(x)[axis]
        start, end = _borders(size, out)
        # Windows differ in size by one or two: the last entry of the smaller ones stands twice.
        place = start[:, tf.newaxis] + tf.range(tf.reduce_max(end - start))
        place = tf.minimum(place, end[:, tf.newaxis] - 1)
        x = tf.reduce_max(tf.gather(x, place, axis=axis), axis=axis)
    return x


@ivy_function(symbolic=True)
def adaptive_max_pool2d(input: ArrayLike, output_size: Window) -> Array:
    """Return the largest entries of windows that divide the last two axes.

    Args:
        input: An array of shape `(batch, channels, height, width)`, or without the batch.
        output_size: One number of parts, or one for each axis.

    Raises:
        ValueError: If the rank or a size does not fit.

    Example:

    >>> adaptive_max_pool2d([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]], (1, 2)).numpy().tolist()
    [[[5.0, 6.0]]]

    Reference: Ivy's `functional/ivy/experimental/layers.py`.
    """
    return _adaptive_max("adaptive_max_pool2d", input, output_size, 2)


@ivy_function(symbolic=True)
def adaptive_max_pool3d(input: ArrayLike, output_size: Window) -> Array:
    """Return the largest entries of windows that divide the last three axes.

    Args:
        input: An array of shape `(batch, channels, depth, height, width)`, or without the batch.
        output_size: One number of parts, or one for each axis.

    Raises:
        ValueError: If the rank or a size does not fit.

    Example:

    >>> adaptive_max_pool3d(ops.ones((1, 2, 5, 4, 3)), (2, 2, 1)).shape
    TensorShape([1, 2, 2, 2, 1])

    Reference: Ivy's `functional/ivy/experimental/layers.py`.
    """
    return _adaptive_max("adaptive_max_pool3d", input, output_size, 3)


_RESIZE = {
    "linear": "bilinear",
    "bilinear": "bilinear",
    "trilinear": "bilinear",
    "nearest": "nearest",
    "bicubic": "bicubic",
    "area": "area",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
}


@ivy_function(symbolic=True)
def interpolate(
    x: ArrayLike,
    size: Window | None = None,
    *,
    mode: str = "linear",
    scale_factor: float | Sequence[float] | None = None,
    align_corners: bool = False,
    antialias: bool = False,
) -> Array:
    """Return arrays resized along their spatial axes.

    Args:
        x: An array of shape `(batch, channels, *spatial)` with one to three spatial axes.
        size: One new size, or one for each spatial axis.
        mode: `"nearest"`, `"linear"` and its names for more axes, or, for images, `"bicubic"`,
            `"area"`, `"lanczos3"`, `"lanczos5"`.
        scale_factor: Factors on the sizes, instead of `size`.
        align_corners: If True, the outermost entries of input and output lie at the same place,
            not the outermost edges. Linear modes only.
        antialias: If True, images are smoothed before they shrink.

    Returns:
        An array of shape `(batch, channels, *size)`.

    Raises:
        ValueError: If sizes, mode and rank do not fit together.

    Example:

    >>> interpolate([[[0.0, 1.0]]], 4, mode="nearest").numpy().tolist()
    [[[0.0, 0.0, 1.0, 1.0]]]
    >>> interpolate([[[0.0, 1.0]]], 3, mode="linear", align_corners=True).numpy().tolist()
    [[[0.0, 0.5, 1.0]]]
    """
    owner = "interpolate"
    checks.choice(owner, "mode", mode, sorted(_RESIZE))
    x = numbers(owner, "bifc" if mode == "nearest" else "f", x=x)
    checks.input_rank(owner, "x", x, [3, 4, 5], "(batch, channels, *spatial)")
    rank = len(x.shape) - 2
    if (size is None) == (scale_factor is None):
        raise IvyValueError(
            "interpolate: give one of `size` and `scale_factor`. "
            f"Received: size={size!r}, scale_factor={scale_factor!r}"
        )
    if size is None:
        factors = scale_factor if isinstance(scale_factor, list | tuple) else [scale_factor] * rank
        here = tf.shape(x)[2:]
        known = x.shape[2:].as_list()
        size = [
            int(n * f) if n is not None else tf.cast(tf.cast(here[i], "float32") * f, "int32")
            for i, (n, f) in enumerate(zip(known, factors, strict=True))
        ]
    else:
        size = list(checks.counts(owner, "size", size, rank))
    method = _RESIZE[mode]
    # TensorFlow resizes images in float32.
    exact = x.dtype == tf.float64 and method == "bilinear" and not antialias
    # XLA's own bilinear resizing is wrong for some pairs of sizes, such as 7 and 5, 5 and 11.
    exact = exact or (method == "bilinear" and tf_xla.is_compiling())
    smooth = method not in ("bilinear", "nearest") or (antialias and method == "bilinear")
    if rank == 2 and not align_corners and smooth:
        return resize_axes(x, {3: size[1], 2: size[0]}, method, antialias)
    if rank == 2 and method == "bilinear" and not align_corners and not exact:
        images = tf.transpose(x, (0, 2, 3, 1))
        resized = tf.image.resize(images, size, method)
        return tf.cast(tf.transpose(resized, (0, 3, 1, 2)), x.dtype)
    if smooth:
        raise IvyValueError(
            "interpolate: this mode is for images, of shape (batch, channels, height, width), "
            f"without `align_corners`. Received: mode={mode!r}, antialias={antialias}, "
            f"align_corners={align_corners}, x of shape {tuple(x.shape)}"
        )
    for axis, out in enumerate(size, start=2):
        x = _resize_axis(x, axis, out, method, align_corners)
    return x


def _resize_axis(x: ArrayLike, axis: int, out: Any, method: str, align_corners: bool) -> Array:
    """Resize one axis, by gathering the neighbours of each new place."""
    size = x.shape[axis] if x.shape[axis] is not None else tf.shape(x)[axis]
    last = size - 1
    wide = tf.float64 if x.dtype == tf.float64 else tf.float32
    i, n, m = tf.cast(tf.range(out), wide), tf.cast(size, wide), tf.cast(out, wide)
    if method == "nearest":
        return tf.gather(x, tf.minimum(tf.cast(tf.floor(i * n / m), "int32"), last), axis=axis)
    if align_corners:
        place = i * (n - 1) / tf.maximum(m - 1, 1)
    else:
        place = tf.clip_by_value((i + 0.5) * n / m - 0.5, 0, n - 1)
    low = tf.cast(tf.floor(place), "int32")
    weight = tf.reshape(
        tf.cast(place - tf.floor(place), x.dtype),
        [-1 if a == axis else 1 for a in range(len(x.shape))],
    )
    near = tf.gather(x, low, axis=axis)
    far = tf.gather(x, tf.minimum(low + 1, last), axis=axis)
    return near + weight * (far - near)
