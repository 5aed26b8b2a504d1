"""Rules: which variables of a model get which scheme.

A list of rules is read from the top; for every variable the first rule that claims it decides.
"""

import abc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import keras

from keras_ivy.initializers.base import Initializer
from keras_ivy.initializers.checks import check_choice, check_number, check_scheme
from keras_ivy.initializers.fans.geometry import ROLES, WEIGHT_ROLES
from keras_ivy.initializers.model.targets import Target
from keras_ivy.initializers.strings import get
from keras_ivy.typing import InitializerLike
from keras_ivy.utils.checks import flag, received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.paths import Match, MatchRule, check_match, describe, matches

__all__ = ["InitRule", "PerTarget", "Rule", "Scheme"]

#: What a role of a rule may say: one role, all weights, or everything.
RULE_ROLES = (*ROLES, "weight", "any")


@dataclass(frozen=True)
class InitRule(MatchRule):
    """One line of a list of rules: what it speaks of, and the scheme it gives.

    A rule speaks of the weights it matches: kernels, recurrent kernels and embeddings. Biases
    follow their own policy (see `initialize_model`), and scales and shifts stay, unless `role`
    names them or the rule matches no weight at all, as `Rule("head/bias", ...)` does.

    Args:
        match: A layer, a sub-model or a layer class, which speak of everything in such layers; a
            pattern, a regular expression for whole components at the end of the path of the
            variable or of a layer that contains it, be it the structural path
            (`"layers/v2/kernel"`), the same with names that the user gave (`"head/kernel"`) or the
            one that Keras shows (`"functional/head/kernel"`); a predicate that receives a
            `Target`; or a tuple of these. The optimizers' `Rule` matches in the same way.
        initializer: A scheme as `initialize_model` takes it, or `None` to leave everything that
            the rule matches as it is.
        config: Arguments of the scheme, if it is a string.
        role: `"kernel"`, `"recurrent"`, `"embedding"`, `"bias"`, `"scale"`, `"shift"`, ..., or
            `"weight"` for the first three, or `"any"`; by default as said above.
        scale: Factor of the drawn values, default 1.
        required: Whether a rule that claims nothing is an error, default True.

    Raises:
        TypeError: If `match` is of another type.
        ValueError: If a pattern is not a regular expression or could take for ever, or the role
            is unknown.

    Example:

    >>> import keras
    >>> InitRule(keras.layers.Embedding, "normal", {"std": 0.02}).role is None
    True
    >>> InitRule("head/bias", "zeros").describe()
    "'head/bias'"
    """

    __module__ = "keras_ivy.initializers"

    belongs_to = "initialize_model(model, [InitRule(match, initializer)])"

    match: Match
    initializer: "InitializerLike | PerTarget | None"
    config: Mapping[str, object] | None = None
    role: str | None = None
    scale: float = 1.0
    required: bool = True

    def __post_init__(self) -> None:
        check_match(self.match)
        check_scheme("initializer", self.initializer, optional=True)
        if self.config is not None and not isinstance(self.config, dict):
            raise IvyTypeError(
                f"`config` must be a dict of arguments. {received('config', self.config)}"
            )
        if self.role is not None:
            check_choice("role", self.role, RULE_ROLES)
        check_number("scale", self.scale)
        flag("required", self.required)

    def matches(self, target: Target) -> bool:
        """Whether the match alone, role aside, holds for a variable."""
        return matches(self.match, target.place)

    def claims(self, targets: Sequence[Target]) -> list[Target]:
        """Return the variables that the rule decides about, of those it matches."""
        matched = [target for target in targets if self.matches(target)]
        if self.initializer is None and self.role is None:
            return matched
        roles = {None: WEIGHT_ROLES, "weight": WEIGHT_ROLES, "any": ROLES}.get(
            self.role, (self.role,)
        )
        claimed = [target for target in matched if target.role in roles]
        if self.role is None and not claimed:
            return [target for target in matched if target.role != "state"]
        return claimed

    def describe(self) -> str:
        """The match as text, for reports and errors."""
        return describe(self.match)


#: The name before there were two kinds of rules at the top of the package.
Rule = InitRule


class PerTarget:
    """A scheme that depends on the variable, for the `initializer` of an `InitRule`.

    Args:
        choose: A function of a `Target` that returns what `keras_ivy.initializers.get` takes, or
            None to leave the variable alone.
        kept: Why it is left alone then, for reports.

    Example:

    >>> import keras
    >>> by_depth = PerTarget(lambda target: f"normal(std={0.1 / (1 + target.position)})")
    >>> InitRule(keras.layers.Dense, by_depth).describe()
    'Dense'
    """

    __module__ = "keras_ivy.initializers"

    def __init__(
        self,
        choose: Callable[[Target], InitializerLike | None],
        kept: str = "the layer names no initializer",
    ):
        self.choose, self.kept = choose, kept

    def __call__(self, target: Target) -> Initializer | None:
        """Return the initializer of a variable."""
        chosen = self.choose(target)
        return None if chosen is None else get(chosen)


