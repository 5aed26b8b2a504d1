"""The parts of Keras's protocol that only wrappers and tools ask for, for every exported layer."""

import copy
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import layers
from tests.layers.cases import CASES

#: One case of each class; losses take two inputs, Embedding takes whole numbers and has a test of
#: its own, and Sequential is in `CONTAINERS`.
FIRST = {case[1].__name__: case for case in reversed(CASES)}
LOSSES = {"BinaryCrossEntropyLoss", "CrossEntropyLoss", "LogPoissonLoss"}


class Net(ivy.Module):
    """A module with layers in a list, one of them not built yet, and an own variable."""

    def __init__(self, units=6):
        self._layers = [ivy.Linear(6, units), keras.layers.Dense(units)]
        super().__init__()

    def _create_variables(self, device, dtype):
        return {"scale": ivy.ones((6,), dtype=dtype)}

    def _forward(self, x):
        x = x * self.v.scale
        for layer in self._layers:
            x = layer(x)
        return x


#: Modules that hold layers: how to make one, the shape of its input, and of its output.
CONTAINERS = {
    "sequential": (lambda: ivy.Sequential(ivy.Linear(6, 4), ivy.Tanh()), (2, 6), (2, 4)),
    "nested": (
        lambda: ivy.Sequential(ivy.Sequential(keras.layers.Dense(3)), ivy.ReLU()),
        (2, 6),
        (2, 3),
    ),
    "late": (lambda: ivy.Sequential(ivy.Linear(None, 5), ivy.LayerNorm(None)), (2, 6), (2, 5)),
    "net": (Net, (2, 6), (2, 6)),
    "conv": (
        lambda: ivy.Sequential(ivy.Conv2D(2, 3, 3, 1, "SAME"), keras.layers.Flatten()),
        (2, 4, 5, 2),
        (2, 60),
    ),
}


def cases():
    for name, (_, cls, kwargs, shape, output, *_) in sorted(FIRST.items()):
        yield pytest.param(lambda c=cls, k=kwargs: c(**k), shape, output, id=name)
    for name, case in CONTAINERS.items():
        yield pytest.param(*case, id=name)


every = pytest.mark.parametrize(("make", "shape", "output"), list(cases()))


def values(shape):
    return np.random.default_rng(7).uniform(0.1, 0.9, shape).astype("float32")


def test_every_exported_layer_is_here():
    classes = {name for name in layers.__all__ if isinstance(getattr(layers, name), type)}
    assert classes - LOSSES - {"Embedding", "Sequential"} == set(FIRST)


@every
def test_shapes_are_known_before_and_after_building(make, shape, output):
    layer = make()
    built = layer.built
    unknown = (None, *shape[1:])
    assert layer.compute_output_shape(unknown) == (None, *output[1:])
    assert layer.built is built
    layer(values(shape))
    assert layer.compute_output_shape(shape) == tuple(output)
    assert layer.compute_output_shape(input_shape=unknown) == (None, *output[1:])


