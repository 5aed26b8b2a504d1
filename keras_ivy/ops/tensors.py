"""What a function is given, as a tensor: the one place where arguments become arrays.

`keras.ops.convert_to_tensor` returns a `keras.Variable` as it is, knows no symbolic tensors, and
makes float32 of Python's numbers whatever `keras.config.floatx()` says. Every function and layer
of the package reads its arguments through `to_tensor` instead.
"""

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.typing import Array, ArrayLike, DTypeLike
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["common_type", "dtype_name", "is_symbolic", "operand", "operands", "to_tensor"]

_SCALARS = (bool, int, float, complex)


def is_symbolic(x: object) -> bool:
    """Return whether `x` is, or a list or tuple holds, a symbolic tensor of Keras."""
    if isinstance(x, keras.KerasTensor):
        return True
    return isinstance(x, list | tuple) and any(is_symbolic(item) for item in x)


def dtype_name(x: ArrayLike) -> str:
    """Return the name of the data type of a tensor, symbolic or not.

    Example:

    >>> dtype_name(tf.zeros(2)), dtype_name(keras.KerasTensor((2,), "int32"))
    ('float32', 'int32')
    """
    return getattr(x.dtype, "name", x.dtype)


def to_tensor(x: ArrayLike, dtype: DTypeLike = None) -> Array:
    """Return what a function is given as a tensor.

    Args:
        x: A tensor, symbolic or not; a `keras.Variable` or `tf.Variable`, whose present value
            counts, as a scope of Keras may have replaced it, and to which gradients flow; a NumPy
            array; a Python number; or nested lists and tuples of all those, of which Python's
            numbers take the type of the others.
        dtype: The data type; by default the one that `x` has. Of Python's numbers, floats become
            `keras.config.floatx()`, integers int32, or int64 where they do not fit, and complex
            numbers the complex type of that floatx.

    Raises:
        TypeError: If `x` is no array, such as None or a string.
        ValueError: If nested lists have no shape.

    Example:

    >>> to_tensor([1, 2.5]).numpy().tolist(), to_tensor(keras.Variable(3.0)).numpy().item()
    ([1.0, 2.5], 3.0)
    >>> to_tensor([keras.Variable([1.0]), [2]]).numpy().tolist()
    [[1.0], [2.0]]
    """
    dtype = None if dtype is None else tf.as_dtype(dtype).name
    if isinstance(x, tf.Tensor):
        out = x
    elif isinstance(x, keras.KerasTensor):
        return x if dtype in (None, x.dtype) else keras.ops.cast(x, dtype)
    elif isinstance(x, keras.Variable):
        out = tf.convert_to_tensor(x.value)
    elif isinstance(x, list | tuple):
        out = _from_list(x, dtype)
    elif type(x) in _SCALARS:
        out = _from_numpy(np.asarray(x), dtype, python=True)
    elif isinstance(x, np.ndarray | np.generic):
        out = _from_numpy(np.asarray(x), dtype)
    elif isinstance(x, tf.SparseTensor):
        out = tf.sparse.to_dense(tf.sparse.reorder(x))
    else:
        try:
            out = tf.convert_to_tensor(x)
        except (TypeError, ValueError) as error:
            raise IvyTypeError(
                "An array is a tensor, a variable, a NumPy array, a number, or nested lists of "
                f"those. Received: {x!r} of type {type(x).__name__}"
            ) from error
        if out.dtype == tf.string:
            raise IvyTypeError(f"Arrays hold numbers. Received: {x!r}")
    return out if dtype is None or out.dtype.name == dtype else _cast(out, dtype)


def operand(x: ArrayLike) -> ArrayLike:
    """Return an argument that stands beside arrays as a tensor, and a number of Python's as it is.

    Example:

    >>> operand(2), operand([2]).numpy().tolist()
    (2, [2])
    """
    return x if type(x) in _SCALARS else to_tensor(x)


def operands(*xs: ArrayLike) -> tuple:
    """Return the operands of an arithmetic function as tensors.

    Beside arrays, Python's numbers stay what they are, so that they take the arrays' type.

    Example:

    >>> operands([1.0], 2)[1]
    2
    """
    if all(type(x) in _SCALARS for x in xs):
        return tuple(to_tensor(x) for x in xs)
    return tuple(operand(x) for x in xs)


