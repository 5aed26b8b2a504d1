"""Weights shared by giving one array to several modules."""

import gc

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.module.nets import Scale


class Tied(ivy.Module):
    def __init__(self, make):
        self.parts = make()
        super().__init__()

    def _forward(self, x):
        for part in self.parts:
            x = part(x)
        return x


def array(kind):
    value = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
    return {
        "numpy": lambda: value,
        "tensor": lambda: tf.constant(value),
        "variable": lambda: keras.Variable(value),
    }[kind]()


def layers(w):
    b = [np.zeros(2, "float32"), np.ones(2, "float32")]
    return [ivy.Linear(2, 2, v={"w": w, "b": x}) for x in b]


def test_one_array_is_one_variable_inside_a_parent():
    for kind in ("numpy", "tensor", "variable"):
        module = Tied(lambda kind=kind: layers(array(kind)))
        assert list(module.v.flatten()) == ["parts/v0/b", "parts/v0/w", "parts/v1/b"]
        assert len(module.trainable_variables) == 3
        assert module.parts[1].v.w is module.parts[0].v.w is module.v["parts/v1/w"]
        w = array("numpy")
        x = np.array([[1.0, -1.0]], "float32")
        np.testing.assert_allclose(module(x), (x @ w.T) @ w.T + 1, rtol=1e-6)
        doubled = module(x, v=module.v.set("parts/v0/w", 2 * w))
        np.testing.assert_allclose(doubled, (x @ (2 * w).T) @ (2 * w).T + 1, rtol=1e-6)


def test_training_moves_a_shared_weight_once():
    module = Tied(lambda: layers(array("tensor")))
    x = tf.constant([[1.0, -1.0]])
    before = np.array(module.v.parts.v0.w)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(module(x))
    grad = tape.gradient(loss, module.parts[0].v.w)
    module.compile(keras.optimizers.SGD(0.1), loss=lambda y, p: keras.ops.sum(p))
    module.fit(x, tf.zeros((1, 2)), verbose=0)
    np.testing.assert_allclose(module.v.parts.v0.w, before - 0.1 * grad, rtol=1e-6)
    assert module.parts[1].v.w is module.parts[0].v.w


def test_equal_values_in_two_arrays_are_two_variables():
    module = Tied(lambda: layers(array("numpy"))[:1] + layers(array("numpy"))[:1])
    assert len(module.trainable_variables) == 4


def test_scalars_and_separate_modules_are_not_tied():
    one = tf.constant([5.0, 5.0])
    first, second = Scale(v={"w": one}), Scale(v={"w": one})
    first.v = {"w": [0.0, 0.0]}
    np.testing.assert_array_equal(second.v.w, [5.0, 5.0])

    class Scalar(ivy.Module):
        def _create_variables(self):
            return {"s": 1.0}

    module = Tied(lambda: [Scalar(v={"s": 2.0}), Scalar(v={"s": 2.0})])
    assert len(module.trainable_variables) == 2


@pytest.fixture
def quick_collection():
    """Keep the garbage collector to what the test makes; it walks through all of TensorFlow."""
    gc.freeze()
    yield
    gc.unfreeze()


def test_an_array_that_is_gone_is_not_mistaken_for_a_new_one(quick_collection):
    def make():
        parts = []
        for _ in range(20):
            parts += layers(array("numpy"))[:1]
            gc.collect()
        return parts

    assert len(Tied(make).trainable_variables) == 40


def test_the_same_array_twice_in_one_module():
    class Twice(ivy.Module):
        def _create_variables(self):
            w = ivy.ones(2)
            return {"a": w, "b": w, "c": ivy.zeros(2)}

        def _forward(self, x):
            return x * self.v.a + self.v.b + self.v.c

    module = Twice()
    assert list(module.v) == ["a", "c"]
    assert module.v.b is module.v.a
    np.testing.assert_array_equal(module(tf.ones(2)), [2.0, 2.0])
    module.v = {"a": [3.0, 3.0], "c": [0.0, 0.0]}
    np.testing.assert_array_equal(module(tf.ones(2)), [6.0, 6.0])


class Chain(ivy.Module):
    def __init__(self, parts):
        self.parts = parts
        super().__init__()

    def _forward(self, x):
        for part in self.parts:
            x = part(x)
        return x


@pytest.mark.parametrize("way", ["config", "file", "clone", "inside another"])
def test_ties_between_arguments_of_the_constructor_survive(way, tmp_path):
    x = np.array([[1.0, -1.0]], "float32")
    module = Chain(layers(array("numpy")))
    if way == "inside another":
        module = Chain([module])
    module.compile("sgd", "mse")
    module.fit(x, x, verbose=0)
    if way == "config":
        again = type(module).from_config(module.get_config())
        again.set_weights(module.get_weights())
    elif way == "clone":
        again = keras.models.clone_model(module)
        again.set_weights(module.get_weights())
    else:
        module.save(tmp_path / "tied.keras")
        again = keras.models.load_model(tmp_path / "tied.keras")
        again.fit(x, x, verbose=0)
        module.fit(x, x, verbose=0)
    assert len(again.trainable_variables) == 3
    parts = again.parts[0].parts if way == "inside another" else again.parts
    assert parts[0].v.w is parts[1].v.w
    np.testing.assert_allclose(again(x), module(x), rtol=1e-6)


def test_checkpoints_hold_a_shared_weight_once(tmp_path):
    """And not what the second layer had before it was tied, which nobody trains."""
    module = Chain(layers(array("numpy")))
    module.v = module.v.set("parts/v0/w", 5.0 * np.ones((2, 2), "float32"))
    path = tf.train.Checkpoint(module=module).write(str(tmp_path / "tied"))
    reader = tf.train.load_checkpoint(path)
    shapes = reader.get_variable_to_shape_map()
    matrices = [reader.get_tensor(name) for name, shape in shapes.items() if shape == [2, 2]]
    assert len(matrices) == 1
    np.testing.assert_array_equal(matrices[0], 5.0 * np.ones((2, 2)))


def test_a_tie_of_a_config_needs_equal_shapes():
    config = Chain([ivy.Linear(2, 2), ivy.Linear(2, 3)]).get_config()
    config["ivy_ties"] = [["parts/v1/w", "parts/v0/w"]]
    module = Chain.from_config(config)
    assert [tuple(p.v.w.shape) for p in module.parts] == [(2, 2), (3, 2)]
    assert len(module.trainable_variables) == 4


def test_configs_without_ties_do_not_speak_of_them():
    assert "ivy_ties" not in Chain(layers(array("numpy"))[:1]).get_config()
    shared = ivy.Linear(2, 2)  # one layer, which Keras shares by itself
    assert "ivy_ties" not in Chain([shared, shared]).get_config()
    assert Chain(layers(array("numpy"))).get_config()["ivy_ties"] == [["parts/v1/w", "parts/v0/w"]]
