"""Functions of the leaves: `map`, `map_with_path`, and functions of several containers."""

from collections.abc import Callable, Mapping
from typing import Any

from keras_ivy import tree

__all__ = ["Mapped", "container_map"]


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

    >>> container_map(max, Container(a=1, b={"c": 5}), 3)
    {
        a: 3,
        b: {
            c: 5
        }
    }
    """
    values = [*args, *kwargs.values()]
    where = [i for i, value in enumerate(values) if isinstance(value, Mapped)]
    if not where:
        return fn(*args, **kwargs)

    def call(*leaves: Any) -> Any:
        filled = list(values)
        for i, leaf in zip(where, leaves, strict=True):
            filled[i] = leaf
        return fn(*filled[: len(args)], **dict(zip(kwargs, filled[len(args) :], strict=True)))

    return tree.map(call, *(values[i] for i in where))


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

        >>> Container(a=1, b={"c": 2}).map_with_path(lambda path, x: x if path == "a" else 0)
        {
            a: 1,
            b: {
                c: 0
            }
        }
        """
        return tree.map_with_path(fn, self, *rest)
