"""A callback that measures what layers put out while a model trains."""

import os
from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from keras_ivy.diagnostics.measuring.batch import take_batch
from keras_ivy.diagnostics.measuring.taps import Call
from keras_ivy.diagnostics.monitoring import early, pictures
from keras_ivy.diagnostics.monitoring.feeding import Data, TrainFunction
from keras_ivy.diagnostics.monitoring.monitor import Monitor
from keras_ivy.diagnostics.monitoring.records import ActivationRecord, named
from keras_ivy.diagnostics.monitoring.replay import Replay
from keras_ivy.diagnostics.monitoring.taps import BINS, GraphTap
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError
from keras_ivy.utils.plots import Axes, Figure, Panels

__all__ = ["ActivationStats"]


class ActivationStats(Monitor[ActivationRecord]):
    """Measure in `fit` what every call of a layer puts out: is the signal alive, and of what size?

    Measured are mean, standard deviation, rms, shares of zeros, saturated values and dead units,
    and a histogram, of the batches 1, `1 + every`, `1 + 2 every`, ... of training, counted over
    all epochs and calls of `fit` with this callback; an epoch without any such batch is measured
    at its last one, or at its first one if nobody knows how many there are. Of data whose length
    nobody knows, an execution of several batches that the data end in counts as a whole one.

    A batch is measured before its step, with the weights, statistics and seeds that the step
    begins with: dropout draws what it draws in the step. Inside an execution of
    `steps_per_execution` batches it is the same. Under a strategy it is the part of the first
    replica. The training is bit for bit what it is without the callback, and the batches that are
    not measured run at full speed.

    What `diagnose` would call NON_FINITE, DEAD, SATURATED, VANISHING_FORWARD or EXPLODING_FORWARD
    is warned of when it is first seen, with the layer and a remedy (DEAD and SATURATED for each
    layer); `findings` keeps them.

    Into the history go, of the last measured batch of every epoch, `activation_mean/<layer>`,
    `activation_std/<layer>`, `activation_rms/<layer>`, `activation_zeros/<layer>`,
    `activation_saturated/<layer>` (of layers with tanh or sigmoid) and `activation_dead/<layer>`
    (with ReLU). A layer is called `<name>:2` at its second call, and by its path if another one
    has its name.

    Args:
        x: A batch of inputs to measure instead of the one of the step, as arrays nested as the
            model takes them. It runs in training mode.
        every: Of how many batches one is measured; default 1.
        directory: Where TensorBoard summaries are written, histograms too; by default nowhere.

    Raises:
        IvyTypeError: If an argument has the wrong type.
        IvyValueError: If `every` is below 1; in `fit`, before the first step, if a custom
            `train_step` or layer changes what is no Keras variable, so that it can't be run twice.

    Example:

    >>> import keras, tensorflow as tf
    >>> dense = keras.layers.Dense(2, "relu", kernel_initializer="ones", name="hidden")
    >>> model = keras.Sequential([keras.Input((1,)), dense, keras.layers.Dense(1, name="head")])
    >>> model.compile("sgd", "mse")
    >>> stats = ActivationStats()
    >>> x = tf.constant([[-1.0], [0.0], [1.0], [2.0]])
    >>> history = model.fit(x, x, verbose=0, callbacks=[stats])
    >>> stats.records["hidden"].mean, stats.records["hidden"].zeros
    (0.75, 0.5)
    >>> history.history["activation_mean/hidden"]
    [0.75]

    Note:
        Values inside loops, as in recurrent layers, and inside functions compiled by `tf.function`
        in a layer are not seen; what the layer puts out is. A layer whose `call` changes Python
        objects changes them once more for each trace of the measuring pass; with
        `run_eagerly=True`, for each batch measured.
    """

    __module__ = "keras_ivy.diagnostics"

    #: Edges of the bins of histograms; the first and the last bin are open to their side.
    BINS = BINS
    _columns = (
        ("layer", "name"),
        ("mean", "mean"),
        ("std", "std"),
        ("rms", "rms"),
        ("min", "min"),
        ("max", "max"),
        ("zeros", "zeros"),
        ("dead", "dead"),
        ("satur.", "saturated"),
    )

    def __init__(
        self,
        x: object = None,
        every: int = 1,
        directory: str | os.PathLike | None = None,
    ):
        super().__init__(every, directory)
        if isinstance(x, tf.data.Dataset | keras.utils.PyDataset):
            raise IvyTypeError(
                "`x` is one batch, as arrays; of a data set it is `next(iter(dataset))[0]`. "
                f"{received('x', x)}"
            )
        self._x = None if x is None else take_batch(x, None, 2**62, 0)[0]
        self._replay: tuple[TrainFunction, object, Replay] | None = None

    def _measure(
        self, step: int, data: Data, spec: object, function: TrainFunction
    ) -> Callable[[], None] | None:
        if self._x is not None:
            data = self._x
            spec = keras.tree.map_structure(tf.TensorSpec.from_tensor, data)
        if self._replay is None or self._replay[0] is not function or self._replay[1] != spec:
            self._replay = (function, spec, Replay(self.model, False, self._x is not None))
        facts = self._replay[2].run(data, spec)
        found = [self._record(call, step) for call in facts.calls]
        self._rows += found
        self._write(step, "activations", BINS)
        self._note(step, early.of_values(facts))
        return None

    def _record(self, call: Call, step: int) -> ActivationRecord:
        assert isinstance(call.output, GraphTap)  # calls without one are not recorded
        signal = call.output.signal
        return ActivationRecord(
            layer=call.layer.name,
            path=call.path,
            step=step,
            epoch=self._epoch,
            call=call.number,
            mean=signal.mean,
            std=signal.std,
            rms=signal.rms,
            min=signal.min,
            max=signal.max,
            zeros=signal.zeros,
            saturated=call.units.saturated_share,
            dead=call.units.dead,
            finite=signal.finite,
            histogram=call.output.counts,
        )

    def _history(self) -> tuple[dict[str, float], dict[str, float]]:
        return {}, _scalars(self.records.last)

    def plot(self, ax: Axes | None = None) -> tuple[Figure, Panels]:
        """Draw mean, standard deviation, zeros and saturated values of every layer over the steps.

        Args:
            ax: Axes to draw the standard deviation on; by default a new figure of four.

        Returns:
            The figure and its axes.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
            IvyValueError: If nothing was measured yet.
        """
        panels: list[pictures.Panel] = [
            ("mean", "mean", False),
            ("std", "standard deviation", True),
            ("zeros", "share of zeros", False),
            ("saturated", "share at an end of tanh, sigmoid", False),
        ]
        return pictures.plot_series(self.records, panels, 1, "activations", ax)

    def color_dim(
        self, layers: str | Sequence[str] | None = None, ax: Axes | None = None
    ) -> tuple[Figure, Panels]:
        """Draw the histograms over the steps, as colours: the logarithm of the counts.

        A layer that learns is a broad band; a line at zero is a layer that has died.

        Args:
            layers: Names or paths of the layers; by default all, or 16 of them that are spread
                over the depth.
            ax: Axes to draw on, for a single layer; by default a new figure.

        Returns:
            The figure and its axes, the one of the colour bar not among them.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
            IvyValueError: If nothing was measured yet, or `ax` is given for several layers.
        """
        return pictures.color_dim(self.records, layers, BINS, "activation", ax)


def _scalars(rows: Sequence[ActivationRecord]) -> dict[str, float]:
    """The numbers of a step by key."""
    kinds = ("mean", "std", "rms", "zeros", "saturated", "dead")
    return {
        f"activation_{kind}/{name}": value
        for name, row in named(rows)
        for kind in kinds
        if (value := getattr(row, kind)) is not None
    }
