"""The three draws that everything here is made of: `keras.random`'s values at less cost.

For an integer seed, `keras.random` makes TensorFlow's seed from it in four small operations,
which cost more than drawing a small kernel. Here the same seed is made in Python, so the values
are the same; only in float64 the ends of a uniform range are exact, where `keras.random` rounds
them to float32. For a generator or `None`, `keras.random` itself is called.

Large draws run as a graph, one for each distribution and dtype, whose executor scales and shifts
the values where they are; operation by operation, each step fills a new buffer.
"""

import functools
import math
from collections.abc import Callable

import keras
import tensorflow as tf

from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.typing import Array, ArrayLike

#: `keras.random` takes seeds modulo this number.
SEED_SPACE = 2**31 - 2
#: From this many values on, a call of a graph costs less than what it saves.
LARGE = 2**20


def uniform(shape: tuple[int, ...], low: float, high: float, dtype: str, seed: Seed) -> Array:
    """Draw from `U[low, high)`.

    Args:
        shape: Shape of the result.
        low: Lower end.
        high: Upper end.
        dtype: `"float32"` or `"float64"`.
        seed: An integer, a `keras.random.SeedGenerator` or `None`.

    Example:

    >>> x = uniform((2,), -1.0, 1.0, "float32", 3)
    >>> bool((x == keras.random.uniform((2,), -1.0, 1.0, "float32", 3)).numpy().all())
    True
    """
    if not isinstance(seed, int):
        return keras.random.uniform(shape, dtype=dtype, seed=seed) * (high - low) + low
    return _draw(tf.random.stateless_uniform, shape, low, high, dtype, seed)


def normal(shape: tuple[int, ...], mean: float, stddev: float, dtype: str, seed: Seed) -> Array:
    """Draw from `N(mean, stddev ** 2)`; the arguments are like those of `uniform`.

    Example:

    >>> x = normal((2,), 0.0, 1.0, "float32", 3)
    >>> bool((x == keras.random.normal((2,), seed=3)).numpy().all())
    True
    """
    if not isinstance(seed, int):
        return keras.random.normal(shape, mean, stddev, dtype=dtype, seed=seed)
    law = _normal_around_zero if mean == 0 else tf.random.stateless_normal
    return _draw(law, shape, mean, stddev, dtype, seed)


def truncated_normal(
    shape: tuple[int, ...], mean: float, stddev: float, dtype: str, seed: Seed
) -> Array:
    """Draw from `N(mean, stddev ** 2)` truncated at two standard deviations; like `normal`.

    Example:

    >>> x = truncated_normal((2,), 0.0, 1.0, "float32", 3)
    >>> bool((x == keras.random.truncated_normal((2,), seed=3)).numpy().all())
    True
    """
    if not isinstance(seed, int):
        return keras.random.truncated_normal(shape, mean, stddev, dtype=dtype, seed=seed)
    return _draw(tf.random.stateless_truncated_normal, shape, mean, stddev, dtype, seed)


def _draw(
    law: Callable[..., Array],
    shape: tuple[int, ...],
    first: float,
    second: float,
    dtype: str,
    seed: int,
) -> Array:
    """Draw with a function of TensorFlow's, whose two parameters are `first` and `second`."""
    pair = tf.constant([seed % SEED_SPACE, 0], tf.int32)
    if math.prod(shape) < LARGE or not tf.executing_eagerly():
        return law(shape, pair, first, second, dtype)
    return _graph(law, dtype)(
        tf.constant(shape, tf.int32), pair, tf.constant(first, dtype), tf.constant(second, dtype)
    )


def _normal_around_zero(
    shape: ArrayLike, seed: Array, mean: ArrayLike, stddev: ArrayLike, dtype: str
) -> Array:
    """The values of `tf.random.stateless_normal` without adding the zero."""
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
    values = tf.raw_ops.StatelessRandomNormalV2(
        shape=shape,
        key=key,
        counter=counter,
        alg=tf.random.Algorithm.AUTO_SELECT.value,
        dtype=dtype,
    )
    return values if isinstance(stddev, float) and stddev == 1 else values * stddev


@functools.cache
def _graph(law: Callable[..., Array], dtype: str) -> Callable[..., Array]:
    """Trace a draw once for every shape, in 15 milliseconds."""
    return tf.function(
        lambda shape, seed, first, second: law(shape, seed, first, second, dtype),
        input_signature=[
            tf.TensorSpec([None], tf.int32),
            tf.TensorSpec([2], tf.int32),
            tf.TensorSpec([], dtype),
            tf.TensorSpec([], dtype),
        ],
        autograph=False,
    )
