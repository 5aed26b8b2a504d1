"""Borders and indices under Ivy's names: padding, gathering, scattering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.ops.arrays.queries import is_basic, look_up
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import indices_of, is_complex, numbers
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike, Padding
from keras_ivy.utils.checks import choice, flag, is_number
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "constant_pad",
    "gather",
    "gather_nd",
    "get_item",
    "pad",
    "scatter_flat",
    "scatter_nd",
    "set_item",
    "take",
    "take_along_axis",
    "zero_pad",
]


def _widths(pad_width: Any, rank: int) -> list:
    """Give every axis its pair: from a number, one pair for all, or a pair for each axis."""
    if isinstance(pad_width, int):
        return [(pad_width, pad_width)] * rank
    pad_width = [tuple(p) if isinstance(p, list | tuple) else p for p in pad_width]
    if len(pad_width) == 2 and all(isinstance(p, int) for p in pad_width):
        return [tuple(pad_width)] * rank
    pad_width = [(p, p) if isinstance(p, int) else p for p in pad_width]
    if len(pad_width) == 1:
        pad_width = pad_width * rank
    if len(pad_width) != rank or any(len(p) != 2 for p in pad_width):
        raise IvyValueError(
            "`pad_width` is a number, a pair, or one pair for each axis. "
            f"Received: pad_width={pad_width}, x with {rank} axes"
        )
    return pad_width


@ivy_function
def pad(
    input: ArrayLike, pad_width: Padding, mode: str = "constant", constant_values: ArrayLike = 0
) -> Array:
    """Return the array with a border.

    Args:
        input: An array, or a Container of arrays.
        pad_width: The widths before and after: one number, one pair, or a pair for each axis.
        mode: `"constant"`, `"reflect"` or `"symmetric"`.
        constant_values: The number that a constant border holds.

    Raises:
        ValueError: If the widths or the mode mean nothing.

    Example:

    >>> pad([1, 2, 3], (1, 2), constant_values=9).numpy().tolist()
    [9, 1, 2, 3, 9, 9]
    """
    choice("mode", mode, ("constant", "reflect", "symmetric"), "pad")
    input = to_tensor(input)
    known = is_number(constant_values) or hasattr(constant_values, "dtype")
    if not known and not (is_complex(input) and isinstance(constant_values, complex)):
        flag("constant_values", constant_values, "pad")
    widths = _widths(pad_width, len(input.shape))
    if mode == "constant":
        padded = ops.pad(input, widths)
        if type(constant_values) in (int, float) and constant_values == 0:
            return padded
        # `tf.vectorized_map` forgets what TensorFlow's own operation fills a border with.
        inside = ops.pad(ops.ones_like(input, dtype="bool"), widths)
        border = to_tensor(constant_values, dtype_name(input))
        # Keras's function makes complex64 of complex128.
        return (tf.where if tf.is_tensor(padded) else ops.where)(inside, padded, border)
    return ops.pad(input, widths, mode=mode)


@ivy_function
def zero_pad(x: ArrayLike, pad_width: Padding) -> Array:
    """Return the array with a border of zeros; the widths are those of `pad`.

    Example:

    >>> zero_pad([[1]], [(0, 1), (1, 0)]).numpy().tolist()
    [[0, 1], [0, 0]]
    """
    return pad(x, pad_width)


@ivy_function
def constant_pad(x: ArrayLike, pad_width: Padding, value: float = 0.0) -> Array:
    """Return the array with a border of one number; the widths are those of `pad`."""
    return pad(x, pad_width, constant_values=value)


@ivy_function(symbolic=True)
def gather(params: ArrayLike, indices: ArrayLike, *, axis: int = -1, batch_dims: int = 0) -> Array:
    """Return the slices of an array at some indices along an axis.

    Args:
        params: An array, or a Container of arrays.
        indices: Integers of any shape.
        axis: The axis, the last one by default.
        batch_dims: The number of leading axes that `params` and `indices` share.

    Example:

    >>> gather([[1, 2, 3], [4, 5, 6]], [2, 0]).numpy().tolist()
    [[3, 1], [6, 4]]
    """
    indices = indices_of("gather", "indices", indices)
    return tf.gather(to_tensor(params), indices, axis=axis, batch_dims=batch_dims)


@ivy_function(symbolic=True)
def gather_nd(params: ArrayLike, indices: ArrayLike, *, batch_dims: int = 0) -> Array:
    """Return the entries, or slices, at the index tuples in the last axis of `indices`.

    Example:

    >>> gather_nd([[1, 2], [3, 4]], [[0, 1], [1, 0]]).numpy().tolist()
    [2, 3]
    """
    indices = indices_of("gather_nd", "indices", indices)
    return tf.gather_nd(to_tensor(params), indices, batch_dims=batch_dims)


@ivy_function
def take(x: ArrayLike, indices: ArrayLike, /, *, axis: int | None = None) -> Array:
    """Return the entries at some indices along an axis.

    Args:
        x: An array, or a Container of arrays.
        indices: Integers, of any shape; negative ones count from the end.
        axis: The axis; the flattened array by default.

    Example:

    >>> take([[5, 7], [9, 8]], [1, -2], axis=0).numpy().tolist()
    [[9, 8], [5, 7]]
    """
    return ops.take(to_tensor(x), indices_of("take", "indices", indices), axis=axis)


@ivy_function(symbolic=True)
def get_item(x: ArrayLike, query: ArrayLike) -> Array:
    """Return `x[query]`.

    Args:
        x: An array, or a Container of arrays.
        query: What NumPy takes: a number, a slice, `...`, None, whole numbers in an array or a
            list, a boolean array of the shape of the axes that it stands for, or a tuple of those.

    Raises:
        IndexError: If there are more indices than axes, or truth values of another shape.

    Example:

    >>> get_item([[5, 7], [9, 8]], (slice(None), 1)).numpy().tolist()
    [7, 8]
    >>> get_item([5, 7, 9], [True, False, True]).numpy().tolist()
    [5, 9]
    >>> get_item([5, 7, 9], [2, -1]).numpy().tolist()
    [9, 9]
    """
    x = to_tensor(x)
    return x[query] if is_basic(query) else look_up(x, query)


@ivy_function(symbolic=True)
def set_item(x: ArrayLike, query: ArrayLike, val: ArrayLike, *, copy: bool = False) -> Array:
    """Return the array with `val` where `query` points to: `x[query] = val`.

    Args:
        x: An array, or a Container of arrays.
        query: What `get_item` takes.
        val: A number, or an array of a shape that broadcasts to that of `get_item(x, query)`.
        copy: If True, a variable stays as it is; if False, it changes in place and is returned.
            Other arrays never change.

    Example:

    >>> set_item([[5, 7], [9, 8]], (slice(None), 1), 0).numpy().tolist()
    [[5, 0], [9, 0]]
    >>> set_item([5.0, 7.0, 9.0], [True, False, True], [1.0, 2.0]).numpy().tolist()
    [1.0, 7.0, 2.0]

    Reference: Ivy's `functional/ivy/general.py`.
    """
    if not copy and isinstance(x, tf.Variable | keras.Variable):
        x.assign(set_item(x, query, val, copy=True))
        return x
    x = to_tensor(x)
    shape = tf.shape(x)
    places = get_item(tf.reshape(tf.range(tf.size(x)), shape), query)
    val = tf.broadcast_to(ops.cast(to_tensor(val), x.dtype), tf.shape(places))
    flat = tf.tensor_scatter_nd_update(
        tf.reshape(x, [-1]), tf.reshape(places, [-1, 1]), tf.reshape(val, [-1])
    )
    return tf.ensure_shape(tf.reshape(flat, shape), x.shape)


@ivy_function
def take_along_axis(arr: ArrayLike, indices: ArrayLike, axis: int) -> Array:
    """Return the entries that an array of indices, of the same rank, picks along an axis.

    Example:

    >>> take_along_axis([[5, 7], [9, 8]], [[1], [0]], 1).numpy().tolist()
    [[7], [9]]
    """
    indices = indices_of("take_along_axis", "indices", indices)
    return ops.take_along_axis(to_tensor(arr), indices, axis=axis)


#: How updates of one place are joined, by the names of Ivy's reductions.
_JOINED = {
    "sum": tf.tensor_scatter_nd_add,
    "min": tf.tensor_scatter_nd_min,
    "max": tf.tensor_scatter_nd_max,
    "replace": tf.tensor_scatter_nd_update,
}


@ivy_function(symbolic=True)
def scatter_nd(
    indices: ArrayLike,
    updates: ArrayLike,
    shape: Sequence[int] | None = None,
    *,
    reduction: str = "sum",
) -> Array:
    """Return zeros of a shape with updates added, or written, at index tuples.

    Args:
        indices: Index tuples in the last axis.
        updates: What goes there.
        shape: Shape of the result.
        reduction: `"sum"` adds updates of the same place, `"min"` and `"max"` keep the smallest
            and largest of them, `"replace"` keeps the last.

    Raises:
        ValueError: If there is no shape, or the reduction is another.

    Note:
        In Ivy 1.0.0.5 the zeros take part in `"min"` and `"max"`, so that the smallest of positive
        updates is 0. Here they do not, as in the versions before.

    Example:

    >>> scatter_nd([[0], [2], [0]], [1, 5, 2], (3,)).numpy().tolist()
    [3, 0, 5]
    >>> scatter_nd([[0], [2], [0]], [-1, 5, -2], (3,), reduction="max").numpy().tolist()
    [-1, 0, 5]

    Reference: Ivy's `functional/ivy/general.py`.
    """
    if shape is None or reduction not in _JOINED:
        raise IvyValueError(
            f"`shape` is needed, and `reduction` is one of {list(_JOINED)}. "
            f"Received: shape={shape}, reduction={reduction!r}"
        )
    indices = indices_of("scatter_nd", "indices", indices)
    kinds = {"sum": "ifc", "replace": "bifc"}.get(reduction, "if")
    updates = numbers("scatter_nd", kinds, updates=updates)
    return _scattered(indices, updates, tuple(shape), reduction)


def _scattered(indices: Array, updates: Array, shape: tuple, reduction: str) -> Array:
    start = tf.zeros(shape, updates.dtype)
    if reduction in ("min", "max"):  # of the updates alone, not of the zeros that they replace
        limits = updates.dtype
        none = limits.max if reduction == "min" else limits.min
        places = tf.tensor_scatter_nd_update(
            tf.zeros(shape, tf.bool), indices, tf.ones(tf.shape(updates), tf.bool)
        )
        start = tf.where(places, tf.cast(none, updates.dtype), start)
    return _JOINED[reduction](start, indices, updates)


@ivy_function(symbolic=True)
def scatter_flat(
    indices: ArrayLike,
    updates: ArrayLike,
    /,
    *,
    size: int | None = None,
    reduction: str = "sum",
) -> Array:
    """Return a vector of zeros with updates added, or written, at indices.

    Args:
        indices: Whole numbers below the size.
        updates: What goes there, one number for each.
        size: The size of the result.
        reduction: As in `scatter_nd`.

    Raises:
        ValueError: If there is no size, or the reduction is another.

    Example:

    >>> scatter_flat([0, 2, 0], [1, 5, 2], size=3).numpy().tolist()
    [3, 0, 5]
    """
    if size is None:
        raise IvyValueError("scatter_flat: `size` is needed. Received: size=None")
    indices = indices_of("scatter_flat", "indices", indices)
    return scatter_nd(tf.expand_dims(indices, -1), updates, (size,), reduction=reduction)
