"""What `Module` needs of a Keras model beyond its public methods.

Keras finds layers and variables when an attribute is set, and TensorFlow's checkpoints find them
by names kept beside. Layers that come and go later, in lists or in plain objects, have to be told
to both. The rest is about one call: whether an enclosing layer has said that it trains, and the
shapes of the inputs, which Keras records in a `build` that a Module does not have.
"""

from contextlib import AbstractContextManager

import keras
from keras.src.backend.common.global_state import get_global_attribute

__all__ = [
    "ABSENT",
    "enclosing_training",
    "forget_attribute",
    "name_scope",
    "record_input_shapes",
    "set_enclosing_training",
    "track",
    "track_for_checkpoints",
    "track_nested",
    "track_variable",
    "unlock",
    "untrack",
    "untrack_for_checkpoints",
    "use_class_build",
]

#: What `enclosing_training` returns outside of every call.
ABSENT = object()


def use_class_build(layer: keras.layers.Layer) -> None:
    """Undo Keras's wrapper around `build`, which locks the layer and returns nothing."""
    del vars(layer)["build"]


def unlock(layer: keras.layers.Layer) -> None:
    """Allow layers and variables to be added after the first call."""
    layer._tracker.unlock()


def track(layer: keras.layers.Layer, thing: object) -> None:
    """Make Keras count a layer, variable or seed generator among those of the layer."""
    layer._tracker.track(thing)


def track_nested(layer: keras.layers.Layer, value: object) -> object:
    """Make Keras count what is in a collection, and return what it keeps in its place.

    That is a list, dict or set of the same items, which tells Keras when it grows.
    """
    return layer._tracker.track(value)


def track_variable(layer: keras.layers.Layer, variable: keras.Variable) -> None:
    """Make Keras count a variable as `add_weight` would."""
    layer._track_variable(variable)


def untrack(layer: keras.layers.Layer, thing: object) -> None:
    """Make Keras no longer count a layer or variable among those of the layer."""
    layer._tracker.untrack(thing)


def track_for_checkpoints(layer: keras.layers.Layer, thing: object, name: str) -> None:
    """Make `tf.train.Checkpoint` save and restore a child under a name."""
    layer._track_trackable(thing, name, overwrite=True)


def untrack_for_checkpoints(layer: keras.layers.Layer, name: str) -> None:
    """Make `tf.train.Checkpoint` leave out a child."""
    layer._delete_tracking(name)


def forget_attribute(layer: keras.layers.Layer, name: str) -> None:
    """Drop the name of a deleted list or dict, which a SavedModel would look up."""
    layer._tracked[:] = [kept for kept in layer._tracked if kept != name]


def enclosing_training() -> object:
    """Return the `training` of the Keras call that is going on, None if it has not said, or
    `ABSENT` outside of every call."""
    context = get_global_attribute("current_call_ctx")
    return ABSENT if context is None else context.get_value("training")


def set_enclosing_training(training: object) -> None:
    """Say for the layers that are called from now on, in the call that is going on."""
    context = get_global_attribute("current_call_ctx")
    if context is not None:
        context.set_value("training", training)


def record_input_shapes(layer: keras.layers.Layer, shapes: dict[str, object]) -> None:
    """Record the shapes of the inputs where `export`, `summary` and TFLite look for them.

    TFLite takes models of one input, and looks for its shape under the name that Keras's own
    `build` gives it.
    """
    if len(shapes) == 1:
        shapes = {"input_shape": next(iter(shapes.values()))}
    layer._build_shapes_dict = shapes


def name_scope(layer: keras.layers.Layer) -> AbstractContextManager:
    """Return the scope in which the paths of the layer's variables begin with its own."""
    return layer._open_name_scope()
