"""Functions of any Keras model: its variables, calls with other values, gradients.

Ivy keeps all its functions here, so `ivy.functional.dropout` is found too.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from keras_ivy.functional.call import assign_variables, functional_call, variables
from keras_ivy.functional.gradients import execute_with_gradients, value_and_grad
from keras_ivy.functional.transforms import grad, jac, jvp, requires_gradient, vjp

__all__ = [
    "assign_variables",
    "execute_with_gradients",
    "functional_call",
    "grad",
    "jac",
    "jvp",
    "requires_gradient",
    "value_and_grad",
    "variables",
    "vjp",
]

#: What finds the functions of Ivy's that stand in a higher rank.
_finders: list[Callable[[str], Callable | None]] = []


def add_functions(find: Callable[[str], Callable | None]) -> None:
    """Let functions be found under `keras_ivy.functional` too.

    Args:
        find: Returns the function of a name, or None.
    """
    _finders.append(find)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Callable:
        for find in _finders:
            function = find(name)
            if function is not None:
                return function
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
