"""What an epoch of `fit` costs with our optimizers, against Keras's, alone and mirrored.

    python benchmarks/optimizer_fit.py

The model is wide and the batch small, so that the optimizer is a large share of a step. The
mirrored run has two replicas on logical CPUs of the same machine: each makes the whole update.
"""

import keras
import numpy as np
import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

from _timing import header, interleave  # noqa: E402

from keras_ivy.optimizers import LAMB, Adam  # noqa: E402

PAIRS = {
    "Adam": (lambda: keras.optimizers.Adam(1e-3), lambda: Adam(1e-3, variant="keras")),
    "LAMB": (lambda: keras.optimizers.Lamb(1e-3), lambda: LAMB(1e-3, variant="paper")),
}


def trainer(optimizer: keras.optimizers.Optimizer, strategy: tf.distribute.Strategy):
    """Return a function that trains a model of 4.2M weights for an epoch of ten steps."""
    with strategy.scope():
        layers = [keras.layers.Dense(512, "relu") for _ in range(16)]
        model = keras.Sequential([keras.Input((512,)), *layers, keras.layers.Dense(1)])
        model.compile(optimizer(), "mse")
    x = np.random.default_rng(0).normal(size=(80, 512)).astype("float32")
    return lambda: model.fit(x, x[:, :1], batch_size=8, verbose=0)


def main() -> None:
    """Print the ratios."""
    print(header())
    strategies = {
        "one device": tf.distribute.get_strategy(),
        "two replicas": tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]),
    }
    for place, strategy in strategies.items():
        for name, (theirs, ours) in PAIRS.items():
            both = {"keras": trainer(theirs, strategy), "ours": trainer(ours, strategy)}
            medians = interleave(both, rounds=10, warmup=2)
            print(
                f"{name:5s} {place:13s} {medians['keras'] * 1e3:8.1f} ms "
                f"{medians['ours'] * 1e3:8.1f} ms   ratio {medians['ours'] / medians['keras']:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
