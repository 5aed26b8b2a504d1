"""Random arrays of further distributions under Ivy's names; seeds are those of `random.py`."""

from __future__ import annotations

import keras
import tensorflow as tf

from keras_ivy.ops import check_values
from keras_ivy.ops.ivy.devices import on_device
from keras_ivy.ops.ivy.dtypes import dtype_or_none
from keras_ivy.ops.kinds import typed
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, SeedLike, ShapeLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["beta", "dirichlet", "gamma", "poisson"]


def _drawn(
    owner: str, dtype: DTypeLike, shape: ShapeLike | None, **parameters: ArrayLike
) -> tuple[str, tuple | Array, list[Array]]:
    """The data type and the shape of a draw, and its parameters, which are positive."""
    name = dtype_or_none(dtype) or keras.config.floatx()
    arrays = [to_tensor(typed(owner, "if", n, to_tensor(x)), name) for n, x in parameters.items()]
    for argument, x in zip(parameters, arrays, strict=True):
        if hasattr(x, "numpy") and not bool(tf.reduce_all(x > 0)):
            raise IvyValueError(f"{owner}: `{argument}` is positive. Received: {argument}={x}")
    own = tf.TensorShape([])
    for x in arrays:
        own = tf.broadcast_static_shape(own, tf.TensorShape(x.shape))
    if shape is None:
        return name, tuple(own), arrays
    if own.rank:
        raise IvyValueError(
            f"{owner}: give `shape`, or arrays as parameters, not both. "
            f"Received: shape={shape}, parameters of shape {tuple(own)}"
        )
    return name, check_values.sizes(owner, shape), arrays


@on_device
def gamma(
    concentration: ArrayLike,
    rate: ArrayLike,
    /,
    *,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = None,
    seed: SeedLike = None,
) -> Array:
    """Return draws of gamma distributions, of mean `concentration / rate`.

    Args:
        concentration: Ivy's `alpha`, a positive number or an array.
        rate: Ivy's `beta`, a positive number or an array.
        shape: Shape of the result, if the parameters are numbers.
        dtype: The data type.
        seed: A whole number, or a `keras.random.SeedGenerator`.

    Raises:
        ValueError: If a parameter is not positive, or both a shape and arrays are given.

    Example:

    >>> gamma(2.0, 1.0, shape=(3,), seed=1).shape
    TensorShape([3])
    """
    name, sizes, (a, b) = _drawn("gamma", dtype, shape, concentration=concentration, rate=rate)
    return keras.random.gamma(sizes, a, name, check_values.seed("gamma", seed)) / b


@on_device
def beta(
    a: ArrayLike,
    b: ArrayLike,
    /,
    *,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = None,
    seed: SeedLike = None,
) -> Array:
    """Return draws of beta distributions, of mean `a / (a + b)`; the options are those of `gamma`.

    Example:

    >>> beta(2.0, 1.0, shape=(3,), seed=1).shape
    TensorShape([3])
    """
    name, sizes, (first, second) = _drawn("beta", dtype, shape, a=a, b=b)
    return keras.random.beta(sizes, first, second, name, check_values.seed("beta", seed))


@on_device
def dirichlet(
    concentration: ArrayLike,
    /,
    *,
    size: ShapeLike | None = None,
    dtype: DTypeLike = None,
    seed: SeedLike = None,
) -> Array:
    """Return draws of Dirichlet distributions: positive numbers whose sum is 1.

    Args:
        concentration: Positive numbers, in the last axis of an array.
        size: Axes in front, over which draws repeat.
        dtype: The data type.
        seed: A whole number, or a `keras.random.SeedGenerator`.

    Example:

    >>> x = dirichlet([1.0, 2.0, 3.0], size=(4,), seed=1)
    >>> x.shape, bool(tf.reduce_all(abs(tf.reduce_sum(x, -1) - 1) < 1e-6))
    (TensorShape([4, 3]), True)
    """
    name, own, (a,) = _drawn("dirichlet", dtype, None, concentration=concentration)
    front = () if size is None else check_values.sizes("dirichlet", size, "size")
    sizes = (*tuple(front), *tuple(own))
    x = keras.random.gamma(sizes, a, name, check_values.seed("dirichlet", seed))
    return x / tf.reduce_sum(x, -1, keepdims=True)


@on_device
def poisson(
    lam: ArrayLike,
    *,
    shape: ShapeLike | None = None,
    dtype: DTypeLike = None,
    seed: SeedLike = None,
) -> Array:
    """Return draws of Poisson distributions, of mean `lam`.

    Args:
        lam: A positive number, or an array.
        shape: Shape of the result, if that is a number.
        dtype: The data type.
        seed: A whole number, or a `keras.random.SeedGenerator`.

    Example:

    >>> poisson(3.0, shape=(4,), seed=1).shape
    TensorShape([4])
    """
    name, sizes, (mean,) = _drawn("poisson", dtype, shape, lam=lam)
    given = check_values.seed("poisson", seed)
    drawn = keras.random.randint((2,), 0, 2**31 - 1, "int32", given)
    wide = "float32" if "16" in name else name
    return tf.cast(tf.random.stateless_poisson(sizes, drawn, tf.cast(mean, wide), wide), name)
