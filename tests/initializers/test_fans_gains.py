"""Measured gains: weights of variance 1 / fan_in keep the variance of the signal, weights of
variance 1 / fan_out that of the gradient, for every Keras layer with a kernel.

Sizes make the sampling error of a variance less than one per cent: it is about `sqrt(.8 / n)` for
n uniform weights. Borders, where zero padding or the end of a valid convolution leaves products
out, are cropped: fans speak of the interior.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.initializers.fans.lookup import geometry_of
from keras_ivy.structure import walk

L = keras.layers


def fill(layer, fan, rng):
    """Give every weight the variance `1 / fan`; everything else stays."""
    for entry in walk(layer):
        geometry = geometry_of(layer, entry.variable)
        if geometry.is_weight:
            limit = (3 / geometry.fans[fan]) ** 0.5
            entry.variable.assign(rng.uniform(-limit, limit, entry.variable.shape))


def gain(layer, shape, *, backward=False, crop=0, call=None):
    """Var(y) / Var(x), or Var(dx) / Var(dy), away from the borders of the spatial axes."""
    rng = np.random.default_rng(7)
    call = call or layer
    x = tf.constant(rng.standard_normal(shape), "float32")
    call(x)
    fill(layer, int(backward), rng)
    if not backward:
        y = call(x)
        return float(np.var(interior(y, crop)) / np.var(x))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = call(x)
        dy = tf.constant(rng.standard_normal(y.shape), "float32")
    return float(np.var(interior(tape.gradient(y, x, dy), crop)) / np.var(dy))


def interior(values, crop):
    """Cut `crop` positions off both ends of every axis between the first and the last."""
    cut = slice(crop, -crop) if crop else slice(None)
    return np.asarray(values)[(slice(None), *(cut,) * (len(values.shape) - 2))]


#: name: (layer, input shape, crop of the output, crop of the input's gradient)
CASES = {
    "Dense": (lambda: L.Dense(256), (512, 128), 0, 0),
    "EinsumDense experts": (lambda: L.EinsumDense("bhi,hio->bho", (8, 64)), (256, 8, 64), 0, 0),
    "EinsumDense local": (lambda: L.EinsumDense("btf,tfo->bto", (32, 32)), (256, 32, 32), 0, 0),
    "EinsumDense heads": (
        lambda: L.EinsumDense("btd,dhk->bthk", (None, 8, 16)),
        (64, 8, 128),
        0,
        0,
    ),
    "EinsumDense merge": (lambda: L.EinsumDense("bthk,hkd->btd", (None, 96)), (64, 8, 8, 16), 0, 0),
    "EinsumDense ellipsis": (lambda: L.EinsumDense("...x,xy->...y", 96), (64, 8, 128), 0, 0),
    "EinsumDense trailing": (
        lambda: L.EinsumDense("ab...,bc->ac...", (96, 8)),
        (128, 128, 8),
        0,
        0,
    ),
    "EinsumDense summed input": (
        lambda: L.EinsumDense("abc,bd->ad", (128,)),
        (2048, 64, 3),
        0,
        None,
    ),
    "Conv1D": (lambda: L.Conv1D(96, 3), (16, 40, 64), 0, 2),
    "Conv1D causal dilated": (
        lambda: L.Conv1D(96, 3, padding="causal", dilation_rate=2),
        (16, 40, 64),
        4,
        4,
    ),
    "Conv2D": (lambda: L.Conv2D(96, 3), (4, 20, 20, 64), 0, 2),
    "Conv2D same": (lambda: L.Conv2D(96, 3, padding="same"), (4, 20, 20, 64), 1, 1),
    "Conv2D stride 2": (lambda: L.Conv2D(96, 3, strides=2), (4, 34, 34, 64), 0, 3),
    "Conv2D window below stride": (lambda: L.Conv2D(192, 1, strides=2), (8, 32, 32, 128), 0, 0),
    "Conv2D groups": (lambda: L.Conv2D(128, 3, groups=8), (8, 20, 20, 64), 0, 2),
    "Conv2D groups stride": (
        lambda: L.Conv2D(128, 3, strides=2, groups=4),
        (8, 26, 26, 64),
        0,
        3,
    ),
    "Conv2D dilation": (lambda: L.Conv2D(96, 3, dilation_rate=2), (4, 20, 20, 64), 0, 4),
    "Conv3D": (lambda: L.Conv3D(32, 3), (2, 12, 12, 12, 32), 0, 2),
    "DepthwiseConv1D": (lambda: L.DepthwiseConv1D(7), (4, 40, 2048), 0, 6),
    "DepthwiseConv1D multiplier": (
        lambda: L.DepthwiseConv1D(7, depth_multiplier=3),
        (4, 40, 1024),
        0,
        6,
    ),
    "DepthwiseConv2D": (lambda: L.DepthwiseConv2D(3), (2, 14, 14, 2048), 0, 2),
    "DepthwiseConv2D multiplier": (
        lambda: L.DepthwiseConv2D(3, depth_multiplier=2),
        (2, 14, 14, 1024),
        0,
        2,
    ),
    "DepthwiseConv2D stride 2": (lambda: L.DepthwiseConv2D(3, 2), (2, 22, 22, 2048), 0, 3),
    "SeparableConv1D": (lambda: L.SeparableConv1D(64, 5), (4, 40, 2048), 0, 4),
    "SeparableConv2D": (
        lambda: L.SeparableConv2D(64, 3, depth_multiplier=2),
        (2, 12, 12, 1024),
        0,
        2,
    ),
    "SeparableConv2D stride 2": (
        lambda: L.SeparableConv2D(64, 3, strides=2),
        (2, 22, 22, 2048),
        0,
        3,
    ),
    "Conv1DTranspose": (lambda: L.Conv1DTranspose(64, 5, 3), (8, 40, 64), 6, 0),
    "Conv2DTranspose stride 1": (lambda: L.Conv2DTranspose(16, 4), (2, 20, 20, 96), 3, 0),
    "Conv2DTranspose stride 2": (lambda: L.Conv2DTranspose(16, 4, 2), (2, 20, 20, 96), 4, 0),
    "Conv2DTranspose overlap": (lambda: L.Conv2DTranspose(32, 3, 2), (2, 20, 20, 96), 4, 0),
    "Conv2DTranspose gaps": (lambda: L.Conv2DTranspose(64, 2, 3), (2, 20, 20, 96), 3, 0),
    "Conv2DTranspose to image": (lambda: L.Conv2DTranspose(3, 4, 2), (2, 16, 16, 512), 4, 0),
    "Conv3DTranspose": (lambda: L.Conv3DTranspose(16, 4, 2), (1, 10, 10, 10, 48), 4, 0),
    "SimpleRNN": (lambda: L.SimpleRNN(192, activation=None), (512, 1, 128), 0, 0),
    "Bidirectional": (
        lambda: L.Bidirectional(L.SimpleRNN(192, activation=None), merge_mode="concat"),
        (512, 1, 128),
        0,
        None,
    ),
    "TimeDistributed": (lambda: L.TimeDistributed(L.Dense(96)), (64, 8, 256), 0, 0),
}


@pytest.mark.parametrize("name", CASES)
def test_fan_in_keeps_the_variance_of_the_signal(name):
    make, shape, crop, _ = CASES[name]
    assert gain(make(), shape, crop=crop) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[3] is not None])
def test_fan_out_keeps_the_variance_of_the_gradient(name):
    make, shape, _, crop = CASES[name]
    assert gain(make(), shape, backward=True, crop=crop) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("make", [lambda: L.SeparableConv2D(8, 3), lambda: L.DepthwiseConv2D(3)])
def test_keras_loses_the_signal_where_the_fans_are_true(make):
    """The same measurement with Keras's own reading of the shape: far from 1."""
    layer = make()
    x = tf.random.stateless_normal((2, 14, 14, 512), (1, 2))
    layer(x)
    for variable in layer.trainable_variables[:-1]:
        scheme = keras.initializers.VarianceScaling(1.0, "fan_in", "uniform", seed=1)
        variable.assign(scheme(variable.shape))
    assert np.var(layer(x)) < 0.05


