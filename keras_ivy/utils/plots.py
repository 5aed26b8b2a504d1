"""Pictures, drawn with matplotlib in one style; numbers never need them.

Every picture of the package is made by `new_figure`, its lines with `line_style`, its images with
`COLOR_MAP`, and its axes are named by `name_axes`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

import numpy as np

from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError
from keras_ivy.utils.reports.tables import optional

__all__ = [
    "COLOR_MAP",
    "LINE",
    "Axes",
    "Figure",
    "Panels",
    "Series",
    "check_axes",
    "draw_series",
    "line_style",
    "name_axes",
    "name_layers",
    "new_figure",
    "plot_series",
]

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
else:  # matplotlib may not be installed
    Axes = Figure = object

#: Axes of one picture or of several.
Panels: TypeAlias = Axes | Sequence[Axes] | np.ndarray
#: Numbers by the name of their line.
Series: TypeAlias = Mapping[str, Sequence[float | None]]

#: For images: it rises evenly in brightness, also for the colour-blind and in print.
COLOR_MAP = "cividis"
#: Of lines that only mark a bound.
LINE = "#777777"
#: Colours that the colour-blind can tell apart (Okabe and Ito), with a line and a mark of its own.
_STYLES = (
    ("#0072b2", "-", "o"),
    ("#d55e00", "--", "s"),
    ("#009e73", ":", "^"),
    ("#000000", "-.", "x"),
    ("#cc79a7", "-", "D"),
    ("#56b4e9", "--", "v"),
    ("#e69f00", ":", "P"),
    ("#8c6d00", "-.", "*"),
)
#: What matplotlib is told while a figure is made.
_RC = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 9,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "figure.dpi": 110,
    "grid.alpha": 0.3,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}
#: So many names fit below an axis.
_NAMES = 24


class LineStyle(TypedDict):
    """What `Axes.plot` takes for one line."""

    color: str
    linestyle: str
    marker: str
    markersize: float


def line_style(number: int) -> LineStyle:
    """Return colour, line and mark of the line of that number, from 0; after eight, again.

    Example:

    >>> line_style(1)["color"], line_style(9) == line_style(1)
    ('#d55e00', True)
    """
    color, line, marker = _STYLES[number % len(_STYLES)]
    return {"color": color, "linestyle": line, "marker": marker, "markersize": 3.5}


def check_axes(ax: object) -> None:
    """Refuse what nothing can be drawn on, such as the name of a file.

    Raises:
        TypeError: If `ax` is neither None nor axes of matplotlib.
    """
    if ax is not None and not callable(getattr(ax, "plot", None)):
        raise IvyTypeError(
            "`ax` must be axes of matplotlib. A picture is saved by its figure: "
            f'`figure, axes = report.plot(); figure.savefig("file.png")`. {received("ax", ax)}'
        )


def new_figure(
    rows: int = 1,
    columns: int = 1,
    *,
    size: tuple[float, float] | None = None,
    user: str = "plot()",
    **options: object,
) -> tuple[Figure, Any]:
    """Return a figure and its axes, as `matplotlib.pyplot.subplots` does, in our style.

    Args:
        rows: How many axes one below the other.
        columns: How many side by side.
        size: Width and height in inches; by default 8 by 4, and as much more as it has rows.
        user: Who draws, for the error.
        options: Further ones of `subplots`, such as `sharex`.

    Raises:
        ImportError: If matplotlib is not installed; the sentence says what to install.
    """
    pyplot = optional("matplotlib.pyplot", user)
    with pyplot.rc_context(_RC):
        return pyplot.subplots(
            rows, columns, figsize=size or (8, 1 + 3 * rows), layout="constrained", **options
        )


def name_axes(ax: Axes, x: str, y: str, title: str = "") -> None:
    """Say what both axes show, units included, and above them what the picture is."""
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    if title:
        ax.set_title(title)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(fontsize="small", framealpha=0.9)


def name_layers(ax: Axes, names: Sequence[str]) -> None:
    """Write names below the axis, at 0, 1, ...; of many only some."""
    step = max(1, -(-len(names) // _NAMES))
    ax.set_xticks(
        range(0, len(names), step), names[::step], rotation=60, ha="right", fontsize="x-small"
    )


def plot_series(
    series: Series,
    names: Sequence[str],
    unit: str,
    title: str,
    ax: Axes | None = None,
    *,
    logarithmic: bool = True,
    joined: bool = True,
) -> tuple[Figure, Axes]:
    """Draw numbers by layer, on a logarithmic axis unless it is said otherwise.

    Args:
        series: The numbers by the name of their line; None and zero leave a gap.
        names: Names of the layers.
        unit: What the axis shows.
        title: Above it.
        ax: Axes to draw on; by default those of a new figure.
        logarithmic: Whether the axis of the numbers is.
        joined: Whether a line joins the marks of a series.

    Returns:
        The figure and the axes.
    """
    check_axes(ax)
    if ax is None:
        _, ax = new_figure()
    draw_series(ax, series, names, unit, title, logarithmic, joined)
    return ax.figure, ax


def draw_series(
    ax: Axes,
    series: Series,
    names: Sequence[str],
    unit: str,
    title: str = "",
    logarithmic: bool = True,
    joined: bool = True,
) -> None:
    """Draw numbers by layer on axes, as `plot_series` does.

    Args:
        ax: The axes.
        series: The numbers by the name of their line.
        names: Names of the layers.
        unit: What the axis shows.
        title: Above it.
        logarithmic: Whether the axis of the numbers is.
        joined: Whether a line joins the marks of a series.
    """
    for number, (label, values) in enumerate(series.items()):
        points = [
            (i, value)
            for i, value in enumerate(values)
            if value is not None and math.isfinite(value) and (value > 0 or not logarithmic)
        ]
        if points:
            at, numbers = zip(*points, strict=True)
            style = line_style(number)
            if not joined:
                style["linestyle"] = ""
            ax.plot(at, numbers, label=label, **style)
    if logarithmic:
        ax.set_yscale("log")
    name_axes(ax, "layers, in the order of calls", unit, title)
    name_layers(ax, names)
