"""Wrong arguments and inputs: the error names layer, argument, what came and what was expected."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import layers

ONES = np.ones
L = layers

#: What is built, the error's type, and what its sentence says, in this order.
CONSTRUCTORS = [
    (lambda: L.Linear(0, 3), ValueError, ["Linear", "`input_channels`", "at least 1", "0"]),
    (lambda: L.Linear(3, -1), ValueError, ["Linear", "`output_channels`", "at least 1", "-1"]),
    (lambda: L.Linear(3, 2.5), TypeError, ["Linear", "`output_channels`", "whole number", "2.5"]),
    (lambda: L.Conv2D(3, None, 3, 1, "SAME"), TypeError,
     ["Conv2D", "`output_channels`", "output_channels=None"]),
    (lambda: L.LayerNorm(3, eps="small"), TypeError, ["LayerNorm", "`eps` is a number", "'small'"]),
    (lambda: L.BatchNorm2D(3, momentum="x"), TypeError, ["BatchNorm2D", "`momentum`", "'x'"]),
    (lambda: L.Linear(3, True), TypeError, ["Linear", "`output_channels`", "True"]),
    (lambda: L.Linear(3, 2, fans="all"), ValueError, ["Linear", "`fans`", "'ivy'", "'all'"]),
    (lambda: L.Linear(3, 2, weight_initializer="glort"), ValueError, ["initializer", "glort"]),
    (lambda: L.Conv2D(3, 4, [3, 3, 3], 1, "SAME"), ValueError,
     ["Conv2D", "`filter_shape`", "2 of them", "[3, 3, 3]"]),
    (lambda: L.Conv2D(3, 4, [3, 0], 1, "SAME"), ValueError, ["Conv2D", "`filter_shape`", "0"]),
    (lambda: L.Conv1D(3, 4, 3, 0, "SAME"), ValueError, ["Conv1D", "`strides`", "at least 1", "0"]),
    (lambda: L.Conv2D(3, 4, 3, (1, -2), "SAME"), ValueError, ["Conv2D", "`strides`", "-2"]),
    (lambda: L.Conv2D(3, 4, 3, 1, "FULL"), ValueError, ["Conv2D", "`padding`", "SAME", "'FULL'"]),
    (lambda: L.Conv2D(3, 4, 3, 1, -1), ValueError, ["Conv2D", "`padding`", "at least 0", "-1"]),
    (lambda: L.Conv2D(3, 4, 3, 1, [(1, 1)]), ValueError,
     ["Conv2D", "`padding`", "2 spatial axes", "[(1, 1)]"]),
    (lambda: L.Conv2D(3, 4, 3, 1, "SAME", data_format="HWC"), ValueError,
     ["Conv2D", "data format", "NHWC", "'HWC'"]),
    (lambda: L.Conv2D(3, 4, 3, 1, "SAME", dilations=0), ValueError, ["Conv2D", "`dilations`", "0"]),
    (lambda: L.Conv3DTranspose(3, 4, 3, 1, "SAME", output_shape=(2, 2)), ValueError,
     ["Conv3DTranspose", "`output_shape`", "3 spatial sizes", "(2, 2)"]),
    (lambda: L.Conv1DTranspose(3, 4, 3, 1, "SAME", output_shape=(-2,)), ValueError,
     ["Conv1DTranspose", "`output_shape`", "-2"]),
    (lambda: L.DepthwiseConv2D(-3, 3, 1, "SAME"), ValueError, ["DepthwiseConv2D", "-3"]),
    (lambda: L.LSTM(3, 0), ValueError, ["LSTM", "`output_channels`", "0"]),
    (lambda: L.LSTM(3, 2, num_layers=0), ValueError, ["LSTM", "`num_layers`", "0"]),
    (lambda: L.MaxPool2D(0, 2, "SAME"), ValueError, ["MaxPool2D", "`kernel_size`", "0"]),
    (lambda: L.AvgPool1D(2, 0, "SAME"), ValueError, ["AvgPool1D", "`stride`", "0"]),
    (lambda: L.AvgPool3D(2, 2, "SAME", divisor_override=0), ValueError,
     ["AvgPool3D", "`divisor_override`", "0"]),
    (lambda: L.MaxPool1D(2, 2, "SAME", data_format="NHWC"), ValueError,
     ["MaxPool1D", "data format", "NWC", "'NHWC'"]),
    (lambda: L.AdaptiveAvgPool2d((2, 0)), ValueError, ["AdaptiveAvgPool2d", "`output_size`", "0"]),
    (lambda: L.AdaptiveAvgPool2d(2, data_format="N"), ValueError, ["AdaptiveAvgPool2d", "'N'"]),
    (lambda: L.Embedding(0, 3), ValueError, ["Embedding", "`num_embeddings`", "0"]),
    (lambda: L.Embedding(3, 3, max_norm=-1.0), ValueError, ["Embedding", "`max_norm`", "-1.0"]),
    (lambda: L.Embedding(3, 3, mask_padding=True), ValueError, ["Embedding", "`padding_idx`"]),
    (lambda: L.MultiHeadAttention(8, num_heads=3), ValueError,
     ["MultiHeadAttention", "divisible", "embed_dim=8, num_heads=3"]),
    (lambda: L.MultiHeadAttention(num_heads=3), ValueError, ["MultiHeadAttention", "`head_dim`"]),
    (lambda: L.MultiHeadAttention(8, dropout_rate=1.0), ValueError,
     ["MultiHeadAttention", "`dropout_rate`", "[0, 1)", "1.0"]),
    (lambda: L.MultiHeadAttention(8, attention_axes=(1, 2)), ValueError,
     ["MultiHeadAttention", "attention_axes=(1, 2)"]),
    (lambda: L.LayerNorm((3, 0)), ValueError, ["LayerNorm", "`normalized_shape`", "0"]),
    (lambda: L.LayerNorm(()), ValueError, ["LayerNorm", "`normalized_shape`", "()"]),
    (lambda: L.LayerNorm(3, eps=-1.0), ValueError, ["LayerNorm", "`eps`", "-1.0"]),
    (lambda: L.BatchNorm2D(3, momentum=1.5), ValueError, ["BatchNorm2D", "`momentum`", "1.5"]),
    (lambda: L.BatchNorm2D(3, data_format="CNS"), ValueError,
     ["BatchNorm2D", "`data_format`", "NSC", "'CNS'"]),
    (lambda: L.GroupNorm(3, 4), ValueError, ["GroupNorm", "divides", "num_groups=3"]),
    (lambda: L.FFT(0.5), TypeError, ["FFT", "`dim`", "0.5"]),
    (lambda: L.FFT(0, out=1), ValueError, ["FFT", "out=1"]),
    (lambda: L.IFFT(0, n=-2), ValueError, ["IFFT", "`n`", "-2"]),
    (lambda: L.Dct(type=5), ValueError, ["Dct", "`type`", "[1, 2, 3, 4]", "5"]),
    (lambda: L.ReLU("polar"), ValueError, ["ReLU", "`complex_mode`", "'jax'", "'polar'"]),
    (lambda: L.Softplus(0.0), ValueError, ["Softplus", "`beta`", "0.0"]),
    (lambda: L.CrossEntropyLoss(reduction="max"), ValueError,
     ["CrossEntropyLoss", "`reduction`", "'none'", "'max'"]),
]  # fmt: skip

CALLS = [
    (lambda: L.Linear(3, 2)(ONES((2, 4))), ValueError,
     ["Linear", "axis -1 of `x` has size 3", "`input_channels`", "(2, 4)", "4"]),
    (lambda: L.Linear(3, 2)(1.0), ValueError, ["Linear", "`x`", "(..., input_channels)", "()"]),
    (lambda: L.Linear(3, 2)(ONES((2, 3), "int32")), TypeError,
     ["Linear", "`x`", "floating point", "int32"]),
    (lambda: L.Conv2D(3, 2, 3, 1, "SAME")(ONES((4, 4, 3))), ValueError,
     ["Conv2D", "`inputs` has 4 axes", "NHWC", "(4, 4, 3)", "3 axes"]),
    (lambda: L.Conv2D(3, 2, 3, 1, "SAME")(ONES((1, 4, 4, 2))), ValueError,
     ["Conv2D", "axis -1", "size 3", "`input_channels`", "(1, 4, 4, 2)", "2"]),
    (lambda: L.Conv1D(3, 2, 3, 1, "SAME", data_format="NCW")(ONES((1, 4, 3))), ValueError,
     ["Conv1D", "axis 1", "size 3", "(1, 4, 3)", "4"]),
    (lambda: L.Conv2D(1, 2, 5, 1, "VALID")(ONES((1, 4, 9, 1))), ValueError,
     ["Conv2D", "window of size 5 does not fit", "axis 0 of size 4", "(4, 9)"]),
    (lambda: L.Conv2D(1, 2, 3, 1, 0, dilations=3)(ONES((1, 9, 6, 1))), ValueError,
     ["Conv2D", "window of size 7", "axis 1 of size 6"]),
    (lambda: L.Conv2D(3, 2, 3, 1, "SAME")(ONES((1, 4, 4, 3), "uint8")), TypeError,
     ["Conv2D", "`inputs`", "floating point", "uint8"]),
    (lambda: L.Conv1DTranspose(1, 1, 3, 2, "SAME", output_shape=(9,))(ONES((1, 4, 1))), ValueError,
     ["Conv1DTranspose", "size 4 cannot become 9", "becomes 8"]),
    (lambda: L.DepthwiseConv2D(2, 3, 1, "SAME")(ONES((1, 4, 4, 3))), ValueError,
     ["DepthwiseConv2D", "axis -1", "size 2", "3"]),
    (lambda: L.LSTM(3, 2)(ONES((3,))), ValueError, ["LSTM", "`inputs`", "(batch, time", "(3,)"]),
    (lambda: L.LSTM(3, 2)(ONES((1, 4, 2))), ValueError, ["LSTM", "axis -1", "size 3", "2"]),
    (lambda: L.LSTM(3, 2)(ONES((1, 4, 3)), ([], [])), ValueError,
     ["LSTM", "`initial_state`", "one array for each of the 1 layers", "[0, 0]"]),
    (lambda: L.LSTM(3, 2)(ONES((1, 4, 3)), ([ONES((1, 3))], [ONES((1, 3))])), ValueError,
     ["LSTM", "`initial_state`", "size 2", "`output_channels`", "(1, 3)"]),
    (lambda: L.MaxPool2D(2, 2, "VALID")(ONES((1, 1, 4, 1))), ValueError,
     ["MaxPool2D", "window of size 2 does not fit", "axis 0 of size 1"]),
    (lambda: L.MaxPool2D(2, 2, 2)(ONES((1, 4, 4, 1))), ValueError,
     ["MaxPool2D", "as wide as the window", "padding=[(2, 2), (2, 2)]"]),
    (lambda: L.AvgPool1D(2, 2, "SAME")(ONES((4, 4))), ValueError,
     ["AvgPool1D", "`inputs` has 3 axes", "NWC", "(4, 4)"]),
    (lambda: L.AdaptiveAvgPool1d(2)(ONES((1, 2, 3, 4))), ValueError,
     ["AdaptiveAvgPool1d", "`x` has 2 or 3 axes", "(1, 2, 3, 4)"]),
    (lambda: L.Embedding(3, 2)(ONES((2,), "float32")), TypeError,
     ["Embedding", "`indices`", "whole numbers", "float32"]),
    (lambda: L.MultiHeadAttention(8, num_heads=2)(ONES((1, 2, 3, 8))), ValueError,
     ["MultiHeadAttention", "`query` has 2 or 3 axes", "(1, 2, 3, 8)"]),
    (lambda: L.MultiHeadAttention(8, num_heads=2)(ONES((1, 3, 6))), ValueError,
     ["MultiHeadAttention", "`query`", "size 8", "embedding size", "6"]),
    (lambda: L.MultiHeadAttention(8, num_heads=2)(ONES((1, 3, 8)), ONES((1, 4, 8)),
     ONES((1, 5, 8))), ValueError, ["MultiHeadAttention", "`value`", "size 4", "number of keys"]),
    (lambda: L.MultiHeadAttention(8, num_heads=2)(ONES((1, 3, 8)), attention_mask=ONES(3)),
     ValueError, ["MultiHeadAttention", "`attention_mask`", "(L, S)", "(3,)"]),
    (lambda: L.MultiHeadAttention(8, num_heads=2, value_dim=4)(ONES((1, 3, 8)), ONES((1, 3, 8))),
     ValueError, ["MultiHeadAttention", "`value` is the key by default", "value_dim=4"]),
    (lambda: L.LayerNorm((3, 4))(ONES((2, 3, 5))), ValueError,
     ["LayerNorm", "axis -1", "size 4", "normalized_shape", "(2, 3, 5)"]),
    (lambda: L.LayerNorm((3, 4))(ONES((4,))), ValueError, ["LayerNorm", "`inputs` has 2 axes"]),
    (lambda: L.BatchNorm2D(3)(ONES((2, 4))), ValueError,
     ["BatchNorm2D", "axis 1", "size 3", "`num_features`", "(2, 4)"]),
    (lambda: L.GroupNorm(2, None)(ONES((2, 3))), ValueError, ["GroupNorm", "divides", "=3"]),
    (lambda: L.GEGLU()(ONES((2, 3))), ValueError, ["geglu", "even", "(2, 3)"]),
    (lambda: L.Sigmoid()(ONES((2, 3), "int32")), TypeError, ["sigmoid", "floating", "int32"]),
    (lambda: L.FFT(2)(ONES((2, 3))), ValueError, ["fft", "`dim`", "dim=2", "(2, 3)"]),
    (lambda: L.Dct()(ONES((2, 3), "int32")), TypeError, ["dct", "`x`", "int32"]),
    (lambda: L.CrossEntropyLoss()(ONES((2, 3), "float32"), ONES((2, 4), "float32")), ValueError,
     ["cross_entropy", "broadcast", "(2, 3)", "(2, 4)"]),
    (lambda: L.Linear(None, 3)(keras.Input(shape=(None,))), ValueError,
     ["Linear", "input size was left out", "axis -1", "None"]),
    (lambda: L.MultiHeadAttention(8, num_heads=2)(ONES((2, 3, 8)), ONES((3, 4, 8))), ValueError,
     ["MultiHeadAttention", "axis 0 of `key`", "size 2", "batch of `query`", "(3, 4, 8)"]),
    (lambda: L.MultiHeadAttention(8, num_heads=2)(ONES((1, 3, 8)), attention_mask=ONES((3, 4))),
     ValueError, ["MultiHeadAttention", "`attention_mask`", "size 3", "number of keys", "(3, 4)"]),
    (lambda: L.Softmax(axis=2)(ONES((2, 3))), ValueError, ["softmax", "`axis`", "=2", "(2, 3)"]),
    (lambda: L.LogSoftmax()(np.float32(1)), ValueError, ["log_softmax", "`axis`", "shape ()"]),
    (lambda: L.PReLU(ONES(5))(ONES((2, 3))), ValueError, ["prelu", "`slope`", "(5,)", "(2, 3)"]),
    (lambda: L.Dropout(0.5)(ONES((2, 3), "int32"), training=True), TypeError,
     ["dropout", "`x` holds floating", "int32"]),
    (lambda: L.AvgPool1D(2, 2, "SAME")(ONES((1, 4, 2), "int32")), TypeError,
     ["AvgPool1D", "holds floating", "int32"]),
    *[
        (lambda make=make: make()(None), TypeError, [make.__name__, "is an array", "=None"])
        for make in (L.Identity, L.ReLU, L.Dct, L.GELU)
    ],
    (lambda: L.Linear(2, 3)(None), TypeError, ["Linear", "`x` is an array", "x=None"]),
]  # fmt: skip


def check(make, error, words):
    with pytest.raises(error) as caught:
        make()
    message = str(caught.value)
    assert "Received: " in message
    place = 0
    for word in words:
        found = message.find(word, place)
        assert found >= 0, f"{word!r} is not behind {message[:place]!r} in {message!r}"
        place = found + len(word)


def text_of(value):
    return " ".join(value) if isinstance(value, list) else ""


@pytest.mark.parametrize(("make", "error", "words"), CONSTRUCTORS, ids=text_of)
def test_constructor_refuses(make, error, words):
    check(make, error, words)


@pytest.mark.parametrize(("make", "error", "words"), CALLS, ids=text_of)
def test_call_refuses(make, error, words):
    check(make, error, words)


@pytest.mark.parametrize("name", ["dilation", "with_bais", "foo"])
@pytest.mark.parametrize(
    "make",
    [
        lambda **k: L.Linear(2, 3, **k),
        lambda **k: L.Conv2D(2, 3, 3, 1, "SAME", **k),
        lambda **k: L.Conv1DTranspose(2, 3, 3, 1, "SAME", **k),
        lambda **k: L.DepthwiseConv2D(2, 3, 1, "SAME", **k),
        lambda **k: L.LSTM(2, 3, **k),
        lambda **k: L.LayerNorm(3, **k),
        lambda **k: L.BatchNorm2D(3, **k),
        lambda **k: L.GroupNorm(1, 3, **k),
        lambda **k: L.MultiHeadAttention(8, num_heads=2, **k),
        lambda **k: L.Embedding(3, 2, **k),
        lambda **k: L.MaxPool2D(2, 2, "SAME", **k),
        lambda **k: L.Dropout(0.5, **k),
        L.GELU,
        L.CrossEntropyLoss,
    ],
)  # fmt: skip
def test_unknown_arguments_are_refused(make, name):
    owner = type(make()).__name__
    with pytest.raises(TypeError, match=rf"^{owner}: unknown argument\..*Received: {name}=3"):
        make(**{name: 3})


def test_unknown_arguments_have_near_ones():
    with pytest.raises(TypeError, match="Did you mean 'dilations'"):
        L.Conv2D(2, 3, 3, 1, "SAME", dilation=2)


@pytest.mark.parametrize(
    ("make", "other"),
    [
        (lambda **k: L.Conv1D(2, 3, 3, 1, "SAME", **k), "filter_shape"),
        (lambda **k: L.Conv2D(2, 3, 3, 1, "SAME", **k), "filter_size"),
        (lambda **k: L.Conv1DTranspose(2, 3, 3, 1, "SAME", **k), "filter_shape"),
        (lambda **k: L.Conv3DTranspose(2, 3, 3, 1, "SAME", **k), "filter_size"),
        (lambda **k: L.Conv3D(2, 3, 3, 1, "SAME", **k), "output_shape"),
        (lambda **k: L.DepthwiseConv2D(3, 3, 1, "SAME", **k), "input_channels"),
        (lambda **k: L.MaxPool2D(2, 2, "SAME", **k), "strides"),
    ],
)
def test_arguments_of_another_class_of_the_family_are_refused(make, other):
    owner = type(make()).__name__
    with pytest.raises(TypeError, match=rf"^{owner}: unknown argument\..*Received: {other}=5"):
        make(**{other: 5})


def test_layers_derived_from_ours_may_take_arguments_of_their_own():
    class Doubled(L.Linear):
        def _build(self, *args, factor=1, **kwargs):
            self.factor = factor
            return super()._build(*args, **kwargs)

    assert Doubled(2, 3, factor=2).factor == 2


@pytest.mark.parametrize("axis", [-1, 0, 3])
def test_softmax_takes_any_number_of_axes(axis):
    x = np.random.default_rng(0).normal(size=(2, 1, 3, 2, 1, 4, 2))
    e = np.exp(x)
    expected = e / e.sum(axis, keepdims=True)
    np.testing.assert_allclose(L.Softmax(axis=axis)(x), expected, rtol=1e-12)
    np.testing.assert_allclose(L.LogSoftmax(axis=axis)(x), np.log(expected), rtol=1e-9, atol=1e-12)
    unknown = tf.function(
        L.Softmax(axis=axis), input_signature=[tf.TensorSpec((None,) * 7, "double")]
    )
    np.testing.assert_allclose(unknown(x), expected, rtol=1e-12)


def test_probabilities_may_be_numbers_of_numpy():
    assert L.Dropout(np.float32(0.5))(ONES((2, 3), "float32"), training=True).shape == (2, 3)


def test_error_of_a_wrong_call_leaves_the_layer_as_it_was():
    layer = L.BatchNorm2D(3)
    before = {k: np.asarray(x) for k, x in layer.v.flatten().items()}
    with pytest.raises(ValueError, match="num_features"):
        layer(ONES((2, 4), "float32"), training=True)
    for path, value in layer.v.flatten().items():
        np.testing.assert_array_equal(value, before[path])


def test_late_layer_stays_unbuilt_after_a_wrong_call():
    layer = L.GroupNorm(2, None)
    with pytest.raises(ValueError, match="divides"):
        layer(ONES((2, 3), "float32"))
    assert layer(ONES((2, 4), "float32")).shape == (2, 4)


def test_errors_are_ivys_and_pythons():
    from keras_ivy.utils.exceptions import IvyException

    with pytest.raises(IvyException):
        L.Linear(0, 1)
    with pytest.raises(IvyException):
        L.Linear(2, 1)(ONES((1, 3)))


def test_index_out_of_range_names_the_layer_and_the_range():
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        L.Embedding(3, 2)(np.array([5]))
    assert re.search(r"Embedding.*5 is not in \[0, 3\)", str(caught.value), re.DOTALL)
