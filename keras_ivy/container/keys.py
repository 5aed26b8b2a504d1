"""Keys at construction: what they may be, and the sentences about those that are refused."""

from collections.abc import Iterable, Mapping
from typing import Any

import tensorflow as tf

from keras_ivy.tree.keys import split_chain, suggestion
from keras_ivy.utils.exceptions import (
    IvyAttributeError,
    IvyTypeError,
    IvyValueError,
)

__all__ = [
    "check_distinct",
    "given_twice",
    "is_simple",
    "keys_at_construction",
    "missing_attribute",
    "pairs_of",
]


def is_simple(key: object) -> bool:
    """Whether a key is one key: the quick form of the question, asked most of all."""
    return type(key) is str and "/" not in key and "." not in key and key != ""


def missing_attribute(container: Mapping, name: str) -> IvyAttributeError:
    """Return the error for an attribute that is neither a key nor an attribute of the leaves."""
    return IvyAttributeError(
        f"Container has no key, and its leaves no attribute, of this name. "
        f"{suggestion(name, container)} Received: {name!r}"
    )


def pairs_of(source: object) -> list[tuple]:
    """The `(key, value)` pairs of a mapping or of an iterable of pairs."""
    if source is None:
        return []
    if isinstance(source, dict | Mapping):
        return list(source.items())
    if isinstance(source, Iterable) and not isinstance(source, str | bytes | tf.Tensor):
        pairs = list(source)
        if all(isinstance(p, tuple) and len(p) == 2 for p in pairs):
            return pairs
    raise IvyTypeError(
        "A Container is built from a mapping, from `(key, value)` pairs or from keywords. "
        f"Received: {source!r} of type {type(source).__name__}"
    )


def keys_at_construction(key: object) -> list[str]:
    """Split a key; whole numbers, the keys of enumerated modules, become strings."""
    return [str(key)] if type(key) is int else split_chain(key)


def check_distinct(pairs: Iterable[tuple]) -> None:
    """Raise if two keys of a mapping are one key of a Container, which would lose a value.

    Raises:
        ValueError: If so; the message names both.

    Example:

    >>> check_distinct([(1, "first"), ("2", "second"), ("a.b", "third")])
    """
    seen: dict[tuple[str, ...], Any] = {}
    for key, _ in pairs:
        chain = tuple(keys_at_construction(key))
        if seen.setdefault(chain, key) != key:
            raise IvyValueError(
                f"Two keys of the mapping are one key of a Container, {'/'.join(chain)!r}: whole "
                "numbers become strings, and '/' and '.' both separate levels. Rename one. "
                f"Received: {seen[chain]!r} and {key!r}"
            )


def given_twice(keys: list[str], first: object, second: object) -> IvyValueError:
    """Return the error for a mapping that has a value inside `keys[:-1]` and in a key chain."""
    return IvyValueError(
        f"The mapping gives {'/'.join(keys)!r} twice: inside {'/'.join(keys[:-1])!r} and as a key "
        f"chain. Leave one out. Received: {first!r} and {second!r}"
    )
