"""What a rule matches by, as something that a file can hold, and back.

A layer is written as the place that it has in its model, which is the same after loading, with its
name and class; a class of layers by the name that Keras knows it by.
"""

from typing import Any

import keras

from keras_ivy.structure import has_automatic_name, roots_of
from keras_ivy.utils.exceptions import IvyValueError
from keras_ivy.utils.paths import LayerPlace, Match

__all__ = ["decode_match", "encode_match"]

_LAYER, _CLASS = "layer", "layer_class"


def encode_match(match: Match | None, rule: object = None) -> object:
    """Return a match as JSON can hold it.

    Args:
        match: What a rule matches by.
        rule: The rule, to find the model that is compiled with an optimizer that has it.

    Raises:
        IvyValueError: If it is a layer that has no one place, nor a name of its own.

    Example:

    >>> encode_match(keras.layers.Dense), encode_match("head/.*")
    ({'layer_class': 'Dense'}, 'head/.*')
    """
    if match is None or isinstance(match, str):
        return match
    if isinstance(match, LayerPlace):
        return {_LAYER: match._asdict()}
    if isinstance(match, keras.layers.Layer):
        return {_LAYER: _place_of(match, rule)._asdict()}
    if isinstance(match, tuple | list):
        return [encode_match(part, rule) for part in match]
    if isinstance(match, type):
        own = getattr(keras.layers, match.__name__, None) is match
        return {_CLASS: match.__name__ if own else keras.saving.get_registered_name(match)}
    return keras.saving.serialize_keras_object(match)


def decode_match(config: object) -> Match | None:
    """Return the match that `encode_match` wrote.

    Raises:
        IvyValueError: If a class of layers is not known.

    Example:

    >>> decode_match({"layer_class": "Dense"}) is keras.layers.Dense
    True
    """
    if isinstance(config, list | tuple):
        return tuple(map(decode_match, config))
    if not isinstance(config, dict):
        return config
    if set(config) == {_LAYER}:
        return LayerPlace(**config[_LAYER])
    if set(config) == {_CLASS}:
        return _class_named(config[_CLASS])
    return keras.saving.deserialize_keras_object(config)


def _class_named(name: Any) -> type:
    if isinstance(name, str):
        for found in (
            keras.saving.get_registered_object(name),
            getattr(keras.layers, name, None),
        ):
            if isinstance(found, type) and issubclass(found, keras.layers.Layer):
                return found
    raise IvyValueError(
        "A rule matches a class of layers that is not known here. Register the class with "
        "`@keras.saving.register_keras_serializable()`, or load with "
        f"`custom_objects={{{name!r}: TheClass}}`. Received: layer_class={name!r}"
    )


def _place_of(layer: keras.layers.Layer, rule: Any) -> LayerPlace:
    """Where a layer stands in the model that trains it, or else in the only one it is part of."""
    name = None if has_automatic_name(layer) else layer.name
    roots = roots_of(layer)
    trained = [path for path, root in roots.items() if _trains(root, rule)]
    others = [path for path, root in roots.items() if root is not layer]
    for paths in (trained, others):
        if len(paths) == 1:
            return LayerPlace(paths[0], name, type(layer).__name__)
    if name is None:
        where = f"several places, {', '.join(roots)}" if len(roots) > 1 else "no model"
        raise IvyValueError(
            "A rule for a layer is saved as the place of the layer in its model, and this one has "
            f"{where}. Give the layer a `name`, or match by a pattern or by its class. "
            f"Received: match={layer!r}"
        )
    return LayerPlace(None, name, type(layer).__name__)


def _trains(root: keras.layers.Layer, rule: Any) -> bool:
    """Whether a model has an optimizer with this very rule."""
    for optimizer in vars(root).values():
        while isinstance(optimizer, keras.optimizers.Optimizer):
            if any(each is rule for each in getattr(optimizer, "rules", ())):
                return True
            optimizer = getattr(optimizer, "inner_optimizer", None)
    return False
