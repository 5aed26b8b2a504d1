"""The weights of a model, each against what its true fans ask for."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.diagnostics.plots import Series, plot_series
from keras_ivy.initializers.gains import calculate_gain
from keras_ivy.initializers.model.schemes.layers import (
    XAVIER_ACTIVATIONS,
    activation_after,
    inner_kernels,
)
from keras_ivy.initializers.model.targets import Target, collect_targets
from keras_ivy.utils.exceptions import IvyValueError
from keras_ivy.utils.plots import Axes, Figure
from keras_ivy.utils.reports import Json, Report, VariableTable

__all__ = ["WeightRow", "WeightStats", "weight_stats"]

#: Roles of variables for which the schemes of the papers specify a standard deviation.
_SCALED = ("kernel", "recurrent")
#: Gains of Keras's own activations, which take an integration each.
_GAINS: dict[str, float | None] = {}


@dataclass(frozen=True)
class WeightRow:
    """One variable.

    Args:
        layer: Name of the layer that owns it.
        variable: Name of the variable, such as `"kernel"`.
        path: Structural path.
        shape: Its shape.
        fan_in: Products that one output sums.
        fan_out: Outputs that one input feeds.
        role: `"kernel"`, `"recurrent"`, `"embedding"`, `"bias"`, `"scale"`, ...
        mean: Mean of its values.
        std: Their standard deviation.
        min: The least.
        max: The greatest.
        he: Standard deviation that He's scheme gives, `sqrt(2 / fan_in)`; None but for kernels.
        xavier: That of Xavier's, `sqrt(2 / (fan_in + fan_out))`.
        lecun: That of LeCun's, `sqrt(1 / fan_in)`.
        he_ratio: `std / he`.
        xavier_ratio: `std / xavier`.
        lecun_ratio: `std / lecun`.
        ratio: `std` by what suits the activation after the kernel: He's with the activation's
            gain, or Xavier's where it is linear or bounded.
    """

    layer: str
    variable: str
    path: str
    shape: tuple[int, ...]
    fan_in: float
    fan_out: float
    role: str
    mean: float
    std: float
    min: float
    max: float
    he: float | None = None
    xavier: float | None = None
    lecun: float | None = None
    he_ratio: float | None = None
    xavier_ratio: float | None = None
    lecun_ratio: float | None = None
    ratio: float | None = None

    @property
    def name(self) -> str:
        """Layer and variable, such as `"conv1/kernel"`."""
        return f"{self.layer}/{self.variable}"

    @property
    def fans(self) -> tuple[float, float]:
        """The pair `(fan_in, fan_out)`."""
        return self.fan_in, self.fan_out


class WeightStats(VariableTable[WeightRow], Report[WeightRow]):
    """The rows of `weight_stats`, in the order of creation, which is the order of calls.

    `stats["conv1/kernel"]`, or a structural path, finds a row; the name of a layer alone stands for
    its kernel.

    Args:
        rows: The rows.
        model: Name of the model.
        also: Further names of rows, by their paths.
    """

    columns = (
        ("weight", "name"),
        ("shape", "shape"),
        ("fan_in", "fan_in"),
        ("fan_out", "fan_out"),
        ("role", "role"),
        ("mean", "mean"),
        ("std", "std"),
        ("min", "min"),
        ("max", "max"),
        ("He", "he"),
        ("Xavier", "xavier"),
        ("LeCun", "lecun"),
        ("x He", "he_ratio"),
        ("x Xavier", "xavier_ratio"),
        ("x LeCun", "lecun_ratio"),
    )

    def __init__(
        self,
        rows: Sequence[WeightRow],
        model: str = "",
        also: Mapping[str, Sequence[str]] | None = None,
    ):
        super().__init__(rows)
        self.model = model
        self._also = dict(also or {})

    def footing(self) -> list[str]:
        """How much it is."""
        total = sum(math.prod(row.shape) for row in self.rows)
        return [f"{self.model}: {len(self.rows)} variables, {total:,} values"]

    def to_dict(self) -> dict[str, Json]:
        """Return the model's name and the rows."""
        return {"model": self.model, **super().to_dict()}

    def plot(self, ax: Axes | None = None) -> tuple[Figure, Axes]:
        """Draw the standard deviation of every kernel beside those of He, Xavier and LeCun.

        Args:
            ax: Axes to draw on; by default those of a new figure.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
        """
        kernels = [row for row in self.rows if row.he is not None]
        series: Series = {
            "measured": [row.std for row in kernels],
            "He": [row.he for row in kernels],
            "Xavier": [row.xavier for row in kernels],
            "LeCun": [row.lecun for row in kernels],
        }
        names = [row.name for row in kernels]
        return plot_series(series, names, "standard deviation", self.model, ax)


