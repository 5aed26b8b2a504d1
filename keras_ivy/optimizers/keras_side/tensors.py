"""Small conversions that both sides share."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_ivy.adapters.keras.variables import RowVariable
from keras_ivy.typing import DTypeLike, Gradient, Scalar, Variable


def scalar(x: Scalar | Variable, dtype: DTypeLike) -> tf.Tensor:
    """Return a scalar tensor; a Python number goes straight to `dtype`, never through float32.

    Example:

    >>> float(scalar(0.1, "float64"))
    0.1
    """
    if isinstance(x, int | float):
        return tf.constant(x, dtype)
    if isinstance(x, keras.Variable):
        x = x.value
    return tf.cast(x, dtype)


def compute_dtype(dtype: DTypeLike) -> tf.DType:
    """Return the type that a tensor is updated in: its own, and at least float32.

    Example:

    >>> [compute_dtype(d).name for d in ("bfloat16", "float32", "float64")]
    ['float32', 'float32', 'float64']
    """
    dtype = tf.as_dtype(dtype)
    return dtype if dtype == tf.float64 else tf.float32


def raw(variable: Variable) -> tf.Variable:
    """Return the `tf.Variable` (or distributed variable) inside a Keras variable, if it has one."""
    if isinstance(variable, RowVariable) or not isinstance(variable, keras.Variable):
        return variable
    return variable.value


def dense(gradient: Gradient, shape: Sequence[int] | tf.TensorShape) -> tf.Tensor:
    """Return a gradient as a tensor: rows of an `IndexedSlices` that repeat are added up.

    Example:

    >>> rows = tf.IndexedSlices(tf.constant([1.0, 2.0, 4.0]), tf.constant([2, 0, 2]))
    >>> [float(x) for x in dense(rows, (3,))]
    [2.0, 0.0, 5.0]
    """
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    return tf.math.unsorted_segment_sum(gradient.values, gradient.indices, shape[0])


def is_zero(variable: Variable) -> bool:
    """Whether a variable holds nothing but zeros; a variable without elements does not count."""
    with tf.init_scope():
        value = raw(variable)
        if isinstance(value, tf.distribute.DistributedValues):
            value = value.values[0]
        flat = tf.reshape(value, [-1])
        # Most variables show themselves to be nonzero within a few elements.
        return (
            flat.shape[0] > 0
            and not bool(tf.reduce_any(flat[:256] != 0))
            and not bool(tf.reduce_any(flat != 0))
        )
