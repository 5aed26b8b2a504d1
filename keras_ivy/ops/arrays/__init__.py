"""Arrays as such: made, drawn, reshaped, joined, indexed."""

from typing import TYPE_CHECKING

from keras_ivy.ops.arrays import (
    creation,
    dimensions,
    distributions,
    indexing,
    places,
    random,
    rearrange,
    shapes,
)
from keras_ivy.ops.arrays.creation import *
from keras_ivy.ops.arrays.dimensions import *
from keras_ivy.ops.arrays.distributions import *
from keras_ivy.ops.arrays.indexing import *
from keras_ivy.ops.arrays.places import *
from keras_ivy.ops.arrays.random import *
from keras_ivy.ops.arrays.rearrange import *
from keras_ivy.ops.arrays.shapes import *

if not TYPE_CHECKING:  # as in `keras_ivy.ops`
    __all__ = []
    __all__ += creation.__all__
    __all__ += dimensions.__all__
    __all__ += distributions.__all__
    __all__ += indexing.__all__
    __all__ += places.__all__
    __all__ += random.__all__
    __all__ += rearrange.__all__
    __all__ += shapes.__all__
