"""With the bias at the frequencies of the labels the first loss is their entropy.

492 frauds among 284,807 payments: b = log(p / (1 - p)) = -6.35935934, loss .69315 to .01271.
"""

import keras
import numpy as np
from _experiment import Experiment

import keras_ivy as ivy

FRAUDS, PAYMENTS = 492, 284_807


def main() -> None:
    run = Experiment(__doc__)
    y = np.zeros((PAYMENTS, 1), "float32")
    y[:FRAUDS] = 1
    x = np.random.default_rng(0).standard_normal((PAYMENTS, 8)).astype("float32")
    p = FRAUDS / PAYMENTS
    entropy = -p * np.log(p) - (1 - p) * np.log1p(-p)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, name="head")])
    losses = []
    for bias in ("zeros", ivy.OutputBias.from_labels(y, "sigmoid")):
        ivy.initialize_model(model, "zeros", bias=bias)
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        losses.append(float(loss(y, model(x))))
    bias = float(model.get_layer("head").bias[0])
    run.check("the bias", bias, -6.359360, -6.359359)
    run.check("first loss with a bias of zero", losses[0], 0.69314, 0.69315)
    run.check("first loss with it, less the entropy", losses[1] - entropy, -1e-6, 1e-6)
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import name_axes

        ax.bar(
            ["zero", "frequencies of the labels"], losses, color=["#d55e00", "#0072b2"], width=0.5
        )
        ax.axhline(entropy, color="#777777", linestyle="--", label=f"entropy {entropy:.5f}")
        ax.set_yscale("log")
        name_axes(ax, "bias of the output", "first loss (nats)", "492 positives among 284,807")
    run.end(figure)


if __name__ == "__main__":
    main()
