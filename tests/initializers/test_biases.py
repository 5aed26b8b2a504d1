"""Biases of gates and of output layers."""

import keras
import numpy as np
import pytest
from scipy import stats

from keras_ivy.initializers import ChronoBias, ForgetBias, OutputBias


def test_forget_bias_of_lstm_opens_its_second_gate():
    layer = keras.layers.LSTM(4, bias_initializer=ForgetBias(3.0), unit_forget_bias=False)
    layer.build((None, None, 2))
    i, f, c, o = np.split(layer.cell.bias.numpy(), 4)
    assert (f == 3).all()
    assert not np.any([i, c, o])


@pytest.mark.parametrize("reset_after", [True, False])
def test_forget_bias_of_gru_opens_its_update_gate(reset_after):
    init = ForgetBias(3.0, layer="gru")
    layer = keras.layers.GRU(4, bias_initializer=init, reset_after=reset_after)
    layer.build((None, None, 2))
    bias = layer.cell.bias.numpy()
    total = bias.sum(axis=0) if reset_after else bias
    np.testing.assert_array_equal(total, np.repeat([3.0, 0.0, 0.0], 4))


@pytest.mark.parametrize(("cls", "name"), [(keras.layers.LSTM, "lstm"), (keras.layers.GRU, "gru")])
def test_a_large_forget_bias_keeps_the_state(cls, name):
    words = {"unit_forget_bias": False} if name == "lstm" else {}
    words |= {"recurrent_initializer": "zeros"}
    layer = cls(8, bias_initializer=ForgetBias(30.0, layer=name), return_state=True, **words)
    x = np.zeros((1, 50, 2), "float32")
    state = np.linspace(-0.9, 0.9, 8, dtype="float32")[None]
    _, *states = layer(x, initial_state=[state] * (2 if name == "lstm" else 1))
    np.testing.assert_allclose(np.asarray(states[-1]), state, atol=1e-5)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_chrono_bias_has_the_law_of_the_paper(name):
    gates, keep = (4, 1) if name == "lstm" else (3, 0)
    bias = ChronoBias(200, name, seed=1)((gates * 20_000,), "float64").numpy()
    parts = np.split(bias, gates)
    steps = np.exp(parts[keep])
    law = stats.uniform(1, 198)
    assert stats.kstest(steps, law.cdf).statistic < 2.7 / steps.size**0.5
    if name == "lstm":
        np.testing.assert_array_equal(parts[0], -parts[1])
    others = [part for i, part in enumerate(parts) if i not in (keep, 0)]
    assert not np.any(others)


def test_second_bias_of_gru_stays_zero():
    bias = ChronoBias(50, "gru", seed=1)((2, 12)).numpy()
    assert bias[0, :4].all()
    assert not bias[0, 4:].any()
    assert not bias[1].any()


def test_units_catch_the_parts_that_lstm_asks_for():
    layer = keras.layers.LSTM(8, bias_initializer=ForgetBias(units=8))
    with pytest.raises(ValueError, match="unit_forget_bias=False"):
        layer.build((None, None, 2))


@pytest.mark.parametrize("cls", [ForgetBias, ChronoBias])
@pytest.mark.parametrize("shape", [(), (7,), (3, 8), (2, 2, 8), (2, 7)])
def test_shapes_that_are_no_bias_of_gates_are_refused(cls, shape):
    with pytest.raises(ValueError, match=r"\(4 \* units,\)"):
        cls()(shape)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ForgetBias(layer="rnn"),
        lambda: ForgetBias(float("nan")),
        lambda: ForgetBias(units=0),
        lambda: ChronoBias(2),
        lambda: ChronoBias(-1),
    ],
)
def test_bad_arguments_are_refused(make):
    with pytest.raises(ValueError, match="Received: "):
        make()


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_first_loss_is_the_entropy_of_the_labels(activation):
    rng = np.random.default_rng(0)
    if activation == "softmax":
        labels = rng.choice(4, 3000, p=[0.7, 0.2, 0.08, 0.02])
        shares = np.bincount(labels) / labels.size
        entropy = -(shares * np.log(shares)).sum()
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        units = 4
    else:
        labels = (rng.random(3000) < 0.03).astype("float32")
        p = labels.mean(dtype="float64")
        entropy = -(p * np.log(p) + (1 - p) * np.log(1 - p))
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        units = 1
    bias = OutputBias.from_labels(labels, activation)
    layer = keras.layers.Dense(units, kernel_initializer="zeros", bias_initializer=bias)
    logits = layer(np.ones((3000, 2), "float32"))
    target = labels if activation == "softmax" else labels[:, None]
    assert float(loss(target, logits)) == pytest.approx(entropy, rel=1e-5)


