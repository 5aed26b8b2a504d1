"""The state of `step` in checkpoints and SavedModels."""

import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container import Container
from tests.optimizers.cases import CASES, FEW

few_cases = pytest.mark.parametrize("case", [CASES[name] for name in FEW], ids=FEW)
START = Container(enc=Container(w=[3.0, 4.0], b=[1.0]))


def run(optimizer, v, steps, wrap=lambda fn: fn):
    """The variables after some steps on gradients that depend on them and on the step."""
    step = wrap(optimizer.step)
    for t in steps:
        v = step(v, v.map(lambda x, t=t: x * (1.0 + t)))
    return v


def arrays(v):
    return [np.asarray(x) for x in tree.leaves(v)]


def assert_same(got, want):
    for a, b in zip(arrays(got), arrays(want), strict=True):
        np.testing.assert_array_equal(a, b)


@few_cases
@pytest.mark.parametrize("wrap", [lambda fn: fn, tf.function], ids=["eager", "function"])
def test_checkpoint_holds_the_state_of_steps(case, wrap, tmp_path):
    optimizer = case.make()
    middle = run(optimizer, START.map(tf.constant), range(3), wrap)
    path = tf.train.Checkpoint(optimizer=optimizer).save(tmp_path / "c")
    want = run(optimizer, middle, range(3, 6), wrap)
    fresh = case.make()
    tf.train.Checkpoint(optimizer=fresh).restore(path).assert_consumed()
    assert int(fresh.state.count) == 3
    assert_same(run(fresh, middle, range(3, 6), wrap), want)
    # One that has gone on goes back, whichever way it is run then.
    tf.train.Checkpoint(optimizer=optimizer).restore(path).assert_consumed()
    assert int(optimizer.state.count) == 3
    np.testing.assert_allclose(
        np.concatenate(arrays(run(optimizer, middle, range(3, 6)))),
        np.concatenate(arrays(want)),
        rtol=1e-6,
    )
    assert np.abs(arrays(want)[0] - arrays(middle)[0]).max() > 1e-6


def test_checkpoint_holds_bfloat16_slots(tmp_path):
    make = lambda: CASES["adam-paper"].make(slot_dtype="bfloat16")
    optimizer, v = make(), Container(w=tf.constant([1.0, 2.0]))
    v = run(optimizer, v, range(2))
    path = tf.train.Checkpoint(optimizer=optimizer).save(tmp_path / "c")
    fresh = make()
    tf.train.Checkpoint(optimizer=fresh).restore(path).assert_consumed()
    assert fresh.state.vw.w.dtype == tf.bfloat16
    assert_same(run(fresh, v, range(2, 4)), run(optimizer, v, range(2, 4)))


def test_restored_state_is_not_restored_once_more(tmp_path):
    """Variables that a later trace makes hold what the steps since have left."""
    optimizer, v = CASES["adam-ivy"].make(), Container(w=tf.constant([1.0, 2.0]))
    v = run(optimizer, v, range(2), tf.function)
    path = tf.train.Checkpoint(optimizer=optimizer).save(tmp_path / "c")
    fresh = CASES["adam-ivy"].make()
    tf.train.Checkpoint(optimizer=fresh).restore(path)
    want = run(optimizer, v, range(2, 6))
    v = run(fresh, v, range(2, 4))
    np.testing.assert_allclose(run(fresh, v, range(4, 6), tf.function).w, want.w, rtol=1e-6)
    assert int(fresh.state.count) == 6


class Trainer(tf.Module):
    """What a user exports: a variable, an optimizer, and a function that steps."""

    def __init__(self, optimizer):
        super().__init__()
        self.w = tf.Variable([3.0, 4.0])
        self.optimizer = optimizer

    @tf.function(input_signature=[tf.TensorSpec([2])], autograph=False)
    def train(self, x):
        v = Container(enc=Container(w=tf.convert_to_tensor(self.w)))
        new = self.optimizer.step(v, v.map(lambda w: w * x))
        self.w.assign(new.enc.w)
        return tf.identity(self.w)


@few_cases
@pytest.mark.parametrize("steps", [0, 2])
def test_function_that_steps_is_exported_with_its_state(case, steps, tmp_path):
    trainer = Trainer(case.make())
    for _ in range(steps):
        trainer.train(tf.ones(2))
    tf.saved_model.save(trainer, tmp_path / "m")
    again = tf.saved_model.load(tmp_path / "m")
    for _ in range(3):
        got, want = again.train([1.0, 2.0]).numpy(), trainer.train([1.0, 2.0]).numpy()
        np.testing.assert_array_equal(got, want)
    assert np.abs(want - [3.0, 4.0]).max() > 1e-6
