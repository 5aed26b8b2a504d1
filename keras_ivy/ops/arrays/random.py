"""Random arrays under Ivy's names.

Without `seed`, draws come from Keras's global generator, which `seed` and
`keras.utils.set_random_seed` set. With a seed, a call returns the same numbers every time.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from keras_ivy.ops import check_values, checks
from keras_ivy.ops.ivy.devices import on_device
from keras_ivy.ops.ivy.dtypes import dtype_or_none
from keras_ivy.ops.kinds import numbers, typed
from keras_ivy.ops.tensors import operand, to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, SeedLike, ShapeLike
from keras_ivy.utils.checks import whole
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "bernoulli",
    "multinomial",
    "randint",
    "random_normal",
    "random_uniform",
    "seed",
    "shuffle",
]


def seed(seed_value: int = 0) -> None:
    """Set the seed of Python's, NumPy's, TensorFlow's and Keras's generators.

    Args:
        seed_value: A whole number from 0 to 2**32 - 1.

    Raises:
        TypeError: If it is no whole number.
        ValueError: If it is out of range.

    Example:

    >>> seed(3)
    >>> first = random_uniform(shape=(2,))
    >>> seed(3)
    >>> bool(keras.ops.all(first == random_uniform(shape=(2,))))
    True
    """
    keras.utils.set_random_seed(whole("seed_value", seed_value, 0, 2**32 - 1, "seed"))


def _parameters(owner: str, dtype: str, **parameters: Any) -> list:
    """The parameters of a distribution, in the type of its draws."""
    return [
        to_tensor(typed(owner, "if", name, to_tensor(x)), dtype) for name, x in parameters.items()
    ]


def _shape_for(first: Any, second: Any, shape: Any, what: str) -> tuple:
    """The shape of a draw: given, or that of the parameters."""
    own = tf.broadcast_static_shape(tf.TensorShape(first.shape), tf.TensorShape(second.shape))
    if shape is None:
        return tuple(own)
    shape = check_values.sizes("random", shape)
    if own.rank:
        raise IvyValueError(
            f"Give `shape`, or arrays as {what}, not both. "
            f"Received: shape={shape}, {what} of shape {tuple(own)}"
        )
    return shape


@on_device
def random_uniform(
    low: ArrayLike = 0.0,
    high: ArrayLike = 1.0,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = None,
    seed: SeedLike = None,
) -> Array:
    """Draw from the uniform distribution on `[low, high)`.

    Args:
        low: Lower ends: a number or an array.
        high: Upper ends, of the same kind.
        shape: Shape of the result, if the ends are numbers; a scalar by default.
        dtype: A float type; `keras.config.floatx()` by default.
        seed: A whole number, or a `keras.random.SeedGenerator`; see the top of this file.

    Raises:
        ValueError: If both a shape and arrays are given.

    Example:

    >>> x = random_uniform(2.0, 3.0, shape=(100,), seed=1)
    >>> bool(keras.ops.all((x >= 2.0) & (x < 3.0)))
    True
    """
    dtype = dtype_or_none(dtype) or keras.config.floatx()
    low, high = _parameters("random_uniform", dtype, low=low, high=high)
    shape = _shape_for(low, high, shape, "low and high")
    seed = check_values.seed("random_uniform", seed)
    return low + (high - low) * keras.random.uniform(shape, dtype=dtype, seed=seed)


@on_device
def random_normal(
    mean: ArrayLike = 0.0,
    std: ArrayLike = 1.0,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = None,
    seed: SeedLike = None,
) -> Array:
    """Draw from the normal distribution of a mean and a standard deviation.

    Args:
        mean: Means: a number or an array.
        std: Standard deviations, of the same kind.
        shape: Shape of the result, if the parameters are numbers; a scalar by default.
        dtype: A float type; `keras.config.floatx()` by default.
        seed: A whole number, or a `keras.random.SeedGenerator`; see the top of this file.

    Raises:
        ValueError: If both a shape and arrays are given.

    Example:

    >>> random_normal(shape=(2, 3)).shape
    TensorShape([2, 3])
    """
    dtype = dtype_or_none(dtype) or keras.config.floatx()
    mean, std = _parameters("random_normal", dtype, mean=mean, std=std)
    shape = _shape_for(mean, std, shape, "mean and std")
    seed = check_values.seed("random_normal", seed)
    return mean + std * keras.random.normal(shape, dtype=dtype, seed=seed)


@on_device
def randint(
    low: int,
    high: int,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = None,
    seed: SeedLike = None,
) -> Array:
    """Draw whole numbers from `[low, high)`.

    Args:
        low: The smallest number.
        high: One more than the largest.
        shape: Shape of the result; a scalar by default.
        dtype: An integer type; int32 by default.
        seed: A whole number, or a `keras.random.SeedGenerator`; see the top of this file.

    Example:

    >>> x = randint(0, 3, shape=(50,), seed=1)
    >>> bool(keras.ops.all((x >= 0) & (x < 3)))
    True
    """
    shape = () if shape is None else check_values.sizes("randint", shape)
    low, high = (typed("randint", "i", n, operand(x)) for n, x in (("low", low), ("high", high)))
    seed = check_values.seed("randint", seed)
    return keras.random.randint(shape, low, high, dtype=dtype_or_none(dtype) or "int32", seed=seed)


@on_device
def bernoulli(
    probs: ArrayLike, shape: ShapeLike | None = None, dtype: DTypeLike = None, seed: SeedLike = None
) -> Array:
    """Draw ones with the given probabilities, and zeros otherwise.

    Args:
        probs: Probabilities: a number or an array.
        shape: Leading shape of the result, in front of the probabilities' own.
        dtype: The data type; `keras.config.floatx()` by default.
        seed: A whole number, or a `keras.random.SeedGenerator`; see the top of this file.

    Example:

    >>> bernoulli([0.0, 1.0]).numpy().tolist()
    [0.0, 1.0]
    """
    probs = to_tensor(typed("bernoulli", "bif", "probs", to_tensor(probs)), keras.config.floatx())
    shape = () if shape is None else check_values.sizes("bernoulli", shape)
    seed = check_values.seed("bernoulli", seed)
    drawn = keras.random.uniform((*shape, *probs.shape), dtype=probs.dtype, seed=seed) < probs
    return keras.ops.cast(drawn, dtype_or_none(dtype) or keras.config.floatx())


@on_device
def multinomial(
    population_size: int,
    num_samples: int,
    batch_size: int = 1,
    probs: ArrayLike | None = None,
    replace: bool = True,
    seed: SeedLike = None,
) -> Array:
    """Draw indices with given probabilities.

    Args:
        population_size: Number of outcomes.
        num_samples: How many to draw for each row.
        batch_size: Number of rows, if no probabilities are given.
        probs: Weights of shape `(batch, population_size)`; uniform by default. Rows need not
            add up to 1.
        replace: If False, no outcome is drawn twice in a row.
        seed: A whole number, or a `keras.random.SeedGenerator`; see the top of this file.

    Returns:
        Indices of shape `(batch, num_samples)`.

    Raises:
        ValueError: If more samples than outcomes are asked for without replacement, or the
            weights are of another size.

    Example:

    >>> multinomial(3, 4, probs=[[0.0, 1.0, 0.0]]).numpy().tolist()
    [[1, 1, 1, 1]]
    """
    seed = check_values.seed("multinomial", seed)
    if probs is None:
        rows = checks.positive("multinomial", "batch_size", batch_size, most=checks.LARGEST_WINDOW)
        probs = keras.ops.ones((rows, population_size))
    probs = numbers("multinomial", "BIf", probs=probs)
    if probs.shape[-1] != population_size:
        raise IvyValueError(
            "`probs` has one column for each outcome. "
            f"Received: population_size={population_size}, probs of shape {tuple(probs.shape)}"
        )
    if replace:
        return keras.random.categorical(keras.ops.log(probs), num_samples, seed=seed)
    if num_samples > population_size:
        raise IvyValueError(
            "Cannot draw more samples than there are outcomes without replacement. "
            f"Received: num_samples={num_samples}, population_size={population_size}"
        )
    # Adding Gumbel noise to log-weights makes the largest ones a draw without replacement.
    noise = -keras.ops.log(-keras.ops.log(keras.random.uniform(probs.shape, 1e-20, seed=seed)))
    return keras.ops.top_k(keras.ops.log(probs) + noise, num_samples)[1]


@on_device
def shuffle(x: ArrayLike, axis: int = 0, seed: SeedLike = None) -> Array:
    """Return the array with the entries along one axis in random order.

    Example:

    >>> sorted(shuffle([3, 1, 2]).numpy().tolist())
    [1, 2, 3]
    """
    seed = check_values.seed("shuffle", seed)
    return keras.random.shuffle(to_tensor(x), axis=axis, seed=seed)
