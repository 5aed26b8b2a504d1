"""Linear algebra under Ivy's names."""

from __future__ import annotations

from math import inf

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.ivy.devices import on_device
from keras_ivy.ops.kinds import (
    bilinear,
    complex_operands,
    is_complex,
    kind_of,
    numbers,
    through,
    typed,
)
from keras_ivy.ops.maths.decompositions import svd
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike, Axis

__all__ = [
    "cross",
    "diag",
    "diagonal",
    "dot",
    "einsum",
    "inner",
    "kron",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_transpose",
    "outer",
    "tensordot",
    "trace",
    "tril",
    "triu",
    "vecdot",
    "vector_norm",
]


@ivy_function
def matmul(
    x1: ArrayLike, x2: ArrayLike, *, transpose_a: bool = False, transpose_b: bool = False
) -> Array:
    """Return the matrix product over the last two axes; leading axes broadcast.

    Args:
        x1: An array of shape `(..., n, k)`, or a vector of `k`.
        x2: An array of shape `(..., k, m)`, or a vector of `k`.
        transpose_a: If True, the last two axes of `x1` are exchanged first.
        transpose_b: If True, the last two axes of `x2` are exchanged first.

    Example:

    >>> matmul([[1.0, 2.0]], [[3.0, 4.0]], transpose_b=True).numpy().tolist()
    [[11.0]]
    """
    if transpose_a:
        x1 = ops.swapaxes(to_tensor(x1), -1, -2)
    if transpose_b:
        x2 = ops.swapaxes(to_tensor(x2), -1, -2)
    return bilinear(ops.matmul, to_tensor(x1), to_tensor(x2))


@ivy_function
def dot(a: ArrayLike, b: ArrayLike) -> Array:
    """Return the sum of products over the last axis of `a` and the last but one of `b`.

    Example:

    >>> dot([1.0, 2.0], [3.0, 4.0]).numpy().item()
    11.0
    """
    return bilinear(ops.dot, to_tensor(a), to_tensor(b))


@ivy_function
def einsum(equation: str, *operands: ArrayLike) -> Array:
    """Return the sum of products that an equation such as `"bij,bjk->bik"` describes.

    Example:

    >>> einsum("ij,j->i", [[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]).numpy().tolist()
    [3.0, 7.0]
    """
    arrays = [typed("einsum", "ifc", "operands", to_tensor(x)) for x in operands]
    if any(is_complex(x) for x in arrays):
        return tf.einsum(equation, *complex_operands(arrays))
    return ops.einsum(equation, *arrays)


def _inner(a: ArrayLike, b: ArrayLike) -> Array:
    # Keras's own fails in traced functions, as its `kron` does.
    if not (len(a.shape) and len(b.shape)):
        return ops.multiply(a, b)
    return ops.tensordot(a, b, axes=[[-1], [-1]])


@ivy_function
def inner(x1: ArrayLike, x2: ArrayLike) -> Array:
    """Return the sums of products over the last axes.

    Example:

    >>> inner([1.0, 2.0], [3.0, 4.0]).numpy().item()
    11.0
    """
    return bilinear(_inner, to_tensor(x1), to_tensor(x2))


