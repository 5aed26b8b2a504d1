"""Checks of shapes, data types, indices and devices, whose values need not be known."""

import operator
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.utils.assertions.values import compare, require
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyBroadcastShapeError, IvyTypeError, IvyValueError

__all__ = [
    "check_dev_correct_formatting",
    "check_dimensions",
    "check_gather_input_valid",
    "check_gather_nd_input_valid",
    "check_inplace_sizes_valid",
    "check_kernel_padding_size",
    "check_one_way_broadcastable",
    "check_same_dtype",
    "check_shape",
    "check_shapes_broadcastable",
    "check_unsorted_segment_valid_params",
]


def _shape(x: object) -> tuple[int | None, ...]:
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)  # type: ignore


def check_shape(x1: object, x2: object, message: str = "") -> None:
    """Raise unless two arrays have one shape.

    Raises:
        ValueError: If they differ.

    Example:

    >>> check_shape([1, 2], [3, 4])
    """
    first, second = _shape(x1), _shape(x2)
    told = f"The arrays must have the same shape. Received: shapes {first} and {second}"
    require(first == second, message, told)


def check_same_dtype(x1: object, x2: object, message: str = "") -> None:
    """Raise unless two arrays have one data type.

    Raises:
        ValueError: If they differ.

    Example:

    >>> check_same_dtype(np.float32([1]), np.float32(2))
    """
    first, second = (
        keras.backend.standardize_dtype(
            x.dtype if hasattr(x, "dtype") else tf.convert_to_tensor(x).dtype
        )
        for x in (x1, x2)
    )
    told = f"The arrays must have the same dtype. Received: dtypes {first} and {second}"
    require(first == second, message, told)


def check_unsorted_segment_valid_params(
    data: object, segment_ids: object, num_segments: int
) -> None:
    """Raise unless numbers of segments fit the data: whole, one a row, and below the count.

    Raises:
        TypeError: If the count or the numbers are not whole.
        ValueError: If there are too few or too many, or one is too large.

    Example:

    >>> check_unsorted_segment_valid_params(np.ones((2, 3)), np.array([0, 1]), 2)
    """
    if not isinstance(num_segments, int) or isinstance(num_segments, bool):
        raise IvyTypeError(
            f"`num_segments` is a whole number. {received('num_segments', num_segments)}"
        )
    ids = segment_ids if hasattr(segment_ids, "dtype") else np.asarray(segment_ids)
    if keras.backend.standardize_dtype(ids.dtype) not in ("int32", "int64"):
        raise IvyTypeError(
            f"`segment_ids` are whole numbers. Received: segment_ids of dtype {ids.dtype}"
        )
    rows, given = _shape(data)[:1], _shape(ids)[:1]
    if rows != given:
        raise IvyValueError(
            f"There is one of `segment_ids` for each row. Received: data with {rows} rows, "
            f"segment_ids with {given}"
        )
    if num_segments <= 0:
        raise IvyValueError(f"`num_segments` is at least 1. Received: num_segments={num_segments}")
    told = f"`segment_ids` lie in [0, {num_segments}). {received('segment_ids', segment_ids)}"
    require(compare(operator.lt, ids, num_segments, True), "", told)


def check_gather_input_valid(params: object, indices: object, axis: int, batch_dims: int) -> None:
    """Raise unless arrays of values and of indices fit for `gather`.

    Raises:
        ValueError: If the batch axes differ, or go beyond the axis.

    Example:

    >>> check_gather_input_valid(np.ones((2, 3)), np.zeros((2, 1)), 1, 1)
    """
    if batch_dims > axis:
        raise IvyValueError(
            f"`batch_dims` is at most `axis`. Received: batch_dims={batch_dims}, axis={axis}"
        )
    _check_batch(params, indices, batch_dims)


