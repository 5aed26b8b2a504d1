"""Residual blocks without normalisation explode; Fixup, or a last layer of zeros, keeps them.

Zhang et al. 2019 (arXiv:1901.09321): fifty blocks of two convolutions, digits, at the start.
"""

import math

import keras
import numpy as np
from _experiment import Experiment, digits

import keras_ivy as ivy

#: The layers of a branch stand side by side; the group says which belong together.
BRANCH = r"(?P<branch>block\d+)_\d"


def network(blocks: int) -> keras.Model:
    inputs = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(16, 3, padding="same", name="stem")(inputs)
    for i in range(blocks):
        y = keras.layers.Conv2D(16, 3, padding="same", activation="relu", name=f"block{i}_1")(x)
        y = keras.layers.Conv2D(16, 3, padding="same", name=f"block{i}_2")(y)
        x = keras.layers.Add(name=f"add{i}")([x, y])
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(10, name="head")(x))


def main() -> None:
    run = Experiment(__doc__)
    blocks = 25 if run.quick else 50
    (x, y), _ = digits(flat=False)
    schemes = {
        "Keras's default": None,
        "He": "kaiming",
        "zero last": ("zero_last", {"branch": BRANCH}),
        "Fixup": ("fixup", {"branch": BRANCH}),
    }
    report = ivy.compare_initializations(schemes, lambda: network(blocks), x, y=y, batch_size=128)
    spread = {label: [report[label, f"add{i}"].std for i in range(blocks)] for label in schemes}
    losses = {label: report.diagnoses[label].summary["loss"] for label in schemes}
    growth = {label: values[-1] / values[0] for label, values in spread.items()}
    run.check("He: growth of the deviation", growth["He"], least=1e3)
    run.check("Keras's default: growth of the deviation", growth["Keras's default"], least=10)
    for label in ("zero last", "Fixup"):
        run.check(f"{label}: growth of the deviation", growth[label], 1 - 1e-5, 1 + 1e-5)
    run.check("Fixup: first loss less ln 10", losses["Fixup"] - math.log(10), -1e-5, 1e-5)
    run.note(f"first loss: {', '.join(f'{n} {loss:.3g}' for n, loss in losses.items())}")
    run.note(
        "that is the start only: zero last is lost within steps at 50 blocks and a rate of .02"
    )
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        for number, (label, values) in enumerate(spread.items()):
            style = line_style(number) | {"markersize": 2.5}
            ax.semilogy(np.arange(1, blocks + 1), values, label=label, **style)
        name_axes(ax, "block", "deviation of the activations", "residual blocks, no normalisation")
    run.end(figure)


if __name__ == "__main__":
    main()
