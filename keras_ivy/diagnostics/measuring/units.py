"""Activations as the operations that they are: which units are dead, and how many saturated.

A unit is a place on the axis of channels. It is dead in a batch if a ReLU lets nothing of it
through for any sample at any position.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import tensorflow as tf

__all__ = ["KINDS", "Units"]

#: Truth values, by unit.
Flags: TypeAlias = np.ndarray | tf.Tensor

#: Names of activations by TensorFlow's operations.
KINDS = {
    "Relu": "relu",
    "Relu6": "relu6",
    "Elu": "elu",
    "Selu": "selu",
    "LeakyRelu": "leaky_relu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Softmax": "softmax",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Erf": "gelu",
    "Erfc": "gelu",
    "Sin": "sin",
}
_RELUS = ("relu", "relu6")
#: Beyond this a tanh counts as saturated; a sigmoid's ends are as far in its own range.
_TANH_END = 0.97
_SIGMOID_END = 0.03


@dataclass
class Units:
    """What the activations of one call of a layer let through.

    Args:
        kinds: Names of the activations, in order.
        alive: For each ReLU by unit, whether anything passed.
        always: For each ReLU by unit, whether everything passed.
        squashed: How many values of tanh and sigmoid there were.
        saturated: How many of them were at an end.

    Of tensors of a graph they are tensors; the properties need values.
    """

    kinds: list[str] = field(default_factory=list)
    alive: list[Flags] = field(default_factory=list)
    always: list[Flags] = field(default_factory=list)
    squashed: int | tf.Tensor = 0
    saturated: int | tf.Tensor = 0

    def note(self, kind: str, y: tf.Tensor, axis: int, repeated: bool) -> None:
        """Take an activation's output.

        Args:
            kind: A value of `KINDS`.
            y: Its output.
            axis: The axis of units.
            repeated: Whether the same units come again, step by step, as in a recurrent layer.
        """
        if not (repeated and kind in self.kinds):
            self.kinds.append(kind)
        if kind in _RELUS and y.shape.rank:
            others = tuple(i for i in range(y.shape.rank) if i != axis % y.shape.rank)
            alive, always = _passed(y, others)
            if repeated and self.alive and self.alive[-1].shape == alive.shape:
                self.alive[-1] = self.alive[-1] | alive
                self.always[-1] = self.always[-1] & always
            else:
                self.alive.append(alive)
                self.always.append(always)
        elif kind in ("tanh", "sigmoid"):
            self.squashed = self.squashed + _count(y)
            self.saturated = self.saturated + _ends(kind, y)

    def withdraw(self, kind: str, y: tf.Tensor) -> None:
        """Take back a tanh or sigmoid that proves to be part of another activation."""
        self.squashed = self.squashed - _count(y)
        self.saturated = self.saturated - _ends(kind, y)
        self.kinds[len(self.kinds) - 1 - self.kinds[::-1].index(kind)] = "silu"

    @property
    def dead(self) -> float | None:
        """Share of units that let nothing through; None without a ReLU."""
        return 1.0 - _share(self.alive) if self.alive else None

    @property
    def open(self) -> float | None:
        """Share of units that let everything through; None without a ReLU."""
        return _share(self.always) if self.always else None

    @property
    def saturated_share(self) -> float | None:
        """Share of values at an end; None without tanh and sigmoid."""
        return int(self.saturated) / int(self.squashed) if int(self.squashed) else None

    @property
    def count(self) -> int:
        """How many units stand behind a ReLU."""
        return sum(int(np.size(part)) for part in self.alive)


def _passed(y: tf.Tensor, others: tuple[int, ...]) -> tuple[Flags, Flags]:
    """By unit, whether anything passed, and whether everything did."""
    if tf.is_symbolic_tensor(y):
        return tf.reduce_any(y > 0, others), tf.reduce_all(y > 0, others)
    passed = _values(y) > 0
    return np.asarray(passed.any(axis=others)), np.asarray(passed.all(axis=others))


def _count(y: tf.Tensor) -> int | tf.Tensor:
    return tf.size(y, tf.int64) if tf.is_symbolic_tensor(y) else int(tf.size(y))


def _ends(kind: str, y: tf.Tensor) -> int | tf.Tensor:
    if tf.is_symbolic_tensor(y):
        wide = tf.cast(y, tf.float64 if y.dtype == tf.float64 else tf.float32)
        if kind == "tanh":
            return tf.math.count_nonzero(tf.abs(wide) > _TANH_END)
        return tf.math.count_nonzero((wide < _SIGMOID_END) | (wide > 1 - _SIGMOID_END))
    values = _values(y)
    if kind == "tanh":
        return int(np.count_nonzero(np.abs(values) > _TANH_END))
    return int(np.count_nonzero((values < _SIGMOID_END) | (values > 1 - _SIGMOID_END)))


def _values(y: tf.Tensor) -> np.ndarray:
    """NumPy's view; what is below the precision of float32 is told apart in float64 only."""
    return tf.cast(y, tf.float64 if y.dtype == tf.float64 else tf.float32).numpy()


def _share(parts: Sequence[Flags]) -> float:
    size = sum(int(np.size(part)) for part in parts)
    return sum(int(np.count_nonzero(part)) for part in parts) / size if size else 0.0
