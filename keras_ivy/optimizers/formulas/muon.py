"""The formula of Muon: matrices made orthogonal, and Adam's for everything else."""

import dataclasses
import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import tensorflow as tf

from keras_ivy.optimizers.formulas.formula import Formula, Handles, Norm, Slots, Updated
from keras_ivy.optimizers.formulas.hyperball import around
from keras_ivy.optimizers.formulas.moments import Beta, MomentFormula
from keras_ivy.optimizers.formulas.orthogonal import orthogonalized, turns_of
from keras_ivy.optimizers.formulas.updates import (
    MomentScalars,
    Tensor,
    Treatment,
    moment,
    pull_of,
    shrunk,
)
from keras_ivy.optimizers.formulas.variants import MomentVariant, MuonVariant
from keras_ivy.optimizers.keras_side.tensors import scalar

__all__ = ["MuonFormula", "MuonScalars", "scale_of"]

#: Up to how many elements are made orthogonal at a time, if they are of more than one tensor: it is
#: the small matrices that gain, and caches hold what the products go through again and again.
AT_ONCE = 2**20


class MuonScalars(NamedTuple):
    """What one step shares between all tensors: of matrices, and for the rest what Adam's does.

    The direction is `mixed * m + ahead * g`, and `rest` what a gradient counts in the buffer.
    """

    rate: tf.Tensor
    momentum: Tensor
    rest: Tensor
    mixed: Tensor
    ahead: Tensor
    adam: MomentScalars
    decay: Tensor | None = None


