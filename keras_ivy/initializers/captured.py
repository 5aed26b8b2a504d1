"""Configs of subclasses with a constructor of their own.

`class GlorotUniform(ivy.Uniform): def __init__(self): super().__init__(numerator=6, ...)` is the
form in which Ivy's documents write an initializer. Its config is what its own constructor was
called with, and not the four numbers that it passed on. What others change in a copy, such as the
axes that `EinsumDense` tells, is kept beside it and given to the constructor of the base.
"""

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Self

import keras

from keras_ivy.initializers.random.seeds import seed_config
from keras_ivy.utils.arguments import construct
from keras_ivy.utils.exceptions import IvyTypeError, nearest, shown

__all__ = ["Captured"]


class Captured:
    """Remember the arguments of a constructor that is not of this package."""

    get_config: Callable[[], dict[str, object]]

    #: What the constructor was called with; `None` for the classes of this package.
    _given: tuple[tuple, Mapping[str, object]] | None = None
    #: What copies have changed that the constructor does not take.
    _changed: Mapping[str, object] = {}

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Keep the arguments before the constructor sees them."""
        made = super().__new__(cls)
        if not _is_ours(_owner(cls)):
            made._given = (args, kwargs)
        return made

    def _captured(self) -> dict[str, object]:
        """The arguments of the constructor by name, and the changes."""
        args, kwargs = self._given or ((), {})
        cls = type(self)
        words: Mapping[str, inspect.Parameter] = inspect.signature(cls).parameters
        if any(word.kind is word.VAR_POSITIONAL for word in words.values()):
            words = inspect.signature(
                _constructor(_base(cls))
            ).parameters  # which they are passed to
            words = dict(list(words.items())[1:])
        named = dict(zip(words, args, strict=False))
        return {**named, **kwargs, **self._changed}

    def _captured_config(self) -> dict[str, object]:
        """The config of an initializer whose constructor is not of this package."""
        return {name: _written(value) for name, value in self._captured().items()}

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """Make an initializer from what `get_config` returned.

        Raises:
            IvyTypeError: If the constructor has no such argument; the message lists the nearest.
        """
        if _is_ours(_owner(cls)):
            return construct(cls, kwargs=config)
        config = {name: _read(value) for name, value in config.items()}
        words = inspect.signature(cls).parameters
        anything = any(word.kind is word.VAR_KEYWORD for word in words.values())
        own = {k: v for k, v in config.items() if anything or k in words}
        made = construct(cls, kwargs=own)
        return made._changed_to({k: v for k, v in config.items() if k not in own})

    def _changed_to(self, changes: Mapping[str, object]) -> Self:
        """Return a copy for which the base's constructor has other arguments."""
        if not changes:
            return self
        base = _base(type(self))
        plain = copy.copy(self)
        plain._given = None
        known = _accepted(base)
        unknown = sorted(set(changes) - known)
        if unknown:
            raise IvyTypeError(
                f"{type(self).__name__} has no argument {unknown[0]!r}. "
                f"{nearest(unknown[0], known)} Received: {shown(changes)}"
            )
        written: Mapping[str, object] = plain.get_config()
        config = {k: v for k, v in written.items() if k in known}
        made = copy.copy(self)
        _constructor(base)(made, **{**config, **changes})
        made._changed = {**self._changed, **changes}
        return made


def _owner(cls: type) -> type:
    """The class whose constructor a class has."""
    return next(each for each in cls.__mro__ if "__init__" in vars(each))


def _is_ours(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in ("keras_ivy", "builtins", "keras")


def _base(cls: type) -> type:
    """The nearest class of this package, whose constructor that of a subclass calls."""
    return next(each for each in cls.__mro__ if "__init__" in vars(each) and _is_ours(each))


def _constructor(cls: type) -> Callable[..., None]:
    """The function that a class has as `__init__`, itself: it is called for other classes too."""
    return vars(_owner(cls))["__init__"]


def _accepted(base: type) -> set[str]:
    """The names that a constructor takes, those that it passes on included."""
    words = inspect.signature(_constructor(base)).parameters
    found = set(words) - {"self"}
    if any(word.kind is word.VAR_KEYWORD for word in words.values()):
        found |= {name for name, _ in getattr(base, "_options", ())}
    return found


def _written(value: object) -> object:
    """Return an argument as JSON can hold it."""
    if isinstance(value, keras.random.SeedGenerator):
        return seed_config(value)
    if isinstance(value, bool | int | float | str | None):
        return value
    if isinstance(value, list | tuple):
        return [_written(each) for each in value]
    if isinstance(value, dict):
        return {name: _written(each) for name, each in value.items()}
    return keras.saving.serialize_keras_object(value)


def _read(value: object) -> object:
    """Return the argument that was written; what is plain, and a living seed, stays as it is."""
    if type(value) is dict and "class_name" in value:
        return keras.saving.deserialize_keras_object(value)
    return value
