"""Loss scaling that every replica agrees on."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_ivy.optimizers.keras_side.replicas import sum_over_replicas
from keras_ivy.optimizers.parts.checks import check_scaling, checked_weights
from keras_ivy.optimizers.parts.spellings import check_range, check_whole
from keras_ivy.registration import register
from keras_ivy.typing import ArrayLike, Gradient, Variable
from keras_ivy.utils.exceptions import IvyTypeError
from keras_ivy.utils.identifiers import check_config


@register()
class LossScaleOptimizer(keras.optimizers.LossScaleOptimizer):
    """`keras.optimizers.LossScaleOptimizer`, right on several replicas.

    Keras looks at the first replica's gradients alone: if another replica's overflow, the step is
    made, its weights become NaN, and the scale stays as it is. Here a step is skipped, and the
    scale halved, if the gradients of any replica overflow. On one device the two are the same.

    Args:
        inner_optimizer: The optimizer that gets the unscaled gradients, or its name.
        initial_scale: The scale to begin with, positive.
        dynamic_growth_steps: After how many good steps the scale doubles, at least 1.
        **kwargs: `name`.

    Raises:
        IvyTypeError: If `inner_optimizer` scales the loss itself.
        IvyValueError: If a number is out of range, or, on `build`, if replicas share their
            variables (central storage).

    Example:

    >>> import keras, tensorflow as tf
    >>> w = keras.Variable([1.0])
    >>> optimizer = LossScaleOptimizer(Adam(0.1), initial_scale=8.0)
    >>> optimizer.apply([tf.constant([float("inf")])], [w])
    >>> float(w[0]), float(optimizer.dynamic_scale)
    (1.0, 4.0)
    """

    __module__ = "keras_ivy.optimizers"

    def __repr__(self) -> str:
        held = vars(self)
        if "dynamic_growth_steps" not in held:  # the constructor still runs
            return f"{type(self).__name__}(...)"
        built = ", built=True" if self.built else ""
        return f"{type(self).__name__}({held.get('inner_optimizer')!r}{built})"

    def __init__(
        self,
        inner_optimizer: keras.optimizers.Optimizer | str | dict,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        **kwargs: str | None,
    ):
        initial_scale = check_range("initial_scale", initial_scale, 0.0, None, "()")
        dynamic_growth_steps = check_whole("dynamic_growth_steps", dynamic_growth_steps, 1)
        check_config("inner_optimizer", inner_optimizer)
        inner_optimizer = keras.optimizers.get(inner_optimizer)
        if inner_optimizer is None or isinstance(
            inner_optimizer, keras.optimizers.LossScaleOptimizer
        ):
            raise IvyTypeError(
                "`inner_optimizer` must be an optimizer that does not scale the loss itself. "
                f"Received: inner_optimizer={inner_optimizer!r}"
            )
        super().__init__(inner_optimizer, initial_scale, dynamic_growth_steps, **kwargs)

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the scale, and what the inner optimizer needs.

        Outside whatever is being traced: variables made in a trace start in a condition of their
        own, in which a replica of a traced loop cannot run.
        """
        check_scaling(tf.distribute.get_strategy())
        with tf.init_scope():
            super().build(variables)

    def check_finite(self, grads: Sequence[Gradient]) -> tf.Tensor:
        """Whether no gradient of any replica holds NaN or infinity."""
        tensors = [g.values if isinstance(g, tf.IndexedSlices) else g for g in grads]
        bad = tf.cast(tf.logical_not(super().check_finite(tensors)), tf.float32)
        return tf.equal(sum_over_replicas([bad])[0], 0.0)

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Set all variables, in the order of `variables`: those of the inner optimizer too.

        Keras's class leaves the inner optimizer's as they are.

        Args:
            weights: Arrays, one for each variable.

        Raises:
            IvyValueError: If their number or a shape differs.
        """
        if not self.built:
            super().set_weights(weights)  # Keras says what is missing.
            return
        for variable, w in zip(
            self.variables, checked_weights(self.variables, weights), strict=True
        ):
            variable.assign(w)
