"""Taking over optimizers of TensorFlow Addons and the Model Garden, from their configs."""

import re
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

import keras

from keras_ivy.optimizers.adam import Adam, AdamW
from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.lamb import LAMB
from keras_ivy.optimizers.lars import LARS
from keras_ivy.optimizers.migrate.garden import linear_warmup
from keras_ivy.optimizers.parts.spellings import AVERAGING, CLIPPING, keras_spellings
from keras_ivy.optimizers.rules import as_rules, entry_rules, exclusion_rules
from keras_ivy.optimizers.sgd import SGD
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, shown

#: What their configs call our arguments.
_NAMES = {
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
            *CLIPPING,
            *AVERAGING,
            "name",
        )
    },
}

#: What says how a step is run, not which numbers come out.
_WITHOUT_EFFECT = ("is_legacy_optimizer", "jit_compile")


class _Kind(NamedTuple):
    """One of their classes: ours, with the defaults that a config may leave out, and its lists.

    `include` is the list of what decays, whatever the others say.
    """

    equal: type
    defaults: dict
    lists: tuple[str, ...] = ()
    fixed_decay: bool = False
    include: str = ""


_BOTH = ("exclude_from_weight_decay", "exclude_from_layer_adaptation")

#: Their classes by name, in capitals.
_KINDS = {
    "LAMB": _Kind(LAMB, {"variant": "paper", "learning_rate": 1e-3, "epsilon": 1e-6}, _BOTH),
    "LARS": _Kind(LARS, {"variant": "simclr", "learning_rate": 1e-2, "momentum": 0.9}, _BOTH),
    "LAZYADAM": _Kind(Adam, {"variant": "keras", "learning_rate": 1e-3, "lazy_slots": True}),
    "ADAMW": _Kind(AdamW, {"variant": "keras", "learning_rate": 1e-3}, _BOTH[:1], True),
    "ADAMWEIGHTDECAY": _Kind(
        AdamW,
        {"variant": "keras", "learning_rate": 1e-3, "epsilon": 1e-7},
        _BOTH[:1],
        include="include_in_weight_decay",
    ),
    "SGDW": _Kind(SGD, {"variant": "keras", "learning_rate": 1e-3}, _BOTH[:1], True),
}


def from_tfa_config(config: Mapping[str, Any], **overrides: Any) -> Optimizer:
    """Return the equal of an optimizer of TensorFlow Addons or the Model Garden.

    These are Addons' LAMB, LazyAdam, AdamW and SGDW, the Garden's LAMB and LARS, and the
    `AdamWeightDecay` of the Garden and of Hugging Face's transformers, BERT's usual one.

    The lists of excluded names become rules, one for each entry. As there, an empty or absent list
    for the adaptation means the list for the decay. Unlike there, an entry that is found in no path
    is an error: Keras 3 names variables anew, and what should have been excluded would silently be
    trained as the rest. Entries that differ by capitals and underscores alone, such as
    `"LayerNorm"` and `"layer_norm"`, are spellings of one name, of which one has to be found.

    `rules=` comes before the lists, which stay behind it: each property comes from the first rule
    that states it. To replace the lists, give empty ones, `exclude_from_weight_decay=[]`.

    Args:
        config: What `get_config()` or `tf.keras.optimizers.serialize` returned, or the dict form
            of the Model Garden's `LAMBConfig` or `LARSConfig`. A plain config says by `"name"`
            which optimizer it is. `decay`, if positive, becomes an `InverseTimeDecay`; a
            `LinearWarmup` around a number or a `PolynomialDecay` becomes a `WarmupPolynomial`.
        **overrides: Arguments to add or change, such as `learning_rate` or `rules`. Neither
            system's `get_config()` of Keras 2.11 or older holds the lists: add
            `exclude_from_weight_decay=[...]` and `exclude_from_layer_adaptation=[...]` here.

    Returns:
        `LAMB` with `variant="paper"`; `LARS` with `variant="simclr"` (`"popular"` where
        `classic_momentum` is false); or `Adam` with `lazy_slots=True`, `AdamW` or `SGD`, with
        `variant="keras"`. Of `AdamWeightDecay`, what `include_in_weight_decay` names decays
        whatever is excluded, and `gradient_clip_norm` becomes `global_clipnorm`; the Garden's
        `get_config()` has none of the three: add the lists and `global_clipnorm=1.0`, its default.

    Raises:
        IvyTypeError: If `config` is no mapping, or a list holds anything but strings.
        IvyValueError: If it is of another optimizer, has an unknown key, a schedule of which it
            does not say all, or decays by an amount that has no equal here.

    Note:
        AdamW and SGDW of Addons take `weight_decay * w` off a weight whatever the rate is, where
        `weight_decay` here is multiplied by it. It is divided by the rate therefore, and follows
        the rate if that is changed later. With a schedule there is no such number, and
        `variant="addons"` (`"independent"` of SGD) takes it off whatever the rate.

    Example:

    >>> optimizer = from_tfa_config(
    ...     {"name": "LAMB", "learning_rate": 0.5, "weight_decay_rate": 0.01,
    ...      "exclude_from_weight_decay": ["LayerNorm", "bias"]}
    ... )
    >>> optimizer.variant, optimizer.weight_decay, optimizer.epsilon
    ('paper', 0.01, 1e-06)
    >>> for rule in optimizer.rules:
    ...     print(rule)
    Rule(match='.*(?:LayerNorm).*', decay=False, adapt=False)
    Rule(match='.*(?:bias).*', decay=False, adapt=False)
    >>> from_tfa_config({"name": "AdamW", "learning_rate": 0.5, "weight_decay": 0.01}).weight_decay
    0.02

    Reference:
        `tensorflow_addons/optimizers/{lamb,lazy_adam,weight_decay_optimizers}.py`;
        `official/modeling/optimization/lars.py`.
    """
    if not isinstance(config, Mapping):
        raise IvyTypeError(
            f"`config` must be a dict, such as `get_config()` returns. Received: config={config!r}"
        )
    _check_not_around(config)
    kind = _kind(config.get("class_name", config.get("name")))
    cls = kind.equal
    options = dict(config["config"]) if "class_name" in config else dict(config)
    overrides = keras_spellings(overrides)
    lists = [_patterns(x, overrides.pop(x, options.pop(x, None))) for x in kind.lists]
    include = _patterns(kind.include, overrides.pop(kind.include, options.pop(kind.include, None)))
    included = entry_rules(include, decay=True)
    clip = options.pop("gradient_clip_norm", None) if kind.include else None
    arguments = dict(kind.defaults)
    if clip:
        arguments["global_clipnorm"] = clip
    if cls is LARS and not options.pop("classic_momentum", True):
        arguments["variant"] = "popular"
    if cls is Adam or cls is AdamW:
        _check_amsgrad(options.pop("amsgrad", False))
    decay = options.pop("decay", 0.0) or 0.0
    options = {
        name: value
        for name, value in options.items()
        if value is not None and name not in _WITHOUT_EFFECT
    }
    if options.get("epsilon") == 0:
        options["epsilon"] = keras.config.epsilon()  # So there: zero means the default.
    unknown = {name: value for name, value in options.items() if name not in _NAMES}
    if unknown:
        raise IvyValueError(
            f"The config of a {cls.__name__} has keys that mean nothing here: take them out. "
            f"Received: {shown(dict(sorted(unknown.items())))}"
        )
    arguments.update({_NAMES[name]: value for name, value in options.items()})
    if "learning_rate" not in overrides:
        arguments["learning_rate"] = _rate(arguments["learning_rate"], decay)
    given = as_rules(overrides.pop("rules", None))
    arguments["rules"] = [*given, *included, *exclusion_rules(*lists)]
    if arguments.get("momentum") == 0.0:
        arguments["nesterov"] = False
    arguments.update(overrides)
    if kind.fixed_decay and "weight_decay" not in overrides:
        _keep_decay(cls, arguments)
    return cls(**arguments)


