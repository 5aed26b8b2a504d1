"""What is computed of arrays, whatever they stand for."""

from typing import TYPE_CHECKING

from keras_ivy.ops.maths import (
    comparisons,
    decompositions,
    elementwise,
    elementwise_options,
    linalg,
    matrices,
    orders,
    products,
    reductions,
    signals,
    special,
    spectral,
    statistics,
    transforms,
)
from keras_ivy.ops.maths.comparisons import *
from keras_ivy.ops.maths.decompositions import *
from keras_ivy.ops.maths.elementwise import *
from keras_ivy.ops.maths.elementwise_options import *
from keras_ivy.ops.maths.linalg import *
from keras_ivy.ops.maths.matrices import *
from keras_ivy.ops.maths.orders import *
from keras_ivy.ops.maths.products import *
from keras_ivy.ops.maths.reductions import *
from keras_ivy.ops.maths.signals import *
from keras_ivy.ops.maths.special import *
from keras_ivy.ops.maths.spectral import *
from keras_ivy.ops.maths.statistics import *
from keras_ivy.ops.maths.transforms import *

if not TYPE_CHECKING:  # as in `keras_ivy.ops`
    __all__ = []
    __all__ += comparisons.__all__
    __all__ += decompositions.__all__
    __all__ += elementwise.__all__
    __all__ += elementwise_options.__all__
    __all__ += linalg.__all__
    __all__ += matrices.__all__
    __all__ += orders.__all__
    __all__ += products.__all__
    __all__ += reductions.__all__
    __all__ += signals.__all__
    __all__ += special.__all__
    __all__ += spectral.__all__
    __all__ += statistics.__all__
    __all__ += transforms.__all__
