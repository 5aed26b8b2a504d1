"""Muon against `optax.contrib.muon` in float64."""

import jax
import keras
import numpy as np
import optax
import pytest
import tensorflow as tf

from keras_ivy.optimizers import Muon
from keras_ivy.optimizers.formulas import variants
from keras_ivy.optimizers.formulas.orthogonal import orthogonalized, turns_of
from tests.optimizers.muon_runs import SHAPES, assert_near, draws, ours


def optaxs(transformation, steps=6):
    with jax.enable_x64(True):
        w = {path: jax.numpy.asarray(x) for path, x in draws(0, SHAPES).items()}
        state = transformation.init(w)
        update = jax.jit(transformation.update)
        for t in range(steps):
            updates, state = update(draws(t + 1, SHAPES), state, w)
            w = optax.apply_updates(w, updates)
        return {path: np.asarray(x) for path, x in w.items()}


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
