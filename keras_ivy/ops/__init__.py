"""Ivy's functional names, as thin functions over `keras.ops` and TensorFlow.

Every function takes tensors, NumPy arrays, Python numbers, variables, the symbolic tensors of
Keras's functional API, and Containers, over whose leaves it maps.
"""

from typing import TYPE_CHECKING

from keras_ivy.container import add_functions, add_methods
from keras_ivy.functional import add_functions as _add_to_functional
from keras_ivy.ops import arrays, ivy, maths, nn, spatial
from keras_ivy.ops.arrays import *
from keras_ivy.ops.dispatch import named_function
from keras_ivy.ops.ivy import *
from keras_ivy.ops.leafwise import leafwise, method_of
from keras_ivy.ops.maths import *
from keras_ivy.ops.nn import *
from keras_ivy.ops.spatial import *

if not TYPE_CHECKING:  # a checker that cannot add lists up takes what the star imports bring
    # Each file lists its own names, and nothing lists them again.
    __all__ = []
    __all__ += arrays.__all__
    __all__ += ivy.__all__
    __all__ += maths.__all__
    __all__ += nn.__all__
    __all__ += spatial.__all__

    def __dir__() -> list[str]:
        return sorted(__all__)


add_methods(leafwise())
add_functions(method_of)
_add_to_functional(named_function)
