"""What a module has besides its trainable variables: buffers, and parameters added by name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.container import Container
from keras_ivy.functional.values import as_tensor
from keras_ivy.module.record import own_record, record_of
from keras_ivy.module.variables.making import new_variable
from keras_ivy.module.variables.tracking import structure_now
from keras_ivy.typing import ArrayLike
from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["add_parameter", "buffers_of", "checked_buffers", "pair_buffers", "set_buffer"]


def buffers_of(module: "Module") -> Container:
    """Return the buffers of the module and of those inside: first the arrays, then the rest."""
    arrays: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for path, layer in ({"": module} | structure_now(module).layers).items():
        record = record_of(layer)
        for name, value in record.buffers.items() if record is not None else ():
            found = arrays if isinstance(value, keras.Variable) else others
            found[f"{path}/{name}" if path else name] = value
    return Container(arrays | others)


def set_buffer(module: "Module", name: str, value: object) -> None:
    """Keep an array, or anything else, under a name; see `Module.register_buffer`."""
    _check_name(name)
    if value is None:
        setattr(module, name, None)
        return
    record = own_record(module)
    old = record.buffers.pop(name, None)
    if isinstance(old, keras.Variable):
        keras_modules.untrack(module, old)
    if tf.is_tensor(value) or hasattr(value, "__array__"):
        with tf.init_scope():
            tensor = tf.convert_to_tensor(value)
            with keras_modules.name_scope(module):
                value = keras.Variable(
                    lambda shape, dtype: tf.cast(tensor, dtype),
                    shape=tuple(tensor.shape),
                    dtype=tensor.dtype.name,
                    trainable=False,
                    autocast=False,
                    name=name,
                )
        keras_modules.track_variable(module, value)
        keras_modules.track_for_checkpoints(module, value, f"buffers.{name}")
    record.buffers[name] = value
    record.changed()


def checked_buffers(buffers: object) -> Mapping[str, object]:
    """Return buffers by name, none for None, or raise if they are no mapping."""
    if not isinstance(buffers, Mapping | None):
        raise IvyTypeError(
            f"`buffers` is a Container or a dict of arrays by name. {received('buffers', buffers)}"
        )
    return buffers or {}


def pair_buffers(
    module: "Module", given: object
) -> list[tuple[keras.Variable, tf.Tensor | tf.Variable]]:
    """Pair the buffers with the values given for one call, after checking them."""
    known = module.buffers.flatten()
    pairs = []
    for path, value in Container(checked_buffers(given)).flatten().items():
        buffer = known.get(path)
        if not isinstance(buffer, keras.Variable):
            raise IvyValueError(
                f"{type(module).__name__} has no buffer {path!r} that holds an array. "
                f"{nearest(path, known)} Received: buffers with {path!r}"
            )
        pairs.append((buffer, as_tensor(value, buffer, path)))
    return pairs


def add_parameter(module: "Module", name: str, value: ArrayLike) -> None:
    """Add a variable to those of the module; see `Module.register_parameter`."""
    _check_name(name)
    attributes = vars(module)
    if name in attributes or f"_{name}" in attributes or name in module.v:
        raise IvyValueError(
            f"{type(module).__name__} has something at the key {name!r} already. "
            f"Received: name={name!r}"
        )
    created = own_record(module).created
    if created is None:
        raise IvyValueError(
            f"{type(module).__name__} makes its variables at its first call, and a parameter is "
            f"added to those. Call it, or `build` it, first. Received: name={name!r}"
        )
    with tf.init_scope():
        variable = new_variable(module, name, value)
    keras_modules.track_variable(module, variable)
    keras_modules.track_for_checkpoints(module, variable, f"v.{name}")
    created[name] = variable
    own_record(module).changed()


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name or "/" in name or "." in name:
        raise IvyValueError(f"A name is a string without '/' and '.'. Received: name={name!r}")
