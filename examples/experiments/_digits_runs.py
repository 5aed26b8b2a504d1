"""Runs on the digits for the experiments with optimizers: one compiled loop for many runs.

A perceptron 64-64-64-64-64-10 with ReLU; biases are neither decayed nor adapted. The rate rises
over the first tenth of the steps and then falls as a polynomial of power 2.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from _experiment import digits

import keras_ivy as ivy

RULES = [ivy.Rule(match="bias", decay=False, adapt=False)]
OPTIMIZERS: dict[str, Callable[[], keras.optimizers.Optimizer]] = {
    "SGD": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    "Adam": lambda: keras.optimizers.Adam(1e-3),
    "LARS": lambda: ivy.LARS(1.0, momentum=0.9, variant="paper", rules=RULES),
    "LAMB": lambda: ivy.LAMB(1e-3, variant="paper", rules=RULES),
}


class Runs:
    """Trains the same network again and again with one optimizer.

    Args:
        optimizer: One of `OPTIMIZERS`.
    """

    def __init__(self, optimizer: str):
        (self.x, self.y), self.test = digits()
        layers = [keras.layers.Dense(64, "relu", name=f"hidden{i}") for i in range(4)]
        self.model = keras.Sequential(
            [keras.Input((64,)), *layers, keras.layers.Dense(10, name="head")]
        )
        self.optimizer = OPTIMIZERS[optimizer]()
        self.optimizer.build(self.model.trainable_variables)
        self.fresh = [tf.convert_to_tensor(v) for v in self.optimizer.variables]
        x, y = tf.constant(self.x), tf.constant(self.y)
        loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        @tf.function(reduce_retracing=True)
        def train(order: tf.Tensor, rates: tf.Tensor) -> None:
            for i in tf.range(tf.shape(rates)[0]):
                with tf.GradientTape() as tape:
                    logits = self.model(tf.gather(x, order[i]), training=True)
                    loss = loss_of(tf.gather(y, order[i]), logits)
                gradients = tape.gradient(loss, self.model.trainable_variables)
                self.optimizer.learning_rate.assign(rates[i])
                self.optimizer.apply(gradients)

        self.train = train

    def accuracy(
        self, rate: float, batch: int, seed: int, scales: tuple[float, ...] = (), epochs: int = 40
    ) -> float:
        """Train once and return the test accuracy.

        Args:
            rate: The highest learning rate.
            batch: Size of a batch; at most 1,437.
            seed: Of weights and batches.
            scales: What the kernels are multiplied by, layer by layer.
            epochs: How many.
        """
        ivy.initialize_model(self.model, "kaiming", seed=seed)
        for layer, scale in zip(self.model.layers, scales, strict=False):
            layer.kernel.assign(layer.kernel * scale)
        for variable, value in zip(self.optimizer.variables, self.fresh, strict=True):
            variable.assign(value)
        random = np.random.default_rng(seed)
        steps = len(self.x) // batch
        order = [random.permutation(len(self.x))[: steps * batch] for _ in range(epochs)]
        order = np.reshape(order, (epochs * steps, batch)).astype("int32")
        places = (np.arange(len(order)) + 1) / len(order)
        rates = rate * np.where(places < 0.1, places / 0.1, ((1 - places) / 0.9) ** 2)
        self.train(tf.constant(order), tf.constant(rates.astype("float32")))
        logits = np.asarray(self.model(self.test[0]))
        return float(np.mean(logits.argmax(-1) == self.test[1]))
