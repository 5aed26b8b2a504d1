"""Module, the class of Ivy's layers and networks."""

from keras_ivy.module.files.converting import convert_weights
from keras_ivy.module.module import Module

__all__ = ["Module", "convert_weights"]
