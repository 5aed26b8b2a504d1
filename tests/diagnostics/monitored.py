"""Models and fits that the tests of monitoring share."""

import keras
import numpy as np

import keras_ivy as ivy

RANDOM = np.random.default_rng(7)
#: 36 samples: with batches of 8 an epoch has 5, and the last one is smaller.
X = RANDOM.standard_normal((36, 6)).astype("float32")
Y = RANDOM.standard_normal((36, 3)).astype("float32")
BATCH, STEPS = 8, 5


class Subclassed(keras.Model):
    """Not built before the first step; calls one layer twice."""

    def __init__(self):
        super().__init__(name="subclassed")
        self.first = keras.layers.Dense(6, "relu", name="first")
        self.norm = keras.layers.BatchNormalization(name="norm")
        self.drop = keras.layers.Dropout(0.3, name="drop")
        self.head = keras.layers.Dense(3, name="head")

    def call(self, x, training=None):
        x = self.first(self.norm(x, training=training))
        return self.head(self.drop(self.first(x), training=training))


class IvyModel(ivy.Module):
    """A Module of Ivy's layers."""

    def _build(self, *args, **kwargs):
        self.first = ivy.Linear(6, 8)
        self.head = ivy.Linear(8, 3)

    def _forward(self, x):
        return self.head(ivy.relu(self.first(x)))


def sequential(inputs=True):
    """Dropout, normalisation, an activation that ends and one that dies."""
    layers = [
        keras.layers.Dense(8, "relu", name="first"),
        keras.layers.Dropout(0.4, name="drop"),
        keras.layers.BatchNormalization(name="norm"),
        keras.layers.Dense(8, "tanh", name="second"),
        keras.layers.Dense(3, name="head", kernel_regularizer=keras.regularizers.L2(0.01)),
    ]
    return keras.Sequential([keras.Input((6,)), *layers] if inputs else layers)


def nested():
    """A functional model with a model inside."""
    inner = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(8, "elu", name="same")], name="inner"
    )
    x = keras.Input((6,))
    y = inner(keras.layers.Dense(8, name="same")(x))
    return keras.Model(x, keras.layers.Dense(3, name="head")(y))


def trained(make, callbacks=(), epochs=2, optimizer=None, data=None, shuffled=True, **compiled):
    """Fit and return the model and its history."""
    keras.utils.set_random_seed(3)
    model = make()
    optimizer = optimizer() if optimizer else keras.optimizers.Adam(0.01)
    model.compile(optimizer, "mse", metrics=["mae"], **compiled)
    options = {"batch_size": BATCH, "shuffle": shuffled} if data is None else {"shuffle": False}
    x, y = (X, Y) if data is None else (data(), None)
    history = model.fit(x, y, epochs=epochs, verbose=0, callbacks=list(callbacks), **options)
    return model, history


def state(model, history):
    """Everything that training leaves behind."""
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    names = ("loss", "mae")
    return [v.numpy() for v in variables] + [np.array(history.history[name]) for name in names]
