"""Shapes under Ivy's names: reshaping, joining, splitting, padding, indexing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.ops import check_values
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, Axis, ShapeLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "broadcast_arrays",
    "broadcast_to",
    "concat",
    "expand_dims",
    "flatten",
    "flip",
    "hstack",
    "moveaxis",
    "permute_dims",
    "repeat",
    "reshape",
    "roll",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "tile",
    "transpose",
    "unstack",
    "vstack",
]


@ivy_function
def reshape(x: ArrayLike, shape: ShapeLike, *, order: str = "C") -> Array:
    """Return the entries of `x` in another shape.

    Args:
        x: An array, or a Container of arrays.
        shape: The new shape; one size may be -1, which then follows from the others. Where it is
            None, as the batch of `x.shape` is in a traced function, it is what `x` has there.
        order: `"C"` to read rows first, `"F"` to read columns first.

    Raises:
        ValueError: If the order is another, or the sizes do not fit.

    Example:

    >>> reshape([[1, 2, 3], [4, 5, 6]], (3, -1)).numpy().tolist()
    [[1, 2], [3, 4], [5, 6]]
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if None in shape:
        shape = _known_sizes(to_tensor(x), shape)
    if order == "C":
        return ops.reshape(to_tensor(x), shape)
    if order != "F":
        raise IvyValueError(f'`order` is "C" or "F". Received: order={order!r}')
    return ops.transpose(ops.reshape(ops.transpose(to_tensor(x)), shape[::-1]))


def _known_sizes(x: ArrayLike, shape: tuple) -> tuple:
    """Return a new shape with the sizes of `x` where it has None, as static as can be."""
    if isinstance(x, keras.KerasTensor):
        return shape
    if any(n is None for n in shape[len(x.shape) :]):
        raise IvyValueError(
            "None stands for the size that `x` has at the same axis. "
            f"Received: shape={shape}, x of shape {tuple(x.shape)}"
        )
    shape = tuple(x.shape[i] if n is None else n for i, n in enumerate(shape))
    unknown = [i for i, n in enumerate(x.shape) if n is None]
    if shape.count(None) == 1 and unknown == [shape.index(None)]:
        # All other sizes are known, and so what -1 stands for: the unknown one can be the -1.
        others = [n for n in shape if n not in (None, -1)]
        rest = math.prod(n for n in x.shape if n is not None)
        follows, left = divmod(rest, max(math.prod(others), 1))
        if not left and (follows == 1 or -1 in shape):
            return tuple(-1 if n is None else follows if n == -1 else n for n in shape)
    return tuple(tf.shape(x)[i] if n is None else n for i, n in enumerate(shape))


@ivy_function
def permute_dims(x: ArrayLike, axes: Sequence[int]) -> Array:
    """Return the array with its axes in another order.

    Example:

    >>> permute_dims([[1, 2], [3, 4]], (1, 0)).numpy().tolist()
    [[1, 3], [2, 4]]
    """
    return ops.transpose(to_tensor(x), axes=tuple(axes))


@ivy_function
def transpose(x: ArrayLike, axes: Sequence[int] | None = None) -> Array:
    """Return the array with its axes in another order, reversed by default."""
    return ops.transpose(to_tensor(x), axes=axes)


@ivy_function
def swapaxes(x: ArrayLike, axis0: int, axis1: int) -> Array:
    """Return the array with two axes exchanged.

    Example:

    >>> swapaxes([[1, 2, 3]], 0, 1).shape
    TensorShape([3, 1])
    """
    return ops.swapaxes(to_tensor(x), axis0, axis1)


@ivy_function
def moveaxis(a: ArrayLike, source: Axis, destination: Axis) -> Array:
    """Return the array with one or several axes moved.

    Example:

    >>> moveaxis([[[1, 2]]], 2, 0).shape
    TensorShape([2, 1, 1])
    """
    return ops.moveaxis(to_tensor(a), source, destination)


@ivy_function
def expand_dims(x: ArrayLike, *, axis: Axis = 0) -> Array:
    """Return the array with axes of size 1 inserted.

    Args:
        x: An array, or a Container of arrays.
        axis: Where: an integer, or several, as positions in the result.

    Example:

    >>> expand_dims([1, 2], axis=-1).numpy().tolist()
    [[1], [2]]
    """
    return ops.expand_dims(to_tensor(x), axis)


