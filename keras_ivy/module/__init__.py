"""Module, the class of Ivy's layers and networks."""

from keras_ivy.module.module import Module

__all__ = ["Module"]
