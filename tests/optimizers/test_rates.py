"""The learning rate: float32 for whoever reads it, what was written for float64 variables."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import SGD, Adam, WarmupPolynomial
from tests.optimizers.cases import CASES, variable_at

RATE = 0.1
ROUNDED = float(np.float32(RATE))
WRAPS = [lambda fn: fn, tf.function, tf.function(jit_compile=True)]


def moved(optimizer, wrap=lambda fn: fn, w=None):
    """How far one step of SGD takes a float64 variable whose gradient is one: the exact rate."""
    w = variable_at("w", [0.0], "float64") if w is None else w
    before = w.numpy()[0]
    wrap(lambda: optimizer.apply([tf.ones(1, "float64")], [w]))()
    return before - w.numpy()[0]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_rate_is_of_keras_type(case):
    optimizer = case.make(RATE)
    theirs = keras.optimizers.SGD(RATE)
    assert optimizer.learning_rate.dtype == theirs.learning_rate.dtype == "float32"
    loss = tf.constant(2.0)
    assert float(loss * optimizer.learning_rate.value) == pytest.approx(0.2)
    w = tf.Variable([1.0])
    w.assign_sub(WarmupPolynomial(RATE, 2, 10)(1) * tf.ones(1))
    optimizer = case.make(WarmupPolynomial(RATE, 2, 10))
    w.assign_sub(optimizer.learning_rate * tf.ones(1))


def test_default_type_decides_as_in_keras():
    keras.config.set_floatx("float64")
    try:
        assert SGD(RATE).learning_rate.dtype == "float64"
        assert WarmupPolynomial(RATE, 2, 10)(1).dtype == tf.float64
    finally:
        keras.config.set_floatx("float32")


@pytest.mark.parametrize("wrap", WRAPS, ids=["eager", "function", "xla"])
def test_float64_variable_gets_the_number_that_was_written(wrap):
    assert moved(SGD(RATE), wrap) == RATE


def test_step_gets_the_number_that_was_written():
    new = SGD(RATE).step(tf.constant([0.0], "float64"), tf.constant([1.0], "float64"))
    assert float(new[0]) == -RATE


@pytest.mark.parametrize("wrap", WRAPS, ids=["eager", "function", "xla"])
@pytest.mark.parametrize(
    ("change", "want"),
    [
        (lambda o: o.learning_rate.assign(0.25), 0.25),
        (lambda o: o.learning_rate.assign(0.3), float(np.float32(0.3))),
        (lambda o: setattr(o, "learning_rate", 0.25), 0.25),
        (lambda o: setattr(o, "learning_rate", float(o.learning_rate.numpy())), RATE),
        (lambda o: tf.function(lambda: o.learning_rate.assign(0.75))(), 0.75),
        (lambda o: o.set_weights([np.int64(0), np.float32(0.5)]), 0.5),
        (lambda o: o.load_own_variables({"0": np.int64(0), "1": np.float32(0.5)}), 0.5),
        (lambda o: o.load_own_variables({"0": np.int64(0), "1": np.float32(RATE)}), RATE),
    ],
    ids=["assign", "assign rounds", "set", "set to itself", "function", "weights", "file", "same"],
)
def test_a_rate_that_was_changed_counts(change, want, wrap):
    optimizer, w = SGD(RATE), variable_at("w", [0.0], "float64")
    optimizer.build([w])
    step = wrap(lambda: optimizer.apply([tf.ones(1, "float64")], [w]))
    step()
    change(optimizer)
    w.assign([0.0])
    step()
    assert -w.numpy()[0] == want


def test_a_number_that_is_set_is_written():
    optimizer = SGD(RATE)
    optimizer.learning_rate = 0.3
    assert (moved(optimizer), optimizer.get_config()["learning_rate"]) == (0.3, 0.3)
    optimizer.learning_rate.assign(0.7)
    assert optimizer.get_config()["learning_rate"] == float(np.float32(0.7))


def test_callbacks_change_the_rate():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(SGD(RATE), "mse")
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2.0)
    plateau = keras.callbacks.ReduceLROnPlateau("loss", 0.5, patience=1, min_delta=1e9)
    x = np.ones((4, 1), "float32")
    model.fit(x, x, epochs=3, verbose=0, callbacks=[schedule, plateau])
    assert float(model.optimizer.learning_rate) == pytest.approx(RATE / 32.0)


def test_gradient_reaches_the_variable():
    optimizer = SGD(RATE, stop_gradients=False)
    rate = optimizer.learning_rate.value
    with tf.GradientTape() as tape:
        tape.watch(rate)
        new = optimizer.step(tf.constant([0.0], "float64"), tf.constant([3.0], "float64"))
    assert float(tape.gradient(new, rate)) == -3.0


@pytest.mark.parametrize("wrap", WRAPS, ids=["eager", "function", "xla"])
def test_schedule_is_exact_for_float64_variables(wrap):
    schedule = WarmupPolynomial(RATE, 3, 10)
    optimizer = SGD(schedule)
    w = variable_at("w", [0.0], "float64")
    step = wrap(lambda: optimizer.apply([tf.ones(1, "float64")], [w]))
    step()
    w.assign([0.0])
    step()
    assert -w.numpy()[0] == pytest.approx(RATE / 3.0, rel=1e-14)


class Halved(WarmupPolynomial):
    """A schedule of a user's own."""

    def __call__(self, step):
        return 0.5 * super().__call__(step)


class Doubled(Adam):
    """An optimizer whose user reads the rate in another way."""

    def _get_current_learning_rate(self):
        return 2.0 * super()._get_current_learning_rate().value


def test_own_ways_are_taken():
    assert moved(SGD(Halved(RATE, 0, 10))) == pytest.approx(RATE / 2.0)
    w, v = variable_at("w", [0.0], "float64"), variable_at("v", [0.0], "float64")
    ratio = moved(Doubled(RATE), w=w) / moved(Adam(RATE), w=v)
    assert ratio == pytest.approx(2.0)


def test_a_callable_is_called_once_a_step():
    calls = []
    optimizer = Adam(lambda: calls.append(1) or 0.1)
    vs = [variable_at("w", [1.0]), variable_at("v", [1.0], "float64")]
    optimizer.apply([tf.ones(1), tf.ones(1, "float64")], vs)
    assert len(calls) == 1
