"""Whether the graph behind a functional model is still where the adapter looks for it."""

import keras

from keras_ivy.adapters.keras_graph import consumers


def test_consumers_of_a_layer_follow_the_graph():
    inputs = keras.Input((3,))
    first, second = keras.layers.Dense(2), keras.layers.ReLU()
    hidden = first(inputs)
    keras.Model(inputs, [second(hidden), keras.ops.tanh(hidden)])
    found = consumers(first)
    assert found[0] is second, "`Layer._outbound_nodes` moved: see adapters/keras_graph.py"
    assert type(found[1]).__name__ == "Tanh"


def test_consumers_are_unknown_outside_a_graph():
    layer = keras.layers.Dense(2)
    layer(keras.ops.ones((1, 3)))
    assert consumers(layer) == []
