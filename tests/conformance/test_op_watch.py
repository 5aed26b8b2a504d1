"""Whether TensorFlow still tells of every operation that runs eagerly, as for its debugger."""

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.adapters.tensorflow.op_watch import watching

MESSAGE = "`op_callbacks` tell something else: see adapters/tensorflow/op_watch.py"


def seen_in(function):
    kinds = []
    with watching(lambda kind, inputs, outputs: kinds.append(kind)):
        function()
    return kinds


def test_activations_are_told_by_the_names_of_their_operations():
    x = tf.constant([[-1.0, 1.0]])
    found = {
        name: seen_in(lambda name=name: keras.activations.get(name)(x))
        for name in ("relu", "relu6", "tanh", "sigmoid", "elu", "selu", "leaky_relu", "softmax")
    }
    names = ["Relu", "Relu6", "Tanh", "Sigmoid", "Elu", "Selu", "LeakyRelu", "Softmax"]
    for kinds, name in zip(found.values(), names, strict=True):
        assert name in kinds, MESSAGE


def test_silu_is_a_product_with_a_sigmoid():
    kinds = seen_in(lambda: keras.activations.silu(tf.constant([1.0])))
    assert kinds.index("Sigmoid") < len(kinds) - 1 - kinds[::-1].index("Mul"), MESSAGE


def test_inputs_and_outputs_are_the_tensors_themselves():
    x, found = tf.constant([-1.0, 2.0]), []
    with watching(lambda kind, inputs, outputs: found.append((inputs[0], outputs[0]))):
        y = tf.nn.relu(x)
    assert found[0][0] is x, MESSAGE
    np.testing.assert_array_equal(found[0][1], y)


def test_watcher_is_not_told_of_its_own_operations_nor_after_the_block():
    kinds = []
    with watching(lambda kind, *_: kinds.append(kind) or tf.constant(1.0) + 1.0):
        tf.nn.relu(tf.constant(1.0))
    tf.nn.relu(tf.constant(1.0))
    assert kinds == ["Relu"], MESSAGE


def test_graphs_are_not_told():
    function = tf.function(lambda x: tf.nn.relu(x))
    assert "Relu" not in seen_in(lambda: function(tf.constant(1.0))), MESSAGE


def test_a_graph_of_ones_own_is_told_of():
    found = []

    @tf.function
    def function(x):
        graph = tf.compat.v1.get_default_graph()
        with watching(lambda kind, inputs, outputs: found.append((kind, inputs, outputs)), graph):
            y = tf.nn.relu(x)
            tf.while_loop(
                lambda i: i < 2, lambda i: (tf.cast(tf.tanh(1.0), tf.int32) + i + 1,), [0]
            )
        assert found[0][1][0] is x, MESSAGE
        assert found[0][2][0] is y, MESSAGE
        return y

    function(tf.constant([-1.0]))
    kinds = [kind for kind, _, _ in found]
    assert kinds[0] == "Relu", MESSAGE
    assert "Tanh" not in kinds, MESSAGE
