"""Ivy's functional names, as thin functions over `keras.ops` and TensorFlow.

Every function takes tensors, NumPy arrays, Python numbers, variables, the symbolic tensors of
Keras's functional API, and Containers, over whose leaves it maps.
"""

from typing import TYPE_CHECKING

from keras_ivy.container import add_methods
from keras_ivy.ops import (
    activations,
    adaptive,
    attention,
    comparisons,
    conv,
    conv_transpose,
    creation,
    decompositions,
    devices,
    dimensions,
    dtypes,
    elementwise,
    elementwise_options,
    encodings,
    general,
    indexing,
    linalg,
    losses,
    nests,
    nn,
    norms,
    piecewise,
    pooling,
    random,
    rearrange,
    recurrent,
    reductions,
    shapes,
    spectral,
)
from keras_ivy.ops.activations import *
from keras_ivy.ops.adaptive import *
from keras_ivy.ops.attention import *
from keras_ivy.ops.comparisons import *
from keras_ivy.ops.conv import *
from keras_ivy.ops.conv_transpose import *
from keras_ivy.ops.creation import *
from keras_ivy.ops.decompositions import *
from keras_ivy.ops.devices import *
from keras_ivy.ops.dimensions import *
from keras_ivy.ops.dtypes import *
from keras_ivy.ops.elementwise import *
from keras_ivy.ops.elementwise_options import *
from keras_ivy.ops.encodings import *
from keras_ivy.ops.general import *
from keras_ivy.ops.indexing import *
from keras_ivy.ops.leafwise import leafwise
from keras_ivy.ops.linalg import *
from keras_ivy.ops.losses import *
from keras_ivy.ops.nests import *
from keras_ivy.ops.nn import *
from keras_ivy.ops.norms import *
from keras_ivy.ops.piecewise import *
from keras_ivy.ops.pooling import *
from keras_ivy.ops.random import *
from keras_ivy.ops.rearrange import *
from keras_ivy.ops.recurrent import *
from keras_ivy.ops.reductions import *
from keras_ivy.ops.shapes import *
from keras_ivy.ops.spectral import *

if not TYPE_CHECKING:  # a checker that cannot add lists up takes what the star imports bring
    # Each file lists its own names, and nothing lists them again.
    __all__ = []
    __all__ += activations.__all__
    __all__ += adaptive.__all__
    __all__ += attention.__all__
    __all__ += comparisons.__all__
    __all__ += conv.__all__
    __all__ += conv_transpose.__all__
    __all__ += creation.__all__
    __all__ += decompositions.__all__
    __all__ += devices.__all__
    __all__ += dimensions.__all__
    __all__ += dtypes.__all__
    __all__ += elementwise.__all__
    __all__ += elementwise_options.__all__
    __all__ += encodings.__all__
    __all__ += general.__all__
    __all__ += indexing.__all__
    __all__ += linalg.__all__
    __all__ += losses.__all__
    __all__ += nests.__all__
    __all__ += nn.__all__
    __all__ += norms.__all__
    __all__ += piecewise.__all__
    __all__ += pooling.__all__
    __all__ += random.__all__
    __all__ += rearrange.__all__
    __all__ += recurrent.__all__
    __all__ += reductions.__all__
    __all__ += shapes.__all__
    __all__ += spectral.__all__

    def __dir__() -> list[str]:
        return sorted(__all__)


add_methods(leafwise())
