"""The formula on the leaves of a Container: one by one, or together where it says so."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from keras_ivy.optimizers.formulas.formula import Formula, Slots, Updated
from keras_ivy.optimizers.formulas.norms import norm
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.keras_side.sparse import Rows, update_rows, whole

__all__ = ["Held", "update_leaves"]


class Held(NamedTuple):
    """A leaf before a step, all of it in the type that it is worked with in.

    `scalars` are what it shares with others of its type that have made as many steps.
    """

    weight: tf.Tensor
    grad: tf.Tensor | Rows
    slots: Slots
    scalars: Any
    treatment: Treatment


def update_leaves(formula: Formula[Any], leaves: Mapping[str, Held]) -> dict[str, Updated]:
    """Return every leaf a step later.

    Args:
        formula: What is computed.
        leaves: The leaves by path.
    """
    groups: dict[tuple, list[str]] = {}
    for path, leaf in leaves.items():
        group = formula.group_of(leaf.treatment)
        key = ("alone", path) if group is None else ("together", group)
        groups.setdefault((*key, id(leaf.scalars)), []).append(path)
    found: dict[str, Updated] = {}
    for (how, *_), paths in groups.items():
        held = [leaves[path] for path in paths]
        if how == "alone":
            new = [_update_one(formula, held[0])]
        else:
            grads = [_dense(leaf) for leaf in held]
            weights, _, slots, _, treatments = zip(*held, strict=True)
            shared = held[0].scalars
            new = formula.update_together(weights, grads, slots, shared, treatments, norm)
        found.update(zip(paths, new, strict=True))
    return found


def _update_one(formula: Formula[Any], leaf: Held) -> Updated:
    """One step of one leaf, or of the rows of it that a gradient touches."""

    def update(w: tf.Tensor, g: tf.Tensor, slots: tuple) -> Updated:
        return formula.update(w, g, slots, leaf.scalars, leaf.treatment, norm)

    if isinstance(leaf.grad, Rows):
        return Updated(*update_rows(update, leaf.weight, leaf.grad, leaf.slots))
    return update(leaf.weight, leaf.grad, leaf.slots)


def _dense(leaf: Held) -> tf.Tensor:
    """The gradient; all rows of it."""
    return whole(leaf.grad, leaf.weight.shape) if isinstance(leaf.grad, Rows) else leaf.grad
