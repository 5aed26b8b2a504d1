"""Questions about what changes in place, under Ivy's names: variables do, and arrays never."""

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.ivy.general import is_array, is_variable
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyException, IvyTypeError

__all__ = [
    "assert_supports_inplace",
    "inplace_arrays_supported",
    "inplace_variables_supported",
    "supports_inplace_updates",
]


def inplace_arrays_supported() -> bool:
    """Return False: arrays never change.

    Example:

    >>> inplace_arrays_supported()
    False
    """
    return False


def inplace_variables_supported() -> bool:
    """Return True: variables change in place.

    Example:

    >>> inplace_variables_supported()
    True
    """
    return True


@ivy_function
def supports_inplace_updates(x: object, /) -> bool:
    """Return whether `x` can change in place.

    Args:
        x: An array or a variable, or a Container of them.

    Raises:
        TypeError: If it is neither.

    Example:

    >>> from keras_ivy import variable, array
    >>> supports_inplace_updates(variable([1.0])), supports_inplace_updates(array([1.0]))
    (True, False)
    """
    if not is_array(x):
        raise IvyTypeError(
            f"supports_inplace_updates: `x` is an array or a variable. {received('x', x)}"
        )
    return is_variable(x)


@ivy_function
def assert_supports_inplace(x: object, /) -> bool:
    """Raise an error unless `x` can change in place; return True.

    Args:
        x: An array or a variable, or a Container of them.

    Raises:
        IvyException: If it cannot.
        TypeError: If it is neither.

    Example:

    >>> from keras_ivy import variable
    >>> assert_supports_inplace(variable([1.0]))
    True
    """
    if not supports_inplace_updates(x):
        raise IvyException(
            "assert_supports_inplace: arrays never change in place; make a variable of it. "
            f"{received('x', x)}"
        )
    return True
