"""Statistics under Ivy's names: counts, quantiles, covariances, what NaNs leave."""

from __future__ import annotations

from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import indices_of, kind_of, numbers
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike, Axis
from keras_ivy.utils.checks import choice, whole
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "amax",
    "amin",
    "bincount",
    "corrcoef",
    "cov",
    "higher_order_moment",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanprod",
    "nansum",
    "quantile",
]


@ivy_function
def amax(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the largest entries over some or all axes.

    Example:

    >>> amax([[1.0, 3.0], [2.0, 0.0]], axis=0).numpy().tolist()
    [2.0, 3.0]
    """
    return ops.max(numbers("amax", "if", x=x), axis=axis, keepdims=keepdims)


@ivy_function
def amin(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the smallest entries over some or all axes.

    Example:

    >>> amin([[1.0, 3.0], [2.0, 0.0]], axis=0).numpy().tolist()
    [1.0, 0.0]
    """
    return ops.min(numbers("amin", "if", x=x), axis=axis, keepdims=keepdims)


def _without(x: Array, value: float) -> Array:
    """An array with another number where it has none."""
    if kind_of(x) != "f":
        return x
    return ops.where(ops.isnan(x), to_tensor(value, dtype_name(x)), x)


@ivy_function
def nansum(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the sum of the entries that are numbers, over some or all axes.

    Example:

    >>> nansum([1.0, float("nan"), 2.0]).numpy().item()
    3.0
    """
    return ops.sum(_without(numbers("nansum", "if", x=x), 0.0), axis=axis, keepdims=keepdims)


@ivy_function
def nanprod(a: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the product of the entries that are numbers, over some or all axes.

    Example:

    >>> nanprod([3.0, float("nan"), 2.0]).numpy().item()
    6.0
    """
    return ops.prod(_without(numbers("nanprod", "if", a=a), 1.0), axis=axis, keepdims=keepdims)


@ivy_function
def nanmean(a: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the mean of the entries that are numbers, over some or all axes; NaN of none.

    Example:

    >>> nanmean([1.0, float("nan"), 2.0]).numpy().item()
    1.5
    """
    a = numbers("nanmean", "BIf", a=a)
    count = ops.sum(ops.cast(ops.logical_not(ops.isnan(a)), dtype_name(a)), axis, keepdims)
    return ops.divide(ops.sum(_without(a, 0.0), axis=axis, keepdims=keepdims), count)


@ivy_function
def nanmin(x: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the smallest entry that is a number, over some or all axes; NaN of none.

    Example:

    >>> nanmin([3.0, float("nan"), 2.0]).numpy().item()
    2.0
    """
    x = numbers("nanmin", "if", x=x)
    least = ops.min(_without(x, float("inf")), axis=axis, keepdims=keepdims)
    if kind_of(x) != "f":
        return least
    none = ops.all(ops.isnan(x), axis=axis, keepdims=keepdims)
    return ops.where(none, to_tensor(float("nan"), dtype_name(x)), least)


@ivy_function
def nanmedian(input: ArrayLike, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the median of the entries that are numbers, over some or all axes; NaN of none.

    Its gradient does not run under `tf.vectorized_map`, which cannot map the branch in Keras's.

    Example:

    >>> nanmedian([1.0, float("nan"), 2.0, 9.0]).numpy().item()
    2.0
    """
    x = numbers("nanmedian", "BIf", input=input)
    return ops.nanmedian(x, axis=axis, keepdims=keepdims)


@ivy_function
def quantile(
    a: ArrayLike,
    q: ArrayLike,
    /,
    *,
    axis: Axis = None,
    keepdims: bool = False,
    interpolation: str = "linear",
) -> Array:
    """Return quantiles over some or all axes.

    Args:
        a: An array, or a Container of arrays.
        q: Numbers from 0 to 1: 0.5 is the median.
        axis: The axis or axes; all of them by default.
        keepdims: If True, reduced axes stay, with size 1.
        interpolation: What lies between two entries: `"linear"`, `"lower"`, `"higher"`,
            `"midpoint"` or `"nearest"`.

    Returns:
        An array with the axes of `q` in front.

    Example:

    >>> quantile([1.0, 2.0, 3.0, 5.0], 0.5).numpy().item()
    2.5
    """
    known = ("linear", "lower", "higher", "midpoint", "nearest")
    choice("interpolation", interpolation, known, "quantile")
    a = numbers("quantile", "BIf", a=a)
    return ops.quantile(a, to_tensor(q, dtype_name(a)), axis, interpolation, keepdims)


@ivy_function
def bincount(x: ArrayLike, /, *, weights: ArrayLike | None = None, minlength: int = 0) -> Array:
    """Return how often each of the numbers 0, 1, 2, ... occurs.

    Args:
        x: An array of one axis of whole numbers that are not negative.
        weights: What each counts, 1 by default.
        minlength: The least number of counts.

    Example:

    >>> bincount([0, 2, 2]).numpy().tolist()
    [1, 0, 2]
    """
    whole("minlength", minlength, 0, owner="bincount")
    x = to_tensor(indices_of("bincount", "x", x), "int32")
    if weights is not None:
        weights = numbers("bincount", "if", weights=weights)
    return ops.bincount(x, weights, minlength)


@ivy_function
def cov(
    x1: ArrayLike,
    x2: ArrayLike | None = None,
    /,
    *,
    rowVar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
) -> Array:
    """Return the covariances of variables.

    Args:
        x1: An array of one or two axes: a variable a row.
        x2: More of them.
        rowVar: Whether a row is a variable, else a column is.
        bias: If True, sums of products are divided by the number of observations, else by one less.
        ddof: How much less they are divided by, which goes before `bias`.

    Example:

    >>> cov([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).numpy().tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    rows = _variables("cov", x1, rowVar)
    if x2 is not None:
        rows = ops.concatenate([rows, _variables("cov", x2, rowVar)], axis=0)
    centred = ops.subtract(rows, ops.mean(rows, axis=1, keepdims=True))
    less = ddof if ddof is not None else 0 if bias else 1
    total = ops.matmul(centred, ops.swapaxes(centred, 0, 1))
    divisor = to_tensor(ops.shape(rows)[1] - less, dtype_name(rows))
    out = ops.divide(total, divisor)
    return ops.squeeze(out) if x2 is None and len(to_tensor(x1).shape) < 2 else out


def _variables(owner: str, x: ArrayLike, by_rows: bool) -> Array:
    x = numbers(owner, "BIf", x=x)
    if len(x.shape) not in (1, 2):
        raise IvyValueError(
            f"{owner}: variables are an array of one or two axes. "
            f"Received: an array of shape {tuple(x.shape)}"
        )
    if len(x.shape) == 1:
        return ops.expand_dims(x, 0)
    return x if by_rows else ops.swapaxes(x, 0, 1)


@ivy_function
def corrcoef(x: ArrayLike, /, *, y: ArrayLike | None = None, rowvar: bool = True) -> Array:
    """Return the correlations of variables.

    Args:
        x: An array of one or two axes: a variable a row.
        y: More of them.
        rowvar: Whether a row is a variable, else a column is.

    Example:

    >>> corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).numpy().round(3).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    covariance = cov(x, y, rowVar=rowvar)
    if not len(covariance.shape):
        return ops.divide(covariance, covariance)
    deviation = ops.sqrt(ops.diagonal(covariance))
    return ops.divide(
        covariance, ops.multiply(ops.expand_dims(deviation, 1), ops.expand_dims(deviation, 0))
    )


@ivy_function
def higher_order_moment(x: ArrayLike, order: int, /) -> Array:
    """Return the mean of the tensor powers of the rows of an array.

    Args:
        x: An array of shape `(samples, n)`.
        order: The power, at least 1.

    Returns:
        An array of `order` axes of size `n`.

    Example:

    >>> higher_order_moment([[1.0, 2.0]], 2).numpy().tolist()
    [[1.0, 2.0], [2.0, 4.0]]
    """
    whole("order", order, 1, 20, owner="higher_order_moment")
    x = numbers("higher_order_moment", "BIf", x=x)
    if len(x.shape) != 2:
        raise IvyValueError(
            "higher_order_moment: `x` has two axes, samples and sizes. "
            f"Received: x of shape {tuple(x.shape)}"
        )
    moment = x
    for _ in range(order - 1):
        wide = ops.reshape(x, (ops.shape(x)[0], *[1] * (len(moment.shape) - 1), ops.shape(x)[1]))
        moment = ops.multiply(ops.expand_dims(moment, -1), wide)
    return ops.mean(moment, axis=0)
