"""What a Module costs against the same Keras subclassed model: warm calls, and tracing deep ones.

Run: python benchmarks/module_call.py. The bounds: 5 % in a traced function, 25 % eagerly, 20 % for
tracing 100 and 400 layers.
"""

import argparse

import keras
import numpy as np
import tensorflow as tf
from _timing import header, interleave, report

import keras_ivy as ivy

DEPTH, WIDTH, BATCH = 10, 64, 32
X = tf.constant(np.random.default_rng(0).normal(size=(BATCH, WIDTH)), "float32")


class StockModel(keras.Model):
    def __init__(self, depth=DEPTH):
        super().__init__()
        self.parts = [keras.layers.Dense(WIDTH, "relu") for _ in range(depth)]

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


class ModuleOfStockLayers(ivy.Module):
    def __init__(self, depth=DEPTH):
        self.parts = [keras.layers.Dense(WIDTH, "relu") for _ in range(depth)]
        super().__init__()

    def _forward(self, x):
        for part in self.parts:
            x = part(x)
        return x


class ModuleOfModules(ivy.Module):
    def __init__(self, depth=DEPTH):
        self.parts = [ivy.Linear(WIDTH, WIDTH) for _ in range(depth)]
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

    def __init__(self, depth=DEPTH):
        super().__init__()
        self.parts = [self.Linear() for _ in range(depth)]

    def call(self, x):
        for part in self.parts:
            x = keras.ops.relu(part(x))
        return x


def make_models(depth: int = DEPTH) -> dict[str, keras.Model]:
    """A stock model and its counterpart, twice; all have been called."""
    models = {
        "keras.Model": StockModel(depth),
        "Module": ModuleOfStockLayers(depth),
        "keras.Model of layers": StockModelOfLayers(depth),
        "Module of modules": ModuleOfModules(depth),
    }
    for model in models.values():
        model(X)
    return models


def report_pairs(title: str, medians: dict[str, float]) -> None:
    names = list(medians)
    for base, ours in (names[:2], names[2:]):
        report(title, {name: medians[name] for name in (base, ours)}, base)


def warm_calls() -> None:
    def repeated(call, count):
        def run():
            for _ in range(count):
                y = call(X)
            return y.numpy()

        return run

    models = make_models()
    for title, count, wrap in (
        ("eager", 5, lambda model: lambda x: model(x, training=False)),
        ("eager, training not said", 5, lambda model: model),
        ("tf.function", 100, lambda model: tf.function(lambda x: model(x, training=False))),
        ("XLA", 100, lambda m: tf.function(lambda x: m(x, training=False), jit_compile=True)),
    ):
        calls = {name: repeated(wrap(model), count) for name, model in models.items()}
        medians = interleave(calls, rounds=60, warmup=3)
        per_call = {name: seconds / count for name, seconds in medians.items()}
        report_pairs(f"{title}, {DEPTH} layers", per_call)


def tracing() -> None:
    for depth in (100, 400):
        models = make_models(depth)
        for autograph in (False, True):

            def trace(model, autograph=autograph):
                function = tf.function(lambda x: model(x), autograph=autograph)
                return function.get_concrete_function(X)

            calls = {name: lambda m=model: trace(m) for name, model in models.items()}
            with_autograph = " with AutoGraph" if autograph else ""
            medians = interleave(calls, rounds=8, warmup=1)
            report_pairs(f"tracing {depth} layers{with_autograph}", medians)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracing", action="store_true", help="tracing alone")
    print(header())
    if not parser.parse_args().tracing:
        warm_calls()
    tracing()


if __name__ == "__main__":
    main()
