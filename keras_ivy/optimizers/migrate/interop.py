"""Taking over Keras's own optimizers, with their options and their state."""

import re
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.adapters.keras import optimizers as adapter
from keras_ivy.optimizers.adam import Adam, AdamW
from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.keras_side.loss_scale import LossScaleOptimizer
from keras_ivy.optimizers.lamb import LAMB
from keras_ivy.optimizers.muon import Muon
from keras_ivy.optimizers.parts.spellings import KERAS_KEYWORDS, keras_spellings
from keras_ivy.optimizers.rules import Rule, anywhere, as_rules, path_of, path_rule
from keras_ivy.optimizers.sgd import SGD
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, shown
from keras_ivy.utils.identifiers import check_config

_EQUALS = {
    keras.optimizers.SGD: SGD,
    keras.optimizers.Adam: Adam,
    keras.optimizers.AdamW: AdamW,
    keras.optimizers.Lamb: LAMB,
    keras.optimizers.Muon: Muon,
}

_MOMENT_OPTIONS = ("beta_1", "beta_2", "epsilon")

_OWN_OPTIONS = {
    SGD: ("momentum", "nesterov"),
    Adam: _MOMENT_OPTIONS,
    AdamW: _MOMENT_OPTIONS,
    LAMB: _MOMENT_OPTIONS,
    Muon: ("adam_beta_1", "adam_beta_2", "momentum", "nesterov"),
}


def from_keras(
    optimizer: keras.optimizers.Optimizer | str | Mapping, **overrides: Any
) -> Optimizer | LossScaleOptimizer | keras.optimizers.MultiOptimizer:
    """Return the optimizer of this package that does what one of Keras's does.

    Every option is taken over; what `exclude_from_weight_decay` was told becomes rules, which are
    saved with a model. Of a built optimizer the state comes too (moments, count, averages,
    accumulated gradients), so that training goes on where it was, on the same variables.

    Args:
        optimizer: Keras's `SGD`, `Adam`, `AdamW`, `Lamb` or `Muon`, alone, in a
            `LossScaleOptimizer`, or several in the map of a `MultiOptimizer`; or a name or a config
            of one of them. An optimizer of this package is returned as it is.
        **overrides: Arguments to change, such as `variant="paper"`. `rules=` comes before the rules
            of what is excluded, which stay behind it.

    Returns:
        An optimizer with `variant="keras"`, in a `LossScaleOptimizer` of this package, which is
        right on several replicas, or a `MultiOptimizer`, if it was in one. Of a `Muon` whose
        `adam_lr_ratio` is not one, AdamW's rate is a number of its own, which does not follow when
        the other is set.

    Raises:
        IvyTypeError: If the optimizer has no equal here.
        IvyValueError: If an option has no equal here.

    Example:

    >>> import keras
    >>> optimizer = from_keras(keras.optimizers.Lamb(0.25, weight_decay=0.01), variant="paper")
    >>> type(optimizer).__name__, float(optimizer.learning_rate), optimizer.weight_decay
    ('LAMB', 0.25, 0.01)

    Reference:
        keras.io/api/optimizers.
    """
    overrides = keras_spellings(overrides)
    if isinstance(optimizer, str | Mapping):
        optimizer = _identified(optimizer)
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return _from_loss_scale(optimizer, overrides)
    if isinstance(optimizer, keras.optimizers.MultiOptimizer):
        return _from_multi(optimizer, overrides)
    if isinstance(optimizer, Optimizer):
        if overrides:
            raise IvyTypeError(
                "This optimizer is one of keras_ivy's already: make one with other arguments. "
                f"Received: optimizer={type(optimizer).__name__}, {shown(overrides)}"
            )
        return optimizer
    cls = _EQUALS.get(type(optimizer))
    if cls is None:
        known = ", ".join(kind.__name__ for kind in _EQUALS)
        raise IvyTypeError(
            f"Only Keras's own {known} have an equal in keras_ivy, and a `LossScaleOptimizer` or a "
            "`MultiOptimizer` of them; give `model.compile` any other optimizer as it is. "
            f"Received: optimizer of type {type(optimizer).__module__}.{type(optimizer).__name__}"
        )
    arguments = {**_arguments(optimizer), **overrides}
    arguments["rules"] = [*as_rules(overrides.get("rules")), *_exclusion_rules(optimizer)]
    made = cls(**arguments)
    if optimizer.built:
        made._exclusions.listed = _twins(optimizer)
        _take_state(made, optimizer)
    return made


