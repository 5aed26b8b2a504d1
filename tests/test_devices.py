"""Names of devices: spellings, and devices that are not there."""

import pytest
import tensorflow as tf

import keras_ivy as ivy
import keras_ivy.initializers as initializers
from keras_ivy.utils.devices import device_of, device_scope, existing_device, known_devices


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


class Scale(ivy.Module):
    def _create_variables(self, device, dtype):
        return {"w": ivy.ones((2,), device=device, dtype=dtype)}

    def _forward(self, x):
        return x * self.v.w


#: Everything that takes a device goes through the same names.
USES = {
    "creation": lambda **device: ivy.zeros((2,), **device),
    "module": lambda **device: Scale(**device),
    "optimizer": lambda **device: ivy.SGD(0.1, **device).step({"w": 1.0}, {"w": 1.0}),
    "initializer": lambda **device: initializers.Zeros().create_variables((2,), **device),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("spelling", ["device", "dev"])
def test_every_use_takes_every_spelling_and_refuses_missing_devices(use, spelling):
    use(**{spelling: "/device:CPU:0"})
    with pytest.raises(ValueError, match=r"no such device.*Received: device='cuda:77'"):
        use(**{spelling: "cuda:77"})
    with pytest.raises(TypeError, match="Received: device=3"):
        use(**{spelling: 3})


def test_module_refuses_two_spellings_and_keeps_its_device_after_a_refusal():
    with pytest.raises(TypeError, match="device='cpu', dev='cpu'"):
        Scale(device="cpu", dev="cpu")
    module = Scale()
    with pytest.raises(ValueError, match="no such device"):
        module.to_device("gpu:77")
    assert module.to_device("/CPU:0").device == "cpu"


def test_devices_are_told_as_ivy_does():
    x = tf.zeros(2)
    told = [device_of(x), ivy.dev(x), ivy.Container(a=x).cont_dev, Scale().device]
    assert told == ["cpu"] * 4
    assert ivy.default_device(x) == ivy.dev([1.0]) == "cpu"
