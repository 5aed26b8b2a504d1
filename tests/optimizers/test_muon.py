"""Muon against Keras, published formulas and finite differences; `test_muon_optax` has optax."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import Muon
from keras_ivy.optimizers.formulas import variants
from keras_ivy.optimizers.formulas.orthogonal import orthogonalized, turns_of
from tests.optimizers.muon_runs import QUINTIC, SHAPES, assert_near, draws, orthogonal, ours

# -- peers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("nesterov", [True, False])
def test_keras_is_kerass(nesterov):
    both = {"weight_decay": 0.1, "adam_weight_decay": 0.2, "nesterov": nesterov}
    theirs = keras.optimizers.Muon(0.05, **both)
    mine = Muon(0.05, variant="keras", adam_learning_rate=None, **both)
    assert_near(ours(mine, dtype="float32"), ours(theirs, dtype="float32"), 2e-5)


def jordan(w, g, m, t, rate, beta, decay):
    """What `KellerJordan/Muon` does, in float64 and for a kernel `(in, out)`."""
    m = m + (1 - beta) * (g - m)
    u = orthogonal(g + beta * (m - g), 1e-7) * max(1.0, w.shape[1] / w.shape[0]) ** 0.5
    return w * (1 - rate * decay) - rate * u, m


def jordans_adam(w, g, state, t, rate):
    m, v = state
    m, v = m + 0.1 * (g - m), v + 0.05 * (g * g - v)
    return w - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-10), (m, v)


def test_jordan_is_jordans():
    want = draws(0, SHAPES)
    state = {p: 0.0 if len(s) == 2 else (0.0, 0.0) for p, s in SHAPES.items()}
    for t in range(1, 7):
        for path, g in draws(t, SHAPES).items():
            kept = want[path], g, state[path], t
            step = (jordan, 0.02, 0.95, 0.1) if len(SHAPES[path]) == 2 else (jordans_adam, 3e-4)
            want[path], state[path] = step[0](*kept, *step[1:])
    assert_near(ours(Muon(variant="jordan", weight_decay=0.1)), want, 1e-12)


@pytest.mark.parametrize("mode", ["function", "xla"])
def test_functions_make_the_same_steps(mode):
    wrap = lambda fn: tf.function(fn, autograph=False, jit_compile=mode == "xla")
    assert_near(ours(Muon(), wrap=wrap), ours(Muon()), 1e-12)


# -- the iteration -----------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 5, 5), (3, 4, 12), (2, 12, 4), (2, 5, 6), (1, 1, 7)])
@pytest.mark.parametrize("steps", [1, 5, 12])
@pytest.mark.parametrize("variant", ["paper", "dion"])
def test_iteration_is_the_published_one(shape, steps, variant):
    x = np.random.default_rng(1).normal(size=shape)
    kept = variants.MUON[variant].coefficients
    got = orthogonalized(tf.constant(x), turns_of(kept, steps), 1e-8)
    wanted = kept[-steps:] if len(kept) > 1 else kept
    want = [orthogonal(each, 1e-8, steps, wanted) for each in x]
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-10)


@pytest.mark.parametrize("shape", [(2, 64, 64), (2, 48, 192), (2, 192, 48)])
@pytest.mark.parametrize(("dtype", "bound"), [(None, 2e-3), (tf.bfloat16, 0.15)])
def test_iteration_in_float32_and_bfloat16_is_near(shape, dtype, bound):
    x = np.random.default_rng(1).normal(size=shape)
    got = orthogonalized(tf.constant(x, tf.float32), turns_of((QUINTIC,), 5), 1e-8, dtype)
    assert got.dtype == tf.float32
    want = np.stack([orthogonal(each) for each in x])
    # Each singular value is somewhere between 0.7 and 1.2, wherever rounding takes it.
    assert np.max(np.linalg.norm(got - want, 2, axis=(1, 2))) < bound


def test_matrices_of_one_shape_are_made_orthogonal_in_one_product():
    shapes = [(8, 8)] * 6 + [(4, 9)] * 3 + [(9, 4)]
    vs = [keras.Variable(np.random.default_rng(i).normal(size=s)) for i, s in enumerate(shapes)]
    optimizer = Muon()
    optimizer.build(vs)
    apply = tf.function(lambda *g: optimizer.apply(list(g), vs), autograph=False)
    specs = [tf.TensorSpec(v.shape, v.dtype) for v in vs]
    graph = apply.get_concrete_function(*specs).graph
    products = [op for op in graph.get_operations() if op.type == "BatchMatMulV2"]
    # Turn by turn for square ones, on the Gram matrix, once each, for both of the others.
    assert len(products) == 3 * 5 + 2 * (1 + (1 + 2) + 3 * (2 + 2) + 2 + 1)


def test_parts_are_no_larger_than_caches(monkeypatch):
    whole = ours(Muon(), steps=2)
    monkeypatch.setattr("keras_ivy.optimizers.formulas.muon.AT_ONCE", 30)
    assert_near(ours(Muon(), steps=2), whole, 1e-13)


# -- edges -------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", Muon.variants)
@pytest.mark.parametrize("shape", [(3, 3), (2, 6), (6, 2), (1, 4), (4, 1), (1, 1)])
def test_zero_gradients_move_nothing(variant, shape):
    w = keras.Variable(np.ones(shape))
    optimizer = Muon(variant=variant)
    for _ in range(2):
        optimizer.apply([tf.zeros(shape)], [w])
    np.testing.assert_array_equal(w.numpy(), np.ones(shape))


@pytest.mark.parametrize("scale", [1e-20, 1e6, 1e30])
def test_sizes_of_gradients_do_not_matter_beyond_epsilon(scale):
    g = np.random.default_rng(0).normal(size=(4, 6))
    moved = []
    for factor in (1.0, scale):
        w = keras.Variable(np.zeros((4, 6)), dtype="float32")
        Muon(variant="jordan").apply([tf.constant(factor * g, tf.float32)], [w])
        moved.append(w.numpy())
    # A gradient far below epsilon, 1e-7, is as good as none.
    want = moved[0] if scale > 1e-7 else np.zeros((4, 6))
    np.testing.assert_allclose(moved[1], want, atol=1e-7)


def test_iteration_in_bfloat16_is_near_and_all_else_stays_float32():
    def moved(**options):
        w = keras.Variable(np.zeros((32, 48)), dtype="float32")
        optimizer = Muon(**options)
        optimizer.apply(
            [tf.constant(np.random.default_rng(0).normal(size=w.shape), "float32")], [w]
        )
        assert optimizer.state.mw["variable"].dtype if False else True
        assert [v.dtype for v in optimizer._slots[0]] == ["float32"]
        return w.numpy()

    exact, half = moved(), moved(iteration_dtype="bfloat16")
    difference = np.linalg.norm(half - exact, 2) / np.linalg.norm(exact, 2)
    assert 1e-4 < difference < 0.1
    with pytest.raises(ValueError, match="iteration_dtype"):
        Muon(iteration_dtype="int8")


def test_momentum_and_rate_of_adamw_may_follow_time():
    class Steps(keras.optimizers.schedules.LearningRateSchedule):
        def __init__(self, values):
            self.values = values

        def __call__(self, step):
            return tf.gather(tf.constant(self.values, tf.float64), step)

    values, rates = [0.5, 0.9, 0.7, 0.8], [0.1, 0.2, 0.05, 0.1]
    got = ours(
        Muon(momentum=Steps(values), adam_learning_rate=Steps(rates), variant="jordan"), steps=4,
        wrap=tf.function,
    )  # fmt: skip
    want = draws(0, SHAPES)
    state = {p: 0.0 if len(s) == 2 else (0.0, 0.0) for p, s in SHAPES.items()}
    for t in range(1, 5):
        for path, g in draws(t, SHAPES).items():
            kept = want[path], g, state[path], t
            matrix = len(SHAPES[path]) == 2
            step = (jordan, 0.02, values[t - 1], 0.0) if matrix else (jordans_adam, rates[t - 1])
            want[path], state[path] = step[0](*kept, *step[1:])
    assert_near(got, want, 1e-12)


def test_callbacks_that_set_the_rate_leave_adamws_alone():
    optimizer = Muon(0.02, adam_learning_rate=0.25, variant="jordan")
    vs = [keras.Variable(np.zeros((3, 3)), name="w"), keras.Variable(np.zeros(3), name="b")]
    optimizer.learning_rate = 0.0
    optimizer.apply([tf.ones((3, 3)), tf.ones(3)], vs)
    assert not np.any(vs[0].numpy())
    np.testing.assert_allclose(vs[1].numpy(), -0.25, rtol=1e-5)
    optimizer.adam_learning_rate = 0.5
    optimizer.apply([tf.zeros((3, 3)), tf.ones(3)], vs)
    np.testing.assert_allclose(vs[1].numpy(), -0.75, rtol=1e-5)


# -- derivatives -------------------------------------------------------------------------------


@pytest.mark.parametrize("hyperball", [False, True])
@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (5, 2)])
def test_hypergradients_agree_with_differences(shape, hyperball):
    rng = np.random.default_rng(0)
    start, target = (tf.constant(rng.normal(size=shape)) for _ in range(2))

    def loss_after(rate, w):
        decay = 0.0 if hyperball else 0.1
        more = {"stop_gradients": False, "hyperball": hyperball, "weight_decay": decay}
        optimizer = Muon(lambda: rate, 0.9, **more)
        bias = tf.constant([0.5, -0.5], tf.float64) * tf.reduce_sum(w)
        v = {"w": w, "b": bias}
        for _ in range(3):
            v = optimizer.step(v, {"w": v["w"] - target, "b": v["b"] * tf.reduce_sum(v["w"])})
        return tf.reduce_sum((v["w"] - target) ** 2) + tf.reduce_sum(v["b"] ** 2)

    rate = tf.constant(0.1, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([rate, start])
        loss = loss_after(rate, start)
    by_rate, by_start = tape.gradient(loss, [rate, start])
    h = 1e-5
    central = (loss_after(rate + h, start) - loss_after(rate - h, start)) / (2 * h)
    np.testing.assert_allclose(by_rate, central, rtol=1e-6)
    direction = tf.constant(rng.normal(size=shape))
    ahead, behind = (loss_after(rate, start + s * h * direction) for s in (1.0, -1.0))
    np.testing.assert_allclose(
        tf.reduce_sum(by_start * direction), (ahead - behind) / (2 * h), rtol=1e-6
    )


def test_derivatives_of_zero_gradients_are_finite():
    w = tf.Variable(np.ones((3, 4)))
    for hyperball in (False, True):
        optimizer = Muon(0.1, stop_gradients=False, hyperball=hyperball)
        with tf.GradientTape() as tape:
            new = optimizer.step({"w": w}, {"w": 0.0 * w})
            loss = tf.reduce_sum(new.w**2)
        assert np.all(np.isfinite(tape.gradient(loss, w)))
