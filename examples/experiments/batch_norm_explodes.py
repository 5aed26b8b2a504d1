"""Batch normalisation makes gradients grow: their square by 1.44 at each ReLU layer.

Yang et al. 2019 (arXiv:1902.08129): pi / (pi - 1) = 1.467 for wide layers and large batches.
"""

import keras
import numpy as np
from _experiment import Experiment

import keras_ivy as ivy


def main() -> None:
    run = Experiment(__doc__)
    depth, seeds = (20, range(2)) if run.quick else (40, range(4))
    norms = {"relu": [], "linear": []}
    for activation, rows in norms.items():
        for seed in seeds:
            x = np.random.default_rng(seed).standard_normal((256, 256)).astype("float32")
            layers = []
            for i in range(depth):
                layers.append(keras.layers.Dense(256, use_bias=False, name=f"dense{i}"))
                layers.append(keras.layers.BatchNormalization(name=f"norm{i}"))
                layers.append(keras.layers.Activation(activation, name=f"act{i}"))
            model = keras.Sequential([keras.Input((256,)), *layers])
            ivy.initialize_model(model, "kaiming", seed=seed)
            report = ivy.diagnose(model, x, seed=seed)
            rows.append([report[f"norm{i}"].grad_norm for i in range(depth)])
    growth = {
        label: [(each[2] / each[-3]) ** (2 / (depth - 5)) for each in rows]
        for label, rows in norms.items()
    }
    run.check("ReLU, growth of the square a layer", growth["relu"], 1.40, 1.48)
    run.check("linear, growth of the square a layer", growth["linear"], 0.97, 1.03)
    run.note("it is measured at the start; shortcuts around the layers undo it")
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        for number, (label, rows) in enumerate(norms.items()):
            ax.semilogy(range(1, depth + 1), np.mean(rows, 0), label=label, **line_style(number))
        name_axes(ax, "layer", "norm of the gradient", f"dense, batch norm; {len(seeds)} seeds")
    run.end(figure)


if __name__ == "__main__":
    main()
