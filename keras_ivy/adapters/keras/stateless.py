"""The scope in which Keras variables read other values, and what a variable is stored as.

`keras.StatelessScope` is public; which scope is open is not. Scopes do not nest by themselves: an
inner one hides the values of the outer, so a new one takes those over first.
"""

import keras
import tensorflow as tf
from keras.src.backend.common.stateless_scope import get_stateless_scope

__all__ = [
    "current_scope",
    "move",
    "raw_value",
    "release",
    "set_initial_value",
    "stored_dtype",
]


def current_scope() -> keras.StatelessScope | None:
    """Return the innermost open `keras.StatelessScope` of this thread."""
    return get_stateless_scope()


def stored_dtype(variable: keras.Variable) -> str:
    """Return the dtype a variable is kept in; `variable.dtype` says what it is read as."""
    return variable._dtype


def raw_value(variable: keras.Variable) -> tf.Variable | None:
    """Return what a variable holds, whatever scopes are open: a `tf.Variable` once built."""
    return variable._value


def set_initial_value(variable: keras.Variable, value: tf.Tensor) -> None:
    """Set the value a variable starts from, inside a scope too.

    A variable that was made inside a scope gets its value when the scope ends; assigning to it
    before would last as long as the scope.
    """
    if variable._value is None:
        variable._initializer = lambda shape, dtype: tf.cast(value, dtype)
    else:
        variable._value.assign(tf.cast(value, variable._value.dtype))


def release(variable: keras.Variable) -> None:
    """Drop the value of a variable, which from then on has one inside scopes only."""
    variable._value = None
    variable._initializer = keras.initializers.Zeros()


def move(variable: keras.Variable, device: str) -> None:
    """Put a variable on a device such as `"cpu:0"`, in place of the `tf.Variable` it held."""
    held = variable._value
    if held is None or held.device.lower().endswith(f"device:{device}"):
        return
    with tf.device(f"/{device}"):
        variable._initialize(tf.identity(held))
