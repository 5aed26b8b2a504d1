"""Findings that come up in training are warned of, once, with a remedy that works."""

import warnings

import keras
import numpy as np
import pytest

import keras_ivy as ivy

RANDOM = np.random.default_rng(0)
X = RANDOM.standard_normal((64, 16)).astype("float32")
Y = RANDOM.standard_normal((64, 1)).astype("float32")


def net(*layers):
    return keras.Sequential([keras.Input((16,)), *layers, keras.layers.Dense(1, name="head")])


def hidden(number, activation="relu", **options):
    return [keras.layers.Dense(32, activation, name=f"hidden{i}", **options) for i in range(number)]


def vanishing():
    return net(*hidden(8, kernel_initializer=keras.initializers.RandomNormal(0, 0.05, seed=1)))


def exploding():
    return net(*hidden(5, kernel_initializer=keras.initializers.RandomNormal(0, 2.0, seed=1)))


def dead():
    bias = keras.initializers.Constant(-9.0)
    return net(*hidden(1), keras.layers.Dense(16, "relu", name="off", bias_initializer=bias))


def saturated():
    return net(*hidden(2, "tanh", kernel_initializer=keras.initializers.RandomNormal(0, 9, seed=1)))


def fitted(model, callback, x=X, y=Y, optimizer="sgd", epochs=2):
    model.compile(optimizer, "mse")
    model.fit(x, y, epochs=epochs, batch_size=32, verbose=0, callbacks=[callback])
    return callback


@pytest.mark.parametrize(
    ("make", "callback", "kind"),
    [
        (vanishing, ivy.ActivationStats, "VANISHING_FORWARD"),
        (exploding, ivy.ActivationStats, "EXPLODING_FORWARD"),
        (dead, ivy.ActivationStats, "DEAD"),
        (saturated, ivy.ActivationStats, "SATURATED"),
        (vanishing, ivy.GradientStats, "VANISHING_BACKWARD"),
        (exploding, ivy.GradientStats, "EXPLODING_BACKWARD"),
    ],
)
def test_finding_is_warned_of_with_its_remedy(make, callback, kind):
    keras.utils.set_random_seed(0)
    model, stats = make(), callback()
    slow = keras.optimizers.SGD(1e-30)
    with pytest.warns(UserWarning, match="At step") as told:
        fitted(model, stats, optimizer=slow)
    (finding,) = [f for f in stats.findings if f.kind == kind][:1]
    texts = [str(each.message) for each in told if f": {kind}" in str(each.message)]
    assert texts[0].startswith("At step 1:")
    assert finding.remedy in texts[0]
    assert len(texts) == len(set(texts))
    assert kind in {f.kind for f in ivy.diagnose(model, X, Y).findings}
    # The warning shows a line of the program, not one of the package.
    assert told[0].filename == __file__
    exec(finding.remedy, {"ivy": ivy, "model": model, "keras": keras, "np": np, "x": X, "y": Y})
    after = callback()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other kinds
        fitted(model, after, optimizer=keras.optimizers.SGD(1e-3), epochs=1)
    assert kind not in {f.kind for f in after.findings}


def test_healthy_training_is_silent():
    keras.utils.set_random_seed(0)
    model = net(*hidden(4, kernel_initializer="he_normal"))
    model.compile(keras.optimizers.Adam(1e-3), "mse")
    callbacks = [ivy.ActivationStats(), ivy.GradientStats()]
    model.fit(X, Y, epochs=10, batch_size=32, verbose=0, callbacks=callbacks)
    assert callbacks[0].findings == callbacks[1].findings == []


