"""Taking over optimizers of other systems: Keras's own, TensorFlow Addons', the Model Garden's."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.adapters import keras_optimizers as adapter
from keras_ivy.optimizers.adam import Adam, AdamW
from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.lamb import LAMB
from keras_ivy.optimizers.lars import LARS
from keras_ivy.optimizers.rules import Rule, path_of
from keras_ivy.optimizers.sgd import SGD
from keras_ivy.optimizers.spellings import KERAS_KEYWORDS
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

_EQUALS = {
    keras.optimizers.SGD: SGD,
    keras.optimizers.Adam: Adam,
    keras.optimizers.AdamW: AdamW,
    keras.optimizers.Lamb: LAMB,
}

_MOMENT_OPTIONS = ("beta_1", "beta_2", "epsilon")

_OWN_OPTIONS = {
    SGD: ("momentum", "nesterov"),
    Adam: _MOMENT_OPTIONS,
    AdamW: _MOMENT_OPTIONS,
    LAMB: _MOMENT_OPTIONS,
}


def from_keras(optimizer: Any, **overrides: Any) -> Any:
    """Return the optimizer of this package that does what one of Keras's does.

    Every option is taken over; what `exclude_from_weight_decay` was told becomes rules, which are
    saved with a model. Of a built optimizer the state comes too (moments, count, averages,
    accumulated gradients), so that training goes on where it was, on the same variables.

    Args:
        optimizer: Keras's `SGD`, `Adam`, `AdamW` or `Lamb`, alone or in a `LossScaleOptimizer`; or
            a name or a config of one of them. An optimizer of this package is returned as it is.
        **overrides: Arguments to change, such as `variant="paper"`.

    Returns:
        An optimizer with `variant="keras"`, in a `LossScaleOptimizer` if it was in one.

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
    if isinstance(optimizer, str | Mapping):
        optimizer = keras.optimizers.get(optimizer)
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return _from_loss_scale(optimizer, overrides)
    if isinstance(optimizer, Optimizer):
        if overrides:
            raise IvyTypeError(
                "This optimizer is one of keras_ivy's already: make one with other arguments. "
                f"Received: optimizer={type(optimizer).__name__}, {_shown(overrides)}"
            )
        return optimizer
    cls = _EQUALS.get(type(optimizer))
    if cls is None:
        known = ", ".join(kind.__name__ for kind in _EQUALS)
        raise IvyTypeError(
            f"Only Keras's own {known} have an equal in keras_ivy, and a `LossScaleOptimizer` of "
            "one of them; give `model.compile` any other optimizer as it is. "
            f"Received: optimizer of type {type(optimizer).__module__}.{type(optimizer).__name__}"
        )
    made = cls(**{**_arguments(optimizer), **overrides})
    if optimizer.built:
        _take_state(made, optimizer)
    return made


def _shown(arguments: Mapping) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())


def _arguments(optimizer: Any) -> dict:
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
    return {**arguments, "variant": "keras", "rules": _rules_of(optimizer)}


def _rules_of(optimizer: Any) -> list[Rule]:
    """What is excluded from weight decay, as rules."""
    excluded = adapter.exclusions(optimizer)
    rules = []
    if excluded.pattern is not None:
        rules.append(Rule(anywhere([excluded.pattern]), decay=False, required=False))
    if not excluded.keys:
        return rules
    if not optimizer.built:
        raise IvyValueError(
            "Variables excluded by `exclude_from_weight_decay(var_list=...)` are known once the "
            "optimizer is built: call `optimizer.build(model.trainable_variables)` first, or "
            "exclude them by `var_names`. "
            f"Received: {type(optimizer).__name__}, not built, {len(excluded.keys)} variables"
        )
    inside, outside = [], []
    for v in adapter.trained(optimizer):
        (inside if adapter.is_among(optimizer, v, excluded.keys) else outside).append(path_of(v))
    return rules + [Rule(_ending(path, outside), decay=False) for path in inside]


