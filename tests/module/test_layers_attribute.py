"""`_layers` and `layers`, in which Ivy programs and Keras both keep layers: each its own."""

import collections

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


def layer():
    return ivy.Linear(4, 4)


def build_list(make):
    """Return a program that makes the list of a module in its way."""

    def appended(m, name):
        setattr(m, name, [])
        for _ in range(3):
            getattr(m, name).append(make())

    def augmented(m, name):
        setattr(m, name, [make()])
        first = getattr(m, name)
        if name == "layers":
            m.layers += [make()]
            m.layers += [make()]
        else:
            m._layers += [make()]
            m._layers += [make()]
        assert getattr(m, name) is first

    def extended(m, name):
        setattr(m, name, [])
        getattr(m, name).extend(make() for _ in range(2))
        getattr(m, name).insert(0, make())

    def shrunk(m, name):
        setattr(m, name, [make() for _ in range(6)])
        getattr(m, name).pop(2)
        del getattr(m, name)[0]
        getattr(m, name).remove(getattr(m, name)[1])

    def edited(m, name):
        setattr(m, name, [make() for _ in range(3)])
        items = getattr(m, name)
        items.reverse()
        items[0] = make()
        items[1:] = [make(), make()]

    def again(m, name):
        setattr(m, name, [make()])
        setattr(m, name, tuple(make() for _ in range(3)))

    return [appended, augmented, extended, shrunk, edited, again]


def module(fill, name, beside, first):
    class Mlp(ivy.Module):
        def __init__(self):
            if first:
                ivy.Module.__init__(self)
            fill(self, name)
            if beside:
                self.head = keras.layers.Dense(4)
            if not first:
                ivy.Module.__init__(self)

        def _forward(self, x):
            for each in getattr(self, name):
                x = each(x)
            return self.head(x) if beside else x

    return Mlp


@pytest.mark.parametrize("fill", build_list(layer), ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", ["_layers", "layers"])
@pytest.mark.parametrize("beside", [False, True])
def test_lists_hold_what_the_program_put_there(fill, name, beside, tmp_path):
    made = []

    class Other(ivy.Linear):
        def _forward(self, inputs):
            made.append(self)
            return super()._forward(inputs)

    fill = {f.__name__: f for f in build_list(lambda: Other(4, 4))}[fill.__name__]
    make = module(fill, name, beside, first=beside)
    net = make()
    assert len(getattr(net, name)) == 3
    outputs = net(X)
    assert made == list(getattr(net, name))  # each once, in order
    paths = [f"layers/v{i}/{w}" for i in range(3) for w in "bw"]
    heads = ["head/bias", "head/kernel"] if beside else []
    assert sorted(net.v.flatten()) == sorted(paths + heads)
    assert len(net.weights) == 6 + len(heads) == len(net.trainable_variables)
    net.compile("sgd", "mse", run_eagerly=True)
    net.fit(X, X, verbose=0)
    outputs = net(X)
    np.testing.assert_allclose(tf.function(net)(X), outputs, rtol=1e-5, atol=1e-6)
    for file in ("n.weights.h5", "n.h5"):
        net.save_weights(tmp_path / file)
        other = make()
        other(X)
        other.load_weights(tmp_path / file)
        np.testing.assert_array_equal(other(X), outputs)
    path = tf.train.Checkpoint(net=net).write(str(tmp_path / "c"))
    other = make()
    other(X)
    tf.train.Checkpoint(net=other).read(path).assert_existing_objects_matched().expect_partial()
    np.testing.assert_array_equal(other(X), outputs)


@pytest.mark.parametrize("name", ["_layers", "layers"])
def test_keras_sees_the_flat_list_of_layers(name, tmp_path):
    def fill(m, name):
        setattr(m, name, {"a": [layer(), (layer(),)], "b": collections.OrderedDict(c=layer())})

    class Net(ivy.Module):
        def __init__(self):
            fill(self, name)
            self.head = keras.layers.Dense(1)
            super().__init__()

        def _forward(self, x):
            told = getattr(self, name)
            return self.head(told["b"]["c"](told["a"][1][0](told["a"][0](x))))

    net = Net()
    outputs = net(X)
    inner = [net.get_layer(index=i) for i in range(4)]
    told = getattr(net, name)
    expected = [told["a"][0], told["a"][1][0], told["b"]["c"], net.head]
    assert list(map(id, inner)) == list(map(id, expected))
    assert sorted(net.v.flatten()) == [
        "head/bias",
        "head/kernel",
        *(f"layers/{p}/{w}" for p in ("a/v0", "a/v1/v0", "b/c") for w in "bw"),
    ]
    x = keras.Input((4,))
    outer = keras.Model(x, net(x))
    assert len(outer.weights) == 8
    lines = []
    outer.summary(expand_nested=True, print_fn=lambda s, line_break=None: lines.append(s))
    assert "dense" in str(lines)
    outer.save(tmp_path / "o.keras")
    np.testing.assert_allclose(keras.saving.load_model(tmp_path / "o.keras")(X), outputs)
    net.export(tmp_path / "e", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "e"))
    np.testing.assert_allclose(served.serve(X), outputs, rtol=1e-6)


