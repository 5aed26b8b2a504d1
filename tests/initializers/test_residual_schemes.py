"""Whole-model schemes for residual networks and transformers."""

import keras
import numpy as np
import pytest

from keras_ivy.initializers import (
    DeepNetScheme,
    FixupScheme,
    TFixupScheme,
    initialize_model,
)

L = keras.layers


class Block(L.Layer):
    """`x + W2 relu(W1 x)`, with a normalisation at the end if asked."""

    def __init__(self, units=32, norm=False, layers=2, **kwargs):
        super().__init__(**kwargs)
        self.parts = [L.Dense(units) for _ in range(layers)]
        self.norm = L.BatchNormalization() if norm else None

    def build(self, shape):
        for part in self.parts:
            part.build(shape)
        if self.norm is not None:
            self.norm.build(shape)

    def call(self, x):
        y = x
        for part in self.parts:
            y = part(keras.ops.relu(y))
        return x + (y if self.norm is None else self.norm(y))


def resnet(depth=4, **options):
    inputs = keras.Input((32,))
    x = L.Dense(32, name="stem")(inputs)
    for index in range(depth):
        x = Block(name=f"block{index}", **options)(x)
    return keras.Model(inputs, L.Dense(10, name="head")(x))


def std(variable):
    return float(np.std(variable.value))


def stds(model):
    return [[std(p.kernel) for p in model.get_layer(f"block{i}").parts] for i in range(4)]


HE = np.sqrt(2 / 32)


def test_zero_last_zeroes_the_last_kernel_of_each_branch():
    model = initialize_model(resnet(), "zero_last", {"branch": r"block\d+"}, seed=1)
    for first, last in stds(model):
        assert first == pytest.approx(HE, rel=0.1)
        assert last == 0
    assert std(model.get_layer("stem").kernel) == pytest.approx(HE, rel=0.1)
    x = np.ones((2, 32), "float32")
    stem, head = model.get_layer("stem"), model.get_layer("head")
    np.testing.assert_allclose(model(x), head(stem(x)), rtol=1e-5)


def test_zero_last_prefers_the_scale_of_a_final_normalisation():
    model = initialize_model(resnet(norm=True), "zero_last", {"branch": r"block\d+"}, seed=1)
    for index in range(4):
        block = model.get_layer(f"block{index}")
        assert not np.any(block.norm.gamma.value)
        assert not np.any(block.norm.beta.value)
        assert np.all(block.norm.moving_variance.value == 1)
        assert std(block.parts[-1].kernel) == pytest.approx(HE, rel=0.1)


def test_zero_last_finds_the_branches_of_resnet50_by_a_named_group():
    model = keras.applications.ResNet50(weights=None, input_shape=(32, 32, 3), classes=10)
    pattern = r"(?P<branch>conv\d_block\d+)_[123]_.*"
    report = initialize_model(model, "zero_last", {"branch": pattern, "base": None}, dry_run=True)
    changed = [row for row in report if row.changed and row.role == "scale"]
    assert len(changed) == 16
    names = [model.layers[int(row.path.split("/")[1][1:])].name for row in changed]
    assert all(name.endswith("_3_bn") for name in names)


def test_fixup_scales_by_depth_and_zeroes_the_ends():
    model = initialize_model(resnet(), FixupScheme(r"block\d+"), seed=1)
    for first, last in stds(model):
        assert first == pytest.approx(HE * 4**-0.5, rel=0.1)
        assert last == 0
    assert std(model.get_layer("head").kernel) == 0
    assert std(model.get_layer("stem").kernel) == pytest.approx(HE, rel=0.1)


def test_fixup_takes_the_number_of_layers_into_account():
    model = initialize_model(resnet(layers=3), "fixup", {"branch": r"block\d+"}, seed=1)
    for first, second, last in stds(model):
        assert [first, second, last] == pytest.approx([HE * 4**-0.25] * 2 + [0], rel=0.1)


