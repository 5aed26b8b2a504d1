"""Rules: which tensors decay, which are adapted, and at what multiple of the learning rate."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from keras_ivy.optimizers.spellings import check_flag, check_range, check_whole
from keras_ivy.optimizers.updates import Treatment
from keras_ivy.registration import register
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest


class Leaf(NamedTuple):
    """What a predicate sees of a tensor that is not a variable: a leaf of a Container."""

    path: str
    shape: tuple
    dtype: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


def path_of(variable: Any) -> str:
    """Return the path of a Keras variable, a `tf.Variable` or a `Leaf`."""
    path = getattr(variable, "path", None)
    return path if path is not None else variable.name.split(":")[0]


@register()
class Rule:
    """What a group of tensors gets; the first rule that matches a tensor decides.

    A pattern has to match up to the end of the path, and may start anywhere in it, so that
    `"bias"` means every path that ends in `bias`. Beginnings of paths are no part of a model's
    identity: Keras renames `sequential/dense/bias` to `dense/bias` when it loads a model.

    Args:
        match: Regular expression for the end of the path (write `"embedding.*"` for whatever
            comes below an embedding), or a predicate on the variable; `None` for every path.
            A predicate must be registered with Keras to be saved.
        ndim_max: If set, the tensor must also have at most that many dimensions.
        decay: `False` for none, `True` for the optimizer's `weight_decay`, or a number of its own.
        adapt: Whether LARS and LAMB take a trust ratio.
        lr_multiplier: Factor of the learning rate.
        required: Whether it is an error that the rule matches nothing.

    Raises:
        IvyTypeError: If an argument is of another type.
        IvyValueError: If the pattern is no regular expression, or a number is out of range.

    Example:

    >>> Rule(match="bias", decay=False).matches(Leaf("dense/bias", (3,), "float32"))
    True
    >>> Rule(match="bias", decay=False).matches(Leaf("bias/kernel", (3,), "float32"))
    False
    """

    def __init__(
        self,
        match: str | Callable[[Any], bool] | None = None,
        *,
        ndim_max: int | None = None,
        decay: bool | float = True,
        adapt: bool = True,
        lr_multiplier: float = 1.0,
        required: bool = True,
    ):
        if not (match is None or isinstance(match, str) or callable(match)):
            raise IvyTypeError(
                "`match` must be a regular expression or a predicate on the variable. "
                f"Received: match={match!r}"
            )
        self._pattern = None
        if isinstance(match, str):
            try:
                self._pattern = re.compile(f"(?:{match})$")
            except re.error as error:
                raise IvyValueError(
                    f"`match` is no regular expression: {error}. Received: match={match!r}"
                ) from error
        if not isinstance(decay, int | float | np.number | np.bool_):
            raise IvyTypeError(f"`decay` must be a bool or a float. Received: decay={decay!r}")
        if isinstance(decay, bool | np.bool_):
            self.decay = bool(decay)
        else:
            self.decay = check_range("decay", decay, -float("inf"), None, "()")
        self.match = match
        self.ndim_max = None if ndim_max is None else check_whole("ndim_max", ndim_max, 0)
        self.adapt = check_flag("adapt", adapt)
        self.lr_multiplier = check_range("lr_multiplier", lr_multiplier, 0.0, None, "[)")
        self.required = check_flag("required", required)

    def matches(self, variable: Any) -> bool:
        """Whether the rule holds for a variable, or for a `Leaf`."""
        if self.ndim_max is not None and len(variable.shape) > self.ndim_max:
            return False
        if self._pattern is not None:
            return self._pattern.search(path_of(variable)) is not None
        return self.match is None or bool(self.match(variable))

    def treatment(self, weight_decay: float) -> Treatment:
        """What a tensor under this rule gets, given the optimizer's weight decay."""
        if isinstance(self.decay, bool):
            decay = weight_decay if self.decay else 0.0
        else:
            decay = float(self.decay)
        return Treatment(decay, self.adapt, self.lr_multiplier)

    def get_config(self) -> dict:
        """Return the arguments, for `from_config`."""
        config = self._arguments()
        if callable(self.match):
            config["match"] = keras.saving.serialize_keras_object(self.match)
        return config

    def _arguments(self) -> dict:
        return {name: getattr(self, name) for name in _DEFAULTS}

    @classmethod
    def from_config(cls, config: dict) -> "Rule":
        """Make a rule from what `get_config` returned."""
        config = dict(config)
        if isinstance(config.get("match"), dict):
            config["match"] = keras.saving.deserialize_keras_object(config["match"])
        return cls(**config)

    def __repr__(self) -> str:
        for name, preset in PRESETS.items():
            if any(self is rule for rule in preset):
                return f"preset {name!r}"
        shown = {k: repr(v) for k, v in self._arguments().items() if v != _DEFAULTS[k]}
        if callable(self.match):
            shown["match"] = getattr(self.match, "__name__", shown["match"])
        return f"Rule({', '.join(f'{k}={v}' for k, v in shown.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and self._arguments() == other._arguments()

    __hash__ = None


