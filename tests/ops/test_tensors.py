"""How arguments become tensors: `to_tensor`, in which every function reads what it is given."""

import re

import keras
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.ops.tensors import to_tensor


@pytest.fixture(params=["float32", "float64", "bfloat16", "float16"])
def floatx(request):
    before = keras.config.floatx()
    keras.config.set_floatx(request.param)
    yield request.param
    keras.config.set_floatx(before)


def test_numbers_of_python_become_the_default_type_of_floats(floatx):
    for x in (2.5, [1, 2.5], [], [[1.0], [2]]):
        for make in (ivy.array, ivy.asarray, ivy.native_array, to_tensor):
            assert make(x).dtype.name == floatx
    assert ivy.array(1 + 2j).dtype.name == (
        "complex128" if floatx == "float64" else "complex64"
    )  # fmt: skip
    assert ivy.array([1, 2]).dtype.name == "int32"
    assert ivy.array([True]).dtype.name == "bool"


def test_creation_follows_the_default_type(floatx):
    made = [
        ivy.linspace(0.0, 1.0, 3), ivy.logspace(0.0, 1.0, 3), ivy.arange(3.0), ivy.zeros(2),
        ivy.full((2,), 1.5), ivy.eye(2), ivy.one_hot([0], 2), ivy.sin(1), ivy.mean([1, 2]),
    ]  # fmt: skip
    assert {x.dtype.name for x in made} == {floatx}


def test_arrays_keep_their_type(floatx):
    for x in (np.array([1.0]), np.float64(2.0), [np.float64(2.0)], [np.zeros(2)]):
        assert ivy.array(x).dtype == tf.float64
    assert ivy.array(np.array([1.5], ml_dtypes.bfloat16)).dtype == tf.bfloat16
    assert ivy.array([np.float32(1.0), 2.0]).dtype == tf.float32
    assert ivy.array([2**40]).dtype == tf.int64


def test_members_of_a_list_find_a_common_type():
    mixed = ivy.array([keras.Variable([1], dtype="int32"), tf.constant([2.5]), [3]])
    assert mixed.numpy().tolist() == [[1.0], [2.5], [3.0]]
    assert ivy.array([tf.constant(1j, tf.complex128), 2.0]).dtype == tf.complex128
    assert ivy.array([1.5], dtype="int32").numpy().tolist() == [1]


def test_a_list_of_variables_passes_gradients():
    a, b = keras.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.reduce_prod(ivy.array([a, [b][0], 5.0]))
    grads = tape.gradient(y, [a.value, b])
    assert [float(g) for g in grads] == [15.0, 10.0]


def test_a_scope_replaces_the_value_that_is_read():
    v = keras.Variable([1.0, -2.0])
    with keras.StatelessScope(state_mapping=[(v, tf.constant([-3.0, 4.0]))]):
        assert ivy.relu(v).numpy().tolist() == [0.0, 4.0]
    assert ivy.relu(v).numpy().tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    "x",
    [None, "a", ["a"], object(), {1: 2}, [None], np.array([None]), 2**70, [[1], [1, 2]],
     [tf.zeros(2), tf.zeros(3)], np.array(["a"])],
    ids=lambda value: re.sub(" at 0x[0-9a-f]+", "", repr(value)),
)  # fmt: skip
def test_what_is_no_array_is_refused_by_name(x):
    for function in (ivy.array, ivy.relu, ivy.sin, ivy.reshape):
        with pytest.raises((TypeError, ValueError), match="Received: "):
            function(x, (1,)) if function is ivy.reshape else function(x)


def test_a_sparse_tensor_is_read_as_the_array_it_stands_for():
    sparse = tf.sparse.from_dense([[0.0, -1.0], [2.0, 0.0]])
    assert ivy.relu(sparse).numpy().tolist() == [[0.0, 0.0], [2.0, 0.0]]


def test_numbers_that_do_not_fit_the_array_are_refused():
    with pytest.raises(ValueError, match=r"`add`.*uint8 lies between 0 and 255.*x2=-1"):
        ivy.add(np.array([1], "uint8"), -1)
    assert ivy.clip(np.array([1, 5], "uint8"), -1, 3).numpy().tolist() == [1, 3]


class Gate(ivy.Module):
    def __init__(self, function):
        self._function = function
        ivy.Module.__init__(self)

    def _create_variables(self, device=None, dtype=None):
        return {"g": ivy.array([[0.25, 0.5]])}

    def _forward(self, x):
        return x * self._function(self.v.g)


@pytest.mark.parametrize(
    "name",
    ["celu", "elu", "gelu", "hardswish", "leaky_relu", "log_softmax", "logit", "logsigmoid", "mish",
     "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "tanh"],
)  # fmt: skip
def test_a_module_gates_by_an_activation_of_its_variable(name):
    gate, x = Gate(getattr(ivy, name)), tf.constant([[1.0, 2.0]])
    expected = x * getattr(ivy, name)(tf.constant([[0.25, 0.5]]))
    np.testing.assert_allclose(gate(x), expected)
    np.testing.assert_allclose(gate(x, v=ivy.Container(g=tf.constant([[0.25, 0.5]]))), expected)
    value, grads = ivy.value_and_grad(lambda v: tf.reduce_sum(gate(x, v=v)))(gate.v)
    assert float(value) == pytest.approx(float(tf.reduce_sum(expected)))
    assert float(tf.norm(grads.g)) > 0


@pytest.mark.parametrize("layer", [ivy.ReLU, ivy.Softmax, ivy.GELU, ivy.Tanh, ivy.Hardswish])
@pytest.mark.parametrize("kind", [keras.Variable, tf.Variable])
def test_activation_layers_take_a_variable(layer, kind):
    x = [[0.5, -1.0]]
    np.testing.assert_allclose(layer()(kind(x)), layer()(tf.constant(x)))
