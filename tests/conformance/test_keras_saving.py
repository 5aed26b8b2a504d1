"""Whether Keras still tells that it is loading a model."""

import keras
import numpy as np
import pytest

from keras_ivy.adapters import keras_saving

MESSAGE = "`in_safe_mode` tells something else now: see adapters/keras_saving.py"


@keras.saving.register_keras_serializable("test_keras_saving")
class Probe(keras.optimizers.SGD):
    """Notes at every `build` whether a model is being loaded, and what its weights are."""

    seen: list = []

    def build(self, variables):
        if not self.built:
            self.seen.append((keras_saving.is_loading(), variables[1].numpy().tolist()))
        super().build(variables)


@pytest.mark.parametrize("safe_mode", [True, False])
def test_is_loading_between_the_initial_and_the_saved_values(tmp_path, safe_mode):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(Probe(0.1), "mse")
    Probe.seen.clear()
    model.optimizer.build(model.trainable_variables)
    model.layers[0].bias.assign([3.0])
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras", safe_mode=safe_mode)
    assert Probe.seen == [(False, [0.0]), (True, [0.0])], MESSAGE
    assert not keras_saving.is_loading(), MESSAGE
    np.testing.assert_array_equal(again.layers[0].bias, [3.0])
