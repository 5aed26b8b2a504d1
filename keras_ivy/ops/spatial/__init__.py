"""What moves windows over space: convolutions, pooling, resizing of images; boxes in them."""

from typing import TYPE_CHECKING

from keras_ivy.ops.spatial import (
    adaptive,
    boxes,
    conv_transpose,
    convolution,
    grouped,
    pooling,
)
from keras_ivy.ops.spatial.adaptive import *
from keras_ivy.ops.spatial.boxes import *
from keras_ivy.ops.spatial.conv_transpose import *
from keras_ivy.ops.spatial.convolution import *
from keras_ivy.ops.spatial.grouped import *
from keras_ivy.ops.spatial.pooling import *

if not TYPE_CHECKING:  # as in `keras_ivy.ops`
    __all__ = []
    __all__ += adaptive.__all__
    __all__ += boxes.__all__
    __all__ += conv_transpose.__all__
    __all__ += convolution.__all__
    __all__ += grouped.__all__
    __all__ += pooling.__all__
