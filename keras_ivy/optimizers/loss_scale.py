"""Loss scaling that every replica agrees on."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.optimizers.apply import sum_over_replicas
from keras_ivy.registration import register


@register()
class LossScaleOptimizer(keras.optimizers.LossScaleOptimizer):
    """`keras.optimizers.LossScaleOptimizer`, right on several replicas.

    Keras looks at the first replica's gradients alone: if another replica's overflow, the step is
    made, its weights become NaN, and the scale stays as it is. Here a step is skipped, and the
    scale halved, if the gradients of any replica overflow. On one device the two are the same.

    Args:
        inner_optimizer: The optimizer that gets the unscaled gradients.
        initial_scale: The scale to begin with.
        dynamic_growth_steps: After how many good steps the scale doubles.
        **kwargs: `name`.

    Example:

    >>> from keras_ivy.optimizers import Adam
    >>> w = keras.Variable([1.0])
    >>> optimizer = LossScaleOptimizer(Adam(0.1), initial_scale=8.0)
    >>> optimizer.apply([tf.constant([float("inf")])], [w])
    >>> float(w[0]), float(optimizer.dynamic_scale)
    (1.0, 4.0)
    """

    def build(self, variables: Sequence[Any]) -> None:
        """Make the scale, and what the inner optimizer needs.

        Outside whatever is being traced: variables made in a trace start in a condition of their
        own, in which a replica of a traced loop cannot run.
        """
        with tf.init_scope():
            super().build(variables)

    def check_finite(self, grads: Sequence[Any]) -> tf.Tensor:
        """Whether no gradient of any replica holds NaN or infinity."""
        tensors = [g.values if isinstance(g, tf.IndexedSlices) else g for g in grads]
        bad = tf.cast(tf.logical_not(super().check_finite(tensors)), tf.float32)
        return tf.equal(sum_over_replicas([bad])[0], 0.0)
