"""Muon against optax, Keras and explicit loops over heads, gates, groups and experts."""

import jax
import keras
import numpy as np
import optax
import pytest
import tensorflow as tf

from keras_ivy.optimizers import Muon
from keras_ivy.optimizers.formulas import variants
from keras_ivy.optimizers.formulas.orthogonal import orthogonalized, turns_of
from tests.optimizers.cases import variable_at

QUINTIC = (3.4445, -4.7750, 2.0315)


def orthogonal(x, epsilon=1e-8, steps=5, coefficients=(QUINTIC,)):
    """The iteration as published, on one matrix."""
    a, b, c = zip(*(list(coefficients) + [coefficients[-1]] * steps)[:steps], strict=True)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (np.linalg.norm(x) + epsilon)
    for i in range(steps):
        gram = x @ x.T
        x = a[i] * x + (b[i] * gram + c[i] * gram @ gram) @ x
    return x.T if tall else x


# -- peers -------------------------------------------------------------------------------------

SHAPES = {
    "a/kernel": (6, 4), "wide/kernel": (3, 9), "square/kernel": (5, 5), "tall/kernel": (11, 3),
    "a/bias": (4,), "scale": (), "conv/kernel": (2, 2, 3, 2),
}  # fmt: skip


def draws(seed, shapes):
    rng = np.random.default_rng(seed)
    return {path: rng.normal(size=shape) for path, shape in shapes.items()}


def ours(optimizer, steps=6, wrap=lambda fn: fn, dtype="float64"):
    """Weights after steps on Keras's side."""
    vs = [variable_at(path, w, dtype) for path, w in draws(0, SHAPES).items()]
    optimizer.build(vs)
    apply = wrap(lambda *grads: optimizer.apply(list(grads), vs))
    for t in range(steps):
        apply(*(tf.constant(g, dtype) for g in draws(t + 1, SHAPES).values()))
    return {path: v.numpy() for path, v in zip(SHAPES, vs, strict=True)}


def optaxs(transformation, steps=6):
    with jax.enable_x64(True):
        w = {path: jax.numpy.asarray(x) for path, x in draws(0, SHAPES).items()}
        state = transformation.init(w)
        update = jax.jit(transformation.update)
        for t in range(steps):
            updates, state = update(draws(t + 1, SHAPES), state, w)
            w = optax.apply_updates(w, updates)
        return {path: np.asarray(x) for path, x in w.items()}


def assert_near(got, want, bound):
    assert set(got) == set(want)
    for path in got:
        error = np.max(np.abs(got[path] - want[path])) / np.max(np.abs(want[path]))
        assert error <= bound, f"{path}: off by {error:.1e}"


def halving(count):
    return 0.1 * 0.5 ** (count // 2)


class Halving(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1 * 0.5 ** tf.cast(step // 2, tf.float64)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ({}, {}),
        ({"nesterov": False, "weight_decay": 0.3}, {"nesterov": False, "weight_decay": 0.3}),
        (
            {"momentum": 0.7, "steps": 3, "adam_weight_decay": 0.2, "adam_learning_rate": None},
            {"beta": 0.7, "ns_steps": 3, "adam_weight_decay": 0.2, "adam_learning_rate": None},
        ),
        ({"learning_rate": Halving()}, {"learning_rate": halving}),
        (
            {"adam_learning_rate": Halving(), "adam_beta_1": 0.8, "adam_beta_2": 0.95},
            {"adam_learning_rate": halving, "adam_b1": 0.8, "adam_b2": 0.95},
        ),
        ({"steps": 7}, {"ns_steps": 7}),
    ],
    ids=["defaults", "plain momentum", "options", "schedule", "adam's schedule", "more steps"],
)
def test_paper_is_optaxs(own, others):
    wanted = {"learning_rate": 0.02, "adam_learning_rate": 3e-4} | others
    assert_near(ours(Muon(**own)), optaxs(optax.contrib.muon(**wanted)), 1e-12)


def test_scale_of_moonlight_is_optaxs():
    """Of one step: what comes before the matrix is made orthogonal is another mixture later on."""
    both = {"learning_rate": 0.1, "weight_decay": 0.1}
    got = ours(Muon(**both, variant="moonlight"), steps=1)
    want = optaxs(optax.contrib.muon(**both, consistent_rms=0.2), steps=1)
    matrices = [path for path, shape in SHAPES.items() if len(shape) == 2]
    assert_near({p: got[p] for p in matrices}, {p: want[p] for p in matrices}, 1e-6)


def test_coefficients_of_dion_are_optaxs():
    kept = variants.MUON["dion"].coefficients
    coefficients = optax.contrib._muon._DION_NS_COEFFS
    assert list(kept) == coefficients
    x = np.random.default_rng(0).normal(size=(4, 9))
    with jax.enable_x64(True):
        want = optax.contrib._muon.orthogonalize_via_newton_schulz(
            jax.numpy.asarray(x), jax.numpy.asarray(coefficients)
        )
    got = orthogonalized(tf.constant(x[None]), turns_of(kept, 5), 1e-8)[0]
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


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
