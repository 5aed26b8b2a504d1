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
