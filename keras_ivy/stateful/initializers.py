"""Ivy's initializers, where Ivy has them: `from ivy.stateful.initializers import Constant`."""

from keras_ivy.initializers import (
    Constant,
    FirstLayerSiren,
    GlorotUniform,
    Initializer,
    KaimingNormal,
    Ones,
    RandomNormal,
    Siren,
    Uniform,
    Zeros,
)

__all__ = [
    "Constant",
    "FirstLayerSiren",
    "GlorotUniform",
    "Initializer",
    "KaimingNormal",
    "Ones",
    "RandomNormal",
    "Siren",
    "Uniform",
    "Zeros",
]
