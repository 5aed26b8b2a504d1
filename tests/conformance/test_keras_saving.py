"""Whether Keras still tells that it is loading a model, and saves by the parts that we use."""

import h5py
import keras
import numpy as np
import pytest

from keras_ivy.adapters.keras import saving as keras_saving

MESSAGE = "`in_safe_mode` tells something else now: see adapters/keras/saving.py"


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


def test_is_safe_follows_kerass_scope(tmp_path):
    assert keras_saving.is_safe(), MESSAGE
    seen = []

    @keras.saving.register_keras_serializable("test_keras_saving")
    class Asks(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            seen.append(keras_saving.is_safe())

    keras.Sequential([keras.Input((2,)), Asks()]).save(tmp_path / "m.keras")
    for safe_mode in (True, False):
        seen.clear()
        keras.saving.load_model(tmp_path / "m.keras", safe_mode=safe_mode)
        assert seen == [safe_mode], MESSAGE


def test_weights_in_memory_are_those_of_the_file(tmp_path, monkeypatch):
    why = "H5IOStore or _save_state differ now: see adapters/keras/saving.py"
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    model.save_weights(tmp_path / "m.weights.h5")
    found = {}
    for name, source in (
        ("file", tmp_path / "m.weights.h5"),
        ("memory", keras_saving.weights_bytes(model)),
    ):
        with h5py.File(source) as file:
            found[name] = {}
            file.visititems(
                lambda key, item, into=found[name]: into.update(
                    {key: item[()] if isinstance(item, h5py.Dataset) else dict(item.attrs)}
                )
            )
    assert found["file"].keys() == found["memory"].keys(), why
    for key, value in found["file"].items():
        np.testing.assert_array_equal(value, found["memory"][key], err_msg=why)
    monkeypatch.setattr(keras_saving, "is_memory_sufficient", lambda model: False)
    assert keras_saving.weights_bytes(model) is None


def test_the_question_is_kerass(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *args: "n")
    assert not keras_saving.may_overwrite("x")
    monkeypatch.setattr("builtins.input", lambda *args: "y")
    assert keras_saving.may_overwrite("x")
