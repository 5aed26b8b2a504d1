"""Layouts: as which matrices each variable of a model is seen, told by the layers.

A shape does not tell it: `(768, 12, 64)` are twelve heads, `(64, 256)` of an LSTM four gates beside
one another, `(3, 3, 64, 128)` a window of a convolution. The layers know (see `fans_of`).
"""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.heads import per_head
from keras_ivy.initializers.fans.lookup import find_geometry, guess_geometry, warn_unknown
from keras_ivy.optimizers.formulas.orthogonal import Matrices
from keras_ivy.registration import register
from keras_ivy.structure import Surroundings, names_of, sublayers, walk
from keras_ivy.structure.outputs import output_layers
from keras_ivy.typing import Variable
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.paths import Match, check_match, matches
from keras_ivy.utils.reports import Column, VariableTable

__all__ = ["Layout", "LayoutRow", "by_shape", "layout_of"]

#: What is a matrix and no product sums over it.
_LOOKED_UP = ("embedding", "position")
#: What is not multiplied with inputs, whatever its shape.
_NO_KERNEL = ("bias", "scale", "shift", "state")


@dataclass(frozen=True)
class LayoutRow:
    """What a layout says of one variable.

    Args:
        path: Structural path in the model.
        shape: Shape.
        matrices: As which matrices it is seen; `None` if it is none.
        role: What it is: `"kernel"`, `"recurrent"`, `"embedding"`, `"bias"`, ..., or
            `"output layer"`.
        orthogonalize: Whether Muon makes its matrices orthogonal, if no rule says otherwise.
        name: Path by the names of the layers.
    """

    path: str
    shape: tuple[int, ...]
    matrices: Matrices | None
    role: str
    orthogonalize: bool
    name: str = ""

    @property
    def title(self) -> str:
        """The path by names, or the structural one."""
        return self.name or self.path

    @property
    def seen(self) -> str:
        """The matrices in words."""
        if self.matrices is None:
            return "-"
        count, rows, columns = self.matrices.shape
        return f"{rows}x{columns}" if count == 1 else f"{count} of {rows}x{columns}"

    @property
    def update(self) -> str:
        """What updates it."""
        return "Muon" if self.orthogonalize else "AdamW"

    def get_config(self) -> dict[str, object]:
        """Return what a file holds."""
        kept: dict[str, object] = {"shape": list(self.shape), "role": self.role}
        if self.matrices is not None:
            kept["matrices"] = [list(part) for part in self.matrices]
            kept["orthogonalize"] = self.orthogonalize
        return kept

    @classmethod
    def from_config(cls, path: str, config: Mapping[str, object]) -> "LayoutRow":
        """Make a row of what `get_config` returned."""
        given: dict[str, Any] = {"matrices": None, "orthogonalize": False, **config}
        matrices = None
        if given["matrices"] is not None:
            split, order, (count, rows, columns) = given["matrices"]
            matrices = Matrices(tuple(split), tuple(order), (count, rows, columns))
        shape = tuple(given["shape"])
        return cls(path, shape, matrices, given["role"], given["orthogonalize"])


