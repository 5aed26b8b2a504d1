"""How one network learns under several initializations and optimizers."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import keras

from keras_ivy.diagnostics.comparing.models import (
    begin,
    check_arguments,
    check_fit,
    make_model_for,
    refuse_shared,
    sheltered,
)
from keras_ivy.diagnostics.comparing.pictures import draw_curves
from keras_ivy.diagnostics.comparing.trainer import Trainer
from keras_ivy.diagnostics.measuring.batch import take_batch
from keras_ivy.diagnostics.measuring.losses import choose_loss, loss_kind
from keras_ivy.utils import checks
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.plots import Figure, Panels, check_axes
from keras_ivy.utils.reports import Column, Report

__all__ = ["TrainingComparison", "TrainingRun", "compare_training"]

#: The numbers of a run that the table shows, those of them that were measured.
_SHOWN: tuple[Column, ...] = (
    ("first loss", "first_loss"),
    ("last loss", "loss"),
    ("accuracy", "accuracy"),
    ("val loss", "val_loss"),
    ("val accuracy", "val_accuracy"),
)


@dataclass(frozen=True)
class TrainingRun:
    """One run of `fit`.

    Args:
        scheme: Label of the scheme.
        optimizer: Label of the optimizer.
        seed: Its seed.
        history: Numbers by epoch, as `fit` gives them.
    """

    scheme: str
    optimizer: str
    seed: int
    history: dict[str, tuple[float, ...]] = field(repr=False)

    @property
    def layer(self) -> str:
        """What was compared, by which the run is found."""
        return f"{self.scheme}/{self.optimizer}"

    @property
    def path(self) -> str:
        """The run's own name."""
        return f"{self.scheme}/{self.optimizer}/{self.seed}"

    @property
    def first_loss(self) -> float:
        """The mean loss of the first epoch."""
        return self.history["loss"][0]

    @property
    def loss(self) -> float:
        """That of the last epoch."""
        return self.history["loss"][-1]

    @property
    def accuracy(self) -> float | None:
        """The accuracy of the last epoch, where it was measured."""
        return self._last("accuracy")

    @property
    def val_loss(self) -> float | None:
        """The loss of the validation data after the last epoch."""
        return self._last("val_loss")

    @property
    def val_accuracy(self) -> float | None:
        """Their accuracy."""
        return self._last("val_accuracy")

    def _last(self, name: str) -> float | None:
        return self.history[name][-1] if name in self.history else None


