"""Where the variables of any Keras layer or model are: paths by attribute and position.

A path is made of the names a reader of the code knows: attribute names without one leading
underscore, `v0, v1, ...` for the items of lists and tuples, keys for dicts, and for the layers of
a `keras.Sequential` or functional model `layers/v0, layers/v1, ...` by their position in
`model.layers`. The numbered names that Keras gives (`dense_2`) play no part, so two instances of
one model have the same paths, and a model has after loading those it had before.
"""

import heapq
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import keras

from keras_ivy.adapters import keras_layers
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["Entry", "Structure", "aliases", "structure_of", "sublayers", "walk"]

Path = tuple[str, ...]

#: Packages in whose objects no layer of the user's is looked for.
_FOREIGN = {*sys.stdlib_module_names, "absl", "jax", "keras", "keras_ivy", "numpy", "tensorflow"}


class Entry(NamedTuple):
    """One variable of a layer or model.

    Attributes:
        path: The alphabetically first of the paths that lead to the variable, such as
            `"encoder/v0/w"`.
        layer: The layer that holds the variable.
        name: The end of the path, below that layer: `"w"`.
        variable: The variable.
    """

    path: str
    layer: keras.layers.Layer
    name: str
    variable: keras.Variable


class Structure:
    """The variables and sub-layers of one layer, found once and kept until something changes.

    Attributes:
        entries: An `Entry` for every variable, sorted by path, seed states included.
        layers: The sub-layers by path, sorted.
        links: The other paths: from a path to the one under which the same thing is listed.
    """

    def __init__(self, root: keras.layers.Layer):
        if not isinstance(root, keras.layers.Layer):
            raise IvyTypeError(
                f"Expected a Keras layer or model. Received: {root!r} of type {type(root).__name__}"
            )
        self.entries: list[Entry] = []
        self.layers: dict[str, keras.layers.Layer] = {}
        self.links: dict[Path, Path] = {}
        self._marks: list[tuple[Any, Any]] = []
        self._walk(root)

    def _walk(self, root: keras.layers.Layer) -> None:
        """Visit everything in the order of the paths: the first visit is by the first path."""
        nodes: dict[Path, Any] = {}
        first: dict[int, Path] = {}
        owner: dict[Path, Path] = {}
        queue: list[tuple[Path, int, Path, Any]] = [((), 0, (), root)]
        pushed = 0
        while queue:
            path, _, layer_path, node = heapq.heappop(queue)
            if id(node) in first:
                _check_no_cycle(nodes, first[id(node)], path)
                self.links[path] = first[id(node)]
                continue
            first[id(node)] = path
            nodes[path] = node
            if isinstance(node, keras.Variable):
                holder = nodes[layer_path]
                name = "/".join(path[len(layer_path) :])
                self.entries.append(Entry("/".join(path), holder, name, node))
                continue
            if isinstance(node, keras.layers.Layer):
                layer_path = path
                if path:
                    self.layers["/".join(path)] = node
            self._marks.append((node, _mark(node)))
            owner[path] = layer_path
            for key, child in _edges(node):
                pushed += 1
                heapq.heappush(queue, ((*path, *key), pushed, layer_path, child))

    def is_current(self) -> bool:
        """Whether nothing was added, removed or built since this was found."""
        return all(_mark(node) == mark for node, mark in self._marks)

    def resolve(self, path: str) -> str:
        """Return the path under which the thing at any of its paths is listed.

        A path that leads nowhere comes back as it is.
        """
        here: Path = ()
        for key in path.split("/"):
            here = (*here, key)
            here = self.links.get(here, here)
        return "/".join(here)


def structure_of(layer: keras.layers.Layer) -> Structure:
    """Return the `Structure` of a layer, kept with the layer and renewed when it has changed."""
    kept = vars(layer).get("_ivy_structure") if isinstance(layer, keras.layers.Layer) else None
    if kept is None or not kept.is_current():
        kept = Structure(layer)
        # Straight into the dict: an attribute of a layer would be tracked by Keras.
        vars(layer)["_ivy_structure"] = kept
    return kept


def walk(layer: keras.layers.Layer) -> list[Entry]:
    """Return an `Entry` for every variable of a layer or model, sorted by path.

    A variable that several paths lead to is listed once, at the alphabetically first of them.
    The states of seed generators are listed too; they are integers and not trainable. What is
    only held in a set, or in an attribute whose name starts with two underscores, is not listed.

    Raises:
        TypeError: If this is no Keras layer.
        ValueError: If a layer holds itself.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> [(entry.path, tuple(entry.variable.shape)) for entry in walk(model)]
    [('layers/v0/bias', (2,)), ('layers/v0/kernel', (3, 2))]
    """
    return list(structure_of(layer).entries)


def sublayers(layer: keras.layers.Layer) -> dict[str, keras.layers.Layer]:
    """Return every layer below the given one by its path, sorted, each once.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="head")])
    >>> {path: layer.name for path, layer in sublayers(model).items()}
    {'layers/v0': 'head'}
    """
    return dict(structure_of(layer).layers)


