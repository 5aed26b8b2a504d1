"""The activations of one network under several initializations."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.diagnostics.comparing.models import (
    begin,
    check_arguments,
    check_fit,
    make_model_for,
    refuse_shared,
    sheltered,
)
from keras_ivy.diagnostics.comparing.pictures import draw_histograms
from keras_ivy.diagnostics.diagnose import examine
from keras_ivy.diagnostics.diagnosis import Diagnosis
from keras_ivy.diagnostics.measuring.batch import take_batch
from keras_ivy.diagnostics.measuring.taps import Call
from keras_ivy.diagnostics.rows import Row
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyKeyError, nearest
from keras_ivy.utils.plots import Axes, Figure, Panels, Series, plot_series
from keras_ivy.utils.reports import Json, Report

__all__ = ["BINS", "ComparedRow", "InitializationComparison", "compare_initializations"]

#: How many parts the range of a histogram has.
BINS = 50


@dataclass(frozen=True)
class ComparedRow:
    """What one call of a layer puts out under one scheme.

    Args:
        scheme: Label of the scheme.
        layer: Name of the layer.
        path: Structural path.
        type: Its class.
        call: 1, or more for later calls of a layer that is shared.
        shape: Shape of the output, without the batch.
        activation: Names of the activations that ran on its output, or in it.
        mean: Mean of the output.
        std: Standard deviation.
        rms: Root of the mean square.
        min: The least value.
        max: The greatest.
        zeros: Share of exact zeros.
        dead: Share of units of which a ReLU lets nothing through, for any sample.
        saturated: Share of values at the ends of tanh or sigmoid.
        grad_rms: Root of the mean square of the loss's gradient by the output.
        weight_ratio: Standard deviation of its kernel by the one that its true fans and its
            activation ask for; None of a layer without a kernel.
        counts: How many values lie in each of 50 equal parts of the range from `min` to `max`;
            empty if not all are finite.
    """

    scheme: str
    layer: str
    path: str
    type: str
    call: int
    shape: tuple[int | None, ...]
    activation: str
    mean: float
    std: float
    rms: float
    min: float
    max: float
    zeros: float
    dead: float | None
    saturated: float | None
    grad_rms: float | None
    weight_ratio: float | None
    counts: tuple[int, ...]

    @property
    def name(self) -> str:
        """The layer's name, with the number of the call from the second on."""
        return self.layer if self.call == 1 else f"{self.layer}:{self.call}"

    @property
    def histogram(self) -> tuple[np.ndarray, np.ndarray]:
        """Counts and edges, as `np.histogram(values, bins=50)` gives them."""
        return np.array(self.counts), np.histogram_bin_edges([self.min, self.max], BINS)


