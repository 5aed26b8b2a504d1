"""What every report is: rows that are found by layer names or paths, and the forms they take.

`Tabular` is the table; `Report` is one that is also the sequence of its rows, which most are. A row
is a frozen dataclass or a named tuple. The numbers need nothing but Python; data frames and
pictures say what to install if it is missing.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TextIO, TypeVar, overload

from keras_ivy.utils.exceptions import (
    IvyKeyError,
    IvyNotImplementedException,
    IvyTypeError,
    nearest,
)
from keras_ivy.utils.reports.lookup import found_by, listed
from keras_ivy.utils.reports.tables import (
    aligned,
    cell_text,
    html_lines,
    html_table,
    optional,
    rich_table,
)

if TYPE_CHECKING:
    import pandas

    from keras_ivy.utils.plots import Axes, Figure, Panels

__all__ = ["Column", "Json", "Report", "Tabular", "VariableTable", "plain"]

#: What `json` writes.
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
#: A heading and the attribute of the row below it.
Column = tuple[str, str]


class NamedRow(Protocol):
    """A row that says where it belongs."""

    @property
    def path(self) -> str:
        """The structural path."""


RowT = TypeVar("RowT", bound=NamedRow)


class Tabular(Generic[RowT]):
    """A table of rows, found by layer name or path.

    Subclasses name their `columns`, and may give a row further `names`, `notes` above the table
    and below it, and draw.
    """

    columns: tuple[Column, ...] = ()
    #: The rows, in the order of calls.
    rows: Sequence[RowT]
    #: Further paths of a row, by its path: those by names of all layers that contain it.
    _also: Mapping[str, Sequence[str]] = {}

    def row(self, key: str) -> RowT:
        """Return a row by its path, a name of it, the end of one, or what holds it alone.

        Raises:
            IvyKeyError: If there is no such row, or it could be one or another.
        """
        for row in self.rows:
            if row.path == key:
                return row
        found = [self.rows[i] for i in self._found(key)]
        if not found:
            known = [name for row in self.rows for name in self.names(row)]
            hint = nearest(key, known) if known else "There are no rows."
            if hint.startswith("Known"):
                hint = f"Known names: {listed(list(dict.fromkeys(known)))}."
            raise IvyKeyError(f"No row has this path or name. {hint} Received: key={key!r}")
        return self.chosen(key, found)

    def _found(self, key: str) -> list[int]:
        return found_by(
            key,
            [(r.path, *self.names(r), *self._also.get(r.path, ())) for r in self.rows],
        )

    def names(self, row: RowT) -> tuple[str, ...]:
        """Every name of a row beside its path."""
        return (getattr(row, "layer", row.path),)

    def chosen(self, key: str, rows: Sequence[RowT]) -> RowT:
        """Return the row that a name of several stands for.

        Raises:
            IvyKeyError: If it could be the one or the other.
        """
        if len({row.path for row in rows}) > 1:
            paths = listed([row.path for row in rows])
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
        return [
            [name for name, _ in self.columns],
            *([self.cell(row, name) for _, name in self.columns] for row in self.rows),
        ]

    def cell(self, row: RowT, name: str) -> str:
        """What a cell shows: the text of an attribute of its row."""
        return cell_text(getattr(row, name))

    def record(self, row: RowT) -> dict[str, object]:
        """What a row holds, by name, as `to_dict` and `to_dataframe` give it."""
        return _fields(row)

    def to_dicts(self) -> list[dict[str, Json]]:
        """Return one dictionary a row."""
        return [{name: plain(x) for name, x in self.record(row).items()} for row in self.rows]

    def to_dict(self) -> dict[str, Json]:
        """Return everything as dictionaries, lists, texts and numbers, which `json` can write."""
        rows: list[Json] = [
            {name: plain(x) for name, x in self.record(row).items()} for row in self.rows
        ]
        return {"rows": rows}

    def to_json(self, indent: int | None = 2) -> str:
        """Return `to_dict()` as JSON; numbers that are not finite become texts such as `"nan"`."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)

    def to_dataframe(self) -> "pandas.DataFrame":
        """Return the rows as a `pandas.DataFrame`.

        Raises:
            ImportError: If pandas is not installed; the sentence says what to install.
        """
        pandas = optional("pandas", "to_dataframe()")
        return pandas.DataFrame([self.record(row) for row in self.rows])

    def plot(self, ax: "Axes | None" = None) -> "tuple[Figure, Panels]":
        """Draw the report with matplotlib; return the figure and its axes.

        Args:
            ax: Axes to draw on; by default those of a new figure.
        """
        raise IvyNotImplementedException(f"{type(self).__name__} has no picture.")

    def print(self, file: TextIO | None = None) -> None:
        """Print the table: with rich on a terminal where it is installed, else as `str` gives it.

        Args:
            file: Where to; the standard output by default.
        """
        console = _console(file)
        if console is None:
            print(self, file=file)
        else:
            console.print(self, soft_wrap=True)

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

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        table = html_table(self.cells(), self._numeric())
        return html_lines(self.heading()) + table + html_lines(self.footing())

    def __rich_console__(self, console: Any, options: Any) -> Iterable[Any]:
        text = optional("rich.text", "rich").Text
        if self.rows:
            table: Any = rich_table(self.cells(), self._numeric())
            # A narrower console would cut numbers off: there the plain table is wrapped.
            wide = options.update(width=10**6)
            if console.measure(table, options=wide).minimum <= options.max_width:
                yield from (text(line) for line in self.heading())
                yield table
                yield from (text(line) for line in self.footing())
                return
        yield text(str(self), overflow="fold")


