"""Buffers, parameters, parts, device, printing."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.module.nets import Mixed, Net, Scale, X


class Shift(Scale):
    def _forward(self, x):
        return x * self.v.w + self.buffers.c


def test_buffers_are_used_saved_and_not_trained(tmp_path):
    module = Shift(buffers={"c": np.array([10.0, 20.0], "float32")})
    np.testing.assert_array_equal(module(tf.ones(2)), [12.0, 22.0])
    assert list(module.v) == ["w"]
    assert [v.name for v in module.trainable_variables] == ["w"]
    assert [v.name for v in module.non_trainable_variables] == ["c"]
    module.save_weights(tmp_path / "m.weights.h5")
    other = Shift(buffers={"c": tf.zeros(2)})
    other.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(other.buffers.c, [10.0, 20.0])


@pytest.mark.parametrize("traced", [False, True])
def test_buffers_of_one_call(traced):
    module = Shift(buffers={"c": tf.constant([10.0, 20.0])})
    call = tf.function(module) if traced else module
    np.testing.assert_array_equal(call(tf.ones(2), buffers={"c": [0.0, 1.0]}), [2.0, 3.0])
    both = call(tf.ones(2), buffers={"c": [0.0, 1.0]}, v={"w": [5.0, 5.0]})
    np.testing.assert_array_equal(both, [5.0, 6.0])
    np.testing.assert_array_equal(call(tf.ones(2)), [12.0, 22.0])


@pytest.mark.parametrize(
    ("buffers", "sentence"),
    [
        ({"d": [1.0]}, "no buffer 'd'.*Known names: c"),
        ({"c": [1.0]}, r"'c' does not fit: expected shape \(2,\)"),
    ],
)
def test_wrong_buffers_are_named(buffers, sentence):
    module = Shift(buffers={"c": tf.zeros(2)})
    with pytest.raises(ValueError, match=sentence):
        module(tf.ones(2), buffers=buffers)
    np.testing.assert_array_equal(module(tf.ones(2)), [2.0, 2.0])


def test_register_buffer_replaces_and_keeps_other_values():
    module = Scale()
    module.register_buffer("c", tf.zeros(2))
    module.register_buffer("c", tf.ones(3))
    module.register_buffer("mode", "fast")
    module.register_buffer("nothing", None)
    assert module.buffers.c.shape == (3,)
    assert module.buffers.mode == "fast"
    assert module.nothing is None
    assert "nothing" not in module.buffers
    assert len(module.weights) == 2
    assert not hasattr(module, "c")


@pytest.mark.parametrize("name", ["", "a/b", "a.b", 3])
def test_names_of_buffers_and_parameters_are_checked(name):
    for register in (Scale().register_buffer, Scale().register_parameter):
        with pytest.raises(ValueError, match="A name is a string without"):
            register(name, tf.zeros(1))


def test_buffers_of_parts_stand_under_their_paths():
    class Outer(ivy.Module):
        def __init__(self):
            self._part = [Shift(buffers={"c": tf.zeros(2)})]
            super().__init__(buffers={"own": tf.ones(1)})

        def _forward(self, x):
            return self._part[0](x)

    outer = Outer()
    assert list(outer.buffers.flatten()) == ["own", "part/v0/c"]
    y = outer(tf.ones(2), buffers={"part": {"v0": {"c": [1.0, 1.0]}}})
    np.testing.assert_array_equal(y, [3.0, 3.0])
    assert sorted(outer.state_dict) == ["own", "part"]
    assert sorted(outer.state_dict["part"]["v0"]) == ["c", "w"]


def test_register_parameter_adds_to_v():
    module = Net()
    module.register_parameter("extra", tf.constant([1.0]))
    assert list(module.v) == ["extra", "first", "second"]
    assert any(w is module.v.extra for w in module.trainable_variables)
    for name in ("extra", "first", "second"):
        with pytest.raises(ValueError, match=f"something at the key '{name}' already"):
            module.register_parameter(name, tf.zeros(1))


def test_module_dict_lists_attributes():
    net = Net()
    assert dict(net.module_dict) == {"first": net.first, "_second": net._second}


def test_device_is_told_and_checked():
    net = Net()
    assert net.device == "cpu"
    assert net.to_device("/CPU:0") is net
    before = np.array(net.v.first.w)
    net.to_device("cpu")
    np.testing.assert_array_equal(net.v.first.w, before)
    with pytest.raises(ValueError, match=r"no such device.*Received: device='gpu:7'"):
        net.to_device("gpu:7")
    assert Net(device="cpu:0").first.device == "cpu"


def test_repr_shows_parts_with_variables():
    assert repr(Net()) == (
        "Net(\n  (first): Linear(in_features=3, out_features=4, with_bias=True)\n)"
    )
    assert repr(Scale()) == "Scale()"
    assert repr(ivy.Sequential(Scale(), ivy.Sequential(Net()))).startswith(
        "Sequential(v0=Scale(), v1=Sequential(v0=Net("
    )

    class Told(Scale):
        def _extra_repr(self):
            return "size=2\nvalue=2"

    assert repr(Told()) == "Told(\n  size=2\n  value=2\n)"


def test_repr_of_a_half_made_module_does_not_fail():
    class Printing(ivy.Module):
        def __init__(self):
            self.text = repr(self)
            super().__init__()

    assert Printing().text == "Printing(built=False)"


def test_summary_counts_the_parameters(capsys):
    net = Mixed()
    net(X)
    lines = []
    net.summary(print_fn=lambda line, **_: lines.append(line))
    text = "\n".join(lines)
    assert "Mixed" in text or "mixed" in text
    assert f"Total params: {sum(int(np.prod(w.shape)) for w in net.weights)} " in text
    assert net.count_params() == 57


@pytest.mark.parametrize("kind", [Net, Mixed])
def test_get_layer_and_layers(kind):
    net = kind()
    net(X)
    assert all(isinstance(layer, keras.layers.Layer) for layer in net.layers)
    assert net.get_layer(index=0) is net.layers[0]
    assert net.get_layer(name=net.layers[0].name) is net.layers[0]
