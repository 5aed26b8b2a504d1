"""Checks of what a user hands to a built optimizer, before anything changes."""

from collections.abc import Iterable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.optimizers.parts.host import Host
from keras_ivy.optimizers.parts.spellings import CLIPPING
from keras_ivy.optimizers.rules import path_of
from keras_ivy.typing import ArrayLike, Gradient, Variable
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError


def check_gradients(grads: Sequence[Gradient | None], variables: Sequence[Variable]) -> None:
    """Refuse gradients that do not fit their variables; an `IndexedSlices` is checked already.

    Raises:
        IvyValueError: If their number or a shape differs, or all are `None`.
    """
    if len(grads) != len(variables):
        raise IvyValueError(
            "`apply` takes one gradient for each variable, `None` where there is none. "
            f"Received: {len(grads)} gradients for {len(variables)} variables"
        )
    if all(grad is None for grad in grads):
        raise IvyValueError(
            "No gradients provided for any variable: the loss does not depend on them. "
            f"Received: None for {', '.join(map(path_of, variables))}"
        )
    for grad, variable in zip(grads, variables, strict=True):
        if grad is not None and not isinstance(grad, tf.IndexedSlices):
            check_gradient(grad, path_of(variable), variable.shape)


def check_gradient(grad: Gradient, path: str, shape: Sequence[int | None] | tf.TensorShape) -> None:
    """Refuse a gradient, a tensor or an `IndexedSlices`, that does not fit its variable.

    Args:
        grad: The gradient.
        path: Path of its variable.
        shape: Shape of its variable.

    Raises:
        IvyValueError: If its shape is another, or a row is out of range (eagerly).
    """
    if isinstance(grad, tf.IndexedSlices):
        _check_rows(grad, path, tf.TensorShape(shape))
    elif not grad.shape.is_compatible_with(shape):
        raise IvyValueError(
            f"The gradient of {path!r} must have the shape of its variable, {tuple(shape)}. "
            f"Received: shape={grad.shape}"
        )


def _check_rows(grad: tf.IndexedSlices, path: str, shape: tf.TensorShape) -> None:
    if not shape.rank:
        raise IvyValueError(
            f"{path!r} is a scalar, and has no rows. Received: an IndexedSlices with "
            f"values of shape={tuple(grad.values.shape)}"
        )
    if not grad.values.shape[1:].is_compatible_with(shape[1:]):
        raise IvyValueError(
            f"The rows of the gradient of {path!r} must be of shape "
            f"{tuple(shape[1:])}. Received: shape={tuple(grad.values.shape[1:])}"
        )
    if not tf.executing_eagerly() or not grad.indices.shape.num_elements():
        return
    low, high = int(tf.reduce_min(grad.indices)), int(tf.reduce_max(grad.indices))
    if low < 0 or high >= shape[0]:
        raise IvyValueError(
            f"The gradient of {path!r} has rows that its variable lacks. "
            f"Received: indices from {low} to {high}, for {shape[0]} rows"
        )


def check_variables(variables: Iterable[Variable]) -> list:
    """Return a list of variables; refuse what an optimizer cannot train.

    Raises:
        IvyTypeError: If it is no list, or there is something else than a variable.
        IvyValueError: If a variable stands there twice.
    """
    single = str | bytes | Mapping | keras.Variable | tf.Variable
    if isinstance(variables, single) or not isinstance(variables, Iterable):
        raise IvyTypeError(
            "An optimizer is built for a list of variables, such as `model.trainable_variables`. "
            f"{received('variables', variables)}"
        )
    variables = list(variables)
    for v in variables:
        if not isinstance(v, keras.Variable | tf.Variable):
            raise IvyTypeError(
                "An optimizer trains variables: `keras.Variable`s, such as those of "
                f"`model.trainable_variables`. Received: {v!r}, of type {type(v).__name__}"
            )
    ids = [id(v) for v in variables]
    if len(set(ids)) < len(ids):
        twice = sorted({path_of(v) for v in variables if ids.count(id(v)) > 1})
        raise IvyValueError(
            "A variable stands in the list more than once: add up its gradients. "
            f"Received: {', '.join(twice)} twice"
        )
    return variables


