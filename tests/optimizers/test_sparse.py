"""Gradients of some rows: as their dense equal, or, with lazy slots, of those rows alone."""

import functools
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import SGD, LossScaleOptimizer, Rule
from keras_ivy.optimizers.keras_side import fast
from keras_ivy.optimizers.keras_side.sparse import Rows
from tests.optimizers.cases import CASES, FEW, traced, variable_at

SHAPE = (6, 3)
WRAPS = {
    "eager": lambda fn: fn,
    "function": traced,
    "xla": lambda fn: tf.function(fn, autograph=False, jit_compile=True),
}
every_way = pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)


def start():
    return np.random.default_rng(0).normal(size=SHAPE)


def slices(step, rows):
    """A gradient with these rows, some of them more than once."""
    values = np.random.default_rng(1 + step).normal(size=(len(rows), SHAPE[1]))
    return tf.IndexedSlices(tf.constant(values), tf.constant(rows), tf.constant(SHAPE))


def trained(optimizer, value, grads, wrap=lambda fn: fn):
    """The variable, as an array, after a step for each gradient."""
    w = keras.Variable(value, dtype="float64", name="embedding")  # Rows, to Muon too.
    optimizer.build([w])
    apply = wrap(lambda g: optimizer.apply([g], [w]))
    for g in grads:
        apply(g)
    return w.numpy()


@every_way
@pytest.mark.parametrize("name", FEW)
def test_lazy_slots_leave_other_rows_alone(name, wrap):
    rows = [4, 1, 4]
    optimizer = CASES[name].make(lazy_slots=True)
    grads = [slices(t, rows) for t in range(3)]
    got = trained(optimizer, start(), grads, wrap)
    # The rows that are touched are trained as a variable of their own.
    alone = CASES[name].make()
    own = [tf.gather(tf.convert_to_tensor(g), [1, 4]) for g in grads]
    np.testing.assert_allclose(got[[1, 4]], trained(alone, start()[[1, 4]], own), rtol=1e-11)
    others = [0, 2, 3, 5]
    np.testing.assert_array_equal(got[others], start()[others])
    for slot, want in zip(optimizer._slots[0], alone._slots[0], strict=True):
        np.testing.assert_allclose(slot.numpy()[[1, 4]], want.numpy(), rtol=1e-11)
        np.testing.assert_array_equal(slot.numpy()[others], 0.0)


def test_slots_that_are_not_lazy_move_all_rows():
    got = trained(CASES["adam-paper"].make(), start(), [slices(0, [0, 1]), slices(1, [2, 3])])
    assert (np.abs(got - start()).max(axis=1) > 1e-6).tolist() == [True] * 4 + [False] * 2


OPTIONS = {
    "clipnorm": {"clipnorm": 0.5},
    "clipvalue": {"clipvalue": 0.3},
    "global_clipnorm": {"global_clipnorm": 0.5},
    "loss scale": {"loss_scale_factor": 4.0},
    "accumulation": {"gradient_accumulation_steps": 2},
    "averages": {"use_ema": True, "ema_overwrite_frequency": 2},
    "skip": {"skip_nonfinite": True},
    "all": {
        "global_clipnorm": 0.5,
        "loss_scale_factor": 4.0,
        "gradient_accumulation_steps": 2,
        "use_ema": True,
        "ema_overwrite_frequency": 2,
        "skip_nonfinite": True,
    },
}


#: All rows, so that lazy slots have nothing to leave out, and some of them more than once.
ROWS = [0, 1, 2, 3, 4, 5, 2, 0]


@functools.cache
def trained_with(dense, way):
    """By options and laziness: the variable after four steps by rows, or by their dense equals.

    All make their steps in one function, for which XLA takes less time than for one of each.
    """
    grads = [slices(t, ROWS) for t in range(4)]
    grads = [tf.convert_to_tensor(g) for g in grads] if dense else grads
    made = {}
    for name, lazy in itertools.product(OPTIONS, (True, False)):
        w = keras.Variable(start(), dtype="float64", name="embedding")
        made[name, lazy] = CASES["lamb-paper"].make(lazy_slots=lazy, **OPTIONS[name]), w
        made[name, lazy][0].build([w])

    def apply(grad):
        for optimizer, w in made.values():
            optimizer.apply([grad], [w])

    apply = WRAPS[way](apply)
    for grad in grads:
        apply(grad)
    return {key: w.numpy() for key, (_, w) in made.items()}


