"""Nothing is changed by a look: not the model, its optimizer, its statistics, or any seed."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

import keras_ivy as ivy
from tests.diagnostics.cases import CLASSES, WIDTH, K, X, Y


class Counting(keras.Model):
    """Keeps what it saw, in attributes, lists and a variable."""

    def __init__(self):
        super().__init__()
        self.dense = K.Dense(
            WIDTH, "relu", activity_regularizer=keras.regularizers.L2(0.01), name="hidden"
        )
        self.norm = K.BatchNormalization(name="norm")
        self.drop = K.Dropout(0.3, name="drop")
        self.head = K.Dense(CLASSES, "softmax", name="head")
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.seen = []
        self.fail = False

    def call(self, x, training=False):
        self.count.assign_add(1.0)
        self.seen.append(x.shape)
        self.last = self.drop(self.norm(self.dense(x), training=training), training=training)
        self.dense.kernel.assign(self.dense.kernel * 1.5)
        keras.random.normal((1,))
        random.random(), np.random.rand(), tf.random.normal((1,))
        if self.fail:
            raise RuntimeError("no")
        return self.head(self.last)


def counting():
    keras.utils.set_random_seed(5)
    model = Counting()
    model(X[:4])
    model.compile(
        ivy.LAMB(0.01, variant="paper"), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(X, Y, epochs=1, verbose=0)
    return model


def state_of(model, optimizer=None):
    """Everything that can be asked."""
    optimizer = optimizer or model.optimizer
    variables = [*model.variables, *optimizer.variables, *model.metrics_variables]
    inner = [model, *ivy.structure.sublayers(model).values(), optimizer]
    eager = context.context()._seed
    generator = keras.src.random.seed_generator.global_seed_generator()
    return {
        "values": [np.asarray(keras.ops.convert_to_numpy(v)).tobytes() for v in variables],
        "names": [v.path for v in variables],
        "attributes": [
            sorted((name, id(value)) for name, value in vars(each).items()) for each in inner
        ],
        "lists": [
            [list(value) for value in vars(each).values() if isinstance(value, list)]
            for each in inner
        ],
        "losses": len(model.losses),
        "python": random.getstate(),
        "numpy": np.random.get_state()[1].tobytes(),
        "seed": eager,
        "keras": np.array(generator.state).tobytes(),
        "eagerly": tf.config.functions_run_eagerly(),
    }


def test_nothing_is_changed():
    model = counting()
    ratios = model.optimizer.trust_ratios()
    before = state_of(model)
    ivy.diagnose(model, X, Y)
    ivy.weight_stats(model)
    assert state_of(model) == before
    assert model.optimizer.trust_ratios() == ratios


def test_nothing_is_changed_by_an_error():
    model = counting()
    before = state_of(model)
    vars(model)["fail"] = True
    with pytest.raises(RuntimeError, match="no"):
        ivy.diagnose(model, X, Y)
    vars(model)["fail"] = False
    assert state_of(model) == before


def test_nothing_is_changed_by_a_loss_that_fails():
    model = counting()
    before = state_of(model)
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        ivy.diagnose(model, X, Y, loss="categorical_crossentropy")
    assert state_of(model) == before


@pytest.mark.parametrize("make", [lambda: keras.optimizers.AdamW(0.01), lambda: ivy.LAMB(0.01)])
def test_optimizer_that_is_not_built_stays_so(make):
    model, optimizer = counting(), make()
    before = state_of(model, optimizer)
    report = ivy.diagnose(model, X, Y, optimizer=optimizer)
    assert not optimizer.built
    assert state_of(model, optimizer) == before
    assert report["hidden"].update_ratio > 0


def test_training_goes_on_as_if_nobody_had_looked():
    first, second = counting(), counting()
    ivy.diagnose(second, X, Y)
    for model in (first, second):
        model.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(first.variables, second.variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_same_model_gives_the_same_report():
    model = counting()
    assert ivy.diagnose(model, X, Y).to_dict() == ivy.diagnose(model, X, Y).to_dict()


def test_compiled_functions_go_on_where_they_were():
    """`tf.random.set_seed` would let them begin anew, and load anew, which takes seconds."""

    @tf.function
    def draw():
        return tf.random.uniform((), seed=3)

    model = keras.Sequential([keras.Input((WIDTH,)), K.Dense(8, "relu"), K.Dropout(0.5)])
    first = float(draw())
    ivy.diagnose(model, X)
    assert float(draw()) != first


def test_draws_by_a_seed_of_their_own_are_the_same_at_every_look():
    class Noisy(K.Layer):
        def call(self, x):
            return x + tf.random.normal(tf.shape(x), seed=3)

    model = keras.Sequential([keras.Input((WIDTH,)), K.Dense(8), Noisy(name="noise"), K.Dense(2)])
    first, second = ivy.diagnose(model, X), ivy.diagnose(model, X)
    assert first["noise"].rms == second["noise"].rms


def test_module_is_not_changed():
    model = ivy.Sequential(
        ivy.Linear(WIDTH, 16), ivy.ReLU(), ivy.Dropout(0.5), ivy.Linear(16, CLASSES)
    )
    model(tf.constant(X[:2]))
    before = {k: np.array(v) for k, v in model.v.flatten().items()}
    seeds = [np.array(v) for v in model.variables]
    report = ivy.diagnose(model, X, Y, optimizer=ivy.Adam(0.01))
    assert report.rows[0].type == "Linear"
    for key, value in model.v.flatten().items():
        np.testing.assert_array_equal(value, before[key])
    for variable, seed in zip(model.variables, seeds, strict=True):
        np.testing.assert_array_equal(variable, seed)
