"""Linear maps, dropout and embeddings under Ivy's names."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.ops import check_values, checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.ivy.dtypes import dtype_or_none
from keras_ivy.ops.kinds import indices_of, numbers
from keras_ivy.ops.spatial.windows import add_bias
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, SeedLike, ShapeLike

__all__ = ["dropout", "dropout1d", "dropout2d", "dropout3d", "embedding", "linear"]


@ivy_function(symbolic=True)
def linear(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Array:
    """Return `x @ weight.T + bias`.

    Args:
        x: An array of shape `(..., in)`.
        weight: Weights of shape `(out, in)`, or `(batch, out, in)` for weights of their own for
            each entry of the first axis.
        bias: None, or an array of shape `(out,)` or `(batch, out)`.

    Returns:
        An array of shape `(..., out)`.

    Raises:
        ValueError: If shapes do not fit.

    Example:

    >>> linear([1.0, 2.0], [[3.0, 4.0]], [0.5]).numpy().tolist()
    [11.5]
    """
    x, weight = numbers("linear", "ifc", x=to_tensor(x), weight=to_tensor(weight))
    if dtype_name(x) in ("int8", "int16", "uint8", "uint16"):
        x, weight = to_tensor(x, "int32"), to_tensor(weight, "int32")
    checks.input_rank("linear", "weight", weight, [2, 3], "(out, in) or (batch, out, in)")
    if len(x.shape) == 0:
        checks.input_rank("linear", "x", x, [1], "(..., in)")
    checks.size_of_axis("linear", "x", x, -1, weight.shape[-1], "the columns of `weight`")
    bias = None if bias is None else to_tensor(bias, x.dtype)
    if len(weight.shape) == 2:
        return apply_linear(x, weight, bias)
    # Each entry of the first axis has weights of its own.
    inner = tf.reshape(x, (tf.shape(x)[0], -1, weight.shape[-1]))
    out = tf.matmul(inner, weight, transpose_b=True)
    if bias is not None:
        out = out + (bias[:, tf.newaxis] if len(bias.shape) == 2 else bias)
    return tf.reshape(out, (*ops.shape(x)[:-1], weight.shape[-2]))


def apply_linear(x: ArrayLike, weight: ArrayLike, bias: ArrayLike) -> Array:
    """Return `x @ weight.T + bias` of checked tensors, one matrix product for any rank."""
    if len(x.shape) == 2:
        return add_bias(tf.matmul(x, weight, transpose_b=True), bias)
    if len(x.shape) == 1:
        out = tf.linalg.matvec(weight, x)
        return out if bias is None else out + bias
    shape = x.shape.as_list()
    if shape.count(None) > 1:
        dynamic = tf.shape(x)
        shape = [dynamic[i] if n is None else n for i, n in enumerate(shape)]
    else:
        shape = [-1 if n is None else n for n in shape]
    flat = tf.reshape(x, (-1, x.shape[-1] or weight.shape[-1]))
    out = add_bias(tf.matmul(flat, weight, transpose_b=True), bias)
    return tf.reshape(out, (*shape[:-1], weight.shape[0]))


@ivy_function(symbolic=True)
def dropout(
    x: ArrayLike,
    prob: float,
    scale: bool = True,
    dtype: DTypeLike = None,
    training: bool = True,
    seed: SeedLike = None,
    noise_shape: ShapeLike | None = None,
) -> Array:
    """Return the array with random entries set to 0.

    Args:
        x: An array, or a Container of arrays.
        prob: The probability of each entry to become 0, from 0 up to but without 1.
        scale: If True, entries that stay are divided by `1 - prob`, so that the mean stays.
        dtype: The data type of the result; that of `x` by default.
        training: If False, nothing is set to 0.
        seed: A whole number, or a `keras.random.SeedGenerator`; Keras's global one by default.
        noise_shape: The shape of the random decisions, which broadcasts with `x`.

    Raises:
        ValueError: If `prob` is no such probability.

    Example:

    >>> dropout([1.0, 2.0], 0.5, training=False).numpy().tolist()
    [1.0, 2.0]
    >>> sorted(set(dropout(ops.ones(1000), 0.5, seed=1).numpy().tolist()))
    [0.0, 2.0]

    Reference: https://arxiv.org/abs/1207.0580
    """
    checks.probability("dropout", "prob", prob)
    seed = check_values.seed("dropout", seed)
    x = to_tensor(x, dtype=dtype_or_none(dtype))
    if prob == 0 or not training:
        return x
    checks.floating("dropout", "x", x)
    if scale:
        return keras.random.dropout(x, prob, noise_shape=noise_shape, seed=seed)
    shape = ops.shape(x) if noise_shape is None else noise_shape
    kept = keras.random.uniform(shape, seed=seed) >= prob
    return tf.where(kept, x, tf.zeros_like(x))


def _channel_dropout(
    rank: int, x: ArrayLike, prob: float, training: bool, data_format: str
) -> Array:
    """Set whole channels to 0."""
    owner = f"dropout{rank}d"
    checks.probability(owner, "prob", prob)
    x = to_tensor(x)
    data_format = checks.data_format(owner, data_format, rank)
    wanted = [rank + 1, rank + 2]
    checks.input_rank(owner, "x", x, wanted, f"laid out as {data_format}, with a batch or not")
    if not training:
        return x
    shape = list(ops.shape(x))
    first = len(shape) - rank - (1 if data_format.endswith("C") else 0)
    shape[first : first + rank] = [1] * rank
    return dropout(x, prob, noise_shape=tuple(shape))


@ivy_function(symbolic=True)
def dropout1d(
    x: ArrayLike, prob: float, /, *, training: bool = True, data_format: str = "NWC"
) -> Array:
    """Return the array with random channels set to 0, and the others divided by `1 - prob`.

    Args:
        x: An array of shape `(batch, width, channels)`, or without the batch; with the channels
            in front of the width for `"NCW"`.
        prob: The probability of each channel of each example to become 0.
        training: If False, nothing is set to 0.
        data_format: `"NWC"` or `"NCW"`.

    Raises:
        ValueError: If `prob` is no such probability, or rank or format do not fit.

    Example:

    >>> sorted({tuple(column) for column in dropout1d(ops.ones((2, 99)), 0.5).numpy().T.tolist()})
    [(0.0, 0.0), (2.0, 2.0)]

    Reference: https://arxiv.org/abs/1411.4280, Ivy's `functional/ivy/experimental/layers.py`.
    """
    return _channel_dropout(1, x, prob, training, data_format)


@ivy_function(symbolic=True)
def dropout2d(
    x: ArrayLike, prob: float, /, *, training: bool = True, data_format: str = "NHWC"
) -> Array:
    """Return images with random channels set to 0; arguments as for `dropout1d`.

    Example:

    >>> dropout2d(ops.ones((1, 2, 2, 1)), 0.5, training=False).numpy().ravel().tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    return _channel_dropout(2, x, prob, training, data_format)


