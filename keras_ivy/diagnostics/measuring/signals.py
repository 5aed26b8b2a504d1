"""What a tensor tells: a few numbers, taken where it is and kept in its place."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

__all__ = [
    "Gradient",
    "Signal",
    "gradient_from",
    "gradients_numbers",
    "is_small",
    "measure",
    "measure_difference",
    "measure_gradient",
    "signal_from",
    "signal_numbers",
    "wide",
]


#: Most matrices, rows and columns that are compared.
_MOST = (32, 256, 4096)

#: Sums of squares between which float32 has lost nothing, and none has overflowed.
_MIDDLING = (1e-20, 1e30)
#: Values up to which a tensor counts as small.
_SMALL = 4096


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
    values = _array(x)
    if not values.size:
        return Signal(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, None, None, True)
    low, high, largest = _range(values)
    if not math.isfinite(largest):
        nan = math.nan
        return Signal(nan, nan, nan, low, high, 0.0, None, None, False)
    if largest == 0.0:
        return Signal(0.0, 0.0, 0.0, 0.0, 0.0, 1.0, None, None, True)
    scaled = values / largest
    mean = float(np.mean(scaled, dtype=np.float64))
    square = float(np.mean(np.square(scaled), dtype=np.float64))
    alike = scaled.reshape(1, len(scaled), -1) if scaled.ndim > 1 else None
    return Signal(
        rms=math.sqrt(square) * largest,
        mean=mean * largest,
        std=math.sqrt(max(square - mean * mean, 0.0)) * largest,
        min=low,
        max=high,
        zeros=1 - int(np.count_nonzero(values)) / values.size,
        similarity=None if alike is None else _similarity(alike),
        position_similarity=_similarity(scaled) if scaled.ndim == 3 else None,
        finite=True,
    )


def _array(x: tf.Tensor) -> np.ndarray:
    """The values, in float32 at least.

    NumPy counts them: of the dozen operations that it takes, each would cost an eager call of
    TensorFlow and a record on the tape, more than the arithmetic of all but the largest tensors.
    """
    return tf.cast(x, tf.float64 if x.dtype == tf.float64 else tf.float32).numpy()


def _range(values: np.ndarray) -> tuple[float, float, float]:
    """The least and the greatest value and the greatest size; NaN if a value is NaN."""
    low, high = float(values.min()), float(values.max())
    return low, high, max(abs(low), abs(high)) if low == low else math.nan


def _similarity(x: np.ndarray) -> float | None:
    """Root mean square of the cosine between two rows of each matrix (matrices, rows, columns).

    Of many rows, columns or matrices some are taken, evenly spread.
    """
    x = x[tuple(slice(None, None, -(-n // most)) for n, most in zip(x.shape, _MOST, strict=True))]
    _, rows, columns = x.shape
    if rows < 2 or columns < 2:
        return None
    norms = np.sqrt(np.maximum(np.sum(np.square(x), axis=-1, keepdims=True), 1e-30))
    unit = x / norms
    # Not NumPy's product: its threads wait for those of TensorFlow.
    cosines = tf.matmul(unit, unit, transpose_b=True).numpy()
    alive = np.sum(np.square(unit), axis=(1, 2), dtype=np.float64)  # rows that are not zero
    squares = np.sum(np.square(cosines), axis=(1, 2), dtype=np.float64) - alive
    pairs = alive * (alive - 1)
    known = np.divide(squares, pairs, out=np.zeros_like(squares), where=pairs != 0)
    return math.sqrt(min(max(float(np.mean(known)), 0.0), 1.0))


def measure_gradient(x: tf.Tensor | tf.IndexedSlices) -> Gradient:
    """Return the statistics of a gradient.

    Example:

    >>> measure_gradient(tf.constant([3.0, 4.0, 0.0, 0.0]))
    Gradient(rms=2.5, norm=5.0, finite=True, seen=True)
    """
    return _measured(_array(tf.convert_to_tensor(x)))


def measure_difference(x: tf.Tensor, y: tf.Tensor) -> Gradient:
    """Return the statistics of `x - y`, taken in float32 at least.

    Example:

    >>> measure_difference(tf.constant([4.0, 4.0]), tf.constant([1.0, 0.0])).norm
    5.0
    """
    return _measured(_array(x) - _array(y))


def _measured(values: np.ndarray) -> Gradient:
    if not values.size:
        return Gradient(0.0, 0.0, True, True)
    largest = _range(values)[2]
    if not math.isfinite(largest):
        return Gradient(math.nan, math.nan, False, True)
    if largest == 0.0:
        return Gradient(0.0, 0.0, True, True)
    total = float(np.sum(np.square(values / largest), dtype=np.float64))
    norm = math.sqrt(total) * largest
    return Gradient(norm / math.sqrt(values.size), norm, True, True)


def wide(x: tf.Tensor) -> tf.Tensor:
    """Return what is at least float32."""
    return tf.cast(x, tf.float64 if x.dtype == tf.float64 else tf.float32)


def signal_numbers(x: tf.Tensor) -> tf.Tensor:
    """Return what `signal_from` needs, as one vector: `measure` for the tensors of a graph.

    It is: the least and the greatest value, and of what is divided by the largest: mean, variance
    and share of zeros. The variance is that of the distances to the mean: in float32 the difference
    of two squares has no digits left where that is large. The mean is NaN if any value is not
    finite, since infinity divided by infinity is.
    """
    x = wide(x)
    low, high = tf.reduce_min(x), tf.reduce_max(x)
    zeros = tf.reduce_mean(tf.cast(tf.equal(x, 0), x.dtype))
    largest = tf.maximum(tf.abs(low), tf.abs(high))
    x = x / tf.where(largest == 0, tf.ones_like(largest), largest)
    mean = tf.reduce_mean(x)
    variance = tf.reduce_mean(tf.math.squared_difference(x, mean))
    return tf.stack([low, high, mean, variance, zeros])


def signal_from(numbers: Sequence[float]) -> Signal:
    """Return the statistics of a tensor from its `signal_numbers`; no cosines are among them.

    Example:

    >>> signal = signal_from(signal_numbers(tf.constant([-2.0, 0.0, 0.0, 2.0])).numpy().tolist())
    >>> round(signal.rms**2, 6), round(signal.std**2, 6), signal.zeros, signal.max
    (2.0, 2.0, 0.5, 2.0)
    """
    low, high, mean, variance, zeros = numbers
    if low > high:  # there are no values
        return Signal(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, None, None, True)
    if not math.isfinite(mean):
        nan = math.nan
        return Signal(nan, nan, nan, low, high, 0.0, None, None, False)
    largest = max(abs(low), abs(high))
    rms, std = math.sqrt(variance + mean**2) * largest, math.sqrt(variance) * largest
    return Signal(rms, mean * largest, std, low, high, zeros, None, None, True)


def gradients_numbers(tensors: Sequence[tf.Tensor]) -> tf.Tensor:
    """Return what `gradient_from` needs of each tensor, as a matrix (tensors, 3) of float64.

    It is: what the values are divided by, how many there are, and the sum of the squares of what is
    divided, which is no number if a value is none: `measure_gradient` for a graph. Squares of
    float32 are summed in float64, which holds them all. Of large tensors that takes five times as
    long as in float32, so that it is done for them only where a sum in float32 is so large or small
    that squares may have overflowed or vanished.

    Example:

    >>> rows = gradients_numbers([tf.constant([3.0, 4.0]), tf.constant([0.0, 2.0**-100])])
    >>> rows.numpy().tolist() == [[1.0, 2.0, 25.0], [1.0, 2.0, 2.0**-200]]
    True
    """
    tensors = [wide(tf.convert_to_tensor(x)) for x in tensors]
    small = {at for at, x in enumerate(tensors) if is_small(x)}
    rows = dict[int, tf.Tensor]()
    for places, numbers in (
        (sorted(small), _exact),
        (sorted(set(range(len(tensors))) - small), _middling_or_exact),
    ):
        if places:
            found = numbers([tensors[at] for at in places])
            rows |= zip(places, tf.unstack(found, len(places)), strict=True)
    if not rows:
        return tf.zeros([0, 3], tf.float64)
    return tf.stack([rows[at] for at in range(len(tensors))])


def is_small(x: tf.Tensor) -> bool:
    """Whether a tensor has so few values, as a bias, that operations cost more than passes."""
    size = x.shape.num_elements()
    return size is not None and size <= _SMALL


def _middling_or_exact(tensors: Sequence[tf.Tensor]) -> tf.Tensor:
    """The numbers of large tensors, whose squares are summed in their own dtype if that is safe."""
    sums = 2 * tf.stack([tf.cast(tf.nn.l2_loss(x), tf.float64) for x in tensors])
    return tf.cond(
        tf.reduce_all((sums > _MIDDLING[0]) & (sums < _MIDDLING[1])),
        lambda: tf.stack([tf.ones_like(sums), _sizes(tensors), sums], 1),
        lambda: _exact(tensors),
    )


def _exact(tensors: Sequence[tf.Tensor]) -> tf.Tensor:
    """The numbers of tensors of which no square overflows or vanishes."""
    divisors, squares = [], []
    for x in tensors:
        divisor = tf.ones([], tf.float64)
        if x.dtype == tf.float64:
            largest = tf.reduce_max(tf.abs(x))
            divisor = tf.where((largest > 0) & (largest < np.inf), largest, divisor)
            x = x / divisor
        divisors.append(divisor)
        squares.append(tf.nn.l2_loss(tf.cast(x, tf.float64)))
    # Stacked before they are doubled: of small tensors each operation costs more than its numbers.
    return tf.stack([tf.stack(divisors), _sizes(tensors), 2 * tf.stack(squares)], 1)


def _sizes(tensors: Sequence[tf.Tensor]) -> tf.Tensor:
    """How many values each tensor has; a constant where shapes are known."""
    sizes = [x.shape.num_elements() for x in tensors]
    if None in sizes:
        sizes = [
            tf.size(x) if size is None else size for x, size in zip(tensors, sizes, strict=True)
        ]
        return tf.cast(tf.stack(sizes), tf.float64)
    return tf.constant(sizes, tf.float64)


def gradient_from(numbers: Sequence[float]) -> Gradient:
    """Return the statistics of a gradient from its row of `gradients_numbers`."""
    divisor, size, square = numbers
    if not size:
        return Gradient(0.0, 0.0, True, True)
    if not math.isfinite(square):
        return Gradient(math.nan, math.nan, False, True)
    norm = math.sqrt(square) * divisor
    return Gradient(norm / math.sqrt(size), norm, True, True)
