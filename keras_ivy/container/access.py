"""Reading and writing a Container: keys, key chains, attributes."""

from collections.abc import Iterable
from typing import Any

from keras_ivy import tree
from keras_ivy.container.keys import (
    SEPARATORS,
    is_simple,
    missing_attribute,
    missing_key,
    pairs_of,
    split_chain,
)
from keras_ivy.container.mapping import container_map
from keras_ivy.container.node import Node
from keras_ivy.container.slicing import index_leaves
from keras_ivy.utils.exceptions import IvyAttributeError, IvyKeyError, IvyTypeError, IvyValueError

__all__ = ["Access"]

_get = dict.__getitem__
_set = dict.__setitem__

_ABSENT = object()

#: Plain values, whose methods change nothing.
_IMMUTABLE = (str, bytes, int, float, complex, tuple)


class Access:
    """What `dict` offers, and key chains and attributes beside it."""

    # -- reading ------------------------------------------------------------------------------

    def __getitem__(self, query: Any) -> Any:
        try:
            return _get(self, query)
        except (KeyError, TypeError):
            pass  # A key chain, an index, or a mistake.
        if not isinstance(query, str):
            return index_leaves(self, query)
        value = self._find(query)
        if value is _ABSENT:
            raise missing_key(self, query)
        return value

    def _find(self, chain: str) -> Any:
        """Follow a key chain; the empty one leads here, one that leads nowhere to `_ABSENT`."""
        here = self
        for key in SEPARATORS.split(chain) if chain else ():
            here = dict.get(here, key, _ABSENT) if isinstance(here, dict) else _ABSENT
        if here is _ABSENT and self._live is not None:
            return self._live.find(chain, _ABSENT)
        return here

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = dict.get(self, name, _ABSENT)
        if value is _ABSENT and self._live is not None:
            value = self._live.find(name, _ABSENT)
        return self._attribute_of_leaves(name) if value is _ABSENT else value

    def _attribute_of_leaves(self, name: str) -> Any:
        """Return the Container of an attribute that all leaves have.

        A method of an array becomes a function that calls it for every leaf. A method of a plain
        value is called at once, as Ivy does: `Container(a="x").upper` is `{a: X}`.
        """
        leaves = tree.leaves(self)
        if not leaves or not all(hasattr(leaf, name) for leaf in leaves):
            raise missing_attribute(self, name)
        if not callable(getattr(leaves[0], name)):
            return self.map(lambda leaf: getattr(leaf, name))
        if all(isinstance(leaf, _IMMUTABLE) for leaf in leaves):
            try:
                return self.map(lambda leaf: getattr(leaf, name)())
            except TypeError:
                raise missing_attribute(self, name) from None

        def call(*args: Any, **kwargs: Any) -> Any:
            return container_map(
                lambda x, *a, **k: getattr(x, name)(*a, **k), self, *args, **kwargs
            )

        return call

    def __contains__(self, key: Any) -> bool:
        if isinstance(key, str):
            return bool(key) and self._find(key) is not _ABSENT
        return isinstance(key, Node) and self.cont_contains_sub_container(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value at a key or key chain, or `default` where there is none.

        Example:

        >>> from keras_ivy import Container
        >>> Container(a=1, b={"c": 2}).get("b/c"), Container().get("nope", 0)
        (2, 0)
        """
        value = self._find(key) if isinstance(key, str) and key else _ABSENT
        return default if value is _ABSENT else value

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *(k for k in self if k.isidentifier())})

    # -- writing ------------------------------------------------------------------------------

    def __setitem__(self, key: str, value: Any) -> None:
        keys = [key] if is_simple(key) else split_chain(key)
        value = self._convert(value)
        if isinstance(value, Node) and value._holds(self):
            raise IvyValueError(f"A container cannot hold itself. Received: key={key!r}")
        if len(keys) == 1:
            self._insert(key, value)
            return
        branch = self
        for depth, step in enumerate(keys[:-1]):
            child = dict.get(branch, step, _ABSENT)
            if child is _ABSENT:
                # Built apart and inserted last: a failure leaves the container as it was.
                for outer in reversed(keys[depth + 1 :]):
                    value = self._new(self._config)._with(outer, value)
                branch._insert(step, value)
                return
            if not isinstance(child, Node):
                raise IvyKeyError(
                    f"{'/'.join(keys[: depth + 1])!r} is a leaf, so there is nothing to assign "
                    f"inside it. Received: key={key!r}"
                )
            branch = child
        branch._insert(keys[-1], value)

    def _with(self, key: str, value: Any) -> Node:
        _set(self, key, value)
        return self

    def _holds(self, other: Node) -> bool:
        return self is other or any(
            isinstance(value, Node) and value._holds(other) for value in dict.values(self)
        )

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        elif hasattr(type(self), name):
            raise IvyAttributeError(
                f"{name!r} is a method of Container. To use it as a key, write "
                f"`container[{name!r}] = ...`. Received: {name}={value!r}"
            )
        else:
            self[name] = value

    def __delitem__(self, key: str) -> None:
        *parents, last = split_chain(key)
        branch = self._find("/".join(parents))
        if not isinstance(branch, Node) or last not in dict.keys(branch):
            raise missing_key(self, key)
        if branch._live is not None:
            branch._live.refuse(last)
        dict.__delitem__(branch, last)

    def __delattr__(self, name: str) -> None:
        if name.startswith("_"):
            object.__delattr__(self, name)
        elif name in dict.keys(self):
            del self[name]
        else:
            raise missing_attribute(self, name)

    def pop(self, key: str, *default: Any) -> Any:
        """Remove a key or key chain and return its value, or `default` where there is none."""
        if len(default) > 1:
            raise IvyTypeError(f"pop takes one default. Received: {default!r}")
        if key not in self:
            if default:
                return default[0]
            raise missing_key(self, key)
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Remove the last key; return it and its value."""
        if not len(self):
            raise IvyKeyError("The container is empty.")
        key = next(reversed(self))
        return key, self.pop(key)

    def clear(self) -> None:
        """Remove every key."""
        for key in list(self):
            del self[key]

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value at a key or key chain, after setting it to `default` if absent."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set keys from a mapping, from pairs, or from keywords, as `dict.update` does.

        Nested mappings replace what was there; `merge` combines them key by key.
        """
        if len(args) > 1:
            raise IvyTypeError(f"update takes one mapping. Received: {len(args)} arguments")
        fresh = [*pairs_of(args[0] if args else None), *kwargs.items()]
        for key, _ in fresh:
            split_chain(key)
        for key, value in fresh:
            self[key] = value

    @classmethod
    def fromkeys(cls, keys: Iterable[str], value: Any = None) -> Node:
        """Return a Container with the given keys, all with one value."""
        return Node((key, value) for key in keys)