class InitializationComparison(Report[ComparedRow]):
    """What `compare_initializations` has seen: a row for each scheme and call of a layer.

    `comparison["he"]` is the part of one scheme, `comparison["dense_1"]` that of one layer under
    every scheme, `comparison["he", "dense_1"]` a row.

    Args:
        rows: The rows, scheme by scheme, in the order of calls.
        diagnoses: The whole diagnosis of each scheme, by label.
        model: Name of the model.
        samples: How many samples were looked at.
    """

    columns = (
        ("scheme", "scheme"),
        ("layer", "name"),
        ("type", "type"),
        ("act", "activation"),
        ("mean", "mean"),
        ("std", "std"),
        ("min", "min"),
        ("max", "max"),
        ("zeros", "zeros"),
        ("dead", "dead"),
        ("satur.", "saturated"),
        ("dL/da", "grad_rms"),
        ("x fan", "weight_ratio"),
    )

    def __init__(
        self,
        rows: Sequence[ComparedRow],
        diagnoses: Mapping[str, Diagnosis],
        model: str = "",
        samples: int = 0,
    ):
        super().__init__(rows)
        self.diagnoses: dict[str, Diagnosis] = dict(diagnoses)
        self.model = model
        self.samples = samples

    @property
    def schemes(self) -> list[str]:
        """The labels, in order."""
        return list(dict.fromkeys(row.scheme for row in self.rows))

    @property
    def table(self) -> "InitializationComparison":
        """The report itself: it prints as a table, and its rows are those of the table."""
        return self

    def names(self, row: ComparedRow) -> tuple[str, ...]:
        """The layer's name, with the number of the call, and with the scheme before it."""
        return (row.name, row.layer, f"{row.scheme}/{row.name}", f"{row.scheme}/{row.path}")

    def __contains__(self, key: object) -> bool:
        """Whether there is such a row, scheme or layer."""
        if not isinstance(key, str):
            return key in self.rows
        return any(key in (row.scheme, row.path, *self.names(row)) for row in self.rows)

    def __getitem__(self, key: object) -> "InitializationComparison | ComparedRow":  # type: ignore[override]
        """Return a row by position, scheme and layer, or the rows of a scheme or of a layer.

        Raises:
            IvyKeyError: If there are none.
        """
        if isinstance(key, tuple) and len(key) == 2 and all(isinstance(k, str) for k in key):
            rows = [row for row in self.rows if row.scheme == key[0]]
            if not rows:
                raise IvyKeyError(
                    f"No scheme has this label. {nearest(key[0], self.schemes)} "
                    f"Received: key={key!r}"
                )
            found = Report.__getitem__(self._part(rows), key[1])
            assert isinstance(found, ComparedRow)  # a name gives one row
            return found
        if not isinstance(key, str):
            return super().__getitem__(key)  # type: ignore[call-overload]
        in_scheme = [row for row in self.rows if row.scheme == key]
        of_layer = [row for row in self.rows if key in (row.name, row.path)]
        of_layer = of_layer or [row for row in self.rows if key == row.layer]
        if in_scheme and of_layer:
            raise IvyKeyError(
                "A scheme and a layer have this name; give both, as in "
                f"`comparison[{key!r}, {of_layer[0].name!r}]`. Received: key={key!r}"
            )
        if in_scheme or of_layer:
            return self._part(in_scheme or of_layer)
        for row in self.rows:
            if key in self.names(row):
                return row
        known = [*self.schemes, *(name for row in self.rows for name in self.names(row))]
        raise IvyKeyError(
            f"No scheme or layer has this name. {nearest(key, known)} Received: key={key!r}"
        )

    def _part(self, rows: Sequence[ComparedRow]) -> "InitializationComparison":
        kept = {row.scheme for row in rows}
        diagnoses = {label: each for label, each in self.diagnoses.items() if label in kept}
        return InitializationComparison(rows, diagnoses, self.model, self.samples)

    def heading(self) -> list[str]:
        """What a diagnosis says of every scheme."""
        width = max((len(label) for label in self.diagnoses), default=0)
        lines = [f"{self.model}: {self.samples} samples, {len(self.schemes)} schemes"]
        for label, diagnosis in self.diagnoses.items():
            kinds = ", ".join(dict.fromkeys(finding.kind for finding in diagnosis.findings))
            said = f"{diagnosis.verdict}: {kinds}" if kinds else diagnosis.verdict
            lines.append(f"  {label.ljust(width)}  {said}")
        return [*lines, ""]

    def to_dict(self) -> dict[str, Json]:
        """Return the model, the verdicts by scheme, and the rows."""
        verdicts: dict[str, Json] = {
            label: {"ok": each.ok, "kinds": list(dict.fromkeys(f.kind for f in each.findings))}
            for label, each in self.diagnoses.items()
        }
        return {
            "model": self.model,
            "samples": self.samples,
            "schemes": verdicts,
            **super().to_dict(),
        }

    def plot(
        self, ax: Axes | None = None, *, layers: Sequence[str] | None = None
    ) -> tuple[Figure, Panels]:
        """Draw histograms of activations: a row of axes for each scheme, a column for each layer.

        Args:
            ax: Axes; then the standard deviation by depth is drawn on them, a line a scheme.
            layers: Names or paths of the layers, in order; by default up to five of those with a
                kernel, evenly spread, the first and the last among them.

        Returns:
            The figure and its axes, of shape `(schemes, layers)`.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
            KeyError: If no layer has such a name.
        """
        names = self._shown(layers)
        if ax is not None:
            series: Series = {
                label: [self._row(label, name).std for name in names] for label in self.schemes
            }
            return plot_series(series, names, "standard deviation", self.model, ax)
        grid = [[self._row(label, name) for name in names] for label in self.schemes]
        return draw_histograms(grid, self.model, self.samples)

    def _row(self, label: str, name: str) -> ComparedRow:
        found = self[label, name]
        assert isinstance(found, ComparedRow)  # two names give one row
        return found

    def _shown(self, layers: Sequence[str] | None) -> list[str]:
        if layers is not None:
            return [self._row(self.schemes[0], name).name for name in layers]
        first = [row for row in self.rows if row.scheme == self.schemes[0]]
        kernels = [row.name for row in first if row.weight_ratio is not None]
        names = kernels or [row.name for row in first]
        places = np.unique(np.linspace(0, len(names) - 1, 5).round().astype(int))
        return [names[i] for i in places]


