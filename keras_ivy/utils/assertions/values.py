"""Checks of values: of numbers and arrays against others, of what is given at all."""

import operator
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import (
    IvyException,
    IvyTypeError,
    IvyValueError,
)

__all__ = [
    "check_all",
    "check_all_or_any_fn",
    "check_any",
    "check_elem_in_list",
    "check_equal",
    "check_exists",
    "check_false",
    "check_greater",
    "check_isinstance",
    "check_less",
    "check_true",
    "compare",
    "require",
]

_SYMBOLIC = (
    "Keras's symbolic tensors have no values to check. Check the shapes, or the arrays that the "
    "model is called with."
)


def require(
    condition: object, message: str, otherwise: str, error: type[IvyException] = IvyValueError
) -> None:
    """Raise unless a condition holds: a truth value, or an array of one that a trace computes."""
    if isinstance(condition, keras.KerasTensor):
        raise IvyTypeError(f"{_SYMBOLIC} {received('condition', condition)}")
    if tf.is_tensor(condition) and not hasattr(condition, "numpy"):
        tf.debugging.Assert(condition, [message or otherwise])
        return
    if not condition:
        raise error(message or otherwise)


def _is_plain(x: object) -> bool:
    return isinstance(x, list | tuple | tf.TensorShape)


def compare(relation: Callable[[Any, Any], Any], x1: object, x2: object, as_array: bool) -> object:
    """Whether a relation holds of all entries: of arrays, or of two lists or a list and a value."""
    if as_array:
        arrays = [x if hasattr(x, "dtype") else np.asarray(x) for x in (x1, x2)]
        if any(isinstance(x, keras.KerasTensor) for x in arrays):
            raise IvyTypeError(f"{_SYMBOLIC} {received('x1', x1)}, {received('x2', x2)}")
        if any(isinstance(x, tf.Tensor | tf.Variable | keras.Variable) for x in arrays):
            left, right = (tf.convert_to_tensor(x) for x in arrays)
            dtype = keras.backend.result_type(left.dtype.name, right.dtype.name)
            return tf.reduce_all(relation(tf.cast(left, dtype), tf.cast(right, dtype)))
        return bool(np.all(relation(*arrays)))
    if not (_is_plain(x1) or _is_plain(x2)):
        return bool(relation(x1, x2))
    count = len(x1) if _is_plain(x1) else len(x2)  # type: ignore[arg-type]  # one is a list
    first, second = (list(x) if _is_plain(x) else [x] * count for x in (x1, x2))  # type: ignore
    return all(bool(relation(a, b)) for a, b in zip(first, second, strict=False))


def check_less(
    x1: object, x2: object, allow_equal: bool = False, message: str = "", as_array: bool = True
) -> None:
    """Raise unless all entries of `x1` are smaller than those of `x2`.

    Args:
        x1: An array or a number; with `as_array=False` a number or a list.
        x2: Another.
        allow_equal: Whether they may be equal.
        message: The sentence of the error; one that shows both by default.
        as_array: Whether arrays are compared; if False, lists are, entry by entry.

    Raises:
        ValueError: If one is not.

    Example:

    >>> check_less(1, 2)
    >>> check_less([1, 3], 3, as_array=False)
    Traceback (most recent call last):
    keras_ivy.utils.exceptions.IvyValueError: [1, 3] must be less than 3.
    """
    relation = operator.le if allow_equal else operator.lt
    words = "less than or equal to" if allow_equal else "less than"
    require(compare(relation, x1, x2, as_array), message, f"{x1} must be {words} {x2}.")


def check_greater(
    x1: object, x2: object, allow_equal: bool = False, message: str = "", as_array: bool = True
) -> None:
    """Raise unless all entries of `x1` are larger than those of `x2`; see `check_less`.

    Raises:
        ValueError: If one is not.

    Example:

    >>> check_greater(2, 2, allow_equal=True)
    """
    relation = operator.ge if allow_equal else operator.gt
    words = "greater than or equal to" if allow_equal else "greater than"
    require(compare(relation, x1, x2, as_array), message, f"{x1} must be {words} {x2}.")


