"""Orders and different entries under Ivy's names: running extremes, sorting by keys, uniques."""

from __future__ import annotations

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import indices_of, kind_of, numbers
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "cummax",
    "cummin",
    "invert_permutation",
    "lexsort",
    "msort",
    "unique_all",
    "unique_counts",
    "unique_inverse",
]


def _running(name: str, x: ArrayLike, axis: int, exclusive: bool, reverse: bool) -> Array:
    x = numbers(name, "if", x=x)
    if not len(x.shape):
        return x
    x = ops.moveaxis(x, axis, -1)
    size = x.shape[-1]
    if size is None:
        raise IvyValueError(f"{name}: the size of the axis must be known. {received('axis', axis)}")
    if exclusive:
        raise IvyValueError(
            f"{name}: of no entries there is neither a largest nor a smallest one. "
            "Received: exclusive=True"
        )
    x = ops.flip(x, -1) if reverse else x
    join = ops.maximum if name == "cummax" else ops.minimum
    step = 1
    while step < size:  # so that all entries are joined in as many steps as there are doublings
        x = ops.concatenate([x[..., :step], join(x[..., step:], x[..., :-step])], axis=-1)
        step *= 2
    x = ops.flip(x, -1) if reverse else x
    return ops.moveaxis(x, -1, axis)


@ivy_function
def cummax(
    x: ArrayLike, /, *, axis: int = 0, exclusive: bool = False, reverse: bool = False,
    dtype: DTypeLike = None,
) -> tuple[Array, Array]:  # fmt: skip
    """Return the largest entries so far along an axis, and where they are.

    Args:
        x: An array, or a Container of arrays.
        axis: The axis.
        exclusive: False; of no entries there is no largest.
        reverse: If True, from the last entry on.
        dtype: The data type of the entries.

    Returns:
        The entries, and their places on the axis, the last one of equal ones.

    Example:

    >>> entries, places = cummax([1, 3, 2])
    >>> entries.numpy().tolist(), places.numpy().tolist()
    ([1, 3, 3], [0, 1, 1])
    """
    return _running_with_places("cummax", x, axis, exclusive, reverse, dtype)


@ivy_function
def cummin(
    x: ArrayLike, /, *, axis: int = 0, exclusive: bool = False, reverse: bool = False,
    dtype: DTypeLike = None,
) -> Array:  # fmt: skip
    """Return the smallest entries so far along an axis; the arguments are those of `cummax`.

    Example:

    >>> cummin([3, 1, 2]).numpy().tolist()
    [3, 1, 1]
    """
    out = _running("cummin", x, axis, exclusive, reverse)
    return out if dtype is None else to_tensor(out, dtype)


def _running_with_places(
    name: str, x: ArrayLike, axis: int, exclusive: bool, reverse: bool, dtype: DTypeLike
) -> tuple[Array, Array]:
    x = numbers(name, "if", x=x)
    entries = _running(name, x, axis, exclusive, reverse)
    if not len(x.shape):
        return entries, ops.zeros((), "int32")
    size = x.shape[axis]
    places = ops.reshape(ops.arange(size), [-1] + [1] * (len(x.shape) - 1 - axis % len(x.shape)))
    # The place of the largest so far is the last one at which there was a new largest.
    new = ops.where(ops.equal(x, entries), places, size if reverse else -1)
    join = "cummin" if reverse else "cummax"
    places = _running(join, new, axis, False, reverse)
    return (entries if dtype is None else to_tensor(entries, dtype)), places


@ivy_function
def msort(a: ArrayLike, /) -> Array:
    """Return the array sorted along its first axis.

    Example:

    >>> msort([[3, 1], [2, 4]]).numpy().tolist()
    [[2, 1], [3, 4]]
    """
    return ops.sort(numbers("msort", "if", a=a), axis=0)


@ivy_function
def lexsort(keys: ArrayLike, /, *, axis: int = -1) -> Array:
    """Return the order by several keys, of which the last goes before all others.

    Args:
        keys: An array whose first axis is that of the keys, or a list of keys.
        axis: The axis of a key that is sorted.

    Example:

    >>> lexsort([[3, 1, 2], [0, 0, -1]]).numpy().tolist()
    [2, 1, 0]
    """
    keys = numbers("lexsort", "if", keys=keys)
    if len(keys.shape) < 2 or keys.shape[0] is None:
        raise IvyValueError(
            f"lexsort: `keys` has two axes or more. Received: keys of shape {tuple(keys.shape)}"
        )
    order = None
    for i in range(keys.shape[0]):  # each sort keeps the order of those before, where keys agree
        key = keys[i] if order is None else ops.take_along_axis(keys[i], order, axis)
        step = ops.argsort(key, axis=axis)
        order = step if order is None else ops.take_along_axis(order, step, axis)
    return order


@ivy_function(symbolic=True)
def invert_permutation(x: ArrayLike, /) -> Array:
    """Return the permutation that undoes another one.

    Args:
        x: An array of the numbers 0, 1, ..., n - 1 in some order.

    Example:

    >>> invert_permutation([2, 0, 1]).numpy().tolist()
    [1, 2, 0]
    """
    return tf.math.invert_permutation(indices_of("invert_permutation", "x", x))


def _unique(owner: str, x: ArrayLike) -> tuple[Array, Array, Array, Array]:
    """Sorted different entries of an array, where each is first, which each is, and the counts."""
    x = numbers(owner, "bif", x=x)
    if kind_of(x) == "b":
        values, *rest = _unique(owner, tf.cast(x, tf.uint8))
        return (tf.cast(values, tf.bool), *rest)
    if "16" in dtype_name(x):
        values, *rest = _unique(owner, tf.cast(x, tf.float32 if kind_of(x) == "f" else tf.int32))
        return (tf.cast(values, x.dtype), *rest)
    flat = tf.reshape(x, (-1,))
    values, which, counts = tf.unique_with_counts(flat)
    order = tf.argsort(values, stable=True)
    place = tf.math.invert_permutation(order)
    inverse = tf.reshape(tf.gather(place, which), tf.shape(x))
    first = tf.math.unsorted_segment_min(
        tf.range(tf.size(flat)), tf.reshape(inverse, (-1,)), tf.size(values)
    )
    return tf.gather(values, order), first, inverse, tf.gather(counts, order)


@ivy_function(symbolic=True)
def unique_all(x: ArrayLike, /) -> tuple[Array, Array, Array, Array]:
    """Return the different entries of an array, sorted, and where they are.

    Returns:
        The entries; the place of the first of each in the flattened array; for each entry of `x`
        which it is; and how often each occurs.

    Example:

    >>> [part.numpy().tolist() for part in unique_all([3, 1, 3])]
    [[1, 3], [1, 0], [1, 0, 1], [1, 2]]
    """
    return _unique("unique_all", x)


@ivy_function(symbolic=True)
def unique_counts(x: ArrayLike, /) -> tuple[Array, Array]:
    """Return the different entries of an array, sorted, and how often each occurs.

    Example:

    >>> [part.numpy().tolist() for part in unique_counts([3, 1, 3])]
    [[1, 3], [1, 2]]
    """
    values, _, _, counts = _unique("unique_counts", x)
    return values, counts


@ivy_function(symbolic=True)
def unique_inverse(x: ArrayLike, /) -> tuple[Array, Array]:
    """Return the different entries of an array, sorted, and which of them each entry is.

    Example:

    >>> [part.numpy().tolist() for part in unique_inverse([3, 1, 3])]
    [[1, 3], [1, 0, 1]]
    """
    values, _, inverse, _ = _unique("unique_inverse", x)
    return values, inverse
