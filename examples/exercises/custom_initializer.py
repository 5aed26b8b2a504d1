"""Exercise 4: an initialization for one architecture, beside standard ones.

The architecture is a stack of residual blocks `x + f(x)`, whose deviation grows with every block.
The custom rule divides the last kernel of each branch by the square root of the number of blocks,
so that all branches together add as much as the stem brings.

    python examples/exercises/custom_initializer.py [picture.png]
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_ivy as ivy

BLOCKS, WIDTH = 24, 64


def make_model() -> keras.Model:
    inputs = keras.Input((WIDTH,))
    x = keras.layers.Dense(WIDTH, name="stem")(inputs)
    for i in range(BLOCKS):
        y = keras.layers.Dense(WIDTH, "relu", name=f"up{i}")(x)
        x = keras.layers.Add(name=f"add{i}")([x, keras.layers.Dense(WIDTH, name=f"down{i}")(y)])
    return keras.Model(inputs, keras.layers.Dense(10, name="head")(x))


CUSTOM = [
    ivy.InitRule("down.*", ivy.VarianceScaling(1 / BLOCKS, "fan_in")),
    ivy.InitRule("up.*", "kaiming"),
    ivy.InitRule("stem|head", "lecun_normal"),
]


def main(picture: str | None = None) -> None:
    x = np.random.default_rng(0).standard_normal((512, WIDTH)).astype("float32")
    schemes = {"Xavier": "xavier", "He": "kaiming", "custom": CUSTOM}
    schemes["zero last"] = ("zero_last", {"branch": r"(?:up|down)(?P<branch>\d+)"})
    report = ivy.compare_initializations(schemes, make_model, x)
    for label in schemes:
        first, last = (report[label, f"add{i}"].std for i in (0, BLOCKS - 1))
        print(f"{label:10s} deviation after block 1 {first:.3g}, after block {BLOCKS} {last:.3g}")
    if picture:
        shown = [f"add{i}" for i in (0, BLOCKS // 2, BLOCKS - 1)]
        report.plot(layers=shown)[0].savefig(picture, dpi=80)


if __name__ == "__main__":
    main(*sys.argv[1:])
