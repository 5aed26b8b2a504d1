"""Will the first steps do what they should?"""

import math
import statistics

import keras
import tensorflow as tf

from keras_ivy.diagnostics.finding import Finding, make
from keras_ivy.diagnostics.measuring.facts import Facts
from keras_ivy.diagnostics.measuring.taps import Call
from keras_ivy.diagnostics.rules import remedies
from keras_ivy.diagnostics.rules.signal import backward
from keras_ivy.diagnostics.running import options, running_variables

__all__ = ["batch_drift", "initial_loss", "update"]

#: How many times its expected value a loss may be: of classes, and of numbers.
CLASSES, NUMBERS = 2.0, 8.0
#: And by how many nats at least: logits of variance 2 cost one.
_NATS = 1.0
#: Between these lies the median step, by the weights; beyond FAR training can't go well.
SMALL, LARGE, FAR_SMALL, FAR_LARGE = 3e-5, 0.2, 1e-7, 1.0
#: What a remedy aims at.
_GOOD_STEP = 1e-3
#: Between these lies the rms of what a batch normalisation would put out in inference.
DRIFT_LOW, DRIFT_HIGH = 0.15, 10.0


def initial_loss(facts: Facts) -> list[Finding]:
    """INITIAL_LOSS: a loss above that of a network that knows nothing, or only frequencies."""
    loss, expected = facts.loss, facts.expected
    if loss is None or expected is None or not math.isfinite(loss):
        return []
    limit = NUMBERS if expected.kind == "regression" else CLASSES
    head = facts.points[-1].call if facts.points else None
    where = facts.name(head) if head else ("", "")
    numbers = {"loss": loss, "expected": expected.value, "informed": expected.informed}
    if loss > limit * expected.value + (0.0 if expected.kind == "regression" else _NATS):
        far = loss > 10 * limit * expected.value
        known = "the mean" if expected.kind == "regression" else "that every class is as likely"
        said = f"it is {loss:.4g}; who knows no more than {known} has {expected.value:.4g}"
        remedy = remedies.initialize(facts)
        if head is not None:
            remedy = remedies.initialize_layers(facts, [head.path], "zeros")
        large = remedies.standardize(facts)
        if expected.kind == "regression":
            remedy = _regression(facts, remedy)
        elif large is not None:
            remedy, more = large
            said += more
        severity = "error" if far else "warning"
        return [make("INITIAL_LOSS", severity, where, said, remedy, **numbers)]
    rare = expected.kind != "regression" and loss > CLASSES * expected.informed + 0.1
    if rare and head is not None and not facts.is_trained:
        kind = "softmax" if expected.kind == "classes" else "sigmoid"
        said = (
            f"it is {loss:.4g}; who knows the frequencies of the classes has "
            f"{expected.informed:.4g}, and the bias of the last layer can know them"
        )
        name = remedies.match(facts, head.path)
        classes = f", classes={head.shape[-1]}" if kind == "softmax" else ""
        remedy = (
            f'ivy.initialize_model(model, [("{name}", "zeros")], seed=0, '
            f'bias=ivy.initializers.OutputBias.from_labels(y, "{kind}", smoothing=1{classes}))'
        )
        return [make("INITIAL_LOSS", "warning", where, said, remedy, **numbers)]
    return []


def _regression(facts: Facts, remedy: str) -> str:
    """Targets that are far from zero want a bias, and the kernel of the last layer small."""
    head = facts.points[-1].call if facts.points else None
    if head is None:
        return remedy
    name = remedies.match(facts, head.path)
    return (
        f'ivy.initialize_model(model, [("{name}", "zeros")], seed=0, '
        'bias=ivy.initializers.OutputBias.from_labels(y, "linear"))'
    )