_DEFAULTS = {
    "match": None,
    "ndim_max": None,
    "decay": True,
    "adapt": True,
    "lr_multiplier": 1.0,
    "required": True,
}

_BIAS_NORM = (
    r"(?:^|/)(?:bias|b|gamma|beta|[a-z]+_bias)"
    r"|(?:^|/)[^/]*(?:norm|(?:^|/|_)[lb]n)[^/]*/[^/]+"
)

#: Rules by name, for `rules="bias_norm"`.
PRESETS: dict[str, tuple[Rule, ...]] = {
    "bias_norm": (Rule(match=_BIAS_NORM, decay=False, adapt=False, required=False),),
}


def as_rules(rules: Any) -> tuple[Rule, ...]:
    """Return a tuple of rules from a preset's name, a rule, or a sequence of rules or configs.

    Raises:
        IvyValueError: If the preset is unknown.
        IvyTypeError: If an entry is not a rule.
    """
    if rules is None:
        return ()
    if isinstance(rules, str):
        if rules not in PRESETS:
            raise IvyValueError(
                f"Unknown preset of rules. {nearest(rules, PRESETS)} Received: rules={rules!r}"
            )
        return PRESETS[rules]
    if isinstance(rules, Rule):
        return (rules,)
    if not isinstance(rules, Sequence):
        raise IvyTypeError(
            "`rules` must be a preset's name, a `Rule`, or a list of rules. "
            f"Received: rules={rules!r}"
        )
    made = []
    for rule in rules:
        if isinstance(rule, dict):
            rule = keras.saving.deserialize_keras_object(rule)
        if isinstance(rule, str):
            made.extend(as_rules(rule))
            continue
        if not isinstance(rule, Rule):
            raise IvyTypeError(f"`rules` must hold `Rule` objects. Received: {rule!r}")
        made.append(rule)
    return tuple(made)


def resolve(
    rules: Sequence[Rule], variables: Sequence[Any], weight_decay: float
) -> list[tuple[Treatment, Rule | None]]:
    """Return what every variable gets, and the rule that says so.

    Raises:
        IvyValueError: If a required rule matches no variable.
    """
    chosen = []
    matched = set()
    for variable in variables:
        fits = [i for i, rule in enumerate(rules) if rule.matches(variable)]
        matched.update(fits)
        rule = rules[fits[0]] if fits else None
        treatment = rule.treatment(weight_decay) if rule else Treatment(decay=weight_decay)
        chosen.append((treatment, rule))
    for i, rule in enumerate(rules):
        # Keras's loader of `.h5` files builds for no variables at all: nothing is missed there.
        if variables and rule.required and i not in matched:
            names = ", ".join(path_of(v) for v in variables)
            raise IvyValueError(
                "A rule matches no variable. A pattern must match the end of a path; pass "
                f"`required=False` if nothing has to match. Received: {rule!r}, for: {names}"
            )
    return chosen


def anywhere(patterns: Sequence[str]) -> str:
    """A pattern for the end of a path that says what `re.search` of any of these does."""
    return f".*(?:{'|'.join(patterns)}).*"


def exclusion_rules(decay: Sequence[str], adaptation: Sequence[str] = ()) -> list[Rule]:
    """Return the rules for two lists of patterns, each searched for anywhere in a path.

    Args:
        decay: What does not decay.
        adaptation: What has no trust ratio; if empty, what does not decay.

    Example:

    >>> exclusion_rules(["bias"], ["head"])[1:]
    [Rule(match='.*(?:bias).*', decay=False), Rule(match='.*(?:head).*', adapt=False)]
    """
    if not decay and not adaptation:
        return []
    if not adaptation or list(adaptation) == list(decay):
        return [Rule(anywhere(decay), decay=False, adapt=False)]
    rules = [Rule(anywhere(adaptation), adapt=False)]
    if decay:
        both = f"(?={anywhere(decay)})(?={anywhere(adaptation)}).*"
        rules.insert(0, Rule(anywhere(decay), decay=False))
        rules.insert(0, Rule(both, decay=False, adapt=False, required=False))
    return rules
