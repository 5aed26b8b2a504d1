"""Large tensors: the formulas of `updates` on TensorFlow's fused kernels.

A kernel updates weight and moments in one pass over memory and in place, where the formula written
as operations makes a dozen passes and as many temporary tensors. The kernels are those of
TensorFlow's own optimizers; their scalar inputs are free, which is enough for every variant:

- `ResourceApplyAdam` with decay rates of zero at the first pass, bias powers of zero, and the bias
  correction folded into its rate and epsilon, is the direction of every variant.
- Applied to a spare variable instead of the weight, it leaves the negative direction there, so
  that its norm can be taken before the weight moves (LAMB).
- `ResourceApplyKerasMomentum` is SGD's buffer, which points downhill; `ResourceApplyMomentum` with
  the rate folded into the gradient is LARS's.

They exist for float32 and float64 on CPU and GPU. XLA does better by itself; see `fast`
for where these kernels are used and where not.
"""

from collections.abc import Callable, Sequence

import tensorflow as tf

from keras_ivy.optimizers.formulas.eager import traced_if_eager
from keras_ivy.optimizers.formulas.norms import norm, sum_of_squares
from keras_ivy.optimizers.formulas.updates import (
    SHRINKS,
    Limits,
    MomentScalars,
    MomentumScalars,
    Treatment,
    adapts,
    lars_ratio,
    pull_of,
    trust_ratio,
    upward,
)
from keras_ivy.optimizers.formulas.variants import MomentumVariant, MomentVariant, TrustRatio
from keras_ivy.optimizers.keras_side.packs import SMALL
from keras_ivy.optimizers.keras_side.spares import Spare
from keras_ivy.optimizers.keras_side.tensors import scalar

ops = tf.raw_ops

#: How many operations on small tensors a function does at a time.
CHAINS = 2


