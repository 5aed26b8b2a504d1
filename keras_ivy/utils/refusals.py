"""Errors of a backend, which tell about a kernel, turned into ours, which tell about a call.

Whether arrays fit each other is often a question that only the kernel answers. Its answer is
kept; the sentence around it names the function that was called, and what it was given.
"""

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from keras_ivy.utils.checks import summary
from keras_ivy.utils.exceptions import IvyException, IvyTypeError, IvyValueError

__all__ = ["RAW", "IvyKernelError", "refusal", "refusing"]

#: What kernels, and Python's own functions, raise on arguments that are none.
RAW = (
    tf.errors.OpError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    StopIteration,
    ValueError,
)


class IvyKernelError(IvyValueError, tf.errors.InvalidArgumentError):
    """What a kernel refuses: ours, and still TensorFlow's for programs that catch that."""

    def __init__(self, *arguments: object):
        # Keras makes another by the arguments of TensorFlow's class, or by the sentence alone.
        message = next(x for x in reversed(arguments) if isinstance(x, str))
        tf.errors.InvalidArgumentError.__init__(self, None, None, message)

    def __str__(self) -> str:
        return self.message


def refusing(fn: Callable) -> Callable:
    """Let a function raise errors of ours where its kernels raise theirs.

    Args:
        fn: A function that calls none of the user's, whose errors are the user's own.

    Example:

    >>> @refusing
    ... def first(x):
    ...     return x[0]
    >>> first([])
    Traceback (most recent call last):
    keras_ivy.utils.exceptions.IvyValueError: first: list index out of range. Received: x=[]
    """

    @functools.wraps(fn)
    def function(*args: Any, **kwargs: Any) -> Any:
        try:
            return fn(*args, **kwargs)
        except RAW as error:
            told = refusal(fn, args, kwargs, error)
            if told is error:
                raise
            raise told from error

    return function


def refusal(fn: Callable, args: tuple, kwargs: Mapping[str, object], error: Exception) -> Exception:
    """Return what to raise in place of an error: itself, if it tells enough."""
    if isinstance(error, IvyException) or (type(error) is ValueError and not _says_nothing(error)):
        return error
    kind: type[Exception] = IvyValueError
    if isinstance(error, AttributeError):
        kind = IvyTypeError
    elif isinstance(error, tf.errors.InvalidArgumentError):
        kind = IvyKernelError
    return kind(f"{fn.__name__}: {_reason(error)}. Received: {_shown(fn, args, kwargs)}")


def _says_nothing(error: ValueError) -> bool:
    return "truth value" in str(error) or not str(error)


def _reason(error: Exception) -> str:
    """The first sentence of an error, without the names of nodes."""
    if isinstance(error, ValueError):
        return "an array stands where one value belongs"
    if isinstance(error, AttributeError):
        return f"an argument is of the wrong type ({error})"
    text = error.message if isinstance(error, tf.errors.OpError) else str(error)
    text = re.sub(r"\{\{.*?\}\} ?|\[Op:.*?\]", "", text or type(error).__name__)
    return text.strip().partition("\n")[0][:300].rstrip(". ")


def _shown(fn: Callable, args: tuple, kwargs: Mapping[str, object]) -> str:
    names = [p.name for p in inspect.signature(fn).parameters.values()]
    named = {**dict(zip(names, args, strict=False)), **kwargs}
    named.pop("self", None)
    named.pop("cls", None)
    return ", ".join(f"{name}={summary(value)}" for name, value in named.items())
