"""Where the variables of any Keras layer or model are: paths by attribute and position."""

from keras_ivy.structure.edges import directly_held, holds_layers
from keras_ivy.structure.walk import Entry, Structure, aliases, structure_of, sublayers, walk

__all__ = [
    "Entry",
    "Structure",
    "aliases",
    "directly_held",
    "holds_layers",
    "structure_of",
    "sublayers",
    "walk",
]
