"""Paths and key chains: how `"a/b"` and `"a.b"` are read, and what is said of unknown ones."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from keras_ivy.tree.core import SEPARATOR, Tree, copied, paths
from keras_ivy.utils.exceptions import IvyKeyError, IvyTypeError, IvyValueError, nearest

__all__ = [
    "SEPARATORS",
    "missing_key",
    "named_paths",
    "put",
    "split_chain",
    "suggestion",
    "with_value",
]

SEPARATORS = re.compile(r"[/.]")

#: Above this many names, looking for the nearest would cost more than the hint is worth.
_MOST_NAMES = 500


def split_chain(key: object) -> list[str]:
    """Split a key chain into its keys, after checking it.

    Raises:
        TypeError: If the key is no string.
        ValueError: If one of the keys is empty.

    Example:

    >>> split_chain("a/b.c")
    ['a', 'b', 'c']
    """
    if not isinstance(key, str):
        raise IvyTypeError(
            "The keys of a Container are strings. To assign to a part of every leaf, use `map`. "
            f"Received: key={key!r} of type {type(key).__name__}"
        )
    keys = SEPARATORS.split(key)
    if not all(keys):
        raise IvyValueError(f"A key cannot be the empty string. Received: key={key!r}")
    return keys


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the sentence that names the nearest of the known names, short in any case."""
    known = list(known)
    if not known:
        return "The container is empty."
    if len(known) > _MOST_NAMES:
        return f"It has {len(known)} keys; `tree.paths(container)` lists them."
    hint = nearest(name, known)
    return hint if len(hint) < 300 else f"{hint[:300].rsplit(',', 1)[0]}, ..."


def missing_key(tree: Mapping[str, object], chain: str) -> IvyKeyError:
    """Return the error for a key chain that leads nowhere."""
    known = {*tree, *paths(tree)}
    return IvyKeyError(f"Unknown key chain. {suggestion(chain, known)} Received: key={chain!r}")


def named_paths(key_chains: str | Iterable[str] | Mapping[str, object]) -> list[str]:
    """Return the paths that a string, a sequence or the keys of a nested dict name.

    Raises:
        TypeError: If it is none of them.

    Example:

    >>> named_paths("b/c"), named_paths({"b": {"d": 0, "c": 0}})
    (['b/c'], ['b/c', 'b/d'])
    """
    if isinstance(key_chains, str):
        return [key_chains]
    if isinstance(key_chains, list | tuple):
        return list(key_chains)
    if isinstance(key_chains, Mapping):
        return paths(key_chains)
    raise IvyTypeError(
        "Key chains are a string, a list, a tuple, a dict or a Container. "
        f"Received: key_chains={key_chains!r} of type {type(key_chains).__name__}"
    )


def put(tree: Mapping[str, object], path: str, value: object) -> None:
    """Set a value in a tree itself, with branches on the way to it.

    Raises:
        KeyError: If the path leads through a leaf.

    Example:

    >>> tree = {"a": 1}
    >>> put(tree, "b/c", 2)
    >>> tree
    {'a': 1, 'b': {'c': 2}}
    """
    into: Any = tree
    if hasattr(type(into), "__tree_like__"):
        into[path] = value  # a class of trees reads paths itself
        return
    *parents, last = path.split(SEPARATOR)
    for depth, key in enumerate(parents):
        into = into.setdefault(key, {})
        if not isinstance(into, Mapping):
            raise IvyKeyError(
                f"{SEPARATOR.join(parents[: depth + 1])!r} is a leaf, so there is nothing to "
                f"assign inside it. Received: key={path!r}"
            )
    into[last] = value


def with_value(tree: Tree, path: str, value: object) -> Tree:
    """Return a copy with another value at a path, which need not exist.

    Example:

    >>> with_value({"a": 1, "b": {"c": 2}}, "b/c", 5)
    {'a': 1, 'b': {'c': 5}}
    """
    out = copied(tree)
    put(out, path, value)
    return out
