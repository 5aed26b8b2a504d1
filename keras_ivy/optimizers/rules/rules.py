"""Rules: which tensors decay, which are adapted, and at what multiple of the learning rate."""

import copy
import functools
from collections.abc import Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

from keras_ivy.optimizers.bias_norm import BiasOrNorm
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.parts.spellings import check_flag, check_range, check_whole
from keras_ivy.optimizers.rules.leaf_places import Leaf, LeafPlace
from keras_ivy.optimizers.rules.missed import entry_of, nothing_found, nothing_matched
from keras_ivy.optimizers.rules.rule_config import decode_match, encode_match
from keras_ivy.registration import register
from keras_ivy.structure import Surroundings
from keras_ivy.typing import Variable
from keras_ivy.utils.exceptions import IvyAttributeError, IvyTypeError, IvyValueError, nearest
from keras_ivy.utils.paths import Match, MatchRule, Place, check_match, describe, matches
from keras_ivy.utils.patterns import compile_pattern


def path_of(variable: Variable | Leaf) -> str:
    """Return the path of a Keras variable, a `tf.Variable` or a `Leaf`."""
    path = getattr(variable, "path", None)
    return path if path is not None else variable.name.split(":")[0]


@register()
class Rule(MatchRule):
    """What a group of tensors gets; each property comes from the first rule that states it.

    So `[*layerwise_rates, "bias_norm"]` gives a bias the rate of its layer and no decay. What no
    rule states is as the optimizer says: its `weight_decay`, a trust ratio, its rate.

    Args:
        match: The variables it applies to: a regular expression for whole components at the end
            of the path of a variable, or of a layer that contains it (`"head/kernel"`,
            `"encoder"`, `"block_[0-5]/.*"`), be it Keras's path, the structural one
            (`"layers/v0/kernel"`) or the one by names of layers; a layer or a sub-model; a layer
            class; a predicate on the variable; a tuple of these; or `None` for everything. Saved
            in the config: a layer by its place in the model, a class and a predicate by the name
            they are registered under.
        ndim_max: If set, the tensor must also have at most that many dimensions.
        decay: `False` for none, `True` for the optimizer's `weight_decay`, a number of its own, or
            `None` (default) to leave it to other rules.
        adapt: Whether LARS and LAMB take a trust ratio; default `None`, as above.
        lr_multiplier: Factor of the learning rate; default `None`, as above.
        hyperball: Whether the norm stays, and the rate is an angle: see `Adam`. What does so has no
            weight decay.
        orthogonalize: Whether Muon makes its matrices orthogonal, or leaves it to AdamW.
        required: Whether it is an error that the rule matches nothing, frozen variables included.

    A rule stays as it was made, since optimizers have read it: set `optimizer.rules` to other ones.

    Raises:
        IvyTypeError: If an argument is of another type.
        IvyAttributeError: If an argument is assigned or deleted later.
        IvyValueError: If the pattern is no regular expression or could take for ever, or a number
            is out of range.

    Note:
        With steps on a Container the paths are those in the Container, and there are no layers:
        a rule for a layer then works with the paths of `keras_ivy.variables(model)`, a rule for a
        class does not.

    Example:

    >>> from keras_ivy.optimizers.rules import Leaf
    >>> Rule("dense/bias", decay=False).matches(Leaf("net/dense/bias", (3,), "float32"))
    True
    >>> Rule("bias", decay=False).matches(Leaf("dense/my_bias", (3,), "float32"))
    False
    """

    __module__ = "keras_ivy.optimizers"
    #: For rules that were pickled before there were these.
    hyperball: bool | None = None
    orthogonalize: bool | None = None

    belongs_to = "an optimizer, as in Adam(rules=[Rule(match, decay=False)])"

    def __init__(
        self,
        match: Match | None = None,
        *,
        ndim_max: int | None = None,
        decay: bool | float | None = None,
        adapt: bool | None = None,
        lr_multiplier: float | None = None,
        hyperball: bool | None = None,
        orthogonalize: bool | None = None,
        required: bool = True,
    ):
        if match is not None:
            check_match(match)
        if not isinstance(decay, int | float | np.number | np.bool_ | None):
            raise IvyTypeError(f"`decay` must be a bool or a float. Received: decay={decay!r}")
        if isinstance(decay, bool | np.bool_):
            decay = bool(decay)
        elif decay is not None:
            decay = check_range("decay", decay, -float("inf"), None, "()")
        self.match = tuple(match) if isinstance(match, list) else match
        self.ndim_max = None if ndim_max is None else check_whole("ndim_max", ndim_max, 0)
        self.decay = decay
        self.adapt = None if adapt is None else check_flag("adapt", adapt)
        self.lr_multiplier = (
            None
            if lr_multiplier is None
            else check_range("lr_multiplier", lr_multiplier, 0.0, None, "[)")
        )
        self.hyperball = None if hyperball is None else check_flag("hyperball", hyperball)
        if self.hyperball and self.decay:
            raise IvyValueError(
                "`hyperball` keeps the norm of a weight, so that nothing of it can decay: leave "
                f"`decay` out. Received: hyperball=True, decay={self.decay}"
            )
        self.orthogonalize = (
            None if orthogonalize is None else check_flag("orthogonalize", orthogonalize)
        )
        self.required = check_flag("required", required)
        #: Whether a pattern is read as 0.1.0 did: up to the end of Keras's path, from anywhere.
        self._reads_ends = False

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _DEFAULTS and name in vars(self):
            self._refuse_change(name, repr(value))
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if name in _DEFAULTS:
            self._refuse_change(name, "nothing")
        super().__delattr__(name)

    def _refuse_change(self, name: str, value: str) -> None:
        raise IvyAttributeError(
            "A rule cannot be changed, since optimizers that were built do not read it again. Make "
            f"another, `Rule(..., {name}=...)`, and set `optimizer.rules = [...]`. "
            f"Received: {name}={value}, for {self!r}"
        )

    def matches(self, variable: Variable | Leaf) -> bool:
        """Whether the rule holds for a variable, or for a `Leaf`."""
        return self._holds(_Places([variable]).place(variable))

    def _holds(self, place: Place) -> bool:
        if self.ndim_max is not None and len(place.given.shape) > self.ndim_max:
            return False
        if self.match is None:
            return True
        if self._reads_ends:
            return compile_pattern(f"(?:{self.match})$").is_in(place.paths[0])
        return matches(self.match, place)

    def stated(self) -> dict[str, bool | float]:
        """The properties that the rule states."""
        found = {name: getattr(self, name) for name in PROPERTIES}
        return {name: value for name, value in found.items() if value is not None}

    def get_config(self) -> dict:
        """Return the arguments, for `from_config`."""
        config = {**self._arguments(), "match": encode_match(self.match, self)}
        # Files of 0.1.0 do not have this key, and state every property.
        return config if self._reads_ends else {**config, "components": True}

    def _arguments(self) -> dict:
        return {name: getattr(self, name) for name in _DEFAULTS}

    @classmethod
    def from_config(cls, config: dict) -> "Rule":
        """Make a rule from what `get_config` returned."""
        config = dict(config)
        by_components = config.pop("components", False)
        rule = cls(**{**config, "match": decode_match(config.get("match"))})
        rule._reads_ends = not by_components and isinstance(rule.match, str)
        return rule

    def __repr__(self) -> str:
        for name, preset in PRESETS.items():
            if self in preset:
                return f"preset {name!r}"
        shown = {k: repr(v) for k, v in self._arguments().items() if v != _DEFAULTS[k]}
        if self.match is not None:
            shown["match"] = describe(self.match)
        return f"Rule({', '.join(f'{k}={v}' for k, v in shown.items())})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Rule)
            and self._arguments() == other._arguments()
            and self._reads_ends == other._reads_ends
        )

    __hash__ = None  # type: ignore[assignment]  # As of every class with its own `==`.


