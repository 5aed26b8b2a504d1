"""Slots of many small tensors kept as one variable.

To call a traced function costs some microseconds for every variable that it uses, and a thousand
tensors of sixty-four elements have two thousand slots of which nothing is asked but to be read and
written together. So they live together, and every tensor's own slot is a view of one entry.
"""

from collections.abc import Hashable, Mapping, Sequence

import keras
import tensorflow as tf

from keras_ivy.adapters.keras.variables import RowVariable
from keras_ivy.typing import Variable

#: A tensor of fewer elements is small: overhead, not memory, is what its update costs.
SMALL = 16384

#: Fewer small tensors of one shape than this are not worth a stack.
FEW = 16


class Pack:
    """The slots of some tensors of one shape, type and treatment.

    Args:
        indices: Indices of the tensors in their optimizer.
        shape: Their shape.
        dtype: Type of their slots.
    """

    def __init__(self, indices: Sequence[int], shape: tuple[int, ...], dtype: str):
        self.indices = tuple(indices)
        self.shape = shape
        self.dtype = dtype
        self.position = {index: i for i, index in enumerate(self.indices)}
        self.slots: dict[str, keras.Variable] = {}

    def row(
        self, index: int, name: str, slot: str, initializer: str | keras.initializers.Initializer
    ) -> RowVariable:
        """Return one tensor's slot; the first makes the variable that holds the slots of all.

        Args:
            index: Index of the tensor.
            name: Name of the variable to return.
            slot: Name of the slot.
            initializer: What the slots hold at first.
        """
        if slot not in self.slots:
            count = len(self.indices)
            self.slots[slot] = keras.Variable(
                initializer,
                shape=(count, *self.shape),
                dtype=self.dtype,
                trainable=False,
                autocast=False,
                name=f"{slot}_of_{count}",
            )
        return RowVariable(self.slots[slot], self.position[index], name)

    def renumber(self, moved: Mapping[int, int]) -> None:
        """Take the tensors' new indices; one that has none has left, and its entry stays unused.

        Args:
            moved: New indices by the old ones.
        """
        self.indices = tuple(moved.get(i, -1 - k) for k, i in enumerate(self.indices))
        self.position = {index: i for i, index in enumerate(self.indices)}

    def holds(self, indices: Sequence[int]) -> bool:
        """Whether these tensors are all of the pack, in its order."""
        return tuple(indices) == self.indices

    def handles(self) -> tuple[tf.Tensor, ...]:
        """Resource handles of the slots of all; in a replica, of its own copy."""
        return tuple(slot.value.handle for slot in self.slots.values())

    def read(self, indices: Sequence[int]) -> tuple[tf.Tensor, ...]:
        """Return the slots of these tensors, stacked."""
        whole = [tf.convert_to_tensor(slot.value) for slot in self.slots.values()]
        if self.holds(indices):
            return tuple(whole)
        return tuple(tf.gather(x, self._positions(indices)) for x in whole)

    def write(self, indices: Sequence[int], values: Sequence[tf.Tensor]) -> None:
        """Replace the slots of these tensors."""
        for slot, value in zip(self.slots.values(), values, strict=True):
            if not self.holds(indices):
                where = tf.constant(self._positions(indices))[:, tf.newaxis]
                value = tf.tensor_scatter_nd_update(slot.value, where, value)
            slot.value.assign(value)

    def _positions(self, indices: Sequence[int]) -> list[int]:
        return [self.position[index] for index in indices]


def packs_of(variables: Sequence[Variable], keys: Sequence[Hashable]) -> dict[int, Pack]:
    """Return the pack of every tensor that is in one, by index.

    Args:
        variables: Trained variables.
        keys: What tensors of one pack must have in common, besides shape and type; `None` for a
            tensor that goes into no pack.
    """
    groups: dict[tuple, list[int]] = {}
    for i, (variable, key) in enumerate(zip(variables, keys, strict=True)):
        shape = tuple(variable.shape)
        size = tf.TensorShape(shape).num_elements()
        if key is not None and 0 < size < SMALL:
            dtype = keras.backend.standardize_dtype(variable.dtype)
            groups.setdefault((shape, dtype, key), []).append(i)
    found = {}
    for (shape, dtype, _), indices in groups.items():
        if len(indices) >= FEW:
            pack = Pack(indices, shape, dtype)
            found.update(dict.fromkeys(indices, pack))
    return found
