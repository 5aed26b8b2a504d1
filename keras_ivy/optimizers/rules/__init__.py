"""Which tensors decay, which are adapted, and at what multiple of the learning rate."""

from keras_ivy.optimizers.rules.layerwise import layerwise
from keras_ivy.optimizers.rules.leaf_places import Leaf
from keras_ivy.optimizers.rules.patterns import anywhere, entry_rules, exclusion_rules
from keras_ivy.optimizers.rules.rules import (
    PRESETS,
    Rule,
    RulesLike,
    as_rules,
    first_stated,
    path_of,
    path_rule,
    resolve,
    rule_configs,
)

__all__ = [
    "PRESETS",
    "Leaf",
    "Rule",
    "RulesLike",
    "anywhere",
    "as_rules",
    "entry_rules",
    "exclusion_rules",
    "first_stated",
    "layerwise",
    "path_of",
    "path_rule",
    "resolve",
    "rule_configs",
]
