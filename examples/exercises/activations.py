"""Exercise 2: the distribution of activations at every layer, for several initializations.

python examples/exercises/activations.py [picture.png]
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_ivy as ivy

SCHEMES = {
    "Keras's default": None,
    "Xavier": "xavier_normal",
    "He": "kaiming",
    "small random": ("normal", {"std": 0.01}),
    "large random": ("normal", {"std": 1.0}),
    "LSUV": "lsuv",
}


def make_model() -> keras.Model:
    layers = [
        keras.layers.Dense(100, name="fc1"),
        keras.layers.ReLU(name="relu1"),
        keras.layers.Dense(100, name="fc2"),
        keras.layers.ReLU(name="relu2"),
        keras.layers.Dense(10, name="fc3"),
    ]
    return keras.Sequential([keras.Input((100,)), *layers], name="simple_net")


def main(picture: str | None = None) -> None:
    x = np.random.default_rng(0).standard_normal((1000, 100)).astype("float32")
    report = ivy.compare_initializations(SCHEMES, make_model, x)
    print(report)
    if picture:
        report.plot()[0].savefig(picture, dpi=80)


if __name__ == "__main__":
    main(*sys.argv[1:])
