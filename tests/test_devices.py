"""Names of devices: spellings, and devices that are not there."""

import pytest
import tensorflow as tf

import keras_ivy.initializers as initializers
from keras_ivy.utils.devices import device_scope, existing_device, known_devices


@pytest.mark.parametrize(
    "name",
    [
        "cpu",
        "cpu:0",
        "CPU",
        "/CPU:0",
        "/device:CPU:0",
        "/job:localhost/replica:0/task:0/device:CPU:0",
    ],
)
def test_every_spelling_names_the_same_device(name):
    assert existing_device(name) == "cpu:0"


def test_known_devices_are_those_of_tensorflow():
    assert len(known_devices()) == len(tf.config.list_logical_devices())


@pytest.mark.parametrize("name", ["gpu:77", "cuda:77", "banana", "", "cpu:9"])
def test_a_device_that_is_not_there_is_refused(name):
    with pytest.raises(ValueError, match=r"'cpu:0'.*Received: device="):
        existing_device(name)
    with pytest.raises(ValueError, match="no such device"):
        initializers.Zeros().create_variables((2,), name)


@pytest.mark.parametrize("name", [3, True, ["cpu"]])
def test_a_device_that_is_no_string_is_refused(name):
    with pytest.raises(TypeError, match="Received: device="):
        existing_device(name)


def test_two_spellings_at_once_are_refused():
    with pytest.raises(TypeError, match="device='cpu', dev='cpu'"):
        device_scope("cpu", dev="cpu")


def test_scope_places_tensors():
    with device_scope(dev="cpu:0"):
        assert tf.zeros(2).device.endswith("CPU:0")
    with device_scope():
        assert tf.zeros(2).shape == (2,)


def test_initializers_place_their_draws():
    assert initializers.GlorotUniform().create_variables((2,), "cpu", 2, 3).device.endswith("CPU:0")
