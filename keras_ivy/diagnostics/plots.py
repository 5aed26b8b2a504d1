"""Pictures of a diagnosis by depth; the style of all pictures stands in `keras_ivy.utils.plots`."""

from collections.abc import Sequence

from keras_ivy.diagnostics.rows import Row
from keras_ivy.utils.plots import (
    COLOR_MAP,
    LINE,
    Axes,
    Figure,
    Panels,
    Series,
    check_axes,
    draw_series,
    line_style,
    name_axes,
    name_layers,
    new_figure,
    plot_series,
)

__all__ = [
    "COLOR_MAP",
    "LINE",
    "Axes",
    "Series",
    "check_axes",
    "line_style",
    "name_axes",
    "name_layers",
    "new_figure",
    "plot_rows",
    "plot_series",
]


def plot_rows(rows: Sequence[Row], title: str, ax: Axes | None = None) -> tuple[Figure, Panels]:
    """Draw signal, gradient and step of every row.

    Args:
        rows: The rows of a diagnosis.
        title: Name of the model.
        ax: Axes for signal and gradient; by default a new figure of three.
    """
    check_axes(ax)
    names = [row.name for row in rows]
    signal: Series = {
        "rms of the output": [row.rms for row in rows],
        "rms of its gradient": [row.grad_rms for row in rows],
    }
    if ax is not None:
        return plot_series(signal, names, "root mean square", title, ax)
    figure, axes = new_figure(3, size=(8, 9), sharex=True)
    draw_series(axes[0], signal, names, "root mean square", title)
    ratios: Series = {
        "step by norm of the kernel": [row.update_ratio for row in rows],
        "kernel by what its fans ask for": [row.weight_ratio for row in rows],
    }
    draw_series(axes[1], ratios, names, "ratio")
    axes[1].axhline(1e-3, color=LINE, linewidth=0.8)
    shares: Series = {
        "zeros": [row.zeros for row in rows],
        "dead units": [row.dead for row in rows],
        "saturated values": [row.saturated for row in rows],
    }
    draw_series(axes[2], shares, names, "share", logarithmic=False)
    axes[2].set_ylim(-0.02, 1.02)
    for each in axes[:2]:
        each.tick_params(labelbottom=False)
        each.set_xlabel("")
    return figure, axes
