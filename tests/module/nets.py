"""Modules that several tests use."""

import keras
import numpy as np
import tensorflow as tf

import keras_ivy as ivy

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 3)).astype("float32")
Y = RNG.normal(size=(8, 1)).astype("float32")


class Net(ivy.Module):
    """Two layers of Ivy's, as attributes."""

    def __init__(self, hidden=4, **kwargs):
        self.first = ivy.Linear(3, hidden)
        self._second = ivy.Linear(hidden, 1)
        ivy.Module.__init__(self, **kwargs)

    def _forward(self, x):
        return self._second(ivy.tanh(self.first(x)))


class Mixed(ivy.Module):
    """Stock Keras layers beside Ivy's, in a list and a dict, with statistics and masks."""

    def __init__(self, **kwargs):
        self.blocks = [keras.layers.Dense(4), ivy.Linear(4, 4)]
        self.parts = {"norm": keras.layers.BatchNormalization(), "drop": keras.layers.Dropout(0.5)}
        self.head = ivy.Linear(4, 1)
        super().__init__(**kwargs)

    def _forward(self, x):
        for block in self.blocks:
            x = ivy.relu(block(x))
        return self.head(self.parts["drop"](self.parts["norm"](x)))


class Scale(ivy.Module):
    """A variable of its own."""

    def __init__(self, size=2, value=2.0, **kwargs):
        self._size, self._value = size, value
        super().__init__(**kwargs)

    def _create_variables(self, device=None, dtype=None):
        return {"w": tf.fill([self._size], tf.cast(self._value, dtype or "float32"))}

    def _forward(self, x):
        return x * self.v.w


class Statistics(ivy.Module):
    """A running mean, written in `_forward` as Ivy's layers do."""

    non_trainable_keys = ("running_mean",)

    def _create_variables(self, device, dtype):
        return {"w": ivy.ones(3, dtype=dtype), "running_mean": ivy.zeros(3, dtype=dtype)}

    def _forward(self, x):
        if self.training:
            self.v.running_mean = 0.9 * self.v.running_mean + 0.1 * ivy.mean(x, axis=0)
        return (x - self.v.running_mean) * self.v.w


class Late(ivy.Module):
    """Layers that are made from the first input."""

    def __init__(self, hidden=4, size_out=1, **kwargs):
        self._hidden, self._size_out = hidden, size_out
        super().__init__(build_mode="on_call", **kwargs)

    def _build(self, x):
        self.blocks = [ivy.Linear(x.shape[-1], self._hidden), ivy.Linear(self._hidden, 1)]

    def _forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def values(container):
    """The values of all leaves, by path."""
    return {path: np.array(leaf) for path, leaf in container.flatten().items()}


def assert_values(container, expected):
    """The leaves are what they were."""
    found = values(container)
    assert list(found) == list(expected)
    for path, value in expected.items():
        np.testing.assert_array_equal(found[path], value, err_msg=path)
