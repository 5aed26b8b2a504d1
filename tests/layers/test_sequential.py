"""Sequential."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def model():
    return ivy.Sequential(ivy.Linear(3, 5), ivy.ReLU(), keras.layers.Dense(2))


def test_sequential_runs_its_layers_in_order():
    net = model()
    expected = X
    for layer in net:
        expected = layer(expected)
    np.testing.assert_array_equal(net(X), expected)


def test_sequential_of_more_than_ten_layers_runs_in_order():
    net = ivy.Sequential(
        *[keras.layers.Rescaling(1.0, offset=float(i)) for i in range(12)],
    )
    assert float(net(tf.zeros(1))[0]) == sum(range(12))
    deep = ivy.Sequential([ivy.Linear(1, 1) for _ in range(12)])
    for i, layer in enumerate(deep):
        layer.v = {"w": [[i + 1.0]], "b": [1.0]}
    expected = 1.0
    for i in range(12):
        expected = expected * (i + 1) + 1
    np.testing.assert_allclose(deep(tf.ones((1, 1))), [[expected]], rtol=1e-6)


@pytest.mark.parametrize("wrap", [lambda *x: x, lambda *x: ([*x],), lambda *x: (x,)])
def test_sequential_takes_layers_or_a_list(wrap):
    layers = [ivy.Linear(3, 2), ivy.ReLU()]
    net = ivy.Sequential(*wrap(*layers))
    assert list(net) == layers
    assert net.layers == layers


def test_length_index_and_slice():
    net = model()
    assert len(net) == 3
    assert net[-1] is list(net)[2]
    front = net[:2]
    assert isinstance(front, ivy.Sequential)
    assert list(front) == list(net)[:2]
    assert front.v["submodules/v0/w"] is net.v["submodules/v0/w"]
    with pytest.raises(IndexError):
        net[3]


def test_an_empty_sequential_is_a_model_and_the_identity():
    net = ivy.Sequential()
    assert bool(net)
    assert len(net) == 0
    np.testing.assert_array_equal(net(X), X)
    assert repr(net) == "Sequential()"


def test_add_and_pop():
    net = ivy.Sequential(ivy.Linear(3, 3))
    added = ivy.Linear(3, 2)
    net.add(added)
    assert list(net.v["submodules"]) == ["v0", "v1"]
    assert net(X).shape == (4, 2)
    assert net.pop() is added
    assert list(net.v["submodules"]) == ["v0"]
    assert len(net.weights) == 2
    net.pop()
    with pytest.raises(IndexError, match="no layer to remove"):
        net.pop()


def test_config_follows_add_and_pop():
    net = ivy.Sequential(ivy.Linear(3, 3), name="mine")
    net.add(ivy.Tanh())
    again = ivy.Sequential.from_config(net.get_config())
    assert (again.name, repr(again)) == ("mine", repr(net))


def test_the_same_layer_twice_has_one_set_of_variables():
    layer = ivy.Linear(3, 3)
    net = ivy.Sequential(layer, layer)
    assert list(net.v.flatten()) == ["submodules/v0/b", "submodules/v0/w"]
    np.testing.assert_allclose(net(X), layer(layer(X)), rtol=1e-6)
    np.testing.assert_allclose(net(X, v=net.v * 0.0), np.zeros((4, 3)))
    assert net.v["submodules/v1/w"] is layer.v.w


def test_v_of_the_constructor():
    v = {"submodules": {"v0": {"w": np.ones((2, 3), "float32"), "b": [1.0, 2.0]}}}
    net = ivy.Sequential(ivy.Linear(3, 2), ivy.ReLU(), v=v)
    np.testing.assert_allclose(net(np.ones((1, 3), "float32")), [[4.0, 5.0]])
    for wrong in ({"layers": v["submodules"]}, {"submodules": {"v1": v["submodules"]["v0"]}}):
        with pytest.raises(ValueError, match="no value for 'submodules/v0/b'"):
            ivy.Sequential(ivy.Linear(3, 2), ivy.ReLU(), v=wrong)


@pytest.mark.parametrize(
    ("layer", "hint"),
    [
        (ivy.relu, r"keras.layers.Lambda\(function\)"),
        (ivy.ReLU, r"called first, as in `ReLU\(\)`"),
        (3, "Received: sub_modules.1.=3 of type int"),
        (None, "of type NoneType"),
        (keras.Input((3,)), "KerasTensor"),
    ],
)
def test_what_is_no_layer_is_named(layer, hint):
    with pytest.raises(TypeError, match=hint):
        ivy.Sequential(ivy.Linear(3, 3), layer)
    net = ivy.Sequential(ivy.Linear(3, 3))
    with pytest.raises(TypeError, match="made of modules and Keras layers"):
        net.add(layer)
    assert len(net) == 1


def test_it_trains_saves_and_loads(tmp_path):
    net = model()
    net.compile("adam_ivy", "mse")
    net.fit(X, np.zeros((4, 2)), verbose=0)
    net.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), net.predict(X, verbose=0))
    assert repr(loaded) == repr(net)
