"""Gradients, variables and states that do not belong together: refused before anything changes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LAMB, LARS, SGD, Adam
from tests.optimizers.cases import CASES

ONE = tf.ones(3)


def weight(name="w", shape=(3,)):
    return keras.Variable(np.ones(shape, "float32"), name=name)


def rows(values, indices, shape=None):
    return tf.IndexedSlices(tf.constant(values), tf.constant(indices), shape)


@pytest.mark.parametrize("wrap", [lambda fn: fn, tf.function], ids=["eager", "function"])
@pytest.mark.parametrize("options", [{}, {"lazy_slots": True}, {"clipnorm": 1.0}])
def test_rows_without_a_shape_take_that_of_the_variable(options, wrap):
    values, indices = [[2.0, 2.0], [1.0, 3.0], [4.0, 4.0]], [1, 0, 1]

    def trained(shape):
        optimizer, w = CASES["adam-paper"].make(**options), weight("w", (4, 2))
        optimizer.build([w])
        wrap(lambda: optimizer.apply([rows(values, indices, shape)], [w]))()
        return w.numpy()

    with_shape, without = trained(tf.constant([4, 2])), trained(None)
    np.testing.assert_array_equal(without, with_shape)
    assert (without[[0, 1]] != 1.0).all()
    stepped = (
        CASES["adam-paper"]
        .make(**options)
        .step({"w": tf.ones((4, 2))}, {"w": rows(values, indices)})
    )
    np.testing.assert_allclose(stepped.w, with_shape, rtol=1e-6)


@pytest.mark.parametrize("lazy", [True, False])
@pytest.mark.parametrize(
    ("grad", "message"),
    [
        (rows([[1.0, 1.0]], [-1]), "rows that its variable lacks.*from -1 to -1, for 4 rows"),
        (rows([[1.0, 1.0]], [4], [4, 2]), "rows that its variable lacks.*from 4 to 4"),
        (rows([[1.0, 1.0, 1.0]], [0]), r"rows of the gradient of 'w' must be of shape \(2,\)"),
    ],
)
@pytest.mark.parametrize("side", ["apply", "step"])
def test_rows_that_do_not_fit_change_nothing(side, grad, message, lazy):
    optimizer, w = Adam(0.1, lazy_slots=lazy), weight("w", (4, 2))
    arguments = ([grad], [w]) if side == "apply" else ({"w": w}, {"w": grad})
    with pytest.raises(ValueError, match=message):
        getattr(optimizer, side)(*arguments)
    assert not optimizer.built
    assert int(optimizer.state.count) == 0
    np.testing.assert_array_equal(w, np.ones((4, 2)))


def test_scalar_has_no_rows():
    with pytest.raises(ValueError, match="'w' is a scalar, and has no rows"):
        Adam(0.1).apply([rows([1.0], [0])], [weight("w", ())])


@pytest.mark.parametrize(
    ("grad", "kind"),
    [
        (tf.sparse.from_dense([1.0, 0.0, 2.0]), "SparseTensor"),
        (tf.ragged.constant([[1.0], [2.0, 3.0]]), "RaggedTensor"),
    ],
)
def test_gradient_must_be_a_tensor(grad, kind):
    optimizer = Adam(0.1)
    with pytest.raises(TypeError, match=f"Received: grad of type {kind}"):
        optimizer.apply([grad], [weight()])
    assert not optimizer.built


@pytest.mark.parametrize("call", ["apply", "apply_gradients"])
def test_no_gradient_at_all_builds_nothing(call):
    optimizer, vs = Adam(0.1), [weight("a"), weight("b")]
    grads = [None, None]
    arguments = (grads, vs) if call == "apply" else (zip(grads, vs, strict=True),)
    with pytest.raises(ValueError, match=r"No gradients provided.*Received: None for a, b"):
        getattr(optimizer, call)(*arguments)
    assert not optimizer.built
    assert len(optimizer.variables) == 2


def test_no_pairs_of_gradients_and_variables():
    with pytest.raises(ValueError, match=r"takes pairs.*Received: grads_and_vars=\[\]"):
        Adam(0.1).apply_gradients(zip([], [], strict=True))


@pytest.mark.parametrize("stranger", [np.ones(3), tf.ones(3), "w", None])
def test_only_variables_are_trained(stranger):
    optimizer = Adam(0.1)
    with pytest.raises(TypeError, match=r"An optimizer trains variables.*Received: .*of type"):
        optimizer.build([weight(), stranger])
    with pytest.raises(TypeError, match=r"An optimizer trains variables.*Received: .*of type"):
        optimizer.apply([ONE], [stranger])
    assert not optimizer.built


def test_variable_given_twice_is_not_built_twice():
    optimizer, w = Adam(0.1), weight()
    with pytest.raises(ValueError, match="Received: w twice"):
        optimizer.build([w, w])
    assert not optimizer.built


@pytest.mark.parametrize("wrap", [lambda fn: fn, tf.function], ids=["eager", "function"])
@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({"a": ONE}, {"b": ONE}, "holds moments of a from .* Received: b"),
        ({"a": ONE}, ONE, "holds moments of a from .* Received: a bare tensor"),
        (ONE, {"a": ONE}, "holds moments of a bare tensor from .* Received: a"),
    ],
)
def test_step_on_other_paths_changes_nothing(first, second, message, wrap):
    optimizer = LAMB(0.1)
    step = wrap(optimizer.step)
    step(first, first)
    state = optimizer.state
    with pytest.raises(KeyError, match=message):
        step(second, second)
    assert int(optimizer.state.count) == 1
    for name in ("mw", "vw"):
        tf.nest.map_structure(np.testing.assert_array_equal, optimizer.state[name], state[name])


def test_step_takes_on_paths_that_come_later():
    optimizer = SGD(0.5, momentum=0.5)
    optimizer.step({"a": ONE}, {"a": ONE})
    new = optimizer.step({"a": ONE, "b": ONE}, {"a": ONE, "b": ONE})
    np.testing.assert_array_equal(new.a, 1.0 - 0.75 * ONE)
    np.testing.assert_array_equal(new.b, 1.0 - 0.5 * ONE)


@pytest.mark.parametrize(
    "v", [[ONE, ONE], (ONE,), [weight()], [np.ones(2), 1.0]], ids=["two", "tuple", "variable", "np"]
)
def test_list_of_tensors_has_no_names(v):
    optimizer = LARS(0.1)
    with pytest.raises(TypeError, match=r"belong into a Container.*Received: a (list|tuple) of"):
        optimizer.step(v, v)
    assert int(optimizer.state.count) == 0


def test_list_of_numbers_is_a_bare_tensor():
    assert SGD(0.5).step([1.0, 2.0], [2.0, 2.0]).numpy().tolist() == [0.0, 1.0]


def test_none_is_no_variable():
    with pytest.raises(TypeError, match="Received: None at 'a/b'"):
        SGD(0.5).step({"a": {"b": None}}, {"a": {"b": ONE}})


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"mw": {"w": "x"}}, TypeError, "floating tensor.*'mw' with .* at 'w'"),
        ({"mw": {"w": None}}, TypeError, "floating tensor.*'mw' with None at 'w'"),
        ({"vw": {"w": np.ones(3, int)}}, TypeError, "floating tensor.*'vw'"),
        (
            {"vw": {"w": tf.ones(4)}},
            ValueError,
            r"one shape.*mw of shape=\(3,\) beside shape=\(4,\)",
        ),
        ({"count": [1, 2]}, ValueError, r"whole number.*count=\[1, 2\]"),
        ({"count": "x"}, ValueError, "whole number.*count=x"),
    ],
)
def test_state_that_is_none_changes_nothing(change, error, message):
    optimizer = Adam(0.1)
    optimizer.step({"w": ONE}, {"w": ONE})
    state = optimizer.state
    with pytest.raises(error, match=message):
        optimizer.set_state({**state, **change})
    assert int(optimizer.state.count) == 1
    np.testing.assert_array_equal(optimizer.state.mw.w, state.mw.w)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_state_of_another_type_is_held_in_that_of_the_slots(dtype):
    optimizer = Adam(0.1)
    half = np.full(3, 0.5, dtype)
    optimizer.set_state({"mw": {"w": half}, "vw": {"w": half}, "count": 3})
    optimizer.step({"w": ONE}, {"w": ONE})
    assert optimizer.state.mw.w.dtype == optimizer.state.vw.w.dtype == tf.float32
