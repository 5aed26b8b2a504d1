"""What looking at training costs: fits with and without the callbacks, which take turns.

Both look at one step of 50; the bound is 5 % of `fit` for each, where a step takes more than a
millisecond. A look takes one by itself, and the time of a step once or twice: `small`, whose step
takes half a millisecond, shows where the bound ends. Processor time is told beside that of the
clock, since a machine is seldom quiet. The first fit of each, which compiles, is told apart.

Fits of arrays end, at random, with waiting for a thread of tf.data that tunes it, for up to half a
second, with callbacks or without. So a time is the lower quartile of many fits; and data sets,
where they are given, are not tuned.

    python benchmarks/monitoring.py
"""

import statistics
import time
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from _timing import header

import keras_ivy as ivy

EVERY = 50
#: The shorter a fit, the more rounds.
SECONDS = 40


#: A model, what `fit` takes, and the number of steps.
Task = tuple[keras.Model, dict, int]


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


def small_of_arrays() -> Task:
    """The same, and arrays, of which `fit` makes batches."""
    model, _, steps = small()
    x, y = arrays((32,), 32, steps)
    return model, {"x": x, "y": y, "batch_size": 32}, steps


def middling() -> Task:
    """Five layers of 256, batches of 64: a step of one millisecond or two."""
    layers = [keras.layers.Dense(256, "relu", kernel_initializer="he_normal") for _ in range(5)]
    model = keras.Sequential([keras.Input((64,)), *layers, keras.layers.Dense(10)])
    return model, *data((64,), 64, 250)


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


def arrays(shape: tuple[int, ...], batch: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Samples and labels for some steps."""
    random = np.random.default_rng(0)
    x = random.standard_normal((steps * batch, *shape)).astype("float32")
    return x, random.integers(0, 10, steps * batch)


def data(shape: tuple[int, ...], batch: int, steps: int) -> tuple[dict, int]:
    """The same in batches, as `fit` takes them, and the number of steps."""
    options = tf.data.Options()
    options.autotune.enabled = False
    samples = tf.data.Dataset.from_tensor_slices(arrays(shape, batch, steps))
    return {"x": samples.batch(batch).prefetch(2).with_options(options)}, steps


def main() -> None:
    print(header())
    for make in (small, small_of_arrays, middling, perceptron, convolutions):
        model, given, steps = make()
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        ways: dict[str, list[keras.callbacks.Callback]] = {
            "plain": [],
            "ActivationStats": [ivy.ActivationStats(every=EVERY)],
            "GradientStats": [ivy.GradientStats(every=EVERY)],
            "both": [ivy.ActivationStats(every=EVERY), ivy.GradientStats(every=EVERY)],
        }

        def fit(callbacks: list, model=model, given=given) -> None:
            model.fit(**given, verbose=0, callbacks=callbacks)

        fit([])
        rounds = max(9, round(SECONDS / len(ways) / timed(lambda: fit([]))[0]))
        first = {name: timed(lambda c=c: fit(c))[0] for name, c in ways.items()}
        told: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for number in range(rounds):
            for name in list(ways) if number % 2 else list(reversed(ways)):
                told[name].append(timed(lambda c=ways[name]: fit(c)))
        print(f"{make.__name__}: {steps} steps, looked at every {EVERY}th")
        plain = [quartile(each) for each in zip(*told["plain"], strict=True)]
        for name, times in told.items():
            wall, processor = (quartile(each) for each in zip(*times, strict=True))
            print(
                f"  {name:16s} {wall * 1e3:8.1f} ms {wall / plain[0]:6.3f} x   "
                f"processor {processor * 1e3:8.1f} ms {processor / plain[1]:6.3f} x   "
                f"first {first[name] * 1e3:8.1f} ms"
            )


def quartile(times: Sequence[float]) -> float:
    """The time that a quarter of the fits did not take: what happens beside them only adds."""
    return statistics.quantiles(times, n=4)[0]


def timed(function: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock and of the processors."""
    start, processor = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - start, time.process_time() - processor


if __name__ == "__main__":
    main()
