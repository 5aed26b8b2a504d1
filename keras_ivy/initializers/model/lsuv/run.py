"""The passes of LSUV: measure what layers put out, scale their kernels, measure again."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import keras

from keras_ivy.initializers.model.lsuv.observe import Observer, Output, Run, observing
from keras_ivy.initializers.model.lsuv.report import LSUVReport, LSUVRow
from keras_ivy.initializers.model.targets import Target
from keras_ivy.typing import Array
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["LSUVRun"]

#: Layers whose values before the activation are the kernel's linear image plus the bias.
LINEAR = tuple(
    getattr(keras.layers, name)
    for name in (
        "Dense",
        "EinsumDense",
        *(f"Conv{rank}D{kind}" for rank in (1, 2, 3) for kind in ("", "Transpose")),
        *(f"{kind}Conv{rank}D" for rank in (1, 2) for kind in ("Depthwise", "Separable")),
    )
)


@dataclass
class Moments:
    """Mean and sum of squared differences of all values seen so far.

    Example:

    >>> moments = Moments()
    >>> moments.add(keras.ops.convert_to_tensor([1.0, 3.0]))
    >>> moments.add(keras.ops.convert_to_tensor([5.0, 7.0]))
    >>> moments.mean, round(moments.std ** 2, 9), moments.calls
    (4.0, 5.0, 2)
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    calls: int = 0

    def add(self, values: Output) -> None:
        """Join more values; of several outputs the first."""
        values = keras.tree.flatten(values)[0]
        values = keras.ops.cast(values, "float64" if _is_double(values) else "float32")
        mean, variance = (float(moment) for moment in keras.ops.moments(values, axes=None))
        count = math.prod(values.shape)
        joined = self.count + count
        difference = mean - self.mean
        self.squares += variance * count + difference**2 * self.count * count / joined
        self.mean += difference * count / joined
        self.count = joined
        self.low = min(self.low, float(keras.ops.min(values)))
        self.high = max(self.high, float(keras.ops.max(values)))
        self.calls += 1

    @property
    def std(self) -> float:
        """The standard deviation; zero of nothing."""
        return math.sqrt(self.squares / self.count) if self.count else 0.0


def noted(moments: Moments, values: Output) -> Output:
    """Add values to moments and pass them on."""
    moments.add(values)
    return values


@dataclass
class Kernel:
    """A kernel that is being scaled.

    Args:
        target: The variable.
        start: Its values to begin with.
        factor: By what it has been multiplied.
        iterations: How often.
        history: Pairs of `log(factor)` and `log(std)` that were measured.
        moments: Of what the layer put out last.
        name: What errors call the layer; its activation is not to be seen while it is observed.
    """

    target: Target
    start: Array | None = None
    factor: float = 1.0
    iterations: int = 0
    history: list[tuple[float, float]] = field(default_factory=list)
    moments: Moments = field(default_factory=Moments)
    name: str = ""

    def __post_init__(self) -> None:
        layer = self.target.layer
        activation = getattr(getattr(layer, "activation", None), "__name__", None)
        after = f", activation {activation!r}" if activation not in (None, "linear") else ""
        self.name = f"The layer of {self.target.path!r} ({type(layer).__name__}{after})"

    def scale(self, std: float, wanted: float) -> None:
        """Multiply the kernel so that a standard deviation becomes the wanted one.

        The standard deviation is taken to grow as `factor ** power`; the power is 1 until two
        measurements tell it, as for a saturating activation or a layer that is called on its own
        output.
        """
        self.history.append((math.log(self.factor), math.log(std)))
        power = 1.0
        if len(self.history) > 1:
            (x0, y0), (x1, y1) = self.history[-2:]
            power = min(8.0, max(0.2, (y1 - y0) / (x1 - x0))) if x1 != x0 else 1.0
        self.apply(self.factor * (wanted / std) ** (1 / power))

    def apply(self, factor: float) -> None:
        """Set the kernel to its start times a factor."""
        variable = self.target.variable
        if self.start is None:
            wide = keras.backend.standardize_dtype(variable.dtype) == "float64"
            self.start = keras.ops.cast(keras.ops.copy(variable), "float64" if wide else "float32")
        variable.assign(self.start * factor)
        self.factor = factor
        self.iterations += 1


class _Stopped(BaseException):
    """Ends a pass from inside a layer; Keras rewords any `Exception` that leaves one."""


