"""Tuned at a batch of 16 alone, LAMB keeps its accuracy at 1,437 by the rule of the square root.

The linear rule loses SGD there, and LARS has no rule that works: that is part of the claim.
"""

from _digits_runs import Runs
from _experiment import Experiment

#: The best of a grid of powers of two at a batch of 16.
RATES = {"SGD": 0.025, "Adam": 2e-3, "LARS": 1.0, "LAMB": 0.005}
RULES = {
    "LAMB, square root": ("LAMB", 0.5),
    "Adam, square root": ("Adam", 0.5),
    "SGD, linear": ("SGD", 1.0),
    "SGD, square root": ("SGD", 0.5),
    "LARS, linear": ("LARS", 1.0),
    "LARS, square root": ("LARS", 0.5),
}


def main() -> None:
    run = Experiment(__doc__)
    seeds, epochs = range(1) if run.quick else range(3), 40
    batches = (64, 1437) if run.quick else (16, 64, 256, 1437)
    runs = {label: Runs(label) for label in RATES}
    found = {
        name: {
            batch: [
                100
                * runs[label].accuracy(
                    RATES[label] * (batch / 16) ** power, batch, seed, epochs=epochs
                )
                for seed in seeds
            ]
            for batch in batches
        }
        for name, (label, power) in RULES.items()
    }
    for name, row in found.items():
        means = ", ".join(f"{b}: {sum(v) / len(v):.1f}" for b, v in row.items())
        run.note(f"{name}: test accuracy by batch {means}")
    run.check("LAMB, square root, batch 1437 (%)", found["LAMB, square root"][1437], least=95.0)
    run.check("SGD, linear, batch 1437 (%)", found["SGD, linear"][1437], most=60.0)
    run.note("toy networks: effects below a point are noise, and every optimizer can be tuned anew")
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import line_style, name_axes

        for number, (name, row) in enumerate(found.items()):
            means = [sum(values) / len(values) for values in row.values()]
            ax.semilogx(list(row), means, label=name, **line_style(number))
        ax.set_xticks(list(batches), [str(batch) for batch in batches])
        ax.minorticks_off()
        name_axes(
            ax, "batch", "test accuracy (%)", f"digits, rates tuned at 16, {len(seeds)} seeds"
        )
    run.end(figure)


if __name__ == "__main__":
    main()
