"""The dict of dicts itself: how a Container is built, kept sorted and copied."""

import copy
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from keras_ivy.container.arrays import copy_leaf
from keras_ivy.container.config import DEFAULT, Config, split_options
from keras_ivy.container.keys import (
    check_distinct,
    given_twice,
    is_simple,
    keys_at_construction,
    pairs_of,
    split_chain,
)
from keras_ivy.container.node import Node
from keras_ivy.container.registration import register_with_jax, register_with_optree
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["Base", "restore"]

_create = dict.__new__
_first = itemgetter(0)
_has = dict.__contains__
_set = dict.__setitem__


class Base:
    """Construction, the one place where keys are inserted, and copies."""

    #: What the values belong to, if they are those of something else (`Module.v`): it is written
    #: to, and asked for keys that are not here. Copies and results of arithmetic have none.
    _live: Any = None

    # NumPy then leaves `array * container` to the container, whatever the array.
    __array_ufunc__ = None
    __array_priority__ = 1000
    __hash__ = None

    # Set by TensorFlow in a container that a checkpoint was restored into.
    _self_unconditional_deferred_dependencies: Any = None

    def __init__(self, dict_in: Mapping | Iterable | None = None, **kwargs: Any):
        register_with_jax(type(self))
        if dict_in is None and not kwargs:
            return
        config = split_options(kwargs) if kwargs else DEFAULT
        if config is not DEFAULT:
            self.__dict__["_config"] = config
        pairs = pairs_of(dict_in)
        if all(is_simple(key) for key, _ in pairs) and all(map(is_simple, kwargs)):
            # The usual case, and the one in which libraries rebuild containers.
            pairs += kwargs.items()
            for key, value in self._ordered(pairs):
                _set(self, key, self._convert(value))
            return
        check_distinct(pairs)
        owned: set[int] = set()
        for keys, value in self._ordered([(keys_at_construction(k), v) for k, v in pairs]):
            branch = self._branch_for(keys, owned)
            if _has(branch, keys[-1]) and len(keys) > 1:
                raise given_twice(keys, branch[keys[-1]], value)
            branch._insert(keys[-1], self._convert(value))
        for keys, value in self._ordered([(split_chain(k), v) for k, v in kwargs.items()]):
            self._branch_for(keys, owned)._insert(keys[-1], self._convert(value))

    def __init_subclass__(cls):
        register_with_optree(cls)
        register_with_jax(cls)

    # -- building -----------------------------------------------------------------------------

    @classmethod
    def _new(cls, config: Config = DEFAULT) -> Node:
        """Return an empty Container without the checks of the constructor."""
        out = _create(Node)
        if config is not DEFAULT:
            out.__dict__["_config"] = config
        return out

    def _empty(self) -> Node:
        """Return an empty Container of the class, options and attributes of this one.

        Arithmetic makes plain ones, as in Ivy; what copies or maps keeps the class.
        """
        out = _create(type(self))
        if len(self.__dict__):
            out.__dict__.update(self._attributes())
            if self._config is not DEFAULT:
                out.__dict__["_config"] = self._config
        return out

    def _like(self, items: Mapping) -> Node:
        """Return a Container of this one's class, options and order of keys, from plain items."""
        out = self._empty()
        if self._config.alphabetical_keys:
            order = sorted(items)
        else:
            order = [
                *(k for k in self if k in items),
                *(k for k in items if k not in dict.keys(self)),
            ]
        for key in order:
            value = items[key]
            _set(out, key, Node(value) if type(value) is dict else value)
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
        return sorted(pairs, key=_first) if self._config.alphabetical_keys else pairs

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
        kind = type(value)
        if kind in _LEAVES:
            return value
        if isinstance(value, Node):
            return value._copy_branches() if self._config.rebuild_child_containers else value
        if isinstance(value, Mapping):
            return Node(value, **self._options())
        if kind in self._config.types_to_iteratively_nest:
            width = len(str(len(value) - 1))
            nested = {f"it_{i:0{width}}": x for i, x in enumerate(value)}
            return Node(nested, **self._options())
        if not isinstance(value, list | tuple):
            _LEAVES.add(kind)
        return value

    def _options(self) -> dict[str, Any]:
        return {} if self._config is DEFAULT else self._config._asdict()

    def _insert(self, key: str, value: Any) -> None:
        """Insert under one key, and keep the keys sorted."""
        if self._live is not None:
            self._live.write(key, value)
            return
        anywhere = not len(self) or _has(self, key) or not self._config.alphabetical_keys
        if anywhere or next(reversed(self)) < key:
            _set(self, key, value)
        else:
            items = sorted([*dict.items(self), (key, value)], key=_first)
            dict.clear(self)
            dict.update(self, items)
        if self._self_unconditional_deferred_dependencies:
            self._restore_deferred(key)

    # -- copies -------------------------------------------------------------------------------

    def copy(self) -> Node:
        """Return a shallow copy, as `dict.copy` does: nested containers are shared."""
        return self._like(self)

    __copy__ = copy

    def _copy_branches(self) -> Node:
        """Return a copy in which every container is new and every leaf is shared."""
        out = self._empty()
        for key, value in dict.items(self):
            _set(out, key, value._copy_branches() if isinstance(value, Node) else value)
        return out

    def _attributes(self) -> dict[str, Any]:
        """Return the attributes that a subclass, or its user, has set beside the keys."""
        return {
            name: value
            for name, value in self.__dict__.items()
            if name not in _STATE and not name.startswith("_self_")
        }

    def __deepcopy__(self, memo: dict) -> Node:
        out = self._empty()
        memo[id(self)] = out
        for key, value in dict.items(self):
            _set(out, key, copy_leaf(value, memo))
        out.__dict__.update(
            (name, copy.deepcopy(value, memo)) for name, value in self._attributes().items()
        )
        return out

    def __reduce__(self) -> tuple:
        config = None if self._config is DEFAULT else tuple(self._config)
        attributes = self._attributes()
        return restore, (type(self), dict(self), config, *[attributes] * bool(attributes))


#: Types that were found to be neither mappings nor sequences: asking takes longer than knowing.
_LEAVES: set[type] = set()


#: What a Container's `__dict__` holds of its own; TensorFlow's names start with `_self_`.
_STATE = {"_config", "_leaf_states", "_live"}


def restore(
    cls: type, items: dict, config: tuple | None, attributes: dict[str, Any] | None = None
) -> Node:
    """Build a pickled container again."""
    out = cls.__new__(cls)
    out.__dict__.update(attributes or {})
    if config is not None:
        out.__dict__["_config"] = Config(*config)
    for key, value in items.items():
        _set(out, key, value)
    return out
