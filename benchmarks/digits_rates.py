"""Which learning rate trains: every named optimizer on handwritten digits, at several rates.

A stock Keras network with two hidden layers of 128, Keras's own initial values (biases of zero),
ten epochs in batches of 32, three seeds. Prints the median accuracy on 360 held-out images; chance
is 0.10. The default rate of Ivy's optimizers is 1e-4.

    python benchmarks/digits_rates.py
"""

import os
import statistics
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from _timing import header
from sklearn.datasets import load_digits

import keras_ivy

RATES = [1e-4, 1e-3, 1e-2, 0.1, 1.0]
SEEDS = [0, 1, 2]
EPOCHS, BATCH, HIDDEN, TEST = 10, 32, 128, 360


def network() -> keras.Model:
    """A network as a newcomer writes it."""
    return keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(HIDDEN, "relu"),
            keras.layers.Dense(HIDDEN, "relu"),
            keras.layers.Dense(10),
        ]
    )


def accuracies(name: str) -> list[float]:
    """Train with each rate, and return the median accuracies on the images held out."""
    images, labels = load_digits(return_X_y=True)
    images = (images / 16.0).astype("float32")
    model = network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(name, loss, metrics=["accuracy"], steps_per_execution=15)
    model.optimizer.build(model.trainable_variables)
    state = [variable.numpy() for variable in model.optimizer.variables]
    found = []
    for rate in RATES:
        values = []
        for seed in SEEDS:
            # One model for all runs: what is traced once serves every rate.
            keras.utils.set_random_seed(seed)
            model.set_weights(network().get_weights())
            for variable, value in zip(model.optimizer.variables, state, strict=True):
                variable.assign(value)
            model.optimizer.learning_rate = rate
            model.fit(images[:-TEST], labels[:-TEST], batch_size=BATCH, epochs=EPOCHS, verbose=0)
            values.append(model.evaluate(images[-TEST:], labels[-TEST:], verbose=0)[1])
        found.append(statistics.median(values))
    return found


def main() -> None:
    """Print a table of optimizers and rates."""
    # Ivy's LARS and LAMB never move a bias that starts at zero, and say so: here that is meant.
    warnings.filterwarnings("ignore", category=UserWarning)
    print(header())
    print(f"{'':12}", *(f"{rate:>7g}" for rate in RATES))
    for name in [*keras_ivy.list_optimizers(), "sgd", "adam"]:
        print(f"{name:12}", *(f"{value:7.3f}" for value in accuracies(name)), flush=True)


if __name__ == "__main__":
    main()
