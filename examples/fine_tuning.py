"""Train the head, unfreeze, train all: one optimizer through both phases, and a new one in each.

A network that has learnt the digits 0 to 4 learns 5 to 9: first a new head alone, then everything.
A model that is compiled again with the same optimizer of keras_ivy goes on: the head keeps its
moments, what is unfrozen starts as on a first step. Keras's optimizers raise "Unknown variable"
there, so that one makes a new one, which forgets the moments of the head and takes steps as long as
the rate allows in all of it: the loss rises. Both run the same lines from the same weights, on the
same batches, and the loss is that on all training images, after every step from shortly before the
change.

Here the head has 1,445 parameters and the body 80. The larger the body, the more its own first
steps show, which are long with either.

The images, of 8 x 8 pixels, come inside the scikit-learn package.

    python examples/fine_tuning.py [picture.png [seeds]]
"""

import functools
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

import keras_ivy as ivy

#: Steps of each phase, and the rate of both.
STEPS, RATE = (500, 60), 3e-3
#: The last steps of the first phase, which are watched.
BEFORE = 8
BATCH, SEEDS = 128, 10
LOSS = "sparse_categorical_crossentropy"


def digits(low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
    """Images of some digits, and which of these each is."""
    data = load_digits()
    chosen = (data.target >= low) & (data.target < high)
    return data.images[chosen, ..., None].astype("float32") / 16.0, data.target[chosen] - low


def network() -> keras.Sequential:
    """A body, which is a convolution, and a head."""
    body = [
        keras.Input((8, 8, 1)),
        keras.layers.Conv2D(8, 3, activation="relu"),
        keras.layers.Flatten(),
    ]
    head = keras.layers.Dense(5, "softmax", name="head")
    return keras.Sequential([keras.Sequential(body, name="body"), head])


@functools.cache
def pretrained(seed: int) -> list[np.ndarray]:
    """The weights of a body that has learnt the digits from 0 to 4."""
    keras.utils.set_random_seed(seed)
    model = network()
    model.compile(keras.optimizers.Adam(RATE), LOSS)
    model.fit(*digits(0, 5), batch_size=64, epochs=15, verbose=0)
    return model.layers[0].get_weights()


def losses(make, goes_on: bool, seed: int) -> np.ndarray:
    """The loss on all images around each of the last steps of the first phase and all others."""
    weights, (x, y) = pretrained(seed), digits(5, 10)
    keras.utils.set_random_seed(seed)
    model = network()
    body = model.layers[0]
    body.set_weights(weights)
    on_all = tf.function(lambda: tf.reduce_mean(keras.losses.get(LOSS)(y, model(x))))
    optimizer, order, found = make(), np.random.default_rng(seed), []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: found.append(float(on_all()))
    )

    def train(steps: int, *callbacks: keras.callbacks.Callback) -> None:
        rows = [order.choice(len(x), BATCH, replace=False) for _ in range(steps)]
        rows = np.concatenate(rows)
        model.fit(x[rows], y[rows], BATCH, shuffle=False, verbose=0, callbacks=list(callbacks))

    body.trainable = False
    model.compile(optimizer, LOSS)
    train(STEPS[0] - BEFORE)
    train(BEFORE, watch)
    body.trainable = True
    if not goes_on:
        optimizer = make()
    model.compile(optimizer, LOSS)
    train(STEPS[1], watch)
    return np.array([*found, float(on_all())])


#: What makes the optimizer, and whether it goes on in the second phase.
WAYS = {
    "keras.optimizers.Adam, a new one": (lambda: keras.optimizers.Adam(RATE), False),
    "ivy.Adam, a new one": (lambda: ivy.Adam(RATE, variant="keras"), False),
    "ivy.Adam, the same one": (lambda: ivy.Adam(RATE, variant="keras"), True),
}


def bump(curve: np.ndarray) -> float:
    """How far the loss rises above where the second phase began."""
    return float(max(curve[BEFORE:].max() - curve[BEFORE], 0.0))


def main(picture: str | None = None, seeds: str = str(SEEDS)) -> None:
    """Print how far the loss rises after unfreezing, and draw the curves."""
    curves = {
        name: np.stack([losses(make, goes_on, seed) for seed in range(int(seeds))])
        for name, (make, goes_on) in WAYS.items()
    }
    print(f"{'':34}  before   rise   after 10 steps   at the end    (median of {seeds} seeds)")
    for name, found in curves.items():
        rises = [bump(curve) for curve in found]
        columns = [found[:, BEFORE], rises, found[:, BEFORE + 10], found[:, -1]]
        print(f"{name:34}" + "".join(f"{np.median(c):9.4f}" for c in columns))
        print("    rises by seed: " + " ".join(f"{r:.4f}" for r in rises))
    if picture is not None:
        draw(curves, picture)


def draw(curves: dict[str, np.ndarray], picture: str) -> None:
    """Draw the loss around the moment of unfreezing."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4))
    steps = np.arange(-BEFORE, 17)
    for (name, found), style in zip(curves.items(), ("--", ":", "-"), strict=True):
        axes.plot(steps, np.median(found, 0)[: len(steps)], style, label=name)
    axes.axvline(0, color="grey", linewidth=0.8)
    axes.set(xlabel="steps after unfreezing", ylabel="loss on all training images")
    axes.set_title("Train the head, unfreeze, train all: median of the seeds")
    axes.legend()
    figure.savefig(picture, dpi=100, bbox_inches="tight")
    plt.close(figure)


if __name__ == "__main__":
    main(*sys.argv[1:])
