"""Ivy's layers against the values recorded from real Ivy, and against NumPy where Ivy is wrong."""

import ast
import inspect
import re

import keras
import numpy as np
import pytest
import scipy.fft
import tensorflow as tf

import keras_ivy
from keras_ivy import layers
from tests.golden.load import load
from tests.layers import reference

META, CASES = load("layers")
BY_ID = {case["id"]: case for case in CASES}
RAISED = [case for case in CASES if "error" in case]
COMPUTED = [case for case in CASES if "error" not in case]

#: Cases that Ivy computes wrongly, by the number of the quirk in docs/ivy_quirks.md.
WRONG = {
    "MultiHeadAttention_017": "L1: entries of a batch are mixed",
    "MultiHeadAttention_018": "L1: entries of a batch are mixed",
    "MultiHeadAttention_019": "L1: entries of a batch are mixed",
    "MultiHeadAttention_033": "L1: entries of a batch are mixed",
    "MultiHeadAttention_034": "L2: is_causal is ignored without a mask",
    "MultiHeadAttention_035": "L2: the mask is ignored with is_causal",
    "LSTM_165": "L5: eleven layers and more run in alphabetical order",
    "AvgPool1D_226": "L10: wrong counts where padding is not symmetric",
    "AvgPool1D_227": "L10: wrong counts where padding is not symmetric",
    "AvgPool1D_228": "L10: wrong counts where padding is not symmetric",
    "AvgPool2D_243": "L10: wrong counts where padding is not symmetric",
    "AvgPool2D_244": "L10: wrong counts where padding is not symmetric",
    "AvgPool2D_245": "L10: wrong counts where padding is not symmetric",
    "AvgPool3D_260": "L10: wrong counts where padding is not symmetric",
    "AvgPool3D_261": "L10: wrong counts where padding is not symmetric",
    "AvgPool3D_262": "L10: wrong counts where padding is not symmetric",
    "Conv1DTranspose_074": "L15: output_shape is ignored",
    "Conv2DTranspose_111": "L15: output_shape is ignored",
    "LogPoissonLoss_509": "an unknown reduction is taken as 'none'",
    "LogPoissonLoss_510": "an unknown reduction is taken as 'none'",
}

#: Cases in which Ivy raises and these layers compute, with the reason that they should.
REPAIRED = {
    "Linear_007": "L13: Keras casts inputs of float types",
    "MultiHeadAttention_029": "the value is the key by default",
    "Conv1D_056": "Keras writes padding in lower case",
    **{f"Conv1DTranspose_{i:03}": "widths as padding, as in two dimensions" for i in range(64, 73)},
    "Conv1DTranspose_076": "dilation of transposed convolutions",
    "Conv2D_096": "L7: a tuple as filter_shape",
    "Conv2D_097": "L7: a number as filter_shape",
    "Conv2DTranspose_112": "dilation of transposed convolutions",
    "DepthwiseConv2D_123": "strides that differ",
    "Conv3D_136": "dilation in three dimensions",
    "Conv3DTranspose_139": "L6: the constructor",
    "Conv3DTranspose_144": "widths as padding, as in two dimensions",
    "Conv3DTranspose_145": "widths as padding, as in two dimensions",
    "LSTM_161": "L14: inputs without a batch",
    "LSTM_162": "L14: inputs with two batch axes",
    "AdaptiveAvgPool1d_299": "a tuple as output_size",
    "FFT_322": "NumPy transforms one number too",
    "IFFT_323": "NumPy transforms one number too",
    "IFFT_326": "L13: real inputs",
    "BatchNorm2D_383": "L8: affine=False",
    "BatchNorm2D_384": "L8: affine=False",
}

#: Reprs that Ivy prints without the arguments that it was given.
OTHER_REPR = {"IDct"}


def case_id(case):
    return case["id"]


def tensors(nest):
    is_array = lambda x: isinstance(x, np.ndarray)
    return keras.tree.map_structure(lambda x: tf.constant(x) if is_array(x) else x, nest)


def arguments(case):
    """The constructor's arguments, with lists as tuples where Ivy's print shows tuples.

    JSON knows lists only; Ivy prints arguments as they were given.
    """
    shown = case.get("repr") or ""

    def convert(name, value):
        if not isinstance(value, list):
            return value
        pairs = [tuple(v) if isinstance(v, list) else v for v in value]
        # AvgPool3D prints its `strides` as `stride`.
        return tuple(pairs) if re.search(rf"\b{name.removesuffix('s')}s?=\(", shown) else pairs

    names = list(inspect.signature(getattr(layers, case["cls"]).__init__).parameters)[1:]
    args = [convert(n, a) for n, a in zip(names, case["args"], strict=False)]
    return args, {k: convert(k, a) for k, a in case["kwargs"].items()}


