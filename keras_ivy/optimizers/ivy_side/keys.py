"""What the variables of an optimizer are called in its state, and whose slots a state holds.

A name is no identity: Keras numbers layers through, leaves out a model's own name when it loads
it, and gives two towers of one builder the same paths. In a state a variable is called by its place
in its model, as in `keras_ivy.variables`, so that the state fits another instance of the model, a
loaded one, and `step`. Without a model that holds all variables they are called by their paths, and
by position where paths repeat.
"""

import re
import weakref
from collections.abc import Mapping, Sequence

from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.optimizers.rules import path_of
from keras_ivy.optimizers.rules.leaf_places import Leaf
from keras_ivy.structure import Surroundings, walk
from keras_ivy.typing import Variable

#: What Keras calls variables that nobody has named.
_UNNAMED = ("variable", "Variable")


def unique_paths(variables: Sequence[Variable | Leaf]) -> list[str]:
    """Return the paths of variables, with their position among those of one path.

    Example:

    >>> import keras
    >>> unique_paths([keras.Variable(1.0, name=name) for name in ("w", "b", "w")])
    ['w/v0', 'b', 'w/v1']
    """
    paths = list(map(path_of, variables))
    places = [paths[:i].count(path) for i, path in enumerate(paths)]
    keys = [
        f"{path}/v{place}" if paths.count(path) > 1 else path
        for path, place in zip(paths, places, strict=True)
    ]
    return keys if _can_nest(keys) else [f"v{i}" for i in range(len(paths))]


def _can_nest(keys: Sequence[str]) -> bool:
    """Whether nested dicts can have these paths: none of them is there twice, or on the way."""
    known = set(keys)
    above = {key[:i] for key in keys for i, letter in enumerate(key) if letter == "/"}
    return len(known) == len(keys) and not known & above


def keys_of(optimizer: object, variables: Sequence[Variable]) -> list[str]:
    """Return what the variables of an optimizer are called in its state.

    Args:
        optimizer: The optimizer, which keeps in mind which model it was.
        variables: Variables that it was built for.
    """
    wanted = {id(v) for v in variables}
    seen = vars(optimizer).get("_model_seen", lambda: None)
    for find in (seen, lambda: Surroundings(variables, optimizer=optimizer).root):
        root = find()
        if root is not None and variables:
            places = {id(entry.variable): entry.path for entry in walk(root)}
            if wanted <= set(places):
                vars(optimizer)["_model_seen"] = weakref.ref(root)
                return [places[id(v)] for v in variables]
    return unique_paths(variables)


def chosen(
    keys: Sequence[str], variables: Sequence[Variable], given: Mapping[str, Sequence[int]]
) -> list[str] | None:
    """Return the key of a state under which the slots of every variable are.

    Exactly the variables' keys, or their paths (which states of version 0.1.0 have); or paths that
    differ in what Keras numbers and leaves out alone.

    Args:
        keys: What `keys_of` returned.
        variables: The variables.
        given: Shapes of the slots by the keys of the state.

    Returns:
        The keys, or `None` if they do not fit.
    """
    paths = unique_paths(variables)
    for names in (keys, paths):
        if set(names) == set(given):
            return list(names)
    mine, theirs = _numberless(paths), _numberless(list(given))
    if {k: len(x) for k, x in mine.items()} != {k: len(x) for k, x in theirs.items()}:
        return None
    found = {a: b for name, own in mine.items() for a, b in zip(own, theirs[name], strict=True)}
    shapes = [tuple(given[found[path]]) for path in paths]
    fits = shapes == [tuple(v.shape) for v in variables]
    return [found[path] for path in paths] if fits else None


def _numberless(paths: Sequence[str]) -> dict[tuple[str, ...], list[str]]:
    """Paths in the order of the numbers that Keras gave, by the rest of them."""
    parts = [path.split("/") for path in paths]
    while len({x[0] for x in parts}) == 1 and all(len(x) > 1 for x in parts):
        parts = [x[1:] for x in parts]
    named_after = {_snake(type(layer).__name__) for layer in keras_layers.live_layers()}
    groups: dict[tuple[str, ...], list] = {}
    for path, each in zip(paths, parts, strict=True):
        split = [_split(part, named_after) for part in each]
        numbers = [number for _, number in split]
        groups.setdefault(tuple(name for name, _ in split), []).append((numbers, path))
    return {name: [path for _, path in sorted(group)] for name, group in groups.items()}


def _split(part: str, named_after: set[str]) -> tuple[str, int]:
    """A component without the number that Keras has put behind a class's name, and that number."""
    name, _, number = part.rpartition("_")
    if number.isdigit() and (name in named_after or name in _UNNAMED):
        return name, int(number)
    return part, 0


def _snake(name: str) -> str:
    """What Keras calls the first layer of a class."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
