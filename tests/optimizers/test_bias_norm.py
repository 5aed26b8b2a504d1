"""The preset `"bias_norm"`, against tables made by hand: what timm and BERT exclude."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.container import Container
from keras_ivy.optimizers import LAMB, LARS, AdamW
from tests.optimizers.cases import variable_at

L = keras.layers


class RMS(L.Layer):
    """A scale of one's own, in a layer whose name and class say nothing."""

    def __init__(self, shape=(-1,), called="scale", **kwargs):
        super().__init__(**kwargs)
        self.shape, self.called = shape, called

    def build(self, shape):
        size = [shape[-1] if n == -1 else n for n in self.shape]
        self.value = self.add_weight(name=self.called, shape=size, initializer="ones")

    def call(self, x):
        return x * keras.ops.reshape(self.value, (-1,))[: x.shape[-1]]


class GridNorm(RMS):
    """A normalisation over two axes."""


class LowRank(L.Layer):
    """Two matrices whose names are those of biases elsewhere."""

    def build(self, shape):
        self.a = self.add_weight(name="a", shape=(shape[-1], 2))
        self.b = self.add_weight(name="b", shape=(2, shape[-1]))

    def call(self, x):
        return x @ self.a @ self.b


class Heads(L.Layer):
    """Attention with a bias for each head and a table of relative positions."""

    def build(self, shape):
        self.w = self.add_weight(name="w", shape=(shape[-1], 2, 3))
        self.bias = self.add_weight(name="bias", shape=(2, 3))
        self.table = self.add_weight(name="relative_position_bias_table", shape=(5, 2))
        self.position = self.add_weight(name="position_embedding", shape=(4, shape[-1]))
        self.token = self.add_weight(name="class_token", shape=(1, 1, shape[-1]))
        self.logit_scale = self.add_weight(name="logit_scale", shape=())

    def call(self, x):
        return x


def excluded(layer, shape, *, calls=1):
    """The variables that the preset excludes, and the others, by name and rank."""
    inputs = keras.Input(shape)
    outputs = layer(*[inputs] * calls)
    model = keras.Model(inputs, outputs)
    model.trainable = True
    optimizer = LAMB(0.1, variant="paper", weight_decay=0.1, rules="bias_norm")
    rows = optimizer.explain(model)
    optimizer.build(model.trainable_variables)  # The same from variables alone.
    assert [t.adapt for t in optimizer._treatments] == [row.adapts for row in rows]
    assert [row.decay > 0 for row in rows] == [row.adapts for row in rows]
    names = [(row.path.rsplit("/", 1)[-1], len(row.shape)) for row in rows]
    out = {name for name, row in zip(names, rows, strict=True) if not row.adapts}
    return out, {name for name, row in zip(names, rows, strict=True) if row.adapts}


