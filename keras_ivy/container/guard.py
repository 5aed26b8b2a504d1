"""Arguments of the methods of Container, checked before a method begins, all in one place.

What an argument may be is told by its name and annotation, as for the functions; the errors of
kernels and of Python's own collections become ours. A method that calls a function of the user
keeps the errors of that function.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from keras_ivy.utils.checks import received, text, whole
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.plain_arguments import Check, check_plain, places_of
from keras_ivy.utils.refusals import refusing

__all__ = ["guard", "guarded", "some"]

Class = TypeVar("Class", bound=type)

#: Arguments that are functions of the user's.
_CALLED = {"func", "fn", "function", "reduction", "format_fn", "patterns", "predicate"}


def _mapping(owner: str, name: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise IvyTypeError(
            f"{owner}: `{name}` must be a Container or a dict. {received(name, value)}"
        )


def _containers(owner: str, name: str, value: Any) -> None:
    listed = isinstance(value, Iterable) and not hasattr(value, "dtype")
    if not listed or isinstance(value, str | bytes | Mapping):
        raise IvyTypeError(
            f"{owner}: `{name}` must be a list of containers. {received(name, value)}"
        )


def _containers_of_one(owner: str, name: str, value: Any) -> None:
    if hasattr(value, "dtype") or isinstance(value, set | frozenset):
        value = [value]  # none of a container
    _containers(owner, name, value)
    if isinstance(value, list | tuple) and not value:
        raise IvyValueError(
            f"{owner}: `{name}` must hold a container or more. {received(name, value)}"
        )
    if isinstance(value, list | tuple):
        for one in value:
            _mapping(owner, name, one)


def _out(owner: str, name: str, value: Any) -> None:
    if not hasattr(type(value), "__tree_like__"):
        raise IvyTypeError(f"{owner}: `{name}` must be a Container. {received(name, value)}")


def _chain(owner: str, name: str, value: Any) -> None:
    if not isinstance(value, str):
        text(name, value, owner)


#: Methods that give the whole Container back for None, as Ivy's do.
_NONE_IS_ALL = ("cont_at_key_chains", "cont_prune_key_chains")


def _chains(owner: str, name: str, value: Any) -> None:
    """Keys or key chains: one, a list of them, or the keys of a mapping."""
    if isinstance(value, str | Mapping) or (value is None and owner in _NONE_IS_ALL):
        return
    plain = isinstance(value, Iterable) and not hasattr(value, "dtype")
    if not plain or isinstance(value, bytes):
        raise IvyTypeError(
            f"{owner}: `{name}` must be a key or a list of keys. {received(name, value)}"
        )
    if isinstance(value, list | tuple | set | frozenset):
        for one in value:
            if not isinstance(one, str):
                raise IvyTypeError(f"{owner}: every key is a string. {received(name, value)}")


def _count(owner: str, name: str, value: Any) -> None:
    whole(name, value, 0, owner=owner)


def _whole(owner: str, name: str, value: Any) -> None:
    whole(name, value, owner=owner)


_CHECKS: dict[str, Check] = {
    **dict.fromkeys(
        ("sub_cont", "dict_in", "target_dict", "mapping", "keychain_mapping"), _mapping
    ),
    "out": _out,
    **dict.fromkeys(
        ("key_chain", "sub_str", "slice_key", "default_key_color", "absolute", "containing"), _chain
    ),
    **dict.fromkeys(
        (
            "key_chains", "queries", "query_keys", "keys", "exclude", "diff_keys",
            "cont_prune_keys_from_key_chains.absolute",
            "cont_prune_keys_from_key_chains.containing",
        ),
        _chains,
    ),
    **dict.fromkeys(
        (
            "key_length_limit", "print_indent", "print_limit", "print_line_spacing", "max_length",
        ),
        _count,
    ),
    **dict.fromkeys(("above_height", "below_depth", "depth_cutoff", "height_cutoff"), _whole),
    "containers": _containers,
    **dict.fromkeys(
        (
            f"{name}.containers"
            for name in (
                "cont_identical_structure", "cont_assert_identical_structure", "cont_identical",
                "cont_assert_identical", "cont_identical_array_shapes", "cont_identical_configs",
                "cont_common_key_chains", "cont_reduce",
            )
        ),
        _containers_of_one,
    ),
}  # fmt: skip


def guard(cls: Class) -> Class:
    """Let the methods of a class refuse what cannot mean anything, and return the class.

    Example:

    >>> class Box:
    ...     def open(self, wide: bool = False):
    ...         return wide
    >>> guard(Box)().open("no")
    Traceback (most recent call last):
    keras_ivy.utils.exceptions.IvyTypeError: open: `wide` must be `True` or `False`. Received:
    wide='no'
    """
    for name, value in list(vars(cls).items()):
        if name.startswith("_"):
            continue
        if isinstance(value, classmethod | staticmethod):
            setattr(cls, name, type(value)(guarded(value.__func__)))
        elif inspect.isfunction(value):
            setattr(cls, name, guarded(value))
    return cls


def guarded(method: Callable) -> Callable:
    """Return a method that refuses what cannot mean anything; see `guard`."""
    parameters = inspect.signature(method).parameters
    named = [name for name in parameters if name not in ("self", "cls")]
    if not named:
        return method
    places = places_of(method, _CHECKS)
    inner = method if _CALLED & set(named) else refusing(method)
    if not places:
        return inner

    @functools.wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        check_plain(method.__name__, places, args, kwargs)
        return inner(*args, **kwargs)

    return checked


def some(owner: str, containers: object) -> list[Any]:
    """Return a list of containers, one at least; dicts may stand behind the first.

    Raises:
        TypeError: If it is no list, or holds something else.
        ValueError: If it is empty.
    """
    name = f"{owner}: " if owner else ""
    if not isinstance(containers, list | tuple):
        raise IvyTypeError(
            f"{name}`containers` must be a list of containers. {received('containers', containers)}"
        )
    if not containers:
        raise IvyValueError(
            f"{name}`containers` must hold one container at least. Received: containers=[]"
        )
    for i, one in enumerate(containers):
        if not hasattr(type(one), "__tree_like__") and not (i and isinstance(one, Mapping)):
            raise IvyTypeError(
                f"{name}`containers` must hold containers. Received: {one!r} among them"
            )
    return list(containers)
