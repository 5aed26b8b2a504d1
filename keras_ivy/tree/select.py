"""Parts of trees: leaves by pattern, by path and by name, and where something is inside."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, cast

from keras_ivy.tree.arrays import is_array
from keras_ivy.tree.compare import assert_same, difference, identical, identical_structure
from keras_ivy.tree.core import SEPARATOR, Tree, items, like, paths
from keras_ivy.tree.keys import missing_key, named_paths, put, suggestion
from keras_ivy.utils.exceptions import IvyKeyError, IvyTypeError, IvyValueError

__all__ = [
    "Pattern",
    "at_names",
    "at_paths",
    "depth",
    "duplicates",
    "filtered",
    "find_branch",
    "find_identical",
    "find_structure",
    "require_identical",
    "require_structure",
    "select",
    "split",
    "without_empty",
    "without_paths",
    "without_texts",
]

#: What is to be found in a path, or a function of a path and its leaf.
Pattern: TypeAlias = str | re.Pattern | Callable[..., bool]


def filtered(tree: Tree, keep: Callable[[str, Any], bool]) -> Tree:
    """Return the tree of the leaves for which `keep(path, leaf)`, without empty branches.

    Example:

    >>> filtered({"a": 1, "b": {"c": 2, "d": 3}}, lambda path, leaf: leaf > 2)
    {'b': {'d': 3}}
    """

    def walk(branch: Mapping[str, Any], prefix: str) -> Mapping[str, Any]:
        out = {}
        for key, value in branch.items():
            if isinstance(value, Mapping):
                value = walk(value, f"{prefix}{key}{SEPARATOR}")
                if len(value):
                    out[key] = value
            elif keep(f"{prefix}{key}", value):
                out[key] = value
        return like(branch, out)

    return cast(Tree, walk(tree, ""))


def select(tree: Tree, patterns: Pattern | Iterable[Pattern]) -> Tree:
    """Return the tree of the leaves that one of the patterns matches; see `Container.select`.

    Raises:
        KeyError: If a string or regular expression matches no path.

    Example:

    >>> select({"enc": {"w": 1, "b": 2}, "dec": {"w": 3}}, ["dec", "b"])
    {'enc': {'b': 2}, 'dec': {'w': 3}}
    """
    matchers = [_matcher(pattern, tree) for pattern in _several(patterns)]
    return filtered(tree, lambda path, leaf: any(m(path, leaf) for m in matchers))


def split(tree: Tree, *patterns: Pattern | Iterable[Pattern]) -> tuple[Tree, ...]:
    """Return one tree for each pattern, and one of the remaining leaves; see `Container.split`.

    Example:

    >>> split({"body": {"w": 1}, "head": {"w": 2}}, "head")
    ({'head': {'w': 2}}, {'body': {'w': 1}})
    """
    owner: dict[str, int] = {}
    for i, pattern in enumerate(patterns):
        for path in paths(select(tree, pattern)):
            owner.setdefault(path, i)
    rest = len(patterns)

    def part(i: int) -> Tree:
        return filtered(tree, lambda path, _: owner.get(path, rest) == i)

    return tuple(part(i) for i in range(rest + 1))


def _several(patterns: Pattern | Iterable[Pattern]) -> list[Pattern]:
    if isinstance(patterns, str | re.Pattern) or not isinstance(patterns, Iterable):
        return [patterns]
    return list(patterns)


def _matcher(pattern: Pattern, tree: Mapping[str, object]) -> Callable[[str, Any], bool]:
    """Return the predicate of a pattern, after checking that it matches something."""
    if isinstance(pattern, str | re.Pattern):
        text = pattern if isinstance(pattern, str) else pattern.pattern
        flags = 0 if isinstance(pattern, str) else pattern.flags
        try:
            found = re.compile(rf"(?:^|/)(?:{text})(?:/|$)", flags)
        except re.error as error:
            raise IvyValueError(
                f"A pattern is a regular expression ({error}); any key is `[^/]+`, any keys are "
                f"`.*`. Received: pattern={text!r}"
            ) from error
        known = paths(tree)
        if not any(found.search(path) for path in known):
            hint = suggestion(text, {*known, *(key for path in known for key in path.split("/"))})
            raise IvyKeyError(f"No path matches. {hint} Received: pattern={text!r}")
        return lambda path, _: found.search(path) is not None
    if callable(pattern):
        return pattern
    raise IvyTypeError(
        "A pattern is a string, a regular expression or a function of a path and a leaf. "
        f"Received: pattern={pattern!r} of type {type(pattern).__name__}"
    )


# -- by path and by name ---------------------------------------------------------------------------


def at_paths(
    tree: Tree, key_chains: str | Iterable[str] | Mapping[str, object], ignore_missing: bool = False
) -> Tree:
    """Return the tree of what stands at some paths alone.

    Args:
        tree: The nested mapping.
        key_chains: A path, several, or a nested dict with the keys wanted.
        ignore_missing: If True, unknown paths are left out.

    Raises:
        KeyError: If there is no such path.

    Example:

    >>> from keras_ivy import Container
    >>> at_paths(Container(a=1, b={"c": 2, "d": 3}), ["a", "b/d"]).flatten()
    {'a': 1, 'b/d': 3}
    """
    out = like(tree, {})
    for path in named_paths(key_chains):
        if path in tree:
            put(out, path, tree[path])
        elif not ignore_missing:
            raise missing_key(tree, path)
    return out


def at_names(tree: Tree, names: Iterable[str], containing: bool = False) -> Tree:
    """Return the tree of the leaves that have a key of one of the names on their way.

    Args:
        tree: The nested mapping.
        names: The names.
        containing: If True, a leaf is kept if every key on its way contains a name.

    Example:

    >>> at_names({"a": 1, "b": {"c": 2, "d": 3}}, ["c"])
    {'b': {'c': 2}}
    """
    wanted = list(names)

    def keep(path: str, _: Any) -> bool:
        keys = path.split(SEPARATOR)
        if containing:
            return any(all(name in key for key in keys) for name in wanted)
        return any(name in keys for name in wanted)

    return filtered(tree, keep)


def without_paths(tree: Tree, key_chains: str | Iterable[str] | Mapping[str, object]) -> Tree:
    """Return the tree without what stands at some paths; those that lead nowhere are ignored.

    Example:

    >>> without_paths({"a": 1, "b": {"c": 2, "d": 3}}, ["a", "b/c"])
    {'b': {'d': 3}}
    """
    chains = [chain.replace(".", SEPARATOR) for chain in named_paths(key_chains)]
    return filtered(
        tree,
        lambda path, _: not any(path == c or path.startswith(f"{c}{SEPARATOR}") for c in chains),
    )


def without_texts(tree: Tree, texts: str | Iterable[str]) -> Tree:
    """Return the tree without the leaves whose path contains one of the texts.

    Example:

    >>> without_texts({"abc": 1, "x": {"b": 2, "y": 3}}, "b")
    {'x': {'y': 3}}
    """
    unwanted = [texts] if isinstance(texts, str) else list(texts)
    return filtered(tree, lambda path, _: not any(text in path for text in unwanted))


def without_empty(tree: Tree, keep_nones: bool = False) -> Tree:
    """Return the tree without empty branches and, unless `keep_nones`, without None."""
    return filtered(tree, lambda _, leaf: keep_nones or leaf is not None)


# -- what is inside --------------------------------------------------------------------------------


def depth(tree: Mapping[str, object]) -> int:
    """Return the number of keys of the longest path; empty branches count.

    Example:

    >>> depth({"a": 1, "b": {"c": 2}})
    2
    """
    inner = (depth(v) if isinstance(v, Mapping) else 0 for v in tree.values())
    return max((1 + below for below in inner), default=0)


def find_branch(
    tree: Mapping[str, object], accept: Callable[[Mapping[str, object]], bool], path: str = ""
) -> str | bool:
    """Return the path of the first branch that is accepted, `""` for the tree itself, or False."""
    if accept(tree):
        return path
    for key, value in tree.items():
        if isinstance(value, Mapping):
            found = find_branch(value, accept, f"{path}{SEPARATOR}{key}" if path else key)
            if found is not False:
                return found
    return False


def find_identical(
    tree: Mapping[str, object], branch: Mapping[str, object], partial: bool = False
) -> str | bool:
    """Return the path of a branch inside a tree, by the identity of its arrays, or False.

    Args:
        tree: The tree.
        branch: The branch to look for.
        partial: If True, only the keys that both have are compared.
    """
    return find_branch(tree, lambda c: identical([c, branch], partial=partial))


def find_structure(
    tree: Mapping[str, object],
    branch: Mapping[str, object],
    check_shapes: bool = True,
    partial: bool = False,
) -> str | bool:
    """Return the path of a branch of the same keys, types and shapes, or False.

    Args:
        tree: The tree.
        branch: The branch whose structure to look for.
        check_shapes: Whether shapes of arrays are compared.
        partial: If True, only the keys that both have are compared.
    """
    return find_branch(
        tree,
        lambda c: identical_structure([c, branch], check_shapes=check_shapes, partial=partial),
    )


def require_identical(
    tree: Mapping[str, object],
    branch: Mapping[str, object],
    partial: bool,
    show: Callable[[dict[str, object]], object] = repr,
) -> None:
    """Raise `ValueError` with the differences unless a branch is inside a tree."""
    path = find_structure(tree, branch, check_shapes=False, partial=partial)
    where: Any = tree[path] if isinstance(path, str) and path else tree
    assert_same(
        find_identical(tree, branch, partial) is not False,
        "No container inside has these keys and values",
        lambda: show(difference([where, branch], "diff_only", detect_key_diffs=not partial)),
    )


def require_structure(
    tree: Mapping[str, object],
    branch: Mapping[str, object],
    check_shapes: bool,
    partial: bool,
    show: Callable[[dict[str, object]], object] = repr,
) -> None:
    """Raise `ValueError` with the differences unless such a structure is inside a tree."""
    assert_same(
        find_structure(tree, branch, check_shapes, partial) is not False,
        "No container inside has this structure",
        lambda: show(
            difference(
                [tree, branch],
                "diff_only",
                detect_key_diffs=not partial,
                detect_value_diffs=False,
                detect_shape_diffs=check_shapes,
            )
        ),
    )


def duplicates(tree: Mapping[str, object]) -> tuple[tuple[str, ...], ...]:
    """Return the paths of arrays that stand at several paths, grouped by array.

    Example:

    >>> import numpy as np
    >>> x = np.ones(1)
    >>> duplicates({"a": x, "b": {"c": np.ones(1), "d": x}})
    (('a', 'b/d'),)
    """
    groups: dict[int, list[str]] = {}
    for path, leaf in items(tree):
        if is_array(leaf):
            groups.setdefault(id(leaf), []).append(path)
    return tuple(tuple(found) for found in groups.values() if len(found) > 1)
