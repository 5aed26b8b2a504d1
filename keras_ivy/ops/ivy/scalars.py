"""Questions about single values, under Ivy's names."""

import numpy as np

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.ivy.general import to_numpy
from keras_ivy.typing import ArrayLike
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["isscalar", "value_is_nan"]


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
