"""What moves windows over space: convolutions, pooling, resizing of images."""

from typing import TYPE_CHECKING

from keras_ivy.ops.spatial import (
    adaptive,
    conv,
    conv_transpose,
    pooling,
)
from keras_ivy.ops.spatial.adaptive import *
from keras_ivy.ops.spatial.conv import *
from keras_ivy.ops.spatial.conv_transpose import *
from keras_ivy.ops.spatial.pooling import *

if not TYPE_CHECKING:  # as in `keras_ivy.ops`
    __all__ = []
    __all__ += adaptive.__all__
    __all__ += conv.__all__
    __all__ += conv_transpose.__all__
    __all__ += pooling.__all__
