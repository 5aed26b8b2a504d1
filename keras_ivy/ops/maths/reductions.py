"""Reductions, cumulative functions, searching and sorting under Ivy's names.

`reduce_mean` and its like are the older spellings that Ivy's documents use: they reduce as `mean`
does, and give an array of shape `(1,)` where all axes are reduced, so that `reduce_mean(x)[0]`
is the number.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf
from keras import ops

from keras_ivy.ops.checks import LARGEST_WINDOW
from keras_ivy.ops.dispatch import ivy_function, reduction
from keras_ivy.ops.ivy.dtypes import as_dtype
from keras_ivy.ops.kinds import is_complex, kind_of, numbers, through
from keras_ivy.ops.tensors import dtype_name, to_tensor, truth
from keras_ivy.typing import Array, ArrayLike, Axis, DTypeLike
from keras_ivy.utils.checks import whole
from keras_ivy.utils.exceptions import IvyValueError

# fmt: off
__all__ = [
    "all", "any", "argmax", "argmin", "argsort", "count_nonzero", "cumprod", "cumsum", "diff",
    "logsumexp", "max", "mean", "median", "min", "nonzero", "prod", "reduce_max", "reduce_mean",
    "reduce_min", "reduce_prod", "reduce_std", "reduce_sum", "reduce_var", "searchsorted", "sort",
    "std", "sum", "top_k", "var",
]
# fmt: on

# fmt: off
all = reduction(
    "all", lambda x, **kw: ops.all(truth(x), **kw),
    "whether all are true", "[True, False]", "False")
any = reduction(
    "any", lambda x, **kw: ops.any(truth(x), **kw),
    "whether one is true", "[True, False]", "True")
max = reduction(
    "max", ops.max, "the largest", "[[1.0, 2.0], [4.0, 3.0]], axis=0", "[4.0, 3.0]", "bif")
min = reduction(
    "min", ops.min, "the smallest", "[[1.0, 2.0], [4.0, 3.0]], axis=0", "[1.0, 2.0]", "bif")
median = reduction("median", ops.median, "the middle value", "[1.0, 2.0, 9.0]", "2.0", "BIf")
logsumexp = reduction(
    "logsumexp", ops.logsumexp, "`log(sum(exp(x)))`, without overflow", "[0.0]", "0.0", "BIf")
count_nonzero = reduction(
    "count_nonzero",
    lambda x, axis, keepdims: ops.sum(ops.cast(ops.not_equal(x, 0), "int32"), axis, keepdims),
    "how many differ from 0", "[[1, 0], [2, 3]], axis=0", "[2, 1]",
)
# fmt: on


#: What Keras computes in complex64, whatever the type is.
_OF_COMPLEX = {ops.mean: tf.reduce_mean, ops.prod: tf.reduce_prod, ops.sum: tf.reduce_sum}


def _typed(kernel: Callable, x: ArrayLike, axis: Axis, keepdims: bool, dtype: DTypeLike) -> Array:
    x = to_tensor(x, None if dtype is None else as_dtype(dtype))
    if kernel is ops.mean:
        x = numbers("mean", "BIfc", x=x)
    kernel = _OF_COMPLEX[kernel] if is_complex(x) else kernel
    return kernel(x, axis=axis, keepdims=keepdims)


@ivy_function
def sum(
    x: ArrayLike, axis: Axis = None, keepdims: bool = False, *, dtype: DTypeLike = None
) -> Array:
    """Return the sum over some or all axes.

    Args:
        x: An array, or a Container of arrays.
        axis: The axis or axes to reduce; all of them by default.
        keepdims: If True, reduced axes stay, with size 1.
        dtype: The data type to add in; by default Keras's choice for the type of `x`.

    Example:

    >>> sum([[1.0, 2.0], [3.0, 4.0]], axis=0).numpy().tolist()
    [4.0, 6.0]
    """
    return _typed(ops.sum, x, axis, keepdims, dtype)


@ivy_function
def prod(
    x: ArrayLike, axis: Axis = None, keepdims: bool = False, *, dtype: DTypeLike = None
) -> Array:
    """Return the product over some or all axes; the arguments are those of `sum`.

    Example:

    >>> prod([2.0, 3.0, 4.0]).numpy().item()
    24.0
    """
    return _typed(ops.prod, x, axis, keepdims, dtype)


@ivy_function
def mean(
    x: ArrayLike, axis: Axis = None, keepdims: bool = False, *, dtype: DTypeLike = None
) -> Array:
    """Return the mean over some or all axes; the arguments are those of `sum`.

    Example:

    >>> mean([[1.0, 2.0], [3.0, 4.0]]).numpy().item()
    2.5
    """
    return _typed(ops.mean, x, axis, keepdims, dtype)


@ivy_function
def var(x: ArrayLike, axis: Axis = None, correction: float = 0.0, keepdims: bool = False) -> Array:
    """Return the variance `sum((x - mean)**2) / (n - correction)`.

    Args:
        x: An array, or a Container of arrays.
        axis: The axis or axes to reduce; all of them by default.
        correction: What is taken from the count; 1 gives the unbiased estimate.
        keepdims: If True, reduced axes stay, with size 1.

    Example:

    >>> var([1.0, 3.0]).numpy().item(), var([1.0, 3.0], correction=1).numpy().item()
    (1.0, 2.0)
    """
    x = numbers("var", "BIfc", x=x)
    kernel = tf.math.reduce_variance if is_complex(x) else ops.var
    biased = kernel(x, axis=axis, keepdims=keepdims)
    if not correction:
        return biased
    ones = ops.ones_like(x, dtype=dtype_name(biased))
    counted = ops.sum(ones, axis=axis, keepdims=keepdims)
    return biased * (counted / (counted - correction))


@ivy_function
def std(x: ArrayLike, axis: Axis = None, correction: float = 0.0, keepdims: bool = False) -> Array:
    """Return the standard deviation; the arguments are those of `var`.

    Example:

    >>> std([1.0, 5.0]).numpy().item()
    2.0
    """
    return ops.sqrt(var(x, axis, correction, keepdims))


def _older(name: str, kernel: Callable) -> Callable:
    """Make an older spelling of a reduction."""

    def function(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
        out = kernel(x, axis=axis, keepdims=keepdims)
        return ops.reshape(out, (1,)) if len(out.shape) == 0 else out

    function.__name__ = function.__qualname__ = f"reduce_{name}"
    function.__doc__ = (
        f"Return `{name}` over some or all axes, in shape `(1,)` where no axis is left.\n\n"
        f"    This is the older spelling of `{name}`.\n\n"
        "    Args:\n"
        "        x: An array, or a Container of arrays.\n"
        "        axis: The axis or axes to reduce; all of them by default.\n"
        "        keepdims: If True, reduced axes stay, with size 1.\n\n"
        "    Example:\n\n"
        f"    >>> keras_ivy.reduce_{name}([3.0, 3.0]).shape\n"
        "    TensorShape([1])\n    "
    )
    return ivy_function(function)


reduce_max = _older("max", max)
reduce_mean = _older("mean", mean)
reduce_min = _older("min", min)
reduce_prod = _older("prod", prod)
reduce_std = _older("std", std)
reduce_sum = _older("sum", sum)
reduce_var = _older("var", var)


@ivy_function
def cumsum(
    x: ArrayLike,
    axis: int = 0,
    exclusive: bool = False,
    reverse: bool = False,
    dtype: DTypeLike = None,
) -> Array:
    """Return the sums of all entries up to each one.

    Args:
        x: An array, or a Container of arrays.
        axis: The axis to add along.
        exclusive: If True, an entry is not part of its own sum.
        reverse: If True, sums run from the end.
        dtype: The data type to add in.

    Example:

    >>> cumsum([1, 2, 3]).numpy().tolist(), cumsum([1, 2, 3], exclusive=True).numpy().tolist()
    ([1, 3, 6], [0, 1, 3])
    """
    return _cumulative(ops.cumsum, x, axis, exclusive, reverse, dtype, 0)


@ivy_function
def cumprod(
    x: ArrayLike,
    axis: int = 0,
    exclusive: bool = False,
    reverse: bool = False,
    dtype: DTypeLike = None,
) -> Array:
    """Return the products of all entries up to each one; the arguments are those of `cumsum`.

    Example:

    >>> cumprod([2, 3, 4]).numpy().tolist(), cumprod([2, 3, 4], reverse=True).numpy().tolist()
    ([2, 6, 24], [24, 12, 4])
    """
    return _cumulative(ops.cumprod, x, axis, exclusive, reverse, dtype, 1)


@ivy_function
def diff(x: ArrayLike, n: int = 1, axis: int = -1) -> Array:
    """Return the differences of neighbours.

    Args:
        x: An array, or a Container of arrays.
        n: How many times differences are taken.
        axis: The axis.

    Example:

    >>> diff([1, 2, 4, 7]).numpy().tolist(), diff([1, 2, 4, 7], 2).numpy().tolist()
    ([1, 2, 3], [1, 1])
    """
    # More often than there are entries leaves none.
    whole("n", n, 0, LARGEST_WINDOW, "diff")
    x = to_tensor(x)
    size = x.shape[axis] if -len(x.shape) <= axis < len(x.shape) else None
    n = size if size is not None and n > size else n
    if kind_of(x) != "b":
        return ops.diff(x, n, axis)
    # Of truth values, whether neighbours differ.
    return ops.diff(to_tensor(x, "int32"), n, axis) % 2 != 0


def _cumulative(
    kernel: Callable,
    x: ArrayLike,
    axis: int,
    exclusive: bool,
    reverse: bool,
    dtype: DTypeLike,
    neutral: int,
) -> Array:
    x = to_tensor(x, None if dtype is None else as_dtype(dtype))
    x = ops.flip(x, axis) if reverse else x
    out = kernel(x, axis=axis)
    if exclusive:
        out = ops.moveaxis(out, axis, 0)
        out = ops.concatenate([ops.full_like(out[:1], neutral), out[:-1]], axis=0)
        out = ops.moveaxis(out, 0, axis)
    return ops.flip(out, axis) if reverse else out


def _extreme(
    owner: str, kernel: Callable, x: ArrayLike, axis: int | None, keepdims: bool, dtype: DTypeLike
) -> Array:
    x = numbers(owner, "bif", x=x)
    return ops.cast(kernel(x, axis=axis, keepdims=keepdims), as_dtype(dtype or "int32"))


@ivy_function
def argmax(
    x: ArrayLike, axis: int | None = None, keepdims: bool = False, dtype: DTypeLike = None
) -> Array:
    """Return the index of the largest entry, the first one of equals.

    Args:
        x: An array, or a Container of arrays.
        axis: The axis to search; the flattened array by default.
        keepdims: If True, the axis stays, with size 1.
        dtype: The data type of the indices; int32 by default.

    Example:

    >>> argmax([[1.0, 5.0], [7.0, 2.0]], axis=1).numpy().tolist()
    [1, 0]
    """
    return _extreme("argmax", ops.argmax, x, axis, keepdims, dtype)


@ivy_function
def argmin(
    x: ArrayLike, axis: int | None = None, keepdims: bool = False, dtype: DTypeLike = None
) -> Array:
    """Return the index of the smallest entry; the arguments are those of `argmax`.

    Example:

    >>> argmin([3.0, 1.0, 2.0]).numpy().item()
    1
    """
    return _extreme("argmin", ops.argmin, x, axis, keepdims, dtype)


@ivy_function
def sort(x: ArrayLike, axis: int = -1, descending: bool = False) -> Array:
    """Return the entries along an axis in order.

    Example:

    >>> sort([3, 1, 2]).numpy().tolist(), sort([3, 1, 2], descending=True).numpy().tolist()
    ([1, 2, 3], [3, 2, 1])
    """
    out = ops.sort(numbers("sort", "bif", x=x), axis=axis)
    return ops.flip(out, axis) if descending else out


@ivy_function
def argsort(x: ArrayLike, axis: int = -1, descending: bool = False) -> Array:
    """Return the indices that sort the entries along an axis, equals in their order.

    Example:

    >>> argsort([3, 1, 2]).numpy().tolist(), argsort([3, 1, 3], descending=True).numpy().tolist()
    ([1, 2, 0], [0, 2, 1])
    """
    x = numbers("argsort", "bif", x=x)
    if not descending:
        return ops.argsort(x, axis=axis)
    backwards = ops.flip(ops.argsort(ops.flip(x, axis), axis=axis), axis)
    return ops.subtract(ops.shape(x)[axis] - 1, backwards)


@ivy_function
def top_k(x: ArrayLike, k: int, *, axis: int = -1, largest: bool = True) -> tuple:
    """Return the `k` largest, or smallest, entries along an axis, and their indices.

    Args:
        x: An array, or a Container of arrays.
        k: How many.
        axis: The axis to search.
        largest: If False, the smallest are returned.

    Returns:
        `(values, indices)`, both sorted from the best on.

    Raises:
        ValueError: If `k` is negative or larger than the axis.

    Example:

    >>> values, indices = top_k([3.0, 9.0, 5.0], 2)
    >>> values.numpy().tolist(), indices.numpy().tolist()
    ([9.0, 5.0], [1, 2])
    """
    x = numbers("top_k", "bif", x=x)
    if kind_of(x) == "b":
        return through("int8", lambda y: top_k(y, k, axis=axis, largest=largest), x)
    if not 0 <= k <= (x.shape[axis] or k):
        raise IvyValueError(
            "`k` is a whole number of at most the size of the axis. "
            f"Received: k={k!r}, axis={axis}, x of shape {tuple(x.shape)}"
        )
    moved = ops.moveaxis(x, axis, -1)
    values, indices = ops.top_k(moved if largest else -moved, k)
    values = values if largest else -values
    return ops.moveaxis(values, -1, axis), ops.moveaxis(indices, -1, axis)


@ivy_function
def searchsorted(x: ArrayLike, v: ArrayLike, side: str = "left") -> Array:
    """Return where each of `v` would go in the sorted vector `x`.

    Example:

    >>> searchsorted([1, 3, 5], [3, 4]).numpy().tolist()
    [1, 2]
    """
    x, v = numbers("searchsorted", "bif", x=to_tensor(x), v=to_tensor(v))
    if kind_of(x) == "b":
        x, v = to_tensor(x, "int32"), to_tensor(v, "int32")
    return ops.searchsorted(x, v, side=side)


@ivy_function
def nonzero(x: ArrayLike) -> tuple:
    """Return the indices of the entries that are not 0, one array for each axis.

    Example:

    >>> [i.numpy().tolist() for i in nonzero([[0, 2], [3, 0]])]
    [[0, 1], [1, 0]]
    """
    return tuple(ops.nonzero(truth(to_tensor(x))))
