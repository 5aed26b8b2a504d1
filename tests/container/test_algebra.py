"""Arithmetic and comparison, leaf by leaf."""

import collections
import math
import operator

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from keras_ivy import Container
from keras_ivy.utils.exceptions import IvyException

NUMBERS = st.integers(-9, 9)
FLAT = st.dictionaries(st.sampled_from(["a", "b/c", "b/d", "e/f/g"]), NUMBERS, min_size=1)
BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.eq,
    operator.lt,
    operator.ge,
    operator.xor,
]


def make():
    return Container(
        enc={"b": tf.constant([1.0, 2.0]), "w": tf.ones((3, 4))}, n=tf.constant([1, 2], "int32")
    )


@given(FLAT, NUMBERS, st.sampled_from(BINARY))
def test_operators_do_to_every_leaf_what_python_does(flat, number, op):
    c = Container(flat)
    assert op(c, number).flatten() == {p: op(x, number) for p, x in c.flatten().items()}
    assert op(number, c).flatten() == {p: op(number, x) for p, x in c.flatten().items()}
    assert op(c, c * 2).flatten() == {p: op(x, x * 2) for p, x in c.flatten().items()}
    assert op(c, (c * 2).cont_to_dict()).flatten() == op(c, c * 2).flatten()
    assert op((c * 2).cont_to_dict(), c).flatten() == op(c * 2, c).flatten()


