"""Losses of scores, distances and distributions under Ivy's names."""

from __future__ import annotations

import math

import tensorflow as tf

from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "hinge_embedding_loss",
    "kl_div",
    "poisson_nll_loss",
    "soft_margin_loss",
    "wasserstein_loss_discriminator",
    "wasserstein_loss_generator",
]


def _pair(owner: str, input: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """Return inputs and targets of one float type, after checking that they broadcast."""
    input = to_tensor(input)
    checks.floating(owner, "input", input)
    target = tf.cast(to_tensor(target), input.dtype)
    try:
        tf.broadcast_static_shape(input.shape, target.shape)
    except ValueError:
        raise IvyValueError(
            f"{owner}: `input` and `target` have shapes that broadcast. "
            f"Received: input of shape {tuple(input.shape)}, target of {tuple(target.shape)}"
        ) from None
    return input, target


def _reduced(owner: str, reduction: str, loss: Array, also: tuple[str, ...] = ()) -> Array:
    checks.choice(owner, "reduction", reduction, ("none", "sum", "mean", *also))
    if reduction == "none":
        return loss
    if reduction == "batchmean":
        return tf.reduce_sum(loss) / tf.cast(tf.shape(loss)[0], loss.dtype)
    return (tf.reduce_sum if reduction == "sum" else tf.reduce_mean)(loss)


@ivy_function(symbolic=True)
def kl_div(
    input: ArrayLike,
    target: ArrayLike,
    /,
    *,
    reduction: str = "mean",
    log_target: bool = False,
) -> Array:
    """Return `target * (log(target) - input)`, the divergence of distributions, reduced.

    Args:
        input: Logarithms of probabilities, or a Container of arrays.
        target: Probabilities, of the same shape.
        reduction: `"none"`, `"sum"`, `"mean"`, or `"batchmean"`: the sum by the size of the first
            axis.
        log_target: If True, the target holds logarithms too.

    Example:

    >>> kl_div([0.0, 0.0], [1.0, 1.0]).numpy().item()
    0.0
    """
    input, target = _pair("kl_div", input, target)
    if log_target:
        loss = tf.exp(target) * (target - input)
    else:
        loss = tf.math.xlogy(target, target) - target * input
    return _reduced("kl_div", reduction, loss, ("batchmean",))


@ivy_function(symbolic=True)
def hinge_embedding_loss(
    input: ArrayLike, target: ArrayLike, *, margin: float = 1.0, reduction: str = "mean"
) -> Array:
    """Return the input where the target is 1, and `max(0, margin - input)` where it is -1, reduced.

    Args:
        input: Distances, or a Container of arrays.
        target: 1 or -1 for each.
        margin: The distance that is far enough.
        reduction: `"none"`, `"sum"` or `"mean"`.

    Example:

    >>> hinge_embedding_loss([0.5, 0.25], [1.0, -1.0], reduction="none").numpy().tolist()
    [0.5, 0.75]
    """
    input, target = _pair("hinge_embedding_loss", input, target)
    zero = tf.zeros_like(input)
    near = tf.where(target != -1, input, zero)
    far = tf.where(target != 1, tf.maximum(zero, tf.cast(margin, input.dtype) - input), zero)
    return _reduced("hinge_embedding_loss", reduction, near + far)


@ivy_function(symbolic=True)
def soft_margin_loss(input: ArrayLike, target: ArrayLike, /, *, reduction: str = "mean") -> Array:
    """Return `log(1 + exp(-target * input))`, reduced.

    Args:
        input: Scores, or a Container of arrays.
        target: 1 or -1 for each.
        reduction: `"none"`, `"sum"` or `"mean"`.

    Example:

    >>> round(float(soft_margin_loss([0.0], [1.0])), 4)
    0.6931
    """
    input, target = _pair("soft_margin_loss", input, target)
    return _reduced("soft_margin_loss", reduction, tf.math.softplus(-target * input))


@ivy_function(symbolic=True)
def poisson_nll_loss(
    input: ArrayLike,
    target: ArrayLike,
    *,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Array:
    """Return `exp(input) - target * input`, the loss of counts of a Poisson distribution, reduced.

    Args:
        input: Logarithms of expected counts, or a Container of arrays.
        target: Counts.
        log_input: If False, `input` holds the counts, and the loss is
            `input - target * log(input + eps)`.
        full: If True, Stirling's `target * log(target) - target + log(2 * pi * target) / 2` is
            added where the target is above 1.
        eps: What keeps the logarithm finite.
        reduction: `"none"`, `"sum"` or `"mean"`.

    Example:

    >>> poisson_nll_loss([0.0], [2.0]).numpy().item()
    1.0
    """
    owner = "poisson_nll_loss"
    input, target = _pair(owner, input, target)
    if log_input:
        loss = tf.exp(input) - target * input
    else:
        loss = input - target * tf.math.log(input + tf.cast(eps, input.dtype))
    if full:
        safe = tf.where(target > 1, target, tf.ones_like(target))
        stirling = safe * tf.math.log(safe) - safe + tf.math.log(2 * math.pi * safe) / 2
        loss = loss + tf.where(target > 1, stirling, tf.zeros_like(target))
    return _reduced(owner, reduction, loss)


@ivy_function(symbolic=True)
def wasserstein_loss_generator(pred_fake: ArrayLike) -> Array:
    """Return minus the mean of a critic's scores of what a generator makes.

    Example:

    >>> wasserstein_loss_generator([1.0, 3.0]).numpy().item()
    -2.0
    """
    scores = to_tensor(pred_fake)
    checks.floating("wasserstein_loss_generator", "pred_fake", scores)
    return -tf.reduce_mean(scores)


@ivy_function(symbolic=True)
def wasserstein_loss_discriminator(p_real: ArrayLike, p_fake: ArrayLike) -> Array:
    """Return the mean of a critic's scores of what a generator makes, minus that of real samples.

    Example:

    >>> wasserstein_loss_discriminator([3.0], [1.0]).numpy().item()
    -2.0
    """
    real, fake = to_tensor(p_real), to_tensor(p_fake)
    checks.floating("wasserstein_loss_discriminator", "p_real", real)
    checks.floating("wasserstein_loss_discriminator", "p_fake", fake)
    return tf.reduce_mean(fake) - tf.reduce_mean(real)
