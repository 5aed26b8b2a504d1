"""Eager updates of a few large tensors, made as one call."""

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_ivy.adapters.tensorflow import tape as tf_tape

#: An eager update of no more tensors is traced; one of many is not worth the time of tracing.
FEW = 4

#: Nor is one of fewer elements, which caches hold.
LARGE = 2**20

#: How many traces are kept.
KEPT = 128

#: The traces, oldest first, by update, constants, shapes and type.
TRACES: dict[tuple, Callable] = {}


def traced_if_eager(update: Callable) -> Callable:
    """Make one function call of what a few large tensors go through eagerly.

    Between two passes over a large tensor the caches hold nothing of Python, so that the two dozen
    scalar operations in between take milliseconds. Under a strategy, and where a tape records, all
    is done one by one: a tape would trace the derivative of an update, which has none.

    Args:
        update: A function of handles, gradients, scalars, and constants that can be hashed.
    """

    @functools.wraps(update)
    def run(handles: list, grads: list, scalars: Any, *constants: Any) -> Any:
        if not (tf.executing_eagerly() and suits(grads)):
            return update(handles, grads, scalars, *constants)
        tensors = (handles, grads, scalars)
        key = (update, constants, tuple(tuple(g.shape) for g in grads), grads[0].dtype)
        if key not in TRACES:
            if len(TRACES) >= KEPT:
                TRACES.pop(next(iter(TRACES)))
            TRACES[key] = trace(update, constants, tensors)
        return TRACES[key](*tensors)

    return run


def suits(grads: list) -> bool:
    """Whether an eager update with these gradients is traced."""
    if len(grads) > FEW or sum(g.shape.num_elements() for g in grads) < LARGE:
        return False
    return not (tf.distribute.has_strategy() or tf_tape.is_recording())


def trace(update: Callable, constants: tuple, tensors: tuple) -> Callable:
    """Return an update as a graph, for tensors like these.

    The concrete function: calls of a `tf.function` that trace are counted, and warned of.
    """
    fn = tf.function(lambda *tensors: update(*tensors, *constants), autograph=False)
    return fn.get_concrete_function(*tensors)
