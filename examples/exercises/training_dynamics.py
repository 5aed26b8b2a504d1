"""Exercise 1: one network, several initializations, and how they train.

python examples/exercises/training_dynamics.py [picture.png]
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from sklearn.datasets import load_digits

import keras_ivy as ivy

SCHEMES = {
    "zeros": "zeros",
    "small random": "small_random",
    "Xavier": "xavier_normal",
    "He": "kaiming",
    "orthogonal": "orthogonal",
    "LSUV": "lsuv",
}


def make_model() -> keras.Model:
    layers = [keras.layers.Dense(64, "relu") for _ in range(10)]
    return keras.Sequential([keras.Input((64,)), *layers, keras.layers.Dense(10)])


def main(picture: str | None = None, epochs: int = 5) -> None:
    x, y = load_digits(return_X_y=True)
    x = ((x - x.mean()) / x.std()).astype("float32")
    report = ivy.compare_training(
        SCHEMES,
        make_model,
        x[360:],
        y[360:],
        optimizers={"SGD .01": keras.optimizers.SGD(0.01), "Adam .001": "adam"},
        epochs=epochs,
        validation_data=(x[:360], y[:360]),
    )
    print(report)
    if picture:
        report.plot()[0].savefig(picture, dpi=90)


if __name__ == "__main__":
    main(*sys.argv[1:])
