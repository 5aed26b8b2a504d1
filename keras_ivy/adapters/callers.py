"""Who reads or sets an attribute: Keras and TensorFlow, or the program that uses them.

Keras keeps the sub-layers of a layer in an attribute `_layers`, and shows them as `layers`; Ivy
programs use both names for lists of their own. Both can be right only if each is given its own.

What is relied on: Keras and TensorFlow read and set attributes from functions of their own modules,
whose names begin with `keras` or `tensorflow`.
"""

import sys

__all__ = ["asked_by_library"]

#: The packages that mean Keras's attributes: Keras, what is built on it, and this one.
_LIBRARIES = frozenset(
    {"keras", "keras_cv", "keras_hub", "keras_ivy", "keras_nlp", "keras_rs", "tensorflow"}
)
#: Methods through which classes of users pass on what others ask for.
_PASSED_ON = frozenset({"__delattr__", "__getattr__", "__getattribute__", "__setattr__"})


def asked_by_library() -> bool:
    """Whether the function that calls this one was called from Keras or TensorFlow.

    Overrides of `__setattr__` and the like pass on; it counts who called them.
    """
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_name in _PASSED_ON:
        frame = frame.f_back
    return frame.f_globals.get("__name__", "").partition(".")[0] in _LIBRARIES
