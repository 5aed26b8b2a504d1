"""Indexing every leaf: what `container[0]`, `container[:, 1]`, `container[mask]` do."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from keras_ivy.tree.arrays import is_array
from keras_ivy.tree.core import Tree, like, map
from keras_ivy.utils.exceptions import IvyIndexError, IvyTypeError

__all__ = ["index_leaves"]


def index_leaves(tree: Tree, query: object, prefix: str = "") -> Tree:
    """Return the tree of `leaf[query]`.

    None, arrays of no dimension and empty sequences come back as they are. A tree as the
    query gives one result for each of its leaves.

    Raises:
        IndexError: If a leaf is too small; the sentence names its path.
        TypeError: If a leaf cannot be indexed.
    """
    out = {}
    for key, leaf in tree.items():
        if isinstance(leaf, Mapping):
            out[key] = index_leaves(leaf, query, f"{prefix}{key}/")
        elif isinstance(query, Mapping):
            out[key] = _index_each(leaf, query, f"{prefix}{key}")
        else:
            out[key] = _index(leaf, query, f"{prefix}{key}")
    return like(tree, out)


def _index_each(leaf: Any, query: Tree, path: str) -> Tree:
    return map(lambda q: _index(leaf, q, path), query)


def _index(leaf: Any, query: Any, path: str) -> Any:
    if leaf is None or (isinstance(leaf, list | tuple) and not leaf):
        return leaf
    if is_array(leaf) and len(leaf.shape) == 0:
        return leaf
    try:
        if is_array(leaf) and not isinstance(leaf, np.ndarray) and _is_list_of_indices(query):
            return _gather(tf.convert_to_tensor(leaf), tf.convert_to_tensor(query))
        return leaf[query]
    except (IndexError, tf.errors.InvalidArgumentError) as error:
        shape = f" of shape {tuple(leaf.shape)}" if is_array(leaf) else ""
        raise IvyIndexError(
            f"Cannot index {path!r}{shape}: out of range. Received: index={query!r}"
        ) from error
    except TypeError as error:
        raise IvyTypeError(
            f"Cannot index {path!r} of type {type(leaf).__name__}. Received: index={query!r}"
        ) from error


def _is_list_of_indices(query: Any) -> bool:
    """Whether NumPy would pick several items by this index, which `tensor[query]` does not."""
    return isinstance(query, list) or (
        isinstance(query, np.ndarray | tf.Tensor) and len(query.shape) > 0
    )


def _gather(tensor: tf.Tensor, query: tf.Tensor) -> tf.Tensor:
    """Pick items along the first axes by a mask, or along the first by whole numbers."""
    if query.dtype == tf.bool:
        return tf.boolean_mask(tensor, query)
    size = tf.shape(tensor, out_type=query.dtype)[0]
    return tf.gather(tensor, tf.where(query < 0, query + size, query))
