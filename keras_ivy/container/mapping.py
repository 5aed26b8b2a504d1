"""Functions of the leaves: `map`, `map_with_path`, and functions of several containers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from keras_ivy import tree
from keras_ivy.container.arrays import copy_leaf, is_array, numbers_of
from keras_ivy.container.node import Node
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["Mapped", "container_map", "map_arguments"]


def container_map(fn: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call a function leaf by leaf if any argument is a Container, else once.

    Args:
        fn: A function of leaves.
        *args: Its arguments. Containers among them have the same keys and are walked together;
            everything else is passed to every call.
        **kwargs: Its keyword arguments, treated alike.

    Returns:
        A Container of the results, or the result where there is no Container.

    Raises:
        ValueError: If the containers differ in their keys.

    Example:

    >>> from keras_ivy import Container
    >>> from keras_ivy.container import container_map
    >>> container_map(max, Container(a=1, b={"c": 5}), 3)
    {
        a: 3,
        b: {
            c: 5
        }
    }
    """
    return map_arguments(lambda _, *xs, **named: fn(*xs, **named), args, kwargs)


def map_arguments(fn: Callable, args: tuple, kwargs: dict[str, Any]) -> Any:
    """Call `fn(path, *args, **kwargs)` leaf by leaf if any argument is a Container, else once."""
    values = [*args, *kwargs.values()]
    where = [i for i, value in enumerate(values) if isinstance(value, Node)]

    def call(path: str, *leaves: Any) -> Any:
        filled = list(values)
        for i, leaf in zip(where, leaves, strict=True):
            filled[i] = leaf
        named = dict(zip(kwargs, filled[len(args) :], strict=True))
        return fn(path, *filled[: len(args)], **named)

    if not where:
        return call("")
    return tree.map_with_path(call, *(values[i] for i in where))


