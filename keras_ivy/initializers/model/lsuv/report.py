"""What `lsuv` has done, as data and as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from keras_ivy.utils.plots import Series, plot_series
from keras_ivy.utils.reports import Column, Json, Report, VariableTable

__all__ = ["LSUVReport", "LSUVRow"]


@dataclass(frozen=True)
class LSUVRow:
    """One layer in a report, in call order.

    Args:
        path: Path of the kernel that was scaled.
        layer: Class of the layer.
        calls: How often the layer is called in one pass.
        std_before: Standard deviation of what it put out before LSUV.
        std_after: Standard deviation of what it puts out now.
        factor: By what the kernel was multiplied, after the orthogonal start.
        iterations: How often it was scaled.
        name: The kernel's path by the names of layers, such as `"conv1/kernel"`.
    """

    __module__ = "keras_ivy.initializers"

    path: str
    layer: str
    calls: int
    std_before: float
    std_after: float
    factor: float
    iterations: int
    name: str = ""


class LSUVReport(VariableTable[LSUVRow], Report[LSUVRow]):
    """What `lsuv` did: a sequence of rows in call order, with a printed table.

    `report["conv1"]` finds the row of a layer, by its name or path, or by that of its kernel.

    Args:
        rows: The rows.
        forwards: Passes of a batch through the model.
        on: `"pre"` or `"post"`.
        also: Further names of rows, by their paths.
    """

    __module__ = "keras_ivy.initializers"

    columns: tuple[Column, ...] = (
        ("path", "path"),
        ("name", "name"),
        ("layer", "layer"),
        ("calls", "calls"),
        ("std before", "std_before"),
        ("std after", "std_after"),
        ("factor", "factor"),
        ("iterations", "iterations"),
    )

    def __init__(
        self,
        rows: Sequence[LSUVRow],
        forwards: int,
        on: str,
        also: Mapping[str, Sequence[str]] | None = None,
    ):
        super().__init__(rows)
        self.forwards, self.on = forwards, on
        self._also = dict(also or {})

    def _numeric(self) -> set[int]:
        return set()

    def footing(self) -> list[str]:
        """How many layers there are, and where they were measured."""
        what = {"pre": "before", "post": "after"}[self.on]
        return [f"{len(self)} layers, measured {what} the activation"]

    def to_dicts(self) -> list[dict[str, Json]]:
        """Return one dictionary a row, for `json` or a data frame."""
        return [asdict(row) for row in self.rows]

    def to_dict(self) -> dict[str, Json]:
        """Return the number of passes, where it was measured, and the rows."""
        return {"forwards": self.forwards, "on": self.on, **super().to_dict()}

    def plot(self, ax: object = None) -> tuple[object, object]:
        """Draw the standard deviation of what every layer puts out, before and after.

        Args:
            ax: Axes to draw on; by default those of a new figure.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
        """
        series: Series = {
            "before": [row.std_before for row in self.rows],
            "after": [row.std_after for row in self.rows],
        }
        names = [row.name.rpartition("/")[0] or row.path for row in self.rows]
        return plot_series(series, names, "standard deviation of the output", "LSUV", ax)
