"""Elementwise functions under Ivy's names: arithmetic, comparison, logic, trigonometry, ...

Each row of the tables is Ivy's name, the kernel of Keras, a phrase, and an example that the tests
run.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import binary, unary
from keras_ivy.ops.tensors import dtype_name, truth
from keras_ivy.typing import Array, ArrayLike

# fmt: off
__all__ = [
    "abs",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "ceil",
    "conj",
    "cos",
    "cosh",
    "deg2rad",
    "divide",
    "equal",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "fmin",
    "fmod",
    "greater",
    "greater_equal",
    "imag",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "not_equal",
    "positive",
    "pow",
    "rad2deg",
    "real",
    "reciprocal",
    "remainder",
    "rsqrt",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "squared_difference",
    "subtract",
    "tan",
    "trunc",
]
# fmt: on


def _both(fn: Callable, join: Callable) -> Callable:
    """A question about complex numbers, from that about their parts."""
    return lambda x: join(fn(tf.math.real(x)), fn(tf.math.imag(x)))


def _ordered(fn: Callable) -> Callable:
    """A comparison of truth values: false comes first."""
    return lambda a, b: fn(tf.cast(a, tf.uint8), tf.cast(b, tf.uint8))


def _of_truths(fn: Callable) -> Callable:
    """A logical function of numbers: those that differ from 0 are true, the imaginary unit too."""
    return lambda *args: fn(*map(truth, args))


def _negative(x: ArrayLike) -> Array:
    if dtype_name(x).startswith("uint"):  # of which TensorFlow has no kernel; they wrap around
        return ops.subtract(ops.zeros_like(x), x)
    return ops.negative(x)


def _squared_difference(a: ArrayLike, b: ArrayLike) -> Array:
    return tf.square(a - b)


def _exp2(x: ArrayLike) -> Array:
    return tf.exp(x * tf.constant(math.log(2), x.dtype))


def _log2(x: ArrayLike) -> Array:
    return tf.math.log(x) / tf.constant(math.log(2), x.dtype)


def _log10(x: ArrayLike) -> Array:
    return tf.math.log(x) / tf.constant(math.log(10), x.dtype)


# fmt: off
abs = unary("abs", ops.abs, "the absolute value", "[-1.0, 2.0]", "[1.0, 2.0]", "bifc")
acos = unary("acos", ops.arccos, "the arc cosine, in radians", "[1.0]", "[0.0]", of_complex=tf.acos)
acosh = unary("acosh", ops.arccosh, "the inverse hyperbolic cosine", "[1.0]", "[0.0]",
    of_complex=tf.acosh)
asin = unary("asin", ops.arcsin, "the arc sine, in radians", "[0.0]", "[0.0]", of_complex=tf.asin)
asinh = unary("asinh", ops.arcsinh, "the inverse hyperbolic sine", "[0.0]", "[0.0]",
    of_complex=tf.asinh)
atan = unary("atan", ops.arctan, "the arc tangent, in radians", "[0.0]", "[0.0]",
    of_complex=tf.atan)
atanh = unary("atanh", ops.arctanh, "the inverse hyperbolic tangent", "[0.0]", "[0.0]",
    of_complex=tf.atanh)
bitwise_invert = unary("bitwise_invert", ops.bitwise_invert, "each bit inverted",
    "[0, 5]", "[-1, -6]", "bi", of_bool=tf.logical_not)
ceil = unary("ceil", ops.ceil, "the next whole number up", "[1.2, -1.2]", "[2.0, -1.0]", "Bif")
conj = unary("conj", ops.conj, "the complex conjugate", "[1 + 2j]", "[(1-2j)]", "bifc",
    of_bool=tf.identity)
cos = unary("cos", ops.cos, "the cosine of an angle in radians", "[0.0]", "[1.0]",
    of_complex=tf.cos)
cosh = unary("cosh", ops.cosh, "the hyperbolic cosine", "[0.0]", "[1.0]", of_complex=tf.cosh)
deg2rad = unary("deg2rad", ops.deg2rad, "degrees as radians", "[0.0]", "[0.0]", "BIf")
erf = unary("erf", ops.erf, "the error function", "[0.0]", "[0.0]", "BIf")
erfc = unary("erfc", ops.erfc, "1 minus the error function", "[0.0]", "[1.0]", "BIf")
exp = unary("exp", ops.exp, "`e**x`", "[0.0]", "[1.0]", of_complex=tf.exp)
exp2 = unary("exp2", ops.exp2, "`2**x`", "[3.0]", "[8.0]", of_complex=_exp2)
expm1 = unary("expm1", ops.expm1, "`e**x - 1`, precise near 0", "[0.0]", "[0.0]",
    of_complex=tf.math.expm1)
floor = unary("floor", ops.floor, "the next whole number down", "[1.2, -1.2]", "[1.0, -2.0]", "Bif")
imag = unary("imag", ops.imag, "the imaginary part", "[1 + 2j]", "[2.0]", "bifc",
    of_bool=tf.zeros_like)
isfinite = unary("isfinite", ops.isfinite, "whether each is finite",
    "[1.0, float('inf')]", "[True, False]", "bifc", of_complex=_both(ops.isfinite, tf.logical_and))
isinf = unary("isinf", ops.isinf, "whether each is infinite",
    "[1.0, float('inf')]", "[False, True]", "bifc", of_complex=_both(ops.isinf, tf.logical_or))
isnan = unary("isnan", ops.isnan, "whether each is not a number",
    "[1.0, float('nan')]", "[False, True]", "bifc", of_complex=_both(ops.isnan, tf.logical_or))
log = unary("log", ops.log, "the natural logarithm", "[1.0]", "[0.0]", of_complex=tf.math.log)
log10 = unary("log10", ops.log10, "the logarithm to base 10", "[100.0]", "[2.0]", of_complex=_log10)
log1p = unary("log1p", ops.log1p, "`log(1 + x)`, precise near 0", "[0.0]", "[0.0]",
    of_complex=tf.math.log1p)
log2 = unary("log2", ops.log2, "the logarithm to base 2", "[8.0]", "[3.0]", of_complex=_log2)
logical_not = unary("logical_not", _of_truths(ops.logical_not), "whether each is false",
    "[True, False]", "[False, True]", "bifc")
negative = unary("negative", _negative, "`-x`", "[1, -2]", "[-1, 2]", "ifc")
positive = unary("positive", lambda x: x, "`x` itself, as an array", "[1, -2]", "[1, -2]", "bifc")
rad2deg = unary("rad2deg", lambda x: ops.multiply(x, 57.29577951308232), "radians as degrees",
    "[0.0]", "[0.0]", "BIf")
real = unary("real", ops.real, "the real part", "[1 + 2j]", "[1.0]", "bifc", of_bool=tf.identity)
reciprocal = unary("reciprocal", ops.reciprocal, "`1 / x`", "[4.0]", "[0.25]", "Ifc",
    of_complex=tf.math.reciprocal)
rsqrt = unary("rsqrt", ops.rsqrt, "`1 / sqrt(x)`", "[4.0]", "[0.5]", of_complex=tf.math.rsqrt)
sign = unary("sign", ops.sign, "-1, 0 or 1", "[-3.0, 0.0, 2.0]", "[-1.0, 0.0, 1.0]", "ifc")
sin = unary("sin", ops.sin, "the sine of an angle in radians", "[0.0]", "[0.0]", of_complex=tf.sin)
sinh = unary("sinh", ops.sinh, "the hyperbolic sine", "[0.0]", "[0.0]", of_complex=tf.sinh)
sqrt = unary("sqrt", ops.sqrt, "the square root", "[9.0]", "[3.0]", of_complex=tf.sqrt)
square = unary("square", ops.square, "`x**2`", "[3.0]", "[9.0]", "bifc")
tan = unary("tan", ops.tan, "the tangent of an angle in radians", "[0.0]", "[0.0]",
    of_complex=tf.tan)
trunc = unary("trunc", ops.trunc, "the whole number towards 0", "[1.7, -1.7]", "[1.0, -1.0]", "Bif")

add = binary("add", ops.add, "`x1 + x2`", "[1.0, 2.0], 3.0", "[4.0, 5.0]", "bifc", tf.add,
    tf.logical_or)
atan2 = binary("atan2", ops.arctan2, "the angle of the point `(x2, x1)`", "[0.0], [1.0]", "[0.0]",
    "BIf")
bitwise_and = binary("bitwise_and", ops.bitwise_and, "the bits set in both", "[6], [3]", "[2]",
    "bi", of_bool=tf.logical_and)
bitwise_left_shift = binary("bitwise_left_shift", ops.left_shift, "`x1 * 2**x2`, by bits",
    "[3], [2]", "[12]", "i")
bitwise_or = binary("bitwise_or", ops.bitwise_or, "the bits set in either", "[6], [3]", "[7]",
    "bi", of_bool=tf.logical_or)
bitwise_right_shift = binary("bitwise_right_shift", ops.right_shift, "`x1 // 2**x2`, by bits",
    "[12], [2]", "[3]", "i")
bitwise_xor = binary("bitwise_xor", ops.bitwise_xor, "the bits set in one of the two",
    "[6], [3]", "[5]", "bi", of_bool=tf.math.logical_xor)
divide = binary("divide", ops.divide, "`x1 / x2`", "[1.0, 2.0], 2.0", "[0.5, 1.0]", "BIfc",
    tf.divide)
equal = binary("equal", ops.equal, "whether `x1 == x2`", "[1, 2], [1, 3]", "[True, False]",
    "bifc", tf.equal)
floor_divide = binary("floor_divide", ops.floor_divide, "`x1 / x2`, rounded down",
    "[7, -7], 2", "[3, -4]", "if")
fmin = binary("fmin", ops.fmin, "the smaller one, of numbers",
    "[1.0, float('nan')], 2.0", "[1.0, 2.0]", "bif", of_bool=tf.logical_and)
fmod = binary("fmod", ops.fmod, "the rest of `x1 / x2`, with the sign of `x1`",
    "[7.0, -7.0], 4.0", "[3.0, -3.0]", "if")
greater = binary("greater", ops.greater, "whether `x1 > x2`", "[1, 2], 1", "[False, True]", "bif",
    of_bool=_ordered(tf.greater))
greater_equal = binary("greater_equal", ops.greater_equal, "whether `x1 >= x2`",
    "[0, 1], 1", "[False, True]", "bif", of_bool=_ordered(tf.greater_equal))
less = binary("less", ops.less, "whether `x1 < x2`", "[0, 1], 1", "[True, False]", "bif",
    of_bool=_ordered(tf.less))
less_equal = binary("less_equal", ops.less_equal, "whether `x1 <= x2`",
    "[1, 2], 1", "[True, False]", "bif", of_bool=_ordered(tf.less_equal))
logaddexp = binary("logaddexp", ops.logaddexp, "`log(exp(x1) + exp(x2))`",
    "[-float('inf')], [0.0]", "[0.0]", "BIf")
logical_and = binary("logical_and", _of_truths(ops.logical_and), "whether both are true",
    "[True, True], [True, False]", "[True, False]", "bifc")
logical_or = binary("logical_or", _of_truths(ops.logical_or), "whether one is true",
    "[True, False], [False, False]", "[True, False]", "bifc")
logical_xor = binary("logical_xor", _of_truths(ops.logical_xor), "whether just one is true",
    "[True, True], [True, False]", "[False, True]", "bifc")
maximum = binary("maximum", ops.maximum, "the larger one", "[1.0, 3.0], 2.0", "[2.0, 3.0]", "bif",
    of_bool=tf.logical_or)
minimum = binary("minimum", ops.minimum, "the smaller one", "[1.0, 3.0], 2.0", "[1.0, 2.0]",
    "bif", of_bool=tf.logical_and)
multiply = binary("multiply", ops.multiply, "`x1 * x2`", "[1.0, 2.0], 3.0", "[3.0, 6.0]", "bifc",
    tf.multiply, tf.logical_and)
not_equal = binary("not_equal", ops.not_equal, "whether `x1 != x2`",
    "[1, 2], [1, 3]", "[False, True]", "bifc", tf.not_equal)
pow = binary("pow", ops.power, "`x1**x2`", "[2.0, 3.0], 2.0", "[4.0, 9.0]", "ifc", tf.pow)
remainder = binary("remainder", ops.mod, "the rest of `x1 / x2`, with the sign of `x2`",
    "[7, -7], 4", "[3, 1]", "if")
squared_difference = binary("squared_difference",
    lambda a, b: ops.square(ops.subtract(a, b)), "`(x1 - x2)**2`",
    "[5.0], [2.0]", "[9.0]", "ifc", _squared_difference)
subtract = binary("subtract", ops.subtract, "`x1 - x2`", "[1.0, 2.0], 3.0", "[-2.0, -1.0]", "ifc",
    tf.subtract)
# fmt: on
