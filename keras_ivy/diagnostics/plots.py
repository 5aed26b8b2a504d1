"""Pictures by depth, drawn with matplotlib in one style; numbers never need them."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from keras_ivy.diagnostics.rows import Row
from keras_ivy.utils.reports import optional

__all__ = ["plot_rows", "plot_series"]

#: Axes of matplotlib, which may not be installed.
Axes: TypeAlias = Any
#: Numbers by the name of their line.
Series: TypeAlias = Mapping[str, Sequence[float | None]]

#: Colours that the colour-blind can tell apart (Okabe and Ito), with a line and a mark of its own.
STYLES = (
    ("#0072b2", "-", "o"),
    ("#d55e00", "--", "s"),
    ("#009e73", ":", "^"),
    ("#000000", "-.", "x"),
)
#: So many names fit below an axis.
_NAMES = 24


def plot_series(
    series: Series,
    names: Sequence[str],
    unit: str,
    title: str,
    ax: Axes | None = None,
) -> tuple[object, object]:
    """Draw numbers by layer on a logarithmic axis.

    Args:
        series: The numbers by the name of their line; None and zero leave a gap.
        names: Names of the layers.
        unit: What the axis shows.
        title: Above it.
        ax: Axes to draw on; by default those of a new figure.

    Returns:
        The figure and the axes.
    """
    if ax is None:
        pyplot = optional("matplotlib.pyplot", "plot()")
        _, ax = pyplot.subplots(figsize=(8, 4), layout="constrained")
    _draw(ax, series, names, unit)
    ax.set_title(title)
    return ax.figure, ax


def plot_rows(rows: Sequence[Row], title: str, ax: Axes | None = None) -> tuple[object, object]:
    """Draw signal, gradient and step of every row.

    Args:
        rows: The rows of a diagnosis.
        title: Name of the model.
        ax: Axes for signal and gradient; by default a new figure of three.
    """
    names = [row.name for row in rows]
    signal: Series = {
        "rms of the output": [row.rms for row in rows],
        "rms of its gradient": [row.grad_rms for row in rows],
    }
    if ax is not None:
        return plot_series(signal, names, "root mean square", title, ax)
    pyplot = optional("matplotlib.pyplot", "plot()")
    figure, axes = pyplot.subplots(3, 1, figsize=(8, 9), sharex=True, layout="constrained")
    _draw(axes[0], signal, names, "root mean square")
    ratios: Series = {
        "step by norm of the kernel": [row.update_ratio for row in rows],
        "kernel by what its fans ask for": [row.weight_ratio for row in rows],
    }
    _draw(axes[1], ratios, names, "ratio")
    axes[1].axhline(1e-3, color="#777777", linewidth=0.8)
    shares: Series = {
        "zeros": [row.zeros for row in rows],
        "dead units": [row.dead for row in rows],
        "saturated values": [row.saturated for row in rows],
    }
    _draw(axes[2], shares, names, "share", logarithmic=False)
    axes[2].set_ylim(-0.02, 1.02)
    for each in axes[:2]:
        each.tick_params(labelbottom=False)
        each.set_xlabel("")
    axes[0].set_title(title)
    return figure, axes


def _draw(
    ax: Axes,
    series: Series,
    names: Sequence[str],
    unit: str,
    logarithmic: bool = True,
) -> None:
    for (label, values), (colour, line, mark) in zip(series.items(), STYLES, strict=False):
        points = [
            (i, value)
            for i, value in enumerate(values)
            if value is not None and (value > 0 or not logarithmic)
        ]
        if points:
            at, numbers = zip(*points, strict=True)
            ax.plot(at, numbers, line, color=colour, marker=mark, markersize=3.5, label=label)
    if logarithmic:
        ax.set_yscale("log")
    ax.set_ylabel(unit)
    ax.set_xlabel("layers, in the order of calls")
    ax.grid(alpha=0.3)
    if ax.lines:
        ax.legend(fontsize="small")
    step = max(1, -(-len(names) // _NAMES))
    ax.set_xticks(
        range(0, len(names), step), names[::step], rotation=60, ha="right", fontsize="x-small"
    )
