"""A step on a table of which a batch touches some rows, against the same Keras optimizer.

Run it by itself: `python benchmarks/optimizer_sparse.py`. It prints the median of interleaved
rounds in milliseconds, and the ratio; below one, ours is faster.
"""

import argparse
import statistics
import time

import keras
import numpy as np
import tensorflow as tf

import keras_ivy as ivy

PAIRS = {
    "SGD": (keras.optimizers.SGD, ivy.SGD, {}),
    "SGD, momentum": (keras.optimizers.SGD, ivy.SGD, {"momentum": 0.9}),
    "Adam": (keras.optimizers.Adam, ivy.Adam, {}),
}


def step_of(optimizer, rows, columns, ids, traced):
    """A function that makes one step, on a table of its own."""
    table = keras.Variable(np.full((rows, columns), 0.01, "float32"))
    optimizer.build([table])

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(table.value, ids) ** 2)
        optimizer.apply([tape.gradient(loss, table.value)], [table])

    return tf.function(step) if traced else step


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--columns", type=int, default=32)
    parser.add_argument("--batch", type=int, default=2048, help="ids in a batch")
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    ids = tf.constant(np.random.default_rng(0).integers(0, args.rows, args.batch))
    for traced in (True, False):
        for name, (theirs, ours, options) in PAIRS.items():
            steps = [
                step_of(cls(0.1, **options), args.rows, args.columns, ids, traced)
                for cls in (theirs, ours)
            ]
            for step in steps:
                step()
            times = [[], []]
            for _ in range(args.rounds):
                for step, found in zip(steps, times, strict=True):
                    start = time.perf_counter()
                    step()
                    found.append(1e3 * (time.perf_counter() - start))
            a, b = map(statistics.median, times)
            way = "traced" if traced else "eager"
            print(f"{name:14} {way:6}  keras {a:7.2f} ms  keras_ivy {b:7.2f} ms  {b / a:5.2f}")


if __name__ == "__main__":
    main()
