"""Matrices that are orthogonal gate by gate, head by head, group by group; identities; sparse."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

import keras_ivy
import keras_ivy.initializers as initializers
from keras_ivy.initializers import Identity, Orthogonal, Sparse
from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.random import orthonormal
from keras_ivy.initializers.random.orthonormal import orthonormal_columns

TOLERANCE = {"float64": 1e-12, "float32": 1e-5, "bfloat16": 2e-2, "float16": 3e-3}


def deviation(matrix):
    """Largest entry of `W.T W - I`, or of `W W.T - I` for a wide matrix."""
    w = np.asarray(keras.ops.cast(matrix, "float64"))
    w = w if w.shape[0] >= w.shape[1] else w.T
    return np.abs(w.T @ w - np.eye(w.shape[1])).max()


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(
    "shape", [(1, 1), (5, 5), (64, 64), (7, 3), (3, 7), (65, 32), (300, 10), (1, 9), (513, 512)]
)
def test_matrix_is_orthogonal(shape, dtype):
    assert deviation(Orthogonal(seed=1)(shape, dtype)) < TOLERANCE[dtype]


def test_large_tall_matrix_is_orthogonal_to_float32():
    # Householder's reflections in float32 leave 3e-6 here.
    assert deviation(Orthogonal(seed=1)((3, 3, 512, 512))[1, 1] * 3) > 0.1  # a part is not
    assert deviation(keras.ops.reshape(Orthogonal(seed=1)((3, 3, 512, 512)), (-1, 512))) < 3e-7


@pytest.mark.parametrize("gain", [0.5, 2.0, -1.0, 0.0])
def test_gain_multiplies_the_matrix(gain):
    one, many = Orthogonal(seed=1)((4, 6)), Orthogonal(gain, seed=1)((4, 6))
    np.testing.assert_allclose(many.numpy(), gain * one.numpy(), rtol=1e-6)


@pytest.mark.parametrize(("shape", "factor"), [((4, 16), 2.0), ((16, 4), 1.0), ((4, 4), 1.0)])
def test_scaled_keeps_the_mean_square_of_a_layer_that_widens(shape, factor):
    plain, scaled = Orthogonal(seed=1)(shape), Orthogonal(scaled=True, seed=1)(shape)
    np.testing.assert_allclose(scaled.numpy(), factor * plain.numpy(), rtol=1e-6)


@pytest.mark.parametrize("shape", [(3, 3), (6, 3)])
def test_matrices_are_uniformly_distributed(shape):
    rows, columns = shape
    draws = np.stack([Orthogonal(seed=i)(shape).numpy() for i in range(800)])
    # An entry of a uniform orthogonal matrix has (w + 1) / 2 ~ Beta((n - 1) / 2, (n - 1) / 2).
    law = stats.beta((rows - 1) / 2, (rows - 1) / 2, loc=-1, scale=2)
    for i in range(rows):
        for j in range(columns):
            assert stats.kstest(draws[:, i, j], law.cdf).statistic < 2.7 / len(draws) ** 0.5


def test_determinants_have_both_signs():
    signs = [np.linalg.det(Orthogonal(seed=i)((2, 2)).numpy()) > 0 for i in range(40)]
    assert 5 < sum(signs) < 35


@pytest.mark.parametrize("shape", [(6, 3), (8, 8), (4, 6, 3)])
def test_both_factorizations_give_the_same_matrix(shape):
    a = np.random.default_rng(0).normal(size=shape)
    q, r = np.linalg.qr(a)
    q = q * np.sign(np.diagonal(r, axis1=-2, axis2=-1))[..., None, :]
    np.testing.assert_allclose(
        np.asarray(orthonormal_columns(keras.ops.convert_to_tensor(a))), q, atol=1e-10
    )


@pytest.mark.parametrize(
    ("options", "shape", "sizes"),
    [
        ({}, (3, 3, 4, 8), (1, 36, 8)),
        ({"layer": "dense"}, (4, 8), (1, 4, 8)),
        ({"layer": "linear"}, (8, 4), (1, 4, 8)),
        ({"layer": "lstm"}, (5, 20), (4, 5, 5)),
        ({"layer": "gru"}, (5, 15), (3, 5, 5)),
        ({"gates": 2}, (5, 10), (2, 5, 5)),
        ({"layer": "linear", "gates": 3}, (24, 8), (3, 8, 8)),
        ({"layer": "conv_lstm"}, (3, 3, 4, 16), (4, 36, 4)),
        ({"groups": 4}, (3, 3, 4, 16), (4, 36, 4)),
        ({"layer": "depthwise"}, (3, 3, 8, 2), (8, 9, 2)),
        ({"layer": "conv_transpose"}, (2, 2, 3, 16), (1, 64, 3)),
        ({"layer": "embedding"}, (10, 4), (1, 10, 4)),
        ({"input_axes": [0], "output_axes": [1, 2]}, (12, 3, 4), (1, 12, 12)),
        ({"input_axes": [0, 1], "output_axes": [2]}, (3, 4, 12), (1, 12, 12)),
        ({"input_axes": [1], "output_axes": [0, 2], "batch_axes": [0]}, (5, 4, 6), (5, 4, 6)),
        ({"batch_axes": [0]}, (5, 4, 6), (5, 4, 6)),
        ({"input_axes": [-1]}, (4, 6), (1, 6, 4)),
        ({"output_axes": [0]}, (4, 6), (1, 6, 4)),
    ],
)
def test_every_matrix_of_a_kernel_is_orthogonal(options, shape, sizes):
    axes = axes_of(shape, **options)
    assert axes.matrices == sizes
    kernel = Orthogonal(seed=1, **options)(shape)
    # Take the kernel apart by indices, not by the code that put it together.
    where = np.asarray(
        axes.fold(keras.ops.reshape(keras.ops.arange(np.prod(shape)), sizes))
    ).ravel()
    matrices = kernel.numpy().ravel()[np.argsort(where)].reshape(sizes)
    assert max(deviation(matrix) for matrix in matrices) < 1e-5
    if sizes[0] > 1:
        assert np.abs(matrices[0] - matrices[1]).max() > 1e-2


def test_axes_of_a_view_are_where_they_should_be():
    lstm = Orthogonal(seed=1, layer="lstm")((5, 20)).numpy()
    assert all(deviation(lstm[:, 5 * i : 5 * i + 5]) < 1e-5 for i in range(4))
    linear = Orthogonal(seed=1, layer="linear", gates=3)((24, 8)).numpy()
    assert all(deviation(linear[8 * i : 8 * i + 8]) < 1e-5 for i in range(3))
    grouped = Orthogonal(seed=1, groups=4)((3, 3, 4, 16)).numpy()
    assert all(deviation(grouped[..., 4 * i : 4 * i + 4].reshape(36, 4)) < 1e-5 for i in range(4))
    depthwise = Orthogonal(seed=1, layer="depthwise")((3, 3, 8, 2)).numpy()
    assert all(deviation(depthwise[:, :, i].reshape(9, 2)) < 1e-5 for i in range(8))
    transposed = Orthogonal(seed=1, layer="conv_transpose")((2, 2, 3, 16)).numpy()
    assert deviation(np.moveaxis(transposed, 2, 3).reshape(64, 3)) < 1e-5
    experts = Orthogonal(seed=1, batch_axes=[0])((5, 4, 6)).numpy()
    assert all(deviation(expert) < 1e-5 for expert in experts)


@pytest.mark.parametrize(
    ("cls", "gates", "units"), [(keras.layers.LSTM, 4, 6), (keras.layers.GRU, 3, 6)]
)
def test_gates_of_recurrent_layers_are_orthogonal(cls, gates, units):
    layer = cls(units, recurrent_initializer=Orthogonal(gates=gates, seed=1))
    layer.build((None, None, 3))
    kernel = layer.cell.recurrent_kernel.numpy()
    for gate in np.split(kernel, gates, axis=1):
        assert deviation(gate) < 1e-5


def test_attention_tells_its_axes():
    layer = keras.layers.MultiHeadAttention(4, 8, kernel_initializer=Orthogonal())
    layer.build((None, 5, 32), (None, 5, 32))
    for name in ("query", "key", "value"):
        kernel = getattr(layer, f"{name}_dense").kernel.numpy()
        assert deviation(kernel.reshape(32, 32)) < 1e-5
    output = layer.output_dense.kernel.numpy()
    assert deviation(output.reshape(32, 32)) < 1e-5


def test_half_precision_lstm_builds():
    layer = keras.layers.LSTM(4, dtype="bfloat16", recurrent_initializer=Orthogonal(gates=4))
    layer.build((None, None, 3))
    assert layer.cell.recurrent_kernel.dtype == "bfloat16"


@pytest.mark.parametrize(
    ("options", "shape", "sentence"),
    [
        ({}, (3,), "two axes or more"),
        ({"gates": 4}, (3, 6), "among 4 gates"),
        ({"layer": "lstm"}, (3, 3, 4), "two axes"),
        ({"layer": "conv"}, (3, 4), "three axes or more"),
        ({"input_axes": [0, 1], "output_axes": []}, (3, 4), "one of outputs"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(options, shape, sentence):
    with pytest.raises(ValueError, match=sentence):
        Orthogonal(**options)(shape)


@pytest.mark.parametrize("words", [{"fans": (3, 4)}, {"strides": 2}])
def test_options_that_change_nothing_are_refused(words):
    with pytest.raises(ValueError, match="changes nothing in Orthogonal"):
        Orthogonal(**words)


@pytest.mark.parametrize("shape", [(4, 4), (2, 5), (5, 2)])
def test_identity_is_rectangular(shape):
    np.testing.assert_array_equal(Identity(2.0)(shape).numpy(), 2 * np.eye(*shape))


def test_identity_of_gates_and_heads():
    lstm = Identity(gates=4)((3, 12)).numpy()
    np.testing.assert_array_equal(lstm, np.tile(np.eye(3), (1, 4)))
    heads = Identity(input_axes=[0], output_axes=[1, 2])((6, 2, 3)).numpy()
    np.testing.assert_array_equal(heads.reshape(6, 6), np.eye(6))


@pytest.mark.parametrize("size", [(3,), (3, 3), (2, 4), (5, 2, 3)])
def test_identity_convolution_copies_its_input(size):
    cls = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}[len(size)]
    x = np.random.default_rng(0).normal(size=(2, *(6,) * len(size), 4)).astype("float32")
    layer = cls(4, size, padding="same", kernel_initializer=Identity())
    np.testing.assert_allclose(np.asarray(layer(x)), x, atol=1e-6)


@pytest.mark.parametrize("sparsity", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("shape", [(10, 7), (3, 3, 10, 5)])
def test_sparse_has_the_share_of_zeros_in_every_column(sparsity, shape):
    kernel = Sparse(sparsity, 0.5, seed=1)(shape).numpy().reshape(-1, shape[-1])
    zeros = (kernel == 0).sum(axis=0)
    assert (zeros == round(sparsity * kernel.shape[0])).all()


def test_sparse_zeros_stand_at_random_places():
    kernel = Sparse(0.5, seed=1)((40, 2000)).numpy()
    share = (kernel == 0).mean(axis=1)
    assert np.abs(share - 0.5).max() < 4.5 * (0.25 / 2000) ** 0.5
    values = kernel[kernel != 0] / 0.01
    assert stats.kstest(values, stats.norm.cdf).statistic < 2.7 / values.size**0.5


@pytest.mark.parametrize(
    ("words", "shape", "sentence"),
    [
        ({"sparsity": 1.0}, None, "below 1"),
        ({"sparsity": -0.1}, None, "at least 0"),
        ({"sparsity": float("nan")}, None, "finite"),
        ({"stddev": 0}, None, "above 0"),
        ({"sparsity": 0.9}, (3, 4), "No weight would be left"),
    ],
)
def test_bad_sparsities_are_refused(words, shape, sentence):
    with pytest.raises(ValueError, match=sentence):
        initializers.Sparse(**words)(shape)


def test_depthwise_kernel_without_a_multiplier_has_unit_columns():
    layer = keras_ivy.DepthwiseConv2D(5, [3, 3], 1, "SAME")
    model = keras_ivy.Sequential(layer)
    model(np.zeros((1, 4, 4, 5), "float32"))
    keras_ivy.initialize_model(model, "orthogonal", seed=0)
    w = np.asarray(layer.v.w).reshape(9, 5)
    np.testing.assert_allclose((w**2).sum(0), np.ones(5), rtol=1e-5)


def test_lsuv_starts_from_depthwise_kernels_of_ivy():
    model = keras_ivy.Sequential(
        keras_ivy.DepthwiseConv2D(8, [3, 3], 1, "SAME"), keras_ivy.Linear(8, 4)
    )
    x = np.random.default_rng(0).normal(size=(32, 6, 6, 8)).astype("float32")
    model(x)
    keras_ivy.lsuv(model, x, verbose=0)
    hidden = model[0](x)
    assert abs(float(np.std(hidden)) - 1) < 0.1
    assert abs(float(np.std(model[1](hidden))) - 1) < 0.1


def by_reflections(a):
    """NumPy's `Q` in float64, with the signs that make the diagonal of `R` positive."""
    q, r = np.linalg.qr(np.asarray(a, "float64"))
    return q * np.sign(np.diagonal(r, axis1=-2, axis2=-1))[..., None, :]


