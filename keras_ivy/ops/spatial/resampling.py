"""Resizing as products with matrices, which every compiler knows.

TensorFlow's kernels for these modes have no form in XLA. They are linear in each axis: the
matrices here hold their weights, `tf.image.resize`'s number for number, also where sizes are
known only at run time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_ivy.typing import Array, ArrayLike

__all__ = ["resampling_matrix", "resize_axes"]

#: Steps of the table from which TensorFlow takes the weights of bicubic resizing.
_STEPS = 1024


def _float(x: ArrayLike) -> Array:
    return tf.cast(x, tf.float32)


def _keys(x: ArrayLike) -> Array:
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return tf.where(x < 1, near, tf.where(x < 2, far, 0.0))


def _lanczos(radius: float) -> Callable:
    def kernel(x: ArrayLike) -> Array:
        inside = math.pi * tf.where(x > 1e-3, x, 1.0)
        wave = radius * tf.sin(inside) * tf.sin(inside / radius) / (inside * inside)
        return tf.where(x > radius, 0.0, tf.where(x > 1e-3, wave, 1.0))

    return kernel


def _triangle(x: ArrayLike) -> Array:
    return tf.maximum(0.0, 1 - x)


#: The reach of each kernel, and the kernel as a function of the distance.
_KERNELS = {
    "bilinear": (1.0, _triangle),
    "bicubic": (2.0, _keys),
    "lanczos3": (3.0, _lanczos(3.0)),
    "lanczos5": (5.0, _lanczos(5.0)),
}


def _shared_out(weights: ArrayLike) -> Array:
    """Divide each row by its sum."""
    return tf.math.divide_no_nan(weights, tf.reduce_sum(weights, -1, keepdims=True))


def _bicubic(size: Any, out: Any) -> Array:
    place = (_float(tf.range(out)) + 0.5) * (_float(size) / _float(out)) - 0.5
    low = tf.floor(place)
    # The table holds distances in steps; halves go to the even one.
    step = (tf.round((place - low) * _STEPS) / _STEPS)[:, tf.newaxis]
    offset = _float(tf.range(size)) - low[:, tf.newaxis]
    distance = tf.abs(offset - step)
    return _shared_out(tf.where((offset >= -1) & (offset <= 2), _keys(distance), 0.0))


def _area(size: Any, out: Any) -> Array:
    scale = _float(size) / _float(out)
    start = _float(tf.range(out))[:, tf.newaxis] * scale
    end = (_float(tf.range(out))[:, tf.newaxis] + 1) * scale
    place = _float(tf.range(size))
    shared = tf.minimum(end, place + 1) - tf.maximum(start, place)
    return _shared_out(tf.maximum(shared, 0.0))


def _sampled(method: str, size: Any, out: Any, antialias: bool) -> Array:
    radius, kernel = _KERNELS[method]
    inverse = 1 / (_float(out) / _float(size))
    wide = tf.maximum(inverse, 1.0) if antialias else 1.0
    sample = (_float(tf.range(out)) + 0.5) * inverse
    place = _float(tf.range(size)) + 0.5
    distance = tf.abs(place - sample[:, tf.newaxis]) * (1 / wide)
    return _shared_out(tf.where(distance > radius, 0.0, kernel(distance)))


def resampling_matrix(
    method: str, size: int | Array, out: int | Array, antialias: bool = False
) -> Array:
    """Return the float32 matrix of shape `(out, size)` that resizes an axis.

    Args:
        method: `"bicubic"`, `"area"`, `"lanczos3"`, `"lanczos5"`, or `"bilinear"` with
            `antialias`.
        size: The size of the axis: a number or a tensor.
        out: Its new size.
        antialias: If True, kernels widen as far as the axis shrinks.

    Example:

    >>> resampling_matrix("area", 4, 2).numpy().tolist()
    [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]]
    """
    if method == "area":
        return _area(size, out)
    if method == "bicubic" and not antialias:
        return _bicubic(size, out)
    return _sampled(method, size, out, antialias)


def resize_axes(x: ArrayLike, axes: dict[int, int | Array], method: str, antialias: bool) -> Array:
    """Resize the last axes of an array.

    Args:
        x: An array of floating point numbers.
        axes: The new size of each axis, by its number.
        method: What `resampling_matrix` takes.
        antialias: If True, kernels widen as far as an axis shrinks.
    """
    for axis, out in axes.items():
        size = x.shape[axis] if x.shape[axis] is not None else tf.shape(x)[axis]
        matrix = tf.cast(resampling_matrix(method, size, out, antialias), x.dtype)
        last = axis == len(x.shape) - 1
        x = tf.matmul(x, matrix, transpose_b=True) if last else tf.matmul(matrix, x)
    return x
