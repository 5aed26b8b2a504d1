"""`value_and_grad` and `execute_with_gradients` against closed forms and central differences."""

import copy
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import functional as F
from keras_ivy.container import Container
from keras_ivy.utils.exceptions import IvyException


def pair(x):
    return x**2, x**3


def rosenbrock(v):
    return (1.0 - v["x"]) ** 2 + 100.0 * (v["y"] - v["x"] ** 2) ** 2


def rosenbrock_grad(x, y):
    return -2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)


@pytest.mark.parametrize("kind", [Container, dict])
def test_value_and_grad_equals_the_closed_form(kind):
    v = kind(x=tf.constant(0.5, "float64"), y=tf.constant(-1.5, "float64"))
    value, grads = F.value_and_grad(rosenbrock)(v)
    assert type(grads) is kind
    np.testing.assert_allclose(value, 0.25 + 100 * 1.75**2, rtol=1e-14)
    expected = rosenbrock_grad(0.5, -1.5)
    np.testing.assert_allclose([grads["x"], grads["y"]], expected, rtol=1e-14)


def test_second_order_equals_the_closed_form():
    v = Container(x=tf.constant(0.5, "float64"), y=tf.constant(-1.5, "float64"))

    def slope(v):
        return F.value_and_grad(rosenbrock)(v)[1].x

    _, second = F.value_and_grad(slope)(v)
    np.testing.assert_allclose(second.x, 2 - 400 * (-1.5) + 1200 * 0.25, rtol=1e-13)
    np.testing.assert_allclose(second.y, -400 * 0.5, rtol=1e-13)


def test_third_order_of_a_power():
    d1 = lambda v: F.execute_with_gradients(lambda v: v["x"] ** 5, v)[1]["x"]
    d2 = lambda v: F.execute_with_gradients(d1, v)[1]["x"]
    _, d3 = F.execute_with_gradients(d2, {"x": tf.constant(2.0, "float64")})
    assert float(d3["x"]) == 60 * 2.0**2


def test_gradients_equal_central_differences():
    rng = np.random.default_rng(0)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(5, "tanh"), keras.layers.Dense(1)]
    )
    x = rng.normal(size=(3, 4))
    v = F.variables(model).map(lambda w: tf.constant(rng.normal(size=w.shape)))
    net = lambda v: tf.reduce_sum(
        tf.tanh(x @ v["layers/v0/kernel"] + v["layers/v0/bias"]) @ v["layers/v1/kernel"]
        + v["layers/v1/bias"]
    )
    _, grads = F.value_and_grad(lambda v: net(v) ** 2)(v)
    for path, leaf in v.flatten().items():
        step = np.zeros(leaf.shape)
        step.flat[0] = 1e-6
        moved = [float(net(Container(v.flatten() | {path: leaf + s})) ** 2) for s in (step, -step)]
        numeric = (moved[0] - moved[1]) / 2e-6
        np.testing.assert_allclose(np.ravel(grads[path])[0], numeric, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    "xs",
    [
        Container(a=[tf.constant([1.0, 2.0])]),
        {"a": [tf.constant([1.0, 2.0])]},
        [tf.constant([1.0, 2.0])],
        (tf.constant([1.0, 2.0]),),
        tf.constant([1.0, 2.0]),
        np.array([1.0, 2.0], "float32"),
        keras.Variable([1.0, 2.0]),
        Container(a=keras.Variable([1.0, 2.0])),
    ],
    ids=lambda xs: type(xs).__name__,
)
@pytest.mark.parametrize("traced", [False, True])
def test_gradients_have_the_structure_of_xs(xs, traced):
    def run(xs):
        return F.execute_with_gradients(
            lambda xs: keras.ops.sum(keras.ops.square(keras.tree.flatten(xs)[0])), xs
        )

    if traced:
        loss, grads = tf.function(lambda: run(xs))()
    else:
        loss, grads = run(xs)
    assert float(loss) == 5.0
    if not isinstance(xs, np.ndarray | keras.Variable | tf.Tensor):
        assert type(grads) is type(xs)
    keras.tree.assert_same_structure(xs, grads)
    np.testing.assert_array_equal(keras.tree.flatten(grads)[0], [2.0, 4.0])


