"""Container as a node of every tree library, in one sorted order.

`tf.nest`, `dm-tree` and `tf.data` sort the keys of any dict subclass and rebuild it by themselves.
optree (and through it `keras.tree`) and JAX want to be told. JAX is told when it is loaded: at the
import of this module if it is there by then, else when the next Container is constructed. Nothing
here imports JAX.
"""

import sys
from collections.abc import Iterable
from typing import Any

import optree

__all__ = ["register_with_jax", "register_with_optree"]

#: keras.tree flattens in this namespace; users of plain optree flatten in the global one.
_NAMESPACES = ("keras", optree.registry.__GLOBAL_NAMESPACE)
_registered_with_jax: set[type] = set()


def _flatten(container: dict[str, Any]) -> tuple[list[Any], tuple[str, ...]]:
    keys = tuple(sorted(container))
    return [dict.__getitem__(container, key) for key in keys], keys


def _flatten_for_optree(
    container: dict[str, Any],
) -> tuple[list[Any], tuple[str, ...], tuple[str, ...]]:
    children, keys = _flatten(container)
    return children, keys, keys


def _unflatten(cls: Any, keys: tuple[str, ...], children: Iterable[Any]) -> Any:
    out = cls._new()
    for key, child in zip(keys, children, strict=True):
        dict.__setitem__(out, key, child)
    return out


def register_with_optree(cls: type) -> None:
    """Tell optree how to flatten a class of containers, and so `keras.tree` too."""
    optree.register_pytree_node(
        cls,
        _flatten_for_optree,
        lambda keys, children: _unflatten(cls, keys, children),
        path_entry_type=optree.MappingEntry,
        namespace=_NAMESPACES[1],
    )


def register_with_jax(cls: type) -> bool:
    """Tell JAX how to flatten a class of containers, if JAX is loaded.

    Returns:
        Whether JAX knows the class now. Call this after importing JAX if containers made before
        have to pass through `jax.tree` and no further one is constructed.
    """
    if cls in _registered_with_jax:
        return True
    tree_util: Any = sys.modules.get("jax.tree_util")
    register = getattr(tree_util, "register_pytree_with_keys", None)
    if register is None:
        return False
    _registered_with_jax.add(cls)

    def flatten_with_keys(container: dict[str, Any]) -> tuple[list[Any], tuple[str, ...]]:
        children, keys = _flatten(container)
        paired = zip(keys, children, strict=True)
        return [(tree_util.DictKey(key), child) for key, child in paired], keys

    register(
        cls,
        flatten_with_keys,
        lambda keys, children: _unflatten(cls, keys, children),
        _flatten,
    )
    return True
