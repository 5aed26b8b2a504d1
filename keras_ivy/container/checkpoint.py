"""Saving to and restoring from `tf.train.Checkpoint`, whatever the leaves are.

Variables and containers are objects that TensorFlow tracks. For every other leaf that holds
numbers or text, a `LeafState` stands in the object graph, reads the leaf when the checkpoint is
written and replaces it when one is restored.
"""

import numpy as np
import tensorflow as tf

from keras_ivy.adapters.tensorflow.tracking import Trackable
from keras_ivy.typing import Array
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["LeafState", "child_of"]

_PLAIN = (bool, int, float, complex, str, bytes)
_SAVED = (tf.Tensor, np.ndarray, np.generic, *_PLAIN)

#: The name under which variables save theirs, so that either can be restored into the other.
_NAME = "VARIABLE_VALUE"


class LeafState(Trackable):
    """One leaf of a dict, as an object that a checkpoint saves and restores.

    Args:
        holder: The dict.
        key: The key of the leaf.
    """

    def __init__(self, holder: dict[str, object], key: str):
        self._holder, self._key = holder, key

    @property
    def value(self) -> Array | np.ndarray | np.generic | bool | complex | str | bytes:
        """The leaf."""
        return dict.__getitem__(self._holder, self._key)

    def _serialize_to_tensors(self) -> dict[str, tf.Tensor]:
        value = self.value
        # The widest type of its kind: a checkpoint then opens whatever the platform's default.
        dtype = {int: tf.int64, float: tf.float64}.get(type(value))
        return {_NAME: tf.convert_to_tensor(value, dtype)}

    def _restore_from_tensors(self, restored_tensors: dict[str, tf.Tensor]) -> tf.Operation:
        old, new = self.value, restored_tensors[_NAME]
        have = tuple(getattr(old, "shape", ()))
        if have != tuple(new.shape):
            raise IvyValueError(
                f"Cannot restore {self._key!r} of shape {have}. "
                f"Received: shape={tuple(new.shape)} in the checkpoint"
            )
        if not isinstance(old, tf.Tensor):
            new = new.numpy()
            if isinstance(old, str):
                new = new.decode("utf-8")
            elif not isinstance(old, np.ndarray):
                new = type(old)(new)
        dict.__setitem__(self._holder, self._key, new)
        return tf.no_op()


def child_of(
    holder: dict[str, object], key: str, value: object, numbers_too: bool = True
) -> Trackable | None:
    """Return what stands for a leaf or branch of a container in TensorFlow's object graph.

    Args:
        holder: The container.
        key: The key.
        value: What stands there.
        numbers_too: Whether leaves that TensorFlow does not track have an object too.
    """
    if isinstance(value, Trackable):
        return value
    if not numbers_too or not isinstance(value, _SAVED):
        return None
    # TensorFlow asks several times and compares by identity.
    states = holder.__dict__.setdefault("_leaf_states", {})
    if key not in states:
        states[key] = LeafState(holder, key)
    return states[key]
