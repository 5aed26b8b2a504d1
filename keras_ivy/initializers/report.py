"""What `initialize_model` would do, or `lsuv` has done, as data and as a table."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

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
    """

    path: str
    layer: str
    shape: tuple[int, ...]
    fan_in: float
    fan_out: float
    role: str
    scheme: str
    std_before: float
    std_after: float

    @property
    def changed(self) -> bool:
        """Whether the variable gets new values."""
        return not self.scheme.startswith("kept")


class InitializationReport(Sequence):
    """The rows of `initialize_model(..., dry_run=True)`, and their printed table.

    A report is a sequence of rows; `report["path"]` finds one by its path.

    Args:
        rows: The rows.
        seed: The seed that was used; the same seed gives the values that the report describes.

    Example:

    >>> row = InitializationRow("kernel", "Dense", (4, 2), 4, 2, "kernel", "Zeros()", 0.5, 0.0)
    >>> print(InitializationReport([row], seed=1))
    path    layer  shape   fan_in  fan_out  scheme   std before  std after
    kernel  Dense  (4, 2)  4       2        Zeros()  0.5         0
    1 of 1 variables, 8 of 8 values; seed=1
    """

    def __init__(self, rows: Sequence[InitializationRow], seed: int):
        self.rows = tuple(rows)
        self.seed = seed

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, key: int | slice | str) -> Any:
        if isinstance(key, str):
            for row in self.rows:
                if row.path == key:
                    return row
            raise KeyError(f"No row has this path. Received: path={key!r}")
        return self.rows[key]

    def __iter__(self) -> Iterator[InitializationRow]:
        return iter(self.rows)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a row, for `json` or a data frame."""
        return [asdict(row) for row in self.rows]

    def __str__(self) -> str:
        names = [f.name for f in fields(InitializationRow) if f.name != "role"]
        cells = [[name.replace("std_", "std ") for name in names]]
        cells += [[_text(getattr(row, name)) for name in names] for row in self.rows]
        changed = [row for row in self.rows if row.changed]
        values = [sum(_size(row.shape) for row in rows) for rows in (changed, self.rows)]
        return (
            table(cells)
            + f"\n{len(changed)} of {len(self.rows)} variables, "
            + f"{values[0]:,} of {values[1]:,} values; seed={self.seed}"
        )

    __repr__ = __str__


def table(cells: Sequence[Sequence[str]]) -> str:
    """Align rows of text in columns.

    Example:

    >>> print(table([["a", "bb"], ["ccc", "d"]]))
    a    bb
    ccc  d
    """
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    return "\n".join(lines)


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size