def _identified(identifier: str | Mapping) -> Any:
    """What a name or a config means; Keras's own `get` does not know its Lamb."""
    if isinstance(identifier, str) and identifier.lower() == "lamb":
        return keras.optimizers.Lamb()
    check_config("optimizer", identifier)
    if not isinstance(identifier, str) and identifier["class_name"] == "Lamb":
        return keras.optimizers.Lamb.from_config(dict(identifier.get("config", {})))
    return keras.optimizers.get(identifier)


def _arguments(optimizer: keras.optimizers.Optimizer) -> dict:
    """The options of a Keras optimizer, as arguments of its equal."""
    if getattr(optimizer, "amsgrad", False):
        raise IvyValueError(
            "No optimizer here keeps the largest second moment. Leave `amsgrad` out, or keep "
            f"Keras's optimizer. Received: {type(optimizer).__name__} with amsgrad=True"
        )
    own = _OWN_OPTIONS[_EQUALS[type(optimizer)]]
    arguments = {name: getattr(optimizer, name) for name in (*KERAS_KEYWORDS, *own)}
    if arguments.get("nesterov") and not arguments["momentum"]:
        arguments["nesterov"] = False  # It says nothing without momentum, and is refused here.
    arguments["learning_rate"] = adapter.learning_rate(optimizer)
    if isinstance(optimizer, keras.optimizers.Muon):
        arguments |= _of_muon(optimizer, arguments["learning_rate"])
    return {**arguments, "variant": "keras"}


def _exclusion_rules(optimizer: keras.optimizers.Optimizer) -> list[Rule]:
    """What is excluded from weight decay, and from being made orthogonal, as rules."""
    return [*_rules_of(optimizer), *_rules_of_muon(optimizer)]


def _of_muon(optimizer: keras.optimizers.Muon, rate: object) -> dict:
    """What Keras's Muon calls otherwise; refuses what is fixed here."""
    usual = keras.optimizers.Muon()
    fixed = ("muon_a", "muon_b", "muon_c", "rms_rate", "exclude_embeddings")
    changed = {
        n: getattr(optimizer, n) for n in fixed if getattr(optimizer, n) != getattr(usual, n)
    }
    if changed:
        raise IvyValueError(
            "This package's Muon has Keras's usual values of these; it scales otherwise by "
            "`variant`, and makes embeddings orthogonal by a rule, "
            f"`Rule('embeddings', orthogonalize=True)`. Received: {shown(changed)}"
        )
    ratio = optimizer.adam_lr_ratio
    if ratio == 1:
        own_rate = None
    elif isinstance(rate, Real):
        own_rate = float(rate) * ratio
    else:
        raise IvyValueError(
            "AdamW's rate is a number or a schedule of its own here. Pass it as "
            f"`adam_learning_rate=`. Received: adam_lr_ratio={ratio!r} beside {rate!r}"
        )
    # There AdamW's decay is multiplied by the rate of the matrices.
    return {
        "steps": optimizer.ns_steps,
        "adam_epsilon": optimizer.epsilon,
        "adam_learning_rate": own_rate,
        "adam_weight_decay": (optimizer.adam_weight_decay or 0.0) / ratio,
        "weight_decay": optimizer.weight_decay or 0.0,
    }


def _rules_of_muon(optimizer: keras.optimizers.Optimizer) -> list[Rule]:
    """The layers that Keras's Muon leaves to AdamW, as rules."""
    layers = getattr(optimizer, "exclude_layers", None)
    if not layers:
        return []
    return [path_rule(anywhere(list(layers)), orthogonalize=False, required=False)]


def _rules_of(optimizer: keras.optimizers.Optimizer) -> list[Rule]:
    """What is excluded from weight decay, as rules."""
    excluded = adapter.exclusions(optimizer)
    rules = []
    if excluded.pattern is not None:
        rules.append(path_rule(anywhere([excluded.pattern]), decay=False, required=False))
    if not excluded.keys:
        return rules
    if not optimizer.built:
        raise IvyValueError(
            "Variables excluded by `exclude_from_weight_decay(var_list=...)` are known once the "
            "optimizer is built: call `optimizer.build(model.trainable_variables)` first, or "
            "exclude them by `var_names`. "
            f"Received: {type(optimizer).__name__}, not built, {len(excluded.keys)} variables"
        )
    inside, outside = _divided(optimizer)
    outside = list(map(path_of, outside))
    paths = dict.fromkeys(path for path in map(path_of, inside) if path not in outside)
    return rules + [path_rule(_ending(path, outside), decay=False) for path in paths]


