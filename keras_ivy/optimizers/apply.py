"""What happens between `apply` and the formulas: reduce, accumulate, clip, update, average.

Keras clips every replica's gradient before the replicas' gradients are added up, and runs
collectives inside a condition when it accumulates or overwrites with averages, which a
`tf.function` under `tf.distribute.MirroredStrategy` refuses. Here the gradients are added up
first, and everything after that happens on each replica alone: all replicas hold the same numbers,
so that all make the same update of their own copies, and nothing below needs another replica.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from keras_ivy.optimizers import fast
from keras_ivy.optimizers.gradients import all_finite, clip, gathered
from keras_ivy.optimizers.sparse import Rows, whole
from keras_ivy.optimizers.tensors import raw
from keras_ivy.utils.exceptions import IvyValueError


def is_local(variables: Sequence[Any]) -> bool:
    """Whether an update of these variables can be made on every replica by itself.

    It can without a strategy, on one device, and in a replica of a strategy that mirrors its
    variables. It cannot where variables live elsewhere (parameter servers, central storage).

    Raises:
        IvyValueError: In the cross-replica context, where one call stands for all replicas.
    """
    if tf.distribute.in_cross_replica_context():
        raise IvyValueError(
            "Under a strategy, `apply` belongs into a replica: call it in a function that "
            "`strategy.run` runs. Received: a call from the scope of the strategy itself"
        )
    return is_mirrored(variables)


def is_mirrored(variables: Sequence[Any]) -> bool:
    """Whether every replica has its own copy of these variables; there may be just one."""
    one = tf.distribute.OneDeviceStrategy
    if not tf.distribute.has_strategy() or isinstance(tf.distribute.get_strategy(), one):
        return True
    return all(isinstance(raw(v), tf.distribute.DistributedValues) for v in variables)


def sum_over_replicas(grads: list) -> list:
    """Add up the replicas' tensors; the identity without a strategy, and outside of replicas."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return grads
    return list(context.all_reduce(tf.distribute.ReduceOp.SUM, grads))


def apply(optimizer: Any, grads: list, variables: list) -> bool:
    """Apply gradients wherever that can be done replica by replica.

    Args:
        optimizer: A `base.Optimizer`, built.
        grads: Gradients, none of them `None`.
        variables: Their variables.

    Returns:
        Whether it was done; if not, Keras's own way, one variable at a time, has to do it.
    """
    if not is_local(variables):
        return False
    grads = gathered(sum_over_replicas(grads))
    if optimizer.gradient_accumulation_steps:
        accumulate(optimizer, grads, variables)
    else:
        update(optimizer, grads, variables)
    if optimizer.use_ema:
        average(optimizer)
    return True


def accumulate(optimizer: Any, grads: list, variables: list) -> None:
    """Add to the accumulators, or, every so many steps, update with their mean."""
    steps = optimizer.gradient_accumulation_steps
    indices = [optimizer._get_variable_index(v) for v in variables]
    buffers = [raw(optimizer._accumulated_gradients[i]) for i in indices]
    lazy = [isinstance(g, Rows) for g in grads]
    grads = [
        whole(g, b.shape) if sparse else g
        for g, b, sparse in zip(grads, buffers, lazy, strict=True)
    ]

    def keep() -> None:
        for buffer, g in zip(buffers, grads, strict=True):
            buffer.assign_add(tf.cast(g, buffer.dtype))

    def use() -> None:
        sums = [g + tf.cast(b, g.dtype) for b, g in zip(buffers, grads, strict=True)]
        means = [s / tf.cast(steps, s.dtype) for s in sums]
        means = [
            Rows(mean, None, True) if sparse else mean
            for mean, sparse in zip(means, lazy, strict=True)
        ]
        update(optimizer, means, variables)
        for buffer in map(raw, optimizer._accumulated_gradients):
            buffer.assign(tf.zeros_like(buffer))

    count = tf.convert_to_tensor(optimizer._iterations)
    when(tf.equal((count + 1) % steps, 0), use, keep)


def when(condition: tf.Tensor, then: Callable, otherwise: Callable) -> None:
    """Run one of two functions for its effects."""

    def run(fn: Callable) -> Callable:
        def branch() -> tf.Tensor:
            fn()
            return tf.constant(True)

        return branch

    tf.cond(condition, run(then), run(otherwise))


def update(optimizer: Any, grads: list, variables: list) -> None:
    """Clip, then update every variable."""
    grads = clip(optimizer, grads)
    if not optimizer.skip_nonfinite:
        fast.update_all(optimizer, grads, variables)
        return
    when(all_finite(grads), lambda: fast.update_all(optimizer, grads, variables), lambda: None)


def average(optimizer: Any) -> None:
    """Update the moving averages, and every so many updates overwrite the variables by them."""
    variables = [raw(v) for v in optimizer._trainable_variables]
    averages = [raw(a) for a in optimizer._model_variables_moving_average]
    pairs = [(v, a) for v, a in zip(variables, averages, strict=True) if a is not None]
    count = tf.convert_to_tensor(optimizer.iterations)
    started = tf.cast(tf.not_equal(count, 0), tf.float64) * optimizer.ema_momentum
    for v, a in pairs:
        keep = tf.cast(started, a.dtype)
        a.assign(keep * a + (1.0 - keep) * tf.cast(v, a.dtype))
    every = optimizer.ema_overwrite_frequency
    if not every:
        return

    def overwrite() -> None:
        for v, a in pairs:
            v.assign(tf.cast(a, v.dtype))

    when(tf.equal((count + 1) % every, 0), overwrite, lambda: None)
