"""What every variable of a model would get: decay, adaptation, rate, and by which rule."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import numpy as np

from keras_ivy import tree
from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.ivy_side.keys import unique_paths
from keras_ivy.optimizers.keras_side.tensors import is_zero
from keras_ivy.optimizers.parts.checks import check_variables
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.quirks import decay_without_decay
from keras_ivy.optimizers.rules import Leaf
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["Explanation", "Row", "explain"]


class Row(NamedTuple):
    """What one variable gets; `rule` is the first of the `rules` that state something of it."""

    path: str
    shape: tuple[int, ...]
    decay: float
    adapts: bool
    lr_multiplier: float
    rule: Any
    frozen: bool
    rules: tuple = ()


class Explanation(list):
    """A list of `Row`s that prints as a table.

    Attributes:
        notes: What the table cannot show, as sentences.
    """

    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = ("path", "shape", "decay", "adapts", "lr x", "rule")
        table = [head]
        for row in self:
            adapted = "frozen: norm 0" if row.frozen else "yes" if row.adapts else "no"
            rule = ", ".join(map(repr, row.rules)) or "-"
            shape = "x".join(map(str, row.shape)) or "scalar"
            table.append(
                (row.path, shape, f"{row.decay:g}", adapted, f"{row.lr_multiplier:g}", rule)
            )
        widths = [max(len(line[i]) for line in table) for i in range(len(head))]
        lines = ["  ".join(f"{x:{w}}" for x, w in zip(line, widths, strict=True)) for line in table]
        return "\n".join([*(line.rstrip() for line in lines), *self.notes])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


def explain(host: Host, model: Any) -> Explanation:
    """Return what every variable of a model gets from an optimizer; see `Optimizer.explain`."""
    variables, values = _variables_of(model)
    root = model if isinstance(model, keras.Layer) else None
    resolved = host._treated.resolve(variables, root)
    formula, paths = formula_of(host), unique_paths(variables)
    rows = []
    for path, variable, value, (treatment, rules) in zip(
        paths, variables, values, resolved, strict=True
    ):
        ratio, adapted = formula.ratio, formula.adapts_to(treatment)
        stays = adapted and ratio is not None and ratio.frozen
        rows.append(
            Row(
                path,
                tuple(variable.shape),
                treatment.decay if formula.instead_of_decay is None else 0.0,
                adapted,
                treatment.lr_multiplier,
                rules[0] if rules else None,
                stays and value is not None and is_zero(value),
                rules,
            )
        )
    found = Explanation(rows)
    note = decay_without_decay(host, [treatment for treatment, _ in resolved])
    found.notes = () if note is None else (note,)
    return found


def _variables_of(model: Any) -> tuple[list, list]:
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
