"""The dict of dicts itself: building, reading, writing, attributes, copies."""

from collections.abc import Iterable, Mapping
from typing import Any

from keras_ivy import tree
from keras_ivy.container.arrays import copy_leaf
from keras_ivy.container.config import DEFAULT, Config, split_options
from keras_ivy.container.keys import (
    SEPARATORS,
    keys_at_construction,
    missing_attribute,
    missing_key,
    pairs_of,
    split_chain,
)
from keras_ivy.container.mapping import container_map
from keras_ivy.container.node import Node
from keras_ivy.container.registration import register_with_jax
from keras_ivy.container.slicing import index_leaves
from keras_ivy.utils.exceptions import IvyAttributeError, IvyKeyError, IvyTypeError, IvyValueError

__all__ = ["Base", "restore"]

_create = dict.__new__
_get = dict.__getitem__
_set = dict.__setitem__


class Base:
    """What a Container stores and how it is read and written; see `Container`."""

    #: What the values belong to, if they are those of something else (`Module.v`): it is written
    #: to, and asked for keys that are not here. Copies and results of arithmetic have none.
    _live: Any = None

    # NumPy then leaves `array * container` to the container, whatever the array.
    __array_ufunc__ = None
    __array_priority__ = 1000
    __hash__ = None

    def __init__(self, dict_in: Mapping | Iterable | None = None, **kwargs: Any):
        register_with_jax(type(self))
        if dict_in is None and not kwargs:
            return
        config = split_options(kwargs)
        if config is not DEFAULT:
            self.__dict__["_config"] = config
        pairs = [*pairs_of(dict_in), *kwargs.items()]
        owned: set[int] = set()
        for keys, value in self._ordered([(keys_at_construction(k), v) for k, v in pairs]):
            branch = self._branch_for(keys, owned)
            branch._insert(keys[-1], self._convert(value))

    # -- building -----------------------------------------------------------------------------

    @classmethod
    def _new(cls, config: Config = DEFAULT) -> Node:
        """Return an empty Container without the checks of the constructor."""
        out = _create(cls._root)
        if config is not DEFAULT:
            out.__dict__["_config"] = config
        return out

    def _like(self, items: Mapping) -> Node:
        """Return a Container of this one's options and order of keys, from plain items."""
        out = self._new(self._config)
        if self._config.alphabetical_keys:
            order = sorted(items)
        else:
            order = [
                *(k for k in self if k in items),
                *(k for k in items if k not in dict.keys(self)),
            ]
        for key in order:
            value = items[key]
            _set(out, key, self._root(value) if type(value) is dict else value)
        return out

    def _become(self, items: Mapping) -> Node:
        """Take other items, in this Container itself."""
        if self._live is not None:
            self.update(items)
            return self
        fresh = self._like(items)
        dict.clear(self)
        dict.update(self, fresh)
        return self

    def _ordered(self, pairs: list[tuple]) -> list[tuple]:
        return sorted(pairs, key=lambda p: p[0]) if self._config.alphabetical_keys else pairs

    def _branch_for(self, keys: list[str], owned: set[int]) -> Node:
        """Return the branch that the last key goes into, creating and copying what is needed.

        A container that the caller passed in is never written into: it is copied first.
        """
        branch = self
        for key in keys[:-1]:
            child = dict.get(branch, key)
            if child is None or id(child) not in owned:
                if child is None and key not in branch:
                    child = self._new(self._config)
                elif isinstance(child, Node):
                    child = child._copy_branches()
                else:
                    raise IvyValueError(
                        f"{key!r} is a leaf and cannot also hold other keys. "
                        f"Received: key={'/'.join(keys)!r}"
                    )
                owned.add(id(child))
                branch._insert(key, child)
            branch = child
        return branch

    def _convert(self, value: Any) -> Any:
        """Turn mappings, and the sequences that the options name, into containers."""
        if isinstance(value, Node):
            return value._copy_branches() if self._config.rebuild_child_containers else value
        if isinstance(value, Mapping):
            return self._root(value, **self._options())
        if type(value) in self._config.types_to_iteratively_nest:
            width = len(str(len(value) - 1))
            nested = {f"it_{i:0{width}}": x for i, x in enumerate(value)}
            return self._root(nested, **self._options())
        return value

    def _options(self) -> dict[str, Any]:
        return {} if self._config is DEFAULT else self._config._asdict()

    def _insert(self, key: str, value: Any) -> None:
        """Insert under one key, and keep the keys sorted."""
        if self._live is not None:
            self._live.write(key, value)
            return
        in_place = key in dict.keys(self) or not self._config.alphabetical_keys
        if in_place or not len(self) or next(reversed(self)) < key:
            _set(self, key, value)
        else:
            items = sorted([*dict.items(self), (key, value)], key=lambda item: item[0])
            dict.clear(self)
            dict.update(self, items)
        self._restore_deferred(key)

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
        keys = split_chain(key)
        value = self._convert(value)
        if len(keys) == 1 and not isinstance(value, dict):
            self._insert(key, value)
            return
        if isinstance(value, Node) and value._holds(self):
            raise IvyValueError(f"A container cannot hold itself. Received: key={key!r}")
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
            isinstance(v, Node) and v._holds(other) for v in dict.values(self)
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
        return cls._root((key, value) for key in keys)

    # -- copies -------------------------------------------------------------------------------

    def copy(self) -> Node:
        """Return a shallow copy, as `dict.copy` does: nested containers are shared."""
        return self._like(self)

    __copy__ = copy

    def _copy_branches(self) -> Node:
        """Return a copy in which every container is new and every leaf is shared."""
        out = self._new(self._config)
        for key, value in dict.items(self):
            _set(out, key, value._copy_branches() if isinstance(value, Node) else value)
        return out

    def __deepcopy__(self, memo: dict) -> Node:
        out = self._new(self._config)
        memo[id(self)] = out
        for key, value in dict.items(self):
            _set(out, key, copy_leaf(value, memo))
        return out

    def __reduce__(self) -> tuple:
        config = None if self._config is DEFAULT else tuple(self._config)
        return restore, (type(self), dict(self), config)


_ABSENT = object()

#: Plain values, whose methods change nothing.
_IMMUTABLE = (str, bytes, int, float, complex, tuple)


def restore(cls: type, items: dict, config: tuple | None) -> Node:
    """Build a pickled container again."""
    out = cls.__new__(cls)
    if config is not None:
        out.__dict__["_config"] = Config(*config)
    for key, value in items.items():
        _set(out, key, value)
    return out
