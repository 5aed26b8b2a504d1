"""Functions of the leaves of some paths, of branches, and of the leaves of several trees."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from keras_ivy.tree.arrays import copy_leaf, is_array, numbers_of
from keras_ivy.tree.core import SEPARATOR, Tree, like, map, map_with_path
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "Rebuild",
    "call_leafwise",
    "deep_copied",
    "map_branches",
    "map_several",
    "map_some",
    "to_lists",
]

#: What makes a branch of an old one and new items: a new branch, or the old one changed.
Rebuild = Callable[..., Any]


def map_some(
    tree: Tree,
    fn: Callable[[Any, str], Any],
    key_chains: Iterable[str] | str | None = None,
    to_apply: bool = True,
    prune_unapplied: bool = False,
    map_sequences: bool = False,
    rebuild: Rebuild = like,
) -> Tree:
    """Return the tree of `fn(leaf, path)` at some paths, of the leaves as they are at the others.

    Args:
        tree: The nested mapping.
        fn: A function of a leaf and its path.
        key_chains: The exact paths to apply the function to; None for all. A string names every
            path that is part of it.
        to_apply: If False, the function is applied to all paths but these.
        prune_unapplied: If True, the other leaves are left out rather than kept.
        map_sequences: If True, the function is applied inside lists and tuples.
        rebuild: How a branch is made of its new items.

    Example:

    >>> map_some({"a": 1, "b": {"c": 2}}, lambda x, path: x + 10, ["b/c"])
    {'a': 1, 'b': {'c': 12}}
    """

    def call(leaf: Any, path: str) -> Any:
        if map_sequences and isinstance(leaf, list | tuple):
            items = [call(x, path) for x in leaf]
            return type(leaf)(*items) if hasattr(leaf, "_fields") else type(leaf)(items)
        return fn(leaf, path)

    def walk(branch: Mapping[str, Any], prefix: str) -> Any:
        out = {}
        for key, leaf in branch.items():
            path = f"{prefix}{key}"
            if isinstance(leaf, Mapping):
                value = walk(leaf, f"{path}{SEPARATOR}")
                if not len(value) and len(leaf):
                    continue
            elif key_chains is None or (path in key_chains) == to_apply:
                value = call(leaf, path)
            elif prune_unapplied:
                continue
            else:
                value = leaf
            out[key] = value
        return rebuild(branch, out)

    return walk(tree, "")


def map_branches(
    tree: Tree,
    fn: Callable[[Any, str], Any],
    key_chains: Iterable[str] | None = None,
    to_apply: bool = True,
    prune_unapplied: bool = False,
    rebuild: Rebuild = like,
    include_self: bool = True,
) -> Any:
    """Return the tree with each branch replaced by `fn(branch, path)`, the innermost first.

    Args:
        tree: The nested mapping.
        fn: A function of a branch and its path.
        key_chains: The exact paths to apply the function to; None for all.
        to_apply: If False, the function is applied to all paths but these.
        prune_unapplied: If True, the other branches are left out rather than kept.
        rebuild: How a branch is made of its new items.
        include_self: Whether the function is applied to the whole tree too, at path `""`.

    Example:

    >>> map_branches({"a": 1, "b": {"c": 2}}, lambda branch, path: len(branch))
    2
    """

    def walk(branch: Mapping[str, Any], path: str) -> Any:
        out = {}
        for key, value in branch.items():
            if isinstance(value, Mapping):
                value = walk(value, f"{path}{SEPARATOR}{key}" if path else key)
                if value is None:
                    continue
            out[key] = value
        done = rebuild(branch, out)
        if not path and not include_self:
            return done
        if key_chains is not None and (path in key_chains) != to_apply:
            return None if prune_unapplied and path else done
        return fn(done, path)

    return walk(tree, "")


def map_several(
    trees: Sequence[object],
    fn: Callable[[list[Any], str], Any],
    key_chains: Iterable[str] | str | None = None,
    to_apply: bool = True,
    prune_unapplied: bool = False,
    map_nests: bool = False,
    assert_identical: bool = False,
    branch: type = Mapping,
) -> Any:
    """Return the tree of `fn([leaf of each tree], path)`.

    Args:
        trees: Trees; anything else among them is passed to every call.
        fn: A function of a list of leaves and their path. A tree that lacks the path contributes
            no leaf, so that the list is shorter.
        key_chains: Paths, or beginnings of paths, to apply the function to; None for all.
        to_apply: If False, the function is applied to all paths but these.
        prune_unapplied: If True, the other leaves are left out; else the first one is kept.
        map_nests: If True, the function is applied inside lists and tuples.
        assert_identical: If True, all trees must have the same keys on every level.
        branch: The class of what counts as a tree.

    Raises:
        ValueError: If there is no tree, or they differ with `assert_identical=True`.

    Example:

    >>> map_several([{"a": 1, "b": {"c": 2}}, {"a": 10}], lambda xs, path: sum(xs))
    {'a': 11, 'b': {'c': 2}}
    """
    kind: Any = branch  # A checker knows no more of a class that is given.
    first = next((c for c in trees if isinstance(c, kind)), None)
    if first is None:
        raise IvyValueError(
            "`cont_multi_map` needs a Container among its inputs. "
            f"Received: containers={list(trees)!r}"
        )
    chains = [key_chains] if isinstance(key_chains, str) else key_chains
    chosen = None if chains is None else tuple(chains)

    def call(xs: list[Any], path: str) -> Any:
        nests = [x for x in xs if isinstance(x, list | tuple)]
        if not (map_nests and nests):
            return fn(xs, path)
        items = [
            call([x[i] if isinstance(x, list | tuple) else x for x in xs], path)
            for i in range(len(nests[0]))
        ]
        return type(nests[0])(items)

    def walk(level: Sequence[Any], prefix: str) -> dict[str, Any]:
        inner = [c for c in level if isinstance(c, kind)]
        # dict.fromkeys keeps the order of the first tree, then of the others.
        keys = dict.fromkeys(key for c in inner for key in c)
        if assert_identical and any(len(c) != len(keys) for c in inner):
            raise IvyValueError(
                f"The containers differ in their keys at {prefix or 'the top'!r}. "
                f"Received: keys={[sorted(c) for c in inner]}"
            )
        out = {}
        for key in keys:
            holders = [c for c in level if not isinstance(c, kind) or key in c]
            xs = [c[key] if isinstance(c, kind) else c for c in holders]
            path = f"{prefix}{key}"
            lead = next(c[key] for c in inner if key in c)
            if isinstance(lead, kind):
                value = walk(xs, f"{path}{SEPARATOR}")
                if value:
                    out[key] = like(lead, value)
            elif chosen is None or path.startswith(chosen) == to_apply:
                out[key] = call(xs, path)
            elif not prune_unapplied:
                out[key] = lead
        return out

    return like(first, walk(trees, ""))


def deep_copied(tree: Tree) -> Tree:
    """Return a copy in which arrays are new too; other leaves are shared."""
    memo: dict[int, Any] = {}
    return map(lambda x: copy_leaf(x, memo) if is_array(x) else x, tree)


def to_lists(tree: Tree) -> Tree:
    """Return a copy with arrays as nested lists of numbers.

    Example:

    >>> import numpy as np
    >>> to_lists({"a": np.ones(2), "b": "text"})
    {'a': [1.0, 1.0], 'b': 'text'}
    """
    return map(lambda x: numbers_of(x).tolist() if is_array(x) else x, tree)


def call_leafwise(
    fn: Callable[..., object], args: tuple[object, ...], kwargs: Mapping[str, object], kind: type
) -> Any:
    """Call `fn(path, *args, **kwargs)` leaf by leaf if any argument is a tree, else once.

    Args:
        fn: A function of a path and of the arguments.
        args: Arguments. The trees among them have the same keys and are walked together;
            everything else is passed to every call.
        kwargs: Keyword arguments, treated alike.
        kind: The class of what counts as a tree: other dicts are arguments like others.

    Raises:
        ValueError: If the trees differ in their keys.

    Example:

    >>> call_leafwise(lambda path, x, y: (path, x + y), ({"a": 1}, 2), {}, dict)
    {'a': ('a', 3)}
    """
    values: list[Any] = [*args, *kwargs.values()]
    where = [i for i, value in enumerate(values) if isinstance(value, kind)]

    def call(path: str, *leaves: Any) -> Any:
        filled = list(values)
        for i, leaf in zip(where, leaves, strict=True):
            filled[i] = leaf
        named = dict(zip(kwargs, filled[len(args) :], strict=True))
        return fn(path, *filled[: len(args)], **named)

    if not where:
        return call("")
    return map_with_path(call, *(values[i] for i in where))
