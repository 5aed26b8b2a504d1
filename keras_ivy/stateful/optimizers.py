"""Ivy's optimizers, where Ivy has them: `from ivy.stateful.optimizers import Adam`."""

from keras_ivy.optimizers import (
    LAMB,
    LARS,
    SGD,
    Adam,
    AdamW,
    Optimizer,
)

__all__ = ["LAMB", "LARS", "SGD", "Adam", "AdamW", "Optimizer"]
