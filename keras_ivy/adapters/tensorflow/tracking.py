"""TensorFlow's object graph: the base class by which `tf.train.Checkpoint` finds children.

TensorFlow exports it only under `tf.__internal__`. A `dict` subclass that does not derive from it
is silently left out of checkpoints.

Private names used: `Trackable._trackable_children`, whose `save_type` is `"checkpoint"` or
`"savedmodel"`, `Trackable._lookup_dependency`, which restoring asks for a child by name, and
`_self_unconditional_deferred_dependencies`, what a restored checkpoint has for children that are
not there yet, by name.
"""

from typing import TYPE_CHECKING, Any

import tensorflow as tf

Trackable = tf.__internal__.tracking.Trackable

# A mixin calls what the class beside it has.
_Mixed: Any = Trackable if TYPE_CHECKING else object

__all__ = ["Exporting", "Split", "Trackable", "awaits"]


class Split(tf.Module):
    """A holder of what a SavedModel has to contain, and of what a checkpoint has to.

    Its variables belong into SavedModels, whose functions use them. Whatever else it holds, such
    as a `tf.train.experimental.PythonState` of the same content, belongs into checkpoints.
    """

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict:
        children = super()._trackable_children(save_type, **kwargs)
        exported = save_type != "checkpoint"
        return {k: x for k, x in children.items() if isinstance(x, tf.Variable) == exported}


class Exporting(_Mixed):
    """A mixin of trackable classes: children beside the attributes, for some of the ways to save.

    Unlike an attribute that holds a `Split`, they leave no node of their own in checkpoints, so
    that those of an object with such children, of one without, and of the base class are alike.
    """

    def _exported_children(self) -> dict[str, Any]:
        """The further children of a SavedModel, by name."""
        return {}

    def _saved_children(self) -> dict[str, Any]:
        """The further children of a checkpoint, by name."""
        return {}

    def _restored_child(self, name: str) -> Any:
        """A further child that a checkpoint may have; `None` if it is no such name."""
        return None

    def _trackable_children(self, save_type: str = "checkpoint", **kwargs: Any) -> dict:
        children = super()._trackable_children(save_type, **kwargs)
        checkpoint = save_type == "checkpoint"
        return children | (self._saved_children() if checkpoint else self._exported_children())

    def _lookup_dependency(self, name: str, cached_dependencies: dict | None = None) -> Any:
        found = super()._lookup_dependency(name, cached_dependencies)
        return self._restored_child(name) if found is None else found


def awaits(thing: object, prefix: str) -> bool:
    """Whether a restored checkpoint has values for children, of such names, that are not there."""
    deferred: Any = getattr(thing, "_self_unconditional_deferred_dependencies", None)
    return any(name.startswith(prefix) for name in deferred) if deferred else False
