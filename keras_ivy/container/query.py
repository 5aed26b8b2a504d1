"""Ivy's spellings for looking up key chains, keys and sub-containers."""

from collections.abc import Iterable, Mapping
from typing import Any

from keras_ivy import tree
from keras_ivy.container.arrays import is_array
from keras_ivy.container.compare import (
    assert_same,
    difference,
    identical,
    identical_structure,
)
from keras_ivy.container.keys import missing_key
from keras_ivy.container.node import Node
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["Query", "chains_of"]


def chains_of(key_chains: Any) -> list[str]:
    """Return the key chains that a string, a sequence or the keys of a nested dict name."""
    if isinstance(key_chains, str):
        return [key_chains]
    if isinstance(key_chains, list | tuple):
        return list(key_chains)
    if isinstance(key_chains, Mapping):
        return tree.paths(key_chains)
    raise IvyTypeError(
        "Key chains are a string, a list, a tuple, a dict or a Container. "
        f"Received: key_chains={key_chains!r} of type {type(key_chains).__name__}"
    )


class Query:
    """Look-ups by key chain, by key and by content."""

    def cont_at_key_chain(self, key_chain: str, ignore_key_errors: bool = False) -> Any:
        """Return the value at a key chain.

        Args:
            key_chain: The chain, such as `"b/c"` or `"b.c"`.
            ignore_key_errors: If True, an unknown chain gives None.

        Raises:
            KeyError: If there is no such chain.
        """
        if ignore_key_errors and key_chain not in self:
            return None
        return self[key_chain]

    def cont_at_key_chains(self, key_chains: Any, *, ignore_key_errors: bool = False) -> Any:
        """Return a Container of the values at some key chains alone.

        Args:
            key_chains: A chain, several, or a nested dict with the keys wanted. None returns this
                Container.
            ignore_key_errors: If True, unknown chains are left out.

        Raises:
            KeyError: If there is no such chain.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2, "d": 3}).cont_at_key_chains(["a", "b/d"])
        {
            a: 1,
            b: {
                d: 3
            }
        }
        """
        if key_chains is None:
            return self
        out = self._new(self._config)
        for chain in chains_of(key_chains):
            if chain in self:
                out[chain] = self[chain]
            elif not ignore_key_errors:
                raise missing_key(self, chain)
        return out

    def cont_at_keys(self, queries: str | Iterable[str] | None, *, containing: bool = False) -> Any:
        """Return a Container of the leaves that have a key of the given name on their way.

        Args:
            queries: One or several names. None returns this Container.
            containing: If True, a leaf is kept if every key on its way contains a name.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2, "d": 3}).cont_at_keys("c")
        {
            b: {
                c: 2
            }
        }
        """
        if queries is None:
            return self
        names = [queries] if isinstance(queries, str) else list(queries)

        def keep(path: str) -> bool:
            keys = path.split("/")
            if containing:
                return any(all(name in key for key in keys) for name in names)
            return any(name in keys for name in names)

        return self._filtered(lambda path, _: keep(path))

    def cont_has_key(self, query: str) -> bool:
        """Whether a key chain contains the text, in any part of it.

        Example:

        >>> from keras_ivy import Container
        >>> Container(abc={"de": 1}).cont_has_key("c/d")
        True
        """
        return any(query in path for path in tree.paths(self))

    def cont_has_key_chain(self, key_chain: str) -> bool:
        """Whether a key chain leads somewhere."""
        return key_chain in self

    def cont_all_key_chains(self, include_empty: bool = False) -> list[str]:
        """Return the path of every leaf, and of every empty container if asked for."""
        return [path for path, _ in self.cont_to_iterator(include_empty=include_empty)]

    def cont_key_chains_containing(self, sub_str: str, include_empty: bool = False) -> list[str]:
        """Return the paths that contain a text."""
        return [path for path in self.cont_all_key_chains(include_empty) if sub_str in path]

    @staticmethod
    def cont_common_key_chains(containers: Iterable[Mapping]) -> list[str]:
        """Return the paths that all containers have."""
        first, *rest = (tree.paths(c) for c in containers)
        return [path for path in first if all(path in other for other in rest)]

    def cont_if_exists(self, key: str) -> Any:
        """Return the value at a key or key chain, or None where there is none."""
        return self.get(key)

    def cont_try_kc(self, key: str) -> Any:
        """Return the value at a key or key chain, or this Container where there is none."""
        return self.get(key, self)

    @property
    def cont_max_depth(self) -> int:
        """The number of keys of the longest key chain; empty containers count.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).cont_max_depth
        2
        """
        inner = (v.cont_max_depth if isinstance(v, Node) else 0 for v in self.values())
        return max((1 + depth for depth in inner), default=0)

    def cont_find_sub_container(self, sub_cont: Any, partial: bool = False) -> str | bool:
        """Return the path of a container inside this one, by the identity of its arrays.

        Args:
            sub_cont: The container to look for.
            partial: If True, only the keys that both have are compared.

        Returns:
            The path, `""` for this Container itself, or False where it is nowhere.
        """
        return self._find_branch(lambda c: identical([c, sub_cont], partial=partial))

    def cont_contains_sub_container(self, sub_cont: Any, partial: bool = False) -> bool:
        """Whether a container is inside this one, by the identity of its arrays."""
        return self.cont_find_sub_container(sub_cont, partial) is not False

    def cont_find_sub_structure(
        self, sub_cont: Any, check_shapes: bool = True, partial: bool = False
    ) -> str | bool:
        """Return the path of a container of the same keys, types and shapes.

        Args:
            sub_cont: The container whose structure to look for.
            check_shapes: Whether shapes of arrays are compared.
            partial: If True, only the keys that both have are compared.

        Returns:
            The path, `""` for this Container itself, or False where it is nowhere.
        """
        return self._find_branch(
            lambda c: identical_structure([c, sub_cont], check_shapes=check_shapes, partial=partial)
        )

    def cont_contains_sub_structure(
        self, sub_cont: Any, check_shapes: bool = True, partial: bool = False
    ) -> bool:
        """Whether a container of the same keys, types and shapes is inside this one."""
        return self.cont_find_sub_structure(sub_cont, check_shapes, partial) is not False

    def cont_assert_contains_sub_container(self, sub_cont: Any, partial: bool = False) -> None:
        """Raise `ValueError` with the differences unless a container is inside this one."""
        path = self.cont_find_sub_structure(sub_cont, check_shapes=False, partial=partial)
        where = self[path] if path is not False else self
        assert_same(
            self.cont_contains_sub_container(sub_cont, partial),
            "No container inside has these keys and values",
            lambda: difference([where, sub_cont], mode="diff_only", detect_key_diffs=not partial),
        )

    def cont_assert_contains_sub_structure(
        self, sub_cont: Any, check_shapes: bool = True, partial: bool = False
    ) -> None:
        """Raise `ValueError` with the differences unless such a structure is inside this one."""
        assert_same(
            self.cont_contains_sub_structure(sub_cont, check_shapes, partial),
            "No container inside has this structure",
            lambda: difference(
                [self, sub_cont],
                mode="diff_only",
                detect_key_diffs=not partial,
                detect_value_diffs=False,
                detect_shape_diffs=check_shapes,
            ),
        )

    def _find_branch(self, accept: Any, path: str = "") -> str | bool:
        if accept(self):
            return path
        for key, value in self.items():
            if isinstance(value, Node):
                found = value._find_branch(accept, f"{path}/{key}" if path else key)
                if found is not False:
                    return found
        return False

    def cont_duplicate_array_keychains(self) -> tuple[tuple[str, ...], ...]:
        """Return the paths of arrays that stand at several paths, grouped by array.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> x = tf.constant(1.0)
        >>> Container(a=x, b={"c": tf.constant(1.0), "d": x}).cont_duplicate_array_keychains()
        (('a', 'b/d'),)
        """
        groups: dict[int, list[str]] = {}
        for path, leaf in tree.items(self):
            if is_array(leaf):
                groups.setdefault(id(leaf), []).append(path)
        return tuple(tuple(paths) for paths in groups.values() if len(paths) > 1)
