"""Callbacks that look leave the training as it is, bit for bit, and look at what it does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.diagnostics.monitored import (
    STEPS,
    IvyModel,
    Subclassed,
    X,
    Y,
    nested,
    sequential,
    state,
    trained,
)


def accumulating():
    return keras.optimizers.Adam(0.01, gradient_accumulation_steps=2)


def scaled():
    return keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.05))


def clipped():
    return ivy.Adam(0.01, global_clipnorm=0.1, use_ema=True)


def unknown_length():
    return (
        tf.data.Dataset.from_tensor_slices((X, Y))
        .shuffle(36, seed=2)
        .batch(8)
        .filter(lambda x, y: True)
    )


CASES = {
    "sequential": (sequential, {}),
    "unbuilt": (lambda: sequential(inputs=False), {}),
    "subclassed": (Subclassed, {}),
    "nested": (nested, {}),
    "module": (IvyModel, {}),
    "eager": (sequential, {"run_eagerly": True}),
    "executions": (lambda: sequential(inputs=False), {"steps_per_execution": 3}),
    "accumulating": (sequential, {"optimizer": accumulating, "steps_per_execution": 2}),
    "scaled": (sequential, {"optimizer": scaled}),
    "clipped": (sequential, {"optimizer": clipped}),
    "unknown length": (sequential, {"data": unknown_length}),
}


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # by Keras, without us too
@pytest.mark.parametrize("case", CASES)
def test_training_is_the_same_bit_for_bit(case):
    make, options = CASES[case]
    wanted = state(*trained(make, **options))
    callbacks = [ivy.ActivationStats(every=2), ivy.GradientStats(3)]
    if case == "sequential":
        callbacks.append(ivy.ActivationStats(X[:5]))
    model, history = trained(make, callbacks, **options)
    for value, other in zip(wanted, state(model, history), strict=True):
        np.testing.assert_array_equal(value, other)
    assert callbacks[0].records.steps == (1, 3, 5, 7, 9)
    assert callbacks[1].records.steps == (1, 4, 7, 10)
    assert np.isfinite([row.rms for row in callbacks[0].records]).all()


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float64"])
def test_training_in_other_precisions_is_the_same(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    # Keras can't add a regularizer in float64 to a loss in float32.
    make = nested if policy == "float64" else sequential
    try:
        wanted = state(*trained(make))
        callbacks = [ivy.ActivationStats(), ivy.GradientStats()]
        found = state(*trained(make, callbacks))
    finally:
        keras.config.set_dtype_policy(before)
    for value, other in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(value, other)


def rate(name="SGD", **options):
    return lambda: getattr(keras.optimizers, name)(0.25, **options)


@pytest.mark.parametrize("options", [{}, {"steps_per_execution": 3}], ids=["single", "several"])
def test_gradient_is_that_of_the_step_with_its_dropout(options):
    # Of plain gradient descent a step is the gradient times the rate.
    stats = ivy.GradientStats()
    trained(sequential, [stats], epochs=1, optimizer=rate(), **options)
    assert stats.records.steps == tuple(range(1, STEPS + 1))
    for row in stats.records:
        assert row.update_norm == pytest.approx(0.25 * row.norm, rel=2e-4), row.name
        size = row.weight_norm
        assert row.update_ratio == pytest.approx(row.update_norm / size if size else np.inf)
        assert row.iteration == row.step - 1


def test_compiled_step_is_measured_with_its_own_random_numbers():
    # XLA draws others than TensorFlow does.
    def make():
        layers = [keras.layers.Dropout(0.4), keras.layers.Dense(3, name="head")]
        return keras.Sequential(layers)

    def data():
        return tf.data.Dataset.from_tensor_slices((X[:32], Y[:32])).batch(8)

    def slow():
        return keras.optimizers.SGD(0.0625)

    options = {"epochs": 1, "optimizer": slow, "jit_compile": True, "data": data}
    wanted = state(*trained(make, **options))
    values, gradients = ivy.ActivationStats(every=3), ivy.GradientStats()
    found = state(*trained(make, [values, gradients], **options))
    for value, other in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(value, other)
    for row in gradients.records:
        assert row.update_norm == pytest.approx(0.0625 * row.norm, rel=2e-4), row.name
    assert values.records.steps == (1, 4)
    assert 0.2 < values.records[0].zeros < 0.6


def test_half_precision_tells_gradients_without_their_scale():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        wanted = state(*trained(sequential, optimizer=rate()))
        stats = ivy.GradientStats()
        found = state(*trained(sequential, [stats], optimizer=rate()))
    finally:
        keras.config.set_dtype_policy("float32")
    for value, other in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(value, other)
    made = {row.step for row in stats.records if row.update_norm is not None}
    assert len(made) > STEPS
    for row in stats.records:
        if row.step in made:
            assert row.update_norm == pytest.approx(0.25 * row.norm, rel=2e-3), row.name
    # What overflows at first only lowers the scale.
    skipped = {row.step for row in stats.records if not row.finite}
    assert skipped == set(stats.records.steps) - made


def test_step_that_is_skipped_has_no_update_and_is_no_finding():
    def optimizer():
        return keras.optimizers.LossScaleOptimizer(rate()(), 2.0**127)

    stats = ivy.GradientStats()
    trained(sequential, [stats], epochs=1, optimizer=optimizer)
    first = [row for row in stats.records if row.step == 1]
    assert not all(row.finite for row in first)
    assert all(row.update_ratio is None for row in first)
    assert not stats.findings


def test_gradients_that_are_accumulated_have_an_update_where_a_step_is_made():
    stats = ivy.GradientStats()
    trained(sequential, [stats], optimizer=accumulating, epochs=1)
    made = {row.step: row.update_ratio is not None for row in stats.records}
    assert made == {1: False, 2: True, 3: False, 4: True, 5: False}
    assert [row.iteration for row in stats.records.series("first")] == [0, 0, 1, 1, 2]


def test_executions_are_measured_batch_by_batch():
    single, several = ivy.ActivationStats(), ivy.ActivationStats()
    trained(sequential, [single], epochs=1)
    trained(sequential, [several], epochs=1, steps_per_execution=3)
    for row, other in zip(single.records, several.records, strict=True):
        assert (row.step, row.layer) == (other.step, other.layer)
        assert row.rms == pytest.approx(other.rms, rel=1e-5)


class Swapped(keras.Model):
    """Turns its inputs round, in a step of its own."""

    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", name="head")

    def call(self, x):
        return self.head(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(-x) - y) ** 2)
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return {"loss": loss}


class TwoOptimizers(Swapped):
    """Steps an optimizer that is not the compiled one."""

    def __init__(self):
        super().__init__()
        self.second = keras.optimizers.SGD(0.5)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x) - y) ** 2)
        self.second.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}


class Counting(keras.layers.Layer):
    """Counts in a variable of TensorFlow's, which no scope of Keras's protects."""

    def __init__(self):
        super().__init__()
        self.count = tf.Variable(0.0)

    def call(self, x):
        self.count.assign_add(1.0)
        return x * 1.0


def test_step_of_ones_own_is_measured_as_it_is():
    x = np.array([[1.0], [2.0]], "float32")
    values, gradients = ivy.ActivationStats(), ivy.GradientStats()
    model = Swapped()
    model.compile(keras.optimizers.SGD(0.01), "mse")
    model.fit(x, x, verbose=0, callbacks=[values, gradients])
    assert values.records["head"].mean == -1.5
    # d/dw mean((-w x - x)^2) at w = 1: 2 mean(2 x^2) = 10.
    assert gradients.records["head"].norm == pytest.approx(10.0)
    assert gradients.records["head"].update_norm == pytest.approx(0.1)


@pytest.mark.parametrize("callback", [ivy.ActivationStats, ivy.GradientStats])
def test_what_cannot_be_run_twice_is_refused_before_it_changes(callback):
    two = TwoOptimizers()
    two.compile("sgd", "mse")
    two(X)
    counting = Counting()
    plain = keras.Sequential([keras.Input((6,)), counting, keras.layers.Dense(3)])
    plain.compile("sgd", "mse")
    for model, y in ((two, Y[:, :1]), (plain, Y)):
        before = [v.numpy() for v in model.variables]
        with pytest.raises(ValueError, match="Received"):
            model.fit(X, y, verbose=0, callbacks=[callback()])
        for value, variable in zip(before, model.variables, strict=True):
            np.testing.assert_array_equal(value, variable)
    assert float(counting.count) == 0.0
    # The way out that the sentence names.
    stats = ivy.ActivationStats(X[:4])
    two.fit(X, Y[:, :1], verbose=0, callbacks=[stats])
    assert stats.records["head"].finite


def test_fit_without_the_callback_after_an_error_is_not_looked_at():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            raise KeyboardInterrupt

    keras.utils.set_random_seed(0)
    model, stats = sequential(), ivy.ActivationStats()
    model.compile("sgd", "mse")
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, verbose=0, callbacks=[stats, Stop()])
    model.fit(X, Y, verbose=0)
    assert len(stats.records) == 0
