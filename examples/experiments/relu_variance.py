"""Glorot halves the mean square of the signal at each layer of a ReLU network; He keeps it.

He et al. 2015, section 2.2: the factor of the rms is 1 / sqrt(2) = .7071 a layer.
"""

import keras
import numpy as np
from _experiment import Experiment

import keras_ivy as ivy


def main() -> None:
    run = Experiment(__doc__)
    depth, seeds = (20, range(2)) if run.quick else (50, range(5))
    schemes = {"Glorot": "xavier_normal", "He": "kaiming", "orthogonal": ivy.Orthogonal(2**0.5)}

    def make_model() -> keras.Model:
        layers = [keras.layers.Dense(256, "relu", name=f"{i}") for i in range(depth)]
        return keras.Sequential([keras.Input((256,)), *layers])

    rms = {label: [] for label in schemes}
    for seed in seeds:
        x = np.random.default_rng(seed).standard_normal((256, 256)).astype("float32")
        report = ivy.compare_initializations(schemes, make_model, x, seed=seed)
        for label in schemes:
            rms[label].append([row.rms for row in report[label]])
    factors = {
        label: [(each[-1] / each[0]) ** (1 / (depth - 1)) for each in rows]
        for label, rows in rms.items()
    }
    run.check("Glorot, factor of the rms a layer", factors["Glorot"], 0.697, 0.717)
    for label in ("He", "orthogonal"):
        run.check(f"{label}, factor a layer", factors[label], 0.975, 1.025)
    run.note("single seeds of He wander: the rms at the end of 50 layers is some half to twice it")
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        for number, (label, rows) in enumerate(rms.items()):
            ax.semilogy(range(1, depth + 1), np.mean(rows, 0), label=label, **line_style(number))
        theory = rms["Glorot"][0][0] * 0.5 ** (np.arange(depth) / 2)
        ax.semilogy(range(1, depth + 1), theory, color="#777777", label="theory: 1/√2 a layer")
        name_axes(ax, "layer", "rms of the activations", f"ReLU, width 256, {len(seeds)} seeds")
    run.end(figure)


if __name__ == "__main__":
    main()
