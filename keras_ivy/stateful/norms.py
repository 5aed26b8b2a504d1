"""Ivy's normalisation layers, where Ivy has them: `from ivy.stateful.norms import BatchNorm2D`."""

from keras_ivy.layers import (
    BatchNorm2D,
    LayerNorm,
)

__all__ = ["BatchNorm2D", "LayerNorm"]