class Report(Tabular[RowT], Sequence[RowT], Generic[RowT]):
    """Rows in the order of calls, by position, layer name or path; prints as a table.

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

    def __init__(self, rows: Sequence[RowT]):
        self.rows: tuple[RowT, ...] = tuple(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[RowT]:
        return iter(self.rows)

    def __contains__(self, value: object) -> bool:
        return bool(self._found(value)) if isinstance(value, str) else value in self.rows

    @overload
    def __getitem__(self, key: int | str) -> RowT: ...

    @overload
    def __getitem__(self, key: slice) -> tuple[RowT, ...]: ...

    def __getitem__(self, key: int | slice | str) -> RowT | tuple[RowT, ...]:
        """Return a row by position, by a layer's name, or by a path or the end of one.

        Raises:
            IvyKeyError: If there is no such row, or several layers have the name.
        """
        return self.row(key) if isinstance(key, str) else self.rows[key]


class VariableTable(Tabular[RowT]):
    """A table of variables, each found by `"conv1/kernel"` or its path, or by what holds it.

    The name of a layer alone stands for its kernel, or where it has none, for its first variable.
    Rows have a `name`, such as `"conv1/kernel"`.
    """

    def names(self, row: RowT) -> tuple[str, ...]:
        """The layer with the variable."""
        return (str(getattr(row, "name", row.path)),)

    def place(self, row: RowT) -> str:
        """The path by which a row's layer is told from others."""
        return row.path

    def is_kernel(self, row: RowT) -> bool:
        """Whether a row is what the name of its layer stands for."""
        return getattr(row, "role", "") in ("kernel", "recurrent")

    def chosen(self, key: str, rows: Sequence[RowT]) -> RowT:
        """Of the variables of one layer the kernel, or else the first."""
        whole = {self.names(row)[0].rpartition("/")[0] for row in rows}
        places = {self.place(row).rpartition("/")[0] for row in rows}
        names_layer = all(not f"/{name}".endswith(f"/{key}") for r in rows for name in self._all(r))
        if len(whole) == len(places) == 1 and names_layer:
            return next((row for row in rows if self.is_kernel(row)), rows[0])
        return super().chosen(key, rows)

    def _all(self, row: RowT) -> tuple[str, ...]:
        return (row.path, *self.names(row), *self._also.get(row.path, ()))


def _console(file: TextIO | None) -> Any:
    """A console of rich, if it is installed and prints on a terminal."""
    try:
        console = optional("rich.console", "print()").Console(file=file)
    except ImportError:
        return None
    return console if console.is_terminal else None


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


def _fields(row: object) -> dict[str, Any]:
    """A dataclass or a named tuple as a dictionary."""
    if isinstance(row, tuple) and hasattr(row, "_asdict"):
        return row._asdict()
    if not is_dataclass(row) or isinstance(row, type):
        raise IvyTypeError(f"A row is a dataclass or a named tuple. Received: {row!r}")
    return asdict(row)