@dataclasses.dataclass(frozen=True)
class MuonFormula(Formula[MuonScalars]):
    """Muon for tensors whose treatment says as which matrices they are seen, Adam for others.

    `m' = beta * m + g` (or an average), `w' = w - rate * (scale * orthogonal(u) + decay * w)`,
    where `u` is `m'`, or with `nesterov` a mixture of it and of `g`.

    Args:
        variant: Which published form.
        momentum: Decay of the buffer; a function for one that follows time.
        nesterov: Whether to look ahead.
        steps: Number of turns of the iteration.
        adam: What updates everything else.
        adam_rate: Its learning rate, or what returns it; `None` for that of the matrices.
        iteration_dtype: Name of the type of the iteration, by default that of the tensor.

    Example:

    >>> from keras_ivy.optimizers.formulas.orthogonal import Matrices
    >>> from keras_ivy.optimizers.formulas.variants import MUON
    >>> formula = MuonFormula(MUON["paper"], steps=9)
    >>> s = formula.scalars(tf.constant(0.5), tf.constant(0), tf.float32)
    >>> seen = Treatment(matrices=Matrices((2, 2), (0, 1), (1, 2, 2)))
    >>> w, g = tf.eye(2), tf.constant([[8.0, 0.0], [0.0, -4.0]])
    >>> new = formula.update(w, g, (tf.zeros((2, 2)),), s, seen, tf.norm)
    >>> bool(tf.reduce_all(abs(new.weight - tf.constant([[0.5, 0.0], [0.0, 1.5]])) < 0.2))
    True
    """

    variant: MuonVariant
    momentum: Beta = 0.95
    nesterov: bool = True
    steps: int = 5
    adam: MomentFormula = dataclasses.field(default_factory=lambda: MomentFormula(MomentVariant()))
    adam_rate: Beta | None = 3e-4
    iteration_dtype: str | None = None

    @property
    def slot_names(self) -> tuple[str, ...]:
        """Both moments."""
        return self.adam.slot_names

    def slots_of(self, treatment: Treatment) -> tuple[str, ...]:
        """Of a matrix the first moment alone."""
        return self.slot_names if treatment.matrices is None else self.slot_names[:1]

    @property
    def same_slots(self) -> bool:
        """Matrices have fewer."""
        return False

    def scalars(
        self,
        rate: tf.Tensor,
        count: tf.Tensor,
        dtype: tf.DType,
        decay: tf.Tensor | None = None,
        fused: bool = False,
    ) -> MuonScalars:
        """The rate, Adam's scalars with a rate of their own, and how buffer and gradient mix."""
        # In float64 as in `MomentFormula.scalars`.
        own = rate if self.adam_rate is None else _now(self.adam_rate)
        adam = self.adam.scalars(own, count, dtype, None, fused)
        beta, step = _now(self.momentum), tf.cast(count, tf.float64) + 1.0
        rest = 1.0 - beta if self.variant.averages else tf.ones_like(beta)
        lacks = [tf.ones_like(beta)] * 2
        if self.variant.corrected:
            lacks = [1.0 - tf.pow(beta, step), 1.0 - tf.pow(beta, step + 1.0)]
        if self.nesterov:
            mixed, ahead = beta / lacks[1], rest / lacks[0]
        else:
            mixed, ahead = 1.0 / lacks[0], tf.zeros_like(beta)
        beta, rest, mixed, ahead = (tf.cast(x, dtype) for x in (beta, rest, mixed, ahead))
        return MuonScalars(tf.cast(rate, dtype), beta, rest, mixed, ahead, adam, decay)

    def update(
        self,
        w: tf.Tensor,
        g: tf.Tensor,
        slots: Slots,
        s: MuonScalars,
        treatment: Treatment,
        norm: Norm,
    ) -> Updated:
        """One step of one tensor."""
        if treatment.matrices is None:
            return self.adam.update(w, g, slots, s.adam, treatment, norm)
        return self.update_together([w], [g], [slots], s, [treatment], norm)[0]

    def group_of(self, treatment: Treatment) -> Hashable | None:
        """The shape of its matrices."""
        return None if treatment.matrices is None else treatment.matrices.shape[1:]

    def update_together(
        self,
        ws: Sequence[tf.Tensor],
        gs: Sequence[tf.Tensor],
        slots: Sequence[Slots],
        s: MuonScalars,
        treatments: Sequence[Treatment],
        norm: Norm,
    ) -> list[Updated]:
        """One step of tensors whose matrices are of one shape: these are stacked."""
        buffers = [moment(m, g, s.momentum, s.rest) for (m,), g in zip(slots, gs, strict=True)]
        directions = [s.mixed * m for m in buffers]
        if self.nesterov:
            directions = [u + s.ahead * g for u, g in zip(directions, gs, strict=True)]
        found = []
        each = zip(ws, buffers, self._orthogonal(directions, treatments), treatments, strict=True)
        for w, m, u, treatment in each:
            rate = s.rate * treatment.lr_multiplier
            if treatment.hyperball:
                found.append(Updated(around(w, u, rate, norm), (m,)))
                continue
            if treatment.decay:
                w = shrunk(w, rate, pull_of(treatment, s), self.variant.decay)
            found.append(Updated(w - rate * self._scale(treatment) * u, (m,)))
        return found

    def _orthogonal(
        self, directions: Sequence[tf.Tensor], treatments: Sequence[Treatment]
    ) -> list[tf.Tensor]:
        """Return the tensors with orthogonal matrices, so many at a time that caches hold them."""
        turns = turns_of(self.variant.coefficients, self.steps)
        dtype = None if self.iteration_dtype is None else tf.as_dtype(self.iteration_dtype)
        pairs = [(u, t.matrices) for u, t in zip(directions, treatments, strict=True) if t.matrices]
        stacks = [seen.of(u) for u, seen in pairs]
        made: list[tf.Tensor] = []
        for part in parts_of([math.prod(seen.shape) for _, seen in pairs]):
            given = stacks[part]
            whole = given[0] if len(given) == 1 else tf.concat(given, 0)
            whole = orthogonalized(whole, turns, self.variant.epsilon, dtype)
            made += [whole] if len(given) == 1 else tf.split(whole, [x.shape[0] for x in given])
        return [seen.back(x, u.shape) for x, (u, seen) in zip(made, pairs, strict=True)]

    def _scale(self, treatment: Treatment) -> float:
        seen = treatment.matrices
        return 1.0 if seen is None else scale_of(self.variant.scale, *seen.shape[1:])

    @property
    def keeps_norms(self) -> bool:
        """Of matrices, and of the rest too."""
        return True

    def told(self, treatment: Treatment) -> str:
        """The matrices, or Adam."""
        if treatment.matrices is None:
            return "AdamW"
        count, rows, columns = treatment.matrices.shape
        return f"Muon {rows}x{columns}" if count == 1 else f"Muon {count} of {rows}x{columns}"

    @property
    def has_kernel(self) -> bool:
        """Adam's, for what is no matrix."""
        return self.adam.has_kernel

    def update_fused(
        self,
        handles: Sequence[Handles],
        grads: Sequence[tf.Tensor],
        s: MuonScalars,
        treatment: Treatment,
    ) -> tf.Tensor | None:
        """Adam's."""
        return self.adam.update_fused(handles, grads, s.adam, treatment)

    def is_worth_stacking(self, treatment: Treatment) -> bool:
        """As Adam's."""
        return self.adam.is_worth_stacking(treatment)


def _now(setting: Beta) -> tf.Tensor:
    """What a setting that may follow time is worth."""
    return scalar(setting() if callable(setting) else setting, tf.float64)


def scale_of(kind: str, rows: int, columns: int) -> float:
    """Return what an orthogonal matrix is multiplied with: see `variants.MuonVariant`.

    Args:
        kind: `"width"`, `"spectral"` or `"rms"`.
        rows: Number of inputs.
        columns: Number of outputs.

    Example:

    >>> [scale_of(kind, 25, 100) for kind in ("width", "spectral", "rms")]
    [2.0, 2.0, 2.0]
    >>> [scale_of(kind, 100, 25) for kind in ("width", "spectral", "rms")]
    [1.0, 0.5, 2.0]
    """
    if kind == "rms":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1.0, columns / rows) if kind == "width" else columns / rows)


def parts_of(sizes: Sequence[int]) -> list[slice]:
    """Return slices of a list of sizes, each of no more than `AT_ONCE` or of one entry alone.

    Example:

    >>> parts_of([AT_ONCE, 1, 1])
    [slice(0, 1, None), slice(1, 3, None)]
    """
    parts: list[slice] = []
    room = 0
    for i, size in enumerate(sizes):
        if size > room:
            parts.append(slice(i, i))
            room = AT_ONCE
        parts[-1] = slice(parts[-1].start, i + 1)
        room -= size
    return parts
