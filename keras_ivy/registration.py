"""Registration with Keras: one decorator for every class that configs or strings may name."""

from collections.abc import Callable
from typing import TypeVar

import keras

from keras_ivy.adapters import keras_strings

PACKAGE = "keras_ivy"

Class = TypeVar("Class", bound=type)

#: Live tables of the string names, by what they name.
INITIALIZERS: dict[str, type] = {}
OPTIMIZERS: dict[str, type] = {}

keras_strings.install(INITIALIZERS, OPTIMIZERS)


def register(*aliases: str) -> Callable[[Class], Class]:
    """Register a class as `keras_ivy>ClassName`, and under string names of its own.

    Args:
        *aliases: String names, such as `"glorot_ivy"`; they end in `_ivy` or `_paper`, since a
            name that Keras knows would replace Keras's own class everywhere.

    Returns:
        A decorator that returns the class unchanged.

    Raises:
        ValueError: If an alias does not end in `_ivy` or `_paper`, or is taken.
    """

    def decorator(cls: Class) -> Class:
        known = keras.saving.get_custom_objects()
        for alias in aliases:
            if not alias.endswith(keras_strings.SUFFIXES):
                raise ValueError(
                    f"An alias must end in one of {keras_strings.SUFFIXES}. Received: {alias!r}"
                )
            if known.get(alias, cls) is not cls:
                raise ValueError(f"The alias {alias!r} already names {known[alias]!r}.")
        keras.saving.register_keras_serializable(PACKAGE, cls.__name__)(cls)
        table = OPTIMIZERS if issubclass(cls, keras.optimizers.Optimizer) else INITIALIZERS
        for alias in aliases:
            known[alias] = cls
            table[alias] = cls
        return cls

    return decorator
