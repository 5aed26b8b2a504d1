"""The formula of an optimizer that has methods in the place of one, or replaces some of its parts.

Users write `slot_names`, `_scalars` and `_update` in an optimizer of their own, or replace one of
these in a subclass of a class of this package, where `super()` leads to the formula they replace.
"""

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

import tensorflow as tf

from keras_ivy.optimizers.formulas.formula import Formula, Handles, Norm, Slots, Updated
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.formulas.variants import TrustRatio
from keras_ivy.optimizers.parts.overrides import overridden

__all__ = ["METHODS", "MethodFormula", "Methods", "formula_of"]

#: What of an optimizer takes the place of its formula, or of a part of it.
METHODS = ("slot_names", "_scalars", "_update", "_update_fused", "_has_kernel")


class Methods(Protocol):
    """What an optimizer has of a formula, as `base.Optimizer` has it."""

    @property
    def slot_names(self) -> tuple[str, ...]:
        """As in `Formula`."""

    @property
    def _has_kernel(self) -> bool: ...

    @property
    def _formula(self) -> Formula[Any] | None: ...

    def _scalars(
        self, rate: tf.Tensor, count: tf.Tensor, dtype: tf.DType, kernel: bool = False
    ) -> tuple: ...

    def _update(
        self,
        w: tf.Tensor,
        g: tf.Tensor,
        slots: Slots,
        scalars: tuple,
        treatment: Treatment,
        norm: Norm,
    ) -> tuple[tf.Tensor, Slots, tf.Tensor | None]: ...

    def _update_fused(
        self, handles: list[Handles], grad: list[tf.Tensor], scalars: tuple, treatment: Treatment
    ) -> tf.Tensor | None: ...


def formula_of(optimizer: Methods) -> Formula[Any]:
    """Return what an optimizer computes: its formula, unless one of its methods says otherwise."""
    formula = optimizer._formula
    if formula is None or overridden(optimizer, *METHODS):
        return MethodFormula(optimizer, formula)
    return formula


class MethodFormula(Formula[Any]):
    """The methods of an optimizer, as a formula.

    Args:
        optimizer: The optimizer.
        replaced: The formula that its methods replace in part, if there is one.
    """

    def __init__(self, optimizer: Methods, replaced: Formula[Any] | None):
        self._optimizer = optimizer
        self._replaced = replaced

    @property
    def slot_names(self) -> tuple[str, ...]:
        """As the optimizer names them."""
        return self._optimizer.slot_names

    def slots_of(self, treatment: Treatment) -> tuple[str, ...]:
        """As the formula that is replaced, if the optimizer names the same slots."""
        names = self.slot_names
        if self._replaced is None or names != self._replaced.slot_names:
            return names
        return self._replaced.slots_of(treatment)

    @property
    def same_slots(self) -> bool:
        """As the formula that is replaced, if the optimizer names the same slots."""
        replaced = self._replaced
        return replaced is None or replaced.same_slots or self.slot_names != replaced.slot_names

    def scalars(
        self,
        rate: tf.Tensor,
        count: tf.Tensor,
        dtype: tf.DType,
        decay: tf.Tensor | None = None,
        fused: bool = False,
    ) -> tuple:
        """What `_scalars` returns, which looks for the decay by itself."""
        own = self._optimizer._scalars
        return own(rate, count, dtype, kernel=True) if fused else own(rate, count, dtype)

    def update(
        self, w: tf.Tensor, g: tf.Tensor, slots: Slots, s: tuple, treatment: Treatment, norm: Norm
    ) -> Updated:
        """What `_update` returns."""
        return Updated(*self._optimizer._update(w, g, slots, s, treatment, norm))

    @property
    def ratio(self) -> TrustRatio | None:
        """That of the formula that is replaced."""
        return None if self._replaced is None else self._replaced.ratio

    @property
    def instead_of_decay(self) -> str | None:
        """As the formula that is replaced."""
        return None if self._replaced is None else self._replaced.instead_of_decay

    @property
    def coupled_decay(self) -> str | None:
        """As the formula that is replaced."""
        return None if self._replaced is None else self._replaced.coupled_decay

    def stored(self, slots: Slots) -> Slots:
        """As the formula that is replaced stores them."""
        return slots if self._replaced is None else self._replaced.stored(slots)

    @property
    def turns_slots(self) -> bool:
        """As the formula that is replaced."""
        return self._replaced is not None and self._replaced.turns_slots

    @property
    def keeps_norms(self) -> bool:
        """As the formula that is replaced, if it is not `_update` that replaces it."""
        if self._replaced is None or overridden(self._optimizer, "_update"):
            return False
        return self._replaced.keeps_norms

    def told(self, treatment: Treatment) -> str:
        """As the formula that is replaced."""
        return "" if self._replaced is None else self._replaced.told(treatment)

    def group_of(self, treatment: Treatment) -> Hashable | None:
        """As the formula that is replaced, if neither `_update` nor `_scalars` replaces it."""
        if self._replaced is None or overridden(self._optimizer, "_update", "_scalars"):
            return None
        return self._replaced.group_of(treatment)

    def update_together(
        self,
        ws: Sequence[tf.Tensor],
        gs: Sequence[tf.Tensor],
        slots: Sequence[Slots],
        s: tuple,
        treatments: Sequence[Treatment],
        norm: Norm,
    ) -> list[Updated]:
        """What the formula does that names a group."""
        if self._replaced is None:
            return super().update_together(ws, gs, slots, s, treatments, norm)
        return self._replaced.update_together(ws, gs, slots, s, treatments, norm)

    def leaves_other_rows(self, treatment: Treatment) -> bool:
        """As the formula that is replaced, if it is not `_update` that replaces it."""
        if self._replaced is None or overridden(self._optimizer, "_update"):
            return False
        return self._replaced.leaves_other_rows(treatment)

    @property
    def has_kernel(self) -> bool:
        """Whether there is a kernel, and it stands for these methods.

        It does not where a subclass has changed `_update` or `_scalars` without the kernel.
        """
        if not self._optimizer._has_kernel:
            return False
        for holder in (vars(self._optimizer), *map(vars, type(self._optimizer).__mro__)):
            if {"_update", "_scalars", "_update_fused"} & set(holder):
                return "_update_fused" in holder
        return False

    @property
    def needs_scratch(self) -> bool:
        """As the formula that is replaced."""
        return self._replaced is not None and self._replaced.needs_scratch

    def update_fused(
        self,
        handles: Sequence[Handles],
        grads: Sequence[tf.Tensor],
        s: tuple,
        treatment: Treatment,
    ) -> tf.Tensor | None:
        """What `_update_fused` does."""
        return self._optimizer._update_fused(list(handles), list(grads), s, treatment)

    def is_worth_stacking(self, treatment: Treatment) -> bool:
        """As the formula that is replaced."""
        return self._replaced is None or self._replaced.is_worth_stacking(treatment)
