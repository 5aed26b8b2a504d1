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
        (lambda: OURS(OURS(Adam())), TypeError, "Received: inner_optimizer=LossScale"),
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


@pytest.mark.parametrize("inner", [Adam, keras.optimizers.Adam], ids=["ours", "keras"])
def test_shared_variables_refuse_a_loss_scale_of_several_replicas(inner):
    with Shared(["CPU:0", "CPU:0"], "CPU:0").scope():
        w = keras.Variable([1.0])
        optimizer = OURS(inner(0.1))
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


def steps(optimizer, w, numbers):
    for k in numbers:
        optimizer.apply([tf.constant([2.0, float(k)])], [w])


@pytest.mark.parametrize("inner", [Adam, keras.optimizers.Adam], ids=["ours", "keras"])
def test_weights_of_a_loss_scale_are_those_of_its_inner_optimizer_too(inner):
    whole, halves = (keras.Variable([1.0, 2.0]) for _ in range(2))
    steps(OURS(inner(0.1), 8.0, 3), whole, range(7))
    first, second = (OURS(inner(0.1), 8.0, 3) for _ in range(2))
    steps(first, halves, range(4))
    second.build([halves])
    second.set_weights([v.numpy() for v in first.variables])
    steps(second, halves, range(4, 7))
    np.testing.assert_array_equal(halves, whole)
    before = [v.numpy() for v in second.variables]
    with pytest.raises(ValueError, match=r"has 8 variables: .*Received: 4 weights"):
        second.set_weights(before[:4])
    with pytest.raises(ValueError, match=r"shape \(2,\)\. Received: shape=\(1,\)"):
        second.set_weights([*before[:7], np.zeros(1)])
    for v, value in zip(second.variables, before, strict=True):
        np.testing.assert_array_equal(v, value)


def test_weights_of_a_loss_scale_want_it_built():
    with pytest.raises(ValueError, match="not yet been built"):
        OURS(Adam()).set_weights([0.0])
