"""Nests of lists, tuples and dicts under Ivy's names, and functions over axes of arrays."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.container import Container
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import flag, received, summary, whole
from keras_ivy.utils.exceptions import IvyIndexError, IvyTypeError, IvyValueError

__all__ = [
    "all_nested_indices",
    "index_nest",
    "map_nest_at_index",
    "nested_any",
    "nested_argwhere",
    "nested_map",
    "set_nest_at_index",
    "vmap",
]


def _items(nest: object) -> list[tuple[Any, Any]] | None:
    """Return what a nest holds, by key or number; None for a leaf."""
    if isinstance(nest, Mapping):
        return list(nest.items())
    if isinstance(nest, list | tuple) and not isinstance(nest, tf.TensorShape):
        return list(enumerate(nest))
    return None


def _like(nest: Any, values: Sequence[Any], to_mutable: bool = False) -> Any:
    """Return a nest of the type of another one that holds other values."""
    if isinstance(nest, Mapping):
        made = dict(zip(nest, values, strict=True))
        return Container(made) if isinstance(nest, Container) else made
    if hasattr(nest, "_fields") and not to_mutable:  # a named tuple
        return type(nest)(*values)
    return tuple(values) if isinstance(nest, tuple) and not to_mutable else list(values)


def _is_ignored(x: object, to_ignore: type | tuple[type, ...] | None) -> bool:
    """Whether a nest is of the types that count as leaves."""
    if to_ignore is None:
        return False
    types = to_ignore if isinstance(to_ignore, tuple) else (to_ignore,)
    if not all(isinstance(t, type) for t in types):
        raise IvyTypeError(
            f"`to_ignore` is a type, or a tuple of them. {received('to_ignore', to_ignore)}"
        )
    return isinstance(x, types)


def _holds(fn: Callable[..., bool], x: object) -> bool:
    """Ask a predicate, which may answer by an array of one entry."""
    answer = fn(x)
    shape = getattr(answer, "shape", None)
    if shape is not None and tf.TensorShape(shape).num_elements() != 1:
        raise IvyTypeError(
            "A predicate of leaves returns one bool. "
            f"{received('fn', fn)}, which returned {summary(answer)}"
        )
    return bool(answer)


def nested_map(
    fn: Callable[..., object],
    x: object,
    /,
    include_derived: bool | Mapping[str, bool] | None = None,
    to_ignore: type | tuple[type, ...] | None = None,
    to_mutable: bool = False,
) -> Any:
    """Return a nest of the same structure with a function applied to each leaf.

    Args:
        fn: A function of one leaf.
        x: A nest of lists, tuples and dicts, or a single leaf.
        include_derived: Accepted for Ivy's sake: subclasses always count as nests, as they do in
            `keras.tree`. `False` is refused.
        to_ignore: A type, or a tuple of types, that is a leaf although it is a nest.
        to_mutable: If True, tuples become lists.

    Raises:
        ValueError: If subclasses are to be leaves.

    Example:

    >>> nested_map(lambda n: 10 * n, {"a": [1, (2, 3)], "b": 4})
    {'a': [10, (20, 30)], 'b': 40}

    Reference: Ivy's `functional/ivy/nest.py`.
    """
    flag("to_mutable", to_mutable, "nested_map")
    if include_derived is False:
        raise IvyValueError(
            "nested_map: subclasses of lists, tuples and dicts are nests; name those that are "
            "leaves by `to_ignore`. Received: include_derived=False"
        )
    items = None if _is_ignored(x, to_ignore) else _items(x)
    if items is None:
        return fn(x)
    values = [
        nested_map(fn, value, to_ignore=to_ignore, to_mutable=to_mutable) for _, value in items
    ]
    return _like(x, values, to_mutable)


def nested_argwhere(
    nest: object,
    fn: Callable[..., bool],
    check_nests: bool = False,
    to_ignore: type | tuple[type, ...] | None = None,
) -> list[list]:
    """Return the indices of the leaves for which a function holds.

    Args:
        nest: A nest of lists, tuples and dicts.
        fn: A function of a leaf that returns whether it counts.
        check_nests: If True, the nests inside are asked for too, each behind what it holds.
        to_ignore: A type, or a tuple of types, that is a leaf although it is a nest.

    Returns:
        A list of indices, each a list of the keys and numbers on the way down.

    Example:

    >>> nested_argwhere([1, {"a": -2, "b": [-3]}], lambda n: n < 0)
    [[1, 'a'], [1, 'b', 0]]

    Reference: Ivy's `functional/ivy/nest.py`.
    """
    flag("check_nests", check_nests, "nested_argwhere")
    items = None if _is_ignored(nest, to_ignore) else _items(nest)
    if items is None:
        return [[]] if _holds(fn, nest) else []
    found = []
    for key, value in items:
        below = nested_argwhere(value, fn, check_nests, to_ignore)
        found += [[key, *index] for index in below]
    # Ivy asks of what is inside, not of the whole.
    return found + ([[]] if check_nests and _holds(fn, nest) else [])


def nested_any(nest: object, fn: Callable[..., bool], check_nests: bool = False) -> bool:
    """Return whether a function holds for any leaf of a nest.

    Args:
        nest: A nest of lists, tuples and dicts.
        fn: A function of a leaf that returns whether it counts.
        check_nests: If True, the nests inside are asked for too.

    Example:

    >>> nested_any([1, {"a": -2}], lambda n: n < 0)
    True
    """
    return bool(nested_argwhere(nest, fn, check_nests))


def all_nested_indices(nest: object, /, include_nests: bool = False) -> list[list]:
    """Return the indices of all leaves of a nest.

    Args:
        nest: A nest of lists, tuples and dicts.
        include_nests: If True, those of the nests inside too.

    Example:

    >>> all_nested_indices([1, {"a": (2, 3)}])
    [[0], [1, 'a', 0], [1, 'a', 1]]
    """
    flag("include_nests", include_nests, "all_nested_indices")
    found = nested_argwhere(nest, lambda _: True, check_nests=include_nests)
    return [index for index in found if index]


def index_nest(nest: object, index: Sequence[object], /) -> Any:
    """Return what stands at an index of a nest.

    Args:
        nest: A nest of lists, tuples and dicts.
        index: The keys and numbers on the way down.

    Raises:
        IndexError: If there is nothing at that index.

    Example:

    >>> index_nest({"a": [1, (2, 3)]}, ["a", 1, 0])
    2
    """
    if not isinstance(index, Sequence) or isinstance(index, str | bytes):
        raise IvyTypeError(f"An index is a list of keys and numbers. {received('index', index)}")
    here: Any = nest
    for depth, key in enumerate(index):
        try:
            here = here[key]
        except (KeyError, IndexError, TypeError, tf.errors.InvalidArgumentError) as error:
            raise IvyIndexError(
                f"The nest has nothing at {list(index[: depth + 1])}. Received: index={list(index)}"
            ) from error
    return here


def set_nest_at_index(
    nest: object, index: Sequence[object], value: object, /, shallow: bool = True
) -> Any:
    """Return a nest with a value at an index.

    Args:
        nest: A nest of lists, tuples and dicts.
        index: The keys and numbers on the way down.
        value: What goes there.
        shallow: If True, lists and dicts on the way change in place, as in Ivy; tuples cannot.

    Raises:
        IndexError: If there is nothing at that index.

    Example:

    >>> set_nest_at_index({"a": (1, 2)}, ["a", 0], 10, shallow=False)
    {'a': (10, 2)}
    """
    return map_nest_at_index(nest, index, lambda _: value, shallow=shallow)


def map_nest_at_index(
    nest: object, index: Sequence[object], fn: Callable[..., object], /, shallow: bool = True
) -> Any:
    """Return a nest with a function applied to what stands at an index.

    Args:
        nest: A nest of lists, tuples and dicts.
        index: The keys and numbers on the way down.
        fn: A function of what stands there.
        shallow: If True, lists and dicts on the way change in place, as in Ivy; tuples cannot.

    Raises:
        IndexError: If there is nothing at that index.

    Example:

    >>> map_nest_at_index([1, [2, 3]], [1, 0], lambda n: -n)
    [1, [-2, 3]]
    """
    flag("shallow", shallow, "map_nest_at_index")
    index_nest(nest, index)  # which checks the index
    nests: list[Any] = [nest]
    keys: list[Any] = list(index)
    for depth in range(len(index)):
        nests.append(index_nest(nest, index[: depth + 1]))
    value = fn(nests.pop())
    for here, key in zip(reversed(nests), reversed(keys), strict=True):
        if shallow and not isinstance(here, tuple):
            here[key] = value
            value = here
        else:
            items = dict(_items(here) or ())
            items[key if isinstance(here, Mapping) else range(len(here))[key]] = value
            value = _like(here, list(items.values()))
    return value


#: No array has as many axes.
MOST_AXES = 254


def vmap(func: Callable, in_axes: int | Sequence[int | None] = 0, out_axes: int = 0) -> Callable:
    """Return a function that maps another over an axis of its arguments, all at once.

    Args:
        func: A function of arrays, or nests of them.
        in_axes: The axis of every argument, or one for each; None for what all calls share.
        out_axes: Where the axis goes in what the function returns.

    Returns:
        A function of arguments with that axis, whose results have it too.

    Raises:
        TypeError: If `func` is no function, or an axis no whole number.
        ValueError: If there are more or fewer axes than arguments, none is mapped over, or the
            axes differ in size.

    Example:

    >>> dot = vmap(lambda a, b: ops.sum(a * b), in_axes=(0, None))
    >>> dot(ops.array([[1.0, 2.0], [3.0, 4.0]]), ops.array([1.0, 10.0])).numpy().tolist()
    [21.0, 43.0]

    Reference: Ivy's `functional/ivy/general.py`.
    """

    if not callable(func):
        raise IvyTypeError(f"vmap: `func` must be a function. {received('func', func)}")
    for axis in in_axes if isinstance(in_axes, list | tuple) else [in_axes]:
        if axis is not None:
            whole("in_axes", axis, -MOST_AXES, MOST_AXES, "vmap")
    whole("out_axes", out_axes, -MOST_AXES, MOST_AXES, "vmap")

    def mapped(*args: Any) -> Any:
        axes = list(in_axes) if isinstance(in_axes, list | tuple) else [in_axes] * len(args)
        if len(axes) != len(args) or all(axis is None for axis in axes):
            raise IvyValueError(
                "vmap: `in_axes` is one axis, or one for each argument, not all of them None. "
                f"Received: in_axes={in_axes!r} for {len(args)} arguments"
            )
        places = [i for i, axis in enumerate(axes) if axis is not None]

        def one(moved: list) -> Any:
            full = list(args)
            for i, x in zip(places, moved, strict=True):
                full[i] = x
            return func(*full)

        front = [
            keras.tree.map_structure(lambda x, a=axes[i]: _to_front(x, a), args[i]) for i in places
        ]
        sizes = {x.shape[0] for x in keras.tree.flatten(front)} - {None}
        if len(sizes) > 1:
            raise IvyValueError(
                "vmap: the axes that are mapped over must have one size. "
                f"Received: in_axes={in_axes!r}, sizes {sorted(sizes)}"
            )
        out = tf.vectorized_map(one, front)
        return keras.tree.map_structure(lambda y: _move(y, 0, out_axes), out)

    return mapped


def _to_front(x: ArrayLike, axis: int) -> Array:
    x = to_tensor(x)
    rank = x.shape.rank
    if rank is not None and not -rank <= axis < rank:
        raise IvyValueError(
            f"vmap: an argument has no such axis. Received: in_axes={axis}, for an argument of "
            f"shape {tuple(x.shape)}"
        )
    return _move(x, axis, 0)


def _move(x: ArrayLike, source: int, destination: int) -> Array:
    return ops.moveaxis(to_tensor(x), source, destination)
