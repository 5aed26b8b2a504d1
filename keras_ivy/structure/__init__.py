"""Where the variables of any Keras layer or model are: paths by attribute and position."""

from keras_ivy.structure.called import Names, names_of
from keras_ivy.structure.edges import attributes, directly_held, holds_layers, one_path
from keras_ivy.structure.edges import mark_of_layer as mark_of
from keras_ivy.structure.names import has_automatic_name, path_by_names, path_with_names
from keras_ivy.structure.parts import Parts, give_parts, parts
from keras_ivy.structure.surroundings import Surroundings, roots_of, trained_by
from keras_ivy.structure.walk import (
    Entry,
    Structure,
    aliases,
    kept_structure,
    structure_of,
    sublayers,
    walk,
)

__all__ = [
    "Entry",
    "Names",
    "Parts",
    "Structure",
    "Surroundings",
    "aliases",
    "attributes",
    "directly_held",
    "give_parts",
    "has_automatic_name",
    "holds_layers",
    "kept_structure",
    "mark_of",
    "names_of",
    "one_path",
    "parts",
    "path_by_names",
    "path_with_names",
    "roots_of",
    "structure_of",
    "sublayers",
    "trained_by",
    "walk",
]
