"""Which way each tensor is updated; all ways compute the same formula.

- *Stacked*: small tensors of one shape, type and treatment become one tensor with an axis in front,
  since a thousand tiny tensors cost a thousand times the overhead of an operation. Their slots
  live in such a tensor for good (see `packs`).
- *Fused*: tensors on TensorFlow's kernels, in place and in batches (see `fused`).
- *Together*: tensors of which the formula says that it takes them together, such as matrices of
  one shape in Muon.
- *Plain*: the formula as it stands in `updates`, tensor by tensor: whatever XLA compiles (it
  fuses by itself), float16 and bfloat16, slots of another type than their variable, rows of sparse
  gradients with lazy slots, `hyperball`, and `variant="popular"`.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from keras_ivy.adapters.tensorflow import xla as tf_xla
from keras_ivy.optimizers.formulas import fused
from keras_ivy.optimizers.formulas.formula import Formula, Updated
from keras_ivy.optimizers.formulas.norms import compiled_norm, compiled_row_norm, norm, row_norm
from keras_ivy.optimizers.formulas.rounding import rounded
from keras_ivy.optimizers.formulas.updates import Treatment
from keras_ivy.optimizers.keras_side.packs import FEW, SMALL, Pack
from keras_ivy.optimizers.keras_side.spares import Spares
from keras_ivy.optimizers.keras_side.sparse import (
    Rows,
    add_rows,
    scatter_rows,
    update_rows,
    whole,
)
from keras_ivy.optimizers.keras_side.tensors import compute_dtype
from keras_ivy.typing import Variable


@dataclasses.dataclass(slots=True)
class Job:
    """One tensor to update: its index in the optimizer, its variables and its gradient."""

    index: int
    variables: tuple[Any, ...]
    grad: Any
    treatment: Treatment
    pack: Pack | None = None

    @property
    def dtype(self) -> tf.DType:
        """The type that the tensor is worked with in."""
        return compute_dtype(self.variables[0].dtype)

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.variables[0].shape.num_elements()

    @property
    def uniform(self) -> bool:
        """Whether gradient, weight and slots are of the type that they are worked with in."""
        return all(x.dtype == self.dtype for x in (*self.variables, self.grad))


@dataclasses.dataclass
class Step:
    """What one step shares between all tensors.

    Args:
        formula: What is computed.
        count: Number of steps made before.
        rate: Returns the learning rate for tensors of a type.
        decay: Returns the strength of weight decay for them, where it is read from a variable.
        spares: Spare memory for the kernels.
        seen: Returns how many updates a cohort of variables has seen, given those in all.
        write: What assigns to variables, if it is not they that do; it is called with a variable,
            a value of its type, and whether it is a weight.
    """

    formula: Formula[Any]
    count: tf.Tensor
    rate: Callable[[tf.DType], tf.Tensor]
    decay: Callable[[tf.DType], tf.Tensor | None]
    spares: Spares
    seen: Callable[[int, tf.Tensor], tf.Tensor]
    write: Callable[..., None] | None = None
    _made: dict[tuple[tf.DType, bool, int], Any] = dataclasses.field(default_factory=dict)

    def scalars(self, dtype: tf.DType, fused: bool, cohort: int) -> tuple:
        """Return what the formula shares between tensors of a type, or the kernels do."""
        key = (dtype, fused, cohort)
        if key not in self._made:
            rate, decay = self.rate(dtype), self.decay(dtype)
            count = self.seen(cohort, self.count)
            self._made[key] = self.formula.scalars(rate, count, dtype, decay, fused)
        return self._made[key]


class Plan(NamedTuple):
    """The jobs of a step, by the code path that they take."""

    together: list[list[Job]]
    stacks: list[list[Job]]
    batches: list[list[Job]]
    plain: list[Job]


def handles(job: Job) -> tuple[tf.Tensor, ...]:
    """Resource handles of the variables that a tensor has of its own: the weight, and its slots.

    In a replica, those of its own copies.
    """
    own = job.variables if job.pack is None else job.variables[:1]
    return tuple(v.handle for v in own)


def plan(jobs: Sequence[Job], step: Step) -> Plan:
    """Divide the jobs into what goes together, stacks, batches for the kernels, and plain ones."""
    formula, kernels = step.formula, step.formula.has_kernel and step.write is None
    together: dict[tuple, list[Job]] = {}
    packed: dict[tuple, list[Job]] = {}
    stacks: dict[tuple, list[Job]] = {}
    single: dict[tuple, list[Job]] = {}
    plain = []
    for job in jobs:
        if not job.size:
            continue
        group = formula.group_of(job.treatment)
        if group is not None:
            together.setdefault((group, job.dtype, job.treatment.cohort), []).append(job)
        elif job.pack is not None and kernels:
            packed.setdefault((job.pack, job.treatment), []).append(job)
        elif (
            not kernels or job.treatment.hyperball or isinstance(job.grad, Rows) or not job.uniform
        ):
            plain.append(job)
        elif job.size < SMALL and formula.is_worth_stacking(job.treatment):
            key = (tuple(job.variables[0].shape), job.dtype, job.treatment)
            stacks.setdefault(key, []).append(job)
        else:
            single.setdefault((job.dtype, job.treatment), []).append(job)
    for key in [key for key, group in stacks.items() if len(group) < FEW]:
        single.setdefault(key[1:], []).extend(stacks.pop(key))
    if tf_xla.is_compiling() or (formula.needs_scratch and not step.spares.suffice):
        plain.extend(job for group in single.values() for job in group)
        single = {}
    batches = list(single.values())
    if formula.needs_scratch:
        batches = [batch for group in batches for batch in batched(group, step.spares)]
    stacked = [*packed.values(), *stacks.values()]
    return Plan(list(together.values()), stacked, batches, plain)


def batched(jobs: Sequence[Job], spares: Spares) -> list[list[Job]]:
    """Divide jobs into batches that have a spare each, and are no larger than the largest tensor.

    A batch waits for the one before, so that what its kernels need for a moment is no more than
    one tensor's worth.
    """
    limit = max(SMALL, *(job.size for job in jobs))
    turns = spares.turns([job.variables[0] for job in jobs])
    batches: list[list[Job]] = []
    room, current = 0, None
    for turn, job in sorted(zip(turns, jobs, strict=True), key=lambda pair: pair[0]):
        if turn != current or job.size > room:
            batches.append([])
            room, current = limit, turn
        batches[-1].append(job)
        room -= job.size
    return batches


def update_all(jobs: Sequence[Job], step: Step) -> dict[tuple[int, ...], tf.Tensor | None]:
    """Update every tensor and its slots; returns the trust ratios, by the tensors' indices."""
    ratios: dict[tuple[int, ...], Any] = {}
    together, stacks, batches, plain = plan(jobs, step)
    done: list[Any] = []
    for batch in batches:
        with tf.control_dependencies(done):
            found = update_fused(batch, step)
        ratios[tuple(job.index for job in batch)] = found
        done = [] if found is None else [found]
    for group in stacks:
        ratios[tuple(job.index for job in group)] = update_stack(group, step)
    for job in plain:
        ratios[(job.index,)] = update_plain(job, step)
    for group in together:
        found_of = update_together(group, step)
        ratios.update({(job.index,): r for job, r in zip(group, found_of, strict=True)})
    return ratios


