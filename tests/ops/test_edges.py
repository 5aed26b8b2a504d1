"""Functions at the edges of their formulas, and with options that examples leave out."""

import math

import keras
import numpy as np
import pytest
import scipy.linalg
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.ops.spatial.conv_transpose import transpose_size

RNG = np.random.default_rng(3)


# -- losses ---------------------------------------------------------------------------------------


def test_cross_entropy_bounds_predictions_on_both_sides():
    one, zero = tf.constant([1.0], tf.float64), tf.constant([0.0], tf.float64)
    found = ivy.cross_entropy(one, one, epsilon=0.1, reduction="sum")
    assert float(found) == pytest.approx(-math.log(0.9), rel=1e-12)
    found = ivy.cross_entropy(one, zero, epsilon=0.1, reduction="sum")
    assert float(found) == pytest.approx(-math.log(0.1), rel=1e-12)


@pytest.mark.parametrize(("delta", "wanted"), [(1.0, 2.5), (2.0, 4.0), (3.0, 4.5), (0.5, 1.375)])
def test_huber_loss_is_a_line_of_slope_delta_beyond_delta(delta, wanted):
    error = tf.Variable([3.0])
    with tf.GradientTape() as tape:
        loss = ivy.huber_loss([0.0], error, delta=delta, reduction="sum")
    assert float(loss) == wanted
    assert float(tape.gradient(loss, error)[0]) == min(delta, 3.0)


def test_log_poisson_loss_equals_tensorflows_with_stirlings_term():
    true = tf.constant([0.0, 0.5, 1.0, 1.5, 2.0, 30.0])
    pred = tf.constant([0.3, -1.0, 0.0, 0.5, 1.0, 3.0])
    found = ivy.log_poisson_loss(true, pred, compute_full_loss=True, reduction="none")
    wanted = tf.nn.log_poisson_loss(true, pred, compute_full_loss=True)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


# -- windows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("padding", ["VALID", "SAME"])
@pytest.mark.parametrize(("window", "stride"), [(1, 2), (2, 2), (3, 2), (1, 3), (3, 1)])
def test_transposed_size_is_that_of_keras(window, stride, padding):
    x, kernel = np.ones((1, 5, 2), "float32"), np.ones((window, 3, 2), "float32")
    wanted = keras.ops.conv_transpose(x, kernel, stride, padding.lower()).shape[1]
    assert transpose_size(5, window, stride, padding) == wanted


@pytest.mark.parametrize("dtype", ["int32", "int64", "float16", "float32"])
@pytest.mark.parametrize("padding", ["SAME", 1, [(1, 1)]])
def test_max_pooling_of_negative_numbers_never_sees_the_padding(dtype, padding):
    x = tf.constant([[[-7], [-5], [-9]]], dtype)
    found = ivy.max_pool1d(x, 3, 1, padding)
    assert found.numpy().ravel().tolist() == [-5, -5, -5]
    assert found.dtype == dtype


# -- linear algebra -------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [-2, 0, 1, 5])
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3), (2, 4, 3, 3)])
def test_matrix_power_of_stacked_matrices(n, shape):
    x = RNG.standard_normal(shape) + 2 * np.eye(3)
    np.testing.assert_allclose(ivy.matrix_power(x, n), np.linalg.matrix_power(x, n), rtol=1e-8)


def test_lp_normalize_leaves_zeros_alone():
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(ivy.lp_normalize(x, axis=1), [[0.0, 0.0], [0.6, 0.8]], rtol=1e-12)