def build(case):
    args, kwargs = arguments(case)
    layer = getattr(layers, case["cls"])(*args, v=case.get("v") or None, **kwargs)
    return layer if case["mode"] == "training" else layer.eval()


def call(layer, case):
    inputs, kwargs = tensors(case["inputs"]), tensors(case["call_kwargs"])
    return layer(*inputs, **kwargs)


def assert_equal(actual, expected, dtype=True, single=1e-6):
    """Equal to 1e-6 of the largest value for single precision, 1e-10 for double."""
    # LSTM returns a pair with names.
    kinds = (type(keras.tree.map_structure(lambda _: 0, x)) for x in (actual, expected))
    assert issubclass(*kinds)
    pairs = zip(keras.tree.flatten(actual), keras.tree.flatten(expected), strict=True)
    for a, b in pairs:
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape
        if dtype:
            assert a.dtype == b.dtype
        if a.dtype.kind in "ib":
            np.testing.assert_array_equal(a, b)
            continue
        bound = 1e-10 if b.dtype in (np.float64, np.complex128) else single
        largest = np.max(np.abs(b[np.isfinite(b)]), initial=0.0)
        np.testing.assert_allclose(a, b, rtol=0, atol=bound * max(largest, 1e-30))


def expected(case):
    """What Ivy computed; of an LSTM, cell states where Ivy gives pairs of both (L4)."""
    y = case["y"]
    if case["cls"] == "LSTM" and isinstance(y, tuple):
        out, (h, pairs) = y
        return out, (h, [c for _, c in pairs])
    return y


@pytest.mark.parametrize(
    "case", [c for c in COMPUTED if c["id"] not in WRONG], ids=lambda c: c["id"]
)
def test_layer_equals_ivy(case):
    layer = build(case)
    assert_equal(call(layer, case), expected(case))
    if case.get("v_after"):
        after = {path: np.asarray(x) for path, x in layer.v.flatten().items()}
        assert_equal(after, case["v_after"])


PRINTED = [
    case
    for case in CASES
    if case.get("repr")
    and case["cls"] not in OTHER_REPR
    and "reduction=bad" not in case["repr"]  # cannot be made, nor can what is out of range
    and case["id"] not in ("BinaryCrossEntropyLoss_498", "Dct_328", "FFT_325")
]


@pytest.mark.parametrize("case", PRINTED, ids=case_id)
def test_repr_equals_ivy(case):
    assert repr(build(case)) == case["repr"].replace("Fixed", "")


def test_repr_of_inverse_cosine_transform_shows_its_arguments():
    assert repr(layers.IDct(axis=-2, norm="ortho")) == "IDct(type=2, axis=-2, norm=ortho)"


def test_repr_of_attention_shows_its_sizes():
    shown = "MultiHeadAttention(8, num_heads=2, head_dim=4, key_dim=3)"
    assert repr(layers.MultiHeadAttention(8, num_heads=2, key_dim=3)) == shown


@pytest.mark.parametrize("case", [c for c in RAISED if c["id"] not in REPAIRED], ids=case_id)
def test_layer_raises_where_ivy_does(case):
    missing = case["id"] == "PReLU_446"
    error = TypeError if missing else (ValueError, TypeError, tf.errors.InvalidArgumentError)
    with pytest.raises(error) as caught:
        call(build(case), case)
    if not missing and not isinstance(caught.value, tf.errors.InvalidArgumentError):
        message = str(caught.value)
        assert "Received: " in message
        assert re.search(rf"{case['cls']}|{_function(case['cls'])}", message)


def _function(name):
    """The function behind a layer, whose name an error may give instead."""
    return {"GEGLU": "geglu", "Sigmoid": "sigmoid", "Softmax": "softmax", "GELU": "gelu"}.get(
        name, re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Loss")).lower()
    )


@pytest.mark.parametrize("name", [i for i in WRONG if i.startswith("MultiHead") and i[-2:] < "34"])
def test_attention_keeps_batch_entries_apart(name):
    case = BY_ID[name]
    assert not case["matches_standard_mha"]
    assert_equal(call(build(case), case), case["y_standard_mha_numpy"], dtype=False)


