"""Devices under Ivy's names: `"cpu"`, `"gpu:0"`, and the placement of what is created."""

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = [
    "default_device",
    "dev",
    "device_scope",
    "gpu_is_available",
    "num_cpus",
    "num_gpus",
    "on_device",
    "split_device",
    "to_device",
]


def _name(device: Any) -> str:
    """Return TensorFlow's name of a device, `"/gpu:0"`, after checking that it exists."""
    if not isinstance(device, str):
        raise IvyTypeError(
            'A device is a string such as "cpu" or "gpu:0". '
            f"Received: device={device!r} of type {type(device).__name__}"
        )
    kind, _, index = device.lower().removeprefix("/").removeprefix("device:").partition(":")
    index = index or "0"
    known = [d.name.removeprefix("/device:").lower() for d in tf.config.list_logical_devices()]
    if f"{kind}:{index}" not in known:
        raise IvyValueError(
            f"There is no such device here; there are {known}. Received: device={device!r}"
        )
    return f"/{kind}:{index}"


def device_scope(device: str | None) -> Any:
    """Return a context in which TensorFlow places what is created; None leaves it to TensorFlow.

    Raises:
        ValueError: If there is no such device.
        TypeError: If the device is no string.
    """
    return contextlib.nullcontext() if device is None else tf.device(_name(device))


def split_device(kwargs: dict[str, Any]) -> str | None:
    """Take `device`, or its older spelling `dev`, out of keyword arguments.

    Example:

    >>> split_device({"dev": "cpu"})
    'cpu'
    """
    device, dev = kwargs.pop("device", None), kwargs.pop("dev", None)
    if device is not None and dev is not None:
        raise IvyValueError(
            "`dev` is the older spelling of `device`: give one of the two. "
            f"Received: device={device!r}, dev={dev!r}"
        )
    return dev if device is None else device


def on_device(fn: Callable) -> Callable:
    """Let a function of `keras_ivy` take `device` and `dev`, and create its result there."""

    @functools.wraps(fn)
    def function(*args: Any, **kwargs: Any) -> Any:
        if "device" in kwargs or "dev" in kwargs:
            with device_scope(split_device(kwargs)):
                return fn(*args, **kwargs)
        return fn(*args, **kwargs)

    return ivy_function(function)


def dev(x: Any) -> str:
    """Return the device that an array lives on.

    Args:
        x: An array or a variable.

    Returns:
        A string such as `"cpu:0"`; `"cpu:0"` also for an array that lives in Python.

    Example:

    >>> dev(keras.ops.ones((2,)))
    'cpu:0'
    """
    name = getattr(keras.ops.convert_to_tensor(x), "device", "") or "/device:CPU:0"
    return name.rpartition("device:")[2].lower()


def default_device(item: Any = None) -> str:
    """Return the device that arrays are created on: the first GPU, or the CPU.

    Args:
        item: An array or a device, which are then what counts.

    Example:

    >>> default_device("cpu")
    'cpu'
    """
    if isinstance(item, str):
        return item
    if item is not None:
        return dev(item)
    return "gpu:0" if gpu_is_available() else "cpu:0"


@ivy_function
def to_device(x: Any, device: str) -> Any:
    """Return the array on a device.

    Args:
        x: An array, or a Container of arrays.
        device: `"cpu"`, `"gpu:0"`, ...

    Raises:
        ValueError: If there is no such device.

    Example:

    >>> dev(to_device([1.0], "cpu"))
    'cpu:0'
    """
    with device_scope(device):
        return tf.identity(keras.ops.convert_to_tensor(x))


def num_gpus() -> int:
    """Return the number of GPUs that TensorFlow sees."""
    return len(tf.config.list_logical_devices("GPU"))


def num_cpus() -> int:
    """Return the number of CPU devices that TensorFlow sees."""
    return len(tf.config.list_logical_devices("CPU"))


def gpu_is_available() -> bool:
    """Return whether TensorFlow sees a GPU."""
    return num_gpus() > 0
