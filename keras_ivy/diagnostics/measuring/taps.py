"""Run a model once and note what goes through it, forwards and backwards.

Every layer's `call` is replaced for the time of a block. What a layer puts out passes through a
tap: the identity, whose derivative notes the gradient on its way back. Only numbers are kept.
"""

import contextlib
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import keras
import tensorflow as tf
from tensorflow import Tensor

from keras_ivy.adapters.random_state import forget_kernels
from keras_ivy.adapters.tensorflow.op_watch import watching
from keras_ivy.diagnostics.measuring.signals import Gradient, Signal, measure, measure_gradient
from keras_ivy.diagnostics.measuring.units import KINDS, Units
from keras_ivy.initializers.model.lsuv.observe import entry
from keras_ivy.structure import sublayers

__all__ = ["Call", "Recorder", "See", "Tap"]

#: TensorFlow's operations that draw, and keep their place for the next draw.
_DRAWS = {
    "Multinomial",
    "ParameterizedTruncatedNormal",
    "RandomGamma",
    "RandomPoissonV2",
    "RandomShuffle",
    "RandomStandardNormal",
    "RandomUniform",
    "RandomUniformInt",
    "TruncatedNormal",
}


@dataclass
class Tap:
    """A place in the network.

    Args:
        signal: What went through it.
        gradient: What came back.
    """

    signal: Signal
    gradient: Gradient = field(default_factory=Gradient)


@dataclass
class BatchStatistics:
    """The input of a batch normalisation, by channel.

    Args:
        mean: Mean.
        variance: Variance.
    """

    mean: tf.Tensor
    variance: tf.Tensor


@dataclass
class Call:
    """One call of a layer.

    Args:
        layer: The layer.
        path: Its structural path.
        number: How often it was called before, and one.
        input: The first tensor that it was given; None if that was none of floats.
        output: The first tensor that it put out, if no layer inside had put it out before.
        shape: The shape of that, without the batch.
        units: Its activations.
        final: Whether that is among the outputs of the model.
        batch: What a batch normalisation was given.
    """

    layer: keras.layers.Layer
    path: str
    number: int
    input: Tap | None = None
    output: Tap | None = None
    shape: tuple[int | None, ...] = ()
    units: Units = field(default_factory=Units)
    final: bool = False
    batch: BatchStatistics | None = None


#: Receives a call and the first tensor that it puts out.
See: TypeAlias = Callable[[Call, Tensor], None]


