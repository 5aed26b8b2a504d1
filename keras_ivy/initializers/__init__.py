"""Initializers: Ivy's schemes and their relatives, for Keras layers and whole models."""

from keras_ivy.initializers.base import Drawn, Initializer
from keras_ivy.initializers.constant import Constant, Ones, Zeros
from keras_ivy.initializers.fans import fans_of, geometry_of
from keras_ivy.initializers.geometry import Geometry, register_fans
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
    "Geometry",
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
    "fans_of",
    "geometry_of",
    "register_fans",
]
