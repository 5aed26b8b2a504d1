"""Sparse gradients with lazy slots: only the rows that a gradient touches take part in a step.

The rows are updated as a tensor of their own, norms of LARS and LAMB included, so that the step of
a row does not depend on how many rows a batch leaves out.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from keras_ivy.adapters.tensorflow import xla as tf_xla
from keras_ivy.typing import ShapeLike


class Rows(NamedTuple):
    """A gradient of some rows of a variable.

    Args:
        values: The rows, each once, or, if they are but added to a variable, as often as they
            come; or, where `whole`, the dense gradient.
        indices: Which rows; `None`, for a dense gradient, for those that are not all zeros.
        whole: Whether `values` is dense. XLA needs static shapes, and how many different rows a
            gradient has is not one.
    """

    values: Any
    indices: Any
    whole: bool

    @property
    def dtype(self) -> tf.DType:
        """Type of the values."""
        return self.values.dtype


def as_rows(grad: tf.IndexedSlices, once: bool = True) -> Rows:
    """Return a sparse gradient with the slices of every row added up, if each is to come once."""
    if tf_xla.is_compiling():
        return Rows(tf.convert_to_tensor(grad), grad.indices, True)
    if not once:
        return Rows(grad.values, grad.indices, False)
    indices, position = tf.unique(grad.indices)
    values = tf.math.unsorted_segment_sum(grad.values, position, tf.size(indices))
    shape = [None, *grad.values.shape[1:]]
    return Rows(tf.ensure_shape(values, shape), indices, False)


def whole(rows: Rows, shape: ShapeLike) -> tf.Tensor:
    """Return the dense gradient."""
    if rows.whole:
        return rows.values
    static = tf.constant(tf.TensorShape(shape).as_list(), rows.indices.dtype)
    return tf.scatter_nd(rows.indices[:, tf.newaxis], rows.values, static)


def update_rows(
    update: Callable, weight: tf.Tensor, rows: Rows, slots: tuple[tf.Tensor, ...]
) -> tuple[tf.Tensor, tuple, tf.Tensor | None]:
    """Update the rows of a tensor that a gradient touches; the others stay as they are.

    Args:
        update: `(w, g, slots) -> (w', slots', ratio)`.
        weight: The tensor.
        rows: Its gradient.
        slots: Tensors of its shape.

    Returns:
        What `update` returns, with all rows.
    """
    if rows.whole:
        return _update_masked(update, weight, rows, slots)
    where = rows.indices[:, tf.newaxis]
    parts = tuple(tf.gather(x, rows.indices) for x in (weight, *slots))
    w, new, ratio = update(parts[0], rows.values, parts[1:])
    w = tf.tensor_scatter_nd_update(weight, where, w)
    new = tuple(
        tf.tensor_scatter_nd_update(slot, where, x) for slot, x in zip(slots, new, strict=True)
    )
    return w, new, ratio


def _update_masked(
    update: Callable, weight: tf.Tensor, rows: Rows, slots: tuple[tf.Tensor, ...]
) -> tuple[tf.Tensor, tuple, tf.Tensor | None]:
    """The same on whole tensors: rows of zeros add nothing to a norm."""
    axes = list(range(1, len(weight.shape)))
    if rows.indices is None:
        touched = tf.reduce_any(rows.values != 0.0, axes)
    else:
        ones = tf.ones(tf.shape(rows.indices), tf.int32)
        touched = tf.scatter_nd(rows.indices[:, tf.newaxis], ones, weight.shape[:1]) > 0
    touched = tf.reshape(touched, [-1] + [1] * len(axes))

    def masked(x: tf.Tensor) -> tf.Tensor:
        return tf.where(touched, x, tf.zeros_like(x))

    w, new, ratio = update(masked(weight), rows.values, tuple(map(masked, slots)))
    new = tuple(tf.where(touched, x, slot) for slot, x in zip(slots, new, strict=True))
    return tf.where(touched, w, weight), new, ratio


def scatter_rows(
    update: Callable,
    weight: tf.Variable,
    rows: Rows,
    slots: tuple[tf.Variable, ...],
    dtype: tf.DType,
) -> tf.Tensor | None:
    """Update the rows of variables in place, without reading the others; returns the ratio."""
    parts = [tf.cast(tf.gather(x, rows.indices), dtype) for x in (weight, *slots)]
    w, new, ratio = update(parts[0], tf.cast(rows.values, dtype), tuple(parts[1:]))
    for variable, value in zip((weight, *slots), (w, *new), strict=True):
        tf.raw_ops.ResourceScatterUpdate(
            resource=variable.handle,
            indices=rows.indices,
            updates=tf.cast(value, variable.dtype),
        )
    return ratio


def add_rows(weight: tf.Variable, rows: Rows, step: tf.Tensor) -> None:
    """Add a tensor to the rows of a variable that a gradient touches, in place."""
    tf.raw_ops.ResourceScatterAdd(resource=weight.handle, indices=rows.indices, updates=step)
