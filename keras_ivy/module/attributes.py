"""Setting and deleting attributes of a module: what Keras reserves, and what it does not notice.

Keras notices layers when an attribute is set or a tracked list grows. It does not notice an item
replaced, an attribute deleted, or a layer inside a plain object; and TensorFlow's checkpoints see
no layer that sits in a list or dict. `_ivy_sync` brings both up to date.

Ivy programs keep their layers in `_layers` or `layers`, in which Keras keeps its own (and losses in
`history`, which `fit` sets). What a program assigns there is kept apart, in `own` of the module's
record: the program reads what it assigned, and Keras what Keras did.
"""

import functools
from collections.abc import Callable
from typing import Any

import keras

from keras_ivy.adapters import callers
from keras_ivy.adapters.keras import collections
from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.module.names import brief, check_kin, check_settable
from keras_ivy.module.record import Record, record_of
from keras_ivy.module.variables.tracking import structure_now, sync
from keras_ivy.structure import directly_held, holds_layers, one_path, parts, structure_of
from keras_ivy.utils.exceptions import IvyAttributeError, IvyValueError

__all__ = ["Attributes"]

#: Values that cannot hold a layer; Keras sets such attributes in every call.
_PLAIN = (bool, int, float, str, type(None))

#: Names of Keras's that a program may use for itself.
_OWN = ("_layers", "history", "layers")

_MISSING = object()


class OwnName:
    """An attribute that Keras sets on instances, and that a program may use for itself.

    Args:
        name: The name of the attribute.
    """

    def __init__(self, name: str):
        self._name = name

    def __get__(self, module: "Attributes | None", cls: type | None = None) -> Any:
        """Return what the program assigned; to Keras, and where nothing was, what Keras did."""
        if module is None:
            return self
        state = vars(module)
        record = record_of(module)
        if record is not None:  # else Keras is setting up
            if self._name in record.own and not callers.asked_by_library():
                return record.own[self._name]
            if self._name == "_layers" and collections.has_kept_collections(module):
                structure_now(module)
        if self._name not in state:
            raise AttributeError(
                f"{type(module).__name__!r} object has no attribute {self._name!r}"
            )
        return state[self._name]

    def __set__(self, module: "Attributes", value: Any) -> None:
        """Set Keras's; what a program assigns goes another way."""
        module.__dict__[self._name] = value

    def __delete__(self, module: "Attributes") -> None:
        """Delete Keras's."""
        module.__dict__.pop(self._name, None)


class Attributes(keras.Model):
    """The part of `Module` that watches its attributes."""

    #: All that the module knows of itself; see `keras_ivy.module.record`.
    _ivy_record: Record

    _layers = OwnName("_layers")
    history = OwnName("history")

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        theirs = cls.__setattr__
        if theirs is not Attributes.__setattr__ and not hasattr(theirs, "passes_on"):
            cls.__setattr__ = _passing_on(theirs)  # type: ignore[method-assign, assignment]

    @property
    def layers(self) -> Any:
        """What the program assigned; to Keras, and where nothing was, the sub-layers."""
        own = self._ivy_record.own
        if "layers" in own and not callers.asked_by_library():
            return own["layers"]
        structure_now(self)
        return super().layers

    def __setattr__(self, name: str, value: Any) -> None:
        state = vars(self)
        record = parts(self)
        if record is None:  # Keras is setting up
            super().__setattr__(name, value)
            return
        if _is_own(self, name) and not callers.asked_by_library():
            _set_own(self, name, value)
            return
        old = state.get(name)
        plain = isinstance(value, _PLAIN) and isinstance(old, _PLAIN)
        holds = not plain and holds_layers(value)
        if callers.asked_by_library():
            if plain and old is value and name in state:
                return  # as Keras sets in every call what it set in the first
        else:
            check_settable(self, name, value, holds)
            if not plain:
                check_kin(self, name, value)
        if holds and name != "v":
            _check_no_cycle(self, name, value)
            _check_one_path(self, name, value)
        if isinstance(getattr(type(self), name, None), property):
            # It sets what it likes, and whatever of that is an attribute comes here again.
            object.__setattr__(self, name, value)
            return
        super().__setattr__(name, value)
        if holds or (not plain and holds_layers(old)):
            record.changed()
            sync(self)

    def __delattr__(self, name: str) -> None:
        record = self._ivy_record
        if _is_own(self, name):
            if name not in record.own:
                raise IvyAttributeError(
                    f"{type(self).__name__} has no {name!r} of its own that could be deleted. "
                    f"Received: name={name!r}"
                )
            old = record.own.pop(name)
        else:
            old = vars(self).get(name)
            super().__delattr__(name)
            if isinstance(old, list | tuple | dict | set):
                keras_modules.forget_attribute(self, name)
        if holds_layers(old):
            record.changed()
            sync(self)


