"""Keras variables that keep their value elsewhere: in a stack, or in a place that changes.

Keras makes, reads and assigns a variable's tensor through a few methods with an underscore, and so
do TensorFlow's checkpoints. `tests/conformance/test_keras_variables.py` says which of them has
changed, if one has.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

_KEY = "VARIABLE_VALUE"


def place_again(variable: keras.Variable) -> None:
    """Make the tensor of a variable anew, as the strategy whose scope this is makes them.

    The variable stays the same object, so that whoever holds it, or tracks it, still does.

    Example:

    >>> count = keras.Variable(3, dtype="int64")
    >>> place_again(count)
    >>> int(count)
    3
    """
    value = variable.numpy()
    variable._initialize(lambda: tf.constant(value, variable.dtype))


class RowVariable(keras.Variable):
    """Entry `index` of the first axis of another variable, as a variable.

    Whatever reads or assigns variables sees one like any other: optimizers' `variables`,
    `set_weights`, `.keras` files and checkpoints, which hold the entries one by one.

    Args:
        stack: The variable that holds the entries.
        index: Which entry.
        name: Name of this variable.

    Example:

    >>> stack = keras.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> row = RowVariable(stack, 1, "row")
    >>> row.assign([5.0, 6.0]) is not None and stack.numpy().tolist()
    [[1.0, 2.0], [5.0, 6.0]]
    """

    def __init__(self, stack: keras.Variable, index: int, name: str):
        self._stack = stack
        self._index = index
        super().__init__(
            "zeros",
            shape=tuple(stack.shape)[1:],
            dtype=stack.dtype,
            trainable=False,
            autocast=False,
            name=name,
        )

    @property
    def value(self) -> tf.Tensor:
        """The entry, as a tensor."""
        return tf.convert_to_tensor(self._stack.value)[self._index]

    @property
    def handle(self) -> tf.Tensor:
        """There is none: raises `AttributeError`."""
        raise AttributeError(f"{self.path!r} is an entry of a stack and has no handle of its own")

    def numpy(self) -> np.ndarray:
        """The entry, as an array."""
        return self.value.numpy()

    def _initialize_with_initializer(self, initializer: Callable) -> None:
        """Do nothing: the entry exists already."""

    def _direct_assign(self, value: tf.Tensor) -> None:
        whole = tf.convert_to_tensor(self._stack.value)
        entry = tf.cast(value, whole.dtype)[tf.newaxis]
        new = tf.tensor_scatter_nd_update(whole, [[self._index]], entry)
        self._stack.value.assign(new)

    # What TensorFlow's checkpoints and SavedModels ask for.

    @property
    def _shared_name(self) -> str:
        return self.name

    def _serialize_to_tensors(self) -> dict[str, tf.Tensor]:
        return {_KEY: self.value}

    def _restore_from_tensors(self, restored_tensors: dict[str, tf.Tensor]) -> Any:
        self.assign(restored_tensors[_KEY])
        return self

    def _copy_trackable_to_cpu(self, object_map: dict) -> None:
        if self not in object_map:
            object_map[self] = tf.Variable(self.value, trainable=False)
        else:
            object_map[self].assign(self.value)

    def _export_to_saved_model_graph(
        self, object_map: dict, tensor_map: dict, options: Any, **kwargs: Any
    ) -> list:
        object_map[self] = tf.Variable(tf.zeros(self.shape, self.dtype), trainable=False)
        return []

    def _write_object_proto(self, proto: Any, options: Any) -> None:
        with tf.init_scope():
            copy = tf.Variable(self.value, trainable=False, name=self.name)
        copy._write_object_proto(proto, options)
