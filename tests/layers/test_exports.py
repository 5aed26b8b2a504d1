"""Every exported layer as SavedModel, LiteRT and ONNX, in a functional model and in a Module.

What is written is loaded and run, and equals the model. ONNX needs packages that this one does
not depend on (tf2onnx, onnx, onnxruntime); without them its cases are skipped.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import layers
from tests.layers.cases import CASES

pytestmark = pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning")

RNG = np.random.default_rng(3)
STEPS = RNG.normal(size=(2, 5, 3)).astype("float32")

#: These become TensorFlow's operations in LiteRT, which not every interpreter can run, so that the
#: conversion is all that can be asked: windows in space, as with Keras's layers, and complex
#: numbers (which LiteRT has for powers of 2 alone).
CONVERTED_ONLY = {"MaxPool3D", "AvgPool3D", "FFT", "IFFT", "Dct", "IDct"}

#: ONNX has no `erfc`, which Keras's GELU takes too, and no complex numbers.
NO_ONNX = {"GELU", "GEGLU", "FFT", "IFFT", "Dct", "IDct"}


def floats(shape):
    return np.random.default_rng(7).uniform(0.1, 0.9, shape).astype("float32")


#: By class: how to make the layer, and its inputs.
LAYERS = {
    case[1].__name__: (lambda c=case: c[1](**c[2]), [floats(case[3])]) for case in reversed(CASES)
}
LAYERS["LSTM"] = (lambda: ivy.LSTM(3, 4, num_layers=2, unroll=True), [STEPS])
LAYERS["Embedding"] = (lambda: ivy.Embedding(5, 2, 0, max_norm=1.0), [np.array([[1, 2, 4]])])
LAYERS["Sequential"] = (lambda: ivy.Sequential(ivy.Linear(3, 2), ivy.Tanh()), [STEPS])
LAYERS |= {
    name: (getattr(layers, name), [floats((2, 3)), floats((2, 3))])
    for name in ("BinaryCrossEntropyLoss", "CrossEntropyLoss", "LogPoissonLoss")
}


class Wrap(ivy.Module):
    def __init__(self, make):
        self.inner = make()
        ivy.Module.__init__(self)

    def _forward(self, *inputs):
        return self.inner(*inputs)


#: The layers that take the same input, which one model holds: a conversion costs seconds.
TOGETHER = {}
for _name in sorted(set(LAYERS) - CONVERTED_ONLY):
    if len(LAYERS[_name][1]) == 1:
        _x = LAYERS[_name][1][0]
        TOGETHER.setdefault(f"{_x.dtype}{_x.shape}".replace(" ", ""), []).append(_name)
ALONE = sorted(set(LAYERS) - {name for names in TOGETHER.values() for name in names})


def outputs_of(inner, x):
    """The outputs of several layers for one input, by the names of the layers."""
    found = {name: tf.nest.flatten(layer(x)) for name, layer in inner.items()}
    return {f"{name}_{i}": y for name, ys in found.items() for i, y in enumerate(ys)}


class Many(ivy.Module):
    def __init__(self, names):
        self.inner = {name: LAYERS[name][0]() for name in names}
        ivy.Module.__init__(self)

    def _forward(self, x):
        return outputs_of(self.inner, x)


def module(make, inputs):
    model = Wrap(make)
    return model, model(*inputs, training=False)


def functional(make, inputs):
    [x] = inputs
    symbolic = keras.Input(x.shape[1:], dtype=x.dtype)
    model = keras.Model(symbolic, make()(symbolic))
    return model, model(x, training=False)


def agree(found, wanted):
    """Compare all arrays, whatever their order: LiteRT has one of its own."""
    wanted = [np.asarray(x) for x in tf.nest.flatten(wanted)]
    assert len(found) == len(wanted)
    for x in found:
        fits = [
            i
            for i, y in enumerate(wanted)
            if x.shape == y.shape and np.allclose(x, y, rtol=1e-4, atol=1e-5)
        ]
        assert fits, f"an output of shape {x.shape} is none of the model's"
        wanted.pop(fits[0])


def run_saved_model(path, inputs):
    loaded = tf.saved_model.load(str(path))
    served = loaded.signatures["serving_default"]
    specs = served.structured_input_signature[1]
    return list(
        served(
            **{n: tf.cast(x, specs[n].dtype) for n, x in zip(specs, inputs, strict=True)}
        ).values()
    )


def run_lite(content, inputs):
    interpreter = tf.lite.Interpreter(model_content=content)
    places = sorted(interpreter.get_input_details(), key=lambda place: place["name"])
    for place, x in zip(places, inputs, strict=True):
        interpreter.resize_tensor_input(place["index"], x.shape)
    interpreter.allocate_tensors()
    for place, x in zip(places, inputs, strict=True):
        interpreter.set_tensor(place["index"], x.astype(place["dtype"]))
    interpreter.invoke()
    return [interpreter.get_tensor(p["index"]) for p in interpreter.get_output_details()]


def run_onnx(path, inputs):
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    types = {"tensor(int64)": "int64", "tensor(int32)": "int32", "tensor(float)": "float32"}
    names = session.get_inputs()
    return session.run(
        None, {n.name: x.astype(types[n.type]) for n, x in zip(names, inputs, strict=True)}
    )


def check_served_by_name(model, wanted, x, tmp_path):
    """Export a model that returns a dict as SavedModel, load, run and compare."""
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved")).signatures["serving_default"]
    [(word, spec)] = served.structured_input_signature[1].items()
    found = served(**{word: tf.cast(x, spec.dtype)})
    assert set(found) == set(wanted)
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], 1e-4, 1e-5, err_msg=name)


def check_lite(model, y, inputs, tmp_path):
    model.export(tmp_path / "model.tflite", format="litert", verbose=False)
    agree(run_lite((tmp_path / "model.tflite").read_bytes(), inputs), y)


def check(model, y, inputs, tmp_path, run_in_lite=True):
    """Export as SavedModel and for LiteRT, load, run and compare."""
    model.export(tmp_path / "saved", verbose=False)
    agree(run_saved_model(tmp_path / "saved", inputs), y)
    model.export(tmp_path / "model.tflite", format="litert", verbose=False)
    if run_in_lite:
        agree(run_lite((tmp_path / "model.tflite").read_bytes(), inputs), y)


def test_every_exported_layer_is_here():
    classes = {name for name in layers.__all__ if isinstance(getattr(layers, name), type)}
    assert classes == set(LAYERS)


@pytest.mark.parametrize("name", ALONE)
def test_module_is_served(name, tmp_path):
    make, inputs = LAYERS[name]
    check(*module(make, inputs), inputs, tmp_path, name not in CONVERTED_ONLY)


@pytest.mark.parametrize("together", TOGETHER.values(), ids=TOGETHER)
def test_modules_are_served(together, tmp_path):
    model, x = Many(together), LAYERS[together[0]][1][0]
    wanted = model(x, training=False)
    check_served_by_name(model, wanted, x, tmp_path)
    check_lite(model, wanted, [x], tmp_path)


# As SavedModels: test_citizens.py.
@pytest.mark.parametrize("together", TOGETHER.values(), ids=TOGETHER)
def test_functional_model_converts(together, tmp_path):
    x = LAYERS[together[0]][1][0]
    symbolic = keras.Input(x.shape[1:], dtype=x.dtype)
    model = keras.Model(symbolic, outputs_of({n: LAYERS[n][0]() for n in together}, symbolic))
    check_lite(model, model(x, training=False), [x], tmp_path)


@pytest.mark.filterwarnings("ignore")  # tf2onnx's and NumPy's
@pytest.mark.parametrize("place", [module, functional])
@pytest.mark.parametrize("name", sorted(set(LAYERS) - NO_ONNX))
def test_onnx(name, place, tmp_path):
    pytest.importorskip("tf2onnx")
    make, inputs = LAYERS[name]
    if len(inputs) > 1 and place is functional:
        return
    model, y = place(make, inputs)
    model.export(tmp_path / "model.onnx", format="onnx", verbose=False)
    agree(run_onnx(tmp_path / "model.onnx", inputs), y)


def lstm(wrap=lambda layer: layer, **options):
    return lambda: wrap(ivy.LSTM(2, 4, **options))


#: LSTMs by what they return and where they stand; one model holds them all.
RECURRENT = {
    "all": lstm(unroll=True),
    "all of two": lstm(unroll=True, num_layers=2),
    "state": lstm(return_sequence=False),
    "sequence": lstm(return_state=False, unroll=True),
    "last": lstm(return_sequence=False, return_state=False),
    "bidirectional": lstm(keras.layers.Bidirectional, unroll=True),
    "bidirectional of two": lstm(keras.layers.Bidirectional, unroll=True, num_layers=2),
    "bidirectional last": lstm(
        keras.layers.Bidirectional, return_sequence=False, return_state=False
    ),
}


@pytest.mark.parametrize("after", ["made", "loaded"])
def test_lstms_in_a_functional_model_are_served(after, tmp_path):
    x = floats((5, 2, 2))  # few steps: what is unrolled takes long to trace
    symbolic = keras.Input(x.shape[1:])
    layers = {name.replace(" ", "_"): make() for name, make in RECURRENT.items()}
    model = keras.Model(symbolic, outputs_of(layers, symbolic))
    wanted = model(x, training=False)
    if after == "loaded":
        model.save(tmp_path / "model.keras")
        model = keras.saving.load_model(tmp_path / "model.keras")
    check_served_by_name(model, wanted, x, tmp_path)
    check_lite(model, wanted, [x], tmp_path)
    agree(run_lite(tf.lite.TFLiteConverter.from_keras_model(model).convert(), [x]), wanted)


@pytest.mark.filterwarnings("ignore")  # tf2onnx's and NumPy's
@pytest.mark.parametrize("steps", [5, None])
def test_lstm_in_onnx(steps, tmp_path):
    pytest.importorskip("tf2onnx")
    inputs = keras.Input((steps, 3))
    model = keras.Model(inputs, ivy.LSTM(3, 4, num_layers=2)(inputs))
    y = model(STEPS)
    model.export(tmp_path / "model.onnx", format="onnx", verbose=False)
    agree(run_onnx(tmp_path / "model.onnx", [STEPS]), y)


def test_lstm_in_a_loop_converts_as_kerass(tmp_path):
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, ivy.LSTM(3, 4)(inputs))
    model.export(tmp_path / "model.tflite", format="litert", verbose=False)
    assert (tmp_path / "model.tflite").stat().st_size > 1000


class Nested(ivy.Module):
    """A module that returns nests, which Keras's exports do not take."""

    def __init__(self, pack):
        self.lstm = ivy.LSTM(3, 4, return_sequence=False)
        self.head = ivy.Linear(4, 2)
        self._pack = pack
        ivy.Module.__init__(self)

    def _forward(self, x):
        y, (h, c) = out = self.lstm(x)
        return self._pack(self.head(y), out, h, c)


