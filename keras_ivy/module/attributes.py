"""Setting and deleting attributes of a module: what Keras reserves, and what it does not notice.

Keras notices layers when an attribute is set or a tracked list grows. It does not notice an item
replaced, an attribute deleted, or a layer inside a plain object; and TensorFlow's checkpoints see
no layer that sits in a list or dict. `_ivy_sync` brings both up to date.

Ivy programs keep their layers in `_layers` or `layers`, in which Keras keeps its own (and losses in
`history`, which `fit` sets). What a program assigns there is kept apart, in `_ivy_own`: the program
reads what it assigned, and Keras what Keras did.
"""

from typing import Any

import keras

from keras_ivy.adapters import callers, collections, keras_layers, keras_modules
from keras_ivy.module.names import brief, check_kin, check_settable
from keras_ivy.structure import directly_held, holds_layers, one_path, structure_of
from keras_ivy.utils.exceptions import IvyAttributeError, IvyValueError

__all__ = ["Attributes", "Own"]

#: Values that cannot hold a layer; Keras sets such attributes in every call.
_PLAIN = (bool, int, float, str, type(None))

#: Names of Keras's that a program may use for itself.
_OWN = ("_layers", "history", "layers")


class Own:
    """What a program keeps under names of Keras's; no dict, so that nobody looks into it."""

    __slots__ = ("values",)

    def __init__(self):
        self.values: dict[str, Any] = {}


class OwnName:
    """An attribute that Keras sets on instances, and that a program may use for itself.

    Args:
        name: The name of the attribute.
    """

    def __init__(self, name: str):
        self._name = name

    def __get__(self, module: Any, cls: type | None = None) -> Any:
        """Return what the program assigned; to Keras, and where nothing was, what Keras did."""
        if module is None:
            return self
        state = vars(module)
        own = state["_ivy_own"].values if "_ivy_own" in state else ()
        if self._name in own and not callers.asked_by_library():
            return own[self._name]
        if self._name == "_layers" and own != () and collections.has_kept_collections(module):
            module._ivy_structure_now()
        if self._name not in state:
            raise AttributeError(
                f"{type(module).__name__!r} object has no attribute {self._name!r}"
            )
        return state[self._name]

    def __set__(self, module: Any, value: Any) -> None:
        """Set Keras's; what a program assigns goes another way."""
        vars(module)[self._name] = value

    def __delete__(self, module: Any) -> None:
        """Delete Keras's."""
        vars(module).pop(self._name, None)


