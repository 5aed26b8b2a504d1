"""What the callbacks that look into training share: when they look, and what becomes of it."""

import abc
import math
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import keras
import tensorflow as tf

from keras_ivy.diagnostics.finding import Finding
from keras_ivy.diagnostics.monitoring.feeding import (
    BatchIterator,
    Data,
    Feeder,
    TrainFunction,
    Visitor,
)
from keras_ivy.diagnostics.monitoring.records import Records, Timed, named
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyTypeError
from keras_ivy.utils.reports.summaries import write_histogram, write_scalar

__all__ = ["Monitor"]

RowT = TypeVar("RowT", bound=Timed)


class _Look:
    """Stands in the place of a model's train function for one execution.

    Args:
        model: The model.
        function: Its train function.
        feeder: What runs its batches.
    """

    def __init__(self, model: keras.Model, function: TrainFunction, feeder: Feeder):
        self._model = model
        self.function = function
        self._feeder = feeder
        self._visitors: list[tuple[frozenset[int], Visitor]] = []
        self._history = getattr(model, "history", None)

    def add(self, chosen: frozenset[int], visitor: Visitor) -> None:
        """Let a visitor look at some batches of the execution."""
        self._visitors.append((chosen, visitor))

    def __call__(self, iterator: BatchIterator) -> object:
        self._model.train_function = self.function
        if getattr(self._model, "history", None) is not self._history:
            # Left behind by a `fit` that was interrupted; this is another one.
            return self.function(iterator)
        everyone = frozenset[int]().union(*(chosen for chosen, _ in self._visitors))
        return self._feeder.run(self.function, iterator, everyone, self._visit)

    def _visit(self, number: int, data: Data, spec: object) -> Callable[[], None]:
        ends = [
            visitor(number, data, spec) for chosen, visitor in self._visitors if number in chosen
        ]

        def finish() -> None:
            for end in ends:
                if end is not None:
                    end()

        return finish


