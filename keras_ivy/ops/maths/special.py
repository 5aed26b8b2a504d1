"""Further elementwise functions under Ivy's names: special functions, signs, whole numbers.

The tables are as in `elementwise.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import binary, ivy_function, unary
from keras_ivy.ops.kinds import is_complex, kind_of, numbers, through
from keras_ivy.ops.maths.elementwise import add, multiply
from keras_ivy.ops.tensors import dtype_name, is_symbolic, to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyValueError

__all__ = [
    "angle",
    "copysign",
    "digamma",
    "erfinv",
    "fix",
    "float_power",
    "fmax",
    "gcd",
    "heaviside",
    "hypot",
    "i0",
    "igamma",
    "isreal",
    "lcm",
    "ldexp",
    "lgamma",
    "logaddexp2",
    "polyval",
    "signbit",
    "sinc",
    "trunc_divide",
    "xlogy",
    "zeta",
]


def _signbit(x: ArrayLike) -> Array:
    if kind_of(x) == "f":
        return _is_negative(x)
    return ops.less(x, 0)


def _is_negative(x: ArrayLike) -> Array:
    # Minus zero is told by the sign of its inverse.
    return ops.logical_or(ops.less(x, 0), ops.less(ops.divide(1.0, x), 0))


def _copysign(x1: ArrayLike, x2: ArrayLike) -> Array:
    size = ops.abs(x1)
    return ops.where(_is_negative(to_tensor(x2)), ops.negative(size), size)


def _sinc(x: ArrayLike) -> Array:
    angle = ops.multiply(x, math.pi)
    safe = ops.where(ops.equal(angle, 0), ops.ones_like(angle), angle)
    return ops.where(ops.equal(angle, 0), ops.ones_like(angle), ops.divide(ops.sin(safe), safe))


def _angle(x: ArrayLike) -> Array:
    zero = ops.zeros_like(x)
    return ops.where(ops.less(x, 0), ops.add(zero, math.pi), ops.multiply(x, 0))


def _gcd(x1: ArrayLike, x2: ArrayLike) -> Array:
    return ops.gcd(*_same(x1, x2))


def _lcm(x1: ArrayLike, x2: ArrayLike) -> Array:
    return ops.lcm(*_same(x1, x2))


def _same(x1: ArrayLike, x2: ArrayLike) -> tuple[Array, Array]:
    """Two operands as arrays of one type."""
    arrays = [x for x in (x1, x2) if type(x) not in (int, float)]
    name = keras.backend.result_type(*(dtype_name(x) for x in arrays)) if arrays else None
    return to_tensor(x1, name), to_tensor(x2, name)


def _heaviside(x1: ArrayLike, x2: ArrayLike) -> Array:
    x1, x2 = _same(x1, x2)
    one, zero = ops.ones_like(x1), ops.zeros_like(x1)
    out = ops.where(ops.equal(x1, 0), x2, ops.where(ops.less(x1, 0), zero, one))
    return ops.where(ops.isnan(x1), x1, out)


def _hypot(x1: ArrayLike, x2: ArrayLike) -> Array:
    # Scaled, so that no square overflows.
    a, b = map(ops.abs, _same(x1, x2))
    large, small = ops.maximum(a, b), ops.minimum(a, b)
    safe = ops.where(ops.equal(large, 0), ops.ones_like(large), large)
    ratio = ops.divide(small, safe)
    length = ops.multiply(large, ops.sqrt(ops.add(ops.square(ratio), 1)))
    return ops.where(ops.isinf(large), large, length)


def _logaddexp2(x1: ArrayLike, x2: ArrayLike) -> Array:
    log2 = math.log(2)
    return ops.divide(ops.logaddexp(ops.multiply(x1, log2), ops.multiply(x2, log2)), log2)


def _xlogy(x1: ArrayLike, x2: ArrayLike) -> Array:
    x1, x2 = _same(x1, x2)
    none = ops.logical_and(ops.equal(x1, 0), ops.logical_not(ops.isnan(x2)))
    safe = ops.where(none, ops.ones_like(x2), x2)
    return ops.where(none, ops.multiply(ops.zeros_like(x1), 0), ops.multiply(x1, ops.log(safe)))


def _trunc_divide(x1: ArrayLike, x2: ArrayLike) -> Array:
    return ops.trunc(ops.divide(x1, x2))


# fmt: off
fix = unary("fix", ops.trunc, "the whole number towards 0", "[1.7, -1.7]", "[1.0, -1.0]", "If")
signbit = unary("signbit", _signbit, "whether each has a minus sign, -0 too", "[1.0, -2.0]",
    "[False, True]", "if")
sinc = unary("sinc", _sinc, "`sin(pi * x) / (pi * x)`, 1 at 0", "[0.0]", "[1.0]", "BIf")
isreal = unary("isreal", lambda x: ops.ones_like(x, dtype="bool"),
    "whether the imaginary part is 0", "[1.0, 2j]", "[True, False]", "bifc",
    of_complex=lambda x: tf.equal(tf.math.imag(x), 0))
erfinv = unary("erfinv", ops.erfinv, "the inverse of the error function", "[0.0]", "[0.0]", "BIf")

copysign = binary("copysign", _copysign, "`x1` with the sign of `x2`", "[1.0, -2.0], [-1.0, 3.0]",
    "[-1.0, 2.0]", "BIf")
fmax = binary("fmax", ops.fmax, "the larger one, of numbers", "[1.0, float('nan')], 2.0",
    "[2.0, 2.0]", "bif", of_bool=tf.logical_or)
gcd = binary("gcd", _gcd, "the greatest common divisor", "[12, -9], 6", "[6, 3]", "i")
lcm = binary("lcm", _lcm, "the least common multiple", "[4, 3], 6", "[12, 6]", "i")
heaviside = binary("heaviside", _heaviside, "0 below 0, 1 above, and `x2` at 0",
    "[-1.0, 0.0, 2.0], 0.5", "[0.0, 0.5, 1.0]", "BIf")
hypot = binary("hypot", _hypot, "`sqrt(x1**2 + x2**2)`", "[3.0], [4.0]", "[5.0]", "BIf")
logaddexp2 = binary("logaddexp2", _logaddexp2, "`log2(2**x1 + 2**x2)`", "[3.0], [3.0]", "[4.0]",
    "BIf")
trunc_divide = binary("trunc_divide", _trunc_divide, "`x1 / x2`, rounded towards 0",
    "[7.0, -7.0], 2.0", "[3.0, -3.0]", "If")
xlogy = binary("xlogy", _xlogy, "`x1 * log(x2)`, 0 where `x1` is 0", "[0.0, 2.0], [0.0, 1.0]",
    "[0.0, 0.0]", "BIf")
# fmt: on


@ivy_function
def angle(z: ArrayLike, /, *, deg: bool = False) -> Array:
    """Return the angle of complex numbers.

    Args:
        z: An array, or a Container of arrays.
        deg: Whether in degrees, else in radians.

    Example:

    >>> angle([1j, -1.0], deg=True).numpy().tolist()
    [90.0, 180.0]
    """
    z = numbers("angle", "BIfc", z=z)
    radians = tf.math.angle(z) if is_complex(z) else _angle(z)
    return ops.multiply(radians, 180 / math.pi) if deg else radians


@ivy_function(symbolic=True)
def digamma(x: ArrayLike, /) -> Array:
    """Return the derivative of the logarithm of the gamma function.

    Example:

    >>> round(float(digamma(1.0)), 4)
    -0.5772
    """
    x = numbers("digamma", "If", x=x)
    return through("float32", tf.math.digamma, x) if _is_half(x) else tf.math.digamma(x)


@ivy_function(symbolic=True)
def lgamma(x: ArrayLike, /) -> Array:
    """Return the logarithm of the absolute value of the gamma function.

    Example:

    >>> round(float(lgamma(5.0)), 4)
    3.1781
    """
    x = numbers("lgamma", "BIf", x=x)
    return through("float32", tf.math.lgamma, x) if _is_half(x) else tf.math.lgamma(x)


@ivy_function(symbolic=True)
def i0(x: ArrayLike, /) -> Array:
    """Return the modified Bessel function of the first kind and order 0.

    Example:

    >>> float(i0(0.0))
    1.0
    """
    x = numbers("i0", "BIf", x=x)
    kernel = tf.math.bessel_i0
    return through("float32", kernel, x) if _is_half(x) else kernel(x)


@ivy_function(symbolic=True)
def zeta(x: ArrayLike, q: ArrayLike, /) -> Array:
    """Return the Hurwitz zeta function, `sum((k + q)**-x)` over `k = 0, 1, ...`.

    Args:
        x: An array of numbers above 1, or a Container of arrays.
        q: An array of positive numbers.

    Example:

    >>> round(float(zeta(2.0, 1.0)), 4)
    1.6449
    """
    return _of_wide("zeta", tf.math.zeta, x=x, q=q)


@ivy_function(symbolic=True)
def igamma(a: ArrayLike, /, *, x: ArrayLike) -> Array:
    """Return the regularised lower incomplete gamma function.

    Args:
        a: An array of positive numbers, or a Container of arrays.
        x: An array of numbers of at least 0.

    Example:

    >>> round(float(igamma(1.0, x=1.0)), 4)
    0.6321
    """
    return _of_wide("igamma", tf.math.igamma, a=a, x=x)


def _of_wide(owner: str, kernel: Callable, **arrays: ArrayLike) -> Array:
    first, second = (to_tensor(x) for x in numbers(owner, "f", **arrays))
    name = keras.backend.result_type(dtype_name(first), dtype_name(second))
    wide = "float32" if "16" in name else name
    return to_tensor(kernel(to_tensor(first, wide), to_tensor(second, wide)), name)


def _is_half(x: Array) -> bool:
    return "16" in dtype_name(x)


@ivy_function
def ldexp(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Return `x1 * 2**x2`.

    Args:
        x1: An array, or a Container of arrays.
        x2: An array of whole numbers.

    Example:

    >>> ldexp([1.0, 3.0], [2, -1]).numpy().tolist()
    [4.0, 1.5]
    """
    x1 = numbers("ldexp", "BIf", x=x1)
    x2 = numbers("ldexp", "i", x=x2)
    name = dtype_name(x1)
    return ops.multiply(x1, ops.power(to_tensor(2.0, name), to_tensor(x2, name)))


