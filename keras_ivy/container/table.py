"""The table of a Container's leaves, and its tree for notebooks."""

import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container.printing import format_leaf
from keras_ivy.structure import Names
from keras_ivy.tree.arrays import array_value, dtype_name, is_array
from keras_ivy.utils.plots import Axes, Figure, Series, plot_series
from keras_ivy.utils.reports import Column, Report, VariableTable
from keras_ivy.utils.reports.fold import Node, folded
from keras_ivy.utils.reports.lookup import natural

if TYPE_CHECKING:
    from keras_ivy.container.base import Base

__all__ = ["FORMS", "LeafRow", "Table", "as_html"]

#: What of its table a Container gives itself, where neither a key nor its leaves have the name.
FORMS = ("rows", "to_dict", "to_dicts", "to_json", "to_dataframe", "plot")


@dataclass(frozen=True)
class LeafRow:
    """One leaf.

    Args:
        path: Its path.
        shape: Its shape, with None where a length is not known; None if it is no array.
        dtype: Its dtype, or its type if it is no array.
        elements: How many numbers it holds.
        mean: Their mean.
        stddev: Their standard deviation.
        name: Path by the names of layers, in the variables of a model.
    """

    path: str
    shape: tuple[int | None, ...] | None
    dtype: str
    elements: int | None = None
    mean: float | None = None
    stddev: float | None = None
    name: str = ""


class Table(VariableTable[LeafRow], Report[LeafRow]):
    """The leaves of a Container, numbers in paths as numbers, or a model's in the order of calls.

    Args:
        container: The Container.
        names: How its leaves are called, if they are a model's.
    """

    columns: tuple[Column, ...] = (
        ("path", "path"),
        ("name", "name"),
        ("shape", "shape"),
        ("dtype", "dtype"),
        ("elements", "elements"),
        ("mean", "mean"),
        ("stddev", "stddev"),
    )

    def __init__(self, container: Mapping[str, object], names: Names | None = None):
        titles = names.titles if names is not None else {}
        places = names.places if names is not None else {}
        leaves = sorted(
            tree.items(container),
            key=lambda item: (places.get(item[0], len(places)), natural(item[0])),
        )
        super().__init__([_row(path, leaf, titles.get(path, "")) for path, leaf in leaves])
        self._also = {} if names is None else dict(names.by_path)
        if not any(row.name for row in self.rows):
            self.columns = tuple(column for column in self.columns if column[1] != "name")
        arrays = [leaf for _, leaf in leaves if is_array(leaf)]
        self._arrays = len(arrays)
        self._bytes = sum(
            math.prod(x.shape) * tf.as_dtype(x.dtype).size for x in arrays if None not in x.shape
        )

    def names(self, row: LeafRow) -> tuple[str, ...]:
        """The path by names, if there is one."""
        return (row.name or row.path,)

    def is_kernel(self, row: LeafRow) -> bool:
        """Whether it is a matrix, or has more axes."""
        return len(row.shape or ()) > 1

    def cell(self, row: LeafRow, name: str) -> str:
        """What a cell shows; of a shape the tuple."""
        if name == "shape":
            return "" if row.shape is None else str(row.shape)
        return super().cell(row, name)

    def _numeric(self) -> set[int]:
        numbers = ("elements", "mean", "stddev")
        return {i for i, (_, name) in enumerate(self.columns) if name in numbers}

    def footing(self) -> list[str]:
        """How much it is."""
        plural = "" if self._arrays == 1 else "s"
        elements = sum(row.elements or 0 for row in self.rows)
        return [f"{self._arrays} array{plural}, {elements} elements, {self._bytes} bytes"]

    def plot(self, ax: Axes | None = None) -> tuple[Figure, Axes]:
        """Draw the standard deviation, and the size of the mean, of every array.

        Args:
            ax: Axes to draw on; by default those of a new figure.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
        """
        rows = [row for row in self.rows if row.stddev is not None]
        series: Series = {
            "standard deviation": [row.stddev for row in rows],
            "size of the mean": [None if row.mean is None else abs(row.mean) for row in rows],
        }
        names = [row.name or row.path for row in rows]
        return plot_series(series, names, "value", "Container", ax, joined=False)


def _row(path: str, leaf: Any, name: str) -> LeafRow:
    if not is_array(leaf):
        return LeafRow(path, None, type(leaf).__name__, name=name)
    shape = tuple(leaf.shape)
    size = None if None in shape else math.prod(shape)
    numbers = array_value(leaf)
    mean = stddev = None
    if numbers is not None and numbers.size and numbers.dtype.kind in "biufV":
        wide = numbers.astype("float64")
        mean, stddev = float(wide.mean()), float(wide.std())
    return LeafRow(path, shape, dtype_name(leaf), size, mean, stddev, name)


def as_html(container: "Base", names: Names | None = None) -> str:
    """Return a Container as a tree that folds; large arrays are shown as their shape.

    Args:
        container: The Container.
        names: How its leaves are called, if they are a model's.
    """
    titles = names.titles if names is not None else {}
    called = names.layers if names is not None else {}

    def inside(branch: Mapping[str, Any], prefix: str) -> Iterator[Node]:
        for key in sorted(branch, key=natural):
            value: Any = branch[key]
            path = f"{prefix}{key}"
            if isinstance(value, Mapping):
                text = called.get(path, ("", ""))[1]
                text = f"{text} ({len(value)})".strip()
                yield Node(key, text, len(value), functools.partial(inside, value, f"{path}/"))
            else:
                leaf = format_leaf(value, container._config)
                yield Node(key, f"{leaf}  {titles[path]}" if path in titles else leaf)

    title = f"{type(container).__name__} ({len(container)})"
    return folded(Node("", title, len(container), lambda: inside(container, "")))
