"""What looking at training costs: fits with and without the callbacks, which take turns.

Both look at one step of 50; the bound is 5 % of `fit`, where a step takes a millisecond or more: a
look takes one or two by itself, which `small` shows. Processor time is told beside that of the
clock, since a machine is seldom quiet. The first fit of each, which compiles, is told apart. Fits
of arrays end, at random, with waiting for a thread of tf.data that tunes it, for up to half a
second, with callbacks or without: here data sets are not tuned.

    python benchmarks/monitoring.py
"""

import statistics
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from _timing import header

import keras_ivy as ivy

EVERY = 50
#: The shorter a fit, the more rounds.
SECONDS = 40


#: A model, its batches, and the number of steps.
Task = tuple[keras.Model, tf.data.Dataset, int]


def perceptron() -> Task:
    """Six layers of 512, batches of 128."""
    layers = [keras.layers.Dense(512, "relu", kernel_initializer="he_normal") for _ in range(6)]
    model = keras.Sequential([keras.Input((128,)), *layers, keras.layers.Dense(10)])
    return model, *data((128,), 128, 100)


def small() -> Task:
    """Three layers of 64, batches of 32: little more than the overhead of `fit`."""
    layers = [keras.layers.Dense(64, "relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((32,)), *layers, keras.layers.Dense(10)])
    return model, *data((32,), 32, 500)


def convolutions() -> Task:
    """Four convolutions with normalisation, batches of 16."""
    model = keras.Sequential([keras.Input((24, 24, 3))])
    for filters in (16, 16, 32, 32):
        model.add(keras.layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.ReLU())
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10))
    return model, *data((24, 24, 3), 16, 100)


def data(shape: tuple[int, ...], batch: int, steps: int) -> tuple[tf.data.Dataset, int]:
    """Batches of samples and labels for some steps, and the number of steps."""
    random = np.random.default_rng(0)
    x = random.standard_normal((steps * batch, *shape)).astype("float32")
    y = random.integers(0, 10, steps * batch)
    options = tf.data.Options()
    options.autotune.enabled = False
    batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch).prefetch(2)
    return batches.with_options(options), steps


def main() -> None:
    print(header())
    for make in (small, perceptron, convolutions):
        model, batches, steps = make()
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        ways: dict[str, list[keras.callbacks.Callback]] = {
            "plain": [],
            "ActivationStats": [ivy.ActivationStats(every=EVERY)],
            "GradientStats": [ivy.GradientStats(every=EVERY)],
            "both": [ivy.ActivationStats(every=EVERY), ivy.GradientStats(every=EVERY)],
        }

        def fit(callbacks: list, model=model, batches=batches) -> None:
            model.fit(batches, verbose=0, callbacks=callbacks)

        fit([])
        rounds = max(9, round(SECONDS / len(ways) / timed(lambda: fit([]))[0]))
        first = {name: timed(lambda c=c: fit(c))[0] for name, c in ways.items()}
        told: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for number in range(rounds):
            for name in list(ways) if number % 2 else list(reversed(ways)):
                told[name].append(timed(lambda c=ways[name]: fit(c)))
        print(f"{make.__name__}: {steps} steps, looked at every {EVERY}th")
        for name, times in told.items():
            ratios = [
                statistics.median(a[i] / b[i] for a, b in zip(times, told["plain"], strict=True))
                for i in (0, 1)
            ]
            wall, processor = (statistics.median(t[i] for t in times) * 1e3 for i in (0, 1))
            print(
                f"  {name:16s} {wall:8.1f} ms {ratios[0]:6.3f} x   processor {processor:8.1f} ms "
                f"{ratios[1]:6.3f} x   first {first[name] * 1e3:8.1f} ms"
            )


def timed(function: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock and of the processors."""
    start, processor = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - start, time.process_time() - processor


if __name__ == "__main__":
    main()
