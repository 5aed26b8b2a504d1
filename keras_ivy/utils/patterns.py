"""Regular expressions from users and files, with a bound on how long they may take.

Python's engine tries, where a pattern can be read in several ways, one after the other: `(a+)+!`
takes twice as long for each further letter, and a saved model may carry such a pattern. So the
number of ways is estimated from the parsed pattern and the length of the text, before it is used.
"""

import functools
import math
import re
from collections.abc import Sequence
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["MOST_CHARACTERS", "Pattern", "compile_pattern"]

#: Longest pattern; a list of a thousand names fits.
MOST_CHARACTERS = 20_000
#: How many ways to read a text are tried at most, which takes a second or two.
MOST_WAYS = 2e8
#: A text for which every pattern must stay below that: its length, and the places to begin at.
USUAL = (64, 8)

_REPEATS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}
_LOOKS = {_constants.ASSERT, _constants.ASSERT_NOT}
_SLASH = ord("/")
_SLASH_CATEGORIES = {
    _constants.CATEGORY_NOT_DIGIT,
    _constants.CATEGORY_NOT_SPACE,
    _constants.CATEGORY_NOT_WORD,
}


class Pattern:
    """A regular expression that is used on paths only if it cannot take long.

    Args:
        text: The expression.
        name: What errors call the argument.

    Raises:
        IvyValueError: If it is no regular expression, too long or too deep, or can be read in too
            many ways.

    Example:

    >>> Pattern("enc(oder)?").fits("encoder"), Pattern("enc(oder)?").is_in("my_encoder/kernel")
    (True, True)
    >>> Pattern("(a+)+!")
    Traceback (most recent call last):
    keras_ivy.utils.exceptions.IvyValueError: ... can be read in too many ways ...
    """

    def __init__(self, text: str, name: str = "match"):
        self.text, self.name = text, name
        if len(text) > MOST_CHARACTERS:
            raise IvyValueError(
                f"`{name}` may have {MOST_CHARACTERS} characters at most. Received: a pattern of "
                f"{len(text)} characters, {text[:40]!r}..."
            )
        try:
            self._compiled = re.compile(text)
            self._tree = _parser.parse(text)
        except (re.error, RecursionError, OverflowError) as error:
            problem = "too deep" if isinstance(error, RecursionError) else error
            shown = text if len(text) <= 200 else f"{text[:200]}..."
            raise IvyValueError(
                f"`{name}` is no regular expression (any text is '.*' and not '*'): {problem}. "
                f"Received: {name}={shown!r}"
            ) from error
        self._known = (0, 0)
        self._check(*USUAL)

    def fits(self, text: str) -> bool:
        """Whether the expression matches a text from its beginning to its end."""
        self._check(len(text), 1)
        return self._compiled.fullmatch(text) is not None

    def fits_one(self, spans: Sequence[tuple[str, int]]) -> bool:
        """Whether the expression matches the rest, from a position on, of one of the texts."""
        return self.first_fit(spans) is not None

    def first_fit(self, spans: Sequence[tuple[str, int]]) -> tuple[str, re.Match] | None:
        """Return the first text whose rest, from its position on, matches, and the match."""
        self._check(max((len(text) for text, _ in spans), default=0), len(spans))
        fullmatch = self._compiled.fullmatch
        for text, start in spans:
            match = fullmatch(text, start)
            if match is not None:
                return text, match
        return None

    def is_in(self, text: str) -> bool:
        """Whether it is found anywhere in a text."""
        self._check(len(text), len(text))
        return self._compiled.search(text) is not None

    def _check(self, length: int, starts: int) -> None:
        """Raise if a text of this length, read from so many places, may take too long."""
        if length <= self._known[0] and starts <= self._known[1]:
            return
        if ways(self._tree, length) * starts > MOST_WAYS:
            shown = self.text if len(self.text) <= 200 else f"{self.text[:200]}..."
            raise IvyValueError(
                f"`{self.name}` can be read in too many ways for a text of {length} characters, so "
                "that it might take for ever. Repeat nothing that holds a repetition, as `(a+)+` "
                f"does, and use fewer `.*`. Received: {self.name}={shown!r}"
            )
        self._known = (length, starts)


@functools.lru_cache(maxsize=256)
def compile_pattern(text: str, name: str = "match") -> Pattern:
    """Return the `Pattern` of a text; the latest are kept."""
    return Pattern(text, name)


def ways(tree: Any, length: int) -> float:
    """Return about how many ways there are to read a text of some length.

    Example:

    >>> [ways(_parser.parse(text), 10) for text in ("bias", "a*b", "(?:[^/]+/)*w")]
    [1.0, 11.0, 110.0]
    >>> ways(_parser.parse("(a+)+"), 10) > 1e9
    True
    """
    product, unbounded = 1.0, 0
    for op, argument in tree:
        product = min(product * _ways_of(op, argument, length), 1e300)
        unbounded += op in _REPEATS and argument[1] > length
    return max(1.0, product / math.factorial(min(unbounded, 100)))


def _ways_of(op: Any, argument: Any, length: int) -> float:
    if op in _REPEATS:
        least, most, body = argument
        most = min(int(most), length)
        inner = ways(body, length)
        spread = float(most - min(int(least), most) + 1)
        if inner == 1 or most <= 1:
            return spread * inner
        if _is_delimited(body):
            return spread * inner
        return min(inner, 1e6) ** min(most, 50)
    if op is _constants.BRANCH:
        branches = [list(branch) for branch in argument[1]]
        found = [ways(branch, length) for branch in branches]
        firsts = [b[0] if b and b[0][0] is _constants.LITERAL else None for b in branches]
        told_apart = None not in firsts and len(set(firsts)) == len(firsts)
        return max(found) if told_apart else sum(found)
    if op is _constants.SUBPATTERN:
        return ways(argument[3], length)
    if op is _constants.ATOMIC_GROUP:
        return ways(argument, length)
    if op in _LOOKS:
        return ways(argument[1], length)
    if op is _constants.GROUPREF_EXISTS:
        return sum(ways(part, length) for part in argument[1:] if part)
    return 1.0


def _is_delimited(body: Any) -> bool:
    """Whether each round of a repetition ends, or begins, with the only `/` in it."""
    items = list(body)
    if len(items) == 1 and items[0][0] is _constants.SUBPATTERN:
        return _is_delimited(items[0][1][3])
    slash = (_constants.LITERAL, _SLASH)
    ends = [i for i in (0, len(items) - 1) if tuple(items[i]) == slash]
    return bool(ends) and not any(
        _meets_slash(*item) for i, item in enumerate(items) if i != ends[0]
    )


def _meets_slash(op: Any, argument: Any) -> bool:
    """Whether a part of a pattern may match text with a `/` in it."""
    if op is _constants.LITERAL:
        return argument == _SLASH
    if op is _constants.NOT_LITERAL:
        return argument != _SLASH
    if op is _constants.IN:
        negated = argument[0][0] is _constants.NEGATE
        return negated != any(_set_has_slash(*item) for item in argument)
    if op in _REPEATS:
        return any(_meets_slash(*item) for item in argument[2])
    if op is _constants.SUBPATTERN:
        return any(_meets_slash(*item) for item in argument[3])
    if op is _constants.BRANCH:
        return any(_meets_slash(*item) for branch in argument[1] for item in branch)
    return op is not _constants.AT


def _set_has_slash(op: Any, argument: Any) -> bool:
    if op is _constants.LITERAL:
        return argument == _SLASH
    if op is _constants.RANGE:
        return argument[0] <= _SLASH <= argument[1]
    return op is _constants.CATEGORY and argument in _SLASH_CATEGORIES
