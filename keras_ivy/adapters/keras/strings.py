"""Let Keras resolve the names registered here, also with arguments: `"siren_ivy(w0=6)"`.

`keras.initializers.get` and `keras.optimizers.get` look a string up in a module-level table of
built-in objects. The table is replaced by an equal one that knows more names:

* Keras 3.15 asks `name in table`, and then deserializes what `table[name]` names;
* Keras 3.16 takes `table.get(name)`, and never asks the custom objects about a string. They are
  asked here, so that names registered with Keras itself work as they did.

Private names used: `keras.src.initializers.ALL_OBJECTS_DICT`,
`keras.src.optimizers.ALL_OBJECTS_DICT`.
"""

import sys
import threading
from typing import Any

import keras
from keras.src import initializers as keras_initializers
from keras.src import optimizers as keras_optimizers

from keras_ivy.utils.arguments import construct, joined
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError
from keras_ivy.utils.identifiers import bare_name, check_size, hint, parse_call
from keras_ivy.utils.requirements import KERAS

SUFFIXES = ("_ivy", "_paper")

#: Whether `get` of Keras asks `in` about strings, and `get` of the table about none.
_GET_ASKS_IN = KERAS < (3, 16)


class _Spelled(type):
    """The type of what Keras finds under a name with arguments: a class that makes the object.

    Keras finds a class again by its name among the custom objects. This one is there from the
    look into the table until the object is made, under a name that other threads don't use.
    """

    text: str
    target: type
    args: list
    kwargs: dict

    def from_config(cls, config: dict | None) -> Any:
        """Make the object; `config` holds further arguments."""
        keras.saving.get_custom_objects().pop(cls.__name__, None)
        return construct(cls.target, cls.args, joined(cls.text, cls.kwargs, config or {}))

    def __call__(cls) -> Any:
        """Make the object, as Keras 3.16 does with a class that it finds."""
        try:
            return cls.from_config({})
        except TypeError as error:
            raise IvyTypeError(f"{cls.text!r} could not be made. {error}") from error

    def __repr__(cls) -> str:
        return repr(cls.text)


class _SpellingTable(dict):
    """Keras's own table of built-in objects, plus the names and spellings registered here."""

    def __init__(self, builtin: dict, aliases: dict, kind: str):
        super().__init__(builtin)
        self.aliases = aliases
        self.kind = kind
        self.any_case = kind == "optimizer"
        self.others = (keras.Layer, keras.Loss, keras.Metric)
        self.others += (keras.optimizers.Optimizer,) if kind == "initializer" else ()

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key) or not isinstance(key, str):
            return super().__contains__(key)
        if sys._getframe(1).f_globals is vars(keras_optimizers):
            # Keras 3.15 looks for the name in lower case first, and goes on with that. It would
            # make `true` of the argument `True`.
            return False
        if self._alias(key) is not None:
            return True
        if key.endswith(SUFFIXES) or _GET_ASKS_IN or bare_name(key).endswith(SUFFIXES):
            self._refuse(key)
        return False

    def __missing__(self, key: str) -> type:
        spelled = self._spelled(key)
        keras.saving.get_custom_objects()[spelled.__name__] = spelled
        return spelled

    def get(self, key: str, default: Any = None) -> Any:
        """Return what Keras 3.16 makes an object of: a class, or a function."""
        if super().__contains__(key):
            return self[key]
        custom = keras.saving.get_registered_object(key)
        if custom is not None and custom is not self.aliases.get(key):
            # Keras would take a layer or an optimizer for an initializer: it can be called.
            other = isinstance(custom, type) and issubclass(custom, self.others)
            return default if other else custom
        if self._alias(key) is not None:
            return self._spelled(key)
        self._refuse(key)
        return default

    def names(self, key: str) -> list[str]:
        """Return the names, Keras's and ours, that may have been meant by an unknown one."""
        if ">" in key:
            return [name for name in keras.saving.get_custom_objects() if ">" in name]
        return [*self.aliases, *(name for name in self if name.islower())]

    def _alias(self, key: str) -> str | None:
        """The registered name in a text, `None` if there is none."""
        check_size(key)
        name = bare_name(key)
        return next(
            (n for n in (name, name.lower() if self.any_case else "") if n in self.aliases), None
        )

    def _spelled(self, key: str) -> type:
        alias = self._alias(key)
        if alias is None:
            raise KeyError(key)
        _, args, kwargs = parse_call(key) or (key, [], {})
        name = f"keras_ivy>spelled in thread {threading.get_ident()}"
        words = {"text": key, "target": self.aliases[alias], "args": args, "kwargs": kwargs}
        return _Spelled(name, (), words)

    def _refuse(self, key: str) -> None:
        """Raise if the names nearest to an unknown one help."""
        check_size(key)
        meant = hint(key, self.names(key))
        if meant is None and not bare_name(key).endswith(SUFFIXES):
            return
        meant = meant or f"Known names: {', '.join(sorted(self.aliases))}."
        raise IvyValueError(
            f"Could not interpret {self.kind} identifier: {key}. "
            f"Unknown name {bare_name(key)!r}. {meant} A class of your own is known by name "
            f"after `@keras_ivy.register(name)`. Received: identifier={key!r}"
        )


def is_builtin(name: str) -> bool:
    """Whether Keras itself has an initializer or an optimizer of that name, in any case."""
    tables = keras_initializers.ALL_OBJECTS_DICT, keras_optimizers.ALL_OBJECTS_DICT
    return any(name.lower() == known.lower() for table in tables for known in table)


def install(initializers: dict, optimizers: dict) -> None:
    """Make Keras resolve the names of the given `{alias: class}` tables, and their spellings.

    The tables stay live: an alias added later is known at once. Names of optimizers are known in
    any case, as Keras's own are in 3.15.
    """
    for module, aliases, kind in (
        (keras_initializers, initializers, "initializer"),
        (keras_optimizers, optimizers, "optimizer"),
    ):
        module.ALL_OBJECTS_DICT = _SpellingTable(module.ALL_OBJECTS_DICT, aliases, kind)
