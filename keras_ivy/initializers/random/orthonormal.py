"""The orthonormal factor of a normal matrix, by the code path that is fastest for its shape.

All paths compute the same `Q`: that of `a = Q R` with a positive diagonal of `R`, which is the only
such factor. Householder's reflections (TensorFlow's `qr`) take any matrix, one column after
another. Cholesky's factor of `a.T @ a` is made of products of matrices, which use every core, but
loses the square of the condition number; for normal `a` at least twice as tall as wide that is
below 40, of which float64 leaves nothing to see. A square matrix is therefore taken in pieces:
half of its columns, then half of those that are left within the orthogonal complement, and so on.

Only `tf.linalg` multiplies by a transposed matrix without making it, so this is TensorFlow's code.
"""

import tensorflow as tf

from keras_ivy.typing import Array

#: Complements up to this dimension are left to Householder's reflections.
SMALLEST_HALVED = 64
#: Nearly square matrices of fewer rows are left to them from the beginning. Pieces are faster from
#: 400 rows on with two free cores, and from 1000 on with one.
SMALLEST_IN_PIECES = 1024


def orthonormal_columns(a: Array, *, transposed: bool = False) -> Array:
    """The factor `Q` of `a = Q R` in which `R` has a positive diagonal.

    Of normal `a`, such a `Q` is uniformly distributed.

    Args:
        a: Normal matrices of shape `(..., m, n)` with `m >= n`, float32 or float64.
        transposed: Return `Q.T`, of shape `(..., n, m)`, default False.

    Returns:
        A tensor of the dtype of `a`.

    Example:

    >>> orthonormal_columns(tf.constant([[3.0], [4.0]])).numpy().round(6).tolist()
    [[0.6...], [0.8...]]
    """
    rows, columns = a.shape[-2:]
    if rows < 2 * columns and rows < SMALLEST_IN_PIECES:
        q = _by_reflections(a)
        return tf.linalg.matrix_transpose(q) if transposed else q
    q = tf.cast(_in_pieces(tf.cast(tf.linalg.matrix_transpose(a), "float64")), a.dtype)
    return q if transposed else tf.linalg.matrix_transpose(q)


def _by_reflections(a: Array) -> Array:
    q, r = tf.linalg.qr(a)
    signs = tf.sign(tf.linalg.diag_part(r))
    return q * (signs if len(a.shape) == 2 else tf.expand_dims(signs, -2))


def _in_pieces(a: Array) -> Array:
    """Make the rows of `a` orthonormal; what is left of them lies in a complement of `free`."""
    count, free = a.shape[-2:]
    done = []
    while count > free // 2:
        if free <= SMALLEST_HALVED:
            a = tf.linalg.matrix_transpose(_by_reflections(tf.linalg.matrix_transpose(a)))
            break
        half = free // 2
        first, a = tf.split(a, [half, count - half], axis=-2)
        q = _by_cholesky(first)
        done.append(q)
        a -= tf.linalg.matmul(tf.linalg.matmul(a, q, transpose_b=True), q)
        count, free = count - half, free - half
    else:
        a = _by_cholesky(a)
    return tf.concat([*done, a], axis=-2)


def _by_cholesky(a: Array) -> Array:
    lower = tf.linalg.cholesky(tf.linalg.matmul(a, a, transpose_b=True))
    return tf.linalg.triangular_solve(lower, a, lower=True)