ATTENTION = {
    "MultiHeadAttention": lambda: L.MultiHeadAttention(8, 24),
    "GroupQueryAttention": lambda: L.GroupQueryAttention(24, 8, 4),
}


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", ["query_dense", "key_dense", "value_dense", "output_dense"])
@pytest.mark.parametrize("kind", ATTENTION)
def test_attention_projections_keep_the_variance(kind, name, backward):
    attention = ATTENTION[kind]()
    attention.build((None, 8, 160), (None, 8, 160))
    projection = getattr(attention, f"_{name}")
    shape = (64, 8, 8, 24) if name == "output_dense" else (64, 8, 160)
    assert gain(projection, shape, backward=backward) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", ["kernel", "recurrent_kernel"])
@pytest.mark.parametrize(
    ("make", "gates"),
    [(lambda: L.LSTM(96), 4), (lambda: L.GRU(96), 3), (lambda: L.SimpleRNN(192), 1)],
    ids=["LSTM", "GRU", "SimpleRNN"],
)
def test_each_gate_keeps_the_variance(make, gates, name, backward):
    layer = make()
    layer.build((None, 5, 128))
    inputs, width = getattr(layer.cell, name).shape

    def gate(x):
        return x @ getattr(layer.cell, name)[:, width - width // gates :]

    assert gain(layer, (1024, inputs), backward=backward, call=gate) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", ["kernel", "recurrent_kernel"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_each_gate_of_a_convolutional_cell_keeps_the_variance(rank, name, backward):
    make = getattr(L, f"ConvLSTM{rank}D")
    filters = {1: 96, 2: 64, 3: 32}[rank]
    side = {1: 40, 2: 18, 3: 14}[rank]
    layer = make(filters, 3, strides=2)
    layer.build((None, 2, *(side,) * rank, filters))
    strides = 2 if name == "kernel" else 1

    def gate(x):
        return keras.ops.conv(x, getattr(layer.cell, name)[..., :filters], strides)

    crop = 3 if backward and strides == 2 else 2
    shape = (4, *(side,) * rank, filters)
    measured = gain(layer, shape, backward=backward, crop=crop if backward else 0, call=gate)
    assert measured == pytest.approx(1.0, abs=0.05)


def test_embedding_looks_up_and_its_transpose_sums():
    layer = L.Embedding(3000, 64)
    ids = tf.range(3000)
    layer(ids)
    rng = np.random.default_rng(3)
    fill(layer, 0, rng)
    assert np.var(layer(ids)) == pytest.approx(1.0, abs=0.05)
    fill(layer, 1, rng)
    dy = rng.standard_normal((4, 64))
    assert np.var(dy @ layer.embeddings.numpy().T) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("backward", [False, True])
def test_untied_reverse_embedding_is_a_matrix_product(backward):
    layer = L.ReversibleEmbedding(300, 96, tie_weights=False)

    def call(x):
        return layer(x, reverse=True)

    layer.build((None, 3))
    assert gain(layer, (256, 96), backward=backward, call=call) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("backward", [False, True])
def test_additive_attention_sums_over_its_scale(backward):
    layer = L.AdditiveAttention()
    layer.build([(None, 3, 30000), (None, 3, 30000)])

    def score(x):
        return keras.ops.sum(x * layer.scale, -1, keepdims=True)

    assert gain(layer, (64, 30000), backward=backward, call=score) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(
    ("make", "shape", "crop"),
    [
        (lambda: L.Dense(128, lora_rank=96), (256, 128), 0),
        (lambda: L.Conv2D(96, 3, lora_rank=64), (4, 20, 20, 64), 2),
        (lambda: L.EinsumDense("btd,dhk->bthk", (None, 4, 48), lora_rank=48), (64, 8, 96), 0),
        (lambda: L.EinsumDense("bti,oi->bto", (None, 160), lora_rank=80), (64, 8, 128), 0),
    ],
    ids=["Dense", "Conv2D", "EinsumDense", "EinsumDense reversed"],
)
def test_both_factors_of_lora_keep_the_variance(make, shape, crop, backward):
    """With the frozen kernel at zero the layer is the product of the two factors."""
    layer = make()
    layer.build((None, *shape[1:]))
    layer.lora_alpha = layer.lora_rank
    rng = np.random.default_rng(5)
    for entry in walk(layer):
        geometry = geometry_of(layer, entry.variable)
        spread = geometry.fans[int(backward)] ** -0.5 if geometry.role.startswith("lora") else 0.0
        entry.variable.assign(rng.standard_normal(entry.variable.shape) * spread)
    x = tf.constant(rng.standard_normal(shape), "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        dy = tf.constant(rng.standard_normal(y.shape), "float32")
    measured = np.var(interior(tape.gradient(y, x, dy), crop)) if backward else np.var(y)
    assert measured == pytest.approx(1.0, abs=0.05)
