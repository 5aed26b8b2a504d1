"""What a step of the optimizer would do to the weights."""

import math
from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_ivy.diagnostics.measuring.signals import measure_difference, measure_gradient
from keras_ivy.utils.exceptions import IvyTypeError
from keras_ivy.utils.identifiers import check_config

__all__ = ["find_optimizer", "loss_scale", "update_ratios"]

#: What half-precision gradients are multiplied by where no optimizer says it; Keras begins there.
_HALF_SCALE = 2.0**15


def find_optimizer(
    model: keras.layers.Layer, optimizer: object
) -> tuple[keras.optimizers.Optimizer, str] | None:
    """Return the optimizer that is meant and how a program calls it; None if there is none.

    Args:
        model: The model, whose compiled optimizer is taken if none is given.
        optimizer: An optimizer, the name of one, or None.

    Raises:
        IvyTypeError: If it is something else.
        IvyValueError: If it is a dict that is no config.
    """
    if optimizer is None:
        own = getattr(model, "optimizer", None)
        return None if own is None else (own, "model.optimizer")
    if isinstance(optimizer, str | dict):
        check_config("optimizer", optimizer)
        return keras.optimizers.get(optimizer), "optimizer"
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise IvyTypeError(
            "`optimizer` must be an optimizer of Keras or keras_ivy, or the name of one. "
            f"Received: optimizer={optimizer!r}"
        )
    return optimizer, "optimizer"


def loss_scale(
    model_layers: Sequence[keras.layers.Layer], optimizer: keras.optimizers.Optimizer | None
) -> float:
    """Return what the loss is to be multiplied by, so that half precision keeps gradients."""
    if optimizer is not None:
        scale = float(tf.convert_to_tensor(optimizer.scale_loss(tf.constant(1.0))))
        if scale != 1.0:
            return scale
    half = any(layer.compute_dtype == "float16" for layer in model_layers)
    return _HALF_SCALE if half else 1.0


def update_ratios(
    model: keras.layers.Layer,
    optimizer: keras.optimizers.Optimizer,
    gradients: Sequence[tf.Tensor | tf.IndexedSlices | None],
) -> dict[int, float]:
    """Take a step and return, by id of the variable, its norm by the variable's.

    The caller puts variables and optimizer back. An optimizer that is not built yet stays so: a
    twin, of its config and the exclusions that it was told, takes the step.

    Args:
        model: The model.
        optimizer: The optimizer.
        gradients: The gradients by the model's trainable variables, not scaled.
    """
    pairs = [
        (grad, variable)
        for grad, variable in zip(gradients, model.trainable_variables, strict=True)
        if grad is not None
    ]
    if not pairs:
        return {}
    working = optimizer if optimizer.built else _twin(optimizer)
    if not working.built:
        working.build(model.trainable_variables)
    scale = float(tf.convert_to_tensor(working.scale_loss(tf.constant(1.0))))
    before = [tf.convert_to_tensor(variable.value) for _, variable in pairs]
    scaled = [grad if scale == 1.0 else _times(grad, scale) for grad, _ in pairs]
    working.apply(scaled, [variable for _, variable in pairs])
    found = {}
    for (_, variable), old in zip(pairs, before, strict=True):
        norm = measure_gradient(old).norm
        step = measure_difference(tf.convert_to_tensor(variable.value), old).norm
        found[id(variable)] = step / norm if norm else math.inf
    return found


def _times(grad: tf.Tensor | tf.IndexedSlices, scale: float) -> tf.Tensor | tf.IndexedSlices:
    if isinstance(grad, tf.IndexedSlices):
        return tf.IndexedSlices(grad.values * scale, grad.indices, grad.dense_shape)
    return grad * tf.cast(scale, grad.dtype)


def _twin(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """An optimizer of the same settings."""
    twin = type(optimizer).from_config(optimizer.get_config())
    known = vars(twin)
    for name, value in vars(optimizer).items():
        # Such as what `exclude_from_weight_decay` keeps, which is in no config.
        if name not in known:
            known[name] = value
    return twin
