"""Whether the graph behind a functional model is still where the adapter looks for it."""

import keras
import numpy as np

import keras_ivy as ivy
from keras_ivy.adapters.keras.graph import consumers, ways_back
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


def test_ways_back_lead_from_outputs_to_where_several_things_meet():
    inputs = keras.Input((3,))
    first, second = keras.layers.Dense(3), keras.layers.Dense(2)
    hidden = first(inputs) + inputs
    model = keras.Model(inputs, [keras.ops.tanh(second(hidden)), inputs])
    ways = [[type(step).__name__ for step in way] for way in ways_back(model)]
    assert ways == [["Tanh", "Dense", "Add"], ["InputLayer"]], (
        "`_keras_history`, `_inbound_nodes` or `input_tensors` moved: see adapters/keras/graph.py"
    )
    assert ways_back(model)[0][1] is second


def test_ways_back_are_unknown_outside_a_graph():
    layer = keras.layers.Dense(2)
    layer(keras.ops.ones((1, 3)))
    assert ways_back(layer) is None
    assert ways_back(keras.Sequential([keras.layers.Dense(2)])) is None  # not built
