"""How a Container prints beyond what was recorded."""

import sys

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from keras_ivy import Container


def lines(*text):
    return "\n".join(text)


def test_variables_arrays_and_numbers():
    c = Container(
        n=np.array([1.5, -2.0]),
        t=tf.constant([0.1, 1 / 3]),
        v=tf.Variable([[1], [2]]),
        x=np.float32(2),
    )
    assert repr(c) == lines(
        "{",
        "    n: array([1.5, -2.]),",
        "    t: tensor([0.1, 0.33333334]),",
        "    v: variable([[1], ",
        "                 [2]]),",
        "    x: 2.0",
        "}",
    )


def test_unknown_values_print_as_their_shape():
    seen = []
    tf.function(lambda x: seen.append(repr(Container(x=x))))(tf.ones(2))
    assert seen == ["{\n    x: (<class tf.Tensor> shape=[2])\n}"]


def test_strings_and_other_dtypes():
    c = Container(
        b=tf.constant([True]),
        e=tf.zeros((0, 2)),
        h=tf.constant([1.5], "bfloat16"),
        s=tf.constant(["é"]),
    )
    assert repr(c) == lines(
        "{",
        "    b: tensor([True]),",
        "    e: tensor([]),",
        "    h: tensor([1.5]),",
        "    s: tensor([b'\\xc3\\xa9'])",
        "}",
    )


@given(st.lists(st.floats(width=32), min_size=1, max_size=10))
def test_small_arrays_print_numbers_that_read_back(values):
    text = repr(Container(x=tf.constant(values, "float32")))
    numbers = text.partition("tensor([")[2].partition("])")[0]
    read = [float(x) for x in numbers.split(", ")]
    largest = max((abs(x) for x in values if np.isfinite(x)), default=0.0)
    np.testing.assert_allclose(read, values, rtol=1e-6, atol=max(1e-7, largest * 1e-7))


def test_print_options_reach_every_level():
    c = Container(b={"c": tf.range(3), "long_name": 1})
    assert "shape=[3]" in repr(c.cont_with_print_limit(2))
    assert "lgne" in repr(c.cont_with_key_length_limit(4))
    assert "long_name" in repr(c.cont_with_key_length_limit(4).cont_remove_key_length_limit())
    assert repr(c.b.cont_with_print_limit(2)).count("shape=[3]") == 1
    assert "shape" not in repr(c), "the original is as it was"


def test_show_prints_and_colours_only_on_a_terminal(capsys, monkeypatch):
    c = Container(a=1, loss={"b": 2}, keyword_color_dict={"loss": "red"})
    c.cont_show()
    assert capsys.readouterr().out == repr(c) + "\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    c.cont_with_default_key_color("blue").cont_show()
    shown = capsys.readouterr().out
    assert "\033[34ma\033[0m: 1" in shown
    assert "\033[31mloss\033[0m: {" in shown


def test_ipython_prints_the_same():
    class Printer:
        def text(self, text):
            self.printed = text

    printer = Printer()
    Container(a=1)._repr_pretty_(printer, cycle=False)
    assert printer.printed == "{\n    a: 1\n}"


@pytest.mark.parametrize("limit", [None, 0, 3])
def test_print_limit(limit):
    text = repr(Container(x=tf.range(4), print_limit=limit))
    assert ("shape=[4]" in text) == (limit is not None)
    assert "tensor(7)" in repr(Container(x=tf.constant(7), print_limit=limit))
