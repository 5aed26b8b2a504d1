"""The table that `Container.describe` returns."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.tree.arrays import array_value, dtype_name, is_array
from keras_ivy.typing import Leaf

__all__ = ["Table"]


class Table(str):
    """Text that prints as it is; `rows` holds the cells."""

    __slots__ = ("rows",)

    rows: list[tuple[str, ...]]

    def __new__(cls, container: Mapping[str, Leaf]) -> "Table":
        """Lay out the table of a container."""
        header = ("path", "shape", "dtype", "elements", "mean", "stddev")
        rows: list[tuple[str, ...]] = []
        elements = bytes_ = 0
        for path, leaf in tree.items(container):
            if not is_array(leaf):
                rows.append((path, "", type(leaf).__name__, "", "", ""))
                continue
            known = None not in leaf.shape
            size = int(np.prod(leaf.shape)) if known else None
            elements += size or 0
            bytes_ += (size or 0) * tf.as_dtype(leaf.dtype).size
            numbers = array_value(leaf)
            stats = ("", "")
            if numbers is not None and numbers.size and numbers.dtype.kind in "biufV":
                wide = numbers.astype("float64")
                stats = (f"{wide.mean():.4g}", f"{wide.std():.4g}")
            count = "" if size is None else str(size)
            rows.append((path, str(tuple(leaf.shape)), dtype_name(leaf), count, *stats))
        widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
        lines = []
        for row in [header, *rows]:
            left = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
            right = [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
            lines.append("  ".join([*left, *right]).rstrip())
        arrays = sum(is_array(leaf) for leaf in tree.leaves(container))
        plural = "" if arrays == 1 else "s"
        lines.append(f"{arrays} array{plural}, {elements} elements, {bytes_} bytes")
        table = super().__new__(cls, "\n".join(lines))
        table.rows = rows
        return table

    def __repr__(self) -> str:
        return str.__str__(self)
