"""What convolutions and pooling share: layouts, borders, sizes.

Kernels run with the channels last, which every device and data type has kernels for; arrays of
the other layout are turned around on the way in and out.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence

import tensorflow as tf

from keras_ivy.typing import Array, ArrayLike, Widths
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "add_bias",
    "channels_last",
    "cpu_only",
    "explicit_widths",
    "output_sizes",
    "pad_spatial",
    "spatial_sizes",
]


@functools.cache
def cpu_only() -> bool:
    """Whether TensorFlow sees CPUs only; devices do not come or go while it runs."""
    return all(d.device_type == "CPU" for d in tf.config.list_logical_devices())


def add_bias(x: ArrayLike, b: ArrayLike) -> Array:
    """Add a number for each channel to an array with the channels last.

    TensorFlow fuses this operation, and not a sum, with the product in front of it.
    """
    return x if b is None else tf.nn.bias_add(x, tf.reshape(b, [-1]))


def channels_last(kernel: Callable, x: ArrayLike, data_format: str) -> Array:
    """Call `kernel(x)` with the channels last, and turn the result back."""
    if data_format.endswith("C"):
        return kernel(x)
    rank = len(x.shape)
    x = tf.transpose(x, (0, *range(2, rank), 1))
    return tf.transpose(kernel(x), (0, rank - 1, *range(1, rank - 1)))


def spatial_sizes(x: ArrayLike) -> list:
    """Return the sizes between the first and the last axis: numbers where known, else tensors."""
    dynamic = None
    sizes: list[int | None] = []
    for axis, size in enumerate(x.shape[1:-1], start=1):
        if size is None:
            dynamic = tf.shape(x) if dynamic is None else dynamic
            size = dynamic[axis]
        sizes.append(size)
    return sizes


def explicit_widths(
    x: ArrayLike, padding: Widths, window: Sequence[int], strides: Sequence[int]
) -> list[tuple[Array, Array]]:
    """Return a pair of widths for each spatial axis, whatever way the padding is given.

    Args:
        x: An array with the channels last.
        padding: `"SAME"`, `"VALID"`, or the pairs themselves.
        window: Sizes of the window, dilation included.
        strides: Its strides.
    """
    if padding == "VALID":
        return [(0, 0)] * len(window)
    if not isinstance(padding, str):
        return list(padding)
    widths = []
    for size, k, s in zip(spatial_sizes(x), window, strides, strict=True):
        # The last window starts at (ceil(size / s) - 1) * s and may stick out.
        out = (size + s - 1) // s
        total = (out - 1) * s + k - size
        total = max(total, 0) if isinstance(total, int) else tf.maximum(total, 0)
        widths.append((total // 2, total - total // 2))
    return widths


def pad_spatial(
    x: ArrayLike, widths: Sequence[tuple[int | Array, int | Array]], value: ArrayLike = 0
) -> Array:
    """Return the array with a border around its spatial axes."""
    if all(isinstance(w, int) and w == 0 for pair in widths for w in pair):
        return x
    widths = [(0, 0), *widths, (0, 0)]
    padded = tf.pad(x, widths)
    if isinstance(value, int) and value == 0:
        return padded
    # `tf.vectorized_map` forgets what TensorFlow's own operation fills a border with.
    inside = tf.pad(tf.ones([1, *tf.unstack(tf.shape(x)[1:-1]), 1], tf.bool), widths)
    return tf.where(inside, padded, value)


def output_sizes(
    owner: str,
    x: ArrayLike,
    padding: Widths,
    window: Sequence[int],
    strides: Sequence[int],
) -> list[int | None]:
    """Return the number of windows along each spatial axis, None where it is not known.

    Raises:
        ValueError: If a window does not fit into the array even once.
    """
    sizes: list[int | None] = []
    for axis, (size, k, s) in enumerate(zip(x.shape[1:-1], window, strides, strict=True)):
        if size is None:
            sizes.append(None)
            continue
        if padding == "SAME":
            sizes.append(math.ceil(size / s))
            continue
        border = 0 if isinstance(padding, str) else sum(padding[axis])
        if size + border < k:
            raise IvyValueError(
                f"{owner}: the window of size {k} does not fit into spatial axis {axis} of size "
                f"{size} with {border} of padding. Received: input with spatial sizes "
                f"{tuple(x.shape[1:-1])} (channels last), padding={padding!r}"
            )
        sizes.append((size + border - k) // s + 1)
    return sizes
