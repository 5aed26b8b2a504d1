"""The arithmetic of every optimizer: pure functions of tensors, one formula a line.

Nothing here keeps state or knows a class. `moment_update` and `momentum_update` are the two
families; `variants` says which of their terms a named variant uses. The Keras side, the functional
side and the fused kernels all compute these formulas and are tested against one another.

Symbols: `w` weight, `g` gradient, `m` and `v` first and second moment, `u` direction, `t` step.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

import tensorflow as tf
from keras import ops

from keras_ivy.optimizers.formulas.hyperball import around
from keras_ivy.optimizers.formulas.norms import norm as scaled_norm
from keras_ivy.optimizers.formulas.norms import root
from keras_ivy.optimizers.formulas.orthogonal import Matrices
from keras_ivy.optimizers.formulas.variants import MomentumVariant, MomentVariant, TrustRatio

#: A tensor, or a number in its place.
Tensor: TypeAlias = tf.Tensor | float
#: The norm of a tensor.
Norm: TypeAlias = Callable[[tf.Tensor], tf.Tensor]


class MomentScalars(NamedTuple):
    """What one step of the moment family shares between all tensors.

    `rest_i` is `1 - beta_i`, which a float32 `beta_2` of 0.999 holds to no more than five digits.
    `ahead` is what the gradient counts in the direction, if that looks ahead.
    """

    rate: tf.Tensor
    beta_1: Tensor
    beta_2: Tensor
    rest_1: Tensor
    rest_2: Tensor
    alpha: Tensor
    epsilon: Tensor
    decay: Tensor | None = None
    ahead: Tensor | None = None


class Treatment(NamedTuple):
    """What sets one tensor apart from another: see `rules.Rule`.

    `shared` says that `decay` is the optimizer's, which may change. A compiled function then
    reads it from the scalars, and only its sign from here. `cohort` says who joined together,
    `hyperball` that the norm of the tensor stays, and `matrices` as which matrices Muon sees it;
    without any it is Adam's.
    """

    decay: float = 0.0
    adapt: bool = True
    lr_multiplier: float = 1.0
    shared: bool = False
    cohort: int = 0
    hyperball: bool = False
    matrices: Matrices | None = None


class HasDecay(Protocol):
    """Scalars of a step, the strength of decay among them if a function is to read it."""

    @property
    def decay(self) -> Tensor | None:
        """The strength."""


def pull_of(treatment: Treatment, scalars: HasDecay) -> Tensor:
    """The strength of decay of one tensor: a number, or a tensor that may change.

    Example:

    >>> pull_of(Treatment(decay=0.5), MomentumScalars(rate=1.0))
    0.5
    """
    if treatment.shared and scalars.decay is not None:
        return scalars.decay
    return treatment.decay


#: Where weight decay shrinks the weight ahead of the step.
SHRINKS = ("before", "independent")


def shrunk(w: Tensor, rate: Tensor, pull: Tensor, decay: str) -> Tensor:
    """`w' = w - rate * pull * w`, or `w' = w - pull * w` where decay is independent of the rate.

    Example:

    >>> shrunk(2.0, 0.5, 0.25, "before"), shrunk(2.0, 0.5, 0.25, "independent")
    (1.75, 1.5)
    """
    return w - pull * w if decay == "independent" else w - rate * pull * w


class Limits(NamedTuple):
    """Coefficient, additive epsilon and bounds of the trust ratio."""

    coefficient: float = 1.0
    epsilon: float = 0.0
    minimum: float | None = None
    maximum: float | None = None


#: A coefficient of one, and no bounds.
UNBOUNDED = Limits()


def moment(m: Tensor, x: Tensor, beta: Tensor, rest: Tensor) -> Tensor:
    """`m' = beta * m + rest * x`, `rest = 1 - beta`: an exponential moving average.

    Example:

    >>> float(moment(2.0, 4.0, 0.5, 0.5))
    3.0
    """
    return beta * m + rest * x


def direction(m: Tensor, v: Tensor, alpha: Tensor, epsilon: Tensor) -> Tensor:
    """`u = alpha * m / (sqrt(v) + epsilon)`: the direction of Adam; negative `v` counts as zero.

    Example:

    >>> float(direction(3.0, 4.0, 1.0, 1.0))
    1.0
    """
    return alpha * m / (root(v) + epsilon)


def bias_corrections(
    setting: MomentVariant, step: Tensor, beta_1: Tensor, beta_2: Tensor
) -> tuple[Tensor, Tensor]:
    """`(1 - beta_1 ** t, 1 - beta_2 ** t)`, or ones where the variant does not correct."""
    if setting.correction == "none":
        return ops.ones_like(step), ops.ones_like(step)
    return 1.0 - ops.power(beta_1, step), 1.0 - ops.power(beta_2, step)


def moment_scalars(
    setting: MomentVariant,
    rate: Tensor,
    step: Tensor,
    first: Tensor,
    betas: tuple[Tensor, Tensor],
    epsilon: float,
) -> MomentScalars:
    """Everything in a step of the moment family that does not depend on the tensor.

    With `c_i = 1 - beta_i ** t`, the direction is `alpha * m / (sqrt(v) + epsilon')`, and only
    `alpha` and `epsilon'` tell the variants apart. On the first pass the decay rates are zero, so
    that zero-filled moments become `m = g` and `v = g * g`.

    Args:
        setting: The variant.
        rate: Learning rate.
        step: Number of this step, from one.
        first: Whether this is the first pass (a boolean tensor).
        betas: `(beta_1, beta_2)` as tensors of the type of `step`.
        epsilon: The user's epsilon.

    Returns:
        A `MomentScalars` of scalar tensors.
    """
    beta_1, beta_2 = betas
    c_1, c_2 = bias_corrections(setting, step, beta_1, beta_2)
    scale = ops.sqrt(c_2) / (c_1 + epsilon if setting.epsilon == "ivy" else c_1)
    raised = epsilon * ops.sqrt(c_2) if setting.epsilon == "corrected" else epsilon + 0.0 * c_2
    if setting.first_pass:
        beta_1 = ops.where(first, ops.zeros_like(beta_1), beta_1)
        beta_2 = ops.where(first, ops.zeros_like(beta_2), beta_2)
    if setting.correction == "rate":
        rate, scale = rate * scale, ops.ones_like(scale)
    ahead = None
    if setting.nesterov:
        later, _ = bias_corrections(setting, step + 1.0, beta_1, beta_2)
        scale, ahead = scale * beta_1 * c_1 / later, scale * (1.0 - beta_1)
    rests = 1.0 - beta_1, 1.0 - beta_2
    return MomentScalars(rate, beta_1, beta_2, *rests, scale, raised, ahead=ahead)


def trust_ratio(
    weight_norm: Tensor, update_norm: Tensor, setting: TrustRatio, limits: Limits
) -> Tensor:
    """`r = clip(coefficient * |w| / (|u| + epsilon), minimum, maximum)`.

    A norm of zero gives one, or, where the setting freezes such tensors, zero for `|w| = 0`. A norm
    that is NaN gives NaN.

    Example:

    >>> float(trust_ratio(ops.array(6.0), ops.array(3.0), TrustRatio(), Limits()))
    2.0
    >>> float(trust_ratio(ops.array(0.0), ops.array(3.0), TrustRatio(), Limits()))
    1.0
    """
    reach = weight_norm
    if setting.largest_weight_norm is not None:
        reach = ops.minimum(reach, setting.largest_weight_norm)
    divisor = update_norm + (limits.epsilon + setting.guard)
    nothing = (update_norm == 0.0) | (weight_norm == 0.0)
    safe = divisor if setting.guard else ops.where(nothing, ops.ones_like(divisor), divisor)
    ratio = limits.coefficient * reach / safe
    if limits.minimum is not None:
        ratio = ops.maximum(ratio, limits.minimum)
    if limits.maximum is not None:
        ratio = ops.minimum(ratio, limits.maximum)
    if setting.frozen:
        return ops.where(weight_norm == 0.0, ops.zeros_like(ratio), ratio)
    return ops.where(nothing, ops.ones_like(ratio), ratio)


def adapts(setting: TrustRatio | None, treatment: Treatment) -> bool:
    """Whether a tensor's learning rate is adapted to its norms."""
    if setting is None or not treatment.adapt:
        return False
    return bool(treatment.decay) or not setting.only_decayed


