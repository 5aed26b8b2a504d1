"""General functions under Ivy's names: `exists`, `default`, conversions, questions, updates."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_ivy.container import Container
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import ArrayLike
from keras_ivy.utils.checks import flag
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

#: The type of arrays, for annotations and `isinstance`: TensorFlow's tensor.
Array = tf.Tensor
NativeArray = tf.Tensor
#: A variable.
Variable = keras.Variable
#: The types that name a device, a data type and a shape, for annotations.
Device = NativeDevice = str
Dtype = NativeDtype = str
Shape = NativeShape = tuple

e = float(np.e)
pi = float(np.pi)
inf = float("inf")
nan = float("nan")
newaxis = None

__all__ = [
    "Array",
    "Device",
    "Dtype",
    "NativeArray",
    "NativeDevice",
    "NativeDtype",
    "NativeShape",
    "Shape",
    "Variable",
    "all_equal",
    "array_equal",
    "default",
    "e",
    "exists",
    "get_num_dims",
    "has_nans",
    "inf",
    "inplace_decrement",
    "inplace_increment",
    "inplace_update",
    "is_array",
    "is_ivy_array",
    "is_ivy_container",
    "is_native_array",
    "is_variable",
    "nan",
    "newaxis",
    "pi",
    "shape",
    "size",
    "to_list",
    "to_numpy",
    "to_scalar",
    "variable",
]


def exists(x: object) -> bool:
    """Return whether `x` is something, not None.

    Example:

    >>> exists(0), exists(None)
    (True, False)
    """
    return x is not None


def default(
    x: Any,
    default_val: Any,
    *,
    catch_exceptions: bool = False,
    rev: bool = False,
    with_callable: bool = False,
) -> Any:
    """Return `x`, or a default if it is None.

    Args:
        x: A value; with `with_callable` or `catch_exceptions`, a function of no arguments that
            returns it, if it can be called.
        default_val: The default, treated alike.
        catch_exceptions: If True, an exception of `x` counts as None.
        rev: If True, `x` and the default exchange their roles.
        with_callable: If True, functions are called.

    Example:

    >>> default(None, 3), default(2, 3), default(2, 3, rev=True)
    (3, 2, 3)
    >>> default(lambda: 1 / 0, 3, catch_exceptions=True)
    3

    Reference: Ivy's `functional/ivy/general.py`.
    """
    calls = flag("with_callable", with_callable) | flag("catch_exceptions", catch_exceptions)
    first, second = (default_val, x) if flag("rev", rev) else (x, default_val)
    if calls and callable(first):
        try:
            first = first()
        except Exception:
            if not catch_exceptions:
                raise
            first = None
    if first is not None:
        return first
    return second() if calls and callable(second) else second


def is_array(x: object, exclusive: bool = False) -> bool:
    """Return whether `x` is an array.

    Args:
        x: Anything.
        exclusive: If True, variables do not count.

    Example:

    >>> is_array(tf.constant(1.0)), is_array([1.0])
    (True, False)
    """
    flag("exclusive", exclusive, "is_array")
    return isinstance(x, tf.Tensor | keras.KerasTensor) or (not exclusive and is_variable(x))


def is_native_array(x: object, exclusive: bool = False) -> bool:
    """Return whether `x` is an array of TensorFlow's; here all arrays are.

    Args:
        x: Anything.
        exclusive: If True, variables do not count.

    Example:

    >>> is_native_array(tf.constant(1.0)), is_native_array([1.0])
    (True, False)
    """
    return is_array(x, exclusive)


def is_ivy_array(x: object, exclusive: bool = False) -> bool:
    """Return whether `x` is an `ivy.Array`, which is TensorFlow's array here.

    Args:
        x: Anything.
        exclusive: If True, variables do not count.

    Example:

    >>> is_ivy_array(tf.constant(1.0)), is_ivy_array(None)
    (True, False)
    """
    return is_array(x, exclusive)


def is_ivy_container(x: object) -> bool:
    """Return whether `x` is a Container.

    Example:

    >>> is_ivy_container(Container(a=1)), is_ivy_container({"a": 1})
    (True, False)
    """
    return isinstance(x, Container)


def is_variable(x: object) -> bool:
    """Return whether `x` is a variable.

    Example:

    >>> is_variable(keras.Variable(1.0)), is_variable(tf.constant(1.0))
    (True, False)
    """
    return isinstance(x, tf.Variable | keras.Variable)


@ivy_function
def variable(x: ArrayLike) -> keras.Variable:
    """Return a variable with an initial value.

    Example:

    >>> variable([1.0, 2.0]).numpy().tolist()
    [1.0, 2.0]
    """
    return keras.Variable(to_tensor(x))


def _numpy(x: ArrayLike) -> np.ndarray:
    # NumPy cannot take a bfloat16 scalar from a tensor itself, and a tensor can give it.
    return np.asarray(to_tensor(x).numpy())


@ivy_function
def to_numpy(x: ArrayLike) -> np.ndarray:
    """Return an array as NumPy's.

    Example:

    >>> to_numpy([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return _numpy(x)


@ivy_function
def to_list(x: ArrayLike) -> Any:
    """Return an array as nested lists of Python numbers.

    Example:

    >>> to_list(tf.constant([[1, 2]]))
    [[1, 2]]
    """
    return _numpy(x).tolist()


@ivy_function
def to_scalar(x: ArrayLike) -> Any:
    """Return an array of one entry as a Python number.

    Raises:
        ValueError: If there are more entries.

    Example:

    >>> to_scalar([[3]])
    3
    """
    x = _numpy(x)
    if x.size != 1:
        raise IvyValueError(f"Only an array of one entry is a number. Received: shape={x.shape}")
    return x.item()


@ivy_function
def shape(x: ArrayLike, *, as_array: bool = False) -> tuple | tf.Tensor:
    """Return the shape of an array.

    Args:
        x: An array.
        as_array: If True, the shape is an array too, also where a size is known only at run time.

    Example:

    >>> shape([[1, 2, 3]])
    (1, 3)
    """
    if as_array:
        return tf.shape(to_tensor(x))
    return tuple(ops.shape(to_tensor(x)))


@ivy_function
def get_num_dims(x: ArrayLike) -> int:
    """Return the number of axes.

    Example:

    >>> get_num_dims([[1, 2, 3]])
    2
    """
    return len(to_tensor(x).shape)


@ivy_function
def size(x: ArrayLike) -> int | tf.Tensor:
    """Return the number of entries.

    Example:

    >>> int(size([[1, 2, 3]]))
    3
    """
    return ops.size(to_tensor(x))


@ivy_function
def array_equal(x0: ArrayLike, x1: ArrayLike) -> bool:
    """Return whether two arrays have one shape and the same entries.

    Example:

    >>> array_equal([1, 2], [1, 2]), array_equal([1, 2], [1, 2, 3])
    (True, False)
    """
    return bool(np.array_equal(to_numpy(x0), to_numpy(x1)))


@ivy_function
def all_equal(*xs: object) -> bool:
    """Return whether all arguments are equal: arrays by their entries, else by `==`.

    Example:

    >>> all_equal(1, 1, 1), all_equal([1, 2], [1, 3])
    (True, False)
    """
    if any(is_array(x) or isinstance(x, np.ndarray) for x in xs):
        return all(array_equal(xs[0], x) for x in xs[1:])
    return all(bool(xs[0] == x) for x in xs[1:])


def has_nans(x: ArrayLike, *, include_infs: bool = True) -> bool:
    """Return whether an array, or a leaf of a Container, holds what is not a number.

    Args:
        x: An array, or a Container of arrays.
        include_infs: If True, infinite numbers count too.

    Example:

    >>> has_nans([1.0, float("nan")]), has_nans([1.0])
    (True, False)
    """
    flag("include_infs", include_infs, "has_nans")
    leaves = tf.nest.flatten(x) if isinstance(x, dict) else [x]
    good = np.isfinite if include_infs else (lambda a: ~np.isnan(a))
    return not all(bool(np.all(good(to_numpy(leaf)))) for leaf in leaves)


def _update(name: str, method: str, what: str, without: str) -> Callable:
    def function(x: Any, val: Any) -> Any:
        if not is_variable(x):
            raise IvyTypeError(
                f"`{name}` changes a variable, and arrays never change: make it one by "
                f"`x = ivy.variable(x)`, or write `x = {without}` for a new array. "
                f"Received: x={x!r} of type {type(x).__name__}"
            )
        getattr(x, method)(val)
        return x

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{what}, and return the variable.\n\n"
        "    Args:\n        x: A variable, or a Container of variables.\n"
        "        val: The value, or a Container of values.\n\n"
        "    Raises:\n        TypeError: If `x` is no variable.\n\n"
        "    Example:\n\n"
        f"    >>> keras_ivy.to_list(keras_ivy.{name}(keras_ivy.variable([5.0]), [2.0]))\n"
        f"    {({'assign': [2.0], 'assign_add': [7.0], 'assign_sub': [3.0]})[method]}\n    "
    )
    return ivy_function(function)


inplace_update = _update("inplace_update", "assign", "Set a variable", "val")
inplace_increment = _update("inplace_increment", "assign_add", "Add to a variable", "x + val")
inplace_decrement = _update(
    "inplace_decrement", "assign_sub", "Subtract from a variable", "x - val"
)
