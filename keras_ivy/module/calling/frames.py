"""Calls that are going on in this thread, and whether each of them trains.

A module trains in a call if, in this order, the call says so (`training=`), an enclosing Keras
layer, `fit` or `predict` has said so, or its own flag does, which `train()` and `eval()` set.
Inside a stock Keras model that is called without saying so, nothing trains, as in Keras.
"""

import threading
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from keras_ivy.adapters.keras import modules as keras_modules
from keras_ivy.module.record import own_record
from keras_ivy.module.variables.tracking import records_in
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyTypeError

if TYPE_CHECKING:
    from keras_ivy.module.module import Module

__all__ = ["Frame", "frames", "resolve_training", "train", "trains"]


class Frame:
    """One call of a module.

    Attributes:
        module: The module that is called.
        training: Whether it trains in this call.
        by_flag: Whether its own flag said so, in which case modules inside follow their own.
        has_v: Whether values for the variables were given.
        hidden: Arguments that Keras is not shown, by position or name.
        inputs: The arguments of the user's method, while that runs.
    """

    __slots__ = ("by_flag", "has_v", "hidden", "inputs", "module", "training")

    def __init__(
        self, module: "Module", training: bool | tf.Tensor, by_flag: bool, has_v: bool = False
    ):
        self.module = module
        self.training = training
        self.by_flag = by_flag
        self.has_v = has_v
        self.hidden: dict[int | str, Any] = {}
        self.inputs: tuple[tuple, dict[str, Any]] | None = None


class _Frames(threading.local):
    def __init__(self) -> None:
        self.stack: list[Frame] = []


#: The calls of this thread, outermost first.
frames = _Frames()


def resolve_training(
    flag: bool, explicit: bool | tf.Tensor | None
) -> tuple[bool | tf.Tensor, bool]:
    """Return whether a call trains, and whether the module's own flag decided that."""
    if explicit is not None:
        if explicit is not True and explicit is not False:
            shape = getattr(explicit, "shape", None)
            if shape is None or len(shape):  # a tensor may hold the one truth value
                checks.flag("training", explicit)
        return explicit, False
    outer = keras_modules.enclosing_training()
    if outer is keras_modules.ABSENT:
        return flag, True
    if outer is None:
        return False, False
    if frames.stack:
        frame = frames.stack[-1]
        if frame.by_flag and frame.training is outer:
            return flag, True
    return outer, False


def trains(module: "Module") -> bool | tf.Tensor:
    """Return whether a module trains: in the call that is going on, or in those to come."""
    for frame in reversed(frames.stack):
        if frame.module is module:
            return frame.training
    return own_record(module).training


def train(module: "Module", mode: bool) -> None:
    """Let calls that do not say so train, or not, of a module and of all modules inside."""
    if not isinstance(mode, bool):
        raise IvyTypeError(f"`train` takes a bool. Received: mode={mode!r}")
    for _, layer in records_in(module):
        own_record(layer).training = mode