def truth(x: ArrayLike) -> Array:
    """Return whether each entry of a tensor differs from 0.

    Example:

    >>> truth(to_tensor([1j, 0.0])).numpy().tolist()
    [True, False]
    """
    return x if dtype_name(x) == "bool" else _cast(x, "bool")


def _cast(x: Array, dtype: str) -> Array:
    if dtype == "bool" and dtype_name(x).startswith("complex"):
        return keras.ops.not_equal(x, 0)  # TensorFlow casts the real part, and i is not 0
    return keras.ops.cast(x, dtype) if isinstance(x, keras.KerasTensor) else tf.cast(x, dtype)


def _natural(x: np.ndarray) -> str:
    """The type that Python's numbers become, which NumPy has made wide ones of."""
    kind, floatx = x.dtype.kind, keras.config.floatx()
    if kind == "f":
        return floatx
    if kind == "c":
        return "complex128" if floatx == "float64" else "complex64"
    if kind == "i":
        small = np.iinfo(np.int32)
        fits = not x.size or (x.min() >= small.min and x.max() <= small.max)
        return "int32" if fits else "int64"
    return x.dtype.name


def _from_numpy(x: np.ndarray, dtype: str | None, python: bool = False) -> Array:
    if x.dtype.kind not in "?biufcV":
        raise IvyTypeError(f"Arrays hold numbers. Received: {x!r} of dtype {x.dtype}")
    # From the wide numbers at once, so that nothing is rounded twice.
    if python:
        dtype = dtype or _natural(x)
        kinds = x.dtype.kind + ("f" if "float" in dtype else "-")
        if kinds not in ("ff", "if"):
            return tf.cast(tf.constant(x), dtype)
        return tf.constant(x, dtype)
    try:
        return tf.constant(x)
    except (TypeError, ValueError) as error:
        raise IvyTypeError(
            f"TensorFlow knows no such numbers. Received: an array of dtype {x.dtype}"
        ) from error


def _leaves(x: ArrayLike) -> list:
    return [leaf for item in x for leaf in _leaves(item)] if isinstance(x, list | tuple) else [x]


def _from_list(x: list | tuple, dtype: str | None) -> Array:
    leaves = _leaves(x)
    arrays = [leaf for leaf in leaves if type(leaf) not in _SCALARS]
    if not arrays:
        try:
            numbers = np.asarray(x)
        except (ValueError, OverflowError) as error:
            raise IvyValueError(
                f"Nested lists are an array if they have a shape. Received: {x!r}"
            ) from error
        return _from_numpy(numbers, dtype, python=True)
    converted = [leaf if type(leaf) in _SCALARS else to_tensor(leaf) for leaf in leaves]
    if dtype is None:
        kinds = {type(c) if type(c) in _SCALARS else dtype_name(c) for c in converted}
        dtype = common_type(*kinds)
    tensors = iter([to_tensor(c, dtype) for c in converted])

    def stack(item: ArrayLike) -> Array:
        if not isinstance(item, list | tuple):
            return next(tensors)
        parts = [stack(part) for part in item]
        shapes = {tuple(part.shape) for part in parts if None not in tuple(part.shape)}
        if len(shapes) > 1 or not parts:
            raise IvyValueError(
                "Nested lists are an array if they have a shape. "
                f"Received: a list of arrays of shapes {[tuple(part.shape) for part in parts]}"
            )
        symbolic = any(isinstance(part, keras.KerasTensor) for part in parts)
        return keras.ops.stack(parts) if symbolic else tf.stack(parts)

    return stack(x)


def common_type(*kinds: str | type) -> str:
    """Return the type that arithmetic on numbers of these types has.

    By Keras's rules, but for complex numbers, which Keras narrows to complex64.

    Args:
        *kinds: Names of types, and Python's types `bool`, `int`, `float` and `complex`.

    Example:

    >>> common_type("float32", int), common_type("complex64", "float64")
    ('float32', 'complex128')
    """
    names = [kind for kind in kinds if isinstance(kind, str)]
    if complex in kinds or any(name.startswith("complex") for name in names):
        wide = {"float64", "complex128", "int64", "uint64"}
        return "complex128" if wide & set(names) else "complex64"
    if float in kinds and not any("float" in name for name in names):
        return keras.config.floatx()  # Keras makes float16 of it where that is bfloat16
    return keras.backend.result_type(*kinds)
