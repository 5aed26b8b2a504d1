"""Gains: published and exact values, agreement with sampling, functions, errors."""

import math

import keras
import numpy as np
import pytest

from keras_ivy.initializers import KaimingInitializer, calculate_gain

#: Integrals known in closed form.
CLOSED = {
    "relu": 2**0.5,
    "linear": 1.0,
    "conv2d": 1.0,
    "relu_squared": 1.5**-0.5,
    "exponential": math.exp(-1.0),
    "sin": ((1 - math.exp(-2)) / 2) ** -0.5,
    "selu": 1.0,
    "leaky_relu": (1.04 / 2) ** -0.5,
}

#: Sampled or tabled values of others, to their digits.
TABLED = {
    "elu": 1.24520,
    "gelu": 1.53353,
    "silu": 1.67653,
    "mish": 1.48685,
    "tanh": 1.59254,
    "sigmoid": 1.84623,
    "softplus": 1.04187,
    "softsign": 2.33753,
    "hard_silu": 1.73666,
}


@pytest.mark.parametrize("name", CLOSED)
def test_rms_gain_equals_the_closed_form(name):
    assert calculate_gain(name) == pytest.approx(CLOSED[name], rel=1e-9)


@pytest.mark.parametrize("name", TABLED)
def test_rms_gain_has_the_known_digits(name):
    assert calculate_gain(name) == pytest.approx(TABLED[name], abs=5.1e-6)


@pytest.mark.parametrize(
    ("name", "table"), [("relu", 1.71396), ("gelu", 1.70150), ("silu", 1.78813)]
)
def test_std_gain_agrees_with_the_sampled_table_of_nf_nets(name, table):
    assert calculate_gain(name, kind="std") == pytest.approx(table, rel=1e-3)


def test_std_gain_of_relu_is_exact():
    exact = (0.5 - 0.5 / math.pi) ** -0.5
    assert calculate_gain("relu", kind="std") == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "param", "gain"),
    [
        ("linear", None, 1),
        ("conv_transpose2d", None, 1),
        ("sigmoid", None, 1),
        ("tanh", None, 5 / 3),
        ("relu", None, 2**0.5),
        ("leaky_relu", None, (2 / 1.0001) ** 0.5),
        ("leaky_relu", 0.2, (2 / 1.04) ** 0.5),
        ("selu", None, 0.75),
    ],
)
def test_torch_gain_equals_pytorch_table(name, param, gain):
    assert calculate_gain(name, param, kind="torch") == gain


@pytest.mark.parametrize(
    ("function", "gain"),
    [
        (lambda x: 2 * x + 0 * x, 0.5),
        (lambda x: keras.ops.sin(30 * x), 2**0.5),
        (lambda x: keras.ops.sin(1000 * x), 2**0.5),
        (lambda x: keras.ops.cast(x > 0.1234567, "float64"), None),
        (keras.layers.ReLU(), 2**0.5),
        (lambda x: np.maximum(np.asarray(x), 0), 2**0.5),
    ],
    ids=["linear", "sin30", "sin1000", "step", "layer", "numpy"],
)
def test_gain_of_a_function(function, gain):
    if gain is None:  # the share of a standard normal above the step
        gain = (math.erfc(0.1234567 / 2**0.5) / 2) ** -0.5
    assert calculate_gain(function) == pytest.approx(gain, rel=1e-8)


@pytest.mark.parametrize("name", ["gelu", "tanh", "softsign", "hard_silu"])
@pytest.mark.parametrize("kind", ["rms", "std"])
def test_gain_keeps_what_it_says(name, kind):
    z = np.random.default_rng(0).normal(size=400_000)
    y = np.asarray(keras.activations.get(name)(keras.ops.convert_to_tensor(z)))
    y = y * calculate_gain(name, kind=kind)
    kept = (y**2).mean() if kind == "rms" else y.var()
    assert kept == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("param", [0.0, 0.01, 0.5, 1.0, -0.3])
