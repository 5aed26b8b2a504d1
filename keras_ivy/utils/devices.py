"""Names of devices: Ivy's `"cuda:0"` and `"cpu"`, Keras's `"gpu:0"`, TensorFlow's `"/CPU:0"`."""

import contextlib
import re

import tensorflow as tf

from keras_ivy.utils.checks import received
from keras_ivy.utils.exceptions import IvyDeviceError, IvyTypeError, IvyValueError

#: How devices are called in Ivy, Keras and TensorFlow.
_NAME = re.compile(r"(/job:\w+/replica:\d+/task:\d+)?/?(device:)?(cpu|gpu|cuda|tpu)(:\d+)?")

#: The devices that `set_default` has named, the last of which counts.
_defaults: list[str] = []


def known_devices() -> list[str]:
    """Return the devices there are, such as `["cpu:0"]`.

    Example:

    >>> known_devices()[0]
    'cpu:0'
    """
    return [f"{d.device_type}:{d.name.split(':')[-1]}".lower() for d in _logical_devices()]


def existing_device(device: object) -> str:
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
            f"{received('device', device)} of type {type(device).__name__}"
        )
    name = device.lower().rpartition("device:")[2].removeprefix("/").replace("cuda", "gpu")
    name = name if ":" in name else f"{name}:0"
    if name not in known_devices():
        raise IvyDeviceError(
            f"There is no such device here; there are {known_devices()}. "
            f"Received: device={device!r}"
        )
    return name


def device_name(device: object) -> str:
    """Return a device's name as it was spelled, if it can be one; whether it is there is not asked.

    Raises:
        IvyTypeError: If it is not a string.
        IvyValueError: If no device is called so.

    Example:

    >>> device_name("/device:GPU:7")
    '/device:GPU:7'
    """
    if not isinstance(device, str):
        raise IvyTypeError(
            '`device` must be the name of a device, such as "cpu:0", or `None`. '
            f"{received('device', device)} of type {type(device).__name__}"
        )
    if not _NAME.fullmatch(device.lower()):
        raise IvyValueError(
            'No device is called so; names are such as "cpu", "gpu:0" or "/device:GPU:0". '
            f"{received('device', device)}"
        )
    return device


def chosen_device(device: str | None = None, dev: str | None = None) -> str | None:
    """Return the one of two arguments that is given, as it was spelled, after checking it.

    Without one, it is the device that `set_default` has named, if any.

    Args:
        device: A name as for `existing_device`, or `None`.
        dev: Older spelling of `device`.

    Raises:
        IvyTypeError: If both are passed, or the device is not a string.
        IvyValueError: If there is no such device.

    Example:

    >>> chosen_device(dev="/CPU:0")
    '/CPU:0'
    """
    if device is not None and dev is not None:
        raise IvyTypeError(
            f"`dev` is another spelling of `device`: pass one. Received: {device=}, {dev=}"
        )
    name = device if device is not None else dev
    if name is None:
        return _defaults[-1] if _defaults else None
    existing_device(name)
    return name


def device_scope(
    device: str | None = None, dev: str | None = None
) -> contextlib.AbstractContextManager:
    """Return a context that places what is made in it; without a device it does nothing.

    The arguments and errors are those of `chosen_device`.

    Example:

    >>> with device_scope("cpu"):
    ...     x = tf.zeros(2)
    """
    name = chosen_device(device, dev)
    return contextlib.nullcontext() if name is None else tf.device(f"/{existing_device(name)}")


def device_of(x: object) -> str:
    """Return the device of a tensor or variable as Ivy writes it: `"cpu"`, `"gpu:0"`.

    What lives in Python, and what is being traced without a device, counts as on the CPU.

    Example:

    >>> device_of(tf.zeros(2)), device_of([1.0])
    ('cpu', 'cpu')
    """
    name = getattr(getattr(x, "value", x), "device", None) or "cpu"
    return name.lower().rpartition("device:")[2].removesuffix("cpu:0") or "cpu"


def set_default(device: str) -> None:
    """Name the device that counts where none is given, until `unset_default`."""
    existing_device(device)
    _defaults.append(device)


def unset_default() -> None:
    """Undo the last `set_default`; without one, do nothing."""
    if _defaults:
        _defaults.pop()


def first_device() -> str:
    """Return the device that TensorFlow prefers: `"gpu:0"`, or `"cpu"` where there is no GPU."""
    return next((name for name in known_devices() if name.startswith("gpu")), "cpu")


def _logical_devices() -> list:
    return tf.config.list_logical_devices()
