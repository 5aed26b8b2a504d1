"""An LSTM whose gates are orthogonal each keeps gradients that Keras's one orthogonal kernel loses.

Keras draws the recurrent kernel (u, 4 u) as one orthogonal matrix, so that each gate's block has a
mean square of a quarter. Gradient by the first input against that by the last, 100 steps.
"""

import keras
import numpy as np
import tensorflow as tf
from _experiment import Experiment

import keras_ivy as ivy


def norms(layer: object, scheme: object, steps: int, seed: int) -> np.ndarray:
    """The norm of the gradient of the last output by the input of each step."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((steps, 32)), layer(64, name="rnn")])
    if scheme is not None:
        ivy.initialize_model(model, scheme, seed=seed)
    x = tf.constant(np.random.default_rng(seed).standard_normal((32, steps, 32)).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(model(x) * np.sign(np.random.default_rng(1).standard_normal(64)))
    return np.linalg.norm(tape.gradient(loss, x), axis=(0, 2))


def main() -> None:
    run = Experiment(__doc__)
    steps, seeds = (50, range(1)) if run.quick else (100, range(3))
    rules = {"recurrent_kernel": ivy.Orthogonal()}
    found = {
        "one orthogonal kernel": [norms(keras.layers.LSTM, None, steps, s) for s in seeds],
        "orthogonal gates": [norms(keras.layers.LSTM, rules, steps, s) for s in seeds],
    }
    ratios = {label: [n[0] / n[-1] for n in rows] for label, rows in found.items()}
    gain = [b / a for a, b in zip(*ratios.values(), strict=True)]
    run.check(
        "ratio per gate by ratio of Keras's",
        np.log10(gain),
        least=2 if run.quick else 3,
        unit=" (powers of ten)",
    )
    for label, values in ratios.items():
        run.note(f"{label}: first by last gradient {np.mean(values):.2g}")
    run.note("a gradient that arrives is not yet a task that is learned: no training here")
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        for number, (label, rows) in enumerate(found.items()):
            style = line_style(number) | {"marker": ""}
            ax.semilogy(np.arange(1, steps + 1), np.mean(rows, 0), label=label, **style)
        name_axes(
            ax, "step of the input", "norm of the gradient", f"LSTM, 64 units, {len(seeds)} seeds"
        )
    run.end(figure)


if __name__ == "__main__":
    main()
