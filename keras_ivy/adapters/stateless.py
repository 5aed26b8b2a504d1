"""The scope in which Keras variables read other values, and what a variable is stored as.

`keras.StatelessScope` is public; which scope is open is not. Scopes do not nest by themselves: an
inner one hides the values of the outer, so a new one takes those over first.
"""

import keras
from keras.src.backend.common.stateless_scope import get_stateless_scope

__all__ = ["current_scope", "raw_value", "stored_dtype"]


def current_scope() -> keras.StatelessScope | None:
    """Return the innermost open `keras.StatelessScope` of this thread."""
    return get_stateless_scope()


def stored_dtype(variable: keras.Variable) -> str:
    """Return the dtype a variable is kept in; `variable.dtype` says what it is read as."""
    return variable._dtype


def raw_value(variable: keras.Variable):
    """Return what a variable holds, whatever scopes are open: a `tf.Variable` once built."""
    return variable._value
