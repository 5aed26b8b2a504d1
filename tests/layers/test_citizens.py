"""Every layer as a citizen of Keras: shapes, files, SavedModel, XLA, precision, unknown sizes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import layers
from tests.layers.cases import CASES

#: One case of each class, for what takes long.
FIRST = list({case[1]: case for case in reversed(CASES)}.values())
WITH_SPACE = [c for c in CASES if c[1].__name__.startswith(("Conv", "Depth", "Max", "Avg"))]
WITH_SPACE += [c for c in CASES if c[1].__name__.startswith(("LSTM", "Multi", "Batch", "Group"))]
WITH_SPACE += [c for c in CASES if c[1].__name__.startswith("Adaptive")]


def name(case):
    return case[0]


def inputs(case):
    rng = np.random.default_rng(7)
    return rng.uniform(0.1, 0.9, case[3]).astype("float32")


def assert_close(actual, expected, tol=1e-5):
    np.testing.assert_allclose(actual, expected, rtol=tol, atol=tol)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_output_shape_is_known_without_building(case):
    _, cls, kwargs, shape, output, *_ = case
    layer = cls(**kwargs)
    built = layer.built
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *output[1:])
    assert layer.built is built


@pytest.mark.parametrize("case", CASES, ids=name)
def test_keras_file_keeps_outputs(case, tmp_path):
    _, cls, kwargs, shape, *_ = case
    model = keras.Sequential([keras.Input(shape[1:]), cls(**kwargs)])
    y = model(inputs(case), training=False)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(inputs(case), training=False), y)
    assert repr(again.layers[0]) == repr(model.layers[0])


@pytest.mark.parametrize("case", FIRST, ids=name)
def test_saved_model_keeps_outputs(case, tmp_path):
    _, cls, kwargs, shape, *_ = case
    model = keras.Sequential([keras.Input(shape[1:]), cls(**kwargs)])
    y = model(inputs(case), training=False)
    model.export(str(tmp_path / "model"), verbose=False)
    served = tf.saved_model.load(str(tmp_path / "model"))
    assert_close(served.serve(inputs(case)), y)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_compiled_call_equals_eager_one(case):
    layer = case[1](**case[2])
    y = layer(inputs(case), training=False)
    compiled = tf.function(lambda x: layer(x, training=False), jit_compile=True)
    assert_close(compiled(inputs(case)), y, 1e-4)


@pytest.mark.parametrize("case", WITH_SPACE, ids=name)
def test_sizes_may_be_unknown(case):
    _, cls, kwargs, shape, output, *_ = case
    layer = cls(**kwargs)
    y = layer(inputs(case), training=False)
    first = "NC" in kwargs.get("data_format", "") or cls is layers.AdaptiveAvgPool1d
    channel = 1 if first else len(shape) - 1
    known = [n if i == channel else None for i, n in enumerate(shape)]
    symbolic = keras.Input(tuple(known[1:]))
    model = keras.Model(symbolic, layer(symbolic))
    assert_close(model(inputs(case), training=False), y)
    if cls is not layers.LSTM:  # which may leave the axis of time out
        assert model.output.shape[channel] == output[channel]


@pytest.mark.parametrize("case", CASES, ids=name)
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_computes_in_half(case, policy):
    _, cls, kwargs, *_ = case
    layer = cls(**kwargs, dtype=policy)
    y = layer(inputs(case), training=False)
    assert y.dtype.name in (policy.removeprefix("mixed_"), "complex64")
    assert {v.dtype for v in layer.weights} <= {"float32"}
    wide = cls(**kwargs)
    wide.build(case[3])
    if layer.weights:
        wide.v = layer.v
    reference = np.asarray(wide(inputs(case), training=False))
    largest = np.abs(reference).max()
    # bfloat16 has 8 bits: 2 ** -8 is 0.4 %, of inputs, products and sums.
    np.testing.assert_allclose(tf.cast(y, reference.dtype), reference, rtol=0, atol=0.03 * largest)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_training_changes_with_gradients(case):
    layer = case[1](**case[2])
    x = tf.constant(inputs(case))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.abs(layer(x, training=True)) ** 2)
    variables = [v.value for v in layer.trainable_variables]
    gradients = tape.gradient(loss, [x, *variables])
    assert all(g is not None for g in gradients)


def test_masks_pass_through_layers_that_keep_places():
    x = keras.ops.ones((2, 3, 4))
    masked = keras.layers.Masking()(x * keras.ops.reshape([1.0, 1.0, 0.0], (1, 3, 1)))
    for layer in (layers.Linear(4, 5), layers.ReLU(), layers.Dropout(0.1), layers.LayerNorm(4)):
        y = layer(masked)
        np.testing.assert_array_equal(y._keras_mask, [[True, True, False]] * 2)


def test_embedding_masks_padding_for_lstm():
    layer = layers.LSTM(3, 2, return_state=False, return_sequence=False)
    embed = layers.Embedding(5, 3, 0, mask_padding=True)
    short, long = np.array([[1, 2]]), np.array([[1, 2, 0, 0]])
    assert_close(layer(embed(long)), layer(embed(short)))


def test_lstm_mask_passes_over_steps():
    layer = layers.LSTM(3, 2, num_layers=2)
    x = np.random.default_rng(1).normal(size=(1, 4, 3)).astype("float32")
    mask = np.array([[True, False, True, False]])
    y, (h, c) = layer(x, mask=mask)
    _, (h2, c2) = layer(x[:, [0, 2]])
    assert_close(h[1], h2[1])
    assert_close(c[0], c2[0])
    assert_close(y[:, 1], y[:, 0])


def test_attention_leaves_masked_keys_out():
    layer = layers.MultiHeadAttention(8, num_heads=2)
    x = np.random.default_rng(1).normal(size=(2, 4, 8)).astype("float32")
    mask = np.array([[True, True, False, False]] * 2)
    y = layer(x, query_mask=mask)
    assert_close(y[:, :2], layer(x[:, :2]))
    hidden = np.zeros((4, 4), bool)
    hidden[:, 2:] = True
    assert_close(y, layer(x, attention_mask=hidden))
    both = layer(x, query_mask=mask, is_causal=True)
    assert_close(both[:, :2], layer(x[:, :2], is_causal=True))


@pytest.mark.parametrize("shape", [(4, 4), (2, 4, 4), (4, 4, 4), (2, 2, 4, 4), (2, 1, 4, 4)])
def test_attention_masks_of_every_shape_agree(shape):
    layer = layers.MultiHeadAttention(8, num_heads=2)
    x = np.random.default_rng(1).normal(size=(2, 4, 8)).astype("float32")
    causal = np.triu(np.ones((4, 4), bool), 1)
    mask = np.broadcast_to(causal, shape)
    assert_close(layer(x, attention_mask=mask), layer(x, is_causal=True))
    added = np.where(mask, -np.inf, 0).astype("float32")
    assert_close(layer(x, attention_mask=added), layer(x, is_causal=True))


def test_attention_without_any_key_gives_numbers():
    layer = layers.MultiHeadAttention(8, num_heads=2)
    y = layer(np.ones((1, 3, 8), "float32"), attention_mask=np.ones((3, 3), bool))
    assert np.isfinite(y).all()


def test_batch_norm_mask_counts_what_is_there():
    x = np.random.default_rng(1).normal(size=(2, 3, 4)).astype("float32")
    mask = np.array([[True, True, False], [True, False, False]])
    there = x[mask]
    layer = layers.BatchNorm2D(4)
    y = np.asarray(layer(x, mask=mask, training=True))
    right = (there - there.mean(0)) / np.sqrt(there.var(0) + 1e-5)
    assert_close(y[mask], right, 1e-4)
    assert_close(layer.v.running_var, 0.9 + 0.1 * there.var(0, ddof=1), 1e-4)


def test_layers_without_variables_keep_float64():
    x = tf.constant([[0.5, 0.25]], tf.float64)
    for layer in (layers.GELU(), layers.Dropout(0.5), layers.Softmax(), layers.Identity()):
        assert layer(x).dtype == tf.float64
        assert type(layer).from_config(layer.get_config())(x).dtype == tf.float64
    assert layers.GELU(dtype="float32")(x).dtype == tf.float32
    assert layers.Linear(2, 2)(x).dtype == tf.float32


def test_untrainable_batch_norm_keeps_its_statistics():
    layer = layers.BatchNorm2D(2, trainable=False)
    x = np.random.default_rng(1).normal(size=(5, 2)).astype("float32")
    assert_close(layer(x, training=True), x / np.sqrt(1 + 1e-5))
    np.testing.assert_array_equal(layer.v.running_mean, [0, 0])


@pytest.mark.parametrize("loss", ["CrossEntropyLoss", "BinaryCrossEntropyLoss", "LogPoissonLoss"])
def test_loss_trains_a_keras_model(loss):
    model = keras.Sequential([keras.Input((3,)), layers.Linear(3, 2), layers.Softmax()])
    model.compile(optimizer="sgd", loss=getattr(layers, loss)())
    x, y = np.eye(3, dtype="float32"), np.eye(3, 2, dtype="float32")
    history = model.fit(x, y, epochs=5, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: layers.Linear(3, 4), (2, 3)),
        (lambda: layers.Linear(None, 4), (2, 3)),
        (lambda: layers.Conv2D(3, 4, [3, 3], 1, "SAME"), (2, 5, 5, 3)),
    ],
)
def test_spectral_normalization_scales_the_weights(make, shape, tmp_path):
    layer = keras.layers.SpectralNormalization(make(), power_iterations=30)
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    model = keras.Sequential([keras.Input(shape[1:]), layer])
    for _ in range(6):  # each call goes on with the vector of the last one
        model(x, training=True)
    w = np.asarray(layer.layer.v.w)
    assert np.linalg.norm(w.reshape(-1, w.shape[-1]), 2) == pytest.approx(1.0, rel=1e-3)
    assert len(model.trainable_weights) == 2
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(loaded(x), model(x), rtol=1e-6)
    assert not hasattr(layers.Tanh(), "kernel")