@pytest.mark.parametrize("name", ["MultiHeadAttention_034", "MultiHeadAttention_035"])
def test_attention_is_causal_with_and_without_mask(name):
    case = BY_ID[name]
    x = case["inputs"][0]
    mask = np.triu(np.full((4, 4), -1e9), 1)
    mask = mask + case["call_kwargs"].get("attention_mask", 0)
    right = reference.attention(case["v"], x, x, x, 2, mask)
    assert_equal(call(build(case), case), right.astype("float32"))


def test_lstm_runs_many_layers_in_their_order():
    case = BY_ID["LSTM_165"]
    y, hs, cs = reference.lstm(case["v"], case["inputs"][0], 12)
    y, hs, cs = keras.tree.map_structure(lambda a: a.astype("float32"), (y, hs, cs))
    # Twelve layers in float32 against float64, on values that shrink to 1e-5 of the input.
    assert_equal(call(build(case), case), (y, (hs, cs)), single=5e-6)


@pytest.mark.parametrize("name", [i for i in WRONG if i.startswith("AvgPool")])
def test_average_counts_what_is_there(name):
    case = BY_ID[name]
    assert not case["matches_true_average_of_real_elements"]
    right = reference.average_pool(case["inputs"][0], *case["args"])
    assert_equal(call(build(case), case), right)


@pytest.mark.parametrize("name", ["Conv1DTranspose_074", "Conv2DTranspose_111"])
def test_transposed_convolution_has_the_output_shape_asked_for(name):
    case = BY_ID[name]
    x, v, sizes = case["inputs"][0], case["v"], case["kwargs"]["output_shape"][1:-1]
    # SAME: an input starts at the place that a convolution of the output would begin at.
    padding = [reference.same_padding(n, 3, 2) for n in sizes]
    right = reference.transpose_convolve(x, v["w"], v["b"], 2, padding, sizes=sizes)
    assert_equal(call(build(case), case), right)


@pytest.mark.parametrize("name", ["LogPoissonLoss_509", "LogPoissonLoss_510"])
def test_loss_refuses_unknown_reduction(name):
    with pytest.raises(
        ValueError, match=r"must be one of \['none', 'sum', 'mean'\]. Received: red"
    ):
        build(BY_ID[name])


def test_every_case_is_listed_at_most_once_and_exists():
    assert not set(WRONG) & set(REPAIRED)
    assert set(WRONG) <= {c["id"] for c in COMPUTED}
    assert set(REPAIRED) <= {c["id"] for c in RAISED}


def _right_value(case):
    """The value of a case that Ivy cannot compute, by NumPy."""
    x, v, name = case["inputs"][0], case.get("v"), case["cls"]
    strides = dilations = 1
    if "Conv" in name:
        strides, padding = case["args"][-2:]
        dilations = case["kwargs"].get("dilations", 1)
    if name in ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"):
        if padding == "SAME":
            padding = [
                reference.same_padding(n, k, 1, dilations)
                for n, k in zip(x.shape[1:], v["w"].shape, strict=False)
            ][: x.ndim - 2]
        return reference.transpose_convolve(x, v["w"], v["b"], strides, padding, dilations)
    if name == "DepthwiseConv2D":
        padding = [
            reference.same_padding(n, k, s)
            for n, k, s in zip(x.shape[1:3], v["w"].shape[:2], strides, strict=True)
        ]
        return reference.depthwise_convolve(x, v["w"], v["b"], strides, padding)
    if name == "Conv3D":
        padding = [reference.same_padding(n, 2, 1, 2) for n in x.shape[1:4]]
        return reference.convolve(x, v["w"], v["b"], 1, padding, 2)
    if name == "Conv1D":
        return reference.convolve(x, v["w"], v["b"], 1, 1)
    if name == "Linear":
        return (x @ v["w"].T + v["b"]).astype("float32")
    if name == "MultiHeadAttention":
        key = case["inputs"][1]
        return reference.attention(v, x, key, key, 2)
    if name == "LSTM":
        batch = x.reshape(-1, *x.shape[-2:])
        y, h, c = reference.lstm(v, batch, 1)
        y = y.reshape(*x.shape[:-1], 4)
        return y, ([h[0].reshape(*x.shape[:-2], 4)], [c[0].reshape(*x.shape[:-2], 4)])
    if name == "AdaptiveAvgPool1d":
        return np.stack([x[..., :4].mean(-1), x[..., 3:].mean(-1)], -1)
    if name == "FFT":
        return np.fft.fft(x, n=1, axis=-1).astype("complex64")
    if name == "IFFT":
        dim, n = case["args"][0], case["kwargs"].get("n")
        return np.fft.ifft(x, n=n, axis=dim).astype("complex64")
    axes = tuple(range(x.ndim - 1))
    if case["mode"] == "inference":
        return (x / np.sqrt(1 + 1e-5)).astype("float32")
    return ((x - x.mean(axes)) / np.sqrt(x.var(axes) + 1e-5)).astype("float32")


