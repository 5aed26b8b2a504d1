"""Run one execution of `fit` batch by batch, through the very function that `fit` runs.

A train function takes an iterator and runs `steps_per_execution` batches of it. Given iterators of
few batches each it runs them bit by bit: the same compiled function, without a new trace, so that
nothing of the training changes, and between two batches there is time to look.
"""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias

import keras
import tensorflow as tf

__all__ = ["BatchIterator", "Data", "Feeder", "TrainFunction", "Visitor"]

#: A nest of tensors as a data set yields it; under a strategy, of values by replica.
Data: TypeAlias = object


class BatchIterator(Protocol):
    """What `fit` hands to a train function."""

    @property
    def element_spec(self) -> object:
        """The specification of a batch."""

    def __iter__(self) -> Iterator[Data]:
        """What yields the next batches."""


TrainFunction: TypeAlias = Callable[[object], object]
#: Is told the number of a batch in the execution, its data and their specification before it is
#: run, and returns what is to be called afterwards, if anything.
Visitor: TypeAlias = Callable[[int, Data, object], Callable[[], None] | None]


class Feeder:
    """Runs the executions of a model batch by batch.

    Args:
        model: The model.
    """

    def __init__(self, model: keras.Model):
        self._model = model
        self._held: _Held | None = None

    def run(
        self,
        function: TrainFunction,
        iterator: BatchIterator,
        chosen: frozenset[int],
        visitor: Visitor,
    ) -> object:
        """Run one execution, the chosen batches alone and what lies between them together.

        Args:
            function: The train function of the model.
            iterator: What it is given.
            chosen: Numbers of batches in the execution.
            visitor: Called before each of them.

        Returns:
            The logs of the last batch.
        """
        number = int(self._model.steps_per_execution)
        if number == 1 and self._is_compiled(iterator) and _is_plain(iterator.element_spec):
            return self._run_one(function, iterator, visitor)
        batches = list(itertools.islice(iterator, number))
        if not batches:
            return function(iterator)  # it says in its own way that the data have ended
        logs: object = None
        between: list[Data] = []
        for number, data in enumerate(batches):
            if number not in chosen:
                between.append(data)
                continue
            if between:
                logs = function(self._feed(between, iterator))
                between = []
            finish = visitor(number, data, iterator.element_spec)
            logs = function(self._feed([data], iterator))
            if finish is not None:
                finish()
        return function(self._feed(between, iterator)) if between else logs

    def _run_one(
        self, function: TrainFunction, iterator: BatchIterator, visitor: Visitor
    ) -> object:
        """Run an execution of one batch, which is held meanwhile."""
        batches = list(itertools.islice(iterator, 1))
        if not batches:
            return function(iterator)  # it says in its own way that the data have ended
        (data,) = batches
        spec = iterator.element_spec
        if self._held is None or self._held.spec != spec:
            self._held = _Held(spec)
        self._held.put(data)
        finish = visitor(0, data, spec)
        logs = function(self._held.iterator)
        if finish is not None:
            finish()
        return logs

    def _is_compiled(self, iterator: BatchIterator) -> bool:
        """Whether the train function reads an iterator of tensors in a graph."""
        return not self._model.run_eagerly and isinstance(iterator, tf.data.Iterator)

    def _feed(self, batches: list[Data], iterator: BatchIterator) -> object:
        """What makes a train function run these batches."""
        if not self._is_compiled(iterator):
            return batches  # values by replica are in no data set
        spec = iterator.element_spec
        made = [_variant(data, spec) for data in batches]
        whole = made[0]
        for each in made[1:]:
            whole = whole.concatenate(each)
        return iter(whole.with_options(_options()))


def _is_plain(spec: object) -> bool:
    """Whether batches hold dense tensors alone."""
    return all(isinstance(each, tf.TensorSpec) for each in tf.nest.flatten(spec))


class _Held:
    """A batch in variables, and an iterator that yields what they hold, again and again.

    To make an iterator for each batch takes longer than a step of a small network. Operations are
    called by themselves, since what the methods of TensorFlow add to them takes longer than they.

    Args:
        spec: The specification of all batches: tensors, whose sizes may vary.
    """

    def __init__(self, spec: object):
        self.spec = spec
        leaves = tf.nest.flatten(spec)
        with tf.device("CPU:0"):
            self._variables = [
                # Nothing yet: the batch that comes first may be of any size.
                tf.Variable(
                    tf.zeros([size or 0 for size in each.shape or ()], each.dtype),
                    trainable=False,
                    shape=each.shape,
                )
                for each in leaves
            ]

        def read(number: tf.Tensor) -> list[tf.Tensor]:
            return [each.read_value() for each in self._variables]

        function = tf.function(read, autograph=False)
        # Kept, as what the data set calls lives no longer than it.
        self._read = function.get_concrete_function(tf.TensorSpec([], tf.int32))
        numbers = tf.data.Dataset.from_tensors(0).repeat()
        batches = tf.raw_ops.MapDataset(
            input_dataset=tf.data.experimental.to_variant(numbers),
            other_arguments=self._read.captured_inputs,
            f=self._read,
            output_types=[each.dtype for each in leaves],
            output_shapes=[each.shape for each in leaves],
            # On the thread that asks: to wake another one takes longer than to read.
            use_inter_op_parallelism=False,
        )
        self.iterator = iter(
            tf.data.experimental.from_variant(batches, spec).with_options(_options())
        )

    def put(self, data: Data) -> None:
        """Hold another batch."""
        for variable, leaf in zip(self._variables, tf.nest.flatten(data), strict=True):
            tf.raw_ops.AssignVariableOp(resource=variable.handle, value=leaf)


def _variant(data: Data, spec: object) -> tf.data.Dataset:
    """A data set of one batch, with the specification of all, such as a size that varies."""
    if _is_plain(spec):
        variant = tf.raw_ops.TensorDataset(
            components=tf.nest.flatten(data),
            output_shapes=[each.shape for each in tf.nest.flatten(spec)],
            metadata="",
        )
    else:
        variant = tf.data.experimental.to_variant(tf.data.Dataset.from_tensors(data))
    return tf.data.experimental.from_variant(variant, spec)


@functools.cache
def _options() -> tf.data.Options:
    """Nothing is fetched before it is asked for, and no thread is begun."""
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    options.autotune.enabled = False
    return options
