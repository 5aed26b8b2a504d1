"""What a diagnosis costs, against a step of training of the same network.

The bound is 4 steps and 20 ms a layer, for a network of 100 layers, in seconds and in seconds of
the processor, which a machine that is not quiet changes less. Besides the time the script prints
what the step of training after a diagnosis costs, which finds everything loaded as it was, and how
many tensors of the size of an activation are there more than before: none, since only numbers are
kept.

    python benchmarks/diagnose.py
"""

import gc
import statistics
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from _timing import header

import keras_ivy

LAYERS, WIDTH, BATCH = 100, 256, 192


def network() -> keras.Model:
    layers = [
        keras.layers.Dense(WIDTH, "relu", kernel_initializer="he_normal") for _ in range(LAYERS - 1)
    ]
    model = keras.Sequential([keras.Input((WIDTH,)), *layers, keras.layers.Dense(10, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def activations() -> int:
    """How many tensors of the size of an activation there are."""
    gc.collect()
    return sum(isinstance(x, tf.Tensor) and x.shape == (BATCH, WIDTH) for x in gc.get_objects())


def seconds(function: Callable[[], object]) -> tuple[float, float]:
    """What a call takes, by the clock and of the processor."""
    start, processor = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - start, time.process_time() - processor


def main() -> None:
    print(header())
    random = np.random.default_rng(0)
    x = random.standard_normal((BATCH, WIDTH)).astype("float32")
    y = random.integers(0, 10, BATCH)
    model = network()

    def step() -> object:
        return model.train_on_batch(x, y)

    def look() -> object:
        return keras_ivy.diagnose(model, x, y)

    step(), look()
    before = activations()
    steps, looks, after = [], [], []
    for _ in range(5):
        looks.append(seconds(look))
        after.append(seconds(step))
        steps += [seconds(step) for _ in range(3)]
    left = activations() - before
    print(f"{LAYERS} layers; seconds by the clock, and of the processor")
    named = {"training step": steps, "step after a diagnosis": after, "diagnose": looks}
    medians = {
        name: [statistics.median(each) for each in zip(*times, strict=True)]
        for name, times in named.items()
    }
    bounds = [4 * each + 0.020 * LAYERS for each in medians["training step"]]
    for name, (clock, processor) in (medians | {"4 steps, 20 ms a layer": bounds}).items():
        print(f"  {name:24s} {clock:8.3f} {processor:8.3f}")
    print(f"  activations that are left {left}")


if __name__ == "__main__":
    main()
