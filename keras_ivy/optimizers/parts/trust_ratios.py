"""The trust ratios of the last step, for whoever asks."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.ivy_side.keys import unique_paths
from keras_ivy.optimizers.parts.host import Host

__all__ = ["TrustRatios"]


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

    def make(self, count: int) -> None:
        """Make room for the ratios of `count` variables."""
        # No variable of the optimizer's: ratios are no part of its state.
        self.values = tf.Variable(tf.zeros([count, 2]), trainable=False, name="trust_ratios")

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

    def by_path(self) -> dict[str, float]:
        """Return the ratios that there were, by the paths of their variables."""
        if self.values is None:
            return {}
        value = self.values
        if isinstance(value, tf.distribute.DistributedValues):
            value = value.values[0]
        paths = unique_paths(self._host._trainable_variables)
        return {
            path: float(ratio)
            for path, (ratio, known) in zip(paths, np.asarray(value), strict=True)
            if known
        }
