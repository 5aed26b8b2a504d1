"""Names of devices: Ivy's `"cuda:0"` and `"cpu"`, Keras's `"gpu:0"`, TensorFlow's `"/CPU:0"`."""

import contextlib
from typing import Any

import tensorflow as tf

from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError


def known_devices() -> list[str]:
    """Return the devices there are, such as `["cpu:0"]`.

    Example:

    >>> known_devices()[0]
    'cpu:0'
    """
    return [f"{d.device_type}:{d.name.split(':')[-1]}".lower() for d in _logical_devices()]


def existing_device(device: Any) -> str:
    """Return a device's name as Keras writes it, after checking that the device is there.

    TensorFlow would place a tensor elsewhere without a word.

    Args:
        device: A name in any of the spellings.

    Raises:
        IvyTypeError: If it is not a string.
        IvyValueError: If there is no such device.

    Example:

    >>> existing_device("/device:CPU:0"), existing_device("cpu")
    ('cpu:0', 'cpu:0')
    """
    if not isinstance(device, str):
        raise IvyTypeError(
            'A device is a string such as "cpu" or "gpu:0". '
            f"Received: device={device!r} of type {type(device).__name__}"
        )
    name = device.lower().rpartition("device:")[2].removeprefix("/").replace("cuda", "gpu")
    name = name if ":" in name else f"{name}:0"
    if name not in known_devices():
        raise IvyValueError(
            f"There is no such device here; there are {known_devices()}. "
            f"Received: device={device!r}"
        )
    return name


def device_scope(device: Any = None, dev: Any = None) -> contextlib.AbstractContextManager:
    """Return a context that places what is made in it; without a device it does nothing.

    Args:
        device: A name as for `existing_device`, or `None`.
        dev: Older spelling of `device`.

    Raises:
        IvyTypeError: If both are passed, or the device is not a string.
        IvyValueError: If there is no such device.

    Example:

    >>> with device_scope("cpu"):
    ...     x = tf.zeros(2)
    """
    if device is not None and dev is not None:
        raise IvyTypeError(
            f"`dev` is another spelling of `device`: pass one. Received: {device=}, {dev=}"
        )
    name = device if device is not None else dev
    return contextlib.nullcontext() if name is None else tf.device(f"/{existing_device(name)}")


def _logical_devices() -> list:
    return tf.config.list_logical_devices()
