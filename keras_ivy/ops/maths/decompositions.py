"""Factors, inverses and determinants of matrices under Ivy's names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import complex_operands, is_complex, kind_of, through, typed
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "cholesky",
    "det",
    "eigh",
    "inv",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
]


def _adjoint(x: ArrayLike) -> Array:
    x = ops.swapaxes(x, -1, -2)
    return ops.conj(x) if kind_of(x) == "c" else x


def _solved(owner: str, kernel: Callable, *xs: ArrayLike) -> Array:
    """Call a kernel of linear algebra, none of which knows whole numbers or half precision."""
    names = ("x",) if len(xs) == 1 else ("x1", "x2")
    matrices = [typed(owner, "Ifc", n, to_tensor(x)) for n, x in zip(names, xs, strict=True)]
    if any(is_complex(x) for x in matrices):
        matrices = complex_operands(matrices)
    if dtype_name(matrices[0]) in ("float16", "bfloat16"):
        return through("float32", kernel, *matrices)
    return kernel(*matrices)


def _pinv(x: ArrayLike, rtol: ArrayLike) -> Array:
    if not is_complex(x):
        return tf.linalg.pinv(x, rcond=rtol)
    s, u, v = tf.linalg.svd(x)
    if rtol is None:
        rtol = 10 * max(x.shape[-2:]) * np.finfo(s.dtype.as_numpy_dtype).eps
    kept = s > rtol * tf.reduce_max(s, -1, keepdims=True)
    inverse = tf.cast(tf.where(kept, 1 / tf.where(kept, s, tf.ones_like(s)), 0), x.dtype)
    return tf.matmul(v * inverse[..., tf.newaxis, :], u, adjoint_b=True)


@ivy_function
def det(x: ArrayLike) -> Array:
    """Return the determinants of square matrices.

    Example:

    >>> det([[2.0, 0.0], [0.0, 3.0]]).numpy().item()
    6.0
    """
    return _solved("det", ops.det, x)


@ivy_function
def slogdet(x: ArrayLike) -> tuple:
    """Return sign and logarithm of the determinants of square matrices."""
    return _solved("slogdet", ops.slogdet, x)


@ivy_function
def inv(x: ArrayLike, *, adjoint: bool = False) -> Array:
    """Return the inverses of square matrices, or of their adjoints.

    Example:

    >>> inv([[2.0, 0.0], [0.0, 4.0]]).numpy().tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return _solved("inv", lambda a: ops.inv(_adjoint(a) if adjoint else a), x)


@ivy_function(symbolic=True)
def pinv(x: ArrayLike, *, rtol: ArrayLike | None = None) -> Array:
    """Return the pseudo-inverses of matrices.

    Args:
        x: An array of shape `(..., n, m)`.
        rtol: Singular values below this part of the largest count as 0.

    Example:

    >>> pinv([[2.0, 0.0]]).numpy().round(6).tolist()
    [[0.5], [0.0]]
    """
    return _solved("pinv", lambda a: _pinv(a, rtol), x)


@ivy_function
def solve(x1: ArrayLike, x2: ArrayLike, *, adjoint: bool = False) -> Array:
    """Return the solutions `x` of `x1 @ x = x2`.

    Example:

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 4.0]).numpy().tolist()
    [1.0, 1.0]
    """
    return _solved("solve", lambda a, b: ops.solve(_adjoint(a) if adjoint else a, b), x1, x2)


@ivy_function
def cholesky(x: ArrayLike, *, upper: bool = False) -> Array:
    """Return the triangular factors of positive definite matrices, lower ones by default.

    Example:

    >>> cholesky([[4.0, 0.0], [0.0, 9.0]]).numpy().tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """

    def kernel(a: ArrayLike) -> Array:
        if not is_complex(a):
            return ops.cholesky(a, upper=upper)
        factor = tf.linalg.cholesky(a)
        return _adjoint(factor) if upper else factor

    return _solved("cholesky", kernel, x)


@ivy_function
def qr(x: ArrayLike, *, mode: str = "reduced") -> tuple:
    """Return the factors `q, r` of matrices, `q` orthogonal and `r` upper triangular."""
    if mode not in ("reduced", "complete"):
        raise IvyValueError(f'`mode` is "reduced" or "complete". Received: mode={mode!r}')
    return _solved("qr", lambda a: ops.qr(a, mode=mode), x)


@ivy_function
def svd(x: ArrayLike, *, full_matrices: bool = True, compute_uv: bool = True) -> Array:
    """Return the factors `u, s, vh` of matrices, or `s` alone if `compute_uv` is False."""
    options = {"full_matrices": full_matrices, "compute_uv": compute_uv}
    return _solved("svd", lambda a: ops.svd(a, **options), x)


@ivy_function
def eigh(x: ArrayLike) -> tuple:
    """Return eigenvalues and eigenvectors of symmetric matrices, in ascending order."""
    return _solved("eigh", ops.eigh, x)
