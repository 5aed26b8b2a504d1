"""The dict of dicts itself: how a Container is built, read, written, kept sorted and copied."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self

from keras_ivy import tree
from keras_ivy.adapters.tensorflow.tracking import Trackable
from keras_ivy.container.checkpoint import child_of
from keras_ivy.container.config import DEFAULT, Config, split_options
from keras_ivy.container.keys import (
    check_distinct,
    given_twice,
    is_simple,
    keys_at_construction,
    missing_attribute,
    pairs_of,
)
from keras_ivy.container.registration import register_with_jax, register_with_optree
from keras_ivy.container.spellings import Spelled, spelled
from keras_ivy.container.table import FORMS, Table, as_html
from keras_ivy.structure import Names
from keras_ivy.tree.arrays import copy_leaf
from keras_ivy.tree.edit import merge
from keras_ivy.tree.index import index_leaves
from keras_ivy.tree.keys import SEPARATORS, missing_key, split_chain
from keras_ivy.tree.maps import call_leafwise
from keras_ivy.tree.select import find_identical
from keras_ivy.utils.exceptions import IvyAttributeError, IvyKeyError, IvyTypeError, IvyValueError
from keras_ivy.utils.reports.lookup import listed

if TYPE_CHECKING:  # It stands above.
    from keras_ivy.container.container import Container

__all__ = ["Base", "give_names", "restore", "share_names"]

_create = dict.__new__
_first = itemgetter(0)
_get = dict.__getitem__
_has = dict.__contains__
_set = dict.__setitem__

_ABSENT = object()

#: Plain values, whose methods change nothing.
_IMMUTABLE = (str, bytes, int, float, complex, tuple)


if TYPE_CHECKING:

    class _Tracked:
        """What TensorFlow's `Trackable` has: a base that a checker cannot see fits anything."""

        def _handle_deferred_dependencies(self, name: str, trackable: Trackable) -> None: ...
else:
    _Tracked = Trackable


