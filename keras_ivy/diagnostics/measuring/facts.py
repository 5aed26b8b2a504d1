"""Everything that one pass has shown, as the rules of the findings read it."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import keras
import tensorflow as tf

from keras_ivy.diagnostics.measuring.losses import Expected
from keras_ivy.diagnostics.measuring.signals import Gradient, Signal
from keras_ivy.diagnostics.measuring.taps import Call
from keras_ivy.diagnostics.rows import Row
from keras_ivy.diagnostics.weight_stats import WeightRow, weight_rows
from keras_ivy.initializers.model.targets import Target
from keras_ivy.structure import sublayers

__all__ = ["Facts", "Point", "is_gate_bias"]

#: Roles of the variables that multiply inputs.
KERNELS = ("kernel", "recurrent")


@dataclass(frozen=True)
class Point:
    """The input of a layer with a kernel: what it has to learn from.

    Args:
        call: The call.
        before: The call of the layer with a kernel before it; itself for the first.
        rms: Root of the mean square of the input.
        grad: Norm of the gradient by the input; None if the backward pass did not come by.
    """

    call: Call
    before: Call
    rms: float
    grad: float | None


@dataclass
class Facts:
    """What is known of a model after one pass.

    Args:
        model: The model.
        targets: Its variables.
        calls: Calls of layers in order.
        owners: By id of a variable, the path of the layer whose rows show it.
        gradients: By id of a trainable variable: its gradient, None if it has none.
        symmetric: Paths of kernels whose outputs are all alike and learn alike.
        inputs: Statistics of the model's inputs that are floats.
        loss: The loss; None without targets.
        expected: What it should be.
        optimizer: The optimizer, and how a remedy calls it.
        updates: By id of a variable, the norm of a step by that of the variable.
        sums: The calls whose outputs were added, in pairs, where they are known.
    """

    model: keras.layers.Layer
    targets: Sequence[Target]
    calls: Sequence[Call]
    owners: dict[int, str]
    gradients: dict[int, Gradient | None]
    symmetric: dict[str, float]
    inputs: list[Signal]
    loss: float | None = None
    expected: Expected | None = None
    optimizer: tuple[keras.optimizers.Optimizer, str] | None = None
    updates: dict[int, float] = field(default_factory=dict)
    sums: list[tuple[Call | None, Call | None]] = field(default_factory=list)

    @functools.cached_property
    def layers(self) -> dict[str, keras.layers.Layer]:
        """Every layer by its path."""
        return {"": self.model, **sublayers(self.model)}

    @functools.cached_property
    def weights(self) -> dict[str, WeightRow]:
        """The rows of `weight_stats` by path."""
        return {row.path: row for row in weight_rows(self.targets)}

    @functools.cached_property
    def kernels(self) -> list[Target]:
        """Kernels in the order of creation."""
        found = [t for t in self.targets if t.role in KERNELS]
        return sorted(found, key=lambda target: target.position)

    @functools.cached_property
    def trained_kernels(self) -> list[Target]:
        """Those that training changes."""
        ids = {id(v) for v in self.model.trainable_variables}
        return [target for target in self.kernels if id(target.variable) in ids]

    def variables_of(self, path: str) -> list[Target]:
        """The variables that the rows of a layer show."""
        return self._by_owner.get(path, [])

    @functools.cached_property
    def _by_owner(self) -> dict[str, list[Target]]:
        found: dict[str, list[Target]] = {}
        for target in self.targets:
            found.setdefault(self.owners[id(target.variable)], []).append(target)
        return found

    @functools.cached_property
    def points(self) -> list[Point]:
        """The inputs of the layers with a kernel, in order; the first is that of the data."""
        found: list[Point] = []
        before: Call | None = None
        for call in self.calls:
            owned = self.variables_of(call.path)
            if call.input is None or not any(target.role in KERNELS for target in owned):
                continue
            gradient = call.input.gradient
            grad = gradient.norm if gradient.seen else None
            found.append(Point(call, before or call, call.input.signal.rms, grad))
            before = call
        return found

    @functools.cached_property
    def activations(self) -> set[str]:
        """Names of the activations inside the network, its outputs' left out."""
        return {kind for call in self.calls if not call.final for kind in call.units.kinds}

    @functools.cached_property
    def is_normalized(self) -> bool:
        """Whether there is a normalisation."""
        return any(target.is_normalization for target in self.targets)

    @functools.cached_property
    def is_trained(self) -> bool:
        """Whether the weights are those of training rather than of an initializer.

        An optimizer that has counted steps says so; otherwise biases of many values do, or
        statistics that have moved.
        """
        optimizers = [
            self.optimizer[0] if self.optimizer else None,
            getattr(self.model, "optimizer", None),
        ]
        if any(o is not None and int(tf.convert_to_tensor(o.iterations)) > 0 for o in optimizers):
            return True
        return any(
            target.role in ("bias", "shift")
            and len(target.shape) == 1
            and target.shape[0] > 1
            and self.weights[target.path].std > 0
            and not is_gate_bias(target)
            for target in self.targets
        )

    @property
    def is_finite_forwards(self) -> bool:
        """Whether every layer puts out numbers, and the loss is one."""
        outputs = (call.output for call in self.calls)
        loss = self.loss is None or math.isfinite(self.loss)
        return loss and all(tap.signal.finite for tap in outputs if tap is not None)

    @functools.cached_property
    def fully_dead(self) -> bool:
        """Whether some layer lets nothing through at all."""
        return any(call.units.dead == 1.0 for call in self.calls)

    @functools.cached_property
    def has_zero_kernel(self) -> bool:
        """Whether a kernel is all zeros, as the last one of a residual branch may be."""
        return any(
            self.weights[t.path].min == self.weights[t.path].max == 0.0 for t in self.kernels
        )

    def weight_name(self, target: Target) -> str:
        """How a sentence calls a variable: by layer and name, or by its path if two have these."""
        name = self.weights[target.path].name
        same = sum(row.name == name for row in self.weights.values())
        return name if same == 1 else target.path

    def varies(self, target: Target) -> bool:
        """Whether the values of a variable differ."""
        return self.weights[target.path].std > 0

    @functools.cached_property
    def branch_ends(self) -> list[str]:
        """Paths of the layers with a kernel that end a branch, which is added to what passes by."""
        order = {id(point.call): i for i, point in enumerate(self.points)}
        found: dict[str, None] = {}
        for pair in self.sums:
            ends = [call for call in pair if call is not None and id(call) in order]
            if ends:
                found[max(ends, key=lambda call: order[id(call)]).path] = None
        return list(found)

    def name(self, call: Call) -> tuple[str, str]:
        """Name and path of a call's layer."""
        return call.layer.name, call.path

    def rows(self) -> list[Row]:
        """The rows of the report."""
        return [self._row(call) for call in self.calls]

    def _row(self, call: Call) -> Row:
        owned = self.variables_of(call.path)
        trainable = {id(v) for v in self.model.trainable_variables}
        kernels = [target for target in owned if target.role in KERNELS]
        grads = [self.gradients.get(id(target.variable)) for target in kernels]
        updates = [self.updates.get(id(target.variable)) for target in kernels]
        ratios = [self.weights[target.path].ratio for target in kernels]
        output = call.output
        assert output is not None  # calls without one are not recorded
        signal, gradient = output.signal, output.gradient
        known = [grad for grad in grads if grad is not None]
        steps = [update for update in updates if update is not None]
        return Row(
            layer=call.layer.name,
            path=call.path,
            type=type(call.layer).__name__,
            call=call.number,
            shape=call.shape,
            parameters=sum(math.prod(t.shape) for t in owned if id(t.variable) in trainable),
            activation=" ".join(dict.fromkeys(call.units.kinds)),
            rms=signal.rms,
            mean=signal.mean,
            std=signal.std,
            min=signal.min,
            max=signal.max,
            zeros=signal.zeros,
            dead=call.units.dead,
            saturated=call.units.saturated_share,
            similarity=signal.similarity,
            input_rms=None if call.input is None else call.input.signal.rms,
            grad_rms=gradient.rms if gradient.seen else None,
            grad_norm=gradient.norm if gradient.seen else None,
            kernel_grad_norm=math.hypot(*(grad.norm for grad in known)) if known else None,
            update_ratio=max(steps) if steps else None,
            weight_ratio=ratios[0] if ratios else None,
            finite=signal.finite and gradient.finite and all(grad.finite for grad in known),
        )


def is_gate_bias(target: Target) -> bool:
    """Whether a bias has several values because an LSTM's forget gates begin with one."""
    return bool(target.geometry.blocks) or hasattr(target.layer, "unit_forget_bias")
