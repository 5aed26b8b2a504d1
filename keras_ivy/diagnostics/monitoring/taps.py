"""Taps of a graph: what a compiled pass of a model shows, beside what it computes.

The same recorder as that of `diagnose`, in a graph: tensors are noted when the graph is made, and
the numbers that are asked of them are part of it. They come out as one vector, and are filled into
the calls after each run.
"""

import contextlib
import math
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import keras
import numpy as np
import tensorflow as tf
from tensorflow import Tensor

from keras_ivy.adapters.tensorflow.op_watch import watching
from keras_ivy.diagnostics.measuring.signals import (
    Signal,
    gradient_from,
    gradients_numbers,
    is_small,
    signal_from,
    signal_numbers,
    wide,
)
from keras_ivy.diagnostics.measuring.taps import Call, Recorder, Tap
from keras_ivy.diagnostics.measuring.units import Units
from keras_ivy.initializers.model.lsuv.observe import entry

__all__ = ["BINS", "GraphRecorder", "GraphTap", "Taker", "Values", "size_counts", "value_counts"]

#: Is handed the values of a vector after a run.
Taker: TypeAlias = Callable[[np.ndarray], None]

#: Edges of the bins of activations; the first and the last bin are open to their side.
BINS = tuple(np.linspace(-5.0, 5.0, 81).tolist())

#: By dtype, what lies below `log10` of anything but zero, loss scale and all.
_LEAST_SIZE = {tf.float32: -60.0, tf.float64: -360.0}

_UNSEEN = Signal(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, None, None, True)


@dataclass
class GraphTap(Tap):
    """A place in the network, and its tensors in the graph.

    Args:
        x: What goes through it.
        dy: The gradient that comes back.
        counts: How many values lie in each bin, after a run.
    """

    signal: Signal = _UNSEEN
    x: Tensor | None = None
    dy: Tensor | None = None
    counts: tuple[int, ...] = ()


@dataclass
class Values:
    """Numbers that a graph puts out, and who takes them.

    Args:
        gradients: Tensors of which the row of `gradients_numbers` is wanted, with what it is for.
        floats: Vectors of floats.
        counts: Vectors of whole numbers.
        flags: Vectors of truth values.
    """

    gradients: list[tuple[Tensor, Taker]] = field(default_factory=list)
    floats: list[tuple[Tensor, Taker]] = field(default_factory=list)
    counts: list[tuple[Tensor, Taker]] = field(default_factory=list)
    flags: list[tuple[Tensor, Taker]] = field(default_factory=list)

    def packed(self) -> tuple[Tensor, Callable[[Tensor], None]]:
        """Return all numbers as one vector, and the function that hands its values out again.

        Whole numbers up to 2**53 and truth values are floats without loss; each further vector
        takes a tenth of the time of a pass over a small network, to put out and to read.
        """
        rooms = (
            (self._gradient_rows() + self.floats, np.float64),
            (self.counts, np.int64),
            (self.flags, np.bool_),
        )
        takers = [(taker, dtype) for room, dtype in rooms for _, taker in room]
        vectors = [vector for room, _ in rooms for vector, _ in room]
        parts = [tf.cast(tf.reshape(vector, [-1]), tf.float64) for vector in vectors]
        lengths = [tf.cast(tf.size(part), tf.float64) for part in parts]
        whole = tf.concat([tf.stack(lengths), *parts], 0) if parts else tf.zeros([0], tf.float64)

        def hand_out(results: Tensor) -> None:
            values = results.numpy()
            end = len(takers)
            for (take, dtype), length in zip(takers, values[:end].astype(int), strict=True):
                start, end = end, end + length
                take(values[start:end].astype(dtype, copy=False))

        return whole, hand_out

    def _gradient_rows(self) -> list[tuple[Tensor, Taker]]:
        """The rows of all gradients, in one."""
        takers = [take for _, take in self.gradients]

        def take_rows(array: np.ndarray) -> None:
            for take, row in zip(takers, array.reshape(len(takers), -1), strict=True):
                take(row)

        rows = gradients_numbers([x for x, _ in self.gradients])
        return [(rows, take_rows)] if takers else []


def value_counts(x: Tensor, edges: Sequence[float]) -> Tensor:
    """Return how many values lie between each two edges, which are evenly spaced.

    What lies beyond the outermost edges counts for the bins there; what is no number for none.

    Example:

    >>> values = tf.constant([-9.0, -0.5, 0.0, 0.5, 2.0, float("nan")])
    >>> value_counts(values, [-1, 0, 1]).numpy().tolist()
    [2, 3]
    """
    x = wide(x)
    number = len(edges) - 1
    width = (edges[-1] - edges[0]) / number
    bins = tf.where(tf.math.is_nan(x), number, _whole((x - edges[0]) * (1 / width), number - 1))
    return _counted(bins, number + 1)[:number]


