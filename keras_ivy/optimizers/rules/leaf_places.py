"""Leaves of a Container, which steps know by their paths alone, as rules see them."""

from typing import Any, NamedTuple

import keras

from keras_ivy.structure import roots_of, walk
from keras_ivy.utils.paths import Place

__all__ = ["Leaf", "LeafPlace"]


class Leaf(NamedTuple):
    """What a predicate sees of a tensor that is not a variable: a leaf of a Container."""

    path: str
    shape: tuple
    dtype: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]


class LeafPlace(Place):
    """Where a leaf stands: at its path in the Container.

    Args:
        leaf: The leaf.
        siblings: The paths of all leaves. If they are those of a living model, as in
            `keras_ivy.variables(model)`, a layer of that model is known by its path in it.
    """

    def __init__(self, leaf: Leaf, siblings: tuple[str, ...]):
        super().__init__(leaf, [leaf.path], key=leaf.path)
        self._siblings = siblings

    def is_below(self, layer: keras.layers.Layer) -> bool:
        """Whether the leaf's path leads through a layer of the model that the paths are of."""
        known = vars(layer).get("_ivy_leaf_prefixes")
        if known is None or known[0] != self._siblings:
            # Found once, and not in every step; straight into the dict, which Keras does not track.
            known = (self._siblings, _prefixes(layer, self._siblings))
            vars(layer)["_ivy_leaf_prefixes"] = known
        return any(f"{self.key}/".startswith(prefix) for prefix in known[1])


def _prefixes(layer: keras.layers.Layer, paths: tuple[str, ...]) -> list[str]:
    """The path of a layer, with `/`, in each living model whose variables have all these paths."""
    found: list[str] = []
    for path, root in roots_of(layer).items():
        if set(paths) <= _paths_of(root):
            found.append(f"{path}/" if path else "")
    return found


def _paths_of(root: keras.layers.Layer) -> set[Any]:
    return {entry.path for entry in walk(root)}
