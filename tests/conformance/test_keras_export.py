"""What `keras_ivy.module.saving` overrides of `keras.Model`."""

import inspect

import keras
import numpy as np
import tensorflow as tf

import keras_ivy as ivy


def test_model_has_a_default_save_signature_as_property():
    assert isinstance(inspect.getattr_static(keras.Model, "_default_save_signature"), property), (
        "Keras names the function that SavedModels serve otherwise; see `_default_save_signature` "
        "in keras_ivy/module/saving.py."
    )


def test_export_has_the_parameters_that_are_passed_on():
    parameters = inspect.signature(keras.Model.export).parameters
    assert {"filepath", "format", "verbose", "input_signature"} <= set(parameters)


def test_keras_takes_the_signature_for_the_arguments_of_the_call(tmp_path):
    class Pair(ivy.Module):
        def _forward(self, a, b):
            return a - b

    pair = Pair()
    a, b = np.ones((2, 3), "float32"), np.zeros((2, 1), "float32")
    pair(a, b)
    pair.export(tmp_path / "pair", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "pair")
    np.testing.assert_array_equal(loaded.serve(a, b), a)