def weight_stats(model: keras.layers.Layer) -> WeightStats:
    """Return the statistics of every weight, beside what three schemes would give.

    The fans are the true ones (see `fans_of`), so that a depthwise kernel, a strided or grouped
    convolution and the gates of an LSTM are measured against what their outputs really sum.

    Args:
        model: A built model, layer or `Module`.

    Returns:
        A `WeightStats`: a row for each variable in the order of calls, with layer name, path,
        shape, fans, role, mean, standard deviation, least and greatest value, the standard
        standard deviations of He, Xavier and LeCun, and the ratios.

    Raises:
        TypeError: If `model` is no layer.
        ValueError: If it is not built.

    Example:

    >>> model = keras.Sequential([keras.Input((8, 8, 64)), keras.layers.DepthwiseConv2D(3)])
    >>> keras.utils.set_random_seed(0)
    >>> model.layers[0].kernel.assign(keras.random.normal((3, 3, 64, 1), stddev=1 / 3)) is None
    False
    >>> row = weight_stats(model)[0]
    >>> row.variable, row.fan_in, row.fan_out, round(row.lecun, 4), round(row.lecun_ratio, 1)
    ('kernel', 9, 9, 0.3333, 1.0)
    """
    targets = collect_targets(model)
    also = {target.path: target.place.paths for target in targets}
    return WeightStats(weight_rows(targets), model.name, also)


def weight_rows(targets: Sequence[Target]) -> list[WeightRow]:
    """Return the rows of variables, in the order of creation."""
    inner = inner_kernels(targets)
    ordered = sorted(targets, key=lambda target: target.position)
    return [_row(target, target.path in inner) for target in ordered]


def _row(target: Target, inner: bool) -> WeightRow:
    values = tf.convert_to_tensor(target.variable.value).numpy()
    wide = np.abs(values) if values.dtype.kind == "c" else values.astype("float64")
    empty = wide.size == 0
    mean, std, low, high = (
        (0.0, 0.0, 0.0, 0.0)
        if empty
        else (float(wide.mean()), float(wide.std()), float(wide.min()), float(wide.max()))
    )
    wanted: tuple[float | None, ...] = (None,) * 3
    ratios: tuple[float | None, ...] = (None,) * 4
    if target.role in _SCALED:
        he, xavier, lecun = scheme_deviations(*target.geometry.fans)
        wanted = (he, xavier, lecun)
        suited = suited_deviation(target, inner)
        ratios = tuple(std / each for each in (he, xavier, lecun, suited))
    return WeightRow(
        target.layer.name,
        target.variable.name,
        target.path,
        target.shape,
        *target.geometry.fans,
        target.role,
        mean,
        std,
        low,
        high,
        *wanted,
        *ratios,
    )


def scheme_deviations(fan_in: float, fan_out: float) -> tuple[float, float, float]:
    """Return the standard deviations of He, Xavier and LeCun.

    Example:

    >>> [round(std, 3) for std in scheme_deviations(50, 150)]
    [0.2, 0.1, 0.141]
    """
    return math.sqrt(2 / fan_in), math.sqrt(2 / (fan_in + fan_out)), math.sqrt(1 / fan_in)


def suited_deviation(target: Target, inner: bool = False) -> float:
    """Return the standard deviation that suits a kernel and the activation after it.

    Args:
        target: The kernel.
        inner: Whether its output goes into another kernel of the same layer.
    """
    fan_in, fan_out = target.geometry.fans
    activation = activation_after(target.layer)
    plain = getattr(activation, "__name__", "") in XAVIER_ACTIVATIONS or activation is None
    if target.role == "recurrent" or (plain and not inner):
        return math.sqrt(2 / (fan_in + fan_out))
    if inner or activation is None:
        return math.sqrt(1 / fan_in)
    gain = _gain(activation)
    return math.sqrt(2 / (fan_in + fan_out)) if gain is None else gain / math.sqrt(fan_in)


def _gain(activation: Callable) -> float | None:
    """The gain of an activation; None if it is not elementwise, so that none makes up for it."""
    key = getattr(activation, "__name__", None)
    if isinstance(activation, keras.layers.Layer):
        config = {k: v for k, v in activation.get_config().items() if k not in ("name", "dtype")}
        key = f"{type(activation).__module__}.{type(activation).__name__}{config}"
    elif key is None or getattr(keras.activations, key, None) is not activation:
        return _computed_gain(activation)
    if key not in _GAINS:
        _GAINS[key] = _computed_gain(activation)
    return _GAINS[key]


def _computed_gain(activation: Callable) -> float | None:
    try:
        return calculate_gain(activation)
    except IvyValueError:
        return None
