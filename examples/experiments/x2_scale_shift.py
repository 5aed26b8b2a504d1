"""A network whose scales sit in the wrong layers: LARS and LAMB hardly notice, SGD is lost.

Layer scales [8, 1/8, 8, 1/8, 1] leave the function as it is. Every optimizer keeps the rate that is
the best of its grid on the plain network, batch 64, 40 epochs.
"""

from _digits_runs import Runs
from _experiment import Experiment

SCALES = (8.0, 0.125, 8.0, 0.125, 1.0)
GRIDS = {
    "SGD": (0.025, 0.05, 0.1),
    "Adam": (2e-3, 4e-3, 8e-3),
    "LARS": (2.0, 4.0, 8.0),
    "LAMB": (0.0025, 0.005, 0.01),
}


def main() -> None:
    run = Experiment(__doc__)
    seeds, epochs = (range(1), 20) if run.quick else (range(3), 40)
    found = {}
    for label, grid in GRIDS.items():
        runs = Runs(label)
        tuned = {rate: runs.accuracy(rate, 64, 7, epochs=epochs) for rate in grid}
        rate = max(tuned, key=lambda each: tuned[each])
        plain, shifted = (
            [100 * runs.accuracy(rate, 64, s, scales, epochs) for s in seeds]
            for scales in ((), SCALES)
        )
        found[label] = plain, shifted
        lost = [a - b for a, b in zip(plain, shifted, strict=True)]
        bounds = {"SGD": {"least": 15.0}, "Adam": {"most": 5.0}}.get(label, {"most": 3.0})
        run.check(f"{label} at {rate:g}: points lost", lost, **bounds)
        ends = [sum(each) / len(each) for each in (plain, shifted)]
        run.note(f"{label}: {ends[0]:.1f} % before, {ends[1]:.1f} % after")
    run.note("tuned again on the shifted network SGD comes back; what is shown is that it must be")
    figure, ax = run.figure()
    if figure:
        from keras_ivy.utils.plots import name_axes

        for shift, color, number, label in (
            (-0.2, "#0072b2", 0, "plain"),
            (0.2, "#d55e00", 1, "scales shifted"),
        ):
            means = [sum(pair[number]) / len(seeds) for pair in found.values()]
            ax.bar([i + shift for i in range(len(found))], means, 0.4, color=color, label=label)
        ax.set_xticks(range(len(found)), list(found))
        name_axes(ax, "", "test accuracy (%)", f"digits, batch 64, {len(seeds)} seeds")
        ax.set_ylim(0, 120)
        ax.legend(loc="upper left", fontsize="small", ncols=2)
    run.end(figure)


if __name__ == "__main__":
    main()
