"""Collections that keep their type when they are assigned to a layer.

Keras replaces every dict, list and set that is assigned, at any depth, by one of its own, which
tells when it grows. A class derived from them, such as `Container` or `defaultdict`, would lose its
methods. Here what is in it is counted, and it stays what it is; Keras is told of later changes when
it next asks for the sub-layers.

Private names used: `keras.src.utils.tracking` and `Layer._tracker`.
"""

from collections import OrderedDict
from collections.abc import Mapping

import keras
from keras.src.utils import tracking

__all__ = ["has_kept_collections", "keep_collections"]

#: The types that Keras has a counterpart of, and these counterparts.
_REPLACED = (list, dict, set, OrderedDict)
_COUNTERPARTS = (
    tracking.TrackedList,
    tracking.TrackedDict,
    tracking.TrackedOrderedDict,
    tracking.TrackedSet,
)


class CollectionTracker(tracking.Tracker):
    """A tracker that leaves collections of other types than Python's own as they are.

    Attributes:
        keeps: Whether there is, or was, a collection of which Keras is not told that it changes.
    """

    keeps = False

    def lock(self, msg: str | None = None) -> None:
        """Do nothing: a module takes layers at any time, also after Keras has quantized some."""

    def track(self, attr: object) -> object:
        """Count what is in a value, and return what the layer keeps in its place."""
        if not tracking.is_tracking_enabled():
            return attr
        if isinstance(attr, tuple):
            return self._track_tuple(attr)
        if isinstance(attr, list | dict | set) and type(attr) not in (*_REPLACED, *_COUNTERPARTS):
            self.keeps = self.keeps or not attr or _holds(attr)
            for member in attr.values() if isinstance(attr, Mapping) else attr:
                self.track(member)
            return attr
        return super().track(attr)

    def _track_tuple(self, attr: tuple) -> tuple:
        members = [self.track(member) for member in attr]
        if all(new is old for new, old in zip(members, attr, strict=True)):
            return attr
        if hasattr(attr, "_make"):
            return attr._make(members)
        if type(attr) is tuple:
            return tuple(members)
        self.keeps = True
        return attr


def _holds(value: object) -> bool:
    """Whether there is, or may come to be, a layer or a variable in a collection."""
    if isinstance(value, Mapping):
        return any(map(_holds, value.values()))
    if isinstance(value, list | tuple | set):
        return any(map(_holds, value))
    return isinstance(value, keras.layers.Layer | keras.Variable | keras.random.SeedGenerator)


def keep_collections(layer: keras.layers.Layer) -> None:
    """Let a layer that has just been set up keep the types of the collections it is given."""
    old = layer._tracker
    new = CollectionTracker(old.config, old.exclusions)
    new.stored_ids = old.stored_ids
    vars(layer)["_tracker"] = new


def has_kept_collections(layer: keras.layers.Layer) -> bool:
    """Whether a layer holds a collection that changes without telling Keras."""
    return layer._tracker.keeps
