"""One reading of a kernel's axes: what options say, what the rules of layers say, what is drawn."""

import keras
import numpy as np
import pytest

import keras_ivy as ivy
from keras_ivy.initializers import Orthogonal, VarianceScaling, geometry_of, kernel_fans
from keras_ivy.initializers.fans.axes import GATES, LAYERS, axes_of

L = keras.layers
#: Layer, shape of a batch, name of the kernel, what is said of it.
TOLD = [
    (lambda: L.Dense(5), (1, 3), "kernel", {"layer": "dense"}),
    (lambda: L.Embedding(7, 4), (1, 3), "embeddings", {"layer": "embedding"}),
    (lambda: L.Conv2D(8, 3, strides=2, groups=2), (1, 9, 9, 4), "kernel",
     {"layer": "conv", "strides": 2, "groups": 2}),
    (lambda: L.Conv1D(8, 3), (1, 9, 4), "kernel", {"layer": "conv"}),
    (lambda: L.DepthwiseConv2D(3, strides=2, depth_multiplier=2), (1, 9, 9, 4), "kernel",
     {"layer": "depthwise", "strides": 2}),
    (lambda: L.Conv2DTranspose(6, 4, strides=2), (1, 5, 5, 4), "kernel",
     {"layer": "conv_transpose", "strides": 2}),
    (lambda: L.LSTM(5), (1, 4, 3), "kernel", {"layer": "lstm"}),
    (lambda: L.GRU(5), (1, 4, 3), "recurrent_kernel", {"layer": "gru"}),
    (lambda: L.ConvLSTM2D(5, 3, strides=2), (1, 4, 9, 9, 3), "kernel",
     {"layer": "conv_lstm", "strides": 2}),
    (lambda: ivy.Linear(3, 5), (1, 3), "w", {"layer": "linear"}),
]  # fmt: skip
told = pytest.mark.parametrize(("make", "batch", "name", "words"), TOLD)


@told
def test_options_say_what_the_rule_of_the_layer_says(make, batch, name, words):
    layer = make()
    layer(np.zeros(batch, "float32"))
    known = geometry_of(layer, name)
    shape = next(v for v in layer.variables if v.name == name).shape
    assert axes_of(shape, **words, role=known.role) == known
    assert kernel_fans(shape, **words) == known.fans


@told
def test_a_whole_model_has_the_matrices_that_options_ask_for(make, batch, name, words):
    layer = make()
    layer(np.zeros(batch, "float32"))
    ivy.initialize_model(layer, Orthogonal(), seed=1)
    kernel = next(v for v in layer.variables if v.name == name)
    axes = axes_of(kernel.shape, **words)
    # Where each entry of each matrix stands in the kernel.
    where = axes.fold(np.arange(np.prod(kernel.shape)).reshape(axes.matrices))
    matrices = kernel.numpy().ravel()[np.argsort(np.ravel(where))].reshape(axes.matrices)
    for matrix in matrices:
        small = matrix if matrix.shape[0] < matrix.shape[1] else matrix.T
        np.testing.assert_allclose(small @ small.T, np.eye(len(small)), atol=1e-5)


def test_every_kind_has_a_case_and_gates_have_names():
    assert {words["layer"] for *_, words in TOLD} == set(LAYERS)
    assert {name: len(gates.names) for name, gates in GATES.items()} == {"lstm": 4, "gru": 3}
    assert [gates.names[gates.keeping] for gates in GATES.values()] == ["forget", "update"]


@pytest.mark.parametrize(
    ("shape", "words", "fans"),
    [
        ((5, 3, 3, 4, 8), {"batch_axes": [0], "strides": 2}, (36, 18)),
        ((5, 3, 3, 4, 8), {"batch_axes": [0], "groups": 2}, (36, 36)),
        ((4, 24), {"input_axes": [0], "gates": 3}, (4, 8)),
        ((4, 24), {"input_axes": [0], "groups": 2, "gates": 3}, (4, 4)),
        ((3, 3, 8, 6), {"layer": "depthwise", "gates": 3}, (9, 18)),
        ((7, 5), {"batch_axes": [0]}, (5, 5)),
        ((8, 6, 4), {"input_axes": [1], "output_axes": [2]}, (6, 4)),
    ],
)
def test_what_is_said_beside_axes_counts(shape, words, fans):
    assert kernel_fans(shape, **words) == fans
    init = VarianceScaling(seed=1, **words)
    np.testing.assert_array_equal(init(shape), VarianceScaling().draw(shape, *fans, None, 1))


@pytest.mark.parametrize(
    ("shape", "words", "sentence"),
    [
        ((4, 10), {"layer": "lstm"}, "Axis 1 cannot be divided among 4 gates"),
        ((3, 3, 4, 9), {"groups": 2}, "Axis 3 cannot be divided among 2 gates or groups"),
        ((4, 6), {"input_axes": [0], "strides": 2}, "Only convolutions have strides"),
        ((4, 6), {"batch_axes": [2]}, "must be axes of"),
        ((5, 4, 6), {"batch_axes": [0], "groups": 2}, "Only convolutions have groups"),
        ((4, 6), {"input_axes": [0, 1], "gates": 2}, "without outputs"),
    ],
)
def test_what_cannot_be_is_refused_by_fans_and_draws(shape, words, sentence):
    with pytest.raises(ValueError, match=rf"{sentence}.*Received: "):
        kernel_fans(shape, **words)
    with pytest.raises(ValueError, match=rf"{sentence}.*Received: "):
        VarianceScaling(**words)(shape)


def test_matrices_have_axes_that_exist():
    with pytest.raises(ValueError, match=r"`input_axes` must be axes of \(4, 6\)"):
        Orthogonal(input_axes=[5])((4, 6))