@pytest.mark.parametrize("eps", [0.5, 3.0])
def test_normalizations_add_eps_to_the_variance(eps):
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    for axes in ((2,), (1, 2), (1,)):
        mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        got = ivy.layer_norm(x, list(axes), eps=eps, new_std=2.0)
        np.testing.assert_allclose(got, 2 * (x - mean) / np.sqrt(var + eps), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("k", [-2, -1, 0, 1, 2])
def test_diag_puts_vectors_on_any_diagonal_and_takes_them_off(k):
    vector, matrix = np.array([1.0, 2.0, 3.0]), RNG.standard_normal((3, 4))
    np.testing.assert_array_equal(ivy.diag(vector, k=k), np.diag(vector, k))
    np.testing.assert_array_equal(ivy.diag(matrix, k=k), np.diag(matrix, k))


@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 3)])
def test_singular_values(shape):
    x = RNG.standard_normal(shape)
    u, s, vh = ivy.svd(x, full_matrices=False)
    np.testing.assert_allclose(s, np.linalg.svd(x, compute_uv=False), rtol=1e-10)
    np.testing.assert_allclose((u * s[..., None, :]) @ vh, x, atol=1e-10)
    np.testing.assert_allclose(ivy.svd(x, compute_uv=False), s, rtol=1e-10)
    full = ivy.svd(x)[0]
    assert full.shape == (*shape[:-1], shape[-2])


@pytest.mark.parametrize("mode", ["reduced", "complete"])
def test_qr_factors(mode):
    x = RNG.standard_normal((4, 3))
    q, r = ivy.qr(x, mode=mode)
    np.testing.assert_allclose(np.abs(r), np.abs(scipy_r(x, mode)), atol=1e-10)
    np.testing.assert_allclose(q @ r, x, atol=1e-10)
    np.testing.assert_allclose(tf.transpose(q) @ q, np.eye(q.shape[1]), atol=1e-10)


def scipy_r(x, mode):
    return scipy.linalg.qr(x, mode="economic" if mode == "reduced" else "full")[1]


def test_eigenvalues_are_ascending_and_slogdet_has_signs():
    x = RNG.standard_normal((3, 3))
    symmetric = x + x.T
    values, vectors = ivy.eigh(symmetric)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(symmetric), atol=1e-10)
    np.testing.assert_allclose(symmetric @ vectors, vectors * values, atol=1e-10)
    for matrix in (x, -x):
        sign, log = ivy.slogdet(matrix)
        wanted = np.linalg.slogdet(matrix)
        assert float(sign) == wanted[0]
        assert float(log) == pytest.approx(wanted[1], rel=1e-10)


# -- options that examples leave out --------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("largest", [True, False])
def test_top_k_along_any_axis_from_either_end(axis, largest):
    x = RNG.permutation(24).reshape(4, 6).astype("float32")
    values, indices = ivy.top_k(x, 2, axis=axis, largest=largest)
    order = np.argsort(-x if largest else x, axis=axis).take([0, 1], axis)
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(values, np.take_along_axis(x, order, axis))


@pytest.mark.parametrize("k", [-1, 4])
def test_top_k_refuses_more_than_there_are(k):
    with pytest.raises(ValueError, match=f"Received: k={k}"):
        ivy.top_k([1.0, 2.0, 3.0], k)


@pytest.mark.parametrize("bias", [None, (4,), (2, 4)])
@pytest.mark.parametrize("middle", [(), (5,), (5, 6)])
def test_linear_takes_weights_for_each_entry_of_the_batch(bias, middle):
    x = RNG.standard_normal((2, *middle, 3))
    w = RNG.standard_normal((2, 4, 3))
    b = None if bias is None else RNG.standard_normal(bias)
    wanted = np.einsum("b...i,boi->b...o", x, w)
    if b is not None:
        wanted = wanted + (b if b.ndim == 1 else b.reshape(2, *(1 for _ in middle), 4))
    np.testing.assert_allclose(ivy.linear(x, w, b), wanted, rtol=1e-10)


