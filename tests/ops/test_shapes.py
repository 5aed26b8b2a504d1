"""`reshape` with sizes that are known only at run time."""

import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import ops

X = np.arange(48, dtype="float32").reshape(2, 4, 6)


@pytest.mark.parametrize(
    ("shape", "traced", "concrete"),
    [
        ((None, -1), (None, 24), (2, 24)),
        ((None, 3, -1), (None, 3, 8), (2, 3, 8)),
        ((None, 4, 3, 2), (None, 4, 3, 2), (2, 4, 3, 2)),
        ((None, None, 2, 3), (None, 4, 2, 3), (2, 4, 2, 3)),
        ((-1, None), (None, 4), (12, 4)),
    ],
)
def test_reshape_takes_none_for_the_size_that_is_there(shape, traced, concrete):
    graph = tf.function(
        lambda x: ops.reshape(x, shape), input_signature=[tf.TensorSpec((None, 4, 6))]
    )
    assert tuple(graph.get_concrete_function().output_shapes) == traced
    np.testing.assert_array_equal(graph(X), X.reshape(concrete))
    np.testing.assert_array_equal(ops.reshape(X, shape), X.reshape(concrete))


def test_reshape_takes_several_unknown_sizes():
    graph = tf.function(
        lambda x: ops.reshape(x, (None, None, -1, 2)),
        input_signature=[tf.TensorSpec((None, None, 6))],
    )
    np.testing.assert_array_equal(graph(X), X.reshape(2, 4, 3, 2))


def test_reshape_with_none_keeps_the_batch():
    graph = tf.function(
        lambda x: ops.reshape(x, (None, 4)), input_signature=[tf.TensorSpec((None, 4, 6))]
    )
    with pytest.raises(tf.errors.InvalidArgumentError):
        graph(X)


def test_reshape_refuses_none_beyond_the_axes():
    with pytest.raises(ValueError, match=r"same axis\. Received: shape=\(2, 4, 6, None\)"):
        ops.reshape(X, (2, 4, 6, None))


def test_shape_is_the_function_not_the_file():
    assert ops.shape(X) == (2, 4, 6)
