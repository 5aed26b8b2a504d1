"""What `functional_call` costs against calling the model, with 100 variables.

Run: python benchmarks/functional_call.py. The bound: 10 %.
"""

import keras
import numpy as np
import tensorflow as tf
from _timing import header, interleave, report

import keras_ivy as ivy

LAYERS, WIDTH, BATCH = 50, 64, 32


def network() -> keras.Model:
    return keras.Sequential(
        [keras.Input((WIDTH,)), *(keras.layers.Dense(WIDTH, "relu") for _ in range(LAYERS))]
    )


def main() -> None:
    print(header())
    x = tf.constant(np.random.default_rng(0).normal(size=(BATCH, WIDTH)), "float32")
    model = network()
    model(x)
    v = ivy.variables(model).map(lambda w: tf.identity(w.value))
    module = ivy.Sequential(*(ivy.Linear(WIDTH, WIDTH) for _ in range(LAYERS)))
    module(x)
    w = module.v.map(lambda w: tf.identity(w.value))
    print(f"{len(v.flatten())} variables")

    def repeated(call, count):
        def run():
            for _ in range(count):
                y = call()
            return y.numpy()

        return run

    def times(calls, count=2):
        functions = {name: repeated(call, count) for name, call in calls.items()}
        medians = interleave(functions, rounds=40, warmup=3)
        return {name: seconds / count for name, seconds in medians.items()}

    calls = {
        "model(x)": lambda: model(x, training=False),
        "functional_call": lambda: ivy.functional_call(model, v, x, training=False),
    }
    report("eager", times(calls), "model(x)")
    calls = {
        "module(x)": lambda: module(x, training=False),
        "module(x, v=v)": lambda: module(x, v=w, training=False),
    }
    report("eager", times(calls), "module(x)")
    for title, jit in (("tf.function", False), ("XLA", True)):
        plain = tf.function(lambda x: model(x, training=False), jit_compile=jit)
        functional = tf.function(
            lambda v, x: ivy.functional_call(model, v, x, training=False), jit_compile=jit
        )
        given = tf.function(
            lambda x: ivy.functional_call(model, v, x, training=False), jit_compile=jit
        )
        calls = {
            "model(x)": lambda f=plain: f(x),
            "functional_call": lambda f=given: f(x),
            "with v as an argument": lambda f=functional: f(v, x),
        }
        # Taking 100 tensors as arguments costs TensorFlow more than the call.
        report(title, times(calls, count=50), "model(x)")


if __name__ == "__main__":
    main()
