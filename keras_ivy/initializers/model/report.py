"""What `initialize_model` would do, as data and as a table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from keras_ivy.utils.plots import Series, plot_series
from keras_ivy.utils.reports import Column, Json, Report, VariableTable

__all__ = ["InitializationReport", "InitializationRow"]


@dataclass(frozen=True)
class InitializationRow:
    """One variable in a report.

    Args:
        path: Structural path.
        layer: Class of the layer.
        shape: Shape of the variable.
        fan_in: Products that one output sums.
        fan_out: Outputs that one input feeds.
        role: What the variable is: `"kernel"`, `"bias"`, ...
        scheme: The initializer with its arguments, or `"kept: <reason>"`.
        std_before: Standard deviation of the values it has.
        std_after: Standard deviation of the values it would get.
        name: Its path by the names of layers, such as `"conv1/kernel"`.
    """

    __module__ = "keras_ivy.initializers"

    path: str
    layer: str
    shape: tuple[int, ...]
    fan_in: float
    fan_out: float
    role: str
    scheme: str
    std_before: float
    std_after: float
    name: str = ""

    @property
    def changed(self) -> bool:
        """Whether the variable gets new values."""
        return not self.scheme.startswith("kept")


class InitializationReport(VariableTable[InitializationRow], Report[InitializationRow]):
    """The rows of `initialize_model(..., dry_run=True)`, in the order of calls, and their table.

    A report is a sequence of rows; `report["conv1/kernel"]` finds one by names, or by its path, or
    by the end of either. The name of a layer alone stands for its kernel.

    Args:
        rows: The rows.
        seed: The seed that was used; the same seed gives the values that the report describes.
        also: Further names of rows, by their paths.

    Example:

    >>> row = InitializationRow("v0/kernel", "Dense", (4, 2), 4, 2, "kernel", "Zeros()", 0.5, 0.0,
    ...                         name="head/kernel")
    >>> report = InitializationReport([row], seed=1)
    >>> print(report)
    path       name         layer  shape   fan_in  fan_out  scheme   std before  std after
    v0/kernel  head/kernel  Dense  (4, 2)  4       2        Zeros()  0.5         0
    1 of 1 variables, 8 of 8 values; seed=1
    >>> report["head"] is report["head/kernel"] is report["v0/kernel"] is row
    True
    """

    __module__ = "keras_ivy.initializers"

    columns: tuple[Column, ...] = (
        ("path", "path"),
        ("name", "name"),
        ("layer", "layer"),
        ("shape", "shape"),
        ("fan_in", "fan_in"),
        ("fan_out", "fan_out"),
        ("scheme", "scheme"),
        ("std before", "std_before"),
        ("std after", "std_after"),
    )

    def __init__(
        self,
        rows: Sequence[InitializationRow],
        seed: int,
        also: Mapping[str, Sequence[str]] | None = None,
    ):
        super().__init__(rows)
        self.seed = seed
        self._also = dict(also or {})
        if not any(row.name for row in self.rows):
            self.columns = tuple(column for column in self.columns if column[1] != "name")

    def cell(self, row: InitializationRow, name: str) -> str:
        """What a cell shows; of a shape the tuple."""
        return str(row.shape) if name == "shape" else super().cell(row, name)

    def _numeric(self) -> set[int]:
        return set()

    def footing(self) -> list[str]:
        """How much changes, and the seed."""
        changed = [row for row in self.rows if row.changed]
        values = [sum(math.prod(row.shape) for row in rows) for rows in (changed, self.rows)]
        return [
            f"{len(changed)} of {len(self.rows)} variables, "
            f"{values[0]:,} of {values[1]:,} values; seed={self.seed}"
        ]

    def to_dicts(self) -> list[dict[str, Json]]:
        """Return one dictionary a row, for `json` or a data frame."""
        return [asdict(row) for row in self.rows]

    def to_dict(self) -> dict[str, Json]:
        """Return the seed and the rows."""
        return {"seed": self.seed, **super().to_dict()}

    def plot(self, ax: object = None) -> tuple[object, object]:
        """Draw the standard deviation of every variable before and after; of those that vary.

        Args:
            ax: Axes to draw on; by default those of a new figure.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
        """
        rows = [row for row in self.rows if row.std_before > 0 or row.std_after > 0]
        series: Series = {
            "before": [row.std_before for row in rows],
            "after": [row.std_after for row in rows],
        }
        names = [row.name or row.path for row in rows]
        return plot_series(series, names, "standard deviation", "Initialization", ax)
