"""Keras's `exclude_from_weight_decay`, kept in the config.

Keras forgets exclusions when a model is saved. Here they are patterns and ends of paths, since the
beginning of a path changes when a model is loaded; of variables that share a path the position
among them tells which is meant.
"""

from collections.abc import Sequence
from typing import Any

from keras_ivy.optimizers.rules import path_of
from keras_ivy.optimizers.rules.leaf_places import Leaf
from keras_ivy.structure import Surroundings
from keras_ivy.typing import Variable
from keras_ivy.utils.exceptions import IvyTypeError
from keras_ivy.utils.patterns import compile_pattern


def ending(path: str, others: Sequence[str]) -> str:
    """Return the shortest end of a path, of two parts at least, that no other path has.

    Example:

    >>> ending("net/enc/dense/kernel", ["net/enc/dense/bias", "net/dec/dense/kernel"])
    'enc/dense/kernel'
    """
    parts = path.split("/")
    for count in range(min(2, len(parts)), len(parts)):
        end = "/".join(parts[-count:])
        if not any(_ends(other, end) for other in others):
            return end
    return path


class Exclusions:
    """Which variables do not decay: those a pattern is found in, and listed ones.

    Args:
        patterns: Regular expressions, searched for anywhere in a path.
        endings: Ends of paths, or pairs of one and the position of the variable that is meant
            among those whose paths end so.

    Raises:
        IvyValueError: If a pattern is no regular expression, or could take for ever.
        IvyTypeError: If an ending is something else.
    """

    def __init__(
        self, patterns: Sequence[str] = (), endings: Sequence[str | Sequence[str | int]] = ()
    ):
        self.patterns = sorted(set(patterns))
        self.endings = [_checked(end) for end in endings]
        self.listed: list = []
        for pattern in self.patterns:
            compile_pattern(pattern, "var_names")

    def excluded(self, variables: Sequence[Variable | Leaf]) -> list[bool]:
        """Whether each variable is excluded; listed ones are known by identity.

        From then on the config tells them by the ends of their paths.
        """
        paths = [path_of(v) for v in variables]
        listed = {id(v) for v in self.listed}
        chosen = [i for i, v in enumerate(variables) if id(v) in listed]
        for i in chosen:
            end = self._ending_of(i, paths)
            if end not in self.endings:
                self.endings.append(end)
        found = {i for end in self.endings for i in _meant(end, paths)} if not chosen else set()
        return [
            any(compile_pattern(pattern, "var_names").is_in(path) for pattern in self.patterns)
            or i in found
            or id(variables[i]) in listed
            for i, path in enumerate(paths)
        ]

    def _ending_of(self, index: int, paths: Sequence[str]) -> Any:
        """The end of the path of a variable, with a position if others have the same path."""
        path = paths[index]
        end = ending(path, [other for other in paths if other != path])
        same = [i for i, other in enumerate(paths) if _ends(other, end)]
        return end if len(same) == 1 else (end, same.index(index))

    def get_config(self) -> dict | None:
        """Return the arguments, or `None` if nothing is excluded."""
        if self.listed and not self.endings:
            model = Surroundings(self.listed).root
            self.excluded(self.listed if model is None else model.trainable_variables)
        endings = self.endings
        if not self.patterns and not endings:
            return None
        endings = [list(end) if isinstance(end, tuple) else end for end in dict.fromkeys(endings)]
        return {"patterns": self.patterns, "endings": endings}


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith(f"/{end}")


def _meant(end: Any, paths: Sequence[str]) -> list[int]:
    """The positions of the variables that an ending means."""
    end, position = end if isinstance(end, tuple) else (end, None)
    same = [i for i, path in enumerate(paths) if _ends(path, end)]
    return same if position is None else same[position : position + 1]


def _checked(end: Any) -> Any:
    """Return an ending as a file has it: a string, or a list of a string and a position."""
    if isinstance(end, str):
        return end
    if isinstance(end, list | tuple) and len(end) == 2:
        path, position = end
        whole = isinstance(position, int) and not isinstance(position, bool)
        if isinstance(path, str) and whole and position >= 0:
            return path, position
    raise IvyTypeError(
        "`endings` must hold ends of paths, or pairs of one and a position. "
        f"Received: endings=[..., {end!r}]"
    )
