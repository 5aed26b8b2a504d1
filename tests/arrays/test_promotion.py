"""Which type arithmetic has: Ivy's tables, with precise mode and without."""

import json

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.arrays.promotion import common_dtype, precise_mode, promoted
from tests.golden.load import HERE

RECORDED = json.loads((HERE / "promotion.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("table", ["precise", "brief"])
def test_types_are_those_of_ivys_tables(table):
    rows = RECORDED[table]
    assert len(rows) == 225
    found = {names: common_dtype(*names.split(), table == "precise") for names in rows}
    assert found == rows


def test_precise_mode_is_for_a_while():
    one, other = tf.constant([1.0]), tf.constant([1])
    with ivy.set_array_mode(True):
        assert (one * other).dtype == "float64"
        with ivy.PreciseMode(False):
            assert (one * other).dtype == "float32"
            ivy.set_precise_mode(True)
            assert (one * other).dtype == "float64"
            ivy.unset_precise_mode()
        assert (one * other).dtype == "float64"
    ivy.unset_precise_mode()
    assert precise_mode() is True
    with pytest.raises(TypeError, match="Received: mode=1"):
        ivy.set_precise_mode(1)
    assert precise_mode() is True


@pytest.mark.parametrize("x", [None, "text", object(), {}, ivy.Container(a=1.0), [None], {"a": 1}])
def test_what_is_no_operand_is_left_to_tensorflow(x):
    assert promoted(tf.constant(1.0), x) is None
    assert promoted(x, tf.constant(1.0)) is None


def test_other_types_of_tensors_are_left_to_tensorflow():
    assert promoted(tf.constant("a"), tf.constant("b")) is None
    assert promoted(tf.constant(1.0), np.array(["a"])) is None