def size_counts(tensors: Sequence[Tensor], scale: Tensor, edges: Sequence[float]) -> Tensor:
    """Return of each tensor how many values lie between each two edges by `log10 |x / scale|`.

    What lies beyond the outermost edges counts for the bins there; zeros, and what is no number,
    for none. The edges are evenly spaced. Small tensors are counted in one go.

    Args:
        tensors: The tensors.
        scale: A number above zero.
        edges: Edges of the bins.

    Returns:
        Whole numbers of shape (tensors, bins).

    Example:

    >>> values = tf.constant([0.0, 1e-20, 0.02, -0.5, 1e9, float("nan")])
    >>> size_counts([values, tf.constant(0.5)], tf.constant(1.0), [-2, -1, 0]).numpy().tolist()
    [[2, 2], [0, 1]]
    """
    tensors = [tf.reshape(wide(x), [-1]) for x in tensors]
    small: dict[tf.DType, list[int]] = {}
    for at, x in enumerate(tensors):
        if is_small(x):
            small.setdefault(x.dtype, []).append(at)
    rows = dict[int, Tensor]()
    for places in small.values():
        joint = tf.concat([tensors[at] for at in places], 0)
        lengths = [tensors[at].shape[0] for at in places]
        counts = tf.unstack(_sizes(joint, scale, edges, lengths))
        rows |= zip(places, counts, strict=True)
    for at, x in enumerate(tensors):
        if at not in rows:
            rows[at] = _sizes(x, scale, edges)[0]
    return tf.stack([rows[at] for at in range(len(tensors))])


def _sizes(x: Tensor, scale: Tensor, edges: Sequence[float], lengths: Sequence[int] = ()) -> Tensor:
    """Count the sizes of a vector's values, or of parts of given lengths each, (parts, bins)."""
    parts = max(len(lengths), 1)
    bins = len(edges) - 1
    step = (edges[-1] - edges[0]) / bins
    # Bins far below the first edge, so that one more holds the zeros alone: each pass over the
    # values counts, and to look for zeros would be another three.
    below = math.ceil((edges[0] - _LEAST_SIZE[x.dtype]) / step)
    ten = math.log(10.0)
    offset = below + 1 - (edges[0] + tf.math.log(tf.cast(scale, x.dtype)) / ten) / step
    at = tf.math.log(tf.abs(x)) * (1 / (step * ten)) + offset
    at = tf.where(tf.math.is_nan(x), 0, _whole(at, below + bins))
    room = below + bins + 1
    if parts > 1:
        at += tf.constant(np.repeat(np.arange(parts) * room, lengths), tf.int32)
    counts = tf.reshape(_counted(at, parts * room), [parts, room])
    first = tf.reduce_sum(counts[:, 1 : below + 2], 1, keepdims=True)
    return tf.concat([first, counts[:, below + 2 :]], 1)


def _whole(x: Tensor, most: int) -> Tensor:
    """Round down to what lies between 0 and `most`."""
    least, most = tf.zeros([], x.dtype), tf.cast(most, x.dtype)
    clipped = tf.raw_ops.ClipByValue(t=x, clip_value_min=least, clip_value_max=most)
    return tf.cast(clipped, tf.int32)


def _counted(bins: Tensor, size: int) -> Tensor:
    # `tf.math.bincount` asks the values how many bins there are, which XLA can't.
    return tf.raw_ops.DenseBincount(
        input=tf.reshape(bins, [-1]), size=tf.constant(size), weights=tf.zeros([0], tf.int32)
    )


