"""`Module`, where Ivy has them: `from ivy.stateful.module import Module`."""

from keras_ivy.module import (
    Module,
)

__all__ = ["Module"]
