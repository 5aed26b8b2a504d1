"""Fans from shapes, from what is said of the layer, and from the axes that Keras tells."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import keras_ivy.initializers as initializers
from keras_ivy.initializers import GlorotUniform, KaimingNormal, Uniform, kernel_fans
from keras_ivy.initializers.fans.options import combine_fans

#: The table of facts about Keras's layers: shape, options, true (fan_in, fan_out).
TABLE = [
    ((), {}, (1, 1)),
    ((7,), {}, (7, 7)),
    ((128, 256), {}, (128, 256)),
    ((256, 128), {"layer": "linear"}, (128, 256)),
    ((3, 3, 64, 128), {}, (576, 1152)),
    ((3, 3, 64, 128), {"strides": 2}, (576, 288)),
    ((3, 3, 64, 128), {"strides": (2, 1)}, (576, 576)),
    ((3, 3, 8, 128), {"groups": 8}, (72, 144)),
    ((3, 3, 64, 1), {"layer": "depthwise"}, (9, 9)),
    ((3, 3, 64, 2), {"layer": "depthwise", "strides": 2}, (9, 4.5)),
    ((7, 256, 1), {"layer": "depthwise"}, (7, 7)),
    ((4, 4, 32, 256), {"layer": "conv_transpose"}, (4096, 512)),
    ((4, 4, 32, 256), {"layer": "conv_transpose", "strides": 2}, (1024, 512)),
    ((4, 4, 3, 64), {"layer": "conv_transpose", "strides": 2}, (256, 48)),
    ((8, 64, 48), {"input_axes": (1,), "output_axes": (0, 2), "batch_axes": (0,)}, (64, 48)),
    ((512, 8, 64), {"input_axes": (0,), "output_axes": (1, 2)}, (512, 512)),
    ((8, 64, 512), {"input_axes": (0, 1), "output_axes": (2,)}, (512, 512)),
    ((128, 512), {"layer": "lstm"}, (128, 128)),
    ((128, 384), {"layer": "gru"}, (128, 128)),
    ((128, 384), {"gates": 3}, (128, 128)),
    ((3, 3, 64, 256), {"layer": "conv_lstm"}, (576, 576)),
    ((50000, 256), {"layer": "embedding"}, (1, 256)),
    ((24, 8), {"layer": "linear", "gates": 3}, (8, 8)),
    ((5, 6, 7), {"batch_axes": (0,)}, (6, 7)),
    ((5, 6, 7), {"output_axes": (0,)}, (42, 5)),
    ((5, 6, 7), {"input_axes": (-1,)}, (7, 30)),
]


@pytest.mark.parametrize(("shape", "options", "fans"), TABLE)
def test_kernel_fans(shape, options, fans):
    assert kernel_fans(shape, options.pop("layer", None), **options) == fans


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("words", [{}, {"groups": 4}, {"strides": 2}], ids=str)
def test_fan_in_scaling_keeps_the_forward_variance_of_convolutions(rank, words):
    init = initializers.VarianceScaling(1.0, "fan_in", seed=1, **words)
    layer = getattr(keras.layers, f"Conv{rank}D")(32, 3, kernel_initializer=init, **words)
    size = {1: 3000, 2: 60, 3: 16}[rank]
    x = np.random.default_rng(0).normal(size=(1, *(size,) * rank, 64)).astype("float32")
    assert np.asarray(layer(x)).var() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("strides", "size"), [(1, 4), (2, 4)])
def test_fan_in_scaling_keeps_the_forward_variance_of_transposed_convolutions(strides, size):
    init = initializers.VarianceScaling(
        1.0, "fan_in", layer="conv_transpose", strides=strides, seed=1
    )
    layer = keras.layers.Conv2DTranspose(64, size, strides=strides, kernel_initializer=init)
    x = np.random.default_rng(0).normal(size=(1, 40, 40, 128)).astype("float32")
    inside = np.asarray(layer(x))[:, 8:-8, 8:-8]
    assert inside.var() == pytest.approx(1, abs=0.06)


def test_fan_in_scaling_keeps_the_forward_variance_of_depthwise_convolutions():
    init = initializers.VarianceScaling(1.0, "fan_in", layer="depthwise", seed=1)
    layer = keras.layers.DepthwiseConv2D(3, depthwise_initializer=init)
    x = np.random.default_rng(0).normal(size=(1, 30, 30, 512)).astype("float32")
    assert np.asarray(layer(x)).var() == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize(
    ("mode", "fan"),
    [("fan_in", 3), ("fan_out", 12), ("fan_sum", 15), ("fan_avg", 7.5), ("fan_geo_avg", 6)],
)
def test_combine_fans(mode, fan):
    assert combine_fans(mode, 3, 12) == fan


@pytest.mark.parametrize("fans", [(-1, 3), (3, -1), (float("inf"), 3), (float("nan"), 3)])
@pytest.mark.parametrize("mode", ["fan_in", "fan_sum", "fan_geo_avg"])
def test_fans_that_are_not_positive_are_refused(fans, mode):
    with pytest.raises(ValueError, match="positive and finite"):
        combine_fans(mode, *fans)


@pytest.mark.parametrize("fans", [("3", 4), (3, [4])])
def test_fans_that_are_no_numbers_are_refused(fans):
    with pytest.raises(TypeError, match=r"Fans must be numbers\. Received: fan_in="):
        KaimingNormal().create_variables((2,), "cpu", fans[1], fans[0])


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_means_of_fans_are_in_order(fan_in, fan_out):
    geometric, mean = (combine_fans(m, fan_in, fan_out) for m in ("fan_geo_avg", "fan_avg"))
    low, high = sorted((fan_in, fan_out))
    assert low <= geometric * (1 + 1e-12)
    assert geometric <= mean * (1 + 1e-12)
    assert mean <= high
    assert combine_fans("fan_sum", fan_in, fan_out) == 2 * mean


@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.data())
def test_fans_of_axes_multiply_to_the_size_of_the_kernel(shape, data):
    axes = data.draw(st.permutations(range(len(shape))))
    cut = data.draw(st.integers(1, len(shape) - 1))
    fan_in, fan_out = kernel_fans(shape, input_axes=axes[:cut], output_axes=axes[cut:])
    assert fan_in * fan_out == np.prod(shape)
    batch = axes[cut:][: data.draw(st.integers(0, len(shape) - cut - 1))]
    inner = kernel_fans(shape, input_axes=axes[:cut], batch_axes=batch)
    assert inner[0] == fan_in
    assert inner[1] * np.prod([shape[axis] for axis in batch]) == fan_out


def test_explicit_fans_are_used_as_they_are():
    init = GlorotUniform(fans=(2, 4), seed=1)
    expected = GlorotUniform().draw((50, 60), 2, 4, "float32", 1)
    np.testing.assert_array_equal(init((50, 60)), expected)
    np.testing.assert_array_equal(init.create_variables((50, 60), "cpu"), expected)


def test_half_of_the_fans_is_enough_for_its_mode():
    init = KaimingNormal(fans=(8, None), seed=1)
    np.testing.assert_array_equal(init((5, 6)), KaimingNormal().draw((5, 6), 8, None, "float32", 1))


def test_options_stand_in_for_the_fans_of_ivy():
    init = KaimingNormal(layer="depthwise", seed=1)
    found = init.create_variables((3, 3, 64, 1), "cpu")
    np.testing.assert_array_equal(found, KaimingNormal().draw((3, 3, 64, 1), 9, 9, "float32", 1))


def test_fans_of_the_call_go_before_the_options():
    init = KaimingNormal(fans=(8, 8), seed=1)
    found = init.create_variables((5, 6), "cpu", fan_in=2)
    np.testing.assert_array_equal(found, KaimingNormal().draw((5, 6), 2, None, "float32", 1))


def test_shapes_alone_agree_with_keras():
    for shape in [(), (7,), (5, 6), (3, 5, 6), (3, 2, 5, 6)]:
        ours = Uniform(3, "fan_in", 0.5, 1.0, seed=3)(shape)
        theirs = keras.initializers.VarianceScaling(1, "fan_in", "uniform", seed=3)(shape)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize(
    ("equation", "shape", "batch", "fans"),
    [
        ("abc,cde->abde", (None, None, 3, 4), None, (5, 12)),
        ("abcd,cde->abe", (None, None, 7), None, (30, 7)),
        ("bhi,hio->bho", (None, 5, 7), [0], (6, 7)),
    ],
)
def test_einsum_dense_tells_its_axes(equation, shape, batch, fans):
    inputs = {"abc,cde->abde": (1, 2, 5), "abcd,cde->abe": (1, 2, 5, 6), "bhi,hio->bho": (1, 5, 6)}
    init = initializers.XavierNormal(seed=1, batch_axes=batch)
    layer = keras.layers.EinsumDense(equation, shape[1:], kernel_initializer=init)
    layer.build(inputs[equation])
    expected = initializers.XavierNormal().draw(layer.kernel.shape, *fans, "float32", 1)
    np.testing.assert_array_equal(layer.kernel.numpy(), expected)


def test_what_the_user_says_goes_before_what_einsum_dense_tells():
    layer = keras.layers.EinsumDense(
        "abc,cde->abde", (None, 3, 4), kernel_initializer=KaimingNormal(fans=(2, 9), seed=1)
    )
    layer.build((1, 2, 5))
    expected = KaimingNormal().draw((5, 3, 4), 2, 9, "float32", 1)
    np.testing.assert_array_equal(layer.kernel.numpy(), expected)


@pytest.mark.parametrize(
    "init",
    [
        initializers.Scaled("xavier_normal", 0.5, seed=1),
        initializers.Fixup(4, initializer="xavier_normal", seed=1),
        initializers.adopt(keras.initializers.GlorotNormal(seed=1)),
    ],
    ids=["Scaled", "Fixup", "adopted"],
)
def test_wrapped_initializers_receive_the_axes_of_einsum_dense(init):
    layer = keras.layers.EinsumDense("abc,cde->abde", (None, 3, 4), kernel_initializer=init)
    layer.build((1, 2, 5))
    expected = init.draw((5, 3, 4), 5, 12, "float32", 1)
    np.testing.assert_allclose(layer.kernel.numpy(), expected, rtol=1e-6)


def test_torch_default_refuses_to_guess_the_fan_of_a_bias():
    with pytest.raises(ValueError, match="fan_in of its kernel"):
        keras.layers.Dense(3, bias_initializer=initializers.TorchDefault()).build((None, 4))
    init = initializers.TorchDefault(fans=(4, 3))
    layer = keras.layers.Dense(3, bias_initializer=init)
    layer.build((None, 4))
    assert np.abs(layer.bias.numpy()).max() <= 0.5


@pytest.mark.parametrize(
    "words",
    [
        {"layer": "convolution"},
        {"layer": "conv", "batch_axes": [0]},
        {"groups": 0},
        {"gates": -1},
        {"gates": 1.5},
        {"strides": 0},
        {"strides": (1, 0)},
        {"fans": (1, 2, 3)},
        {"fans": 3},
        {"layers": "conv"},
    ],
    ids=str,
)
def test_bad_options_are_refused_by_the_constructor(words):
    with pytest.raises((ValueError, TypeError), match="Received: "):
        GlorotUniform(**words)


def test_an_unknown_argument_names_the_class_and_the_nearest():
    with pytest.raises(TypeError, match=r"Siren has no argument 'w'. Did you mean 'w0'"):
        initializers.Siren(w=3)


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        ({"layer": "depthwise"}, (3, 3)),
        ({"layer": "dense"}, (3, 3, 4)),
        ({"strides": 2}, (3, 4)),
        ({"groups": 2}, (3, 4)),
        ({"layer": "depthwise", "groups": 2}, (3, 3, 4, 1)),
        ({"input_axes": [3]}, (3, 4)),
    ],
    ids=str,
)
def test_shapes_that_do_not_fit_the_options_are_refused(words, shape):
    with pytest.raises(ValueError, match="Received: "):
        GlorotUniform(**words)(shape)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Uniform(-6, "fan_in", 0.5, 1), "at least 0. Received: numerator=-6"),
        (lambda: Uniform(6, "fan_in", 0.5, -1), "at least 0. Received: gain=-1"),
        (lambda: Uniform(6, "fan_in", float("nan"), 1), "finite. Received: power=nan"),
        (lambda: Uniform(0, "fan_in", -1, 1), "negative power"),
        (lambda: initializers.Normal(float("inf"), "fan_in", 0.5, 1), "finite"),
        (lambda: initializers.Normal(cut=0), "above 0. Received: cut=0"),
        (lambda: initializers.RandomNormal(stddev=-1), "at least 0. Received: stddev=-1"),
        (lambda: initializers.NormalInitializer(std=-1), "at least 0. Received: std=-1"),
        (lambda: initializers.UniformInitializer(1, 0), "at least 1. Received: b=0"),
        (lambda: initializers.Siren(-1), "above 0. Received: w0=-1"),
        (lambda: initializers.KaimingNormal(fan_mode="fan"), "fan must be one of"),
        (lambda: initializers.KaimingUniform(mode="fan"), "fan must be one of"),
        (lambda: initializers.VarianceScaling(-1), "at least 0. Received: scale=-1"),
        (lambda: initializers.VarianceScaling(mode="fan"), "fan must be one of"),
        (lambda: initializers.XavierInitializer(distribution="cauchy"), "'truncated_normal'"),
        (lambda: initializers.XavierInitializer(gain=-1), "at least 0. Received: gain=-1"),
        (lambda: initializers.KaimingInitializer(nonlinearity="rleu"), "Did you mean 'relu'"),
        (lambda: initializers.Constant(float("nan")), "NaN"),
        (lambda: initializers.Constant(0.5)((2,), "int32"), "constant=0.5, dtype='int32'"),
        (lambda: initializers.Constant(300)((2,), "uint8"), "constant=300, dtype='uint8'"),
    ],
)
def test_bad_numbers_are_refused(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Uniform("6", "fan_in", 0.5, 1),
        lambda: Uniform(6, "fan_in", 0.5, True),
        lambda: initializers.RandomNormal(mean=None),
        lambda: initializers.Constant("1"),
        lambda: initializers.Constant([1.0, 2.0]),
    ],
)
def test_arguments_that_are_no_numbers_are_refused(make):
    with pytest.raises(TypeError, match="must be a number"):
        make()
