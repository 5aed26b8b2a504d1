"""Gains with parameters, tails of distributions, adapters of low rank, small targets of LSUV."""

import keras
import numpy as np
import pytest
import scipy.integrate
import scipy.stats

import keras_ivy as ivy
from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.model.draw import draw_values
from keras_ivy.initializers.random.truncation import truncated_moments

ACTIVATIONS = {
    "celu": lambda x, alpha: x if x > 0 else alpha * np.expm1(x / alpha),
    "elu": lambda x, alpha: x if x > 0 else alpha * np.expm1(x),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
}


@pytest.mark.parametrize("param", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gain_with_a_parameter_is_that_of_the_integral(name, param):
    activation = ACTIVATIONS[name]
    square = lambda x: activation(x, param) ** 2 * scipy.stats.norm.pdf(x)
    mean = sum(scipy.integrate.quad(square, *part)[0] for part in [(-12, 0), (0, 12)])
    assert ivy.calculate_gain(name, param) == pytest.approx(mean**-0.5, rel=1e-7)


@pytest.mark.parametrize(("low", "high"), [(-1, 2), (0.5, 3), (7, 9), (8, 30), (-30, -8), (-9, -7)])
def test_moments_of_a_truncated_normal_hold_far_in_the_tails(low, high):
    mean, deviation = truncated_moments(low, high)
    wanted = scipy.stats.truncnorm(low, high)
    assert mean == pytest.approx(wanted.mean(), rel=1e-7)
    # The variance is a small difference of large numbers there: it has fewer digits.
    assert deviation == pytest.approx(wanted.std(), rel=1e-4)


@pytest.mark.parametrize("strides", [1, 2])
def test_adapters_of_a_strided_convolution_have_its_fans(strides):
    layer = keras.layers.Conv2D(8, 4, strides=strides, padding="same")
    layer.build((None, 8, 8, 3))
    layer.enable_lora(2)
    window = 4 * 4
    assert ivy.fans_of(layer, layer.lora_kernel_a) == (window * 3, window * 2 // strides**2)
    assert ivy.fans_of(layer, layer.lora_kernel_b) == (2, 8)
    assert ivy.fans_of(layer, layer._kernel) == (window * 3, window * 8 // strides**2)


def test_a_matrix_with_two_output_axes_is_not_plain():
    """A kernel of attention is (in, heads, dim): its shape alone reads as a window of `in`."""
    plain = Geometry(6, 8, split=(6, 8), inputs=(0,), outputs=(1,))
    heads = Geometry(6, 8, split=(6, 2, 4), inputs=(0,), outputs=(1, 2))
    assert plain.is_plain
    assert not heads.is_plain
    seen = []

    class Looks(keras.initializers.Initializer):
        def __call__(self, shape, dtype=None):
            seen.append(tuple(shape))
            return keras.ops.ones(shape, dtype)

    drawn = draw_values(ivy.initializers.get(Looks()), heads, (6, 2, 4), "float32", 0)
    assert drawn.shape == (6, 2, 4)
    assert seen == [(6, 8)]


@pytest.mark.parametrize("on", ["pre", "post"])
@pytest.mark.parametrize("target", [0.01, 0.1, 20.0])
def test_lsuv_reaches_a_target_within_a_share_of_it(target, on):
    doubling = keras.initializers.RandomNormal(stddev=0.5, seed=0)
    layers = [keras.layers.Dense(16, kernel_initializer=doubling.clone()) for _ in range(3)]
    model = keras.Sequential([keras.Input((16,)), *layers])
    x = np.random.default_rng(0).standard_normal((256, 16)).astype("float32")
    ivy.lsuv(
        model, x, target_std=target, tolerance=0.05, on=on, start=None, batch_size=256, verbose=0
    )
    for layer in model.layers:
        x = layer(x)
        assert np.std(x) == pytest.approx(target, rel=0.05)