def test_bias_of_the_fraud_data_has_the_published_value():
    bias = OutputBias(492 / 284807, "sigmoid")
    np.testing.assert_allclose(bias((1,), "float64"), [-6.35935934], atol=5e-9)


def test_linear_bias_is_the_mean_of_the_targets():
    targets = np.array([[1.0, 10.0], [3.0, 20.0]])
    np.testing.assert_array_equal(OutputBias.from_labels(targets, "linear")((2,)), [2.0, 15.0])


def test_prior_of_rare_positives_serves_every_output():
    bias = OutputBias(0.01, "sigmoid")((9,)).numpy()
    np.testing.assert_allclose(bias, np.full(9, -np.log(0.99 / 0.01)), rtol=1e-6)


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 1, 1],
        np.array([[0], [1], [1], [1]]),
        np.array([0.0, 1.0, 1.0, 1.0]),
        np.eye(2)[[0, 1, 1, 1]],
        np.array([[0.25, 0.75], [0.25, 0.75]]),
    ],
    ids=["list", "column", "float", "one-hot", "shares"],
)
def test_labels_of_every_form_are_counted(labels):
    assert OutputBias.from_labels(labels).frequencies == [0.25, 0.75]


def test_smoothing_gives_absent_classes_a_share():
    bias = OutputBias.from_labels([0, 0, 1], classes=3, smoothing=1.0)
    np.testing.assert_allclose(bias.frequencies, [3 / 6, 2 / 6, 1 / 6])
    bias = OutputBias.from_labels(np.zeros(8), "sigmoid", smoothing=1.0)
    np.testing.assert_allclose(bias.frequencies, [0.1])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: OutputBias([0.5, 0.6]), "sum to 1"),
        (lambda: OutputBias([1.0, 0.0]), "above zero"),
        (lambda: OutputBias([float("nan"), 1.0]), "finite"),
        (lambda: OutputBias(1.0, "sigmoid"), "between 0 and 1"),
        (lambda: OutputBias([0.5, 0.5], "relu"), "'softmax', 'sigmoid', 'linear'"),
        (lambda: OutputBias([0.5, 0.5])((3,)), "2 entries"),
        (lambda: OutputBias([0.2, 0.5], "sigmoid")((3,)), "2 entries"),
        (lambda: OutputBias.from_labels([]), "n above 0"),
        (lambda: OutputBias.from_labels([0, 2]), r"no labels of the classes \[1\]"),
        (lambda: OutputBias.from_labels([0, 1, 5], classes=3), "from 0 to classes - 1"),
        (lambda: OutputBias.from_labels([-1, 1]), "from 0 to classes - 1"),
        (lambda: OutputBias.from_labels([0.5, 1.5]), "whole numbers"),
        (lambda: OutputBias.from_labels([0, 3], "sigmoid"), "between 0 and 1"),
        (lambda: OutputBias.from_labels([0, 0], "sigmoid"), "between 0 and 1"),
        (lambda: OutputBias.from_labels([[-1, 2]]), "negative"),
    ],
)
def test_bad_frequencies_and_labels_are_refused(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
