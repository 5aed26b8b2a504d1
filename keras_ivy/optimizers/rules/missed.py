"""What is said of a rule that has to match something and matches nothing."""

import difflib
from collections.abc import Sequence

__all__ = ["ANYWHERE", "entry_of", "nothing_found", "nothing_matched"]

#: How a pattern begins and ends that is searched for anywhere in a path.
ANYWHERE = (".*(?:", ").*")

_SHOWN = 10


def entry_of(pattern: object) -> str | None:
    """Return the entry of a list that a pattern stands for, or `None` if it stands for none.

    Example:

    >>> entry_of(".*(?:LayerNorm).*"), entry_of("head/kernel")
    ('LayerNorm', None)
    """
    before, after = ANYWHERE
    if not isinstance(pattern, str) or not (pattern.startswith(before) and pattern.endswith(after)):
        return None
    return pattern[len(before) : -len(after)]


def nothing_found(entry: str, paths: Sequence[str]) -> str:
    """Return what is wrong with an entry of a list that is found in none of the paths."""
    return (
        "A rule matches no variable: an entry of a list of what is excluded or included is found "
        "in no path, and what it meant would be trained as the rest. Keras 3 names variables anew "
        "(`layer_normalization/gamma`): write its names, or leave the entry out, or give an empty "
        'list and `rules="bias_norm"`, which asks variables and layers, not names. '
        f"Received: entry {entry!r}, for: {_nearest_paths(entry, paths)}"
    )


def nothing_matched(rule: object, match: object, paths: Sequence[str]) -> str:
    """Return what is wrong with a rule that matches by something that none of the paths has."""
    return (
        "A rule matches no variable. A pattern must match whole components at the end of a path; a "
        "layer, or its class, must be alive and hold one of the variables. Pass `required=False` "
        f"if nothing has to match. Received: {rule!r}, for: {_nearest_paths(match, paths)}"
    )


def _nearest_paths(pattern: object, paths: Sequence[str]) -> str:
    """At most ten paths as text, those first that look most like a pattern."""
    word = pattern.lower() if isinstance(pattern, str) else ""

    def likeness(path: str) -> float:
        parts = path.lower().split("/")
        ends = ["/".join(parts[i:]) for i in range(len(parts))]
        return max(difflib.SequenceMatcher(None, word, part).ratio() for part in {*parts, *ends})

    ordered = sorted(paths, key=likeness, reverse=True) if word else list(paths)
    more = len(ordered) - _SHOWN
    return ", ".join(ordered[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
