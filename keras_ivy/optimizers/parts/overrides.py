"""What of an optimizer somebody has replaced: the question that every fast path asks first."""

from typing import Any

import keras

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


def overridden(optimizer: object, *names: str) -> list[str]:
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


def runs_other_code(optimizer: object) -> bool:
    """Return whether a step runs code that is neither this package's nor Keras's.

    That is a method that a subclass or an instance has replaced, or a rate or another setting that
    is called.

    Example:

    >>> from keras_ivy.optimizers import Adam
    >>> cosine = keras.optimizers.schedules.CosineDecay(1.0, decay_steps=9)
    >>> runs_other_code(Adam(cosine)), runs_other_code(Adam(lambda: 0.1))
    (False, True)
    """
    run = [optimizer, *(x for x in vars(optimizer).values() if callable(x))]
    return any(type(x).__module__.partition(".")[0] not in ("keras", "keras_ivy") for x in run)


def _is_ours(attribute: Any, name: str) -> bool:
    if attribute is getattr(keras.optimizers.Optimizer, name, None):
        return True
    function = attribute.fget if isinstance(attribute, property) else attribute
    return (getattr(function, "__module__", None) or "").startswith("keras_ivy.")
