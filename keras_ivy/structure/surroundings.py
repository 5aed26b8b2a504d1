"""Where a variable stands, asked of the variable alone.

Keras hands an optimizer a list of variables, and a variable does not know its layer. The layers
that are alive do: here they are asked, by identity and never by name, so that two variables with
one path are two.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import keras

from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.structure.names import path_by_names, path_with_names
from keras_ivy.structure.walk import sublayers, walk
from keras_ivy.typing import Variable
from keras_ivy.utils.paths import Place

__all__ = ["Surroundings", "roots_of", "trained_by"]

_Layer: TypeAlias = keras.layers.Layer


class Surroundings:
    """The layers around a list of variables.

    Args:
        variables: The variables; others than `keras.Variable`s have no layers.
        root: The model that they are seen from, if that is known.
        optimizer: If the model is not known: the one that has this optimizer is taken, or else
            the only outermost layer that holds all variables, if there is one.
    """

    def __init__(
        self,
        variables: Sequence[Variable],
        root: _Layer | None = None,
        optimizer: object | None = None,
    ):
        self.variables = list(variables)
        self._given_root, self._optimizer = root, optimizer

    def place(self, variable: Variable) -> Place:
        """Return where one of the variables stands."""
        path = variable.path if hasattr(variable, "path") else variable.name.split(":")[0]
        paths, key = [path], None
        inner = self._entries.get(id(variable))
        if inner is not None:
            key, by_names, chain = inner
            paths += [key, by_names, path_by_names(chain, variable)]
        return Place(variable, list(dict.fromkeys(paths)), self._above(variable), key)

    def others(self) -> list[Place]:
        """Return the places of what the same models hold beside the variables, frozen or state."""
        known = {id(variable) for variable in self.variables}
        roots = [self.root] if self.root is not None else self._roots
        found = {id(v): v for root in roots for v in root.variables if id(v) not in known}
        return [self.place(variable) for variable in found.values()]

    @functools.cached_property
    def root(self) -> _Layer | None:
        """The model that the variables are seen from."""
        if self._given_root is not None:
            return self._given_root
        trained = [] if self._optimizer is None else trained_by(self._optimizer, self._live.layers)
        wanted = {id(v) for v in self.variables}
        for layer in trained:
            if wanted <= {id(v) for v in layer.variables}:
                return layer
        whole = [r for r in self._roots if wanted <= {id(v) for v in r.variables}]
        if len(whole) == 1:
            return whole[0]
        return trained[0] if trained else None

    @functools.cached_property
    def _live(self) -> "_Live":
        return _Live(self._given_root)

    @functools.cached_property
    def _roots(self) -> list[_Layer]:
        return self._live.roots(self._live.owners(self.variables))

    @functools.cached_property
    def _entries(self) -> dict[int, tuple[str, str, list[_Layer]]]:
        """By variable: structural path, the same with names, and the layers up to the root."""
        if self.root is None:
            return {}
        layers = {"": self.root, **sublayers(self.root)}
        found = {}
        for entry in walk(self.root):
            parts = entry.path.split("/")
            chain = [layers.get("/".join(parts[:stop])) for stop in range(len(parts))]
            inner = [layer for layer in reversed(chain) if layer is not None]
            found[id(entry.variable)] = (entry.path, path_with_names(entry.path, layers), inner)
        return found

    def _above(self, variable: Any) -> list[_Layer]:
        return self._live.above(self._live.owners([variable]))


def trained_by(optimizer: object, layers: Sequence[_Layer] | None = None) -> list[_Layer]:
    """Return the living models that have an optimizer, or Keras's wrapper around it.

    Args:
        optimizer: The optimizer.
        layers: The layers that are alive, if they are known.
    """
    alive = keras_layers.live_layers() if layers is None else layers
    return [
        layer
        for layer in alive
        if any(_leads_to(value, optimizer) for value in vars(layer).values())
    ]


def roots_of(layer: _Layer) -> dict[str, _Layer]:
    """Return the outermost living layers that contain a layer, by its structural path in each.

    Where several have the same path, the last counts.
    """
    live = _Live(layer)
    found = {}
    for root in live.roots([layer]):
        if root is layer:
            found[""] = root
        else:
            paths = [path for path, each in sublayers(root).items() if each is layer]
            found.update(dict.fromkeys(paths, root))
    return found


class _Live:
    """The layers that are alive now, and which holds which."""

    def __init__(self, root: _Layer | None):
        # A layer that the garbage collector was told to forget is known by its model alone.
        more = [] if root is None else [root, *sublayers(root).values()]
        self.layers = list({id(x): x for x in [*keras_layers.live_layers(), *more]}.values())
        self._owners: dict[int, list[_Layer]] = {}
        self._parents: dict[int, list[_Layer]] = {}
        for layer in self.layers:
            for variable in keras_layers.held_variables(layer):
                self._owners.setdefault(id(variable), []).append(layer)
            attributes = (x for x in vars(layer).values() if isinstance(x, keras.layers.Layer))
            for child in {id(c): c for c in (*keras_layers.held_layers(layer), *attributes)}:
                self._parents.setdefault(child, []).append(layer)

    def owners(self, variables: Iterable[Any]) -> list[_Layer]:
        """The layers that hold one of the variables themselves."""
        found = (x for v in variables for x in self._owners.get(id(v), ()))
        return list({id(layer): layer for layer in found}.values())

    def above(self, layers: Iterable[_Layer]) -> list[_Layer]:
        """These layers and all that contain them, nearest first."""
        found = {id(layer): layer for layer in layers}
        queue = list(found.values())
        for layer in queue:
            for parent in self._parents.get(id(layer), ()):
                if id(parent) not in found:
                    found[id(parent)] = parent
                    queue.append(parent)
        return queue

    def roots(self, layers: Iterable[_Layer]) -> list[_Layer]:
        """The outermost of the layers above."""
        return [layer for layer in self.above(layers) if id(layer) not in self._parents]


def _leads_to(value: Any, optimizer: object) -> bool:
    """Whether an attribute is an optimizer, or Keras's wrapper around it."""
    if not isinstance(value, keras.optimizers.Optimizer):
        return False
    while value is not None and value is not optimizer:
        value = getattr(value, "inner_optimizer", None)
    return value is not None
