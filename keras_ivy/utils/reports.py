"""What every report is: rows that are found by layer names or paths, and the forms they take.

A report is a sequence of rows, each a frozen dataclass with the fields `layer` and `path`. The
numbers need nothing but Python; data frames and pictures say what to install if it is missing.
"""

import html
import importlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, is_dataclass
from types import ModuleType
from typing import Generic, Protocol, TypeVar, overload

from keras_ivy.utils.exceptions import (
    IvyImportError,
    IvyKeyError,
    IvyNotImplementedException,
    IvyTypeError,
    nearest,
)

__all__ = ["Cell", "Column", "Json", "Report", "aligned", "cell_text", "optional", "plain"]

#: What stands in a cell.
Cell = str | int | float | bool | tuple | None
#: What `json` writes.
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
#: A heading and the attribute of the row below it.
Column = tuple[str, str]


class NamedRow(Protocol):
    """A row that says where it belongs."""

    @property
    def layer(self) -> str:
        """The name of the layer."""

    @property
    def path(self) -> str:
        """The structural path."""


RowT = TypeVar("RowT", bound=NamedRow)


class Report(Sequence[RowT], Generic[RowT]):
    """Rows in the order of calls, by position, layer name or path; prints as a table.

    Subclasses name their `columns`, and may give a row further `names`, `notes` above the table
    and below it, and draw.

    Args:
        rows: The rows.

    Example:

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Row:
    ...     layer: str
    ...     path: str
    ...     std: float
    >>> class Spread(Report):
    ...     columns = (("layer", "layer"), ("std", "std"))
    >>> report = Spread([Row("conv1", "layers/v0", 0.25), Row("head", "layers/v1", 1e-9)])
    >>> report
    layer      std
    conv1     0.25
    head     1e-09
    >>> report["head"].std, report["layers/v0"].std, report.to_dict()["rows"][0]["layer"]
    (1e-09, 0.25, 'conv1')
    """

    columns: tuple[Column, ...] = ()

    def __init__(self, rows: Sequence[RowT]):
        self.rows: tuple[RowT, ...] = tuple(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[RowT]:
        return iter(self.rows)

    @overload
    def __getitem__(self, key: int | str) -> RowT: ...

    @overload
    def __getitem__(self, key: slice) -> tuple[RowT, ...]: ...

    def __getitem__(self, key: int | slice | str) -> RowT | tuple[RowT, ...]:
        """Return a row by position, by a layer's name, or by a path or the end of one.

        Raises:
            IvyKeyError: If there is no such row, or several layers have the name.
        """
        if not isinstance(key, str):
            return self.rows[key]
        for row in self.rows:
            if row.path == key:
                return row
        found = [row for row in self.rows if key in self.names(row)]
        found = found or [
            row
            for row in self.rows
            if any(name.endswith(f"/{key}") for name in (row.path, *self.names(row)))
        ]
        if not found:
            known = [name for row in self.rows for name in self.names(row)]
            raise IvyKeyError(f"No row has this name. {nearest(key, known)} Received: key={key!r}")
        return self.chosen(key, found)

    def names(self, row: RowT) -> tuple[str, ...]:
        """Every name of a row beside its path."""
        return (row.layer,)

    def chosen(self, key: str, rows: Sequence[RowT]) -> RowT:
        """Return the row that a name of several stands for.

        Raises:
            IvyKeyError: If it could be the one or the other.
        """
        if len({row.path for row in rows}) > 1:
            paths = ", ".join(repr(row.path) for row in rows)
            raise IvyKeyError(f"Several rows have this name: {paths}. Received: key={key!r}")
        return rows[0]

    def heading(self) -> list[str]:
        """Lines above the table."""
        return []

    def footing(self) -> list[str]:
        """Lines below the table."""
        return []

    def cells(self) -> list[list[str]]:
        """The table as text, headings first."""
        head = [name for name, _ in self.columns]
        return [
            head,
            *([cell_text(getattr(row, name)) for _, name in self.columns] for row in self.rows),
        ]

    def to_dicts(self) -> list[dict[str, Json]]:
        """Return one dictionary a row."""
        return [_jsonable(row) for row in self.rows]

    def to_dict(self) -> dict[str, Json]:
        """Return everything as dictionaries, lists, texts and numbers, which `json` can write."""
        return {"rows": list(self.to_dicts())}

    def to_json(self, indent: int | None = 2) -> str:
        """Return `to_dict()` as JSON; numbers that are not finite become texts such as `"nan"`."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)

    def to_dataframe(self) -> object:
        """Return the rows as a `pandas.DataFrame`.

        Raises:
            ImportError: If pandas is not installed; the sentence says what to install.
        """
        pandas = optional("pandas", "to_dataframe()")
        return pandas.DataFrame([_fields(row) for row in self.rows])

    def plot(self, ax: object = None) -> tuple[object, object]:
        """Draw the report with matplotlib; return the figure and its axes.

        Args:
            ax: Axes to draw on; by default those of a new figure.
        """
        raise IvyNotImplementedException(f"{type(self).__name__} has no picture.")

    def __str__(self) -> str:
        table = aligned(self.cells(), right=self._numeric()) if self.rows else "(no rows)"
        return "\n".join([*self.heading(), table, *self.footing()])

    __repr__ = __str__

    def _numeric(self) -> set[int]:
        """Positions of the columns of numbers, which stand on the right."""
        return {
            i
            for i, (_, name) in enumerate(self.columns)
            if all(isinstance(getattr(r, name), int | float | None) for r in self.rows)
        }

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in self.heading())
        lines += html_table(self.cells(), self._numeric())
        return lines + "".join(f"<p>{html.escape(line)}</p>" for line in self.footing())


def aligned(cells: Sequence[Sequence[str]], right: set[int] | None = None) -> str:
    """Align rows of text in columns.

    Args:
        cells: The rows, headings first.
        right: Positions of the columns that are aligned on the right.

    Example:

    >>> print(aligned([["a", "bb"], ["ccc", "d"]], right={1}))
    a    bb
    ccc   d
    """
    right = right or set()
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def html_table(cells: Sequence[Sequence[str]], right: set[int]) -> str:
    """Return a table as HTML, every text escaped."""

    def line(row: Sequence[str], tag: str) -> str:
        side = ' style="text-align:right"'
        return "".join(
            f"<{tag}{side if i in right else ''}>{html.escape(cell)}</{tag}>"
            for i, cell in enumerate(row)
        )

    body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in cells[1:])
    return f"<table><thead><tr>{line(cells[0], 'th')}</tr></thead><tbody>{body}</tbody></table>"


def cell_text(value: Cell) -> str:
    """Return what a cell shows: four digits of a number, nothing for what is not known.

    Example:

    >>> [cell_text(value) for value in (0.123456, None, (3, 3), 12, True)]
    ['0.1235', '', '3x3', '12', 'yes']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple):
        return "x".join(map(str, value)) or "scalar"
    return str(value)


