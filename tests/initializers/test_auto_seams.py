"""What `"auto"` and `lsuv` do where a layer is more than one kernel before an activation."""

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.initializers import geometry_of, initialize_model, lsuv

L = keras.layers


class LowRank(L.Layer):
    """`activation(x A B)`."""

    def __init__(self, rank, units, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.rank, self.units = rank, units
        self.activation = keras.activations.get(activation)

    def build(self, shape):
        self.a = self.add_weight(name="a", shape=(shape[-1], self.rank))
        self.b = self.add_weight(name="b", shape=(self.rank, self.units))

    def call(self, x):
        return self.activation(x @ self.a @ self.b)


class TwoInputs(LowRank):
    """`activation(x A + x B)`: side by side, as the sizes tell."""

    def build(self, shape):
        self.a = self.add_weight(name="a", shape=(shape[-1], self.units))
        self.b = self.add_weight(name="b", shape=(shape[-1], self.units))

    def call(self, x):
        return self.activation(x @ self.a + x @ self.b)


class Embedded(L.Layer):
    """Positions and a class token as keras-hub's BERT and ViT hold them, and relative biases."""

    def build(self, shape):
        self.position = self.add_weight(name="position_embeddings", shape=(shape[1], shape[2]))
        self.token = self.add_weight(name="class_token", shape=(1, 1, shape[2]))
        self.relative = self.add_weight(name="relative_attention_bias", shape=(8, 2))
        self.kernel = self.add_weight(name="kernel", shape=(shape[2], shape[2]))

    def call(self, x):
        return (x + self.position + self.token) @ self.kernel


class PositionEmbedding(L.Layer):
    """A table that its class alone tells to be one of positions."""

    def build(self, shape):
        self.table = self.add_weight(name="embeddings", shape=shape[1:])

    def call(self, x):
        return x + self.table


def variance_before_the_activation(layer, shape):
    """The variance of what the activation receives for inputs of variance 1."""
    seen = []
    activation = layer.activation
    layer.activation = lambda x: (seen.append(np.asarray(x)), activation(x))[1]
    layer(np.random.default_rng(0).standard_normal((16, *shape)).astype("float32"))
    layer.activation = activation
    return np.var(seen[0])


CASES = {
    "separable-2d": (lambda: L.SeparableConv2D(256, 3, activation="relu"), (12, 12, 64)),
    "square": (lambda: L.SeparableConv2D(256, 3, activation="relu"), (6, 6, 256)),
    "multiplied": (
        lambda: L.SeparableConv2D(256, 3, depth_multiplier=3, activation="relu"),
        (12, 12, 64),
    ),
    "strided": (lambda: L.SeparableConv2D(256, 3, 2, activation="relu"), (17, 17, 64)),
    "separable-1d": (lambda: L.SeparableConv1D(256, 5, activation="relu"), (40, 64)),
    "low-rank": (lambda: LowRank(512, 256), (512, 256)),
    "bottleneck": (lambda: LowRank(256, 512), (64, 512)),
}


@pytest.mark.filterwarnings("ignore:No rule tells the fans")
@pytest.mark.parametrize("case", CASES)
def test_auto_gives_the_variance_of_he_once(case):
    make, shape = CASES[case]
    layer = make()
    model = keras.Sequential([keras.Input(shape), layer])
    found = []
    for seed in range(6):
        initialize_model(model, "auto", seed=seed)
        found.append(variance_before_the_activation(layer, shape))
    assert np.mean(found) == pytest.approx(2.0, rel=0.05)


@pytest.mark.filterwarnings("ignore:No rule tells the fans")
def test_auto_sees_kernels_side_by_side():
    model = keras.Sequential([keras.Input((8,)), TwoInputs(8, 16)])
    report = initialize_model(model, "auto", dry_run=True)
    assert {row.scheme for row in report} == {"VarianceScaling(scale=2.0)"}


def test_auto_leaves_kernels_without_an_activation_to_xavier():
    model = keras.Sequential([keras.Input((8, 8, 4)), L.SeparableConv2D(4, 3)])
    report = initialize_model(model, "auto", dry_run=True)
    schemes = {row.path.rsplit("/", 1)[-1]: row.scheme for row in report}
    assert schemes == {
        "depthwise_kernel": "XavierInitializer()",
        "pointwise_kernel": "XavierInitializer()",
        "bias": "Zeros()",
    }


@pytest.mark.filterwarnings("ignore:No rule tells the fans")
def test_positions_and_tokens_are_no_kernels():
    layer, table = Embedded(), PositionEmbedding()
    model = keras.Sequential([keras.Input((64, 32)), table, layer])
    roles = {v.name: geometry_of(model, v).role for v in model.variables}
    assert roles == {
        "embeddings": "position",
        "position_embeddings": "position",
        "class_token": "position",
        "relative_attention_bias": "bias",
        "kernel": "kernel",
    }
    before = [v.numpy() for v in (table.table, layer.position, layer.token)]
    report = initialize_model(model, "kaiming", dry_run=True)
    kept = [row.scheme for row in report if row.role == "position"]
    assert kept == ["kept: positions and tokens are no kernels; a rule may name them"] * 3
    initialize_model(model, "kaiming", seed=1)
    lsuv(model, np.random.default_rng(0).standard_normal((8, 64, 32)), verbose=0)
    for a, v in zip(before, (table.table, layer.position, layer.token), strict=True):
        np.testing.assert_array_equal(a, v.numpy())
    initialize_model(model, "auto", seed=1)
    for v in (table.table, layer.position):
        assert np.std(v.numpy()) == pytest.approx(0.02, rel=0.05)
    assert 0.01 < np.std(layer.token.numpy()) < 0.03
    assert not layer.relative.numpy().any()
    initialize_model(model, [ivy.InitRule("class_token", "zeros"), (".*", "xavier")])
    assert not layer.token.numpy().any()


@pytest.mark.parametrize("on", ["pre", "post"])
def test_lsuv_leaves_layers_within_the_tolerance_alone(on):
    layers = [L.Dense(64, name=f"d{i}") for i in range(3)]
    model = keras.Sequential([keras.Input((64,)), *layers])
    initialize_model(model, "orthogonal", seed=1)
    layers[1].kernel.assign(3 * layers[1].kernel)
    layers[2].kernel.assign(1.05 * layers[2].kernel)
    before = [layer.kernel.numpy() for layer in layers]
    x = np.random.default_rng(0).standard_normal((256, 64)).astype("float32")
    report = lsuv(model, x, start=None, on=on, batch_size=256, verbose=0)
    assert [row.iterations for row in report] == [0, 1, 0]
    assert report[0].factor == report[2].factor == 1.0
    assert report[2].std_after == pytest.approx(1.05, rel=0.02)
    for i in (0, 2):
        np.testing.assert_array_equal(layers[i].kernel.numpy(), before[i])
    wide = lsuv(model, 100 * x, start=None, on=on, tolerance=1e9, batch_size=256, verbose=0)
    assert [row.iterations for row in wide] == [0, 0, 0]
