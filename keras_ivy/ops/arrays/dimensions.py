"""Arrays of at least so many axes, and their parts along one, under Ivy's names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from keras_ivy.ops.arrays.shapes import split
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["atleast_1d", "atleast_2d", "atleast_3d", "dsplit", "dstack", "hsplit", "vsplit"]

#: Where the new axes of size 1 go, by the number of axes wanted and the number there are.
_NEW_AXES: dict[int, dict[int, tuple[int, ...]]] = {
    1: {0: (0,)},
    2: {0: (0, 0), 1: (0,)},
    3: {0: (0, 0, 0), 1: (0, -1), 2: (-1,)},
}


def _at_least(rank: int, arrays: tuple) -> Array:
    """Return an array, or a list of several, with at least so many axes."""
    out = []
    for x in arrays:
        x = x if hasattr(x, "shape") else to_tensor(x)
        for axis in _NEW_AXES[rank].get(len(x.shape), ()):
            x = ops.expand_dims(x, axis)
        out.append(x)
    return out[0] if len(out) == 1 else out


@ivy_function
def atleast_1d(*arys: ArrayLike) -> Array:
    """Return arrays with at least one axis: a single one, or a list of several.

    Args:
        *arys: Arrays, numbers, or Containers of arrays.

    Example:

    >>> atleast_1d(5.0).shape, [a.shape for a in atleast_1d([1, 2], 3)]
    (TensorShape([1]), [TensorShape([2]), TensorShape([1])])
    """
    return _at_least(1, arys)


@ivy_function
def atleast_2d(*arys: ArrayLike) -> Array:
    """Return arrays with at least two axes, new ones in front.

    Args:
        *arys: Arrays, numbers, or Containers of arrays.

    Example:

    >>> atleast_2d([1, 2]).numpy().tolist()
    [[1, 2]]
    """
    return _at_least(2, arys)


@ivy_function
def atleast_3d(*arys: ArrayLike) -> Array:
    """Return arrays with at least three axes: of shape `(1, n, 1)` from `(n,)`, as in NumPy.

    A matrix of shape `(m, n)` becomes one of shape `(m, n, 1)`.

    Args:
        *arys: Arrays, numbers, or Containers of arrays.

    Example:

    >>> atleast_3d([1, 2]).shape, atleast_3d([[1, 2]]).shape
    (TensorShape([1, 2, 1]), TensorShape([1, 2, 1]))
    """
    return _at_least(3, arys)


def _split_along(
    name: str, axis_of: Callable[[int], int], rank: int, ary: ArrayLike, parts: Any
) -> list:
    """Split along an axis: into a number of equal parts, or at indices."""
    ary = to_tensor(ary)
    if len(ary.shape) < rank:
        raise IvyValueError(
            f"{name}: `ary` has at least {rank} axes. Received: ary of shape {tuple(ary.shape)}"
        )
    axis = axis_of(len(ary.shape))
    if isinstance(parts, int):
        return split(ary, num_or_size_splits=parts, axis=axis)
    return ops.split(ary, list(parts), axis=axis)


@ivy_function
def vsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int]) -> list:
    """Return the parts of an array along its first axis.

    Args:
        ary: An array of at least two axes.
        indices_or_sections: The number of equal parts, or the indices at which they begin.

    Raises:
        ValueError: If the array has fewer axes, or parts are not equal.

    Example:

    >>> [part.numpy().tolist() for part in vsplit([[1], [2], [3]], [1])]
    [[[1]], [[2], [3]]]
    """
    return _split_along("vsplit", lambda rank: 0, 2, ary, indices_or_sections)


@ivy_function
def hsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int]) -> list:
    """Return the parts of an array along its second axis, or its only one.

    Args:
        ary: An array of at least one axis.
        indices_or_sections: The number of equal parts, or the indices at which they begin.

    Raises:
        ValueError: If the array has fewer axes, or parts are not equal.

    Example:

    >>> [part.numpy().tolist() for part in hsplit([[1, 2, 3, 4]], 2)]
    [[[1, 2]], [[3, 4]]]
    """
    return _split_along("hsplit", lambda rank: min(rank - 1, 1), 1, ary, indices_or_sections)


@ivy_function
def dsplit(ary: ArrayLike, indices_or_sections: int | Sequence[int]) -> list:
    """Return the parts of an array along its third axis.

    Args:
        ary: An array of at least three axes.
        indices_or_sections: The number of equal parts, or the indices at which they begin.

    Raises:
        ValueError: If the array has fewer axes, or parts are not equal.

    Example:

    >>> [part.numpy().tolist() for part in dsplit([[[1, 2]]], 2)]
    [[[[1]]], [[[2]]]]
    """
    return _split_along("dsplit", lambda rank: 2, 3, ary, indices_or_sections)


@ivy_function
def dstack(arrays: ArrayLike) -> Array:
    """Return arrays side by side along the third axis, after `atleast_3d`.

    Args:
        arrays: A list of arrays that agree in all other axes.

    Example:

    >>> dstack([[1, 2], [3, 4]]).numpy().tolist()
    [[[1, 3], [2, 4]]]
    """
    return ops.concatenate([_at_least(3, (x,)) for x in arrays], axis=2)
