"""Run a training step again, beside the training, to see what it does.

The step runs in a scope in which no Keras variable changes, with weights, statistics and seeds as
they are, so that dropout draws what it is about to draw. The optimizer's step is left out: its
gradients are what is wanted. A graph that writes to any variable all the same is refused before it
runs.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.adapters.keras.optimizers import trained
from keras_ivy.adapters.keras.stateless import raw_value
from keras_ivy.adapters.keras.trainers import build_for
from keras_ivy.diagnostics.measuring.facts import KERNELS
from keras_ivy.diagnostics.measuring.passing import owners_of, run_training
from keras_ivy.diagnostics.measuring.signals import (
    Gradient,
    Signal,
    gradient_from,
    gradients_numbers,
    signal_from,
    signal_numbers,
    wide,
)
from keras_ivy.diagnostics.measuring.steps import find_optimizer
from keras_ivy.diagnostics.monitoring.early import StepFacts
from keras_ivy.diagnostics.monitoring.taps import GraphRecorder, Taker, Values, size_counts
from keras_ivy.initializers.model.lsuv.observe import entry
from keras_ivy.initializers.model.targets import Target, collect_targets
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["GRADIENT_BINS", "Replay"]

#: Edges of the bins of `log10 |gradient|`; the first and the last bin are open to their side.
GRADIENT_BINS = tuple(np.linspace(-12.0, 2.0, 57).tolist())

#: Operations that change what outlives a graph, by the beginning of their names.
_WRITES = (
    "AssignVariable",
    "AssignAddVariable",
    "AssignSubVariable",
    "ResourceApply",
    "ResourceSparseApply",
    "ResourceScatter",
    "ResourceStridedSliceAssign",
    "ResourceAccumulator",
    "RngSkip",
    "RngReadAndSkip",
    "StatefulRandom",
    "StatefulStandardNormal",
    "StatefulTruncatedNormal",
    "StatefulUniform",
    "LookupTableInsert",
    "LookupTableRemove",
)


class Replay:
    """A compiled pass of a model that only looks.

    Args:
        model: A compiled model.
        backwards: Whether gradients are wanted, or the values of all outputs.
        given: Whether it is called with inputs alone rather than with a batch of training.
    """

    def __init__(self, model: keras.Model, backwards: bool, given: bool):
        self._model = model
        self._backwards = backwards
        self._given = given
        self._facts: StepFacts | None = None
        #: Gradients of the optimizer's variables, not scaled; None if there is none.
        self.gradients: list[tuple[keras.Variable, Gradient | None]] = []
        #: Counts by `GRADIENT_BINS`, for each of these.
        self.counts: list[tuple[int, ...]] = []
        #: What the loss was multiplied by.
        self.scale = 1.0
        #: How many steps the optimizer had made.
        self.iteration = 0
        self._before: Sequence[tf.Tensor] = ()
        self._changes: Callable | None = None
        self._loss: float | None = None
        self._compiled: Callable | None = None
        self._hand_out: Callable[[tf.Tensor], None] | None = None

    def run(self, data: object, spec: object) -> StepFacts:
        """Run and return what was seen.

        Args:
            data: Inputs, or a batch as `train_step` takes it.
            spec: Their specification, or that of all batches.

        Raises:
            IvyValueError: If the step can't be run again without changing the training.
        """
        model = self._model
        if model.run_eagerly:
            self._prepare(data)
            outputs = self._pass(data)
        else:
            if self._compiled is None:
                self._prepare(data)
                # Compiled by XLA where the step is: it draws other random numbers.
                function = tf.function(
                    self._pass, autograph=False, jit_compile=bool(model.jit_compile)
                )
                traced = function.get_concrete_function(spec)
                _check_reads_only(traced, model)
                self._compiled = traced
            outputs = self._compiled(data)
        numbers, self._before = outputs
        assert self._hand_out is not None  # these two are made by the trace
        assert self._facts is not None
        self._hand_out(numbers)
        found = {id(variable): grad for variable, grad in self.gradients}
        # A new one, which has worked out nothing yet.
        return replace(self._facts, gradients=found, loss=self._loss, updates={}, norms={})

    def changes(self) -> tuple[list[tuple[Gradient, Gradient]], bool]:
        """Return what the step since `run` has done.

        Returns:
            Of every variable the statistics of its values before the step and of their change, in
            the order of `gradients`; and whether the optimizer has counted a step: not so where it
            only accumulated, or where its loss scale was too large.
        """
        if self._model.run_eagerly:
            rows, iteration = self._compared(self._before)
        else:
            if self._changes is None:
                function = tf.function(self._compared, autograph=False)
                self._changes = function.get_concrete_function(self._before)
            rows, iteration = self._changes(self._before)
        found = [gradient_from(row) for row in rows.numpy().tolist()]
        self._before = ()
        half = len(found) // 2
        return list(zip(found[:half], found[half:], strict=True)), int(iteration) != self.iteration

    def _compared(self, before: Sequence[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        after = [tf.convert_to_tensor(raw_value(variable)) for variable, _ in self.gradients]
        steps = [wide(new) - wide(old) for old, new in zip(before, after, strict=True)]
        return gradients_numbers([*before, *steps]), self._iterations()

    def _iterations(self) -> tf.Tensor:
        """How many steps the optimizer has made, batches that only accumulated not counted."""
        return tf.convert_to_tensor(self._model.optimizer.iterations)

    def _prepare(self, data: object) -> None:
        if self._model.distribute_strategy.num_replicas_in_sync == 1 and not self._given:
            build_for(self._model, _without_optionals(data))
        self._targets: Sequence[Target] = collect_targets(self._model)

    def _pass(self, data: object) -> tuple[tf.Tensor, list[tf.Tensor]]:
        model = self._model
        recorder = GraphRecorder(model, {}, self._backwards)
        owners = owners_of(self._targets, recorder)
        recorder.watch_inputs({owners[id(t.variable)] for t in self._targets if t.role in KERNELS})
        sink = _Sink()
        seen: list[tuple[Values, list[Signal], list[tf.Tensor]]] = []

        def replica(data: object) -> tf.Tensor:
            data = _without_optionals(data)
            first = not sink.begun
            sink.begun = True
            with _LookingScope():
                if first:
                    with recorder.active():
                        self._step(data)
                    recorder.mark_last()
                    # Variables get new buffers when they change while these are kept.
                    compared = sink.pairs if self._backwards else []
                    before = [tf.convert_to_tensor(raw_value(each)) for _, each in compared]
                    seen.append((*self._numbers(recorder, sink, data), before))
                else:
                    self._step(data)
            return tf.constant(0)

        with recorder.recording(), _intercepted(model, sink, recorder):
            if self._given:
                replica(data)
            else:
                model.distribute_strategy.run(replica, args=(data,))
        ((values, inputs, before),) = seen
        self._facts = StepFacts(
            model=model,
            targets=self._targets,
            calls=recorder.calls,
            owners=owners,
            gradients={},
            symmetric={},
            inputs=inputs,
            optimizer=find_optimizer(model, None),
            sums=recorder.sums,
        )
        numbers, self._hand_out = values.packed()
        return numbers, before

    def _step(self, data: object) -> None:
        if self._given:
            run_training(self._model, data)
        else:
            self._model.train_step(data)

    def _numbers(
        self, recorder: GraphRecorder, sink: "_Sink", data: object
    ) -> tuple[Values, list[Signal]]:
        """The numbers of the first replica; gradients are those of all."""
        outputs = not self._backwards
        values = recorder.values(histograms=outputs, outputs=outputs)
        inputs: list[Signal] = []
        x = data if self._given else keras.utils.unpack_x_y_sample_weight(data)[0]
        for leaf in keras.tree.flatten(x):
            if tf.is_tensor(leaf) and leaf.dtype.is_floating:
                values.floats.append((signal_numbers(leaf), _filler(inputs, signal_from)))
        if sink.loss is not None:
            values.floats.append((tf.reduce_sum(sink.loss), self._take_loss))
        if self._backwards:
            self._check(sink)
            found: list[Gradient] = []
            scale = tf.convert_to_tensor(self._model.optimizer.scale_loss(tf.constant(1.0)))
            variables = [(variable, grad is not None) for grad, variable in sink.pairs]
            grads = [tf.convert_to_tensor(grad) for grad, _ in sink.pairs if grad is not None]

            def take_counts(array: np.ndarray) -> None:
                rows = iter(array.reshape(len(grads), -1).tolist())
                self.counts = [tuple(next(rows)) if there else () for _, there in variables]

            values.gradients += [(grad, _filler(found, gradient_from)) for grad in grads]
            self.counts = [()] * len(variables)
            if grads:
                values.counts.append((size_counts(grads, scale, GRADIENT_BINS), take_counts))

            def finish(array: np.ndarray) -> None:
                self.scale, self.iteration = float(array[0]), int(array[1])
                recorder.scale_gradients(1 / self.scale)
                left = iter(found)
                self.gradients = [
                    (variable, next(left).scaled(1 / self.scale) if there else None)
                    for variable, there in variables
                ]

            both = [tf.cast(scale, tf.float64), tf.cast(self._iterations(), tf.float64)]
            values.floats.append((tf.stack(both), finish))
        return values, inputs

    def _take_loss(self, array: np.ndarray) -> None:
        self._loss = float(array[0])

    def _check(self, sink: "_Sink") -> None:
        """Whether what the optimizer was given is one step."""
        step = f"{type(self._model).__name__}.train_step"
        if not sink.pairs:
            raise IvyValueError(
                "No gradients are handed to `model.optimizer`, so that they can't be seen: let "
                "`train_step` call `self.optimizer.apply(gradients, variables)`, and make some "
                f"weight trainable. Received: {step}"
            )
        if len({id(variable) for _, variable in sink.pairs}) < len(sink.pairs):
            raise IvyValueError(
                "Several gradients of one variable are handed to the optimizer, which make no "
                "single step: let `train_step` call `self.optimizer.apply` once, or measure "
                f"values alone with `ActivationStats`. Received: {step}"
            )


@dataclass
class _Sink:
    """What a step hands to the optimizer.

    Args:
        pairs: Gradients, summed over all replicas, and their variables.
        loss: What was to be scaled.
        begun: Whether a replica has begun.
    """

    pairs: list[tuple[tf.Tensor | None, keras.Variable]] = field(default_factory=list)
    loss: tf.Tensor | None = None
    begun: bool = False


class _LookingScope(keras.StatelessScope):
    """A scope in which nothing changes and variables read as outside of it.

    Keras's own has no value of a variable that it was not given, which its regularizers do not
    expect; and the value must be the variable, for a tape to see it.
    """

    def get_current_value(self, variable: keras.Variable) -> object:
        value = super().get_current_value(variable)
        return raw_value(variable) if value is None else value


@contextlib.contextmanager
def _intercepted(model: keras.Model, sink: _Sink, recorder: GraphRecorder) -> Iterator[None]:
    """Take what the optimizer of a model is given, in its place."""
    optimizer = model.optimizer
    if optimizer is None:
        yield
        return
    scale_loss = optimizer.scale_loss

    def apply(
        grads: Sequence[tf.Tensor | tf.IndexedSlices | None],
        trainable_variables: Sequence[keras.Variable] | None = None,
    ) -> None:
        variables = trained(optimizer) if trainable_variables is None else trainable_variables
        pairs = zip(list(grads), list(variables), strict=True)
        summed = [(_summed(model, grad), variable) for grad, variable in pairs]
        if recorder.is_mine:
            sink.pairs += summed

    def apply_gradients(
        grads_and_vars: Iterable[tuple[tf.Tensor | None, keras.Variable]],
    ) -> None:
        pairs = list(grads_and_vars)
        optimizer.apply([grad for grad, _ in pairs], [variable for _, variable in pairs])

    def scaled(loss: tf.Tensor) -> tf.Tensor:
        if recorder.is_mine:
            sink.loss = loss
        return scale_loss(loss)

    with contextlib.ExitStack() as stack:
        stack.enter_context(entry(optimizer, "apply", apply))
        stack.enter_context(entry(optimizer, "apply_gradients", apply_gradients))
        stack.enter_context(entry(optimizer, "scale_loss", scaled))
        yield


def _summed(model: keras.Model, grad: tf.Tensor | tf.IndexedSlices | None) -> tf.Tensor | None:
    """A gradient of all replicas together, dense."""
    if grad is None:
        return None
    grad = tf.convert_to_tensor(grad)
    if model.distribute_strategy.num_replicas_in_sync == 1:
        return grad
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, grad)


def _check_reads_only(traced: tf.types.experimental.ConcreteFunction, model: keras.Model) -> None:
    """Whether a graph changes nothing.

    Raises:
        IvyValueError: If it does, as a layer with a `tf.Variable` of its own may.
    """
    graph = traced.graph.as_graph_def()
    nodes = [*graph.node, *(node for f in graph.library.function for node in f.node_def)]
    writes = sorted({node.op for node in nodes if node.op.startswith(_WRITES)})
    if writes:
        raise IvyValueError(
            "A step of this model changes what is no Keras variable, or steps an optimizer that "
            "is not `model.optimizer`, so that running it again beside the training would change "
            "the training. Keep state in `self.add_weight(...)`; or measure a fixed batch with "
            f"`ActivationStats(x=batch)`. Received: model={model.name!r}, operations {writes}"
        )


def _without_optionals(data: object) -> object:
    """A batch as `train_step` takes it."""
    return keras.tree.map_structure(
        lambda x: None if isinstance(x, tf.experimental.Optional) else x, data
    )


def _filler(items: list, make: Callable[[Sequence[float]], object]) -> Taker:
    """Make room in a list for what each run fills in."""
    at = len(items)
    items.append(None)

    def take(array: np.ndarray) -> None:
        items[at] = make(array.tolist())

    return take
