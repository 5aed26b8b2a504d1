"""Pure functions on nested dicts: one sorted order, paths written `"a/b"`.

A tree is a mapping whose keys are strings and whose values are trees or leaves; anything that is
not a mapping is a leaf, lists and tuples included. Every function visits the keys of every level
in sorted order, whatever order they were inserted in, so two trees with the same keys always pair
up leaf by leaf. A `Container` goes in and comes out as a `Container`, a dict as a dict.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

from keras_ivy.typing import Leaf, Nested
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = [
    "SEPARATOR",
    "Tree",
    "check_same_structure",
    "copied",
    "flatten",
    "in_order",
    "items",
    "leaves",
    "like",
    "map",
    "map_with_path",
    "paths",
    "unflatten",
]

SEPARATOR = "/"

#: What goes in as a dict comes out as a dict, what goes in as a Container as a Container.
Tree = TypeVar("Tree", bound=Mapping[str, Any])


def like(tree: Tree, items: Mapping[str, object]) -> Tree:
    """Return a tree of the kind of another one, with other items on its top level.

    A class of trees says by a method `__tree_like__(items)` how; in the order of its keys if it
    has one. Plain mappings come out as dicts, in the order of `items`.

    Example:

    >>> from keras_ivy import Container
    >>> like(Container(a=1), {"c": 3, "b": 2})
    {
        b: 2,
        c: 3
    }
    """
    rebuild = getattr(type(tree), "__tree_like__", None)
    return cast(Tree, dict(items) if rebuild is None else rebuild(tree, items))


def copied(tree: Tree) -> Tree:
    """Return a copy in which every branch is new and every leaf is shared.

    Example:

    >>> old = {"a": 1, "b": {"c": [2]}}
    >>> new = copied(old)
    >>> new == old, new["b"] is old["b"], new["b"]["c"] is old["b"]["c"]
    (True, False, True)
    """
    return like(tree, {k: copied(v) if isinstance(v, Mapping) else v for k, v in tree.items()})


def in_order(
    tree: Nested[Leaf],
    prefix: str = "",
    names_only: bool = False,
    include_empty: bool = False,
) -> Iterator[tuple[str, Leaf]]:
    """Yield `(path, leaf)` of every leaf in the order of the tree's own keys.

    Args:
        tree: The nested mapping.
        prefix: A path to put in front of every path.
        names_only: Whether the last key is yielded instead of the path.
        include_empty: Whether empty branches are yielded too, as themselves.

    Example:

    >>> list(in_order({"b": {"d": 3, "c": 2}, "a": 1}))
    [('b/d', 3), ('b/c', 2), ('a', 1)]
    """
    value: Any  # An empty branch is yielded like a leaf.
    for key, value in tree.items():
        path = key if names_only or not prefix else f"{prefix}{SEPARATOR}{key}"
        if isinstance(value, Mapping) and (len(value) or not include_empty):
            yield from in_order(value, path, names_only, include_empty)
        else:
            yield path, value


def items(
    tree: Nested[Leaf], prefix: str = "", include_empty: bool = False
) -> Iterator[tuple[str, Leaf]]:
    """Yield `(path, leaf)` of every leaf, in sorted order.

    Args:
        tree: The nested mapping.
        prefix: A path to put in front of every path.
        include_empty: If True, an empty branch is yielded too, as itself.

    Raises:
        TypeError: If a key is no string.

    Example:

    >>> list(items({"b": {"d": 3, "c": 2}, "a": 1}))
    [('a', 1), ('b/c', 2), ('b/d', 3)]
    """
    for key in _sorted_keys(tree):
        value = tree[key]
        path = f"{prefix}{SEPARATOR}{key}" if prefix else key
        if not isinstance(value, Mapping):
            yield path, value
        elif value:
            yield from items(value, path, include_empty)
        elif include_empty:
            empty: Any = value
            yield path, empty


def _sorted_keys(tree: Mapping[str, object]) -> list[str]:
    for key in tree:
        if not isinstance(key, str):
            raise IvyTypeError(
                "The keys of a tree are strings; a Container made of it writes whole numbers as "
                f"strings. Received: key={key!r} of type {type(key).__name__}"
            )
    return sorted(tree)


def paths(tree: Mapping[str, object]) -> list[str]:
    """Return the path of every leaf, in sorted order.

    Example:

    >>> paths({"b": {"d": 3, "c": 2}, "a": 1})
    ['a', 'b/c', 'b/d']
    """
    return [path for path, _ in items(tree)]


def leaves(tree: Nested[Leaf]) -> list[Leaf]:
    """Return every leaf, in the sorted order of their paths.

    Example:

    >>> leaves({"b": {"d": 3, "c": 2}, "a": 1})
    [1, 2, 3]
    """
    return [leaf for _, leaf in items(tree)]


def flatten(tree: Nested[Leaf]) -> dict[str, Leaf]:
    """Return a plain dict from the path of every leaf to the leaf, in sorted order.

    Empty branches have no leaf and so leave no trace.

    Example:

    >>> flatten({"b": {"d": 3, "c": 2}, "a": 1})
    {'a': 1, 'b/c': 2, 'b/d': 3}
    """
    return dict(items(tree))


def unflatten(flat: Mapping[str, Leaf]) -> dict[str, Leaf | Nested[Leaf]]:
    """Return the nested dict of which `flat` is the flattened form; the inverse of `flatten`.

    Args:
        flat: A mapping from paths to leaves, in any order.

    Returns:
        Nested plain dicts, sorted.

    Raises:
        ValueError: If one path leads through the leaf of another.

    Example:

    >>> unflatten({"b/d": 3, "a": 1, "b/c": 2})
    {'a': 1, 'b': {'c': 2, 'd': 3}}
    """
    root: dict[str, Any] = {}
    branches = {"": root}
    for path in sorted(flat):
        *parents, last = path.split(SEPARATOR)
        branch, here = root, ""
        for key in parents:
            here = f"{here}{SEPARATOR}{key}" if here else key
            if here not in branches:
                if key in branch:
                    raise IvyValueError(
                        f"{here!r} is a leaf and cannot also hold {path!r}. "
                        f"Received: paths={sorted(flat)}"
                    )
                branches[here] = branch[key] = {}
            branch = branches[here]
        branch[last] = flat[path]
    return _sorted(root)


def _sorted(tree: dict[str, Any]) -> dict[str, Any]:
    """Return nested plain dicts with every level sorted (`"a-b"` comes before `"a/b"`)."""
    return {k: _sorted(tree[k]) if isinstance(tree[k], dict) else tree[k] for k in sorted(tree)}


def map(fn: Callable[..., object], tree: Tree, *rest: Mapping[str, object]) -> Tree:
    """Return the tree of `fn(leaf, *leaves of the rest)`.

    Args:
        fn: A function of as many leaves as there are trees.
        tree: The nested mapping that gives the structure.
        *rest: More trees of the same structure.

    Returns:
        A tree of the type of `tree`.

    Raises:
        ValueError: If the trees differ in their paths; the sentence names them.

    Example:

    >>> map(lambda x, y: x + y, {"a": 1, "b": {"c": 2}}, {"b": {"c": 20}, "a": 10})
    {'a': 11, 'b': {'c': 22}}
    """
    return map_with_path(lambda _, *xs: fn(*xs), tree, *rest)


def map_with_path(fn: Callable[..., object], tree: Tree, *rest: Mapping[str, object]) -> Tree:
    """Return the tree of `fn(path, leaf, *leaves of the rest)`.

    Args:
        fn: A function of a path and of as many leaves as there are trees.
        tree: The nested mapping that gives the structure.
        *rest: More trees of the same structure.

    Raises:
        ValueError: If the trees differ in their paths; the sentence names them.

    Example:

    >>> map_with_path(lambda path, x: f"{path}={x}", {"a": 1, "b": {"c": 2}})
    {'a': 'a=1', 'b': {'c': 'b/c=2'}}
    """
    check_same_structure(tree, *rest)
    return _map(fn, "", tree, *rest)


def _map(fn: Callable[..., Any], prefix: str, tree: Tree, *rest: Mapping[str, Any]) -> Tree:
    out = {}
    for key in sorted(tree):
        value = tree[key]
        path = f"{prefix}{SEPARATOR}{key}" if prefix else key
        others = [other[key] for other in rest]
        if isinstance(value, Mapping):
            out[key] = _map(fn, path, value, *others)
        else:
            out[key] = fn(path, value, *others)
    return like(tree, out)


def check_same_structure(tree: Mapping[str, object], *rest: Mapping[str, object]) -> None:
    """Raise `ValueError` unless all trees have the same paths.

    Example:

    >>> check_same_structure({"a": 1}, {"b": 1})
    Traceback (most recent call last):
    ...
    keras_ivy.utils.exceptions.IvyValueError: The trees differ: 'a' is only in the first, ...
    """
    for index, other in enumerate(rest, 1):
        if not isinstance(other, Mapping):
            raise IvyTypeError(f"A tree is a nested dict. Received: tree {index}={other!r}")
        ours, theirs = ({p for p, _ in items(t, include_empty=True)} for t in (tree, other))
        if ours == theirs:
            continue
        missing, extra = sorted(ours - theirs), sorted(theirs - ours)
        said = [f"{missing[0]!r} is only in the first"] if missing else []
        said += [f"{extra[0]!r} {'' if missing else 'is '}only in tree {index}"] if extra else []
        raise IvyValueError(
            f"The trees differ: {', '.join(said)}. Received: {len(ours)} paths in the first, "
            f"{len(theirs)} in tree {index}, {len(ours & theirs)} shared."
        )
