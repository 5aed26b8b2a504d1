"""Pictures of training: lines over the steps, and histograms over the steps as colours."""

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np

from keras_ivy.diagnostics.monitoring.records import Records, Timed, named
from keras_ivy.utils.exceptions import IvyValueError
from keras_ivy.utils.plots import (
    COLOR_MAP,
    LINE,
    Axes,
    Figure,
    Panels,
    check_axes,
    line_style,
    name_axes,
    new_figure,
)
from keras_ivy.utils.reports import optional

__all__ = ["Panel", "color_dim", "plot_series"]

#: Attribute of a row, name of the axis, whether it is logarithmic.
Panel: TypeAlias = tuple[str, str, bool]
RowT = TypeVar("RowT", bound=Timed)

#: So many lines are told apart by a style of their own; more of them by colour, by depth.
_FEW = 4
#: So many layers of a picture by colours are drawn if none are named.
_MOST = 16


def plot_series(
    records: Records[RowT], panels: Sequence[Panel], main: int, title: str, ax: Axes | None
) -> tuple[Figure, Panels]:
    """Draw numbers of every layer over the steps.

    Args:
        records: The rows.
        panels: What is drawn, one below the other; those of which nothing is known are left out.
        main: Which of them is drawn on `ax`.
        title: Above the picture.
        ax: Axes to draw on; by default those of a new figure.
    """
    groups = _groups(records)
    check_axes(ax)
    if ax is not None:
        _lines(ax, groups, panels[main])
        name_axes(ax, "batches of training", panels[main][1], title)
        _legend(ax, ax, groups)
        return ax.figure, ax
    drawn = [p for p in panels if any(y is not None for g in groups.values() for y in _y(g, p))]
    size = (8, 2.4 * len(drawn) + 0.6)
    figure, axes = new_figure(len(drawn), size=size, sharex=True, squeeze=False)
    axes = axes[:, 0]
    for place, (each, panel) in enumerate(zip(axes, drawn, strict=True)):
        _lines(each, groups, panel)
        each.set_ylabel(panel[1])
        if place == 0:
            each.set_title(title)
    axes[-1].set_xlabel("batches of training")
    _legend(axes[0], list(axes), groups)
    return figure, axes


def _groups(records: Records[RowT]) -> dict[str, list[RowT]]:
    """The rows by layer or variable, in the order of calls."""
    if not records.rows:
        raise IvyValueError(
            "Nothing was measured yet: hand the callback to `fit` first. Received: 0 records"
        )
    labels = {(row.path, row.name): label for label, row in named(records.last)}
    found: dict[str, list[RowT]] = {label: [] for label in labels.values()}
    for row in records.rows:
        label = labels.get((row.path, row.name))
        if label is not None:
            found[label].append(row)
    return found


def _y(rows: Sequence[Timed], panel: Panel) -> list[float | None]:
    return [getattr(row, panel[0]) for row in rows]


def _colour(place: int, number: int) -> object:
    """The colour of a layer among many: by depth."""
    colours = optional("matplotlib", "plot()").colormaps[COLOR_MAP]
    return colours(0.95 * place / (number - 1))


def _lines(ax: Axes, groups: dict[str, list[RowT]], panel: Panel) -> None:
    for place, (label, rows) in enumerate(groups.items()):
        points = [
            (row.step, y)
            for row, y in zip(rows, _y(rows, panel), strict=True)
            if y is not None and np.isfinite(y) and (y > 0 or not panel[2])
        ]
        if not points:
            continue
        steps, values = zip(*points, strict=True)
        if len(groups) <= _FEW:
            ax.plot(steps, values, label=label, **line_style(place))
        else:
            mark = "o" if len(points) == 1 else None
            colour = _colour(place, len(groups))
            ax.plot(steps, values, color=colour, marker=mark, markersize=3.5, linewidth=1.2)
    if panel[0] == "update_ratio":
        ax.axhline(1e-3, color=LINE, linewidth=0.8)
    if panel[2]:
        ax.set_yscale("log")


