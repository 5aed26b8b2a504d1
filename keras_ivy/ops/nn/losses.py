"""Losses under Ivy's names and with Ivy's defaults."""

from __future__ import annotations

import math

import tensorflow as tf

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import indices_of, numbers
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, Axis
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "binary_cross_entropy",
    "cross_entropy",
    "huber_loss",
    "l1_loss",
    "log_poisson_loss",
    "mse_loss",
    "smooth_l1_loss",
    "sparse_cross_entropy",
]

REDUCTIONS = ("none", "sum", "mean")


def _pair(owner: str, true: ArrayLike, pred: ArrayLike) -> tuple[Array, Array]:
    """Return targets and predictions of one float type, after checking that they broadcast."""
    pred = to_tensor(pred)
    checks.floating(owner, "pred", pred)
    true = tf.cast(to_tensor(true), pred.dtype)
    try:
        tf.broadcast_static_shape(true.shape, pred.shape)
    except ValueError:
        raise IvyValueError(
            f"{owner}: `true` and `pred` have shapes that broadcast. "
            f"Received: true of shape {tuple(true.shape)}, pred of shape {tuple(pred.shape)}"
        ) from None
    return true, pred


def _reduce(owner: str, reduction: str, loss: ArrayLike, axis: Axis) -> Array:
    checks.choice(owner, "reduction", reduction, REDUCTIONS)
    if reduction == "none":
        return loss
    axis = list(axis) if isinstance(axis, list | tuple) else axis
    return (tf.reduce_sum if reduction == "sum" else tf.reduce_mean)(loss, axis)


@ivy_function(symbolic=True)
def cross_entropy(
    true: ArrayLike,
    pred: ArrayLike,
    *,
    axis: int | None = None,
    epsilon: float = 1e-7,
    reduction: str = "mean",
) -> Array:
    """Return `-true * log(clip(pred, epsilon, 1 - epsilon))`, reduced along an axis.

    Args:
        true: Target probabilities.
        pred: Predicted probabilities, of the same shape.
        axis: The axis that the reduction takes; all of them by default.
        epsilon: How near predictions may come to 0 and 1.
        reduction: `"none"`, `"sum"` or `"mean"`.

    Raises:
        ValueError: If shapes do not broadcast, or the reduction is another.

    Example:

    >>> round(cross_entropy([0.0, 1.0], [0.5, 0.5], reduction="sum").numpy().item(), 4)
    0.6931
    """
    true, pred = _pair("cross_entropy", true, pred)
    loss = -true * tf.math.log(tf.clip_by_value(pred, epsilon, 1 - epsilon))
    return _reduce("cross_entropy", reduction, loss, axis)


@ivy_function(symbolic=True)
def binary_cross_entropy(
    true: ArrayLike,
    pred: ArrayLike,
    *,
    from_logits: bool = False,
    epsilon: float = 0.0,
    reduction: str = "mean",
    pos_weight: ArrayLike | None = None,
    axis: Axis = None,
) -> Array:
    """Return `-true * log(pred) - (1 - true) * log(1 - pred)`.

    Args:
        true: Target probabilities.
        pred: Predicted probabilities, or their logits.
        from_logits: If True, predictions are logits.
        epsilon: Label smoothing: targets become `true * (1 - epsilon) + epsilon / 2`.
        reduction: `"none"`, `"sum"` or `"mean"`.
        pos_weight: Weights of the first term; for logits only.
        axis: The axis or axes that the reduction takes; all of them by default.

    Raises:
        ValueError: If an argument is out of range, or weights come without logits.

    Example:

    >>> round(binary_cross_entropy([1.0], [0.0], from_logits=True).numpy().item(), 4)
    0.6931

    Reference: Ivy's `functional/ivy/losses.py`.
    """
    owner = "binary_cross_entropy"
    true, pred = _pair(owner, true, pred)
    if not 0 <= epsilon <= 1:
        raise IvyValueError(
            f"{owner}: epsilon should be a float in [0, 1]. Received: epsilon={epsilon}"
        )
    if pos_weight is not None and not from_logits:
        raise IvyValueError(
            f"{owner}: pos_weight is only allowed when from_logits is set to True. "
            f"Received: from_logits={from_logits}"
        )
    if epsilon:
        true = true * (1 - epsilon) + epsilon / 2
    if from_logits:
        weight = 1 if pos_weight is None else tf.cast(pos_weight, pred.dtype)
        # log(1 + exp(-x)) is the loss of a positive, and x more that of a negative.
        loss = (1 - true) * pred + (1 + (weight - 1) * true) * tf.math.softplus(-pred)
    else:
        # Ivy clips to this distance from 0 and 1, and adds it inside the logarithms as well.
        small = 1e-7
        pred = tf.clip_by_value(pred, small, 1 - small)
        loss = -true * tf.math.log(pred + small) - (1 - true) * tf.math.log(1 - pred + small)
    return _reduce(owner, reduction, loss, axis)


