"""From Keras's layers and back: equal weights, equal outputs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import layers

K = keras.layers

#: Ivy's layer, and the input shape to compare on.
TO_KERAS = [
    (lambda: layers.Linear(3, 5), (2, 4, 3)),
    (lambda: layers.Linear(3, 5, with_bias=False, dtype="float64"), (2, 3)),
    (lambda: layers.Conv1D(2, 3, 3, 2, "SAME"), (2, 7, 2)),
    (lambda: layers.Conv2D(2, 3, [3, 2], 1, "VALID", dilations=2, with_bias=False), (2, 7, 6, 2)),
    (lambda: layers.Conv3D(2, 3, 2, 2, "SAME"), (1, 4, 4, 4, 2)),
    (lambda: layers.Conv1DTranspose(2, 3, 3, 2, "SAME"), (2, 5, 2)),
    (lambda: layers.Conv2DTranspose(2, 3, [2, 3], 2, "VALID"), (2, 4, 3, 2)),
    (lambda: layers.Conv3DTranspose(2, 3, 2, 1, "VALID"), (1, 3, 3, 3, 2)),
    (lambda: layers.DepthwiseConv2D(3, [3, 2], 1, "SAME"), (2, 5, 5, 3)),
    (lambda: layers.LSTM(3, 4, return_state=False), (2, 5, 3)),
    (lambda: layers.LSTM(3, 4, num_layers=3, return_sequence=False, return_state=False), (2, 5, 3)),
    (lambda: layers.MultiHeadAttention(8, num_heads=2), (2, 5, 8)),
    (lambda: layers.MultiHeadAttention(8, num_heads=2, head_dim=3, use_proj_bias=False), (2, 5, 8)),
    (lambda: layers.LayerNorm(4), (2, 3, 4)),
    (lambda: layers.LayerNorm((3, 4), eps=0.1), (2, 3, 4)),
    (lambda: layers.LayerNorm(4, elementwise_affine=False), (2, 3, 4)),
    (lambda: layers.BatchNorm2D(4, momentum=0.3), (2, 3, 3, 4)),
    (lambda: layers.BatchNorm2D(4, affine=False), (2, 3, 3, 4)),
    (lambda: layers.BatchNorm2D(3, data_format="NCS", eps=0.01), (2, 3, 4, 4)),
    (lambda: layers.GroupNorm(2, 4), (2, 3, 3, 4)),
    (lambda: layers.GroupNorm(2, 4, affine=False, data_format="NCS"), (2, 4, 3, 3)),
    *[
        (lambda c=c: c(2, 2, "SAME"), (1, 5, 2))
        for c in (layers.MaxPool1D, layers.AvgPool1D)
    ],
    *[
        (lambda c=c: c((2, 3), (1, 2), "VALID"), (1, 5, 5, 2))
        for c in (layers.MaxPool2D, layers.AvgPool2D)
    ],
    *[
        (lambda c=c: c(2, 1, "SAME", data_format="NCDHW"), (1, 2, 3, 3, 3))
        for c in (layers.MaxPool3D, layers.AvgPool3D)
    ],
    (lambda: layers.AdaptiveAvgPool1d(2), (1, 2, 7)),
    (lambda: layers.AdaptiveAvgPool2d((2, 3)), (1, 5, 7, 2)),
    (lambda: layers.Dropout(0.3), (2, 3)),
    (lambda: layers.Identity(), (2, 3)),
    *[
        (lambda n=n: getattr(layers, n)(), (2, 6))
        for n in ("ELU", "GELU", "Hardswish", "LeakyReLU", "LogSigmoid", "LogSoftmax", "Mish",
                  "ReLU", "ReLU6", "SeLU", "SiLU", "Sigmoid", "Softmax", "Softplus", "Tanh")
    ],
]  # fmt: skip


def randomize(layer):
    """Give all variables values of their own, running variances positive ones."""
    rng = np.random.default_rng(5)
    layer.v = layer.v.map(lambda w: tf.constant(rng.uniform(0.5, 1.5, w.shape), w.dtype))
    return layer


def arguments(layer, x):
    return (x, x) if isinstance(layer, K.MultiHeadAttention) else (x,)


@pytest.mark.parametrize(("make", "shape"), TO_KERAS, ids=lambda p: p().name if callable(p) else "")
def test_layer_equals_its_keras_layer_and_comes_back(make, shape):
    layer = randomize(make())
    x = np.random.default_rng(2).normal(size=shape).astype(layer.compute_dtype)
    theirs = layer.to_keras()
    assert type(theirs).__module__.startswith("keras.")
    assert theirs.name == layer.name
    y = layer(x, training=False)
    np.testing.assert_allclose(
        theirs(*arguments(theirs, x), training=False), y, rtol=1e-5, atol=1e-6
    )
    again = type(layer).from_keras(theirs)
    assert again.name == layer.name
    before, after = layer.v.flatten(), again.v.flatten()
    assert list(before) == list(after)
    for path in before:
        np.testing.assert_array_equal(after[path], before[path])
    np.testing.assert_array_equal(again(x, training=False), y)


def test_attention_with_sizes_of_its_own_comes_back():
    layer = randomize(layers.MultiHeadAttention(8, num_heads=2, key_dim=3, value_dim=5))
    rng = np.random.default_rng(2)
    q, k, v = (rng.normal(size=(2, n, d)).astype("float32") for n, d in ((4, 8), (3, 3), (3, 5)))
    theirs = layer.to_keras()
    np.testing.assert_allclose(theirs(q, v, k), layer(q, k, v), rtol=1e-5, atol=1e-6)
    again = layers.MultiHeadAttention.from_keras(theirs)
    np.testing.assert_array_equal(again(q, k, v), layer(q, k, v))


def test_batch_norm_converts_for_inputs_of_any_rank():
    layer = randomize(layers.BatchNorm2D(3))
    x = np.random.default_rng(2).normal(size=(4, 3)).astype("float32")
    y = layer(x, training=False)
    np.testing.assert_allclose(layer.to_keras(rank=2)(x), y, rtol=1e-5, atol=1e-6)


def test_embedding_equals_keras_embedding():
    layer = layers.Embedding(5, 3)
    x = np.array([[0, 4], [2, 2]])
    np.testing.assert_array_equal(layer.to_keras()(x), layer(x))
    np.testing.assert_array_equal(layers.Embedding.from_keras(layer.to_keras())(x), layer(x))


def built(layer, shape):
    layer.build(shape)
    return layer


NO_MATCH = [
    (layers.Linear, lambda: built(K.Dense(2, activation="relu"), (None, 3)), "activation"),
    (layers.Conv2D, lambda: built(K.Conv2D(4, 2, groups=2), (None, 5, 5, 2)), "groups"),
    (layers.Conv1D, lambda: built(K.Conv1D(4, 2, padding="causal"), (None, 5, 2)), "padding"),
    (layers.Conv2DTranspose, lambda: built(K.Conv2DTranspose(4, 2, 2, output_padding=1),
     (None, 5, 5, 2)), "output_padding"),
    (layers.DepthwiseConv2D, lambda: built(K.DepthwiseConv2D(2, depth_multiplier=2),
     (None, 5, 5, 2)), "depth_multiplier"),
    (layers.Conv2D, lambda: built(K.Conv2D(4, 2, kernel_regularizer="l2"), (None, 5, 5, 2)),
     "kernel_regularizer"),
    (layers.Linear, lambda: built(K.Dense(2, bias_constraint="non_neg"), (None, 3)),
     "bias_constraint"),
    (layers.BatchNorm2D, lambda: built(K.BatchNormalization(gamma_regularizer="l1"), (None, 3)),
     "gamma_regularizer"),
    (layers.LSTM, lambda: built(K.LSTM(3), (None, 5, 2)), "use_bias"),
    (layers.LSTM, lambda: built(K.LSTM(3, use_bias=False, activation="relu"), (None, 5, 2)),
     "activations"),
    (layers.LSTM, lambda: built(K.LSTM(3, use_bias=False, stateful=True), (2, 5, 2)), "stateful"),
    (layers.LayerNorm, lambda: built(K.LayerNormalization(axis=1), (None, 3, 4)), "axis"),
    (layers.BatchNorm2D, lambda: built(K.BatchNormalization(axis=2), (None, 3, 4, 5)), "axis"),
    (layers.GroupNorm, lambda: built(K.GroupNormalization(2, axis=2), (None, 3, 4, 5)), "axis"),
    (layers.Embedding, lambda: built(K.Embedding(3, 2, mask_zero=True), (None,)), "mask_zero"),
    (layers.ReLU, lambda: K.ReLU(max_value=3.0), "max_value"),
    (layers.GELU, lambda: K.Activation("relu"), "activation"),
    (layers.Softmax, lambda: K.Softmax(axis=(0, 1)), "list of axes"),
    (layers.AdaptiveAvgPool1d, lambda: K.AdaptiveAveragePooling1D(2, data_format="channels_last"),
     "data_format"),
]  # fmt: skip


@pytest.mark.parametrize(("cls", "make", "what"), NO_MATCH)
def test_from_keras_refuses_what_ivy_has_not(cls, make, what):
    with pytest.raises(ValueError, match=rf"{cls.__name__} has no {what}.*Received: "):
        cls.from_keras(make())


CONVERTIBLE = [
    cls
    for cls in (getattr(layers, name) for name in layers.__all__)
    if isinstance(cls, type) and getattr(cls, "keras_classes", ())
]

#: Layers that have all the options of the right one, and compute something else.
ALIKE = [
    (layers.AdaptiveAvgPool1d, lambda: K.AdaptiveMaxPooling1D(2, data_format="channels_first")),
    (layers.AdaptiveAvgPool2d, lambda: K.AdaptiveMaxPooling2D(2)),
    (layers.AvgPool2D, lambda: K.MaxPooling2D(2)),
    (layers.MaxPool1D, lambda: K.AveragePooling1D(2)),
    (layers.Dropout, lambda: K.GaussianDropout(0.5)),
    (layers.Conv2D, lambda: built(K.Conv2DTranspose(4, 2), (None, 5, 5, 2))),
    (layers.Conv2D, lambda: built(K.DepthwiseConv2D(2), (None, 5, 5, 2))),
    (layers.Conv1D, lambda: built(K.Conv2D(4, 2), (None, 5, 5, 2))),
    (layers.LayerNorm, lambda: built(K.RMSNormalization(), (None, 3))),
    (layers.ReLU, lambda: K.LeakyReLU()),
]


@pytest.mark.parametrize(
    ("cls", "make"),
    [*((cls, K.Flatten) for cls in CONVERTIBLE if cls is not layers.Identity), *ALIKE],
)
def test_from_keras_refuses_other_layers(cls, make):
    with pytest.raises(TypeError, match=rf"{cls.__name__}.from_keras takes keras.layers.*Received"):
        cls.from_keras(make())


def test_from_keras_says_where_keras_has_no_such_layer():
    with pytest.raises(TypeError, match=r"PReLU.from_keras takes nothing: no Keras layer is equal"):
        layers.PReLU.from_keras(K.PReLU())


@pytest.mark.parametrize(
    ("cls", "unbuilt"),
    [
        (layers.Linear, lambda: K.Dense(3)),
        (layers.Conv1D, lambda: K.Conv1D(3, 2)),
        (layers.Conv2D, lambda: K.Conv2D(3, 2)),
        (layers.Conv3D, lambda: K.Conv3D(3, 2)),
        (layers.Conv1DTranspose, lambda: K.Conv1DTranspose(3, 2)),
        (layers.Conv2DTranspose, lambda: K.Conv2DTranspose(3, 2)),
        (layers.Conv3DTranspose, lambda: K.Conv3DTranspose(3, 2)),
        (layers.DepthwiseConv2D, lambda: K.DepthwiseConv2D(2)),
        (layers.Embedding, lambda: K.Embedding(3, 2)),
        (layers.LSTM, lambda: K.LSTM(3, use_bias=False)),
        (layers.LayerNorm, lambda: K.LayerNormalization()),
        (layers.BatchNorm2D, lambda: K.BatchNormalization()),
        (layers.GroupNorm, lambda: K.GroupNormalization(2)),
        (layers.MultiHeadAttention, lambda: K.MultiHeadAttention(2, 3)),
    ],
    ids=lambda x: getattr(x, "__name__", None),
)
def test_from_keras_refuses_unbuilt_layers(cls, unbuilt):
    with pytest.raises(ValueError, match=rf"{cls.__name__}\.from_keras takes a built layer"):
        cls.from_keras(unbuilt())


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(2, 3, 3, 1, 1),
        layers.Conv1DTranspose(2, 3, 3, 2, "SAME", output_shape=(7,)),
        layers.MaxPool1D(2, 2, [(1, 0)]),
        layers.AvgPool3D(2, 2, "SAME", divisor_override=5),
        layers.MultiHeadAttention(8, num_heads=2, scale=0.3),
        layers.LayerNorm(3, new_std=2.0),
        layers.Embedding(3, 2, 0),
        layers.Dropout(0.5, scale=False),
        layers.GELU(approximate=True),
        layers.PReLU(0.1),
        layers.Linear(None, 3),
    ],
    ids=repr,
)
def test_to_keras_refuses_what_keras_has_not(layer):
    with pytest.raises(ValueError, match="Received: "):
        layer.to_keras()


@pytest.mark.parametrize(("make", "shape"), TO_KERAS, ids=lambda p: p().name if callable(p) else "")
def test_what_all_layers_have_goes_along(make, shape):
    layer = make()
    if layer.built is False:
        layer(np.ones(shape, layer.compute_dtype))
    layer.trainable = False
    layer.dtype_policy = "mixed_float16"
    theirs = layer.to_keras()
    assert (theirs.trainable, theirs.dtype_policy.name) == (False, "mixed_float16")
    assert type(theirs).from_config(theirs.get_config()).dtype_policy.name == "mixed_float16"
    again = type(layer).from_keras(theirs)
    assert (again.trainable, again.dtype_policy.name) == (False, "mixed_float16")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("part", ["center", "scale"])
@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (K.BatchNormalization, layers.BatchNorm2D),
        (K.LayerNormalization, layers.LayerNorm),
        (lambda **k: K.GroupNormalization(2, **k), layers.GroupNorm),
    ],
    ids=["batch", "layer", "group"],
)
def test_norms_with_half_an_affine_part_convert(theirs, ours, part, dtype):
    rng = np.random.default_rng(3)
    layer = built(theirs(dtype=dtype, **{part: False}), (None, 4))
    layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    x = rng.normal(size=(3, 4)).astype(dtype)
    y = ours.from_keras(layer)(x, training=False)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, layer(x), rtol=1e-5 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize(
    "layer", [layers.Dropout(0.5, seed=7), layers.MultiHeadAttention(4, num_heads=2,
              dropout_rate=0.5, seed=7)], ids=["dropout", "attention"]
)  # fmt: skip
def test_seeds_go_along(layer):
    theirs = layer.to_keras()
    assert theirs.seed == 7
    assert type(layer).from_keras(theirs).seed_generator.get_config()["seed"] == 7
