"""A callback that shows trust ratios while a model trains."""

import os
import warnings
from collections.abc import Iterator

import keras
import tensorflow as tf

from keras_ivy.optimizers.base import Optimizer
from keras_ivy.optimizers.formulas.methods import formula_of
from keras_ivy.optimizers.ivy_side.keys import unique_paths
from keras_ivy.utils.checks import text
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.reports.summaries import write_scalar


def optimizers_of(optimizer: keras.optimizers.Optimizer) -> Iterator[Optimizer]:
    """Yield the optimizers of this package inside a loss-scale or multi optimizer, or itself."""
    if isinstance(optimizer, Optimizer):
        yield optimizer
    for inner in (
        getattr(optimizer, "inner_optimizer", None),
        *getattr(optimizer, "optimizers", ()),
    ):
        if inner is not None:
            yield from optimizers_of(inner)


def _is_known(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether it is known which optimizers are inside: a `MultiOptimizer` learns it when built."""
    inner = getattr(optimizer, "inner_optimizer", None)
    if inner is not None:
        return _is_known(inner)
    return not isinstance(optimizer, keras.optimizers.MultiOptimizer) or optimizer.built


def _adapts(optimizer: Optimizer) -> bool:
    """Whether an optimizer has trust ratios, as far as that is known."""
    formula = formula_of(optimizer)
    if not formula.adapts or not optimizer.built:
        return formula.adapts
    return any(map(formula.adapts_to, optimizer._treated.now()))


class TrustRatioLogger(keras.callbacks.Callback):
    """Log the trust ratios of LARS or LAMB, as they are at the end of every epoch.

    They join the logs of the epoch as `trust_ratio/<path>` (`<path>/v0`, `<path>/v1`, ... where
    variables share a path, be it in several optimizers of a `MultiOptimizer`), and so the history
    that `fit` returns, and whatever other callbacks do with logs if they stand later in the list:
    put this one before `keras.callbacks.TensorBoard` or `CSVLogger`.

    Args:
        log_dir: If given, a directory to which TensorBoard summaries are written directly.
        every: If given, ratios are also written to `log_dir` at every so many batches. Between the
            batches of one execution (`steps_per_execution`) nothing can be read: what is due there
            is written at its end.

    Warns:
        UserWarning: If the optimizer has no trust ratios, as Adam, or lets no variable adapt.

    Raises:
        IvyTypeError: In `fit`, if there is no optimizer of this package.
        IvyValueError: If `every` is given without `log_dir`, or is no whole number from one.

    Example:

    >>> import keras, keras_ivy as ivy, tensorflow as tf
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, name="d")])
    >>> model.compile(ivy.LAMB(0.1, rules="bias_norm"), "mse")
    >>> x = tf.ones((4, 1))
    >>> history = model.fit(x, x, verbose=0, callbacks=[TrustRatioLogger()])
    >>> [name for name in history.history if "trust" in name]
    ['trust_ratio/sequential.../d/kernel']
    """

    __module__ = "keras_ivy.optimizers"

    def __init__(self, log_dir: str | None = None, every: int | None = None):
        super().__init__()
        if log_dir is not None:
            if not isinstance(log_dir, os.PathLike):
                text("log_dir", log_dir)
            log_dir = os.fspath(log_dir)
        if every is not None and log_dir is None:
            raise IvyValueError(
                f"`every` says when to write to `log_dir`. Received: every={every!r}, log_dir=None"
            )
        if every is not None and (isinstance(every, bool) or every != int(every) or every < 1):
            raise IvyValueError(
                f"`every` must be a whole number of batches, at least 1. Received: every={every!r}"
            )
        self.log_dir = log_dir
        self.every = every
        self._writer = None
        self._checked = False
        self._before = 0
        self._batch = 0

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Check the optimizer, and open the directory."""
        self._checked = False
        if _is_known(self.model.optimizer):
            self._found()
        if self.log_dir is not None:
            self._writer = tf.summary.create_file_writer(self.log_dir)

    def _found(self) -> list[Optimizer]:
        """The optimizers of this package, one at least."""
        found = list(optimizers_of(self.model.optimizer))
        if not found:
            raise IvyTypeError(
                "`TrustRatioLogger` needs an optimizer of keras_ivy. "
                f"Received: {self.model.optimizer!r}"
            )
        return found

    def _check(self) -> None:
        """Look once, when all are built, whether there is anything to log."""
        self._checked = True
        found = self._found()
        if not any(map(_adapts, found)):
            names = ", ".join(type(optimizer).__name__ for optimizer in found)
            warnings.warn(
                "`TrustRatioLogger` logs nothing: only LARS and LAMB have trust ratios, of "
                f"variables that their rules let adapt. Received: {names}",
                stacklevel=2,
            )

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Count the batches of an epoch from where the last one ended."""
        self._before = self._batch

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Write every so many batches; with `steps_per_execution`, after the next execution."""
        if not self._checked:
            self._check()
        before, self._batch = self._batch, self._before + batch + 1
        if self.every is not None and self._batch // self.every > before // self.every:
            self._write(self._ratios(), self._batch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Add the ratios to the logs of the epoch."""
        ratios = self._ratios()
        if logs is not None:
            logs.update(ratios)
        if self.every is None:
            self._write(ratios, epoch)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Close the directory."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _ratios(self) -> dict[str, float]:
        # Each optimizer tells its own variables apart; here they meet those of the others.
        found = list(optimizers_of(self.model.optimizer))
        variables = [o._trainable_variables if o.built else [] for o in found]
        together = iter(unique_paths([v for each in variables for v in each]))
        ratios = {}
        for optimizer, each in zip(found, variables, strict=True):
            names = {own: next(together) for own in unique_paths(each)}
            for path, ratio in optimizer.trust_ratios().items():
                # An optimizer that is not built made its steps on Containers.
                ratios[f"trust_ratio/{names.get(path, path)}"] = ratio
        return ratios

    def _write(self, ratios: dict[str, float], step: int) -> None:
        if self._writer is None:
            return
        with self._writer.as_default():
            for name, ratio in ratios.items():
                write_scalar(name, ratio, step)