@pytest.mark.parametrize("jit_compile", [False, True])
def test_traced_gradients_equal_eager_ones(jit_compile):
    v = Container(a=tf.constant([1.0, -2.0]), b={"c": tf.constant(3.0)})
    loss_fn = lambda v: tf.reduce_sum(tf.exp(v.a) * v.b.c)
    step = tf.function(lambda v: F.execute_with_gradients(loss_fn, v), jit_compile=jit_compile)
    loss, grads = step(v)
    assert isinstance(grads, Container)
    np.testing.assert_allclose(loss, 3 * np.exp([1, -2]).sum(), rtol=1e-6)
    np.testing.assert_allclose(grads.a, 3 * np.exp([1.0, -2.0]), rtol=1e-6)
    np.testing.assert_allclose(grads.b.c, np.exp([1.0, -2.0]).sum(), rtol=1e-6)


def test_unused_leaves_have_zero_gradients():
    v = Container(a=tf.constant([1.0, 2.0]), b=tf.constant([[3.0]]))
    _, grads = F.execute_with_gradients(lambda v: tf.reduce_sum(v.a**2), v)
    np.testing.assert_array_equal(grads.b, [[0.0]])


def test_whole_numbers_are_cast_to_float32():
    _, grads = F.execute_with_gradients(lambda v: tf.reduce_sum(v.a**2), Container(a=[1, 2][0]))
    assert grads.a.dtype == "float32"
    assert float(grads.a) == 2.0
    _, grads = F.execute_with_gradients(
        lambda v: tf.reduce_sum(v.a**2), Container(a=keras.Variable([3], dtype="int32"))
    )
    np.testing.assert_array_equal(grads.a, [6.0])


def test_a_tensor_in_two_places_has_two_gradients():
    t = tf.constant(2.0)
    _, grads = F.value_and_grad(lambda v: v["a"] ** 2 * v["b"])({"a": t, "b": t})
    assert (float(grads["a"]), float(grads["b"])) == (8.0, 4.0)


@pytest.mark.parametrize(("non_finite", "first"), [("zero", 0.0), ("keep", np.inf)])
def test_non_finite_gradients_are_zeroed_or_kept(non_finite, first):
    v = Container(a=tf.constant([0.0, 4.0]))
    _, grads = F.execute_with_gradients(
        lambda v: tf.reduce_sum(tf.sqrt(v.a)), v, non_finite=non_finite
    )
    np.testing.assert_array_equal(grads.a, [first, 0.25])


def test_value_and_grad_keeps_non_finite_gradients():
    _, grad = F.value_and_grad(tf.sqrt)(tf.constant(0.0))
    assert float(grad) == np.inf


def test_embedding_gradients_are_dense_and_summed_up():
    table = keras.Variable(np.ones((3, 2), "float32"))
    _, grads = F.execute_with_gradients(
        lambda v: tf.reduce_sum(tf.gather(v.table.value, [0, 2, 0])), Container(table=table)
    )
    assert isinstance(grads.table, tf.Tensor)
    np.testing.assert_array_equal(grads.table, [[2, 2], [0, 0], [1, 1]])


def test_variables_used_behind_the_arguments_back_count():
    w = keras.Variable([3.0])
    loss, grads = F.execute_with_gradients(lambda v: w[0] ** 2, Container(w=w))
    assert (float(loss), float(grads.w[0])) == (9.0, 6.0)


def test_gradients_reach_variables_that_are_not_trainable():
    w = keras.Variable([3.0], trainable=False)
    _, grads = F.execute_with_gradients(lambda v: v.w[0] ** 2, Container(w=w))
    assert float(grads.w[0]) == 6.0


def test_tuple_results_come_whole_and_their_first_part_is_differentiated():
    v = Container(a=tf.constant([1.0, 2.0]))
    (loss, aux), grads = F.execute_with_gradients(lambda v: (tf.reduce_sum(v.a**2), v.a * 10), v)
    assert float(loss) == 5.0
    np.testing.assert_array_equal(aux, [10.0, 20.0])
    assert list(grads) == ["a"]
    np.testing.assert_array_equal(grads.a, [2.0, 4.0])
    # Where Ivy puts them.
    np.testing.assert_array_equal(grads["0"]["a"], [2.0, 4.0])
    np.testing.assert_array_equal(grads["0/a"], [2.0, 4.0])
    np.testing.assert_array_equal((v - grads * 0.5).a, [0.0, 0.0])


