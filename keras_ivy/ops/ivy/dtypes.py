"""Data types under Ivy's names: constants, conversion, and questions about them."""

import builtins

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.tensors import common_type, to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "as_dtype",
    "astype",
    "bfloat16",
    "bool",
    "cast",
    "complex64",
    "complex128",
    "default_dtype",
    "default_float_dtype",
    "default_int_dtype",
    "dtype",
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_bool_dtype",
    "is_complex_dtype",
    "is_float_dtype",
    "is_int_dtype",
    "promote_types",
    "result_type",
    "set_default_dtype",
    "set_default_float_dtype",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "unset_default_dtype",
    "unset_default_float_dtype",
]

#: What `keras.config` held before each call of `set_default_dtype`.
_before: list[tuple[str, keras.DTypePolicy]] = []

int8, int16, int32, int64 = "int8", "int16", "int32", "int64"
uint8, uint16, uint32, uint64 = "uint8", "uint16", "uint32", "uint64"
bfloat16, float16, float32, float64 = "bfloat16", "float16", "float32", "float64"
complex64, complex128 = "complex64", "complex128"
bool = "bool"


def as_dtype(dtype: DTypeLike) -> str:
    """Return the name of a data type given as a string, a Python type, or NumPy's or TensorFlow's.

    Raises:
        ValueError: If there is no such type.

    Example:

    >>> as_dtype(np.float64), as_dtype(int)
    ('float64', 'int32')
    """
    if dtype is float or dtype is int:
        return keras.config.floatx() if dtype is float else "int32"
    try:
        return keras.backend.standardize_dtype(dtype)
    except (ValueError, TypeError) as error:
        raise IvyValueError(f"Unknown data type. Received: dtype={dtype!r}") from error


def dtype_or_none(dtype: DTypeLike) -> str | None:
    """Return the name of a data type; None stays None, so that a default can apply."""
    return None if dtype is None else as_dtype(dtype)


def dtype(x: ArrayLike) -> str:
    """Return the data type of an array, as a string.

    Example:

    >>> dtype([1.0, 2.0])
    'float32'
    """
    return as_dtype(x.dtype if hasattr(x, "dtype") else to_tensor(x).dtype)


@ivy_function
def astype(x: ArrayLike, dtype: DTypeLike) -> Array:
    """Return the array with another data type.

    Args:
        x: An array, or a Container of arrays.
        dtype: The new type.

    Example:

    >>> astype([1, 0], "bool").numpy().tolist()
    [True, False]
    """
    return to_tensor(x, as_dtype(dtype))


cast = astype


def default_float_dtype() -> str:
    """Return the type of arrays made from Python floats: `keras.config.floatx()`."""
    return keras.config.floatx()


def set_default_dtype(dtype: DTypeLike, /) -> None:
    """Make a type of floats the one of arrays and layers that are made without another.

    It becomes Keras's too: `keras.config.floatx()` and the data type policy.

    Args:
        dtype: A type of real floating point numbers.

    Raises:
        ValueError: If it is another type.

    Example:

    >>> set_default_dtype("float64")
    >>> default_dtype(), keras.ops.zeros(1).dtype.name
    ('float64', 'float64')
    >>> unset_default_dtype()
    >>> default_dtype()
    'float32'

    Reference: Ivy's `functional/ivy/data_type.py`.
    """
    name = as_dtype(dtype)
    if name not in (float16, bfloat16, float32, float64):
        raise IvyValueError(
            "The default data type is one of floating point numbers; give others where arrays are "
            f"made. Received: dtype={dtype!r}"
        )
    _before.append((keras.config.floatx(), keras.config.dtype_policy()))
    keras.config.set_floatx(name)
    keras.config.set_dtype_policy(name)


def unset_default_dtype() -> None:
    """Undo the last `set_default_dtype`; without one, do nothing.

    Example:

    >>> set_default_dtype("float64")
    >>> unset_default_dtype()
    >>> default_dtype()
    'float32'
    """
    if _before:
        floatx, policy = _before.pop()
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


#: Ivy's names of the same for floats, the only default that Keras has.
set_default_float_dtype, unset_default_float_dtype = set_default_dtype, unset_default_dtype


def default_int_dtype() -> str:
    """Return the type of arrays made from Python integers."""
    return as_dtype(int)


def default_dtype(*, dtype: DTypeLike = None, item: ArrayLike | DTypeLike = None) -> str:
    """Return `dtype` if given, else the type of `item`, else the default float type.

    Example:

    >>> default_dtype(), default_dtype(item=[1]), default_dtype(dtype="int8")
    ('float32', 'int32', 'int8')
    """
    if dtype is not None:
        return as_dtype(dtype)
    return default_float_dtype() if item is None else _type_of(item)


def _type_of(x: ArrayLike | DTypeLike) -> str:
    """The data type that an array, a type or a number has."""
    if isinstance(x, str | type | np.dtype | tf.DType):
        return as_dtype(x)
    return dtype(x)


def is_float_dtype(x: ArrayLike | DTypeLike) -> builtins.bool:
    """Return whether an array, or a data type, is of real floating point numbers.

    Example:

    >>> is_float_dtype("bfloat16"), is_float_dtype([1, 2])
    (True, False)
    """
    return keras.backend.is_float_dtype(_type_of(x))


def is_int_dtype(x: ArrayLike | DTypeLike) -> builtins.bool:
    """Return whether an array, or a data type, is of integers.

    Example:

    >>> is_int_dtype("uint8"), is_int_dtype([1.0])
    (True, False)
    """
    return "int" in _type_of(x)


def is_bool_dtype(x: ArrayLike | DTypeLike) -> builtins.bool:
    """Return whether an array, or a data type, is boolean.

    Example:

    >>> is_bool_dtype([True]), is_bool_dtype([1])
    (True, False)
    """
    return _type_of(x) == "bool"


def is_complex_dtype(x: ArrayLike | DTypeLike) -> builtins.bool:
    """Return whether an array, or a data type, is complex.

    Example:

    >>> is_complex_dtype("complex64"), is_complex_dtype([1.0])
    (True, False)
    """
    return _type_of(x).startswith("complex")


def result_type(*arrays_and_dtypes: ArrayLike | DTypeLike) -> str:
    """Return the type that arithmetic on arrays of these types has, by Keras's rules.

    Example:

    >>> result_type("float32", "int32")
    'float32'
    """
    return common_type(*(_type_of(x) for x in arrays_and_dtypes))


def promote_types(type1: DTypeLike, type2: DTypeLike) -> str:
    """Return the type that two types promote to, by Keras's rules.

    Example:

    >>> promote_types("float16", "float64")
    'float64'
    """
    return result_type(as_dtype(type1), as_dtype(type2))
