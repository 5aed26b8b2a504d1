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

from keras_ivy.optimizers.fast import adds_rows
from keras_ivy.optimizers.gradients import SEES_GRADIENTS, all_finite, clip, gathered
from keras_ivy.optimizers.overrides import overridden
from keras_ivy.optimizers.replicas import is_local
from keras_ivy.optimizers.sparse import Rows, whole
from keras_ivy.optimizers.spellings import CLIPPING
from keras_ivy.optimizers.tensors import raw


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
    pairs = optimizer._all_reduce_sum_gradients(list(zip(grads, variables, strict=True)))
    grads, variables = map(list, zip(*pairs, strict=True))
    grads = gathered(grads, rows_once(optimizer, grads, variables))
    if optimizer.gradient_accumulation_steps:
        accumulate(optimizer, grads, variables)
    else:
        update(optimizer, grads, variables)
    if optimizer.use_ema:
        trained = optimizer._trainable_variables
        optimizer._update_model_variables_moving_average(trained)
        if optimizer.ema_overwrite_frequency:
            optimizer._backend_maybe_overwrite_model_variables(trained)
    return True


def rows_once(optimizer: Any, grads: list, variables: list) -> list[bool]:
    """Say of every sparse gradient whether its rows have to be added up ahead of the update."""
    seen = overridden(optimizer, *SEES_GRADIENTS) or optimizer.gradient_accumulation_steps
    if seen or any(getattr(optimizer, name) for name in CLIPPING):
        return [True] * len(grads)
    return [
        isinstance(g, tf.IndexedSlices)
        and not adds_rows(optimizer, optimizer._get_variable_index(v), v)
        for g, v in zip(grads, variables, strict=True)
    ]


def accumulate(optimizer: Any, grads: list, variables: list) -> None:
    """Add to the accumulators, or, every so many steps, update with their mean."""
    steps = optimizer.gradient_accumulation_steps
    indices = [optimizer._get_variable_index(v) for v in variables]
    kept = [optimizer._accumulated_gradients[i] for i in indices]
    buffers = list(map(raw, kept))
    lazy = [isinstance(g, Rows) for g in grads]
    grads = [
        whole(g, b.shape) if sparse else g
        for g, b, sparse in zip(grads, buffers, lazy, strict=True)
    ]

    def keep() -> None:
        optimizer._backend_increment_gradient_accumulators(grads, kept)

    def use() -> None:
        sums = [g + tf.cast(b, g.dtype) for b, g in zip(buffers, grads, strict=True)]
        means = [s / tf.cast(steps, s.dtype) for s in sums]
        means = [
            Rows(mean, None, True) if sparse else mean
            for mean, sparse in zip(means, lazy, strict=True)
        ]
        update(optimizer, means, variables)
        optimizer._backend_reset_gradient_accumulators()

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

    def change() -> None:
        optimizer._decide_decay(variables)
        optimizer._backend_update_step(grads, variables, optimizer._rate_to_hand())

    if optimizer.skip_nonfinite:
        when(all_finite(grads), change, lambda: None)
    else:
        change()


def averaged(optimizer: Any, variables: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Pairs of a variable and its moving average."""
    averages = optimizer._model_variables_moving_average
    pairs = zip(variables, averages, strict=True)
    return [(raw(v), raw(a)) for v, a in pairs if a is not None]


def average(optimizer: Any, variables: Sequence[Any]) -> None:
    """Update the moving averages."""
    count = tf.convert_to_tensor(optimizer.iterations)
    # A scalar of float64 buys the momentum as it was written, for averages of float64.
    started = tf.cast(tf.not_equal(count, 0), tf.float64) * optimizer.ema_momentum
    for v, a in averaged(optimizer, variables):
        keep = tf.cast(started, a.dtype)
        a.assign(keep * a + (1.0 - keep) * tf.cast(v, a.dtype))


def overwrite(optimizer: Any, variables: Sequence[Any]) -> None:
    """Give every variable the value of its moving average."""
    for v, a in averaged(optimizer, variables):
        v.assign(tf.cast(a, v.dtype))
