"""What counts as an array among the leaves, and what it takes to read, copy and compare one."""

import copy
from typing import Any, TypeGuard

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.typing import ArrayLeaf, Leaf, Variable
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "ARRAYS",
    "all_equal",
    "array_value",
    "copy_leaf",
    "dtype_name",
    "is_array",
    "is_variable",
]

#: Types of leaves that have a shape and a dtype. A `keras.Variable` is also a `tf.Tensor` type.
ARRAYS = (tf.Tensor, tf.Variable, keras.Variable, keras.KerasTensor, np.ndarray)


def is_array(leaf: object) -> TypeGuard[ArrayLeaf]:
    """Whether a leaf has a shape and a dtype."""
    return isinstance(leaf, ARRAYS)


def is_variable(leaf: object) -> TypeGuard[Variable]:
    """Whether a leaf can be assigned to."""
    return isinstance(leaf, tf.Variable | keras.Variable)


def dtype_name(array: ArrayLeaf) -> str:
    """Return the dtype as Keras writes it.

    Example:

    >>> import numpy as np
    >>> import tensorflow as tf
    >>> dtype_name(np.ones(2)), dtype_name(tf.constant(1))
    ('float64', 'int32')
    """
    return tf.as_dtype(array.dtype).name


def array_value(array: ArrayLeaf) -> np.ndarray | None:
    """Return the numbers of an array, or None where they are not known, as in a graph."""
    if isinstance(array, np.ndarray):
        return array
    if isinstance(array, keras.Variable):
        array = array.value
    try:
        return np.asarray(array.numpy())
    except (AttributeError, NotImplementedError):
        return None


def numbers_of(array: ArrayLeaf) -> np.ndarray:
    """Return the numbers of an array.

    Raises:
        ValueError: If they are not known, as in a graph.
    """
    numbers = array_value(array)
    if numbers is None:
        raise IvyValueError(f"The values of an array are not known here. Received: {array!r}")
    return numbers


def all_equal(x: Any, y: Any) -> bool:
    """Whether two leaves are equal, arrays in their shapes and all elements."""
    if is_array(x) or is_array(y):
        if not (is_array(x) and is_array(y)) or tuple(x.shape) != tuple(y.shape):
            return False
        return bool(np.all(numbers_of(x) == numbers_of(y)))
    if isinstance(x, list | tuple) and isinstance(y, list | tuple):
        return len(x) == len(y) and all(all_equal(a, b) for a, b in zip(x, y, strict=True))
    return bool(x == y)


def copy_leaf(leaf: Leaf, memo: dict) -> Leaf:
    """Copy a leaf; a tensor becomes a new tensor, which TensorFlow's own copy does not make.

    Args:
        leaf: The leaf.
        memo: What was copied before, by identity, as in `copy.deepcopy`: a leaf that stands at
            two paths stays one leaf.
    """
    if id(leaf) in memo:
        return memo[id(leaf)]
    if isinstance(leaf, tf.Tensor) and not is_variable(leaf):
        out = tf.identity(leaf)
    else:
        return copy.deepcopy(leaf, memo)
    memo[id(leaf)] = out
    return out