#: What a rule may state, and what holds where none does; `decay` is the optimizer's then.
PROPERTIES = ("decay", "adapt", "lr_multiplier", "hyperball", "orthogonalize")

_DEFAULTS = {
    "match": None,
    "ndim_max": None,
    **dict.fromkeys(PROPERTIES),
    "required": True,
}

#: Rules by name, for `rules="bias_norm"`.
PRESETS: dict[str, tuple[Rule, ...]] = {
    "bias_norm": (Rule(BiasOrNorm(), decay=False, adapt=False, required=False),),
}


class _LiveConfig(dict):
    """The config of a rule that still knows the rule, while it stays in memory.

    An optimizer that is copied by `from_config(get_config())` keeps its rules for layers of this
    process, and its predicates.
    """

    def __init__(self, rule: Rule):
        super().__init__(keras.saving.serialize_keras_object(rule))
        self.rule = rule

    def __deepcopy__(self, memo: dict) -> dict:
        return copy.deepcopy(dict(self), memo)

    def __reduce__(self) -> tuple:
        return dict, (dict(self),)


def rule_configs(rules: Sequence[Rule]) -> list[dict]:
    """Return the configs of rules, for an optimizer's config; `as_rules` reads them."""
    return [_LiveConfig(rule) for rule in rules]


#: A preset's name, a rule, or a list of rules, names and configs.
RulesLike: TypeAlias = str | Rule | Sequence[str | Rule | dict] | None


