"""Registration with Keras: one decorator for every class that configs or strings may name."""

import fnmatch
import re
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import keras

from keras_ivy.adapters.keras import strings as keras_strings
from keras_ivy.utils.checks import flag, received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

PACKAGE = "keras_ivy"

Class = TypeVar("Class", bound=type)

#: Live tables of the string names, by what they name.
INITIALIZERS: dict[str, type] = {}
OPTIMIZERS: dict[str, type] = {}

keras_strings.install(INITIALIZERS, OPTIMIZERS)


def register(*names: str) -> Callable[[Class], Class]:
    """Register a class with Keras, and an initializer or optimizer under string names as well.

    Names work wherever Keras or this package takes one, with arguments too, and stand in
    `list_initializers` and `list_optimizers`. Files hold `keras_ivy>ClassName`, or what the class
    was registered as before with `keras.saving.register_keras_serializable`. A class that is
    defined again, as in a notebook, takes the place of the one before.

    Args:
        *names: String names, such as `"half_he_ivy"`. They end in `_ivy` or `_paper`, or are names
            that Keras does not know: its own classes stay what they are.

    Returns:
        A decorator that returns the class unchanged.

    Raises:
        IvyTypeError: If what is decorated is no class, or a name is no string.
        IvyValueError: If a name is not made of letters, digits and `_`, is one of Keras's, or
            names another class, or another class is registered as `keras_ivy>ClassName`.

    Example:

    >>> @register("part_ivy")
    ... class Part(keras.initializers.Initializer):
    ...     "A constant."
    ...     def __init__(self, factor=0.5):
    ...         self.factor = factor
    ...     def __call__(self, shape, dtype=None):
    ...         return keras.ops.full(shape, self.factor, dtype)
    ...     def get_config(self):
    ...         return {"factor": self.factor}
    >>> keras.layers.Dense(2, kernel_initializer="part_ivy(factor=0.25)").kernel_initializer.factor
    0.25
    """
    for name in names:
        if not isinstance(name, str):
            raise IvyTypeError(f"A name must be a string. {received('name', name)}")
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            raise IvyValueError(
                f"A name is made of letters, digits and `_`. Received: name={name!r}"
            )

    def decorator(cls: Class) -> Class:
        if not isinstance(cls, type):
            raise IvyTypeError(f"Only classes can be registered. {received('cls', cls)}")
        if names and issubclass(cls, keras.Layer | keras.Loss | keras.Metric):
            raise IvyTypeError(
                "Keras takes names of initializers and optimizers; register another class without "
                f"a name. Received: cls={cls!r}, name={names[0]!r}"
            )
        is_optimizer = issubclass(cls, keras.optimizers.Optimizer)
        table = OPTIMIZERS if is_optimizer else INITIALIZERS
        known = keras.saving.get_custom_objects()
        for name in names:
            if not name.endswith(keras_strings.SUFFIXES) and keras_strings.is_builtin(name):
                raise IvyValueError(
                    f"A name must end in one of {keras_strings.SUFFIXES}, or be one that Keras "
                    f"does not know. Received: name={name!r}"
                )
            _check_free(name, cls, {**known, **INITIALIZERS, **OPTIMIZERS})
        # Keras names a class that it does not know by its name alone.
        if keras.saving.get_registered_name(cls) == cls.__name__:
            _check_free(f"{PACKAGE}>{cls.__name__}", cls, known)
            keras.saving.register_keras_serializable(PACKAGE, cls.__name__)(cls)
        for name in names:
            known[name] = cls
            table[name] = cls
        return cls

    return decorator


def _check_free(name: str, cls: type, known: dict[str, type]) -> None:
    """Refuse a name of another class; a newer definition of the same class may have it."""
    taken = known.get(name, cls)
    if (taken.__module__, taken.__qualname__) != (cls.__module__, cls.__qualname__):
        raise IvyValueError(
            f"The name {name!r} already names {taken!r}: choose another. Received: cls={cls!r}"
        )


def keep_former_files(package: str, files: Sequence[str]) -> None:
    """Let pickles find in a package the classes that they look for in files it no longer has.

    A pickle names the module that a class showed when it was made. New ones name the package
    itself, where a public class stays wherever its file goes.

    Args:
        package: Name of the package, which is being imported.
        files: Names of the former files, such as `["normals"]`.

    Example:

    >>> import pickle
    >>> pickle.loads(b"ckeras_ivy.initializers.normals\\nNormal\\n.")
    <class 'keras_ivy.initializers.Normal'>
    """
    # Python's import looks here before it looks for a file.
    sys.modules.update({f"{package}.{name}": sys.modules[package] for name in files})


def list_initializers(
    pattern: str = "*", with_description: bool = False
) -> list[str] | list[tuple[str, str]]:
    """Return the string names of the initializers registered here, sorted.

    Args:
        pattern: A shell pattern, such as `"*normal*"`; upper and lower case are the same.
        with_description: Whether to return pairs of a name and what its class says it does.

    Raises:
        IvyTypeError: If `pattern` is no string.

    Example:

    >>> list_initializers("siren*")
    ['siren_ivy']
    >>> list_initializers("siren*", with_description=True)
    [('siren_ivy', 'Draw a later kernel of a sinusoidal network from `U[-limit, limit)`.')]
    """
    return _listed(INITIALIZERS, pattern, with_description)


def list_optimizers(
    pattern: str = "*", with_description: bool = False
) -> list[str] | list[tuple[str, str]]:
    """Return the string names of the optimizers registered here, sorted.

    Args:
        pattern: A shell pattern, such as `"lamb*"`; upper and lower case are the same.
        with_description: Whether to return pairs of a name and what its class says it does.

    Raises:
        IvyTypeError: If `pattern` is no string.

    Example:

    >>> list_optimizers("lamb*")
    ['lamb_ivy', 'lamb_paper']
    """
    return _listed(OPTIMIZERS, pattern, with_description)


def _listed(table: dict[str, type], pattern: str, with_description: bool) -> list:
    if not isinstance(pattern, str):
        raise IvyTypeError(f"`pattern` must be a string. {received('pattern', pattern)}")
    flag("with_description", with_description)
    names = sorted(name for name in table if fnmatch.fnmatchcase(name.lower(), pattern.lower()))
    if not with_description:
        return names
    # A user's class may have no docstring, and inherits none that is true of it.
    return [(name, (table[name].__doc__ or "").strip().partition("\n")[0]) for name in names]
