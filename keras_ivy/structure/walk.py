"""Where the variables of any Keras layer or model are: paths by attribute and position.

A path is made of the names a reader of the code knows: attribute names without one leading
underscore, `v0, v1, ...` for the items of lists and tuples, keys for dicts, and for the layers of
a `keras.Sequential` or functional model `layers/v0, layers/v1, ...` by their position in
`model.layers`. The numbered names that Keras gives (`dense_2`) play no part, so two instances of
one model have the same paths, and a model has after loading those it had before.
"""

import heapq
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import keras

from keras_ivy.structure.edges import Path, edges, is_plain, leads_to, mark, mark_of_layer, one_path
from keras_ivy.structure.parts import OWN_PREFIX, parts
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

if TYPE_CHECKING:
    from keras_ivy.structure.called import Names

__all__ = ["Entry", "Structure", "aliases", "kept_structure", "structure_of", "sublayers", "walk"]

#: Where the structure of a layer is kept that tells nothing of itself.
_KEPT = f"{OWN_PREFIX}structure"


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
        names: What `names_of` found, behind the names of the layers then.
    """

    def __init__(self, root: keras.layers.Layer):
        if not isinstance(root, keras.layers.Layer):
            raise IvyTypeError(
                f"Expected a Keras layer or model. Received: {root!r} of type {type(root).__name__}"
            )
        self.entries: list[Entry] = []
        self.layers: dict[str, keras.layers.Layer] = {}
        self.links: dict[Path, Path] = {}
        self.names: tuple[tuple[str, ...], Names] | None = None
        self._layer_marks: list[tuple[keras.layers.Layer, Any]] = []
        self._marks: list[tuple[Any, Any]] = []
        self._walk(root)

    def _walk(self, root: keras.layers.Layer) -> None:
        """Visit everything in the order of the paths: the first visit is by the first path."""
        nodes: dict[Path, Any] = {}
        first: dict[int, Path] = {}
        ends: dict[Path, Any] = {}
        queue: list[tuple[Path, int, Path, bool, Any]] = [((), 0, (), False, root)]
        pushed = 0
        while queue:
            path, _, layer_path, inside, node = heapq.heappop(queue)
            is_layer = isinstance(node, keras.layers.Layer)
            if is_layer and inside and leads_to(node, _ids_above(nodes, path)):
                continue  # an object that points back at its owner
            is_end = is_layer or isinstance(node, keras.Variable)
            if is_end and ends.setdefault(path, node) is not node:
                raise one_path(path, "/".join(path), "the same in other words")
            if id(node) in first:
                _check_no_cycle(nodes, first[id(node)], path)
                self.links[path] = first[id(node)]
                continue
            if isinstance(node, keras.Variable):
                first[id(node)] = path
                name = "/".join(path[len(layer_path) :])
                self.entries.append(Entry("/".join(path), nodes[layer_path], name, node))
                continue
            if is_layer:
                inside, layer_path = False, path
                if path:
                    self.layers["/".join(path)] = node
                self._layer_marks.append((node, mark(node)))
            else:
                inside = inside or is_plain(node)
                self._marks.append((node, mark(node)))
            first[id(node)] = path
            nodes[path] = node
            for key, child in edges(node):
                pushed += 1
                heapq.heappush(queue, ((*path, *key), pushed, layer_path, inside, child))

    def is_current(self) -> bool:
        """Whether nothing was added, removed or built since this was found."""
        # The walk takes longest where there are many layers: they are asked in one plain loop.
        for layer, counts in self._layer_marks:
            if mark_of_layer(layer) != counts:
                return False
        return all(mark(node) == seen for node, seen in self._marks)

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
    kept = kept_structure(layer) if isinstance(layer, keras.layers.Layer) else None
    if kept is None:
        kept = Structure(layer)
        told = parts(layer)
        if told is not None:
            told.structure = kept
        else:
            # Straight into the dict: an attribute of a layer would be tracked by Keras.
            layer.__dict__[_KEPT] = kept
    return kept


def kept_structure(layer: keras.layers.Layer) -> Structure | None:
    """Return the `Structure` that was found last, or None if it is not that of the layer now."""
    told = parts(layer)
    kept = vars(layer).get(_KEPT) if told is None else told.structure
    return kept if kept is not None and kept.is_current() else None


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
        if link[: len(target)] != target:  # an object that points at itself
            follow(link, target)
    return dict(sorted(found.items()))


def _ids_above(nodes: Mapping[Path, Any], path: Path) -> set[int]:
    above = (nodes.get(path[:length]) for length in range(len(path)))
    return {id(node) for node in above if isinstance(node, keras.layers.Layer)}


def _check_no_cycle(nodes: Mapping[Path, Any], target: Path, path: Path) -> None:
    """Raise if a link leads back to something that it passed through; plain objects may."""
    if path[: len(target)] == target and not is_plain(nodes[target]):
        where = repr("/".join(target)) if target else "the root"
        raise IvyValueError(
            f"A layer cannot hold itself: {'/'.join(path)!r} leads back to {where}. "
            f"Received: {type(nodes[target]).__name__} inside itself"
        )
