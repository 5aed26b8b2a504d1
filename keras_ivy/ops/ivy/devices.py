"""Devices under Ivy's names: `"cpu"`, `"gpu:0"`, and the placement of what is created."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import tensorflow as tf

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import flag
from keras_ivy.utils.devices import (
    chosen_device,
    device_of,
    device_scope,
    existing_device,
    first_device,
    set_default,
    unset_default,
)

__all__ = [
    "DefaultDevice",
    "default_device",
    "dev",
    "gpu_is_available",
    "num_cpus",
    "num_gpus",
    "set_default_device",
    "set_soft_device_mode",
    "to_device",
    "unset_default_device",
    "unset_soft_device_mode",
]


Result = TypeVar("Result")


def on_device(fn: Callable[..., Result]) -> Callable[..., Result]:
    """Let a function of `keras_ivy` take `device` and `dev`, and create its result there."""

    @functools.wraps(fn)
    def function(*args: Any, **kwargs: Any) -> Result:
        with device_scope(kwargs.pop("device", None), kwargs.pop("dev", None)):
            return fn(*args, **kwargs)

    # `help` and editors show what a decorator adds.
    signature = inspect.signature(fn)
    named = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=str | None)
        for name in ("device", "dev")
    ]
    vars(function)["__signature__"] = signature.replace(
        parameters=[*signature.parameters.values(), *named]
    )
    return ivy_function(function)


def dev(x: ArrayLike) -> str:
    """Return the device that an array lives on.

    Args:
        x: An array or a variable.

    Returns:
        A string such as `"cpu"` or `"gpu:0"`; `"cpu"` also for an array that lives in Python.

    Example:

    >>> dev(tf.ones((2,)))
    'cpu'
    """
    return device_of(x)


def default_device(item: object = None) -> str:
    """Return the device that arrays are created on.

    It is the one that `set_default_device` has named, or else the first GPU, or the CPU.

    Args:
        item: An array or a device, which are then what counts.

    Raises:
        ValueError: If the device that is given is not there.

    Example:

    >>> default_device("cpu")
    'cpu'
    """
    if isinstance(item, str):
        existing_device(item)
        return item
    return (chosen_device() or first_device()) if item is None else device_of(item)


def set_default_device(device: str, /) -> None:
    """Name the device that arrays and variables are made on where none is given.

    Args:
        device: `"cpu"`, `"gpu:0"`, ...

    Raises:
        ValueError: If there is no such device.

    Example:

    >>> set_default_device("cpu:0")
    >>> default_device()
    'cpu:0'
    >>> unset_default_device()

    Reference: Ivy's `functional/ivy/device.py`.
    """
    set_default(device)


def unset_default_device() -> None:
    """Undo the last `set_default_device`; without one, do nothing.

    Example:

    >>> set_default_device("cpu")
    >>> unset_default_device()
    """
    unset_default()


class DefaultDevice:
    """A context in which arrays and variables are made on a device where none is given.

    Args:
        device: `"cpu"`, `"gpu:0"`, ...

    Raises:
        ValueError: If there is no such device.

    Example:

    >>> with DefaultDevice("cpu:0"):
    ...     print(default_device())
    cpu:0

    Reference: Ivy's `functional/ivy/device.py`.
    """

    def __init__(self, device: str, /):
        existing_device(device)
        self._device = device

    def __enter__(self) -> "DefaultDevice":
        set_default(self._device)
        return self

    def __exit__(self, *exception: object) -> None:
        unset_default()


def set_soft_device_mode(mode: bool) -> None:
    """Do nothing: TensorFlow moves arrays to where an operation runs, as Ivy's soft mode does.

    Args:
        mode: Whether arrays move; what the mode was, and is, makes no difference here.

    Raises:
        TypeError: If `mode` is no bool.

    Example:

    >>> set_soft_device_mode(True)
    """
    flag("mode", mode, "set_soft_device_mode")


def unset_soft_device_mode() -> None:
    """Do nothing, as `set_soft_device_mode` does."""


@ivy_function(symbolic=True)
def to_device(x: ArrayLike, device: str) -> Array:
    """Return the array on a device.

    Args:
        x: An array, or a Container of arrays.
        device: `"cpu"`, `"gpu:0"`, ...

    Raises:
        ValueError: If there is no such device.

    Example:

    >>> dev(to_device([1.0], "/CPU:0"))
    'cpu'
    """
    with device_scope(device):
        return tf.identity(to_tensor(x))


def num_gpus() -> int:
    """Return the number of GPUs that TensorFlow sees."""
    return len(tf.config.list_logical_devices("GPU"))


def num_cpus() -> int:
    """Return the number of CPU devices that TensorFlow sees."""
    return len(tf.config.list_logical_devices("CPU"))


def gpu_is_available() -> bool:
    """Return whether TensorFlow sees a GPU."""
    return num_gpus() > 0
