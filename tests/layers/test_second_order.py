"""Normalisation is exact in second order: gradients of gradients against central differences."""

import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import layers, ops
from keras_ivy.ops.nn import norms
from keras_ivy.utils.requirements import TENSORFLOW

RNG = np.random.default_rng(11)

LAYERS = {
    "layer_norm": (lambda: layers.LayerNorm(16, dtype="float64"), (3, 16)),
    "layer_norm_two_axes": (lambda: layers.LayerNorm((4, 5), dtype="float64"), (3, 4, 5)),
    "layer_norm_plain": (
        lambda: layers.LayerNorm(7, elementwise_affine=False, new_std=1.7, dtype="float64"),
        (2, 7),
    ),
    "batch_norm": (lambda: layers.BatchNorm2D(3, dtype="float64"), (4, 2, 2, 3)),
    "batch_norm_small_batch": (lambda: layers.BatchNorm2D(5, dtype="float64"), (4, 5)),
    "batch_norm_first": (
        lambda: layers.BatchNorm2D(3, data_format="NCS", affine=False, dtype="float64"),
        (2, 3, 5),
    ),
    "group_norm": (lambda: layers.GroupNorm(2, 6, dtype="float64"), (2, 3, 3, 6)),
    "group_norm_first": (
        lambda: layers.GroupNorm(3, 6, data_format="NCS", dtype="float64"),
        (2, 6, 4),
    ),
}


@pytest.fixture(autouse=True)
def same_numbers(monkeypatch):
    """Give every test the same random numbers, whichever tests have run before it."""
    monkeypatch.setitem(globals(), "RNG", np.random.default_rng(11))


@pytest.fixture(params=[norms.SMALL, 0], ids=["as_small", "as_large"], autouse=True)
def small(request, monkeypatch):
    """Take small arrays for what they are, then for large ones, which have a formula of theirs."""
    monkeypatch.setattr(norms, "SMALL", request.param)


def loss_and_start(name):
    """A loss of the input and of all trainable variables, as one vector, and where to look."""
    make, shape = LAYERS[name]
    layer = make()
    parts = [np.zeros(shape), *(np.zeros(v.shape) for v in layer.trainable_variables)]
    sizes = [p.size for p in parts]
    weights = tf.constant(RNG.normal(size=shape))
    paths = [p for p in layer.v.flatten() if not p.startswith("running")]

    def loss(z):
        pieces = tf.split(z, sizes)
        pieces = [tf.reshape(p, q.shape) for p, q in zip(pieces, parts, strict=True)]
        v = dict(zip(paths, pieces[1:], strict=True))
        x = pieces[0]
        if not v:
            y = layer(x, training=True)
        else:
            kept = {p: tf.convert_to_tensor(w) for p, w in layer.v.flatten().items()}
            y = layer(x, training=True, v={**kept, **v})
        return tf.reduce_sum(weights * tf.sin(y) * y)

    start = RNG.normal(size=sum(sizes))
    start[sizes[0] :] += 2.0
    return loss, start


