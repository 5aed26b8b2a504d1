"""One step down: what is right below a layer, a collection or a plain object, and by which key."""

import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import keras

from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.structure.parts import OWN_PREFIX, parts
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "Path",
    "attributes",
    "directly_held",
    "edges",
    "holds_layers",
    "is_plain",
    "leads_to",
    "mark",
    "mark_of_layer",
    "one_path",
]

Path = tuple[str, ...]

#: The module of the lists and dicts by which Keras replaces those of a program.
_TRACKED = keras_layers.TRACKED_MODULE

#: What a collection is searched for.
_ENDS = (keras.Variable, keras.layers.Layer, keras.random.SeedGenerator)

#: Packages in whose objects no layer of the user's is looked for.
_FOREIGN = {*sys.stdlib_module_names, "absl", "jax", "keras", "keras_ivy", "numpy", "tensorflow"}


def edges(node: object) -> Iterator[tuple[Path, object]]:
    """Yield what is right below a node, with the keys that lead there."""
    if isinstance(node, keras.layers.Layer):
        yield from _edges_of_layer(node)
    elif isinstance(node, keras.random.SeedGenerator):
        yield ("state",), node.state
    elif isinstance(node, Mapping):
        yield from _distinct((key, _keys_of(key), value) for key, value in node.items())
    elif isinstance(node, list | tuple):
        for index, value in enumerate(node):
            if _leads_on(value):
                yield (f"v{index}",), value
    else:
        items = vars(node).items()
        yield from _distinct((n, (_key_of(n),), x) for n, x in items if not n.startswith("__"))


def _distinct(items: Iterable[tuple[Any, Path, Any]]) -> Iterator[tuple[Path, Any]]:
    """Yield what leads on, by the keys of its path; two keys of one path would lose a layer."""
    taken: dict[Path, tuple[Any, Any]] = {}
    for key, keys, value in items:
        if not _leads_on(value):
            continue
        first, other = taken.setdefault(keys, (key, value))
        if other is value and first is not key:
            continue  # the same under both
        if other is not value and holds_layers(other) and holds_layers(value):
            raise one_path(keys, first, key)
        yield keys, value


def one_path(keys: Path, first: object, second: object) -> IvyValueError:
    """Return the error for two keys or attributes that lead to one path."""
    return IvyValueError(
        f"Two keys lead to one path, {'/'.join(keys)!r}, so that one layer would take the place of "
        "the other: one leading underscore is dropped, numbers become strings, and '/' and '.' "
        f"both separate levels. Rename one of them. Received: {first!r} and {second!r}"
    )


def _edges_of_layer(layer: keras.layers.Layer) -> Iterator[tuple[Path, Any]]:
    known: set[int] = set()
    taken: dict[Path, Any] = {}
    told = parts(layer)
    created = told.created if told is not None else None
    for keys, value in edges(created) if created else ():
        taken[keys] = value
        _collect(value, known)
        yield keys, value
    if told is not None and told.buffers:
        _collect(told.buffers, known)
        yield ("buffers",), told.buffers
    if keras_layers.is_graph_model(layer):
        known.update(map(id, keras_layers.held_layers(layer)))
        yield ("layers",), list(layer.layers)
    for name, value in attributes(layer):
        if not _leads_on(value, sets=True):
            continue
        _collect(value, known)
        if name.startswith("__") or isinstance(value, set | frozenset):
            continue
        keys = (_key_of(name),)
        if keys in taken and taken[keys] is value:
            continue
        if keys in taken:
            if created and keys[0] in {key.split("/")[0] for key in created}:
                raise IvyValueError(
                    f"{type(layer).__name__} has both a variable of its own and an attribute at "
                    f"the key {keys[0]!r}. Rename one of them. Received: attribute {name!r} of "
                    f"type {type(value).__name__}"
                )
            if told is not None and holds_layers(value) and holds_layers(taken[keys]):
                raise one_path(keys, keys[0] if name.startswith("_") else f"_{name}", name)
            keys = (name,)
        taken[keys] = value
        yield keys, value
    yield from _without_attribute(layer, known, taken)


def attributes(layer: keras.layers.Layer) -> Iterator[tuple[str, object]]:
    """Yield what a program set, by name; a Module keeps some names that Keras has too apart."""
    internal = keras_layers.internal_attributes()
    for name, value in vars(layer).items():
        if name not in internal and not name.startswith(OWN_PREFIX):
            yield name, value
    told = parts(layer)
    if told is not None:
        yield from told.own.items()


def _without_attribute(
    layer: keras.layers.Layer, known: set[int], taken: Mapping[Path, Any]
) -> Iterator[tuple[Path, Any]]:
    """Yield what Keras tracks although no attribute leads there, by name or position."""
    for index, child in enumerate(keras_layers.held_layers(layer)):
        if id(child) not in known:
            yield ("layers", f"v{index}"), child
    names = {keys[0] for keys in taken}
    for variable in keras_layers.held_variables(layer):
        if id(variable) not in known:
            name = _unused(variable.name, names)
            names.add(name)
            yield (name,), variable
    for index, generator in enumerate(keras_layers.held_seed_generators(layer)):
        if id(generator) not in known:
            yield ("seed_generators", f"v{index}"), generator


