"""What a layer holds that Keras does not know of: the hook by which layers of ours tell it.

A layer class whose variables are no attributes, or that keeps some names apart from Keras's, gives
each of its layers a `Parts` (`give_parts`). Whatever walks through layers asks for it (`parts`);
stock layers have none, and what Keras tracks is all there is.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from keras_ivy.structure.walk import Structure

__all__ = ["KEY", "OWN_PREFIX", "Parts", "give_parts", "parts"]

#: How the attributes begin in which this package keeps what it knows of a layer; no walk enters
#: them.
OWN_PREFIX = "_ivy_"
#: The one of them under which a layer keeps its `Parts`.
KEY = f"{OWN_PREFIX}record"


@dataclasses.dataclass(slots=True, eq=False)
class Parts:
    """What a layer declares about itself.

    Attributes:
        created: Its own variables by name, in nested dicts; None until they are made.
        buffers: Its buffers by name.
        own: Attributes under names that Keras uses for itself, by name.
        version: Changes when a variable or a layer comes or goes without Keras being told.
        structure: What `structure_of` found last.
        start_values: Makes the values anew that the own variables began with, if the layer can.
    """

    created: dict[str, Any] | None = None
    buffers: dict[str, Any] = dataclasses.field(default_factory=dict)
    own: dict[str, Any] = dataclasses.field(default_factory=dict)
    version: int = 0
    structure: "Structure | None" = None
    start_values: Callable[[Any], Mapping[str, Any]] | None = None

    def changed(self) -> None:
        """Let the next look at the structure find it anew."""
        self.version += 1


def parts(layer: keras.layers.Layer) -> Parts | None:
    """Return what a layer declares about itself; None for a layer of Keras's.

    Example:

    >>> layer = keras.layers.Layer()
    >>> give_parts(layer, Parts(created={"w": keras.Variable([1.0])}))
    >>> list(parts(layer).created), parts(keras.layers.Dense(2))
    (['w'], None)
    """
    return vars(layer).get(KEY)


def give_parts(layer: keras.layers.Layer, told: Parts) -> None:
    """Let a layer tell what it holds; a second time replaces the first."""
    # Straight into the dict: an attribute of a layer would be tracked by Keras.
    layer.__dict__[KEY] = told