class Monitor(keras.callbacks.Callback, Generic[RowT], abc.ABC):
    """Looks at some steps of `fit`; the others run as if it were not there.

    Args:
        every: Of how many batches one is looked at.
        directory: Where summaries for TensorBoard are written.
    """

    #: Nothing is done after a batch but to count it, from whatever thread.
    async_safe = True
    _columns: tuple[tuple[str, str], ...] = ()

    def __init__(self, every: int = 1, directory: str | os.PathLike | None = None):
        super().__init__()
        self.every = checks.whole("every", every, least=1)
        if directory is not None and not isinstance(directory, os.PathLike):
            checks.text("directory", directory)
        self.directory = None if directory is None else os.fspath(directory)
        #: The findings so far, one for each kind and layer.
        self.findings: list[Finding] = []
        self._rows: list[RowT] = []
        self._writer: tf.summary.SummaryWriter | None = None
        self._done = 0  # batches of the epochs before
        self._end = 0  # of this one
        self._length = 0  # of the last one
        self._epoch = 0
        self._epoch_measured = False

    @property
    def records(self) -> Records[RowT]:
        """The rows of all steps that were measured so far."""
        return Records(self._rows, self._columns)

    def set_model(self, model: keras.Model) -> None:
        """Begin anew with another model; with the same one, records and steps go on."""
        if getattr(self, "_model", None) is not model:
            self.findings, self._rows, self._done = [], [], 0
            self._feeder = Feeder(model)
        super().set_model(model)

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Check that the model can be looked at, and open the directory."""
        if not hasattr(self.model, "train_function"):
            raise IvyTypeError(
                f"`{type(self).__name__}` works in `fit` of a Keras model. "
                f"Received: model={self.model!r}"
            )
        self._check_model()
        if self.directory is not None:
            self._writer = tf.summary.create_file_writer(self.directory)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Count the batches of an epoch."""
        self._epoch, self._end, self._epoch_measured = epoch, 0, False

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Where a batch is to be measured, step in between `fit` and the train function."""
        size = int(self.model.steps_per_execution)
        before = self._done + batch
        # The batches 1, 1 + every, 1 + 2 every, ...
        first = -before % self.every
        due: Sequence[int] = range(first, size, self.every)
        if not due and not self._epoch_measured:
            due = self._last_of_epoch(batch, size)
        if not due:
            return
        self._epoch_measured = True
        look = self.model.train_function
        if not isinstance(look, _Look):
            look = self.model.train_function = _Look(self.model, look, self._feeder)
        function = look.function

        def visit(number: int, data: Data, spec: object) -> Callable[[], None] | None:
            return self._measure(before + number + 1, data, spec, function)

        look.add(frozenset(due), visit)

    def _last_of_epoch(self, batch: int, size: int) -> Sequence[int]:
        """The batch that an epoch is measured at that has no other: the last, if it is known."""
        steps = self.params.get("steps")
        if steps is None:
            # As long as the epoch before, as far as anybody knows.
            none = -self._done % self.every >= self._length
            return (0,) if batch == 0 and none else ()
        return (steps - 1 - batch,) if batch + size >= steps else ()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Count the batch."""
        self._end = max(self._end, batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Put the last numbers of the epoch into the history."""
        steps = (self.params or {}).get("steps")
        self._length = self._end if steps is None else min(self._end, steps)
        self._done += self._length
        if not self._rows:
            return
        single, several = self._history()
        if logs is not None:
            logs.update(single)
        history = getattr(self.model, "history", None)
        if isinstance(history, keras.callbacks.History):
            # Past the progress bar, which prints whatever is in the logs.
            known = history.epoch
            place = known.index(epoch) if epoch in known else len(known)
            for name, value in several.items():
                values = history.history.setdefault(name, [])
                values += [math.nan] * (place - len(values))
                values[place:] = [value]  # the last callback of several counts, as in the logs
        elif logs is not None:
            logs.update(several)
        if self._writer is not None:
            self._writer.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        """Close the directory."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _check_model(self) -> None:
        """Refuse a model that can't be measured."""

    @abc.abstractmethod
    def _measure(
        self, step: int, data: Data, spec: object, function: TrainFunction
    ) -> Callable[[], None] | None:
        """Measure a batch before it is run; what is returned is called afterwards."""

    @abc.abstractmethod
    def _history(self) -> tuple[dict[str, float], dict[str, float]]:
        """The numbers of the last step by key: those of the whole model, and those of layers."""

    def _write(self, step: int, histograms: str, edges: Sequence[float]) -> None:
        """Write the summaries of the last step, if there is a directory.

        Args:
            step: Its number.
            histograms: What its histograms are of, for their names.
            edges: Edges of their bins.
        """
        if self._writer is None:
            return
        single, several = self._history()
        with self._writer.as_default():
            for name, value in {**single, **several}.items():
                write_scalar(name, value, step)
            for name, row in named(self.records.last):
                if row.histogram:
                    write_histogram(f"{histograms}/{name}", edges, row.histogram, step)

    def _note(self, step: int, findings: Sequence[Finding]) -> None:
        """Warn of findings: of each kind once, where units are at fault for each layer."""
        known = {_key(finding) for finding in self.findings}
        for finding in findings:
            if _key(finding) in known:
                continue
            known.add(_key(finding))
            self.findings.append(finding)
            if finding.severity != "note":
                where = f" {finding.layer}" if finding.layer else ""
                warnings.warn(
                    f"At step {step}: {finding.kind}{where}: {finding.evidence}. "
                    f"Remedy: {finding.remedy}",
                    stacklevel=_to_the_program(),
                )


def _key(finding: Finding) -> tuple[str, str]:
    """What two findings of one kind have in common: where a signal has vanished, for one, wanders
    from layer to layer."""
    return finding.kind, finding.path if finding.kind in ("DEAD", "SATURATED") else ""


def _to_the_program() -> int:
    """The `stacklevel` by which a warning shows the line that called `fit`."""
    frame, level = sys._getframe(1), 1
    libraries = ("keras", "keras_ivy", "tensorflow")
    while frame.f_back is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] not in libraries:
            break
        frame, level = frame.f_back, level + 1
    return level