class Base(_Tracked, dict[str, Any], metaclass=Spelled):
    """A dict of dicts with string keys, sorted, that `tf.train.Checkpoint` looks into.

    Classes of containers are one below the other, and few: TensorFlow looks through every base
    class of every dict that is passed to a `tf.function`, on every call. With a dozen base classes
    a call with a hundred variables took half as long again.
    """

    #: The class of what arithmetic makes, whatever class it is given; `container.py` sets it.
    _plain: ClassVar["type[Container]"]
    _config: Config = DEFAULT

    #: What the values belong to, if they are those of something else (`Module.v`): it is written
    #: to, and asked for keys that are not here. Copies and results of arithmetic have none.
    _live: Any = None

    #: How a model calls the values, if they are its variables: asked for keys that are not here.
    _names: Names | None = None

    if TYPE_CHECKING:  # For a checker the operators that Container sets would stay those of dict.

        def __eq__(self, other: object) -> "Container": ...  # type: ignore[override]
        def __ne__(self, other: object) -> "Container": ...  # type: ignore[override]
        def __or__(self, other: object) -> "Container": ...  # type: ignore[override]
        def __ror__(self, other: object) -> "Container": ...  # type: ignore[override]
        def __ior__(self, other: object) -> "Container": ...  # type: ignore[override]

    # NumPy then leaves `array * container` to the container, whatever the array.
    __array_ufunc__ = None
    __array_priority__ = 1000

    # Set by TensorFlow in a container that a checkpoint was restored into.
    _self_unconditional_deferred_dependencies: Any = None

    def __init__(
        self,
        dict_in: Mapping[str, object]
        | Mapping[int, object]
        | Mapping[str | int, object]
        | Iterable[tuple[object, object]]
        | None = None,
        **kwargs: object,
    ):
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
                _set(self, key, value if value.__class__ in _LEAVES else self._convert(value))
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

    def __init_subclass__(cls) -> None:
        register_with_optree(cls)
        register_with_jax(cls)

    # -- building -----------------------------------------------------------------------------

    @classmethod
    def _new(cls, config: Config = DEFAULT) -> "Container":
        """Return an empty Container without the checks of the constructor."""
        out = _create(cls._plain)
        if config is not DEFAULT:
            out.__dict__["_config"] = config
        return out

    def _empty(self) -> Self:
        """Return an empty Container of the class, options and attributes of this one.

        Arithmetic makes plain ones, as in Ivy; what copies or maps keeps the class.
        """
        out = _create(type(self))
        if len(self.__dict__):
            out.__dict__.update(self._attributes())
            if self._config is not DEFAULT:
                out.__dict__["_config"] = self._config
        return out

    def __tree_like__(self, items: Mapping[str, Any]) -> Self:
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
            _set(out, key, self._plain(value) if type(value) is dict else value)
        return out

    @staticmethod
    def _shown(containers: Sequence[Any], differences: Mapping[str, Any]) -> "Container":
        """Return the differences of containers as the first of them prints them."""
        return containers[0]._made(differences)

    def _become(self, items: Mapping[str, object]) -> Self:
        """Take other items, in this Container itself."""
        if self._live is not None:
            self.update(items)
            return self
        fresh = self.__tree_like__(items)
        dict.clear(self)
        dict.update(self, fresh)
        return self

    def _ordered(self, pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        return sorted(pairs, key=_first) if self._config.alphabetical_keys else pairs

    def _branch_for(self, keys: list[str], owned: set[int]) -> "Base":
        """Return the branch that the last key goes into, creating and copying what is needed.

        A container that the caller passed in is never written into: it is copied first.
        """
        branch: Base = self
        for key in keys[:-1]:
            child = dict.get(branch, key)
            if child is None or id(child) not in owned:
                if child is None and key not in branch:
                    child = self._new(self._config)
                elif isinstance(child, Base):
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
        if isinstance(value, Base):
            return value._copy_branches() if self._config.rebuild_child_containers else value
        if isinstance(value, Mapping):
            return self._plain(value, **self._options())
        if kind in self._config.types_to_iteratively_nest:
            width = len(str(len(value) - 1))
            nested = {f"it_{i:0{width}}": x for i, x in enumerate(value)}
            return self._plain(nested, **self._options())
        if not isinstance(value, list | tuple):
            _LEAVES.add(kind)
        return value

    def _options(self) -> dict[str, Any]:
        return {} if self._config is DEFAULT else self._config._asdict()

    def _made(self, items: Mapping[str, object]) -> "Container":
        """Return a plain Container of items, with the options of this one."""
        return self._plain(items, **self._options())

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

    @property
    def cont_config(self) -> dict[str, Any]:
        """The options, as a plain dict; see `Config`."""
        config = self._config._asdict()
        config["keyword_color_dict"] = dict(config["keyword_color_dict"] or {})
        return config

    def _configured(self, inplace: bool, **options: Any) -> Self | None:
        """Return a copy of which all containers have the options; or set them here."""
        out = self if inplace else self._copy_branches()
        out._set_config(out._config._replace(**options))
        return None if inplace else out

    def _set_config(self, config: Config) -> None:
        """Give this Container and all inside it the options."""
        self.__dict__["_config"] = config
        for value in self.values():
            if isinstance(value, Base):
                value._set_config(config)

    # -- copies -------------------------------------------------------------------------------

    def copy(self) -> Self:
        """Return a shallow copy, as `dict.copy` does: nested containers are shared."""
        return self.__tree_like__(self)

    __copy__ = copy

    def _copy_branches(self) -> Self:
        """Return a copy in which every container is new and every leaf is shared."""
        out = self._empty()
        for key, value in dict.items(self):
            _set(out, key, value._copy_branches() if isinstance(value, Base) else value)
        return out

    def _merged(*containers: Mapping[str, object]) -> "Container":
        """Return a Container with the keys of all containers or dicts; later ones win."""
        trees: list[Any] = [c if isinstance(c, Base) else Base._plain(c) for c in containers]
        return merge(*trees) if trees else Base._plain()

    def _attributes(self) -> dict[str, Any]:
        """Return the attributes that a subclass, or its user, has set beside the keys."""
        return {
            name: value
            for name, value in self.__dict__.items()
            if name not in _STATE and not name.startswith("_self_")
        }

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        out = self._empty()
        memo[id(self)] = out
        for key, value in dict.items(self):
            _set(out, key, copy_leaf(value, memo))
        out.__dict__.update(
            (name, copy.deepcopy(value, memo)) for name, value in self._attributes().items()
        )
        return out

    def __reduce__(self) -> tuple[Any, ...]:
        config = None if self._config is DEFAULT else tuple(self._config)
        # Pickles hold plain data alone; the names are the model's to tell.
        attributes = {k: x for k, x in self._attributes().items() if k != "_names"}
        return restore, (type(self), dict(self), config, *[attributes] * bool(attributes))

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
            named = self._named(query)
            if len(named) > 1:
                raise IvyKeyError(
                    f"Several variables or layers have this name: {listed(named)}. "
                    f"Received: key={query!r}"
                )
            raise missing_key(self, query)
        return value

    def _named(self, name: str) -> list[str]:
        """The paths here of what a model calls by a name."""
        if self._names is None:
            return []
        found = self._names.find(name) or self._names.find(name.replace(".", "/"))
        return [path for path in found if self._follow(path) is not _ABSENT]

    def _own_key(self, key: str) -> str:
        """Return the path of what a model calls by a name, or else the key as it is."""
        if self._names is None or not isinstance(key, str) or _has(self, SEPARATORS.split(key)[0]):
            named = []
        else:
            named = self._named(key)
        if len(named) > 1:
            self[key]  # raises
        return named[0] if named else key

    def _find(self, chain: str) -> Any:
        """Follow a key chain; the empty one leads here, one that leads nowhere to `_ABSENT`."""
        here = self._follow(chain)
        if here is _ABSENT and self._live is not None:
            return self._live.find(chain, _ABSENT)
        if here is _ABSENT and self._names is not None and len(named := self._named(chain)) == 1:
            return self._follow(named[0])
        return here

    def _follow(self, chain: str) -> Any:
        here: Any = self
        for key in SEPARATORS.split(chain) if chain else ():
            here = dict.get(here, key, _ABSENT) if isinstance(here, dict) else _ABSENT
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
            found = getattr(self._table(), name) if name in FORMS else spelled(self, name)
            if found is None:
                raise missing_attribute(self, name)
            return found
        if not callable(getattr(leaves[0], name)):
            return tree.map(lambda leaf: getattr(leaf, name), self)
        if all(isinstance(leaf, _IMMUTABLE) for leaf in leaves):
            try:
                return tree.map(lambda leaf: getattr(leaf, name)(), self)
            except TypeError:
                raise missing_attribute(self, name) from None

        def call(*args: Any, **kwargs: Any) -> Any:
            return call_leafwise(
                lambda _, x, *a, **k: getattr(x, name)(*a, **k), (self, *args), kwargs, Base
            )

        return call

    def _table(self) -> Table:
        return Table(self, self._names)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        return as_html(self, self._names)

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            return bool(key) and self._find(key) is not _ABSENT
        return isinstance(key, Base) and find_identical(self, key) is not False

    def get(self, key: str, default: object = None) -> Any:
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
        key = key if self._names is None else self._own_key(key)
        keys, value = [key] if is_simple(key) else split_chain(key), self._convert(value)
        if isinstance(value, Base) and value._holds(self):
            raise IvyValueError(f"A container cannot hold itself. Received: key={key!r}")
        if len(keys) == 1:
            self._insert(key, value)
            return
        branch: Base = self
        for depth, step in enumerate(keys[:-1]):
            child = dict.get(branch, step, _ABSENT)
            if child is _ABSENT:
                # Built apart and inserted last: a failure leaves the container as it was.
                for outer in reversed(keys[depth + 1 :]):
                    value = self._new(self._config)._with(outer, value)
                branch._insert(step, value)
                return
            if not isinstance(child, Base):
                raise IvyKeyError(
                    f"{'/'.join(keys[: depth + 1])!r} is a leaf, so there is nothing to assign "
                    f"inside it. Received: key={key!r}"
                )
            branch = child
        branch._insert(keys[-1], value)

    def _with(self, key: str, value: Any) -> Self:
        _set(self, key, value)
        return self

    def _holds(self, other: "Base") -> bool:
        return self is other or any(
            isinstance(value, Base) and value._holds(other) for value in dict.values(self)
        )

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        elif any(name in vars(cls) for cls in type(self).__mro__):
            raise IvyAttributeError(
                f"{name!r} is a method of Container. To use it as a key, write "
                f"`container[{name!r}] = ...`. Received: {name}={value!r}"
            )
        else:
            self[name] = value

    def __delitem__(self, key: str) -> None:
        key = self._own_key(key)
        *parents, last = split_chain(key)
        branch = self._find("/".join(parents))
        if not isinstance(branch, Base) or last not in dict.keys(branch):
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

    def pop(self, key: str, *default: object) -> Any:
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

    def setdefault(self, key: str, default: object = None) -> Any:
        """Return the value at a key or key chain, after setting it to `default` if absent."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(  # type: ignore[override]  # a dict takes what has `keys`, and is no mapping
        self, *args: Mapping[str, object] | Iterable[tuple[str, object]], **kwargs: object
    ) -> None:
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

    # -- the object graph of TensorFlow ------------------------------------------------------

    def _trackable_children(
        self, save_type: str = "checkpoint", **kwargs: Any
    ) -> dict[str, Trackable]:
        children = {}
        for key, value in dict.items(self):
            child = child_of(self, key, value, numbers_too=save_type == "checkpoint")
            if child is not None:
                children[key] = child
        return children

    def _lookup_dependency(
        self, name: str, cached_dependencies: dict[str, Trackable] | None = None
    ) -> Trackable | None:
        if cached_dependencies:
            return cached_dependencies.get(name)
        return child_of(self, name, dict.get(self, name))

    def _restore_deferred(self, key: str) -> None:
        """Fill a new leaf from a checkpoint that was restored before the leaf was there."""
        child = child_of(self, key, dict.get(self, key))
        if child is not None:
            self._handle_deferred_dependencies(key, child)


def give_names(container: Base, names: Names | None) -> None:
    """Let a Container find its leaves by what a model calls them too."""
    if names is not None:
        container.__dict__["_names"] = names


def share_names(container: Base, other: Base) -> None:
    """Let the names lead to the same paths in a Container as in another one."""
    give_names(container, other._names)


#: Types that were found to be neither mappings nor sequences: asking takes longer than knowing.
_LEAVES: set[type] = set()


#: What a Container's `__dict__` holds of its own; TensorFlow's names start with `_self_`.
_STATE = {"_config", "_leaf_states", "_live"}


def restore(
    cls: type[Base],
    items: Mapping[str, object],
    config: tuple[Any, ...] | None,
    attributes: Mapping[str, object] | None = None,
) -> Base:
    """Build a pickled container again."""
    out = cls.__new__(cls)
    out.__dict__.update(attributes or {})
    if config is not None:
        out.__dict__["_config"] = Config(*config)
    for key, value in items.items():
        _set(out, key, value)
    return out


# Pickles name it by where it is found, whatever file it stands in.
restore.__module__ = "keras_ivy.container"
