"""Arrays from nothing, or from Python: `zeros`, `array`, `arange`, `one_hot`, ...

All of them take `dtype`, and `device` or its older spelling `dev`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.ops import check_values
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.ivy.devices import on_device
from keras_ivy.ops.ivy.dtypes import as_dtype, dtype_or_none, result_type
from keras_ivy.ops.kinds import indices_of, is_complex, kind_of, numbers, typed
from keras_ivy.ops.tensors import common_type, dtype_name, operand, to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, ShapeLike
from keras_ivy.utils.checks import LARGEST_COUNT, whole

__all__ = [
    "arange",
    "array",
    "asarray",
    "copy_array",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "meshgrid",
    "native_array",
    "one_hot",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]


@on_device
def asarray(obj: ArrayLike, dtype: DTypeLike = None) -> Array:
    """Return an array of what is given.

    Args:
        obj: A number, nested sequences of numbers, a NumPy array, a tensor or a variable, or a
            Container of those.
        dtype: The data type; by default the one that `obj` has, `keras.config.floatx()` for
            Python floats and int32 for Python integers.

    Returns:
        A tensor. A variable becomes a tensor of its present value.

    Example:

    >>> asarray([[1, 2], [3, 4]]).shape
    TensorShape([2, 2])
    """
    return to_tensor(obj, dtype=dtype_or_none(dtype))


@on_device
def array(obj: ArrayLike, dtype: DTypeLike = None) -> Array:
    """Return an array of what is given; the same as `asarray`.

    Example:

    >>> array([1.0, 2.0, 3.0]).numpy().tolist()
    [1.0, 2.0, 3.0]
    """
    return to_tensor(obj, dtype=dtype_or_none(dtype))


@on_device
def native_array(obj: ArrayLike, dtype: DTypeLike = None) -> Array:
    """Return an array of what is given; arrays are TensorFlow's own, so this is `asarray`."""
    return to_tensor(obj, dtype=dtype_or_none(dtype))


@on_device
def copy_array(x: ArrayLike) -> Array:
    """Return a new array with the values of `x`."""
    return keras.ops.copy(to_tensor(x))


@on_device
def zeros(shape: ShapeLike, dtype: DTypeLike = None) -> Array:
    """Return an array of zeros.

    Example:

    >>> zeros((2, 3), dtype="int32").numpy().tolist()
    [[0, 0, 0], [0, 0, 0]]
    """
    return keras.ops.zeros(check_values.sizes("zeros", shape), dtype=dtype_or_none(dtype))


@on_device
def ones(shape: ShapeLike, dtype: DTypeLike = None) -> Array:
    """Return an array of ones.

    Example:

    >>> ones(2).numpy().tolist()
    [1.0, 1.0]
    """
    return keras.ops.ones(check_values.sizes("ones", shape), dtype=dtype_or_none(dtype))


@on_device
def empty(shape: ShapeLike, dtype: DTypeLike = None) -> Array:
    """Return an array whose values the caller will not read."""
    return keras.ops.empty(check_values.sizes("empty", shape), dtype=dtype_or_none(dtype))


@on_device
def full(shape: ShapeLike, fill_value: ArrayLike, dtype: DTypeLike = None) -> Array:
    """Return an array filled with one value.

    Args:
        shape: The shape.
        fill_value: The value.
        dtype: The data type; by default the one that the value has.

    Example:

    >>> full((2,), 7).numpy().tolist()
    [7, 7]
    """
    value = to_tensor(fill_value, dtype=dtype_or_none(dtype))
    return keras.ops.full(check_values.sizes("full", shape), value, dtype=value.dtype)


@on_device
def zeros_like(x: ArrayLike, dtype: DTypeLike = None) -> Array:
    """Return zeros of the shape and data type of `x`, or of another type."""
    return keras.ops.zeros_like(to_tensor(x), dtype=dtype_or_none(dtype))


@on_device
def ones_like(x: ArrayLike, dtype: DTypeLike = None) -> Array:
    """Return ones of the shape and data type of `x`, or of another type."""
    return keras.ops.ones_like(to_tensor(x), dtype=dtype_or_none(dtype))