class Scheme(abc.ABC):
    """A scheme of a whole model: it sees all variables and returns rules for them.

    `initialize_model` takes a scheme where it takes an initializer, and in a list of rules.
    """

    __module__ = "keras_ivy.initializers"

    @abc.abstractmethod
    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules for a model with these variables.

        Raises:
            ValueError: If the model lacks what the scheme is for.
        """


#: Several rules: a list, or a dictionary of matches and initializers.
RulesLike: TypeAlias = (
    Iterable[InitRule | Scheme | tuple[object, ...]]
    | Mapping[Match, InitializerLike | PerTarget | None]
)

#: What `initialize_model` takes: an initializer, a scheme, or rules.
SchemeLike: TypeAlias = InitializerLike | Scheme | InitRule | RulesLike


def as_rules(spec: RulesLike, targets: Sequence[Target] = ()) -> list[InitRule]:
    """Turn a list of rules, tuples and schemes, or a dictionary, into a list of `InitRule`.

    Args:
        spec: A list whose items are `InitRule`s, tuples `(match, initializer[, config])` or
            `Scheme`s, or a dictionary of matches and initializers.
        targets: The variables of the model, for schemes.

    Raises:
        TypeError: If an item is neither.

    Example:

    >>> [rule.initializer for rule in as_rules({keras.layers.Dense: "xavier", ".*": "kaiming"})]
    ['xavier', 'kaiming']
    """
    items: Iterable = spec.items() if isinstance(spec, dict) else spec
    rules = []
    for item in items:
        if isinstance(item, Scheme):
            rules.extend(item.rules(targets))
            continue
        if isinstance(item, tuple) and 2 <= len(item) <= 3:
            item = InitRule(*item)
        refuse_other_rules(item)
        if not isinstance(item, InitRule):
            raise IvyTypeError(
                "A rule must be a `Rule` of this kind (`InitRule`), a tuple `(match, initializer)` "
                "or a `Scheme`. "
                f"Received: {item!r} of type {type(item).__name__}"
            )
        rules.append(item)
    return rules


def skip_rules(skip: Match | Iterable[Match]) -> list[InitRule]:
    """Turn what `skip=` received, one match or a list of them, into rules that leave things be."""
    several: Iterable[Match] = [skip]
    if isinstance(skip, list | set | frozenset) or (
        isinstance(skip, tuple) and not _is_layer_class(skip)
    ):
        several = skip
    return [InitRule(match, None) for match in several]


def assign_rules(rules: Sequence[InitRule], targets: Sequence[Target]) -> dict[str, InitRule]:
    """Give every variable the first rule that claims it.

    Returns:
        A dictionary of paths and rules; variables that no rule claims are not in it.

    Raises:
        ValueError: If a rule matches no variable at all, which is a misspelling.
    """
    chosen: dict[str, InitRule] = {}
    for rule in rules:
        claimed = rule.claims(targets)
        if not claimed and rule.required:
            raise IvyValueError(_nothing_claimed(rule, targets))
        for target in claimed:
            chosen.setdefault(target.path, rule)
    return chosen


def _nothing_claimed(rule: InitRule, targets: Sequence[Target]) -> str:
    matched = [target for target in targets if rule.matches(target)]
    role = f" with role {rule.role!r}" if rule.role else ""
    if matched:
        there = ", ".join(f"{t.path} ({t.role})" for t in matched[:8])
        return f"The rule {rule.describe()}{role} claims no variable; it matches {there}."
    paths = [f"{t.path} ({t.keras_path})" for t in targets]
    more = f" and {len(paths) - 12} more" if len(paths) > 12 else ""
    return (
        f"The rule {rule.describe()} matches no variable. The model has: "
        f"{', '.join(paths[:12])}{more}. Received: match={rule.match!r}"
    )


def refuse_other_rules(item: object) -> None:
    """Raise if this is a rule of the optimizers.

    Raises:
        IvyTypeError: If it is.
    """
    if isinstance(item, MatchRule) and not isinstance(item, InitRule):
        raise IvyTypeError(
            f"This kind of rule belongs to {item.belongs_to}; here an "
            f"`InitRule(match, initializer)` says what to draw. Received: {item!r}"
        )


def _is_layer_class(match: object) -> bool:
    if isinstance(match, tuple):
        return bool(match) and all(_is_layer_class(cls) for cls in match)
    return isinstance(match, type) and issubclass(match, keras.layers.Layer)
