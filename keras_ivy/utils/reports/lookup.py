"""What a key means among names that are paths, and the order in which paths are listed."""

import re
from collections.abc import Sequence

__all__ = ["found_by", "listed", "natural"]

#: How many candidates an error names.
_LISTED = 8


def found_by(key: str, names: Sequence[Sequence[str]]) -> list[int]:
    """Return the positions of what a key names, in whole components.

    A whole name counts before the end of one, that before a part from the front or the middle,
    which is what holds it (`"conv1"` of `"conv1/kernel"`), and that before the end with something
    left out (`"lstm/kernel"` of `"lstm/lstm_cell/kernel"`).

    Args:
        key: Names of layers, attributes or variables, separated by slashes.
        names: The names that each thing goes by.

    Example:

    >>> names = [["net/conv1/kernel"], ["net/conv1/bias"], ["conv1"]]
    >>> keys = ("conv1", "conv1/bias", "net", "net/bias", "onv1/bias")
    >>> [found_by(key, names) for key in keys]
    [[2], [1], [0, 1], [1], []]
    """
    key = key.strip("/")
    if not key:
        return []
    end, inside = f"/{key}", f"/{key}/"
    front, _, last = key.rpartition("/")
    for fits in (
        lambda name: name == key,
        lambda name: name.endswith(end),
        lambda name: inside in f"/{name}",
        lambda name: front and f"/{front}/" in f"/{name}" and name.endswith(f"/{last}"),
    ):
        found = [i for i, each in enumerate(names) if any(map(fits, each))]
        if found:
            return found
    return []


def natural(path: str) -> list[tuple[tuple[int, int, str], ...]]:
    """Return what paths are sorted by, so that numbers in them count as numbers.

    Example:

    >>> sorted(["v10/w", "v2/w", "v2", "b"], key=natural)
    ['b', 'v2', 'v2/w', 'v10/w']
    """
    return [
        tuple(
            (0, int(part), part) if part.isdecimal() else (1, 0, part)
            for part in re.split(r"(\d+)", component)
            if part
        )
        for component in path.split("/")
    ]


def listed(names: Sequence[str], most: int = _LISTED) -> str:
    """Return names for a sentence; of many the first.

    Example:

    >>> listed(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    shown = ", ".join(map(repr, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
