"""Seeds: an integer repeats its values, a generator goes on, and `None` is new at every call.

Keras gives an unseeded initializer a hidden seed of its own, so that one instance shared by two
layers makes them equal. Here `None` stays `None` until a draw happens.
"""

import contextlib
import operator
import random
import zlib
from typing import SupportsIndex, TypeAlias

import keras
import tensorflow as tf

from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

Seed: TypeAlias = int | keras.random.SeedGenerator | None

#: Integer seeds are handed to a 64-bit tensor.
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


class _LiveSeed(dict[str, object]):
    """The config of a generator that still knows the generator, while it stays in memory.

    `MultiHeadAttention` makes the initializers of its three projections by
    `from_config(get_config())`. With a plain config each copy would start its own generator from
    the same state, and query, key and value kernels would be equal.
    """

    def __init__(self, generator: keras.random.SeedGenerator):
        super().__init__(keras.saving.serialize_keras_object(generator))
        self.generator = generator


def standardize_seed(seed: object) -> Seed:
    """Check a `seed` argument: `None`, an integer, a `SeedGenerator` or the config of one.

    Raises:
        IvyTypeError: If it is anything else.
        IvyValueError: If an integer does not fit into 64 bits.

    Example:

    >>> import numpy as np
    >>> standardize_seed(np.int64(3))
    3
    """
    if isinstance(seed, _LiveSeed):
        return seed.generator
    if isinstance(seed, dict):
        seed = keras.saving.deserialize_keras_object(seed)
    if seed is None or isinstance(seed, keras.random.SeedGenerator):
        return seed
    number = None
    if isinstance(seed, SupportsIndex) and not isinstance(seed, bool):
        with contextlib.suppress(TypeError):  # an array of several numbers
            number = operator.index(seed)
    if number is None:
        raise IvyTypeError(
            "`seed` must be None, an integer or a `keras.random.SeedGenerator`. "
            f"Received: seed={seed!r} of type {type(seed).__name__}"
        )
    if not _LOWEST <= number <= _HIGHEST:
        raise IvyValueError(f"`seed` must fit into 64 bits. Received: seed={number}")
    return number


def seed_config(seed: Seed) -> int | dict[str, object] | None:
    """The JSON form of a seed, for `get_config`; see `standardize_seed` for the way back."""
    return _LiveSeed(seed) if isinstance(seed, keras.random.SeedGenerator) else seed


def concrete_seed(seed: Seed) -> Seed:
    """Turn `None` into a new integer from Python's generator, which Keras's seeding resets.

    While a `tf.function` is traced `None` remains, so that `keras.random` adds its global
    generator to the graph: a number chosen here would become a constant of the graph.
    """
    if seed is None and not tf.inside_function():
        return random.randint(1, 2**31 - 2)
    return seed


def split_seed(seed: Seed, count: int) -> list[Seed]:
    """Make `count` seeds of one, for initializers that draw several independent blocks.

    The first is the seed itself, so that a single block has the values of an undivided draw. A
    generator or `None` advances by itself and is repeated.

    Example:

    >>> split_seed(7, 1), len(set(split_seed(7, 4)))
    ([7], 4)
    """
    if not isinstance(seed, int):
        return [seed] * count
    return [seed, *(zlib.crc32(f"{seed}/{index}".encode()) for index in range(1, count))]