class GraphRecorder(Recorder):
    """Notes the calls of a model's layers in the graph of a function.

    Args:
        model: The model.
        normalizations: As in `Recorder`.
        backwards: Whether gradients are noted as well.
    """

    def __init__(
        self, model: keras.layers.Layer, normalizations: Mapping[int, int], backwards: bool
    ):
        super().__init__(model, normalizations)
        self._backwards = backwards
        self._thread: int | None = None
        self._graph: tf.Graph | None = None
        self._alive: list[Tensor] = []

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Replace the calls of layers in a block; nothing is noted outside of `active`."""
        with contextlib.ExitStack() as stack:
            for path, layer in self.layers.items():
                stack.enter_context(entry(layer, "call", self._watched(path, layer)))
            yield

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Note the calls that this thread makes in a block: one replica of several."""
        self._thread = threading.get_ident()
        eager = tf.executing_eagerly()
        self._graph = None if eager else tf.compat.v1.get_default_graph()
        try:
            with watching(self._watch, self._graph):
                yield
        finally:
            self._thread = None

    @property
    def is_mine(self) -> bool:
        """Whether this thread is the one that notes its calls."""
        return threading.get_ident() == self._thread

    def _watched(self, path: str, layer: keras.layers.Layer) -> Callable[..., object]:
        original, observed = layer.call, self._observed(path, layer)

        def call(*args: object, **kwargs: object) -> object:
            return (observed if self.is_mine else original)(*args, **kwargs)

        return call

    def _takes(self, x: object) -> bool:
        if not isinstance(x, Tensor) or not x.dtype.is_floating:
            return False
        if self._graph is None:
            return not tf.is_symbolic_tensor(x)
        return tf.is_symbolic_tensor(x) and x.graph is self._graph

    def _is_real(self, nest: object) -> bool:
        tensors = [x for x in keras.tree.flatten(nest) if isinstance(x, Tensor)]
        if self._graph is None:
            return not any(map(tf.is_symbolic_tensor, tensors))
        return any(tf.is_symbolic_tensor(x) and x.graph is self._graph for x in tensors)

    def _take_output(self, now: Call, outputs: object) -> object:
        replaced = super()._take_output(now, outputs)
        if now.path == "":
            self.mark_final(replaced)
        return replaced

    def mark_last(self) -> None:
        """Where the model as a whole was not called, take its last layer for what it puts out."""
        if self.calls and not any(call.final for call in self.calls):
            self.calls[-1].final = True

    def _tapped(self, x: Tensor, call: Call | None) -> tuple[Tensor, Tap]:
        tap = GraphTap(x=x)
        self._alive.append(x)  # no other tensor may get its id
        if self._backwards:

            def note(dy: Tensor) -> None:
                tap.dy = tf.convert_to_tensor(dy)

            y = self._through(x, tap, call, note)
            self._alive.append(y)
            return y, tap
        self._known[id(x)] = (weakref.ref(x), tap, call)
        return x, tap

    def values(self, histograms: bool, outputs: bool) -> Values:
        """Return the numbers of the graph, which are filled into the calls.

        Args:
            histograms: Whether the values of outputs are counted.
            outputs: Whether the statistics of all outputs are wanted, or only those of the inputs
                of layers with a kernel.
        """
        values = Values()
        inputs = [call.input for call in self.calls]
        seen: set[int] = set()
        for call in self.calls:
            _fill_units(call, values)
            for tap in (call.output, call.input):
                if not isinstance(tap, GraphTap) or tap.x is None or id(tap) in seen:
                    continue
                seen.add(id(tap))
                if outputs or any(tap is each for each in inputs):
                    values.floats.append((signal_numbers(tap.x), _signal_taker(tap)))
                if histograms and tap is call.output:
                    values.counts.append((value_counts(tap.x, BINS), _counts_taker(tap)))
                if tap.dy is not None:
                    values.gradients.append((tap.dy, _gradient_taker(tap)))
        return values


def _fill_units(call: Call, values: Values) -> None:
    """Give a call units of values, which every run of the graph fills in."""
    traced, units = call.units, Units(list(call.units.kinds))
    call.units = units

    def taker(parts: list) -> Taker:
        at = len(parts)
        parts.append(np.zeros(0, bool))

        def take(array: np.ndarray) -> None:
            parts[at] = array

        return take

    for source, parts in ((traced.alive, units.alive), (traced.always, units.always)):
        values.flags += [(tf.convert_to_tensor(part), taker(parts)) for part in source]
    if not isinstance(traced.squashed, int):

        def take(array: np.ndarray) -> None:
            units.squashed, units.saturated = (int(each) for each in array)

        pair = [tf.cast(traced.squashed, tf.int64), tf.cast(traced.saturated, tf.int64)]
        values.counts.append((tf.stack(pair), take))


def _signal_taker(tap: GraphTap) -> Taker:
    def take(array: np.ndarray) -> None:
        tap.signal = signal_from(array.tolist())

    return take


def _gradient_taker(tap: GraphTap) -> Taker:
    def take(array: np.ndarray) -> None:
        tap.gradient = gradient_from(array.tolist())

    return take


def _counts_taker(tap: GraphTap) -> Taker:
    def take(array: np.ndarray) -> None:
        tap.counts = tuple(array.tolist())

    return take
