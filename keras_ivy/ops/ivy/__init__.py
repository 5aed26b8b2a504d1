"""What is Ivy's own: devices, data types, nests, questions about arrays."""

from typing import TYPE_CHECKING

from keras_ivy.ops.ivy import (
    array_questions,
    backends,
    calls,
    control,
    devices,
    dtypes,
    general,
    natives,
    nest_edits,
    nest_maps,
    nests,
    stability,
    type_questions,
)
from keras_ivy.ops.ivy.array_questions import *
from keras_ivy.ops.ivy.backends import *
from keras_ivy.ops.ivy.calls import *
from keras_ivy.ops.ivy.control import *
from keras_ivy.ops.ivy.devices import *
from keras_ivy.ops.ivy.dtypes import *
from keras_ivy.ops.ivy.general import *
from keras_ivy.ops.ivy.natives import *
from keras_ivy.ops.ivy.nest_edits import *
from keras_ivy.ops.ivy.nest_maps import *
from keras_ivy.ops.ivy.nests import *
from keras_ivy.ops.ivy.stability import *
from keras_ivy.ops.ivy.type_questions import *

if not TYPE_CHECKING:  # as in `keras_ivy.ops`
    __all__ = []
    __all__ += array_questions.__all__
    __all__ += backends.__all__
    __all__ += calls.__all__
    __all__ += control.__all__
    __all__ += devices.__all__
    __all__ += dtypes.__all__
    __all__ += general.__all__
    __all__ += natives.__all__
    __all__ += nest_edits.__all__
    __all__ += nest_maps.__all__
    __all__ += nests.__all__
    __all__ += stability.__all__
    __all__ += type_questions.__all__
