"""What every variable of a model would get: decay, adaptation, learning rate, by which rule."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, SupportsIndex, TypeAlias, overload

import keras
import numpy as np

from keras_ivy import tree
from keras_ivy.adapters.keras import layers as layers_adapter
from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.ivy_side.keys import unique_paths
from keras_ivy.optimizers.keras_side.tensors import is_zero
from keras_ivy.optimizers.parts.checks import check_variables
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.quirks import decay_in_gradient, decay_without_decay
from keras_ivy.optimizers.parts.shown import printed_timed
from keras_ivy.optimizers.parts.timed import is_timed
from keras_ivy.optimizers.rules import Leaf
from keras_ivy.structure import Surroundings, names_of, structure_of
from keras_ivy.typing import Variable
from keras_ivy.utils.exceptions import IvyTypeError
from keras_ivy.utils.plots import Axes, Figure, Series, plot_series
from keras_ivy.utils.reports import Column, Json, VariableTable, cell_text
from keras_ivy.utils.reports.lookup import natural

__all__ = ["Explained", "Explanation", "Row", "explain"]

#: How many frozen variables a note names.
_NAMED = 4

#: A model or layer, a list of variables, or a Container of variables or tensors.
Explained: TypeAlias = keras.layers.Layer | Sequence[Variable] | Mapping[str, object]


class Row(NamedTuple):
    """What one variable gets; `rule` is the first of the `rules` that state something of it.

    `path` is Keras's, or that in the Container; `key` the structural one and `name` that by the
    names of layers, where the model is known. `hyperball` says that its norm stays; `update` what
    updates it, in an optimizer that does not update all alike.
    """

    path: str
    shape: tuple[int, ...]
    decay: float
    adapts: bool
    lr_multiplier: float
    rule: Any
    frozen: bool
    rules: tuple = ()
    key: str = ""
    name: str = ""
    hyperball: bool = False
    update: str = ""


class Explanation(VariableTable[Row], list[Row]):
    """A list of `Row`s that prints as a table.

    `explanation["dense"]`, `["dense/kernel"]` or a path finds a row; the name of a layer stands for
    its kernel.

    Attributes:
        notes: What the table cannot show, as sentences.
    """

    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> list[Row]:  # type: ignore[override]  # The list itself is what is kept.
        """The rows, which are this list."""
        return self

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Headings and attributes; the structural paths where they are known."""
        named = any(row.key not in ("", row.path) for row in self)
        return (
            ("path", "path"),
            *([("key", "key")] if named else []),
            ("shape", "shape"),
            *([("update", "update")] if any(row.update for row in self) else []),
            ("decay", "decay"),
            ("adapts", "adapts"),
            ("lr x", "lr_multiplier"),
            ("rule", "rule"),
        )

    @overload
    def __getitem__(self, key: SupportsIndex | str) -> Row: ...

    @overload
    def __getitem__(self, key: slice) -> list[Row]: ...

    def __getitem__(self, key: SupportsIndex | slice | str) -> Row | list[Row]:
        """Return a row by position or slice, or by names or a path.

        Raises:
            IvyKeyError: If there is no such row, or several variables have the name.
        """
        return self.row(key) if isinstance(key, str) else super().__getitem__(key)

    def __contains__(self, value: object) -> bool:
        return bool(self._found(value)) if isinstance(value, str) else super().__contains__(value)

    def names(self, row: Row) -> tuple[str, ...]:
        """The path by names, and the structural one."""
        return tuple(filter(None, (row.name, row.key))) or (row.path,)

    def place(self, row: Row) -> str:
        """The structural path, if it is known."""
        return row.key or row.path

    def is_kernel(self, row: Row) -> bool:
        """Whether it is a matrix, or has more axes."""
        return len(row.shape) > 1

    def cell(self, row: Row, name: str) -> str:
        """What a cell shows; of the rules all."""
        if name == "rule":
            return ", ".join(map(repr, row.rules)) or "-"
        if name == "adapts":
            if row.frozen:
                return "frozen: norm 0"
            return "norm stays" if row.hyperball else "yes" if row.adapts else "no"
        value = getattr(row, name)
        return f"{value:g}" if isinstance(value, float) else cell_text(value)

    def _numeric(self) -> set[int]:
        return set()

    def record(self, row: Row) -> dict[str, object]:
        """What a row holds; rules as text."""
        rule = None if row.rule is None else repr(row.rule)
        return {**row._asdict(), "rule": rule, "rules": list(map(repr, row.rules))}

    def footing(self) -> list[str]:
        """The notes."""
        return list(self.notes)

    def to_dict(self) -> dict[str, Json]:
        """Return the rows and the notes."""
        return {**super().to_dict(), "notes": list(self.notes)}

    def plot(self, ax: Axes | None = None) -> tuple[Figure, Axes]:
        """Draw the multiple of the learning rate of every variable, and which of them decay.

        Args:
            ax: Axes to draw on; by default those of a new figure.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
        """
        series: Series = {
            label: [row.lr_multiplier if bool(row.decay) == decays else None for row in self]
            for label, decays in (("decays", True), ("does not decay", False))
        }
        names = [row.name or row.path for row in self]
        figure, drawn = plot_series(
            series, names, "multiple of the learning rate", "What every variable gets", ax,
            logarithmic=False, joined=False,
        )  # fmt: skip
        return figure, drawn