def test_leaky_gain_follows_its_slope(param):
    gain = calculate_gain("leaky_relu", param)
    assert gain == pytest.approx((2 / (1 + param**2)) ** 0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("activation", "words", "sentence"),
    [
        ("rleu", {}, "Did you mean 'relu'"),
        ("softmax", {}, "mixes the elements"),
        ("relu", {"param": 0.1}, "have a `param`"),
        ("gelu", {"kind": "torch"}, "kind='rms'"),
        ("relu", {"kind": "mean"}, "'rms', 'std', 'torch'"),
        ("relu", {"param": 0.1, "kind": "torch"}, "Only leaky_relu"),
        (keras.ops.softmax, {}, "every element on its own"),
        (keras.ops.sum, {}, "every element on its own"),
        (keras.ops.log, {}, "not finite at -11.9987"),
        (lambda x: 0 * x, {}, "above zero"),
        (lambda x: 0 * x + 3, {"kind": "std"}, "above zero"),
        (lambda x: keras.ops.exp(x * x), {}, "grows too fast"),
        (keras.ops.tanh, {"param": 1.0}, "without it"),
        (keras.ops.tanh, {"kind": "torch"}, "names only"),
        ("elu", {"param": float("nan")}, "must be finite"),
    ],
)
def test_bad_activations_are_refused(activation, words, sentence):
    with pytest.raises(ValueError, match=sentence):
        calculate_gain(activation, **words)


def test_something_that_is_no_activation_is_refused():
    with pytest.raises(TypeError, match="activation=3"):
        calculate_gain(3)


@pytest.mark.parametrize("nonlinearity", ["gelu", keras.activations.gelu])
def test_kaiming_initializer_uses_the_gain(nonlinearity):
    init = KaimingInitializer(nonlinearity=nonlinearity)
    assert init.stddev(fan_in=4) == pytest.approx(calculate_gain("gelu") / 2)
    again = KaimingInitializer.from_config(init.get_config())
    assert again.stddev(fan_in=4) == init.stddev(fan_in=4)


@keras.saving.register_keras_serializable("keras_ivy_tests")
def doubled(x):
    return 2 * x


def test_kaiming_initializer_saves_a_registered_function():
    init = KaimingInitializer(nonlinearity=doubled)
    again = keras.initializers.deserialize(keras.initializers.serialize(init))
    assert again.nonlinearity is doubled
    assert again.stddev(fan_in=1) == pytest.approx(0.5)


def test_kaiming_initializer_takes_a_slope():
    init = KaimingInitializer(nonlinearity="leaky_relu", negative_slope=0.5)
    assert init.stddev(fan_in=8) == pytest.approx((2 / 1.25 / 8) ** 0.5)
    assert init.clone().negative_slope == 0.5


@pytest.mark.parametrize("kind", ["rms", "std"])
def test_known_gain_of_relu_is_that_of_its_integral(kind):
    integral = calculate_gain(keras.activations.relu, kind=kind)
    assert calculate_gain("relu", kind=kind) == pytest.approx(integral, rel=1e-9)


def test_unknown_activation_lists_activations_alone():
    with pytest.raises(ValueError, match="Unknown activation") as caught:
        calculate_gain("nothing_like_it")
    assert "softsign" in str(caught.value)
    assert "__" not in str(caught.value)
    assert "serialize" not in str(caught.value)


@pytest.mark.parametrize(
    "pole", [lambda x: 1 / x, lambda x: 1 / (x - 0.3), lambda x: keras.ops.abs(x) ** -0.5]
)
def test_function_with_a_pole_has_no_gain(pole):
    with pytest.raises(ValueError, match="has a pole"):
        calculate_gain(pole)


def test_integrable_singularities_and_jumps_have_a_gain():
    # log(z ** 2) of a standard normal z has mean psi(1/2) + log(2) and variance psi'(1/2).
    mean = -(np.euler_gamma + math.log(2)) / 2
    square = math.pi**2 / 8 + mean**2
    log = calculate_gain(lambda x: keras.ops.log(keras.ops.abs(x)))
    assert log == pytest.approx(square**-0.5, rel=1e-6)
    assert calculate_gain(lambda x: keras.ops.sign(x - 0.123456)) == pytest.approx(1, rel=1e-9)