def _divided(optimizer: keras.optimizers.Optimizer) -> tuple[list, list]:
    """The variables that are listed as excluded from weight decay, and the others."""
    keys = adapter.exclusions(optimizer).keys
    inside: list[Any] = []
    outside: list[Any] = []
    for v in adapter.trained(optimizer):
        (inside if adapter.is_among(optimizer, v, keys) else outside).append(v)
    return inside, outside


def _twins(optimizer: keras.optimizers.Optimizer) -> list:
    """The excluded variables that no rule tells from another, which has their path."""
    inside, outside = _divided(optimizer)
    paths = set(map(path_of, outside))
    return [v for v in inside if path_of(v) in paths]


def _ending(path: str, others: Sequence[str]) -> str:
    """The shortest end of a path that none of the others has."""
    parts = path.split("/")
    for i in reversed(range(len(parts))):
        pattern = f"(?:^|/){re.escape('/'.join(parts[i:]))}"
        if not any(re.search(f"{pattern}$", other) for other in others):
            return pattern
    return f"^{re.escape(path)}"


def _take_state(made: Optimizer, optimizer: keras.optimizers.Optimizer) -> None:
    """Build for the variables of a Keras optimizer and copy its state."""
    made.build(adapter.trained(optimizer))
    adapter.raw_iterations(made).assign(adapter.raw_iterations(optimizer))
    for i, slots in enumerate(zip(*adapter.slots(optimizer), strict=True)):
        # A matrix of Muon's has no second moment, here no entry and there none of its own.
        for mine, theirs in zip(made._slots[i], slots, strict=False):
            if theirs is not None and mine is not None:
                mine.assign(tf.cast(theirs.value, mine.dtype))
    if (made.use_ema, made.gradient_accumulation_steps) == (
        optimizer.use_ema,
        optimizer.gradient_accumulation_steps,
    ):
        for mine, theirs in zip(adapter.copies(made), adapter.copies(optimizer), strict=True):
            if theirs is not None:
                mine.assign(tf.cast(theirs.value, mine.dtype))


def _from_loss_scale(optimizer: keras.optimizers.Optimizer, overrides: Mapping) -> Any:
    inner = from_keras(optimizer.inner_optimizer, **overrides)
    made = LossScaleOptimizer(
        inner,
        initial_scale=optimizer.initial_scale,
        dynamic_growth_steps=optimizer.dynamic_growth_steps,
        name=optimizer.name,
    )
    if optimizer.built:
        made.build(adapter.trained(optimizer))
        made.step_counter.assign(optimizer.step_counter)
        made.dynamic_scale.assign(optimizer.dynamic_scale)
    return made


def _from_multi(
    optimizer: keras.optimizers.MultiOptimizer, overrides: Mapping
) -> keras.optimizers.MultiOptimizer:
    """A `MultiOptimizer` of the equals of those in another one's map."""
    given = adapter.map_of(optimizer)
    if not isinstance(given, keras.optimizers.OptimizerMap):
        raise IvyTypeError(
            "Of a `MultiOptimizer` that is told by a function which optimizer is whose, the "
            "function can return `from_keras(...)` itself. "
            f"Received: MultiOptimizer({given!r})"
        )
    made: dict[int, Any] = {}

    def equal(inner: keras.optimizers.Optimizer) -> Any:
        if id(inner) not in made:
            made[id(inner)] = from_keras(inner, **overrides)
        return made[id(inner)]

    several = keras.optimizers.MultiOptimizer(
        keras.optimizers.OptimizerMap(
            equal(given.default_optimizer), {key: equal(inner) for key, inner in given.items()}
        ),
        loss_scale_factor=optimizer.loss_scale_factor,
        name=optimizer.name,
    )
    if optimizer.built:
        several.build(adapter.trained(optimizer))
        adapter.raw_iterations(several).assign(adapter.raw_iterations(optimizer))
    return several