@pytest.mark.parametrize("biases", [(), ("bias",), ("recurrent_bias",), ("bias", "recurrent_bias")])
@pytest.mark.parametrize("time_major", [False, True])
@pytest.mark.parametrize("batch", [(2,), (2, 3)])
def test_lstm_update_equals_the_recurrence_written_out(biases, time_major, batch):
    time, size, out = 4, 3, 2
    x = RNG.standard_normal((*batch, time, size))
    h, c = RNG.standard_normal((2, *batch, out))
    w, u = RNG.standard_normal((size, 4 * out)), RNG.standard_normal((out, 4 * out))
    given = {name: RNG.standard_normal(4 * out) for name in biases}

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    wanted, last_h, last_c = [], h, c
    for t in range(time):
        z = x[..., t, :] @ w + last_h @ u + sum(given.values())
        i, f, g, o = np.split(z, 4, -1)
        last_c = sigmoid(f) * last_c + sigmoid(i) * np.tanh(g)
        last_h = sigmoid(o) * np.tanh(last_c)
        wanted.append(last_h)
    wanted = np.stack(wanted, 0 if time_major else -2)
    inputs = np.moveaxis(x, -2, 0) if time_major else x
    hs, state = ivy.lstm_update(inputs, h, c, w, u, **given, time_major=time_major)
    np.testing.assert_allclose(hs, wanted, rtol=1e-10)
    np.testing.assert_allclose(state, last_c, rtol=1e-10)


# -- truth ----------------------------------------------------------------------------------------

#: TensorFlow's cast to bool looks at the real part alone.
NUMBERS = {
    "complex128": np.array([1j, 0.0, 1.0, -2j + 1]),
    "complex64": np.array([1j, 0.0, 1.0, -2j + 1], "complex64"),
    "float32": np.float32([0.25, 0.0, -1.0, np.nan]),
    "int8": np.int8([3, 0, -1, 127]),
    "bool": np.array([True, False, True, True]),
}
TRUTHS = {
    "all": lambda f, x: f.all(x),
    "any": lambda f, x: f.any(x[:2]),
    "any of the first": lambda f, x: f.any(x[:1]),
    "nonzero": lambda f, x: f.nonzero(x)[0],
    "argwhere": lambda f, x: f.argwhere(x),
    "count_nonzero": lambda f, x: f.count_nonzero(x),
    "where": lambda f, x: f.where(x, 1, 2),
    "logical_not": lambda f, x: f.logical_not(x),
    "logical_and": lambda f, x: f.logical_and(x, x[::-1]),
    "logical_or": lambda f, x: f.logical_or(x, x[::-1]),
    "logical_xor": lambda f, x: f.logical_xor(x, x[::-1]),
    "astype": lambda f, x: f.astype(x, "bool"),
}


@pytest.mark.parametrize("name", TRUTHS)
@pytest.mark.parametrize("dtype", NUMBERS)
def test_whatever_differs_from_zero_is_true(dtype, name):
    x = NUMBERS[dtype]
    np.testing.assert_array_equal(TRUTHS[name](ivy, x), TRUTHS[name](np, x))
    in_function = tf.function(lambda t: TRUTHS[name](ivy, t))
    np.testing.assert_array_equal(in_function(tf.constant(x)), TRUTHS[name](np, x))


@pytest.mark.parametrize("autograph", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_whether_to_train_may_be_a_tensor_of_a_function(training, autograph):
    """AutoGraph makes a condition of it, also where it passes over the program, as in `fit`."""
    x = np.random.default_rng(0).normal(size=(6, 4, 3)).astype("float32")
    mean, var = np.full(3, 0.5, "float32"), np.full(3, 2.0, "float32")

    @tf.function(autograph=autograph)
    def run(flag):
        normed = ivy.batch_norm(x, mean, var, training=flag, eps=0.0)[0]
        dropped = ivy.dropout(x, 0.5, training=flag, seed=3)
        return normed, dropped

    normed, dropped = run(tf.constant(training))
    axes = (0, 1)
    m, v = (x.mean(axes), x.var(axes)) if training else (mean, var)
    np.testing.assert_allclose(normed, (x - m) / np.sqrt(v), rtol=1e-4, atol=1e-5)
    kept = dropped.numpy() != 0
    np.testing.assert_allclose(dropped, np.where(kept, 2 * x, 0) if training else x, rtol=1e-6)
    assert kept.all() != training