class TrainingComparison(Report[TrainingRun]):
    """The runs of `compare_training`: one for each scheme, optimizer and seed, in that order.

    `comparison["he/adam/0"]` is one run, `comparison.curves("he", "adam")` those of all seeds.

    Args:
        rows: The runs.
        model: Name of the model.
    """

    def __init__(self, rows: Sequence[TrainingRun], model: str = ""):
        super().__init__(rows)
        self.model = model
        measured = [
            (head, name) for head, name in _SHOWN if any(getattr(r, name) is not None for r in rows)
        ]
        self.columns = (
            ("scheme", "scheme"),
            ("optimizer", "optimizer"),
            ("seed", "seed"),
            *measured,
        )

    @property
    def table(self) -> "TrainingComparison":
        """The report itself: it prints as a table, and its rows are those of the table."""
        return self

    @property
    def schemes(self) -> list[str]:
        """The labels of the schemes, in order."""
        return list(dict.fromkeys(row.scheme for row in self.rows))

    @property
    def optimizers(self) -> list[str]:
        """The labels of the optimizers, in order."""
        return list(dict.fromkeys(row.optimizer for row in self.rows))

    def curves(self, scheme: str, optimizer: str, name: str = "loss") -> list[tuple[float, ...]]:
        """Return a number by epoch, for every seed.

        Args:
            scheme: Label of the scheme.
            optimizer: Label of the optimizer.
            name: `"loss"`, `"val_accuracy"`, ..., as `fit` calls it.

        Raises:
            IvyValueError: If there is no such label or number.
        """
        checks.choice("scheme", scheme, self.schemes)
        checks.choice("optimizer", optimizer, self.optimizers)
        checks.choice("name", name, self.rows[0].history)
        runs = [row for row in self.rows if (row.scheme, row.optimizer) == (scheme, optimizer)]
        return [row.history[name] for row in runs]

    def footing(self) -> list[str]:
        """Of several seeds: mean and range of each scheme and optimizer."""
        if len({row.seed for row in self.rows}) < 2:
            return []
        lines = [""]
        for scheme in self.schemes:
            for optimizer in self.optimizers:
                parts = []
                for head, name in self.columns[4:]:
                    ends = [curve[-1] for curve in self.curves(scheme, optimizer, name)]
                    parts.append(
                        f"{head} {sum(ends) / len(ends):.4g} ({min(ends):.4g} to {max(ends):.4g})"
                    )
                lines.append(f"{scheme}, {optimizer}, {len(ends)} seeds: {', '.join(parts)}")
        return lines

    def plot(self, ax: Panels | None = None, *, name: str | None = None) -> tuple[Figure, Panels]:
        """Draw the curves of learning: a panel for each optimizer, a line for each scheme.

        Of several seeds it draws the mean and the range.

        Args:
            ax: Axes, or as many as there are optimizers; by default those of a new figure.
            name: What is drawn, as `fit` calls it; by default the validation loss where there is
                one, or else the loss.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
            ValueError: If there is no such number, or not as many axes as optimizers.
        """
        name = name or ("val_loss" if "val_loss" in self.rows[0].history else "loss")
        panels = {
            optimizer: {scheme: self.curves(scheme, optimizer, name) for scheme in self.schemes}
            for optimizer in self.optimizers
        }
        several = isinstance(ax, Iterable) and not isinstance(ax, str | bytes)
        axes = None if ax is None else list(ax) if several else [ax]
        for each in axes or ():
            check_axes(each)
        if axes is not None and len(axes) != len(panels):
            raise IvyValueError(
                f"There are {len(panels)} optimizers, and one of the axes for each is needed. "
                f"Received: {len(axes)} axes"
            )
        unit = name.replace("val_", "validation ").replace("_", " ")
        figure, drawn = draw_curves(panels, unit, self.model, axes)
        return figure, ax if ax is not None else drawn


