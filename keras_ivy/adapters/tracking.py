"""TensorFlow's object graph: the base class by which `tf.train.Checkpoint` finds children.

TensorFlow exports it only under `tf.__internal__`. A `dict` subclass that does not derive from it
is silently left out of checkpoints.

Private name used: `Trackable._trackable_children`, whose `save_type` is `"checkpoint"` or
`"savedmodel"`.
"""

from typing import Any

import tensorflow as tf

Trackable = tf.__internal__.tracking.Trackable

__all__ = ["Exporting", "Split", "Trackable"]


class Split(tf.Module):
    """A holder of what a SavedModel has to contain, and of what a checkpoint has to.

    Its variables belong into SavedModels, whose functions use them. Whatever else it holds, such
    as a `tf.train.experimental.PythonState` of the same content, belongs into checkpoints.
    """

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict:
        children = super()._trackable_children(save_type, **kwargs)
        exported = save_type != "checkpoint"
        return {k: x for k, x in children.items() if isinstance(x, tf.Variable) == exported}


class Exporting:
    """A mixin of trackable classes: children that a SavedModel has and a checkpoint does not.

    Unlike an attribute that holds a `Split`, they leave no node of their own in checkpoints, so
    that those of an object with such children, of one without, and of the base class are alike.
    """

    def _exported_children(self) -> dict[str, Any]:
        """The further children of a SavedModel, by name."""
        return {}

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict:
        children = super()._trackable_children(save_type, **kwargs)
        return children if save_type == "checkpoint" else children | self._exported_children()
