"""What looking at training costs: fits with and without the callbacks, which take turns.

Both look at one step of 50; the bound is 5 % of `fit`. Processor time is told beside that of the
clock, since a machine is seldom quiet. The first fit of each, which compiles, is told apart.

    python benchmarks/monitoring.py
"""

import statistics
import time
from collections.abc import Callable

import keras
import numpy as np
from _timing import header

import keras_ivy as ivy

EVERY, STEPS = 50, 100
#: The shorter a fit, the more rounds: a moment of another process is half of it.
SECONDS = 40


def perceptron() -> tuple[keras.Model, np.ndarray, np.ndarray]:
    """Six layers of 512, batches of 128."""
    layers = [keras.layers.Dense(512, "relu", kernel_initializer="he_normal") for _ in range(6)]
    model = keras.Sequential([keras.Input((128,)), *layers, keras.layers.Dense(10)])
    return model, *data((128,), 128)


def small() -> tuple[keras.Model, np.ndarray, np.ndarray]:
    """Three layers of 64, batches of 32: little more than the overhead of `fit`."""
    layers = [keras.layers.Dense(64, "relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((32,)), *layers, keras.layers.Dense(10)])
    return model, *data((32,), 32)


def convolutions() -> tuple[keras.Model, np.ndarray, np.ndarray]:
    """Four convolutions with normalisation, batches of 16."""
    model = keras.Sequential([keras.Input((24, 24, 3))])
    for filters in (16, 16, 32, 32):
        model.add(keras.layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.ReLU())
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10))
    return model, *data((24, 24, 3), 16)


def data(shape: tuple[int, ...], batch: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    x = random.standard_normal((STEPS * batch, *shape)).astype("float32")
    return x, random.integers(0, 10, STEPS * batch)


def main() -> None:
    print(header())
    for make in (small, perceptron, convolutions):
        model, x, y = make()
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        size = len(x) // STEPS
        ways: dict[str, list[keras.callbacks.Callback]] = {
            "plain": [],
            "ActivationStats": [ivy.ActivationStats(every=EVERY)],
            "GradientStats": [ivy.GradientStats(every=EVERY)],
            "both": [ivy.ActivationStats(every=EVERY), ivy.GradientStats(every=EVERY)],
        }

        def fit(callbacks: list, model=model, x=x, y=y, size=size) -> None:
            model.fit(x, y, batch_size=size, verbose=0, callbacks=callbacks)

        fit([])
        rounds = max(9, round(SECONDS / len(ways) / timed(lambda: fit([]))[0]))
        first = {name: timed(lambda c=c: fit(c))[0] for name, c in ways.items()}
        told: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for number in range(rounds):
            for name in list(ways) if number % 2 else list(reversed(ways)):
                told[name].append(timed(lambda c=ways[name]: fit(c)))
        print(f"{make.__name__}: {STEPS} steps, looked at every {EVERY}th")
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
