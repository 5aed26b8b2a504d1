"""In deep sine networks pre-activations tend to a deviation of .8926, not to the 1 of the paper.

Sitzmann et al. 2020 (arXiv:2006.09661) state N(0, 1), which holds for the first hidden layer. With
`q` the variance, `q = 1 - exp(-2 q)` at the fixed point: deviation .8926, activations .6312, and
the gradient grows by sqrt(1 + exp(-2 q)) = 1.0969 a layer backwards.
"""

import math

import numpy as np
from _experiment import Experiment

import keras_ivy as ivy


def main() -> None:
    run = Experiment(__doc__)
    width, depth, seeds = (1024, 6, range(1)) if run.quick else (2048, 8, range(3))
    pre, act, growth = [], [], []
    for seed in seeds:
        x = np.random.default_rng(seed).uniform(-1, 1, (256, 2)).astype("float32")
        slopes, weights, spreads = [], [], []
        for layer in range(depth):
            first = layer == 0
            make = ivy.FirstLayerSiren(seed=seed) if first else ivy.Siren(seed=99 * seed + layer)
            weights.append(30 * np.asarray(make((2 if first else width, width))))
            z = x @ weights[-1]
            x = np.sin(z)
            slopes.append(np.cos(z))
            spreads.append((float(z.std()), float(x.std())))
        gradient = np.random.default_rng(1).standard_normal(x.shape).astype("float32")
        norms = []
        for slope, weight in zip(reversed(slopes[1:]), reversed(weights[1:]), strict=True):
            gradient = (gradient * slope) @ weight.T
            norms.append(float(np.linalg.norm(gradient)))
        pre.append([one for one, _ in spreads])
        act.append(spreads[-1][1])
        growth.append((norms[-1] / norms[0]) ** (1 / (len(norms) - 1)))
    run.check("deviation of the last pre-activations", [each[-1] for each in pre], 0.8826, 0.9026)
    run.check("deviation of the last activations", act, 0.6212, 0.6412)
    run.check("growth of the gradient a layer", growth, 1.077, 1.117)
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        layers = range(1, depth)
        ax.plot(layers, np.mean(pre, 0)[1:], label=f"measured, {len(pre)} seeds", **line_style(0))
        ax.axhline(0.8926, color="#d55e00", linestyle="--", label="fixed point .8926")
        ax.axhline(1.0, color="#777777", linewidth=0.8, label="the paper's 1")
        name_axes(ax, "hidden layer", "deviation of pre-activations", f"SIREN, width {width}")
    assert math.isclose(0.8926**2, 1 - math.exp(-2 * 0.8926**2), abs_tol=1e-3)
    run.end(figure)


if __name__ == "__main__":
    main()
