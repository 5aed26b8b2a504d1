"""Initializers: Ivy's schemes and their relatives, for Keras layers and whole models."""

from keras_ivy.initializers.base import Drawn, Initializer
from keras_ivy.initializers.constant import Constant, Ones, Zeros
from keras_ivy.initializers.normal import (
    KaimingNormal,
    LecunNormal,
    Normal,
    RandomNormal,
    XavierNormal,
)
from keras_ivy.initializers.siren import FirstLayerSiren, Siren
from keras_ivy.initializers.uniform import GlorotUniform, Uniform

__all__ = [
    "Constant",
    "Drawn",
    "FirstLayerSiren",
    "GlorotUniform",
    "Initializer",
    "KaimingNormal",
    "LecunNormal",
    "Normal",
    "Ones",
    "RandomNormal",
    "Siren",
    "Uniform",
    "XavierNormal",
    "Zeros",
]
