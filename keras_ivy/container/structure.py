"""Flat and nested forms, and new containers out of parts of others."""

from collections.abc import Mapping
from typing import Any

from keras_ivy import tree

__all__ = ["Structure"]


class Structure:
    """The flat form of a Container."""

    def flatten(self) -> dict[str, Any]:
        """Return a plain dict from the path of every leaf to the leaf, in sorted order.

        Example:

        >>> Container(b={"d": 3, "c": 2}, a=1).flatten()
        {'a': 1, 'b/c': 2, 'b/d': 3}
        """
        return tree.flatten(self)

    @classmethod
    def unflatten(cls, flat: Mapping[str, Any]) -> Any:
        """Return the Container of which `flat` is the flattened form.

        Example:

        >>> Container.unflatten({"b/c": 2, "a": 1})
        {
            a: 1,
            b: {
                c: 2
            }
        }
        """
        return cls._root(flat)
