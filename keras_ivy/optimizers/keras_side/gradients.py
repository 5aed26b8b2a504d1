"""Gradients on their way to the formulas: types, loss scale, clipping, on both sides alike."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from keras_ivy.optimizers.formulas.norms import root, sum_of_squares
from keras_ivy.optimizers.keras_side.sparse import Rows, as_rows
from keras_ivy.optimizers.keras_side.tensors import compute_dtype, dense
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.overrides import BEYOND_STEP
from keras_ivy.typing import ArrayLike, DTypeLike, Gradient, Scalar
from keras_ivy.utils.exceptions import IvyTypeError


class Slices(tf.IndexedSlices):
    """A sparse gradient that can be divided, as Keras does to take out the loss scale."""

    def __truediv__(self, divisor: Scalar) -> "Slices":
        return Slices(self.values / divisor, self.indices, self.dense_shape)


def prepared(
    grad: ArrayLike | Gradient | None,
    dtype: DTypeLike,
    shape: Sequence[int] | tf.TensorShape,
    lazy: bool,
) -> Gradient | None:
    """Return a gradient in the type that its variable is worked with, at least float32.

    This comes before the loss scale is taken out: what float16 can hold only when scaled is lost
    in float16 unscaled.

    Args:
        grad: A tensor, an `IndexedSlices`, an array, or `None`, which stays.
        dtype: Type of the variable.
        shape: Shape of the variable, which an `IndexedSlices` need not know.
        lazy: Whether a sparse gradient stays sparse.

    Raises:
        IvyTypeError: If it is complex, or no tensor.
    """
    if grad is None:
        return None
    wide = compute_dtype(dtype)
    if isinstance(grad, tf.SparseTensor | tf.RaggedTensor):
        raise IvyTypeError(
            "A gradient is a tensor or an `IndexedSlices`; `tf.sparse.to_dense(x)` and "
            f"`x.to_tensor()` make one. Received: grad of type {type(grad).__name__}"
        )
    if getattr(grad, "dtype", wide) in (tf.complex64, tf.complex128, tf.string):
        raise IvyTypeError(
            "The gradient of a variable must be real. "
            f"Received: a gradient of dtype={tf.as_dtype(grad.dtype).name}"
        )
    if isinstance(grad, tf.IndexedSlices):
        if lazy:
            return Slices(tf.cast(grad.values, wide), grad.indices, grad.dense_shape)
        grad = dense(grad, shape)
    elif not tf.is_tensor(grad):
        grad = tf.convert_to_tensor(grad, wide)
    return tf.cast(grad, wide)


#: Who sees gradients on their way to the formula, and the formula.
SEES_GRADIENTS = ("_update", "_clip_gradients", "_clip_by_norm", *BEYOND_STEP)


def gathered(grads: Sequence[Gradient | None], once: Sequence[bool] | None = None) -> list:
    """Return gradients with sparse ones as `Rows`.

    Args:
        grads: Gradients.
        once: Whether each is to have every row once; by default all are.
    """
    once = [True] * len(grads) if once is None else once
    return [
        as_rows(g, merge) if isinstance(g, tf.IndexedSlices) else g
        for g, merge in zip(grads, once, strict=True)
    ]


def clip(clip_values: Callable[[list], list], grads: Sequence[tf.Tensor | Rows]) -> list:
    """Clip gradients as a function clips tensors; of sparse ones, the rows."""
    values = [g.values if isinstance(g, Rows) else g for g in grads]
    values = clip_values(values)
    return [
        g._replace(values=value) if isinstance(g, Rows) else value
        for g, value in zip(grads, values, strict=True)
    ]


def clip_values(host: Host, values: list) -> list:
    """Clip tensors as an optimizer's options say."""
    if host.global_clipnorm:
        return clip_by_global_norm(values, host.global_clipnorm)
    if host.clipnorm:
        return [host._clip_by_norm(x) for x in values]
    if host.clipvalue:
        limit = host.clipvalue
        return [tf.clip_by_value(x, -limit, limit) for x in values]
    return values


def clip_by_norm(x: tf.Tensor, limit: float) -> tf.Tensor:
    """Scale a tensor so that its norm is at most `limit`.

    Unlike TensorFlow's function it clips what it should even if squares leave the range of the
    type (TensorFlow's then gives zeros), and leaves what is short enough as it is, to the bit.

    Example:

    >>> [round(float(a), 6) for a in clip_by_norm(tf.constant([3e30, 4e30]), 1.0)]
    [0.6, 0.8]
    """
    return x * tf.cast(limit / tf.maximum(norm_of_all([x]), limit), x.dtype)


def clip_by_global_norm(values: Sequence[tf.Tensor], limit: float) -> list[tf.Tensor]:
    """Scale tensors so that the norm of all of them together is at most `limit`.

    Unlike Keras's function it takes tensors of different types, and empty ones, and squares that
    leave the range of their type. A norm that is not finite makes everything NaN, as there.

    Example:

    >>> [float(x) for x in clip_by_global_norm([tf.constant(3.0), tf.constant(4.0)], 1.0)]
    [0.6..., 0.8...]
    """
    norm = norm_of_all(values)
    scale = limit / tf.maximum(norm, limit) + (norm - norm)
    return [x * tf.cast(scale, x.dtype) for x in values]


def norm_of_all(values: Sequence[tf.Tensor]) -> tf.Tensor:
    """Norm of tensors taken together, in float64; the range of squares does not bound it.

    One pass over memory, and two more only if squares overflow. Of float64 are only scalars, one
    for every tensor: they buy the digits and the range of a sum over tensors of any size and type.

    Example:

    >>> round(float(norm_of_all([tf.constant([3e30]), tf.constant([4e30])])) / 1e30, 6)
    5.0
    """

    def squares(scale: Any) -> tf.Tensor:
        scaled = values if scale is None else [x / tf.cast(scale, x.dtype) for x in values]
        return tf.add_n([tf.cast(sum_of_squares(x), tf.float64) for x in scaled])

    def anew() -> tf.Tensor:
        tops = [tf.reduce_max(tf.abs(tf.concat([tf.reshape(x, [-1]), [0.0]], 0))) for x in values]
        tops = [tf.cast(top, tf.float64) for top in tops]
        largest = tf.stop_gradient(functools.reduce(tf.maximum, tops))
        return largest * root(squares(largest))

    plain = squares(None)
    return tf.cond(tf.math.is_finite(plain), lambda: root(plain), anew)


def all_finite(grads: Sequence[tf.Tensor | Rows]) -> tf.Tensor:
    """Whether no gradient holds NaN or infinity."""
    values = [g.values if isinstance(g, Rows) else g for g in grads]
    return tf.reduce_all(tf.stack([tf.reduce_all(tf.math.is_finite(x)) for x in values]))
