"""Queries as NumPy reads them: what stands between brackets, arrays of indices among the rest.

Numbers, slices, `...` and None are TensorFlow's own. Arrays of indices and truth values are taken
by one gather along the axes that they stand for, whose result goes where NumPy puts it: in their
place if they stand side by side, to the front if not.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy.ops.kinds import indices_of
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array
from keras_ivy.utils.checks import summary
from keras_ivy.utils.exceptions import IvyIndexError

__all__ = ["is_basic", "look_up"]

_NUMBERS = (int, np.integer)


def is_basic(query: object) -> bool:
    """Whether a query has numbers, slices, `...` and None alone.

    Example:

    >>> is_basic((slice(None), 1)), is_basic(([0, 1], 1))
    (True, False)
    """
    if isinstance(query, tuple):
        return all(map(is_basic, query))
    if query is None or query is Ellipsis or isinstance(query, slice):
        return True
    if isinstance(query, bool | np.bool_ | list):
        return False
    return isinstance(query, _NUMBERS) or _is_number(query)


def look_up(x: Array, query: Any) -> Array:
    """Return what NumPy's `x[query]` is.

    Args:
        x: A tensor whose number of axes is known.
        query: A number, a slice, `...`, None, an array of indices or truth values, a list that is
            one, or a tuple of those.

    Raises:
        IndexError: If there are more indices than axes, or truth values of another shape.

    Example:

    >>> x = tf.reshape(tf.range(6), (2, 3))
    >>> look_up(x, (slice(None), [2, 0])).numpy().tolist()
    [[2, 0], [5, 3]]
    """
    if isinstance(query, bool | np.bool_) or _is_truth(query):
        x, query = x[tf.newaxis], tf.reshape(query, (1,))
    parts = _parts(x, query if isinstance(query, tuple) else (query,))
    arrays = [i for i, part in enumerate(parts) if tf.is_tensor(part)]
    if not arrays:
        return x[tuple(parts)]
    # Numbers beside arrays of indices are such arrays to NumPy.
    parts = [
        part if tf.is_tensor(part) or not isinstance(part, _NUMBERS) else tf.constant(int(part))
        for part in parts
    ]
    taken = [i for i, part in enumerate(parts) if tf.is_tensor(part)]
    x = x[tuple(slice(None) if tf.is_tensor(part) else part for part in parts)]
    order = [*taken, *(i for i in range(x.shape.rank) if i not in taken)]
    x = tf.transpose(x, order)
    places = _tuples([parts[i] for i in taken], tf.shape(x))
    if 0 in x.shape[len(taken) :]:  # where TensorFlow refuses to take anything
        found = tf.zeros([*places.shape[:-1], *x.shape[len(taken) :]], x.dtype)
    else:
        found = tf.gather_nd(x, places)
    width = found.shape.rank - (x.shape.rank - len(taken))
    first = taken[0] if taken[-1] - taken[0] == len(taken) - 1 else 0
    rest = [*range(width, found.shape.rank)]
    return tf.transpose(found, [*rest[:first], *range(width), *rest[first:]])


def _is_number(part: Any) -> bool:
    """Whether a part is an array without axes that holds a whole number."""
    shape, dtype = getattr(part, "shape", None), getattr(part, "dtype", None)
    return shape is not None and len(shape) == 0 and "int" in getattr(dtype, "name", str(dtype))


def _parts(x: Array, query: tuple) -> list[Any]:
    """Return one part for each axis of `x`, and None for each new one: truth values are indices."""
    parts: list[Any] = []
    rank = x.shape.rank
    for part in query:
        if is_basic(part):
            parts.append(part)
            continue
        empty = isinstance(part, list) and not len(part)
        array = to_tensor(np.zeros(0, "int32") if empty else part)
        if array.dtype != tf.bool:
            parts.append(indices_of("get_item", "query", array))
            continue
        axis = sum(other is not None and other is not Ellipsis for other in parts)
        if not any(other is Ellipsis for other in parts):
            _check_truths(array, x, axis)
        parts.extend(tf.unstack(tf.where(array), num=array.shape.rank, axis=1))
    used = sum(part is not None and part is not Ellipsis for part in parts)
    if used > rank:
        raise IvyIndexError(
            f"There are more indices than axes. Received: query={summary(query)} for an array of "
            f"shape {tuple(x.shape)}"
        )
    if not any(part is Ellipsis for part in parts):
        parts.append(Ellipsis)
    at = next(i for i, part in enumerate(parts) if part is Ellipsis)
    parts[at : at + 1] = [slice(None)] * (rank - used)
    return parts


def _is_truth(query: Any) -> bool:
    """Whether a query is an array without axes that holds a truth value."""
    shape, dtype = getattr(query, "shape", None), getattr(query, "dtype", None)
    return shape is not None and len(shape) == 0 and dtype in (tf.bool, np.bool_, "bool")


def _check_truths(array: Array, x: Array, axis: int) -> None:
    """Refuse truth values of another shape than the axes that they stand for."""
    if not array.shape.rank:
        raise IvyIndexError(
            "A single truth value is a query of its own, not part of a tuple. Received: "
            f"query={summary(array)}"
        )
    seen = x.shape[axis : axis + array.shape.rank]
    if not array.shape.is_compatible_with(seen):
        raise IvyIndexError(
            f"Truth values have the shape of the axes that they stand for, here {tuple(seen)}. "
            f"Received: a query of shape {tuple(array.shape)} for an array of shape "
            f"{tuple(x.shape)}"
        )


def _tuples(arrays: list[Array], sizes: Array) -> Array:
    """Return arrays of indices, one for each of the first axes, as an array of index tuples."""
    dtype = tf.int64 if any(a.dtype == tf.int64 for a in arrays) else tf.int32
    found = []
    for axis, array in enumerate(arrays):
        array, size = tf.cast(array, dtype), tf.cast(sizes[axis], dtype)
        found.append(tf.where(array < 0, array + size, array))
    shape = tf.shape(found[0])
    for array in found[1:]:
        shape = tf.broadcast_dynamic_shape(shape, tf.shape(array))
    rank = max(array.shape.rank for array in found)
    made = [tf.broadcast_to(array, shape) for array in found]
    return tf.stack([tf.ensure_shape(array, [None] * rank) for array in made], axis=-1)
