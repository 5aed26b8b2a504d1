"""Exercise 3: the same initializations with and without layer normalization.

python examples/exercises/layer_normalization.py [picture.png]
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from sklearn.datasets import load_digits

import keras_ivy as ivy

SCHEMES = {"small random": "small_random", "Xavier": "xavier_normal", "He": "kaiming"}


def make_model(normalized: bool) -> keras.Model:
    layers = []
    for _ in range(6):
        layers.append(keras.layers.Dense(64))
        if normalized:
            layers.append(keras.layers.LayerNormalization())
        layers.append(keras.layers.ReLU())
    return keras.Sequential([keras.Input((64,)), *layers, keras.layers.Dense(10)])


def main(picture: str | None = None, epochs: int = 5) -> None:
    x, y = load_digits(return_X_y=True)
    x = ((x - x.mean()) / x.std()).astype("float32")
    reports = {}
    for name, normalized in (("without", False), ("with", True)):
        reports[name] = ivy.compare_training(
            SCHEMES,
            lambda normalized=normalized: make_model(normalized),
            x[360:],
            y[360:],
            optimizers={f"{name} layer normalization": keras.optimizers.Adam(0.001)},
            epochs=epochs,
            validation_data=(x[:360], y[:360]),
        )
        print(f"{name} layer normalization\n{reports[name]}\n")
    if picture:
        from keras_ivy.utils.plots import new_figure

        figure, axes = new_figure(1, 2, size=(9, 3.6), sharey=True)
        for ax, report in zip(axes, reports.values(), strict=True):
            report.plot(ax=ax)
        figure.savefig(picture, dpi=90)


if __name__ == "__main__":
    main(*sys.argv[1:])