@pytest.mark.parametrize("way", WRAPS)
@pytest.mark.parametrize("lazy", [True, False])
@pytest.mark.parametrize("name", OPTIONS)
def test_rows_equal_the_dense_gradient_with_every_option(name, lazy, way):
    want = trained_with(dense=True, way="eager")[name, lazy]
    got = trained_with(dense=False, way=way)[name, lazy]
    np.testing.assert_allclose(got, want, rtol=1e-11)
    assert np.abs(want - start()).max() > 1e-4


@pytest.mark.parametrize("scaler", [LossScaleOptimizer, keras.optimizers.LossScaleOptimizer])
@pytest.mark.parametrize("wrap", [lambda fn: fn, traced], ids=["eager", "function"])
def test_lazy_slots_stay_lazy_under_a_loss_scale(scaler, wrap):
    make = lambda: CASES["adam-paper"].make(lazy_slots=True)
    grads = [slices(t, [t, 3]) for t in range(3)]
    scaled = [tf.IndexedSlices(8.0 * g.values, g.indices, g.dense_shape) for g in grads]
    got = trained(scaler(make(), initial_scale=8.0), start(), scaled, wrap)
    np.testing.assert_allclose(got, trained(make(), start(), grads), rtol=1e-6)
    np.testing.assert_array_equal(got[4:], start()[4:])


#: Options of SGD, and whether a sparse gradient stays sparse under them.
PLAIN = {
    "plain": ({}, True),
    "clipnorm": ({"clipnorm": 0.5}, True),
    "clipvalue": ({"clipvalue": 0.3}, True),
    "global clipnorm": ({"global_clipnorm": 0.5}, True),
    "averages": ({"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2}, True),
    "nonfinite": ({"skip_nonfinite": True}, True),
    "multiplier": ({"rules": [Rule("table", lr_multiplier=0.5)]}, True),
    "momentum": ({"momentum": 0.9}, False),
    "decay": ({"weight_decay": 0.1}, False),
    "decay by a rule": ({"rules": [Rule("table", decay=0.1)]}, False),
    "sums": ({"gradient_accumulation_steps": 2}, False),
}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("build", [True, False])
@pytest.mark.parametrize("wrap", [lambda fn: fn, traced], ids=["eager", "function"])
@pytest.mark.parametrize("name", PLAIN)
def test_sgd_stays_sparse_where_no_other_row_moves(name, wrap, build, dtype, monkeypatch):
    options, stays = PLAIN[name]
    seen = []
    plan = fast.plan

    def note(jobs, optimizer):
        seen.extend(isinstance(job.grad, Rows) for job in jobs)
        return plan(jobs, optimizer)

    monkeypatch.setattr(fast, "plan", note)
    tables = [variable_at("table", start(), dtype) for _ in range(2)]
    optimizers = [SGD(0.25, **options) for _ in tables]
    if build:
        optimizers[0].build(tables[:1])
    indices = tf.constant([1, 0, 1])
    values = tf.constant(np.random.default_rng(1).normal(size=(3, *start().shape[1:])), dtype)
    sparse = tf.IndexedSlices(values, indices, tf.constant(start().shape))
    step = wrap(lambda: optimizers[0].apply([sparse], tables[:1]))
    for _ in range(2):
        step()
        optimizers[1].apply([tf.convert_to_tensor(sparse)], tables[1:])
    assert seen[0] is stays
    bound = 1e-6 if dtype == "float32" else 2e-2
    got, want = (tf.cast(table, "float64") for table in tables)
    np.testing.assert_allclose(got, want, atol=bound)


class Decaying(SGD):
    """A subclass whose formula moves every row."""

    def _update(self, w, g, *rest):
        return super()._update(0.5 * w, g, *rest)


def test_whose_formula_moves_every_row_is_handed_every_row():
    table = variable_at("table", [[2.0], [4.0]])
    grad = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([1]), tf.constant([2, 1]))
    Decaying(0.5).apply([grad], [table])
    assert table.numpy().tolist() == [[1.0], [1.5]]