def read(handle: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """Read a variable, without a copy."""
    return ops.ReadVariableOp(resource=handle, dtype=dtype)


def read_all(handles: Sequence[tf.Tensor], dtype: tf.DType) -> tf.Tensor:
    """Read small variables of one shape, as a stack."""
    return tf.stack(in_chains(lambda handle: read(handle, dtype), handles))


def write_all(handles: Sequence[tf.Tensor], values: tf.Tensor, add: bool = False) -> None:
    """Assign the entries of a stack to variables, or add them."""
    assign = ops.AssignAddVariableOp if add else ops.AssignVariableOp
    rows = zip(handles, tf.unstack(values, num=len(handles)), strict=True)
    in_chains(lambda row: assign(resource=row[0], value=row[1]), list(rows))


def in_chains(make: Callable, items: Sequence) -> list:
    """Make an operation of every item, each waiting for the one before it in its chain.

    A function hands what is ready to its threads, one operation at a time, which takes longer than
    to read sixty-four numbers. Of a chain, one thread does one after another.
    """
    if tf.executing_eagerly():
        return [make(item) for item in items]
    made: list = []
    for i, item in enumerate(items):
        with tf.control_dependencies(made[i - 1 : i] if i % -(-len(items) // CHAINS) else []):
            made.append(make(item))
    return made


def fused_norms(tensors: list[tf.Tensor]) -> tf.Tensor:
    """Norms of tensors of one type, as a vector, in one pass over memory.

    Squares of small tensors, among which zeros are common, are added up in float64. Those of large
    ones are not; if one leaves the range of its type, the large ones are gone through again.
    """
    large = [i for i, x in enumerate(tensors) if x.shape.num_elements() >= SMALL]
    small = [i for i, x in enumerate(tensors) if x.shape.num_elements() < SMALL]
    parts = [careful_norms([tensors[i] for i in small])] if small else []
    if large:
        chosen = [tensors[i] for i in large]
        squares = tf.stack([sum_of_squares(x) for x in chosen])
        tiny = tf.constant(1e-30 if squares.dtype == tf.float32 else 1e-280, squares.dtype)
        sound = tf.reduce_all((squares > tiny) & tf.math.is_finite(squares))
        parts.append(tf.cond(sound, lambda: tf.sqrt(squares), lambda: careful_norms(chosen)))
    if len(parts) == 1:
        return parts[0]
    place = {index: position for position, index in enumerate(small + large)}
    return tf.gather(tf.concat(parts, 0), [place[i] for i in range(len(tensors))])


def careful_norms(tensors: list[tf.Tensor]) -> tf.Tensor:
    """Norms of tensors of one type, as a vector, whatever their range."""
    if tensors[0].dtype != tf.float32:
        return tf.stack([_scaled_norm(x) for x in tensors])
    # TFLite's converter has no kernel of float64 for `sum_of_squares` of large tensors.
    squares = [tf.reduce_sum(tf.square(tf.cast(x, tf.float64))) for x in tensors]
    return tf.cast(tf.sqrt(tf.stack(squares)), tf.float32)


@tf.function(
    input_signature=[tf.TensorSpec(None, tf.float64)],
    autograph=False,
    experimental_attributes={"_noinline": True},
)
def _scaled_norm(x: tf.Tensor) -> tf.Tensor:
    """`norm`, as one function for tensors of every shape: it stands in the graph for each."""
    return norm(x)


def decayed(grad: tf.Tensor, handle: tf.Tensor, decay: tf.Tensor | float) -> tf.Tensor:
    """Return `grad + decay * w`."""
    return grad + scalar(decay, grad.dtype) * read(handle, grad.dtype)


def shrink(handle: tf.Tensor, factor: tf.Tensor) -> None:
    """`w' = w - factor * w`, in place."""
    ops.AssignSubVariableOp(resource=handle, value=factor * read(handle, factor.dtype))


def factor_of(rate: tf.Tensor, pull: tf.Tensor | float, decay: str) -> tf.Tensor:
    """What weight decay takes off a weight, as a part of it: `updates.shrunk`."""
    return scalar(pull, rate.dtype) if decay == "independent" else rate * pull


def adam_kernel(
    targets: list[tf.Tensor],
    moments: list[tuple[tf.Tensor, tf.Tensor]],
    grads: list[tf.Tensor],
    rate: tf.Tensor,
    s: MomentScalars,
) -> None:
    """`m`, `v` and `target - rate * m' / (sqrt(v') + epsilon)` of each tensor, in one pass."""
    zero = tf.zeros([], rate.dtype)
    for target, (m, v), grad in zip(targets, moments, grads, strict=True):
        ops.ResourceApplyAdam(
            var=target,
            m=m,
            v=v,
            beta1_power=zero,
            beta2_power=zero,
            lr=rate,
            beta1=s.beta_1,
            beta2=s.beta_2,
            epsilon=s.epsilon,
            grad=grad,
        )


@traced_if_eager
def fused_moments(
    handles: list[tuple[tf.Tensor, ...]],
    grads: list[tf.Tensor],
    scalars: MomentScalars,
    setting: MomentVariant,
    treatment: Treatment,
    limits: Limits,
) -> tf.Tensor | None:
    """`updates.moment_update` of several tensors, in place.

    Args:
        handles: Resource handles of weight, first and second moment, for every tensor; if these
            tensors are adapted, with a spare for each.
        grads: Their gradients, of their type.
        scalars: What `moment_scalars` returned.
        setting: The variant.
        treatment: Decay, adaptation and rate of these tensors.
        limits: Bounds of their trust ratios.

    Returns:
        The trust ratios as a vector, or `None` if these tensors are not adapted.
    """
    decay, pull = treatment.decay, pull_of(treatment, scalars)
    rate = scalars.rate * treatment.lr_multiplier
    if decay and setting.decay == "gradient":
        grads = [decayed(g, w, pull) for g, (w, *_) in zip(grads, handles, strict=True)]
    adapted = adapts(setting.ratio, treatment)
    targets = [w for w, *_ in handles]
    moments = [(m, v) for _, m, v, *_ in handles]
    spares = [spare for *_, spare in handles]
    if decay and (setting.decay in SHRINKS or (setting.decay == "update" and not adapted)):
        # Adam's direction does not depend on the weight, so that without a ratio both are one.
        factor = factor_of(rate, pull, setting.decay)
        for w in targets:
            shrink(w, factor)
    if not adapted:
        adam_kernel(targets, moments, grads, rate * scalars.alpha, scalars)
        return None
    dtype = rate.dtype
    pull = scalar(pull, dtype)
    inside = decay and setting.decay == "update"
    beside = decay > 0.0 and setting.decay == "norm"
    for spare, w, g in zip(spares, targets, grads, strict=True):
        if inside:
            spare.fill(-pull * read(w, dtype))
        else:
            spare.fill_zeros(g)
    adam_kernel([spare.memory for spare in spares], moments, grads, scalars.alpha, scalars)
    negatives = [spare.read(dtype) for spare in spares]
    weights = [read(w, dtype) for w in targets]
    measured = negatives
    if beside:
        pull = upward(pull)
        measured = [n - pull * w for n, w in zip(negatives, weights, strict=True)]
    norms = fused_norms(weights + measured)
    del weights, measured  # Eagerly, a kernel copies a weight that somebody still holds.
    weight_norms, norms = tf.split(norms, 2)
    ratios = trust_ratio(weight_norms, norms, setting.ratio or TrustRatio(), limits)
    steps = tf.unstack(-ratios * rate, num=len(grads))
    for w, step, negative in zip(targets, steps, negatives, strict=True):
        ops.ResourceApplyGradientDescent(var=w, alpha=step, delta=negative)
    return ratios


def update_apart(
    update: Callable,
    weights: tf.Tensor | None,
    slots: tuple[tf.Tensor, ...],
    grads: tf.Tensor,
    scalars: tuple,
    treatment: Treatment,
    spare: Spare,
) -> tf.Tensor:
    """Return new weights that no variable holds, after an update of their slots in place.

    Args:
        update: `_update_fused` of an optimizer.
        weights: The weights; `None` for zeros.
        slots: Resource handles of their slots.
        grads: Their gradients.
        scalars: As for the kernels.
        treatment: Decay and rate; no adaptation.
        spare: Where to work.
    """
    if weights is None:
        spare.fill_zeros(grads)
    else:
        spare.fill(weights)
    update([(spare.memory, *slots)], [grads], scalars, treatment)
    return spare.read(grads.dtype)


@traced_if_eager
def fused_momentum(
    handles: list[tuple[tf.Tensor, ...]],
    grads: list[tf.Tensor],
    scalars: MomentumScalars,
    setting: MomentumVariant,
    treatment: Treatment,
    limits: Limits,
    momentum: float,
    nesterov: bool,
    downhill: bool,
) -> tf.Tensor | None:
    """`updates.momentum_update` of several tensors, in place.

    Args:
        handles: Resource handles of the weight and, with momentum, of its buffer, for every tensor.
        grads: Their gradients, of their type.
        scalars: The rate.
        setting: The variant.
        treatment: Decay, adaptation and rate of these tensors.
        limits: Coefficient and bounds of their trust ratios.
        momentum: Decay of the buffer.
        nesterov: Whether to look ahead.
        downhill: Whether the buffer holds what is added to the weight, rate included, and not what
            is subtracted.

    Returns:
        The trust ratios as a vector, or `None` if these tensors are not adapted.
    """
    rate = scalars.rate * treatment.lr_multiplier
    dtype, decay, count = rate.dtype, treatment.decay, len(grads)
    pull = pull_of(treatment, scalars)
    if decay and setting.decay in SHRINKS:
        for weight, *_ in handles:
            shrink(weight, factor_of(rate, pull, setting.decay))
    pulls = [pull if decay and setting.decay == "gradient" else 0.0] * count
    one = tf.ones([], dtype)
    inside, outside = (rate, one) if setting.lr_in_momentum else (one, rate)
    ratios, factors, keep = None, [inside] * count, scalars.momentum
    steps = grads
    if adapts(setting.ratio, treatment):
        if setting.denominator == "sum":
            steps, pulls = _pulled(grads, handles, pulls), [0.0] * count
        # No name for what is read: eagerly, a kernel copies a weight that somebody still holds.
        norms = fused_norms([read(weight, dtype) for weight, *_ in handles] + steps)
        weight_norms, below = tf.split(norms, 2)
        ratios = lars_ratio(weight_norms, below, rate, setting, treatment, limits, pull)
        factors = tf.unstack(ratios * inside, num=count)
        if decay and not setting.decay_frozen:
            usable = tf.cast((weight_norms > 0.0) & (below > 0.0), dtype)
            pulls = tf.unstack(usable * pull, num=count)
    steps = _pulled(steps, handles, pulls)
    for (weight, *buffers), step, factor in zip(handles, steps, factors, strict=True):
        if not buffers:
            alpha = factor if setting.lr_in_momentum else factor * outside
            ops.ResourceApplyGradientDescent(var=weight, alpha=alpha, delta=step)
            continue
        common = {
            "var": weight,
            "accum": buffers[0],
            "momentum": tf.constant(momentum, dtype) if keep is None else keep,
            "use_nesterov": nesterov,
        }
        if downhill:
            ops.ResourceApplyKerasMomentum(lr=factor * outside, grad=step, **common)
        else:
            ops.ResourceApplyMomentum(lr=outside, grad=factor * step, **common)
    return ratios


def _pulled(grads: list, handles: list, pulls: list) -> list:
    """Return `grad + pull * w` of every tensor."""
    return [
        decayed(g, weight, pull) if tf.is_tensor(pull) or pull else g
        for g, (weight, *_), pull in zip(grads, handles, pulls, strict=True)
    ]
