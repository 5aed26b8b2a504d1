"""`Sequential`, where Ivy has them: `from ivy.stateful.sequential import Sequential`."""

from keras_ivy.layers import (
    Sequential,
)

__all__ = ["Sequential"]