def _passing_on(theirs: Callable[[Any, str, Any], None]) -> Callable[[Any, str, Any], None]:
    """Return a class's own `__setattr__`, after which whatever it wrote into `__dict__` is set.

    A class of Ivy's may keep `v` there. Here `v` is a property, which hides what stands there:
    `m.v = values` would do nothing, and Keras would not notice a layer.
    """

    @functools.wraps(theirs)
    def __setattr__(self: Attributes, name: str, value: Any) -> None:
        state = self.__dict__
        old = state.get(name, _MISSING)
        theirs(self, name, value)
        written = state.get(name, _MISSING)
        hidden = isinstance(getattr(type(self), name, None), property)
        if written is _MISSING or (written is not value and not hidden):
            return
        if old is _MISSING or hidden:
            del state[name]
        else:
            state[name] = old
        Attributes.__setattr__(self, name, written)

    __setattr__.passes_on = True  # type: ignore[attr-defined]
    return __setattr__


def _is_own(module: "Attributes", name: str) -> bool:
    """Whether a program may use this name of Keras's for itself, and its class does not."""
    return name in _OWN and getattr(type(module), name, None) is vars(Attributes)[name]


def _set_own(module: Attributes, name: str, value: Any) -> None:
    """Keep what the program assigns to a name of Keras's."""
    own = module._ivy_record.own
    if holds_layers(value):
        _check_no_cycle(module, name, value)
        _check_one_path(module, name, value)
    if name not in own or own[name] is not value:  # else a list that `+=` has extended
        value = keras_modules.track_nested(module, value)
    own[name] = value
    module._ivy_record.changed()
    sync(module)


def _check_no_cycle(module: Attributes, name: str, value: Any) -> None:
    inside = [value] if isinstance(value, keras.layers.Layer) else _layers_in(name, value)
    for layer in inside:
        if layer is module or any(x is module for x in structure_of(layer).layers.values()):
            raise IvyValueError(
                f"A module cannot hold itself: {name!r} would lead back to "
                f"{type(module).__name__} {module.name!r}. Received: {name}={brief(value)}"
            )


def _check_one_path(module: Attributes, name: str, value: Any) -> None:
    """Raise if an attribute would have the key of another one, such as `net` and `_net`."""
    if not isinstance(value, keras.layers.Layer):
        _held(name, value, objects=True)
    other = name[1:] if name.startswith("_") else f"_{name}"
    if name.startswith("__") or other.startswith("__") or not other:
        return
    own = module._ivy_record.own
    there = own.get(other, vars(module).get(other))
    internal = other in keras_layers.internal_attributes()
    if internal and other not in own:
        return
    if there is not value and holds_layers(there):
        raise one_path((name.removeprefix("_"),), other, name)


def _layers_in(name: str, value: Any) -> list[keras.layers.Layer]:
    """Return the layers in a value that is to be an attribute, plain objects left aside."""
    return [x for x in _held(name, value, objects=False) if isinstance(x, keras.layers.Layer)]


def _held(name: str, value: Any, objects: bool) -> list[Any]:
    """Return what a value holds; raise if two places in it have one path."""
    holder = keras.layers.Layer(name="keras_ivy_probe")
    name = name.lstrip("_")
    vars(holder)[f"my_{name}" if name in keras_layers.internal_attributes() else name] = value
    return list(directly_held(holder, objects=objects).values())
