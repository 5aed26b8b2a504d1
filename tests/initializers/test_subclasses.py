"""Subclasses as Ivy's document writes them: one line, with a constructor of their own."""

import copy
import json
import pickle

import keras
import numpy as np
import pytest

import keras_ivy.initializers as ivy
from keras_ivy import Linear, Module, Sequential
from keras_ivy.initializers import initialize_model
from tests.initializers.cases import CASES, NAMES, concrete

L = keras.layers
SHAPES = {case[0]: case[2][-1] for case in CASES}
ARGUMENTS = {case[0]: case[1] for case in CASES}


def fixed(name):
    """A subclass whose constructor takes nothing."""
    base, arguments = getattr(ivy, name), ARGUMENTS[name]

    class Fixed(base):
        def __init__(self):
            super().__init__(**arguments, seed=3)

    return Fixed


def renamed(name):
    """A subclass whose constructor takes other arguments, one of them under a name of the base."""
    base, arguments = getattr(ivy, name), ARGUMENTS[name]

    class Renamed(base):
        def __init__(self, number, seed=0, also=(1, 2)):
            self.number = number
            super().__init__(**arguments, seed=seed + number)

    return Renamed


class Holder(L.Layer):
    """A layer with one variable of a given shape."""

    def __init__(self, shape, initializer, **kwargs):
        super().__init__(**kwargs)
        self.shape, self.initializer = tuple(shape), keras.initializers.get(initializer)

    def build(self, _):
        self.w = self.add_weight(name="w", shape=self.shape, initializer=self.initializer)

    def call(self, x):
        return x

    def get_config(self):
        words = {"shape": self.shape, "initializer": keras.initializers.serialize(self.initializer)}
        return {**super().get_config(), **words}


def test_every_class_is_subclassed():
    assert set(NAMES) == concrete()


@pytest.mark.parametrize("name", NAMES)
def test_one_line_subclass_reloads(tmp_path, name):
    cls, shape = fixed(name), SHAPES[name]
    made = cls()
    assert made.get_config() == {}
    again = cls.from_config(json.loads(json.dumps(made.get_config())))
    for other in (again, copy.deepcopy(made), made.clone()):
        np.testing.assert_array_equal(np.asarray(made(shape)), np.asarray(other(shape)))
    model = keras.Sequential([keras.Input((2,)), Holder(shape, made)])
    model.save(tmp_path / "m.keras")
    known = {"Fixed": cls, "Holder": Holder}
    loaded = keras.models.load_model(tmp_path / "m.keras", custom_objects=known)
    assert type(loaded.layers[0].initializer) is cls
    assert repr(loaded.layers[0].initializer) == "Fixed()"
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("name", NAMES)
def test_subclass_with_arguments_of_its_own_reloads(name):
    cls, shape = renamed(name), SHAPES[name]
    for made in (cls(4), cls(4, 0), cls(number=4, seed=0), cls(2, seed=2, also=[3])):
        again = cls.from_config(json.loads(json.dumps(made.get_config())))
        assert again.number == made.number
        np.testing.assert_array_equal(np.asarray(made(shape)), np.asarray(again(shape)))
    assert cls(4).get_config() == {"number": 4}
    assert made.get_config() == {"number": 2, "seed": 2, "also": [3]}


class GlorotUniform(ivy.Uniform):
    """The document's own."""

    def __init__(self):
        super().__init__(numerator=6, fan_mode="fan_sum", power=0.5, gain=1)


class Zeros(ivy.Constant):
    """The document's own."""

    def __init__(self):
        super().__init__(constant=0.0)


KNOWN = {"GlorotUniform": GlorotUniform, "Zeros": Zeros}
LAYERS = {
    "dense": (lambda w, b: L.Dense(3, kernel_initializer=w, bias_initializer=b), (4,)),
    "conv": (lambda w, b: L.Conv2D(3, 2, kernel_initializer=w, bias_initializer=b), (4, 4, 2)),
    "einsum": (
        lambda w, b: L.EinsumDense(
            "abc,cde->abde", (None, 3, 2), bias_axes="de", kernel_initializer=w, bias_initializer=b
        ),
        (4, 5),
    ),
    "lstm": (lambda w, b: L.LSTM(3, kernel_initializer=w, bias_initializer=b), (4, 2)),
    "separable": (
        lambda w, b: L.SeparableConv2D(3, 2, depthwise_initializer=w, pointwise_initializer=w),
        (4, 4, 2),
    ),
    "linear": (lambda w, b: Linear(4, 3, weight_initializer=w, bias_initializer=b), (4,)),
    "sequential": (lambda w, b: Sequential(Linear(4, 3, weight_initializer=w)), (4,)),
}


