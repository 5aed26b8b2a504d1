"""Tell whether Keras is making objects from a saved file or a config right now.

Private name used: `keras.src.saving.serialization_lib.in_safe_mode`, which is `None` outside the
scope that loading opens, whether or not the caller asked for safe mode. After
`keras.config.enable_unsafe_deserialization()` it is set everywhere.
"""

from keras.src.saving import serialization_lib

__all__ = ["is_loading"]


def is_loading() -> bool:
    """Whether variables may hold initial values that saved ones are about to replace."""
    return serialization_lib.in_safe_mode() is not None
