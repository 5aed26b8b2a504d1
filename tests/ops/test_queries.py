"""`get_item` and `set_item` with arrays among the indices, against NumPy."""

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies as st

import keras_ivy as ivy

SHAPE = (3, 4, 2, 5)
X = np.random.default_rng(3).normal(size=SHAPE).astype("float32")


def part(size):
    """What may stand for an axis of a size, but for a boolean array."""
    whole = st.integers(-size, size - 1)
    return st.one_of(
        whole,
        st.builds(slice, st.none() | whole, st.none() | whole, st.sampled_from([None, 1, 2, -1])),
        st.builds(lambda i: np.array([i, -1]), whole),
        st.builds(lambda i, j: [[i], [j]], whole, whole),
    )


@st.composite
def queries(draw):
    """Parts for some of the axes, with `...` and None here and there."""
    count = draw(st.integers(1, len(SHAPE)))
    at = draw(st.integers(0, count))
    skipped = len(SHAPE) - count if draw(st.booleans()) else None
    parts = []
    for i in range(count):
        if skipped is not None and i == at:
            parts.append(Ellipsis)
        axis = i + (skipped if skipped is not None and i >= at else 0)
        parts.append(draw(part(SHAPE[axis])))
        if draw(st.integers(0, 4)) == 0:
            parts.append(None)
    return tuple(parts)


@hypothesis.settings(max_examples=80)
@hypothesis.given(queries())
def test_queries_are_those_of_numpy(query):
    np.testing.assert_array_equal(ivy.get_item(X, query), X[query])


MASK = X[..., 0, 0] > 0
TRUTHS = [
    MASK,
    (MASK, 1),
    (MASK[:, 0], slice(None), [0, 1, 1][: MASK[:, 0].sum()]),
    (slice(None), MASK[0], slice(1)),
    (0, MASK[0]),
    (Ellipsis, X[0, 0, 0] > 0),
    (None, MASK, None),
    np.zeros((3, 4), bool),
    True,
    np.bool_(False),
    [True, False, True],
    [],
    (slice(None), np.array([], "int64")),
    np.uint8([2, 0]),
    (X[0, :, 0, 0] > 0)[None].repeat(3, 0),
]


@pytest.mark.parametrize("query", TRUTHS, ids=range(len(TRUTHS)))
def test_truth_values_are_those_of_numpy(query):
    np.testing.assert_array_equal(ivy.get_item(X, query), X[query])
    tensors = tf.nest.map_structure(
        lambda q: tf.constant(q) if isinstance(q, np.ndarray) else q,
        list(query) if isinstance(query, tuple) else [query],
    )
    given = tuple(tensors) if isinstance(query, tuple) else tensors[0]
    np.testing.assert_array_equal(ivy.get_item(tf.constant(X), given), X[query])


@pytest.mark.parametrize(
    "query", [(slice(None), [0, -1]), ([2, 0], Ellipsis, 1), (MASK, 0), (None, [1])]
)
def test_values_are_written_where_queries_point(query):
    expected = X.copy()
    expected[query] = 7.0
    np.testing.assert_array_equal(ivy.set_item(X, query, 7.0), expected)
    values = np.arange(X[query].size, dtype="float32").reshape(X[query].shape)
    expected[query] = values
    np.testing.assert_array_equal(ivy.set_item(X, query, values), expected)


def test_sizes_may_be_unknown_while_traced():
    @tf.function(
        input_signature=[tf.TensorSpec((None, None, None, None)), tf.TensorSpec((None,), "int32")]
    )
    def look(x, i):
        return ivy.get_item(x, (slice(1, None), i, None)), ivy.get_item(x, x[:, :, 0, 0] > 0)

    one, other = look(X, np.int32([-1, 0]))
    np.testing.assert_array_equal(one, X[1:, [-1, 0], None])
    np.testing.assert_array_equal(other, X[X[:, :, 0, 0] > 0])


def test_gradients_pass_through():
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(ivy.get_item(x, (slice(None), [1, 1])) ** 2)
    expected = np.zeros_like(X)
    expected[:, 1] = 4 * X[:, 1]
    np.testing.assert_allclose(tape.gradient(y, x), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (([0], 0, 0, 0, 0), r"more indices than axes.*shape \(3, 4, 2, 5\)"),
        (np.zeros((4, 3), bool), r"here \(3, 4\)\. Received: a query of shape \(4, 3\)"),
        ((slice(None), np.zeros(3, bool)), r"here \(4,\)\. Received: a query of shape \(3,\)"),
        ((True, [0]), "query of its own"),
    ],
)
def test_queries_that_do_not_fit_are_refused(query, sentence):
    with pytest.raises(IndexError, match=sentence):
        ivy.get_item(X, query)


@pytest.mark.parametrize(
    "query", [0.5, 1j, np.float32([0, 1]), [0.0, 1.0], (slice(None), [0.5]), "a"]
)
def test_indices_are_whole_numbers(query):
    with pytest.raises(
        TypeError, match=r"takes whole numbers.*Received: query of dtype|Arrays hold numbers"
    ):
        ivy.get_item(X, query)
