"""Constructor arguments that Keras cannot encode: classes, functions, dataclasses, containers.

Ivy programs pass `norm_layer=ivy.LayerNorm`, `activation=ivy.gelu` and what holds sizes. Each
becomes a small dict with a mark, wherever it stands among lists and dicts; everything else goes to
Keras. On the way back a file may name no more than the program does: classes that the
constructor's annotation says, that are registered with Keras, or in `custom_objects`; classes of
containers that are defined, whose constructors do not run; functions of this package. With
`safe_mode=False` it may name whatever the program has imported.
"""

import dataclasses
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import keras

from keras_ivy.adapters.keras import saving as keras_saving
from keras_ivy.container import Container, restore
from keras_ivy.module.configs.registry import defined_at, field_hints, named_in, origin_of
from keras_ivy.ops.dispatch import named_function, unknown_function
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["decode", "encode"]

_CLASS, _DATACLASS, _FUNCTION = "ivy_class_value", "ivy_dataclass", "ivy_function"
_CONTAINER = "ivy_container"
#: Keras makes lists of tuples, which prints, concatenates and hashes differently.
_TUPLE = "ivy_tuple"
#: Before the name of a class, since Keras replaces a string that is a registered name.
_WORD = "class "

#: Layers that run what their config says. Keras guards their `from_config`, which a class passed
#: as an argument never meets.
_GUARDED = tuple(
    getattr(keras.layers, name)
    for name in ("Lambda", "TFSMLayer", "TorchModuleWrapper")
    if hasattr(keras.layers, name)
)


def encode(value: object) -> object:
    """Return an argument as plain values.

    Raises:
        TypeError: If there is something in it that cannot be encoded.
    """
    return keras.saving.serialize_keras_object(_mark(value))


def decode(
    value: object, annotation: object = None, custom_objects: Mapping[str, object] | None = None
) -> object:
    """Return the argument that `encode` encoded.

    Args:
        value: What `encode` returned.
        annotation: The constructor's annotation of the argument, which may name classes.
        custom_objects: Classes by name, as Keras's functions take them.

    Raises:
        ValueError: If a class or function that it names is not known or not safe, or it is damaged.
    """
    plain = keras.saving.deserialize_keras_object(value, custom_objects=custom_objects)
    return _Decoder(custom_objects or {}).unmark(plain, tuple(named_in(annotation)))


def _mark(value: Any) -> Any:
    """Replace what Keras cannot encode by marked dicts."""
    if isinstance(value, type):
        if not issubclass(value, keras.layers.Layer):
            raise TypeError(f"{value!r} is no class of layers.")
        return {_CLASS: _registered(value), "origin": origin_of(value)}
    if isinstance(value, types.FunctionType):
        name = value.__name__
        return {_FUNCTION: name} if named_function(name) is value else value
    if dataclasses.is_dataclass(value) and not hasattr(value, "get_config"):
        cls = type(value)
        fields = {f.name: _mark(getattr(value, f.name)) for f in _given_fields(cls)}
        return {_DATACLASS: origin_of(cls), "registered": _registered(cls), "fields": fields}
    if isinstance(value, Container):
        _, (cls, items, *rest) = value.__reduce__()[:2]
        marked = {key: _mark(x) for key, x in items.items()}
        return {_CONTAINER: origin_of(cls), "items": marked, "rest": [_mark(x) for x in rest]}
    if type(value) is tuple:
        return {_TUPLE: [_mark(x) for x in value]}
    return _map(_mark, value)


def _map(fn: Callable, value: Any) -> Any:
    """Map over the items of plain lists, tuples and dicts; anything else is returned."""
    if type(value) in (list, tuple):
        return type(value)(fn(x) for x in value)
    if type(value) is dict:
        return {key: fn(x) for key, x in value.items()}
    return value


def _given_fields(cls: type) -> list[dataclasses.Field]:
    return [field for field in dataclasses.fields(cls) if field.init]


def _registered(cls: type) -> str:
    return f"{_WORD}{keras.saving.get_registered_name(cls)}"


