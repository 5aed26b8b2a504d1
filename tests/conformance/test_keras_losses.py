"""Whether a compiled loss still stands where the adapter takes its place."""

import keras
import numpy as np

from keras_ivy.adapters.keras import losses as keras_losses

MESSAGE = "a compiled loss is kept elsewhere: see adapters/keras/losses.py"


def compiled():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse", loss_weights=[3.0])
    return model


def test_twin_gives_the_same_loss_and_leaves_the_own_one_alone():
    model, y = compiled(), np.ones((4, 1), "float32")
    own = model._compile_loss
    with keras_losses.compiled_loss(model) as twin:
        value = model.compute_loss(y=y, y_pred=0 * y)
        assert [type(loss).__name__ for loss in keras_losses.losses_of(twin)] != [], MESSAGE
    assert float(value) == 3.0, MESSAGE
    assert model._compile_loss is own, MESSAGE
    assert not own.built, MESSAGE


def test_model_without_a_loss_has_no_twin():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with keras_losses.compiled_loss(model) as twin:
        assert twin is None


def test_names_go_on_as_if_nothing_had_been_made():
    first = keras.layers.Dense(1).name
    with keras_losses.names_untouched():
        keras.layers.Dense(1), keras.layers.Dense(1)
    second = keras.layers.Dense(1).name
    number = int(first.rpartition("_")[2]) if first != "dense" else 0
    assert second == f"dense_{number + 1}", "automatic names are kept elsewhere"