@on_device
def empty_like(x: ArrayLike, dtype: DTypeLike = None) -> Array:
    """Return an array like `x` whose values the caller will not read."""
    return keras.ops.zeros_like(to_tensor(x), dtype=dtype_or_none(dtype))


@on_device
def full_like(x: ArrayLike, fill_value: ArrayLike, dtype: DTypeLike = None) -> Array:
    """Return one value in the shape and data type of `x`, or in another type.

    Example:

    >>> full_like([1.0, 2.0], 5).numpy().tolist()
    [5.0, 5.0]
    """
    x = to_tensor(x, dtype_or_none(dtype))
    if is_complex(x):
        return tf.fill(tf.shape(x), to_tensor(fill_value, x.dtype))
    return keras.ops.full_like(x, fill_value)


def _range(start: ArrayLike, stop: ArrayLike, step: ArrayLike, dtype: str | None) -> Array:
    ends = {"start": start, "stop": stop, "step": step}
    ends = {k: typed("arange", "if", k, operand(v)) for k, v in ends.items() if v is not None}
    if dtype is None:
        dtype = common_type(
            *(type(v) if type(v) in (int, float) else dtype_name(v) for v in ends.values())
        )
    # TensorFlow counts in some types only.
    wide = (
        dtype
        if dtype in ("int32", "int64", "float32", "float64", "bfloat16", "float16")
        else "int64"
    )
    ends = {k: to_tensor(v, wide) for k, v in ends.items()}
    if "stop" not in ends:
        ends = {"start": to_tensor(0, wide), "stop": ends["start"], "step": ends["step"]}
    return to_tensor(tf.range(ends["start"], ends["stop"], ends["step"]), dtype)


def _linspace(start: ArrayLike, stop: ArrayLike, num: int, *, dtype: str, **options: Any) -> Array:
    if not is_complex(start):
        return keras.ops.linspace(start, stop, num, dtype=dtype, **options)
    parts = ((f(start), f(stop)) for f in (tf.math.real, tf.math.imag))
    return tf.complex(*(keras.ops.linspace(a, b, num, **options) for a, b in parts))


def _spaced(
    owner: str,
    kernel: Callable,
    start: ArrayLike,
    stop: ArrayLike,
    num: int,
    endpoint: bool,
    dtype: DTypeLike,
    axis: int,
) -> Array:
    """Call a kernel of Keras's that fills the space between two ends."""
    ends = {"start": to_tensor(start), "stop": to_tensor(stop)}
    start, stop = numbers(owner, "BIfc", **ends)
    dtype = dtype_or_none(dtype)
    wide = dtype if dtype is not None and kind_of(to_tensor(0, dtype)) in "fc" else None
    if wide is None:
        wide = result_type(start, stop)
    start, stop = to_tensor(start, wide), to_tensor(stop, wide)
    # In types of few digits, the steps add up to something else.
    half = wide in ("float16", "bfloat16")
    given = [to_tensor(x, "float32") if half else x for x in (start, stop)]
    out = kernel(*given, num, endpoint=endpoint, dtype="float32" if half else wide, axis=axis)
    return to_tensor(out, dtype or wide)


@on_device
def arange(
    start: ArrayLike, stop: ArrayLike | None = None, step: ArrayLike = 1, dtype: DTypeLike = None
) -> Array:
    """Return `start, start + step, ...` up to but without `stop`; `arange(stop)` starts at 0.

    Example:

    >>> arange(1, 7, 2).numpy().tolist()
    [1, 3, 5]
    """
    return _range(start, stop, step, dtype_or_none(dtype))


