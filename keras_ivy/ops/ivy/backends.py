"""Ivy's choice of a backend, where there is one: what names it does nothing, others are refused.

Programs choose by name, restore the backend before, and ask for the one that is current; all that
runs unchanged as long as TensorFlow is what they ask for.
"""

import sys
import types
from collections.abc import Callable, Collection

from keras_ivy.utils.checks import flag, received
from keras_ivy.utils.exceptions import IvyInvalidBackendException, IvyTypeError

__all__ = [
    "backend_stack",
    "choose_random_backend",
    "clear_backend_stack",
    "current_backend",
    "current_backend_str",
    "current_framework",
    "current_framework_str",
    "previous_backend",
    "set_backend",
    "set_framework",
    "set_jax_backend",
    "set_mxnet_backend",
    "set_numpy_backend",
    "set_paddle_backend",
    "set_tensorflow_backend",
    "set_torch_backend",
    "unset_backend",
    "unset_framework",
    "with_backend",
]

_NAME = "tensorflow"
#: The backends that programs have set: none, as nothing is ever replaced.
backend_stack: list[str] = []


def _check(backend: object, argument: str = "backend") -> None:
    """Refuse what names another backend than TensorFlow.

    Raises:
        TypeError: If it names none.
        ValueError: If it names another.
    """
    if isinstance(backend, types.ModuleType):
        # Ivy's modules of backends, and what `current_backend` returns.
        last = backend.__name__.rpartition(".")[2]
        backend = _NAME if backend is _package() else last
    if not isinstance(backend, str):
        raise IvyTypeError(f"A backend is a name. {received(argument, backend)}")
    if backend != _NAME:
        raise IvyInvalidBackendException(
            "keras_ivy computes with Keras on TensorFlow and has no other backend: leave the call "
            f"out, or say {_NAME!r}. {received(argument, backend)}"
        )


def _package() -> types.ModuleType:
    return sys.modules["keras_ivy"]


def set_backend(backend: str | types.ModuleType, dynamic: bool = False) -> None:
    """Accept the one backend there is, so that programs that choose it run unchanged.

    Args:
        backend: `"tensorflow"`, or the module that `current_backend` returns.
        dynamic: Whether arrays of the backend before become arrays of this one; they are already.

    Raises:
        ValueError: If it is another backend.

    Example:

    >>> set_backend("tensorflow")
    """
    flag("dynamic", dynamic, "set_backend")
    _check(backend)


def set_framework(f: str | types.ModuleType) -> None:
    """Accept the one backend there is, as `set_backend` does; older programs call it so.

    Args:
        f: `"tensorflow"`.

    Raises:
        ValueError: If it is another backend.

    Example:

    >>> set_framework("tensorflow")
    """
    _check(f, "f")


def unset_backend() -> None:
    """Do nothing: the backend is always TensorFlow. Programs that call `set_backend` end so."""


#: Other names of the same, of which the last two are of older programs.
previous_backend = clear_backend_stack = unset_framework = unset_backend


def current_backend(*args: object, **kwargs: object) -> types.ModuleType:
    """Return the module that holds the functions of the backend: this package.

    Args:
        *args: Arrays, whose backend it is in Ivy; here it is the same for all.
        **kwargs: Likewise.

    Example:

    >>> current_backend().__name__
    'keras_ivy'
    """
    return _package()


def current_backend_str() -> str:
    """Return `"tensorflow"`.

    Example:

    >>> current_backend_str()
    'tensorflow'
    """
    return _NAME


#: The names that older programs use.
current_framework, current_framework_str = current_backend, current_backend_str


def with_backend(backend: str | types.ModuleType, cached: bool = True) -> types.ModuleType:
    """Return a module whose functions compute with a backend: this package.

    Args:
        backend: `"tensorflow"`.
        cached: Whether a module that was made before may be returned; there is only one.

    Raises:
        ValueError: If it is another backend.

    Example:

    >>> with_backend("tensorflow").current_backend_str()
    'tensorflow'
    """
    flag("cached", cached, "with_backend")
    _check(backend)
    return _package()


def choose_random_backend(excluded: Collection[str] | None = None) -> str:
    """Return the name of the backend there is, of which Ivy's tests choose one at random.

    Args:
        excluded: Names of backends that are not wanted.

    Raises:
        ValueError: If `"tensorflow"` is among them.

    Example:

    >>> choose_random_backend(excluded=["numpy"])
    'tensorflow'
    """
    names = () if excluded is None else excluded
    listed = isinstance(names, list | tuple | set | frozenset)
    if not listed or not all(isinstance(name, str) for name in names):
        raise IvyTypeError(f"`excluded` is a list of names. {received('excluded', excluded)}")
    if _NAME in names:
        raise IvyInvalidBackendException(
            f"keras_ivy has no backend but {_NAME!r}. {received('excluded', excluded)}"
        )
    return _NAME


class ContextManager:
    """A context in which a backend is the current one; there is only one.

    Args:
        backend: `"tensorflow"`, or the module that `current_backend` returns.

    Raises:
        ValueError: If it is another backend.

    Example:

    >>> with ContextManager("tensorflow"):
    ...     print(current_backend_str())
    tensorflow
    """

    def __init__(self, backend: str | types.ModuleType):
        _check(backend)

    def __enter__(self) -> "ContextManager":
        return self

    def __exit__(self, *exception: object) -> None:
        return None


#: What `with ivy.functional.backends.tensorflow.use:` enters.
use = ContextManager(_NAME)


def set_tensorflow_backend() -> None:
    """Accept the one backend there is.

    Example:

    >>> set_tensorflow_backend()
    """


def _refusing(backend: str) -> Callable[[], None]:
    def function() -> None:
        _check(backend)

    name = f"set_{backend}_backend"
    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        "Refuse a backend that is not there.\n\n"
        '    Raises:\n        ValueError: Always; `set_backend("tensorflow")` is the way out.\n\n'
        f"    Example:\n\n    >>> keras_ivy.{name}()\n"
        "    Traceback (most recent call last):\n    ...\n"
        "    keras_ivy.utils.exceptions.IvyInvalidBackendException: keras_ivy ...\n    "
    )
    return function


set_jax_backend, set_mxnet_backend = _refusing("jax"), _refusing("mxnet")
set_numpy_backend, set_paddle_backend = _refusing("numpy"), _refusing("paddle")
set_torch_backend = _refusing("torch")
