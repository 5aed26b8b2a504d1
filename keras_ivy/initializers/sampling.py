"""The three draws that everything here is made of: `keras.random`'s values at half the overhead.

For an integer seed, `keras.random` makes TensorFlow's seed from it in four small operations,
which cost more than drawing a small kernel. Here the same seed is made in Python, so the values
are the same; only in float64 the ends of a uniform range are exact, where `keras.random` rounds
them to float32. For a generator or `None`, `keras.random` itself is called.
"""

from typing import Any

import keras
import tensorflow as tf

from keras_ivy.initializers.seeds import Seed

#: `keras.random` takes seeds modulo this number.
SEED_SPACE = 2**31 - 2


def uniform(shape: tuple[int, ...], low: float, high: float, dtype: str, seed: Seed) -> Any:
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
    return tf.random.stateless_uniform(shape, _tensorflow_seed(seed), low, high, dtype)


def normal(shape: tuple[int, ...], mean: float, stddev: float, dtype: str, seed: Seed) -> Any:
    """Draw from `N(mean, stddev ** 2)`; the arguments are like those of `uniform`.

    Example:

    >>> x = normal((2,), 0.0, 1.0, "float32", 3)
    >>> bool((x == keras.random.normal((2,), seed=3)).numpy().all())
    True
    """
    if not isinstance(seed, int):
        return keras.random.normal(shape, mean, stddev, dtype=dtype, seed=seed)
    return tf.random.stateless_normal(shape, _tensorflow_seed(seed), mean, stddev, dtype)


def truncated_normal(
    shape: tuple[int, ...], mean: float, stddev: float, dtype: str, seed: Seed
) -> Any:
    """Draw from `N(mean, stddev ** 2)` cut at two deviations; like `normal`.

    Example:

    >>> x = truncated_normal((2,), 0.0, 1.0, "float32", 3)
    >>> bool((x == keras.random.truncated_normal((2,), seed=3)).numpy().all())
    True
    """
    if not isinstance(seed, int):
        return keras.random.truncated_normal(shape, mean, stddev, dtype=dtype, seed=seed)
    return tf.random.stateless_truncated_normal(shape, _tensorflow_seed(seed), mean, stddev, dtype)


def _tensorflow_seed(seed: int) -> Any:
    return tf.constant([seed % SEED_SPACE, 0], tf.int32)