@ivy_function
def squeeze(x: ArrayLike, axis: Axis = None) -> Array:
    """Return the array without axes of size 1.

    Args:
        x: An array, or a Container of arrays.
        axis: Which ones; all of them by default.

    Example:

    >>> squeeze([[1], [2]], axis=1).numpy().tolist()
    [1, 2]
    """
    return ops.squeeze(to_tensor(x), axis=tuple(axis) if isinstance(axis, list) else axis)


@ivy_function(symbolic=True)
def flatten(x: ArrayLike, *, start_dim: int = 0, end_dim: int = -1) -> Array:
    """Return the array with a range of axes joined into one.

    Args:
        x: An array, or a Container of arrays.
        start_dim: The first axis of the range.
        end_dim: The last axis of the range, included.

    Raises:
        ValueError: If an axis does not exist, or the range ends before it starts.

    Example:

    >>> flatten([[[1, 2], [3, 4]]], start_dim=1).numpy().tolist()
    [[1, 2, 3, 4]]
    """
    x = to_tensor(x)
    rank = len(x.shape)
    if rank == 0:
        return ops.reshape(x, (1,))
    first, last = (d + rank if d < 0 else d for d in (start_dim, end_dim))
    if not 0 <= first <= last < rank:
        raise IvyValueError(
            "`start_dim` and `end_dim` are axes of `x`, in order. "
            f"Received: start_dim={start_dim}, end_dim={end_dim}, x of shape {tuple(x.shape)}"
        )
    joined = x.shape[first : last + 1].as_list()
    size = -1 if None in joined else math.prod(joined)
    shape = ops.shape(x)
    outer = [*shape[:first], *shape[last + 1 :]]
    if size == -1 and sum(not isinstance(d, int) for d in outer) == 0:
        return ops.reshape(x, (*shape[:first], -1, *shape[last + 1 :]))
    if size == -1:
        size = tf.reduce_prod(tf.stack(shape[first : last + 1]))
    return ops.reshape(x, (*shape[:first], size, *shape[last + 1 :]))


@ivy_function
def flip(x: ArrayLike, axis: Axis = None) -> Array:
    """Return the entries in reverse order along some or all axes.

    Example:

    >>> flip([[1, 2], [3, 4]], axis=0).numpy().tolist()
    [[3, 4], [1, 2]]
    """
    return ops.flip(to_tensor(x), axis)


@ivy_function
def roll(x: ArrayLike, shift: Axis, axis: Axis = None) -> Array:
    """Return the entries moved along axes, those that leave at one end entering at the other.

    Example:

    >>> roll([1, 2, 3], 1).numpy().tolist()
    [3, 1, 2]
    """
    return ops.roll(to_tensor(x), shift, axis)


@ivy_function
def concat(xs: ArrayLike, *, axis: int | None = 0) -> Array:
    """Return several arrays joined along an axis.

    Args:
        xs: The arrays, equal in shape but for the axis.
        axis: The axis; None joins the flattened arrays.

    Example:

    >>> concat([[[1], [2]], [[3], [4]]], axis=1).numpy().tolist()
    [[1, 3], [2, 4]]
    """
    if axis is None:
        return ops.concatenate([ops.reshape(to_tensor(x), (-1,)) for x in xs], axis=0)
    return ops.concatenate([to_tensor(x) for x in xs], axis=axis)


@ivy_function
def stack(arrays: ArrayLike, axis: int = 0) -> Array:
    """Return arrays of one shape joined along a new axis.

    Example:

    >>> stack([[1, 2], [3, 4]], axis=1).numpy().tolist()
    [[1, 3], [2, 4]]
    """
    return ops.stack([to_tensor(a) for a in arrays], axis=axis)


@ivy_function
def hstack(arrays: ArrayLike) -> Array:
    """Return arrays joined along the second axis, vectors along the first."""
    return ops.hstack([to_tensor(a) for a in arrays])


@ivy_function
def vstack(arrays: ArrayLike) -> Array:
    """Return arrays joined along the first axis, vectors as rows."""
    rows = [to_tensor(a) for a in arrays]  # which Keras joins end to end
    return ops.vstack([x if len(x.shape) > 1 else ops.reshape(x, (1, -1)) for x in rows])


