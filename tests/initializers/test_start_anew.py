"""`"layer_default"` gives a model the values of a new one, and says where it cannot."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.initializers import initialize_model

L = keras.layers


class Own(ivy.Module):
    """A module with variables of its own, drawn and constant, one nested, one shared."""

    def __init__(self):
        self.linear = ivy.Linear(3, 4)
        self.dense = L.Dense(2)
        ivy.Module.__init__(self)

    def _create_variables(self, device, dtype):
        return {
            "scale": ivy.ones((4,)),
            "dispersion": ivy.zeros((50,)),
            "deep": {"table": keras.random.normal((6, 4)), "count": np.int32(3)},
            "noise": tf.random.normal((5,)),
            "more": np.random.normal(size=(3, 3)).astype("float32"),
        }

    def _forward(self, x):
        return self.dense(self.linear(x) * self.v.scale)


@keras.saving.register_keras_serializable("test_start_anew")
class Custom(L.Layer):
    """A layer whose weights have initializers that no attribute names."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = L.Dense(units)

    def build(self, shape):
        self.inner.build(shape)
        self.gate = self.add_weight(name="gate", shape=(self.units,), initializer="ones")
        self.table = self.add_weight(name="table", shape=(7, 2), initializer="random_normal")
        self.steps = self.add_weight(
            name="steps", shape=(), dtype="int32", initializer="zeros", trainable=False
        )

    def call(self, x):
        return self.inner(x) * self.gate

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Closed(L.Layer):
    """A layer that cannot be made of its config."""

    def __init__(self, start, **kwargs):
        super().__init__(**kwargs)
        self.level = self.add_weight(name="level", shape=(3,), initializer=lambda s, dtype: start)

    def call(self, x):
        return x + self.level


def module():
    net = Own()
    net(np.ones((1, 3), "float32"))
    return net


def stock():
    inputs = keras.Input((4, 6))
    x = L.BatchNormalization()(L.SpectralNormalization(L.Dense(6))(inputs))
    x = L.PReLU(alpha_initializer=keras.initializers.Constant(0.25))(Custom(6)(x))
    return keras.Model(inputs, L.LayerNormalization()(L.LSTM(5)(x)))


def layers_of_ivy():
    return ivy.Sequential(
        ivy.Linear(6, 4), ivy.LayerNorm([4]), ivy.PReLU([4]), ivy.Linear(4, 2), ivy.Sigmoid()
    )


@pytest.mark.parametrize("make", [module, stock, layers_of_ivy])
def test_a_trained_model_becomes_a_new_one(make):
    model, fresh = make(), make()
    trained = [v for v in model.variables if v.name != "seed_generator_state"]
    for variable in trained:
        variable.assign(variable + keras.ops.cast(5, variable.dtype))
    initialize_model(model, "layer_default", seed=1)
    initialize_model(fresh, "layer_default", seed=1)
    other = make()
    for a, b, c in zip(model.variables, fresh.variables, other.variables, strict=True):
        if a.name == "seed_generator_state":
            continue
        np.testing.assert_array_equal(a.numpy(), b.numpy(), a.path)
        constant = np.std(c.numpy()) == 0
        if constant:
            np.testing.assert_array_equal(a.numpy(), c.numpy(), a.path)
        else:  # Drawn from the same distribution; no value is left of what was learned.
            assert abs(a.numpy().mean()) < 2.5, a.path


def test_variables_of_a_module_differ_and_follow_the_seed():
    net = module()
    found = []
    for seed in (1, 1, 2):
        initialize_model(net, "layer_default", seed=seed)
        found.append([net.v[k].numpy() for k in ("deep/table", "noise", "more")])
        assert net.v.scale.numpy().tolist() == [1.0] * 4
        count = next(v for v in net.variables if v.name == "count")
        assert int(count.numpy()) == 3
    for first, again, other in zip(*found, strict=True):
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)


def test_what_cannot_be_known_is_named():
    net = module()
    net.register_parameter("extra", np.ones((2,), "float32"))
    net.v.extra.assign([7.0, 7.0])
    with pytest.warns(UserWarning, match=r"nothing tells what they began with: Own \(extra, sh"):
        initialize_model(net, "layer_default", seed=1)
    assert net.v.extra.numpy().tolist() == [7.0, 7.0]
    model = keras.Sequential([keras.Input((3,)), Closed(np.ones(3))])
    with pytest.warns(UserWarning, match=r"Closed \(layers/v0/level, shape \(3,\)\)"):
        report = initialize_model(model, "layer_default", dry_run=True)
    assert report[0].scheme == "kept: nothing tells what it began with"
    initialize_model(model, [ivy.InitRule("level", "ones"), (".*", "xavier")])


def test_generator_of_a_modules_own_is_refused_with_a_seed():
    rng = np.random.default_rng(0)

    class Random(ivy.Module):
        def _create_variables(self, device, dtype):
            return {"w": rng.normal(size=(3,)).astype("float32")}

        def _forward(self, x):
            return x * self.v.w

    net = Random()
    before = net.v.w.numpy()
    with pytest.raises(ValueError, match=r"'w'.*generator of its own"):
        initialize_model(net, "layer_default", seed=1)
    np.testing.assert_array_equal(net.v.w.numpy(), before)
    initialize_model(net, "layer_default")
    assert not np.array_equal(net.v.w.numpy(), before)


@pytest.mark.filterwarnings("ignore:No rule tells the fans")
def test_other_schemes_leave_a_modules_own_values_as_before():
    net = module()
    net.v.scale.assign(net.v.scale + 1)
    with pytest.warns(UserWarning, match="Left as they are"):
        initialize_model(net, "xavier", seed=1)
    assert net.v.scale.numpy().tolist() == [2.0] * 4