@given(FLAT, st.data())
def test_laws_of_algebra(flat, data):
    a, b, c = (Container({path: data.draw(NUMBERS) for path in flat}) for _ in range(3))
    for left, right in (
        (a + b, b + a),
        ((a + b) + c, a + (b + c)),
        (a * (b + c), a * b + a * c),
        (a - b, -(b - a)),
        (a + 0, a),
        (1 * a, +a),
        (abs(-a), abs(a)),
        (a // (abs(b) + 1) * (abs(b) + 1) + a % (abs(b) + 1), a),
    ):
        assert (left == right).cont_all_true()


@given(FLAT)
def test_order_of_keys_of_operands_does_not_matter(flat):
    forward = Container(flat, alphabetical_keys=False)
    backward = Container(dict(reversed(flat.items())), alphabetical_keys=False)
    assert (forward - backward).cont_all_false()
    assert list((forward - backward).keys()) == list(forward.keys())


@pytest.mark.parametrize("wrap", [tf.constant, tf.Variable, keras.Variable, np.array])
def test_update_step_on_every_kind_of_leaf(wrap):
    v = Container(a=wrap(np.float32([1.0, 2.0])), b={"c": wrap(np.float32(3.0))})
    grads = Container(a=tf.constant([10.0, 20.0]), b={"c": tf.constant(30.0)})
    new = v - grads * 0.1
    assert type(new) is Container
    np.testing.assert_allclose(new.a, [0.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(new.b.c, 0.0, atol=1e-6)
    assert np.asarray(v.a).tolist() == [1.0, 2.0]


def test_augmented_assignment_makes_a_new_container():
    c = Container(a=1, b=2)
    for op in (operator.iadd, operator.imul, operator.ior, operator.iand, operator.ifloordiv):
        before = c
        result = op(c, 3)
        assert result is not before
        assert before.flatten() == {"a": 1, "b": 2}
    c |= 4
    assert c.flatten() == {"a": 1, "b": 2}, "`|` with a number is `or`, as in Ivy"


def test_or_combines_leaves_where_dict_would_merge():
    assert (Container(a=5) | Container(a=2)).a == 7
    assert ({"a": 5} | Container(a=2)).a == 7
    with pytest.raises(ValueError, match=r"`a\.merge\(b\)` to join"):
        Container(a=5) | {"b": 2}


def test_logical_operators_on_tensors_are_elementwise():
    c = Container(x=tf.constant([True, False]))
    assert (c & True).x.numpy().tolist() == [True, False]
    assert (c | tf.constant([False, True])).x.numpy().tolist() == [True, True]
    assert (~c).x.numpy().tolist() == [False, True]
    assert (c ^ c).x.numpy().tolist() == [False, False]


def test_divmod_and_round():
    quotient, rest = divmod(Container(a=tf.constant([7.0])), 2).a
    assert (quotient.numpy(), rest.numpy()) == (3.0, 1.0)
    assert divmod(7, Container(a=2)).a == (3, 1)
    assert round(Container(a=2.567, b=tf.constant(2.567)), 1).to_numpy().b == np.float32(2.6)
    assert round(Container(a=2.567)).a == 3


def test_sequences_as_leaves_are_combined_item_by_item():
    c = Container(a=[1, (2, 3)], b=())
    assert (c + 1).cont_to_dict() == {"a": [2, (3, 4)], "b": ()}
    assert (c + c).cont_to_dict() == {"a": [2, (4, 6)], "b": ()}
    assert (10 - c).a == [9, (8, 7)]
    assert (-c).a == [-1, (-2, -3)]
    with pytest.raises(ValueError, match="'a' has 2 items on the left and 3 on the right"):
        c + Container(a=[1, 2, 3], b=())


def test_named_tuples_as_leaves_stay_named_tuples():
    point = collections.namedtuple("point", "x y")
    c = Container(a=point(1, -2))
    for result in (c + 1, 1 + c, c + c, -c, abs(c)):
        assert type(result.a) is point
    assert (c + c).a == point(2, -4)
    assert abs(c).a == point(1, 2)


def test_operators_keep_the_options_of_the_left_operand():
    left = Container({"b": 1, "a": 2}, print_indent=2, alphabetical_keys=False)
    right = Container({"b": 3, "a": 4})
    for result in (left + right, left * 2, 2 * left, left < right, -left):
        assert result.cont_config["print_indent"] == 2
        assert list(result) == ["b", "a"]
    assert (right + left).cont_config["print_indent"] == 4


def test_a_leaf_beside_a_container_is_an_operand_for_all_of_it():
    c = Container(a=1) + Container(a={"b": 2, "c": 3})
    assert c.flatten() == {"a/b": 3, "a/c": 4}
    assert (Container(a={"b": 2}) - Container(a=1)).flatten() == {"a/b": 1}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (tf.constant([1, 2]), 0.5, "float64"),
        (tf.constant([1, 2]), tf.constant([0.5, 0.5], "float64"), "float64"),
        (tf.constant([1.0]), tf.constant([1.0], "float64"), "float64"),
        (tf.constant([1.0], "float16"), tf.constant([1.0]), "float32"),
        (tf.constant([1.0], "bfloat16"), tf.constant([1.0]), "float32"),
        (tf.constant([1], "int8"), tf.constant([1], "int32"), "int32"),
        (tf.constant([True]), 1, "int64"),
        (tf.constant([1.0]), np.float64(2.0), "float32"),
        (tf.constant([1.0]), 2, "float32"),
        (tf.Variable([1, 2]), 0.5, "float64"),
        (tf.constant([1.0]), 1j, "complex64"),
    ],
)
@pytest.mark.parametrize("graph", [False, True])
def test_unlike_dtypes_promote_as_in_numpy(left, right, expected, graph):
    def calculate():
        return [
            Container(x=left) + right,
            Container(x=left) + Container(x=right),
            right + Container(x=left),
        ]

    for result in (tf.function(calculate) if graph else calculate)():
        assert result.x.dtype == expected
        np.testing.assert_allclose(result.x, np.asarray(left.numpy()) + np.asarray(right))


@pytest.mark.parametrize("graph", [False, True])
def test_unlike_shapes_are_an_error_that_says_where(graph):
    def calculate():
        return make() + make().set("enc/w", tf.ones((4, 3)))

    with pytest.raises(ValueError, match="Cannot combine") as caught:
        (tf.function(calculate) if graph else calculate)()
    assert str(caught.value) == (
        "Cannot combine containers: 'enc/w' has shape (3, 4) on the left and (4, 3) on the right. "
        "Use `Container.diff(a, b)` to list every mismatch. Received: op='+'"
    )
    assert isinstance(caught.value, IvyException)


def test_unlike_keys_are_an_error_that_says_where():
    with pytest.raises(ValueError, match="Cannot combine") as caught:
        make() * make().merge({"enc": {"extra": 1}}).cont_prune_key_chain("enc/b")
    assert str(caught.value) == (
        "Cannot combine containers: 'enc/b' is only on the left and 'enc/extra' is only on the "
        "right. Use `Container.diff(a, b)` to list every mismatch, `a.merge(b)` to join their "
        "keys. Received: op='*', 1 shared keys."
    )


@pytest.mark.parametrize("leaf", [None, "text", object()])
def test_leaves_that_know_no_arithmetic(leaf):
    for act in (lambda: Container(a={"b": leaf}) - 1, lambda: 1 - Container(a={"b": leaf})):
        with pytest.raises(TypeError, match=r"'a/b'.*Received: op='-'") as caught:
            act()
        assert isinstance(caught.value, IvyException)
    with pytest.raises(TypeError, match=r"'-' to 'a/b'"):
        -Container(a={"b": leaf})


def test_errors_of_nothing_to_do_with_arithmetic_pass():
    class Odd:
        def __add__(self, other):
            raise ZeroDivisionError("own error")

    with pytest.raises(ZeroDivisionError, match="own error"):
        Container(a=Odd()) + 1


def test_comparison_gives_a_container():
    c = make()
    assert type(c == c) is Container
    assert (c == c).cont_all_true()
    assert not (c != c).cont_all_true()
    assert (c == c.cont_deep_copy()).cont_all_true()
    assert bool(c == c + 1), "a container is true if it holds something"
    assert (Container(a=1) == Container(a=1)).cont_all_true(assert_is_bool=True)
    with pytest.raises(TypeError, match="unhashable"):
        hash(c)


def test_empty_containers_calculate():
    assert (Container() + 1).flatten() == {}
    assert (Container() + Container()).flatten() == {}
    assert (Container(a={}, b=1) + 1).cont_to_dict() == {"a": {}, "b": 2}


def test_gradients_flow_through_algebra():
    c = Container(a=tf.constant(2.0), b={"c": tf.constant(3.0)})
    with tf.GradientTape() as tape:
        tape.watch(c)
        loss = ((c**2 + c / 2 - 1) * 3).norm(ord=1)
    expected = c.map(lambda x: 3 * (2 * x + 0.5))
    for path, gradient in tape.gradient(loss, c).flatten().items():
        assert math.isclose(float(gradient), float(expected[path]))


def test_keys_that_differ_are_told_before_leaves_that_do_not_fit():
    for right in (Container(a="x", c=1), Container(a="x")):
        with pytest.raises(ValueError, match="'b' is only on the left"):
            Container(a=1, b=2) - right
    with pytest.raises(
        ValueError, match="'n/b' is only on the left and 'n/c' is only on the right"
    ):
        Container(n={"a": 1, "b": 2}) + {"n": {"a": 1, "c": 2}}
