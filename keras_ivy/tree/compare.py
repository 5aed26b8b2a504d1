"""Comparing trees: differences, identity, structure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from keras_ivy.tree.arrays import all_equal, is_array
from keras_ivy.tree.core import leaves, paths
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "assert_same",
    "common_paths",
    "difference",
    "identical",
    "identical_structure",
    "require_identical",
    "require_same_structure",
    "same_shapes",
]

#: What the differences of trees print as.
Show = Callable[[Sequence[Mapping[str, object]], dict[str, object]], object]

MODES = ("all", "same_only", "diff_only")


def difference(
    containers: Sequence[Mapping[str, object]],
    mode: str = "all",
    diff_keys: str | Sequence[str] = "diff",
    detect_key_diffs: bool = True,
    detect_value_diffs: bool = True,
    detect_shape_diffs: bool = True,
) -> dict[str, object]:
    """Return nested dicts that show where trees differ; see `Container.diff`.

    Example:

    >>> difference([{"lr": 0.1, "size": 8}, {"lr": 0.1, "size": 16}])
    {'lr': 0.1, 'size': {'diff_0': 8, 'diff_1': 16}}
    """
    if mode not in MODES:
        raise IvyValueError(f"`mode` is one of {MODES}. Received: mode={mode!r}")
    if isinstance(diff_keys, str):
        names = None
    elif len(diff_keys) == len(containers):
        names = list(diff_keys)
    else:
        raise IvyValueError(
            f"`diff_keys` is a word, or one name for each of {len(containers)} containers. "
            f"Received: diff_keys={diff_keys!r}"
        )
    if len(containers) == 1:
        return dict(containers[0])

    def label(group: list[int]) -> str:
        if names is not None:
            return ", ".join(names[i] for i in group)
        return f"{diff_keys}_{', '.join(map(str, group))}"

    def equal(x: Any, y: Any) -> bool:
        if isinstance(x, Mapping) or isinstance(y, Mapping):
            return x is y
        if is_array(x) and is_array(y) and tuple(x.shape) != tuple(y.shape):
            return not detect_shape_diffs
        return not detect_value_diffs or all_equal(x, y)

    def walk(level: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key in sorted({key for c in level for key in c}):
            present = [i for i, c in enumerate(level) if key in c]
            values = [level[i][key] for i in present]
            if len(present) < len(level):
                if detect_key_diffs:
                    if mode != "same_only":
                        out[key] = {label([i]): v for i, v in zip(present, values, strict=True)}
                elif mode != "diff_only":
                    out[key] = values[0]
            elif all(isinstance(v, Mapping) for v in values):
                inner = walk(values)
                if inner or (mode != "diff_only" and not any(values)):
                    out[key] = inner
            else:
                groups: list[list[int]] = []
                for i, value in zip(present, values, strict=True):
                    same = next((g for g in groups if equal(level[g[0]][key], value)), None)
                    if same is None:
                        groups.append([i])
                    else:
                        same.append(i)
                if len(groups) == 1:
                    if mode != "diff_only":
                        out[key] = values[0]
                elif mode != "same_only":
                    out[key] = {label(g): level[g[0]][key] for g in groups}
        return out

    return walk(containers)


def identical(
    containers: Sequence[Mapping[str, object]],
    check_types: bool = True,
    check_shapes: bool = True,
    same_arrays: bool = True,
    arrays_equal: bool = True,
    partial: bool = False,
) -> bool:
    """Whether containers have the same keys, and arrays that are the same; see `Container`."""

    def same(x: Any, y: Any) -> bool:
        if check_types and type(x) is not type(y):
            return False
        if is_array(x) and is_array(y):
            if same_arrays:
                return x is y
            if arrays_equal:
                return all_equal(x, y)
            return not check_shapes or tuple(x.shape) == tuple(y.shape)
        return True

    return _agree(containers, same, partial)


def identical_structure(
    containers: Sequence[Mapping[str, object]],
    check_types: bool = True,
    check_shapes: bool = True,
    partial: bool = False,
) -> bool:
    """Whether containers have the same keys, types of leaves and shapes of arrays."""
    return identical(
        containers,
        check_types,
        check_shapes,
        same_arrays=False,
        arrays_equal=False,
        partial=partial,
    )


def _agree(
    containers: Sequence[Mapping[str, object]],
    same: Callable[[object, object], bool],
    partial: bool,
) -> bool:
    """Whether all containers agree with the first, key by key."""
    first: Mapping[str, Any] = containers[0]
    for other in containers[1:]:
        shared = first.keys() & other.keys()
        if partial:
            if not shared and (first or other):
                return False
        elif first.keys() != other.keys():
            return False
        for key in shared:
            x: Any = first[key]
            y: Any = other[key]
            nested = [isinstance(v, Mapping) for v in (x, y)]
            if all(nested):
                if not _agree([x, y], same, partial):
                    return False
            elif any(nested) or not same(x, y):
                return False
    return True


def assert_same(same: bool, sentence: str, differences: Callable[[], object]) -> None:
    """Raise `ValueError` with the differences unless containers are the same."""
    if not same:
        raise IvyValueError(f"{sentence}. The differences:\n\n{differences()}")


def common_paths(trees: Iterable[Mapping[str, object]]) -> list[str]:
    """Return the paths that all trees have.

    Example:

    >>> common_paths([{"a": 1, "b": {"c": 2}}, {"b": {"c": 3}}])
    ['b/c']
    """
    first, *rest = (paths(tree) for tree in trees)
    return [path for path in first if all(path in other for other in rest)]


def same_shapes(trees: Iterable[Mapping[str, object]]) -> bool:
    """Whether the arrays of trees, in order, have the same shapes."""
    first, *rest = ([tuple(x.shape) for x in leaves(tree) if is_array(x)] for tree in trees)
    return all(first == other for other in rest)


def require_identical(
    containers: Sequence[Mapping[str, object]],
    check_types: bool,
    check_shapes: bool,
    same_arrays: bool,
    arrays_equal: bool,
    partial: bool,
    show: Show,
) -> None:
    """Raise `ValueError` with the differences unless trees are `identical`."""
    assert_same(
        identical(containers, check_types, check_shapes, same_arrays, arrays_equal, partial),
        "The containers are not identical",
        lambda: show(containers, difference(containers, "diff_only", detect_key_diffs=not partial)),
    )


def require_same_structure(
    containers: Sequence[Mapping[str, object]],
    check_types: bool,
    check_shapes: bool,
    partial: bool,
    show: Show,
) -> None:
    """Raise `ValueError` with the differences unless trees have an `identical_structure`."""
    assert_same(
        identical_structure(containers, check_types, check_shapes, partial),
        "The containers differ in structure",
        lambda: show(
            containers,
            difference(
                containers,
                "diff_only",
                detect_key_diffs=not partial,
                detect_value_diffs=False,
                detect_shape_diffs=check_shapes,
            ),
        ),
    )
