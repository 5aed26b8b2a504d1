"""The preset `"bias_norm"`: biases and the parameters of normalisations, asked of the variable.

What the records of LARS and LAMB, timm and BERT's optimizer leave without decay and trust ratio:
vectors and scalars, biases of any rank (attention's are `(heads, size)`), and the scales and shifts
of normalisations. A kernel or an embedding, which is a matrix at least, never belongs to them,
whatever the layers above it are called.
"""

import re

import keras

from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.initializers.fans.lookup import find_geometry
from keras_ivy.registration import register
from keras_ivy.typing import Variable
from keras_ivy.utils.paths import Place

__all__ = ["BiasOrNorm"]

#: What a tensor that has no layer to ask is called if it is a weight, even as a vector.
_WEIGHT = re.compile(r"(.*_)?(kernel|w|embeddings?)")
#: What a layer of which nothing but its name is known is called if it normalises.
_NORM_LAYER = re.compile(r"(?:^|/)[^/]*(?:norm|(?:^|/|_)[lb]n)[^/]*/[^/]+$")
#: What a matrix is called that is added: attention's biases, tables of relative positions.
_BIAS = re.compile(r"(.*_)?bias(_table)?")
#: What scales and shifts element by element is called.
_ELEMENTWISE = re.compile(r"(.*_)?(gamma|beta|scale|shift|alpha)")


@register()
class BiasOrNorm:
    """A match for biases, scalars, vectors, and the scales and shifts of normalisations.

    | rank | layer | in |
    |---|---|---|
    | 0, 1 | any | yes; but without a layer not what is called `kernel`, `w` or `embeddings` |
    | 2 and more | known to `register_fans` | if it is a bias, a scale or a shift |
    | 2 and more | a normalisation by the name of its class | if called `gamma`, `scale`, ... |
    | 2 and more | any, or none | if called `bias`, or `gamma`, ... and only one axis counts |

    Example:

    >>> vector, matrix = keras.Variable([1.0], name="logit_scale"), keras.Variable([[1.0]])
    >>> [BiasOrNorm()(Place(v, [v.path])) for v in (vector, matrix)]
    [True, False]
    """

    #: It is asked with a `Place` and not with the variable alone.
    asks_place = True
    __name__ = "bias_norm"

    def __call__(self, place: Place) -> bool:
        """Whether a variable is one of them."""
        shape = tuple(place.given.shape)
        name = place.paths[0].rsplit("/", 1)[-1].lower()
        if len(shape) <= 1:
            if place.layers or not _WEIGHT.fullmatch(name):
                return True
            return _NORM_LAYER.search(place.paths[0].lower()) is not None
        owners = [layer for layer in place.layers if _holds(layer, place.given)]
        for layer in owners:
            _, geometry = find_geometry(layer, place.given, ())
            if geometry is not None:
                return geometry.normalizes or geometry.role in ("bias", "scale", "shift")
        axes = sum(length > 1 for length in shape)
        if _BIAS.fullmatch(name) or (name == "b" and len(shape) > 2 and axes <= 1):
            return True  # Ivy's biases of convolutions are `(1, 1, 1, channels)`.
        if not _ELEMENTWISE.fullmatch(name):
            return False
        normalizes = any("norm" in type(layer).__name__.lower() for layer in owners)
        return normalizes or axes <= 1

    def get_config(self) -> dict[str, object]:
        """Return the arguments: there are none."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, object]) -> "BiasOrNorm":
        """Make one from what `get_config` returned."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BiasOrNorm)

    def __hash__(self) -> int:
        return hash(BiasOrNorm)


def _holds(layer: keras.layers.Layer, variable: Variable) -> bool:
    """Whether a layer holds the variable itself, not by a layer inside."""
    return any(each is variable for each in keras_layers.held_variables(layer))
