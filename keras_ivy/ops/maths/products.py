"""Products, integrals and powers that are arrays of a certain form, under Ivy's names."""

from __future__ import annotations

from collections.abc import Sequence

from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import is_complex, numbers
from keras_ivy.ops.maths.elementwise import multiply, negative
from keras_ivy.ops.maths.linalg import tensordot
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import received, whole
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = [
    "batched_outer",
    "diagflat",
    "general_inner_product",
    "trapz",
    "vander",
    "vector_to_skew_symmetric_matrix",
]

#: No polynomial has more; each is an operation.
MOST_POWERS = 10_000


@ivy_function
def vector_to_skew_symmetric_matrix(vector: ArrayLike, /) -> Array:
    """Return the matrices that multiply as the cross product with vectors does.

    Args:
        vector: An array of shape `(..., 3)`, or a Container of arrays.

    Returns:
        An array of shape `(..., 3, 3)`.

    Raises:
        ValueError: If the last axis is not of size 3.

    Example:

    >>> vector_to_skew_symmetric_matrix([1.0, 2.0, 3.0]).numpy().tolist()
    [[0.0, -3.0, 2.0], [3.0, 0.0, -1.0], [-2.0, 1.0, 0.0]]

    Reference: Ivy's `functional/ivy/linear_algebra.py`.
    """
    vector = numbers("vector_to_skew_symmetric_matrix", "ifc", vector=vector)
    if not len(vector.shape) or vector.shape[-1] != 3:
        raise IvyValueError(
            "vector_to_skew_symmetric_matrix: the last axis is of size 3. "
            f"Received: vector of shape {tuple(vector.shape)}"
        )
    x, y, z = (vector[..., i] for i in range(3))
    zero = ops.zeros_like(x)
    rows = [(zero, negative(z), y), (z, zero, negative(x)), (negative(y), x, zero)]
    return ops.stack([ops.stack(row, axis=-1) for row in rows], axis=-2)


@ivy_function
def general_inner_product(a: ArrayLike, b: ArrayLike, n_modes: int | None = None, /) -> Array:
    """Return sums of products over the last axes of `a` and the first of `b`.

    Args:
        a: An array.
        b: An array.
        n_modes: The number of axes; by default all of them, of arrays of one shape.

    Example:

    >>> general_inner_product([[1.0, 2.0]], [[3.0, 4.0]]).numpy().item()
    11.0
    """
    a, b = (to_tensor(x) for x in numbers("general_inner_product", "ifc", a=a, b=b))
    if n_modes is None:
        if tuple(a.shape) != tuple(b.shape):
            raise IvyValueError(
                "general_inner_product: without `n_modes` both are of one shape. "
                f"Received: shapes {tuple(a.shape)} and {tuple(b.shape)}"
            )
        n_modes = len(a.shape)
    return tensordot(a, b, axes=n_modes)


@ivy_function
def batched_outer(tensors: Sequence[ArrayLike], /) -> Array:
    """Return all products of entries of several arrays, for each index of their first axis.

    Args:
        tensors: Arrays of shapes `(batch, ...)`.

    Returns:
        An array of the batch axis and all other axes.

    Example:

    >>> batched_outer([[[1.0, 2.0]], [[3.0, 4.0]]]).numpy().tolist()
    [[[3.0, 4.0], [6.0, 8.0]]]
    """
    if not isinstance(tensors, list | tuple) or not tensors:
        raise IvyTypeError(
            f"batched_outer: `tensors` is a list of arrays. {received('tensors', tensors)}"
        )
    out, *rest = (to_tensor(x) for x in tensors)
    for x in rest:
        left = (*ops.shape(out), *[1] * (len(x.shape) - 1))
        right = (ops.shape(x)[0], *[1] * (len(out.shape) - 1), *ops.shape(x)[1:])
        out = multiply(ops.reshape(out, left), ops.reshape(x, right))
    return out


@ivy_function
def diagflat(x: ArrayLike, /, *, offset: int = 0) -> Array:
    """Return a matrix with all entries of an array on a diagonal.

    Example:

    >>> diagflat([[1, 2]], offset=1).numpy().tolist()
    [[0, 1, 0], [0, 0, 2], [0, 0, 0]]
    """
    return ops.diag(ops.reshape(to_tensor(x), (-1,)), offset)


@ivy_function
def trapz(y: ArrayLike, /, *, x: ArrayLike | None = None, dx: float = 1.0, axis: int = -1) -> Array:
    """Return the integral of samples along an axis by the trapezoidal rule.

    Args:
        y: An array, or a Container of arrays.
        x: The places of the samples; by default they are `dx` apart.
        dx: The distance of the places.
        axis: The axis.

    Example:

    >>> trapz([1.0, 2.0, 3.0]).numpy().item()
    4.0
    """
    y = ops.moveaxis(numbers("trapz", "BIf", y=y), axis, -1)
    means = ops.divide(ops.add(y[..., 1:], y[..., :-1]), 2)
    if x is None:
        return ops.multiply(ops.sum(means, axis=-1), dx)
    places = numbers("trapz", "BIf", x=x)
    if len(places.shape) > 1:
        places = ops.moveaxis(places, axis, -1)
    return ops.sum(ops.multiply(means, places[..., 1:] - places[..., :-1]), axis=-1)


@ivy_function
def vander(x: ArrayLike, /, *, N: int | None = None, increasing: bool = False) -> Array:
    """Return the powers of the entries of a vector, one row for each entry.

    Args:
        x: An array of one axis.
        N: The number of powers, at most 10,000; by default as many as entries.
        increasing: Whether powers grow from 0, else they fall to 0.

    Example:

    >>> vander([2, 3], N=3).numpy().tolist()
    [[4, 2, 1], [9, 3, 1]]
    """
    x = numbers("vander", "ifc", x=x)
    if len(x.shape) != 1:
        raise IvyValueError(f"vander: `x` has one axis. Received: x of shape {tuple(x.shape)}")
    count = x.shape[0] if N is None else whole("N", N, 0, MOST_POWERS, "vander")
    if count is None:
        raise IvyValueError(
            f"vander: `N` is needed where the size is not known. {received('N', N)}"
        )
    columns = [ops.ones_like(x)] if count else []
    for _ in range(count - 1):
        columns.append(columns[-1] * x if is_complex(x) else ops.multiply(columns[-1], x))
    if not count:
        return ops.zeros((x.shape[0], 0), dtype_name(x))
    return ops.stack(columns if increasing else columns[::-1], axis=-1)