def update(facts: Facts) -> list[Finding]:
    """UPDATE: a first step of the optimizer that is far too large or too small."""
    if facts.optimizer is None:
        return []
    steps = [
        facts.updates[id(target.variable)]
        for target in facts.trained_kernels
        if id(target.variable) in facts.updates
        and facts.varies(target)
        and math.isfinite(facts.updates[id(target.variable)])
        and facts.updates[id(target.variable)] > 0
    ]
    if not steps:
        return []
    middle = statistics.median(steps)
    if SMALL <= middle <= LARGE:
        return []
    optimizer, name = facts.optimizer
    small = middle < SMALL
    if _follows(facts, small):
        return []
    far = middle < FAR_SMALL or middle > FAR_LARGE
    rate = float(tf.convert_to_tensor(optimizer.learning_rate))
    better = float(f"{rate * _GOOD_STEP / middle:.2g}")
    said = (
        f"a step of {type(optimizer).__name__} changes kernels by {middle:.3g} of their norm "
        f"(median), too {'little' if small else 'much'}; the learning rate is {rate:.3g}"
    )
    remedy = f"{name}.learning_rate = {better:g}"
    setting = remedies.rate_setting(optimizer)
    if isinstance(setting, keras.optimizers.schedules.LearningRateSchedule):
        cls = type(optimizer).__name__
        remedy = f"model.compile(keras.optimizers.{cls}({better:g}), model.loss)"
    last = facts.points[-1].call if facts.points else None
    where = facts.name(last) if last else ("", "")
    numbers = {"median": middle, "least": min(steps), "greatest": max(steps), "rate": rate}
    severity = "error" if far else "warning"
    return [make("UPDATE", severity, where, said, remedy, **numbers)]


def _follows(facts: Facts, small: bool) -> bool:
    """Whether the steps are so small, or so large, for what the gradients are.

    Their remedy mends the steps too, and a rate that suits these gradients is none for others.
    """
    kinds = {finding.kind for finding in backward(facts) if finding.severity == "error"}
    return ("VANISHING_BACKWARD" if small else "EXPLODING_BACKWARD") in kinds


def batch_drift(facts: Facts) -> list[Finding]:
    """BATCHNORM_DRIFT: running statistics that are far from those of the batch.

    In training the batch's are used and all is well; in inference the running ones are.
    """
    found = []
    for call in facts.calls:
        variables = running_variables(call.layer)
        if variables is None or call.batch is None:
            continue
        mean, variance = (tf.convert_to_tensor(each.value) for each in variables)
        epsilon, momentum = options(call.layer)
        batch = call.batch
        wide = batch.variance.dtype
        moment = batch.variance + tf.square(batch.mean - tf.cast(mean, wide))
        rms = tf.sqrt(moment / (tf.cast(variance, wide) + epsilon))
        typical = float(statistics.median(tf.reshape(rms, [-1]).numpy().tolist()))
        if DRIFT_LOW <= typical <= DRIFT_HIGH or not math.isfinite(typical):
            continue
        own = float(statistics.median(batch.variance.numpy().tolist()))
        kept = float(statistics.median(tf.reshape(variance, [-1]).numpy().tolist()))
        if own == 0.0:
            continue  # a constant, which other findings explain
        gap = abs(math.log(kept / own)) if kept > 0 else 1.0
        steps = math.ceil((math.log(100.0) + gap) / -math.log(momentum)) if 0 < momentum < 1 else 1
        said = (
            f"the running variance is {kept:.3g}, that of the batch {own:.3g}: in inference it "
            f"puts out an rms of {typical:.3g} where 1 is meant, for about {steps} steps"
        )
        remedy = "ivy.diagnostics.settle_statistics(model, x)"
        low = typical < DRIFT_LOW and not facts.is_trained
        if low and kept == 1.0 and _weak_kernel(facts, call):
            remedy = remedies.initialize(facts)
        numbers = {"batch": own, "running": kept, "rms": typical, "steps": float(steps)}
        found.append(make("BATCHNORM_DRIFT", "warning", facts.name(call), said, remedy, **numbers))
    return found


def _weak_kernel(facts: Facts, call: Call) -> bool:
    """Whether the layer with a kernel before is drawn too small for its fans."""
    before = None
    for each in facts.calls:
        if each is call:
            break
        owned = facts.variables_of(each.path)
        before = next((t for t in owned if t.role == "kernel"), before)
    if before is None:
        return False
    ratio = facts.weights[before.path].ratio
    return ratio is not None and ratio < 0.5
