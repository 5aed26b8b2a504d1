"""Functions of several nests, or of many arguments, at once, under Ivy's names."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from keras_ivy.container import Container
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.utils.checks import flag, received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["map", "nested_multi_map"]

Index = Sequence[object]
Nest = TypeVar("Nest")
Result = TypeVar("Result")


def nested_multi_map(
    func: Callable[[list, list], object],
    nests: Sequence[Nest],
    index_chains: Sequence[Index] | None = None,
    to_apply: bool = True,
    prune_unapplied: bool = False,
) -> Nest:
    """Return a nest with a function applied to the leaves of several nests of one structure.

    Args:
        func: A function of a list of leaves, one of each nest, and their index.
        nests: Nests of lists, tuples and dicts of one structure.
        index_chains: The indices to apply it at, all by default.
        to_apply: If False, the function is applied everywhere but at these.
        prune_unapplied: If True, the other leaves are left out, else those of the first nest stay.

    Raises:
        ValueError: If the nests differ in structure.

    Example:

    >>> nested_multi_map(lambda xs, _: sum(xs), [{"a": [1, 2]}, {"a": [10, 20]}])
    {'a': [11, 22]}
    """
    if not callable(func):
        raise IvyTypeError(f"nested_multi_map: `func` must be a function. {received('func', func)}")
    if not isinstance(nests, list | tuple) or not nests:
        raise IvyTypeError(f"nested_multi_map: `nests` is a list. {received('nests', nests)}")
    chosen = None if index_chains is None else [list(index) for index in index_chains]
    prunes = flag("prune_unapplied", prune_unapplied)
    out = _mapped(func, list(nests), [], chosen, flag("to_apply", to_apply))
    return _finished(out, prunes)


class _Left:
    """A leaf that the function was not applied to."""

    def __init__(self, leaf: object):
        self.leaf = leaf


def _mapped(func: Callable, nests: list, index: list, chosen: list | None, to_apply: bool) -> Any:
    first = nests[0]
    if not isinstance(first, Mapping | list | tuple):
        applies = chosen is None or (index in chosen) == to_apply
        return func(nests, index) if applies else _Left(first)
    keys = list(first) if isinstance(first, Mapping) else list(range(len(first)))
    for other in nests[1:]:
        same = isinstance(other, Mapping) == isinstance(first, Mapping)
        if not same or not isinstance(other, Mapping | list | tuple) or len(other) != len(keys):
            raise IvyValueError(
                f"nested_multi_map: the nests have one structure. Received: at {index}, "
                f"{first!r} and {other!r}"
            )
    values = [_mapped(func, [n[k] for n in nests], [*index, k], chosen, to_apply) for k in keys]
    if isinstance(first, Mapping):
        made = dict(zip(keys, values, strict=True))
        return Container(made) if isinstance(first, Container) else made
    return tuple(values) if isinstance(first, tuple) else values


def _finished(nest: Any, prunes: bool) -> Any:
    """Return a nest with the leaves that stay as they are, or without them."""
    if isinstance(nest, _Left):
        return nest.leaf
    if isinstance(nest, Mapping):
        kept = {
            k: _finished(x, prunes)
            for k, x in nest.items()
            if not (prunes and isinstance(x, _Left))
        }
        return Container(kept) if isinstance(nest, Container) else kept
    if isinstance(nest, list | tuple):
        return type(nest)(
            [_finished(x, prunes) for x in nest if not (prunes and isinstance(x, _Left))]
        )
    return nest


def map(
    fn: Callable[..., Result],
    constant: Mapping[str, object] | None = None,
    unique: Mapping[str, Sequence[object]] | None = None,
    mean: bool = False,
) -> list[Result] | Result:
    """Call a function once for each entry of some keyword arguments.

    Args:
        fn: A function.
        constant: Keyword arguments that all calls share.
        unique: Keyword arguments with a list of values each, one for every call.
        mean: If True, the mean of the results is returned, entry by entry if they are tuples.

    Returns:
        A list of the results, or their mean.

    Raises:
        ValueError: If the lists differ in length, or there is none.

    Example:

    >>> map(lambda x, y: x * y, constant={"x": 10}, unique={"y": [1, 2]})
    [10, 20]
    """
    if not callable(fn):
        raise IvyTypeError(f"map: `fn` must be a function. {received('fn', fn)}")
    shared, lists = dict(constant or {}), dict(unique or {})
    lengths = {len(values) for values in lists.values()}
    if len(lengths) != 1:
        raise IvyValueError(
            "map: `unique` has lists of one length. "
            f"Received: unique with lengths {sorted(lengths)}"
        )
    rows = zip(*lists.values(), strict=True)
    results: list[Any] = [fn(**shared, **dict(zip(lists, row, strict=True))) for row in rows]
    if not flag("mean", mean, "map"):
        return results
    if isinstance(results[0], tuple):
        means: Any = tuple(_mean(column) for column in zip(*results, strict=True))
        return means
    return _mean(results)


def _mean(values: Sequence[Any]) -> Any:
    if all(isinstance(x, int | float | np.number) for x in values):
        return sum(values) / len(values)
    return sum(to_tensor(x) for x in values) / len(values)
