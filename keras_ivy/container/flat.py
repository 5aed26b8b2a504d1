"""Ivy's spellings for iterating, and for plain lists and dicts of what is inside."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from keras_ivy import tree
from keras_ivy.container.arrays import is_array, numbers_of
from keras_ivy.container.node import Node
from keras_ivy.utils.exceptions import IvyIndexError

__all__ = ["Flat"]


class Flat:
    """Iterators, lists and dicts of the leaves."""

    def cont_to_iterator(
        self, key_chain: str = "", leaf_keys_only: bool = False, include_empty: bool = False
    ) -> Iterator[tuple[str, Any]]:
        """Yield `(path, leaf)` of every leaf.

        Args:
            key_chain: A path to put in front of every path.
            leaf_keys_only: Whether the last key is yielded instead of the path.
            include_empty: Whether empty containers are yielded too.

        Example:

        >>> from keras_ivy import Container
        >>> list(Container(a=1, b={"c": 2}).cont_to_iterator())
        [('a', 1), ('b/c', 2)]
        """
        for key, value in self.items():
            path = key if leaf_keys_only or not key_chain else f"{key_chain}/{key}"
            if isinstance(value, Node) and (len(value) or not include_empty):
                yield from value.cont_to_iterator(path, leaf_keys_only, include_empty)
            else:
                yield path, value

    def cont_to_iterator_keys(
        self, key_chain: str = "", leaf_keys_only: bool = False, include_empty: bool = False
    ) -> Iterator[str]:
        """Yield the path of every leaf; see `cont_to_iterator`."""
        for path, _ in self.cont_to_iterator(key_chain, leaf_keys_only, include_empty):
            yield path

    def cont_to_iterator_values(self, include_empty: bool = False) -> Iterator[Any]:
        """Yield every leaf; see `cont_to_iterator`."""
        for _, leaf in self.cont_to_iterator(include_empty=include_empty):
            yield leaf

    def cont_to_flat_list(self) -> list:
        """Return the leaves in the order of their paths."""
        return list(self.cont_to_iterator_values())

    def cont_from_flat_list(self, flat_list: list) -> Any:
        """Return a Container of this one's keys and the leaves of a list.

        Args:
            flat_list: The leaves, in the order of the paths. Those used are removed from it.

        Raises:
            IndexError: If the list is too short.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=0, b={"c": 0}).cont_from_flat_list([1, 2])
        {
            a: 1,
            b: {
                c: 2
            }
        }
        """
        count = len(tree.paths(self))
        if len(flat_list) < count:
            raise IvyIndexError(
                f"The container has {count} leaves. Received: a list of {len(flat_list)}"
            )
        taken = iter(flat_list[:count])
        del flat_list[:count]
        return self.cont_map(lambda _, path: next(taken))

    def cont_to_nested_list(self) -> list:
        """Return the leaves as lists in lists; leaves that are None are left out."""
        return [
            v.cont_to_nested_list() if isinstance(v, Node) else v
            for v in self.values()
            if v is not None
        ]

    def cont_to_dict(self) -> dict[str, Any]:
        """Return nested plain dicts."""
        return {k: v.cont_to_dict() if isinstance(v, Node) else v for k, v in self.items()}

    def cont_to_raw(self) -> Any:
        """Return nested plain dicts, with the lists that were nested at construction restored.

        Example:

        >>> from keras_ivy import Container
        >>> Container({"a": [1, {"q": 2}]}, types_to_iteratively_nest=[list]).cont_to_raw()
        {'a': [1, {'q': 2}]}
        """
        raw = {k: v.cont_to_raw() if isinstance(v, Node) else v for k, v in self.items()}
        nested = raw and all(k.startswith("it_") and k[3:].isdigit() for k in raw)
        return list(raw.values()) if nested else raw

    def cont_with_entries_as_lists(self) -> Any:
        """Return a copy with arrays as nested lists of numbers."""
        return self.map(lambda x: numbers_of(x).tolist() if is_array(x) else x)

    def cont_num_arrays(self) -> int:
        """Return the number of leaves that are arrays."""
        return sum(is_array(leaf) for leaf in tree.leaves(self))

    def cont_size_ordered_arrays(self, *, exclude: Iterable[str] = ()) -> Any:
        """Return a flat Container of the arrays, from the smallest to the largest.

        Args:
            exclude: Paths to leave out.

        Example:

        >>> import tensorflow as tf
        >>> from keras_ivy import Container
        >>> v = Container(a=tf.ones(3), b={"c": tf.ones(1)})
        >>> list(v.cont_size_ordered_arrays())
        ['b__c', 'a']
        """
        arrays = {p: x for p, x in tree.items(self) if is_array(x) and p not in tuple(exclude)}
        order = sorted(arrays, key=lambda path: np.prod(arrays[path].shape))
        out = self._new(self._config._replace(alphabetical_keys=False))
        for path in order:
            out[self.cont_flatten_key_chain(path)] = arrays[path]
        return out
