"""Further linear algebra under Ivy's names: chains of products, spectra, norms, triangles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import is_complex, numbers, through
from keras_ivy.ops.maths.decompositions import eigh, svd
from keras_ivy.ops.maths.linalg import matmul, matrix_norm
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "adjoint",
    "clip_matrix_norm",
    "cond",
    "eig",
    "eigvals",
    "eigvalsh",
    "matrix_exp",
    "matrix_rank",
    "multi_dot",
    "solve_triangular",
    "svdvals",
]


def _matrices(owner: str, x: ArrayLike, types: str = "BIfc", square: bool = False) -> Array:
    x = numbers(owner, types, x=x)
    shape = tuple(x.shape)
    if len(shape) < 2 or (square and None not in shape[-2:] and shape[-1] != shape[-2]):
        what = "square matrices" if square else "matrices"
        raise IvyValueError(
            f"{owner}: `x` holds {what} in its last two axes. Received: x of shape {shape}"
        )
    return x


@ivy_function
def adjoint(x: ArrayLike, /) -> Array:
    """Return matrices with their last two axes exchanged and all entries conjugated.

    Args:
        x: An array of shape `(..., n, m)`, or a Container of arrays.

    Example:

    >>> adjoint([[1j, 2.0]]).numpy().tolist()
    [[-1j], [(2-0j)]]
    """
    x = ops.swapaxes(_matrices("adjoint", x, "bifc"), -1, -2)
    return tf.math.conj(x) if is_complex(x) else x


@ivy_function
def multi_dot(x: Sequence[ArrayLike], /) -> Array:
    """Return the product of several matrices, in the order that takes the fewest multiplications.

    Args:
        x: A list of two or more matrices; the first and the last may be vectors.

    Raises:
        TypeError: If one is no array of numbers.
        ValueError: If there are fewer, or their sizes do not fit.

    Example:

    >>> multi_dot([[[1.0, 2.0]], [[3.0], [4.0]], [[2.0]]]).numpy().tolist()
    [[22.0]]
    """
    if not isinstance(x, list | tuple) or len(x) < 2:
        raise IvyValueError(f"multi_dot: `x` is a list of two or more arrays. {received('x', x)}")
    arrays = [numbers("multi_dot", "ifc", x=one) for one in x]
    ranks = [len(one.shape) for one in arrays]
    if any(rank != 2 for rank in ranks[1:-1]) or not {ranks[0], ranks[-1]} <= {1, 2}:
        raise IvyValueError(
            "multi_dot: all are matrices but the first and the last, which may be vectors. "
            f"Received: x of shapes {[tuple(one.shape) for one in arrays]}"
        )
    rows, columns = ranks[0] == 1, ranks[-1] == 1
    arrays[0] = ops.expand_dims(arrays[0], 0) if rows else arrays[0]
    arrays[-1] = ops.expand_dims(arrays[-1], -1) if columns else arrays[-1]
    sizes = [one.shape[0] for one in arrays] + [arrays[-1].shape[1]]
    cuts = _cuts(sizes) if None not in sizes else None

    def product(first: int, last: int) -> Array:
        if first == last:
            return arrays[first]
        cut = last - 1 if cuts is None else cuts[first, last]
        return matmul(product(first, cut), product(cut + 1, last))

    out = product(0, len(arrays) - 1)
    out = ops.squeeze(out, -1) if columns else out
    return ops.squeeze(out, 0) if rows else out


def _cuts(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Return where each chain of matrices is best cut in two, by its first and last matrix."""
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    cuts = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            ways = [
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            ]
            cost[i, j], cuts[i, j] = min(ways)
    return cuts