def test_steps_that_are_too_large_are_warned_of_and_small_ones_only_at_first():
    keras.utils.set_random_seed(0)
    model, stats = net(), ivy.GradientStats()
    with pytest.warns(UserWarning, match="UPDATE head.* too much"):
        fitted(model, stats, optimizer=keras.optimizers.SGD(10.0), epochs=1)
    model, stats = net(), ivy.GradientStats()
    with pytest.warns(UserWarning, match="UPDATE head.* too little"):
        fitted(model, stats, optimizer=keras.optimizers.SGD(1e-6))
    # A rate that begins small on purpose, and one that became small.
    schedule = keras.optimizers.schedules.PolynomialDecay(1e-9, 4, 1e-2)
    fitted(net(), ivy.GradientStats(), optimizer=keras.optimizers.SGD(schedule))

    class Lower(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.optimizer.learning_rate = 1e-9

    model = net()
    model.compile(keras.optimizers.SGD(1e-3), "mse")
    model.fit(X, Y, batch_size=16, verbose=0, callbacks=[ivy.GradientStats(), Lower()])


@pytest.mark.parametrize("callback", [ivy.ActivationStats, ivy.GradientStats])
def test_values_that_are_no_numbers_are_found_where_they_begin(callback):
    keras.utils.set_random_seed(0)
    model, x = net(*hidden(2)), X.copy()
    x[40] = np.nan  # in the second batch
    model.compile(keras.optimizers.SGD(1e-3), "mse")
    stats = callback()
    with pytest.warns(UserWarning, match="At step 2: NON_FINITE hidden0: input 1 of 1"):
        model.fit(x, Y, batch_size=32, verbose=0, shuffle=False, callbacks=[stats])
    finite = {row.step: row.finite for row in stats.records}
    assert finite == {1: True, 2: False}
    (finding,) = [f for f in stats.findings if f.kind == "NON_FINITE"]
    assert finding.remedy.startswith("x = np.nan_to_num")


def test_another_model_begins_anew():
    stats = ivy.ActivationStats()
    with pytest.warns(UserWarning, match="DEAD off"):
        fitted(dead(), stats, epochs=1)
    with pytest.warns(UserWarning, match="DEAD off"):
        fitted(dead(), stats, epochs=1)
    assert stats.records.steps == (1, 2)


def grown(factor):
    """A network whose signal grows by a factor in the middle, and is brought back by the head."""
    model = net(*hidden(3, kernel_initializer=keras.initializers.HeNormal(1)))
    middle, head = model.get_layer("hidden1"), model.get_layer("head")
    middle.kernel.assign(factor * np.array(middle.kernel))
    head.kernel.assign(np.array(head.kernel) / factor)
    return model


@pytest.mark.parametrize(("factor", "told"), [(300.0, False), (1e6, True)])
def test_growth_of_what_has_learned_is_judged_less_eagerly(factor, told):
    keras.utils.set_random_seed(0)
    model, stats = grown(factor), ivy.ActivationStats()
    model.compile(keras.optimizers.SGD(1e-30), "mse")
    model.optimizer.iterations.assign(380)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, Y, verbose=0, callbacks=[stats])
    assert ("EXPLODING_FORWARD" in {f.kind for f in stats.findings}) is told
    fresh, stats = grown(factor), ivy.ActivationStats()
    with pytest.warns(UserWarning, match="EXPLODING_FORWARD"):
        fitted(fresh, stats, optimizer=keras.optimizers.SGD(1e-30), epochs=1)
    (finding,) = [f for f in stats.findings if f.kind == "EXPLODING_FORWARD"]
    assert finding.remedy.startswith("ivy.initialize_model")


@pytest.mark.parametrize("scheduled", [False, True])
@pytest.mark.parametrize("callback", [ivy.ActivationStats, ivy.GradientStats])
def test_remedy_in_training_keeps_what_was_learned(callback, scheduled):
    keras.utils.set_random_seed(0)
    rate = keras.optimizers.schedules.ExponentialDecay(1e-9, 100, 1.0) if scheduled else 1e-9
    model, stats = vanishing(), callback()
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(X, Y, verbose=0)
    with pytest.warns(UserWarning, match="to start again: ivy.initialize_model"):
        model.fit(X, Y, verbose=0, callbacks=[stats])
    before = [np.array(v) for v in model.trainable_variables]
    exec(stats.findings[0].remedy, {"ivy": ivy, "model": model, "keras": keras})
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-10)
    for value, now in zip(before, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(value, np.array(now))