#: Strategies whose replicas share one copy of every variable. Keras updates those one by one.
SHARING = (
    tf.distribute.experimental.CentralStorageStrategy,
    tf.distribute.experimental.ParameterServerStrategy,
    tf.distribute.ParameterServerStrategy,
)


def check_collection(name: str, value: object) -> None:
    """Refuse text and mappings where a list of tensors belongs: their parts are none.

    Raises:
        IvyTypeError: If it is one of these.
    """
    if isinstance(value, str | bytes | Mapping):
        raise IvyTypeError(f"`{name}` must be a list of tensors. {received(name, value)}")


def check_excluded(
    var_list: Sequence[Variable] | None, var_names: Sequence[str] | None
) -> tuple[list, list[str]]:
    """Return what `exclude_from_weight_decay` was given, as lists.

    Raises:
        IvyTypeError: If it is no list of variables, or no list of patterns.
    """
    listed = [] if var_list is None else var_list
    if not isinstance(listed, list | tuple) or not all(
        isinstance(v, keras.Variable | tf.Variable) for v in listed
    ):
        raise IvyTypeError(
            f"`var_list` must be a list of variables. {received('var_list', var_list)}"
        )
    names = [] if var_names is None else var_names
    if not isinstance(names, list | tuple | set | frozenset) or not all(
        isinstance(name, str) and name for name in names
    ):
        raise IvyTypeError(
            "`var_names` must be a list of regular expressions, each in quotes. "
            f"{received('var_names', var_names)}"
        )
    return list(listed), list(names)


def check_shared(host: Host, strategy: tf.distribute.Strategy) -> None:
    """Refuse options that a strategy with shared variables would get wrong, or ignore.

    Raises:
        IvyValueError: If one is set.
    """
    refused = ["gradient_accumulation_steps", "use_ema", "lazy_slots", "skip_nonfinite"]
    if strategy.num_replicas_in_sync > 1:
        # Keras would clip every replica's gradient, and not their sum.
        refused += CLIPPING
    found = [name for name in refused if getattr(host, name)]
    if found:
        raise IvyValueError(
            f"`{found[0]}` needs a copy of the variables on every replica, which "
            "`tf.distribute.MirroredStrategy` and `MultiWorkerMirroredStrategy` make. "
            f"Received: {found[0]}={getattr(host, found[0])!r} under "
            f"{type(strategy).__name__}"
        )


def check_scaling(strategy: tf.distribute.Strategy) -> None:
    """Refuse a loss scale that follows the gradients where several replicas share its variables.

    Raises:
        IvyValueError: If they do: TensorFlow cannot change them replica by replica.
    """
    if isinstance(strategy, SHARING) and strategy.num_replicas_in_sync > 1:
        raise IvyValueError(
            "`LossScaleOptimizer` needs a copy of its scale on every replica, which "
            "`tf.distribute.MirroredStrategy` and `MultiWorkerMirroredStrategy` make. Elsewhere "
            "give the optimizer itself a `loss_scale_factor`, or train in bfloat16, which needs "
            f"none. Received: {strategy.num_replicas_in_sync} replicas under "
            f"{type(strategy).__name__}"
        )


def checked_weights(variables: Sequence[keras.Variable], weights: Sequence[ArrayLike]) -> list:
    """Return weights as arrays, if they fit an optimizer's variables.

    Raises:
        IvyValueError: If their number or a shape differs.
    """
    weights = list(weights)
    if len(weights) != len(variables):
        raise IvyValueError(
            f"This optimizer has {len(variables)} variables: "
            f"{', '.join(v.path for v in variables)}. "
            f"Received: {len(weights)} weights"
        )
    weights = [w if hasattr(w, "shape") else np.asarray(w) for w in weights]
    for v, w in zip(variables, weights, strict=True):
        if tuple(w.shape) != tuple(v.shape):
            raise IvyValueError(
                f"{v.path!r} has shape {tuple(v.shape)}. Received: shape={tuple(w.shape)}"
            )
    return weights
