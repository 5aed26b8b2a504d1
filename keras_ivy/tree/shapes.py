"""Shapes, dtypes and devices of the arrays of a tree, and operations on all along one axis."""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.tree.arrays import dtype_name, is_array
from keras_ivy.tree.core import Tree, items, leaves, map
from keras_ivy.typing import ArrayLeaf
from keras_ivy.utils.devices import device_of
from keras_ivy.utils.exceptions import IvyAttributeError, IvyValueError

__all__ = [
    "arrays",
    "by_size",
    "common_device",
    "common_dtype",
    "common_shape",
    "joined",
    "promoted_dtype",
    "reshape_like",
    "shapes",
    "size_of",
    "split_arrays",
    "unstack",
]


def arrays(tree: Mapping[str, object]) -> list[ArrayLeaf]:
    """Return the leaves that are arrays."""
    return [leaf for leaf in leaves(tree) if is_array(leaf)]


def promoted_dtype(tree: Mapping[str, object]) -> str:
    """Return the dtype to which all arrays promote, as Keras writes it.

    Raises:
        AttributeError: If there are no arrays.

    Example:

    >>> promoted_dtype({"a": np.ones(1, "float32"), "b": np.ones(1)})
    'float64'
    """
    names = {dtype_name(x) for x in arrays(tree)}
    if not names:
        raise IvyAttributeError("A container without arrays has no dtype.")
    if len(names) == 1:
        return names.pop()
    return tf.as_dtype(np.result_type(*(tf.as_dtype(n).as_numpy_dtype for n in names))).name


def common_dtype(tree: Mapping[str, object]) -> str | None:
    """Return the dtype of all arrays, or None where they differ or there are none."""
    return _only({dtype_name(x) for x in arrays(tree)})


def common_device(tree: Mapping[str, object]) -> str | None:
    """Return the device of all arrays, such as `"cpu"`, or None where they differ."""
    return _only({device_of(x) for x in arrays(tree)})


def _only(names: set[str]) -> str | None:
    return names.pop() if len(names) == 1 else None


def common_shape(tree: Mapping[str, object]) -> list[int | None]:
    """Return the sizes that all arrays share, axis by axis; None where they differ.

    Example:

    >>> common_shape({"a": np.ones((2, 3)), "b": np.ones((2, 4))})
    [2, None]
    """
    found = [tuple(x.shape) for x in arrays(tree)]
    if not found:
        return [0]
    return [s[0] if len(set(s)) == 1 else None for s in zip(*found, strict=False)]


def shapes(tree: Tree) -> Tree:
    """Return the tree of the shapes of the arrays; None for other leaves."""
    return map(lambda x: tuple(x.shape) if is_array(x) else None, tree)


def by_size(tree: Mapping[str, object], exclude: Sequence[str] = ()) -> list[str]:
    """Return the paths of the arrays, from the smallest to the largest.

    Example:

    >>> by_size({"a": np.ones(3), "b": {"c": np.ones(1)}})
    ['b/c', 'a']
    """
    found = {p: x for p, x in items(tree) if is_array(x) and p not in exclude}
    return sorted(found, key=lambda path: int(np.prod(found[path].shape)))


def reshape_like(
    tree: Tree, shapes: Mapping[str, object], leading_shape: Sequence[int] | None = None
) -> Tree:
    """Return the tree of the leaves, reshaped.

    Args:
        tree: The nested mapping.
        shapes: The shape of every leaf, under the same keys.
        leading_shape: Sizes of axes in front of every shape.
    """
    lead = tuple(leading_shape or ())
    return map(lambda x, s: keras.ops.reshape(x, lead + tuple(s)), tree, shapes)


def joined(op: Callable[..., object], trees: Sequence[Tree], axis: int) -> Tree:
    """Return the tree of `op([leaf of each tree], axis=axis)`, such as `keras.ops.stack`.

    Raises:
        ValueError: If the trees differ in their keys.

    Example:

    >>> stacked = joined(np.stack, [{"a": np.ones(2)}, {"a": np.zeros(2)}], axis=0)
    >>> stacked["a"].tolist()
    [[1.0, 1.0], [0.0, 0.0]]
    """
    first, *rest = trees
    return map(lambda *xs: op([_value(x) for x in xs], axis=axis), first, *rest)


def _value(leaf: object) -> object:
    """The tensor of a `keras.Variable`, which `keras.ops` does not take in lists."""
    return leaf.value if isinstance(leaf, keras.Variable) else leaf


def size_of(tree: Mapping[str, object], axis: int) -> int:
    """Return the size of an axis, which all leaves must share.

    Raises:
        ValueError: If they do not, or one has no such axis.
    """
    sizes: dict[str, int] = {}
    for path, leaf in items(tree):
        if not is_array(leaf) or not -len(leaf.shape) <= axis < len(leaf.shape):
            raise IvyValueError(f"{path!r} has no axis {axis}. Received: {leaf!r}")
        sizes[path] = leaf.shape[axis]
    if len(set(sizes.values())) != 1:
        raise IvyValueError(
            f"The leaves must share the size of axis {axis}. Received: sizes={sizes}"
        )
    return next(iter(sizes.values()))


def unstack(
    tree: Tree, axis: int = 0, keepdims: bool = False, dim_size: int | None = None
) -> list[Tree]:
    """Return a list of trees, one for every index of an axis.

    Args:
        tree: The nested mapping.
        axis: The axis, of the same size in all leaves.
        keepdims: Whether the axis stays, with size one.
        dim_size: The size that the axis must have, if given.

    Raises:
        ValueError: If the leaves differ in the size of the axis, or it is not `dim_size`.
    """
    size = size_of(tree, axis)
    if dim_size not in (None, size):
        raise IvyValueError(f"Axis {axis} has size {size}. Received: dim_size={dim_size}")
    if keepdims:
        return split_arrays(tree, size, axis)
    return _parts(map(lambda x: keras.ops.unstack(_value(x), axis=axis), tree), size)


def split_arrays(
    tree: Tree, num_or_size_splits: int | Sequence[int] | None = None, axis: int = 0
) -> list[Tree]:
    """Return a list of trees, the leaves split along an axis.

    Args:
        tree: The nested mapping.
        num_or_size_splits: The number of equal parts, or the size of each; one part for each
            entry by default.
        axis: The axis.
    """
    size = size_of(tree, axis)
    num_or_size_splits = size if num_or_size_splits is None else num_or_size_splits
    where: int | list[int]
    if isinstance(num_or_size_splits, int):
        if size % num_or_size_splits:
            raise IvyValueError(
                f"Axis {axis} of size {size} has no equal parts. "
                f"Received: num_or_size_splits={num_or_size_splits}"
            )
        count, where = num_or_size_splits, num_or_size_splits
    else:
        if sum(num_or_size_splits) != size:
            raise IvyValueError(
                f"The parts of axis {axis} must add up to {size}. "
                f"Received: num_or_size_splits={list(num_or_size_splits)}"
            )
        count = len(num_or_size_splits)
        where = np.cumsum(num_or_size_splits)[:-1].tolist()
    return _parts(map(lambda x: keras.ops.split(_value(x), where, axis=axis), tree), count)


def _parts(tree: Tree, count: int) -> list[Tree]:
    """Return the trees of the first items of all leaves, of the second ones, and so on."""

    def part(i: int) -> Tree:
        return map(lambda xs: xs[i], tree)

    return [part(i) for i in range(count)]
