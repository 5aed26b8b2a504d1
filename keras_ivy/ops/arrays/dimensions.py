"""Arrays of at least so many axes, and their parts along one, under Ivy's names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from keras_ivy.ops import check_values
from keras_ivy.ops.arrays.shapes import concat, split, stack
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import is_whole, received
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "column_stack",
    "concat_from_sequence",
    "dsplit",
    "dstack",
    "expand",
    "fliplr",
    "flipud",
    "hsplit",
    "rot90",
    "unflatten",
    "vsplit",
]

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


@ivy_function
def expand(x: ArrayLike, shape: Sequence[int], /) -> Array:
    """Return the array repeated along axes of size 1, and along new ones in front.

    Args:
        x: An array, or a Container of arrays.
        shape: The sizes of the result; a negative one is that of `x`.

    Raises:
        ValueError: If the array does not broadcast to that shape.

    Example:

    >>> expand([[1], [2]], (-1, 3)).numpy().tolist()
    [[1, 1, 1], [2, 2, 2]]
    """
    x = to_tensor(x)
    sizes = [
        check_values.size_or_batch("expand", "shape", size)
        for size in check_values.shape("expand", "shape", shape)
    ]
    here = list(ops.shape(x))
    new = len(sizes) - len(here)
    if new < 0 or any(is_whole(size) and size < 0 for size in sizes[:new]):
        raise IvyValueError(
            "expand: `shape` has a size for each axis of the array, and before them those of new "
            f"axes, which are not negative. Received: shape={shape}, x of shape {tuple(x.shape)}"
        )
    kept = [here[i - new] if is_whole(size) and size < 0 else size for i, size in enumerate(sizes)]
    return ops.broadcast_to(x, tuple(kept))


@ivy_function
def unflatten(x: ArrayLike, /, dim: int, shape: Sequence[int]) -> Array:
    """Return the array with one axis as several.

    Args:
        x: An array, or a Container of arrays.
        dim: The axis.
        shape: Their sizes, of which one may be -1.

    Raises:
        ValueError: If the sizes do not give that of the axis.

    Example:

    >>> unflatten([1, 2, 3, 4], 0, (2, -1)).numpy().tolist()
    [[1, 2], [3, 4]]
    """
    x = to_tensor(x)
    rank = len(x.shape)
    if not -rank <= dim < rank:
        raise IvyValueError(
            f"unflatten: the array of shape {tuple(x.shape)} has no such axis. "
            f"{received('dim', dim)}"
        )
    dim %= rank
    sizes, here = check_values.shape("unflatten", "shape", shape), ops.shape(x)
    return ops.reshape(x, (*here[:dim], *sizes, *here[dim + 1 :]))


@ivy_function
def fliplr(m: ArrayLike, /) -> Array:
    """Return the array with its second axis reversed.

    Example:

    >>> fliplr([[1, 2, 3]]).numpy().tolist()
    [[3, 2, 1]]
    """
    return ops.flip(_of_rank("fliplr", m, 2), axis=1)


@ivy_function
def flipud(m: ArrayLike, /) -> Array:
    """Return the array with its first axis reversed.

    Example:

    >>> flipud([1, 2, 3]).numpy().tolist()
    [3, 2, 1]
    """
    return ops.flip(_of_rank("flipud", m, 1), axis=0)


def _of_rank(owner: str, m: ArrayLike, least: int) -> Array:
    m = to_tensor(m)
    if len(m.shape) < least:
        raise IvyValueError(
            f"{owner}: `m` has at least {least} axes. Received: m of shape {tuple(m.shape)}"
        )
    return m


@ivy_function
def rot90(m: ArrayLike, /, *, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Array:
    """Return the array turned by `k` times 90 degrees, from the first axis towards the second.

    Args:
        m: An array of two axes or more, or a Container of arrays.
        k: The number of turns.
        axes: The two axes.

    Raises:
        ValueError: If these are not two different axes of the array.

    Example:

    >>> rot90([[1, 2], [3, 4]]).numpy().tolist()
    [[2, 4], [1, 3]]
    """
    m = to_tensor(m)
    rank = len(m.shape)
    fits = isinstance(axes, list | tuple) and len(axes) == 2 and all(map(is_whole, axes))
    if not fits or len({a % rank if rank else 0 for a in axes}) != 2 or max(map(abs, axes)) > rank:
        raise IvyValueError(
            f"rot90: `axes` are two axes of the array of shape {tuple(m.shape)}. "
            f"{received('axes', axes)}"
        )
    first, second = axes
    turns = k % 4
    if turns % 2:
        m = ops.flip(m, axis=second) if turns == 1 else m
        m = ops.swapaxes(m, first, second)
        return m if turns == 1 else ops.flip(m, axis=second)
    return ops.flip(ops.flip(m, axis=first), axis=second) if turns else m


@ivy_function
def column_stack(arrays: Sequence[ArrayLike], /) -> Array:
    """Return arrays side by side along the second axis; vectors are columns.

    Args:
        arrays: A list of arrays that agree in the number of rows.

    Example:

    >>> column_stack([[1, 2], [3, 4]]).numpy().tolist()
    [[1, 3], [2, 4]]
    """
    columns = [to_tensor(x) for x in arrays]
    columns = [ops.reshape(x, (-1, 1)) if len(x.shape) < 2 else x for x in columns]
    return concat(columns, axis=1)


@ivy_function
def concat_from_sequence(
    input_sequence: Sequence[ArrayLike], /, *, new_axis: int = 0, axis: int = 0
) -> Array:
    """Return arrays joined along an axis, or stacked on a new one.

    Args:
        input_sequence: A list of arrays.
        new_axis: 0 joins them, 1 stacks them.
        axis: The axis.

    Raises:
        ValueError: If `new_axis` is neither.

    Example:

    >>> concat_from_sequence([[1, 2], [3, 4]], new_axis=1).numpy().tolist()
    [[1, 2], [3, 4]]
    """
    if new_axis not in (0, 1):
        raise IvyValueError(
            f"concat_from_sequence: `new_axis` is 0 or 1. {received('new_axis', new_axis)}"
        )
    return (stack if new_axis else concat)(input_sequence, axis=axis)
