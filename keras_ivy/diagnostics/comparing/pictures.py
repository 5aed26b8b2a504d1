"""The pictures of comparisons: histograms by scheme and layer, and curves of learning."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from keras_ivy.utils.plots import Axes, Figure, Panels, line_style, name_axes, new_figure

if TYPE_CHECKING:
    from keras_ivy.diagnostics.comparing.initializations import ComparedRow

__all__ = ["draw_curves", "draw_histograms"]

#: What a share of values is drawn from on the logarithmic axis, to all of them.
_LEAST, _MOST = 1e-4, 2.0


def draw_histograms(
    grid: Sequence[Sequence["ComparedRow"]], title: str, samples: int
) -> tuple[Figure, Panels]:
    """Draw a histogram for each row of a comparison, with mean and standard deviation.

    Args:
        grid: A row of the grid for each scheme, in it a column for each layer.
        title: Name of the model.
        samples: How many samples were looked at.

    Returns:
        The figure and the axes, of the shape of the grid.
    """
    size = (1.2 + 2.1 * len(grid[0]), 0.9 + 1.5 * len(grid))
    figure, axes = new_figure(len(grid), len(grid[0]), size=size, sharey=True, squeeze=False)
    for number, (row, line) in enumerate(zip(grid, axes, strict=True)):
        for cell, ax in zip(row, line, strict=True):
            _draw_histogram(ax, cell, line_style(number)["color"])
        line[0].set_ylabel(f"{row[0].scheme}\nshare of values")
    for cell, ax in zip(grid[0], axes[0], strict=True):
        ax.set_title(cell.name)
    for ax in axes[-1]:
        ax.set_xlabel("activation")
    figure.suptitle(f"{title}: activations of {samples} samples at the start", fontsize=10)
    return figure, axes


def _draw_histogram(ax: Axes, row: "ComparedRow", color: str) -> None:
    ax.set_yscale("log")
    ax.set_ylim(_LEAST, _MOST)
    ax.locator_params(axis="x", nbins=4)
    ax.ticklabel_format(axis="x", style="sci", scilimits=(-2, 3))
    ax.xaxis.get_offset_text().set_fontsize(7)
    said = "not finite"
    if row.counts:
        counts, edges = row.histogram
        ax.stairs(counts / counts.sum(), edges, fill=True, color=color, baseline=_LEAST)
        ax.axvline(row.mean, color="#000000", linewidth=0.8)
        said = f"mean {row.mean:.2g}\nstd {row.std:.2g}"
    ax.text(
        0.97,
        0.95,
        said,
        transform=ax.transAxes,
        ha="right",
        va="top",
        fontsize=7,
        bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5},
    )


def draw_curves(
    panels: Mapping[str, Mapping[str, Sequence[Sequence[float]]]],
    unit: str,
    title: str,
    axes: Sequence[Axes] | None = None,
) -> tuple[Figure, Sequence[Axes]]:
    """Draw a curve of learning for each scheme, in a panel for each optimizer.

    Args:
        panels: By title of the panel and label of the line, the runs: numbers by epoch.
        unit: What the numbers are.
        title: Above all panels.
        axes: Axes for the panels; by default those of a new figure.

    Returns:
        The figure and the axes.
    """
    if axes is None:
        figure, grid = new_figure(
            1, len(panels), size=(1 + 3.4 * len(panels), 3.6), sharey=True, squeeze=False
        )
        axes = list(grid[0])
        figure.suptitle(title, fontsize=10)
    several = False
    for (name, lines), ax in zip(panels.items(), axes, strict=True):
        for number, (label, runs) in enumerate(lines.items()):
            epochs = range(1, max(map(len, runs)) + 1)
            columns = list(zip(*runs, strict=True))
            middle = [sum(values) / len(values) for values in columns]
            style = line_style(number)
            ax.plot(epochs, middle, label=label, **style)
            if len(runs) > 1:
                several = True
                low, high = ([f(values) for values in columns] for f in (min, max))
                ax.fill_between(epochs, low, high, color=style["color"], alpha=0.15, linewidth=0)
        finite = [v for runs in lines.values() for run in runs for v in run if math.isfinite(v)]
        if unit.endswith("loss") and finite and min(finite) > 0:
            ax.set_yscale("log")
        ax.xaxis.get_major_locator().set_params(integer=True)
        name_axes(ax, "epoch", unit if ax is axes[0] else "", name)
        if ax is not axes[0]:
            ax.get_legend().remove()  # one explains all
    if several:
        axes[0].set_ylabel(f"{unit}, mean and range of seeds")
    return axes[0].figure, axes
