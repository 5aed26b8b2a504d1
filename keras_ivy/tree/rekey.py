"""The same leaves under other paths: renamed, joined, moved, cut and sliced."""

from collections.abc import Callable, Mapping
from typing import Any, Required, TypeAlias, TypedDict

import keras
import tensorflow as tf

from keras_ivy.tree.core import SEPARATOR, Tree, copied, in_order, like
from keras_ivy.tree.keys import missing_key, put, split_chain
from keras_ivy.tree.patterns import rearranged
from keras_ivy.tree.select import depth, without_paths
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = [
    "KeySlice",
    "Moved",
    "cut_at_depth",
    "cut_at_height",
    "join_keys",
    "moved",
    "renamed",
    "slice_keys",
    "slice_via_key",
    "sorted_by_key",
]

#: A position, a slice of positions, `"first:last"`; or a dict from depths to these.
KeySlice: TypeAlias = int | slice | str | Mapping[int, "int | slice | str"]


class Moved(TypedDict, total=False):
    """Where a value goes, and how it is rearranged on the way."""

    key_chain: Required[str]
    pattern: str | None
    axes_lengths: Mapping[str, int] | None


def renamed(tree: Tree, rename: Callable[[str], str], include_empty: bool = False) -> Tree:
    """Return a tree with every path replaced by `rename(path)`.

    Example:

    >>> renamed({"a": 1, "b": {"c": 2}}, str.upper)
    {'A': 1, 'B': {'C': 2}}
    """
    out = like(tree, {})
    for path, leaf in in_order(tree, include_empty=include_empty):
        put(out, rename(path), leaf)
    return out


def join_keys(
    path: str,
    replacement: str = "__",
    above_height: int | None = None,
    below_depth: int | None = None,
) -> str:
    """Join the keys of a path into fewer.

    Args:
        path: The path.
        replacement: The text that joins the keys.
        above_height: The number of keys at the end that stay apart.
        below_depth: The number of keys at the start that stay apart.

    Example:

    >>> join_keys("a/b/c/d", above_height=1, below_depth=1)
    'a/b__c/d'
    """
    keys = split_chain(path)
    start, stop = below_depth or 0, len(keys) - (above_height or 0)
    if start < stop:
        keys[start:stop] = [replacement.join(keys[start:stop])]
    return SEPARATOR.join(keys)


def sorted_by_key(tree: Tree) -> Tree:
    """Return a copy whose keys are sorted on every level.

    Example:

    >>> sorted_by_key({"b": {"d": 1, "c": 2}, "a": 3})
    {'a': 3, 'b': {'c': 2, 'd': 1}}
    """
    out: Any = like(tree, {})
    for key in sorted(tree):
        value = tree[key]
        out[key] = sorted_by_key(value) if isinstance(value, Mapping) else value
    return out


def moved(
    tree: Tree,
    mapping: Mapping[str, str | Moved],
    keep_orig: bool = True,
    replace: bool = True,
) -> Tree:
    """Return a copy with some values moved to other paths, and rearranged.

    Args:
        tree: The nested mapping.
        mapping: From paths to new ones, or to dicts of `key_chain` and, in the notation of
            `einops_rearrange`, `pattern` and `axes_lengths`.
        keep_orig: Whether all other values are kept.
        replace: Whether a moved value leaves its old place.

    Raises:
        KeyError: If there is no such path.

    Example:

    >>> from keras_ivy import Container
    >>> moved(Container(a=1, b={"c": 2}), {"b/c": "d/e"}, keep_orig=True).flatten()
    {'a': 1, 'd/e': 2}
    """
    for old in mapping:
        if old not in tree:
            raise missing_key(tree, old)
    out = like(tree, {})
    if keep_orig:
        out = without_paths(tree, list(mapping)) if replace else copied(tree)
    for old, target in mapping.items():
        value = tree[old]
        where: Moved = {"key_chain": target} if isinstance(target, str) else target
        pattern = where.get("pattern")
        if pattern is not None:
            lengths = where.get("axes_lengths") or {}
            if isinstance(value, keras.KerasTensor):
                value = keras.ops.rearrange(value, pattern, **lengths)
            else:
                value = rearranged(tf.convert_to_tensor(value), pattern, lengths)
        put(out, where["key_chain"], value)
    return out


def cut_at_depth(tree: Tree, cutoff: int) -> Tree:
    """Return a copy in which branches `cutoff` keys down are empty.

    Example:

    >>> cut_at_depth({"a": {"b": {"c": 1}}, "e": 3}, 1)
    {'a': {}, 'e': 3}
    """
    if cutoff < 1:
        return like(tree, {})
    return like(
        tree,
        {k: cut_at_depth(v, cutoff - 1) if isinstance(v, Mapping) else v for k, v in tree.items()},
    )


def cut_at_height(tree: Tree, cutoff: int) -> Tree:
    """Return a copy in which branches of at most `cutoff` levels are empty.

    Example:

    >>> cut_at_height({"a": {"b": {"c": 1}}, "e": 3}, 1)
    {'a': {'b': {}}, 'e': 3}
    """
    if depth(tree) <= cutoff:
        return like(tree, {})
    return like(
        tree,
        {k: cut_at_height(v, cutoff) if isinstance(v, Mapping) else v for k, v in tree.items()},
    )


def slice_via_key(tree: Mapping[str, object], key: str) -> object:
    """Return a copy in which branches that have a key are replaced by what it holds.

    Example:

    >>> slice_via_key({"a": {"x": 1, "y": 2}, "z": 5}, "x")
    {'a': 1, 'z': 5}
    """
    if key in tree.keys():  # noqa: SIM118, in a Container a chain is no key
        return tree[key]
    return like(
        tree,
        {k: slice_via_key(v, key) if isinstance(v, Mapping) else v for k, v in tree.items()},
    )


def slice_keys(tree: Tree, key_slice: KeySlice, all_depths: bool = False, level: int = 0) -> Tree:
    """Return a copy with some of the keys, chosen by position or by name.

    Args:
        tree: The nested mapping.
        key_slice: A position, a slice of positions, `"b:d"` for the keys from `b` to `d`
            inclusive; or a dict from depths to such slices.
        all_depths: Whether the slice is applied on every level.
        level: The depth of the tree in another one.

    Raises:
        TypeError: If the slice is of another type.

    Example:

    >>> slice_keys({"a": 1, "b": 2, "c": 3, "d": 4}, "b:c")
    {'b': 2, 'c': 3}
    """
    here = key_slice.get(level) if isinstance(key_slice, Mapping) else key_slice
    chosen = list(tree) if here is None else _keys_in(list(tree), here)
    out = {}
    for key in chosen:
        value = tree[key]
        if isinstance(value, Mapping) and (all_depths or isinstance(key_slice, Mapping)):
            value = slice_keys(value, key_slice, all_depths, level + 1)
        out[key] = value
    return like(tree, out)


def _keys_in(keys: list[str], key_slice: int | slice | str) -> list[str]:
    if isinstance(key_slice, str) and key_slice.count(":") == 1:
        first, last = key_slice.split(":")
        return [key for key in keys if (not first or first <= key) and (not last or key <= last)]
    if isinstance(key_slice, int) and not isinstance(key_slice, bool):
        return [keys[key_slice]]
    if isinstance(key_slice, slice):
        return keys[key_slice]
    raise IvyTypeError(
        "A slice of keys is a position, a slice, 'first:last' or a dict from depths to these. "
        f"Received: key_slice={key_slice!r} of type {type(key_slice).__name__}"
    )