def _ending(path: str, others: Sequence[str]) -> str:
    """The shortest end of a path that none of the others has."""
    parts = path.split("/")
    for i in reversed(range(len(parts))):
        pattern = f"(?:^|/){re.escape('/'.join(parts[i:]))}"
        if not any(re.search(f"{pattern}$", other) for other in others):
            return pattern
    return f"^{re.escape(path)}"


def _take_state(made: Optimizer, optimizer: Any) -> None:
    """Build for the variables of a Keras optimizer and copy its state."""
    made.build(adapter.trained(optimizer))
    adapter.raw_iterations(made).assign(adapter.raw_iterations(optimizer))
    # Keras's momentum points downhill, ours is what is subtracted.
    sign = -1.0 if isinstance(made, SGD) else 1.0
    for i, slots in enumerate(zip(*adapter.slots(optimizer), strict=True)):
        for mine, theirs in zip(made._slots[i], slots, strict=True):
            if theirs is not None:
                mine.assign(sign * tf.cast(theirs.value, mine.dtype))
    if (made.use_ema, made.gradient_accumulation_steps) == (
        optimizer.use_ema,
        optimizer.gradient_accumulation_steps,
    ):
        for mine, theirs in zip(adapter.copies(made), adapter.copies(optimizer), strict=True):
            if theirs is not None:
                mine.assign(tf.cast(theirs.value, mine.dtype))


