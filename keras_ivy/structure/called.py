"""What users call the variables of a model, beside their structural paths."""

import keras

from keras_ivy.structure.names import path_by_names, path_with_names
from keras_ivy.structure.walk import Structure, structure_of
from keras_ivy.utils.reports.lookup import found_by

__all__ = ["Names", "names_of"]


class Names:
    """The names of the variables of one structure, and their order; strings alone.

    Attributes:
        by_path: Every name of a variable, by its path: the path itself, that by the names of the
            layers, that with the names a user gave in the place of positions, and Keras's.
        titles: The path by the names of the layers, such as `"conv1/kernel"`, by path.
        places: What a path is sorted by: its place in the order of creation.
        layers: Every name of a layer, by its path: the path itself, and that by names.
    """

    def __init__(self, root: keras.layers.Layer, structure: Structure):
        layers = {"": root, **structure.layers}
        self.by_path: dict[str, tuple[str, ...]] = {}
        self.titles: dict[str, str] = {}
        position = {id(variable): i for i, variable in enumerate(root.variables)}
        self.places: dict[str, int] = {}
        self.layers: dict[str, tuple[str, str]] = {}
        for path, layer in structure.layers.items():
            parts = path.split("/")
            outer = (layers.get("/".join(parts[:stop])) for stop in range(1, len(parts)))
            outer_names = [each.name for each in outer if each is not None]
            self.layers[path] = path, "/".join([*outer_names, layer.name])
        for entry in structure.entries:
            parts = entry.path.split("/")
            chain = [layers.get("/".join(parts[:stop])) for stop in range(len(parts))]
            above = [layer for layer in reversed(chain) if layer is not None]
            title = path_by_names(above, entry.variable)
            names = (
                entry.path,
                title,
                path_with_names(entry.path, layers),
                entry.variable.path,
            )
            self.by_path[entry.path] = tuple(dict.fromkeys(names))
            self.titles[entry.path] = title
            self.places[entry.path] = position.get(id(entry.variable), len(position))

    def __deepcopy__(self, memo: dict[int, object]) -> "Names":
        return self  # nothing of it ever changes

    def find(self, key: str) -> list[str]:
        """Return the paths of the variables and layers that a key may stand for.

        A whole name counts before the end of one.
        """
        known = {**self.layers, **self.by_path}
        for fits in (lambda name: name == key, lambda name: name.endswith(f"/{key}")):
            found = [path for path, names in known.items() if any(map(fits, names))]
            if found:
                return found
        paths = list(self.by_path)
        return [paths[i] for i in found_by(key, list(self.by_path.values()))]


def names_of(layer: keras.layers.Layer) -> Names:
    """Return the names of the variables of a layer or model.

    They are found once, and again when something was added, removed, built or renamed.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="head")])
    >>> names_of(model).by_path["layers/v0/kernel"]
    ('layers/v0/kernel', 'head/kernel', ...)
    """
    structure = structure_of(layer)
    # Layers may be renamed, which changes nothing else.
    now = (layer.name, *(each.name for each in structure.layers.values()))
    if structure.names is None or structure.names[0] != now:
        structure.names = now, Names(layer, structure)
    return structure.names[1]
