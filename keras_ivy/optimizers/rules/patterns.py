"""Rules of patterns that are searched for in Keras's paths, as other libraries do."""

from collections.abc import Sequence
from typing import Any

from keras_ivy.optimizers.rules.missed import ANYWHERE
from keras_ivy.optimizers.rules.rules import Rule, path_rule

__all__ = ["anywhere", "entry_rules", "exclusion_rules"]


def anywhere(patterns: Sequence[str]) -> str:
    """A pattern for the end of a path that says what `re.search` of any of these does."""
    before, after = ANYWHERE
    return f"{before}{'|'.join(patterns)}{after}"


def entry_rules(patterns: Sequence[str], **properties: Any) -> list[Rule]:
    """Return a rule for each entry of a list, so that each has to be found in some path.

    Entries that differ by capitals and underscores alone are two spellings of one name, as the
    usual list of BERT has them: one of them has to be found.

    Args:
        patterns: Regular expressions, each searched for anywhere in a path.
        **properties: What the rules state.

    Example:

    >>> for rule in entry_rules(["LayerNorm", "layer_norm", "bias"], decay=False):
    ...     print(rule)
    Rule(match='.*(?:LayerNorm|layer_norm).*', decay=False)
    Rule(match='.*(?:bias).*', decay=False)
    """
    spellings: dict[str, list[str]] = {}
    for pattern in dict.fromkeys(patterns):
        spellings.setdefault(pattern.replace("_", "").lower(), []).append(pattern)
    return [path_rule(anywhere(same), **properties) for same in spellings.values()]


def exclusion_rules(decay: Sequence[str] = (), adaptation: Sequence[str] = ()) -> list[Rule]:
    """Return the rules for two lists of patterns, each searched for anywhere in a path.

    Args:
        decay: What does not decay.
        adaptation: What has no trust ratio; if empty, what does not decay.

    Example:

    >>> exclusion_rules(["bias"], ["head"])
    [Rule(match='.*(?:bias).*', decay=False), Rule(match='.*(?:head).*', adapt=False)]
    """
    if not adaptation or list(adaptation) == list(decay):
        return entry_rules(decay, decay=False, adapt=False)
    return [*entry_rules(decay, decay=False), *entry_rules(adaptation, adapt=False)]
