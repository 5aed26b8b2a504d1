"""Run one execution of `fit` batch by batch, through the very function that `fit` runs.

A train function takes an iterator and runs `steps_per_execution` batches of it. Given iterators of
one batch each it runs them one by one: the same compiled function, without a new trace, so that
nothing of the training changes, and between two batches there is time to look.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import keras
import tensorflow as tf

__all__ = ["Data", "TrainFunction", "Visitor", "run_in_pieces"]

#: A nest of tensors as a data set yields it; under a strategy, of values by replica.
Data: TypeAlias = object


class BatchIterator(Protocol):
    """What `fit` hands to a train function."""

    @property
    def element_spec(self) -> object:
        """The specification of a batch."""

    def get_next_as_optional(self) -> tf.experimental.Optional:
        """The next batch, if there is one."""


TrainFunction: TypeAlias = Callable[[object], object]
#: Is told the number of a batch in the execution, its data and their specification before it is
#: run, and returns what is to be called afterwards, if anything.
Visitor: TypeAlias = Callable[[int, Data, object], Callable[[], None] | None]


def run_in_pieces(
    function: TrainFunction, iterator: BatchIterator, steps: int, visitor: Visitor
) -> object:
    """Run one execution, batch by batch.

    Args:
        function: The train function of a model.
        iterator: What it is given.
        steps: `steps_per_execution`.
        visitor: Called before each batch.

    Returns:
        The logs of the last batch.
    """
    batches = []
    for _ in range(steps):
        following = iterator.get_next_as_optional()
        if not bool(following.has_value()):
            break
        batches.append(following.get_value())
    logs: object = None
    for number, data in enumerate(batches):
        finish = visitor(number, data, iterator.element_spec)
        logs = function(_feed(data, iterator))
        if finish is not None:
            finish()
    # Out of data: the function says so in its own way.
    return logs if batches else function(iterator)


def _feed(data: Data, iterator: BatchIterator) -> object:
    """What makes a train function run one batch."""
    if not isinstance(iterator, tf.data.Iterator):
        return [data]  # values by replica, which are in no data set
    spec = iterator.element_spec
    leaves, specs = keras.tree.flatten(data), keras.tree.flatten(spec)
    if all(isinstance(each, tf.TensorSpec) for each in specs):
        variant = tf.raw_ops.TensorDataset(
            components=leaves, output_shapes=[each.shape for each in specs], metadata=""
        )
    else:
        variant = tf.data.experimental.to_variant(tf.data.Dataset.from_tensors(data))
    # With the specification of the data of `fit`, such as a number of samples that varies.
    return iter(tf.data.experimental.from_variant(variant, spec))
