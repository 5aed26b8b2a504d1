"""Questions about data types under Ivy's names: limits, sizes, casts, promotion of arguments."""

import builtins
from typing import Any

import keras
import ml_dtypes
import numpy as np
import tensorflow as tf

from keras_ivy.ops.ivy.dtypes import (
    as_dtype,
    default_dtype,
    dtype,
    is_float_dtype,
    is_int_dtype,
    result_type,
)
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = [
    "as_ivy_dtype",
    "as_native_dtype",
    "can_cast",
    "closest_valid_dtype",
    "default_complex_dtype",
    "default_uint_dtype",
    "dtype_bits",
    "finfo",
    "iinfo",
    "infer_default_dtype",
    "invalid_dtype",
    "is_hashable_dtype",
    "is_native_dtype",
    "is_uint_dtype",
    "itemsize",
    "promote_types_of_inputs",
    "type_promote_arrays",
    "valid_dtype",
]

#: The data types of arrays.
_KNOWN = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bfloat16",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
]


def _of(x: ArrayLike | DTypeLike) -> str:
    """The data type that an array, or a data type in any of its spellings, stands for."""
    return as_dtype(x) if isinstance(x, str | type | np.dtype | tf.DType) else dtype(x)


def _told(owner: str, argument: str, name: str, kind: str) -> IvyTypeError:
    return IvyTypeError(f"{owner}: `{argument}` is a data type of {kind}. Received: {name}")


def finfo(type: ArrayLike | DTypeLike, /) -> ml_dtypes.finfo:
    """Return the limits of a type of floating point numbers.

    Args:
        type: A data type, or an array of it. Of complex numbers, those of their parts.

    Returns:
        An object with `bits`, `eps`, `max`, `min`, `smallest_normal`, `tiny` and `dtype`, as
        NumPy's.

    Raises:
        TypeError: If it is another type.

    Example:

    >>> finfo("float32").bits, float(finfo("bfloat16").eps)
    (32, 0.0078125)
    """
    name = _of(type)
    name = {"complex64": "float32", "complex128": "float64"}.get(name, name)
    if not is_float_dtype(name):
        raise _told("finfo", "type", name, "floating point numbers")
    return ml_dtypes.finfo(name)


def iinfo(type: ArrayLike | DTypeLike, /) -> np.iinfo:
    """Return the limits of a type of whole numbers.

    Args:
        type: A data type, or an array of it.

    Returns:
        An object with `bits`, `max`, `min` and `dtype`, as NumPy's.

    Raises:
        TypeError: If it is another type.

    Example:

    >>> iinfo("uint8").max, iinfo(np.int16).min
    (255, -32768)
    """
    name = _of(type)
    if not is_int_dtype(name):
        raise _told("iinfo", "type", name, "whole numbers")
    return np.iinfo(name)


def dtype_bits(dtype_in: DTypeLike, /) -> int:
    """Return the number of bits of a number of a data type; 1 for truth values, as in Ivy.

    Example:

    >>> dtype_bits("float16"), dtype_bits("complex64"), dtype_bits("bool")
    (16, 64, 1)
    """
    name = as_dtype(dtype_in)
    return 1 if name == "bool" else 8 * tf.as_dtype(name).size


def itemsize(x: ArrayLike, /) -> int:
    """Return the number of bytes of an entry of an array.

    Example:

    >>> itemsize([1.0, 2.0])
    4
    """
    return tf.as_dtype(dtype(x)).size


def can_cast(from_: ArrayLike | DTypeLike, to: DTypeLike, /) -> bool:
    """Return whether every number of a data type is one of another, by the array standard.

    Args:
        from_: A data type, or an array of it.
        to: The other.

    Example:

    >>> can_cast("float32", "float64"), can_cast("float32", "int32"), can_cast("uint8", "int16")
    (True, False, True)
    """
    source, target = _of(from_), as_dtype(to)
    if "bfloat16" in (source, target):  # NumPy has none
        return source == target or (
            target in ("float32", "float64", "complex64", "complex128")
            if source == "bfloat16"
            else source in ("bool", "int8", "uint8")
        )
    return bool(np.can_cast(source, target))


def is_uint_dtype(dtype_in: ArrayLike | DTypeLike, /) -> bool:
    """Return whether an array, or a data type, is of whole numbers without a sign.

    Example:

    >>> is_uint_dtype("uint8"), is_uint_dtype([1])
    (True, False)
    """
    return _of(dtype_in).startswith("uint")


def is_native_dtype(dtype_in: object, /) -> bool:
    """Return whether something is a data type of TensorFlow's.

    Example:

    >>> is_native_dtype(tf.float32), is_native_dtype("float32")
    (True, False)
    """
    return isinstance(dtype_in, tf.DType)


