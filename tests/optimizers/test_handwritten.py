"""Optimizers that users wrote for Ivy, as subclasses with `_step(self, v, grads)`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy


class Sign(ivy.Optimizer):
    """Steps of the size of the rate, and a memory of what it saw."""

    def __init__(self, lr=0.1, inplace=None, stop_gradients=True, dev=None):
        ivy.Optimizer.__init__(self, lr, inplace, stop_gradients, True, False, dev)
        self._seen = []

    def _step(self, v, grads):
        self._seen.append(self._count)
        rate = self._lr if isinstance(self._lr, float) else self._lr()
        return v - grads.map(tf.sign) * rate


V = ivy.Container(a=tf.constant([1.0, 2.0]), b=ivy.Container(c=tf.constant(3.0)))
GRADS = ivy.Container(a=tf.constant([5.0, -5.0]), b=ivy.Container(c=tf.constant(0.5)))


def values(container):
    return {path: np.asarray(x).tolist() for path, x in container.flatten().items()}


def test_step_calls_the_users_formula():
    optimizer = Sign(0.5)
    assert values(optimizer.step(V, GRADS)) == {"a": [0.5, 2.5], "b/c": 2.5}
    assert values(V) == {"a": [1.0, 2.0], "b/c": 3.0}


def test_count_is_the_number_of_the_step_from_one():
    optimizer = Sign()
    for _ in range(3):
        optimizer.step(V, GRADS)
    assert list(optimizer._seen) == [1, 2, 3]


def test_schedule_and_callable_rates_are_called():
    halving = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.5, 0.25])
    optimizer = Sign(halving)
    first = optimizer.step(V, GRADS)
    assert values(first)["b/c"] == 2.5
    assert values(optimizer.step(first, GRADS))["b/c"] == 2.25
    assert values(Sign(lambda: 2.0).step(V, GRADS))["b/c"] == 1.0


def test_missing_gradients_leave_their_variables():
    some = ivy.Container(b={"c": tf.constant(1.0)})
    assert values(Sign(1.0).step(V, some, ignore_missing=True)) == {"a": [1.0, 2.0], "b/c": 2.0}
    with pytest.raises(KeyError, match="There is no gradient for: a"):
        Sign(1.0).step(V, some)


def test_training_through_keras_names_the_way_out():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    with pytest.raises(NotImplementedError, match=r"Sign implements Ivy's `_step` alone"):
        Sign().build(model.trainable_variables)


def test_step_in_a_function_names_the_way_out():
    with pytest.raises(ValueError, match="Sign keeps its state in Python attributes"):
        tf.function(lambda: Sign().step(V, GRADS))()


def test_wrong_result_is_refused():
    class Broken(Sign):
        def _step(self, v, grads):
            return v.a

    with pytest.raises(ValueError, match="must return the variables it was given"):
        Broken().step(V, GRADS)


@pytest.mark.parametrize("update", [ivy.adam_update, ivy.lamb_update])
def test_updates_take_inplace_where_the_document_puts_it(update):
    w, g, zero = tf.constant([3.0, 4.0]), tf.constant([1.0, 2.0]), tf.constant([0.0, 0.0])
    options = [0.9, 0.999, 1e-7] + ([10.0, 0.0] if update is ivy.lamb_update else [])
    plain = update(w, g, 0.1, zero, zero, 1, *options, True)
    document = update(w, g, 0.1, zero, zero, 1, *options, None, True)
    for x, y in zip(plain, document, strict=True):
        np.testing.assert_array_equal(x, y)
    with tf.GradientTape() as tape:
        tape.watch(w)
        kept = update(w, g, 0.1, zero, zero, 1, *options, None, False)[0]
    assert tape.gradient(kept, w) is not None


def test_too_many_arguments_by_position_are_refused():
    with pytest.raises(TypeError, match="up to 6 further arguments by position"):
        ivy.Optimizer(0.1, 1, 2, 3, 4, 5, 6, 7)
