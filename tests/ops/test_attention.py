"""Attention: the layout that XLA is faster with changes nothing but the layout."""

import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import layers
from keras_ivy.ops.nn import attention

RNG = np.random.default_rng(5)


def operations(function, *arrays):
    """The types of the operations of a function that XLA compiles."""
    traced = tf.function(function, jit_compile=True, autograph=False)
    return [op.type for op in traced.get_concrete_function(*arrays).graph.get_operations()]


@pytest.mark.parametrize("keys", [16, 20])
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_under_xla_are_those_of_the_formula(keys, masked):
    # Four keys for each number of a head and more: keys and values are turned.
    q = tf.constant(RNG.normal(size=(2, 3, 5, 4)))
    k, v = (tf.constant(RNG.normal(size=(2, 3, keys, 4))) for _ in range(2))
    mask = tf.constant(np.where(RNG.random((5, keys)) < 0.3, -1e9, 0.0)) if masked else None
    out = tf.constant(RNG.normal(size=(2, 3, 5, 4)))

    def formula(q, k, v):
        scores = tf.einsum("nhld,nhsd->nhls", q, k) * 0.7
        scores = scores if mask is None else scores + mask
        return tf.einsum("nhls,nhsd->nhld", tf.nn.softmax(scores), v)

    def gradients(function):
        def run(*arrays):
            with tf.GradientTape() as tape:
                tape.watch(arrays)
                y = function(*arrays)
            return y, *tape.gradient(y, arrays, output_gradients=out)

        return run

    ours = gradients(lambda q, k, v: attention.attend(q, k, v, 0.7, mask, training=True)[0])
    assert "Pack" in operations(ours, q, k, v)
    compiled = tf.function(ours, jit_compile=True, autograph=False)
    for a, b in zip(compiled(q, k, v), gradients(formula)(q, k, v), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("length", "training"), [(15, True), (16, False), (None, True)], ids=["short", "call", "open"]
)
def test_keys_are_left_alone_where_turning_does_not_pay(length, training):
    spec = tf.TensorSpec((2, 3, length, 4))
    run = lambda q, k, v: attention.attend(q, k, v, 1.0, None, training=training)[0]
    assert "Pack" not in operations(run, spec, spec, spec)


def test_values_of_another_size_are_left_alone():
    q, v = tf.TensorSpec((2, 3, 16, 4)), tf.TensorSpec((2, 3, 16, 2))
    run = lambda q, k, v: attention.attend(q, k, v, 1.0, None, training=True)[0]
    assert "Pack" not in operations(run, q, q, v)


def test_dropout_under_xla_scales_what_it_keeps():
    layer = layers.MultiHeadAttention(8, num_heads=2, dropout_rate=0.5, seed=3)
    x = tf.constant(RNG.normal(size=(2, 32, 8)), "float32")
    call = lambda training: layer(x, training=training, return_attention_weights=True)[1]
    kept = tf.function(call, jit_compile=True)(True)
    full = call(False)
    # The mean over two heads, each of which is dropped, or doubled: 0, one of them, or both.
    assert 0.2 < np.mean(np.isclose(kept, 0)) < 0.3
    np.testing.assert_allclose(np.mean(kept), np.mean(full), rtol=0.1)
