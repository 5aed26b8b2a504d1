"""Operators, methods and indices in array mode, against what real Ivy gives for them."""

import json

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.golden.load import HERE

CASES = json.loads((HERE / "array_mode.json").read_text(encoding="utf-8"))["cases"]
GIVEN = [case for case in CASES if case[1] != "error"]

_INT32 = "positions are int32 here, as Keras's are"
#: Cases that differ, and why.
DIFFERENT = {
    "m('int32')[[[0, 1], [2, 2]]]": "a list is an array of indices, as in NumPy since 1.23",
    "m('int32').argmax(axis=1)": _INT32,
    "m('int32').argmin()": _INT32,
    "a('int32').argsort(descending=True)": _INT32,
    "m('int32').nonzero()[0]": _INT32,
}


def a(dtype):
    return ivy.astype([3, 1, 0, 2], dtype)


def b(dtype):
    return ivy.astype([2, 2, 1, 3], dtype)


def m(dtype):
    return ivy.astype(ivy.reshape(ivy.arange(12), (3, 4)), dtype)


def n(dtype):
    return np.array([2, 2, 1, 1]).astype(dtype)


@pytest.fixture(autouse=True, scope="module")
def _array_mode():
    with ivy.set_array_mode(True):
        yield


def told(result):
    """Type, shape and values of a result, as they are recorded."""
    if isinstance(result, np.ndarray) or hasattr(result, "numpy"):
        array = np.asarray(result)
        values = np.stack([array.real, array.imag], -1) if array.dtype.kind == "c" else array
        return array.dtype.name, list(array.shape), values.reshape(-1, *values.shape[array.ndim :])
    return type(result).__name__, None, list(result) if isinstance(result, tuple) else result


def agree(code, result, dtype, shape, values):
    got, size, found = told(result)
    assert (got, size) == (dtype, shape), code
    if shape is None:
        assert found == values, code
    else:
        wanted = np.array([float(x) if isinstance(x, str) else x for x in values])
        bound = 1e-2 if "float16" in dtype else 1e-5
        np.testing.assert_allclose(
            found.astype("float64"), wanted.astype("float64"), bound, bound, err_msg=code
        )


def is_binary(code):
    return "n('" not in code and ")[" not in code and ")." not in code and " " in code


#: Where expressions of the same kind are tried together, as there are thousands.
GROUPS = {}
for case in GIVEN:
    words = case[0].split(" ")
    kind = words[1] if is_binary(case[0]) else "items and methods"
    GROUPS.setdefault(kind, []).append(case)


@pytest.mark.parametrize("kind", GROUPS)
def test_results_are_those_of_ivy(kind):
    assert len(GROUPS[kind]) >= 4
    for code, dtype, shape, values in GROUPS[kind]:
        if code not in DIFFERENT:
            agree(code, eval(code), dtype, shape, values)


def test_types_are_those_of_ivy_while_traced():
    some = [case for i, case in enumerate(GIVEN) if i % 19 == 0 and case[0] not in DIFFERENT]
    assert len(some) > 100

    @tf.function(autograph=False)
    def traced():
        return [tf.convert_to_tensor(eval(code)) for code, *_ in some if "to_" not in code]

    results = iter(traced())
    for code, dtype, shape, values in some:
        if "to_" not in code:
            result = next(results)
            if shape is not None:
                agree(code, result, dtype, shape, values)


def test_differences_are_differences():
    for code, dtype, shape, _ in GIVEN:
        if code in DIFFERENT:
            got, size, _ = told(eval(code))
            assert (got, size) != (dtype, shape), code
