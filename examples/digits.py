"""Train one network on handwritten digits three ways that agree step by step, then serve it.

1. a Keras functional model, trained with `model.fit`;
2. an Ivy module, trained with `model.fit`;
3. the same Ivy module, trained with Ivy's four-line loop.

All start from the same weights and see the same batches, in float64: in float32, rounding alone
drives any two of the runs apart by some 1e-2 within 276 steps of Adam. The last one is exported
as a SavedModel and served by a second process that does not import keras_ivy. The data, 1,797
images of 8 x 8 pixels, comes inside the scikit-learn package.

    python examples/digits.py
"""

import os
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from sklearn.datasets import load_digits

import keras_ivy as ivy

HIDDEN, BATCH, EPOCHS, TEST_SIZE = 256, 64, 12, 360

SERVE = """
import sys
import numpy as np, tensorflow as tf
folder, images, logits = sys.argv[1:]
model = tf.saved_model.load(folder)
np.save(logits, model.serve(np.load(images)).numpy())
assert not any(name.startswith("keras_ivy") for name in sys.modules)
"""


class Digits(ivy.Module):
    """Three linear layers in Ivy style: weights of shape (out, in) under `hidden/v0`, ...."""

    def __init__(self):
        self.hidden = [ivy.Linear(64, HIDDEN), ivy.Linear(HIDDEN, HIDDEN)]
        self.head = ivy.Linear(HIDDEN, 10)
        ivy.Module.__init__(self)

    def _forward(self, x):
        for linear in self.hidden:
            x = ivy.relu(linear(x))
        return self.head(x)


def functional_model() -> keras.Model:
    """The same network as a Keras functional model, with Ivy's initializer by name."""
    inputs = keras.Input((64,))
    x = inputs
    for _ in range(2):
        x = keras.layers.Dense(HIDDEN, activation="relu", kernel_initializer="glorot_ivy")(x)
    outputs = keras.layers.Dense(10, kernel_initializer="glorot_ivy")(x)
    return keras.Model(inputs, outputs)


def new_module(source: keras.Model) -> Digits:
    """An Ivy module that holds the weights of the functional model, transposed."""
    first, second, head = (layer for layer in source.layers if layer.weights)
    module = Digits()
    module.v = ivy.Container(
        hidden={
            f"v{i}": {"w": ivy.matrix_transpose(layer.kernel), "b": layer.bias}
            for i, layer in enumerate((first, second))
        },
        head={"w": ivy.matrix_transpose(head.kernel), "b": head.bias},
    )
    return module


def new_optimizer(steps: int) -> ivy.Adam:
    """Ivy's Adam with a cosine schedule."""
    return ivy.Adam(keras.optimizers.schedules.CosineDecay(0.01, steps))


class StepLosses(keras.callbacks.Callback):
    """Record the loss of every single batch, where Keras reports the running mean."""

    def __init__(self, steps: int):
        super().__init__()
        self.values = []
        self._bar = keras.utils.Progbar(steps)

    def on_train_batch_begin(self, batch, logs=None):
        """Forget the batches before this one."""
        self.model.reset_metrics()

    def on_train_batch_end(self, batch, logs=None):
        """Keep the loss of this batch and move the progress bar."""
        self.values.append(logs["loss"])
        self._bar.update(len(self.values), values=[("loss", logs["loss"])])


def train_with_fit(model: keras.Model, x, y, steps: int) -> list[float]:
    """Train with `model.fit`; return the loss of every step."""
    recorder = StepLosses(steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=new_optimizer(steps), loss=loss)
    model.fit(x, y, BATCH, EPOCHS, shuffle=False, callbacks=[recorder], verbose=0)
    return recorder.values


def train_with_loop(model: Digits, x, y, steps: int) -> list[float]:
    """Train with Ivy's loop; return the loss of every step."""
    optimizer = new_optimizer(steps)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    bar = keras.utils.Progbar(steps)
    losses = []
    for _ in range(EPOCHS):
        for start in range(0, len(x), BATCH):
            batch = slice(start, start + BATCH)

            def loss_fn(v, batch=batch):
                return cross_entropy(y[batch], model(x[batch], v=v))

            loss, grads = ivy.execute_with_gradients(loss_fn, model.v)
            model.v = optimizer.step(model.v, grads)
            losses.append(float(loss))
            bar.update(len(losses), values=[("loss", losses[-1])])
    return losses


def accuracy(model: keras.Model, x, y) -> float:
    """The share of images whose largest logit is the right digit."""
    return float(np.mean(model.predict(x, verbose=0).argmax(-1) == y))


def serve_elsewhere(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Export the model and return the logits that a second process computes with it."""
    with tempfile.TemporaryDirectory() as folder:
        saved, given, got = (os.path.join(folder, n) for n in ("model", "x.npy", "y.npy"))
        model.export(saved, verbose=False)
        np.save(given, images)
        subprocess.run([sys.executable, "-c", SERVE, saved, given, got], check=True)
        return np.load(got)


def main() -> None:
    keras.config.set_floatx("float64")
    keras.utils.set_random_seed(0)
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order] / 16, y[order]
    x_test, y_test, x, y = x[:TEST_SIZE], y[:TEST_SIZE], x[TEST_SIZE:], y[TEST_SIZE:]
    steps = EPOCHS * -(-len(x) // BATCH)

    functional = functional_model()
    fitted, looped = new_module(functional), new_module(functional)
    print(looped)
    print(looped.v)

    print("\n1. Keras functional model, model.fit")
    losses = {"functional, fit": train_with_fit(functional, x, y, steps)}
    print("2. Ivy module, model.fit")
    losses["module, fit"] = train_with_fit(fitted, x, y, steps)
    print("3. Ivy module, Ivy's loop")
    losses["module, loop"] = train_with_loop(looped, x, y, steps)

    reference = np.array(losses["functional, fit"])
    print(f"\n{'':18}{'test accuracy':>15}{'last loss':>12}{'largest difference in loss':>29}")
    for (name, values), model in zip(losses.items(), (functional, fitted, looped), strict=True):
        difference = np.abs(np.array(values) - reference).max()
        share = accuracy(model, x_test, y_test)
        print(f"{name:18}{share:>14.2%} {values[-1]:>11.6f}{difference:>29.1e}")
        assert share > 0.97, f"{name}: test accuracy {share:.2%} is not above 97 %"
        assert difference < 1e-6, f"{name}: losses differ by {difference}"

    here, there = looped.predict(x_test, verbose=0), serve_elsewhere(looped, x_test)
    np.testing.assert_allclose(there, here, rtol=1e-5, atol=1e-5)
    print(f"\nServed without keras_ivy: {len(there)} predictions, ", end="")
    print(f"largest difference in a logit {np.abs(there - here).max():.1e}")


if __name__ == "__main__":
    main()