class Mapped:
    """The functions of the leaves of a Container."""

    def map(self, fn: Callable, *rest: Mapping) -> Any:
        """Return the Container of `fn(leaf, *leaves of the rest)`.

        Args:
            fn: A function of as many leaves as there are containers.
            *rest: More containers or dicts of the same keys.

        Raises:
            ValueError: If the containers differ in their keys.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).map(lambda x, y: x + y, {"a": 10, "b": {"c": 20}})
        {
            a: 11,
            b: {
                c: 22
            }
        }
        """
        return tree.map(fn, self, *rest)

    def map_with_path(self, fn: Callable, *rest: Mapping) -> Any:
        """Return the Container of `fn(path, leaf, *leaves of the rest)`.

        Args:
            fn: A function of a path, such as `"b/c"`, and of the leaves.
            *rest: More containers or dicts of the same keys.

        Raises:
            ValueError: If the containers differ in their keys.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).map_with_path(lambda path, x: x if path == "a" else 0)
        {
            a: 1,
            b: {
                c: 0
            }
        }
        """
        return tree.map_with_path(fn, self, *rest)

    def cont_map(
        self,
        func: Callable,
        key_chains: Iterable[str] | str | None = None,
        to_apply: bool = True,
        prune_unapplied: bool = False,
        map_sequences: bool = False,
        inplace: bool = False,
    ) -> Any:
        """Return the Container of `func(leaf, path)`.

        Args:
            func: A function of a leaf and its path.
            key_chains: The exact paths to apply the function to; None for all. A string names
                every path that is part of it.
            to_apply: If False, the function is applied to all paths but these.
            prune_unapplied: If True, the other leaves are left out rather than kept.
            map_sequences: If True, the function is applied inside lists and tuples.
            inplace: If True, this Container is changed and returned.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).cont_map(lambda x, path: x + 10, key_chains=["b/c"])
        {
            a: 1,
            b: {
                c: 12
            }
        }
        """

        def call(leaf: Any, path: str) -> Any:
            if map_sequences and isinstance(leaf, list | tuple):
                items = [call(x, path) for x in leaf]
                return type(leaf)(*items) if hasattr(leaf, "_fields") else type(leaf)(items)
            return func(leaf, path)

        def walk(branch: Any, prefix: str) -> Any:
            out = {}
            for key, leaf in branch.items():
                path = f"{prefix}{key}"
                if isinstance(leaf, Node):
                    value = walk(leaf, f"{path}/")
                    if not len(value) and len(leaf):
                        continue
                elif key_chains is None or (path in key_chains) == to_apply:
                    value = call(leaf, path)
                elif prune_unapplied:
                    continue
                else:
                    value = leaf
                out[key] = value
            return branch._become(out) if inplace else branch._like(out)

        return walk(self, "")

    def cont_map_sub_conts(
        self,
        func: Callable,
        key_chains: Iterable[str] | None = None,
        to_apply: bool = True,
        prune_unapplied: bool = False,
        inplace: bool = False,
        *,
        include_self: bool = True,
    ) -> Any:
        """Return the Container with each inner one replaced by `func(container, path)`.

        Args:
            func: A function of a container and its path, called for the innermost first.
            key_chains: The exact paths to apply the function to; None for all.
            to_apply: If False, the function is applied to all paths but these.
            prune_unapplied: If True, the other containers are left out rather than kept.
            inplace: If True, the results are set in this Container.
            include_self: Whether the function is applied to this Container too, at path `""`.
        """

        def walk(branch: Any, path: str) -> Any:
            out = {}
            for key, value in branch.items():
                if isinstance(value, Node):
                    value = walk(value, f"{path}/{key}" if path else key)
                    if value is None:
                        continue
                out[key] = value
            done = branch._become(out) if inplace else branch._like(out)
            if not path and not include_self:
                return done
            if key_chains is not None and (path in key_chains) != to_apply:
                return None if prune_unapplied and path else done
            return func(done, path)

        return walk(self, "")

    @staticmethod
    def cont_multi_map(
        func: Callable,
        containers: Iterable[Any],
        key_chains: Iterable[str] | str | None = None,
        to_apply: bool = True,
        prune_unapplied: bool = False,
        *,
        map_nests: bool = False,
        assert_identical: bool = False,
    ) -> Any:
        """Return the Container of `func([leaf of each container], path)`.

        Args:
            func: A function of a list of leaves and their path. A container that lacks the path
                contributes no leaf, so that the list is shorter.
            containers: Containers; anything else among them is passed to every call.
            key_chains: Paths, or beginnings of paths, to apply the function to; None for all.
            to_apply: If False, the function is applied to all paths but these.
            prune_unapplied: If True, the other leaves are left out; else the first one is kept.
            map_nests: If True, the function is applied inside lists and tuples.
            assert_identical: If True, all containers must have the same keys on every level.

        Raises:
            ValueError: If there is no container, or they differ with `assert_identical=True`.

        Example:

        >>> from keras_ivy import Container
        >>> Container.cont_multi_map(lambda xs, path: sum(xs), [Container(a=1), Container(a=2)])
        {
            a: 3
        }
        """
        containers = list(containers)
        first = next((c for c in containers if isinstance(c, Node)), None)
        if first is None:
            raise IvyValueError(
                "`cont_multi_map` needs a Container among its inputs. "
                f"Received: containers={containers!r}"
            )
        if isinstance(key_chains, str):
            key_chains = [key_chains]
        chosen = None if key_chains is None else tuple(key_chains)

        def call(xs: list, path: str) -> Any:
            nests = [x for x in xs if isinstance(x, list | tuple)]
            if not (map_nests and nests):
                return func(xs, path)
            items = [
                call([x[i] if isinstance(x, list | tuple) else x for x in xs], path)
                for i in range(len(nests[0]))
            ]
            return type(nests[0])(items)

        def walk(level: list, prefix: str) -> dict:
            inner = [c for c in level if isinstance(c, Node)]
            # dict.fromkeys keeps the order of the first container, then of the others.
            keys = dict.fromkeys(key for c in inner for key in c)
            if assert_identical and any(len(c) != len(keys) for c in inner):
                raise IvyValueError(
                    f"The containers differ in their keys at {prefix or 'the top'!r}. "
                    f"Received: keys={[sorted(c) for c in inner]}"
                )
            out = {}
            for key in keys:
                holders = [c for c in level if not isinstance(c, Node) or key in c]
                xs = [c[key] if isinstance(c, Node) else c for c in holders]
                path = f"{prefix}{key}"
                lead = next(c[key] for c in inner if key in c)
                if isinstance(lead, Node):
                    value = walk(xs, f"{path}/")
                    if value:
                        out[key] = lead._like(value)
                elif chosen is None or path.startswith(chosen) == to_apply:
                    out[key] = call(xs, path)
                elif not prune_unapplied:
                    out[key] = lead
            return out

        return first._like(walk(containers, ""))

    def _truths(self, assert_is_bool: bool) -> list:
        """Return the leaves, after checking that they are truth values."""
        for path, leaf in tree.items(self):
            is_bool = isinstance(leaf, bool) or (is_array(leaf) and leaf.dtype == "bool")
            if assert_is_bool and not is_bool:
                raise IvyTypeError(
                    f"{path!r} is no truth value. Received: {leaf!r} of type {type(leaf).__name__}"
                )
        return tree.leaves(self)

    def cont_all_true(self, assert_is_bool: bool = False) -> bool:
        """Whether every leaf, and every element of every array, is true.

        Args:
            assert_is_bool: If True, leaves must be truth values.

        Raises:
            TypeError: If `assert_is_bool` and a leaf is no truth value.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> v = Container(a=tf.range(3))
        >>> (v == v).cont_all_true(), (v == v + 1).cont_all_true()
        (True, False)
        """
        leaves = self._truths(assert_is_bool)
        return all(bool(np.all(numbers_of(x))) if is_array(x) else bool(x) for x in leaves)

    def cont_all_false(self, assert_is_bool: bool = False) -> bool:
        """Whether no leaf, and no element of any array, is true."""
        leaves = self._truths(assert_is_bool)
        return not any(bool(np.any(numbers_of(x))) if is_array(x) else bool(x) for x in leaves)

    def cont_as_bools(self, assert_is_bool: bool = False) -> Any:
        """Return the Container of the truth values of the leaves; arrays element by element."""
        self._truths(assert_is_bool)
        return self.map(lambda x: x != 0 if is_array(x) else bool(x))

    def cont_copy(self) -> Any:
        """Return a copy in which every container is new and every leaf is shared."""
        return self._copy_branches()

    def cont_deep_copy(self) -> Any:
        """Return a copy in which arrays are new too; other leaves are shared."""
        memo: dict = {}
        return self.map(lambda x: copy_leaf(x, memo) if is_array(x) else x)
