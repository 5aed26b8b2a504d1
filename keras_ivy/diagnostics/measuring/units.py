"""Activations as the operations that they are: which units are dead, and how many saturated.

A unit is a place on the axis of channels. It is dead in a batch if a ReLU lets nothing of it
through for any sample at any position.
"""

from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf

__all__ = ["KINDS", "Units"]

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
    """

    kinds: list[str] = field(default_factory=list)
    alive: list[np.ndarray] = field(default_factory=list)
    always: list[np.ndarray] = field(default_factory=list)
    squashed: int = 0
    saturated: int = 0

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
            passed = _values(y) > 0
            alive = np.asarray(passed.any(axis=others))
            always = np.asarray(passed.all(axis=others))
            if repeated and self.alive and self.alive[-1].shape == alive.shape:
                self.alive[-1] |= alive
                self.always[-1] &= always
            else:
                self.alive.append(alive)
                self.always.append(always)
        elif kind in ("tanh", "sigmoid"):
            self.squashed += int(tf.size(y))
            self.saturated += _ends(kind, y)

    def withdraw(self, kind: str, y: tf.Tensor) -> None:
        """Take back a tanh or sigmoid that proves to be part of another activation."""
        self.squashed -= int(tf.size(y))
        self.saturated -= _ends(kind, y)
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
        return self.saturated / self.squashed if self.squashed else None


def _ends(kind: str, y: tf.Tensor) -> int:
    values = _values(y)
    if kind == "tanh":
        return int(np.count_nonzero(np.abs(values) > _TANH_END))
    return int(np.count_nonzero((values < _SIGMOID_END) | (values > 1 - _SIGMOID_END)))


def _values(y: tf.Tensor) -> np.ndarray:
    """NumPy's view; what is below the precision of float32 is told apart in float64 only."""
    return tf.cast(y, tf.float64 if y.dtype == tf.float64 else tf.float32).numpy()


def _share(parts: list[np.ndarray]) -> float:
    together = np.concatenate([part.ravel() for part in parts])
    return float(together.mean()) if together.size else 0.0