@pytest.mark.parametrize("name", [i for i in REPAIRED if "inputs" in BY_ID[i]])
def test_layer_computes_what_ivy_cannot(name):
    case = BY_ID[name]
    right = keras.tree.map_structure(
        lambda a: a if a.dtype.kind == "c" else a.astype("float32"), _right_value(case)
    )
    assert_equal(call(build(case), case), right)


@pytest.mark.parametrize("window", [(3, 3), 3, [3, 3]])
def test_filter_shape_may_be_a_tuple_or_a_number(window):
    assert layers.Conv2D(2, 3, window, 1, "SAME").v.w.shape == (3, 3, 2, 3)


def test_conv3d_transpose_can_be_made():
    layer = layers.Conv3DTranspose(2, 3, [2, 2, 2], 2, "SAME")
    assert {k: tuple(x.shape) for k, x in layer.v.flatten().items()} == {
        "b": (1, 1, 1, 1, 3),
        "w": (2, 2, 2, 3, 2),
    }


# -- signatures and instances -----------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(META["signatures"]))
def test_constructor_has_ivy_signature(name):
    parameters = inspect.signature(getattr(keras_ivy, name).__init__).parameters
    base = inspect.signature(keras_ivy.Module.__init__).parameters
    own = [p for p in parameters if p != "self"]
    wanted = META["signatures"][name]["init"]
    listed = [w["name"] for w in wanted if w["name"] in own]
    assert [p for p in own if p in listed] == listed
    for want in wanted:
        here = parameters.get(want["name"], base.get(want["name"]))
        assert here is not None, want["name"]
        # What Ivy takes by name may stand by position too; see test_ivy_signatures.
        if want["name"] in parameters and want["kind"].startswith("POSITIONAL"):
            assert here.kind is here.POSITIONAL_OR_KEYWORD, want["name"]
        if "default" in want:
            default = here.default
            shown = repr(default) if isinstance(want["default"], str) else default
            if isinstance(default, str):
                shown = default
            assert shown == want["default"], want["name"]
        elif want["kind"] != "VAR_POSITIONAL":
            assert here.default is here.empty, want["name"]


@pytest.mark.parametrize("name", sorted(META["signatures"]))
def test_forward_has_ivy_arguments(name):
    text = META["signatures"][name]["forward"]
    wanted = ast.parse(f"def f{text}: ...").body[0].args
    names = [a.arg for a in wanted.posonlyargs + wanted.args + wanted.kwonlyargs]
    own = list(inspect.signature(getattr(keras_ivy, name)._forward).parameters)
    assert [n for n in own if n in names] == names


