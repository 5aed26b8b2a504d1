"""Checks of what the functional updates are handed: structure, shapes, and single numbers."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.optimizers.ivy_side.leaves import flatten
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyKeyError, IvyTypeError, IvyValueError
from keras_ivy.utils.refusals import refusing

#: Arguments that hold a tensor, or a Container of them; all others are single numbers.
_LEAVES = ("w", "dcdw", "effective_grad", "mw", "vw", "mw_tm1", "vw_tm1")
#: Functions whose rate may differ from entry to entry.
_RATES = ("optimizer_update", "gradient_descent_update")
#: The ranges of single numbers, which Ivy's formulas mean something in.
_SHARES = ("beta1", "beta2")


def checked(update: Callable) -> Callable:
    """Let a functional update refuse what does not fit, before anything is computed.

    Values of tensors are not looked at, since they may be of a trace; types and shapes are.
    """
    signature = inspect.signature(update)
    run = refusing(update)

    @functools.wraps(update)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        given = {n: x for n, x in bound.arguments.items() if n in _LEAVES}
        if update.__name__ in _RATES and not checks.is_number(bound.arguments["lr"]):
            given["lr"] = bound.arguments["lr"]
        _check_leaves(update.__name__, given)
        for name, value in bound.arguments.items():
            if name == "stop_gradients":
                checks.flag(name, value, update.__name__)
            elif name not in given:
                _check_number(update.__name__, name, value)
        return run(*args, **kwargs)

    return wrapper


def _check_leaves(owner: str, given: dict[str, Any]) -> None:
    """Refuse trees that have another structure than the first, and leaves that do not fit."""
    first, *rest = given
    flat = {name: flatten(value) for name, value in given.items()}
    if not flat[first]:
        raise IvyValueError(
            f"{owner}: there is nothing to update. {checks.received(first, given[first])}"
        )
    for name, leaves in flat.items():
        for path, leaf in leaves.items():
            _check_leaf(owner, f"{name}[{path!r}]" if path else name, leaf)
    for name in rest:
        leaves = flat[name]
        if not isinstance(given[name], Mapping):
            leaves = dict.fromkeys(flat[first], leaves[""])
        if set(leaves) != set(flat[first]):
            raise IvyKeyError(
                f"{owner}: `{name}` must have the structure of `{first}`, or be one value. "
                f"Received: {name} with {sorted(leaves)}, {first} with {sorted(flat[first])}"
            )
        for path, leaf in leaves.items():
            target, shape = _shape(flat[first][path]), _shape(leaf)
            try:
                fits = tf.broadcast_static_shape(target, shape).is_compatible_with(target)
            except ValueError:
                fits = False
            if not fits:
                raise IvyValueError(
                    f"{owner}: `{name}` must have the shape of `{first}`, or broadcast to it. "
                    f"Received: {name} of shape {shape}, {first} of shape {target}"
                    + (f" at {path!r}" if path else "")
                )


def _check_leaf(owner: str, name: str, leaf: Any) -> None:
    if isinstance(leaf, keras.KerasTensor):
        raise IvyTypeError(f"{owner}: updates have no symbolic form. {checks.received(name, leaf)}")
    try:
        dtype = tf.as_dtype(leaf.dtype) if hasattr(leaf, "dtype") else tf.constant(leaf).dtype
    except (TypeError, ValueError) as error:
        raise IvyTypeError(
            f"{owner}: `{name}` must be a tensor, or a Container of them. "
            f"{checks.received(name, leaf)}"
        ) from error
    if not (dtype.is_floating or dtype.is_integer):
        raise IvyTypeError(
            f"{owner}: `{name}` must be of real numbers. {checks.received(name, leaf)}"
        )


def _shape(leaf: Any) -> tf.TensorShape:
    return tf.TensorShape(leaf.shape if hasattr(leaf, "shape") else tf.constant(leaf).shape)


def _check_number(owner: str, name: str, value: Any) -> None:
    """Refuse what is not one number; a tensor of one entry is."""
    if checks.is_number(value):
        if not value < float("inf") or (name in _SHARES and not 0 <= value < 1):
            span = "in [0, 1)" if name in _SHARES else "finite"
            raise IvyValueError(f"{owner}: `{name}` must be {span}. {checks.received(name, value)}")
        if name == "epsilon" and value < 0:
            raise IvyValueError(
                f"{owner}: `epsilon` must be at least 0. {checks.received(name, value)}"
            )
        checks.at_most(name, value, owner=owner)
        return
    shape = getattr(value, "shape", None)
    if shape is None or tf.TensorShape(shape).num_elements() not in (1, None):
        raise IvyTypeError(f"{owner}: `{name}` must be one number. {checks.received(name, value)}")
    _check_leaf(owner, name, value)
