"""What tells Ivy's arrays from those of a backend: nothing, as there is one class of arrays."""

from collections.abc import Sequence
from typing import TypeVar

import tensorflow as tf

from keras_ivy.utils.checks import flag
from keras_ivy.utils.devices import existing_device

__all__ = [
    "args_to_ivy",
    "args_to_native",
    "as_ivy_dev",
    "as_native_dev",
    "to_ivy",
    "to_ivy_shape",
    "to_native",
    "to_native_shape",
]

Nest = TypeVar("Nest")


def to_native(x: Nest, nested: bool = False, include_derived: object = None) -> Nest:
    """Return `x` as it is: arrays are TensorFlow's.

    Args:
        x: Anything.
        nested: Taken for Ivy's programs; what nests hold is TensorFlow's too.
        include_derived: Taken for Ivy's programs.

    Example:

    >>> x = tf.constant(1.0)
    >>> to_native(x) is x
    True
    """
    flag("nested", nested, "to_native")
    return x


def to_ivy(x: Nest, nested: bool = False, include_derived: object = None) -> Nest:
    """Return `x` as it is: arrays are TensorFlow's.

    Args:
        x: Anything.
        nested: Taken for Ivy's programs.
        include_derived: Taken for Ivy's programs.

    Example:

    >>> x = tf.constant(1.0)
    >>> to_ivy(x) is x
    True
    """
    flag("nested", nested, "to_ivy")
    return x


def args_to_native(
    *args: object, include_derived: object = None, **kwargs: object
) -> tuple[list[object], dict[str, object]]:
    """Return the arguments as they are, as a list and a dict.

    Example:

    >>> args_to_native(1, a=2)
    ([1], {'a': 2})
    """
    return list(args), kwargs


def args_to_ivy(
    *args: object, include_derived: object = None, **kwargs: object
) -> tuple[tuple[object, ...], dict[str, object]]:
    """Return the arguments as they are, as a tuple and a dict.

    Example:

    >>> args_to_ivy(1, a=2)
    ((1,), {'a': 2})
    """
    return args, kwargs


def as_ivy_dev(device: str, /) -> str:
    """Return the name of a device as Ivy writes it.

    Raises:
        ValueError: If there is no such device.

    Example:

    >>> as_ivy_dev("/device:CPU:0"), as_ivy_dev("cpu")
    ('cpu', 'cpu')
    """
    name = existing_device(device)
    return "cpu" if name == "cpu:0" else name


def as_native_dev(device: str, /) -> str:
    """Return the name of a device as TensorFlow writes it.

    Raises:
        ValueError: If there is no such device.

    Example:

    >>> as_native_dev("cpu")
    '/CPU:0'
    """
    return f"/{existing_device(device).upper()}"


def to_ivy_shape(shape: Sequence[int] | tf.TensorShape) -> tuple[int | None, ...]:
    """Return a shape as a tuple.

    Example:

    >>> to_ivy_shape(tf.TensorShape([2, 3]))
    (2, 3)
    """
    return tuple(shape)


def to_native_shape(shape: Sequence[int] | tf.TensorShape) -> tuple[int | None, ...]:
    """Return a shape as a tuple, which TensorFlow takes.

    Example:

    >>> to_native_shape([2, 3])
    (2, 3)
    """
    return tuple(shape)
