"""Which kinds of numbers a function takes, and what becomes of the others.

Kinds are letters: `b` for truth values, `i` for whole numbers, `f` for floating point and `c` for
complex ones. A capital letter says that they become floating point numbers, of
`keras.config.floatx()`, first: the sine of a whole number is none. All else is refused by name,
rather than by an operation of TensorFlow's further down.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.ops.tensors import dtype_name, operands, to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = [
    "bilinear",
    "by_parts",
    "complex_operands",
    "indices_of",
    "is_complex",
    "kind_of",
    "numbers",
    "through",
    "typed",
]

_NAMES = {
    "b": "truth values",
    "i": "whole numbers",
    "f": "floating point numbers",
    "c": "complex numbers",
}
_SCALARS = {bool: "b", int: "i", float: "f", complex: "c"}


def kind_of(x: ArrayLike) -> str:
    """Return the letter of the numbers that a tensor holds, or that a number of Python's is.

    Example:

    >>> kind_of(tf.zeros(2, tf.uint8)), kind_of(2.5)
    ('i', 'f')
    """
    if type(x) in _SCALARS:
        return _SCALARS[type(x)]
    name = dtype_name(x)
    if name == "bool":
        return "b"
    return "c" if name.startswith("complex") else "f" if "float" in name else "i"


def is_complex(x: ArrayLike) -> bool:
    """Return whether a tensor, which is not symbolic, holds complex numbers."""
    return kind_of(x) == "c" and not isinstance(x, keras.KerasTensor)


def typed(owner: str, types: str, argument: str, x: ArrayLike) -> Array:
    """Return a tensor of numbers of a kind that a function takes.

    Args:
        owner: The function, for the error.
        types: The letters of those kinds.
        argument: The name of the argument.
        x: A tensor, or a number of Python's.

    Raises:
        TypeError: If they are of another kind.

    Example:

    >>> typed("sin", "If", "x", tf.constant([1])).dtype.name
    'float32'
    """
    kind = kind_of(x)
    if kind in types:
        return x
    if kind.upper() in types:
        return x if type(x) in _SCALARS else to_tensor(x, keras.config.floatx())
    known = [_NAMES[k] for k in "bifc" if k in types.lower()]
    held = type(x).__name__ if type(x) in _SCALARS else dtype_name(x)
    example = {"f": "float32", "i": "int32", "b": "bool", "c": "complex64"}
    target = example[next(k for k in "fibc" if k in types.lower())]
    raise IvyTypeError(
        f"`{owner}` takes {' or '.join(known)}; convert with `astype({argument}, {target!r})`. "
        f"Received: {argument} of dtype {held}"
    )


def numbers(owner: str, types: str, /, **arrays: ArrayLike) -> Any:
    """Return arguments of a function as tensors of numbers of a kind that it takes.

    Args:
        owner: The function, for the error.
        types: The letters of those kinds.
        **arrays: The arguments by name. Of several, Python's numbers stay what they are.

    Raises:
        TypeError: If they are of another kind.

    Example:

    >>> numbers("sin", "If", x=[1, 2]).dtype.name
    'float32'
    """
    if len(arrays) == 1:
        [(name, x)] = arrays.items()
        return typed(owner, types, name, to_tensor(x))
    converted = operands(*arrays.values())
    _check_sizes(owner, arrays, converted)
    return tuple(typed(owner, types, n, x) for n, x in zip(arrays, converted, strict=True))


def _check_sizes(owner: str, names: Iterable[str], xs: Sequence[ArrayLike]) -> None:
    """Check that Python's whole numbers fit the type of the arrays beside them."""
    scalars = [(n, x) for n, x in zip(names, xs, strict=True) if type(x) is int]
    for name, scalar in scalars:
        for x in xs:
            if type(x) in _SCALARS or kind_of(x) != "i":
                continue
            dtype = tf.as_dtype(x.dtype)
            if not dtype.min <= scalar <= dtype.max:
                raise IvyValueError(
                    f"`{owner}`: a number beside an array of {dtype.name} lies between "
                    f"{dtype.min} and {dtype.max}; convert the array with `astype` first. "
                    f"Received: {name}={scalar}"
                )


def indices_of(owner: str, argument: str, x: ArrayLike) -> Array:
    """Return indices as a tensor of whole numbers that all of TensorFlow's kernels take.

    Raises:
        TypeError: If they are none.
    """
    x = typed(owner, "i", argument, to_tensor(x))
    small = dtype_name(x) not in ("int32", "int64")
    if not small:
        return x
    return to_tensor(x, "int64" if dtype_name(x).startswith("uint") else "int32")


def complex_operands(xs: Sequence[ArrayLike]) -> list:
    """Return operands, of which one is complex, as tensors of their common type.

    Keras would compute in complex64 throughout.
    """
    names = {dtype_name(x) for x in xs if type(x) not in _SCALARS}
    wide = names & {"complex128", "float64", "int64", "uint64"}
    return [to_tensor(x, "complex128" if wide else "complex64") for x in xs]


def by_parts(fn: Callable, x: Array) -> Array:
    """Return a function of real numbers applied to real and imaginary parts."""
    return tf.complex(fn(tf.math.real(x)), fn(tf.math.imag(x)))


def bilinear(kernel: Callable, a: Array, b: Array) -> Array:
    """Return a sum of products of two arrays, of complex ones from real and imaginary parts.

    Keras would compute those in complex64, whatever their type.
    """
    if not (is_complex(a) or is_complex(b)):
        return kernel(a, b)
    (ar, ai), (br, bi) = ((tf.math.real(x), tf.math.imag(x)) for x in complex_operands((a, b)))
    return tf.complex(kernel(ar, br) - kernel(ai, bi), kernel(ar, bi) + kernel(ai, br))


def through(dtype: str, kernel: Callable, *xs: ArrayLike | None, back: bool = True) -> Array:
    """Call a kernel on tensors of another type, and return results of the first one's type.

    Args:
        dtype: The type that the kernel computes in.
        kernel: A function of tensors that returns one, or several.
        *xs: The tensors; what is no tensor is passed as it is.
        back: If False, results keep their type.
    """
    cast = [x if x is None or type(x) in _SCALARS else to_tensor(x, dtype) for x in xs]
    out = kernel(*cast)
    if not back:
        return out
    name = dtype_name(xs[0])
    return keras.tree.map_structure(
        lambda y: to_tensor(y, name) if dtype_name(y) == dtype else y, out
    )
