"""Which attributes a program may assign to a module, and which are Keras's or the module's own."""

from collections.abc import Callable
from types import NoneType
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.structure.parts import KEY
from keras_ivy.utils.exceptions import IvyAttributeError, IvyTypeError

__all__ = ["brief", "check_kin", "check_settable"]

#: The packages whose classes a program derives from.
_LIBRARIES = {"builtins", "keras", "keras_ivy", "tensorflow"}

#: Methods of Keras's with a leading underscore are its own; these of `Module` are to override.
_HOOKS = {"_build", "_create_variables", "_extra_repr", "_forward", "call"}


#: What the attributes that Keras lets programs set may be set to; the rest have no such limits.
_KINDS: dict[str, tuple[Any, ...]] = {
    "activity_regularizer": (NoneType, Callable),
    "autocast": (bool,),
    "build_mode": (),
    "built": (bool,),
    "call_signature_parameters": (),
    "compiled": (bool,),
    "input_spec": (NoneType, keras.InputSpec),
    "jit_compile": (NoneType, bool),
    "name": (str,),
    "predict_function": (NoneType, Callable),
    "run_eagerly": (bool,),
    "steps_per_execution": (int,),
    "stop_training": (bool,),
    "supports_jit": (bool,),
    "supports_masking": (bool,),
    "test_function": (NoneType, Callable),
    "train_function": (NoneType, Callable),
    "trainable": (bool,),
    "training": (bool,),
    "unrolled_steps_per_execution": (int,),
}


def check_settable(module: keras.Model, name: str, value: object, holds: bool) -> None:
    """Raise if Keras, or `Module`, needs a name for something else than the value.

    Args:
        module: The module that is assigned to.
        name: The name of the attribute.
        value: What the program assigns.
        holds: Whether the value is, or has in it, a layer or a variable.

    Raises:
        AttributeError: If so; the sentence shows a name that works.
    """
    cls = type(module)
    definer = next((c for c in cls.__mro__ if name in vars(c)), None)
    there = None if definer is None else getattr(cls, name, None)
    inherited = definer is not None and definer.__module__.partition(".")[0] in _LIBRARIES
    if name == KEY:
        taken = True  # all that the module knows of itself
    elif isinstance(there, property):
        taken = there.fset is None or (inherited and holds and name != "v")
    elif callable(there) and (inherited or name in _HOOKS):
        private = name.startswith("_") and name not in _HOOKS
        taken = private or holds or not callable(value)
    elif name in keras_layers.internal_attributes():
        taken = holds or (name.startswith("_") and name in keras_layers.model_attributes())
    elif inherited:
        taken = holds or type(value) is not type(there)
    else:
        taken = False
    if not taken and name in _KINDS and (inherited or name in keras_layers.model_attributes()):
        taken = not _is_meant(name, value)
    if taken:
        plain = name.strip("_")
        raise IvyAttributeError(
            f"{cls.__name__} cannot have an attribute {name!r} of its own: every Keras model has "
            f"one. Choose another name, such as `my_{plain}`. Received: {name}={brief(value)}"
        )


def check_kin(module: keras.Model, name: str, value: object) -> None:
    """Raise if a value is, or has in its lists and dicts, a layer of `tf_keras`.

    Keras 3 calls such a layer and never sees its variables: it would not be trained, nor saved.

    Args:
        module: The module that is assigned to.
        name: The name of the attribute.
        value: What the program assigns.

    Raises:
        TypeError: If so.
    """
    if isinstance(value, list | tuple | dict):
        for member in value.values() if isinstance(value, dict) else value:
            check_kin(module, name, member)
    elif isinstance(value, tf.Module) and any(
        cls.__module__.partition(".")[0] == "tf_keras" for cls in type(value).__mro__
    ):
        raise IvyTypeError(
            f"{type(module).__name__} is a model of Keras 3, which does not see the variables of "
            "a layer of `tf_keras`: it would not be trained or saved. Use the layer of the same "
            f"name in `keras.layers`. Received: {name}={brief(value)}"
        )


def _is_meant(name: str, value: object) -> bool:
    """Whether a value means something to Keras under one of these names."""
    if name == "input_spec" and isinstance(value, list | tuple | dict):
        return all(isinstance(x, keras.InputSpec) for x in keras.tree.flatten(value))
    return isinstance(value, _KINDS[name]) or (name == "jit_compile" and value == "auto")


def brief(value: object) -> str:
    """Return a value as an error shows it: in full if it is short, else its type."""
    text = repr(value)
    return text if len(text) <= 100 else f"<{type(value).__name__}>"
