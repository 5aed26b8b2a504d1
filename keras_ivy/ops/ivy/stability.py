"""What `stable_divide` and `stable_pow` add by default, under Ivy's names."""

from keras_ivy.utils.checks import finite, received
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "set_min_base",
    "set_min_denominator",
    "unset_min_base",
    "unset_min_denominator",
]

_bases = [1e-5]
_denominators = [1e-12]


def min_base() -> float:
    """Return what `stable_pow` adds to the base."""
    return _bases[-1]


def min_denominator() -> float:
    """Return what `stable_divide` adds to the denominator."""
    return _denominators[-1]


def _checked(owner: str, value: object) -> float:
    number = finite("val", value, owner)
    if number < 0:
        raise IvyValueError(f"{owner}: `val` must be at least 0. {received('val', value)}")
    return number


def set_min_base(val: float) -> None:
    """Let `stable_pow` add this number to the base, where it is not given another.

    A traced function keeps the number of the time when it was traced.

    Args:
        val: A number of at least 0; at the start it is 1e-5.

    Raises:
        TypeError: If it is no number.
        ValueError: If it is negative or not finite.

    Example:

    >>> from keras_ivy import stable_pow, unset_min_base
    >>> set_min_base(0.25)
    >>> stable_pow([0.0], 0.5).numpy().tolist()
    [0.5]
    >>> unset_min_base()
    """
    _bases.append(_checked("set_min_base", val))


def unset_min_base() -> None:
    """Undo the last `set_min_base`; without one, do nothing.

    Example:

    >>> from keras_ivy import stable_pow
    >>> set_min_base(0.25)
    >>> unset_min_base()
    >>> round(float(stable_pow(0.0, 1.0)), 8)
    1e-05
    """
    if len(_bases) > 1:
        _bases.pop()


def set_min_denominator(val: float) -> None:
    """Let `stable_divide` add this number to the denominator, where it is not given another.

    A traced function keeps the number of the time when it was traced.

    Args:
        val: A number of at least 0; at the start it is 1e-12.

    Raises:
        TypeError: If it is no number.
        ValueError: If it is negative or not finite.

    Example:

    >>> from keras_ivy import stable_divide
    >>> set_min_denominator(0.5)
    >>> float(stable_divide(1.0, 0.0))
    2.0
    >>> unset_min_denominator()
    """
    _denominators.append(_checked("set_min_denominator", val))


def unset_min_denominator() -> None:
    """Undo the last `set_min_denominator`; without one, do nothing.

    Example:

    >>> from keras_ivy import stable_divide
    >>> set_min_denominator(0.5)
    >>> unset_min_denominator()
    >>> float(stable_divide(1.0, 0.5))
    2.0
    """
    if len(_denominators) > 1:
        _denominators.pop()
