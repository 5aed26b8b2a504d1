"""Questions about single values, and about what changes in place, under Ivy's names."""

import numpy as np

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.ivy.general import is_array, is_variable, to_numpy
from keras_ivy.typing import ArrayLike
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyException, IvyTypeError, IvyValueError

__all__ = [
    "assert_supports_inplace",
    "inplace_arrays_supported",
    "inplace_variables_supported",
    "isscalar",
    "supports_inplace_updates",
    "value_is_nan",
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


def isscalar(x: object, /) -> bool:
    """Return whether `x` is a single value of Python's or NumPy's, and no array.

    Example:

    >>> isscalar(1.5), isscalar([1.5])
    (True, False)
    """
    return np.isscalar(x)


@ivy_function
def value_is_nan(x: ArrayLike, /, *, include_infs: bool = True) -> bool:
    """Return whether a single value is not a number.

    Args:
        x: A number or an array of one entry, or a Container of them.
        include_infs: Whether infinite numbers count too.

    Raises:
        TypeError: If it is no number.
        ValueError: If there are several; `has_nans` tells of them.

    Example:

    >>> value_is_nan(float("inf")), value_is_nan([float("inf")], include_infs=False)
    (True, False)
    """
    value = to_numpy(x)
    if value.dtype.kind not in "biufcV":
        raise IvyTypeError(f"value_is_nan: `x` is a number. {received('x', x)}")
    if value.size != 1:
        raise IvyValueError(
            f"value_is_nan: `x` is a single value; ask `has_nans` of several. {received('x', x)}"
        )
    return bool(np.isnan(value).all() or (include_infs and np.isinf(value).all()))
