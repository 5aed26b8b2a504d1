"""The loss scale: what it takes, and strategies whose replicas would share it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import Adam, LossScaleOptimizer

Shared = tf.distribute.experimental.CentralStorageStrategy
OURS, KERAS = LossScaleOptimizer, keras.optimizers.LossScaleOptimizer


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: OURS(Adam(), initial_scale=0.0), ValueError, "Received: initial_scale=0.0"),
        (lambda: OURS(Adam(), initial_scale="a"), ValueError, "Received: initial_scale='a'"),
        (lambda: OURS(Adam(), dynamic_growth_steps=0), ValueError, "dynamic_growth_steps=0"),
        (lambda: OURS(Adam(), dynamic_growth_steps=1.5), ValueError, "whole number.*=1.5"),
        (lambda: OURS(OURS(Adam())), TypeError, "Received: inner_optimizer=<.*LossScale"),
        (lambda: OURS(KERAS(Adam())), TypeError, "Received: inner_optimizer=<.*LossScale"),
        (lambda: OURS(None), TypeError, "Received: inner_optimizer=None"),
        (lambda: OURS(3), ValueError, "Could not interpret optimizer identifier: 3"),
    ],
)
def test_loss_scale_refuses_what_makes_no_sense(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_loss_scale_takes_names_and_keeps_its_config():
    optimizer = OURS("adam_ivy", initial_scale=8, dynamic_growth_steps=np.int64(3), name="scaled")
    assert isinstance(optimizer.inner_optimizer, Adam)
    again = OURS.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
    assert (again.initial_scale, again.dynamic_growth_steps, again.name) == (8.0, 3, "scaled")


@pytest.mark.parametrize(
    ("wrap", "inner"),
    [(OURS, Adam), (KERAS, Adam), (OURS, keras.optimizers.Adam)],
    ids=["ours", "keras around ours", "ours around keras"],
)
def test_shared_variables_refuse_a_loss_scale_of_several_replicas(wrap, inner):
    with Shared(["CPU:0", "CPU:0"], "CPU:0").scope():
        w = keras.Variable([1.0])
        optimizer = wrap(inner(0.1))
        message = "LossScaleOptimizer.*Received: 2 replicas under CentralStorageStrategy"
        with pytest.raises(ValueError, match=message):
            optimizer.build([w])
    assert not optimizer.built
    assert not optimizer.inner_optimizer.built


@pytest.mark.parametrize("devices", [["CPU:0"], ["CPU:0", "CPU:0"]], ids=["one", "two"])
def test_shared_variables_bear_a_fixed_loss_scale_and_a_single_replica(devices):
    with Shared(devices, "CPU:0").scope():
        optimizer = Adam(0.1, loss_scale_factor=4.0) if len(devices) > 1 else KERAS(Adam(0.1))
        optimizer.build([keras.Variable([1.0])])
    assert optimizer.built
