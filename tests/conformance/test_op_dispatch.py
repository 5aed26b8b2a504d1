"""TensorFlow and Keras hand operations on a Container over to it, on either side."""

import inspect
import operator

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import Container

OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow, operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip
LEFT = {
    "tf.Tensor": lambda: tf.constant([2.0, 3.0]),
    "keras.Variable": lambda: keras.Variable([2.0, 3.0]),
    "tf.Variable": lambda: tf.Variable([2.0, 3.0]),
    "numpy array": lambda: np.float32([2.0, 3.0]),
    "numpy number": lambda: np.float32(2.0),
    "float": lambda: 2.0,
    "dict": lambda: {"b": {"c": 2.0}, "a": 3.0},
}


def make():
    return Container(a=tf.constant([1.0, 2.0]), b={"c": tf.constant([2.0, 5.0])})


#: `tf.Variable` compares without asking the other side or a dispatcher.
UNHEARD = [("tf.Variable", operator.eq), ("tf.Variable", operator.ne)]


@pytest.mark.parametrize(
    ("kind", "op"),
    [
        pytest.param(
            kind,
            op,
            id=f"{kind}-{op.__name__}",
            marks=pytest.mark.xfail(
                (kind, op) in UNHEARD, reason="a trap of TensorFlow", strict=True
            ),
        )
        for kind in LEFT
        for op in OPERATORS
    ],
)
def test_left_operand_leaves_the_operation_to_the_container(kind, op):
    left = LEFT[kind]()
    result = op(left, make())
    assert type(result) is Container
    for path, leaf in make().flatten().items():
        x = Container(left)[path] if kind == "dict" else np.asarray(left)
        np.testing.assert_allclose(result[path], op(x, leaf.numpy()), rtol=1e-6)


def test_matrix_product_with_container_on_the_right():
    matrix = tf.constant([[0.0, 1.0], [1.0, 0.0]])
    columns = make().map(lambda x: x[:, None])
    for left in (matrix, keras.Variable(matrix), matrix.numpy()):
        assert (left @ columns).b.c.numpy().tolist() == [[5.0], [2.0]]


@pytest.mark.parametrize("graph", [False, True])
def test_operations_of_tensorflow_and_keras_map_over_containers(graph):
    def calls(c):
        return [
            tf.sqrt(c),
            tf.math.add(c, 1.0),
            tf.math.add(1.0, c),
            tf.multiply(c, c),
            tf.nn.relu(c),
            tf.cast(c, "float64"),
            tf.reduce_sum(c, axis=0),
            tf.clip_by_value(c, 0.0, 1.0),
            keras.ops.sqrt(c),
            keras.ops.multiply(2.0, c),
            keras.ops.add(c, c),
        ]

    results = (tf.function(calls) if graph else calls)(make())
    assert [type(r) for r in results] == [Container] * len(results), (
        "operations no longer ask the dispatcher in keras_ivy/adapters/tensorflow/op_dispatch.py"
    )
    assert results[3].b.c.numpy().tolist() == [4.0, 25.0]
    assert results[5].dtype == "float64"
    assert results[6].a.numpy() == 3.0
    np.testing.assert_allclose(results[8].a, np.sqrt([1.0, 2.0]), rtol=1e-6)


def test_functions_of_structures_are_not_mapped():
    def fail(_):
        raise ValueError("from the body")

    stacked = Container.stack([make(), make()])
    with pytest.raises(ValueError, match="from the body"):
        tf.map_fn(fail, stacked)


def test_operations_still_refuse_what_they_should():
    for bad in ({"a": 1.0}, object(), "text"):
        with pytest.raises((TypeError, ValueError, tf.errors.InvalidArgumentError)):
            tf.sqrt(bad)


def test_the_modules_of_operations_are_where_the_dispatcher_expects_them():
    from keras_ivy.adapters.tensorflow import op_dispatch

    for function in (
        tf.sqrt,
        tf.add,
        tf.concat,
        tf.nn.relu,
        tf.clip_by_value,
        tf.convert_to_tensor,
    ):
        module = inspect.unwrap(function).__module__.rpartition(".")[2].removeprefix("gen_")
        assert module in (*op_dispatch._MODULES, *op_dispatch._CONVERSIONS), function
    for function in (tf.map_fn, tf.while_loop, tf.cond):
        assert inspect.unwrap(function).__module__.rpartition(".")[2] not in op_dispatch._MODULES