def check_equal(
    x1: object, x2: object, inverse: bool = False, message: str = "", as_array: bool = True
) -> None:
    """Raise unless all entries of two arrays, lists or values are equal.

    Args:
        x1: An array or a value.
        x2: Another.
        inverse: If True, raise unless all entries differ.
        message: The sentence of the error; one that shows both by default.
        as_array: Whether arrays are compared; if False, lists and values are.

    Raises:
        ValueError: If one is not.

    Example:

    >>> check_equal("a", "a", as_array=False)
    >>> check_equal(3, 3, inverse=True)
    Traceback (most recent call last):
    keras_ivy.utils.exceptions.IvyValueError: 3 must not be equal to 3.
    """
    relation = operator.ne if inverse else operator.eq
    words = "must not be equal to" if inverse else "must be equal to"
    require(compare(relation, x1, x2, as_array), message, f"{x1} {words} {x2}.")


def check_isinstance(x: object, allowed_types: type | tuple[type, ...], message: str = "") -> None:
    """Raise unless `x` is of one of some types.

    Raises:
        TypeError: If it is of another.

    Example:

    >>> check_isinstance(1, (int, float))
    """
    told = f"The type of x must be one of {allowed_types}. Received: x of type {type(x).__name__}"
    require(isinstance(x, allowed_types), message, told, IvyTypeError)


def check_exists(x: object, inverse: bool = False, message: str = "") -> None:
    """Raise if `x` is None; with `inverse`, if it is not.

    Raises:
        ValueError: If so.

    Example:

    >>> check_exists(0)
    """
    told = f"The argument must {'' if inverse else 'not '}be None. {received('x', x)}"
    require((x is None) == bool(inverse), message, told)


def check_elem_in_list(
    elem: object, list: Container[object], inverse: bool = False, message: str = ""
) -> None:
    """Raise unless a value is among others; with `inverse`, if it is.

    Raises:
        ValueError: If it is not.

    Example:

    >>> check_elem_in_list("SAME", ["SAME", "VALID"])
    """
    told = f"{elem} must {'not ' if inverse else ''}be one of {list}."
    require((elem in list) != bool(inverse), message, told)


def check_true(expression: object, message: str = "expression must be True") -> None:
    """Raise unless an expression is true.

    Raises:
        ValueError: If it is not.

    Example:

    >>> check_true(1 < 2)
    """
    require(expression, message, message)


def check_false(expression: object, message: str = "expression must be False") -> None:
    """Raise unless an expression is false.

    Raises:
        ValueError: If it is not.

    Example:

    >>> check_false(1 > 2)
    """
    traced = tf.is_tensor(expression) and not hasattr(expression, "numpy")
    require(tf.logical_not(expression) if traced else not expression, message, message)


def check_all(
    results: object, message: str = "one of the args is False", as_array: bool = True
) -> None:
    """Raise unless all results are true.

    Args:
        results: An array or a list; with `as_array=False` any values with a truth of their own.
        message: The sentence of the error.
        as_array: Whether the results are an array.

    Raises:
        ValueError: If one is not.

    Example:

    >>> check_all([True, True])
    """
    require(_reduced(results, as_array, tf.reduce_all, all), message, message)


def check_any(
    results: object, message: str = "all of the args are False", as_array: bool = True
) -> None:
    """Raise unless one of the results is true; see `check_all`.

    Raises:
        ValueError: If none is.

    Example:

    >>> check_any([False, True])
    """
    require(_reduced(results, as_array, tf.reduce_any, any), message, message)


def _reduced(
    results: object,
    as_array: bool,
    of_array: Callable[[tf.Tensor], tf.Tensor],
    of_values: Callable[[Iterable[object]], bool],
) -> object:
    if not as_array:
        return of_values(results)  # type: ignore[arg-type]  # whoever says so gives several
    return of_array(tf.cast(tf.convert_to_tensor(results), tf.bool))


def check_all_or_any_fn(
    *args: object,
    fn: Callable[[object], object],
    type: str = "all",
    limit: Sequence[int] = (0,),
    message: str = "args must exist according to type and limit given",
    as_array: bool = True,
) -> None:
    """Raise unless a function is true of all arguments, or of as many as `limit` allows.

    Args:
        *args: The arguments.
        fn: A function of one of them.
        type: `"all"`, or `"any"` to count those of which it is true.
        limit: The counts that `"any"` allows.
        message: The sentence of the error.
        as_array: Whether the results are an array, for `"all"`.

    Raises:
        ValueError: If not, or if the type is another.

    Example:

    >>> check_all_or_any_fn(None, 3, fn=lambda x: x is not None, type="any", limit=(1,))
    """
    if type not in ("all", "any"):
        raise IvyValueError(f"`type` is 'all' or 'any'. {received('type', type)}")
    if type == "all":
        check_all([fn(arg) for arg in args], message, as_array)
        return
    require(sum(bool(fn(arg)) for arg in args) in limit, message, message)
