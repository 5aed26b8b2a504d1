"""NaN and infinity: none in normal work, and shown where they are."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, LossScaleOptimizer, WarmupPolynomial
from tests.optimizers.cases import CASES, FEW, gradients, traced, variables

RATIOS = [name for name in CASES if name.startswith(("lamb", "lars"))]

WAYS = [
    ("float64", lambda fn: fn),
    ("float32", lambda fn: fn),
    ("float32", tf.function(autograph=False, jit_compile=True)),
]


@pytest.fixture
def watched():
    tf.debugging.enable_check_numerics()
    yield
    tf.debugging.disable_check_numerics()


@pytest.mark.filterwarnings("ignore:.*never move")
@pytest.mark.parametrize("wrap", [lambda fn: fn, traced], ids=["eager", "function"])
@pytest.mark.parametrize("name", CASES)
def test_nothing_is_nan_in_normal_work(name, wrap, watched):
    vs = variables()
    vs[1].assign(tf.zeros_like(vs[1]))  # A new bias.
    optimizer = CASES[name].make(WarmupPolynomial(0.1, 2, 10), rules="bias_norm")
    optimizer.build(vs)
    apply = wrap(lambda *grads: optimizer.apply(list(grads), vs))
    for t in range(3):
        grads = [tf.constant(g, "float32") for g in gradients(t)]
        grads[0] = tf.zeros_like(grads[0]) if t == 0 else grads[0]
        apply(*grads)
    assert all(np.isfinite(v.numpy()).all() for v in vs)


@pytest.mark.parametrize("name", FEW)
def test_a_fit_under_a_loss_scale_is_free_of_nan(name, watched):
    x = np.linspace(-1.0, 1.0, 8, dtype="float32").reshape(4, 2)
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(2, bias_initializer="ones", name="d")]
    )
    inner = CASES[name].make(WarmupPolynomial(0.1, 2, 10), rules="bias_norm")
    model.compile(LossScaleOptimizer(inner, initial_scale=8.0), "mse", jit_compile=False)
    model.fit(x, x, verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())


@pytest.mark.parametrize(
    ("name", "dtype", "wrap"),
    [
        *((name, "float32", traced) for name in RATIOS),
        *((name, dtype, fn) for name in ("lamb-ivy", "lars-larc") for dtype, fn in WAYS),
    ],
)
def test_a_tensor_with_nan_has_the_ratio_nan(name, dtype, wrap):
    vs = variables(dtype)
    vs[0].assign(np.full(vs[0].shape, np.nan))
    optimizer = CASES[name].make(rules=None)
    optimizer.build(vs)
    wrap(lambda: optimizer.apply([tf.constant(g, dtype) for g in gradients(0)], vs))()
    first, *others = optimizer.trust_ratios().values()
    assert math.isnan(first)
    assert len(others) == len(vs) - 1
    assert all(map(math.isfinite, others))


def test_there_is_no_ratio_before_the_first_step():
    optimizer = LAMB(0.1, variant="paper")
    optimizer.build(variables())
    assert optimizer.trust_ratios() == {}


def test_larc_at_a_rate_of_zero_does_not_move():
    vs = variables()
    optimizer = LARS(lambda: tf.constant(0.0), variant="larc")
    optimizer.apply([tf.constant(g, "float32") for g in gradients(0)], vs)
    for v, start in zip(vs, variables(), strict=True):
        np.testing.assert_array_equal(v.numpy(), start.numpy())
    assert set(optimizer.trust_ratios().values()) == {1.0}
