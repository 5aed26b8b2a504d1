"""Exceptions: Ivy's names, Python's built-in types.

Programs written for Ivy catch `IvyException`; programs written for Keras catch `ValueError`,
`TypeError` or `KeyError`. Each class below is both, so either kind of handler works.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping


class IvyException(Exception):
    """Base class of every error that the Ivy-style API raises."""

    #: Inside a `tf.function`, AutoGraph raises errors that say so as they are; all others that it
    #: doesn't know it replaces by one that no `except ValueError` catches.
    ag_pass_through = True


class IvyValueError(IvyException, ValueError):
    """A value is wrong, such as a shape that does not fit."""


class IvyFileError(IvyValueError, OSError):
    """A file is damaged, is none of its kind, or asks for what files may not; names the path.

    Nothing has been loaded then. It is an `OSError` too, as h5py's errors about files are.
    """


class IvyTypeError(IvyException, TypeError):
    """An object is of the wrong type."""


class IvyKeyError(IvyException, KeyError):
    """A key chain does not exist; prints its sentence, where `KeyError` prints a repr."""

    def __str__(self) -> str:
        return Exception.__str__(self)


class IvyAttributeError(IvyException, AttributeError):
    """An attribute does not exist."""


class IvyNameError(IvyAttributeError):
    """An attribute does not exist; prints the nearest names, which are looked for only then.

    `hasattr` asks and throws the answer away, so that looking for them at once would cost.

    Args:
        message: The sentence that says so.
        name: The name that was asked for.
        obj: What was asked.
        known: The names that there are; may be a function that returns them.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str | None = None,
        obj: object = None,
        known: Iterable[str] | Callable[[], Iterable[str]] = (),
    ):
        super().__init__(message, name=name, obj=obj)
        self._known = known

    def __str__(self) -> str:
        message = Exception.__str__(self)
        known = self._known() if callable(self._known) else self._known
        found = difflib.get_close_matches(self.name or "", sorted(set(known)), n=2, cutoff=0.5)
        if not found:
            return message
        return f"{message}. Did you mean {' or '.join(map(repr, found))}?"


class IvyIndexError(IvyException, IndexError):
    """An index is out of range."""


class IvyImportError(IvyException, ImportError):
    """What is installed or set cannot work with this package."""


class IvyRuntimeError(IvyException, RuntimeError):
    """Something was done in the wrong order, such as using what was not initialized."""


class IvyBroadcastShapeError(IvyValueError):
    """Shapes do not broadcast."""


class IvyDtypePromotionError(IvyTypeError):
    """Data types have none that both can become."""


class IvyBackendException(IvyRuntimeError):
    """Kept for programs that catch it: errors of kernels are raised as the others here are."""


class IvyError(IvyException):
    """Ivy's name of errors that are none of the other kinds, for programs that raise it."""


class IvyInvalidBackendException(IvyValueError):
    """Another backend than TensorFlow is asked for."""


class IvyDeviceError(IvyValueError):
    """A device cannot be used."""


class InplaceUpdateException(IvyTypeError):
    """Something would change that never does, such as a tensor."""


class IvyNotImplementedException(IvyException, NotImplementedError):
    """A method that a subclass has to provide was called."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> str:
    """Return a sentence that lists the `count` names of `known` nearest to `name`.

    Example:

    >>> nearest("glort_ivy", ["glorot_ivy", "zeros_ivy"], count=1)
    "Did you mean 'glorot_ivy'?"
    """
    known = sorted(set(known))
    found = difflib.get_close_matches(name, known, n=count, cutoff=0.5)
    if found:
        return f"Did you mean {' or '.join(map(repr, found))}?"
    return f"Known names: {', '.join(known)}."


def shown(arguments: Mapping[str, object]) -> str:
    """Return arguments as they would be written in a call.

    Example:

    >>> shown({"lr": 0.1, "name": "a"})
    "lr=0.1, name='a'"
    """
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())
