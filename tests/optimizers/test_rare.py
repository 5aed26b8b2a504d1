"""What happens rarely: infinities in sparse rows, tensors of zeros, steps on a part, rounding."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import Container
from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, LossScaleOptimizer
from keras_ivy.optimizers.formulas.rounding import rounded
from keras_ivy.optimizers.keras_side import fast
from keras_ivy.optimizers.keras_side.gradients import clip_by_global_norm, norm_of_all

WRAPS = {"eager": lambda fn: fn, "function": tf.function}
both_ways = pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)


def rows_of(values, rows, count=4):
    values = tf.constant(values, tf.float32)
    return tf.IndexedSlices(values, tf.constant(rows), tf.constant([count, values.shape[1]]))


# -- infinities -----------------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("lazy", [True, False])
def test_a_loss_scale_sees_infinities_in_sparse_rows(bad, lazy, wrap):
    w = keras.Variable(np.ones((4, 2), "float32"))
    optimizer = LossScaleOptimizer(Adam(0.1, lazy_slots=lazy), initial_scale=8.0)
    optimizer.build([w])
    wrap(lambda g: optimizer.apply([g], [w]))(rows_of([[1.0, bad]], [2]))
    np.testing.assert_array_equal(w, np.ones((4, 2)))
    assert float(optimizer.dynamic_scale) == 4.0
    assert int(optimizer.inner_optimizer.iterations) == 0


# -- tensors of zeros -----------------------------------------------------------------------------


def apex_larc(w, g, m, rate, decay, coefficient, momentum):
    """One step as NVIDIA's LARC around PyTorch's SGD takes it, written out from its source."""
    weight_norm, gradient_norm = np.linalg.norm(w), np.linalg.norm(g)
    if weight_norm != 0 and gradient_norm != 0:
        local = coefficient * weight_norm / (gradient_norm + weight_norm * decay)
        g = (g + decay * w) * min(local / rate, 1.0)
    m = momentum * m + g
    return w - rate * m, m


@pytest.mark.parametrize("way", ["apply", "step", "function"])
@pytest.mark.parametrize("frozen", ["gradient", "weight", "neither"])
def test_larc_does_not_decay_what_it_does_not_adapt(frozen, way):
    rng = np.random.default_rng(0)
    start = np.zeros(3) if frozen == "weight" else rng.standard_normal(3)
    grad = np.zeros(3) if frozen == "gradient" else rng.standard_normal(3)
    arguments = {"weight_decay": 0.5, "trust_coefficient": 0.02, "momentum": 0.9}
    optimizer = LARS(0.1, variant="larc", **arguments)
    w, m, wanted = start, np.zeros(3), []
    for _ in range(3):
        w, m = apex_larc(w, grad, m, 0.1, 0.5, 0.02, 0.9)
        wanted.append(w)
    if way == "step":
        v = Container(w=tf.constant(start))
        for target in wanted:
            v = optimizer.step(v, Container(w=tf.constant(grad)))
            np.testing.assert_allclose(v.w, target, rtol=1e-10)
        return
    variable = keras.Variable(start, dtype="float64")
    optimizer.build([variable])
    apply = WRAPS.get(way, WRAPS["eager"])(lambda g: optimizer.apply([g], [variable]))
    for target in wanted:
        apply(tf.constant(grad))
        np.testing.assert_allclose(variable, target, rtol=1e-10)


@pytest.mark.parametrize(("size", "ratio"), [(1e-4, 0.01), (1e4, 10.0), (0.5, 0.5 / 10**0.5)])
def test_deepspeeds_trust_ratio_stays_between_a_hundredth_and_ten(size, ratio):
    """Its defaults are `min_coeff=0.01` and `max_coeff=10`.

    It corrects the rate, not the moments: in the first step the direction that the ratio sees is
    `0.1 * g / sqrt(0.001 * g**2)`, which is the root of ten, and the corrected one is 1.
    """
    variable = keras.Variable(np.full(4, size), dtype="float64")
    optimizer = LAMB(0.001, variant="deepspeed", epsilon=1e-12)
    optimizer.apply([tf.constant([1.0, 1.0, 1.0, 1.0], tf.float64)], [variable])
    np.testing.assert_allclose(variable, size - 0.001 * ratio, rtol=1e-6)


# -- a part of what there is ----------------------------------------------------------------------


@both_ways
def test_a_step_on_some_paths_keeps_the_moments_of_the_others(wrap):
    optimizer, alone = Adam(0.1), Adam(0.1)
    v = Container(a=tf.constant([1.0]), b=tf.constant([2.0]))
    grads = Container(a=tf.constant([0.5]), b=tf.constant([0.25]))
    step = wrap(optimizer.step)
    step(v, grads)
    kept = optimizer.state
    step(Container(a=v.a), Container(a=grads.a))
    state = optimizer.state
    assert float(state.mw.b[0]) == float(kept.mw.b[0]) == 0.25  # Ivy's first step: the gradient.
    assert float(state.vw.b[0]) == float(kept.vw.b[0])
    for _ in range(2):
        alone.step(Container(a=v.a), Container(a=grads.a))
    assert float(state.mw.a[0]) == float(alone.state.mw.a[0])


@pytest.mark.parametrize("jit_compile", [None, True])
@pytest.mark.parametrize(
    "make",
    [lambda **k: SGD(0.1, momentum=0.5, **k), lambda **k: Adam(0.1, **k)],
    ids=["sgd", "adam"],
)
def test_rows_with_some_zeros_are_touched_whole(make, jit_compile):
    """Accumulated rows have no indices: a row takes part if any of its values is not zero."""
    grads = [[[1.0, 0.0, 2.0]], [[0.0, 0.0, 0.0]], [[0.0, 3.0, 0.0]], [[0.0, 0.0, 0.0]]]
    start = np.ones((4, 3), "float32")
    w = keras.Variable(start)
    optimizer = make(lazy_slots=True, gradient_accumulation_steps=2)
    optimizer.build([w])
    apply = tf.function(lambda g: optimizer.apply([g], [w]), jit_compile=jit_compile)
    own, alone = keras.Variable(start[2:3]), make()
    for g in grads:
        apply(rows_of(g, [2]))
    for first, second in zip(grads[::2], grads[1::2], strict=True):
        alone.apply([(tf.constant(first) + tf.constant(second)) / 2], [own])
    np.testing.assert_allclose(w.numpy()[2:3], own, rtol=1e-6)
    np.testing.assert_array_equal(w.numpy()[[0, 1, 3]], start[[0, 1, 3]])


# -- rounding at random ---------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("part", [0.0, 0.25, 0.5, 0.9])
def test_rounding_to_bfloat16_has_the_right_mean(part, sign):
    """Between 1 and its neighbour 1 + 2**-7; five standard errors of 40,000 draws."""
    x = tf.fill([40_000], np.float32(sign * (1.0 + part * 2.0**-7)))
    found = tf.cast(rounded(x, "bfloat16", (3, 1, 0)), tf.float64)
    up = (np.abs(found) - 1.0) * 2.0**7
    assert set(np.unique(up)) <= {0.0, 1.0}
    assert abs(up.mean() - part) <= 5 * np.sqrt(part * (1 - part) / 40_000)


def test_rounding_leaves_what_bfloat16_holds_and_what_is_not_finite():
    exact = tf.constant([0.0, 1.0, -2.5, 2.0**100, np.inf, -np.inf, np.nan])
    for step in range(20):
        found = rounded(exact, "bfloat16", (step, 0, 1))
        np.testing.assert_array_equal(tf.cast(found, tf.float32), exact)


def test_rounding_repeats_for_a_step_and_differs_between_steps_tensors_and_slots():
    x = tf.fill([1000], np.float32(1.0 + 2.0**-8))
    seeds = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
    draws = [tf.cast(rounded(x, "bfloat16", seed), tf.float32).numpy() for seed in seeds]
    again = tf.cast(rounded(x, "bfloat16", seeds[0]), tf.float32).numpy()
    np.testing.assert_array_equal(draws[0], again)
    for i, first in enumerate(draws):
        for second in draws[i + 1 :]:
            assert 0.4 < np.mean(first != second) < 0.6


@both_ways
def test_bfloat16_moments_move_where_rounding_to_nearest_would_hold_them(wrap):
    """A second moment at 1 that wants to be 4 gains .003 a step; bfloat16's next number is 1.0078.

    The mean over many weights follows the float32 moment; rounded to nearest it would stay at 1.
    """
    w = keras.Variable(np.ones(4096, "float32"))
    optimizer = Adam(1e-6, variant="paper", slot_dtype="bfloat16")
    optimizer.build([w])
    (velocity,) = optimizer.variables[-1:]
    assert velocity.shape == w.shape
    assert velocity.dtype == "bfloat16"
    velocity.assign(np.ones(velocity.shape, "float32"))
    apply = wrap(lambda g: optimizer.apply([g], [w]))
    for _ in range(20):
        apply(tf.fill([4096], 2.0))
    wanted = 4.0 - 3.0 * 0.999**20
    mean = float(tf.reduce_mean(tf.cast(velocity.value, tf.float32)))
    assert mean == pytest.approx(wanted, abs=2e-3)


# -- clipping, and memory -------------------------------------------------------------------------


def test_the_global_norm_takes_tensors_of_any_type_and_empty_ones():
    """The norm of (3), (4, 0), () and (12) is 13, in whatever types they come."""
    values = [
        tf.constant([3.0], tf.float16),
        tf.constant([[4.0, 0.0]], tf.float64),
        tf.zeros((0, 5)),
        tf.constant(12.0, tf.bfloat16),
    ]
    clipped = clip_by_global_norm(values, 6.5)
    for before, after in zip(values, clipped, strict=True):
        assert after.dtype == before.dtype
        assert after.shape == before.shape
        np.testing.assert_allclose(
            tf.cast(after, tf.float32), tf.cast(before, tf.float32) / 2, rtol=1e-3
        )
    assert float(norm_of_all(values)) == 13.0


@pytest.mark.parametrize("seed", range(5))
def test_batches_of_a_step_are_no_larger_than_its_largest_tensor(seed):
    """And each has a spare variable of its own: tensors of one turn go together."""
    rng = np.random.default_rng(seed)
    sizes, turns = rng.integers(1, 3 * fast.SMALL, 60), rng.integers(0, 3, 60)
    jobs = [types.SimpleNamespace(size=int(size), variables=[None]) for size in sizes]
    spares = types.SimpleNamespace(turns=lambda variables: turns.tolist())
    batches = fast.batched(jobs, spares)
    turn_of = {id(job): int(turn) for job, turn in zip(jobs, turns, strict=True)}
    assert sorted(id(job) for batch in batches for job in batch) == sorted(map(id, jobs))
    limit = max(fast.SMALL, sizes.max())
    for before, batch in zip([[], *batches], batches, strict=False):
        assert sum(job.size for job in batch) <= limit
        assert len({turn_of[id(job)] for job in batch}) == 1
        # None waits in a batch of its own that had room in the one before.
        same = before and turn_of[id(before[0])] == turn_of[id(batch[0])]
        assert not same or sum(job.size for job in before) + batch[0].size > limit


@pytest.mark.parametrize("cls", [Adam, LAMB])
@pytest.mark.parametrize("own", [False, True])
def test_moments_are_averaged_by_the_betas_that_were_given(cls, own):
    """Not by float32 ones, by whose rounding `1 - beta_2` is 1.3e-5 off: the kernel's alone are."""

    class Own(cls):
        def update_step(self, gradient, variable, learning_rate):
            return super().update_step(gradient, variable, learning_rate)

    optimizer = (Own if own else cls)(0.1, variant="paper")
    grads = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
    w = keras.Variable(np.ones(5, "float32"))
    for g in grads:
        if own:
            optimizer.apply([tf.constant(g)], [w])
        else:
            optimizer.step({"w": w}, {"w": tf.constant(g)})
    m = v = 0.0
    for g in grads.astype("float64"):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    slots = optimizer.state
    np.testing.assert_allclose(slots["mw"].flatten().popitem()[1], m, rtol=5e-7, atol=1e-7)
    np.testing.assert_allclose(slots["vw"].flatten().popitem()[1], v, rtol=5e-7)
