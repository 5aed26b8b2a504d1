"""How an optimizer and its schedule print: class, rate, variant, and what is not as usual."""

import inspect
import reprlib
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.spellings import VariableRate

__all__ = ["printed", "printed_schedule", "printed_timed"]

#: So many rules are shown.
_RULES = 8
#: What stands first, or is no setting.
_APART = (
    "learning_rate",
    "variant",
    "weight_decay",
    "rules",
    "name",
    "init_on_first_step",
    "fallback_to_non_traced",
)
#: What a variant's trust ratio calls settings.
_OF_RATIO = {
    "trust_coefficient": "coefficient",
    "max_trust_ratio": "maximum",
    "min_trust_ratio": "minimum",
}


def printed(host: Host) -> str:
    """Return `Class(learning_rate=..., variant=..., ...)`, with every setting that is not usual.

    It never raises, be the optimizer half made or in a function: errors and debuggers print it.
    """
    class_name, held = type(host).__name__, vars(host)
    if "_setting" not in held:  # the constructor still runs
        return f"{class_name}(...)"
    shown = [f"learning_rate={host._rate}"]
    if host.variant is not None:
        shown.append(f"variant={host.variant!r}")
    if host.weight_decay:
        shown.append(f"weight_decay={printed_timed(host.weight_decay)}")
    if host.rules:
        rules = list(map(repr, host.rules[:_RULES]))
        if len(host.rules) > _RULES:
            rules.append(f"... and {len(host.rules) - _RULES} more")
        shown.append(f"rules=[{', '.join(rules)}]")
    setting = held["_setting"]
    for key, parameter in inspect.signature(type(host)).parameters.items():
        value, usual = held.get(key), parameter.default
        if usual is None:  # the variant's
            owner = getattr(setting, "ratio", None) if key in _OF_RATIO else setting
            usual = getattr(owner, _OF_RATIO.get(key, key), None)
        if key not in _APART and value is not None and _differs(value, usual):
            shown.append(f"{key}={printed_timed(value)}")
    if host.built:
        shown.append("built=True")
    return f"{class_name}({', '.join(shown)})"


def printed_schedule(schedule: keras.optimizers.schedules.LearningRateSchedule) -> str:
    """Return `Class(argument=..., ...)` of a schedule, without what is as usual.

    Example:

    >>> printed_schedule(keras.optimizers.schedules.CosineDecay(0.1, decay_steps=10))
    'CosineDecay(initial_learning_rate=0.1, decay_steps=10)'
    """
    name = type(schedule).__name__
    try:
        config = schedule.get_config()
    except NotImplementedError:  # a schedule that nobody saves
        return f"<{name}>"
    parameters = inspect.signature(type(schedule)).parameters
    shown = [
        f"{key}={reprlib.repr(value)}"
        for key, value in config.items()
        if key in parameters and _differs(value, parameters[key].default)
    ]
    return f"{name}({', '.join(shown)})"


def printed_timed(value: Any) -> str:
    """Return a setting that may follow time as an optimizer prints it; it never raises.

    Example:

    >>> printed_timed(0.5), printed_timed(keras.optimizers.schedules.CosineDecay(0.1, 10))
    ('0.5', 'CosineDecay(initial_learning_rate=0.1, decay_steps=10)')
    """
    if isinstance(value, keras.optimizers.schedules.LearningRateSchedule):
        return printed_schedule(value)
    if isinstance(value, VariableRate):
        return repr(float(np.asarray(value()))) if tf.executing_eagerly() else "..."
    if callable(value):
        return f"<{getattr(value, '__name__', type(value).__name__)}>"
    return reprlib.repr(value)


def _differs(value: Any, usual: Any) -> bool:
    """Whether a setting is another than the usual one; arrays never are that."""
    return hasattr(value, "shape") or value != usual
