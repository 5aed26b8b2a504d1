"""Laws of the updates: step norms, scales of gradients and layers, and gradients through steps."""

import hypothesis
import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW
from tests.optimizers.cases import CASES

shapes = st.lists(st.integers(1, 5), max_size=3).map(tuple)
seeds = st.integers(0, 2**31)
exponents = st.integers(-60, 60)


def draw(seed, shape):
    return np.random.default_rng(seed).normal(size=shape)


def stepped(optimizer, w, *grads):
    """The weights after a step for each gradient."""
    variable = keras.Variable(w, dtype="float64")
    for g in grads:
        optimizer.apply([tf.constant(g, "float64")], [variable])
    return variable.numpy()


@hypothesis.given(shapes, seeds, exponents, exponents)
@hypothesis.settings(max_examples=25)
def test_step_norm_of_lars_is_rate_times_weight_norm(shape, seed, weight_scale, gradient_scale):
    w = draw(seed, shape) * 2.0**weight_scale
    g = draw(seed + 1, shape) * 2.0**gradient_scale
    new = stepped(LARS(0.5, variant="paper", trust_coefficient=0.25), w, g)
    assert np.linalg.norm(new - w) == pytest.approx(0.125 * np.linalg.norm(w), rel=1e-12)


@hypothesis.given(shapes, seeds, exponents, exponents)
@hypothesis.settings(max_examples=25)
def test_step_norm_of_lamb_is_rate_times_weight_norm(shape, seed, weight_scale, gradient_scale):
    w = draw(seed, shape) * 2.0**weight_scale
    g = draw(seed + 1, shape) * 2.0**gradient_scale
    new = stepped(LAMB(0.5, variant="paper", weight_decay=0.1), w, g)
    assert np.linalg.norm(new - w) == pytest.approx(0.5 * np.linalg.norm(w), rel=1e-12)


@hypothesis.given(seeds, exponents, st.sampled_from([LARS, LAMB]))
@hypothesis.settings(max_examples=25)
def test_scale_of_gradients_does_not_matter(seed, exponent, cls):
    options = {"epsilon": 0.0, "variant": "paper"}
    if cls is LARS:
        options["momentum"] = 0.9
    w, grads = draw(seed, (3, 2)), [draw(seed + i, (3, 2)) for i in (1, 2, 3)]
    scaled = [g * 2.0**exponent for g in grads]
    plain = stepped(cls(0.1, **options), w, *grads)
    np.testing.assert_allclose(stepped(cls(0.1, **options), w, *scaled), plain, rtol=1e-13)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_update_depends_on_no_other_variable(case):
    w, other = draw(0, (3, 2)), draw(1, (4,))
    grads = [(draw(2 + i, (3, 2)), draw(12 + i, (4,))) for i in range(3)]
    alone = stepped(case.make(global_clipnorm=1e9), w, *(g for g, _ in grads))
    pair = [keras.Variable(x, dtype="float64") for x in (w, other)]
    optimizer = case.make(global_clipnorm=1e9)
    for g in grads:
        optimizer.apply([tf.constant(x) for x in g], pair)
    np.testing.assert_allclose(pair[0].numpy(), alone, rtol=1e-13)


def logits(optimizer, scale, steps=60):
    """Outputs of a ReLU network without biases, trained from `(scale * W1, W2 / scale)`."""
    x, target = draw(0, (16, 6)), draw(1, (16, 3))
    w1 = keras.Variable(draw(2, (6, 8)) * scale, dtype="float64")
    w2 = keras.Variable(draw(3, (8, 3)) / scale, dtype="float64")
    optimizer.build([w1, w2])

    @tf.function
    def train():
        with tf.GradientTape() as tape:
            out = tf.nn.relu(x @ w1.value) @ w2.value
            loss = tf.reduce_mean((out - target) ** 2)
        optimizer.apply(tape.gradient(loss, [w1.value, w2.value]), [w1, w2])

    for _ in range(steps):
        train()
    return np.maximum(x @ w1.numpy(), 0.0) @ w2.numpy()


RESCALED = {
    "lars": (lambda: LARS(0.05, variant="paper", momentum=0.9, trust_coefficient=0.1), True),
    "lamb": (lambda: LAMB(0.01, variant="paper", epsilon=0.0), True),
    "sgd": (lambda: SGD(1e-4), False),
    "adam": (lambda: Adam(0.01, variant="paper"), False),
}


@pytest.mark.parametrize("name", RESCALED)
def test_rescaled_layers_train_to_the_same_function(name):
    make, invariant = RESCALED[name]
    plain, rescaled = logits(make(), 1.0), logits(make(), 16.0)
    if invariant:
        np.testing.assert_array_equal(rescaled, plain)
    else:
        assert np.abs(rescaled - plain).max() > 1e-2


MAKERS = {
    "sgd": lambda rate: SGD(rate, momentum=0.9, nesterov=True, stop_gradients=False),
    "adam": lambda rate: Adam(rate, stop_gradients=False),
    "adam paper": lambda rate: Adam(rate, variant="paper", stop_gradients=False),
    "adamw": lambda rate: AdamW(rate, weight_decay=0.1, stop_gradients=False),
    "lamb": lambda rate: LAMB(rate, weight_decay=0.1, stop_gradients=False),
    "lamb paper": lambda rate: LAMB(rate, weight_decay=0.1, variant="paper", stop_gradients=False),
    "lars": lambda rate: LARS(rate, stop_gradients=False),
    "lars paper": lambda rate: LARS(
        rate,
        weight_decay=0.1,
        momentum=0.9,
        variant="paper",
        trust_coefficient=0.5,
        stop_gradients=False,
    ),
}


def loss_after(make, rate, start, steps=8):
    """The loss after some steps of training, as a function of the rate and the start."""
    a, b = tf.constant(draw(5, (4, 3))), tf.constant(draw(6, (4,)))
    optimizer = make(lambda: rate)
    v = Container(w=start[:3], s=start[3:])

    def inner(v):
        return tf.reduce_sum((tf.tanh(tf.linalg.matvec(a, v.w)) * v.s - b) ** 2)

    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch([v.w, v.s])
            loss = inner(v)
        by_w, by_s = tape.gradient(loss, [v.w, v.s])
        v = optimizer.step(v, Container(w=by_w, s=by_s))
    return inner(v)


@pytest.mark.parametrize("name", MAKERS)
def test_hypergradients_equal_finite_differences(name):
    make, h = MAKERS[name], 1e-5
    rate, start = tf.constant(0.02, tf.float64), tf.constant([0.5, -0.7, 0.9, 1.1], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([rate, start])
        loss = loss_after(make, rate, start)
    by_rate, by_start = tape.gradient(loss, [rate, start])
    difference = (loss_after(make, rate + h, start) - loss_after(make, rate - h, start)) / (2 * h)
    assert abs(float(by_rate)) > 1e-4
    assert float(by_rate) == pytest.approx(float(difference), rel=1e-5)
    for i in range(4):
        shift = tf.one_hot(i, 4, dtype=tf.float64) * h
        up, down = loss_after(make, rate, start + shift), loss_after(make, rate, start - shift)
        want = float(up - down) / (2 * h)
        assert float(by_start[i]) == pytest.approx(want, rel=1e-5, abs=1e-7)
