"""Comparing containers: differences, identity, structure. Pure functions, used by the methods."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from keras_ivy import tree
from keras_ivy.container.arrays import all_equal, is_array
from keras_ivy.container.node import Node
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["Compare", "assert_same", "difference", "identical", "identical_structure"]

MODES = ("all", "same_only", "diff_only")


def difference(
    containers: Sequence[Any],
    mode: str = "all",
    diff_keys: str | Sequence[str] = "diff",
    detect_key_diffs: bool = True,
    detect_value_diffs: bool = True,
    detect_shape_diffs: bool = True,
) -> Any:
    """Return a Container that shows where containers differ; see `Container.diff`."""
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
    root = Node
    containers = [c if isinstance(c, Node) else root(c) for c in containers]
    first = containers[0]
    if len(containers) == 1:
        return first

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

    def walk(level: Sequence[Any]) -> dict:
        out = {}
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

    return root(walk(containers), **first._options())


def identical(
    containers: Sequence[Any],
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
    containers: Sequence[Any],
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


def _agree(containers: Sequence[Any], same: Callable, partial: bool) -> bool:
    """Whether all containers agree with the first, key by key."""
    first = containers[0]
    for other in containers[1:]:
        shared = first.keys() & other.keys()
        if partial:
            if not shared and (first or other):
                return False
        elif first.keys() != other.keys():
            return False
        for key in shared:
            x, y = first[key], other[key]
            nested = [isinstance(v, Mapping) for v in (x, y)]
            if all(nested):
                if not _agree([x, y], same, partial):
                    return False
            elif any(nested) or not same(x, y):
                return False
    return True


def assert_same(same: bool, sentence: str, differences: Callable[[], Any]) -> None:
    """Raise `ValueError` with the differences unless containers are the same."""
    if not same:
        raise IvyValueError(f"{sentence}. The differences:\n\n{differences()}")


class Compare:
    """Comparisons of containers."""

    def diff(
        *containers: Any,
        mode: str = "all",
        diff_keys: str | Sequence[str] = "diff",
        detect_key_diffs: bool = True,
        detect_value_diffs: bool = True,
        detect_shape_diffs: bool = True,
    ) -> Any:
        """Return a Container that shows where containers differ.

        Where all agree it holds the common value; where they differ it holds a container with
        `diff_0`, `diff_1`, ... for the values, `"diff_0, 2"` where some of them agree.

        Args:
            *containers: The containers, as `Container.diff(a, b)` or `a.diff(b)`.
            mode: `"all"`, `"same_only"` or `"diff_only"`.
            diff_keys: The word in front of the number, or a list with one name for each container.
            detect_key_diffs: Whether a missing key is a difference.
            detect_value_diffs: Whether different values are a difference.
            detect_shape_diffs: Whether different shapes of arrays are a difference.

        Raises:
            ValueError: If `mode` or the number of `diff_keys` is wrong.

        Example:

        >>> from keras_ivy import Container
        >>> Container.diff(Container(lr=0.1, size=8), Container(lr=0.1, size=16, seed=1))
        {
            lr: 0.1,
            seed: {
                diff_1: 1
            },
            size: {
                diff_0: 8,
                diff_1: 16
            }
        }
        """
        return difference(
            containers, mode, diff_keys, detect_key_diffs, detect_value_diffs, detect_shape_diffs
        )

    cont_diff = diff

    def cont_structural_diff(
        *containers: Any,
        mode: str = "all",
        diff_keys: str | Sequence[str] = "diff",
        detect_key_diffs: bool = True,
        detect_shape_diffs: bool = True,
    ) -> Any:
        """Return a Container that shows where containers differ in keys and shapes alone."""
        return difference(containers, mode, diff_keys, detect_key_diffs, False, detect_shape_diffs)

    @staticmethod
    def cont_identical(
        containers: Sequence[Any],
        check_types: bool = True,
        check_shapes: bool = True,
        same_arrays: bool = True,
        arrays_equal: bool = True,
        *,
        partial: bool = False,
    ) -> bool:
        """Whether containers have the same keys and the same arrays.

        Leaves that are no arrays are compared by type alone.

        Args:
            containers: The containers.
            check_types: Whether the types of the leaves are compared.
            check_shapes: Whether the shapes of arrays are compared.
            same_arrays: Whether arrays must be the same objects.
            arrays_equal: Whether arrays must be equal, where they need not be the same objects.
            partial: If True, only keys that both have are compared.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> a = Container(w=tf.ones(2))
        >>> b = a.cont_deep_copy()
        >>> Container.cont_identical([a, b]), Container.cont_identical([a, b], same_arrays=False)
        (False, True)
        """
        return identical(containers, check_types, check_shapes, same_arrays, arrays_equal, partial)

    @staticmethod
    def cont_identical_structure(
        containers: Sequence[Any],
        check_types: bool = True,
        check_shapes: bool = True,
        *,
        partial: bool = False,
    ) -> bool:
        """Whether containers have the same keys, types of leaves and shapes of arrays."""
        return identical_structure(containers, check_types, check_shapes, partial)

    @staticmethod
    def cont_assert_identical(
        containers: Sequence[Any],
        check_types: bool = True,
        check_shapes: bool = True,
        same_arrays: bool = True,
        arrays_equal: bool = True,
        *,
        partial: bool = False,
    ) -> None:
        """Raise `ValueError` with the differences unless `cont_identical` holds."""
        assert_same(
            identical(containers, check_types, check_shapes, same_arrays, arrays_equal, partial),
            "The containers are not identical",
            lambda: difference(containers, mode="diff_only", detect_key_diffs=not partial),
        )

    @staticmethod
    def cont_assert_identical_structure(
        containers: Sequence[Any],
        check_types: bool = True,
        check_shapes: bool = True,
        *,
        partial: bool = False,
        assert_and_assign: bool = False,
    ) -> None:
        """Raise `ValueError` with the differences unless `cont_identical_structure` holds.

        Args:
            containers: The containers.
            check_types: Whether the types of the leaves are compared.
            check_shapes: Whether the shapes of arrays are compared.
            partial: If True, only keys that both have are compared.
            assert_and_assign: If True, the leaves of the second are then set in the first.
        """
        assert_same(
            identical_structure(containers, check_types, check_shapes, partial),
            "The containers differ in structure",
            lambda: difference(
                containers,
                mode="diff_only",
                detect_key_diffs=not partial,
                detect_value_diffs=False,
                detect_shape_diffs=check_shapes,
            ),
        )
        if assert_and_assign:
            for path, leaf in tree.items(containers[1]):
                containers[0][path] = leaf

    @staticmethod
    def cont_identical_configs(containers: Iterable[Any]) -> bool:
        """Whether containers have the same options."""
        first, *rest = (c.cont_config for c in containers)
        return all(first == other for other in rest)

    @staticmethod
    def cont_identical_array_shapes(containers: Iterable[Mapping]) -> bool:
        """Whether the arrays of containers, in order, have the same shapes."""
        first, *rest = ([tuple(x.shape) for x in tree.leaves(c) if is_array(x)] for c in containers)
        return all(first == other for other in rest)
