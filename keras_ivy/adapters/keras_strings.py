"""Let Keras resolve strings with arguments, such as `"siren_ivy(w0=6)"`.

`keras.initializers.get` and `keras.optimizers.get` look a string up in a module-level table of
built-in objects, and never ask the custom objects about a name they have not seen. The table is
replaced by an equal one that also understands call-like spellings of the names registered here.

Private names used: `keras.src.initializers.ALL_OBJECTS_DICT`,
`keras.src.optimizers.ALL_OBJECTS_DICT`.
"""

import ast
import re
from collections.abc import Callable
from typing import Any

import keras
from keras.src import initializers as keras_initializers
from keras.src import optimizers as keras_optimizers

from keras_ivy.utils.exceptions import nearest

SUFFIXES = ("_ivy", "_paper")
_CALL = re.compile(r"^\s*([A-Za-z]\w*)\s*\((.*)\)\s*$", re.DOTALL)


def parse_call(text: str) -> tuple[str, list, dict] | None:
    """Split `"name(1, k=2)"` into `("name", [1], {"k": 2})`; `None` if it is not a call.

    Arguments must be Python literals; nothing is evaluated.

    Example:

    >>> parse_call("siren_ivy(w0=6)")
    ('siren_ivy', [], {'w0': 6})
    """
    match = _CALL.match(text)
    if match is None:
        return None
    try:
        call = ast.parse(text.strip(), mode="eval").body
        args = [ast.literal_eval(arg) for arg in call.args]
        kwargs = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError, TypeError) as error:
        raise ValueError(
            "The arguments in an identifier must be Python literals, as in "
            f'"siren_ivy(w0=6)". Received: identifier={text!r}'
        ) from error
    if not isinstance(call.func, ast.Name):
        raise ValueError(
            "An identifier with arguments is one call of one name, as in "
            f'"siren_ivy(w0=6)". Received: identifier={text!r}'
        )
    if None in kwargs:
        raise ValueError(f"`**` is not allowed in an identifier. Received: identifier={text!r}")
    if len(kwargs) < len(call.keywords):
        raise ValueError(f"An argument is given twice. Received: identifier={text!r}")
    return match.group(1), args, kwargs


class _Spelling:
    """What Keras finds under a spelling with arguments: `from_config` makes the object."""

    def __init__(self, text: str, make: Callable[[], Any]):
        self.__name__ = text
        self.__module__ = __name__
        self._make = make

    def from_config(self, config: dict) -> Any:
        return self._make()

    def __repr__(self) -> str:
        return repr(self.__name__)


class _SpellingTable(dict):
    """Keras's own table of built-in objects, plus call-like spellings of registered aliases."""

    def __init__(self, builtin: dict, aliases: dict):
        super().__init__(builtin)
        self.aliases = aliases

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (isinstance(key, str) and self._resolve(key))

    def __missing__(self, key: str) -> _Spelling:
        name, args, kwargs = parse_call(key)
        spelling = _Spelling(key, lambda: self.aliases[name](*args, **kwargs))
        return keras.saving.register_keras_serializable("keras_ivy", key)(spelling)

    def _resolve(self, key: str) -> bool:
        call = parse_call(key) if "(" in key else None
        name = call[0] if call else key
        if name in self.aliases:
            return call is not None
        if name.endswith(SUFFIXES):
            raise ValueError(
                f"Unknown name {name!r}. {nearest(name, self.aliases)} Received: identifier={key!r}"
            )
        return False


def install(initializers: dict, optimizers: dict) -> None:
    """Make Keras resolve call-like spellings of the given `{alias: class}` tables.

    The tables stay live: an alias added later is known at once.
    """
    for module, aliases in ((keras_initializers, initializers), (keras_optimizers, optimizers)):
        table = module.ALL_OBJECTS_DICT
        builtin = {k: table[k] for k in table}
        module.ALL_OBJECTS_DICT = _SpellingTable(builtin, aliases)
