"""Gradients of some rows: as their dense equal, or, with lazy slots, of those rows alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LossScaleOptimizer
from tests.optimizers.cases import CASES, FEW

SHAPE = (6, 3)
WRAPS = {
    "eager": lambda fn: fn,
    "function": tf.function,
    "xla": lambda fn: tf.function(fn, jit_compile=True),
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
    w = keras.Variable(value, dtype="float64")
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


@every_way
@pytest.mark.parametrize("lazy", [True, False])
@pytest.mark.parametrize("name", OPTIONS)
def test_rows_equal_the_dense_gradient_with_every_option(name, lazy, wrap):
    rows = [0, 1, 2, 3, 4, 5, 2, 0]  # All of them, so that lazy slots have nothing to leave out.
    grads = [slices(t, rows) for t in range(4)]
    make = lambda: CASES["lamb-paper"].make(lazy_slots=lazy, **OPTIONS[name])
    want = trained(make(), start(), [tf.convert_to_tensor(g) for g in grads])
    np.testing.assert_allclose(trained(make(), start(), grads, wrap), want, rtol=1e-11)
    assert np.abs(want - start()).max() > 1e-4


@pytest.mark.parametrize("scaler", [LossScaleOptimizer, keras.optimizers.LossScaleOptimizer])
@pytest.mark.parametrize("wrap", [lambda fn: fn, tf.function], ids=["eager", "function"])
def test_lazy_slots_stay_lazy_under_a_loss_scale(scaler, wrap):
    make = lambda: CASES["adam-paper"].make(lazy_slots=True)
    grads = [slices(t, [t, 3]) for t in range(3)]
    scaled = [tf.IndexedSlices(8.0 * g.values, g.indices, g.dense_shape) for g in grads]
    got = trained(scaler(make(), initial_scale=8.0), start(), scaled, wrap)
    np.testing.assert_allclose(got, trained(make(), start(), grads), rtol=1e-6)
    np.testing.assert_array_equal(got[4:], start()[4:])
