"""The formula of SGD and LARS: the gradient, and a buffer `mw` if there is momentum."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from keras_ivy.optimizers.formulas.formula import Formula, Handles, Norm, Slots, Updated
from keras_ivy.optimizers.formulas.fused import fused_momentum
from keras_ivy.optimizers.formulas.updates import (
    UNBOUNDED,
    Limits,
    MomentumScalars,
    Treatment,
    momentum_update,
)
from keras_ivy.optimizers.formulas.variants import MomentumVariant, TrustRatio
from keras_ivy.optimizers.keras_side.tensors import scalar

__all__ = ["MomentumFormula"]


@dataclasses.dataclass(frozen=True)
class MomentumFormula(Formula[MomentumScalars]):
    """`updates.momentum_update`, with the variant and hyperparameters of one optimizer.

    Args:
        variant: Which published form.
        momentum: Decay of the buffer; without one there is no buffer. A function for one that
            follows time.
        nesterov: Whether to look ahead.
        limits: Coefficient and bounds of the trust ratio.
        downhill: Whether variables hold the buffer as what is added to the weight, as those of
            Keras's SGD do.

    Example:

    >>> from keras_ivy.optimizers.formulas import variants
    >>> formula = MomentumFormula(variants.SGD["paper"])
    >>> s = formula.scalars(0.5, tf.constant(0), tf.float32)
    >>> float(formula.update(tf.constant(3.0), tf.constant(2.0), (), s, Treatment(), tf.abs).weight)
    2.0
    """

    variant: MomentumVariant
    momentum: float | Callable[[], Any] = 0.0
    nesterov: bool = False
    limits: Limits = UNBOUNDED
    downhill: bool = False

    @property
    def slot_names(self) -> tuple[str, ...]:
        """One buffer, or none without momentum."""
        return ("mw",) if self.momentum else ()

    def scalars(
        self,
        rate: tf.Tensor,
        count: tf.Tensor,
        dtype: tf.DType,
        decay: tf.Tensor | None = None,
        fused: bool = False,
    ) -> MomentumScalars:
        """The rate, and a momentum that follows time."""
        keep = scalar(self.momentum(), dtype) if callable(self.momentum) else None
        return MomentumScalars(tf.cast(rate, dtype), decay, keep)

    @property
    def _number(self) -> float:
        """The momentum as a number; that of the scalars counts before it."""
        return 1.0 if callable(self.momentum) else self.momentum

    def update(
        self,
        w: tf.Tensor,
        g: tf.Tensor,
        slots: Slots,
        s: MomentumScalars,
        treatment: Treatment,
        norm: Norm,
    ) -> Updated:
        """See `updates.momentum_update`."""
        buffer = slots[0] if slots else None
        shared = (s, self.variant, treatment, self.limits)
        w, m, ratio = momentum_update(w, g, buffer, *shared, self._number, self.nesterov, norm)
        return Updated(w, () if m is None else (m,), ratio)

    @property
    def ratio(self) -> TrustRatio | None:
        """That of LARS."""
        return self.variant.ratio

    @property
    def instead_of_decay(self) -> str | None:
        """What Ivy's LARS does."""
        if self.variant.decay != "norm":
            return None
        return (
            "it divides every step by `weight_decay * |w|`, as Ivy does, so that steps grow as "
            "the decay shrinks and can blow up the weights"
        )

    def stored(self, slots: Slots) -> Slots:
        """With the sign of Keras's SGD, if that is how variables hold it."""
        return tuple(-x for x in slots) if self.downhill else slots

    @property
    def turns_slots(self) -> bool:
        """Whether variables hold the buffer downhill."""
        return self.downhill

    def leaves_other_rows(self, treatment: Treatment) -> bool:
        """Without momentum, decay and norms, rows have nothing to do with one another."""
        return not (self.momentum or treatment.decay or treatment.hyperball or self.adapts)

    @property
    def keeps_norms(self) -> bool:
        """Where there is no trust ratio."""
        return not self.adapts

    @property
    def has_kernel(self) -> bool:
        """Unless the ratio is that of what momentum proposes, which kernels apply at once."""
        return self.variant.denominator != "momentum"

    def update_fused(
        self,
        handles: Sequence[Handles],
        grads: Sequence[tf.Tensor],
        s: MomentumScalars,
        treatment: Treatment,
    ) -> tf.Tensor | None:
        """See `fused.fused_momentum`."""
        shared = (s, self.variant, treatment, self.limits)
        options = (self._number, self.nesterov, self.downhill)
        return fused_momentum(list(handles), list(grads), *shared, *options)

    def is_worth_stacking(self, treatment: Treatment) -> bool:
        """One kernel is less than to read and write a stack, unless norms are taken."""
        return self.adapts_to(treatment)