class Attributes:
    """The part of `Module` that watches its attributes."""

    _layers = OwnName("_layers")
    history = OwnName("history")

    @property
    def layers(self) -> Any:
        """What the program assigned; to Keras, and where nothing was, the sub-layers."""
        own = vars(self)["_ivy_own"].values
        if "layers" in own and not callers.asked_by_library():
            return own["layers"]
        self._ivy_structure_now()
        return super().layers

    def __setattr__(self, name: str, value: Any) -> None:
        state = vars(self)
        if "_ivy_training" not in state:  # Keras is setting up
            super().__setattr__(name, value)
            return
        if _is_own(self, name) and not callers.asked_by_library():
            self._ivy_set_own(name, value)
            return
        old = state.get(name)
        plain = isinstance(value, _PLAIN) and isinstance(old, _PLAIN)
        holds = not plain and holds_layers(value)
        if not callers.asked_by_library():
            check_settable(self, name, value, holds)
            if not plain:
                check_kin(self, name, value)
        if holds and name != "v":
            self._ivy_check_no_cycle(name, value)
            self._ivy_check_one_path(name, value)
        if isinstance(getattr(type(self), name, None), property):
            object.__setattr__(self, name, value)
            return
        super().__setattr__(name, value)
        if holds or (not plain and holds_layers(old)):
            self._ivy_changed()
            self._ivy_sync()

    def _ivy_set_own(self, name: str, value: Any) -> None:
        """Keep what the program assigns to a name of Keras's."""
        own = vars(self)["_ivy_own"].values
        if holds_layers(value):
            self._ivy_check_no_cycle(name, value)
            self._ivy_check_one_path(name, value)
        if name not in own or own[name] is not value:  # else a list that `+=` has extended
            value = keras_modules.track_nested(self, value)
        own[name] = value
        self._ivy_changed()
        self._ivy_sync()

    def __delattr__(self, name: str) -> None:
        own = vars(self)["_ivy_own"].values
        if _is_own(self, name):
            if name not in own:
                raise IvyAttributeError(
                    f"{type(self).__name__} has no {name!r} of its own that could be deleted. "
                    f"Received: name={name!r}"
                )
            old = own.pop(name)
        else:
            old = vars(self).get(name)
            super().__delattr__(name)
            if isinstance(old, list | tuple | dict | set):
                keras_modules.forget_attribute(self, name)
        if holds_layers(old):
            self._ivy_changed()
            self._ivy_sync()

    def _ivy_has_layers(self) -> bool:
        """Whether there is any layer inside."""
        return bool(vars(self)["_layers"])

    def _ivy_changed(self) -> None:
        """Let the next look at the structure find it anew."""
        vars(self)["_ivy_version"] = vars(self).get("_ivy_version", 0) + 1

    def _ivy_check_no_cycle(self, name: str, value: Any) -> None:
        probe = value if isinstance(value, keras.layers.Layer) else None
        inside = [probe] if probe is not None else _layers_in(name, value)
        for layer in inside:
            if layer is self or any(x is self for x in structure_of(layer).layers.values()):
                raise IvyValueError(
                    f"A module cannot hold itself: {name!r} would lead back to "
                    f"{type(self).__name__} {self.name!r}. Received: {name}={brief(value)}"
                )

    def _ivy_check_one_path(self, name: str, value: Any) -> None:
        """Raise if an attribute would have the key of another one, such as `net` and `_net`."""
        if not isinstance(value, keras.layers.Layer):
            _held(name, value, objects=True)
        other = name[1:] if name.startswith("_") else f"_{name}"
        if name.startswith("__") or other.startswith("__") or not other:
            return
        there = vars(self)["_ivy_own"].values.get(other, vars(self).get(other))
        internal = other in keras_layers.internal_attributes()
        if internal and other not in vars(self)["_ivy_own"].values:
            return
        if there is not value and holds_layers(there):
            raise one_path((name.removeprefix("_"),), other, name)

    def _ivy_sync(self) -> None:
        """Tell Keras, and TensorFlow's checkpoints, which layers and variables there are."""
        state = vars(self)
        held = directly_held(self)
        reached = {id(thing) for thing in held.values()}
        for layer in keras_layers.held_layers(self):
            if id(layer) not in reached:
                keras_modules.untrack(self, layer)
        for thing in held.values():
            keras_modules.track(self, thing)
        own = state["_ivy_own"].values
        named = {
            path.replace("/", "."): thing
            for path, thing in held.items()
            if "/" in path or path in own
        }
        for name in state.get("_ivy_checkpointed", set()) - set(named):
            keras_modules.untrack_for_checkpoints(self, name)
        for name, thing in named.items():
            keras_modules.track_for_checkpoints(self, _trackable(thing), name)
        state["_ivy_checkpointed"] = set(named)


def _is_own(module: Any, name: str) -> bool:
    """Whether a program may use this name of Keras's for itself, and its class does not."""
    return name in _OWN and getattr(type(module), name, None) is vars(Attributes)[name]


def _trackable(thing: Any) -> Any:
    return thing.state if isinstance(thing, keras.random.SeedGenerator) else thing


def _layers_in(name: str, value: Any) -> list[keras.layers.Layer]:
    """Return the layers in a value that is to be an attribute, plain objects left aside."""
    return [x for x in _held(name, value, objects=False) if isinstance(x, keras.layers.Layer)]


def _held(name: str, value: Any, objects: bool) -> list[Any]:
    """Return what a value holds; raise if two ways in it are one path."""
    holder = keras.layers.Layer(name="keras_ivy_probe")
    name = name.lstrip("_")
    vars(holder)[f"my_{name}" if name in keras_layers.internal_attributes() else name] = value
    return list(directly_held(holder, objects=objects).values())