def test_value_and_grad_with_aux_differentiates_the_first_of_the_pair():
    (value, aux), grad = F.value_and_grad(lambda x: (x**2, "seen"), has_aux=True)(tf.constant(3.0))
    assert (float(value), aux, float(grad)) == (9.0, "seen", 6.0)


def test_result_indices_choose_what_is_differentiated():
    v = Container(a=tf.constant(2.0))
    fn = lambda v: (v.a**2, {"cube": v.a**3})
    _, grads = F.execute_with_gradients(fn, v, ret_grad_idxs=[[1, "cube"]])
    assert float(grads.a) == 12.0
    _, grads = F.execute_with_gradients(fn, v, ret_grad_idxs=[[0], [1, "cube"]])
    assert float(grads["0/a"]) == 4.0
    assert float(grads["1/cube/a"]) == 12.0


def test_input_indices_choose_the_leaves():
    v = Container(a={"w": tf.constant(2.0)}, b=tf.constant(5.0))
    fn = lambda v: v.a.w * v.b
    _, grads = F.execute_with_gradients(fn, v, xs_grad_idxs=[["a", "w"]])
    assert (float(grads.a.w), float(grads.b)) == (5.0, 0.0)
    _, grads = F.execute_with_gradients(fn, v, xs_grad_idxs=["b"])
    assert (float(grads.a.w), float(grads.b)) == (0.0, 2.0)
    # Ivy's default.
    _, grads = F.execute_with_gradients(fn, v, xs_grad_idxs=[[0]])
    assert (float(grads.a.w), float(grads.b)) == (5.0, 2.0)


@pytest.mark.parametrize(("index", "wanted"), [(0, 4.0), (1, 12.0), (-1, 12.0), (-2, 4.0)])
def test_result_indices_count_from_both_ends(index, wanted):
    _, grad = F.execute_with_gradients(pair, tf.constant(2.0), ret_grad_idxs=[[index]])
    assert float(grad) == wanted


def test_gradients_read_under_zero_are_pickled_as_plain_containers():
    _, grads = F.execute_with_gradients(lambda v: (v.a**2, "seen"), Container(a=tf.constant(3.0)))
    assert float(grads["0/a"]) == float(grads.a) == 6.0
    assert float(copy.deepcopy(grads)["0/a"]) == 6.0
    pickled = pickle.loads(pickle.dumps(grads))
    assert type(pickled) is Container
    assert float(pickled.a) == 6.0


@pytest.mark.parametrize(("retain_grads", "second"), [(None, 12.0), (True, 12.0), (False, 0.0)])
def test_retain_grads_false_cuts_the_outer_gradient(retain_grads, second):
    inner = lambda x: F.execute_with_gradients(lambda x: x**3, x, retain_grads)[1]
    _, found = F.execute_with_gradients(lambda x: inner(x) + 0.0 * x, tf.constant(2.0))
    assert float(found) == second


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: F.execute_with_gradients(lambda v: v, {"a": "text"}), "Received: a leaf 'text'"),
        (lambda: F.execute_with_gradients(lambda v: v, [None]), "Received: a leaf None"),
        (lambda: F.execute_with_gradients(lambda v: 3, 1.0), "Received: 3 in a result of type int"),
        (lambda: F.execute_with_gradients(lambda v: {"l": v}, 1.0), "`ret_grad_idxs` tells where"),
        (lambda: F.value_and_grad(lambda v: v, has_aux=True)(1.0), r"returns a pair \(value, aux"),
        (lambda: F.execute_with_gradients(abs, 1.0, non_finite="x"), "Received: non_finite='x'"),
        (lambda: F.execute_with_gradients(abs, 1.0, ret_grad_idxs=[[3, 1]]), "leads nowhere at 3"),
        (lambda: F.execute_with_gradients(pair, 1.0, ret_grad_idxs=[[2]]), "leads nowhere at 2"),
        (lambda: F.execute_with_gradients(pair, 1.0, ret_grad_idxs=[[-3]]), "leads nowhere at -3"),
        (lambda: F.execute_with_gradients(abs, 1.0, xs_grad_idxs=0), "Received: xs_grad_idxs=0"),
    ],
)
def test_wrong_input_is_named(call, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence) as error:
        call()
    assert isinstance(error.value, IvyException)