def update_fused(batch: Sequence[Job], step: Step) -> tf.Tensor | None:
    """Update tensors of one type and treatment on kernels; returns their trust ratios."""
    formula, treatment, grads = step.formula, batch[0].treatment, [job.grad for job in batch]
    scalars = step.scalars(batch[0].dtype, True, treatment.cohort)
    own = [handles(job) for job in batch]
    if formula.needs_scratch and formula.adapts_to(treatment):
        own = [(*each, spare) for each, spare in zip(own, step.spares.of(grads), strict=True)]
    return formula.update_fused(own, grads, scalars, treatment)


def update_together(group: Sequence[Job], step: Step) -> list[tf.Tensor | None]:
    """Update tensors that the formula takes together; returns their trust ratios."""
    formula, dtype = step.formula, group[0].dtype
    values = [tuple(tf.cast(x, dtype) for x in job.variables) for job in group]
    grads = [
        whole(job.grad, job.variables[0].shape) if isinstance(job.grad, Rows) else job.grad
        for job in group
    ]
    updated = formula.update_together(
        [weight for weight, *_ in values],
        [tf.cast(g, dtype) for g in grads],
        [formula.stored(tuple(slots)) for _, *slots in values],
        step.scalars(dtype, False, group[0].treatment.cohort),
        [job.treatment for job in group],
        compiled_norm if tf_xla.is_compiling() else norm,
    )
    for job, new in zip(group, updated, strict=True):
        for i, (slot, x) in enumerate(
            zip(job.variables[1:], formula.stored(new.slots), strict=True)
        ):
            assign(slot, rounded(x, slot.dtype, (step.count, job.index, i)), step)
        assign(job.variables[0], new.weight, step, is_weight=True)
    return [new.ratio for new in updated]


