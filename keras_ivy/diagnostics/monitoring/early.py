"""The findings of `diagnose` that one step of training can show."""

import functools
import math
from dataclasses import dataclass, field

import keras

from keras_ivy.diagnostics.finding import Finding
from keras_ivy.diagnostics.measuring.facts import Facts
from keras_ivy.diagnostics.rules import remedies, signal, training, units
from keras_ivy.initializers.model.targets import Target

__all__ = ["StepFacts", "of_broken", "of_gradients", "of_values"]


@dataclass
class StepFacts(Facts):
    """Facts of a step, for which not all weights are looked through.

    Args:
        norms: By id of a variable, the norm of its values.
    """

    norms: dict[int, float] = field(default_factory=dict)

    @functools.cached_property
    def has_zero_kernel(self) -> bool:
        """Whether a kernel is all zeros."""
        return any(self.norms.get(id(target.variable)) == 0.0 for target in self.kernels)

    def varies(self, target: Target) -> bool:
        """Whether the values of a variable are not all zero."""
        return self.norms.get(id(target.variable), 1.0) > 0


def of_values(facts: Facts) -> list[Finding]:
    """What the values of layers say.

    Args:
        facts: Those of a pass forwards.
    """
    found = (
        [] if facts.is_finite_forwards and _inputs_are_finite(facts) else signal.non_finite(facts)
    )
    found += [*units.dead(facts), *units.saturated(facts), *signal.forward(facts)]
    return remedies.in_training(facts, signal.by_cause(facts, found))


def of_broken(facts: Facts, scale: float) -> list[Finding]:
    """What is no number, to be asked before the step carries it into the weights.

    Args:
        facts: Those of a pass forwards and backwards.
        scale: What the loss was multiplied by: where it is, gradients that overflow are what
            lowers it, and no finding.
    """
    well = _inputs_are_finite(facts) and math.isfinite(facts.loss or 0.0)
    if well and (scale != 1.0 or _gradients_are_finite(facts)):
        return []
    return remedies.in_training(facts, signal.non_finite(facts))


def of_gradients(facts: Facts, first: bool, learned: bool) -> list[Finding]:
    """What gradients and the optimizer's step say, if they are numbers.

    Args:
        facts: Those of a pass forwards and backwards.
        first: Whether no step was seen before. Later steps are meant to become small.
        learned: Whether the weights were those of training before the step.
    """
    if not _gradients_are_finite(facts):
        return []
    found = signal.backward(facts)
    for finding in training.update(facts):
        small = finding.numbers["median"] < training.SMALL
        if not small or (first and finding.numbers["rate"] > 0 and not _is_scheduled(facts)):
            found.append(finding)
    return remedies.in_training(facts, found) if learned else found


def _gradients_are_finite(facts: Facts) -> bool:
    return all(grad.finite for grad in facts.gradients.values() if grad is not None)


def _inputs_are_finite(facts: Facts) -> bool:
    return all(each.finite for each in facts.inputs)


def _is_scheduled(facts: Facts) -> bool:
    """Whether the learning rate begins small on purpose."""
    if facts.optimizer is None:
        return False
    setting = remedies.rate_setting(facts.optimizer[0])
    return isinstance(setting, keras.optimizers.schedules.LearningRateSchedule)