def aliases(layer: keras.layers.Layer) -> dict[str, str]:
    """Return the other paths to variables: from each to the path that `walk` lists.

    Example:

    >>> layer = keras.layers.Layer()
    >>> layer.tied = layer.first = keras.Variable([1.0])
    >>> aliases(layer)
    {'tied': 'first'}
    """
    structure = structure_of(layer)
    listed = [tuple(entry.path.split("/")) for entry in structure.entries]
    found: dict[str, str] = {}

    def follow(prefix: Path, target: Path) -> None:
        for path in listed:
            if path[: len(target)] == target:
                found["/".join((*prefix, *path[len(target) :]))] = "/".join(path)
        for link, there in structure.links.items():
            if len(link) > len(target) and link[: len(target)] == target:
                follow((*prefix, *link[len(target) :]), there)

    for link, target in structure.links.items():
        if link[: len(target)] != target:  # a plain object that points back at its owner
            follow(link, target)
    return dict(sorted(found.items()))


def _edges(node: Any) -> Iterator[tuple[Path, Any]]:
    """Yield what is right below a node, with the keys that lead there."""
    if isinstance(node, keras.layers.Layer):
        yield from _edges_of_layer(node)
    elif isinstance(node, keras.random.SeedGenerator):
        yield ("state",), node.state
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if _leads_on(value):
                yield _keys_of(key), value
    elif isinstance(node, list | tuple):
        for index, value in enumerate(node):
            if _leads_on(value):
                yield (f"v{index}",), value
    else:
        for name, value in vars(node).items():
            if not name.startswith("__") and _leads_on(value):
                yield (_key_of(name),), value


def _edges_of_layer(layer: keras.layers.Layer) -> Iterator[tuple[Path, Any]]:
    known: set[int] = set()
    taken: dict[Path, Any] = {}
    created = vars(layer).get("_ivy_created")
    for keys, value in _edges(created) if created else ():
        taken[keys] = value
        _collect(value, known)
        yield keys, value
    if keras_layers.is_graph_model(layer):
        known.update(map(id, keras_layers.held_layers(layer)))
        yield ("layers",), list(layer.layers)
    internal = keras_layers.internal_attributes()
    for name, value in vars(layer).items():
        if name in internal or name.startswith("_ivy_") or not _leads_on(value, sets=True):
            continue
        _collect(value, known)
        if name.startswith("__") or isinstance(value, set | frozenset):
            continue
        keys = (_key_of(name),)
        if keys in taken and taken[keys] is not value:
            if created and keys[0] in {key.split("/")[0] for key in created}:
                raise IvyValueError(
                    f"{type(layer).__name__} has both a variable of its own and an attribute at "
                    f"the key {keys[0]!r}. Rename one of them. Received: attribute {name!r} of "
                    f"type {type(value).__name__}"
                )
            keys = (name,)
        taken[keys] = value
        yield keys, value
    yield from _without_attribute(layer, known, taken)


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
    if isinstance(value, keras.Variable | keras.layers.Layer | keras.random.SeedGenerator):
        return
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
    if isinstance(value, keras.Variable | keras.layers.Layer | keras.random.SeedGenerator):
        return True
    if isinstance(value, Mapping | list | tuple):
        return bool(value)
    if isinstance(value, set | frozenset):
        return sets
    if isinstance(value, types.SimpleNamespace):
        return True
    kind = type(value)
    if isinstance(value, type | types.ModuleType) or callable(value):
        return False
    return hasattr(value, "__dict__") and kind.__module__.split(".")[0] not in _FOREIGN


def _mark(node: Any) -> Any:
    """Return something that changes when what is right below a node changes."""
    if isinstance(node, keras.layers.Layer):
        return keras_layers.counts(node), vars(node).get("_ivy_version", 0)
    if isinstance(node, Mapping):
        return [(key, id(value)) for key, value in node.items()]
    if isinstance(node, list | tuple):
        return list(map(id, node))
    if isinstance(node, keras.random.SeedGenerator):
        return id(node.state)
    return [(name, id(value)) for name, value in vars(node).items()]


def _key_of(name: str) -> str:
    """Return a name without one leading underscore."""
    return name[1:] if name.startswith("_") and len(name) > 1 else name or "_"


def _keys_of(key: Any) -> Path:
    """Return the keys that a dict key stands for: `/` and `.` separate levels."""
    parts = str(key).replace(".", "/").split("/")
    return tuple(_key_of(part) for part in parts if part) or ("_",)


def _check_no_cycle(nodes: Mapping[Path, Any], target: Path, path: Path) -> None:
    """Raise if a link leads back to something that it passed through.

    A plain object may point back at its owner; Keras does not look into it.
    """
    if path[: len(target)] != target:
        return
    between = [nodes.get(path[:length]) for length in range(len(target), len(path))]
    known = (keras.layers.Layer, Mapping, list, tuple)
    if all(node is None or isinstance(node, known) for node in between):
        where = "/".join(target) or "the root"
        raise IvyValueError(
            f"A layer cannot hold itself: {'/'.join(path)!r} leads back to {where}. "
            f"Received: {type(nodes[target]).__name__} inside itself"
        )
