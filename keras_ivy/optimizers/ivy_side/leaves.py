"""What `step` is handed: variables and gradients, checked and brought together by their paths."""

from collections.abc import Mapping
from typing import TypeAlias

import keras
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container import Container
from keras_ivy.optimizers.parts.checks import check_gradient
from keras_ivy.typing import ArrayLike, Gradient
from keras_ivy.utils.exceptions import IvyKeyError, IvyTypeError, IvyValueError

#: Tensors by path; a bare one has the empty path.
Flat = dict[str, tf.Tensor]
#: A Container or dict of variables or tensors, or a bare one.
Leaves: TypeAlias = Mapping[str, object] | ArrayLike


def flatten(value: Leaves) -> Flat:
    """Return `{path: leaf}`; a bare tensor has the empty path.

    Raises:
        IvyTypeError: If it is a list of tensors, which would count as one stacked tensor.
    """
    if isinstance(value, Mapping):
        return tree.flatten(value)
    if isinstance(value, list | tuple) and any(hasattr(x, "shape") for x in value):
        raise IvyTypeError(
            "Several tensors belong into a Container, or a dict, which gives them names; a bare "
            f"tensor may stand alone. Received: a {type(value).__name__} of {len(value)}"
        )
    return {"": value}


def unflatten(flat: Flat, like: object) -> Container | tf.Tensor:
    """Return a Container of `{path: leaf}`, or the bare tensor."""
    return Container(tree.unflatten(flat)) if isinstance(like, Mapping) else flat[""]


def pair(v: Flat, grads: Flat, ignore_missing: bool) -> Flat:
    """Return the gradients that exist, after checking that they fit the variables.

    Raises:
        IvyKeyError: If a gradient has no variable, or a variable has no gradient.
        IvyTypeError: If a variable is not of a floating type.
        IvyValueError: If a gradient is `None`, or its shape is another.
    """
    extra = sorted(set(grads) - set(v))
    if extra:
        raise IvyKeyError(
            f"There are gradients for paths that have no variable: {', '.join(extra)}. "
            f"Received: variables={sorted(v)}"
        )
    missing = sorted(set(v) - set(grads))
    if missing and not ignore_missing:
        raise IvyKeyError(
            f"There is no gradient for: {', '.join(missing)}. Pass `ignore_missing=True` to leave "
            f"such variables as they are. Received: gradients={sorted(grads)}"
        )
    none = sorted(path for path, g in grads.items() if g is None)
    if none and not ignore_missing:
        raise IvyValueError(
            f"The gradient is None for: {', '.join(none)}. The loss does not depend on them; pass "
            "`ignore_missing=True` to leave such variables as they are. "
            f"Received: ignore_missing={ignore_missing}"
        )
    found = {}
    for path, g in grads.items():
        if g is None:
            continue
        w = v[path]
        g = g if isinstance(g, tf.IndexedSlices) else tf.convert_to_tensor(g)
        if not tf.as_dtype(w.dtype).is_floating:
            raise IvyTypeError(
                f"Only floating variables can be trained, and {path!r} is not one. "
                f"Received: dtype={tf.as_dtype(w.dtype).name}"
            )
        check_gradient(g, path, w.shape)
        found[path] = g
    return found


def prepare(
    v: Leaves,
    grads: Leaves | Gradient,
    ignore_missing: bool,
) -> tuple[Flat, Flat]:
    """Return all values, and the gradients of those that are trained.

    A `keras.Variable` that is not trainable, such as a running statistic, is left as it is; one
    with `overwrite_with_gradient`, such as a scale of float8 training, becomes its gradient.
    """
    leaves = flatten(v)
    frozen = {k for k, x in leaves.items() if isinstance(x, keras.Variable) and not x.trainable}
    values = {k: value_of(x, k) for k, x in leaves.items()}
    trained = {k: x for k, x in values.items() if k not in frozen}
    given = {k: g for k, g in flatten(grads).items() if k not in frozen}
    pairs = pair(trained, given, ignore_missing)
    for k in [k for k in pairs if getattr(leaves[k], "overwrite_with_gradient", False)]:
        values[k] = tf.cast(tf.convert_to_tensor(pairs.pop(k)), values[k].dtype)
    return values, pairs


def value_of(x: ArrayLike | None, path: str) -> tf.Tensor:
    """Return a variable's value, or a tensor of whatever else `v` holds."""
    if x is None:
        raise IvyTypeError(
            f"A leaf of `v` must be a variable or a tensor. Received: None at {path!r}"
        )
    return tf.convert_to_tensor(x)
