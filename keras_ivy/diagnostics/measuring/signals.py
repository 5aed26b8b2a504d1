"""What a tensor tells: a few numbers, taken where it is and kept in its place."""

import math
from dataclasses import dataclass

import tensorflow as tf

__all__ = ["Gradient", "Signal", "measure", "measure_gradient"]


#: Most matrices, rows and columns that are compared.
_MOST = (32, 256, 4096)


@dataclass(frozen=True)
class Signal:
    """Statistics of a tensor.

    Args:
        rms: Root of the mean square.
        mean: Mean.
        std: Standard deviation.
        min: The least value.
        max: The greatest.
        zeros: Share of exact zeros.
        similarity: Root mean square of the cosine between two samples, each one long vector: 1 if
            they all lie on one line. None of a single sample or feature.
        position_similarity: The same between two positions of one sample; None but for tensors of
            shape (batch, positions, features).
        finite: Whether every value is finite.
    """

    rms: float
    mean: float
    std: float
    min: float
    max: float
    zeros: float
    similarity: float | None
    position_similarity: float | None
    finite: bool


@dataclass
class Gradient:
    """The gradient of the loss by a tensor.

    Args:
        rms: Root of the mean square.
        norm: Euclidean norm of the whole tensor.
        finite: Whether every value is finite.
        seen: Whether the backward pass came by.
    """

    rms: float = 0.0
    norm: float = 0.0
    finite: bool = True
    seen: bool = False

    def scaled(self, factor: float) -> "Gradient":
        """The same of a loss that is `factor` times as large."""
        return Gradient(self.rms * factor, self.norm * factor, self.finite, self.seen)


def measure(x: tf.Tensor) -> Signal:
    """Return the statistics of an eager tensor of floats.

    Squares are taken of what is divided by the largest value, so that none overflows.

    Example:

    >>> signal = measure(tf.constant([[3e30, 0.0], [3e30, 0.0]]))
    >>> round(signal.rms / 3e30, 6), signal.zeros, round(signal.similarity, 6), signal.finite
    (0.707107, 0.5, 1.0, True)
    """
    x = tf.cast(x, tf.float64 if x.dtype == tf.float64 else tf.float32)
    if not x.shape.num_elements():
        return Signal(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, None, None, True)
    low, high = tf.reduce_min(x), tf.reduce_max(x)
    largest = max(abs(float(low)), abs(float(high)))
    if not math.isfinite(largest) or not bool(tf.reduce_all(tf.math.is_finite(x))):
        nan = math.nan
        return Signal(nan, nan, nan, float(low), float(high), 0.0, None, None, False)
    if largest == 0.0:
        return Signal(0.0, 0.0, 0.0, 0.0, 0.0, 1.0, None, None, True)
    x = x / largest
    mean, square, zeros = tf.unstack(
        tf.stack(
            [
                tf.reduce_mean(x),
                tf.reduce_mean(tf.square(x)),
                1 - tf.math.count_nonzero(x, dtype=x.dtype) / tf.size(x, x.dtype),
            ]
        ).numpy()
    )
    mean, square = float(mean), float(square)
    return Signal(
        rms=math.sqrt(square) * largest,
        mean=mean * largest,
        std=math.sqrt(max(square - mean * mean, 0.0)) * largest,
        min=float(low),
        max=float(high),
        zeros=float(zeros),
        similarity=_similarity(tf.reshape(x, [1, x.shape[0], -1])) if x.shape.rank > 1 else None,
        position_similarity=_similarity(x) if x.shape.rank == 3 else None,
        finite=True,
    )


def _similarity(x: tf.Tensor) -> float | None:
    """Root mean square of the cosine between two rows of each matrix (matrices, rows, columns).

    Of many rows, columns or matrices some are taken, evenly spread.
    """
    for axis, most in enumerate(_MOST):
        step = -(-int(x.shape[axis]) // most)
        if step > 1:
            x = x[(slice(None),) * axis + (slice(None, None, step),)]
    rows, columns = int(x.shape[1]), int(x.shape[2])
    if rows < 2 or columns < 2:
        return None
    unit = tf.math.l2_normalize(x, axis=-1, epsilon=1e-30)
    cosines = tf.matmul(unit, unit, transpose_b=True)
    alive = tf.reduce_sum(tf.square(unit), [1, 2])  # rows that are not zero
    squares = tf.reduce_sum(tf.square(cosines), [1, 2]) - alive
    pairs = alive * (alive - 1)
    mean = float(tf.reduce_mean(tf.math.divide_no_nan(squares, pairs)))
    return math.sqrt(min(max(mean, 0.0), 1.0))


def measure_gradient(x: tf.Tensor | tf.IndexedSlices) -> Gradient:
    """Return the statistics of a gradient.

    Example:

    >>> measure_gradient(tf.constant([3.0, 4.0, 0.0, 0.0]))
    Gradient(rms=2.5, norm=5.0, finite=True, seen=True)
    """
    x = tf.convert_to_tensor(x)
    x = tf.cast(x, tf.float64 if x.dtype == tf.float64 else tf.float32)
    largest = float(tf.reduce_max(tf.abs(x))) if x.shape.num_elements() else 0.0
    if not math.isfinite(largest) or not bool(tf.reduce_all(tf.math.is_finite(x))):
        return Gradient(math.nan, math.nan, False, True)
    if largest == 0.0:
        return Gradient(0.0, 0.0, True, True)
    norm = math.sqrt(float(tf.reduce_sum(tf.square(x / largest)))) * largest
    return Gradient(norm / math.sqrt(int(tf.size(x))), norm, True, True)
