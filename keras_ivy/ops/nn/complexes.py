"""How activation functions of real numbers apply to complex ones: Ivy's `complex_mode`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_ivy.ops import checks
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike

__all__ = ["COMPLEX_MODES", "with_complex_mode"]

#: `"jax"` applies the formula to complex numbers, comparing real parts first; `"split"` applies
#: the function to real and imaginary parts; `"magnitude"` applies it to the absolute value and
#: keeps the angle.
COMPLEX_MODES = ("jax", "split", "magnitude")


def with_complex_mode(fn: Callable) -> Callable:
    """Give an activation function of one array the keyword `complex_mode`.

    Example:

    >>> relu = with_complex_mode(lambda x: tf.maximum(x, 0))
    >>> relu(tf.constant([-3 + 4j]), complex_mode="split").numpy().tolist()
    [4j]
    >>> relu(tf.constant([-3 + 4j]), complex_mode="magnitude").numpy().round(4).tolist()
    [(-3+4j)]
    """

    @functools.wraps(fn)
    def function(x: ArrayLike, *args: Any, complex_mode: str = "jax", **kwargs: Any) -> Array:
        if complex_mode == "jax":
            return fn(x, *args, **kwargs)
        checks.choice(fn.__name__, "complex_mode", complex_mode, COMPLEX_MODES)
        x = to_tensor(x)
        if not x.dtype.is_complex:
            return fn(x, *args, **kwargs)
        if complex_mode == "split":
            parts = (fn(part, *args, **kwargs) for part in (tf.math.real(x), tf.math.imag(x)))
            return tf.complex(*parts)
        size = tf.abs(x)
        scaled = tf.math.divide_no_nan(fn(size, *args, **kwargs), size)
        return tf.cast(scaled, x.dtype) * x

    parameters = list(inspect.signature(fn).parameters.values())
    mode = inspect.Parameter("complex_mode", inspect.Parameter.KEYWORD_ONLY, default="jax")
    vars(function)["__signature__"] = inspect.Signature([*parameters, mode])
    return function