def _unused(name: str, taken: set[str]) -> str:
    candidate, count = name, 0
    while candidate in taken:
        count += 1
        candidate = f"{name}_{count}"
    return candidate


def _collect(value: Any, known: set[int]) -> None:
    """Add the ids of the layers and variables that are reached without passing a layer."""
    if id(value) in known:
        return
    known.add(id(value))
    if isinstance(value, _ENDS):
        return
    members: Iterable[Any]
    if isinstance(value, Mapping):
        members = value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        members = value
    else:
        members = vars(value).values()
    for member in members:
        if _leads_on(member, sets=True):
            _collect(member, known)


def _leads_on(value: Any, sets: bool = False) -> bool:
    """Whether a layer or a variable may be found at or below a value."""
    if isinstance(value, _ENDS):
        return True
    if isinstance(value, Mapping | list | tuple):
        # Keras tells when lists and dicts grow; other classes have to be looked at again.
        return bool(value) or type(value).__module__ not in ("builtins", _TRACKED)
    if isinstance(value, set | frozenset):
        return sets
    if isinstance(value, types.SimpleNamespace):
        return True
    kind = type(value)
    if isinstance(value, type | types.ModuleType) or callable(value):
        return False
    return hasattr(value, "__dict__") and kind.__module__.split(".")[0] not in _FOREIGN


def mark(node: object) -> object:
    """Return something that changes when what is right below a node changes."""
    if isinstance(node, keras.layers.Layer):
        return mark_of_layer(node)
    if isinstance(node, Mapping):
        return [(key, id(value)) for key, value in node.items()]
    if isinstance(node, list | tuple):
        return list(map(id, node))
    if isinstance(node, keras.random.SeedGenerator):
        return id(node.state)
    return [(name, id(value)) for name, value in vars(node).items()]


def mark_of_layer(layer: keras.layers.Layer) -> object:
    """Return something that changes when a layer gets or loses a variable or a layer."""
    told = parts(layer)
    return keras_layers.counts(layer), 0 if told is None else told.version


def _key_of(name: str) -> str:
    """Return a name without one leading underscore."""
    return name[1:] if name.startswith("_") and len(name) > 1 else name or "_"


def _keys_of(key: Any) -> Path:
    """Return the keys that a dict key stands for: `/` and `.` separate levels."""
    parts = str(key).replace(".", "/").split("/")
    return tuple(_key_of(part) for part in parts if part) or ("_",)


def is_plain(node: object) -> bool:
    """Whether a node is neither a layer nor a collection: an object that has layers in it."""
    return not isinstance(node, (*_ENDS, Mapping, list, tuple, set, frozenset))


def leads_to(start: object, targets: set[int]) -> bool:
    """Whether one of the objects of these ids is found at or below a node."""
    stack, seen = [start], set()
    while stack:
        node = stack.pop()
        if id(node) in targets:
            return True
        if id(node) not in seen and not isinstance(node, keras.Variable):
            seen.add(id(node))
            stack += [child for _, child in edges(node)]
    return False


def directly_held(layer: keras.layers.Layer, objects: bool = True) -> dict[str, object]:
    """Return what a layer holds without another layer in between, by path: layers and variables.

    Args:
        layer: The layer.
        objects: Whether to look into plain objects too. A layer in one that leads back to this
            layer is an owner, not a part, and left out.

    Returns:
        What is found, by attribute name and position. What is in a set, or in an attribute that
        starts with two underscores, is there too, though no path leads to it.
    """
    found: dict[str, Any] = {}
    ways: dict[str, tuple] = {}
    seen: set[int] = set()

    def visit(path: Path, node: Any, inside: bool, way: tuple = ()) -> None:
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, _ENDS):
            if not (inside and leads_to(node, {id(layer)})):
                whole = "/".join(path)
                if whole in found:
                    raise one_path(path, _spelled(path[0], ways[whole]), _spelled(path[0], way))
                found[whole], ways[whole] = node, way
        elif isinstance(node, set | frozenset):
            for index, member in enumerate(node):
                if _leads_on(member, sets=True):
                    visit((*path, f"{index}"), member, inside)
        elif objects or not is_plain(node):
            for key, child in edges(node):
                visit((*path, *key), child, inside or is_plain(node), (*way, (node, key, child)))

    for name, value in attributes(layer):
        if _leads_on(value, sets=True):
            visit((name,), value, False)
    return found


def _spelled(name: str, way: tuple) -> str:
    """Return how a program writes the way to something: `layers['a.b'][0]`."""
    for node, keys, child in way:
        if isinstance(node, Mapping):
            name += next(f"[{k!r}]" for k, x in node.items() if x is child and _keys_of(k) == keys)
        else:
            name += f"[{keys[0][1:]}]" if isinstance(node, list | tuple) else f".{keys[0]}"
    return name


def holds_layers(value: object) -> bool:
    """Whether a value is, or has inside its collections, a layer or a variable."""
    if not _leads_on(value, sets=True):
        return False
    return _any_end(value, set())


def _any_end(value: Any, seen: set[int]) -> bool:
    if isinstance(value, _ENDS):
        return True
    if id(value) in seen:
        return False
    seen.add(id(value))
    if isinstance(value, set | frozenset):
        members: Any = value
    else:
        members = (child for _, child in edges(value))
    return any(_leads_on(m, sets=True) and _any_end(m, seen) for m in members)