def _legend(ax: Axes, axes: object, groups: dict[str, list[RowT]]) -> None:
    """Names of few layers, or a scale of colours from the first layer to the last."""
    names = list(groups)
    if len(names) <= _FEW:
        if ax.lines:
            ax.legend(fontsize="small", framealpha=0.9)
        return
    matplotlib = optional("matplotlib", "plot()")
    colours = optional("matplotlib.colors", "plot()")
    limits = colours.Normalize(1, 1 + (len(names) - 1) / 0.95)
    mappable = matplotlib.cm.ScalarMappable(norm=limits, cmap=COLOR_MAP)
    bar = ax.figure.colorbar(mappable, ax=axes, label="layers, in the order of calls")
    bar.ax.set_ylim(1, len(names))
    step = max(1, -(-len(names) // _MOST))
    bar.set_ticks(range(1, len(names) + 1, step), labels=names[::step], fontsize="x-small")


def color_dim(
    records: Records[RowT],
    layers: str | Sequence[str] | None,
    edges: Sequence[float],
    unit: str,
    ax: Axes | None,
) -> tuple[Figure, Panels]:
    """Draw histograms over the steps, as colours.

    Args:
        records: The rows.
        layers: Names or paths; by default all, or some of many.
        edges: Of the bins.
        unit: What is counted.
        ax: Axes to draw on, for a single layer.
    """
    check_axes(ax)
    groups, left = _chosen(records, layers)
    if ax is not None and len(groups) != 1:
        raise IvyValueError(
            "One picture is drawn on `ax`: name one layer, `color_dim(layers=..., ax=ax)`. "
            f"Received: {len(groups)} layers {list(groups)[:8]}"
        )
    counts = {name: np.array([row.histogram for row in rows]).T for name, rows in groups.items()}
    top = max(float(np.log1p(each).max()) for each in counts.values())
    if ax is not None:
        figure, axes = ax.figure, [ax]
    else:
        columns = min(len(groups), 4)
        lines = -(-len(groups) // columns)
        figure, grid = new_figure(
            lines,
            columns,
            size=(3.0 * columns + 1.6, 2.1 * lines + 0.7),
            user="color_dim()",
            sharex=True,
            sharey=True,
            squeeze=False,
        )
        axes = list(grid.ravel())
        for empty in axes[len(groups) :]:
            empty.set_visible(False)
        for each in axes[max(0, len(groups) - columns) : len(groups)]:
            each.tick_params(labelbottom=True)
        axes = axes[: len(groups)]
    mesh = None
    for each, (name, rows) in zip(axes, groups.items(), strict=True):
        mesh = each.pcolormesh(
            _step_edges([row.step for row in rows]),
            np.asarray(edges),
            np.log1p(counts[name]),
            cmap=COLOR_MAP,
            vmin=0.0,
            vmax=max(top, 1e-9),
            rasterized=True,
        )
        each.grid(False)
        each.set_title(name, fontsize="small")
    if ax is None:
        figure.supxlabel("batches of training", fontsize=9)
        figure.supylabel(unit + left, fontsize=9)
    else:
        name_axes(ax, "batches of training", unit)
    figure.colorbar(mesh, ax=axes, label="log(1 + number of values)")
    return figure, ax if ax is not None else np.array(axes)


def _chosen(
    records: Records[RowT], layers: str | Sequence[str] | None
) -> tuple[dict[str, list[RowT]], str]:
    """The rows with a histogram of the layers that are drawn, and what to say of those left out."""
    groups = {
        name: kept
        for name, rows in _groups(records).items()
        if (kept := [row for row in rows if row.histogram])
    }
    if layers is not None:
        wanted = [layers] if isinstance(layers, str) else list(layers)
        rows = [records[name] for name in wanted]
        keys = {(row.path, row.name) for row in rows}
        return {
            name: group for name, group in groups.items() if (group[0].path, group[0].name) in keys
        }, ""
    if len(groups) <= _MOST:
        return groups, ""
    at = np.unique(np.linspace(0, len(groups) - 1, _MOST).round().astype(int))
    names = list(groups)
    return {names[i]: groups[names[i]] for i in at}, f" ({len(at)} of {len(groups)} layers)"


def _step_edges(steps: Sequence[int]) -> np.ndarray:
    """The edges of the columns: each step's reaches to the next one."""
    at = np.asarray(steps, float)
    width = float(np.median(np.diff(at))) if len(at) > 1 else 1.0
    return np.append(at, at[-1] + width) - 0.5
