"""Ivy's layers against the Keras layers that they equal: traced, compiled by XLA, and eager.

Limits: 1.05 for convolutions and attention, 1.1 for normalisation, 1.2 for the LSTM. Times are CPU
seconds of this process, the smallest of many rounds in which both layers take turns: on a busy
machine, that is what repeats. A ratio within 0.03 of its limit is not told apart from it.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from _timing import header

from keras_ivy import layers

#: Maker, input shape, limit of the ratio.
CASES = {
    "Linear": (lambda: layers.Linear(256, 256), (512, 256), 1.05),
    "Linear, rank 3": (lambda: layers.Linear(256, 256), (16, 64, 256), 1.05),
    "Conv1D": (lambda: layers.Conv1D(64, 64, 5, 1, "SAME"), (16, 256, 64), 1.05),
    "Conv2D": (lambda: layers.Conv2D(32, 64, [3, 3], 1, "SAME"), (8, 32, 32, 32), 1.05),
    "Conv2D, strides": (lambda: layers.Conv2D(32, 64, [3, 3], 2, "VALID"), (16, 32, 32, 32), 1.05),
    "Conv2D, dilations": (
        lambda: layers.Conv2D(16, 16, [3, 3], 1, "SAME", dilations=2),
        (8, 32, 32, 16),
        1.05,
    ),
    "Conv2D, NCHW": (
        lambda: layers.Conv2D(32, 64, [3, 3], 1, "SAME", data_format="NCHW"),
        (8, 32, 32, 32),
        1.05,
    ),
    "Conv3D": (lambda: layers.Conv3D(8, 16, [3, 3, 3], 1, "SAME"), (2, 12, 12, 12, 8), 1.05),
    "Conv2DTranspose": (
        lambda: layers.Conv2DTranspose(32, 32, [3, 3], 2, "SAME"),
        (8, 16, 16, 32),
        1.05,
    ),
    "DepthwiseConv2D": (
        lambda: layers.DepthwiseConv2D(64, [3, 3], 1, "SAME"),
        (8, 32, 32, 64),
        1.05,
    ),
    "MultiHeadAttention": (
        lambda: layers.MultiHeadAttention(256, num_heads=8),
        (8, 64, 256),
        1.05,
    ),
    "MultiHeadAttention, long": (
        lambda: layers.MultiHeadAttention(64, num_heads=4),
        (2, 384, 64),
        1.05,
    ),
    "LSTM": (lambda: layers.LSTM(64, 64, return_state=False), (32, 50, 64), 1.2),
    "LSTM, wide": (lambda: layers.LSTM(128, 256, return_state=False), (8, 20, 128), 1.2),
    "LayerNorm": (lambda: layers.LayerNorm(256), (64, 128, 256), 1.1),
    "LayerNorm, small": (lambda: layers.LayerNorm(768), (32, 768), 1.1),
    "BatchNorm2D": (lambda: layers.BatchNorm2D(64), (16, 32, 32, 64), 1.1),
    "BatchNorm2D, small": (lambda: layers.BatchNorm2D(64), (32, 8, 8, 64), 1.1),
    "BatchNorm2D, tiny": (lambda: layers.BatchNorm2D(64), (32, 1, 1, 64), 1.1),
    "BatchNorm2D, NCS": (
        lambda: layers.BatchNorm2D(64, data_format="NCS"),
        (16, 64, 32, 32),
        1.1,
    ),
    "GroupNorm": (lambda: layers.GroupNorm(8, 64), (16, 32, 32, 64), 1.1),
    "MaxPool2D": (lambda: layers.MaxPool2D(2, 2, "SAME"), (8, 64, 64, 32), 1.05),
    "AvgPool2D": (lambda: layers.AvgPool2D(2, 2, "SAME"), (8, 64, 64, 32), 1.05),
}

REPEATS = 3


#: What the modes say after "train" or "call": how the function runs.
MODES = ("", " xla", " eager")


def step(layer, x, training, mode):
    """A function that calls a layer a few times, with gradients if it trains."""
    takes_two = type(layer).__module__.endswith("multi_head_attention")
    call = (
        (lambda x: layer(x, x, training=training))
        if takes_two
        else (lambda x: layer(x, training=training))
    )
    variables = [v.value for v in layer.trainable_variables]

    @tf.autograph.experimental.do_not_convert
    def run(x):
        if not training:
            return call(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = call(x)
        return tape.gradient(y, [x, *variables], output_gradients=y)

    if mode != " eager":
        run = tf.function(run, jit_compile=mode == " xla")

    def repeat():
        for _ in range(REPEATS):
            out = run(x)
        return [np.asarray(t) for t in tf.nest.flatten(out)][:1]

    return repeat


def fastest(functions, rounds):
    """The smallest CPU seconds of each function, in rounds in which they take turns."""
    seconds = {name: [] for name in functions}
    for round_ in range(-2, rounds):
        for name in functions if round_ % 2 else reversed(functions):
            start = time.process_time()
            functions[name]()
            if round_ >= 0:
                seconds[name].append(time.process_time() - start)
    return {name: min(values) for name, values in seconds.items()}


def main():
    """Print the ratio of every case; leave with an error if one exceeds its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--only", default="", help="cases whose names contain this")
    arguments = parser.parse_args()
    print(header())
    print(f"{'':26s}{'':>12s}{'Keras ms':>10s}{'ratio':>8s}{'limit':>8s}")
    over = []
    for name, (make, shape, limit) in CASES.items():
        if arguments.only not in name:
            continue
        ours = make()
        theirs = ours.to_keras()
        x = tf.random.normal(shape)
        for training in (True, False):
            for mode in MODES:
                both = {
                    "keras": step(theirs, x, training, mode),
                    "ivy": step(ours, x, training, mode),
                }
                seconds = fastest(both, arguments.rounds)
                ratio = seconds["ivy"] / seconds["keras"]
                milliseconds = seconds["keras"] / REPEATS * 1e3
                what = ("train" if training else "call") + mode
                mark = "  over" if ratio > limit + 0.03 else ""
                print(
                    f"{name:26s}{what:>12s}{milliseconds:10.2f}{ratio:8.3f}{limit:8.2f}{mark}",
                    flush=True,
                )
                over += [f"{name}, {what}"] if mark else []
    print(f"over their limits: {over or 'none'}")


if __name__ == "__main__":
    main()
