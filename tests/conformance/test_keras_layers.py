"""What `adapters/keras/layers.py` relies on in Keras; a failure says what Keras changed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.adapters.keras import layers as keras_layers


@pytest.mark.parametrize(
    "name", ["_trainable_variables", "_non_trainable_variables", "_layers", "_seed_generators"]
)
def test_layers_keep_what_they_hold_in_lists(name):
    assert type(getattr(keras.layers.Layer(), name)) is list, f"Keras keeps {name} otherwise now"


def test_held_variables_are_those_of_the_layer_alone():
    outer = keras.layers.Layer()
    own = outer.add_weight(name="own")
    frozen = outer.add_weight(name="frozen", trainable=False)
    outer.inner = keras.layers.Dense(1)
    outer.inner.build((None, 1))
    assert list(map(id, keras_layers.held_variables(outer))) == [id(own), id(frozen)]
    assert keras_layers.held_layers(outer) == [outer.inner]


def test_counts_change_with_every_addition():
    layer = keras.layers.Layer()
    seen = {keras_layers.counts(layer)}
    layer.w = keras.Variable([1.0])
    seen.add(keras_layers.counts(layer))
    layer.state = keras.Variable([1.0], trainable=False)
    seen.add(keras_layers.counts(layer))
    layer.inner = keras.layers.Layer()
    seen.add(keras_layers.counts(layer))
    layer.seed = keras.random.SeedGenerator(1)
    seen.add(keras_layers.counts(layer))
    assert len(seen) == 5


def test_internal_attributes_hold_no_name_of_a_weight():
    names = keras_layers.internal_attributes()
    assert {"_layers", "_trainable_variables", "_functional", "_tracker", "optimizer"} <= names
    dense = keras.layers.Dense(1)
    dense.build((None, 1))
    assert not names & {"_kernel", "bias", "units", "w", "b", "layers_of_mine"}
    assert {"_kernel", "bias"} <= set(vars(dense))


def test_graph_models_are_told_from_subclasses():
    inputs = keras.Input((1,))
    assert keras_layers.is_graph_model(keras.Model(inputs, inputs + 1))
    assert keras_layers.is_graph_model(keras.Sequential())
    assert not keras_layers.is_graph_model(keras.Model())
    assert not keras_layers.is_graph_model(keras.layers.Dense(1))


def test_live_layers_are_those_that_keras_knows():
    kept = keras.layers.Dense(1)
    unknown = object.__new__(keras.layers.Dense)
    ids = set(map(id, keras_layers.live_layers()))
    assert id(kept) in ids
    assert id(unknown) not in ids


@pytest.mark.parametrize("ask", [keras_layers.internal_attributes, keras_layers.model_attributes])
def test_names_may_be_asked_for_first_in_a_traced_function(ask):
    """The models that are looked at have variables, which are no part of anybody's step.

    TensorFlow lets a function make variables in its first trace, and in no other.
    """

    @tf.function
    def step(x):
        keras_layers.internal_attributes.cache_clear()
        keras_layers.model_attributes.cache_clear()
        ask()
        return x

    for x in (1.0, [1.0, 2.0]):
        np.testing.assert_array_equal(step(tf.constant(x)), x)
    assert {"_layers", "optimizer"} <= {*ask(), *keras_layers.internal_attributes()}
