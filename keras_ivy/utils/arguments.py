"""Arguments that come as text, from a name, a rule or a config: other spellings, and hints."""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from keras_ivy.utils.exceptions import IvyTypeError, nearest, shown

Made = TypeVar("Made")


def also_spelled(**spellings: str) -> Callable[[Callable], Callable]:
    """Let a constructor take further names of its arguments, such as `std` for `stddev`.

    Args:
        **spellings: Further name -> name of the parameter.

    Returns:
        A decorator of `__init__`; its signature stays that of the parameters' own names.

    Example:

    >>> class Blob:
    ...     @also_spelled(std="stddev")
    ...     def __init__(self, stddev=1.0):
    ...         self.stddev = stddev
    >>> Blob(std=3.0).stddev
    3.0
    """

    def decorator(init: Callable) -> Callable:
        signature = inspect.signature(init)

        @functools.wraps(init)
        def wrapper(self: object, *args: Any, **kwargs: Any) -> None:
            for other, name in spellings.items():
                if other not in kwargs:
                    continue
                if name in kwargs or name in signature.bind_partial(self, *args).arguments:
                    raise IvyTypeError(
                        f"`{other}` is another spelling of `{name}`: give one of them. "
                        f"Received: {other}={kwargs[other]!r} beside `{name}`"
                    )
                kwargs[name] = kwargs.pop(other)
            init(self, *args, **kwargs)

        vars(wrapper)["also_spelled"] = spellings
        return wrapper

    return decorator


def joined(
    identifier: str, words: Mapping[str, object], config: Mapping[str, object]
) -> dict[str, object]:
    """Return the arguments in an identifier together with those of a config.

    Raises:
        IvyTypeError: If one is in both.
    """
    twice = sorted(set(words) & set(config))
    if twice:
        raise IvyTypeError(
            f"The argument {twice[0]!r} stands in the name and in the config. "
            f"Received: identifier={identifier!r}, {shown(config)}"
        )
    return {**words, **config}


def construct(
    cls: Callable[..., Made], args: Sequence = (), kwargs: Mapping[str, object] | None = None
) -> Made:
    """Make an object of arguments that a user wrote as text.

    Raises:
        IvyTypeError: If the constructor has no such argument (the message lists the nearest
            ones), or lacks one.

    Example:

    >>> construct(complex, kwargs={"imaginary": 2.0, "real": 1.0})
    Traceback (most recent call last):
    ...
    keras_ivy.utils.exceptions.IvyTypeError: complex has no argument 'imaginary'. Did you mean
    'imag'? Received: imaginary=2.0
    """
    kwargs = dict(kwargs or {})
    signature = inspect.signature(cls)
    also = getattr(inspect.getattr_static(cls, "__init__"), "also_spelled", {})
    named = {name for name, p in signature.parameters.items() if p.kind is not p.VAR_KEYWORD}
    if len(named) == len(signature.parameters):  # otherwise the class refuses what it lacks
        unknown = {name: value for name, value in kwargs.items() if name not in named | set(also)}
        if unknown:
            name = next(iter(unknown))
            raise IvyTypeError(
                f"{cls.__name__} has no argument {name!r}. "
                f"{nearest(name, named - {'self'} | set(also))} Received: {shown(unknown)}"
            )
    try:
        signature.bind(*args, **{also.get(name, name): value for name, value in kwargs.items()})
    except TypeError as error:
        given = [repr(arg) for arg in args] + ([shown(kwargs)] if kwargs else [])
        raise IvyTypeError(
            f"{cls.__name__}: {error}. Received: {', '.join(given) or 'no arguments'}"
        ) from error
    return cls(*args, **kwargs)