@ivy_function
def outer(x1: ArrayLike, x2: ArrayLike) -> Array:
    """Return all products of an entry of one vector with one of the other.

    Example:

    >>> outer([1.0, 2.0], [3.0, 4.0]).numpy().tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    return bilinear(ops.outer, to_tensor(x1), to_tensor(x2))


@ivy_function
def vecdot(x1: ArrayLike, x2: ArrayLike, *, axis: int = -1) -> Array:
    """Return the sums of products along an axis; the arrays broadcast.

    Example:

    >>> vecdot([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]).numpy().tolist()
    [3.0, 7.0]
    """
    x1, x2 = numbers("vecdot", "ifc", x1=to_tensor(x1), x2=to_tensor(x2))
    return bilinear(lambda a, b: ops.sum(ops.multiply(a, b), axis=axis), x1, x2)


@ivy_function
def tensordot(x1: ArrayLike, x2: ArrayLike, *, axes: Axis = 2) -> Array:
    """Return the sums of products over several axes: so many inner ones, or a pair of lists.

    Example:

    >>> tensordot([[1.0, 2.0]], [[1.0, 2.0]], axes=2).numpy().item()
    5.0
    """
    x1, x2 = to_tensor(x1), to_tensor(x2)
    return bilinear(lambda a, b: ops.tensordot(a, b, axes=axes), x1, x2)


@ivy_function
def cross(
    x1: ArrayLike,
    x2: ArrayLike,
    *,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Array:
    """Return the cross products of vectors of three.

    Args:
        x1: The first vectors.
        x2: The second vectors.
        axisa: The axis of `x1` along which its vectors are.
        axisb: The axis of `x2` along which its vectors are.
        axisc: The axis of the result along which its vectors are.
        axis: The axis of all three, which goes before them.

    Example:

    >>> cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]).numpy().tolist()
    [0.0, 0.0, 1.0]
    """
    x1, x2 = numbers("cross", "ifc", x1=to_tensor(x1), x2=to_tensor(x2))
    return bilinear(lambda a, b: ops.cross(a, b, axisa, axisb, axisc, axis), x1, x2)


def _kron(a: ArrayLike, b: ArrayLike) -> Array:
    rank = max(len(a.shape), len(b.shape))
    sizes = []
    for x in (a, b):
        sizes.append([1] * (rank - len(x.shape)) + list(ops.shape(x)))
    rows = [n for size in sizes[0] for n in (size, 1)]
    columns = [n for size in sizes[1] for n in (1, size)]
    product = ops.multiply(ops.reshape(a, rows), ops.reshape(b, columns))
    return ops.reshape(product, [m * n for m, n in zip(*sizes, strict=True)])


@ivy_function
def kron(a: ArrayLike, b: ArrayLike) -> Array:
    """Return the Kronecker product.

    Example:

    >>> kron([1.0, 2.0], [1.0, 1.0]).numpy().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    a, b = to_tensor(a), to_tensor(b)
    if kind_of(a) == kind_of(b) == "b":
        return through("int8", _kron, a, b)
    return bilinear(_kron, a, b)


@ivy_function
def matrix_transpose(x: ArrayLike) -> Array:
    """Return the array with its last two axes exchanged.

    Example:

    >>> matrix_transpose([[1, 2]]).numpy().tolist()
    [[1], [2]]
    """
    return ops.swapaxes(to_tensor(x), -1, -2)


@ivy_function
def diag(x: ArrayLike, *, k: int = 0) -> Array:
    """Return a matrix with a vector on its `k`-th diagonal, or the diagonal of a matrix.

    Example:

    >>> diag([1, 2]).numpy().tolist(), diag([[1, 2], [3, 4]]).numpy().tolist()
    ([[1, 0], [0, 2]], [1, 4])
    """
    return ops.diag(to_tensor(x), k)


