"""Nests with something put in, taken out or changed at several indices, under Ivy's names."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from keras_ivy.container import Container
from keras_ivy.ops.ivy.nests import index_nest, map_nest_at_index, nested_map, set_nest_at_index
from keras_ivy.utils.checks import flag, received
from keras_ivy.utils.exceptions import IvyIndexError, IvyTypeError, IvyValueError

__all__ = [
    "copy_nest",
    "insert_into_nest_at_index",
    "insert_into_nest_at_indices",
    "map_nest_at_indices",
    "multi_index_nest",
    "prune_empty",
    "prune_nest_at_index",
    "prune_nest_at_indices",
    "set_nest_at_indices",
]

Index = Sequence[object]
Nest = TypeVar("Nest")


def _indices(owner: str, indices: Sequence[Index]) -> list[list]:
    if not isinstance(indices, list | tuple) or not all(
        isinstance(index, list | tuple) for index in indices
    ):
        raise IvyTypeError(
            f"{owner}: `indices` is a list of indices, each a list of keys and numbers. "
            f"{received('indices', indices)}"
        )
    return [list(index) for index in indices]


def copy_nest(
    nest: Nest,
    /,
    include_derived: bool | Mapping[str, bool] | None = None,
    to_mutable: bool = False,
) -> Nest:
    """Return a nest of new lists, tuples and dicts with the same leaves.

    Args:
        nest: A nest of lists, tuples and dicts.
        include_derived: As in `nested_map`.
        to_mutable: If True, tuples become lists.

    Example:

    >>> nest = {"a": [1, (2, 3)]}
    >>> copy_nest(nest, to_mutable=True)
    {'a': [1, [2, 3]]}
    """
    return nested_map(lambda x: x, nest, include_derived, to_mutable=to_mutable)


def multi_index_nest(nest: object, indices: Sequence[Index], /) -> list:
    """Return what stands at several indices of a nest.

    Raises:
        IndexError: If there is nothing at one of them.

    Example:

    >>> multi_index_nest({"a": [1, 2], "b": 3}, [["a", 1], ["b"]])
    [2, 3]
    """
    return [index_nest(nest, index) for index in _indices("multi_index_nest", indices)]


def set_nest_at_indices(
    nest: Nest, indices: Sequence[Index], values: Sequence[object], /, shallow: bool = True
) -> Nest:
    """Return a nest with values at several indices.

    Args:
        nest: A nest of lists, tuples and dicts.
        indices: The indices.
        values: What goes there, one for each.
        shallow: If True, lists and dicts on the way change in place, as in Ivy; tuples cannot.

    Raises:
        IndexError: If there is nothing at one of the indices.
        ValueError: If there are not as many values as indices.

    Example:

    >>> set_nest_at_indices([1, [2, 3]], [[0], [1, 1]], [10, 30])
    [10, [2, 30]]
    """
    places = _indices("set_nest_at_indices", indices)
    if len(places) != len(values):
        raise IvyValueError(
            f"set_nest_at_indices: there is a value for each index. "
            f"Received: {len(places)} indices, {len(values)} values"
        )
    multi_index_nest(nest, places)  # before anything changes
    for index, value in zip(places, values, strict=True):
        nest = set_nest_at_index(nest, index, value, shallow=shallow)
    return nest


def map_nest_at_indices(
    nest: Nest, indices: Sequence[Index], fn: Callable[..., object], /, shallow: bool = True
) -> Nest:
    """Return a nest with a function applied to what stands at several indices.

    Args:
        nest: A nest of lists, tuples and dicts.
        indices: The indices.
        fn: A function of what stands there.
        shallow: If True, lists and dicts on the way change in place, as in Ivy; tuples cannot.

    Raises:
        IndexError: If there is nothing at one of the indices.

    Example:

    >>> map_nest_at_indices([1, [2, 3]], [[0], [1, 1]], lambda n: -n)
    [-1, [2, -3]]
    """
    places = _indices("map_nest_at_indices", indices)
    multi_index_nest(nest, places)
    for index in places:
        nest = map_nest_at_index(nest, index, fn, shallow=shallow)
    return nest


def insert_into_nest_at_index(nest: Nest, index: Index, value: object, /) -> Nest:
    """Return a nest with a value put in at an index; what stands there and behind moves on.

    Args:
        nest: A nest of lists, tuples and dicts. Lists and dicts change in place, tuples cannot.
        index: The keys and numbers on the way down.
        value: What goes there.

    Raises:
        IndexError: If there is nothing above that index.

    Example:

    >>> insert_into_nest_at_index([1, [2, 4]], [1, 1], 3)
    [1, [2, 3, 4]]
    """
    if not isinstance(index, list | tuple) or not index:
        raise IvyTypeError(
            "insert_into_nest_at_index: an index is a list of one or more keys and numbers. "
            f"{received('index', index)}"
        )

    def insert(here: Any) -> Any:
        key: Any = index[-1]
        if isinstance(here, Mapping):
            here[key] = value  # type: ignore[index]  # mappings of nests are dicts
            return here
        items = _items_of(here, index)
        if not isinstance(key, int) or not -len(items) <= key <= len(items):
            raise IvyIndexError(
                f"The nest has no place for it at {list(index)}. Received: index={list(index)}"
            )
        if isinstance(here, list):
            here.insert(key, value)
            return here
        items.insert(key, value)
        return type(here)(items)

    if len(index) == 1:
        return insert(nest)
    return map_nest_at_index(nest, index[:-1], insert)


def _items_of(here: Any, index: Index) -> list:
    if not isinstance(here, list | tuple):
        raise IvyIndexError(f"There is no nest above {list(index)}. Received: index={list(index)}")
    return list(here)


def insert_into_nest_at_indices(
    nest: Nest, indices: Sequence[Index], values: Sequence[object], /
) -> Nest:
    """Return a nest with values put in at several indices, one after the other.

    Raises:
        IndexError: If there is nothing above one of the indices.

    Example:

    >>> insert_into_nest_at_indices([1, 4], [[1], [2]], [2, 3])
    [1, 2, 3, 4]
    """
    for index, value in zip(_indices("insert_into_nest_at_indices", indices), values, strict=True):
        nest = insert_into_nest_at_index(nest, index, value)
    return nest


def prune_nest_at_index(nest: Nest, index: Index, /) -> Nest:
    """Return a nest without what stands at an index.

    Args:
        nest: A nest of lists, tuples and dicts. Lists and dicts change in place, tuples cannot.
        index: The keys and numbers on the way down.

    Raises:
        IndexError: If there is nothing at that index.

    Example:

    >>> prune_nest_at_index({"a": [1, 2], "b": 3}, ["a", 0])
    {'a': [2], 'b': 3}
    """
    index_nest(nest, index)
    if not index:
        raise IvyIndexError("A nest cannot be taken out of itself. Received: index=[]")

    def prune(here: Any) -> Any:
        key: Any = index[-1]
        if isinstance(here, tuple):
            return tuple(x for i, x in enumerate(here) if i != range(len(here))[key])
        del here[key]
        return here

    return prune(nest) if len(index) == 1 else map_nest_at_index(nest, index[:-1], prune)


def prune_nest_at_indices(nest: Nest, indices: Sequence[Index], /) -> Nest:
    """Return a nest without what stands at several indices, which are those of the whole nest.

    Raises:
        IndexError: If there is nothing at one of them.

    Example:

    >>> prune_nest_at_indices([1, 2, [3, 4]], [[0], [2, 1]])
    [2, [3]]
    """
    places = _indices("prune_nest_at_indices", indices)
    multi_index_nest(nest, places)
    # From the back, so that no index moves; what is inside another goes first.
    order = {tuple(_order(nest, index)): index for index in places}
    for key in sorted(order, reverse=True):
        nest = prune_nest_at_index(nest, order[key])
    return nest


def _order(nest: Any, index: Index) -> list[int]:
    """Return the places on the way to an index, counted from the front, also those of keys."""
    places: list[int] = []
    for step in index:
        key: Any = step
        if isinstance(nest, Mapping):
            places.append(list(nest).index(key))
        else:
            places.append(range(len(nest))[key])
        nest = nest[key]
    return places


def prune_empty(nest: Nest, keep_nones: bool = False, base: bool = True) -> Nest | None:
    """Return a nest without empty lists, tuples and dicts, and without None.

    Args:
        nest: A nest of lists, tuples and dicts.
        keep_nones: If True, None stays.
        base: If True, nothing left is an empty nest, else None.

    Example:

    >>> prune_empty({"a": [], "b": [1, None], "c": {"d": {}}})
    {'b': [1]}
    """
    flag("keep_nones", keep_nones, "prune_empty")
    flag("base", base, "prune_empty")
    if isinstance(nest, Mapping):
        pairs = {key: prune_empty(x, keep_nones, False) for key, x in nest.items()}
        kept = {k: x for k, x in pairs.items() if x is not None or _keeps(nest[k], keep_nones)}
        out: Any = Container(kept) if isinstance(nest, Container) else kept
    elif isinstance(nest, list | tuple):
        pruned = [(x, prune_empty(x, keep_nones, False)) for x in nest]
        out = type(nest)([y for x, y in pruned if y is not None or _keeps(x, keep_nones)])
    else:
        return nest
    return out if base or len(out) else None


def _keeps(x: object, keep_nones: bool) -> bool:
    return x is None and keep_nones
