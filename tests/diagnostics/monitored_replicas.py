"""A program of two replicas, whose training is measured; see `test_monitoring_replicas`."""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

import keras_ivy as ivy

X = np.random.default_rng(1).standard_normal((24, 4)).astype("float32")
Y = X[:, :2] * 0.5


def fitted(strategy, callbacks, dropout):
    """Train and return what is left."""
    keras.utils.set_random_seed(0)
    with strategy.scope():
        layers = [
            keras.layers.Dense(6, "relu", name="hidden"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dropout(0.5, seed=1) if dropout else keras.layers.Identity(),
            keras.layers.Dense(2, name="head"),
        ]
        model = keras.Sequential([keras.Input((4,)), *layers])
        model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=callbacks)
    return [v.numpy().tolist() for v in model.variables]


def main() -> None:
    """Print what the tests ask of."""
    cpus = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(
        cpus[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    plain = fitted(strategy, [], True)
    values, gradients = ivy.ActivationStats(every=2), ivy.GradientStats()
    looked = fitted(strategy, [values, gradients], True)
    first = ivy.ActivationStats()
    fitted(strategy, [first], False)
    json.dump(
        {
            "same": plain == looked,
            "steps": [values.records.steps, gradients.records.steps],
            "updates": [[row.name, row.norm, row.update_norm] for row in gradients.records],
            "means": [[row.layer, row.mean] for row in first.records if row.step == 1],
            "norm": [row.std for row in first.records if row.layer == "norm"],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