@ivy_function
def diagonal(x: ArrayLike, *, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Array:
    """Return a diagonal of matrices, in the last axis."""
    return ops.diagonal(to_tensor(x), offset=offset, axis1=axis1, axis2=axis2)


@ivy_function
def trace(x: ArrayLike, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """Return the sum of a diagonal.

    Example:

    >>> trace([[1, 2], [3, 4]]).numpy().item()
    5
    """
    return ops.trace(to_tensor(x), offset=offset, axis1=axis1, axis2=axis2)


@ivy_function
def vector_norm(
    x: ArrayLike, *, axis: Axis = None, keepdims: bool = False, ord: float = 2
) -> Array:
    """Return the norm of vectors along one or several axes, of the whole array by default.

    Args:
        x: An array, or a Container of arrays.
        axis: The axis or axes.
        keepdims: If True, reduced axes stay, with size 1.
        ord: The order `p` of `sum(|x|**p)**(1/p)`; `inf`, `-inf` and 0 are the largest, the
            smallest, and the number of those that are not 0.

    Example:

    >>> vector_norm([3.0, 4.0]).numpy().item(), vector_norm([3.0, -4.0], ord=1).numpy().item()
    (5.0, 7.0)
    """
    x = ops.abs(to_tensor(x))
    if not _is_float(x):
        x = ops.cast(x, "float32")
    if ord == 2:
        return ops.sqrt(ops.sum(ops.square(x), axis=axis, keepdims=keepdims))
    if ord == float("inf"):
        return ops.max(x, axis=axis, keepdims=keepdims)
    if ord == -float("inf"):
        return ops.min(x, axis=axis, keepdims=keepdims)
    if ord == 0:
        return ops.sum(ops.cast(x != 0, x.dtype), axis=axis, keepdims=keepdims)
    return ops.power(ops.sum(ops.power(x, ord), axis=axis, keepdims=keepdims), 1.0 / ord)


def _is_float(x: ArrayLike) -> bool:
    return "float" in str(getattr(x.dtype, "name", x.dtype))


@ivy_function
def matrix_norm(
    x: ArrayLike, *, ord: float | str = "fro", axis: tuple = (-2, -1), keepdims: bool = False
) -> Array:
    """Return the norm of matrices: `"fro"`, `"nuc"`, 1, -1, 2, -2, `inf` or `-inf`.

    Example:

    >>> matrix_norm([[3.0, 0.0], [0.0, 4.0]]).numpy().item()
    5.0
    """
    x = numbers("matrix_norm", "BIfc", x=x)
    if is_complex(x) and ord in ("fro", 1, -1, inf, -inf):
        x = tf.abs(x)  # these know absolute values only, and Keras computes them in complex64
    axes = tuple(axis)
    if ord in (2, -2, "nuc"):  # Keras's own takes no singular values of halves, and narrows
        values = svd(ops.moveaxis(x, axes, (-2, -1)), compute_uv=False)
        norm = {2: ops.max, -2: ops.min, "nuc": ops.sum}[ord](values, axis=-1)
    else:
        norm = ops.norm(x, ord=ord, axis=axes)
    if not keepdims:
        return norm
    # Keras's own has no axes to keep where it takes singular values.
    for place in sorted(i % len(x.shape) for i in axes):
        norm = ops.expand_dims(norm, place)
    return norm


@ivy_function(symbolic=True)
def matrix_power(x: ArrayLike, n: int) -> Array:
    """Return a square matrix multiplied with itself; a negative power inverts it.

    Example:

    >>> matrix_power([[1.0, 1.0], [0.0, 1.0]], 5).numpy().tolist()
    [[1.0, 5.0], [0.0, 1.0]]
    """
    x = numbers("matrix_power", "ifc", x=x)
    if dtype_name(x) in ("int8", "int16", "uint8", "uint16"):
        x = tf.cast(x, tf.int32)  # TensorFlow multiplies no matrices of these
    if n < 0:
        x, n = ops.inv(x), -n
    out = None
    while n:
        if n & 1:
            out = x if out is None else tf.matmul(out, x)
        x, n = tf.matmul(x, x), n >> 1
    if out is None:
        return tf.eye(tf.shape(x)[-1], batch_shape=tf.shape(x)[:-2], dtype=x.dtype)
    return out


@on_device
def tril(x: ArrayLike, k: int = 0) -> Array:
    """Return matrices with zeros above the `k`-th diagonal.

    Example:

    >>> tril([[1, 2], [3, 4]]).numpy().tolist()
    [[1, 0], [3, 4]]
    """
    return ops.tril(to_tensor(x), k)


@on_device
def triu(x: ArrayLike, k: int = 0) -> Array:
    """Return matrices with zeros below the `k`-th diagonal.

    Example:

    >>> triu([[1, 2], [3, 4]]).numpy().tolist()
    [[1, 2], [0, 4]]
    """
    return ops.triu(to_tensor(x), k)
