"""A sine network fits a signal with SIREN's initialization, and does not with Glorot's.

Sitzmann et al. 2020. A signal of one dimension at 256 places, 4 x 256 units, Adam at 1e-4.
"""

import keras
import numpy as np
import tensorflow as tf
from _experiment import Experiment

import keras_ivy as ivy


def network(width: int, first: object, hidden: object, activation: object) -> keras.Model:
    layers = [keras.layers.Dense(width, activation, kernel_initializer=first)]
    layers += [keras.layers.Dense(width, activation, kernel_initializer=hidden) for _ in range(3)]
    return keras.Sequential([keras.Input((1,)), *layers, keras.layers.Dense(1)])


def main() -> None:
    run = Experiment(__doc__)
    width, steps = (128, 300) if run.quick else (256, 1500)
    x = np.linspace(-1, 1, 256, dtype="float32")[:, None]
    y = np.sin(20 * x) + 0.5 * np.sin(57 * x + 1) + 0.25 * np.sign(np.sin(9 * x))
    y = (y / y.std()).astype("float32")

    def sine(z: tf.Tensor) -> tf.Tensor:
        return tf.sin(30 * z)

    keras.utils.set_random_seed(0)
    networks = {
        "sine, SIREN": network(width, ivy.FirstLayerSiren(seed=1), ivy.Siren(seed=2), sine),
        "sine, Glorot": network(width, "glorot_uniform", "glorot_uniform", sine),
        "ReLU, He": network(width, "he_normal", "he_normal", "relu"),
    }
    data = tf.data.Dataset.from_tensors((x, y)).repeat()
    curves = {}
    for label, model in networks.items():
        model.compile(keras.optimizers.Adam(1e-4), "mse", steps_per_execution=50)
        losses = model.fit(
            data, steps_per_epoch=50, epochs=steps // 50, verbose=0, shuffle=False
        ).history["loss"]
        curves[label] = [10 * np.log10(float(np.ptp(y)) ** 2 / loss) for loss in losses]
    run.check("sine, SIREN: peak signal to noise", curves["sine, SIREN"][-1], least=35, unit=" dB")
    for label in ("sine, Glorot", "ReLU, He"):
        run.check(f"{label}: peak signal to noise", curves[label][-1], most=28, unit=" dB")
    run.note("one seed, one signal")
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        for number, (label, values) in enumerate(curves.items()):
            places = range(50, steps + 1, 50)
            ax.plot(places, values, label=label, markevery=3, **line_style(number))
        name_axes(
            ax, "step", "peak signal to noise (dB)", f"a signal of one dimension, 4 x {width}"
        )
    run.end(figure)


if __name__ == "__main__":
    main()
