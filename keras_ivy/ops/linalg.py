"""Linear algebra under Ivy's names."""

from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function, tensor
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "cholesky",
    "cross",
    "det",
    "diag",
    "diagonal",
    "dot",
    "eigh",
    "einsum",
    "inner",
    "inv",
    "kron",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_transpose",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "tensordot",
    "trace",
    "vecdot",
    "vector_norm",
]


@ivy_function
def matmul(x1: Any, x2: Any, *, transpose_a: bool = False, transpose_b: bool = False) -> Any:
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
        x1 = ops.swapaxes(tensor(x1), -1, -2)
    if transpose_b:
        x2 = ops.swapaxes(tensor(x2), -1, -2)
    return ops.matmul(tensor(x1), tensor(x2))


@ivy_function
def dot(a: Any, b: Any) -> Any:
    """Return the sum of products over the last axis of `a` and the last but one of `b`.

    Example:

    >>> dot([1.0, 2.0], [3.0, 4.0]).numpy().item()
    11.0
    """
    return ops.dot(tensor(a), tensor(b))


@ivy_function
def einsum(equation: str, *operands: Any) -> Any:
    """Return the sum of products that an equation such as `"bij,bjk->bik"` describes.

    Example:

    >>> einsum("ij,j->i", [[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]).numpy().tolist()
    [3.0, 7.0]
    """
    return ops.einsum(equation, *(tensor(x) for x in operands))


@ivy_function
def inner(x1: Any, x2: Any) -> Any:
    """Return the sums of products over the last axes.

    Example:

    >>> inner([1.0, 2.0], [3.0, 4.0]).numpy().item()
    11.0
    """
    return ops.inner(tensor(x1), tensor(x2))


@ivy_function
def outer(x1: Any, x2: Any) -> Any:
    """Return all products of an entry of one vector with one of the other.

    Example:

    >>> outer([1.0, 2.0], [3.0, 4.0]).numpy().tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    return ops.outer(tensor(x1), tensor(x2))


@ivy_function
def vecdot(x1: Any, x2: Any, *, axis: int = -1) -> Any:
    """Return the sums of products along an axis; the arrays broadcast.

    Example:

    >>> vecdot([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]).numpy().tolist()
    [3.0, 7.0]
    """
    return ops.sum(ops.multiply(tensor(x1), tensor(x2)), axis=axis)


@ivy_function
def tensordot(x1: Any, x2: Any, *, axes: Any = 2) -> Any:
    """Return the sums of products over several axes: so many inner ones, or a pair of lists.

    Example:

    >>> tensordot([[1.0, 2.0]], [[1.0, 2.0]], axes=2).numpy().item()
    5.0
    """
    return ops.tensordot(tensor(x1), tensor(x2), axes=axes)


@ivy_function
def cross(x1: Any, x2: Any, *, axis: int = -1) -> Any:
    """Return the cross products of vectors of three.

    Example:

    >>> cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]).numpy().tolist()
    [0.0, 0.0, 1.0]
    """
    return ops.cross(tensor(x1), tensor(x2), axis=axis)


@ivy_function
def kron(a: Any, b: Any) -> Any:
    """Return the Kronecker product.

    Example:

    >>> kron([1.0, 2.0], [1.0, 1.0]).numpy().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    return ops.kron(tensor(a), tensor(b))


@ivy_function
def matrix_transpose(x: Any) -> Any:
    """Return the array with its last two axes exchanged.

    Example:

    >>> matrix_transpose([[1, 2]]).numpy().tolist()
    [[1], [2]]
    """
    return ops.swapaxes(tensor(x), -1, -2)


@ivy_function
def diag(x: Any, *, k: int = 0) -> Any:
    """Return a matrix with a vector on its `k`-th diagonal, or the diagonal of a matrix.

    Example:

    >>> diag([1, 2]).numpy().tolist(), diag([[1, 2], [3, 4]]).numpy().tolist()
    ([[1, 0], [0, 2]], [1, 4])
    """
    return ops.diag(tensor(x), k)


