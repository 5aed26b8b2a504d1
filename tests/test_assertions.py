"""`ivy.utils.assertions`: what holds passes, what does not raises Ivy's and Python's errors."""

import doctest

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.utils import assertions
from keras_ivy.utils.assertions import shapes
from keras_ivy.utils.assertions import values as of_values

X = tf.constant([1.0, 2.0])


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("check_less", (X, 3.0), (X, 2.0)),
        ("check_greater", (X, 0), (X, tf.constant([0, 2]))),
        ("check_equal", (X, [1, 2]), (X, [1, 3])),
        ("check_exists", (0,), (None,)),
        ("check_elem_in_list", ("a", ["a", "b"]), ("c", ["a", "b"])),
        ("check_true", (True,), (False,)),
        ("check_false", (False,), (True,)),
        ("check_all", ([True, True],), ([True, False],)),
        ("check_any", ([True, False],), ([False, False],)),
        ("check_shape", (X, [0, 0]), (X, [0])),
        ("check_same_dtype", (X, np.float32(1)), (X, np.float64(1))),
        ("check_gather_input_valid", (X, X, 0, 0), (X, X, 0, 1)),
        ("check_gather_nd_input_valid", (X, [[0]], 0), (X, [[0, 0]], 0)),
        ("check_unsorted_segment_valid_params", (X, [0, 1], 2), (X, [0, 2], 2)),
        ("check_unsorted_segment_valid_params", (X, [0, 1], 2), (X, [0], 2)),
        ("check_inplace_sizes_valid", (X, [1.0]), (X, [1.0, 2.0, 3.0])),
        ("check_shapes_broadcastable", ((2, 3), (3,)), ((3,), (2, 3))),
        ("check_dimensions", ([[1]],), ([1],)),
        ("check_kernel_padding_size", ([3], [[1, 1]]), ([3], [[2, 0]])),
        ("check_dev_correct_formatting", ("gpu:0",), ("gpu",)),
    ],
)
def test_what_holds_passes_and_what_does_not_raises(name, good, bad):
    check = getattr(ivy.utils.assertions, name)
    assert check(*good) is None
    with pytest.raises(ValueError) as raised:
        check(*bad)
    assert isinstance(raised.value, ivy.exceptions.IvyException)


def test_types_raise_type_errors():
    with pytest.raises(TypeError, match=r"type of x must be one of.*of type str"):
        assertions.check_isinstance("a", int)
    with pytest.raises(TypeError, match=r"num_segments=2.0"):
        assertions.check_unsorted_segment_valid_params(X, [0, 1], 2.0)
    with pytest.raises(TypeError, match=r"no values to check"):
        assertions.check_less(keras.Input((2,)), 3)


def test_lists_are_compared_entry_by_entry():
    assertions.check_less([1, 2], [2, 3], as_array=False)
    assertions.check_greater([2, 2], 2, allow_equal=True, as_array=False)
    with pytest.raises(ValueError, match=r"own words"):
        assertions.check_equal(["a"], ["b"], as_array=False, message="own words")
    with pytest.raises(ValueError, match=r"must not be equal"):
        assertions.check_equal(1, 1, inverse=True, as_array=False)


def test_counts_of_what_holds():
    check = assertions.check_all_or_any_fn
    check(1, 2, fn=ivy.exists)
    check(None, 2, fn=ivy.exists, type="any", limit=(1, 2))
    with pytest.raises(ValueError, match=r"args must exist"):
        check(None, 2, fn=ivy.exists)
    with pytest.raises(ValueError, match=r"own"):
        check(None, fn=ivy.exists, type="any", limit=(1,), message="own")
    with pytest.raises(ValueError, match=r"'all' or 'any'"):
        check(1, fn=ivy.exists, type="some")


def test_one_way_broadcasting_is_told():
    assert assertions.check_one_way_broadcastable((1, 3), (2, 3))
    assert not assertions.check_one_way_broadcastable((2, 3), (1, 3))
    assert not assertions.check_one_way_broadcastable((2, 1, 3), (1, 3))


def test_values_of_a_trace_are_checked_when_it_runs():
    @tf.function
    def positive(x):
        assertions.check_greater(x, 0.0, message="below")
        assertions.check_false(tf.reduce_any(x > 9.0))
        return x

    assert positive(X).numpy().tolist() == [1.0, 2.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"below"):
        positive(-X)


@pytest.mark.parametrize("module", [shapes, of_values])
def test_examples_run(module):
    results = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert results.attempted > 5
    assert not results.failed
