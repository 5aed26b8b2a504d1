"""One value of all leaves: their norm, whether all are true, one array out of many."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.tree.arrays import is_array, is_variable, numbers_of
from keras_ivy.tree.core import (
    Tree,
    check_same_structure,
    flatten,
    items,
    leaves,
    map,
    map_with_path,
)
from keras_ivy.tree.shapes import arrays, promoted_dtype
from keras_ivy.typing import ArrayLike
from keras_ivy.utils.devices import device_scope
from keras_ivy.utils.exceptions import IvyException, IvyTypeError, IvyValueError

__all__ = [
    "all_false",
    "all_true",
    "as_bools",
    "assign",
    "join_lists",
    "list_leaves",
    "norm",
    "reduce",
    "unify",
]


def norm(tree: Mapping[str, object], ord: float = 2) -> tf.Tensor:
    """Return the norm of all numbers in all leaves, as of one long vector; see `Container.norm`.

    Args:
        tree: The nested mapping.
        ord: 1, 2 or infinity.

    Raises:
        ValueError: If `ord` is another number.
        TypeError: If a leaf is no number or array of numbers.

    Example:

    >>> float(norm({"a": 3.0, "b": {"c": np.array([4.0])}}))
    5.0
    """
    if ord not in (1, 2, np.inf):
        raise IvyValueError(f"`ord` is 1, 2 or infinity. Received: ord={ord!r}")
    found = flatten(tree)
    for path, leaf in found.items():
        if not is_array(leaf) and not isinstance(leaf, int | float | np.number):
            raise IvyTypeError(
                f"{path!r} is no number. Received: {leaf!r} of type {type(leaf).__name__}"
            )
    if not found:
        return tf.zeros((), keras.config.floatx())
    dtype = promoted_dtype(tree) if arrays(tree) else keras.config.floatx()
    dtype = dtype if tf.as_dtype(dtype).is_floating else keras.config.floatx()
    # Squares of half-precision numbers overflow early.
    wide = dtype if dtype == "float64" else "float32"
    sizes = [tf.abs(tf.cast(tf.convert_to_tensor(x), wide)) for x in found.values()]
    if ord == np.inf:
        total = tf.reduce_max([tf.reduce_max(x) for x in sizes])
    elif ord == 1:
        total = tf.add_n([tf.reduce_sum(x) for x in sizes])
    else:
        squares = tf.add_n([tf.reduce_sum(tf.square(x)) for x in sizes])
        zero = tf.equal(squares, 0)
        total = tf.where(zero, squares, tf.sqrt(tf.where(zero, tf.ones_like(squares), squares)))
    return tf.cast(total, dtype)


def assign(tree: Tree, values: Mapping[str, ArrayLike]) -> Tree:
    """Assign to every leaf of a tree itself: variables in place, other leaves replaced.

    Args:
        tree: A Container.
        values: A Container of the same keys; arrays of the same shapes.

    Raises:
        ValueError: If keys or shapes differ; nothing is assigned then.
    """
    check_same_structure(tree, values)
    into: Any = tree
    pairs = [(path, leaf, values[path]) for path, leaf in items(tree)]
    for path, leaf, value in pairs:
        have, got = tuple(getattr(leaf, "shape", ())), np.shape(value)
        if is_variable(leaf) and have != tuple(got):
            raise IvyValueError(
                f"Cannot assign to {path!r} of shape {have}. Received: shape={tuple(got)}"
            )
    for path, leaf, value in pairs:
        if is_variable(leaf):
            leaf.assign(value)
        else:
            into[path] = value
    return tree


# -- truth -----------------------------------------------------------------------------------------


def _truths(tree: Mapping[str, object], assert_is_bool: bool) -> list[Any]:
    """Return the leaves, after checking that they are truth values."""
    for path, leaf in items(tree):
        is_bool = isinstance(leaf, bool) or (is_array(leaf) and leaf.dtype == "bool")
        if assert_is_bool and not is_bool:
            raise IvyTypeError(
                f"{path!r} is no truth value. Received: {leaf!r} of type {type(leaf).__name__}"
            )
    return leaves(tree)


def all_true(tree: Mapping[str, object], assert_is_bool: bool = False) -> bool:
    """Whether every leaf, and every element of every array, is true.

    Args:
        tree: The nested mapping.
        assert_is_bool: If True, leaves must be truth values.

    Raises:
        TypeError: If `assert_is_bool` and a leaf is no truth value.

    Example:

    >>> all_true({"a": np.array([True, False]), "b": True})
    False
    """
    found = _truths(tree, assert_is_bool)
    return all(bool(np.all(numbers_of(x))) if is_array(x) else bool(x) for x in found)


def all_false(tree: Mapping[str, object], assert_is_bool: bool = False) -> bool:
    """Whether no leaf, and no element of any array, is true."""
    found = _truths(tree, assert_is_bool)
    return not any(bool(np.any(numbers_of(x))) if is_array(x) else bool(x) for x in found)


def as_bools(tree: Tree, assert_is_bool: bool = False) -> Tree:
    """Return the tree of the truth values of the leaves; arrays element by element."""
    _truths(tree, assert_is_bool)
    return map(lambda x: x != 0 if is_array(x) else bool(x), tree)


# -- several trees, or all leaves, to one ----------------------------------------------------------


def reduce(trees: Sequence[Tree], reduction: Callable[[list[Any]], object]) -> Tree:
    """Return the tree of `reduction([leaf of each tree])`.

    Args:
        trees: Trees of the same keys.
        reduction: A function of a list of leaves, such as `sum`.

    Raises:
        ValueError: If the trees differ in their keys, or the reduction fails.

    Example:

    >>> reduce([{"a": 1}, {"a": 2}], sum)
    {'a': 3}
    """

    def call(path: str, *xs: Any) -> Any:
        try:
            return reduction(list(xs))
        except (TypeError, ValueError) as error:
            if isinstance(error, IvyException):
                raise
            raise IvyValueError(f"Cannot reduce {path!r}: {error} Received: {xs!r}") from error

    first, *rest = trees
    return map_with_path(call, first, *rest)


def unify(tree: Mapping[str, object], device: str, mode: str, axis: int = 0) -> tf.Tensor:
    """Return one array out of all the leaves.

    Args:
        tree: The nested mapping.
        device: The device of the result, as `"cpu"` or `"gpu:0"`.
        mode: `"concat"`, `"sum"` or `"mean"`.
        axis: The axis along which leaves are joined.

    Raises:
        ValueError: If the mode is unknown.
    """
    modes: dict[str, Callable[[list[Any]], tf.Tensor]] = {
        "concat": lambda xs: keras.ops.concatenate(xs, axis=axis),
        "sum": lambda xs: keras.ops.sum(keras.ops.stack(xs), axis=0),
        "mean": lambda xs: keras.ops.mean(keras.ops.stack(xs), axis=0),
    }
    if mode not in modes:
        raise IvyValueError(f"`mode` is one of {sorted(modes)}. Received: mode={mode!r}")
    with device_scope(device):
        return modes[mode](leaves(tree))


def join_lists(trees: Sequence[Tree]) -> Tree:
    """Return the tree of the lists of several trees, joined."""
    first, *rest = trees
    return map(lambda *lists: [x for items in lists for x in items], first, *rest)


def list_leaves(trees: Sequence[Tree], dim: int = 0) -> Tree:
    """Return the tree of lists of the leaves of several trees.

    Args:
        trees: Trees of the same keys.
        dim: The level of the list, 0: lists of leaves have no other.
    """
    if dim != 0:
        raise IvyValueError(f"Leaves can be listed along `dim` 0 alone. Received: dim={dim}")
    first, *rest = trees
    return map(lambda *xs: list(xs), first, *rest)