def compare_training(
    schemes: Mapping[str, object],
    make_model: Callable[[], keras.Model],
    x: object,
    y: object,
    *,
    optimizers: object = "adam",
    loss: object = None,
    metrics: Sequence[object] | None = None,
    epochs: int = 5,
    batch_size: int = 32,
    validation_data: tuple | None = None,
    seeds: int | Sequence[int] = 0,
    verbose: int | str = "auto",
) -> TrainingComparison:
    """Train one network with every scheme and optimizer, and keep the curves of learning.

    Every run begins with a new model; runs of one seed see the same batches. What is compiled for
    an optimizer serves all its runs, as long as model, loss and optimizer are of Keras or this
    package and the models differ in their variables alone. Global seeds and automatic names are as
    before afterwards.

    Args:
        schemes: As in `compare_initializations`.
        make_model: A function without arguments that returns a new model at every call.
        x: Inputs, as `fit` takes them as arrays.
        y: Targets.
        optimizers: The name of an optimizer, an optimizer, a list of these, or a dictionary of
            them by label; default `"adam"`. Every run takes a new one of the same settings.
        loss: A loss, or the name of one; by default the one that the model is compiled with, or
            else the one that targets and outputs suggest, as in `diagnose`.
        metrics: As in `compile`; by default the accuracy, where there are classes.
        epochs: How many; default 5.
        batch_size: Size of a batch; default 32.
        validation_data: A pair of inputs and targets.
        seeds: A seed, or several, for each of which everything runs again.
        verbose: 0 for no progress bar, 1 for one, `"auto"` (default) for one on a terminal.

    Returns:
        A `TrainingComparison`: a row for each run, with its `history`; `table`, `plot()`.

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If there is nothing to compare, or the data do not fit; nothing is trained.

    Example:

    >>> import numpy as np
    >>> x = np.random.default_rng(0).standard_normal((64, 8)).astype("float32")
    >>> def make_model():
    ...     layers = [keras.layers.Dense(16, "relu") for _ in range(2)]
    ...     return keras.Sequential([keras.Input((8,)), *layers, keras.layers.Dense(1)])
    >>> report = compare_training({"he": "kaiming", "zeros": "zeros"}, make_model, x, x[:, :1],
    ...     optimizers="adam_ivy(learning_rate=0.02)", batch_size=8)
    >>> [(run.scheme, run.loss < run.first_loss / 2) for run in report]
    [('he', True), ('zeros', False)]
    """
    wanted = check_arguments(schemes, make_model)
    makers = _optimizers(optimizers)
    chosen = [seeds] if checks.is_whole(seeds) else seeds
    if not isinstance(chosen, Sequence) or isinstance(chosen, str) or not chosen:
        raise IvyTypeError(f"`seeds` must be a seed or a list of them. {received('seeds', seeds)}")
    numbers = [checks.whole("seeds", seed, least=0) for seed in chosen]
    epochs = checks.whole("epochs", epochs, least=1)
    batch_size = checks.whole("batch_size", batch_size, least=1)
    checks.choice("verbose", verbose, ("auto", 0, 1))
    if y is None:
        raise IvyTypeError(f"Training needs targets. {received('y', y)}")
    inputs, targets = take_batch(x, y, batch_size, numbers[0])
    with sheltered(numbers[0]):
        first, second = (make_model_for(n, make_model, inputs, 0) for n in ("first", "second"))
        refuse_shared({"the first call": first, "the second call": second})
        check_fit(first, inputs)
        for label, scheme in wanted.items():
            begin(label, scheme, first, inputs, numbers[0])  # or it says what is wrong with it
        if loss is None and getattr(first, "compiled", False):
            loss = first.loss
        loss = choose_loss(targets, first(inputs)) if loss is None else keras.losses.get(loss)
    if metrics is None:
        metrics = ["accuracy"] if loss_kind(loss) in ("sparse", "categorical", "binary") else []
    shown = bool(verbose) and (verbose == 1 or sys.stdout.isatty())
    bar = keras.utils.Progbar(len(numbers) * len(wanted) * len(makers)) if shown else None
    rows: list[TrainingRun] = []
    trainers = {label: Trainer(make, loss, metrics) for label, make in makers.items()}
    for scheme_label, scheme in wanted.items():
        for optimizer_label, trainer in trainers.items():
            for seed in numbers:
                with sheltered(seed):
                    model = make_model_for(scheme_label, make_model, inputs, seed)
                    begin(scheme_label, scheme, model, inputs, seed)
                    model = trainer.ready(model)
                    # Batches by the seed alone, whatever the scheme has drawn before.
                    with sheltered(seed):
                        found = model.fit(
                            x,
                            y,
                            batch_size=batch_size,
                            epochs=epochs,
                            validation_data=validation_data,
                            verbose=0,
                        ).history
                history = {name: tuple(map(float, values)) for name, values in found.items()}
                rows.append(TrainingRun(scheme_label, optimizer_label, seed, history))
                if bar is not None:
                    bar.update(len(rows))
    return TrainingComparison(rows, first.name)


def _optimizers(optimizers: object) -> dict[str, Callable[[], keras.optimizers.Optimizer]]:
    """By label, functions that make an optimizer.

    Raises:
        IvyTypeError: If one is none.
        IvyValueError: If there are none, or two of a label.
    """
    if isinstance(optimizers, str | keras.optimizers.Optimizer) or (
        isinstance(optimizers, dict) and "class_name" in optimizers
    ):
        optimizers = [optimizers]
    if isinstance(optimizers, Mapping):
        named = dict(optimizers)
    elif isinstance(optimizers, Sequence):
        named = {}
        for one in optimizers:
            label = one if isinstance(one, str) else getattr(one, "name", str(one))
            if label in named:
                raise IvyValueError(
                    "Two optimizers have this name; give a dictionary that labels them. "
                    f"Received: optimizers with {label!r} twice"
                )
            named[label] = one
    else:
        raise IvyTypeError(
            "`optimizers` must be an optimizer, a list of them, or a dictionary by label. "
            f"{received('optimizers', optimizers)}"
        )
    if not named:
        raise IvyValueError(f"There is no optimizer. {received('optimizers', optimizers)}")
    return {label: _maker(label, one) for label, one in named.items()}


def _maker(label: object, one: object) -> Callable[[], keras.optimizers.Optimizer]:
    if not isinstance(label, str) or not isinstance(one, str | dict | keras.optimizers.Optimizer):
        raise IvyTypeError(
            "An optimizer must be one of Keras or keras_ivy, its name or its config, with a text "
            f"as label. Received: {label!r}: {one!r}"
        )
    made = keras.optimizers.get(one)
    config = made.get_config()
    return lambda: type(made).from_config(config)
