"""LARS and LAMB do not see how weights are spread over layers: the same steps, bit for bit.

A ReLU network without biases computes the same when W1 is 16 times and W2 a 16th. Powers of two
keep floats exact, so what is expected is an equality. LAMB's epsilon is 1e-30, which is lost beside
any root of a second moment but that of a dead unit, where 0 / 0 would stand without it.
"""

import keras
import numpy as np
from _experiment import Experiment, digits

import keras_ivy as ivy

OPTIMIZERS = {
    "LARS": lambda: ivy.LARS(1.0, variant="paper", trust_coefficient=0.02),
    "LAMB": lambda: ivy.LAMB(0.01, epsilon=1e-30, variant="paper"),
    "Adam": lambda: keras.optimizers.Adam(0.01),
    "SGD": lambda: keras.optimizers.SGD(0.05),
}


def logits(optimizer: keras.optimizers.Optimizer, factor: float, epochs: int) -> np.ndarray:
    (x, y), (test, _) = digits()
    layers = [keras.layers.Dense(64, "relu", use_bias=False) for _ in range(2)]
    head = keras.layers.Dense(10, use_bias=False)
    model = keras.Sequential([keras.Input((64,)), *layers, head])
    ivy.initialize_model(model, "kaiming", seed=0)
    layers[0].kernel.assign(layers[0].kernel * factor)
    layers[1].kernel.assign(layers[1].kernel / factor)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, jit_compile=False)
    model.fit(x[:1280], y[:1280], 64, epochs, shuffle=False, verbose=0)
    return np.asarray(model(test))


def main() -> None:
    run = Experiment(__doc__)
    epochs = 1 if run.quick else 3  # of 20 steps
    differences = {}
    for label, make in OPTIMIZERS.items():
        plain, spread = (logits(make(), factor, epochs) for factor in (1.0, 16.0))
        differences[label] = float(np.abs(plain - spread).max())
    for label in ("LARS", "LAMB"):
        run.check(f"{label}: largest difference of a logit", differences[label], 0.0, 0.0)
    for label in ("Adam", "SGD"):
        run.check(f"{label}: largest difference of a logit", differences[label], least=1.0)
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import name_axes

        names = list(differences)
        ax.bar(names, [differences[name] for name in names], width=0.5, color="#0072b2")
        ax.set_yscale("symlog", linthresh=1e-3)
        ax.set_ylim(bottom=0)
        name_axes(
            ax, "", "largest difference of a logit", f"W1 times 16, W2 by 16, {20 * epochs} steps"
        )
    run.end(figure)


if __name__ == "__main__":
    main()
