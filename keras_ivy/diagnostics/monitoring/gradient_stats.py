"""A callback that measures gradients and the steps that an optimizer makes of them."""

import math
import os
from collections.abc import Callable, Sequence

from keras_ivy.diagnostics.measuring.facts import KERNELS
from keras_ivy.diagnostics.monitoring import early, pictures
from keras_ivy.diagnostics.monitoring.feeding import Data, TrainFunction
from keras_ivy.diagnostics.monitoring.monitor import Monitor
from keras_ivy.diagnostics.monitoring.records import GradientRecord, Records, named
from keras_ivy.diagnostics.monitoring.replay import GRADIENT_BINS, Replay
from keras_ivy.initializers.model.targets import Target, collect_targets
from keras_ivy.utils.exceptions import IvyTypeError
from keras_ivy.utils.plots import Axes, Figure, Panels

__all__ = ["GradientStats"]


class GradientStats(Monitor[GradientRecord]):
    """Measure in `fit` the gradients, and by how much the optimizer's step changes each variable.

    Measured are the batches 1, `1 + every`, `1 + 2 every`, ... as in `ActivationStats`. Gradients
    are those of the batch with all that the step has (sample weights, regularizers, dropout),
    summed over the replicas of a strategy, without loss scale, and before any clipping. The update
    is that of the true step: variables are compared before and after it, whatever the optimizer
    does. Where it makes none, because it accumulates gradients or its loss scale was too large,
    there is no update. Inside an execution of `steps_per_execution` batches each step is measured
    alone.

    What `diagnose` would call NON_FINITE, VANISHING_BACKWARD, EXPLODING_BACKWARD or UPDATE is
    warned of when it is first seen, with the layer and a remedy; `findings` keeps them.
    Gradients that overflow under a loss scale are no finding, and steps that are too small one
    only at first: later ones are meant to be small.

    Into the history go, of the last measured batch of every epoch, `gradient_global_norm`,
    `gradient_norm/<layer>/<variable>` and `update_ratio/<layer>/<variable>`, which is nan where no
    step was made.

    Args:
        every: Of how many batches one is measured; default 1.
        directory: Where TensorBoard summaries are written, histograms too; by default nowhere.

    Raises:
        IvyTypeError: If an argument has the wrong type; in `fit`, if the model has no optimizer.
        IvyValueError: If `every` is below 1; in `fit`, before the first step, if a custom
            `train_step` hands no gradients to `model.optimizer`, or several of one variable, or
            changes what is no Keras variable.

    Example:

    >>> import keras, tensorflow as tf
    >>> dense = keras.layers.Dense(1, kernel_initializer="ones", use_bias=False, name="dense")
    >>> model = keras.Sequential([keras.Input((1,)), dense])
    >>> model.compile(keras.optimizers.SGD(0.0625), "mse")
    >>> stats = GradientStats()
    >>> history = model.fit(tf.ones((4, 1)), tf.zeros((4, 1)), verbose=0, callbacks=[stats])
    >>> stats.records["dense"].norm, stats.records["dense"].update_ratio
    (2.0, 0.125)
    >>> history.history["gradient_global_norm"]
    [2.0]

    Note:
        A measured batch runs forwards and backwards once more, and its variables are held twice
        for the time of its step.
    """

    __module__ = "keras_ivy.diagnostics"

    #: Edges of the bins of `log10 |gradient|`; the first and the last bin are open to their side.
    BINS = GRADIENT_BINS
    _columns = (
        ("variable", "name"),
        ("dL/dW", "norm"),
        ("rms", "rms"),
        ("dL/da", "signal_norm"),
        ("norm", "weight_norm"),
        ("step", "update_norm"),
        ("update", "update_ratio"),
        ("all", "global_norm"),
    )

    def __init__(self, every: int = 1, directory: str | os.PathLike | None = None):
        super().__init__(every, directory)
        self._replay: tuple[TrainFunction, object, Replay] | None = None
        self._targets: dict[int, Target] = {}
        self._has_stepped = False

    def _check_model(self) -> None:
        if self.model.optimizer is None:
            raise IvyTypeError(
                "`GradientStats` looks at what an optimizer is given, and the model has none: "
                f"`model.compile(optimizer=...)`. Received: model={self.model.name!r}"
            )

    def _measure(
        self, step: int, data: Data, spec: object, function: TrainFunction
    ) -> Callable[[], None] | None:
        model = self.model
        if self._replay is None or self._replay[0] is not function or self._replay[1] != spec:
            self._replay = (function, spec, Replay(model, True, False))
            self._targets = {}
        replay = self._replay[2]
        facts = replay.run(data, spec)
        if not self._targets:
            self._targets = {id(target.variable): target for target in collect_targets(model)}
        # Asked before the step, which the optimizer counts.
        learned = facts.is_trained
        self._note(step, early.of_broken(facts, replay.scale))

        def finish() -> None:
            changes, stepped = replay.changes()
            norms = [(old.norm, change.norm) for old, change in changes]
            self._take(replay, facts, step, norms, stepped)
            first = not self._has_stepped
            self._has_stepped |= stepped
            self._note(step, early.of_gradients(facts, first, learned))

        return finish

    def _take(
        self,
        replay: Replay,
        facts: early.StepFacts,
        step: int,
        norms: Sequence[tuple[float, float]],
        stepped: bool,
    ) -> None:
        """Make the rows of a step."""
        gradients = replay.gradients
        global_norm = math.hypot(*(grad.norm for _, grad in gradients if grad is not None))
        signals: dict[str, float] = {}
        for call in facts.calls:
            if call.output is not None and call.output.gradient.seen:
                signals.setdefault(call.path, call.output.gradient.norm)
        for (variable, grad), (old, change), counts in zip(
            gradients, norms, replay.counts, strict=True
        ):
            target = self._targets[id(variable)]
            ratio = change / old if old else math.inf
            facts.norms[id(variable)] = old
            if stepped and grad is not None:
                facts.updates[id(variable)] = ratio
            self._rows.append(
                GradientRecord(
                    layer=target.layer.name,
                    variable=target.variable.name,
                    path=target.path,
                    role=target.role,
                    step=step,
                    epoch=self._epoch,
                    iteration=replay.iteration,
                    norm=None if grad is None else grad.norm,
                    rms=None if grad is None else grad.rms,
                    weight_norm=old,
                    update_norm=change if stepped else None,
                    update_ratio=ratio if stepped else None,
                    signal_norm=signals.get(facts.owners[id(variable)]),
                    global_norm=global_norm,
                    finite=grad is None or grad.finite,
                    histogram=counts,
                )
            )
        self._write(step, "log10_gradient", GRADIENT_BINS)

    @property
    def global_norms(self) -> dict[int, float]:
        """The norm of all gradients together, by step."""
        return {row.step: row.global_norm for row in self._rows}

    def _history(self) -> tuple[dict[str, float], dict[str, float]]:
        found: dict[str, float] = {}
        rows = self.records.last
        for name, row in named(rows):
            if row.norm is not None:
                found[f"gradient_norm/{name}"] = row.norm
            ratio = row.update_ratio
            found[f"update_ratio/{name}"] = math.nan if ratio is None else ratio
        return {"gradient_global_norm": rows[0].global_norm}, found

    def plot(self, ax: Axes | None = None) -> tuple[Figure, Panels]:
        """Draw norms of gradients and update ratios of all kernels over the steps.

        Args:
            ax: Axes to draw the norms of gradients on; by default a new figure of three.

        Returns:
            The figure and its axes.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
            IvyValueError: If nothing was measured yet.
        """
        panels: list[pictures.Panel] = [
            ("norm", "norm of the gradient", True),
            ("update_ratio", "step by norm of the variable", True),
            ("signal_norm", "norm of the gradient by the output", True),
        ]
        return pictures.plot_series(self._kernels(), panels, 0, "gradients", ax)

    def color_dim(
        self, layers: str | Sequence[str] | None = None, ax: Axes | None = None
    ) -> tuple[Figure, Panels]:
        """Draw the histograms of `log10 |gradient|` over the steps, as colours.

        Args:
            layers: Names or paths of layers or variables; by default all kernels, or 16 of them
                that are spread over the depth.
            ax: Axes to draw on, for a single layer; by default a new figure.

        Returns:
            The figure and its axes, the one of the colour bar not among them.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
            IvyValueError: If nothing was measured yet, or `ax` is given for several layers.
        """
        records = self.records if layers is not None else self._kernels()
        return pictures.color_dim(records, layers, GRADIENT_BINS, "log10 |gradient|", ax)

    def _kernels(self) -> Records[GradientRecord]:
        """The rows of kernels; all rows if there are none."""
        rows = [row for row in self._rows if row.role in KERNELS] or self._rows
        return Records(rows, self._columns)
