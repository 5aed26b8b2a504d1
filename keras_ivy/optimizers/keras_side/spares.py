"""Spare memory for the kernels: variables whose content means nothing between two steps.

TensorFlow's kernels write to variables alone. Where a step needs what one writes before the weight
may move, it writes to a spare. Spares are real variables of the shapes that are trained, so that
SavedModels and converters take them like any other; tensors of one shape share them, in turns.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from keras_ivy.optimizers.keras_side.packs import Pack
from keras_ivy.optimizers.keras_side.tensors import compute_dtype, raw
from keras_ivy.typing import Variable

#: Up to how many elements the spares of one shape have together, if there is more than one.
ROOM = 2**22

#: Shape and type.
Key = tuple[tuple[int, ...], tf.DType]

ops = tf.raw_ops


class Spare(NamedTuple):
    """Handles of a spare and of a variable that holds zero; in a replica, of its own copies."""

    memory: tf.Tensor
    zero: tf.Tensor

    def fill(self, value: tf.Tensor) -> None:
        """Hold a tensor."""
        ops.AssignVariableOp(resource=self.memory, value=value)

    def fill_zeros(self, like: tf.Tensor) -> None:
        """Hold zeros, of the shape and type of a tensor.

        They are no constant: of constants that are assigned again and again, TensorFlow's folding
        of constants has lost the order.
        """
        self.fill(tf.fill(like.shape, ops.ReadVariableOp(resource=self.zero, dtype=like.dtype)))

    def read(self, dtype: tf.DType) -> tf.Tensor:
        """Return what there is."""
        return ops.ReadVariableOp(resource=self.memory, dtype=dtype)


class Spares:
    """The spares of an optimizer.

    Args:
        variables: What the kernels update, each in need of a spare for a moment.
        packs: Packs, each of which has a spare of its own.
    """

    def __init__(self, variables: Sequence[Variable] = (), packs: Sequence[Pack] = ()):
        mirrored = tf.distribute.has_strategy()
        places = set() if mirrored else {raw(v).device for v in variables}
        #: Whether there are enough: variables of several devices would each need their own.
        self.suffice = len(places) <= 1
        self._memory: dict[Any, list[tf.Variable]] = {}
        self._zero: dict[tf.DType, tf.Variable] = {}
        keys = Counter(_key(v) for v in variables) if self.suffice else {}
        with tf.device(places.pop() if len(places) == 1 else None):
            for (shape, dtype), count in keys.items():
                size = tf.TensorShape(shape).num_elements()
                if size and dtype == compute_dtype(dtype):
                    self._make((shape, dtype), shape, dtype, min(count, max(1, ROOM // size)))
            for pack in packs:
                shape = (len(pack.indices), *pack.shape)
                self._make(pack, shape, tf.as_dtype(pack.dtype), 1)

    def _make(self, key: Any, shape: tuple[int, ...], dtype: tf.DType, count: int) -> None:
        if dtype not in self._zero:
            self._zero[dtype] = tf.Variable(tf.zeros([], dtype), trainable=False)
        self._memory[key] = [
            tf.Variable(tf.zeros(shape, dtype), trainable=False) for _ in range(count)
        ]

    def turns(self, tensors: Sequence[tf.Variable]) -> list[int]:
        """Return in which turn there is a spare for each of these tensors."""
        seen: Counter[Key] = Counter()
        turns = []
        for x in tensors:
            key = _key(x)
            turns.append(seen[key] // len(self._memory[key]))
            seen[key] += 1
        return turns

    def of(self, tensors: Sequence[tf.Tensor]) -> list[Spare]:
        """Return a spare for each of these tensors, whose turn it is."""
        seen: Counter[Key] = Counter()
        found = []
        for x in tensors:
            key = _key(x)
            found.append(self._spare(self._memory[key][seen[key]], key[1]))
            seen[key] += 1
        return found

    def of_pack(self, pack: Pack) -> Spare:
        """Return the spare of a pack."""
        return self._spare(self._memory[pack][0], tf.as_dtype(pack.dtype))

    def _spare(self, memory: tf.Variable, dtype: tf.DType) -> Spare:
        return Spare(memory.handle, self._zero[dtype].handle)

    def variables(self) -> list[tf.Variable]:
        """All variables."""
        return [*self._zero.values(), *(x for memory in self._memory.values() for x in memory)]


def _key(x: Any) -> Key:
    return tuple(x.shape), tf.as_dtype(x.dtype)