class LSUVRun:
    """The state of one run of `lsuv`, whose arguments it has."""

    def __init__(
        self,
        model: keras.layers.Layer,
        inputs: Sequence[Output],
        targets: Sequence[Target],
        wanted: float,
        tolerance: float,
        max_iterations: int,
        on: str,
        training: bool,
    ):
        self.model, self.inputs = model, inputs
        self.wanted, self.tolerance, self.max_iterations = wanted, tolerance, max_iterations
        self.on, self.training = on, training
        self.kernels = {id(target.layer): Kernel(target) for target in targets}
        self.order: list[int] = []
        self.forwards = 0

    def measure(self) -> dict[int, Moments]:
        """Pass all batches; return what each layer puts out, in call order."""
        found: dict[int, Moments] = {}

        def look(layer: keras.layers.Layer, run: Run) -> Output:
            moments = found.setdefault(id(layer), Moments())
            return run(partial(noted, moments))

        self._pass(self.inputs, look)
        return found

    def scale(self, progress: Callable[[int, float], None]) -> None:
        """Scale every kernel once the first batch reaches its layer; then repair what is left."""

        def settle(layer: keras.layers.Layer, run: Run) -> Output:
            kernel = self.kernels[id(layer)]
            if kernel.moments.calls:
                return run(partial(noted, kernel.moments))
            output = self._settle(kernel, run)
            progress(sum(bool(k.moments.calls) for k in self.kernels.values()), kernel.moments.std)
            return output

        self._pass(self.inputs[:1], settle)
        shared = any(kernel.moments.calls > 1 for kernel in self.kernels.values())
        while len(self.inputs) > 1 or shared:
            moments = self.measure()
            for key, found in moments.items():
                self.kernels[key].moments = found
            off = (key for key, found in moments.items() if not self._is_near(found.std))
            first = next(off, None)
            if first is None:
                return
            self._repair(self.kernels[first])

    def _repair(self, kernel: Kernel) -> None:
        try:
            self._scale_again(kernel, kernel.moments)
        except _Stopped as stopped:
            raise IvyValueError(str(stopped)) from None

    def report(self, before: dict[int, Moments]) -> LSUVReport:
        """Return the report, its rows in call order."""
        kernels = [(self.kernels[key], moments) for key, moments in before.items()]
        rows = [
            LSUVRow(
                kernel.target.path,
                type(kernel.target.layer).__name__,
                moments.calls // len(self.inputs),
                moments.std,
                kernel.moments.std,
                kernel.factor,
                kernel.iterations,
                kernel.target.full_name,
            )
            for kernel, moments in kernels
        ]
        also = {kernel.target.path: kernel.target.place.paths for kernel, _ in kernels}
        return LSUVReport(rows, self.forwards, self.on, also)

    def _pass(self, inputs: Sequence[Output], observer: Observer) -> None:
        layers = [kernel.target.layer for kernel in self.kernels.values()]
        try:
            with observing(layers, observer, before_activation=self.on == "pre"):
                for batch in inputs:
                    self.model(batch, training=self.training)
                    self.forwards += 1
        except _Stopped as stopped:
            raise IvyValueError(str(stopped)) from None

    def _settle(self, kernel: Kernel, run: Run) -> Output:
        """Run a layer until its output has the wanted standard deviation; return the output."""
        if self.on == "pre" and _is_exactly_linear(kernel.target.layer):
            return run(lambda values: self._rescale(kernel, values))
        while True:
            moments = Moments()
            output = run(partial(noted, moments))
            kernel.moments = moments
            if self._is_near(moments.std):
                return output
            self._scale_again(kernel, moments)

    def _rescale(self, kernel: Kernel, values: Array) -> Array:
        """Scale a kernel and, as that is the same, the values it has made."""
        moments = Moments()
        moments.add(values)
        if self._is_near(moments.std):
            kernel.moments = moments
            return values
        self._check_alive(kernel, moments)
        kernel.scale(moments.std, self.wanted)
        values = values * kernel.factor
        kernel.moments.add(values)
        return values

    def _scale_again(self, kernel: Kernel, moments: Moments) -> None:
        self._check_alive(kernel, moments)
        if kernel.iterations >= self.max_iterations:
            raise _Stopped(self._dead_end(kernel, moments))
        kernel.scale(moments.std, self.wanted)

    def _is_near(self, std: float) -> bool:
        return abs(std / self.wanted - 1) <= self.tolerance

    def _check_alive(self, kernel: Kernel, moments: Moments) -> None:
        if 0 < moments.std < math.inf:
            return
        what = "constant" if moments.std == 0 else "not finite"
        raise _Stopped(
            f"{kernel.name} is dead: what it puts out for these data is {what}, and no factor of "
            "its kernel changes that. Look at its inputs and weights, begin with "
            "`start='orthogonal'`, or skip it. The model is as it was. "
            f"Received: std={moments.std}, on={self.on!r}"
        )

    def _dead_end(self, kernel: Kernel, moments: Moments) -> str:
        largest = (moments.high - moments.low) / 2
        reason = ""
        if largest < self.wanted * (1 - self.tolerance):
            reason = (
                f" Its values lie between {moments.low:.4g} and {moments.high:.4g}, so that their "
                f"deviation is {largest:.4g} at most."
            )
        pre = "Measure before the activation with `on='pre'`, r" if self.on == "post" else "R"
        return (
            f"{kernel.name} does not reach the deviation {self.wanted:.4g}: it is "
            f"{moments.std:.4g} after {kernel.iterations} scalings.{reason} "
            f"{pre}aise `tolerance` or `max_iterations`, or skip the layer. "
            "The model is as it was."
        )


def _is_exactly_linear(layer: keras.layers.Layer) -> bool:
    """Whether values before the activation are multiplied as the kernel is, without rounding."""
    if type(layer) not in LINEAR or getattr(layer, "lora_enabled", False):
        return False
    bias = getattr(layer, "bias", None)
    if bias is not None and bool(keras.ops.any(keras.ops.not_equal(bias, 0))):
        return False
    return layer.compute_dtype == layer.variable_dtype in ("float32", "float64")


def _is_double(values: Array) -> bool:
    return keras.backend.standardize_dtype(values.dtype) == "float64"
