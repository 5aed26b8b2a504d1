"""`...` in the patterns of `einops_rearrange`, `einops_repeat` and `einops_reduce`."""

import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import ops

X = np.arange(120, dtype="float32").reshape(2, 3, 4, 5)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("b ... d -> b (...) d", X.reshape(2, 12, 5)),
        ("b ... d -> b ... d", X),
        ("... d -> d ...", np.moveaxis(X, -1, 0)),
        ("... d -> (...) d", X.reshape(24, 5)),
        ("b ... -> (b ...)", X.reshape(-1)),
        ("a b c d ... -> (a ...) (b c d)", X.reshape(2, 60)),
        ("a b c d ... -> a (...) b c d", X[:, None]),
    ],
)
def test_rearrange_joins_what_the_dots_stand_for(pattern, wanted):
    np.testing.assert_array_equal(ops.einops_rearrange(X, pattern), wanted)
    traced = tf.function(
        lambda x: ops.einops_rearrange(x, pattern),
        input_signature=[tf.TensorSpec((None, 3, None, 5))],
    )
    np.testing.assert_array_equal(traced(X), wanted)


def test_repeat_and_reduce_keep_the_dots():
    np.testing.assert_array_equal(ops.einops_repeat(X, "... -> b ...", b=2), np.stack([X, X]))
    np.testing.assert_array_equal(ops.einops_reduce(X, "b ... d -> b d", "max"), X.max((1, 2)))
    np.testing.assert_array_equal(
        ops.einops_reduce(X, "b ... d -> (...) d", "max"), X.max(0).reshape(12, 5)
    )
