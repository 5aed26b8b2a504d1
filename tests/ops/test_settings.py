"""Settings of stable functions, and small questions; the values are what real Ivy returned."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

NAN, INF = float("nan"), float("inf")


def test_a_least_base_counts_until_it_is_undone():
    ivy.set_min_base(0.25)
    try:
        assert ivy.stable_pow([0.0, 2.0], 0.5).numpy().tolist() == [0.5, 1.5]
        assert float(ivy.stable_pow(0.0, 0.5, min_base=1.0)) == 1.0
        ivy.set_min_base(4)
        assert float(ivy.stable_pow(0.0, 0.5)) == 2.0
        ivy.unset_min_base()
        assert float(ivy.stable_pow(0.0, 0.5)) == 0.5
    finally:
        ivy.unset_min_base()
    for _ in range(2):  # there is nothing left to undo
        np.testing.assert_allclose(ivy.stable_pow([0.0], 1.0), [1e-5], rtol=1e-6)
        ivy.unset_min_base()


def test_a_least_denominator_counts_until_it_is_undone():
    ivy.set_min_denominator(0.5)
    try:
        assert ivy.stable_divide([1.0], [0.0]).numpy().tolist() == [2.0]
        assert float(ivy.stable_divide(1.0, 0.0, min_denominator=0.25)) == 4.0
        assert complex(ivy.stable_divide(1j, 0.5)) == 1j
    finally:
        ivy.unset_min_denominator()
    for _ in range(2):
        np.testing.assert_allclose(ivy.stable_divide([1.0], [0.0]), [1e12], rtol=1e-6)
        assert ivy.stable_divide([1.0], [0.5]).numpy().tolist() == [2.0]
        ivy.unset_min_denominator()


@pytest.mark.parametrize("name", ["set_min_base", "set_min_denominator"])
@pytest.mark.parametrize("bad", [-1.0, NAN, INF, "x", None, [1.0], True])
def test_what_is_no_small_number_is_refused(name, bad):
    with pytest.raises((TypeError, ValueError), match=rf"{name}.*Received: val="):
        getattr(ivy, name)(bad)
    np.testing.assert_allclose(ivy.stable_pow([0.0], 1.0), [1e-5], rtol=1e-6)
    np.testing.assert_allclose(ivy.stable_divide([1.0], [0.0]), [1e12], rtol=1e-6)


@pytest.mark.parametrize("make", [tf.Variable, keras.Variable, ivy.variable])
def test_variables_change_in_place_and_arrays_do_not(make):
    w, x = make([1.0]), ivy.array([1.0])
    assert ivy.supports_inplace_updates(w) is ivy.inplace_variables_supported() is True
    assert ivy.supports_inplace_updates(x) is ivy.inplace_arrays_supported() is False
    assert ivy.assert_supports_inplace(w) is True
    with pytest.raises(ivy.exceptions.IvyException, match=r"never change.*Received: x="):
        ivy.assert_supports_inplace(x)
    asked = ivy.supports_inplace_updates(ivy.Container(a=w, b={"c": x}))
    assert asked == {"a": True, "b": {"c": False}}
    for bad in (1.0, "x", None, [1.0]):
        with pytest.raises(TypeError, match=r"is an array or a variable. Received: x="):
            ivy.supports_inplace_updates(bad)


@pytest.mark.parametrize(
    ("x", "with_infs", "without"),
    [
        (NAN, True, True), (INF, True, False), (-INF, True, False), (3, False, False),
        (True, False, False), (np.float16(NAN), True, True), (np.array([2.0]), False, False),
        (complex(0, NAN), True, True), ([[INF]], True, False),
    ],
)  # fmt: skip
def test_single_values(x, with_infs, without):
    for given in (x, tf.constant(x), tf.Variable(x)):
        assert ivy.value_is_nan(given) is with_infs
        assert ivy.value_is_nan(given, include_infs=False) is without


def test_values_of_other_kinds():
    assert ivy.value_is_nan(tf.constant(NAN, tf.bfloat16)) is True
    assert ivy.value_is_nan(tf.constant(1.0, tf.bfloat16)) is False
    assert ivy.value_is_nan(ivy.Container(a=NAN, b=1.0)) == {"a": True, "b": False}
    with pytest.raises(ValueError, match=r"ask `has_nans` of several. Received: x="):
        ivy.value_is_nan([1.0, NAN])
    with pytest.raises(TypeError, match="Received: "):
        ivy.value_is_nan("nan")


def test_scalars_and_types():
    found = [ivy.isscalar(x) for x in (1, "a", np.float32(1), ivy.array(1.0), np.array(1.0), None)]
    assert found == [True, True, True, False, False, False]
    names = [ivy.closest_valid_dtype(t) for t in ("int8", tf.bfloat16, np.float64, None)]
    assert names == ["int8", "bfloat16", "float64", "float32"]
    with pytest.raises(ValueError, match="int7"):
        ivy.closest_valid_dtype("int7")