@ivy_function
def float_power(x1: ArrayLike, x2: ArrayLike, /) -> Array:
    """Return `x1**x2` in float64, or complex128, whatever the types.

    Example:

    >>> float_power([2, 4], -1).numpy().tolist()
    [0.5, 0.25]
    """
    x1, x2 = numbers("float_power", "bifc", x1=x1, x2=x2)
    name = "complex128" if "c" in (kind_of(x1), kind_of(x2)) else "float64"
    first, second = to_tensor(x1, name), to_tensor(x2, name)
    if is_symbolic((first, second)):
        return ops.power(first, second)
    return tf.pow(first, second)  # Keras's own narrows complex128


@ivy_function
def polyval(coeffs: ArrayLike, x: ArrayLike) -> Array:
    """Return the values of a polynomial.

    Args:
        coeffs: An array of one axis: the coefficients, that of the highest power first.
        x: An array of the places.

    Example:

    >>> polyval([1.0, 0.0, 2.0], [3.0]).numpy().tolist()
    [11.0]
    """
    coeffs, x = (to_tensor(y) for y in numbers("polyval", "ifc", coeffs=coeffs, x=x))
    count = coeffs.shape[0] if len(coeffs.shape) else None
    if count is None:
        raise IvyValueError(
            "polyval: `coeffs` is an array of one axis, whose size is known. "
            f"Received: coeffs of shape {tuple(coeffs.shape)}"
        )
    # Not Keras's functions, which compute complex128 in complex64.
    out = multiply(add(x, coeffs[0]), 0)
    for i in range(count):
        out = add(multiply(out, x), coeffs[i])
    return out