def _from_loss_scale(optimizer: Any, overrides: Mapping) -> Any:
    inner = from_keras(optimizer.inner_optimizer, **overrides)
    made = keras.optimizers.LossScaleOptimizer(
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


#: What the configs of TensorFlow Addons and the Model Garden call our arguments.
_TFA_NAMES = {
    "weight_decay_rate": "weight_decay",
    "weight_decay": "weight_decay",
    "eeta": "trust_coefficient",
    "lr": "learning_rate",
    **{
        name: name
        for name in (
            "beta_1",
            "beta_2",
            "epsilon",
            "momentum",
            "nesterov",
            "learning_rate",
            "clipnorm",
            "clipvalue",
            "global_clipnorm",
            "name",
        )
    },
}

#: Defaults that a config may leave out, where they are not ours.
_TFA_DEFAULTS = {
    LAMB: {"learning_rate": 1e-3, "epsilon": 1e-6},
    LARS: {"learning_rate": 1e-2, "momentum": 0.9},
}

_LISTS = ("exclude_from_weight_decay", "exclude_from_layer_adaptation")


def from_tfa_config(config: Mapping, **overrides: Any) -> Optimizer:
    """Return the equal of a LAMB or LARS of TensorFlow Addons or the Model Garden.

    The lists of excluded names become rules. As there, an empty or absent list for the adaptation
    means the list for the decay; pass `rules=` to say otherwise. Unlike there, a list that matches
    no variable is an error: Keras 3 names variables anew, and what should have been excluded would
    silently be trained as the rest.

    Args:
        config: What `get_config()` or `tf.keras.optimizers.serialize` returned, or the dict form
            of the Model Garden's `LAMBConfig` or `LARSConfig`. A plain config says by `"name"`
            which optimizer it is. `decay`, if positive, becomes an `InverseTimeDecay`.
        **overrides: Arguments to add or change, such as `learning_rate` or `rules`. Neither
            system's `get_config()` of Keras 2.11 or older holds the lists: add
            `exclude_from_weight_decay=[...]` and `exclude_from_layer_adaptation=[...]` here.

    Returns:
        `LAMB` with `variant="paper"`, or `LARS` with `variant="simclr"` (`"popular"` where
        `classic_momentum` is false).

    Raises:
        IvyTypeError: If `config` is no mapping, or a list holds anything but strings.
        IvyValueError: If it is of another optimizer, or has an unknown key.

    Example:

    >>> optimizer = from_tfa_config(
    ...     {"name": "LAMB", "learning_rate": 0.5, "weight_decay_rate": 0.01,
    ...      "exclude_from_weight_decay": ["LayerNorm", "bias"]}
    ... )
    >>> optimizer.variant, optimizer.weight_decay, optimizer.epsilon
    ('paper', 0.01, 1e-06)
    >>> optimizer.rules
    (Rule(match='.*(?:LayerNorm|bias).*', decay=False, adapt=False),)

    Reference:
        `tensorflow_addons/optimizers/lamb.py`; `official/modeling/optimization/lars.py`.
    """
    if not isinstance(config, Mapping):
        raise IvyTypeError(
            f"`config` must be a dict, such as `get_config()` returns. Received: config={config!r}"
        )
    kind = config.get("class_name", config.get("name"))
    options = dict(config["config"]) if "class_name" in config else dict(config)
    cls = _tfa_class(kind)
    lists = [_patterns(name, overrides.pop(name, options.pop(name, None))) for name in _LISTS]
    arguments = {"variant": "paper" if cls is LAMB else "simclr", **_TFA_DEFAULTS[cls]}
    if cls is LARS and not options.pop("classic_momentum", True):
        arguments["variant"] = "popular"
    decay = options.pop("decay", 0.0) or 0.0
    options.pop("is_legacy_optimizer", None)
    options = {name: value for name, value in options.items() if value is not None}
    if options.get("epsilon") == 0:
        options["epsilon"] = keras.config.epsilon()  # So there: zero means the default.
    unknown = sorted(set(options) - set(_TFA_NAMES))
    if unknown:
        raise IvyValueError(
            f"The config of a {cls.__name__} has keys that mean nothing here: take them out. "
            f"Received: {_shown({name: options[name] for name in unknown})}"
        )
    arguments.update({_TFA_NAMES[name]: value for name, value in options.items()})
    arguments["learning_rate"] = _rate(arguments["learning_rate"], decay)
    arguments["rules"] = exclusion_rules(*lists)
    if arguments.get("momentum") == 0.0:
        arguments["nesterov"] = False
    return cls(**{**arguments, **overrides})


def _tfa_class(kind: Any) -> type:
    # Registered names have a package in front, unnamed second instances a number behind.
    name = re.sub(r"_\d+$", "", str(kind).rpartition(">")[2]).upper()
    for cls in (LAMB, LARS):
        if name in (cls.__name__, f"{cls.__name__}OPTIMIZER", f"{cls.__name__}CONFIG"):
            return cls
    raise IvyValueError(
        "The config must be that of a LAMB or a LARS, told by its `class_name` or `name`; for "
        "SGD, Adam or AdamW use `from_keras`. "
        f"Received: {kind!r}"
    )


def _patterns(name: str, value: Any) -> list[str]:
    """One of the lists, with a comma-separated string split."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if value is None:
        return []
    if not isinstance(value, Sequence) or not all(isinstance(x, str) for x in value):
        raise IvyTypeError(
            f"`{name}` must be a list of regular expressions. Received: {name}={value!r}"
        )
    return list(value)


def _rate(value: Any, decay: float) -> Any:
    """The learning rate of a config, with the schedule that `decay` stands for."""
    if isinstance(value, Mapping):
        value = keras.optimizers.schedules.deserialize(dict(value))
    if not decay:
        return value
    if callable(value):
        raise IvyValueError(
            "`decay` and a schedule at once: give one schedule that does both. "
            f"Received: decay={decay}, learning_rate={value!r}"
        )
    return keras.optimizers.schedules.InverseTimeDecay(float(value), 1, decay)


def anywhere(patterns: Sequence[str]) -> str:
    """A pattern for the end of a path that says what `re.search` of any of these does."""
    return f".*(?:{'|'.join(patterns)}).*"


def exclusion_rules(decay: Sequence[str], adaptation: Sequence[str]) -> list[Rule]:
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
