"""Gradients on their way to the formulas: types, loss scale, clipping, on both sides alike."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from keras_ivy.optimizers.norms import root
from keras_ivy.optimizers.sparse import Rows, as_rows
from keras_ivy.optimizers.tensors import compute_dtype, dense


class Slices(tf.IndexedSlices):
    """A sparse gradient that can be divided, as Keras does to take out the loss scale."""

    def __truediv__(self, divisor: Any) -> "Slices":
        return Slices(self.values / divisor, self.indices, self.dense_shape)


def prepared(grad: Any, dtype: Any, lazy: bool) -> Any:
    """Return a gradient in the type that its variable is worked with, at least float32.

    This comes before the loss scale is taken out: what float16 can hold only when scaled is lost
    in float16 unscaled.

    Args:
        grad: A tensor, an `IndexedSlices`, an array, or `None`, which stays.
        dtype: Type of the variable.
        lazy: Whether a sparse gradient stays sparse.
    """
    if grad is None:
        return None
    wide = compute_dtype(dtype)
    if isinstance(grad, tf.IndexedSlices):
        if lazy:
            return Slices(tf.cast(grad.values, wide), grad.indices, grad.dense_shape)
        grad = dense(grad)
    elif not tf.is_tensor(grad):
        grad = tf.convert_to_tensor(grad, wide)
    return tf.cast(grad, wide)


def gathered(grads: Sequence[Any]) -> list:
    """Return gradients with sparse ones as `Rows`, each row once."""
    return [as_rows(g) if isinstance(g, tf.IndexedSlices) else g for g in grads]


def clip(optimizer: Any, grads: Sequence[Any]) -> list:
    """Clip gradients as the optimizer's options say."""
    values = [g.values if isinstance(g, Rows) else g for g in grads]
    if optimizer.global_clipnorm:
        values = clip_by_global_norm(values, optimizer.global_clipnorm)
    else:
        values = optimizer._clip_gradients(values)
    return [
        g._replace(values=value) if isinstance(g, Rows) else value
        for g, value in zip(grads, values, strict=True)
    ]


def clip_by_global_norm(values: Sequence[tf.Tensor], limit: float) -> list[tf.Tensor]:
    """Scale tensors so that the norm of all of them together is at most `limit`.

    Unlike Keras's function it takes tensors of different types, and empty ones. A norm that is not
    finite makes everything NaN, as there.

    Example:

    >>> [float(x) for x in clip_by_global_norm([tf.constant(3.0), tf.constant(4.0)], 1.0)]
    [0.6..., 0.8...]
    """
    squares = [tf.cast(2.0 * tf.nn.l2_loss(x), tf.float64) for x in values]
    norm = root(tf.add_n(squares))
    scale = limit / tf.maximum(norm, limit) + (norm - norm)
    return [x * tf.cast(scale, x.dtype) for x in values]


def all_finite(grads: Sequence[Any]) -> tf.Tensor:
    """Whether no gradient holds NaN or infinity."""
    values = [g.values if isinstance(g, Rows) else g for g in grads]
    return tf.reduce_all(tf.stack([tf.reduce_all(tf.math.is_finite(x)) for x in values]))
