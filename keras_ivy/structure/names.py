"""Paths by the names that users give to layers, beside those by position and attribute."""

import functools
import re
from collections.abc import Mapping, Sequence

import keras

__all__ = ["has_automatic_name", "path_by_names", "path_with_names"]


def path_with_names(path: str, layers: Mapping[str, keras.layers.Layer]) -> str:
    """Put the names that the user gave in the place of positions in `model.layers`.

    A layer that is inserted moves the positions of those behind it, but not their names.

    Args:
        path: Structural path of a variable.
        layers: The layers of the model by their structural paths.

    Example:

    >>> path_with_names("layers/v0/kernel", {"layers/v0": keras.layers.Dense(1, name="head")})
    'head/kernel'
    """
    parts = path.split("/")
    kept = list(parts)
    for stop in range(2, len(parts)):
        layer = layers.get("/".join(parts[:stop]))
        if parts[stop - 2] == "layers" and layer is not None and not has_automatic_name(layer):
            kept[stop - 2 : stop] = ["", layer.name]
    return "/".join(part for part in kept if part)


def path_by_names(layers: Sequence[keras.layers.Layer], variable: keras.Variable) -> str:
    """Return the path of a variable by the names of the layers above it, the model's left out.

    Args:
        layers: The layers that contain it, from the one that owns it to the model.
        variable: The variable.

    Example:

    >>> dense = keras.layers.Dense(1, name="head")
    >>> model = keras.Sequential([keras.Input((2,)), dense], name="net")
    >>> path_by_names([dense, model], dense.kernel)
    'head/kernel'
    """
    names = [layer.name for layer in layers[:-1] or layers]
    return "/".join([*reversed(names), variable.name])


def has_automatic_name(layer: keras.layers.Layer) -> bool:
    """Whether a layer's name is the one Keras numbers by itself, such as `"dense_3"`.

    Example:

    >>> [has_automatic_name(keras.layers.Dense(1, name=name)) for name in (None, "head")]
    [True, False]
    """
    return _automatic_name(type(layer).__name__).fullmatch(layer.name) is not None


@functools.cache
def _automatic_name(class_name: str) -> re.Pattern:
    """The pattern of the names that Keras makes of a class's."""
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", class_name))
    stem = re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()
    return re.compile(rf"(private)?{re.escape(stem)}(_\d+)?")
