"""Constructor arguments that Keras cannot encode: classes of layers, functions, dataclasses.

Ivy programs pass `norm_layer=ivy.LayerNorm`, `activation=ivy.gelu` and dataclasses of sizes. Each
becomes a small dict with a mark, wherever it stands among lists and dicts; everything else goes to
Keras. Nothing is imported on the way back: classes of layers are looked up where Keras registers
them, dataclasses where the constructor's annotation, or a loaded file, names them.
"""

import dataclasses
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

import keras

from keras_ivy.ops.dispatch import named_function
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["decode", "encode"]

_CLASS, _DATACLASS, _FUNCTION = "ivy_class_value", "ivy_dataclass", "ivy_function"
#: Keras makes lists of tuples, which prints, concatenates and hashes differently.
_TUPLE = "ivy_tuple"


def encode(value: Any) -> Any:
    """Return an argument as plain values.

    Raises:
        TypeError: If there is something in it that cannot be encoded.
    """
    return keras.saving.serialize_keras_object(_mark(value))


def decode(value: Any, annotation: Any = None, custom_objects: Mapping | None = None) -> Any:
    """Return the argument that `encode` encoded.

    Args:
        value: What `encode` returned.
        annotation: The constructor's annotation of the argument, which may name a dataclass.
        custom_objects: Classes by name, as Keras's functions take them.

    Raises:
        ValueError: If a class that it names is not known.
    """
    plain = keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
    known = {cls.__name__: cls for cls in _dataclasses_in(annotation)} | {**(custom_objects or {})}
    return _unmark(plain, known)


def _mark(value: Any) -> Any:
    """Replace what Keras cannot encode by marked dicts."""
    if isinstance(value, type):
        if not issubclass(value, keras.layers.Layer):
            raise TypeError(f"{value!r} is no class of layers.")
        # With words around it, since Keras replaces a string that is a registered name.
        registered = f"class {keras.saving.get_registered_name(value)}"
        return {_CLASS: registered, "origin": _origin(value)}
    if isinstance(value, types.FunctionType):
        name = value.__name__
        return {_FUNCTION: name} if named_function(name) is value else value
    if dataclasses.is_dataclass(value) and not hasattr(value, "get_config"):
        cls = type(value)
        fields = {f.name: _mark(getattr(value, f.name)) for f in _given_fields(cls)}
        return {_DATACLASS: _origin(cls), "fields": fields}
    if type(value) is tuple:
        return {_TUPLE: [_mark(x) for x in value]}
    return _map(_mark, value)


def _unmark(value: Any, known: Mapping[str, Any]) -> Any:
    """Replace marked dicts by what they stand for."""
    if isinstance(value, dict):
        if _TUPLE in value:
            return tuple(_unmark(x, known) for x in value[_TUPLE])
        if _CLASS in value:
            return _layer_class(value[_CLASS].removeprefix("class "), value.get("origin"), known)
        if _FUNCTION in value:
            return named_function(value[_FUNCTION])
        if _DATACLASS in value:
            cls = _dataclass(value[_DATACLASS], known)
            hints = {f.name: f.type for f in _given_fields(cls)}
            inner = {**known, **{c.__name__: c for t in hints.values() for c in _dataclasses_in(t)}}
            return cls(**{name: _unmark(x, inner) for name, x in value["fields"].items()})
    return _map(lambda x: _unmark(x, known), value)


def _map(fn: Callable, value: Any) -> Any:
    """Map over the items of plain lists, tuples and dicts; anything else is returned."""
    if type(value) in (list, tuple):
        return type(value)(fn(x) for x in value)
    if type(value) is dict:
        return {key: fn(x) for key, x in value.items()}
    return value


def _given_fields(cls: type) -> list[dataclasses.Field]:
    return [field for field in dataclasses.fields(cls) if field.init]


def _dataclasses_in(annotation: Any) -> list[type]:
    """Return the dataclasses that an annotation names, also as members of a union or a list."""
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        return [annotation]
    return [cls for part in typing.get_args(annotation) for cls in _dataclasses_in(part)]


def _origin(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


def _at(origin: str | None) -> Any:
    """Return what stands at `module:qualname`, if the module is there; nothing is imported."""
    module, _, qualname = (origin or "").partition(":")
    found = sys.modules.get(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found


def _layer_class(name: str, origin: str | None, known: Mapping[str, Any]) -> type:
    # Several classes may have registered one name, so the very one comes first.
    for found in (
        known.get(name.split(">")[-1]),
        _at(origin),
        keras.saving.get_registered_object(name),
        getattr(keras.layers, name, None),
    ):
        if isinstance(found, type) and issubclass(found, keras.layers.Layer):
            return found
    raise IvyValueError(
        f"There is no class of layers registered as {name!r}. Import the module that defines it, "
        f"or give it in `custom_objects`. Received: {origin or name!r} in the config"
    )


def _dataclass(origin: str, known: Mapping[str, Any]) -> type:
    module, _, qualname = origin.partition(":")
    for found in (known.get(qualname.split(".")[-1]), _at(origin)):
        if isinstance(found, type) and dataclasses.is_dataclass(found):
            return found
    raise IvyValueError(
        f"The dataclass {qualname} is not there. Import {module}, annotate the constructor's "
        f"argument with the class, or give it in `custom_objects`. "
        f"Received: {origin!r} in the config"
    )
