"""True fans: the table of every Keras layer, custom layers, and what happens without a rule."""

import ast
import inspect
import textwrap
import warnings

import keras
import numpy as np
import pytest

from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.lookup import fans_of, geometry_of
from keras_ivy.initializers.fans.rules import register_fans, rule_for
from keras_ivy.structure import walk

L = keras.layers

#: Layers whose variables come from another framework: nobody but their author knows the axes.
FOREIGN = {"FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"}


def keras_layers():
    """Every layer class that Keras exports, by name."""
    found = {name: getattr(L, name) for name in dir(L)}
    return {n: c for n, c in found.items() if isinstance(c, type) and issubclass(c, L.Layer)}


def makes_variables(cls):
    """Whether the source of a class or of its bases calls `add_weight` or makes variables."""
    for base in cls.__mro__[: cls.__mro__.index(L.Layer)]:
        if not issubclass(base, L.Layer):
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        for node in ast.walk(tree):
            called = getattr(node, "func", None)
            if getattr(called, "attr", getattr(called, "id", "")) in ("add_weight", "Variable"):
                return True
    return False


def test_every_keras_layer_with_variables_has_a_rule():
    """Layers that loop over cells hold states at most: their cells own the weights."""
    missing = {
        name
        for name, cls in keras_layers().items()
        if makes_variables(cls) and rule_for(cls) is None
    }
    holders = {"LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}
    tables = {"IntegerLookup", "StringLookup"}  # TensorFlow's variables, which Keras does not see
    assert missing - FOREIGN - holders - tables == set(), "write a rule in fans_*.py"


def test_the_search_for_variables_finds_those_of_keras():
    found = {name for name, cls in keras_layers().items() if makes_variables(cls)}
    assert {"Dense", "Conv3DTranspose", "LSTMCell", "PReLU", "BatchNormalization"} <= found
    assert not {"ReLU", "Flatten", "Add", "MaxPooling2D"} & found


#: Layers as users build them, with the shapes of their inputs.
BUILT = {
    "Dense": (lambda: L.Dense(4), (3,)),
    "EinsumDense": (lambda: L.EinsumDense("abc,cd->abd", (2, 4), bias_axes="d"), (2, 3)),
    "Embedding": (lambda: L.Embedding(9, 4), (3,)),
    "ReversibleEmbedding": (lambda: L.ReversibleEmbedding(9, 4, tie_weights=False), (3,)),
    "SimpleRNN": (lambda: L.SimpleRNN(4), (5, 3)),
    "LSTM": (lambda: L.LSTM(4), (5, 3)),
    "GRU": (lambda: L.GRU(4), (5, 3)),
    "RNN": (lambda: L.RNN([L.LSTMCell(4), L.GRUCell(2)]), (5, 3)),
    "Bidirectional": (lambda: L.Bidirectional(L.LSTM(4)), (5, 3)),
    "TimeDistributed": (lambda: L.TimeDistributed(L.Dense(4)), (5, 3)),
    "ConvLSTM1D": (lambda: L.ConvLSTM1D(4, 3), (5, 8, 3)),
    "ConvLSTM2D": (lambda: L.ConvLSTM2D(4, 3), (5, 8, 8, 3)),
    "ConvLSTM3D": (lambda: L.ConvLSTM3D(4, 3), (5, 8, 8, 8, 3)),
    "Conv1D": (lambda: L.Conv1D(4, 3), (8, 3)),
    "Conv2D": (lambda: L.Conv2D(4, 3), (8, 8, 3)),
    "Conv3D": (lambda: L.Conv3D(4, 3), (8, 8, 8, 3)),
    "Conv1DTranspose": (lambda: L.Conv1DTranspose(4, 3), (8, 3)),
    "Conv2DTranspose": (lambda: L.Conv2DTranspose(4, 3), (8, 8, 3)),
    "Conv3DTranspose": (lambda: L.Conv3DTranspose(4, 3), (8, 8, 8, 3)),
    "DepthwiseConv1D": (lambda: L.DepthwiseConv1D(3), (8, 3)),
    "DepthwiseConv2D": (lambda: L.DepthwiseConv2D(3), (8, 8, 3)),
    "SeparableConv1D": (lambda: L.SeparableConv1D(4, 3), (8, 3)),
    "SeparableConv2D": (lambda: L.SeparableConv2D(4, 3), (8, 8, 3)),
    "BatchNormalization": (lambda: L.BatchNormalization(renorm=True), (3,)),
    "LayerNormalization": (lambda: L.LayerNormalization(), (3,)),
    "GroupNormalization": (lambda: L.GroupNormalization(3), (3,)),
    "RMSNormalization": (lambda: L.RMSNormalization(), (3,)),
    "Normalization": (lambda: L.Normalization(), (3,)),
    "SpectralNormalization": (lambda: L.SpectralNormalization(L.Conv2D(4, 3)), (8, 8, 3)),
    "PReLU": (lambda: L.PReLU(), (3,)),
    "STFTSpectrogram": (lambda: L.STFTSpectrogram(), (400,)),
    "Dropout": (lambda: L.Dropout(0.5), (3,)),
}


@pytest.mark.parametrize("name", BUILT)
def test_every_variable_of_a_keras_layer_is_known(name):
    make, shape = BUILT[name]
    layer = make()
    layer.build((None, *shape))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        geometries = [geometry_of(layer, entry.variable) for entry in walk(layer)]
    assert geometries
    assert "unknown" not in {geometry.role for geometry in geometries}


@pytest.mark.parametrize("name", BUILT)
def test_the_axes_of_a_weight_are_all_of_its_axes(name):
    make, shape = BUILT[name]
    layer = make()
    layer.build((None, *shape))
    for entry in walk(layer):
        geometry = geometry_of(layer, entry.variable)
        if geometry.is_weight:
            axes = (*geometry.blocks, *geometry.window, *geometry.inputs, *geometry.outputs)
            assert sorted(axes) == list(range(len(geometry.split)))
            assert np.prod(geometry.split) == np.prod(entry.variable.shape)


@pytest.mark.parametrize("layer", [L.Attention(True, "concat"), L.AdditiveAttention()])
def test_scales_of_attention_are_known(layer):
    layer.build([(None, 3, 5), (None, 3, 5)])
    roles = {entry.name: geometry_of(layer, entry.variable).role for entry in walk(layer)}
    weights = {"scale": "kernel"} if isinstance(layer, L.AdditiveAttention) else {}
    expected = {"scale": "scale", "concat_score_weight": "scale", **weights}
    assert roles == {name: expected[name] for name in roles}


#: Facts, section 1d: (layer, input shape, variable, true fans).
TABLE = [
    (lambda: L.Dense(256), (128,), "kernel", (128, 256)),
    (lambda: L.Conv2D(128, 3), (8, 8, 64), "kernel", (576, 1152)),
    (lambda: L.Conv2D(128, 3, strides=2), (8, 8, 64), "kernel", (576, 288)),
    (lambda: L.Conv2D(128, 3, groups=8), (8, 8, 64), "kernel", (72, 144)),
    (lambda: L.DepthwiseConv2D(3), (8, 8, 64), "kernel", (9, 9)),
    (lambda: L.DepthwiseConv2D(3), (8, 8, 512), "kernel", (9, 9)),
    (lambda: L.DepthwiseConv1D(7), (8, 256), "kernel", (7, 7)),
    (lambda: L.SeparableConv2D(8, 3), (8, 8, 64), "depthwise_kernel", (9, 9)),
    (lambda: L.SeparableConv2D(8, 3), (8, 8, 64), "pointwise_kernel", (64, 8)),
    (lambda: L.Conv2DTranspose(32, 4), (8, 8, 256), "kernel", (4096, 512)),
    (lambda: L.Conv2DTranspose(32, 4, strides=2), (8, 8, 256), "kernel", (1024, 512)),
    (lambda: L.Conv2DTranspose(3, 4, strides=2), (8, 8, 64), "kernel", (256, 48)),
    (lambda: L.EinsumDense("bhi,hio->bho", (8, 64)), (8, 64), "kernel", (64, 64)),
    (lambda: L.EinsumDense("btf,tfo->bto", (32, 64)), (32, 64), "kernel", (64, 64)),
    (lambda: L.LSTM(128), (3, 128), "cell/kernel", (128, 128)),
    (lambda: L.GRU(64), (3, 128), "cell/recurrent_kernel", (64, 64)),
    (lambda: L.GRU(64), (3, 128), "cell/bias", (128, 64)),
    (lambda: L.ConvLSTM2D(64, 3), (3, 8, 8, 64), "cell/kernel", (576, 576)),
    (lambda: L.Embedding(50000, 256), (3,), "embeddings", (1, 256)),
    (lambda: L.Conv1D(6, 3, padding="causal", dilation_rate=4), (8, 5), "kernel", (15, 18)),
    (lambda: L.Conv2D(6, 3, data_format="channels_first"), (5, 8, 8), "kernel", (45, 54)),
    (lambda: L.Conv2D(6, (3, 5), strides=(1, 3)), (8, 8, 5), "kernel", (75, 30)),
    (lambda: L.Dense(6), (5,), "bias", (5, 6)),
    (lambda: L.DepthwiseConv2D(3, depth_multiplier=2), (8, 8, 5), "bias", (9, 18)),
    (lambda: L.BatchNormalization(), (5,), "gamma", (1, 1)),
]


@pytest.mark.parametrize(("make", "shape", "name", "fans"), TABLE)
def test_fans_of_agrees_with_the_table(make, shape, name, fans):
    layer = make()
    layer.build((None, *shape))
    assert fans_of(layer, name) == fans


@pytest.mark.parametrize("name", ["query_dense", "key_dense", "value_dense", "output_dense"])
def test_fans_of_attention_heads_span_all_heads(name):
    layer = L.MultiHeadAttention(8, 64)
    layer.build((None, 3, 512), (None, 3, 512))
    assert fans_of(layer, f"{name}/kernel") == (512, 512)


def test_fans_of_finds_variables_below_a_model():
    model = keras.Sequential([keras.Input((8, 8, 64)), L.DepthwiseConv2D(3), L.Dense(2)])
    assert fans_of(model, model.layers[0].kernel) == (9, 9)
    assert fans_of(model, "layers/v1/kernel") == (64, 2)


def test_fans_of_asks_the_layer_that_made_a_variable_held_by_another():
    class Holder(keras.Model):
        def __init__(self):
            super().__init__()
            self.wide = L.DepthwiseConv2D(3)
            self.wide.build((None, 8, 8, 64))
            self.alias = self.wide.kernel

        def call(self, x):
            return self.wide(x)

    model = Holder()
    assert fans_of(model, model.alias) == (9, 9)


def test_fans_of_asks_the_layer_inside_a_spectral_normalization():
    layer = L.SpectralNormalization(L.Conv2DTranspose(3, 4, 2))
    layer.build((None, 8, 8, 64))
    assert fans_of(layer, "kernel") == (256, 48)


def test_a_subclass_of_a_keras_layer_has_its_rule():
    class Mine(L.DepthwiseConv2D):
        pass

    layer = Mine(3)
    layer.build((None, 8, 8, 64))
    assert fans_of(layer, layer.kernel) == (9, 9)


class Bilinear(L.Layer):
    """`y = x1 W x2` with a bias: no rule knows it."""

    def build(self, input_shape):
        self.weight = self.add_weight(name="weight", shape=(4, 5, 6))
        self.bias = self.add_weight(name="bias", shape=(6,))
        self.gamma = self.add_weight(name="gamma", shape=(6,))
        self.vector = self.add_weight(name="vector", shape=(7,))
        self.count = self.add_weight(name="count", shape=(2, 2), trainable=False)


def test_an_unknown_layer_falls_back_to_its_shape_and_says_so():
    layer = Bilinear(name="mine")
    layer.build((None, 4))
    with pytest.warns(UserWarning, match=r"Bilinear \(mine/weight, shape \(4, 5, 6\)\).*register"):
        assert fans_of(layer, layer.weight) == (20, 24)
    with pytest.warns(UserWarning, match="vector"):
        assert geometry_of(layer, layer.vector) == Geometry(7, 7, role="unknown")


def test_an_unknown_layer_has_its_bias_scale_and_state_told_by_name():
    layer = Bilinear()
    layer.build((None, 4))
    geometries = {name: geometry_of(layer, name) for name in ("bias", "gamma", "count")}
    assert geometries["bias"] == Geometry(20, 24, role="bias")
    assert geometries["gamma"].role == "scale"
    assert geometries["count"].role == "state"


def test_registered_rules_hold_for_subclasses_and_can_be_replaced():
    class Mine(L.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(name="w", shape=(3, 8))

    class Yours(Mine):
        pass

    @register_fans(Mine)
    def fans(layer, variable):
        return variable.shape[1], variable.shape[0]

    layer = Yours()
    layer.build((None, 8))
    assert fans_of(layer, layer.w) == (8, 3)

    @register_fans(Yours)
    def other_fans(layer, variable):
        return Geometry(1, 2, role="scale")

    assert geometry_of(layer, layer.w) == Geometry(1, 2, role="scale")


@pytest.mark.parametrize("fans", [(0, 3), (3, -1), (float("nan"), 1)])
def test_a_rule_that_gives_impossible_fans_is_named(fans):
    class Wrong(L.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(name="w", shape=(3, 8))

    register_fans(Wrong)(lambda layer, variable: fans)
    layer = Wrong()
    layer.build((None, 8))
    with pytest.raises(ValueError, match=r"must be positive. The rule for Wrong gave.*fan_"):
        fans_of(layer, layer.w)


@pytest.mark.parametrize("bad", [int, "Dense", keras.layers])
def test_register_fans_takes_layer_classes_only(bad):
    with pytest.raises(TypeError, match="takes layer classes"):
        register_fans(bad)
    with pytest.raises(TypeError, match="at least one"):
        register_fans()


def test_fans_of_says_what_is_wrong_with_its_arguments():
    layer = L.Dense(2)
    layer.build((None, 3))
    with pytest.raises(ValueError, match=r"Did you mean 'kernel'\? Received: variable='kernl'"):
        fans_of(layer, "kernl")
    with pytest.raises(ValueError, match="is not one of"):
        fans_of(layer, keras.Variable([1.0]))
    with pytest.raises(ValueError, match="no variables yet: build it"):
        fans_of(L.Dense(2), keras.Variable([1.0]))
    with pytest.raises(TypeError, match="must be a Keras layer"):
        fans_of("dense", "kernel")


def test_an_ambiguous_name_lists_the_paths():
    model = keras.Sequential([keras.Input((3,)), L.Dense(2), L.Dense(2)])
    with pytest.raises(ValueError, match="has 2 variables of this name"):
        fans_of(model, "kernel")


def test_fans_of_quantized_layers_are_those_of_their_bias_only():
    layer = L.Dense(6)
    layer.build((None, 5))
    layer.quantize("int8")
    assert geometry_of(layer, "bias").fans == (5, 6)
    assert geometry_of(layer, "kernel").role == "state"
    assert geometry_of(layer, "kernel_scale").role == "state"


def test_geometry_takes_packed_axes_apart():
    layer = L.Conv2D(128, 3, groups=8)
    layer.build((None, 8, 8, 64))
    geometry = geometry_of(layer, "kernel")
    assert geometry.block_count == 8
    assert geometry.block_shape == (3, 3, 8, 16)
    assert not geometry.is_plain
    assert geometry_of(keras.Sequential([keras.Input((3,)), L.Dense(2)]), "kernel").is_plain


def test_fans_of_an_empty_layer_can_be_divided_by():
    layer = L.Dense(5)
    layer.build((None, 0))
    assert fans_of(layer, "kernel") == (1, 5)
    assert fans_of(layer, "bias") == (1, 5)


@pytest.mark.parametrize("path", ["conv1/kernel", "layers/v0/kernel", "net/conv1/kernel"])
def test_fans_of_takes_any_path_that_means_one_variable(path):
    layers = [keras.layers.Conv2D(4, 3, name="conv1"), keras.layers.Conv2D(4, 5, name="conv2")]
    model = keras.Sequential([keras.Input((8, 8, 2)), *layers], name="net")
    assert fans_of(model, path) == (18, 36)
    with pytest.raises(ValueError, match="2 variables of this name"):
        fans_of(model, "kernel")
    with pytest.raises(ValueError, match="no variable of this name"):
        fans_of(model, "onv1/kernel")


def test_a_path_of_keras_that_two_towers_share_names_neither():
    def tower(size):
        inputs = keras.Input((size,))
        return keras.Model(inputs, keras.layers.Dense(4, name="proj")(inputs))

    a, b = keras.Input((3,)), keras.Input((5,))
    model = keras.Model([a, b], [tower(3)(a), tower(5)(b)])
    with pytest.raises(ValueError, match=r"2 variables of this name: name one of 'layers/v2/l"):
        fans_of(model, "proj/kernel")
    assert fans_of(model, "layers/v2/layers/v1/kernel") == (3, 4)
    assert fans_of(model, "layers/v3/layers/v1/kernel") == (5, 4)
