"""The tables of what was measured in training: one row for each step and layer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from keras_ivy.utils.reports import Json, Report

__all__ = ["ActivationRecord", "GradientRecord", "Records", "Timed", "named"]


@dataclass(frozen=True)
class ActivationRecord:
    """What a call of a layer put out at one step.

    Args:
        layer: Name of the layer.
        path: Structural path.
        step: Number of the batch of training, from 1.
        epoch: Number of the epoch, from 0.
        call: Number of the call in the step, from 1; above 1 for layers that are shared.
        mean: Mean of the output.
        std: Standard deviation.
        rms: Root of the mean square.
        min: The least value.
        max: The greatest.
        zeros: Share of exact zeros.
        saturated: Share of the values of tanh (beyond 0.97) and sigmoid (within 0.03 of an end)
            that are at an end; None of a layer without one.
        dead: Share of units of which a ReLU lets nothing through, for any sample; None without
            one.
        finite: Whether all values are finite; if not, the numbers above are nan.
        histogram: How many values lie in each of the bins, whose edges are `ActivationStats.BINS`.
    """

    layer: str
    path: str
    step: int
    epoch: int
    call: int
    mean: float
    std: float
    rms: float
    min: float
    max: float
    zeros: float
    saturated: float | None
    dead: float | None
    finite: bool
    histogram: tuple[int, ...]

    @property
    def name(self) -> str:
        """The layer's name, with the number of the call from the second on."""
        return self.layer if self.call == 1 else f"{self.layer}:{self.call}"


@dataclass(frozen=True)
class GradientRecord:
    """The gradient of a variable at one step, and what the step did to the variable.

    Args:
        layer: Name of the layer that owns the variable.
        variable: Name of the variable, such as `"kernel"`.
        path: Structural path.
        role: `"kernel"`, `"recurrent"`, `"embedding"`, `"bias"`, `"scale"`, ...
        step: Number of the batch of training, from 1.
        epoch: Number of the epoch, from 0.
        iteration: How many steps the optimizer had made before.
        norm: Euclidean norm of the loss's gradient, before any clipping and without loss scale;
            None if the loss does not depend on the variable.
        rms: Root of the mean square of that.
        weight_norm: Euclidean norm of the variable before the step.
        update_norm: Norm of what the step changed; None if the optimizer made no step, because it
            accumulates gradients or its loss scale was too large.
        update_ratio: The same by the norm of the variable.
        signal_norm: Norm of the loss's gradient by the output of the layer, of its first call, and
            of the first replica; None if it did not come by.
        global_norm: Norm of all gradients of the step together.
        finite: Whether the gradient is finite; if not, its numbers are nan.
        histogram: How many values lie in each of the bins of `log10 |gradient|`, whose edges are
            `GradientStats.BINS`; zeros are in none.
    """

    layer: str
    variable: str
    path: str
    role: str
    step: int
    epoch: int
    iteration: int
    norm: float | None
    rms: float | None
    weight_norm: float
    update_norm: float | None
    update_ratio: float | None
    signal_norm: float | None
    global_norm: float
    finite: bool
    histogram: tuple[int, ...]

    @property
    def name(self) -> str:
        """Layer and variable, such as `"conv1/kernel"`."""
        return f"{self.layer}/{self.variable}"


class Timed(Protocol):
    """A row of a step."""

    @property
    def layer(self) -> str:
        """The name of the layer."""

    @property
    def path(self) -> str:
        """The structural path."""

    @property
    def step(self) -> int:
        """The number of the step."""

    @property
    def histogram(self) -> tuple[int, ...]:
        """How many values lie in each bin."""

    @property
    def name(self) -> str:
        """What the row is called."""


TimedT = TypeVar("TimedT", bound=Timed)


class Records(Report[TimedT]):
    """Rows by step and, within a step, in the order of calls; prints the last step.

    `records["dense_3"]` is the last row of a layer, by name or path; `records.series("dense_3")`
    are all of them. Of several variables of a layer the kernel stands for the layer.

    Args:
        rows: The rows.
        columns: Headings and attributes of the printed table.
    """

    def __init__(self, rows: Sequence[TimedT], columns: tuple[tuple[str, str], ...]):
        super().__init__(rows)
        self.columns = columns

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that were measured."""
        return tuple(dict.fromkeys(row.step for row in self.rows))

    def series(self, key: str) -> tuple[TimedT, ...]:
        """Return the rows of a layer or variable, one for each step that was measured.

        Args:
            key: What `records[key]` takes.

        Raises:
            KeyError: If there is no such row.
        """
        last = self[key]
        return tuple(row for row in self.rows if (row.path, row.name) == (last.path, last.name))

    def names(self, row: TimedT) -> tuple[str, ...]:
        """The layer's name, and with the call or variable."""
        call = getattr(row, "call", None)
        return (row.name, row.layer) if call is None else (f"{row.layer}:{call}", row.layer)

    def row(self, key: str) -> TimedT:
        """Return the last row of a layer or variable, by name or path.

        Raises:
            KeyError: If there is no such row, or it could be one or another.
        """
        if len(self.steps) > 1:
            return Records(self.last, self.columns).row(key)
        return super().row(key)

    def chosen(self, key: str, rows: Sequence[TimedT]) -> TimedT:
        """Of the calls of one layer the first; of its variables the kernel, or else the first."""
        if len({row.path for row in rows}) == 1:
            return rows[0]
        parents = {row.path.rpartition("/")[0] for row in rows}
        if len(parents) == 1 and all(hasattr(row, "variable") for row in rows):
            return next((r for r in rows if getattr(r, "variable", "") == "kernel"), rows[0])
        return super().chosen(key, rows)

    @property
    def last(self) -> tuple[TimedT, ...]:
        """The rows of the last step."""
        return tuple(row for row in self.rows if row.step == self.rows[-1].step)

    def heading(self) -> list[str]:
        """Which step is printed, of how many."""
        if not self.rows:
            return []
        return [f"step {self.rows[-1].step}, the last of {len(self.steps)} that were measured"]

    def cells(self) -> list[list[str]]:
        """The table of the last step."""
        if len(self.steps) < 2:
            return super().cells()
        return Records(self.last, self.columns).cells()

    def to_dict(self) -> dict[str, Json]:
        """Return the steps and all rows."""
        return {"steps": list(self.steps), **super().to_dict()}


def named(rows: Sequence[TimedT]) -> list[tuple[str, TimedT]]:
    """Return the rows of a step with names that differ: paths where layers share a name."""
    counts = Counter(row.name for row in rows)
    return [(row.name if counts[row.name] == 1 else row.path + _number(row), row) for row in rows]


def _number(row: Timed) -> str:
    """The number of a call, from the second on."""
    call = getattr(row, "call", 1)
    return "" if call == 1 else f":{call}"