def test_fixup_sets_scalar_biases_and_multipliers():
    class Scalar(L.Layer):
        def build(self, shape):
            self.bias = self.add_weight(name="bias", shape=(1,), initializer="ones")
            self.scale = self.add_weight(name="scale", shape=(1,), initializer="zeros")

        def call(self, x):
            return self.scale * x + self.bias

    inputs = keras.Input((32,))
    scalar = Scalar()
    model = keras.Model(inputs, L.Dense(2)(Block(name="block0")(scalar(inputs))))
    initialize_model(model, FixupScheme(r"block\d+"))
    assert float(scalar.bias[0]) == 0
    assert float(scalar.scale[0]) == 1


def test_fixup_wants_to_know_a_classifier_inside_a_branch():
    inputs = keras.Input((32,))
    model = keras.Model(inputs, Block(name="block0")(inputs))
    with pytest.raises(ValueError, match="name the classifier with `head`"):
        initialize_model(model, FixupScheme(r"block\d+"))


def test_fixup_keeps_fifty_unnormalised_blocks_at_the_size_of_their_input():
    """Facts 4.8: Keras's default grows to 1e4, the loss starts at ln 10 exactly with Fixup."""
    x = np.random.default_rng(0).standard_normal((32, 32)).astype("float32")
    model = resnet(50)
    hidden = keras.Model(model.input, model.get_layer("block49").output)
    initialize_model(model, "kaiming", seed=1)
    assert np.std(hidden(x)) > 1e3
    initialize_model(model, FixupScheme(r"block\d+"), seed=1)
    assert np.std(hidden(x)) < 3
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert float(loss(np.zeros(32), model(x))) == pytest.approx(np.log(10), abs=1e-5)


@pytest.mark.parametrize(("depth", "count"), [(None, 4), (16, 16)])
def test_depth_scaled_shrinks_the_last_layer(depth, count):
    config = {"branch": r"block\d+", "depth": depth}
    model = initialize_model(resnet(), "depth_scaled", config, seed=1)
    for first, last in stds(model):
        assert first == pytest.approx(HE, rel=0.1)
        assert last == pytest.approx(HE / np.sqrt(2 * count), rel=0.1)


class TransformerLayer(L.Layer):
    def __init__(self, cross=False, **kwargs):
        super().__init__(**kwargs)
        self.attention = L.MultiHeadAttention(2, 16)
        self.fc1, self.fc2 = L.Dense(64), L.Dense(32)
        self.cross = L.MultiHeadAttention(2, 16) if cross else None

    def build(self, shape):
        self.attention.build(shape, shape)
        self.fc1.build(shape)
        self.fc2.build((*shape[:-1], 64))
        if self.cross is not None:
            self.cross.build(shape, shape)

    def call(self, x, memory=None):
        x = x + self.attention(x, x)
        if self.cross is not None:
            x = x + self.cross(x, memory)
        return x + self.fc2(self.fc1(x))


class Transformer(keras.Model):
    def __init__(self, encoders=2, decoders=0):
        super().__init__()
        self.words = L.Embedding(400, 32)
        self.encoder = [TransformerLayer() for _ in range(encoders)]
        self.decoder = [TransformerLayer(cross=True) for _ in range(decoders)]
        self.head = L.Dense(400)

    def build(self, shape):
        self.words.build(shape)
        for layer in (*self.encoder, *self.decoder):
            layer.build((None, 5, 32))
        self.head.build((None, 5, 32))


def kernels(layer):
    names = ("query", "key", "value", "output")
    found = {name: std(getattr(layer.attention, f"{name}_dense").kernel) for name in names}
    return {**found, "fc1": std(layer.fc1.kernel), "fc2": std(layer.fc2.kernel)}


def xavier(fan_in, fan_out):
    return np.sqrt(2 / (fan_in + fan_out))


def expected(scale):
    """Xavier's deviations, all but query's and key's scaled."""
    plain = xavier(32, 32)
    return {
        "query": plain,
        "key": plain,
        "value": scale * plain,
        "output": scale * plain,
        "fc1": scale * xavier(32, 64),
        "fc2": scale * xavier(64, 32),
    }


def built(*counts):
    model = Transformer(*counts)
    model.build((None, 5))
    return model


