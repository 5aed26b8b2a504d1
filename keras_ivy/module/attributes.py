"""Setting and deleting attributes of a module: what Keras reserves, and what it does not notice.

Keras notices layers when an attribute is set or a tracked list grows. It does not notice an item
replaced, an attribute deleted, or a layer inside a plain object; and TensorFlow's checkpoints see
no layer that sits in a list or dict. `_ivy_sync` brings both up to date.
"""

from typing import Any

import keras

from keras_ivy.adapters import keras_layers, keras_modules
from keras_ivy.container import Container
from keras_ivy.structure import directly_held, holds_layers, structure_of
from keras_ivy.utils.exceptions import IvyAttributeError, IvyValueError

__all__ = ["Attributes"]

#: Values that cannot hold a layer; Keras sets such attributes in every call.
_PLAIN = (bool, int, float, str, type(None))

#: Lists that Keras keeps itself. Assigning to them would break the layer.
_LISTS = {
    "_inbound_nodes",
    "_loss_ids",
    "_losses",
    "_metrics",
    "_non_trainable_variables",
    "_outbound_nodes",
    "_seed_generators",
    "_tracked",
    "_trainable_variables",
}


class Attributes:
    """The part of `Module` that watches its attributes."""

    def __setattr__(self, name: str, value: Any) -> None:
        state = vars(self)
        if "_ivy_training" not in state:  # Keras is setting up
            super().__setattr__(name, value)
            return
        old = state.get(name)
        if isinstance(value, _PLAIN) and isinstance(old, _PLAIN):
            self._ivy_check_settable(name, value)
            super().__setattr__(name, value)
            return
        holds = holds_layers(value)
        self._ivy_check_settable(name, value, holds)
        if name == "_layers":
            self._ivy_set_layers(value)
        elif isinstance(getattr(type(self), name, None), property):
            object.__setattr__(self, name, value)
            return
        elif isinstance(value, Container):
            # Keras would keep a copy of another type.
            for thing in value.flatten().values():
                keras_modules.track(self, thing)
            state[name] = value
            keras_modules.track_for_checkpoints(self, value, name)
        else:
            super().__setattr__(name, value)
        if holds or holds_layers(old):
            self._ivy_changed()
            self._ivy_sync()

    def __delattr__(self, name: str) -> None:
        old = vars(self).get(name)
        super().__delattr__(name)
        if isinstance(old, list | tuple | dict | set):
            keras_modules.forget_attribute(self, name)
        if holds_layers(old):
            self._ivy_changed()
            self._ivy_sync()

    def _ivy_changed(self) -> None:
        """Let the next look at the structure find it anew."""
        vars(self)["_ivy_version"] = vars(self).get("_ivy_version", 0) + 1

    def _ivy_check_settable(self, name: str, value: Any, holds: bool = False) -> None:
        """Raise if Keras, or Module, needs this name for something else."""
        there = getattr(type(self), name, None)
        holds &= name != "v"  # takes variables
        read_only = isinstance(there, property) and (
            there.fset is None or name == "layers" or (holds and _is_inherited(type(self), name))
        )
        taken = holds and (
            (callable(there) and hasattr(keras.Model, name))
            or (name in keras_layers.internal_attributes() and not self._ivy_finished)
        )
        if name in _LISTS or read_only or (taken and name != "_layers"):
            plain = name.strip("_")
            raise IvyAttributeError(
                f"{type(self).__name__} cannot have an attribute {name!r} of its own: every Keras "
                f"model has one. Choose another name, such as `my_{plain}`. "
                f"Received: {name}={_brief(value)}"
            )
        if holds and name != "_layers" and "_ivy_layers_assigned" in vars(self):
            raise IvyAttributeError(
                "`_layers` is the list in which Keras keeps all sub-layers of a model, so a module "
                "that assigns it can hold no other ones. Choose another name for the list, such as "
                f"`_blocks`. Received: {name}={_brief(value)} beside `_layers`"
            )
        if holds:
            self._ivy_check_no_cycle(name, value)

    def _ivy_check_no_cycle(self, name: str, value: Any) -> None:
        probe = value if isinstance(value, keras.layers.Layer) else None
        inside = [probe] if probe is not None else _layers_in(value)
        for layer in inside:
            if layer is self or any(x is self for x in structure_of(layer).layers.values()):
                raise IvyValueError(
                    f"A module cannot hold itself: {name!r} would lead back to "
                    f"{type(self).__name__} {self.name!r}. Received: {name}={_brief(value)}"
                )

    def _ivy_set_layers(self, value: Any) -> None:
        """Take a list of layers as `self._layers`, which is Keras's own list of them."""
        held = keras_layers.held_layers(self)
        flat = isinstance(value, list | tuple) and all(
            isinstance(x, keras.layers.Layer) for x in value
        )
        if (
            not flat
            or len(set(map(id, value))) < len(value)
            or any(all(x is not y for y in value) for x in held)
        ):
            raise IvyAttributeError(
                "`_layers` is the list in which Keras keeps all sub-layers of a model. It can be "
                "assigned a list of different layers, if the module holds no other ones. Choose "
                f"another name, such as `_blocks`. Received: _layers={_brief(value)} beside "
                f"{len(held)} sub-layers"
            )
        for layer in held:
            keras_modules.untrack(self, layer)
        for layer in value:
            keras_modules.track(self, layer)
        vars(self)["_ivy_layers_assigned"] = len(value)

    def _ivy_sync(self) -> None:
        """Tell Keras, and TensorFlow's checkpoints, which layers and variables there are."""
        state = vars(self)
        held = directly_held(self)
        alone = state.get("_ivy_layers_assigned")
        if alone is None:
            reached = {id(thing) for thing in held.values()}
            for layer in keras_layers.held_layers(self):
                if id(layer) not in reached:
                    keras_modules.untrack(self, layer)
        for thing in held.values():
            keras_modules.track(self, thing)
        named = {
            f"_layers.v{i}": layer
            for i, layer in enumerate(keras_layers.held_layers(self) if alone is not None else ())
        } | {path.replace("/", "."): thing for path, thing in held.items() if "/" in path}
        for name in state.get("_ivy_checkpointed", set()) - set(named):
            keras_modules.untrack_for_checkpoints(self, name)
        for name, thing in named.items():
            keras_modules.track_for_checkpoints(self, _trackable(thing), name)
        state["_ivy_checkpointed"] = set(named)


def _is_inherited(cls: type, name: str) -> bool:
    """Whether an attribute of a class is Keras's or `Module`'s, rather than a user's own."""
    definer = next(c for c in cls.__mro__ if name in vars(c))
    return definer.__module__.partition(".")[0] in ("keras", "keras_ivy")


def _trackable(thing: Any) -> Any:
    return thing.state if isinstance(thing, keras.random.SeedGenerator) else thing


def _layers_in(value: Any) -> list[keras.layers.Layer]:
    holder = keras.layers.Layer(name="keras_ivy_probe")
    vars(holder)["held"] = value
    held = directly_held(holder, objects=False).values()
    return [x for x in held if isinstance(x, keras.layers.Layer)]


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"<{type(value).__name__}>"
