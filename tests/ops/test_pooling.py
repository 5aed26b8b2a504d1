"""Pooling in float64, for which TensorFlow has no kernel in three dimensions on CPUs."""

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.random.default_rng(7).normal(size=(2, 5, 6, 7, 3))


def means(x, window, strides, pads):
    """The means of windows over what is there, by loops."""
    ranges = []
    for size, k, s, (a, z) in zip(x.shape[1:4], window, strides, pads, strict=True):
        starts = range(-a, size + z - k + 1, s)
        ranges.append([slice(max(i, 0), min(i + k, size)) for i in starts])
    return np.stack(
        [
            np.stack([np.stack([x[:, d, h, w].mean((1, 2, 3)) for w in ranges[2]], 1)
                      for h in ranges[1]], 1)
            for d in ranges[0]
        ],
        1,
    )  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize(
    ("padding", "pads"),
    [
        ("VALID", [(0, 0)] * 3),
        ("SAME", [(0, 1), (0, 1), (0, 1)]),
        ([(1, 1), (0, 1), (1, 0)], [(1, 1), (0, 1), (1, 0)]),
    ],
    ids=["valid", "same", "widths"],
)
def test_avg_pool3d_takes_means_in_every_type(padding, pads, dtype):
    window, strides = (2, 3, 2), (1, 2, 2)
    expected = means(X, window, strides, pads)
    y = ivy.avg_pool3d(tf.constant(X, dtype), window, strides, padding)
    assert y.dtype == dtype
    bound = {"float64": 1e-12, "float32": 1e-5, "float16": 1e-2}[dtype]
    np.testing.assert_allclose(y, expected, rtol=bound, atol=bound)


def test_avg_pool3d_in_float64_has_gradients_and_takes_unknown_sizes():
    layer = ivy.AvgPool3D(2, 2, "VALID", data_format="NCDHW")
    x = tf.constant(np.moveaxis(X, -1, 1))
    traced = tf.function(layer, input_signature=[tf.TensorSpec((None,) * 5, "float64")])
    np.testing.assert_allclose(traced(x), layer(x), rtol=1e-14)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(layer(x))
    covered = np.zeros(x.shape)
    covered[:, :, :4, :6, :6] = 1 / 8
    np.testing.assert_allclose(tape.gradient(y, x), covered, rtol=1e-14)
