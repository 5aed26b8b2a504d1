"""True fans and whole-model initialization of Ivy's layers."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import layers as L
from keras_ivy.initializers import geometry_of, initialize_model, lsuv
from keras_ivy.structure import walk

#: (layer, key, true fans)
TABLE = [
    (lambda: L.Linear(3, 5), "w", (3, 5)),
    (lambda: L.Linear(3, 5), "b", (3, 5)),
    (lambda: L.Conv1D(4, 6, 5, 1, "SAME"), "w", (20, 30)),
    (lambda: L.Conv2D(4, 6, [3, 3], 2, "SAME"), "w", (36, 13.5)),
    (lambda: L.Conv2D(4, 6, [3, 3], 2, "SAME", data_format="NCHW"), "b", (36, 13.5)),
    (lambda: L.Conv3D(4, 6, [2, 2, 2], 1, "SAME"), "w", (32, 48)),
    (lambda: L.Conv2DTranspose(4, 6, [4, 4], 2, "SAME"), "w", (16, 96)),
    (lambda: L.DepthwiseConv2D(64, [3, 3], 1, "SAME"), "w", (9, 9)),
    (lambda: L.Embedding(50, 8), "w", (1, 8)),
    (lambda: L.LSTM(3, 5, num_layers=2), "input/layer_0/w", (3, 5)),
    (lambda: L.LSTM(3, 5, num_layers=2), "input/layer_1/w", (5, 5)),
    (lambda: L.LSTM(3, 5, num_layers=2), "recurrent/layer_1/w", (5, 5)),
    (lambda: L.MultiHeadAttention(8, num_heads=2), "in_proj_weights", (8, 8)),
    (lambda: L.MultiHeadAttention(8, num_heads=2), "in_proj_bias", (8, 8)),
    (lambda: L.MultiHeadAttention(8, num_heads=2, key_dim=5), "k_proj_weights", (5, 8)),
    (lambda: L.MultiHeadAttention(8, num_heads=2), "out_proj_weights", (8, 8)),
    (lambda: L.BatchNorm2D(4), "w", (1, 1)),
]


@pytest.mark.parametrize(("make", "key", "fans"), TABLE)
def test_fans_of_ivy_layers_are_true(make, key, fans):
    assert ivy.fans_of(make(), key) == fans


def test_every_ivy_layer_with_variables_is_known():
    made = [make() for make, _, _ in TABLE] + [L.GroupNorm(2, 4), L.LayerNorm(4)]
    for layer in made:
        roles = {geometry_of(layer, entry.variable).role for entry in walk(layer)}
        assert "unknown" not in roles
    classes = {c for name in L.__all__ if isinstance(c := getattr(L, name), type)}
    stateless = {c for c in classes if "_create_variables" not in vars(c) and not _inherits(c)}
    assert classes - stateless <= {type(layer) for layer in made} | {
        L.Conv1DTranspose,
        L.Conv3DTranspose,
    }


def _inherits(cls):
    """Whether a base class below `Module` makes variables."""
    below = cls.__mro__[1 : cls.__mro__.index(ivy.Module)]
    return any("_create_variables" in vars(base) for base in below)


GAINS = {
    "Linear": (lambda: L.Linear(128, 256), (512, 128), 0, 0),
    "Conv2D": (lambda: L.Conv2D(64, 96, [3, 3], 1, "VALID"), (4, 20, 20, 64), 0, 2),
    "Conv2D stride": (lambda: L.Conv2D(64, 96, [3, 3], 2, "VALID"), (4, 34, 34, 64), 0, 3),
    "Conv2DTranspose": (
        lambda: L.Conv2DTranspose(96, 16, [4, 4], 2, "VALID"),
        (2, 20, 20, 96),
        4,
        0,
    ),
    "DepthwiseConv2D": (
        lambda: L.DepthwiseConv2D(2048, [3, 3], 1, "VALID"),
        (2, 14, 14, 2048),
        0,
        2,
    ),
}


def interior(values, crop):
    cut = slice(crop, -crop) if crop else slice(None)
    return np.asarray(values)[(slice(None), *(cut,) * (len(values.shape) - 2))]


@pytest.mark.parametrize("name", GAINS)
def test_ivy_layers_keep_the_variance(name):
    make, shape, crop_out, crop_in = GAINS[name]
    layer, rng = make(), np.random.default_rng(7)
    x = tf.constant(rng.standard_normal(shape), "float32")
    initialize_model(layer, "lecun_uniform", seed=1)
    assert np.var(interior(layer(x), crop_out)) == pytest.approx(1, abs=0.05)
    initialize_model(layer, "variance_scaling(mode='fan_out', distribution='uniform')", seed=1)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        dy = tf.constant(rng.standard_normal(y.shape), "float32")
    assert np.var(interior(tape.gradient(y, x, dy), crop_in)) == pytest.approx(1, abs=0.05)


class Net(ivy.Module):
    def __init__(self):
        self.attention = L.MultiHeadAttention(16, num_heads=2)
        self.norm = L.LayerNorm(16)
        self.linears = [L.Linear(16, 16), L.Linear(16, 16)]
        super().__init__()

    def _forward(self, x):
        x = self.norm(self.attention(x))
        for layer in self.linears:
            x = layer(ivy.relu(x))
        return x


def test_a_module_is_initialized_by_its_keys():
    net = Net()
    report = initialize_model(net, "orthogonal", seed=1, dry_run=True)
    assert {row.path for row in report} == set(ivy.variables(net, trainable=None).flatten())
    initialize_model(net, [("linears/v0", "ones"), (".*", "orthogonal")], seed=1)
    assert np.all(net.v["linears/v0/w"] == 1)
    for block in np.split(np.asarray(net.v["attention/in_proj_weights"].value), 3):
        np.testing.assert_allclose(block @ block.T, np.eye(16), atol=1e-5)
    assert np.all(net.norm.v["weight"] == 1)
    assert not np.any(net.v["attention/in_proj_bias"])


def test_orthogonal_gates_of_an_ivy_lstm():
    layer = initialize_model(L.LSTM(4, 8, num_layers=2), "orthogonal", seed=1)
    for gate in np.split(np.asarray(layer.v["recurrent/layer_1/w"].value), 4, axis=1):
        np.testing.assert_allclose(gate @ gate.T, np.eye(8), atol=1e-5)


def test_layer_default_starts_ivy_layers_anew():
    layer = L.Linear(64, 64, weight_initializer="kaiming_normal", bias_initializer="ones")
    norm = L.BatchNorm2D(4)
    for one in (layer, norm):
        for variable in one.variables:
            variable.assign(variable * 0 + 9)
        initialize_model(one, "layer_default", seed=1)
    assert np.std(layer.v["w"]) == pytest.approx(np.sqrt(2 / 64), rel=0.05)
    assert np.all(layer.v["b"] == 1)
    means = ivy.variables(norm, trainable=None).map(lambda v: float(np.mean(v)))
    assert dict(means) == {"b": 0, "running_mean": 0, "running_var": 1, "w": 1}


def test_lsuv_scales_ivy_layers_inside_a_keras_model():
    inputs = keras.Input((5, 16))
    model = keras.Model(inputs, keras.layers.Dense(4)(Net()(inputs)))
    x = np.random.default_rng(0).standard_normal((64, 5, 16)).astype("float32")
    report = lsuv(model, 30 * x, batch_size=64, verbose=0)
    assert [row.layer for row in report] == ["MultiHeadAttention", "Linear", "Linear", "Dense"]
    assert [row.std_after for row in report] == pytest.approx([1] * 4, rel=0.1)
    assert np.std(model(30 * x)) == pytest.approx(1, rel=1e-3)


@pytest.mark.skipif(not hasattr(keras.layers, "TernaryDense"), reason="new in Keras 3.16")
def test_a_ternary_layer_has_the_fans_of_a_dense_one():
    layer = keras.layers.TernaryDense(5)
    layer.build((None, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no guess from the shape
        assert [ivy.fans_of(layer, variable) for variable in layer.weights] == [(3, 5)] * 2
