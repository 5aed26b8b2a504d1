"""Keras's `exclude_from_weight_decay`, kept in the config.

Keras forgets exclusions when a model is saved. Here they are patterns and ends of paths, since the
beginning of a path changes when a model is loaded.
"""

import re
from collections.abc import Sequence
from typing import Any

from keras_ivy.optimizers.rules import path_of
from keras_ivy.utils.exceptions import IvyValueError


def ending(path: str, others: Sequence[str]) -> str:
    """Return the shortest end of a path, of two parts at least, that no other path has.

    Example:

    >>> ending("net/enc/dense/kernel", ["net/enc/dense/bias", "net/dec/dense/kernel"])
    'enc/dense/kernel'
    """
    parts = path.split("/")
    for count in range(min(2, len(parts)), len(parts)):
        end = "/".join(parts[-count:])
        if not any(other == end or other.endswith(f"/{end}") for other in others):
            return end
    return path


class Exclusions:
    """Which variables do not decay: those a pattern is found in, and listed ones."""

    def __init__(self, patterns: Sequence[str] = (), endings: Sequence[str] = ()):
        self.patterns = sorted(set(patterns))
        self.endings = list(endings)
        self.listed: list = []
        for pattern in self.patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise IvyValueError(
                    f"`var_names` must be regular expressions: {error}. Received: {pattern!r}"
                ) from error

    def excluded(self, variables: Sequence[Any]) -> list[bool]:
        """Whether each variable is excluded; listed variables become ends of their paths."""
        paths = [path_of(v) for v in variables]
        ids = {id(v): i for i, v in enumerate(variables)}
        for v in self.listed:
            path = path_of(v)
            others = [p for i, p in enumerate(paths) if i != ids.get(id(v))]
            end = ending(path, [p for p in others if p != path])
            if end not in self.endings:
                self.endings.append(end)
        return [
            any(re.search(pattern, path) for pattern in self.patterns)
            or any(path == end or path.endswith(f"/{end}") for end in self.endings)
            for path in paths
        ]

    def get_config(self) -> dict | None:
        """Return the arguments, or `None` if nothing is excluded."""
        endings = [*self.endings, *(ending(path_of(v), ()) for v in self.listed)]
        if not self.patterns and not endings:
            return None
        return {"patterns": self.patterns, "endings": list(dict.fromkeys(endings))}
