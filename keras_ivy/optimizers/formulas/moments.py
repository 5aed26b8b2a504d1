"""The formula of Adam, AdamW and LAMB: two running moments, `mw` and `vw`."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import tensorflow as tf

from keras_ivy.optimizers.formulas.formula import Formula, Handles, Norm, Slots, Updated
from keras_ivy.optimizers.formulas.fused import fused_moments
from keras_ivy.optimizers.formulas.updates import (
    UNBOUNDED,
    Limits,
    MomentScalars,
    Treatment,
    moment_scalars,
    moment_update,
)
from keras_ivy.optimizers.formulas.variants import MomentVariant, TrustRatio
from keras_ivy.optimizers.keras_side.tensors import scalar

__all__ = ["Beta", "MomentFormula"]

#: A number, or what returns it for the step that goes on.
Beta: TypeAlias = float | Callable[[], Any]


@dataclasses.dataclass(frozen=True)
class MomentFormula(Formula[MomentScalars]):
    """`updates.moment_update`, with the variant and hyperparameters of one optimizer.

    Args:
        variant: Which published form.
        beta_1: Decay of the first moment; a function for one that follows time.
        beta_2: Decay of the second moment.
        epsilon: Small number that keeps the division stable.
        limits: Bounds of the trust ratio.

    Example:

    >>> from keras_ivy.optimizers.formulas import variants
    >>> formula = MomentFormula(variants.ADAM["paper"], epsilon=0.0)
    >>> s = formula.scalars(0.5, tf.constant(0), tf.float32)
    >>> w, g, zero = tf.constant(3.0), tf.constant(4.0), tf.constant(0.0)
    >>> float(formula.update(w, g, (zero, zero), s, Treatment(), tf.abs).weight)
    2.5
    """

    variant: MomentVariant
    beta_1: Beta = 0.9
    beta_2: Beta = 0.999
    epsilon: float = 1e-7
    limits: Limits = UNBOUNDED

    @property
    def slot_names(self) -> tuple[str, ...]:
        """Both moments."""
        return ("mw", "vw")

    def scalars(
        self,
        rate: tf.Tensor,
        count: tf.Tensor,
        dtype: tf.DType,
        decay: tf.Tensor | None = None,
        fused: bool = False,
    ) -> MomentScalars:
        """See `updates.moment_scalars`."""
        # Worked out in float64 whatever the type of the variables: these are a dozen scalars,
        # and `1 - beta ** t` loses its digits in anything shorter.
        beta_1, beta_2 = (
            scalar(b() if callable(b) else b, tf.float64) for b in (self.beta_1, self.beta_2)
        )
        if fused and not self.variant.first_pass:
            # The kernel forms `1 - beta` itself, from a rounded beta. The bias correction has to
            # undo just that averaging, not the one that was meant.
            beta_1, beta_2 = (tf.cast(tf.cast(b, dtype), tf.float64) for b in (beta_1, beta_2))
        exact = moment_scalars(
            self.variant,
            tf.cast(rate, tf.float64),
            tf.cast(count, tf.float64) + 1.0,
            tf.equal(count, 0),
            (beta_1, beta_2),
            self.epsilon,
        )
        return MomentScalars._make(x if x is None else tf.cast(x, dtype) for x in exact)._replace(
            decay=decay
        )

    def update(
        self,
        w: tf.Tensor,
        g: tf.Tensor,
        slots: Slots,
        s: MomentScalars,
        treatment: Treatment,
        norm: Norm,
    ) -> Updated:
        """See `updates.moment_update`."""
        m, v = slots
        w, m, v, ratio = moment_update(w, g, m, v, s, self.variant, treatment, self.limits, norm)
        return Updated(w, (m, v), ratio)

    @property
    def ratio(self) -> TrustRatio | None:
        """LAMB's."""
        return self.variant.ratio

    @property
    def instead_of_decay(self) -> str | None:
        """What Ivy's LAMB does."""
        if self.variant.decay != "norm":
            return None
        return "weight decay changes the norm in the trust ratio, and so the rate, alone, as in Ivy"

    @property
    def coupled_decay(self) -> str | None:
        """What Ivy's AdamW does."""
        if self.variant.decay != "gradient":
            return None
        return (
            "adds weight decay to the gradient, as in Ivy: it goes through the moments, as L2 "
            "regularisation does, and a weight does not shrink by the share that `decay` names; "
            '`variant="paper"` decouples it'
        )

    @property
    def keeps_norms(self) -> bool:
        """Where there is no trust ratio."""
        return not self.adapts

    @property
    def has_kernel(self) -> bool:
        """Every variant runs on Adam's kernel, unless it looks ahead in its own way."""
        return not self.variant.nesterov

    @property
    def needs_scratch(self) -> bool:
        """For directions whose norm is taken before the weight moves."""
        return self.adapts

    def update_fused(
        self,
        handles: Sequence[Handles],
        grads: Sequence[tf.Tensor],
        s: MomentScalars,
        treatment: Treatment,
    ) -> tf.Tensor | None:
        """See `fused.fused_moments`."""
        return fused_moments(list(handles), list(grads), s, self.variant, treatment, self.limits)

    def is_worth_stacking(self, treatment: Treatment) -> bool:
        """Eagerly one kernel is less than to read and write a stack, unless norms are taken."""
        return not tf.executing_eagerly() or self.adapts_to(treatment)