@ivy_function(symbolic=True)
def dropout3d(
    x: ArrayLike, prob: float, /, *, training: bool = True, data_format: str = "NDHWC"
) -> Array:
    """Return volumes with random channels set to 0; arguments as for `dropout1d`.

    Example:

    >>> dropout3d(ops.ones((1, 1, 1, 2, 1)), 0.5, training=False).numpy().ravel().tolist()
    [1.0, 1.0]
    """
    return _channel_dropout(3, x, prob, training, data_format)


@ivy_function(symbolic=True)
def embedding(weights: ArrayLike, indices: ArrayLike, *, max_norm: float | None = None) -> Array:
    """Return the rows of a matrix at some indices.

    Args:
        weights: An array of shape `(num, dim)`.
        indices: Integers of any shape.
        max_norm: If given, rows of a larger Euclidean norm are scaled down to it.

    Returns:
        An array of shape `(*indices.shape, dim)`.

    Raises:
        ValueError: If the rank of the weights is another.

    Example:

    >>> embedding([[1.0, 2.0], [3.0, 4.0]], [1, 1]).numpy().tolist()
    [[3.0, 4.0], [3.0, 4.0]]
    """
    checks.input_rank("embedding", "weights", to_tensor(weights), [2], "(num, dim)")
    indices = indices_of("embedding", "indices", indices)
    rows = tf.gather(to_tensor(weights), indices)
    return rows if max_norm is None else tf.clip_by_norm(rows, max_norm, axes=[-1])