def gradient(loss, z):
    z = tf.convert_to_tensor(z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = loss(z)
    return tape.gradient(value, z)


def hessian_vector(loss, z, direction):
    z = tf.convert_to_tensor(z)
    with tf.GradientTape() as outer:
        outer.watch(z)
        inner = tf.reduce_sum(gradient_of(loss, z) * direction)
    return outer.gradient(inner, z)


def gradient_of(loss, z):
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = loss(z)
    return tape.gradient(value, z)


def central(fn, z, direction, step=1e-5):
    return (fn(z + step * direction) - fn(z - step * direction)) / (2 * step)


def product_and_differences(name):
    """A Hessian times a direction, as a function; where to look; and the product, numerically."""
    loss, z = loss_and_start(name)
    direction = tf.constant(RNG.normal(size=z.shape))
    numeric = central(lambda p: gradient(loss, p).numpy(), z, direction.numpy())
    return lambda p: hessian_vector(loss, p, direction), tf.constant(z), numeric


def relative(a, b):
    return np.max(np.abs(np.asarray(a) - np.asarray(b))) / np.max(np.abs(np.asarray(b)))


@pytest.mark.parametrize("name", LAYERS)
def test_gradient_agrees_with_central_differences(name):
    loss, z = loss_and_start(name)
    direction = RNG.normal(size=z.shape)
    exact = np.dot(gradient(loss, z), direction)
    numeric = central(lambda p: loss(tf.constant(p)).numpy(), z, direction)
    assert abs(exact - numeric) < 1e-6 * abs(numeric)


@pytest.mark.parametrize("name", LAYERS)
def test_hessian_vector_product_agrees_with_central_differences(name):
    product, z, numeric = product_and_differences(name)
    assert relative(product(z), numeric) < 1e-6


def test_hessian_vector_products_of_xla_agree_with_central_differences():
    products, starts, numeric = zip(*map(product_and_differences, LAYERS), strict=True)

    @tf.function(jit_compile=True, autograph=False)  # as one program, which takes less time
    def run():
        return [product(z) for product, z in zip(products, starts, strict=True)]

    errors = dict(zip(LAYERS, map(relative, run(), numeric), strict=True))
    assert all(error < 1e-6 for error in errors.values()), errors


@pytest.mark.skipif(TENSORFLOW >= (2, 22), reason="TensorFlow's moments are exact from 2.22 on")
def test_the_check_would_notice_tensorflow_moments():
    # What Keras's layers do is wrong on this very loss, by 10,000 times what is allowed here.
    x0 = RNG.normal(size=48)
    weights = tf.constant(RNG.normal(size=(3, 16)))

    def loss(z):
        x = tf.reshape(z, (3, 16))
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        y = (x - mean) * tf.math.rsqrt(variance + 1e-5)
        return tf.reduce_sum(weights * tf.sin(y) * y)

    direction = tf.constant(RNG.normal(size=48))
    numeric = central(lambda p: gradient(loss, p).numpy(), x0, direction.numpy())
    assert relative(hessian_vector(loss, x0, direction), numeric) > 5e-3


@pytest.mark.parametrize(
    "function",
    [
        lambda x: ops.layer_norm(x, [-1]),
        lambda x: ops.instance_norm(
            tf.reshape(x, (2, 3, 4)), tf.zeros(4, "float64"), tf.ones(4, "float64"), training=True
        )[0],
        lambda x: ops.group_norm(tf.reshape(x, (3, 8)), 2),
        lambda x: ops.batch_norm(
            tf.reshape(x, (6, 4)), tf.zeros(4, "float64"), tf.ones(4, "float64"), training=True
        )[0],
    ],
    ids=["layer_norm", "instance_norm", "group_norm", "batch_norm"],
)
def test_functions_are_exact_too(function):
    weights = RNG.normal(size=24)
    loss = lambda z: tf.reduce_sum(tf.reshape(tf.sin(function(z) * 2), [-1]) * weights)
    z = RNG.normal(size=24)
    direction = tf.constant(RNG.normal(size=24))
    numeric = central(lambda p: gradient(loss, p).numpy(), z, direction.numpy())
    assert relative(hessian_vector(loss, z, direction), numeric) < 1e-6


def test_both_formulas_of_moments_agree_with_numpy(small):
    x = RNG.normal(size=(5, 3, 4)) + 7
    for axes, keepdims in (([0, 1], False), ([0, 2], True)):
        mean, variance = norms.moments(tf.constant(x), axes, keepdims=keepdims)
        np.testing.assert_allclose(mean, x.mean(tuple(axes), keepdims=keepdims), rtol=1e-12)
        np.testing.assert_allclose(variance, x.var(tuple(axes), keepdims=keepdims), rtol=1e-12)


def test_arrays_of_unknown_size_are_taken_for_large_ones(small):
    def kinds(size):
        graph = tf.function(lambda x: norms.moments(x, [0]), autograph=False)
        graph = graph.get_concrete_function(tf.TensorSpec((size, 3))).graph
        return {op.type for op in graph.get_operations()}

    assert "StopGradient" in kinds(None)
    assert ("StopGradient" in kinds(4)) == (norms.SMALL == 0)
