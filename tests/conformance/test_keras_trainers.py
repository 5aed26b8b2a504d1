"""Whether Keras still builds what `fit` needs in `_symbolic_build`."""

import keras
import numpy as np

from keras_ivy.adapters.keras.trainers import build_for

MESSAGE = "Keras builds something else: see adapters/keras/trainers.py"


def test_what_fit_builds_is_built_without_a_step():
    model = keras.Sequential([keras.layers.Dense(2)])
    model.compile("adam", "mse", metrics=["mae"])
    x = np.ones((4, 3), "float32")
    build_for(model, (x, x[:, :2]))
    assert model.built, MESSAGE
    assert model.optimizer.built, MESSAGE
    assert int(model.optimizer.iterations) == 0, MESSAGE
    built = len(model.variables), len(model.optimizer.variables), len(model.metrics_variables)
    weights = model.get_weights()
    build_for(model, (x, x[:, :2]))
    for value, other in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, other)
    model.fit(x, x[:, :2], verbose=0)
    after = len(model.variables), len(model.optimizer.variables), len(model.metrics_variables)
    assert after == built, MESSAGE