@register()
class Layout(VariableTable[LayoutRow]):
    """As which matrices every variable of a model is seen; `layout_of` makes it.

    It prints as a table, finds rows by names (`layout["head"]`), is saved with the optimizer that
    has it, and fits any instance of the model, frozen variables included.

    Args:
        rows: The rows.

    Raises:
        TypeError: If they are none.
    """

    __module__ = "keras_ivy.optimizers"

    def __init__(self, rows: Iterable[LayoutRow]):
        given = list(rows) if isinstance(rows, Iterable) else None
        if given is None or not all(isinstance(row, LayoutRow) for row in given):
            raise IvyTypeError(
                "`rows` are those of another layout, as `layout_of(model)` makes it. "
                f"{received('rows', rows)}"
            )
        self._rows = tuple(given)
        self._by_path = {row.path: row for row in self._rows}
        self._by_id: dict[int, tuple[weakref.ref, LayoutRow]] = {}

    @property
    def rows(self) -> list[LayoutRow]:  # type: ignore[override]  # A copy of what is kept.
        """The rows, in the order of paths."""
        return list(self._rows)

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Headings and attributes."""
        return (
            ("variable", "title"),
            ("shape", "shape"),
            ("matrices", "seen"),
            ("role", "role"),
            ("update", "update"),
        )

    def names(self, row: LayoutRow) -> tuple[str, ...]:
        """The path by names, and the structural one."""
        return tuple(filter(None, (row.name, row.path)))

    def __getitem__(self, key: str) -> LayoutRow:
        """Return a row by names or a path; the name of a layer stands for its kernel.

        Raises:
            IvyKeyError: If there is no such row, or several variables have the name.
        """
        return self.row(key)

    def know(self, pairs: Iterable[tuple[keras.Variable, str]]) -> None:
        """Remember which variables the rows are of, so that these are known wherever they stand."""
        for variable, path in pairs:
            self._by_id[id(variable)] = weakref.ref(variable), self._by_path[path]

    def of(self, variable: Variable) -> LayoutRow | None:
        """Return the row of a variable of the very model that this was made of."""
        kept, row = self._by_id.get(id(variable), (lambda: None, None))
        return row if kept() is variable else None

    def at(self, path: str, shape: Sequence[int]) -> LayoutRow:
        """Return the row of a structural path.

        Raises:
            IvyValueError: If there is none, or the variable has another shape.
        """
        row = self._by_path.get(path)
        if row is None:
            raise IvyValueError(
                "The layout does not know a variable that the optimizer trains: make it of the "
                "model as it is now, `layout=layout_of(model)`. "
                f"Received: {path!r}, for a layout of {len(self._rows)} variables"
                f"{''.join(f', {known!r}' for known in list(self._by_path)[:3])}"
            )
        if tuple(shape) != row.shape:
            raise IvyValueError(
                f"In the layout {path!r} has shape {row.shape}: make it of the model as it is "
                f"now, `layout=layout_of(model)`. Received: shape={tuple(shape)}"
            )
        return row

    def get_config(self) -> dict[str, dict[str, dict[str, object]]]:
        """Return what a file holds: what is said of every path."""
        return {"rows": {row.path: row.get_config() for row in self._rows}}

    @classmethod
    def from_config(cls, config: Mapping[str, Mapping[str, Mapping[str, object]]]) -> "Layout":
        """Make a layout of what `get_config` returned."""
        return cls(LayoutRow.from_config(path, kept) for path, kept in config["rows"].items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layout) and self.get_config() == other.get_config()

    def __hash__(self) -> int:
        return hash(tuple((row.path, row.shape, row.orthogonalize) for row in self._rows))

    def __deepcopy__(self, memo: dict) -> "Layout":
        return self  # Nothing of it ever changes.

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._rows,)


def layout_of(model: keras.layers.Layer, output: Match | bool | None = None) -> Layout:
    """Return as which matrices the variables of a model are seen, for `Muon(layout=...)`.

    Every head of attention, gate of a recurrent layer, group of a convolution and expert of an
    `EinsumDense` is a matrix of its own; windows of convolutions are folded into the rows. What is
    no matrix (biases, the parameters of normalisations, embeddings, kernels of depthwise
    convolutions, of which each output sees one input) is left to AdamW, and so is the output layer.

    Args:
        model: A built model or layer.
        output: Which layers are output layers: a pattern, a layer, a class, a predicate or a tuple
            of these, as in `Rule`; `False` for none. By default the last layer on the way to each
            output of a functional or `Sequential` model, and elsewhere the last one of all.

    Returns:
        A `Layout`, which prints as a table.

    Raises:
        IvyTypeError: If `model` is no layer, or not built.
        IvyValueError: If `output` matches nothing.

    Example:

    >>> layers = [keras.layers.LSTM(5, name="memory"), keras.layers.Dense(2, name="head")]
    >>> layout_of(keras.Sequential([keras.Input((7, 3)), *layers]))
    variable                           shape  matrices  role          update
    memory/lstm_cell/bias              20     -         bias          AdamW
    memory/lstm_cell/kernel            3x20   4 of 3x5  kernel        Muon
    memory/lstm_cell/recurrent_kernel  5x20   4 of 5x5  recurrent     Muon
    head/bias                          2      -         bias          AdamW
    head/kernel                        5x2    5x2       output layer  AdamW
    """
    if not isinstance(model, keras.layers.Layer) or not model.built:
        raise IvyTypeError(
            "`layout_of` takes a built model or layer: build it, or call it on data. "
            f"Received: model={model!r}"
        )
    entries = [
        e for e in walk(model) if "float" in keras.backend.standardize_dtype(e.variable.dtype)
    ]
    layers = {"": model, **sublayers(model)}
    surroundings = Surroundings([entry.variable for entry in entries], model)
    last = _outputs(model, surroundings, output)
    titles = names_of(model).titles
    rows, guessed = [], []
    for entry in entries:
        parts = entry.path.split("/")
        chain = (layers.get("/".join(parts[:stop])) for stop in range(len(parts)))
        above = [layer for layer in chain if layer is not None][::-1]
        owner, geometry = find_geometry(entry.layer, entry.variable, layers.values())
        if geometry is None:
            geometry = guess_geometry(owner, entry.variable)
            if len(entry.variable.shape) > 2 and geometry.role not in _NO_KERNEL:
                guessed.append((owner, entry.variable))
        geometry = per_head(geometry, entry.variable, above)
        title = titles[entry.path]
        rows.append(_row(entry.path, entry.variable, geometry, id(entry.variable) in last, title))
    warn_unknown(guessed)
    made = Layout(rows)
    made.know((entry.variable, entry.path) for entry in entries)
    return made


def _row(
    path: str, variable: keras.Variable, geometry: Geometry, is_last: bool, name: str
) -> LayoutRow:
    shape = tuple(variable.shape)
    matrices = None if geometry.role in _NO_KERNEL else matrices_of(geometry)
    if matrices is None:
        role = "depthwise" if geometry.role == "kernel" and geometry.window else geometry.role
        return LayoutRow(path, shape, None, role, False, name)
    if is_last:
        return LayoutRow(path, shape, matrices, "output layer", False, name)
    return LayoutRow(path, shape, matrices, geometry.role, geometry.role not in _LOOKED_UP, name)


def matrices_of(geometry: Geometry) -> Matrices | None:
    """Return as which matrices a variable of this use is seen, or `None` if it is none.

    What has one row or one column is a vector; what has many blocks of which each has one input, as
    in depthwise convolutions, does not mix its inputs.

    Example:

    >>> from keras_ivy.initializers.fans.axes import axes_of
    >>> matrices_of(axes_of((3, 3, 16, 32), "conv", groups=4)).shape
    (4, 144, 8)
    >>> matrices_of(axes_of((3, 3, 16, 1), "depthwise")) is None
    True
    """
    count, rows, columns = geometry.matrices
    mixes = any(geometry.split[axis] > 1 for axis in geometry.inputs)
    if not geometry.split or not geometry.inputs or min(rows, columns) < 2:
        return None
    if count > 1 and not mixes:
        return None
    inside = sorted((*geometry.window, *geometry.inputs))
    order = (*sorted(geometry.blocks), *inside, *sorted(geometry.outputs))
    return Matrices(geometry.split, order, (count, rows, columns))


def by_shape(path: str, shape: Sequence[int]) -> Matrices | None:
    """Return the matrix that Keras's Muon sees in a variable, or `None`: it asks rank and path.

    Example:

    >>> [by_shape(*x) is None for x in (("d/kernel", (3, 2)), ("embedding/w", (3, 2)), ("b", (3,)))]
    [False, True, True]
    """
    if len(shape) != 2 or "embedding" in path.lower():
        return None
    rows, columns = shape
    return Matrices((rows, columns), (0, 1), (1, rows, columns))


def _outputs(
    model: keras.layers.Layer, surroundings: Surroundings, output: Match | bool | None
) -> set[int]:
    """The ids of the variables of output layers."""
    if output is None or output is True:
        return {id(v) for layer in output_layers(model) for v in layer.variables}
    if output is False:
        return set()
    check_match(output)
    variables = surroundings.variables
    found = {id(v) for v in variables if matches(output, surroundings.place(v))}
    if not found:
        raise IvyValueError(
            "`output` matches no variable of the model; `False` means that it has no output "
            f"layer. Received: output={output!r}"
        )
    return found
