"""From rules to plans: what each variable of a model gets, or why it stays as it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from keras_ivy.initializers.adopted import Adopted
from keras_ivy.initializers.base import Initializer
from keras_ivy.initializers.fans.axes import GATES
from keras_ivy.initializers.model.rules import InitRule, PerTarget, assign_rules, skip_rules
from keras_ivy.initializers.model.targets import Target
from keras_ivy.initializers.strings import get
from keras_ivy.typing import InitializerLike
from keras_ivy.utils.paths import Match

__all__ = []

#: Why a vector stays of which neither a rule nor its name tells what it is.
UNKNOWN = "its role is unknown"

#: Why a variable stays that is to begin anew.
NO_START = "nothing tells what it began with"
#: Why a table of positions or a token stays where a scheme for kernels is given.
POSITION = "positions and tokens are no kernels; a rule may name them"


@dataclass(frozen=True)
class Plan:
    """What one variable gets.

    Args:
        target: The variable.
        initializer: Its scheme; None leaves it alone.
        reason: Why it is left alone.
        scale: Factor of the drawn values.
    """

    target: Target
    initializer: Initializer | None
    reason: str = ""
    scale: float = 1.0


def make_plans(
    targets: Sequence[Target],
    rules: Sequence[InitRule],
    *,
    bias: InitializerLike | None,
    skip: Match | Iterable[Match],
    skip_normalization: bool,
    skip_frozen: bool,
) -> list[Plan]:
    """Decide for every variable; arguments are those of `initialize_model`.

    Raises:
        ValueError: If a rule or something to skip matches nothing, or a scheme is unknown.
    """
    skipped = assign_rules(skip_rules(skip), targets)
    chosen = assign_rules(rules, targets)
    schemes = {id(rule): _resolve(rule) for rule in rules}
    usual_bias = isinstance(bias, str) and bias == "zeros"
    bias = None if bias is None else get(bias)
    plans: dict[str, Plan] = {}

    def keep(target: Target, reason: str) -> None:
        plans[target.path] = Plan(target, None, reason)

    for target in targets:
        rule = chosen.get(target.path)
        if target.path in skipped:
            keep(target, "to be skipped")
        elif skip_frozen and _is_frozen(target):
            keep(target, "frozen")
        elif target.role == "state" and rule is None:
            keep(target, "state")
        elif rule is None:
            keep(target, POSITION if target.role == "position" else "no rule speaks of it")
        elif rule.initializer is None:
            keep(target, "a rule says so")
        else:
            choose = schemes[id(rule)]
            scheme = choose(target)
            if scheme is None:
                keep(target, choose.kept)
            else:
                plans[target.path] = Plan(target, scheme, scale=rule.scale)
    live = {
        id(plan.target.layer)
        for plan in plans.values()
        if plan.initializer is not None and plan.target.is_weight
    }
    for target in targets:
        plan = plans[target.path]
        if plan.initializer is not None or target.path in chosen or target.path in skipped:
            continue
        if target.role == "unknown" and id(target.layer) in live and plan.reason != "frozen":
            keep(target, UNKNOWN)
        elif target.role == "bias" and id(target.layer) in live and plan.reason != "frozen":
            if bias is None:
                keep(target, "biases are to stay")
            else:
                scheme = default_bias(target) if usual_bias else bias
                plans[target.path] = Plan(target, scheme)
        elif target.is_normalization and plan.reason != "frozen":
            fresh = None if skip_normalization else layer_default(target)
            plans[target.path] = Plan(target, fresh, "normalisation")
    return [plans[target.path] for target in targets]


def default_bias(target: Target, base: InitializerLike = "zeros") -> Initializer:
    """Zero, but one for the forget gates of an LSTM's cell whose `unit_forget_bias` says so."""
    base = get(base)
    if not getattr(target.layer, "unit_forget_bias", False):
        return base

    def unit_forget_bias(shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        values = np.array(base(shape, dtype))
        gates = GATES["lstm"]
        units = shape[-1] // len(gates.names)
        values[..., gates.keeping * units : (gates.keeping + 1) * units] = 1
        return values

    return Adopted(unit_forget_bias)


def layer_default(target: Target) -> Initializer | None:
    """Return the initializer that the layer itself has for a variable, or None.

    Keras stores it as `<variable>_initializer`, with a trailing `_kernel` dropped; the kernel of a
    depthwise convolution has `depthwise_initializer`. Layers of this package have one
    for weights and one for biases. Normalisations that name none begin with ones and zeros.
    """
    name = target.name.removeprefix("reverse_")
    stems = (name, name.removesuffix("_kernel"), "depthwise" if name == "kernel" else name)
    attributes = [f"{stem}_initializer" for stem in stems]
    attributes += ["_w_init"] * target.is_weight + ["_b_init"] * (target.role == "bias")
    for attribute in attributes:
        own = getattr(target.layer, attribute, None)
        if own is not None:
            return default_bias(target, own) if target.role == "bias" else get(own)
    if not target.is_normalization:
        return None
    return get("ones" if target.role == "scale" or "var" in target.name else "zeros")


def _resolve(rule: InitRule) -> PerTarget:
    """The scheme of a rule for each of its variables."""
    if isinstance(rule.initializer, PerTarget):
        return rule.initializer
    one = None if rule.initializer is None else get(rule.initializer, rule.config)
    return PerTarget(lambda target: one)


def _is_frozen(target: Target) -> bool:
    """Whether a variable, or the layer whose statistics it holds, is not to be trained."""
    return not (target.layer if target.role == "state" else target.variable).trainable