#: The constructor calls of the instances whose variables were recorded.
INSTANCES = {
    "Linear": lambda: layers.Linear(3, 5),
    "Conv1D": lambda: layers.Conv1D(3, 5, 4, 1, "SAME"),
    "Conv1D NCW": lambda: layers.Conv1D(3, 5, 4, 1, "SAME", data_format="NCW"),
    "Conv1DTranspose": lambda: layers.Conv1DTranspose(3, 5, 4, 1, "SAME"),
    "Conv2D": lambda: layers.Conv2D(3, 5, [4, 2], 1, "SAME"),
    "Conv2D NCHW": lambda: layers.Conv2D(3, 5, [4, 2], 1, "SAME", data_format="NCHW"),
    "Conv2DTranspose": lambda: layers.Conv2DTranspose(3, 5, [4, 2], 1, "SAME"),
    "DepthwiseConv2D": lambda: layers.DepthwiseConv2D(3, [4, 2], 1, "SAME"),
    "Conv3D": lambda: layers.Conv3D(3, 5, [4, 2, 1], 1, "SAME"),
    "Conv3D NCDHW": lambda: layers.Conv3D(3, 5, [4, 2, 1], 1, "SAME", data_format="NCDHW"),
    "LSTM": lambda: layers.LSTM(3, 5),
    "LSTM num_layers=2": lambda: layers.LSTM(3, 5, num_layers=2),
    "MultiHeadAttention": lambda: layers.MultiHeadAttention(8, num_heads=2),
    "MultiHeadAttention key/value dims": lambda: layers.MultiHeadAttention(
        8, num_heads=2, key_dim=3, value_dim=5
    ),
    "MultiHeadAttention head_dim": lambda: layers.MultiHeadAttention(8, num_heads=2, head_dim=5),
    "MultiHeadAttention no bias": lambda: layers.MultiHeadAttention(
        8, num_heads=2, use_proj_bias=False
    ),
    "Embedding": lambda: layers.Embedding(4, 3),
    "LayerNorm": lambda: layers.LayerNorm([3, 2]),
    "LayerNorm int": lambda: layers.LayerNorm(4),
    "BatchNorm2D": lambda: layers.BatchNorm2D(3),
    "Dropout": lambda: layers.Dropout(0.5),
    "Dropout no scale": lambda: layers.Dropout(0.5, scale=False),
    "MaxPool2D": lambda: layers.MaxPool2D(2, 2, "SAME"),
    "AvgPool3D": lambda: layers.AvgPool3D(2, 2, "SAME"),
    "FFT": lambda: layers.FFT(0),
    "Dct": lambda: layers.Dct(),
    "Identity": lambda: layers.Identity(),
    "Conv1D dilated nobias": lambda: layers.Conv1D(
        3, 5, 4, 1, "SAME", dilations=2, with_bias=False
    ),
    "Conv1D float64": lambda: layers.Conv1D(3, 5, 4, 1, "SAME", dtype="float64"),
}


@pytest.mark.parametrize("name", INSTANCES)
def test_instance_has_ivy_variables(name):
    recorded, layer = META["typical_instances"][name], INSTANCES[name]()
    flat = layer.v.flatten()
    assert list(flat) == recorded["order"]
    for path, fact in recorded["variables"].items():
        assert list(flat[path].shape) == fact["shape"]
        assert keras.backend.standardize_dtype(flat[path].dtype) == fact["dtype"]
    for path, constant in recorded["constant_valued"].items():
        np.testing.assert_array_equal(flat[path], constant)
    if recorded["repr"]:
        assert repr(layer) == recorded["repr"]
    assert layer.training is recorded["training"]


def test_all_recorded_instances_are_tested():
    untested = {"Conv3DTranspose", "BatchNorm2D affine=False", "IDct"}
    assert set(META["typical_instances"]) - set(INSTANCES) == untested


@pytest.mark.parametrize("name", [n for n in META["dropout_training"] if "scale" in n])
def test_dropout_drops_as_ivy_does(name):
    fact = META["dropout_training"][name]
    prob, scale = re.fullmatch(r"prob=(.*),scale=(.*)", name).groups()
    layer = layers.Dropout(float(prob), scale == "True", seed=3)
    y = np.asarray(layer(tf.fill([400, 500], fact["input_value"]), training=True))
    np.testing.assert_allclose(np.unique(y), fact["distinct_output_values"], rtol=1e-6)
    # Six standard deviations of both counts of 200,000 draws.
    assert abs(np.mean(y == 0) - fact["fraction_zero"]) < 6 * np.sqrt(0.25 / 2e5) * 2**0.5


@pytest.mark.parametrize("prob", [1.0, 1.5, -0.1])
def test_dropout_refuses_what_is_no_probability(prob):
    with pytest.raises(ValueError, match=rf"Dropout: `prob` .*Received: prob={prob}"):
        layers.Dropout(prob)


@pytest.mark.parametrize("case", [c for c in COMPUTED if c["cls"] in ("Dct", "IDct")], ids=case_id)
def test_cosine_transform_equals_scipy(case):
    kwargs = {"type": 2, "n": None, "axis": -1, "norm": None} | case["kwargs"]
    kind = kwargs.pop("type")
    inverse = case["cls"] == "IDct"
    y = np.asarray(call(build(case), case))
    x = case["inputs"][0].astype("float64")
    if inverse and kwargs["norm"] is None:
        kind = {1: 1, 2: 3, 3: 2, 4: 4}[kind]
        inverse = False
    right = (scipy.fft.idct if inverse else scipy.fft.dct)(x, kind, **kwargs)
    np.testing.assert_allclose(y, right, rtol=0, atol=1e-5 * np.abs(right).max())
