"""What an optimizer computes: the contract that a new one meets.

A new optimizer is a `Formula` and a class:

    class Sign(NamedTuple):                              # what one step shares between tensors
        rate: tf.Tensor
        decay: tf.Tensor | None = None

    @dataclasses.dataclass(frozen=True)
    class SignFormula(Formula[Sign]):
        slot_names = ()

        def scalars(self, rate, count, dtype, decay=None, fused=False):
            return Sign(tf.cast(rate, dtype), decay)

        def update(self, w, g, slots, s, treatment, norm):
            rate = s.rate * treatment.lr_multiplier
            return Updated(w - rate * tf.sign(g) - rate * pull_of(treatment, s) * w, slots)

    @register("sign_mine")
    class SignDescent(Optimizer):
        @property
        def _formula(self):
            return SignFormula()

The class holds the hyperparameters, names them in its constructor and in `get_config`, and makes
the formula of them. Everything else is done for it: slots, rules, distribution, clipping,
accumulation, averages, sparse gradients, `step` on Containers, files. It has a row in
`tests/optimizers/cases.py`, by which the shared suite runs it. It need not have variants.

A formula must be pure: tensors in, tensors out, nothing kept. The rest of its properties may stay
as they are here; `ratio` and `update_fused` buy trust ratios and speed.

Users may also write `slot_names`, `_scalars` and `_update` as methods of their optimizer, or
replace one of the methods of a class of this package: `methods.MethodFormula` makes a formula of
them.
"""

import abc
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

import tensorflow as tf

from keras_ivy.optimizers.formulas.updates import Treatment, adapts
from keras_ivy.optimizers.formulas.variants import TrustRatio

__all__ = ["Formula", "Handles", "Norm", "Slots", "Updated"]

#: Tensors of the slots of one variable, in the order of `slot_names`.
Slots = tuple[tf.Tensor, ...]
#: Resource handles of a weight and its slots, and last, if there is a need for scratch, a `Spare`.
Handles = tuple[tf.Tensor, ...]
#: The norm of a tensor; of a stack, the norms of its entries, shaped to broadcast against it.
Norm = Callable[[tf.Tensor], tf.Tensor]
#: What one step shares between all tensors of a type: a named tuple of scalar tensors.
Scalars = TypeVar("Scalars", bound=tuple)


class Updated(NamedTuple):
    """A weight and its slots after a step; the trust ratio, if the tensor was adapted."""

    weight: tf.Tensor
    slots: Slots
    ratio: tf.Tensor | None = None


class Formula(abc.ABC, Generic[Scalars]):
    """A way to step, as a value: a variant and hyperparameters, frozen, without any state."""

    @property
    @abc.abstractmethod
    def slot_names(self) -> tuple[str, ...]:
        """What it keeps of every variable: names, in the order in which files hold them."""

    @abc.abstractmethod
    def scalars(
        self,
        rate: tf.Tensor,
        count: tf.Tensor,
        dtype: tf.DType,
        decay: tf.Tensor | None = None,
        fused: bool = False,
    ) -> Scalars:
        """Everything that one step shares between tensors of one type.

        Args:
            rate: Learning rate, of any floating type.
            count: Number of steps made before this one.
            dtype: Type of the tensors, float32 or float64, and of the result.
            decay: Strength of weight decay, if a function is to read it from a variable; else it
                stands in the `Treatment` alone.
            fused: Whether this is for `update_fused`.
        """

    @abc.abstractmethod
    def update(
        self,
        w: tf.Tensor,
        g: tf.Tensor,
        slots: Slots,
        s: Scalars,
        treatment: Treatment,
        norm: Norm,
    ) -> Updated:
        """One step of one tensor.

        Args:
            w: Weight; float32 or float64, as everything here.
            g: Its gradient, of the same shape.
            slots: Its slots, of the same shape; zeros at first.
            s: What `scalars` returned.
            treatment: Decay, adaptation and multiple of the rate, as the rules say. `decay` is
                zero, or `updates.pull_of` tells its strength.
            norm: The norm, for trust ratios.
        """

    def slots_of(self, treatment: Treatment) -> tuple[str, ...]:
        """Which of the slots a tensor of this treatment has, the first ones of `slot_names`."""
        return self.slot_names

    @property
    def same_slots(self) -> bool:
        """Whether all tensors have all slots."""
        return True

    # What a formula may say beyond that.

    @property
    def ratio(self) -> TrustRatio | None:
        """How a tensor's rate follows its norms; `None` for a formula without trust ratios."""
        return None

    @property
    def adapts(self) -> bool:
        """Whether there are trust ratios."""
        return self.ratio is not None

    def adapts_to(self, treatment: Treatment) -> bool:
        """Whether a tensor of this treatment has a trust ratio."""
        return adapts(self.ratio, treatment)

    @property
    def instead_of_decay(self) -> str | None:
        """What weight decay does, as a sentence, if it decays nothing."""
        return None

    @property
    def coupled_decay(self) -> str | None:
        """What weight decay does, as a sentence, if it is no decoupled decay as one expects."""
        return None

    def stored(self, slots: Slots) -> Slots:
        """The slots as variables and files hold them, and, of those, the slots: an involution."""
        return slots

    @property
    def turns_slots(self) -> bool:
        """Whether `stored` changes anything."""
        return False

    def leaves_other_rows(self, treatment: Treatment) -> bool:
        """Whether rows whose gradient is zero stay as they are, slots and all."""
        return False

    @property
    def keeps_norms(self) -> bool:
        """Whether `update` does what `Treatment.hyperball` says."""
        return False

    def told(self, treatment: Treatment) -> str:
        """What a tensor of this treatment gets, in a few words, if not all get the same."""
        return ""

    # Tensors that are updated together.

    def group_of(self, treatment: Treatment) -> Hashable | None:
        """What tensors have in common that `update_together` takes; `None` for one by itself."""
        return None

    def update_together(
        self,
        ws: Sequence[tf.Tensor],
        gs: Sequence[tf.Tensor],
        slots: Sequence[Slots],
        s: Scalars,
        treatments: Sequence[Treatment],
        norm: Norm,
    ) -> list[Updated]:
        """One step of several tensors of one type and group; the arguments are as in `update`."""
        each = zip(ws, gs, slots, treatments, strict=True)
        return [self.update(w, g, kept, s, treatment, norm) for w, g, kept, treatment in each]

    # Speed, beyond what any formula gets.

    @property
    def has_kernel(self) -> bool:
        """Whether `update_fused` does what `update` does."""
        return False

    @property
    def needs_scratch(self) -> bool:
        """Whether `update_fused` needs memory of the size of what it adapts: see `spares`."""
        return False

    def update_fused(
        self,
        handles: Sequence[Handles],
        grads: Sequence[tf.Tensor],
        s: Scalars,
        treatment: Treatment,
    ) -> tf.Tensor | None:
        """Step several tensors of one treatment, in place, on fused kernels.

        Args:
            handles: Resource handles of weight and slots of every tensor.
            grads: Their gradients.
            s: What `scalars` returned for `fused=True`.
            treatment: As in `update`.

        Returns:
            The trust ratios as a vector, or `None` if these tensors are not adapted.
        """
        raise NotImplementedError(type(self).__name__)

    def is_worth_stacking(self, treatment: Treatment) -> bool:
        """Whether small tensors are better stacked than updated one by one."""
        return True
