"""Stochastic rounding, for moments kept in bfloat16."""

import tensorflow as tf

from keras_ivy.typing import DTypeLike


def rounded(x: tf.Tensor, dtype: DTypeLike, seed: tuple[tf.Tensor, int, int]) -> tf.Tensor:
    """Cast to `dtype`; to bfloat16, up or down at random so that the mean is right.

    A second moment changes by a thousandth in a step, and bfloat16 knows no change below a
    128th: rounded to the nearest, it would stay for ever where it once was. The randomness is a
    function of the step and of the tensor, so that a run repeats, and resumes, bit for bit.

    Args:
        x: Tensor.
        dtype: Type to cast to.
        seed: Number of the step, index of the variable, index of the slot.

    Example:

    >>> up = rounded(tf.fill([1000], 1.0 + 2.0**-9), "bfloat16", (0, 0, 0))
    >>> 0.2 < float(tf.reduce_mean(tf.cast(up > 1.0, "float32"))) < 0.3
    True
    """
    dtype = tf.as_dtype(dtype)
    if dtype != tf.bfloat16:
        return tf.cast(x, dtype)
    step, index, slot = seed
    x = tf.cast(x, tf.float32)
    noise = tf.random.stateless_uniform(
        tf.shape(x),
        seed=tf.stack([tf.cast(step, tf.int32), tf.constant(2 * index + slot, tf.int32)]),
        minval=0,
        maxval=1 << 16,
        dtype=tf.int32,
        alg="philox",
    )
    bits = tf.bitwise.bitwise_and(tf.bitcast(x, tf.int32) + noise, -(1 << 16))
    value = tf.where(tf.math.is_finite(x), tf.bitcast(bits, tf.float32), x)
    return tf.cast(value, tf.bfloat16)