@ivy_function(symbolic=True)
def matrix_exp(x: ArrayLike, /) -> Array:
    """Return the exponential of square matrices.

    Its gradient does not run under `tf.vectorized_map`, which cannot map TensorFlow's branch.

    Example:

    >>> matrix_exp([[0.0, 0.0], [0.0, 0.0]]).numpy().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    x = _matrices("matrix_exp", x, square=True)
    return through("float32", tf.linalg.expm, x) if "16" in dtype_name(x) else tf.linalg.expm(x)


@ivy_function
def svdvals(x: ArrayLike, /) -> Array:
    """Return the singular values of matrices, the largest first.

    Example:

    >>> svdvals([[3.0, 0.0], [0.0, -4.0]]).numpy().tolist()
    [4.0, 3.0]
    """
    return svd(_matrices("svdvals", x), compute_uv=False)


@ivy_function
def eigvalsh(x: ArrayLike, /) -> Array:
    """Return the eigenvalues of symmetric matrices, the smallest first.

    Example:

    >>> eigvalsh([[2.0, 0.0], [0.0, 1.0]]).numpy().tolist()
    [1.0, 2.0]
    """
    return eigh(_matrices("eigvalsh", x, square=True))[0]


@ivy_function(symbolic=True)
def eig(x: ArrayLike, /) -> tuple[Array, Array]:
    """Return the eigenvalues of square matrices and their eigenvectors, in columns; both complex.

    Example:

    >>> values, vectors = eig([[0.0, -1.0], [1.0, 0.0]])
    >>> sorted(values.numpy().round(3).tolist(), key=lambda v: v.imag)
    [-1j, 1j]
    """
    x = _matrices("eig", x, square=True)
    values, vectors = tf.linalg.eig(tf.cast(x, tf.float32) if "16" in dtype_name(x) else x)
    return values, vectors


@ivy_function
def eigvals(x: ArrayLike, /) -> Array:
    """Return the eigenvalues of square matrices, which are complex.

    Example:

    >>> eigvals([[2.0]]).numpy().tolist()
    [(2+0j)]
    """
    return eig(x)[0]


@ivy_function(symbolic=True)
def matrix_rank(
    x: ArrayLike,
    /,
    *,
    atol: float | None = None,
    rtol: float | None = None,
    hermitian: bool = False,
) -> Array:
    """Return the number of singular values above a bound.

    Args:
        x: An array of shape `(..., n, m)`, or a Container of arrays.
        atol: The bound, 0 by default.
        rtol: The bound relative to the largest singular value; by default, if there is no `atol`,
            the larger size times the precision of the data type. The larger bound counts.
        hermitian: If True, the matrices are symmetric, which is quicker.

    Example:

    >>> int(matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    1
    """
    x = _matrices("matrix_rank", x, square=hermitian)
    if "16" in dtype_name(x):
        x = tf.cast(x, tf.float32)
    values = tf.abs(tf.linalg.eigvalsh(x)) if hermitian else tf.linalg.svd(x, compute_uv=False)
    largest = tf.reduce_max(values, -1, keepdims=True)
    sizes = tf.cast(tf.reduce_max(tf.shape(x)[-2:]), values.dtype)
    if rtol is None:
        precision = np.finfo(values.dtype.as_numpy_dtype).eps
        rtol = sizes * precision if atol is None else 0.0
    bound = tf.maximum(tf.cast(atol or 0.0, values.dtype), tf.cast(rtol, values.dtype) * largest)
    return tf.reduce_sum(tf.cast(values > bound, tf.int64), -1)


@ivy_function
def cond(x: ArrayLike, /, *, p: float | str | None = None) -> Array:
    """Return how much a matrix may enlarge relative errors: the norm of it times its inverse's.

    Args:
        x: An array of shape `(..., n, n)`, or a Container of arrays; for the default also
            `(..., n, m)`.
        p: The norm, as in `matrix_norm`; None is the largest singular value by the smallest one.

    Example:

    >>> cond([[2.0, 0.0], [0.0, 1.0]]).numpy().item()
    2.0
    """
    if p is None or p in (2, -2):
        values = svdvals(x)
        first, last = values[..., 0], values[..., -1]
        return ops.divide(last, first) if p == -2 else ops.divide(first, last)
    x = _matrices("cond", x, square=True)
    return ops.multiply(matrix_norm(x, ord=p), matrix_norm(ops.inv(x), ord=p))


@ivy_function
def clip_matrix_norm(x: ArrayLike, max_norm: float, /, *, p: float | str = 2.0) -> Array:
    """Return matrices scaled down to a norm where theirs is larger.

    Args:
        x: An array of shape `(..., n, m)`, or a Container of arrays.
        max_norm: The largest norm.
        p: The norm, as in `matrix_norm`.

    Example:

    >>> clip_matrix_norm([[3.0, 0.0], [0.0, 4.0]], 2.0).numpy().tolist()
    [[1.5, 0.0], [0.0, 2.0]]
    """
    x = _matrices("clip_matrix_norm", x)
    norm = matrix_norm(x, ord=p, keepdims=True)
    ratio = ops.divide(to_tensor(max_norm, dtype_name(norm)), ops.where(norm == 0, 1.0, norm))
    scale = ops.minimum(ratio, ops.ones_like(ratio))
    if is_complex(x):
        return x * tf.cast(scale, x.dtype)
    return ops.multiply(x, ops.cast(scale, dtype_name(x)))


@ivy_function(symbolic=True)
def solve_triangular(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    *,
    upper: bool = True,
    adjoint: bool = False,
    unit_diagonal: bool = False,
) -> Array:
    """Return the solution of `x1 @ x = x2` for triangular matrices.

    Args:
        x1: An array of shape `(..., n, n)`, of which one triangle is read.
        x2: An array of shape `(..., n, k)`.
        upper: Whether that is the upper triangle.
        adjoint: If True, `x1` is transposed and conjugated first.
        unit_diagonal: If True, the diagonal of `x1` is taken to be 1.

    Example:

    >>> solve_triangular([[2.0, 1.0], [0.0, 4.0]], [[3.0], [4.0]]).numpy().tolist()
    [[1.0], [1.0]]
    """
    x1 = _matrices("solve_triangular", x1, square=True)
    x2 = numbers("solve_triangular", "BIfc", x2=x2)
    if unit_diagonal:
        x1 = tf.linalg.set_diag(x1, tf.ones_like(tf.linalg.diag_part(x1)))

    def kernel(a: Array, b: Array) -> Array:
        return tf.linalg.triangular_solve(a, b, lower=not upper, adjoint=adjoint)

    if "16" in dtype_name(x1):
        return through("float32", kernel, x1, x2)
    return kernel(x1, x2)
