"""What is Ivy's own: devices, data types, nests, questions about arrays."""

from typing import TYPE_CHECKING

from keras_ivy.ops.ivy import (
    backends,
    devices,
    dtypes,
    general,
    nests,
)
from keras_ivy.ops.ivy.backends import *
from keras_ivy.ops.ivy.devices import *
from keras_ivy.ops.ivy.dtypes import *
from keras_ivy.ops.ivy.general import *
from keras_ivy.ops.ivy.nests import *

if not TYPE_CHECKING:  # as in `keras_ivy.ops`
    __all__ = []
    __all__ += backends.__all__
    __all__ += devices.__all__
    __all__ += dtypes.__all__
    __all__ += general.__all__
    __all__ += nests.__all__