def test_gpt2_shrinks_the_projections():
    model = built(8)
    config = {"projection": "(attention/output_dense|fc2)"}
    initialize_model(model, "gpt2", config, seed=1)
    small = pytest.approx(0.02 / 4, rel=0.1)
    usual = pytest.approx(0.02, rel=0.1)
    for layer in model.encoder:
        assert kernels(layer) == {
            **dict.fromkeys(("query", "key", "value", "fc1"), usual),
            **dict.fromkeys(("output", "fc2"), small),
        }
    assert std(model.words.embeddings) == usual
    assert std(model.head.kernel) == usual


def test_deepnet_scales_an_encoder():
    model = initialize_model(built(2), DeepNetScheme(encoder=r"encoder/v\d+"), seed=1)
    for layer in model.encoder:
        assert kernels(layer) == pytest.approx(expected(16**-0.25), rel=0.1)
    assert std(model.head.kernel) == pytest.approx(xavier(32, 400), rel=0.1)


def test_deepnet_scales_encoder_and_decoder_together():
    scheme = DeepNetScheme(encoder=r"encoder/v\d+", decoder=r"decoder/v\d+")
    model = initialize_model(built(2, 3), scheme, seed=1)
    for layer in model.encoder:
        assert kernels(layer) == pytest.approx(expected(0.87 * (16 * 3) ** (-1 / 16)), rel=0.1)
    for layer in model.decoder:
        assert kernels(layer) == pytest.approx(expected(36**-0.25), rel=0.1)
        cross = std(layer.cross.value_dense.kernel)
        assert cross == pytest.approx(36**-0.25 * xavier(32, 32), rel=0.1)


def test_t_fixup_scales_layers_and_embeddings():
    scheme = TFixupScheme(encoder=r"encoder/v\d+", decoder=r"decoder/v\d+")
    model = initialize_model(built(2, 3), scheme, seed=1)
    for layer in model.encoder:
        assert kernels(layer) == pytest.approx(expected(0.67 * 2**-0.25), rel=0.1)
    for layer in model.decoder:
        assert kernels(layer) == pytest.approx(expected(27**-0.25), rel=0.1)
    assert std(model.words.embeddings) == pytest.approx(27**-0.25 / np.sqrt(32), rel=0.1)


def test_t_fixup_of_an_encoder_leaves_embeddings_unscaled():
    model = initialize_model(built(2), "t_fixup", {"encoder": r"encoder/v\d+"}, seed=1)
    assert std(model.words.embeddings) == pytest.approx(1 / np.sqrt(32), rel=0.1)


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("fixup", {"branch": "nowhere"}, "matches nothing in the model.*stem"),
        ("fixup", {"branch": "("}, "regular expression"),
        ("zero_last", {"branch": "stem/bias"}, "nothing to zero"),
        ("fixup", {"branch": "stem/bias", "head": "head"}, "has no weights"),
        ("deepnet", {}, "Name the layers of the encoder or of the decoder"),
    ],
)
def test_schemes_say_what_they_miss(name, config, message):
    with pytest.raises(ValueError, match=message):
        initialize_model(resnet(), name, config)


def test_a_scheme_without_its_pattern_says_which_is_missing():
    with pytest.raises(TypeError, match="branch"):
        initialize_model(resnet(), "fixup")


@pytest.mark.slow
def test_fixup_trains_a_hundred_blocks_without_normalisation():
    """Facts 4.8: the loss starts at ln 10 and the network learns."""
    digits = pytest.importorskip(
        "sklearn.datasets", reason="needs the digits of scikit-learn"
    ).load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    images, labels = (digits.data[order] / 8 - 1).astype("float32"), digits.target[order]
    inputs = keras.Input((64,))
    x = L.Dense(64)(inputs)
    for index in range(100):
        y = L.Dense(64, "relu", name=f"block{index}_first")(x)
        x = L.Add()([x, L.Dense(64, name=f"block{index}_second")(y)])
    model = keras.Model(inputs, L.Dense(10)(L.ReLU()(x)))
    config = {"branch": r"(?P<branch>block\d+)_.*"}
    initialize_model(model, "fixup", config, seed=1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.02), loss, metrics=["accuracy"])
    start, _ = model.evaluate(images[:360], labels[:360], verbose=0)
    assert start == pytest.approx(np.log(10), abs=1e-5)
    model.fit(images[360:], labels[360:], batch_size=32, epochs=6, verbose=0)
    assert model.evaluate(images[:360], labels[:360], verbose=0)[1] > 0.9
