"""Tables of text: for a terminal, for a notebook, and with rich where it is installed."""

import html
import importlib
from collections.abc import Sequence
from types import ModuleType

from keras_ivy.utils.exceptions import IvyImportError

__all__ = ["Cell", "aligned", "cell_text", "html_lines", "html_table", "optional", "rich_table"]

#: What stands in a cell.
Cell = str | int | float | bool | tuple | None


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


def html_lines(lines: Sequence[str]) -> str:
    """Return lines of text as HTML, every text escaped."""
    return "".join(f"<p>{html.escape(line)}</p>" for line in lines)


def rich_table(cells: Sequence[Sequence[str]], right: set[int]) -> object:
    """Return a table for a console of rich, which is installed; texts are no markup of its.

    Args:
        cells: The rows, headings first.
        right: Positions of the columns that are aligned on the right.
    """
    box, table, text = map(importlib.import_module, ("rich.box", "rich.table", "rich.text"))
    made = table.Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, name in enumerate(cells[0]):
        side = "right" if i in right else "left"
        made.add_column(text.Text(name), justify=side, no_wrap=True)
    for row in cells[1:]:
        made.add_row(*map(text.Text, row))
    return made


def cell_text(value: object) -> str:
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
