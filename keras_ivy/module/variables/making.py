"""Making a module's own variables of what `_create_variables` returns."""

import contextlib
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.adapters.keras import stateless
from keras_ivy.container import Container
from keras_ivy.module.record import own_record
from keras_ivy.typing import ArrayLike
from keras_ivy.utils.exceptions import IvyTypeError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["initial_values", "make_variables", "new_variable", "unmake_variables"]


def initial_values(module: "Module") -> Mapping[str, object]:
    """Call `_create_variables` with the arguments that it has."""
    method = module._create_variables
    device = own_record(module).options.device
    dtype = module.variable_dtype
    parameters = inspect.signature(method).parameters
    anything = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    offered = {"device": device, "dev": device, "dtype": dtype}
    given = {k: x for k, x in offered.items() if k in parameters}
    if anything:
        given |= {"device": device, "dtype": dtype}
    free = [
        p
        for p in parameters.values()
        if p.name not in given
        and p.default is p.empty
        and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    values = method(*[device] * bool(free), **given)
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise IvyTypeError(
            f"`{type(module).__name__}._create_variables` returns a dict of arrays. "
            f"Received: {values!r} of type {type(values).__name__}"
        )
    if "dtype" in given:
        return values
    # A method that does not ask for the dtype cannot know it.
    return Container(values).map(lambda x: _cast_float(x, dtype))


def make_variables(module: "Module", values: Mapping[str, object]) -> None:
    """Make a variable of every value; of an array that is there twice, one."""
    record = own_record(module)
    flat = Container(values).flatten()
    stored = record.options.store_vars
    made: dict[int, keras.Variable] = {}
    variables: dict[str, keras.Variable] = {}
    for path, value in flat.items():
        if id(value) not in made:
            made[id(value)] = new_variable(module, path, value)
            if stored:
                keras_modules.track_variable(module, made[id(value)])
                keras_modules.track_for_checkpoints(module, made[id(value)], f"v.{path}")
        variables[path] = made[id(value)]
    nested = _nested(variables)
    if stored:
        record.created, record.unstored = nested, {}
    else:
        record.created, record.unstored = {}, nested
        record.initial = Container.unflatten(flat)
        for variable in made.values():
            stateless.release(variable)
    record.changed()


def new_variable(module: "Module", path: str, value: ArrayLike) -> keras.Variable:
    """Make the variable of one value of `_create_variables`; a Keras variable is one already."""
    if isinstance(value, keras.Variable):
        return value
    if isinstance(value, tf.Variable):
        value = tf.convert_to_tensor(value)
    if (
        value is None
        or (not tf.is_tensor(value) and np.asarray(value).dtype.kind not in "bifc")
        or (tf.is_tensor(value) and value.dtype in (tf.string, tf.variant, tf.resource))
    ):
        raise IvyTypeError(
            f"`_create_variables` of {type(module).__name__} gives no array for {path!r}; leave "
            f"the key out if there is no such variable. "
            f"Received: {value!r} of type {type(value).__name__}"
        )
    tensor = tf.convert_to_tensor(value)
    trainable = path not in module.non_trainable_keys and (
        tensor.dtype.is_floating or tensor.dtype.is_complex
    )
    *parents, name = path.split("/")
    with contextlib.ExitStack() as scopes:
        scopes.enter_context(keras_modules.name_scope(module))
        for parent in parents:
            scopes.enter_context(keras.name_scope(parent))
        return keras.Variable(
            # A function, since inside a scope the value has to wait.
            lambda shape, dtype: tf.cast(tensor, dtype),
            shape=tuple(tensor.shape),
            dtype=tensor.dtype.name,
            trainable=trainable,
            autocast=trainable,
            name=name,
        )


def unmake_variables(module: "Module") -> None:
    """Take the own variables away again."""
    record = own_record(module)
    for variable in _variables_in(record.created or {}):
        keras_modules.untrack(module, variable)
    record.created, record.unstored, record.initial = None, {}, None
    record.changed()


def _cast_float(value: Any, dtype: str) -> Any:
    if not tf.is_tensor(value) or not value.dtype.is_floating or value.dtype.name == dtype:
        return value
    return tf.cast(value, dtype)


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split("/")
        branch = out
        for key in parents:
            branch = branch.setdefault(key, {})
        branch[last] = value
    return out


def _variables_in(nest: Any) -> list[keras.Variable]:
    if not isinstance(nest, Mapping):
        return [nest]
    return [variable for value in nest.values() for variable in _variables_in(value)]
