"""The trust ratios of the last step, for whoever asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.ivy_side.keys import keys_of, unique_paths
from keras_ivy.optimizers.parts.host import Host
from keras_ivy.utils.plots import Axes, Figure, Series, plot_series
from keras_ivy.utils.reports import Column, VariableTable
from keras_ivy.utils.reports.lookup import natural

__all__ = ["RatioRow", "TrustRatioReport", "TrustRatios", "ratios_of_steps"]


@dataclass(frozen=True)
class RatioRow:
    """The trust ratio of one variable.

    Args:
        path: Keras's path, or that in the Container: the key in the dictionary.
        key: The structural path, where the model is known.
        ratio: The ratio.
    """

    path: str
    key: str
    ratio: float


class TrustRatioReport(VariableTable[RatioRow], dict[str, float]):
    """Trust ratios by path: a dictionary that prints as a table.

    `ratios["dense"]`, or a structural path, finds a ratio too; the dictionary's keys are as ever.

    Args:
        ratios: The ratios by Keras's paths.
        keys: The structural paths, by Keras's; or a function that finds them when asked.

    Example:

    >>> ratios = TrustRatioReport({"net/d/kernel": 2.5}, {"net/d/kernel": "layers/v0/kernel"})
    >>> ratios
    path          key               trust ratio
    net/d/kernel  layers/v0/kernel          2.5
    >>> ratios["d"], ratios["layers/v0/kernel"], dict(ratios)
    (2.5, 2.5, {'net/d/kernel': 2.5})
    """

    def __init__(
        self,
        ratios: Mapping[str, float],
        keys: Mapping[str, str] | Callable[[], Mapping[str, str]] | None = None,
    ):
        super().__init__(ratios)
        self._keys: Mapping[str, str] | Callable[[], Mapping[str, str]] = keys or {}

    def _paths(self) -> Mapping[str, str]:
        """The structural paths; whoever logs ratios at every step does not ask for them."""
        if callable(self._keys):
            self._keys = self._keys()
        return self._keys

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self), dict(self._paths()))

    def __missing__(self, key: str) -> float:
        return self.row(key).ratio

    @property
    def rows(self) -> list[RatioRow]:  # type: ignore[override]  # Made from the dictionary.
        """A row for each ratio, in the order of creation."""
        keys = self._paths()
        return [RatioRow(path, keys.get(path, ""), ratio) for path, ratio in self.items()]

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """Headings and attributes; the structural paths where they are known."""
        named = any(row.key not in ("", row.path) for row in self.rows)
        return (("path", "path"), *([("key", "key")] if named else []), ("trust ratio", "ratio"))

    def names(self, row: RatioRow) -> tuple[str, ...]:
        """The structural path."""
        return (row.path, *([row.key] if row.key else []))

    def place(self, row: RatioRow) -> str:
        """The structural path, if it is known."""
        return row.key or row.path

    def is_kernel(self, row: RatioRow) -> bool:
        """Whether its name says that it is one."""
        return self.place(row).rpartition("/")[2] in ("kernel", "w")

    def plot(self, ax: Axes | None = None) -> tuple[Figure, Axes]:
        """Draw the ratio of every variable.

        Args:
            ax: Axes to draw on; by default those of a new figure.

        Raises:
            ImportError: If matplotlib is not installed; the sentence says what to install.
        """
        series: Series = {"trust ratio": list(self.values())}
        return plot_series(series, list(self), "trust ratio", "The last step", ax, joined=False)


def ratios_of_steps(ratios: Mapping[str, tf.Tensor | tf.Variable]) -> TrustRatioReport:
    """Return the ratios of steps on a Container, by the paths in it."""
    paths = sorted(ratios, key=natural)
    return TrustRatioReport({path: float(tf.convert_to_tensor(ratios[path])) for path in paths})


class TrustRatios:
    """The trust ratios of an optimizer's variables.

    Args:
        host: The optimizer.
    """

    def __init__(self, host: Host):
        self._host = host
        #: A row of each variable's ratio and of whether there was one. NaN for "not yet" would be
        #: found by whoever looks for NaN, and be taken for the ratio of a tensor that holds NaN.
        self.values: tf.Variable | None = None
        self._former: list[tf.Variable | None] = []

    def make(self, count: int) -> None:
        """Make room for the ratios of `count` variables."""
        # No variable of the optimizer's: ratios are no part of its state. Functions that were
        # compiled for fewer variables still write to the former one.
        self._former.append(self.values)
        self.values = tf.Variable(tf.zeros([count, 2]), trainable=False, name="trust_ratios")

    def shown(self) -> np.ndarray | None:
        """Return the rows that there are."""
        value = self.values
        if isinstance(value, tf.distribute.DistributedValues):
            value = value.values[0]
        with tf.init_scope():
            return None if value is None else np.asarray(value)

    def put(self, rows: np.ndarray | None, former: Sequence[int | None]) -> None:
        """Keep the rows of variables that had other indices; `None` for those that had none."""
        if self.values is None or rows is None:
            return
        none = np.zeros([2], np.float32)
        with tf.init_scope():
            self.values.assign(np.stack([none if i is None else rows[i] for i in former]))

    def note(self, ratios: Mapping[tuple[int, ...], tf.Tensor | None]) -> None:
        """Keep the ratios of a step, given as vectors by the indices of their variables."""
        found = [(indices, r) for indices, r in ratios.items() if r is not None]
        if not found or self.values is None:
            return
        indices = [i for group, _ in found for i in group]
        values = [tf.reshape(tf.cast(r, tf.float32), [-1]) for _, r in found]
        new = tf.concat(values, 0)
        new = tf.stack([new, tf.ones_like(new)], 1)
        if indices != list(range(self.values.shape[0])):
            where = tf.constant(indices)[:, tf.newaxis]
            new = tf.tensor_scatter_nd_update(self.values, where, new)
        self.values.assign(new)

    def by_path(self) -> TrustRatioReport:
        """Return the ratios that there were, by the paths of their variables."""
        if self.values is None:
            return TrustRatioReport({})
        value = self.shown()
        host, variables = self._host, list(self._host._trainable_variables)
        paths = unique_paths(variables)
        found = {
            path: float(ratio)
            for path, (ratio, known) in zip(paths, np.asarray(value), strict=True)
            if known
        }
        return TrustRatioReport(
            found, lambda: dict(zip(paths, keys_of(host, variables), strict=True))
        )