def is_hashable_dtype(dtype_in: object, /) -> bool:
    """Return whether a data type can be the key of a dict.

    Example:

    >>> is_hashable_dtype("float32"), is_hashable_dtype([])
    (True, False)
    """
    try:
        hash(dtype_in)
    except TypeError:
        return False
    return True


def as_ivy_dtype(dtype_in: DTypeLike, /) -> str:
    """Return the name of a data type.

    Example:

    >>> as_ivy_dtype(tf.float16)
    'float16'
    """
    return as_dtype(dtype_in)


def closest_valid_dtype(type: DTypeLike, /) -> str:
    """Return the name of a data type, each of which is valid; of None, the default.

    Args:
        type: A data type.

    Raises:
        ValueError: If it is none.

    Example:

    >>> closest_valid_dtype(tf.uint16), closest_valid_dtype(None)
    ('uint16', 'float32')
    """
    return default_dtype() if type is None else as_dtype(type)


def as_native_dtype(dtype_in: DTypeLike, /) -> tf.DType:
    """Return TensorFlow's object for a data type.

    Example:

    >>> as_native_dtype("int8")
    tf.int8
    """
    return tf.as_dtype(as_dtype(dtype_in))


def valid_dtype(dtype_in: object, /) -> bool:
    """Return whether arrays can be of a data type; None, which is the default one, counts.

    Example:

    >>> valid_dtype("float16"), valid_dtype("float128"), valid_dtype(None)
    (True, False, True)
    """
    return dtype_in is None or _name(dtype_in) in _KNOWN


def invalid_dtype(dtype_in: object, /) -> bool:
    """Return whether arrays cannot be of a data type.

    Example:

    >>> invalid_dtype("float16"), invalid_dtype("string")
    (False, True)
    """
    return not valid_dtype(dtype_in)


def _name(dtype_in: Any) -> str | None:
    try:
        return as_dtype(dtype_in)
    except ValueError:
        return None


def default_uint_dtype(*, input: ArrayLike | None = None, uint_dtype: DTypeLike = None) -> str:
    """Return the type of whole numbers without a sign: `uint_dtype`, that of the input, or uint32.

    Example:

    >>> default_uint_dtype(), default_uint_dtype(uint_dtype="uint8")
    ('uint32', 'uint8')
    """
    if uint_dtype is not None:
        return as_dtype(uint_dtype)
    return dtype(input) if input is not None and is_uint_dtype(input) else "uint32"


def default_complex_dtype(
    *, input: ArrayLike | None = None, complex_dtype: DTypeLike = None
) -> str:
    """Return the type of complex numbers: `complex_dtype`, that of the input, or the default one.

    Example:

    >>> default_complex_dtype(), default_complex_dtype(complex_dtype="complex128")
    ('complex64', 'complex128')
    """
    if complex_dtype is not None:
        return as_dtype(complex_dtype)
    if input is not None and dtype(input).startswith("complex"):
        return dtype(input)
    return "complex128" if keras.config.floatx() == "float64" else "complex64"


def infer_default_dtype(dtype: DTypeLike) -> str:
    """Return the default data type of the kind that a data type is of.

    Example:

    >>> infer_default_dtype("float64"), infer_default_dtype("int8")
    ('float32', 'int32')
    """
    name = as_dtype(dtype)
    if name.startswith("complex"):
        return default_complex_dtype()
    if is_float_dtype(name):
        return default_dtype()
    return name if name == "bool" else default_uint_dtype() if name[0] == "u" else "int32"


def type_promote_arrays(x1: ArrayLike, x2: ArrayLike, /) -> tuple[Array, Array]:
    """Return two arrays as arrays of the type that arithmetic on them has.

    Example:

    >>> [x.dtype.name for x in type_promote_arrays(np.int8([1]), np.float32([2]))]
    ['float32', 'float32']
    """
    name = result_type(x1, x2)
    return to_tensor(x1, name), to_tensor(x2, name)


def promote_types_of_inputs(x1: ArrayLike, x2: ArrayLike, /) -> tuple[Array, Array]:
    """Return two arguments as arrays of one type; a Python number takes that of the array.

    Example:

    >>> [x.dtype.name for x in promote_types_of_inputs(np.float16([1]), 2.5)]
    ['float16', 'float16']
    """
    plain = [type(x) in (builtins.bool, int, float, complex) for x in (x1, x2)]
    if plain[0] == plain[1]:
        return type_promote_arrays(x1, x2)
    array, number = (x2, x1) if plain[0] else (x1, x2)
    array = to_tensor(array)
    name = keras.backend.result_type(as_dtype(array.dtype), type(number))
    first, second = to_tensor(array, name), to_tensor(number, name)
    return (second, first) if plain[0] else (first, second)
