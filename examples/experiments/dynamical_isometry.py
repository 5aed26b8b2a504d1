"""Orthogonal weights keep every direction of a deep linear network; Gaussian ones lose most.

Saxe et al. 2014; for convolutions Xiao et al. 2018, whose delta-orthogonal kernels do it. Singular
values of the Jacobian of 64 layers, in float64.
"""

import keras
import numpy as np
from _experiment import Experiment

import keras_ivy as ivy


def dense(scheme: object, depth: int, width: int) -> np.ndarray:
    product = np.eye(width)
    for layer in range(depth):
        make = type(scheme).from_config(scheme.get_config() | {"seed": layer})
        product = product @ np.asarray(make((width, width), "float64"))
    return np.linalg.svd(product, compute_uv=False)


def convolutions(scheme: object, depth: int, side: int = 5, channels: int = 4) -> np.ndarray:
    size = side * side * channels
    layers = [
        keras.layers.Conv2D(channels, 3, padding="same", use_bias=False, dtype="float64")
        for _ in range(depth)
    ]
    model = keras.Sequential([keras.Input((side, side, channels), dtype="float64"), *layers])
    ivy.initialize_model(model, scheme, seed=0)
    basis = np.eye(size).reshape(size, side, side, channels)
    return np.linalg.svd(np.reshape(model(basis), (size, size)), compute_uv=False)


def main() -> None:
    run = Experiment(__doc__)
    depth, width = (32, 64) if run.quick else (64, 128)
    found = {
        "orthogonal": dense(ivy.Orthogonal(), depth, width),
        "Gaussian": dense(ivy.LecunNormal(), depth, width),
        "delta-orthogonal 3 x 3": convolutions(ivy.DeltaOrthogonal(), depth),
        "Keras's orthogonal 3 x 3": convolutions(keras.initializers.Orthogonal(), depth),
    }
    for label in ("orthogonal", "delta-orthogonal 3 x 3"):
        run.check(f"{label}: least singular value", found[label].min(), 1 - 1e-4, 1 + 1e-4)
        run.check(f"{label}: greatest singular value", found[label].max(), 1 - 1e-4, 1 + 1e-4)
    run.check("Gaussian: median singular value", np.median(found["Gaussian"]), most=1e-3)
    other = found["Keras's orthogonal 3 x 3"]
    run.check("Keras's orthogonal 3 x 3: median singular value", np.median(other), most=1e-1)
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        for number, (label, values) in enumerate(found.items()):
            style = line_style(number) | {"marker": ""}
            ax.semilogy(
                np.linspace(0, 1, len(values)), np.maximum(values, 1e-20), label=label, **style
            )
        name_axes(ax, "share of directions", "singular value", f"Jacobian of {depth} linear layers")
    run.end(figure)


if __name__ == "__main__":
    main()
