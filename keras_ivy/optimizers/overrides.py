"""What of an optimizer somebody has replaced: the question that every fast path asks first."""

from typing import Any

import keras
import tensorflow as tf

from keras_ivy.utils.exceptions import IvyNotImplementedException

#: What writes a variable in Keras's own `update_step`s.
WRITES = ("assign", "assign_add", "assign_sub")

#: Who says which variables decay.
DECAY = ("_apply_weight_decay", "_use_weight_decay")

#: Who makes the variables of an optimizer.
MAKERS = ("add_variable", "add_variable_from_reference", "add_optimizer_variables")

#: What acts on variables, which `step` has none of.
BEYOND_STEP = (
    "apply",
    "apply_gradients",
    "update_step",
    "_backend_apply_gradients",
    "_backend_update_step",
    "_distributed_tf_update_step",
    *DECAY,
    *WRITES,
)


def overridden(optimizer: Any, *names: str) -> list[str]:
    """Return which of these methods are neither this package's nor those of Keras's base class.

    They may be replaced in a subclass, in a mixin, or on the instance, and at any time: nothing is
    kept of the answer.

    Example:

    >>> from keras_ivy.optimizers import Adam
    >>> optimizer = Adam()
    >>> optimizer.assign = lambda variable, value: None
    >>> overridden(optimizer, "assign", "assign_add")
    ['assign']
    """
    own, cls = vars(optimizer), type(optimizer)
    return [name for name in names if name in own or not _is_ours(getattr(cls, name), name)]


def _is_ours(attribute: Any, name: str) -> bool:
    if attribute is getattr(keras.optimizers.Optimizer, name, None):
        return True
    function = attribute.fget if isinstance(attribute, property) else attribute
    return (getattr(function, "__module__", None) or "").startswith("keras_ivy.")


def check_step(optimizer: Any) -> None:
    """Refuse `step` where a subclass has replaced what only `apply` can call.

    A subclass that has its own `step` as well is taken to know.

    Raises:
        IvyNotImplementedException: If it has.
    """
    if optimizer._is_handwritten or overridden(optimizer, "step", "stateless_step"):
        return
    found = overridden(optimizer, *BEYOND_STEP)
    if isinstance(optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        found += overridden(optimizer, "learning_rate", "_get_current_learning_rate")
    if found:
        raise IvyNotImplementedException(
            f"`step` takes tensors, and cannot call `{found[0]}`, which is about variables and "
            "which somebody has replaced. Train through `apply` or `fit`; or override `_update`, "
            "the formula, which both follow. "
            f"Received: optimizer {type(optimizer).__name__!r} with its own `{found[0]}`"
        )


def has_own_kernel(optimizer: Any) -> bool:
    """Whether there is a fused kernel, and it stands for the formula.

    It does not where a subclass has changed the formula, `_update`, without the kernel.
    """
    if not optimizer._has_kernel:
        return False
    for holder in (vars(optimizer), *map(vars, type(optimizer).__mro__)):
        if "_update" in holder or "_update_fused" in holder:
            return "_update_fused" in holder
    return False


def write(optimizer: Any, variable: Any, value: tf.Tensor, is_weight: bool = False) -> None:
    """Assign to a variable, through whatever of Keras's methods for that has been replaced.

    Args:
        optimizer: A `base.Optimizer`.
        variable: A weight or a slot.
        value: Its new value.
        is_weight: Whether this is a weight, from which Keras's optimizers subtract.
    """
    value = tf.cast(value, variable.dtype)
    replaced = overridden(optimizer, *WRITES)
    if not replaced:
        variable.assign(value)
    elif is_weight and "assign_sub" in replaced:
        optimizer.assign_sub(variable, tf.convert_to_tensor(variable) - value)
    elif "assign_add" in replaced:
        optimizer.assign_add(variable, value - tf.convert_to_tensor(variable))
    else:
        optimizer.assign(variable, value)
