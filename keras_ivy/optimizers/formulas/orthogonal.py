"""Matrices made nearly orthogonal by products alone: the Newton-Schulz iteration of Muon.

With `X = U S V^T`, an odd polynomial of `X` that pulls every singular value towards one gives
nearly `U V^T`, of all matrices with orthonormal rows (or columns) the nearest. One turn is

    A = X X^T,    X' = (a I + b A + c A A) X

for a matrix that is wider than high, and the same from the right for one that is higher. Of a
matrix that is far from square the products of `X` are the dear ones: there the turns are made on
`A` alone, whose polynomials all commute, and `X` is multiplied once at the end.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import tensorflow as tf

from keras_ivy.optimizers.formulas.norms import norm

__all__ = ["Coefficients", "Matrices", "orthogonalized", "turns_of"]

#: `(a, b, c)` of every turn.
Coefficients: TypeAlias = tuple[tuple[float, float, float], ...]

#: From this many times as long as it is short, a matrix has its turns made on `A`: counting
#: products, with the ratio `r`, five turns are `10 r + 5` against `2 r + 17`.
LONG = 1.5

#: So many turns on `A` in a row: rounding errors of small singular values grow by `a ** 2` in each.
IN_A_ROW = 5


class Matrices(NamedTuple):
    """How a tensor is seen as a stack of matrices.

    Args:
        split: Shape of the tensor with packed axes taken apart.
        order: Axes of `split`: those that count matrices, those of the rows, those of the columns.
        shape: Number of matrices, rows (what is summed) and columns (what comes out).

    Example:

    >>> gates = Matrices((2, 3, 2), (1, 0, 2), (3, 2, 2))
    >>> x = tf.reshape(tf.range(12), (2, 6))
    >>> gates.of(x)[0].numpy().tolist()
    [[0, 1], [6, 7]]
    >>> bool(tf.reduce_all(gates.back(gates.of(x), (2, 6)) == x))
    True
    """

    split: tuple[int, ...]
    order: tuple[int, ...]
    shape: tuple[int, int, int]

    def of(self, x: tf.Tensor) -> tf.Tensor:
        """Return the matrices of a tensor, as `(count, rows, columns)`."""
        if self._moves:
            x = tf.transpose(tf.reshape(x, self.split), self.order)
        return tf.reshape(x, self.shape)

    def back(self, matrices: tf.Tensor, shape: Sequence[int]) -> tf.Tensor:
        """Return the tensor, of some shape, that has these matrices."""
        if self._moves:
            apart = tf.reshape(matrices, [self.split[axis] for axis in self.order])
            matrices = tf.transpose(apart, [self.order.index(i) for i in range(len(self.order))])
        return tf.reshape(matrices, shape)

    @property
    def _moves(self) -> bool:
        """Whether axes change places; one of a single entry may stand anywhere."""
        seen = [axis for axis in self.order if self.split[axis] != 1]
        return seen != sorted(seen)


def turns_of(coefficients: Coefficients, steps: int) -> Coefficients:
    """Return the coefficients of so many turns: the last ones, or the very last again and again.

    Example:

    >>> turns_of(((3.0, 0.0, 0.0), (2.0, 0.0, 0.0)), 1), len(turns_of(((3.0, 0.0, 0.0),), 5))
    (((2.0, 0.0, 0.0),), 5)
    """
    more = steps - len(coefficients)
    return coefficients[-steps:] if more <= 0 else coefficients + coefficients[-1:] * more


def orthogonalized(
    x: tf.Tensor, turns: Coefficients, epsilon: float, dtype: tf.DType | None = None
) -> tf.Tensor:
    """Return matrices with nearly all singular values near one, zeros where there are zeros.

    Args:
        x: Matrices, of shape `(count, rows, columns)`.
        turns: Coefficients of every turn, `c` above zero.
        epsilon: Added to the Frobenius norm, by which each matrix is divided first.
        dtype: Type to work in, such as bfloat16; by default that of `x`, of which the result is.

    Example:

    >>> x = tf.constant([[[3.0, 0.0], [0.0, 0.1]]])
    >>> turns = turns_of(((3.4445, -4.775, 2.0315),), 5)
    >>> s = tf.linalg.svd(orthogonalized(x, turns, 1e-7), compute_uv=False)
    >>> bool(tf.reduce_all((0.6 < s) & (s < 1.3)))
    True
    """
    rows, columns = x.shape[-2:]
    # Scaled by the fourth root of `c`, `b A + c A A` is a product of `A` and of `A` with something
    # added along its diagonal: no other pass over memory is needed.
    roots = [*(c**0.25 for _, _, c in turns), 1.0]
    kind = x.dtype
    x = x * (roots[0] / (norm(x, (-2, -1)) + epsilon))
    working = kind if dtype is None else dtype
    x = tf.cast(x, working)
    wide = rows <= columns
    long = max(rows, columns) >= LONG * min(rows, columns)
    steps = [
        _Turn(a, b / math.sqrt(c), roots[i + 1] / roots[i]) for i, (a, b, c) in enumerate(turns)
    ]
    if long and working == kind:  # In bfloat16 small singular values would drown in `A`.
        for start in range(0, len(steps), IN_A_ROW):
            x = _multiplied(_polynomial(_gram(x, wide), steps[start : start + IN_A_ROW]), x, wide)
    else:
        for step in steps:
            x = _multiplied(step.of(_gram(x, wide)), x, wide)
    return tf.cast(x, kind)


class _Turn(NamedTuple):
    """One turn, `(a I + A (A + b I)) * factor`, on a matrix that is scaled."""

    a: float
    b: float
    factor: float

    def of(self, gram: tf.Tensor) -> tf.Tensor:
        """Return the polynomial of a symmetric matrix."""
        made = _plus(tf.matmul(gram, _plus(gram, self.b)), self.a)
        return made if self.factor == 1.0 else made * tf.constant(self.factor, made.dtype)


def _polynomial(gram: tf.Tensor, steps: Sequence[_Turn]) -> tf.Tensor:
    """Return the product of the polynomials of several turns, each of what the last has made."""
    product = None
    for i, step in enumerate(steps):
        polynomial = step.of(gram)
        product = polynomial if product is None else tf.matmul(polynomial, product)
        if i + 1 < len(steps):
            gram = tf.matmul(polynomial, tf.matmul(gram, polynomial))
    return product


def _gram(x: tf.Tensor, wide: bool) -> tf.Tensor:
    """Return `X X^T` or `X^T X`, whichever is smaller."""
    return tf.matmul(x, x, transpose_a=not wide, transpose_b=wide)


def _multiplied(polynomial: tf.Tensor, x: tf.Tensor, wide: bool) -> tf.Tensor:
    """Return a matrix multiplied from the side of its shorter axis."""
    return tf.matmul(polynomial, x) if wide else tf.matmul(x, polynomial)


def _plus(x: tf.Tensor, number: float) -> tf.Tensor:
    """Return `X + number * I`."""
    return tf.linalg.set_diag(x, tf.linalg.diag_part(x) + tf.constant(number, x.dtype))