def update_plain(job: Job, step: Step) -> tf.Tensor | None:
    """Update one tensor by the formula, worked in its compute type; returns its trust ratio."""
    if step.formula.group_of(job.treatment) is not None:
        return update_together([job], step)[0]
    weight, *slots = job.variables
    formula, scalars = step.formula, step.scalars(job.dtype, False, job.treatment.cohort)
    measure = compiled_norm if tf_xla.is_compiling() else norm

    def update(w: tf.Tensor, g: tf.Tensor, values: tuple) -> Updated:
        values = formula.stored(values)
        w, new, ratio = formula.update(w, g, values, scalars, job.treatment, measure)
        pairs = enumerate(zip(slots, formula.stored(new), strict=True))
        kept = (rounded(x, slot.dtype, (step.count, job.index, i)) for i, (slot, x) in pairs)
        return Updated(w, tuple(kept), ratio)

    if isinstance(job.grad, Rows) and not job.grad.whole and step.write is None:
        if adds_rows(weight, job.treatment, step):
            # A step that does not depend on the weights, of which none need be read.
            grad = tf.cast(job.grad.values, job.dtype)
            change, _, ratio = update(tf.zeros_like(grad), grad, ())
            add_rows(weight, job.grad, change)
            return ratio
        return scatter_rows(update, weight, job.grad, tuple(slots), job.dtype)
    values = [tf.cast(x, job.dtype) for x in job.variables]
    if isinstance(job.grad, Rows):
        w, new, ratio = update_rows(update, values[0], job.grad, tuple(values[1:]))
    else:
        w, new, ratio = update(values[0], tf.cast(job.grad, job.dtype), tuple(values[1:]))
    for slot, value in zip(slots, new, strict=True):
        assign(slot, value, step)
    assign(weight, w, step, is_weight=True)
    return ratio


def assign(variable: Variable, value: tf.Tensor, step: Step, is_weight: bool = False) -> None:
    """Assign to a weight or a slot."""
    value = tf.cast(value, variable.dtype)
    if step.write is None:
        variable.assign(value)
    else:
        step.write(variable, value, is_weight)


def adds_rows(weight: Variable, treatment: Treatment, step: Step) -> bool:
    """Whether a sparse gradient is added to a variable, so that its rows may repeat."""
    wide = tf.as_dtype(weight.dtype) == compute_dtype(weight.dtype)
    return wide and step.write is None and step.formula.leaves_other_rows(treatment)


def update_stack(group: Sequence[Job], step: Step) -> tf.Tensor | None:
    """Update tensors of one shape as one tensor; returns their trust ratios as a vector.

    A step that does not depend on the weights is worked out from zeros and added to them: a
    thousand weights need not be read then.
    """
    formula = step.formula
    pack, treatment, indices = group[0].pack, group[0].treatment, [job.index for job in group]
    columns = list(zip(*(handles(job) for job in group), strict=True))
    grads = tf.stack([job.grad for job in group])
    dtype = grads.dtype
    adapted = formula.adapts_to(treatment)
    blind = not treatment.decay and not adapted
    read = columns[1:] if blind else columns
    stacks = [fused.read_all(column, dtype) for column in read]
    weights = tf.zeros_like(grads) if blind else stacks.pop(0)
    ratio = None
    if pack is not None and not adapted and pack.holds(indices) and not tf_xla.is_compiling():
        weights = fused.update_apart(
            formula.update_fused,
            None if blind else weights,
            pack.handles(),
            grads,
            step.scalars(dtype, True, treatment.cohort),
            treatment,
            step.spares.of_pack(pack),
        )
    else:
        slots = formula.stored(tuple(stacks if pack is None else pack.read(indices)))
        measure = compiled_row_norm if tf_xla.is_compiling() else row_norm
        shared = step.scalars(dtype, False, treatment.cohort)
        weights, new, ratio = formula.update(weights, grads, slots, shared, treatment, measure)
        new = formula.stored(new)
        if pack is not None:
            pack.write(indices, new)
        else:
            for column, value in zip(columns[1:], new, strict=True):
                fused.write_all(column, value)
    fused.write_all(columns[0], weights, add=blind)
    return None if ratio is None else tf.reshape(ratio, [len(group)])
