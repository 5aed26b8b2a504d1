"""The draws below every scheme: the values of `keras.random`, in every way they are made."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.initializers.random import sampling

LAWS = {
    "uniform": (sampling.uniform, keras.random.uniform, (-0.25, 0.75)),
    "normal": (sampling.normal, keras.random.normal, (0.5, 2.0)),
    "normal around zero": (sampling.normal, keras.random.normal, (0.0, 2.0)),
    "standard normal": (sampling.normal, keras.random.normal, (0.0, 1.0)),
    "truncated_normal": (sampling.truncated_normal, keras.random.truncated_normal, (0.5, 2.0)),
}
#: Below and above the size from which a draw runs as a graph.
SHAPES = [(3, 5), (sampling.LARGE - 1,), (1024, 1024), (4, 512, 1024)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("law", LAWS)
def test_values_are_those_of_keras_random(law, shape):
    ours, theirs, parameters = LAWS[law]
    np.testing.assert_array_equal(
        ours(shape, *parameters, "float32", 7), theirs(shape, *parameters, "float32", seed=7)
    )


@pytest.mark.parametrize("law", LAWS)
def test_large_draw_in_float64_has_the_values_of_its_operations(law):
    ours, _, parameters = LAWS[law]
    large = ours((1024, 1024), *parameters, "float64", 7)
    plain = getattr(tf.random, f"stateless_{ours.__name__}")(
        (1024, 1024), [7, 0], *parameters, "float64"
    )
    assert large.dtype == "float64"
    np.testing.assert_array_equal(large, plain)


@pytest.mark.parametrize("law", LAWS)
def test_large_draw_inside_a_graph_has_the_same_values(law):
    ours, _, parameters = LAWS[law]
    graph = tf.function(lambda: ours((1024, 1024), *parameters, "float32", 7))
    np.testing.assert_array_equal(graph(), ours((1024, 1024), *parameters, "float32", 7))


def test_large_draws_of_any_shape_share_one_trace():
    sampling.uniform((1024, 1024), -1.0, 1.0, "float32", 1)
    graph = sampling._graph(tf.random.stateless_uniform, "float32")
    for shape in ((2048, 1024), (2, 1024, 1024)):
        sampling.uniform(shape, -2.0, 2.0, "float32", 2)
    assert graph.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("seed", [0, -1, 2**31 - 2, 2**40, -(2**63)])
def test_any_integer_seed_is_that_of_keras(seed):
    np.testing.assert_array_equal(
        sampling.normal((4,), 0.0, 1.0, "float32", seed), keras.random.normal((4,), seed=seed)
    )
