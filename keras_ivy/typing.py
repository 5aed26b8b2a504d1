"""The names of types in signatures: what a function takes and returns, in the words of its page.

TensorFlow and Keras ship no types, so a checker sees through most of these; a reader does not.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar, Union

import keras
import numpy as np
import tensorflow as tf

__all__ = [
    "Array",
    "ArrayLeaf",
    "ArrayLike",
    "Axis",
    "DTypeLike",
    "Gradient",
    "InitializerLike",
    "Leaf",
    "LearningRate",
    "Nested",
    "Padding",
    "Scalar",
    "SeedLike",
    "ShapeLike",
    "Shapes",
    "Values",
    "Variable",
    "Widths",
    "Window",
]

#: A tensor: symbolic ones, and a Container of tensors for a Container of arrays, included.
Array: TypeAlias = tf.Tensor | keras.KerasTensor

#: What becomes a tensor: tensors, variables, NumPy arrays, numbers, nested lists of these; and a
#: Container of arrays where a function takes one.
ArrayLike: TypeAlias = tf.types.experimental.TensorLike | keras.Variable

#: A data type by name, or TensorFlow's or NumPy's object for it.
DTypeLike: TypeAlias = str | tf.DType | np.dtype | type | None

#: One axis, several, or all of them.
Axis: TypeAlias = int | Sequence[int] | None

#: Sizes, also from a tensor.
ShapeLike: TypeAlias = int | Sequence[int | None] | tf.TensorShape | tf.Tensor

#: A shape, or lists and dicts of shapes.
Shapes: TypeAlias = Sequence[int | None] | Sequence["Shapes"] | Mapping[str, "Shapes"]

#: A size along every spatial axis, or one for each.
Window: TypeAlias = int | Sequence[int]

#: `"SAME"`, `"VALID"`, or the widths before and after each spatial axis.
Padding: TypeAlias = str | int | Sequence[int] | Sequence[Sequence[int]]

#: The same after its check.
Widths: TypeAlias = str | Sequence[tuple[int, int]]

#: What random functions draw from; `None` is new at every call.
SeedLike: TypeAlias = int | keras.random.SeedGenerator | None

#: A leaf of a nested dict: anything that is no mapping, usually a variable or a tensor.
Leaf = TypeVar("Leaf")

#: A nested dict of such leaves: a Container, or a dict of dicts.
Nested: TypeAlias = Mapping[str, Union[Leaf, "Nested[Leaf]"]]

#: Values for variables, nested as these are.
Values: TypeAlias = Nested[ArrayLike]

#: A variable of Keras's, or TensorFlow's own.
Variable: TypeAlias = keras.Variable | tf.Variable

#: A leaf with a shape and a dtype.
ArrayLeaf: TypeAlias = Array | Variable | np.ndarray

#: One number: Python's, NumPy's, or a tensor, which may have no value yet.
Scalar: TypeAlias = float | tf.Tensor | np.ndarray | np.generic

#: What a tape returns for a variable that is used.
Gradient: TypeAlias = tf.Tensor | tf.IndexedSlices

#: A number, a variable that is followed, a schedule, or a function of no arguments.
LearningRate: TypeAlias = (
    Scalar | Variable | keras.optimizers.schedules.LearningRateSchedule | Callable[[], Scalar]
)

#: What stands for an initializer: a name, which may hold arguments, the initializer, its config or
#: class, a function of `(shape, dtype)`, or an array to start from.
InitializerLike: TypeAlias = (
    str
    | Mapping[str, object]
    | keras.initializers.Initializer
    | type
    | Callable[..., ArrayLike]
    | ArrayLike
)