def explain(host: Host, model: Explained) -> Explanation:
    """Return what every variable of a model gets from an optimizer; see `Optimizer.explain`."""
    variables, values = _variables_of(model)
    root = model if isinstance(model, keras.Layer) else None
    resolved = host._treated.resolve(variables, root)
    formula, paths = formula_of(host), unique_paths(variables)
    called = _called(host, variables, root)
    timed = is_timed(host.weight_decay)
    now = host._timed.number("weight_decay") if timed else 0.0

    def decay_of(treatment: Treatment) -> float:
        return now if timed and treatment.shared else treatment.decay

    rows = []
    for path, variable, value, (treatment, rules) in zip(
        paths, variables, values, resolved, strict=True
    ):
        ratio, adapted = formula.ratio, formula.adapts_to(treatment)
        stays = treatment.hyperball or (adapted and ratio is not None and ratio.frozen)
        rows.append(
            Row(
                path,
                tuple(variable.shape),
                decay_of(treatment) if formula.instead_of_decay is None else 0.0,
                adapted,
                treatment.lr_multiplier,
                rules[0] if rules else None,
                stays and value is not None and is_zero(value),
                rules,
                *called.get(id(variable), ("", "")),
                treatment.hyperball,
                formula.told(treatment),
            )
        )
    found = Explanation(rows)
    treatments = [treatment for treatment, _ in resolved]
    said = (decay_without_decay(host, treatments), decay_in_gradient(host, treatments))
    found.notes = (*filter(None, said), *host._notes(), *_frozen(root))
    if timed and any(t.shared and t.decay for t, _ in resolved):
        follows = printed_timed(host.weight_decay)
        found.notes += (f"Weight decay follows {follows}; this is its strength now.",)
    return found


def _frozen(root: keras.layers.Layer | None) -> list[str]:
    """A note that names what a model has frozen, if that is anything: it has no row."""
    entries = [] if root is None else structure_of(root).entries
    held = {id(v): v.path for e in entries for v in layers_adapter.frozen(e.layer)}
    if not held:
        return []
    paths = list(held.values())
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return [
        "Frozen variables are not trained now and have no row; they get what the rules say when "
        f"they are unfrozen: {', '.join(paths[:_NAMED])}{more}."
    ]


def _called(
    host: Host, variables: Sequence[Any], root: keras.Layer | None
) -> dict[int, tuple[str, str]]:
    """Structural path and path by names of variables, by id, where their model is known."""
    known = [v for v in variables if isinstance(v, keras.Variable)]
    root = root or (Surroundings(known, optimizer=host).root if known else None)
    if root is None:
        return {}
    titles = names_of(root).titles
    return {id(e.variable): (e.path, titles[e.path]) for e in structure_of(root).entries}


def _variables_of(model: Explained) -> tuple[list, list]:
    """The variables that an optimizer would train, and their values, or `None` where unknown."""
    if isinstance(model, keras.Layer):
        if not model.built:
            raise IvyTypeError(f"Build the model first. Received: {model!r}, which is not built")
        return list(model.trainable_variables), list(model.trainable_variables)
    if isinstance(model, Mapping):
        for path, x in tree.flatten(model).items():
            if not hasattr(x, "shape") or not hasattr(x, "dtype"):
                raise IvyTypeError(
                    "`explain` takes a Container of variables or tensors. "
                    f"Received: model with {path!r}: {x!r}"
                )
        # `step` knows leaves by their paths in the Container, whatever a variable calls itself.
        trained = {
            path: x
            for path, x in tree.flatten(model).items()
            if not isinstance(x, keras.Variable) or x.trainable
        }
        trained = dict(sorted(trained.items(), key=lambda item: natural(item[0])))
        leaves = [
            Leaf(path, tuple(x.shape), keras.backend.standardize_dtype(x.dtype))
            for path, x in trained.items()
        ]
        known = keras.Variable | np.ndarray
        return leaves, [
            x if isinstance(x, known) or hasattr(x, "numpy") else None for x in trained.values()
        ]
    if isinstance(model, list | tuple):
        check_variables(model)
        return list(model), list(model)
    raise IvyTypeError(
        "`explain` takes a model, a layer, a list of variables or a Container. "
        f"Received: model={model!r}"
    )
