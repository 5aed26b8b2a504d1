"""Checks of shapes, seeds and numbers that layers and functions share, as those of `checks`."""

from collections.abc import Callable
from typing import cast

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.ops.checks import index_of, positive
from keras_ivy.typing import Array, ArrayLike, SeedLike, ShapeLike
from keras_ivy.utils.checks import LARGEST_COUNT, finite, is_number, received, whole
from keras_ivy.utils.exceptions import IvyTypeError

__all__ = ["know_batch", "noise_shape", "numbers", "seed", "shape", "size_or_batch", "sizes"]


def shape(owner: str, argument: str, value: object) -> list:
    """Return the entries of a shape: a list, a tuple, a `TensorShape`, an array of one axis.

    Raises:
        TypeError: If it is something else.
    """
    entries = None
    if isinstance(value, list | tuple):
        entries = list(value)
    elif hasattr(value, "as_list"):
        entries = value.as_list()
    elif hasattr(value, "shape") and len(value.shape) == 1 and hasattr(value, "__array__"):
        array = np.asarray(value)
        entries = array.tolist() if array.dtype.kind in "iu" else None
    if entries is None:
        raise IvyTypeError(
            f"{owner}: `{argument}` is a list of whole numbers. {received(argument, value)}"
        )
    return entries


def sizes(owner: str, value: ShapeLike, argument: str = "shape") -> tuple | Array:
    """Return a shape to make an array of, from a number or a list of them; tensors may stand in it.

    Raises:
        TypeError: If it is something else.
        ValueError: If a size is negative or larger than any array.

    Example:

    >>> sizes("zeros", 3), sizes("zeros", [2, 0])
    ((3,), (2, 0))
    """
    if tf.is_tensor(value):
        tensor = cast("Array", value)
        if len(tensor.shape) == 1:
            return tensor  # in a trace its entries are not known
    if index_of(value) is not None:
        value = [value]
    known = [size_or_batch(owner, argument, size) for size in shape(owner, argument, value)]
    return tuple(
        size if tf.is_tensor(size) else whole(argument, _index_or(size), 0, LARGEST_COUNT, owner)
        for size in known
    )


#: What tells the size of the batch of the call that is going on.
_batch: list[Callable[[], Array | None]] = []


def know_batch(find: Callable[[], Array | None]) -> None:
    """Let a size of None be the size of the batch.

    Args:
        find: Returns that size as a tensor, or None where there is no call, or no such size.
    """
    _batch.append(find)


def size_or_batch(owner: str, argument: str, size: object) -> object:
    """Return a size as it is, and for None, which `x.shape[0]` is in a trace, the batch's.

    Raises:
        TypeError: If that is not known either.
    """
    if size is not None:
        return size
    found = next((batch for find in _batch if (batch := find()) is not None), None)
    if found is None:
        raise IvyTypeError(
            f"{owner}: a size is None, as one is in `x.shape` that is not known yet. Take it by "
            f"`ivy.shape(x)`, which gives it as a tensor. Received: {argument} with None in it"
        )
    return found


def _index_or(value: object) -> object:
    index = index_of(value)
    return value if index is None else index


def noise_shape(owner: str, value: object) -> None:
    """Check the shape of random decisions: None, or sizes, of which some may be None.

    Raises:
        TypeError: If it is something else.
        ValueError: If a size is smaller than 1.
    """
    if value is None:
        return
    for size in shape(owner, "noise_shape", value):
        positive(owner, "noise_shape", size, optional=True)


def seed(owner: str, value: object) -> SeedLike:
    """Return a seed: None, a whole number as Python's own, or a `keras.random.SeedGenerator`.

    Raises:
        TypeError: If it is something else.
        ValueError: If it does not fit into 64 bits.
    """
    if value is None or isinstance(value, keras.random.SeedGenerator):
        return value
    return whole("seed", value, -(2**63), 2**63 - 1, owner)


def numbers(owner: str, argument: str, value: ArrayLike) -> ArrayLike:
    """Return a number or an array of numbers, as it is.

    Raises:
        TypeError: If it is something else.
    """
    array = value
    if isinstance(value, list | tuple):
        try:
            array = np.asarray(value)
        except ValueError:  # ragged
            array = None
    dtype = getattr(array, "dtype", None)
    real = dtype is not None and any(
        k in getattr(dtype, "name", str(dtype)) for k in ("float", "int")
    )
    if not (is_number(value) or real) or isinstance(value, keras.KerasTensor):
        raise IvyTypeError(
            f"{owner}: `{argument}` is a number or an array of numbers. {received(argument, value)}"
        )
    return value if real else finite(argument, value, owner)