class Recorder:
    """Notes the calls of a model's layers.

    Cells inside recurrent layers are part of these and have no calls of their own.

    Args:
        model: The model.
        normalizations: By id of the layer, the axis of channels of a batch normalisation.
        see: Receives each call of a layer, and what it puts out.
    """

    def __init__(
        self,
        model: keras.layers.Layer,
        normalizations: Mapping[int, int],
        see: See | None = None,
    ):
        layers = {"": model, **sublayers(model)}
        recurrent = [path for path, x in layers.items() if isinstance(x, keras.layers.RNN)]
        self.layers = {
            path: layer
            for path, layer in layers.items()
            if not any(path != above and _is_below(path, above) for above in recurrent)
        }
        self.calls: list[Call] = []
        self._kernels: set[str] = set()
        self._normalizations = normalizations
        self._see = see
        #: The calls that put out what was added, for each sum of two tensors of one shape.
        self.sums: list[tuple[Call | None, Call | None]] = []
        self._open: list[Call] = []
        self._drew = False
        self._counts: dict[int, int] = {}
        #: By id of a tensor: itself, the tap that it came from, and the call that put it out.
        self._known: dict[int, tuple[weakref.ref, Tap, Call | None]] = {}
        self._last_product: tuple[int, set[int]] | None = None
        self._last_squash: tuple[str, Tensor, set[int], Units] | None = None

    def watch_inputs(self, paths: set[str]) -> None:
        """Tap the inputs of some layers, by path: of those that multiply them by a kernel."""
        self._kernels = paths

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Note the calls of a block; functions compiled by `tf.function` run eagerly in it."""
        eagerly = tf.config.functions_run_eagerly()
        with contextlib.ExitStack() as stack:
            stack.callback(tf.config.run_functions_eagerly, eagerly)
            tf.config.run_functions_eagerly(True)
            for path, layer in self.layers.items():
                stack.enter_context(entry(layer, "call", self._observed(path, layer)))
            stack.enter_context(watching(self._watch))
            stack.callback(self._forget_draws)
            yield

    def _forget_draws(self) -> None:
        """Let what drew by a seed of its own begin anew: another look sees the same."""
        if self._drew:
            forget_kernels()
            self._drew = False

    def scale_gradients(self, factor: float) -> None:
        """Multiply what came back everywhere."""
        for _, tap, _ in self._known.values():
            tap.gradient = tap.gradient.scaled(factor)

    def mark_final(self, outputs: object) -> None:
        """Mark the calls whose outputs are the model's."""
        for tensor in keras.tree.flatten(outputs):
            known = self._find(tensor)
            if known is not None and known[1] is not None:
                known[1].final = True

    def _observed(self, path: str, layer: keras.layers.Layer) -> Callable[..., object]:
        original = layer.call

        def call(*args: object, **kwargs: object) -> object:
            first = self._first((args, kwargs))
            if first is None and not self._is_real((args, kwargs)):
                return original(*args, **kwargs)
            number = self._counts.get(id(layer), 0) + 1
            self._counts[id(layer)] = number
            now = Call(layer, path, number)
            if first is not None:
                args, kwargs = self._take_input(now, first, args, kwargs)
            self._open.append(now)
            try:
                outputs = original(*args, **kwargs)
            finally:
                self._open.pop()
            return self._take_output(now, outputs)

        return call

    def _take_input(
        self, now: Call, first: Tensor, args: tuple, kwargs: dict[str, object]
    ) -> tuple[tuple, dict[str, object]]:
        axis = self._normalizations.get(id(now.layer))
        if axis is not None:
            others = [i for i in range(first.shape.rank) if i != axis % first.shape.rank]
            wide = tf.cast(first, tf.float64 if first.dtype == tf.float64 else tf.float32)
            now.batch = BatchStatistics(*tf.nn.moments(wide, others))
        known = self._find(first)
        if known is not None:
            now.input = known[0]
        elif now.path in self._kernels:
            tapped, now.input = self._tapped(first, None)
            (args, kwargs) = keras.tree.map_structure(
                lambda x: tapped if x is first else x, (args, kwargs)
            )
        return args, kwargs

    def _take_output(self, now: Call, outputs: object) -> object:
        flat = keras.tree.flatten(outputs)
        first = self._first(outputs)
        if first is None or self._find(first) is not None:
            # What a layer inside has put out, or what came in.
            if now.units.kinds and self.calls:
                _join(self.calls[-1].units, now.units)
            return outputs
        replaced: dict[int, Tensor] = {}
        for x in flat:
            if self._takes(x) and self._find(x) is None and id(x) not in replaced:
                tapped, tap = self._tapped(x, now)
                replaced[id(x)] = tapped
                now.output = now.output or tap
        now.shape = tuple(first.shape[1:])
        self.calls.append(now)
        if self._see is not None:
            self._see(now, first)
        return keras.tree.map_structure(lambda x: replaced.get(id(x), x), outputs)

    def _tapped(self, x: Tensor, call: Call | None) -> tuple[Tensor, Tap]:
        tap = Tap(measure(x))

        def note(dy: Tensor) -> None:
            tap.gradient = measure_gradient(dy)

        return self._through(x, tap, call, note), tap

    def _through(
        self, x: Tensor, tap: Tap, call: Call | None, note: Callable[[Tensor], None]
    ) -> Tensor:
        """Pass a tensor through a tap, which tells a function of the gradient on its way back."""

        @tf.custom_gradient
        def through(x: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
            def grad(dy: Tensor) -> Tensor:
                note(dy)
                return dy

            return tf.identity(x), grad

        y = through(x)
        # Keras hangs masks and logits on tensors.
        for name, value in vars(x).items():
            if name.startswith("_keras"):
                setattr(y, name, value)
        self._known[id(y)] = (weakref.ref(y), tap, call)
        return y

    def _takes(self, x: object) -> bool:
        """Whether something is a tensor of floats that is looked at."""
        return isinstance(x, Tensor) and not tf.is_symbolic_tensor(x) and x.dtype.is_floating

    def _first(self, nest: object) -> Tensor | None:
        return next((x for x in keras.tree.flatten(nest) if self._takes(x)), None)

    def _is_real(self, nest: object) -> bool:
        """Whether a call is one of those that are noted, and no rehearsal of Keras's."""
        return not any(
            isinstance(x, Tensor) and tf.is_symbolic_tensor(x) for x in keras.tree.flatten(nest)
        )

    def _find(self, x: object) -> tuple[Tap, Call | None] | None:
        found = self._known.get(id(x))
        if found is None or found[0]() is not x:  # the id of a tensor that is gone
            return None
        return found[1], found[2]

    def _watch(self, kind: str, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
        """Note the activations among the operations, and whose they are."""
        self._drew = self._drew or kind in _DRAWS
        if kind == "Mul":
            self._watch_product(inputs, outputs)
            return
        if kind in ("AddV2", "AddN") and len(inputs) > 1:
            first, second = inputs[:2]
            if first.shape == second.shape and first.shape.rank > 1:
                self.sums.append((self._source(first), self._source(second)))
            return
        name = KINDS.get(kind)
        if name is None or not outputs[0].dtype.is_floating:
            return
        owner = self._source(inputs[0]) or (self._open[-1] if self._open else None)
        if owner is None:
            return
        units, y = owner.units, outputs[0]
        first_axis = getattr(owner.layer, "data_format", None) == "channels_first"
        axis = 1 if first_axis and y.shape.rank > 2 else -1
        units.note(name, y, axis, isinstance(owner.layer, keras.layers.RNN))
        if name in ("sigmoid", "tanh"):
            sources = {id(inputs[0])}
            if self._last_product is not None and self._last_product[0] == id(inputs[0]):
                sources |= self._last_product[1]
            self._last_squash = (name, y, sources, units)

    def _source(self, x: Tensor) -> Call | None:
        """The call that put out a tensor, if that is known."""
        known = self._find(x)
        return None if known is None else known[1]

    def _watch_product(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
        """`x * sigmoid(x)` is SiLU, which no sigmoid saturates."""
        ids = {id(x) for x in inputs}
        if self._last_squash is not None:
            name, y, sources, units = self._last_squash
            if id(y) in ids and ids & sources:
                units.withdraw(name, y)
            self._last_squash = None
        self._last_product = (id(outputs[0]), ids)


def _join(units: Units, more: Units) -> None:
    units.kinds += more.kinds
    units.alive += more.alive
    units.always += more.always
    units.squashed = units.squashed + more.squashed
    units.saturated = units.saturated + more.saturated


def _is_below(path: str, above: str) -> bool:
    return above == "" or path.startswith(f"{above}/")
