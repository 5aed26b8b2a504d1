"""Integer seeds give the values of `keras.random`, whose seed `sampling` makes by itself.

If these fail, Keras makes another TensorFlow seed of an integer: repair `_tensorflow_seed`.
"""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.adapters import random_state
from keras_ivy.initializers.random import sampling

SEEDS = [0, 1, 12345, -7, 2**31 - 2, 2**31 - 1, 2**32 + 5, 2**63 - 1, -(2**63)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["uniform", "normal", "truncated_normal"])
def test_values_are_those_of_keras_random(name, seed, dtype):
    ours = getattr(sampling, name)((3, 5), -0.3, 0.7, dtype, seed)
    theirs = getattr(keras.random, name)((3, 5), -0.3, 0.7, dtype, seed)
    if (name, dtype) == ("uniform", "float64"):  # keras.random rounds -0.3 and 0.7 to float32
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=5e-8)
    else:
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("seed", [3, "generator"])
def test_ends_of_a_range_are_exact_in_float64(seed):
    seed = keras.random.SeedGenerator(3) if seed == "generator" else seed
    values = sampling.uniform((4,), 0.1, 0.1, "float64", seed)
    np.testing.assert_array_equal(values, np.full(4, 0.1))


def test_generators_advance_as_in_keras_random():
    ours, theirs = keras.random.SeedGenerator(3), keras.random.SeedGenerator(3)
    for _ in range(2):
        np.testing.assert_array_equal(
            sampling.normal((4,), 0.0, 1.0, "float32", ours), keras.random.normal((4,), seed=theirs)
        )


@pytest.mark.parametrize("keep", [False, True])
def test_global_generators_are_seeded_for_a_while(keep):
    """`adapters.random_state` knows the places of all four, of which two are private."""

    def draws():
        return (
            random.random(),
            float(np.random.random()),
            float(keras.random.uniform(())),
            float(tf.random.uniform(())),
        )

    keras.utils.set_random_seed(3)
    expected = [draws(), draws()]
    keras.utils.set_random_seed(3)
    found = [draws()]
    with random_state.seeded(5, keep_kernels=keep):
        inside = [draws(), draws()]
    assert [*found, draws()] == expected
    with random_state.seeded(5, keep_kernels=keep):
        assert [draws(), draws()] == inside
    assert not set(inside[0]) & {x for row in expected for x in row}
    np.random.seed(5)
    assert inside[0][:2] == (random.Random(5).random(), float(np.random.random()))


def test_kernels_stay_where_nothing_draws():
    """Or else the next call of every compiled function loads it anew, and begins its draws anew."""

    @tf.function
    def draw():
        return tf.random.uniform((), seed=3)

    tf.random.set_seed(1)
    first = float(draw())
    with random_state.seeded(5, keep_kernels=True):
        keras.random.uniform(())
    second = float(draw())
    assert second != first
    random_state.forget_kernels()
    assert float(draw()) == first