def moment_update(
    w: Tensor,
    g: Tensor,
    m: Tensor,
    v: Tensor,
    scalars: MomentScalars,
    setting: MomentVariant,
    treatment: Treatment,
    limits: Limits,
    norm: Norm = scaled_norm,
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """One step of Adam, AdamW or LAMB.

    `m' = b1 m + (1 - b1) g`, `v' = b2 v + (1 - b2) g g`, `u = alpha m' / (sqrt(v') + epsilon)`,
    `w' = w - rate * r * u`; weight decay enters where the variant says.

    Args:
        w, g, m, v: Weight, gradient and moments, all of one shape and type.
        scalars: What `moment_scalars` returned, in that type.
        setting: The variant.
        treatment: Decay, adaptation and rate of this tensor.
        limits: Bounds of its trust ratio.
        norm: The norm; the stacked path passes one that reduces all axes but the first.

    Returns:
        `(w', m', v', ratio)`; the ratio is `None` for a tensor that is not adapted.
    """
    decay, pull = treatment.decay, pull_of(treatment, scalars)
    rate = scalars.rate * treatment.lr_multiplier
    if decay and setting.decay == "gradient":
        g = g + pull * w
    m = moment(m, g, scalars.beta_1, scalars.rest_1)
    v = moment(v, g * g, scalars.beta_2, scalars.rest_2)
    u = direction(m, v, scalars.alpha, scalars.epsilon)
    if scalars.ahead is not None:
        u = u + direction(g, v, scalars.ahead, scalars.epsilon)
    if treatment.hyperball:
        return around(w, u, rate, norm), m, v, None
    if decay and setting.decay in SHRINKS:
        w = shrunk(w, rate, pull, setting.decay)
    if decay and setting.decay == "update":
        u = u + pull * w
    kind = setting.ratio
    if kind is None or not adapts(kind, treatment):
        return w - rate * u, m, v, None
    measured = u + upward(pull) * w if decay > 0.0 and setting.decay == "norm" else u
    ratio = trust_ratio(norm(w), norm(measured), kind, limits)
    return w - (ratio * rate) * u, m, v, ratio


def upward(pull: Tensor) -> Tensor:
    """A decay that counts where it is positive alone; one that follows time may change its sign."""
    return pull if isinstance(pull, float) else ops.maximum(pull, 0.0)


def over(ratio: Tensor, divisor: Tensor) -> Tensor:
    """`ratio / divisor`, or the ratio as it is where there is nothing to divide by."""
    some = divisor > 0.0
    return ops.where(some, ratio / ops.where(some, divisor, ops.ones_like(divisor)), ratio)


class MomentumScalars(NamedTuple):
    """What one step of the momentum family shares between all tensors.

    `momentum` is there if it follows time, and counts before the number of the formula.
    """

    rate: tf.Tensor
    decay: Tensor | None = None
    momentum: Tensor | None = None


def lars_ratio(
    weight_norm: Tensor,
    below: Tensor,
    rate: Tensor,
    setting: MomentumVariant,
    treatment: Treatment,
    limits: Limits,
    pull: Tensor,
) -> Tensor:
    """The trust ratio of LARS.

    Args:
        weight_norm: `|w|`.
        below: `|g|`, or `|g + decay * w|` where the variant divides by that.
        rate: Learning rate of this tensor, which bounds the ratio in LARC.
        setting: The variant.
        treatment: Decay of this tensor.
        limits: Coefficient and bounds of the ratio.
        pull: The strength of the decay, as `pull_of` tells it.
    """
    decay = treatment.decay
    if decay and setting.denominator == "split":
        below = ops.where(below > 0.0, below + pull * weight_norm, below)
    ratio = trust_ratio(weight_norm, below, setting.ratio or TrustRatio(), limits)
    if decay > 0.0 and setting.decay == "norm":
        safe = ops.where(weight_norm > 0.0, weight_norm, ops.ones_like(weight_norm))
        ratio = ratio / (safe * pull) if isinstance(pull, float) else over(ratio, safe * pull)
    if setting.clip_by_rate:
        # Not `min(ratio / rate, 1)`, which a warm-up from a rate of zero makes infinite on its way.
        whole = ratio >= rate
        one = ops.ones_like(ratio)
        ratio = ops.where(whole, one, ratio / ops.where(whole, one, rate))
    return ratio


def momentum_update(
    w: Tensor,
    g: Tensor,
    m: Tensor | None,
    scalars: MomentumScalars,
    setting: MomentumVariant,
    treatment: Treatment,
    limits: Limits,
    momentum: float = 0.0,
    nesterov: bool = False,
    norm: Norm = scaled_norm,
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """One step of SGD or LARS.

    `m' = momentum * m + rate * r * (g + decay * w)`, `w' = w - m'`; with `nesterov`,
    `w' = w - (momentum * m' + rate * r * (g + decay * w))`. Variants keep the rate, or the rate
    and the ratio, outside the buffer.

    Args:
        w, g: Weight and gradient.
        m: Buffer, or `None` if `momentum` is zero.
        scalars: The rate, as a tensor of the type of `w`.
        setting: The variant.
        treatment: Decay, adaptation and rate of this tensor.
        limits: Coefficient and bounds of its trust ratio.
        momentum: Decay of the buffer.
        nesterov: Whether to look ahead.
        norm: The norm; the stacked path passes one that reduces all axes but the first.

    Returns:
        `(w', m', ratio)`; the ratio is `None` for a tensor that is not adapted.
    """
    decay, pull = treatment.decay, pull_of(treatment, scalars)
    rate = scalars.rate * treatment.lr_multiplier
    adapted = adapts(setting.ratio, treatment)
    if decay and setting.decay in SHRINKS:
        w = shrunk(w, rate, pull, setting.decay)
    step = g + pull * w if decay and setting.decay == "gradient" else g
    ratio = None
    if adapted and setting.denominator != "momentum":
        weight_norm, below = norm(w), norm(step if setting.denominator == "sum" else g)
        ratio = lars_ratio(weight_norm, below, rate, setting, treatment, limits, pull)
        if decay and not setting.decay_frozen:
            step = ops.where((weight_norm > 0.0) & (below > 0.0), step, g)
        step = ratio * step
    if setting.lr_in_momentum:
        step = rate * step
    if m is not None:
        keep = momentum if scalars.momentum is None else scalars.momentum
        m = keep * m + step
        step = keep * m + step if nesterov else m
    if adapted and setting.denominator == "momentum":
        ratio = trust_ratio(norm(w), norm(step), setting.ratio or TrustRatio(), limits)
        step = ratio * step
    if treatment.hyperball:
        return around(w, step, rate, norm), m, None
    return (w - step if setting.lr_in_momentum else w - rate * step), m, ratio