def as_rules(rules: RulesLike) -> tuple[Rule, ...]:
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
    if isinstance(rules, MatchRule):
        rules = (rules,)
    if not isinstance(rules, Sequence):
        raise IvyTypeError(
            "`rules` must be a preset's name, a `Rule`, or a list of rules. "
            f"Received: rules={rules!r}"
        )
    made: list[Rule] = []
    for rule in rules:
        if isinstance(rule, dict):
            rule = _configured(rule)
        if isinstance(rule, str):
            made.extend(as_rules(rule))
            continue
        if isinstance(rule, MatchRule) and not isinstance(rule, Rule):
            raise IvyTypeError(
                f"This kind of rule belongs to {rule.belongs_to}; an optimizer takes "
                f"`Rule(match, decay=..., adapt=..., lr_multiplier=...)`. Received: {rule!r}"
            )
        if not isinstance(rule, Rule):
            raise IvyTypeError(f"`rules` must hold `Rule` objects. Received: {rule!r}")
        made.append(rule)
    return tuple(made)


def _configured(config: dict) -> Any:
    """Return the rule that a config describes."""
    if isinstance(config, _LiveConfig):
        return config.rule
    if "class_name" not in config:
        raise IvyTypeError(
            "A dictionary in `rules` must be the config of a rule; with arguments write "
            f"`Rule(**arguments)`. Received: {config!r}"
        )
    return keras.saving.deserialize_keras_object(config)


def resolve(
    rules: Sequence[Rule],
    variables: Sequence[Variable | Leaf],
    weight_decay: float,
    *,
    optimizer: object | None = None,
    root: keras.layers.Layer | None = None,
) -> list[tuple[Treatment, tuple[Rule, ...]]]:
    """Return what every variable gets, and the rules that say so.

    Args:
        rules: The rules.
        variables: Variables or `Leaf`s.
        weight_decay: That of the optimizer.
        optimizer: The optimizer, by which the model is found if `root` is not given.
        root: The model.

    Raises:
        IvyValueError: If a required rule matches no variable, be it a frozen one.
    """
    if not rules:
        return [(Treatment(decay=weight_decay), ())] * len(variables)
    places = _Places(variables, root, optimizer)
    chosen = []
    matched = set()
    for variable in variables:
        place = places.place(variable)
        stated: dict[str, Any] = {}
        by: list[Rule] = []
        for i, rule in enumerate(rules):
            if rule._holds(place):
                matched.add(i)
                new = {k: v for k, v in rule.stated().items() if k not in stated}
                stated.update(new)
                if new or not by:
                    by = [*(r for r in by if r.stated()), rule]
        chosen.append((_treatment(stated, weight_decay), tuple(by)))
    _check_all_matched(rules, matched, places)
    return chosen


def _treatment(stated: dict[str, Any], weight_decay: float) -> Treatment:
    """What a tensor gets of which rules state this, given the optimizer's weight decay."""
    decay = stated.get("decay", True)
    if isinstance(decay, bool):
        decay = weight_decay if decay else 0.0
    return Treatment(float(decay), stated.get("adapt", True), stated.get("lr_multiplier", 1.0))


def first_stated(rules: Sequence[Rule], name: str) -> bool | float | None:
    """Return what the first of the rules states that states a property, or `None`.

    Example:

    >>> first_stated([Rule("w", adapt=False), Rule(decay=0.5), Rule(decay=True)], "decay")
    0.5
    """
    stated = (getattr(rule, name) for rule in rules)
    return next((value for value in stated if value is not None), None)


def _check_all_matched(rules: Sequence[Rule], matched: set[int], places: "_Places") -> None:
    """Raise if a required rule matches neither a variable nor one that is frozen."""
    # Keras's loader of `.h5` files builds for no variables at all: nothing is missed there.
    missed = [rule for i, rule in enumerate(rules) if rule.required and i not in matched]
    if not missed or not places.variables:
        return
    others = places.others()
    for rule in missed:
        if not any(rule._holds(place) for place in others):
            paths = [path_of(v) for v in places.variables]
            entry = entry_of(rule.match) if rule._reads_ends else None
            raise IvyValueError(
                nothing_found(entry, paths) if entry else nothing_matched(rule, rule.match, paths)
            )


class _Places(Surroundings):
    """Where variables, or leaves of a Container, stand."""

    def place(self, variable: Any) -> Place:
        """Return where one of them stands; a leaf is known by its path in the Container."""
        if isinstance(variable, Leaf):
            return LeafPlace(variable, self._leaf_paths)
        return super().place(variable)

    def others(self) -> list[Place]:
        """Return the places of what is beside them in their models."""
        return [] if self._leaf_paths else super().others()

    @functools.cached_property
    def _leaf_paths(self) -> tuple[str, ...]:
        return tuple(v.path for v in self.variables if isinstance(v, Leaf))


def path_rule(pattern: str, **properties: Any) -> Rule:
    """Return a rule whose pattern is searched for up to the end of Keras's path, and only there."""
    rule = Rule(pattern, **properties)
    rule._reads_ends = True
    return rule
