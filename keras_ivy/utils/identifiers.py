"""Names with arguments, such as `"siren_ivy(w0=6)"`: how they are read, and how long they may be.

An identifier may come from a file. Python's parser answers a long or a deeply nested text with a
`MemoryError` or a `RecursionError`, so both are limited before it is asked.
"""

import ast
import re
from collections.abc import Iterable, Mapping

from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyValueError, nearest

#: An `OutputBias` of a hundred classes with eight digits each fits, and nothing else comes near.
MAX_LENGTH = 1000
#: A constant has one bracket for each dimension, and a call one more.
MAX_NESTING = 16

_CALL = re.compile(r"^\s*([A-Za-z]\w*)\s*\((.*)\)\s*$", re.DOTALL)


def check_size(text: str) -> None:
    """Refuse an identifier that is too long, or whose brackets are nested too deeply.

    Raises:
        IvyValueError: If it has more than `MAX_LENGTH` characters, or more than `MAX_NESTING`
            brackets are open at once.

    Example:

    >>> check_size("(" * 20)
    Traceback (most recent call last):
    ...
    keras_ivy.utils.exceptions.IvyValueError: An identifier may nest brackets 16 deep. Pass an
    object instead of its name. Received: identifier='(((((((((((((((((((('
    """
    if len(text) > MAX_LENGTH:
        raise IvyValueError(
            f"An identifier has at most {MAX_LENGTH} characters. Pass an object instead of its "
            f"name. Received: identifier={text[:40]!r}..., of {len(text)} characters"
        )
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth > MAX_NESTING:
            raise IvyValueError(
                f"An identifier may nest brackets {MAX_NESTING} deep. Pass an object instead of "
                f"its name. Received: identifier={text!r}"
            )


def check_config(name: str, value: object) -> None:
    """Refuse a mapping that is no config of a Keras object: `get` of Keras dies of it.

    Raises:
        IvyValueError: If `value` is a mapping without a `class_name` that is a string.

    Example:

    >>> check_config("optimizer", {"lr": 0.1})
    Traceback (most recent call last):
    ...
    keras_ivy.utils.exceptions.IvyValueError: `optimizer` is a config without a `class_name`; give
    an object, its name, or what `serialize` of Keras writes. Received: optimizer={'lr': 0.1}
    """
    if isinstance(value, Mapping) and not isinstance(value.get("class_name"), str):
        raise IvyValueError(
            f"`{name}` is a config without a `class_name`; give an object, its name, or what "
            f"`serialize` of Keras writes. {received(name, value)}"
        )


def parse_call(text: str) -> tuple[str, list, dict] | None:
    """Split `"name(1, k=2)"` into `("name", [1], {"k": 2})`; `None` if it is not a call.

    Arguments must be Python literals; nothing is evaluated.

    Raises:
        IvyValueError: If it is more than one call of one name with literals, or too long.

    Example:

    >>> parse_call("siren_ivy(w0=6)")
    ('siren_ivy', [], {'w0': 6})
    """
    check_size(text)
    match = _CALL.match(text)
    if match is None:
        if "(" not in text:
            return None
        raise IvyValueError(
            "An identifier with arguments is a name and one pair of parentheses, as in "
            f'"siren_ivy(w0=6)". Received: identifier={text!r}'
        )
    try:
        call = ast.parse(text.strip(), mode="eval").body
        words = call.keywords if isinstance(call, ast.Call) else []
        args = [ast.literal_eval(arg) for arg in getattr(call, "args", ())]
        kwargs = {word.arg: ast.literal_eval(word.value) for word in words}
    # A text can be heavy for the parser without brackets, as a thousand minus signs are.
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise IvyValueError(
            "The arguments in an identifier must be Python literals, as in "
            f'"siren_ivy(w0=6)". Received: identifier={text!r}'
        ) from error
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise IvyValueError(
            "An identifier with arguments is one call of one name, as in "
            f'"siren_ivy(w0=6)". Received: identifier={text!r}'
        )
    if None in kwargs:
        raise IvyValueError(f"`**` is not allowed in an identifier. Received: identifier={text!r}")
    if len(kwargs) < len(words):
        raise IvyValueError(f"An argument is given twice. Received: identifier={text!r}")
    return match.group(1), args, kwargs


def bare_name(text: str) -> str:
    """Return what stands before the arguments, if there are any.

    Example:

    >>> bare_name(" siren_ivy(w0=6)")
    'siren_ivy'
    """
    return text[: MAX_LENGTH + 1].partition("(")[0].strip()


def hint(text: str, known: Iterable[str]) -> str | None:
    """Return a sentence with the names nearest to that of an identifier, `None` if none is near.

    Example:

    >>> hint("lamb(0.1)", ["adam", "lamb_ivy", "lamb_paper"])
    "Did you mean 'lamb_ivy' or 'lamb_paper'?"
    >>> hint("relu", ["lamb_ivy"]) is None
    True
    """
    name = bare_name(text).lower()
    known = set(known)
    # One that only lacks an ending or the middle is what is meant, however long the rest.
    begun = (n for n in known if f"{n.lower()}_".startswith(f"{name}_"))
    found = sorted(begun, key=lambda n: (len(n), n))[:3] if name else []
    if found:
        return f"Did you mean {' or '.join(map(repr, found))}?"
    sentence = nearest(name, known)
    return sentence if sentence.startswith("Did you mean") else None