class _Decoder:
    """One argument on its way back."""

    def __init__(self, custom_objects: Mapping[str, Any]):
        self._given = custom_objects

    def unmark(self, value: Any, known: Iterable[type]) -> Any:
        """Replace marked dicts by what they stand for; `known` are the classes of annotations."""
        if isinstance(value, dict):
            if _TUPLE in value:
                items = _checked(value, _TUPLE, list)
                return tuple(self.unmark(x, known) for x in items)
            if _CLASS in value:
                return self._layer_class(value, known)
            if _FUNCTION in value:
                return _function(_checked(value, _FUNCTION, str))
            if _DATACLASS in value:
                return self._dataclass(value, known)
            if _CONTAINER in value:
                return self._container(value, known)
        return _map(lambda x: self.unmark(x, known), value)

    def _layer_class(self, value: dict, known: Iterable[type]) -> type:
        name = _checked(value, _CLASS, str).removeprefix(_WORD)
        origin = _checked(value, "origin", str) if "origin" in value else name
        # Several classes may have registered one name, so the very one comes first.
        found = self._found(origin, name, known, keras.layers.Layer)
        found = found or _layer(defined_at(origin)) or _layer(self._by_name(name))
        found = found or _layer(getattr(keras.layers, name, None)) or _layer(_unsafe(origin))
        if found is None:
            raise IvyValueError(
                f"There is no class of layers registered as {name!r}. Import the module that "
                "defines it, decorate the class with `@keras.saving.register_keras_serializable()`,"
                f" or give it in `custom_objects`. Received: {origin!r} in the config"
            )
        if issubclass(found, _GUARDED) and keras_saving.is_safe():
            raise IvyValueError(
                f"A {found.__name__} can run whatever its arguments say, so a config may not name "
                "it. If you trust where the file is from, load it with `safe_mode=False`. "
                f"Received: {origin!r} in the config"
            )
        return found

    def _dataclass(self, value: dict, known: Iterable[type]) -> Any:
        origin = _checked(value, _DATACLASS, str)
        fields = _checked(value, "fields", dict)
        name = origin.replace(":", ".").rpartition(".")[2]
        registered = value.get("registered", name)
        cls = self._found(origin, name, known, object)
        if cls is None and isinstance(registered, str):
            cls = self._by_name(registered.removeprefix(_WORD))
        cls = cls or _unsafe(origin)
        if not (isinstance(cls, type) and dataclasses.is_dataclass(cls)):
            raise IvyValueError(
                f"The dataclass {origin.partition(':')[2] or name} is not there. Import the module "
                "that defines it and annotate the constructor's argument with the class, or give "
                "it in `custom_objects`: a file alone may not name one. "
                f"Received: {origin!r} in the config"
            )
        given = {field.name: field for field in _given_fields(cls)}
        missing = [
            key
            for key, field in given.items()
            if key not in fields
            and field.default is dataclasses.MISSING
            and field.default_factory is dataclasses.MISSING
        ]
        if missing or set(fields) - set(given):
            raise IvyValueError(
                f"The config has not the fields of the dataclass {name}, which are {list(given)}. "
                f"Received: {list(fields)} in the config"
            )
        hints = field_hints(cls)
        inner = {key: (*named_in(hints.get(key)), *known) for key in fields}
        return cls(**{key: self.unmark(x, inner[key]) for key, x in fields.items()})

    def _container(self, value: dict, known: Iterable[type]) -> Any:
        origin = _checked(value, _CONTAINER, str)
        name = origin.replace(":", ".").rpartition(".")[2]
        cls = _defined(Container, origin) or self._given.get(name)
        if not (isinstance(cls, type) and issubclass(cls, Container)):
            raise IvyValueError(
                f"There is no class of containers {name}. Import the module that defines it, or "
                f"give it in `custom_objects`. Received: {origin!r} in the config"
            )
        items = {k: self.unmark(x, known) for k, x in _checked(value, "items", dict).items()}
        rest = [self.unmark(x, known) for x in _checked(value, "rest", list)]
        try:
            return restore(cls, items, *rest)
        except TypeError as error:
            raise IvyValueError(
                f"The config is damaged: it does not say how {name} is built. Received: rest={rest}"
            ) from error

    def _found(self, origin: str, name: str, known: Iterable[type], kind: type) -> type | None:
        """Return the class of this origin, or else of this name, that annotations name."""
        named = [c for c in known if issubclass(c, kind) and c.__name__ == name.split(">")[-1]]
        exact = [c for c in named if origin_of(c) == origin]
        if exact or len(set(named)) == 1:
            return (exact or named)[0]
        return None

    def _by_name(self, name: str) -> Any:
        """Return what is given in `custom_objects`, or registered, under a name."""
        given = self._given.get(name, self._given.get(name.split(">")[-1]))
        return keras.saving.get_registered_object(name) if given is None else given


def _checked(value: dict, key: str, kind: type) -> Any:
    """Return an entry of a marked dict, or raise if it is none of the kind."""
    found = value.get(key)
    if not isinstance(found, kind):
        raise IvyValueError(
            f"The config is damaged: {key!r} is a {kind.__name__}. Received: {key}={found!r}"
        )
    return found


def _function(name: str) -> Callable:
    found = named_function(name)
    if found is None:
        raise unknown_function(name)
    return found


def _defined(cls: type, origin: str) -> type | None:
    """Return the class defined at an origin, the last one, of a class and those below it."""
    if origin_of(cls) == origin:
        return cls
    below: list[type] = cls.__subclasses__()
    return next((found for sub in reversed(below) if (found := _defined(sub, origin))), None)


def _layer(found: Any) -> type | None:
    return found if isinstance(found, type) and issubclass(found, keras.layers.Layer) else None


def _unsafe(origin: str) -> Any:
    """Return what stands at `module:qualname`, where the caller trusts the file; import nothing."""
    if keras_saving.is_safe():
        return None
    module, _, qualname = origin.partition(":")
    found = sys.modules.get(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found
