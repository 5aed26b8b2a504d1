"""The classes that configs may name: modules as they are defined, and what an annotation says.

Nothing is imported, and no module of the program is searched, for a name that stands in a file.
"""

import dataclasses
import sys
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

import keras

from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "constructor_of",
    "defined_at",
    "field_hints",
    "hints_of",
    "meant",
    "named_in",
    "origin_of",
    "register_class",
]

#: The package under which modules of users are registered.
USERS = "keras_ivy.user"

#: The classes of each name, by where they are defined.
_classes: dict[str, dict[str, type]] = {}


def register_class(cls: type) -> None:
    """Register a class of modules with Keras, under its name alone."""
    own = cls.__module__.split(".")[0] == "keras_ivy"
    keras.saving.register_keras_serializable("keras_ivy" if own else USERS, cls.__name__)(cls)
    if not own:
        _classes.setdefault(cls.__name__, {})[origin_of(cls)] = cls


def constructor_of(cls: type) -> Callable[..., None]:
    """Return the `__init__` of a class, for its signature."""
    found: Callable[..., None] = getattr(cls, "__init__")  # noqa: B009 - as data, not to call it
    return found


def origin_of(cls: type) -> str:
    """Return where a class is defined, as `"package.module:Outer.Class"`."""
    return f"{cls.__module__}:{cls.__qualname__}"


def defined_at(origin: str) -> type | None:
    """Return the class of modules that was defined there, or None."""
    return _classes.get(origin.replace(":", ".").rpartition(".")[2], {}).get(origin)


def meant(cls: type, origin: object) -> type:
    """Return the class that a config means, which may be another of the same name."""
    known = _classes.get(cls.__name__, {})
    if origin is not None and not isinstance(origin, str):
        raise IvyValueError(
            f"The config of {cls.__name__} is damaged: its class must be named by a string. "
            f"Received: {origin!r}"
        )
    if origin is None or origin == origin_of(cls) or origin.rpartition(".")[2] == "":
        return cls
    if origin.replace(":", ".").rpartition(".")[2] != cls.__name__:
        return cls  # a config of another class, which the caller wants as this one
    if origin in known:
        return known[origin]
    if len(known) > 1:
        raise IvyValueError(
            f"Several classes are named {cls.__name__!r}, and none is the one that was saved. "
            "Import the module that defined it, or rename the others. "
            f"Received: {origin} in the config, known: {sorted(known)}"
        )
    return cls


def hints_of(cls: type) -> dict[str, object]:
    """Return the annotations of a constructor's arguments, as far as their names can be looked up.

    A constructor that passes `**kwargs` on takes the arguments of those of its base classes.
    Annotations that are written as text may have names that exist nowhere at run time, such as
    those imported for type checkers alone; the others count nevertheless.
    """
    found: dict[str, Any] = {}
    for base in cls.__mro__:
        method = vars(base).get("__init__")
        if isinstance(method, types.FunctionType):
            annotations = getattr(method, "__annotations__", {})
            names = {**vars(typing), **method.__globals__, **_enclosed(method)}
            found = _resolved(annotations, names) | found
    return found


def field_hints(cls: type) -> dict[str, object]:
    """Return the annotations of a dataclass's fields, as far as their names can be looked up."""
    found: dict[str, Any] = {}
    for base in cls.__mro__:
        module = sys.modules.get(base.__module__)
        names = {**vars(typing), **(vars(module) if module else {})}
        found = _resolved(vars(base).get("__annotations__", {}), names) | found
    return found


def _enclosed(method: types.FunctionType) -> dict[str, Any]:
    """Return what a function sees of the functions around it."""
    found = {}
    for name, cell in zip(method.__code__.co_freevars, method.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    return found


def _resolved(annotations: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, annotation in annotations.items():
        holder = types.SimpleNamespace(__annotations__={name: annotation})
        try:
            found |= typing.get_type_hints(holder, globalns=names, localns=names)
        except (AttributeError, NameError, SyntaxError, TypeError):
            continue
    return found


def named_in(annotation: object) -> Iterator[type]:
    """Yield the dataclasses and classes of layers that an annotation names.

    They may stand in a union, a list, `type[...]`, a type variable's bound, and so on.
    """
    if isinstance(annotation, type) and not typing.get_args(annotation):
        if dataclasses.is_dataclass(annotation) or issubclass(annotation, keras.layers.Layer):
            yield annotation
        return
    inner = [getattr(annotation, "__supertype__", None), getattr(annotation, "__bound__", None)]
    inner += [*getattr(annotation, "__constraints__", ()), *typing.get_args(annotation)]
    for part in inner:
        for member in part if isinstance(part, list) else [part]:
            if member is not None:
                yield from named_in(member)