@ivy_function
def unstack(x: ArrayLike, *, axis: int = 0, keepdims: bool = False) -> list:
    """Return the slices of an array along an axis.

    Args:
        x: An array, or a Container of arrays.
        axis: The axis.
        keepdims: If True, the axis stays in each slice, with size 1.

    Example:

    >>> [s.numpy().tolist() for s in unstack([[1, 2], [3, 4]], axis=1)]
    [[1, 3], [2, 4]]
    """
    slices = ops.unstack(to_tensor(x), axis=axis)
    return [ops.expand_dims(s, axis) for s in slices] if keepdims else list(slices)


@ivy_function(symbolic=True)
def split(
    x: ArrayLike,
    *,
    num_or_size_splits: int | Sequence[int] | Array | None = None,
    axis: int = 0,
    with_remainder: bool = False,
) -> list:
    """Return an array in parts along an axis.

    Args:
        x: An array, or a Container of arrays.
        num_or_size_splits: The number of equal parts, or the size of each; one part for each
            entry by default.
        axis: The axis.
        with_remainder: If True and a number that does not divide the axis is given, the last part
            is the smaller rest.

    Raises:
        ValueError: If the sizes do not add up to the axis.

    Example:

    >>> [p.numpy().tolist() for p in split([1, 2, 3, 4, 5], num_or_size_splits=[2, 3])]
    [[1, 2], [3, 4, 5]]
    """
    x = to_tensor(x)
    size = x.shape[axis]
    parts = size if num_or_size_splits is None else num_or_size_splits
    if isinstance(parts, int):
        if size is not None and size % parts:
            if not with_remainder:
                raise IvyValueError(
                    "The axis does not divide into equal parts; `with_remainder=True` allows a "
                    f"smaller last one. Received: num_or_size_splits={parts}, axis={axis}, "
                    f"x of shape {tuple(x.shape)}"
                )
            step = -(-size // parts)
            parts = [min(step, size - i) for i in range(0, size, step)]
    else:
        parts = [int(p) for p in parts]
        if size is not None and -1 not in parts and sum(parts) != size:
            raise IvyValueError(
                f"The sizes do not add up to the axis. Received: num_or_size_splits={parts}, "
                f"axis={axis}, x of shape {tuple(x.shape)}"
            )
    return list(tf.split(x, parts, axis=axis))


@ivy_function
def repeat(x: ArrayLike, repeats: ArrayLike, *, axis: int | None = None) -> Array:
    """Return the array with each entry repeated.

    Example:

    >>> repeat([1, 2], 2).numpy().tolist()
    [1, 1, 2, 2]
    """
    repeats = check_values.size_or_batch("repeat", "repeats", repeats)
    return ops.repeat(to_tensor(x), repeats, axis=axis)


@ivy_function
def tile(x: ArrayLike, repeats: ArrayLike) -> Array:
    """Return the whole array repeated along each axis.

    Example:

    >>> tile([1, 2], 2).numpy().tolist()
    [1, 2, 1, 2]
    """
    return ops.tile(to_tensor(x), check_values.sizes("tile", repeats, "repeats"))


@ivy_function
def broadcast_to(x: ArrayLike, shape: Sequence[int]) -> Array:
    """Return the array repeated to a shape.

    Example:

    >>> broadcast_to([1, 2], (2, 2)).numpy().tolist()
    [[1, 2], [1, 2]]
    """
    return ops.broadcast_to(
        to_tensor(x),
        tuple(check_values.size_or_batch("broadcast_to", "shape", size) for size in shape),
    )


@ivy_function(symbolic=True)
def broadcast_arrays(*arrays: ArrayLike) -> list:
    """Return the arrays repeated to their common shape.

    Example:

    >>> [a.numpy().tolist() for a in broadcast_arrays([1, 2], [[3]])]
    [[[1, 2]], [[3, 3]]]
    """
    tensors = [to_tensor(a) for a in arrays]
    shape = tensors[0].shape
    for other in tensors[1:]:
        shape = tf.broadcast_static_shape(shape, other.shape)
    return [ops.broadcast_to(x, shape) for x in tensors]
