"""Ivy's data classes, where its programs look for them."""

from keras_ivy.container import Container
from keras_ivy.ops import Array, NativeArray

__all__ = ["Array", "Container", "ContainerBase", "NativeArray"]

#: The base of Ivy's containers: what they do beyond holding stands in the same class here.
ContainerBase = Container
