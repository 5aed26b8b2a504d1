"""What networks are made of, apart from what moves windows over space."""

from typing import TYPE_CHECKING

from keras_ivy.ops.nn import (
    activations,
    attention,
    basics,
    divergences,
    encodings,
    local_norms,
    losses,
    norms,
    piecewise,
    recurrent,
    thresholds,
)
from keras_ivy.ops.nn.activations import *
from keras_ivy.ops.nn.attention import *
from keras_ivy.ops.nn.basics import *
from keras_ivy.ops.nn.divergences import *
from keras_ivy.ops.nn.encodings import *
from keras_ivy.ops.nn.local_norms import *
from keras_ivy.ops.nn.losses import *
from keras_ivy.ops.nn.norms import *
from keras_ivy.ops.nn.piecewise import *
from keras_ivy.ops.nn.recurrent import *
from keras_ivy.ops.nn.thresholds import *

if not TYPE_CHECKING:  # as in `keras_ivy.ops`
    __all__ = []
    __all__ += activations.__all__
    __all__ += attention.__all__
    __all__ += basics.__all__
    __all__ += divergences.__all__
    __all__ += encodings.__all__
    __all__ += local_norms.__all__
    __all__ += losses.__all__
    __all__ += norms.__all__
    __all__ += piecewise.__all__
    __all__ += recurrent.__all__
    __all__ += thresholds.__all__
