"""The statistics of weights, against closed forms."""

import json
import math

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from tests.diagnostics.cases import K


def network():
    layers = [
        K.Conv2D(8, 3, strides=2, activation="relu", name="conv1"),
        K.DepthwiseConv2D(3, name="depth"),
        K.BatchNormalization(name="norm"),
        K.Flatten(),
        K.Dense(6, "tanh", name="middle"),
        K.Dense(3, "softmax", name="head"),
    ]
    return keras.Sequential([keras.Input((12, 12, 4)), *layers], name="net")


def test_rows_are_in_call_order_with_true_fans():
    stats = ivy.weight_stats(network())
    kernels = [(row.layer, row.shape, row.fans) for row in stats if row.role == "kernel"]
    assert kernels == [
        ("conv1", (3, 3, 4, 8), (36, 18)),
        ("depth", (3, 3, 8, 1), (9, 9)),
        ("middle", (72, 6), (72, 6)),
        ("head", (6, 3), (6, 3)),
    ]
    assert [row.role for row in stats if row.layer == "norm"] == [
        "scale",
        "shift",
        "state",
        "state",
    ]


def test_numbers_are_those_of_numpy():
    model = network()
    for row, variable in zip(ivy.weight_stats(model), model.variables, strict=True):
        values = np.array(variable, "float64")
        assert row.variable == variable.name
        assert (row.mean, row.std) == pytest.approx((values.mean(), values.std()), abs=1e-12)
        assert (row.min, row.max) == (values.min(), values.max())


def test_schemes_and_ratios():
    row = ivy.weight_stats(network())["middle/kernel"]
    assert (row.he, row.xavier, row.lecun) == pytest.approx(
        (math.sqrt(2 / 72), math.sqrt(2 / 78), math.sqrt(1 / 72))
    )
    assert row.he_ratio == pytest.approx(row.std / row.he)
    assert row.xavier_ratio == pytest.approx(row.std / row.xavier)
    assert row.lecun_ratio == pytest.approx(row.std / row.lecun)
    assert row.ratio == row.xavier_ratio  # before tanh
    bias = ivy.weight_stats(network())["middle/bias"]
    assert bias.he is bias.ratio is None


@pytest.mark.parametrize(
    ("activation", "gain"),
    [("relu", 2**0.5), ("gelu", 1.53353), ("linear", None), (keras.layers.LeakyReLU(0.2), 1.38675)],
)
def test_ratio_knows_the_activation(activation, gain):
    layer = K.Dense(30, name="d")
    layers = [layer, K.Activation(activation)] if isinstance(activation, str) else [
        layer, activation]  # fmt: skip
    model = keras.Sequential([keras.Input((50,)), *layers])
    row = ivy.weight_stats(model)["d"]
    wanted = gain / math.sqrt(50) if gain else math.sqrt(2 / 80)
    assert row.ratio == pytest.approx(row.std / wanted, rel=1e-4)


def test_gates_have_fans_of_their_own():
    layer = K.LSTM(5, name="lstm")
    model = keras.Sequential([keras.Input((7, 3)), layer])
    stats = ivy.weight_stats(model)
    kernel, recurrent = (row for row in stats if row.role in ("kernel", "recurrent"))
    assert (kernel.fans, recurrent.fans) == ((3, 5), (5, 5))
    assert recurrent.xavier_ratio == pytest.approx(recurrent.std * math.sqrt(5))


def test_rows_are_found_by_layer_and_by_path():
    stats = ivy.weight_stats(network())
    assert stats["conv1"] is stats["conv1/kernel"] is stats["layers/v0/kernel"]
    assert stats["conv1/bias"].role == "bias"
    assert stats["norm"].variable == "gamma"
    with pytest.raises(KeyError, match="Did you mean 'conv1/kernel'"):
        stats["conv2/kernel"]


def test_name_of_two_layers_is_refused():
    def tower():
        return keras.Sequential([keras.Input((4,)), K.Dense(2, name="same")])

    a, b = keras.Input((4,)), keras.Input((4,))
    model = keras.Model([a, b], K.Add()([tower()(a), tower()(b)]))
    stats = ivy.weight_stats(model)
    with pytest.raises(KeyError, match="Several rows have this name"):
        stats["same/kernel"]


def test_shared_weights_are_listed_once():
    layer = K.Dense(4, name="shared")
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layer(layer(inputs)))
    assert [row.name for row in ivy.weight_stats(model)] == ["shared/kernel", "shared/bias"]


def test_module_is_told_by_its_keys():
    model = ivy.Sequential(ivy.Linear(3, 4), ivy.Linear(4, 2))
    stats = ivy.weight_stats(model)
    assert [row.fans for row in stats if row.role == "kernel"] == [(3, 4), (4, 2)]


def test_low_precision_and_integers():
    layer = K.Dense(64, dtype="bfloat16", name="d")
    model = keras.Sequential([keras.Input((64,), dtype="bfloat16"), layer, K.Dropout(0.5)])
    row = ivy.weight_stats(model)["d"]
    assert row.std == pytest.approx(np.array(layer.kernel).astype("float64").std())


def test_prints_and_converts():
    stats = ivy.weight_stats(network())
    text = str(stats)
    assert text.splitlines()[0].split()[:3] == ["weight", "shape", "fan_in"]
    assert "net: 12 variables" in text
    assert json.loads(stats.to_json())["rows"][0]["layer"] == "conv1"
    assert "<table>" in stats._repr_html_()


@pytest.mark.parametrize("model", ["net", None, keras.Sequential([K.Dense(2)])])
def test_what_is_no_built_model_is_refused(model):
    with pytest.raises((TypeError, ValueError), match="model"):
        ivy.weight_stats(model)
