"""Ivy's losses, where Ivy has them: `from ivy.stateful.losses import BinaryCrossEntropyLoss`."""

from keras_ivy.layers import (
    BinaryCrossEntropyLoss,
    CrossEntropyLoss,
    LogPoissonLoss,
)

__all__ = ["BinaryCrossEntropyLoss", "CrossEntropyLoss", "LogPoissonLoss"]
