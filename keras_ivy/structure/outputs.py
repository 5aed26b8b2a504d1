"""Output layers: the last ones with weights on the way to what a model returns."""

import keras

from keras_ivy.adapters.keras import graph
from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.structure.walk import walk

__all__ = ["output_layers"]


def output_layers(model: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Return the output layers of a model: each holds a kernel, and no weights come after it.

    In a functional or `Sequential` model the way back from each output is followed through what has
    no weights, such as activations; there is none where it meets a normalisation, a layer that
    consists of others, such as attention, or a sum. Elsewhere nothing is known of calls, and the
    layer made last counts.

    Example:

    >>> body = [keras.layers.Dense(8), keras.layers.Dense(2, name="logits")]
    >>> model = keras.Sequential([keras.Input((4,)), *body, keras.layers.Softmax()])
    >>> [layer.name for layer in output_layers(model)]
    ['logits']
    """
    ways = graph.ways_back(model)
    if ways is None:
        return _inside(model)
    found: dict[int, keras.layers.Layer] = {}
    for way in ways:
        layers = [step for step in way if isinstance(step, keras.layers.Layer)]
        last = next((layer for layer in layers if layer.variables), None)
        if last is not None:
            inside = output_layers(last) if graph.ways_back(last) else _inside(last)
            found.update((id(layer), layer) for layer in inside)
    return list(found.values())


def _inside(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """The layer itself, if it holds a kernel; else that of the last layer with weights in it."""
    own = [entry.variable for entry in walk(layer) if entry.layer is layer]
    if own:
        return [layer] if any(len(v.shape) > 1 for v in own) else []
    below = [each for each in keras_layers.held_layers(layer) if each.variables]
    if below and isinstance(layer, keras.Model | keras.layers.Wrapper):
        return output_layers(below[-1])
    return []