BIAS, GAMMA, BETA, KERNEL = ("bias", 1), ("gamma", 1), ("beta", 1), ("kernel", 2)
CASES = {
    "dense": (lambda: L.Dense(3), (4,), {BIAS}, {KERNEL}),
    "dense-called-norm": (lambda: L.Dense(3, name="normal_bn_ln"), (4,), {BIAS}, {KERNEL}),
    "dense-called-bias": (lambda: L.Dense(3, name="bias"), (4,), {BIAS}, {KERNEL}),
    "conv-called-bneck": (
        lambda: L.Conv2D(3, 1, name="bneck_1"),
        (4, 4, 2),
        {BIAS},
        {("kernel", 4)},
    ),
    "separable": (
        lambda: L.SeparableConv2D(3, 3, name="normal_a"),
        (4, 4, 2),
        {BIAS},
        {("depthwise_kernel", 4), ("pointwise_kernel", 4)},
    ),
    "depthwise": (lambda: L.DepthwiseConv2D(3), (4, 4, 2), {BIAS}, {("kernel", 4)}),
    "lstm": (lambda: L.LSTM(3), (4, 2), {BIAS}, {KERNEL, ("recurrent_kernel", 2)}),
    "gru": (lambda: L.GRU(3), (4, 2), {("bias", 2)}, {KERNEL, ("recurrent_kernel", 2)}),
    "bidirectional-gru": (
        lambda: L.Bidirectional(L.GRU(3)),
        (4, 2),
        {("bias", 2)},
        {KERNEL, ("recurrent_kernel", 2)},
    ),
    "einsum": (
        lambda: L.EinsumDense("abc,cde->abde", (None, 3, 2), bias_axes="de"),
        (4, 5),
        {("bias", 2)},
        {("kernel", 3)},
    ),
    "embedding": (lambda: L.Embedding(5, 3, name="norm"), (4,), set(), {("embeddings", 2)}),
    "batch-norm": (lambda: L.BatchNormalization(name="x"), (4,), {GAMMA, BETA}, set()),
    "layer-norm": (
        lambda: L.LayerNormalization(axis=(-2, -1), name="x"),
        (4, 3),
        {("gamma", 2), ("beta", 2)},
        set(),
    ),
    "group-norm": (lambda: L.GroupNormalization(2, name="x"), (4,), {GAMMA, BETA}, set()),
    "rms-norm": (lambda: L.RMSNormalization(name="n1"), (4,), {("scale", 1)}, set()),
    "prelu": (lambda: L.PReLU(), (4, 4, 2), {("alpha", 3)}, set()),
    "spectral": (lambda: L.SpectralNormalization(L.Dense(3)), (4,), {BIAS}, {KERNEL}),
    "own-scale": (lambda: RMS(name="n"), (4,), {("scale", 1)}, set()),
    "own-vector": (lambda: RMS(called="kernel"), (4,), {("kernel", 1)}, set()),
    "own-gamma-of-rank-4": (
        lambda: RMS((1, 1, 1, -1), "gamma"),
        (4,),
        {("gamma", 4)},
        set(),
    ),
    "own-norm-of-two-axes": (lambda: GridNorm((2, -1), "scale"), (4,), {("scale", 2)}, set()),
    "own-matrix-called-scale": (lambda: RMS((2, -1), "scale"), (4,), set(), {("scale", 2)}),
    "own-kernel-in-a-norm": (lambda: GridNorm((2, -1), "kernel"), (4,), set(), {KERNEL}),
    "low-rank": (lambda: LowRank(), (4,), set(), {("a", 2), ("b", 2)}),
    "heads": (
        lambda: Heads(),
        (4,),
        {("bias", 2), ("relative_position_bias_table", 2), ("logit_scale", 0)},
        {("w", 3), ("position_embedding", 2), ("class_token", 3)},
    ),
    "ivy-linear": (lambda: ivy.Linear(4, 3, name="norm"), (4,), {("b", 1)}, {("w", 2)}),
    "ivy-conv": (lambda: ivy.Conv2D(2, 3, [3, 3], 1, 1), (4, 4, 2), {("b", 4)}, {("w", 4)}),
    "ivy-layer-norm": (lambda: ivy.LayerNorm([4, 3]), (4, 3), {("weight", 2), ("bias", 2)}, set()),
    "ivy-batch-norm": (lambda: ivy.BatchNorm2D(2), (4, 4, 2), {("w", 1), ("b", 1)}, set()),
}


@pytest.mark.parametrize("case", CASES)
def test_preset_asks_the_variable_and_its_layer(case):
    make, shape, out, rest = CASES[case]
    assert excluded(make(), shape) == (out, rest)


@pytest.mark.parametrize("cls", [L.MultiHeadAttention, L.GroupQueryAttention])
def test_preset_knows_the_biases_of_heads(cls):
    layer = cls(2, 3) if cls is L.MultiHeadAttention else cls(3, 2, 1)
    out, rest = excluded(layer, (4, 6), calls=2)
    assert out == {("bias", 1), ("bias", 2)}
    assert rest == {("kernel", 3)}


@pytest.mark.parametrize(
    ("name", "counts"),
    [("NASNetMobile", (385, 357)), ("ConvNeXtTiny", (123, 59)), ("MobileNetV3Small", (88, 54))],
)
def test_preset_on_applications(name, counts):
    model = getattr(keras.applications, name)(weights=None, classes=2)
    rows = LARS(0.1, variant="paper", rules="bias_norm").explain(model)
    vectors = [row for row in rows if len(row.shape) < 2]
    assert (len(vectors), len(rows) - len(vectors)) == counts
    assert not any(row.adapts for row in vectors)
    assert all(row.adapts for row in rows if len(row.shape) > 1)


@pytest.mark.parametrize(
    ("path", "shape", "out"),
    [
        ("net/norm_head/kernel", (3, 3), False),
        ("bn_out/w", (3, 3), False),
        ("lnet/kernel", (3, 3, 2, 2), False),
        ("lora/b", (2, 3), False),
        ("query/bias", (2, 3), True),
        ("conv/b", (1, 1, 1, 3), True),
        ("scale", (), True),
        ("ln_1/w", (3,), True),
        ("linear/w", (3,), False),
    ],
)
def test_preset_of_leaves_that_have_no_layer(path, shape, out):
    optimizer = LAMB(0.1, variant="paper", rules="bias_norm")
    (told,) = optimizer.explain([variable_at(path, np.ones(shape))])
    assert told.adapts is not out
    (told,) = optimizer.explain(Container({path: tf.ones(shape)}))
    assert told.adapts is not out


def test_preset_survives_saving_and_is_told_by_its_name(tmp_path):
    model = keras.Sequential([keras.Input((4,)), L.Dense(2, name="bneck"), RMS(name="n1")])
    model.compile(AdamW(0.1, weight_decay=0.1, rules="bias_norm"), "mse")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras", custom_objects={"RMS": RMS})
    rows = again.optimizer.explain(again)
    assert [row.decay for row in rows] == [0.1, 0.0, 0.0]
    assert repr(rows[1].rule) == "preset 'bias_norm'"
    assert again.optimizer.rules == model.optimizer.rules
