"""What a warm call of a Module costs against the same Keras subclassed model.

Run: python benchmarks/module_call.py. The bounds: 5 % in a traced function, 25 % eagerly.
"""

import keras
import numpy as np
import tensorflow as tf
from _timing import header, interleave, report

import keras_ivy as ivy

DEPTH, WIDTH, BATCH = 10, 64, 32


class StockModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [keras.layers.Dense(WIDTH, "relu") for _ in range(DEPTH)]

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


class ModuleOfStockLayers(ivy.Module):
    def __init__(self):
        self.parts = [keras.layers.Dense(WIDTH, "relu") for _ in range(DEPTH)]
        super().__init__()

    def _forward(self, x):
        for part in self.parts:
            x = part(x)
        return x


class ModuleOfModules(ivy.Module):
    def __init__(self):
        self.parts = [ivy.Linear(WIDTH, WIDTH) for _ in range(DEPTH)]
        super().__init__()

    def _forward(self, x):
        for part in self.parts:
            x = keras.ops.relu(part(x))
        return x


class StockModelOfLayers(keras.Model):
    """The stock counterpart of `ModuleOfModules`: its layers are subclasses too."""

    class Linear(keras.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(WIDTH, shape[-1]))
            self.b = self.add_weight(shape=(WIDTH,), initializer="zeros")

        def call(self, x):
            return keras.ops.matmul(x, keras.ops.transpose(self.w)) + self.b

    def __init__(self):
        super().__init__()
        self.parts = [self.Linear() for _ in range(DEPTH)]

    def call(self, x):
        for part in self.parts:
            x = keras.ops.relu(part(x))
        return x


def main() -> None:
    print(header())
    x = tf.constant(np.random.default_rng(0).normal(size=(BATCH, WIDTH)), "float32")
    models = {
        "keras.Model": StockModel(),
        "Module": ModuleOfStockLayers(),
        "keras.Model of layers": StockModelOfLayers(),
        "Module of modules": ModuleOfModules(),
    }
    for model in models.values():
        model(x)

    def repeated(call, count):
        def run():
            for _ in range(count):
                y = call(x)
            return y.numpy()

        return run

    for title, count, wrap in (
        ("eager", 5, lambda model: lambda x: model(x, training=False)),
        ("eager, training not said", 5, lambda model: model),
        ("tf.function", 100, lambda model: tf.function(lambda x: model(x, training=False))),
        ("XLA", 100, lambda m: tf.function(lambda x: m(x, training=False), jit_compile=True)),
    ):
        calls = {name: repeated(wrap(model), count) for name, model in models.items()}
        medians = interleave(calls, rounds=60, warmup=3)
        per_call = {name: seconds / count for name, seconds in medians.items()}
        pairs = list(per_call)
        for base, ours in ((pairs[0], pairs[1]), (pairs[2], pairs[3])):
            report(f"{title}, {DEPTH} layers", {k: per_call[k] for k in (base, ours)}, base)


if __name__ == "__main__":
    main()