def test_both_names_are_one_key_in_v():
    class Both(ivy.Module):
        def __init__(self):
            self.layers = [layer()]
            super().__init__()

    net = Both()
    net.extra = layer()
    assert len(net.layers) == 1
    assert net.get_layer(index=1) is net.extra
    del net.layers
    assert net.layers == [net.extra]
    assert sorted(net.v.flatten()) == ["extra/b", "extra/w"]
    with pytest.raises(AttributeError, match="no 'layers' of its own"):
        del net.layers


@pytest.mark.parametrize("name", ["_layers", "layers"])
@pytest.mark.parametrize("value", [3, "text", None, [64, 32], {"a": 1}], ids=str)
def test_settings_under_these_names(name, value):
    class Sized(ivy.Module):
        def __init__(self):
            setattr(self, name, value)
            self.inner = layer()
            super().__init__()

        def _forward(self, x):
            return self.inner(x)

    net = Sized()
    assert getattr(net, name) == value
    net.compile("sgd", "mse")
    net.fit(X, X, verbose=0)
    assert len(net.weights) == 2
    assert keras.Sequential([keras.Input((4,)), net]).count_params() == 20


def test_a_single_layer_and_a_container_under_these_names(tmp_path):
    class Net(ivy.Module):
        def __init__(self):
            self._layers = ivy.Container(a=layer(), b={"c": layer()})
            super().__init__()

        def _forward(self, x):
            return self._layers.b.c(self._layers.a(x))

    net = Net()
    assert type(net._layers) is ivy.Container
    assert list(net.v.flatten()) == [f"layers/{p}/{w}" for p in ("a", "b/c") for w in "bw"]
    net._layers = layer()
    assert list(net.v.flatten()) == ["layers/b", "layers/w"]
    path = tf.train.Checkpoint(net=net).write(str(tmp_path / "c"))
    assert len(tf.train.list_variables(path)) == 3  # and the object graph
    with pytest.raises(ValueError, match="cannot hold itself"):
        net._layers = [net]


def test_a_property_of_the_users_own_called_layers():
    class Net(ivy.Module):
        def __init__(self):
            self._blocks = [layer(), layer()]
            super().__init__()

        @property
        def layers(self):
            return self._blocks

    assert len(Net().layers) == 2
    with pytest.raises(AttributeError, match="such as `my_layers`"):
        Net().layers = []


def test_history_of_the_program_outlives_fit():
    class Net(ivy.Module):
        def __init__(self):
            self.history, self.inner = [], layer()
            super().__init__()

        def _forward(self, x):
            self.history.append(1)
            return self.inner(x)

    net = Net()
    net.compile("sgd", "mse", run_eagerly=True)
    told = net.fit(X, X, verbose=0)
    assert "loss" in told.history
    assert set(net.history) == {1}


def test_weights_files_of_0_1_0_still_load(tmp_path):
    """Its layout, in which a list alone was Keras's own: `layers/linear`, `layers/linear_1`."""
    h5py = pytest.importorskip("h5py")
    net = module(lambda m, n: setattr(m, n, [layer(), layer()]), "_layers", False, False)()
    with h5py.File(tmp_path / "n.weights.h5", "w") as file:
        file.create_group("vars")
        for name in ("layers/linear", "layers/linear_1"):
            file[f"{name}/vars/0"] = np.full((4,), 2.0, "float32")
            file[f"{name}/vars/1"] = np.full((4, 4), 3.0, "float32")
    net.load_weights(tmp_path / "n.weights.h5")
    np.testing.assert_array_equal(net.v.layers.v1.w, np.full((4, 4), 3.0))
    np.testing.assert_array_equal(net.v.layers.v0.b, np.full((4,), 2.0))