@ivy_function
def diagonal(x: Any, *, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Any:
    """Return a diagonal of matrices, in the last axis."""
    return ops.diagonal(tensor(x), offset=offset, axis1=axis1, axis2=axis2)


@ivy_function
def trace(x: Any, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Return the sum of a diagonal.

    Example:

    >>> trace([[1, 2], [3, 4]]).numpy().item()
    5
    """
    return ops.trace(tensor(x), offset=offset, axis1=axis1, axis2=axis2)


@ivy_function
def vector_norm(x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
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
    x = ops.abs(tensor(x))
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


def _is_float(x: Any) -> bool:
    return "float" in str(getattr(x.dtype, "name", x.dtype))


@ivy_function
def matrix_norm(x: Any, *, ord: Any = "fro", axis: tuple = (-2, -1), keepdims: bool = False) -> Any:
    """Return the norm of matrices: `"fro"`, `"nuc"`, 1, -1, 2, -2, `inf` or `-inf`.

    Example:

    >>> matrix_norm([[3.0, 0.0], [0.0, 4.0]]).numpy().item()
    5.0
    """
    return ops.norm(tensor(x), ord=ord, axis=tuple(axis), keepdims=keepdims)


@ivy_function(symbolic=True)
def matrix_power(x: Any, n: int) -> Any:
    """Return a square matrix multiplied with itself; a negative power inverts it.

    Example:

    >>> matrix_power([[1.0, 1.0], [0.0, 1.0]], 5).numpy().tolist()
    [[1.0, 5.0], [0.0, 1.0]]
    """
    x = ops.convert_to_tensor(x)
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


@ivy_function
def det(x: Any) -> Any:
    """Return the determinants of square matrices.

    Example:

    >>> det([[2.0, 0.0], [0.0, 3.0]]).numpy().item()
    6.0
    """
    return ops.det(tensor(x))


@ivy_function
def slogdet(x: Any) -> tuple:
    """Return sign and logarithm of the determinants of square matrices."""
    return ops.slogdet(tensor(x))


@ivy_function
def inv(x: Any, *, adjoint: bool = False) -> Any:
    """Return the inverses of square matrices, or of their adjoints.

    Example:

    >>> inv([[2.0, 0.0], [0.0, 4.0]]).numpy().tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return ops.inv(ops.conj(ops.swapaxes(tensor(x), -1, -2)) if adjoint else tensor(x))


@ivy_function(symbolic=True)
def pinv(x: Any, *, rtol: Any = None) -> Any:
    """Return the pseudo-inverses of matrices.

    Args:
        x: An array of shape `(..., n, m)`.
        rtol: Singular values below this part of the largest count as 0.

    Example:

    >>> pinv([[2.0, 0.0]]).numpy().round(6).tolist()
    [[0.5], [0.0]]
    """
    return tf.linalg.pinv(ops.convert_to_tensor(x), rcond=rtol)


@ivy_function
def solve(x1: Any, x2: Any, *, adjoint: bool = False) -> Any:
    """Return the solutions `x` of `x1 @ x = x2`.

    Example:

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 4.0]).numpy().tolist()
    [1.0, 1.0]
    """
    x1 = tensor(x1)
    return ops.solve(ops.conj(ops.swapaxes(x1, -1, -2)) if adjoint else x1, tensor(x2))


@ivy_function
def cholesky(x: Any, *, upper: bool = False) -> Any:
    """Return the triangular factors of positive definite matrices, lower ones by default.

    Example:

    >>> cholesky([[4.0, 0.0], [0.0, 9.0]]).numpy().tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    return ops.cholesky(tensor(x), upper=upper)


@ivy_function
def qr(x: Any, *, mode: str = "reduced") -> tuple:
    """Return the factors `q, r` of matrices, `q` orthogonal and `r` upper triangular."""
    if mode not in ("reduced", "complete"):
        raise IvyValueError(f'`mode` is "reduced" or "complete". Received: mode={mode!r}')
    return ops.qr(tensor(x), mode=mode)


@ivy_function
def svd(x: Any, *, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Return the factors `u, s, vh` of matrices, or `s` alone if `compute_uv` is False."""
    return ops.svd(tensor(x), full_matrices=full_matrices, compute_uv=compute_uv)


@ivy_function
def eigh(x: Any) -> tuple:
    """Return eigenvalues and eigenvectors of symmetric matrices, in ascending order."""
    return ops.eigh(tensor(x))
