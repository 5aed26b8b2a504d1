"""Attention under Ivy's names."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.adapters.tensorflow import xla as tf_xla
from keras_ivy.ops import check_values, checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.nn.basics import apply_linear
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, SeedLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["multi_head_attention", "scaled_dot_product_attention"]


def _lowest(dtype: DTypeLike) -> Array:
    """A score that stands for never: far below all others, and finite in every type."""
    return tf.constant(-3e4 if dtype == tf.float16 else -1e30, dtype)


def additive_mask(mask: ArrayLike, dtype: DTypeLike) -> Array:
    """Return what is added to scores: a boolean mask is True where a score is masked out."""
    mask = to_tensor(mask)
    if mask.dtype == tf.bool:
        return tf.where(mask, _lowest(dtype), tf.zeros((), dtype))
    return tf.maximum(tf.cast(mask, dtype), _lowest(dtype))


def causal_mask(query: ArrayLike, key: ArrayLike) -> Array:
    """Return the boolean mask of shape `(L, S)` that hides later keys from earlier queries."""
    rows, columns = ops.shape(query)[-2], ops.shape(key)[-2]
    return tf.range(columns)[tf.newaxis] > tf.range(rows)[:, tf.newaxis]


def attend(
    query: ArrayLike,
    key: ArrayLike,
    value: ArrayLike,
    scale: float,
    mask: ArrayLike,
    dropout: float = 0.0,
    seed: SeedLike = None,
    training: bool = False,
) -> tuple[Array, Array]:
    """Return attention and its weights.

    Args:
        query: An array of shape `(..., L, d)`, already scaled if `scale` is 1.
        key: An array of shape `(..., S, d)`.
        value: An array of shape `(..., S, dv)`.
        scale: What scores are multiplied with.
        mask: None, or what is added to the scores, of a shape that broadcasts to `(..., L, S)`.
        dropout: The probability of a weight to be left out.
        seed: The seed of that.
        training: If False, no weight is left out, and gradients are not what calls are for.
    """
    if scale != 1:
        query = query * to_tensor(scale, query.dtype)
    turned = training and _gains_from_turning(key, value)
    if turned:
        # Together, so that XLA does not put them back: see `_gains_from_turning`.
        key, value = tf.unstack(tf.linalg.matrix_transpose(tf.stack([key, value])))
    scores = tf.matmul(query, key, transpose_b=not turned)
    if mask is not None:
        scores = scores + mask
    weights = tf.nn.softmax(scores)
    if dropout and training:
        weights = keras.random.dropout(weights, dropout, seed=seed)
    return tf.matmul(weights, value, transpose_b=turned), weights


def _gains_from_turning(key: ArrayLike, value: ArrayLike) -> bool:
    """Whether gradients are faster with keys and values of shape `(..., d, S)`.

    The gradients of keys and values multiply by the transpose of an array of the size of the
    scores. On CPUs, XLA takes two to five times as long for a product whose first factor is
    transposed; with the small arrays turned, those are the ones to transpose. That pays if the
    scores are much larger than the keys.
    """
    length, size = key.shape[-2:]
    long = None not in (length, size) and length >= 4 * size
    return long and key.shape == value.shape and tf_xla.is_compiling()


@ivy_function(symbolic=True)
def scaled_dot_product_attention(
    query: ArrayLike,
    key: ArrayLike,
    value: ArrayLike,
    *,
    scale: float | None = None,
    mask: ArrayLike | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    training: bool = False,
) -> Array:
    """Return `softmax(scale * query @ key.T + mask) @ value`.

    Args:
        query: An array of shape `(..., L, d)`.
        key: An array of shape `(..., S, d)`.
        value: An array of shape `(..., S, dv)`.
        scale: What scores are multiplied with; `d**-0.5` by default.
        mask: A boolean mask, True where a key is attended to, or numbers that are added; of a
            shape that broadcasts to `(..., L, S)`.
        dropout_p: The probability of a weight to be left out.
        is_causal: If True, a query attends to keys up to its own place only.
        training: If False, no weight is left out.

    Returns:
        An array of shape `(..., L, dv)`.

    Raises:
        ValueError: If the shapes do not fit.

    Example:

    >>> q, k, v = [[1.0]], [[0.0], [0.0]], [[1.0], [3.0]]
    >>> scaled_dot_product_attention(q, k, v).numpy().tolist()
    [[2.0]]
    >>> scaled_dot_product_attention(q, k, v, is_causal=True).numpy().tolist()
    [[1.0]]

    Reference: https://arxiv.org/abs/1706.03762
    """
    owner = "scaled_dot_product_attention"
    arrays = {"query": query, "key": key, "value": value}
    query, key, value = (numbers(owner, "f", **{n: x}) for n, x in arrays.items())
    checks.size_of_axis(owner, "key", key, -1, query.shape[-1], "the size of `query`")
    checks.size_of_axis(owner, "value", value, -2, key.shape[-2], "the number of keys")
    checks.probability(owner, "dropout_p", dropout_p)
    added = None
    if mask is not None:
        mask = to_tensor(mask)
        mask = tf.logical_not(mask) if mask.dtype == tf.bool else mask
        added = additive_mask(mask, query.dtype)
    if is_causal:
        causal = additive_mask(causal_mask(query, key), query.dtype)
        added = causal if added is None else added + causal
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    return attend(query, key, value, scale, added, dropout_p, training=training)[0]


def _heads(x: ArrayLike, num_heads: int) -> Array:
    """Return `(N, L, H * d)` as `(N, H, L, d)`."""
    batch, length = ops.shape(x)[:2]
    x = tf.reshape(x, (batch, length, num_heads, x.shape[-1] // num_heads))
    return tf.transpose(x, (0, 2, 1, 3))


def _full_mask(mask: ArrayLike, batch: ArrayLike, num_heads: int, owner: str) -> Array:
    """Bring a mask to four axes that broadcast with `(N, H, L, S)`."""
    rank = len(mask.shape)
    if rank == 2:
        return mask
    if rank == 3:
        # Ivy's layout: batch and heads in one axis, or, unambiguously, the batch alone.
        first = mask.shape[0]
        if first is not None and isinstance(batch, int) and first == batch and num_heads > 1:
            return mask[:, tf.newaxis]
        return tf.reshape(mask, (batch, num_heads, *ops.shape(mask)[1:]))
    if rank == 4:
        return mask
    raise IvyValueError(
        f"{owner}: `attention_mask` has shape (L, S), (N, L, S), (N * num_heads, L, S) or "
        f"(N, num_heads, L, S). Received: attention_mask of shape {tuple(mask.shape)}"
    )


@ivy_function(symbolic=True)
def multi_head_attention(
    query: ArrayLike,
    key: ArrayLike | None = None,
    value: ArrayLike | None = None,
    *,
    num_heads: int = 8,
    scale: float | None = None,
    attention_mask: ArrayLike | None = None,
    in_proj_weights: ArrayLike | None = None,
    q_proj_weights: ArrayLike | None = None,
    k_proj_weights: ArrayLike | None = None,
    v_proj_weights: ArrayLike | None = None,
    out_proj_weights: ArrayLike | None = None,
    in_proj_bias: ArrayLike | None = None,
    out_proj_bias: ArrayLike | None = None,
    is_causal: bool = False,
    return_attention_weights: bool = False,
    average_attention_weights: bool = True,
    dropout: float = 0.0,
    training: bool = False,
    seed: SeedLike = None,
    owner: str = "multi_head_attention",
) -> Array:
    """Return attention with several heads, of projections of query, key and value.

    Args:
        query: An array of shape `(N, L, E)` or `(L, E)`.
        key: An array of shape `(N, S, Ek)`, or without the batch; the query by default.
        value: An array of shape `(N, S, Ev)`, or without the batch; the key by default.
        num_heads: The number of heads.
        scale: What scores are multiplied with; `d**-0.5` of the size `d` of a head by default.
        attention_mask: A boolean mask, True where a key is masked out, or numbers that are added
            to the scores. Of shape `(L, S)`, `(N, L, S)`, `(N * num_heads, L, S)` or
            `(N, num_heads, L, S)`.
        in_proj_weights: Weights of shape `(3 * inner, E)` of all three projections.
        q_proj_weights: Those of the query, `(inner, E)`, if sizes differ.
        k_proj_weights: Those of the key, `(inner, Ek)`.
        v_proj_weights: Those of the value, `(inner, Ev)`.
        out_proj_weights: Weights of shape `(E, inner)` of the result.
        in_proj_bias: Bias of shape `(3 * inner,)`.
        out_proj_bias: Bias of shape `(E,)`.
        is_causal: If True, a query attends to keys up to its own place only; together with a
            mask, both hold.
        return_attention_weights: If True, the weights are returned too.
        average_attention_weights: If True, they are the mean over the heads.
        dropout: The probability of a weight to be left out.
        training: If False, no weight is left out.
        seed: The seed of dropout.
        owner: Name of the caller, for errors.

    Returns:
        An array of shape `(N, L, E)`, or a pair with weights of shape `(N, L, S)`, or
        `(N, num_heads, L, S)` if they are not averaged; all without N if the query has none.

    Raises:
        ValueError: If shapes do not fit.

    Note:
        Ivy mixes the entries of batches of more than one; here every entry stands alone.

    Example:

    >>> x = ops.ones((2, 3, 8))
    >>> multi_head_attention(x, num_heads=2).shape
    TensorShape([2, 3, 8])

    Reference: https://arxiv.org/abs/1706.03762, Ivy's `functional/ivy/layers.py`.
    """
    key = query if key is None else key
    value = key if value is None else value
    same = query is key and key is value
    seed = check_values.seed(owner, seed)
    query = numbers(owner, "f", query=query)
    key = query if same else numbers(owner, "f", key=key)
    value = query if same else numbers(owner, "f", value=value)
    checks.input_rank(owner, "query", query, [2, 3], "(N, L, E) or (L, E)")
    unbatched = len(query.shape) == 2
    checks.input_rank(owner, "key", key, [len(query.shape)], "as `query` has")
    checks.input_rank(owner, "value", value, [len(query.shape)], "as `query` has")
    checks.size_of_axis(owner, "value", value, -2, key.shape[-2], "the number of keys")
    if not unbatched:
        for name, x in (("key", key), ("value", value)):
            if 1 not in (x.shape[0], query.shape[0]):  # a batch of one is for all
                checks.size_of_axis(owner, name, x, 0, query.shape[0], "the batch of `query`")
    if unbatched:
        query, key, value = (x[tf.newaxis] for x in (query, key, value))
    q, k, v = _project(
        owner, num_heads, same, query, key, value, in_proj_weights, q_proj_weights,
        k_proj_weights, v_proj_weights, in_proj_bias,
    )  # fmt: skip
    mask = None
    if attention_mask is not None:
        mask = additive_mask(attention_mask, q.dtype)
        for axis, x, what in ((-2, q, "queries"), (-1, k, "keys")):
            if len(mask.shape) > 1 and mask.shape[axis] != 1:
                size, why = x.shape[-2], f"the number of {what}"
                checks.size_of_axis(owner, "attention_mask", mask, axis, size, why)
        mask = _full_mask(mask, ops.shape(q)[0], num_heads, owner)
    if is_causal:
        causal = additive_mask(causal_mask(q, k), q.dtype)
        mask = causal if mask is None else mask + causal
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    out, weights = attend(q, k, v, scale, mask, dropout, seed, training)
    batch, _, length, _ = ops.shape(out)
    out = tf.reshape(tf.transpose(out, (0, 2, 1, 3)), (batch, length, num_heads * out.shape[-1]))
    if out_proj_weights is not None:
        w, b = to_tensor(out_proj_weights), out_proj_bias
        out = apply_linear(out, w, None if b is None else to_tensor(b))
    out = out[0] if unbatched else out
    if not return_attention_weights:
        return out
    weights = tf.reduce_mean(weights, axis=1) if average_attention_weights else weights
    return out, (weights[0] if unbatched else weights)


def _project(
    owner: str,
    num_heads: int,
    same: bool,
    query: ArrayLike,
    key: ArrayLike,
    value: ArrayLike,
    joint: ArrayLike,
    wq: ArrayLike,
    wk: ArrayLike,
    wv: ArrayLike,
    bias: ArrayLike,
) -> tuple[Array, Array, Array]:
    """Return the projections of query, key and value, of shape `(N, H, L, d)`."""
    bias = None if bias is None else to_tensor(bias)
    inputs = {"query": query, "key": key, "value": value}
    if joint is not None:
        joint = to_tensor(joint)
        for name, x in inputs.items():
            checks.size_of_axis(owner, name, x, -1, joint.shape[-1], "the embedding size")
        _check_heads(owner, num_heads, joint.shape[0] // 3)
        if same:
            # All heads of all three in one product and one transposition.
            z = apply_linear(query, joint, bias)
            batch, length = ops.shape(z)[:2]
            z = tf.reshape(z, (batch, length, 3, num_heads, z.shape[-1] // (3 * num_heads)))
            return tuple(tf.unstack(tf.transpose(z, (2, 0, 3, 1, 4))))
        wq, wk, wv = tf.split(joint, 3, axis=0)
    if wq is None:
        _check_heads(owner, num_heads, query.shape[-1])
        return tuple(_heads(x, num_heads) for x in inputs.values())
    biases = (None, None, None) if bias is None else tf.split(bias, 3)
    out = []
    for (name, x), w, b in zip(inputs.items(), (wq, wk, wv), biases, strict=True):
        w = to_tensor(w)
        checks.size_of_axis(owner, name, x, -1, w.shape[-1], f"that of the {name} projection")
        _check_heads(owner, num_heads, w.shape[0])
        out.append(_heads(apply_linear(x, w, b), num_heads))
    return tuple(out)


def _check_heads(owner: str, num_heads: int, features: int | None) -> None:
    if features is not None and features % num_heads:
        raise IvyValueError(
            f"{owner}: features must be divisible by the number of heads. "
            f"Received: num_heads={num_heads}, {features} features"
        )