@pytest.mark.parametrize("case", LAYERS)
def test_the_documents_subclasses_save_with_any_layer(tmp_path, case):
    make, shape = LAYERS[case]
    model = keras.Sequential([keras.Input(shape), make(GlorotUniform(), Zeros())])
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras", custom_objects=KNOWN)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    initialize_model(model, "layer_default", seed=1)
    initialize_model(loaded, "layer_default", seed=1)
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_subclass_is_told_the_axes_of_attention_and_keeps_them():
    attention = L.MultiHeadAttention(2, 8, kernel_initializer=GlorotUniform())
    attention.build((None, 4, 16), (None, 4, 16))
    kernel = attention.query_dense.kernel
    limit = np.sqrt(6 / (16 + 16))
    assert 0.8 * limit < np.abs(kernel.numpy()).max() <= limit
    told = GlorotUniform().replace(fans=(2, 4), seed=5)
    assert told.get_config() == {"fans": [2, 4], "seed": 5}
    again = GlorotUniform.from_config(json.loads(json.dumps(told.get_config())))
    assert again.fans == (2, 4)
    np.testing.assert_array_equal(np.asarray(told((3, 3))), np.asarray(again((3, 3))))
    with pytest.raises(TypeError, match="GlorotUniform has no argument 'fan'"):
        GlorotUniform().replace(fan=3)


def test_subclass_of_a_matrix_scheme_is_drawn_gate_by_gate():
    class Half(ivy.Orthogonal):
        def __init__(self):
            super().__init__(gain=0.5)

    layer = L.LSTM(4)
    model = keras.Sequential([keras.Input((3, 2)), layer])
    initialize_model(model, [ivy.InitRule(".*", Half(), role="recurrent")], seed=1)
    gates = np.split(np.asarray(layer.cell.recurrent_kernel), 4, axis=1)
    for gate in gates:
        np.testing.assert_allclose(gate.T @ gate, 0.25 * np.eye(4), atol=1e-6)


def test_constructor_that_passes_everything_on():
    class Named(ivy.KaimingNormal):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)

    made = Named(0.5, "fan_out", seed=1)
    assert made.get_config() == {"mean": 0.5, "fan_mode": "fan_out", "seed": 1}
    assert Named.from_config(made.get_config()).fan_mode == "fan_out"


def test_objects_among_the_arguments_are_written_and_read():
    class Twice(ivy.Initializer):
        def __init__(self, inner, rate=2.0):
            super().__init__()
            self.inner, self.rate = inner, rate

        def create_variables(self, var_shape, device, fan_out=None, fan_in=None, dtype=None):
            return float(self.rate) * self.inner(var_shape, dtype)

    made = Twice(ivy.Constant(1.5), rate=np.float32(3.0))
    again = Twice.from_config(json.loads(json.dumps(made.get_config())))
    assert float(again((1,))[0]) == 4.5
    assert isinstance(again.inner, ivy.Constant)
    assert pickle.loads(pickle.dumps(GlorotUniform())).get_config() == {}


def test_subclass_in_a_module_saves(tmp_path):
    class Net(Module):
        def __init__(self):
            self.linear = Linear(4, 3, weight_initializer=GlorotUniform())
            self.dense = L.Dense(2, kernel_initializer=GlorotUniform(), bias_initializer=Zeros())
            Module.__init__(self)

        def _forward(self, x):
            return self.dense(self.linear(x))

    net = Net()
    x = np.ones((2, 4), "float32")
    net(x)
    net.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras", custom_objects={"Net": Net, **KNOWN})
    np.testing.assert_array_equal(net(x), loaded(x))
