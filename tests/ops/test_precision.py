"""Numbers given as Python floats keep all their digits in float64."""

import math

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.array([-1.5, -0.3, 0.3, 1.7])
Q = np.random.default_rng(0).normal(size=(2, 3, 5))
IMAGE = np.random.default_rng(1).normal(size=(2, 3, 4, 5))


def softmax(a):
    a = np.exp(a - a.max(-1, keepdims=True))
    return a / a.sum(-1, keepdims=True)


def attention(scale):
    return softmax(Q @ Q.transpose(0, 2, 1) * scale) @ Q


def doubled_widths(image):
    """Linear interpolation to twice the width, with the outermost entries held."""
    left = np.concatenate([image[..., :1], image[..., :-1]], -1)
    right = np.concatenate([image[..., 1:], image[..., -1:]], -1)
    pairs = [0.75 * image + 0.25 * left, 0.75 * image + 0.25 * right]
    return np.stack(pairs, -1).reshape(*image.shape[:-1], -1)


def batch_norm_with_lists():
    q = tf.constant(Q)
    return ivy.batch_norm(q, [0.1] * 5, [0.7] * 5, offset=[0.3] * 5, scale=[0.9] * 5)[0]


CASES = {
    "prelu": (lambda: ivy.prelu(X, 0.1), np.where(X > 0, X, 0.1 * X)),
    "gelu": (
        lambda: ivy.gelu(X, approximate=True),
        0.5 * X * (1 + np.tanh(math.sqrt(2 / math.pi) * (X + 0.044715 * X**3))),
    ),
    "clip_vector_norm": (lambda: ivy.clip_vector_norm(X, 0.3), X * 0.3 / np.linalg.norm(X)),
    "one_hot": (
        lambda: ivy.one_hot([1], 3, on_value=0.1, off_value=0.2, dtype="float64"),
        [[0.2, 0.1, 0.2]],
    ),
    "attention": (
        lambda: ivy.scaled_dot_product_attention(Q, Q, Q, scale=0.3),
        attention(0.3),
    ),
    "attention_scale": (
        lambda: ivy.scaled_dot_product_attention(Q, Q, Q),
        attention(1 / math.sqrt(5)),
    ),
    "batch_norm": (
        batch_norm_with_lists,
        (Q - 0.1) / np.sqrt(0.7 + 1e-5) * 0.9 + 0.3,
    ),
    "interpolate": (
        lambda: ivy.interpolate(IMAGE, (4, 10), mode="bilinear"),
        doubled_widths(IMAGE),
    ),
    "interpolate_1d": (
        lambda: ivy.interpolate(Q, 7, mode="linear", align_corners=True),
        np.stack([[np.interp(np.linspace(0, 4, 7), range(5), row) for row in b] for b in Q]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_float64_keeps_the_digits_of_python_numbers(name):
    function, expected = CASES[name]
    result = function()
    assert result.dtype == tf.float64
    np.testing.assert_allclose(result, expected, rtol=1e-14, atol=1e-15)


def test_complex_functions_take_python_numbers():
    z = tf.constant([1 + 2j, -1 + 2j], tf.complex128)
    np.testing.assert_allclose(ivy.leaky_relu(z, alpha=0.2), [1 + 2j, -0.2 + 0.4j], rtol=1e-14)