@on_device
def linspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int,
    axis: int | None = None,
    endpoint: bool = True,
    dtype: DTypeLike = None,
) -> Array:
    """Return `num` equally spaced numbers from `start` to `stop`.

    Args:
        start: The first number, or an array of first numbers.
        stop: The last number, or an array of them.
        num: How many numbers.
        axis: Where the new axis goes if the ends are arrays; last by default, as in Ivy.
        endpoint: If False, `stop` itself is left out.
        dtype: The data type; a float type by default.

    Example:

    >>> linspace(0.0, 1.0, 5).numpy().tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    return _spaced(
        "linspace",
        _linspace,
        start,
        stop,
        num,
        endpoint,
        dtype,
        -1 if axis is None else axis,
    )


@on_device
def logspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int,
    base: float = 10.0,
    axis: int = 0,
    endpoint: bool = True,
    dtype: DTypeLike = None,
) -> Array:
    """Return `base**start` to `base**stop` in `num` equal ratios.

    Example:

    >>> logspace(0.0, 2.0, 3, base=2.0).numpy().tolist()
    [1.0, 2.0, 4.0]
    """

    def kernel(start: ArrayLike, stop: ArrayLike, num: int, **options: Any) -> Array:
        if not is_complex(start):
            return keras.ops.logspace(start, stop, num, base=base, **options)
        exponents = _linspace(start, stop, num, **options)
        return tf.pow(to_tensor(base, exponents.dtype), exponents)

    return _spaced("logspace", kernel, start, stop, num, endpoint, dtype, axis)


@on_device
def eye(
    n_rows: int,
    n_cols: int | None = None,
    k: int = 0,
    batch_shape: ShapeLike | None = None,
    dtype: DTypeLike = None,
) -> Array:
    """Return ones on a diagonal and zeros elsewhere.

    Args:
        n_rows: Number of rows.
        n_cols: Number of columns; as many as rows by default.
        k: Which diagonal; 0 is the main one, positive ones lie above it.
        batch_shape: Leading axes, over which the matrix repeats.
        dtype: The data type.

    Example:

    >>> eye(2, 3, k=1).numpy().tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    sizes = check_values.sizes("eye", [n_rows, n_rows if n_cols is None else n_cols], "n_rows")
    k = whole("k", k, -LARGEST_COUNT, owner="eye")
    matrix = keras.ops.eye(*sizes, k, dtype=dtype_or_none(dtype))
    if batch_shape is None:
        return matrix
    batch_shape = check_values.sizes("eye", batch_shape, "batch_shape")
    return keras.ops.broadcast_to(matrix, (*batch_shape, *matrix.shape))


@ivy_function
def meshgrid(*arrays: ArrayLike, indexing: str = "xy") -> list:
    """Return the coordinate arrays of a grid.

    Args:
        *arrays: The coordinates along each axis.
        indexing: `"xy"` swaps the first two axes, `"ij"` does not.

    Example:

    >>> [g.numpy().tolist() for g in meshgrid([1, 2], [3, 4])]
    [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    return keras.ops.meshgrid(*(to_tensor(a) for a in arrays), indexing=indexing)


@on_device
def one_hot(
    indices: ArrayLike,
    depth: int,
    on_value: ArrayLike | None = None,
    off_value: ArrayLike | None = None,
    axis: int | None = None,
    dtype: DTypeLike = None,
) -> Array:
    """Return, for each index, a vector with one value at the index and another elsewhere.

    Args:
        indices: Integers; one outside `[0, depth)` gives the off-value throughout.
        depth: Length of the vectors.
        on_value: The value at the index, 1 by default.
        off_value: The value elsewhere, 0 by default.
        axis: Where the new axis goes; last by default.
        dtype: The data type; the values' or the default float type.

    Example:

    >>> one_hot([0, 2], 3).numpy().tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if dtype is None:
        given = next((v for v in (on_value, off_value) if v is not None), None)
        dtype = keras.config.floatx() if given is None else tf.convert_to_tensor(given).dtype
    dtype = as_dtype(dtype)
    values = {"on_value": on_value, "off_value": off_value}
    given = {k: to_tensor(v, dtype) for k, v in values.items() if v is not None}
    return tf.one_hot(
        indices_of("one_hot", "indices", indices),
        depth,
        **given,
        axis=-1 if axis is None else axis,
        dtype=dtype,
    )