def _check_not_around(config: Mapping[str, Any]) -> None:
    """Refuse the Garden's config of optimizer, rate and warm-up, or its choice of an optimizer."""
    inner = config.get("optimizer", config)
    if "name" in config or "class_name" in config or not isinstance(inner, Mapping):
        return
    kind = inner.get("type")
    if isinstance(kind, str):
        where = f"config['optimizer'][{kind!r}]" if inner is not config else f"config[{kind!r}]"
        raise IvyValueError(
            "This config holds that of the optimizer, and more: pass the inner one, which has a "
            f'"name", `from_tfa_config({where}, learning_rate=...)`; without one add '
            f'`"name": {kind!r}`. Received: config with the keys {", ".join(map(str, config))}'
        )


def _kind(name: Any) -> _Kind:
    # Registered names have a package in front, unnamed second instances a number behind.
    plain = re.sub(r"_\d+$", "", str(name).rpartition(">")[2]).upper()
    plain = re.sub("(OPTIMIZER|CONFIG)$", "", plain)
    if plain not in _KINDS:
        raise IvyValueError(
            "The config must be that of a LAMB, LARS, LazyAdam, AdamW, AdamWeightDecay or SGDW, "
            "told by its `class_name` or `name`; for Keras's own optimizers use `from_keras`. "
            f"Received: {name!r}"
        )
    return _KINDS[plain]


def _check_amsgrad(value: Any) -> None:
    if value:
        raise IvyValueError(
            f"No optimizer here keeps the largest second moment. Received: amsgrad={value!r}"
        )


def _keep_decay(cls: type, arguments: dict[str, Any]) -> None:
    """Let weights decay by as much as there, where it does not depend on the rate."""
    rate, decay = arguments["learning_rate"], arguments.get("weight_decay")
    if isinstance(decay, Mapping):
        decay = keras.optimizers.schedules.deserialize(dict(decay))
    if decay is None:
        raise IvyValueError(
            "AdamW and SGDW of TensorFlow Addons have no default for `weight_decay`: pass it. "
            f"Received: weight_decay={decay!r}"
        )
    if isinstance(rate, Real) and isinstance(decay, Real) and float(rate) > 0:
        arguments["weight_decay"] = float(decay) / float(rate)
    elif isinstance(decay, Real) and decay == 0:
        arguments["weight_decay"] = 0.0
    else:
        arguments["weight_decay"] = decay
        arguments["variant"] = "addons" if cls is AdamW else "independent"


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
        name = str(value.get("class_name", "")).rpartition(">")[2]
        known = keras.saving.get_registered_object(str(value.get("class_name", "")))
        if name == "LinearWarmup" and known is None:
            value = linear_warmup(value.get("config", {}))
        elif not hasattr(keras.optimizers.schedules, name) and known is None:
            raise IvyValueError(
                "The schedule of this config is none of Keras's. Pass its equal as "
                "`learning_rate=`; for a warm-up before polynomial decay that is "
                "`keras_ivy.WarmupPolynomial(peak, warmup, total, power, end)`. "
                f"Received: learning_rate={dict(value)!r}"
            )
        else:
            value = keras.optimizers.schedules.deserialize(dict(value))
    if not decay:
        return value
    if callable(value):
        raise IvyValueError(
            "`decay` and a schedule at once: give one schedule that does both. "
            f"Received: decay={decay}, learning_rate={value!r}"
        )
    return keras.optimizers.schedules.InverseTimeDecay(float(value), 1, decay)
