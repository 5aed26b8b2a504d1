"""Rules of patterns that are searched for in Keras's paths, as other libraries do."""

from collections.abc import Sequence

from keras_ivy.optimizers.rules.rules import Rule, path_rule

__all__ = ["anywhere", "exclusion_rules"]


def anywhere(patterns: Sequence[str]) -> str:
    """A pattern for the end of a path that says what `re.search` of any of these does."""
    return f".*(?:{'|'.join(patterns)}).*"


def exclusion_rules(decay: Sequence[str], adaptation: Sequence[str] = ()) -> list[Rule]:
    """Return the rules for two lists of patterns, each searched for anywhere in a path.

    Args:
        decay: What does not decay.
        adaptation: What has no trust ratio; if empty, what does not decay.

    Example:

    >>> exclusion_rules(["bias"], ["head"])
    [Rule(match='.*(?:bias).*', decay=False), Rule(match='.*(?:head).*', adapt=False)]
    """
    if not decay and not adaptation:
        return []
    if not adaptation or list(adaptation) == list(decay):
        return [path_rule(anywhere(decay), decay=False, adapt=False)]
    rules = [path_rule(anywhere(adaptation), adapt=False)]
    return [path_rule(anywhere(decay), decay=False)] * bool(decay) + rules
