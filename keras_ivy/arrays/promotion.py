"""Which type arithmetic has by Ivy's rules: NumPy's, with bfloat16 as another float16.

The rules differ from Keras's, by which functions of this package go, in that no digit is lost: an
int32 beside a float32 makes a float64. They hold for operators and methods in array mode.
"""

import functools

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.ops import astype
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array
from keras_ivy.utils.checks import flag

__all__ = [
    "PreciseMode",
    "common_dtype",
    "precise_mode",
    "promoted",
    "set_precise_mode",
    "unset_precise_mode",
]

_SCALARS = (bool, int, float, complex)
_ARRAYS = (tf.Tensor, tf.Variable, keras.Variable, keras.KerasTensor, np.ndarray, np.generic)
#: The types that have rules; all others, such as strings, are left to TensorFlow.
_NUMBERS = frozenset(
    {
        "bool",
        *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
        *("bfloat16", "float16", "float32", "float64", "complex64", "complex128"),
    }
)


#: What has been set and not unset, the last of which counts.
_precise: list[bool] = []


@functools.cache
def common_dtype(one: str, other: str, precise: bool = True) -> str:
    """Return the type that arithmetic on arrays of two types has.

    Args:
        one: A type.
        other: The other.
        precise: If False, floats keep their type beside whole numbers.

    Example:

    >>> common_dtype("int32", "float32"), common_dtype("int8", "bfloat16")
    ('float64', 'bfloat16')

    Reference: the promotion tables in Ivy's `__init__.py`.
    """
    if one == other:
        return one
    if not precise:
        for name, beside in ((one, other), (other, one)):
            if "int" in beside and "int" not in name and name != "bool":
                return name
    if {one, other} == {"float16", "bfloat16"}:
        return "float32"
    brief = "bfloat16" in (one, other)
    names = ["float16" if name == "bfloat16" else name for name in (one, other)]
    found = np.promote_types(*names).name
    return "bfloat16" if brief and found == "float16" else found


class PreciseMode:
    """A context in which arithmetic loses no digit of whole numbers beside floats, or may.

    Args:
        mode: Whether an int32 beside a float32 makes a float64, or a float32.

    Raises:
        TypeError: If `mode` is no bool.

    Example:

    >>> with PreciseMode(False):
    ...     precise_mode()
    False

    Reference: Ivy's `functional/ivy/general.py`.
    """

    def __init__(self, mode: bool):
        self._mode = flag("mode", mode, "set_precise_mode")

    def __enter__(self) -> "PreciseMode":
        _precise.append(self._mode)
        return self

    def __exit__(self, *exception: object) -> None:
        unset_precise_mode()


def set_precise_mode(mode: bool) -> None:
    """Say whether arithmetic in array mode loses no digit of whole numbers beside floats.

    Args:
        mode: If True, which is the default, an int32 beside a float32 makes a float64; if False, a
            float32.

    Raises:
        TypeError: If `mode` is no bool.

    Example:

    >>> set_precise_mode(False)
    >>> precise_mode()
    False
    >>> unset_precise_mode()

    Reference: Ivy's `functional/ivy/general.py`.
    """
    PreciseMode(mode).__enter__()


def unset_precise_mode() -> None:
    """Undo the last `set_precise_mode`; without one, do nothing.

    Example:

    >>> unset_precise_mode()
    """
    if _precise:
        _precise.pop()


def precise_mode() -> bool:
    """Return whether arithmetic in array mode loses no digit of whole numbers beside floats.

    Example:

    >>> precise_mode()
    True
    """
    return _precise[-1] if _precise else True


def promoted(x: object, y: object) -> tuple[Array, Array] | None:
    """Return two operands as arrays of their common type, or None if one is no operand of ours.

    Of Python's numbers, a float beside whole numbers counts as float64, and all others take the
    type of the array if it can hold them.

    Example:

    >>> x, y = promoted(tf.constant([1, 2]), 0.5)
    >>> x.dtype.name, y.dtype.name
    ('float64', 'float64')
    """
    one, other = _operand(x), _operand(y)
    if one is None or other is None:
        return None
    names = _dtype_beside(one, other), _dtype_beside(other, one)
    if not _NUMBERS.issuperset(names):
        return None
    dtype = common_dtype(*names, precise_mode())
    return _cast(one, dtype, other), _cast(other, dtype, one)


def _operand(x: object) -> object:
    """An array, a number of Python's, or a list as an array; None for anything else."""
    if isinstance(x, (*_ARRAYS, *_SCALARS)):
        return x
    if isinstance(x, list | tuple):
        try:
            return to_tensor(x)
        except (TypeError, ValueError):
            return None  # TensorFlow says what is wrong with it
    return None


def _dtype_beside(x: object, other: object) -> str:
    """The type that an operand counts as beside another."""
    if type(x) not in _SCALARS:
        return dtype_name(x)
    dtype = dtype_name(other)
    if isinstance(x, bool):
        return dtype
    if dtype == "bool":
        return dtype_name(to_tensor(x))
    if isinstance(x, complex):
        return dtype if dtype.startswith("complex") else "complex128"
    return "float64" if isinstance(x, float) and "int" in dtype else dtype


def _cast(x: object, dtype: str, other: object) -> Array:
    """An operand of a type; a number beside a symbolic tensor stays one, as Keras records it."""
    if type(x) in _SCALARS and isinstance(other, keras.KerasTensor):
        return x
    return astype(x, dtype)
