"""Keras's normalisation layers take their statistics where `exact_second_order` replaces them.

If `test_stock_second_order_gradient_is_wrong` fails, TensorFlow mended `tf.nn.moments` and
`exact_second_order` is no longer needed. If another test fails, Keras moved the function that
`keras_ivy/adapters/keras/moments.py` replaces.
"""

import threading

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.adapters.keras import moments as keras_moments
from keras_ivy.second_order import exact_second_order
from keras_ivy.utils.requirements import TENSORFLOW

RNG = np.random.default_rng(0)
LAYERS = {
    "layer": lambda: keras.layers.LayerNormalization(dtype="float64"),
    "layer over two axes": lambda: keras.layers.LayerNormalization((1, 2), dtype="float64"),
    "batch": lambda: keras.layers.BatchNormalization(dtype="float64"),
    "batch, first axis": lambda: keras.layers.BatchNormalization(axis=1, dtype="float64"),
    "group": lambda: keras.layers.GroupNormalization(2, dtype="float64"),
}
X = tf.constant(RNG.normal(size=(3, 4, 6)))
DIRECTION = tf.constant(RNG.normal(size=(3, 4, 6)))
WEIGHT = tf.constant(RNG.normal(size=(3, 4, 6)))


def gradient(layer, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(WEIGHT * tf.sin(layer(x, training=True)))
    return tape.gradient(loss, x)


def hessian_vector(layer, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        inner = tf.reduce_sum(gradient(layer, x) * DIRECTION)
    return tape.gradient(inner, x).numpy()


def central_difference(layer, x, step=1e-5):
    ahead, behind = gradient(layer, x + step * DIRECTION), gradient(layer, x - step * DIRECTION)
    return ((ahead - behind) / (2 * step)).numpy()


def error(got, expected):
    return np.abs(got - expected).max() / np.abs(expected).max()


@pytest.fixture(params=LAYERS)
def layer(request):
    built = LAYERS[request.param]()
    built(X, training=True)
    return built


def test_second_order_gradient_is_exact_in_the_context(layer):
    expected = central_difference(layer, X)
    with exact_second_order():
        assert error(hessian_vector(layer, X), expected) < 1e-6


def test_second_order_gradient_is_exact_in_a_traced_and_a_compiled_function(layer):
    expected = central_difference(layer, X)
    for jit in (False, True):

        @tf.function(jit_compile=jit)
        def traced(x):
            with exact_second_order(), tf.GradientTape() as tape:
                tape.watch(x)
                inner = tf.reduce_sum(gradient(layer, x) * DIRECTION)
            return tape.gradient(inner, x)

        assert error(traced(X).numpy(), expected) < 1e-6


#: TensorFlow 2.22 still stops the gradient of the mean, and makes up for it in the variance.
STOCK_IS_EXACT = TENSORFLOW >= (2, 22)


def test_stock_second_order_gradient_is_wrong_before_tensorflow_2_22(layer):
    off = error(hessian_vector(layer, X), central_difference(layer, X))
    assert off < 1e-6 if STOCK_IS_EXACT else off > 1e-3


def test_outputs_and_first_gradients_are_unchanged(layer):
    plain, plain_gradient = layer(X, training=True), gradient(layer, X)
    with exact_second_order():
        np.testing.assert_allclose(layer(X, training=True), plain, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(gradient(layer, X), plain_gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axes", [[0], [1, 2], [0, 2], [-1]])
def test_moments_have_the_values_and_shapes_of_numpy(axes, keepdims):
    with exact_second_order():
        mean, variance = keras.ops.moments(X, axes, keepdims=keepdims)
    x = X.numpy()
    np.testing.assert_allclose(mean, x.mean(tuple(axes), keepdims=keepdims), atol=1e-14)
    np.testing.assert_allclose(variance, x.var(tuple(axes), keepdims=keepdims), atol=1e-14)


def test_context_nests_and_ends_after_an_exception():
    original = keras_moments.keras_nn._compute_moments

    def fail_inside():
        with exact_second_order():
            with exact_second_order():
                pass
            assert keras_moments.keras_nn._compute_moments is not original
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fail_inside()
    assert keras_moments.keras_nn._compute_moments is original


@pytest.mark.skipif(STOCK_IS_EXACT, reason="from TensorFlow 2.22 on both threads are exact")
def test_context_belongs_to_its_thread():
    layer = LAYERS["layer"]()
    layer(X)
    expected = central_difference(layer, X)
    opened, done, errors = threading.Event(), threading.Event(), {}

    def other():
        opened.wait(30)
        errors["other"] = error(hessian_vector(layer, X), expected)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with exact_second_order():
        opened.set()
        done.wait(30)
        errors["here"] = error(hessian_vector(layer, X), expected)
    thread.join()
    assert errors["here"] < 1e-6
    assert errors["other"] > 1e-3
