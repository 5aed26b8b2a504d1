"""Pure functions on nested dicts: one sorted order, paths written `"a/b"`."""

from keras_ivy.tree.core import (
    SEPARATOR,
    check_same_structure,
    copied,
    flatten,
    in_order,
    items,
    leaves,
    like,
    map,
    map_with_path,
    paths,
    unflatten,
)

__all__ = [
    "SEPARATOR",
    "check_same_structure",
    "copied",
    "flatten",
    "in_order",
    "items",
    "leaves",
    "like",
    "map",
    "map_with_path",
    "paths",
    "unflatten",
]
