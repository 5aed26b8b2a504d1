"""With delta-orthogonal kernels a plain tanh network learns alike at twice the depth.

Xiao et al. 2018 (arXiv:1806.05393): convolutions without normalisation or shortcuts, digits, Adam.
"""

import keras
from _experiment import Experiment, digits

import keras_ivy as ivy


def main() -> None:
    run = Experiment(__doc__)
    depths, epochs, channels = ((8, 16), 3, 8) if run.quick else ((32, 64), 4, 16)
    train, test = digits(flat=False)

    def maker(depth: int):
        def make_model() -> keras.Model:
            layers = [
                keras.layers.Conv2D(channels, 3, padding="same", activation="tanh")
                for _ in range(depth)
            ]
            head = [keras.layers.Flatten(), keras.layers.Dense(10, name="head")]
            return keras.Sequential([keras.Input((8, 8, 1)), *layers, *head])

        return make_model

    rules = {"head": "xavier_normal", ".*": "delta_orthogonal"}
    reports = {
        depth: ivy.compare_training(
            {"delta-orthogonal": rules, "Glorot": {".*": "xavier"}},
            maker(depth),
            *train,
            optimizers={f"{depth} layers": keras.optimizers.Adam(1e-3)},
            epochs=epochs,
            batch_size=64,
            validation_data=test,
        )
        for depth in depths
    }
    ends = {d: {row.scheme: row for row in report} for d, report in reports.items()}
    first, second = (ends[depth]["delta-orthogonal"] for depth in depths)
    run.check(
        f"delta-orthogonal, difference of the last loss, {depths[0]} and {depths[1]} layers",
        abs(first.loss - second.loss),
        most=0.1,
    )
    run.check(f"delta-orthogonal, {depths[1]} layers, accuracy", second.val_accuracy, least=0.85)
    other = ends[depths[1]]["Glorot"].val_accuracy
    run.note(
        f"at {depths[1]} layers Glorot ends at {other:.3f}: delta-orthogonal does not depend on "
        "depth, which does not make it the best at every depth; one seed"
    )
    figure, axes = run.figure(2, sharey=True)
    if figure:
        for ax, report in zip(axes, reports.values(), strict=True):
            report.plot(ax=ax, name="loss")
    run.end(figure)


if __name__ == "__main__":
    main()
