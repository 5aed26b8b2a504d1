"""Healthy networks come out clean."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.diagnostics.cases import (
    CLASSES,
    LABELS,
    WIDTH,
    K,
    X,
    Y,
    glorot,
    mlp,
    normalized,
    recurrent,
    residual,
    separable,
    subclassed,
    trained,
    transformer,
    with_scheme,
)

IMAGES = np.random.default_rng(3).standard_normal((16, 32, 32, 3)).astype("float32")


def orthogonal(gain=1.0):
    return keras.initializers.Orthogonal(gain)


def siren():
    layers = [
        K.Dense(
            WIDTH,
            activation=lambda x: tf.sin(30.0 * x),
            kernel_initializer=ivy.FirstLayerSiren() if i == 0 else ivy.Siren(w0=30),
            name=f"hidden{i}",
        )
        for i in range(4)
    ]
    return keras.Sequential([keras.Input((WIDTH,)), *layers, K.Dense(CLASSES, name="head")])


class IvyNet(ivy.Module):
    def __init__(self):
        self.first = ivy.Linear(WIDTH, 48, weight_initializer=ivy.KaimingNormal())
        self.second = ivy.Linear(48, CLASSES)
        super().__init__()

    def _forward(self, x):
        return self.second(ivy.relu(self.first(x)))


def ivy_net():
    return IvyNet()


def shared():
    inputs = keras.Input((WIDTH,))
    layer = K.Dense(WIDTH, "tanh", name="shared")
    x = layer(layer(layer(inputs)))
    return keras.Model(inputs, K.Dense(CLASSES, "softmax", name="head")(x))


def nested():
    inner = mlp(2, "relu")
    inner = keras.Sequential([keras.Input((WIDTH,)), *inner.layers[:-1]], name="inner")
    return keras.Sequential([keras.Input((WIDTH,)), inner, K.Dense(CLASSES, name="head")])


def bidirectional():
    return keras.Sequential(
        [
            keras.Input((WIDTH,)),
            K.Reshape((8, 8)),
            K.Bidirectional(K.GRU(16, return_sequences=True)),
            K.TimeDistributed(K.Dense(8, "relu")),
            K.Flatten(),
            K.Dense(CLASSES, "softmax"),
        ]
    )


class IvyRecurrent(ivy.Module):
    def __init__(self):
        self.lstm, self.head = ivy.LSTM(8, 16), ivy.Linear(16, CLASSES)
        super().__init__()

    def _forward(self, x):
        return self.head(self.lstm(tf.reshape(x, [-1, 8, 8]))[0][:, -1])


def ivy_lstm():
    model = IvyRecurrent()
    model(tf.constant(X[:2]))
    return model


HEALTHY = {
    "relu1": lambda: mlp(1, "relu"),
    "relu6": lambda: mlp(6, "relu"),
    "relu30_he": lambda: mlp(30, "relu"),
    "relu30_orthogonal": lambda: mlp(30, "relu", lambda: orthogonal(2**0.5)),
    "tanh30_glorot": lambda: mlp(30, "tanh", glorot),
    "relu12_wide": lambda: mlp(12, "relu", width=160),
    "keras_defaults": lambda: mlp(3, "relu", glorot),
    "selu10": lambda: mlp(10, "selu", lambda: keras.initializers.LecunNormal()),
    "gelu6": lambda: mlp(6, "gelu"),
    "silu6": lambda: mlp(6, "silu"),
    "subclassed6": lambda: subclassed(6),
    "subclassed_gelu": lambda: subclassed(4, keras.activations.gelu),
    "separable8": lambda: with_scheme(separable(8), "auto"),
    "normalised6": lambda: normalized(6),
    "residual_zero_last": lambda: residual(8, lambda: "zeros"),
    "residual_normalised": lambda: residual(8, glorot, normalization=True),
    "zero_head": lambda: mlp(4, "relu", head=lambda: "zeros"),
    "lstm1": lambda: recurrent(K.LSTM, 1),
    "lstm2": lambda: recurrent(K.LSTM, 2),
    "gru2": lambda: recurrent(K.GRU, 2),
    "simple_rnn": lambda: recurrent(K.SimpleRNN, 1),
    "bidirectional": bidirectional,
    "ivy_lstm": ivy_lstm,
    "transformer1": lambda: transformer(1),
    "transformer3": lambda: transformer(3),
    "siren": siren,
    "ivy_module": ivy_net,
    "shared": shared,
    "nested": nested,
    "trained_relu": lambda: trained(mlp(3, "relu")),
    "trained_tanh": lambda: trained(mlp(2, "tanh", glorot), 3e-2),
    "trained_normalised": lambda: trained(normalized(2, momentum=0.9), epochs=20),
    "trained_subclassed": lambda: trained(subclassed(2)),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_network_is_clean(name):
    keras.utils.set_random_seed(11)
    model = HEALTHY[name]()
    report = ivy.diagnose(model, X, LABELS if name.startswith("trained") else Y)
    assert report.findings == [], f"{report}"
    assert report.ok


@pytest.mark.parametrize("name", ["relu6", "transformer1", "lstm1"])
def test_healthy_network_is_clean_without_targets(name):
    keras.utils.set_random_seed(11)
    report = ivy.diagnose(HEALTHY[name](), X)
    assert report.findings == [], f"{report}"
    assert "loss" not in report.summary


@pytest.mark.parametrize(
    "optimizer",
    ["adam", "sgd", keras.optimizers.SGD(0.1, momentum=0.9), "lamb_ivy(0.01, rules='bias_norm')"],
)
@pytest.mark.parametrize("name", ["relu6", "normalised6", "transformer1"])
def test_usual_rates_are_clean(name, optimizer):
    keras.utils.set_random_seed(11)
    report = ivy.diagnose(HEALTHY[name](), X, Y, optimizer=optimizer)
    assert report.findings == [], f"{report}"


@pytest.mark.parametrize(
    ("make", "scheme"),
    [(keras.applications.MobileNet, "kaiming"), (keras.applications.MobileNetV2, "auto")],
)
def test_application_with_true_fans_is_clean(make, scheme):
    model = make(weights=None, input_shape=(32, 32, 3), classes=10, alpha=0.25)
    with_scheme(model, scheme)
    report = ivy.diagnose(model, IMAGES, Y[:16])
    assert report.findings == [], f"{report}"


def test_mobilenet_as_keras_draws_it_has_the_wrong_fans():
    model = keras.applications.MobileNet(
        weights=None, input_shape=(32, 32, 3), classes=10, alpha=0.25
    )
    report = ivy.diagnose(model, IMAGES, Y[:16])
    wrong = {finding.layer for finding in report.findings if finding.kind == "SCALE"}
    # The first one has 8 channels: it is 2.1 times too small, which is within the bound.
    assert wrong == {f"conv_dw_{number}" for number in range(2, 14)}
