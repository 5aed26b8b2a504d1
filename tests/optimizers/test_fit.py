"""Training by `fit`: the ways that Keras runs a step, and what it wraps around an optimizer."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.optimizers.cases import CASES, FEW

X = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
Y = np.tanh(X[:, :2])
few_cases = pytest.mark.parametrize("case", [CASES[name] for name in FEW], ids=FEW)


def model(*units, policy="float32"):
    options = {
        "kernel_initializer": keras.initializers.GlorotUniform(seed=0),
        "bias_initializer": "ones",
        "dtype": policy,
    }
    dense = [keras.layers.Dense(n, "tanh", **options) for n in units]
    return keras.Sequential([keras.Input((3,)), *dense])


def fitted(optimizer, policy="float32", **compiled):
    """The weights after two epochs of four steps, and the history."""
    net = model(2, policy=policy)
    net.compile(optimizer, "mse", **compiled)
    history = net.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    return net.get_weights(), history.history["loss"]


@functools.cache
def fitted_plainly(name):
    """The weights of a case that is trained in float32, by a step that XLA does not compile."""
    return fitted(CASES[name].make(0.05), jit_compile=False)[0]


def assert_close(got, want, bound=1e-6):
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, atol=bound)


@few_cases
@pytest.mark.parametrize(
    "compiled",
    [{"run_eagerly": True}, {"steps_per_execution": 2}, {"jit_compile": True}],
    ids=lambda c: next(iter(c)),
)
def test_ways_of_running_a_step_agree(case, compiled):
    want, start = fitted_plainly(case.name), model(2).get_weights()
    assert_close(fitted(case.make(0.05), **compiled)[0], want)
    assert max(np.abs(a - b).max() for a, b in zip(want, start, strict=True)) > 1e-4


@few_cases
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_follows_float32(case, policy):
    optimizer = case.make(0.05)
    if policy == "mixed_float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=256.0)
    got, losses = fitted(optimizer, policy)
    # The gradients are rounded to half precision; the weights are not.
    assert_close(got, fitted_plainly(case.name), bound=0.05)
    assert all(w.dtype == np.float32 for w in got)
    assert np.isfinite(losses).all()


@few_cases
def test_frozen_layer_stays(case):
    net = model(4, 2)
    net.layers[0].trainable = False
    net.compile(case.make(0.05), "mse")
    before = net.get_weights()
    net.fit(X, Y, batch_size=4, epochs=1, shuffle=False, verbose=0)
    after = net.get_weights()
    for a, b in zip(before[:2], after[:2], strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(before[2] - after[2]).max() > 1e-5
    assert len(net.optimizer._trainable_variables) == 2


@few_cases
def test_multi_optimizer_gives_each_its_variables(case):
    def parts():
        net = model(4, 2)
        return net, net.layers[0].trainable_variables, net.layers[1].trainable_variables

    def gradients(net):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((net(X) - Y) ** 2)
        return tape.gradient(loss, net.trainable_variables)

    net, first, second = parts()
    one, two = case.make(0.05, global_clipnorm=None), case.make(0.01, global_clipnorm=None)
    chosen = {id(v): one for v in first} | {id(v): two for v in second}
    multi = keras.optimizers.MultiOptimizer(lambda v: chosen[id(v)])
    multi.build(net.trainable_variables)
    for _ in range(3):
        multi.apply(gradients(net), net.trainable_variables)

    other, first, second = parts()
    one, two = case.make(0.05, global_clipnorm=None), case.make(0.01, global_clipnorm=None)
    for _ in range(3):
        grads = gradients(other)
        one.apply(grads[:2], first)
        two.apply(grads[2:], second)
    assert_close(net.get_weights(), other.get_weights())
