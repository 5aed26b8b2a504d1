"""Which way each tensor is updated; all ways compute the same formula.

- *Stacked*: small tensors of one shape, type and treatment become one tensor with an axis in front,
  since a thousand tiny tensors cost a thousand times the overhead of an operation. Their slots
  live in such a tensor for good (see `packs`).
- *Fused*: tensors on TensorFlow's kernels, in place and in batches (see `fused`).
- *Plain*: the formula as it stands in `updates`, tensor by tensor: whatever XLA compiles (it
  fuses by itself), float16 and bfloat16, slots of another type than their variable, rows of sparse
  gradients with lazy slots, and `variant="popular"`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from keras_ivy.adapters import tf_xla
from keras_ivy.optimizers import fused
from keras_ivy.optimizers.norms import compiled_norm, compiled_row_norm, norm, row_norm
from keras_ivy.optimizers.overrides import WRITES, has_own_kernel, overridden, write
from keras_ivy.optimizers.packs import FEW, SMALL, Pack
from keras_ivy.optimizers.rounding import rounded
from keras_ivy.optimizers.sparse import Rows, add_rows, scatter_rows, update_rows
from keras_ivy.optimizers.tensors import compute_dtype, raw
from keras_ivy.optimizers.updates import Treatment, adapts


class Job(NamedTuple):
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


def handles(job: Job) -> tuple[tf.Tensor, ...]:
    """Resource handles of the variables that a tensor has of its own: the weight, and its slots.

    In a replica, those of its own copies.
    """
    own = job.variables if job.pack is None else job.variables[:1]
    return tuple(v.handle for v in own)


def plan(jobs: Sequence[Job], optimizer: Any) -> tuple[list[list[Job]], list[list[Job]], list[Job]]:
    """Divide the jobs into stacks, batches for the kernels, and plain ones."""
    kernels = has_own_kernel(optimizer) and not overridden(optimizer, *WRITES)
    packed: dict[tuple, list[Job]] = {}
    stacks: dict[tuple, list[Job]] = {}
    single: dict[tuple, list[Job]] = {}
    plain = []
    for job in jobs:
        if not job.size:
            continue
        if job.pack is not None and kernels:
            packed.setdefault((job.pack, job.treatment), []).append(job)
        elif not kernels or isinstance(job.grad, Rows) or not job.uniform:
            plain.append(job)
        elif job.size < SMALL and optimizer._stacks(job.treatment):
            key = (tuple(job.variables[0].shape), job.dtype, job.treatment)
            stacks.setdefault(key, []).append(job)
        else:
            single.setdefault((job.dtype, job.treatment), []).append(job)
    for key in [key for key, group in stacks.items() if len(group) < FEW]:
        single.setdefault(key[1:], []).extend(stacks.pop(key))
    if tf_xla.is_compiling() or (optimizer._needs_spares and not optimizer._spares.suffice):
        plain.extend(job for group in single.values() for job in group)
        single = {}
    batches = list(single.values())
    if optimizer._needs_spares:
        batches = [batch for group in batches for batch in batched(group, optimizer)]
    return [*packed.values(), *stacks.values()], batches, plain


def batched(jobs: Sequence[Job], optimizer: Any) -> list[list[Job]]:
    """Divide jobs into batches that have a spare each, and are no larger than the largest tensor.

    A batch waits for the one before, so that what its kernels need for a moment is no more than
    one tensor's worth.
    """
    limit = max(SMALL, *(job.size for job in jobs))
    turns = optimizer._spares.turns([job.variables[0] for job in jobs])
    batches: list[list[Job]] = []
    room, current = 0, None
    for turn, job in sorted(zip(turns, jobs, strict=True), key=lambda pair: pair[0]):
        if turn != current or job.size > room:
            batches.append([])
            room, current = limit, turn
        batches[-1].append(job)
        room -= job.size
    return batches


def update_all(
    optimizer: Any, grads: Sequence[Any], variables: Sequence[Any], learning_rate: Any
) -> None:
    """Update every variable of this replica and its slots, and note the trust ratios."""
    jobs = []
    for grad, variable in zip(grads, variables, strict=True):
        i = optimizer._get_variable_index(variable)
        tensors = (raw(variable), *map(raw, optimizer._slots[i]))
        pack = optimizer._packs.get(i)
        jobs.append(Job(i, tensors, grad, optimizer._treatment(i), pack))
    count = tf.convert_to_tensor(optimizer.iterations)
    made: dict[tuple, Any] = {}

    def scalars(dtype: tf.DType, kernel: bool) -> Any:
        if (dtype, kernel) not in made:
            rate = optimizer._rate_given(learning_rate, dtype)
            known = {"kernel": True} if kernel else {}
            made[dtype, kernel] = optimizer._scalars(rate, count, dtype, **known)
        return made[dtype, kernel]

    ratios: dict[tuple[int, ...], Any] = {}
    stacks, batches, plain = plan(jobs, optimizer)
    done: list = []
    for batch in batches:
        common = scalars(batch[0].dtype, True)
        with tf.control_dependencies(done):
            found = optimizer._update_fused(
                [handles(job) for job in batch],
                [job.grad for job in batch],
                common,
                batch[0].treatment,
            )
        ratios[tuple(job.index for job in batch)] = found
        done = [] if found is None else [found]
    for group in stacks:
        ratios[tuple(job.index for job in group)] = update_stack(optimizer, group, scalars)
    for job in plain:
        ratios[(job.index,)] = update_plain(optimizer, job, scalars(job.dtype, False), count)
    optimizer._note_ratios(ratios)


def update_plain(optimizer: Any, job: Job, scalars: Any, count: Any) -> Any:
    """Update one tensor by the formula, worked in its compute type; returns its trust ratio."""
    weight, *slots = job.variables
    measure = compiled_norm if tf_xla.is_compiling() else norm

    def update(w: Any, g: Any, values: tuple) -> tuple:
        values = optimizer._turned(values)
        w, new, ratio = optimizer._update(w, g, values, scalars, job.treatment, measure)
        new = [
            rounded(value, slot.dtype, (count, job.index, i))
            for i, (slot, value) in enumerate(zip(slots, optimizer._turned(new), strict=True))
        ]
        return w, tuple(new), ratio

    in_place = not overridden(optimizer, *WRITES)
    if isinstance(job.grad, Rows) and not job.grad.whole and in_place:
        if adds_rows(optimizer, job.index, weight):
            # A step that does not depend on the weights, of which none need be read.
            grad = tf.cast(job.grad.values, job.dtype)
            step, _, ratio = update(tf.zeros_like(grad), grad, ())
            add_rows(weight, job.grad, step)
            return ratio
        return scatter_rows(update, weight, job.grad, tuple(slots), job.dtype)
    values = [tf.cast(x, job.dtype) for x in job.variables]
    if isinstance(job.grad, Rows):
        w, new, ratio = update_rows(update, values[0], job.grad, tuple(values[1:]))
    else:
        w, new, ratio = update(values[0], tf.cast(job.grad, job.dtype), tuple(values[1:]))
    for slot, value in zip(slots, new, strict=True):
        write(optimizer, slot, value)
    write(optimizer, weight, w, is_weight=True)
    return ratio


def adds_rows(optimizer: Any, index: int, weight: Any) -> bool:
    """Whether a sparse gradient is added to a variable, so that its rows may repeat."""
    wide = tf.as_dtype(weight.dtype) == compute_dtype(weight.dtype)
    in_place = wide and not overridden(optimizer, *WRITES)
    return in_place and optimizer._leaves_other_rows(optimizer._treatment(index))


def update_stack(optimizer: Any, group: Sequence[Job], scalars: Callable) -> Any:
    """Update tensors of one shape as one tensor; returns their trust ratios as a vector.

    A step that does not depend on the weights is worked out from zeros and added to them: a
    thousand weights need not be read then.

    Args:
        optimizer: A `base.Optimizer`.
        group: The tensors.
        scalars: Returns what the step shares between tensors, for the formula or the kernels.
    """
    pack, treatment, indices = group[0].pack, group[0].treatment, [job.index for job in group]
    columns = list(zip(*(handles(job) for job in group), strict=True))
    grads = tf.stack([job.grad for job in group])
    dtype = grads.dtype
    adapted = adapts(optimizer._setting.ratio, treatment)
    blind = not treatment.decay and not adapted
    read = columns[1:] if blind else columns
    stacks = [fused.read_all(column, dtype) for column in read]
    weights = tf.zeros_like(grads) if blind else stacks.pop(0)
    ratio = None
    if pack is not None and not adapted and pack.holds(indices) and not tf_xla.is_compiling():
        weights = fused.update_apart(
            optimizer._update_fused,
            None if blind else weights,
            pack.handles(),
            grads,
            scalars(dtype, True),
            treatment,
            optimizer._spares.of_pack(pack),
        )
    else:
        slots = optimizer._turned(tuple(stacks if pack is None else pack.read(indices)))
        measure = compiled_row_norm if tf_xla.is_compiling() else row_norm
        weights, new, ratio = optimizer._update(
            weights, grads, slots, scalars(dtype, False), treatment, measure
        )
        new = optimizer._turned(new)
        if pack is not None:
            pack.write(indices, new)
        else:
            for column, value in zip(columns[1:], new, strict=True):
                fused.write_all(column, value)
    fused.write_all(columns[0], weights, add=blind)
    return None if ratio is None else tf.reshape(ratio, [len(group)])
