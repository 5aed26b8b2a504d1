"""LSUV brings every layer of thirty convolutions to unit deviation, on new data too.

Mishkin and Matas 2016 (arXiv:1511.06422), on the digits.
"""

import keras
import numpy as np
from _experiment import Experiment, digits

import keras_ivy as ivy


def network(activation: str, depth: int) -> keras.Model:
    layers = [
        keras.layers.Conv2D(16, 3, padding="same", activation=activation, name=f"conv{i}")
        for i in range(depth)
    ]
    head = [keras.layers.Flatten(), keras.layers.Dense(10, name="head")]
    return keras.Sequential([keras.Input((8, 8, 1)), *layers, *head])


def main() -> None:
    run = Experiment(__doc__)
    depth = 10 if run.quick else 30
    (x, y), test = digits(flat=False)
    drawn = {}
    for activation in ("relu", "tanh", "silu"):
        model = network(activation, depth)
        ivy.initialize_model(model, "layer_default", seed=0)
        report = ivy.lsuv(model, x[:256], batch_size=256, seed=0, verbose=0)
        drawn[activation] = [row.std_before for row in report], [row.std_after for row in report]
        run.check(f"{activation}: least deviation", min(drawn[activation][1]), 0.9, 1.1)
        run.check(f"{activation}: greatest deviation", max(drawn[activation][1]), 0.9, 1.1)
        held = ivy.lsuv(model, test[0][:256], batch_size=256, start=None, tolerance=1e9, verbose=0)
        room = 0.5 if activation == "silu" else 0.15
        found = max(abs(row.std_before - 1) for row in held)
        run.check(f"{activation}: farthest from 1 on new data", found, most=room)
    schemes = {"Keras's default": None, "LSUV": "lsuv"}
    for activation in () if run.quick else ("relu", "tanh"):
        trained = ivy.compare_training(
            schemes, lambda a=activation: network(a, depth), x, y, epochs=3, validation_data=test
        )
        default, ours = (row.val_accuracy for row in trained)
        if activation == "relu":
            run.check("relu: accuracy after 3 epochs, default", default, most=0.5)
            run.check("relu: accuracy after 3 epochs, LSUV", ours, least=0.7)
        else:
            run.note(f"with tanh it is no help: default {default:.3f}, LSUV {ours:.3f}; one seed")
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        for number, (label, (before, after)) in enumerate(drawn.items()):
            places = np.arange(len(before))
            ax.semilogy(places, before, label=f"{label}, before", **line_style(number))
            ax.semilogy(places, after, **(line_style(number) | {"linestyle": "-"}))
        name_axes(ax, "layer", "deviation before the activation", "all are at 1 after LSUV")
    run.end(figure)


if __name__ == "__main__":
    main()
