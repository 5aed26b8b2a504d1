"""With true fans every layer keeps the variance of its input, whatever its shape suggests.

Var(y) / Var(x) under a scale of 1 and fan_in, ours and Keras's, away from the borders.
"""

import keras
import numpy as np
from _experiment import Experiment

import keras_ivy as ivy

K = keras.layers
LAYERS = {
    "Dense": (lambda: K.Dense(256), (128,)),
    "Conv2D": (lambda: K.Conv2D(64, 3), (16, 16, 32)),
    "Conv2D, stride 2": (lambda: K.Conv2D(64, 3, strides=2), (17, 17, 32)),
    "Conv2D, 8 groups": (lambda: K.Conv2D(64, 3, groups=8), (16, 16, 64)),
    "DepthwiseConv2D, 64": (lambda: K.DepthwiseConv2D(3), (16, 16, 64)),
    "DepthwiseConv2D, 512": (lambda: K.DepthwiseConv2D(3), (12, 12, 512)),
    "DepthwiseConv1D, 7": (lambda: K.DepthwiseConv1D(7), (64, 256)),
    "Conv2DTranspose": (lambda: K.Conv2DTranspose(32, 4), (16, 16, 128)),
    "Conv2DTranspose, stride 2": (lambda: K.Conv2DTranspose(32, 4, strides=2), (12, 12, 128)),
    "EinsumDense, 8 experts": (lambda: K.EinsumDense("bhi,hio->bho", (8, 64)), (8, 64)),
}


def gain(name: str, ours: bool, samples: int, seeds: range) -> list[float]:
    make, shape = LAYERS[name]
    found = []
    for seed in seeds:
        keras.utils.set_random_seed(seed)
        layer = make()
        theirs = keras.initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal", seed=seed)
        for slot in ("kernel_initializer", "depthwise_initializer"):
            if hasattr(layer, slot):
                setattr(layer, slot, theirs)
        model = keras.Sequential([keras.Input(shape), layer])
        if ours:
            ivy.initialize_model(model, ivy.VarianceScaling(1.0, "fan_in"), seed=seed)
        x = np.random.default_rng(seed).standard_normal((samples, *shape)).astype("float32")
        y = np.asarray(model(x))
        if "Transpose" in name:
            y = y[:, 4:-4, 4:-4]
        found.append(float(y.var()))
    return found


def main() -> None:
    run = Experiment(__doc__)
    samples, seeds = (32, range(4)) if run.quick else (64, range(12))
    rows = {}
    for name in LAYERS:
        ours, theirs = (gain(name, each, samples, seeds) for each in (True, False))
        rows[name] = float(np.mean(ours)), float(np.mean(theirs))
        # A depthwise kernel of 9 values has a variance of its own.
        room = 0.1 if "Depthwise" in name else 0.05
        run.check(f"{name}, true fans", ours, 1 - room, 1 + room)
        run.note(f"{name}, fans from the shape: {rows[name][1]:.4g}")
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        places = np.arange(len(rows))
        for number, label in enumerate(("true fans", "fans from the shape")):
            style = line_style(number) | {"linestyle": "", "markersize": 6}
            ax.plot([pair[number] for pair in rows.values()], places, label=label, **style)
        ax.set_yticks(places, list(rows))
        ax.invert_yaxis()
        ax.set_xscale("log")
        ax.axvline(1, color="#000000", linewidth=0.8)
        name_axes(ax, "variance of the output by that of the input", "")
    run.end(figure)


if __name__ == "__main__":
    main()
