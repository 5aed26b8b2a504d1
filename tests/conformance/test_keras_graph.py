"""Whether the graph behind a functional model is still where the adapter looks for it."""

import keras
import numpy as np

import keras_ivy as ivy
from keras_ivy.adapters.keras.graph import consumers
from keras_ivy.layers.sequences.recurrent import LSTMOutput


def test_consumers_of_a_layer_follow_the_graph():
    inputs = keras.Input((3,))
    first, second = keras.layers.Dense(2), keras.layers.ReLU()
    hidden = first(inputs)
    keras.Model(inputs, [second(hidden), keras.ops.tanh(hidden)])
    found = consumers(first)
    assert found[0] is second, "`Layer._outbound_nodes` moved: see adapters/keras/graph.py"
    assert type(found[1]).__name__ == "Tanh"


def test_consumers_are_unknown_outside_a_graph():
    layer = keras.layers.Dense(2)
    layer(keras.ops.ones((1, 3)))
    assert consumers(layer) == []


def test_a_functional_model_returns_what_is_in_its_place_for_outputs():
    inputs = keras.Input((5, 3))
    y, (h, c) = ivy.LSTM(3, 4, num_layers=2)(inputs)
    other = keras.layers.Dense(1)(y)
    # Whole, shuffled, and not whole: as lists, as a config has them.
    model = keras.Model(inputs, {"a": [y, [h, c]], "b": [y, [c, h]], "c": [other, [h, c]]})
    x = np.ones((1, 5, 3), "float32")
    out = model(x)
    assert type(out["a"]) is LSTMOutput, "`_outputs_struct` moved: see adapters/keras/graph.py"
    assert type(out["b"]) is type(out["c"]) is list
    np.testing.assert_array_equal(out["a"].state[1][0], out["b"][1][0][0])
    assert type(model(x)["a"]) is LSTMOutput