def compare_initializations(
    schemes: Mapping[str, object],
    make_model: Callable[[], keras.layers.Layer],
    x: object,
    *,
    seed: int = 0,
    y: object = None,
    batch_size: int = 1024,
) -> InitializationComparison:
    """Show what several initializations make of the signal in one network.

    For each scheme a model is made, initialized and run once, forwards and backwards, in training
    mode. The models are forgotten; of their tensors only numbers are kept. Global seeds and
    automatic names are as before afterwards.

    Args:
        schemes: A label for each of what `initialize_model` takes: a name, an initializer, rules.
            Beside these: a pair of a name and its arguments, as in `("normal", {"std": 0.01})`;
            `"lsuv"`, which looks at `x`; and `None`, which leaves what `make_model` has drawn.
        make_model: A function without arguments that returns a new model at every call.
        x: Inputs, as in `diagnose`.
        seed: Of the draws, of the samples, and of what is random in the pass.
        y: Targets; with them the loss is that of the diagnosis, or else a random sum of outputs.
        batch_size: How many samples are drawn from arrays that have more; default 1024.

    Returns:
        An `InitializationComparison`: rows of mean, standard deviation, histogram, zeros, gradient,
        ... by scheme and layer; `table` prints them, `plot()` draws the histograms, `diagnoses`
        holds the diagnosis of each scheme.

    Raises:
        TypeError: If `schemes` is no mapping, or `make_model` does not make models.
        ValueError: If there is no scheme or an unknown one, `make_model` returns one model twice,
            or `x` is not what the model takes.

    Example:

    >>> def make_model():
    ...     layers = [keras.layers.Dense(64, "relu", name=f"hidden{i}") for i in range(8)]
    ...     return keras.Sequential([keras.Input((64,)), *layers])
    >>> x = np.random.default_rng(0).standard_normal((256, 64)).astype("float32")
    >>> report = compare_initializations({"he": "kaiming", "xavier": "xavier"}, make_model, x)
    >>> [round(report[label, "hidden7"].std, 1) for label in report.schemes]
    [1.0, 0.0]

    Reference: Glorot and Bengio 2010, figures 6 and 7; He et al. 2015, arXiv:1502.01852.
    """
    wanted = check_arguments(schemes, make_model)
    seed = checks.whole("seed", seed, least=0)
    size = checks.whole("batch_size", batch_size, least=1)
    inputs, targets = take_batch(x, y, size, seed)
    with sheltered(seed):
        models = {label: make_model_for(label, make_model, inputs, seed) for label in wanted}
        refuse_shared(models)
        check_fit(next(iter(models.values())), inputs)
        for label, scheme in wanted.items():
            begin(label, scheme, models[label], inputs, seed)
        diagnoses, rows = {}, []
        for label in wanted:
            # One after the other is let go.
            diagnoses[label], counts = _seen(models.pop(label), inputs, targets, seed)
            rows += [_row(label, row, counts[row.path, row.call]) for row in diagnoses[label]]
    samples = int(keras.tree.flatten(inputs)[0].shape[0])
    return InitializationComparison(rows, diagnoses, diagnoses[label].model, samples)


Counts = dict[tuple[str, int], tuple[int, ...]]


def _seen(
    model: keras.layers.Layer, inputs: object, targets: object, seed: int
) -> tuple[Diagnosis, Counts]:
    """The diagnosis of a model, and the histograms of what its layers put out."""
    counts: Counts = {}

    def see(call: Call, values: tf.Tensor) -> None:
        array = tf.cast(values, tf.float64 if values.dtype == tf.float64 else tf.float32).numpy()
        finite = array.size and math.isfinite(float(array.min()) + float(array.max()))
        found = np.histogram(array, bins=BINS)[0] if finite else ()
        counts[call.path, call.number] = tuple(int(count) for count in found)

    return examine(model, inputs, targets, seed=seed, see=see), counts


def _row(label: str, row: Row, counts: tuple[int, ...]) -> ComparedRow:
    same = {
        name: getattr(row, name)
        for name in ComparedRow.__dataclass_fields__
        if name not in ("scheme", "counts")
    }
    return ComparedRow(scheme=label, counts=counts, **same)