def plain(value: object) -> Json:
    """Return a value as JSON knows it.

    Example:

    >>> plain({"a": (1, math.inf)})
    {'a': [1, 'inf']}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(each) for name, each in _fields(value).items()}
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise IvyTypeError(f"JSON has no such values. Received: {value!r} of {type(value).__name__}")


def optional(name: str, user: str, extra: str = "plot") -> ModuleType:
    """Import a package that only some methods need.

    Args:
        name: The package.
        user: What needs it, as the error calls it.
        extra: The extra of keras_ivy that brings it.

    Raises:
        IvyImportError: If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.split(".")[0]
        raise IvyImportError(
            f"{user} needs {package}, which is not installed: pip install {package}, or "
            f'pip install "keras_ivy[{extra}]". The numbers are there without it: `rows`, '
            "`to_dict()`, `to_json()`."
        ) from error


def _fields(row: object) -> dict[str, object]:
    """A dataclass as a dictionary."""
    if not is_dataclass(row) or isinstance(row, type):
        raise IvyTypeError(f"A row is a dataclass. Received: {row!r}")
    return asdict(row)


def _jsonable(row: object) -> dict[str, Json]:
    found = plain(row)
    if not isinstance(found, dict):
        raise IvyTypeError(f"A row is a dataclass. Received: {row!r}")
    return found
