"""Whether the private cell class is still the one that ConvLSTM layers hold."""

import keras
import pytest

from keras_ivy.adapters.keras.cells import ConvLSTMCell


@pytest.mark.parametrize("name", ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"])
def test_conv_lstm_layers_hold_the_private_cell(name):
    layer = getattr(keras.layers, name)(2, 3)
    assert isinstance(layer.cell, ConvLSTMCell), (
        f"keras.layers.{name} no longer holds a `ConvLSTMCell`: look up its cell's class and "
        "correct keras_ivy/adapters/keras/cells.py"
    )
    assert hasattr(layer.cell, "strides"), "the cell's strides moved: see rules_recurrent.py"