def check_gather_nd_input_valid(params: object, indices: object, batch_dims: int) -> None:
    """Raise unless arrays of values and of index tuples fit for `gather_nd`.

    Raises:
        ValueError: If the batch axes differ, or the tuples are longer than there are axes.

    Example:

    >>> check_gather_nd_input_valid(np.ones((2, 3)), np.zeros((4, 2)), 0)
    """
    values, tuples = _shape(params), _shape(indices)
    if batch_dims >= min(len(values), len(tuples)):
        raise IvyValueError(
            "`batch_dims` is less than the ranks. "
            f"Received: batch_dims={batch_dims}, params of shape {values}, indices of {tuples}"
        )
    _check_batch(params, indices, batch_dims)
    length = tuples[-1]
    if length is not None and length > len(values) - batch_dims:
        raise IvyValueError(
            "Index tuples are not longer than there are axes behind the batch. "
            f"Received: params of shape {values}, indices of shape {tuples}"
        )


def _check_batch(params: object, indices: object, batch_dims: int) -> None:
    values, places = _shape(params), _shape(indices)
    if values[:batch_dims] != places[:batch_dims]:
        raise IvyValueError(
            "Batch axes of `params` and `indices` are the same. "
            f"Received: params of shape {values}, indices of shape {places}, {batch_dims=}"
        )


def check_one_way_broadcastable(x1: Sequence[int], x2: Sequence[int]) -> bool:
    """Return whether an array of shape `x1` broadcasts to shape `x2`.

    Example:

    >>> check_one_way_broadcastable((1, 3), (4, 2, 3)), check_one_way_broadcastable((2,), (3,))
    (True, False)
    """
    if len(x1) > len(x2):
        return False
    return all(a in (1, b) for a, b in zip(x1[::-1], x2[::-1], strict=False))


def check_inplace_sizes_valid(var: object, data: object) -> None:
    """Raise unless data broadcast to the shape of a variable.

    Raises:
        ValueError: If they do not.

    Example:

    >>> check_inplace_sizes_valid(np.ones((2, 3)), np.ones(3))
    """
    check_shapes_broadcastable(_shape(var), _shape(data))


def check_shapes_broadcastable(var: Sequence[int | None], data: Sequence[int | None]) -> None:
    """Raise unless shape `data` broadcasts to shape `var`.

    Note:
        Real Ivy 1.0.0.5 asks the other way round than its error says; what the error says counts.

    Raises:
        ValueError: If it does not.

    Example:

    >>> check_shapes_broadcastable((2, 3), (1, 3))
    """
    if not check_one_way_broadcastable(tuple(data), tuple(var)):  # type: ignore[arg-type]
        raise IvyBroadcastShapeError(
            f"Shape {tuple(data)} does not broadcast to {tuple(var)}. "
            f"Received: data={tuple(data)}, var={tuple(var)}"
        )


def check_dimensions(x: object) -> None:
    """Raise unless an array has two or more axes.

    Raises:
        ValueError: If it has fewer.

    Example:

    >>> check_dimensions([[1]])
    """
    if len(_shape(x)) <= 1:
        raise IvyValueError(f"The array has two axes or more. Received: x of shape {_shape(x)}")


def check_kernel_padding_size(
    kernel_size: Sequence[int], padding_size: Sequence[Sequence[int]]
) -> None:
    """Raise if a border is wider than half of the window.

    Raises:
        ValueError: If one is.

    Example:

    >>> check_kernel_padding_size([3, 3], [[1, 1], [1, 0]])
    """
    for size, widths in zip(kernel_size, padding_size, strict=True):
        if max(widths) > size // 2:
            raise IvyValueError(
                "Padding is at most half of the window. "
                f"Received: kernel_size={kernel_size}, padding_size={padding_size}"
            )


def check_dev_correct_formatting(device: str) -> None:
    """Raise unless a device is written as Ivy writes it: `"cpu"`, `"gpu:0"`, `"tpu:1"`.

    Raises:
        ValueError: If it is not.

    Example:

    >>> check_dev_correct_formatting("gpu:0")
    """
    kind, colon, number = device.partition(":") if isinstance(device, str) else ("", "", "")
    fits = kind in ("cpu", "gpu", "tpu") and (number.isnumeric() if colon else kind == "cpu")
    require(fits, "", f"Devices are written as 'cpu' or 'gpu:0'. {received('device', device)}")