@pytest.mark.parametrize(
    "shape",
    [(300, 300), (129, 129), (220, 213), (201, 101), (200, 100), (64, 40), (2, 150, 140)],
)
@pytest.mark.parametrize("transposed", [False, True])
def test_matrix_taken_in_pieces_is_that_of_reflections(shape, transposed, monkeypatch):
    monkeypatch.setattr(orthonormal, "SMALLEST_IN_PIECES", 0)
    a = np.random.default_rng(1).normal(size=shape).astype("float32")
    q = orthonormal_columns(keras.ops.convert_to_tensor(a), transposed=transposed)
    assert q.dtype == "float32"
    right = by_reflections(a)
    right = np.swapaxes(right, -1, -2) if transposed else right
    np.testing.assert_allclose(q.numpy(), right, atol=1e-5)


def test_large_square_matrix_is_orthogonal_to_float32():
    # Householder's reflections in float32 leave 1.3e-6 here.
    assert deviation(Orthogonal(seed=1)((1024, 1024))) < 3e-7
    assert deviation(Orthogonal(seed=1)((1025, 600), "float64")) < 1e-11


def test_pieces_serve_where_the_matrix_is_nearly_singular(monkeypatch):
    # The last of the columns is so close to the others that float64 keeps 6 digits of it.
    monkeypatch.setattr(orthonormal, "SMALLEST_IN_PIECES", 0)
    a = np.random.default_rng(1).normal(size=(256, 256))
    a[:, -1] = a[:, :-1].mean(axis=1) + 1e-9 * a[:, -1]
    assert deviation(orthonormal_columns(keras.ops.convert_to_tensor(a))) < 1e-5


@pytest.mark.parametrize("jit_compile", [False, True])
def test_matrix_in_pieces_works_in_a_graph(jit_compile):
    # XLA's random numbers are others, so the matrix is checked for what it is.
    graph = tf.function(lambda: Orthogonal(seed=3)((1024, 520)), jit_compile=jit_compile)
    assert deviation(graph()) < 3e-7


def test_values_are_those_of_keras_for_the_same_seed():
    ours, theirs = (
        Orthogonal(seed=5)((1024, 530)),
        keras.initializers.Orthogonal(seed=5)((1024, 530)),
    )
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-5)