@ivy_function(symbolic=True)
def sparse_cross_entropy(
    true: ArrayLike,
    pred: ArrayLike,
    *,
    axis: int = -1,
    epsilon: float = 1e-7,
    reduction: str = "mean",
) -> Array:
    """Return `cross_entropy` of targets given as indices along the last axis.

    Example:

    >>> sparse_cross_entropy([1], [[0.5, 0.5]], reduction="sum").numpy()
    array([0.6931472], dtype=float32)
    """
    pred = numbers("sparse_cross_entropy", "f", pred=pred)
    hot = tf.one_hot(
        indices_of("sparse_cross_entropy", "true", true), pred.shape[-1], dtype=pred.dtype
    )
    return cross_entropy(hot, pred, axis=axis, epsilon=epsilon, reduction=reduction)


@ivy_function(symbolic=True)
def log_poisson_loss(
    true: ArrayLike,
    pred: ArrayLike,
    *,
    compute_full_loss: bool = False,
    axis: int = -1,
    reduction: str = "none",
) -> Array:
    """Return `exp(pred) - true * pred`, the loss of a Poisson distribution's logarithmic rate.

    Args:
        true: Target counts.
        pred: Logarithms of predicted rates, of the same shape.
        compute_full_loss: If True, Stirling's approximation of `log(true!)` is added for targets
            above 1.
        axis: The axis that the reduction takes.
        reduction: `"none"`, `"sum"` or `"mean"`.

    Raises:
        ValueError: If shapes differ, or the reduction is another.

    Example:

    >>> log_poisson_loss([2.0], [0.0]).numpy().tolist()
    [1.0]
    """
    owner = "log_poisson_loss"
    true, pred = _pair(owner, true, pred)
    loss = tf.exp(pred) - true * pred
    if compute_full_loss:
        safe = tf.where(true > 1, true, tf.ones_like(true))
        stirling = safe * tf.math.log(safe) - safe + 0.5 * tf.math.log(2 * math.pi * safe)
        loss = loss + tf.where(true > 1, stirling, tf.zeros_like(true))
    return _reduce(owner, reduction, loss, axis)


@ivy_function(symbolic=True)
def l1_loss(input: ArrayLike, target: ArrayLike, *, reduction: str = "mean") -> Array:
    """Return `|target - input|`.

    Example:

    >>> l1_loss([1.0, 2.0], [3.0, 2.0]).numpy().item()
    1.0
    """
    target, input = _pair("l1_loss", target, input)
    return _reduce("l1_loss", reduction, tf.abs(target - input), None)


@ivy_function(symbolic=True)
def mse_loss(input: ArrayLike, target: ArrayLike, *, reduction: str = "mean") -> Array:
    """Return `(target - input)**2`.

    Example:

    >>> mse_loss([1.0, 2.0], [3.0, 2.0]).numpy().item()
    2.0
    """
    target, input = _pair("mse_loss", target, input)
    return _reduce("mse_loss", reduction, tf.square(target - input), None)


@ivy_function(symbolic=True)
def huber_loss(
    true: ArrayLike, pred: ArrayLike, *, delta: float = 1.0, reduction: str = "mean"
) -> Array:
    """Return half the squared error up to `delta`, and a line with that slope beyond.

    Example:

    >>> huber_loss([0.0, 0.0], [1.0, 3.0], reduction="none").numpy().tolist()
    [0.5, 2.5]
    """
    true, pred = _pair("huber_loss", true, pred)
    error = tf.abs(true - pred)
    loss = tf.where(error <= delta, 0.5 * error**2, delta * (error - 0.5 * delta))
    return _reduce("huber_loss", reduction, loss, None)


@ivy_function(symbolic=True)
def smooth_l1_loss(
    input: ArrayLike, target: ArrayLike, *, beta: float = 1.0, reduction: str = "mean"
) -> Array:
    """Return `huber_loss` divided by its bend `beta`, or the absolute error for a bend of 0.

    Example:

    >>> smooth_l1_loss([1.0, 3.0], [0.0, 0.0], reduction="none").numpy().tolist()
    [0.5, 2.5]
    """
    target, input = _pair("smooth_l1_loss", target, input)
    error = tf.abs(target - input)
    if beta:
        error = tf.where(error < beta, 0.5 * error**2 / beta, error - 0.5 * beta)
    return _reduce("smooth_l1_loss", reduction, error, None)
