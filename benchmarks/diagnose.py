"""What a diagnosis costs, against a step of training of the same network.

The bound is 4 steps and 20 ms a layer, for a network of 100 layers. Besides the time the script
prints how many tensors are left when it is over: none, since only numbers are kept.

    python benchmarks/diagnose.py
"""

import gc
import time

import keras
import numpy as np
import tensorflow as tf
from _timing import header, interleave, report

import keras_ivy

LAYERS, WIDTH = 100, 256


def network() -> keras.Model:
    layers = [
        keras.layers.Dense(WIDTH, "relu", kernel_initializer="he_normal") for _ in range(LAYERS - 1)
    ]
    model = keras.Sequential([keras.Input((WIDTH,)), *layers, keras.layers.Dense(10, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def main() -> None:
    print(header())
    random = np.random.default_rng(0)
    x = random.standard_normal((256, WIDTH)).astype("float32")
    y = random.integers(0, 10, 256)
    model = network()
    medians = interleave(
        {
            "training step": lambda: model.train_on_batch(x, y),
            "diagnose": lambda: keras_ivy.diagnose(model, x, y),
        },
        rounds=5,
        warmup=1,
    )
    start = time.process_time()
    result = keras_ivy.diagnose(model, x, y)
    processor = time.process_time() - start
    report(f"{LAYERS} layers, {len(result)} rows", medians, "training step")
    bound = 4 * medians["training step"] + 0.020 * LAYERS
    print(f"  4 steps and 20 ms a layer  {bound * 1e3:10.2f} ms")
    print(f"  processor time of diagnose {processor * 1e3:10.2f} ms")
    gc.collect()
    held = sum(isinstance(x, tf.Tensor) and x.shape == (256, WIDTH) for x in gc.get_objects())
    print(f"  activations that are left  {held}")


if __name__ == "__main__":
    main()
