"""What a Keras optimizer holds beyond its config: slots, averages, exclusions from decay.

Keras keeps these under names with an underscore. `tests/conformance/test_keras_optimizers.py`
says which of them has changed, if one has.
"""

from collections.abc import Callable, MutableMapping, Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from keras_ivy.typing import Array

#: Class -> the attributes that hold its slots, in the order in which they are made.
SLOTS = {
    keras.optimizers.SGD: ("momentums",),
    keras.optimizers.Adam: ("_momentums", "_velocities"),
    keras.optimizers.AdamW: ("_momentums", "_velocities"),
    keras.optimizers.Lamb: ("_momentums", "_velocities"),
    keras.optimizers.Muon: ("momentums", "adam_velocities"),
}


class Exclusions(NamedTuple):
    """What `exclude_from_weight_decay` was told: a pattern, and keys of variables."""

    pattern: str | None
    keys: frozenset


def learning_rate(
    optimizer: keras.optimizers.Optimizer,
) -> float | keras.optimizers.schedules.LearningRateSchedule | Callable[[], float]:
    """Return the rate as it was given: a float, a schedule or a callable."""
    rate = optimizer._learning_rate
    return float(rate.numpy()) if isinstance(rate, keras.Variable) else rate


def exclusions(optimizer: keras.optimizers.Optimizer) -> Exclusions:
    """Return what was excluded from weight decay."""
    pattern = getattr(optimizer, "_exclude_from_weight_decay_pattern", None)
    keys = getattr(optimizer, "_exclude_from_weight_decay", ())
    return Exclusions(pattern.pattern if pattern is not None else None, frozenset(keys))


def is_among(
    optimizer: keras.optimizers.Optimizer, variable: keras.Variable, keys: frozenset
) -> bool:
    """Whether a variable is one of those whose keys these are."""
    return optimizer._var_key(variable) in keys or optimizer._var_key(variable.value) in keys


def map_of(
    optimizer: keras.optimizers.MultiOptimizer,
) -> MutableMapping | Callable[[keras.Variable], keras.optimizers.Optimizer]:
    """Return what says which optimizer of a `MultiOptimizer` is whose: a map, or a function."""
    return optimizer._optimizer_map


def trained(optimizer: keras.optimizers.Optimizer) -> list:
    """Return the variables that an optimizer was built for."""
    return list(optimizer._trainable_variables)


def raw_iterations(optimizer: keras.optimizers.Optimizer) -> keras.Variable:
    """Return the variable that counts the calls, accumulated steps included."""
    return optimizer._iterations


def slots(optimizer: keras.optimizers.Optimizer) -> list[Sequence]:
    """Return the slots, one list of variables for each name; empty ones left out."""
    lists = (getattr(optimizer, name) for name in SLOTS[type(optimizer)])
    return [slot for slot in lists if slot]


def merge_update(
    optimizer: keras.optimizers.Optimizer, grads_and_vars: list, learning_rate: Array
) -> None:
    """Let Keras's `_distributed_tf_update_step` update variables from summed gradients.

    As `_backend_update_step` does, which would sum them over the replicas once more.
    """
    tf.__internal__.distribute.interim.maybe_merge_call(
        optimizer._distributed_tf_update_step,
        optimizer._distribution_strategy,
        grads_and_vars,
        learning_rate,
    )


def set_variables(optimizer: keras.optimizers.Optimizer, variables: list) -> None:
    """Let an optimizer have these variables, in this order: for files, and for checkpoints."""
    tracked = tf.__internal__.tracking.wrap(list(variables))
    vars(optimizer)["_variables"] = tracked
    optimizer._track_trackable(tracked, "_variables", overwrite=True)
    tracker = optimizer._tracker
    test, _ = tracker.config["variables"]
    tracker.config["variables"] = (test, tracked)
    tracker.stored_ids["variables"] = set(map(id, variables))


def copies(optimizer: keras.optimizers.Optimizer) -> list:
    """Return moving averages and accumulated gradients, in this order; those that there are."""
    averages = optimizer._model_variables_moving_average if optimizer.use_ema else []
    sums = optimizer._accumulated_gradients if optimizer.gradient_accumulation_steps else []
    return [*averages, *sums]
