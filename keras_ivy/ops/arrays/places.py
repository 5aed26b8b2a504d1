"""Places in arrays under Ivy's names: indices of triangles and grids, segments, entries put in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf
from keras import ops

from keras_ivy.ops import check_values
from keras_ivy.ops.arrays.creation import ones_like, zeros_like
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.ivy.devices import on_device
from keras_ivy.ops.ivy.dtypes import dtype_or_none
from keras_ivy.ops.kinds import indices_of, numbers
from keras_ivy.ops.maths.elementwise_options import where
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, ShapeLike
from keras_ivy.utils.checks import LARGEST_COUNT, choice, received, whole
from keras_ivy.utils.exceptions import IvyBroadcastShapeError, IvyValueError

__all__ = [
    "broadcast_shapes",
    "eye_like",
    "fill_diagonal",
    "indices",
    "ndenumerate",
    "ndindex",
    "pad_sequence",
    "put_along_axis",
    "tril_indices",
    "trilu",
    "triu_indices",
    "unravel_index",
    "unsorted_segment_mean",
    "unsorted_segment_min",
    "unsorted_segment_sum",
]


def _triangle(owner: str, n_rows: int, n_cols: int | None, k: int, upper: bool) -> tuple:
    sizes = [n_rows, n_rows if n_cols is None else n_cols]
    rows, columns = (whole("n_rows", n, 0, 2**24, owner) for n in sizes)
    whole("k", k, -LARGEST_COUNT, owner=owner)
    row, column = tf.meshgrid(tf.range(rows), tf.range(columns), indexing="ij")
    inside = column - row >= k if upper else column - row <= k
    places = tf.where(inside)
    return places[:, 0], places[:, 1]


@on_device
def tril_indices(n_rows: int, n_cols: int | None = None, k: int = 0) -> tuple[Array, Array]:
    """Return the rows and the columns of the entries on and below a diagonal of a matrix.

    Args:
        n_rows: The number of rows.
        n_cols: The number of columns; as many as rows by default.
        k: Which diagonal; positive ones lie above the main one.

    Example:

    >>> [i.numpy().tolist() for i in tril_indices(2)]
    [[0, 1, 1], [0, 0, 1]]
    """
    return _triangle("tril_indices", n_rows, n_cols, k, upper=False)


@on_device
def triu_indices(n_rows: int, n_cols: int | None = None, k: int = 0) -> tuple[Array, Array]:
    """Return the rows and the columns of the entries on and above a diagonal of a matrix.

    Args:
        n_rows: The number of rows.
        n_cols: The number of columns; as many as rows by default.
        k: Which diagonal; positive ones lie above the main one.

    Example:

    >>> [i.numpy().tolist() for i in triu_indices(2)]
    [[0, 0, 1], [0, 1, 1]]
    """
    return _triangle("triu_indices", n_rows, n_cols, k, upper=True)


@ivy_function
def trilu(x: ArrayLike, /, *, k: int = 0, upper: bool = True) -> Array:
    """Return matrices with zeros on one side of a diagonal.

    Args:
        x: An array of two axes or more, or a Container of arrays.
        k: Which diagonal.
        upper: Whether the upper triangle stays, else the lower does.

    Example:

    >>> trilu([[1, 2], [3, 4]]).numpy().tolist()
    [[1, 2], [0, 4]]
    """
    return (ops.triu if upper else ops.tril)(to_tensor(x), k)


@on_device
def eye_like(x: ArrayLike, *, k: int = 0, dtype: DTypeLike = None) -> Array:
    """Return ones on a diagonal and zeros elsewhere, of the shape of a matrix.

    Args:
        x: An array of two axes or more; or of one, of whose size rows and columns are.
        k: Which diagonal.
        dtype: The data type; that of the array by default.

    Raises:
        ValueError: If `x` has no axis, or one whose size is not known where it is needed.

    Example:

    >>> eye_like([[1.0, 2.0]]).numpy().tolist()
    [[1.0, 0.0]]
    """
    x = to_tensor(x)
    shape = tuple(x.shape)
    if not shape:
        raise IvyValueError("eye_like: `x` has an axis or more. Received: x of shape ()")
    rows, columns = shape[-2:] if len(shape) > 1 else (shape[0], shape[0])
    if rows is None or columns is None:
        raise IvyValueError(
            f"eye_like: the sizes of rows and columns must be known. Received: x of shape {shape}"
        )
    # Chosen from what is like `x`, so that the result depends on a symbolic one.
    on_diagonal = np.eye(rows, columns, k, dtype=bool)
    return where(on_diagonal, ones_like(x, dtype=dtype), zeros_like(x, dtype=dtype))


@ivy_function(symbolic=True)
def fill_diagonal(a: ArrayLike, v: ArrayLike, /, *, wrap: bool = False) -> Array:
    """Return the matrix with numbers on its diagonal.

    Args:
        a: An array of two axes, or a Container of arrays.
        v: A number, or a vector of them.
        wrap: False; beyond the last column the diagonal does not begin anew.

    Example:

    >>> fill_diagonal([[1, 2], [3, 4]], 0).numpy().tolist()
    [[0, 2], [3, 0]]
    """
    a = to_tensor(a)
    if len(a.shape) != 2 or wrap:
        raise IvyValueError(
            "fill_diagonal: `a` is a matrix, whose diagonal is filled once. "
            f"Received: a of shape {tuple(a.shape)}, wrap={wrap}"
        )
    count = tf.minimum(tf.shape(a)[0], tf.shape(a)[1])
    return tf.linalg.set_diag(a, tf.broadcast_to(to_tensor(v, dtype_name(a)), (count,)))


def broadcast_shapes(*shapes: Sequence[int]) -> tuple[int, ...]:
    """Return the shape to which arrays of some shapes broadcast.

    Raises:
        ValueError: If they do not.

    Example:

    >>> broadcast_shapes((2, 1), (3,))
    (2, 3)
    """
    sizes = [tuple(check_values.shape("broadcast_shapes", "shapes", s)) for s in shapes]
    try:
        return tuple(int(n) for n in np.broadcast_shapes(*sizes))
    except ValueError as error:
        raise IvyBroadcastShapeError(
            f"broadcast_shapes: these shapes do not broadcast. Received: shapes={sizes}"
        ) from error


@on_device
def indices(
    dimensions: Sequence[int], dtype: DTypeLike = "int64", sparse: bool = False
) -> Array | tuple[Array, ...]:
    """Return the indices of every entry of a grid.

    Args:
        dimensions: The sizes of the grid.
        dtype: The data type.
        sparse: If True, a tuple of arrays that broadcast, one for each axis.

    Returns:
        An array of shape `(axes, *dimensions)`.

    Example:

    >>> indices((2, 2)).numpy().tolist()
    [[[0, 0], [1, 1]], [[0, 1], [0, 1]]]
    """
    sizes = check_values.sizes("indices", dimensions, "dimensions")
    name = dtype_or_none(dtype) or "int64"
    axes = [
        ops.reshape(ops.arange(n, dtype=name), [-1 if i == j else 1 for j in range(len(sizes))])
        for i, n in enumerate(sizes)
    ]
    if sparse:
        return tuple(axes)
    if not axes:
        return ops.zeros((0,), name)
    return ops.stack([ops.broadcast_to(one, tuple(sizes)) for one in axes])


def ndindex(shape: ShapeLike) -> Iterator[tuple[int, ...]]:
    """Return an iterator over the indices of an array of a shape.

    Raises:
        TypeError: If a size is no whole number.

    Example:

    >>> list(ndindex((2, 1)))
    [(0, 0), (1, 0)]
    """
    sizes = check_values.sizes("ndindex", shape)
    return iter(np.ndindex(*(whole("shape", size, 0, owner="ndindex") for size in sizes)))


def ndenumerate(input: ArrayLike) -> Iterator[tuple[tuple[int, ...], Array]]:
    """Return an iterator over the indices and the entries of an array.

    Example:

    >>> [(i, int(x)) for i, x in ndenumerate([[1, 2]])]
    [((0, 0), 1), ((0, 1), 2)]
    """
    x = to_tensor(input)
    return ((index, x[index]) for index in np.ndindex(*tuple(x.shape)))


@ivy_function(symbolic=True)
def unravel_index(indices: ArrayLike, shape: Sequence[int], /) -> tuple[Array, ...]:
    """Return the indices, one array for each axis, of entries of a flattened array.

    Args:
        indices: Whole numbers.
        shape: The shape of the array.

    Raises:
        ValueError: If there is no such entry.

    Example:

    >>> [i.numpy().tolist() for i in unravel_index([1, 3], (2, 2))]
    [[0, 1], [1, 1]]
    """
    indices = indices_of("unravel_index", "indices", indices)
    sizes = check_values.sizes("unravel_index", shape)
    if hasattr(indices, "numpy"):
        total = math.prod(sizes)
        if bool(tf.reduce_any((indices < 0) | (indices >= total))):
            raise IvyValueError(
                f"unravel_index: there are {total} entries. {received('indices', indices)}"
            )
    out = []
    for size in reversed(sizes):
        out.append(indices % size)
        indices = indices // size
    return tuple(reversed(out))


@ivy_function(symbolic=True)
def put_along_axis(
    arr: ArrayLike, indices: ArrayLike, values: ArrayLike, axis: int, /, *, mode: str = "replace"
) -> Array:
    """Return the array with values put at indices along an axis.

    Args:
        arr: An array, or a Container of arrays.
        indices: Whole numbers, an array of as many axes.
        values: Numbers that broadcast to the shape of the indices.
        axis: The axis.
        mode: `"replace"`, or what joins them with what is there: `"sum"`, `"min"`, `"max"`.

    Example:

    >>> put_along_axis([[1, 2], [3, 4]], [[0], [1]], 9, 1).numpy().tolist()
    [[9, 2], [3, 9]]
    """
    joins = {
        "replace": tf.tensor_scatter_nd_update, "sum": tf.tensor_scatter_nd_add,
        "min": tf.tensor_scatter_nd_min, "max": tf.tensor_scatter_nd_max,
    }  # fmt: skip
    choice("mode", mode, tuple(joins), "put_along_axis")
    arr = to_tensor(arr) if mode == "replace" else numbers("put_along_axis", "if", arr=arr)
    indices = indices_of("put_along_axis", "indices", indices)
    if len(indices.shape) != len(arr.shape) or not -len(arr.shape) <= axis < len(arr.shape):
        raise IvyValueError(
            "put_along_axis: the arrays have as many axes, among them the one that is meant. "
            f"Received: arr of shape {tuple(arr.shape)}, indices of shape "
            f"{tuple(indices.shape)}, axis={axis}"
        )
    axis %= len(arr.shape)
    size = tf.cast(tf.shape(arr)[axis], indices.dtype)
    indices = tf.where(indices < 0, indices + size, indices)
    shape = tf.shape(indices)
    ranges = [tf.range(tf.cast(shape[i], indices.dtype)) for i in range(len(arr.shape))]
    grid = tf.meshgrid(*ranges, indexing="ij")
    grid[axis] = indices
    values = tf.broadcast_to(to_tensor(values, dtype_name(arr)), shape)
    return joins[mode](arr, tf.stack(grid, axis=-1), values)


def _segments(
    owner: str, data: ArrayLike, segment_ids: ArrayLike, num_segments: int, types: str
) -> tuple[Array, Array, int]:
    data = numbers(owner, types, data=data)
    ids = indices_of(owner, "segment_ids", segment_ids)
    return data, ids, whole("num_segments", num_segments, 1, owner=owner)


@ivy_function(symbolic=True)
def unsorted_segment_sum(data: ArrayLike, segment_ids: ArrayLike, num_segments: int) -> Array:
    """Return the sums of the rows of each segment.

    Args:
        data: An array, or a Container of arrays.
        segment_ids: For every row the number of its segment.
        num_segments: The number of segments.

    Example:

    >>> unsorted_segment_sum([1, 2, 4], [1, 0, 1], 2).numpy().tolist()
    [2, 5]
    """
    given = _segments("unsorted_segment_sum", data, segment_ids, num_segments, "ifc")
    return tf.math.unsorted_segment_sum(*given)


@ivy_function(symbolic=True)
def unsorted_segment_min(data: ArrayLike, segment_ids: ArrayLike, num_segments: int) -> Array:
    """Return the smallest entries of the rows of each segment; the largest number of no rows.

    Example:

    >>> unsorted_segment_min([1, 2, 4], [1, 0, 1], 2).numpy().tolist()
    [2, 1]
    """
    given = _segments("unsorted_segment_min", data, segment_ids, num_segments, "if")
    return tf.math.unsorted_segment_min(*given)


@ivy_function(symbolic=True)
def unsorted_segment_mean(data: ArrayLike, segment_ids: ArrayLike, num_segments: int) -> Array:
    """Return the means of the rows of each segment; 0 of no rows.

    Example:

    >>> unsorted_segment_mean([1.0, 2.0, 4.0], [1, 0, 1], 2).numpy().tolist()
    [2.0, 2.5]
    """
    data, ids, count = _segments("unsorted_segment_mean", data, segment_ids, num_segments, "Ifc")
    total = tf.math.unsorted_segment_sum(data, ids, count)
    rows = tf.math.unsorted_segment_sum(tf.ones_like(ids), ids, count)
    shape = tf.concat([[count], tf.ones([tf.rank(total) - 1], tf.int32)], 0)
    return total / tf.reshape(tf.cast(tf.maximum(rows, 1), total.dtype), shape)


@ivy_function(symbolic=True)
def pad_sequence(
    sequences: Sequence[ArrayLike], *, batch_first: bool = False, padding_value: float = 0
) -> Array:
    """Return arrays of several lengths as one, the shorter ones filled up behind.

    Args:
        sequences: A list of arrays of shapes `(time, ...)`.
        batch_first: Whether the new axis is the first, else the second.
        padding_value: What they are filled up with.

    Example:

    >>> pad_sequence([[1, 2], [3]], batch_first=True).numpy().tolist()
    [[1, 2], [3, 0]]
    """
    if not isinstance(sequences, list | tuple) or not sequences:
        raise IvyValueError(
            f"pad_sequence: `sequences` is a list of arrays. {received('sequences', sequences)}"
        )
    arrays = [to_tensor(x) for x in sequences]
    longest = tf.reduce_max(tf.stack([tf.shape(x)[0] for x in arrays]))
    filled = [
        tf.pad(
            x,
            [(0, longest - tf.shape(x)[0]), *[(0, 0)] * (len(x.shape) - 1)],
            constant_values=tf.cast(padding_value, x.dtype),
        )
        for x in arrays
    ]
    return tf.stack(filled, axis=0 if batch_first else 1)
