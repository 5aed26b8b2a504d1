"""Hyperball: the norm of a weight stays, and its direction turns by an angle that is the rate."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, Muon, Rule
from keras_ivy.optimizers.formulas.hyperball import DIGITS, around, rounded
from keras_ivy.optimizers.formulas.norms import norm
from tests.optimizers.muon_runs import orthogonal

SHAPE = (4, 3)
MAKE = {
    "sgd": lambda **more: SGD(0.1, **more),
    "momentum": lambda **more: SGD(0.1, 0.9, nesterov=True, **more),
    "adam": lambda **more: Adam(0.1, variant="paper", **more),
    "adam-ivy": lambda **more: Adam(0.1, **more),
    "adamw": lambda **more: AdamW(0.1, variant="keras", **more),
    "muon": lambda **more: Muon(0.1, variant="jordan", **more),
}
every = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)


def draw(seed, shape=SHAPE):
    return np.random.default_rng(seed).normal(size=shape)


def unit(x):
    return x / np.linalg.norm(x)


def turned(w, u, rate):
    """The published step, on the sphere of a weight."""
    radius = np.linalg.norm(w)
    return radius * unit(w - rate * radius * unit(u))


def trained(optimizer, steps, dtype="float64", wrap=lambda fn: fn):
    w = keras.Variable(draw(0), dtype=dtype)
    optimizer.build([w])
    apply = wrap(lambda g: optimizer.apply([g], [w]))
    for t in range(steps):
        apply(tf.constant(draw(t + 1), dtype))
    return w.numpy()


# -- the formula -------------------------------------------------------------------------------


def test_sgd_turns_along_its_gradient():
    want = draw(0)
    for t in range(5):
        want = turned(want, draw(t + 1), 0.1)
    np.testing.assert_allclose(trained(MAKE["sgd"](hyperball=True), 5), want, rtol=1e-12)


def test_momentum_turns_along_its_step():
    want, m = draw(0), 0.0
    for t in range(5):
        m = 0.9 * m + 0.1 * draw(t + 1)
        want = turned(want, 0.9 * m + 0.1 * draw(t + 1), 0.1)
    np.testing.assert_allclose(trained(MAKE["momentum"](hyperball=True), 5), want, rtol=1e-12)


def test_adam_turns_along_its_direction():
    want, m, v = draw(0), 0.0, 0.0
    for t in range(1, 6):
        m, v = 0.9 * m + 0.1 * draw(t), 0.999 * v + 0.001 * draw(t) ** 2
        u = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
        want = turned(want, u, 0.1)
    np.testing.assert_allclose(trained(MAKE["adam"](hyperball=True), 5), want, rtol=1e-12)


def test_muon_turns_along_its_matrix():
    want, m = draw(0), 0.0
    for t in range(1, 6):
        m = 0.95 * m + 0.05 * draw(t)
        want = turned(want, orthogonal(0.95 * m + 0.05 * draw(t), 1e-7), 0.1)
    np.testing.assert_allclose(trained(MAKE["muon"](hyperball=True), 5), want, rtol=1e-11)


@every
@pytest.mark.parametrize("mode", ["function", "xla"])
def test_functions_turn_as_eager_steps(make, mode):
    wrap = lambda fn: tf.function(fn, autograph=False, jit_compile=mode == "xla")
    got = trained(make(hyperball=True), 3, wrap=wrap)
    np.testing.assert_allclose(got, trained(make(hyperball=True), 3), rtol=1e-11)


@every
def test_step_turns_as_apply(make):
    optimizer, v = make(hyperball=True), {"w": tf.constant(draw(0))}
    for t in range(3):
        v = optimizer.step(v, {"w": tf.constant(draw(t + 1))})
    np.testing.assert_allclose(v.w, trained(make(hyperball=True), 3), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["momentum", "adam", "muon"])
def test_norms_hold_over_ten_thousand_steps(name, dtype):
    w = keras.Variable(draw(0), dtype=dtype)
    start = np.linalg.norm(np.asarray(w, "float64"))
    optimizer = MAKE[name](hyperball=True)
    optimizer.build([w])

    @tf.function
    def run():
        for t in tf.range(10_000):
            optimizer.apply([tf.sin(7.0 * w.value + tf.cast(t, w.dtype))], [w])

    before = w.numpy()
    run()
    assert int(optimizer.iterations) == 10_000
    assert np.linalg.norm(w.numpy() - before) > 0.01 * start
    assert abs(np.linalg.norm(np.asarray(w, "float64")) / start - 1.0) < 1e-6


def test_rounding_keeps_as_many_digits_as_it_says():
    x = tf.constant(np.random.default_rng(0).uniform(1e-30, 1e30, 1000), tf.float32)
    error = np.abs(np.asarray(rounded(x), "float64") / np.asarray(x, "float64") - 1.0)
    assert 2.0 ** -(DIGITS + 3) < error.max() <= 2.0 ** -(DIGITS + 1)
    np.testing.assert_array_equal(rounded(rounded(x)), rounded(x))
    for special in (0.0, np.inf, np.nan):
        np.testing.assert_array_equal(rounded(tf.constant([special], tf.float32)), [special])


# -- edges -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_zero_update_leaves_the_weight_to_the_bit(dtype):
    w = tf.constant(draw(0), dtype)
    np.testing.assert_array_equal(around(w, tf.zeros_like(w), 0.1, norm), w)
    np.testing.assert_array_equal(around(tf.zeros_like(w), w, 0.1, norm), tf.zeros_like(w))
    middle = tf.constant([2.0, 0.0], dtype)  # A step to the middle of the sphere.
    np.testing.assert_array_equal(around(middle, middle, 1.0, norm), middle)


@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1e20, 1e30])
def test_sizes_do_not_matter(scale):
    w, u = (tf.constant(draw(i), tf.float32) for i in range(2))
    want = around(w, u, 0.1, norm)
    np.testing.assert_allclose(around(w, scale * u, 0.1, norm), want, rtol=1e-5)
    np.testing.assert_allclose(around(scale * w, u, 0.1, norm) / scale, want, rtol=1e-5)


@every
def test_weights_of_zeros_are_named(make):
    zeros, ones = keras.Variable(np.zeros(SHAPE), name="still"), keras.Variable(np.ones(SHAPE))
    optimizer = make(hyperball=True)
    with pytest.warns(UserWarning, match=r"are all zeros.*will never move: still\. Use `rules="):
        optimizer.build([zeros, ones])
    optimizer.apply([tf.ones(SHAPE), tf.constant(draw(1), tf.float32)], [zeros, ones])
    assert not np.any(zeros.numpy())
    assert np.any(ones.numpy() != 1.0)
    rows = optimizer.explain([zeros, ones])
    assert [(row.hyperball, row.frozen) for row in rows] == [(True, True), (True, False)]


@every
def test_gradient_of_zeros_makes_no_nan(make):
    w = keras.Variable(draw(0), dtype="float32")
    optimizer = make(hyperball=True)
    for _ in range(2):
        optimizer.apply([tf.zeros(SHAPE)], [w])
    np.testing.assert_array_equal(w.numpy(), draw(0).astype("float32"))


def test_rules_say_whose_norm_stays():
    ws = [keras.Variable(draw(i), name=name) for i, name in enumerate(("a", "b", "c", "bias"))]
    rules = [Rule("a", hyperball=False), Rule("c", adapt=False), Rule("b", lr_multiplier=0.5)]
    optimizer = AdamW(0.1, variant="paper", hyperball=True, rules=rules, weight_decay=0.1)
    rows = optimizer.explain(ws)
    assert [row.hyperball for row in rows] == [False, True, False, True]
    assert [row.decay for row in rows] == [0.1, 0.0, 0.1, 0.0]
    assert "norm stays" in str(rows)
    before = [np.linalg.norm(w.numpy()) for w in ws]
    optimizer.apply([tf.constant(draw(9 + i), tf.float32) for i in range(4)], ws)
    kept = [abs(np.linalg.norm(w.numpy()) / n - 1) < 1e-6 for w, n in zip(ws, before, strict=True)]
    assert kept == [False, True, False, True]
    only = SGD(0.1, rules=[Rule("b", hyperball=True)], weight_decay=0.1)
    assert [(r.hyperball, r.decay) for r in only.explain(ws)] == [
        *((False, 0.1), (True, 0.0), (False, 0.1), (False, 0.1))
    ]


def test_muon_keeps_norms_of_matrices_alone():
    ws = [keras.Variable(draw(0), name="kernel"), keras.Variable(np.zeros(3), name="bias")]
    optimizer = Muon(0.1, hyperball=True, adam_weight_decay=0.25)
    rows = optimizer.explain(ws)
    assert [(row.hyperball, row.decay) for row in rows] == [(True, 0.0), (False, 0.25)]
    optimizer.apply([tf.constant(draw(1), tf.float32), tf.ones(3)], ws)
    assert np.all(ws[1].numpy() < 0.0)
    both = Muon(0.1, rules=[Rule(hyperball=True, required=False)])
    assert [row.hyperball for row in both.explain(ws)] == [True, True]


@every
def test_decay_of_which_nothing_is_left_is_refused(make):
    with pytest.raises(ValueError, match=r"nothing decays.*weight_decay=0\.1"):
        make(hyperball=True, weight_decay=0.1)
    assert make(hyperball=True, weight_decay=0.1, rules="bias_norm").hyperball
    optimizer = make(hyperball=True)
    with pytest.raises(ValueError, match="nothing decays"):
        optimizer.weight_decay = 0.5
    assert not optimizer.weight_decay


def test_rule_that_says_both_is_refused():
    with pytest.raises(ValueError, match=r"nothing of it can decay.*decay=0\.5"):
        Rule("w", hyperball=True, decay=0.5)
    assert Rule("w", hyperball=True, decay=False).decay is False


@pytest.mark.parametrize("cls", [LAMB, LARS])
def test_trust_ratios_have_norms_of_their_own(cls):
    w = keras.Variable(draw(0), name="w")
    optimizer = cls(0.1, variant="paper", rules=[Rule("w", hyperball=True)])
    with pytest.raises(ValueError, match=rf"keeps norms of what SGD.*for {cls.__name__}"):
        optimizer.build([w])
    assert not optimizer.built
    with pytest.raises(ValueError, match="has no argument 'hyperball'"):
        cls(0.1, hyperball=True)


def test_formula_of_ones_own_does_not_keep_norms():
    class Own(SGD):
        def _update(self, w, g, slots, scalars, treatment, norm):
            return w - g, slots, None

    with pytest.raises(ValueError, match="keeps norms of what"):
        Own(0.1, hyperball=True).build([keras.Variable(draw(0))])


@every
def test_config_and_rules_survive(make):
    optimizer = make(hyperball=True, rules=[Rule("w", hyperball=False, required=False)])
    config = json.loads(json.dumps(optimizer.get_config()))
    again = type(optimizer).from_config(config)
    assert again.hyperball
    assert again.rules[0].hyperball is False
    assert again.get_config() == optimizer.get_config()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_turns(dtype):
    w = keras.Variable(draw(0), dtype=dtype)
    optimizer = Adam(0.1, variant="paper", hyperball=True)
    optimizer.apply([tf.constant(draw(1), dtype)], [w])
    got = np.asarray(tf.cast(w.value, "float64"))
    want = trained(Adam(0.1, variant="paper", hyperball=True), 1)
    np.testing.assert_allclose(got, want, atol=0.03)


def rows(values, indices):
    return tf.IndexedSlices(tf.constant(values, tf.float32), tf.constant(indices))


def test_sparse_gradients_keep_the_norm():
    for lazy in (False, True):
        table = keras.Variable(draw(0, (6, 3)), dtype="float32")
        before = np.linalg.norm(table.numpy())
        grad = rows(draw(1, (2, 3)), [1, 4])
        SGD(0.1, hyperball=True, lazy_slots=lazy).apply([grad], [table])
        assert abs(np.linalg.norm(table.numpy()) / before - 1.0) < 1e-6
        moved = np.any(table.numpy() != draw(0, (6, 3)).astype("float32"), axis=1)
        assert moved.tolist() == ([False, True, False, False, True, False] if lazy else [True] * 6)