@every
def test_time_distributed(make, shape, output, tmp_path):
    x = np.stack([values(shape)] * 3, axis=1)
    layer = make()
    if isinstance(layer, layers.FFT | layers.IFFT):
        return  # complex numbers, which Keras's wrapper does not expect
    wrapped = keras.layers.TimeDistributed(layer)
    inputs = keras.Input(x.shape[1:])
    assert wrapped(inputs).shape == (None, 3, *output[1:])
    model = keras.Sequential(
        [keras.Input(x.shape[1:]), wrapped, keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    assert model.built
    assert len(model.weights) == len(layer.weights) + 2
    y = model(x, training=False)
    step = layer(x[:, 0], training=False)
    np.testing.assert_allclose(wrapped(x, training=False)[:, 0], step, rtol=1e-4, atol=1e-5)
    model.save(tmp_path / "td.keras")
    again = keras.saving.load_model(tmp_path / "td.keras")
    np.testing.assert_allclose(again(x, training=False), y, rtol=1e-5, atol=1e-6)


@every
def test_keras_sequential_with_an_input_is_built(make, shape, output):
    model = keras.Sequential([keras.Input(shape[1:]), make()])
    assert model.built
    assert model.output_shape == (None, *output[1:])
    lines = []
    model.summary(print_fn=lambda text, **_: lines.append(text))
    assert "?" not in lines[0]


@every
def test_summary_of_inner_layers_knows_shapes(make, shape, output):
    class Outer(ivy.Module):
        def __init__(self):
            self.inner = make()
            super().__init__()

        def _forward(self, x):
            return self.inner(x)

    outer = Outer()
    outer(values(shape))
    lines = []
    outer.summary(print_fn=lambda text, **_: lines.append(text))
    assert "?" not in lines[0]
    assert str(output[-1]) in lines[0]


@every
def test_quantizing_passes_over_ivys_layers(make, shape, output):
    x = values(shape)
    layer = make()
    model = keras.Sequential(
        [keras.Input(shape[1:]), layer, keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    if isinstance(layer, layers.FFT | layers.IFFT):
        return
    y = model(x, training=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras names each layer that it passes over
        model.quantize("int8")
    assert model.layers[-1].kernel.dtype == "int8"
    np.testing.assert_allclose(model(x, training=False), y, rtol=0.1, atol=0.1)


def test_embedding_in_what_wraps_it():
    ids = np.array([[[1, 2], [3, 0], [4, 1]]])
    layer = ivy.Embedding(5, 4)
    assert layer.compute_output_shape((None, 2)) == (None, 2, 4)
    inputs = keras.Input(ids.shape[1:], dtype="int32")
    wrapped = keras.layers.TimeDistributed(ivy.Sequential(layer, ivy.Tanh()))
    model = keras.Model(inputs, keras.layers.Dense(2)(wrapped(inputs)))
    np.testing.assert_allclose(wrapped(ids)[:, 1], np.tanh(layer(ids[:, 1])), rtol=1e-5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.quantize("int8")
    assert model(ids).shape == (1, 3, 2, 2)


def test_quantizing_a_leaf_and_a_module():
    with pytest.raises(NotImplementedError, match="Linear has no `quantize`"):
        ivy.Linear(2, 3).quantize("int8")
    net = Net()
    x = values((2, 6))
    y = net(x)
    with pytest.warns(UserWarning, match="Linear has no `quantize`"):
        net.quantize("int8")
    np.testing.assert_allclose(net(x), y, rtol=0.1, atol=0.1)
    net.extra = keras.layers.Dense(1)  # the module is not locked
    assert net.get_layer(index=2) is net.extra


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated:UserWarning")
@pytest.mark.parametrize("name", ["Linear", "ReLU", "LayerNorm", *CONTAINERS])
def test_tflite_converts_a_module_that_was_called(name):
    make, shape = (
        (CONTAINERS[name][0], CONTAINERS[name][1])
        if name in CONTAINERS
        else ((lambda: FIRST[name][1](**FIRST[name][2])), FIRST[name][3])
    )
    module, x = make(), values(shape)
    y = module(x, training=False)
    content = tf.lite.TFLiteConverter.from_keras_model(module).convert()
    interpreter = tf.lite.Interpreter(model_content=content)
    index = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(index, x.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(index, x)
    interpreter.invoke()
    found = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    np.testing.assert_allclose(found, y, rtol=1e-3, atol=1e-4)


@every
def test_copies_and_clones(make, shape, output):
    layer, x = make(), values(shape)
    y = layer(x, training=False)
    twin = copy.deepcopy(layer)
    np.testing.assert_allclose(twin(x, training=False), y, rtol=1e-5, atol=1e-6)
    inputs = keras.Input(shape[1:])
    clone = keras.models.clone_model(keras.Model(inputs, layer(inputs)))
    clone.set_weights(layer.get_weights())
    np.testing.assert_allclose(clone(x, training=False), y, rtol=1e-5, atol=1e-6)


@every
def test_masks_arrive_or_pass_without_a_false_warning(make, shape, output):
    layer = make()
    if not layer.supports_masking or (len(shape) == 4 and isinstance(layer, ivy.Sequential)):
        return  # a convolution has no use for a mask, and Keras says so
    x = tf.convert_to_tensor(values(shape))
    x._keras_mask = tf.ones(shape[:-1], bool)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer(x)


# Keras 3.16 warns of masks for its own LSTM, which uses them and passes none on.
@pytest.mark.filterwarnings("ignore:.*of type LSTM. was passed an input with a mask:UserWarning")
def test_masks_reach_forward_and_pass_where_that_is_said():
    seen = []

    class Masked(ivy.Module):
        def _forward(self, x, mask=None):
            seen.append(mask)
            return x * 2

    class Outer(ivy.Module):
        def __init__(self):
            self.inner = [keras.layers.Embedding(5, 3, mask_zero=True), Masked()]
            super().__init__()

        def _forward(self, ids):
            return self.inner[1](self.inner[0](ids))

    ids = np.array([[1, 2, 0]])
    outer = Outer()
    assert outer.supports_masking
    assert not hasattr(outer(ids), "_keras_mask")
    np.testing.assert_array_equal(seen[-1], [[True, True, False]])
    outer.inner[1].supports_masking = True
    np.testing.assert_array_equal(outer(ids)._keras_mask, [[True, True, False]])
    lstm = keras.layers.LSTM(2)
    np.testing.assert_allclose(lstm(outer(ids)), lstm(outer(ids[:, :2])), rtol=1e-5)

    class Function(ivy.Module):
        def _forward(self, x):
            return x + 1

    assert not Function().supports_masking
    assert Function().compute_mask(1, 2) is None


@pytest.mark.parametrize("dtype", ["float16", "mixed_float16", tf.float64])
def test_a_sequential_of_another_dtype_than_its_layers_is_refused(dtype):
    for make in (
        lambda: [ivy.Linear(2, 3), ivy.ReLU()],
        lambda: [keras.layers.Dense(3)],
        lambda: [ivy.Sequential(ivy.Sequential(ivy.Linear(2, 3)))],
        lambda: [keras.layers.Flatten()],
    ):
        with pytest.raises(ValueError, match=r"make them with `dtype=.*Received: dtype="):
            ivy.Sequential(*make(), dtype=dtype)
    name = dtype if isinstance(dtype, str) else "float64"
    model = ivy.Sequential(ivy.Linear(2, 3, dtype=name), ivy.ReLU(), dtype=dtype)
    expected = keras.dtype_policies.get(name).compute_dtype
    assert model(np.ones((1, 2), "float32")).dtype == expected
    again = ivy.Sequential.from_config(model.get_config())
    assert again.dtype_policy.name == name
    assert again(np.ones((1, 2), "float32")).dtype == expected


def test_a_sequential_of_layers_of_several_dtypes_loads(tmp_path):
    model = ivy.Sequential(ivy.Linear(2, 3, dtype="float16"), ivy.Linear(3, 1))
    y = model(np.ones((1, 2), "float32"))
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert [layer.compute_dtype for layer in again] == ["float16", "float32"]
    np.testing.assert_array_equal(again(np.ones((1, 2), "float32")), y)
