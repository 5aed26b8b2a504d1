"""Resizing by products with matrices, against TensorFlow's kernels, and under XLA."""

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

RNG = np.random.default_rng(0)
MODES = ("bicubic", "area", "lanczos3", "lanczos5", "bilinear")
SIZES = [((7, 5), (14, 10)), ((12, 9), (3, 2)), ((7, 5), (5, 11)), ((1, 4), (3, 1)),
         ((40, 33), (13, 64))]  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("antialias", [False, True])
def test_images_are_resized_as_by_tensorflow(mode, antialias):
    for here, there in SIZES:
        x = RNG.uniform(size=(2, 3, *here)).astype("float32")
        images = tf.transpose(x, (0, 2, 3, 1))
        want = tf.image.resize(images, there, mode, antialias=antialias)
        got = ivy.interpolate(x, there, mode=mode, antialias=antialias)
        np.testing.assert_allclose(got, tf.transpose(want, (0, 3, 1, 2)), atol=1.2e-6)


@pytest.mark.parametrize("mode", MODES)
def test_resizing_compiles_and_takes_unknown_sizes(mode):
    for here, there in SIZES[:3]:
        x = RNG.uniform(size=(2, 3, *here)).astype("float32")
        eager = ivy.interpolate(x, there, mode=mode)

        def resize(x, there=there):
            return ivy.interpolate(x, there, mode=mode)

        compiled = tf.function(resize, jit_compile=True)(tf.constant(x))
        np.testing.assert_allclose(compiled, eager, atol=4e-6)
        unknown = tf.function(resize, input_signature=[tf.TensorSpec((None, 3, None, None))])
        np.testing.assert_allclose(unknown(x), eager, atol=4e-6)


@pytest.mark.parametrize("mode", ["bicubic", "area", "lanczos3"])
def test_gradients_of_resizing_are_the_transposed_product(mode):
    x = tf.constant(RNG.uniform(size=(1, 2, 5, 4)))
    up = tf.constant(RNG.uniform(size=(1, 2, 7, 3)))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(ivy.interpolate(x, (7, 3), mode=mode) * up)
    grad = tape.gradient(y, x)
    # Resizing is linear: its gradient at any place gives back the product.
    np.testing.assert_allclose(tf.reduce_sum(grad * x), y, rtol=1e-12)


def _hlo(layer, x):
    layer(x)
    compiled = tf.function(lambda a: tf.nest.flatten(layer(a)), jit_compile=True)
    return compiled.experimental_get_compiler_ir(x)(stage="hlo")


@pytest.mark.parametrize(
    "make",
    [lambda: ivy.LSTM(3, 4), lambda: ivy.LSTM(3, 4, return_sequence=False, num_layers=2),
     lambda: ivy.Dct(n=8), lambda: ivy.IDct(n=2), lambda: ivy.Dct()],
    ids=["lstm", "lstm_last", "dct_longer", "idct_shorter", "dct"],
)  # fmt: skip
def test_sizes_that_are_known_stay_known_under_xla(make):
    assert "set-dimension-size" not in _hlo(make(), tf.ones((2, 5, 3)))


def test_the_nearest_entry_is_the_same_for_every_number_of_axes():
    x = RNG.uniform(size=(2, 3, 7)).astype("float32")
    for out in (3, 5, 11, 14):
        rows = x[:, :, np.arange(out) * 7 // out]
        np.testing.assert_array_equal(ivy.interpolate(x, out, mode="nearest"), rows)
        image = np.repeat(x[:, :, :, None], 2, -1)
        got = tf.function(lambda a, n=out: ivy.interpolate(a, (n, 2), mode="nearest"))(image)
        np.testing.assert_array_equal(got, np.repeat(rows[..., None], 2, -1))
