"""Trees with other values, other branches, other forms: every function returns a new one."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from keras_ivy.tree.core import Tree, copied, like, paths
from keras_ivy.tree.maps import map_some
from keras_ivy.typing import Leaf
from keras_ivy.utils.exceptions import IvyIndexError, IvyTypeError, IvyValueError

__all__ = ["from_leaves", "merge", "nested_lists", "raw", "set_names", "to_dict", "without_names"]


def merge(*trees: Tree) -> Tree:
    """Return a tree with the keys of all trees, of the kind of the first; later values win.

    Example:

    >>> merge({"a": 1, "b": {"c": 2}}, {"b": {"d": 3}, "a": 4})
    {'a': 4, 'b': {'c': 2, 'd': 3}}
    """
    out: Any = copied(trees[0])
    for tree in trees[1:]:
        for key, value in tree.items():
            held = out[key] if key in out.keys() else None  # noqa: SIM118, chains are no keys
            if isinstance(value, Mapping):
                value = merge(held, value) if isinstance(held, Mapping) else copied(value)
            out[key] = value
    return out


def set_names(tree: Tree, values: Mapping[str, object]) -> Tree:
    """Return a tree in which the values of some keys, at any depth, are replaced.

    Args:
        tree: The nested mapping.
        values: From keys, not paths, to what replaces whatever stood there.

    Example:

    >>> set_names({"w": 1, "q": {"w": 2, "b": 3}}, {"w": 9})
    {'w': 9, 'q': {'w': 9, 'b': 3}}
    """
    out = {}
    for key, value in tree.items():
        if key in values:
            out[key] = values[key]
        else:
            out[key] = set_names(value, values) if isinstance(value, Mapping) else value
    return like(tree, out)


def without_names(
    tree: Tree, absolute: Iterable[str] | None = None, containing: Iterable[str] | None = None
) -> Tree:
    """Return a tree with keys taken out of all paths, what they held moved up.

    Args:
        tree: The nested mapping.
        absolute: The keys.
        containing: Texts; every key that contains one of them is taken out.

    Raises:
        ValueError: If neither is given, or a moved value would hide another.

    Example:

    >>> without_names({"a": {"x": {"b": 1}}, "x": {"c": 2}}, ["x"])
    {'a': {'b': 1}, 'c': 2}
    """
    if absolute is None and containing is None:
        raise IvyValueError(
            "Give `absolute` or `containing`. Received: absolute=None, containing=None"
        )
    for name, value in (("absolute", absolute), ("containing", containing)):
        if isinstance(value, str):
            raise IvyTypeError(f"`{name}` is a list of strings. Received: {name}={value!r}")
    names, texts = set(absolute or ()), tuple(containing or ())

    def walk(branch: Mapping[str, Any]) -> Mapping[str, Any]:
        out: dict[str, Any] = {}
        for key, value in branch.items():
            value = walk(value) if isinstance(value, Mapping) else value
            taken = key in names or any(text in key for text in texts)
            moved = value if taken and isinstance(value, Mapping) else {key: value}
            for inner, leaf in moved.items():
                if inner in out:
                    raise IvyValueError(
                        f"Two values would stand at {inner!r}. Received: "
                        f"absolute={absolute!r}, containing={containing!r}"
                    )
                out[inner] = leaf
        return like(branch, out)

    return cast(Tree, walk(tree))


# -- lists and dicts -------------------------------------------------------------------------------


def from_leaves(tree: Tree, leaves: list[Leaf]) -> Tree:
    """Return a tree of one's keys and the leaves of a list.

    Args:
        tree: The nested mapping that gives the keys.
        leaves: The leaves, in the order of the keys. Those used are removed from the list.

    Raises:
        IndexError: If the list is too short.

    Example:

    >>> from_leaves({"a": 0, "b": {"c": 0}}, [1, 2])
    {'a': 1, 'b': {'c': 2}}
    """
    count = len(paths(tree))
    if len(leaves) < count:
        raise IvyIndexError(f"The container has {count} leaves. Received: a list of {len(leaves)}")
    taken = iter(leaves[:count])
    del leaves[:count]
    return map_some(tree, lambda _, path: next(taken))


def nested_lists(tree: Mapping[str, object]) -> list[object]:
    """Return the leaves as lists in lists; leaves that are None are left out."""
    return [
        nested_lists(v) if isinstance(v, Mapping) else v for v in tree.values() if v is not None
    ]


def to_dict(tree: Mapping[str, object]) -> dict[str, object]:
    """Return nested plain dicts."""
    return {k: to_dict(v) if isinstance(v, Mapping) else v for k, v in tree.items()}


def raw(tree: Mapping[str, object]) -> dict[str, object] | list[object]:
    """Return nested plain dicts, with the lists that were nested at construction restored.

    Example:

    >>> raw({"a": {"it_0": 1, "it_1": {"q": 2}}})
    {'a': [1, {'q': 2}]}
    """
    found = {k: raw(v) if isinstance(v, Mapping) else v for k, v in tree.items()}
    nested = bool(found) and all(k.startswith("it_") and k[3:].isdigit() for k in found)
    return list(found.values()) if nested else found