NESTS = {
    "tuple": (
        lambda y, out, h, c: (y, (h, c)),
        ["output_0", "output_1_0_0", "output_1_1_0"],
    ),
    "dict": (
        lambda y, out, h, c: {"y": y, "state": {"h": h[0], "c": c[0]}},
        ["state_c", "state_h", "y"],
    ),
    "list": (
        lambda y, out, h, c: [[y], *h],
        ["output_0_0", "output_1"],
    ),
    "named": (
        lambda y, out, h, c: {"lstm": out, "y": y},
        ["lstm_cell_0", "lstm_hidden_0", "lstm_output", "y"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NESTS)
def test_nests_that_a_module_returns_are_served_by_name(name, tmp_path):
    pack, names = NESTS[name]
    model = Nested(pack)
    y = model(STEPS, training=False)
    check(model, y, [STEPS], tmp_path)
    tf.saved_model.save(model, str(tmp_path / "plain"))
    for folder in ("saved", "plain"):
        served = tf.saved_model.load(str(tmp_path / folder)).signatures["serving_default"]
        assert sorted(served.structured_outputs) == names
    agree(run_saved_model(tmp_path / "plain", [STEPS]), y)
    assert "__call__" not in vars(model)
    tf.nest.assert_same_structure(model(STEPS), y)


def test_two_outputs_of_one_name_are_refused(tmp_path):
    model = Nested(lambda y, out, h, c: {"a": {"b": y}, "a_b": h[0]})
    model(STEPS)
    with pytest.raises(ValueError, match="Received: outputs named 'a_b' twice"):
        model.export(tmp_path / "saved", verbose=False)
    assert "__call__" not in vars(model)


@pytest.mark.filterwarnings("ignore")  # tf2onnx's and NumPy's
@pytest.mark.parametrize("name", NESTS)
def test_nests_in_onnx(name, tmp_path):
    pytest.importorskip("tf2onnx")
    model = Nested(NESTS[name][0])
    y = model(STEPS, training=False)
    model.export(tmp_path / "model.onnx", format="onnx", verbose=False)
    agree(run_onnx(tmp_path / "model.onnx", [STEPS]), y)
