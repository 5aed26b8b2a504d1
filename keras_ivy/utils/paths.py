"""What a rule may match by, and whether it does: the one place that both kinds of rules ask.

A pattern matches whole components at the end of a path: `"head/kernel"` means
`net/head/kernel`, and not `net/overhead/kernel`. It may end at the variable, or at a layer that
contains it. Beginnings of paths are no part of a model's identity: Keras renames
`sequential/dense/bias` to `dense/bias` when it loads a model.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import keras

from keras_ivy.utils.exceptions import IvyTypeError
from keras_ivy.utils.patterns import compile_pattern

__all__ = ["LayerPlace", "Match", "MatchRule", "Place", "check_match", "describe", "matches"]

#: A pattern, a layer or sub-model, a layer class, a predicate on what the rule is for (a variable,
#: a target), or a tuple of such.
Match: TypeAlias = str | keras.layers.Layer | type | tuple | Callable[..., bool]


class MatchRule:
    """The base of both kinds of rules, so that each is recognised where the other belongs."""

    #: What an error says of a rule that stands in the other one's place.
    belongs_to: str = ""


class Place:
    """Where a variable stands, as a match asks it.

    Args:
        given: What a predicate receives.
        paths: Full paths of the variable, in every spelling: Keras's, structural, by names.
        layers: The layers that contain it, from the one that owns it outwards.
        key: Its structural path in the model, if the model is known.
    """

    def __init__(
        self,
        given: Any,
        paths: Sequence[str],
        layers: Sequence[keras.layers.Layer] = (),
        key: str | None = None,
    ):
        self.given, self.paths, self.layers, self.key = given, tuple(paths), tuple(layers), key

    @property
    def spans(self) -> list[tuple[str, int]]:
        """Ends at the variable or at a layer, each with every component to begin at."""
        return _spans(self.paths)

    def is_below(self, layer: keras.layers.Layer) -> bool:
        """Whether a layer contains the variable."""
        return any(each is layer for each in self.layers)


class LayerPlace(NamedTuple):
    """What is left of a layer in a file: where it stood in its model, and what it was called.

    Attributes:
        path: Its structural path in the model, or `None` if it had no one place.
        name: Its name, or `None` if Keras numbered it.
        class_name: The name of its class.
    """

    path: str | None
    name: str | None
    class_name: str

    def contains(self, place: Place) -> bool:
        """Whether a variable stands below the layer that is meant."""
        if place.key is not None and self.path is not None:
            return not self.path or f"{place.key}/".startswith(f"{self.path}/")
        return self.name is not None and any(
            layer.name == self.name and type(layer).__name__ == self.class_name
            for layer in place.layers
        )


def check_match(match: object) -> None:
    """Raise unless this is something that a rule can match by.

    Raises:
        IvyTypeError: If it is of another type.
        IvyValueError: If a pattern is no regular expression, or might take too long.

    Example:

    >>> check_match(("head/.*", keras.layers.Embedding))
    >>> check_match(int)
    Traceback (most recent call last):
    keras_ivy.utils.exceptions.IvyTypeError: `match` must be ...: a class must be a layer's, ...
    """
    if isinstance(match, str):
        compile_pattern(match)
    elif isinstance(match, type):
        if not issubclass(match, keras.layers.Layer):
            raise IvyTypeError(
                "`match` must be something that holds for variables: a class must be a layer's, "
                f"such as `keras.layers.Dense`. Received: match={match!r}"
            )
    elif isinstance(match, tuple | list) and not isinstance(match, LayerPlace):
        if not match:
            raise IvyTypeError(f"`match` must not be empty. Received: match={match!r}")
        for part in match:
            check_match(part)
    elif not (isinstance(match, LayerPlace | keras.layers.Layer) or callable(match)):
        raise IvyTypeError(
            "`match` must be a regular expression, a layer or sub-model, a layer class, a "
            "predicate on the variable, or a tuple of these. Received: "
            f"match={match!r} of type {type(match).__name__}"
        )


def matches(match: Match, place: Place) -> bool:
    """Whether a match holds for a variable.

    Args:
        match: A regular expression for whole components at the end of a path of the variable, or
            of a layer that contains it; a layer or sub-model that contains it; the class of such
            a layer; a predicate, which receives `place.given`; or a tuple of these.
        place: Where the variable stands.

    Example:

    >>> place = Place(None, ["net/encoder/dense/kernel"])
    >>> [matches(m, place) for m in ("dense/kernel", "encoder", "en.*", "coder/.*", "kern")]
    [True, True, True, False, False]
    """
    if isinstance(match, str):
        return _fits(match, place.paths)
    if isinstance(match, LayerPlace):
        return match.contains(place)
    if isinstance(match, tuple | list):
        return any(matches(part, place) for part in match)
    if isinstance(match, type):
        return any(isinstance(layer, match) for layer in place.layers)
    if isinstance(match, keras.layers.Layer):
        return place.is_below(match)
    # A predicate of this package may ask for more than the variable.
    return bool(match(place if getattr(match, "asks_place", False) else place.given))


@functools.lru_cache(maxsize=16384)  # Eager steps ask for the same paths each time.
def _fits(pattern: str, paths: tuple[str, ...]) -> bool:
    return compile_pattern(pattern).fits_one(_spans(paths))


@functools.lru_cache(maxsize=4096)
def _spans(paths: tuple[str, ...]) -> list[tuple[str, int]]:
    ends = dict.fromkeys(stop for path in paths for stop in stops(path))
    return [(end, at) for end in ends for at in (0, *_after_slashes(end))]


def _after_slashes(path: str) -> list[int]:
    return [i + 1 for i, letter in enumerate(path) if letter == "/"]


def stops(path: str) -> list[str]:
    """Return the paths of what contains the end of a path, outermost first, and the path.

    Example:

    >>> stops("a/b/c")
    ['a', 'a/b', 'a/b/c']
    """
    parts = path.split("/")
    return ["/".join(parts[:stop]) for stop in range(1, len(parts) + 1)]


def describe(match: Match | None) -> str:
    """Return a match as text, for reports and errors.

    Example:

    >>> describe(keras.layers.Dense), describe("head/.*")
    ('Dense', "'head/.*'")
    """
    if isinstance(match, LayerPlace):
        return f"<{match.class_name} {match.name or match.path}>"
    if isinstance(match, keras.layers.Layer):
        return f"<{type(match).__name__} {match.name}>"
    if isinstance(match, tuple | list):
        return " | ".join(map(describe, match))
    if isinstance(match, str) or not callable(match):
        return repr(match)
    return getattr(match, "__name__", repr(match))
