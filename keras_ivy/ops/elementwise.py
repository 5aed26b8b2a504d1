"""Elementwise functions under Ivy's names: arithmetic, comparison, logic, trigonometry, ...

Each row of the tables is Ivy's name, the kernel of Keras, a phrase, and an example that the tests
run.
"""

from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.ops.dispatch import binary, ivy_function, tensor, unary
from keras_ivy.utils.exceptions import IvyValueError

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
    "clip",
    "clip_vector_norm",
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
    "lerp",
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
    "nan_to_num",
    "negative",
    "not_equal",
    "positive",
    "pow",
    "rad2deg",
    "real",
    "reciprocal",
    "remainder",
    "round",
    "rsqrt",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "squared_difference",
    "stable_divide",
    "stable_pow",
    "stop_gradient",
    "subtract",
    "tan",
    "trunc",
    "where",
]
# fmt: on

# fmt: off
abs = unary("abs", ops.abs, "the absolute value", "[-1.0, 2.0]", "[1.0, 2.0]")
acos = unary("acos", ops.arccos, "the arc cosine, in radians", "[1.0]", "[0.0]")
acosh = unary("acosh", ops.arccosh, "the inverse hyperbolic cosine", "[1.0]", "[0.0]")
asin = unary("asin", ops.arcsin, "the arc sine, in radians", "[0.0]", "[0.0]")
asinh = unary("asinh", ops.arcsinh, "the inverse hyperbolic sine", "[0.0]", "[0.0]")
atan = unary("atan", ops.arctan, "the arc tangent, in radians", "[0.0]", "[0.0]")
atanh = unary("atanh", ops.arctanh, "the inverse hyperbolic tangent", "[0.0]", "[0.0]")
bitwise_invert = unary("bitwise_invert", ops.bitwise_invert, "each bit inverted",
    "[0, 5]", "[-1, -6]")
ceil = unary("ceil", ops.ceil, "the next whole number up", "[1.2, -1.2]", "[2.0, -1.0]")
conj = unary("conj", ops.conj, "the complex conjugate", "[1 + 2j]", "[(1-2j)]")
cos = unary("cos", ops.cos, "the cosine of an angle in radians", "[0.0]", "[1.0]")
cosh = unary("cosh", ops.cosh, "the hyperbolic cosine", "[0.0]", "[1.0]")
deg2rad = unary("deg2rad", ops.deg2rad, "degrees as radians", "[0.0]", "[0.0]")
erf = unary("erf", ops.erf, "the error function", "[0.0]", "[0.0]")
erfc = unary("erfc", ops.erfc, "1 minus the error function", "[0.0]", "[1.0]")
exp = unary("exp", ops.exp, "`e**x`", "[0.0]", "[1.0]")
exp2 = unary("exp2", ops.exp2, "`2**x`", "[3.0]", "[8.0]")
expm1 = unary("expm1", ops.expm1, "`e**x - 1`, precise near 0", "[0.0]", "[0.0]")
floor = unary("floor", ops.floor, "the next whole number down", "[1.2, -1.2]", "[1.0, -2.0]")
imag = unary("imag", ops.imag, "the imaginary part", "[1 + 2j]", "[2.0]")
isfinite = unary("isfinite", ops.isfinite, "whether each is finite",
    "[1.0, float('inf')]", "[True, False]")
isinf = unary("isinf", ops.isinf, "whether each is infinite",
    "[1.0, float('inf')]", "[False, True]")
isnan = unary("isnan", ops.isnan, "whether each is not a number",
    "[1.0, float('nan')]", "[False, True]")
log = unary("log", ops.log, "the natural logarithm", "[1.0]", "[0.0]")
log10 = unary("log10", ops.log10, "the logarithm to base 10", "[100.0]", "[2.0]")
log1p = unary("log1p", ops.log1p, "`log(1 + x)`, precise near 0", "[0.0]", "[0.0]")
log2 = unary("log2", ops.log2, "the logarithm to base 2", "[8.0]", "[3.0]")
logical_not = unary("logical_not", ops.logical_not, "whether each is false",
    "[True, False]", "[False, True]")
negative = unary("negative", ops.negative, "`-x`", "[1, -2]", "[-1, 2]")
positive = unary("positive", ops.convert_to_tensor, "`x` itself, as an array", "[1, -2]", "[1, -2]")
rad2deg = unary("rad2deg", lambda x: ops.multiply(x, 57.29577951308232), "radians as degrees",
    "[0.0]", "[0.0]")
real = unary("real", ops.real, "the real part", "[1 + 2j]", "[1.0]")
reciprocal = unary("reciprocal", ops.reciprocal, "`1 / x`", "[4.0]", "[0.25]")
rsqrt = unary("rsqrt", ops.rsqrt, "`1 / sqrt(x)`", "[4.0]", "[0.5]")
sign = unary("sign", ops.sign, "-1, 0 or 1", "[-3.0, 0.0, 2.0]", "[-1.0, 0.0, 1.0]")
sin = unary("sin", ops.sin, "the sine of an angle in radians", "[0.0]", "[0.0]")
sinh = unary("sinh", ops.sinh, "the hyperbolic sine", "[0.0]", "[0.0]")
sqrt = unary("sqrt", ops.sqrt, "the square root", "[9.0]", "[3.0]")
square = unary("square", ops.square, "`x**2`", "[3.0]", "[9.0]")
tan = unary("tan", ops.tan, "the tangent of an angle in radians", "[0.0]", "[0.0]")
trunc = unary("trunc", ops.trunc, "the whole number towards 0", "[1.7, -1.7]", "[1.0, -1.0]")

add = binary("add", ops.add, "`x1 + x2`", "[1.0, 2.0], 3.0", "[4.0, 5.0]")
atan2 = binary("atan2", ops.arctan2, "the angle of the point `(x2, x1)`", "[0.0], [1.0]", "[0.0]")
bitwise_and = binary("bitwise_and", ops.bitwise_and, "the bits set in both", "[6], [3]", "[2]")
bitwise_left_shift = binary("bitwise_left_shift", ops.left_shift, "`x1 * 2**x2`, by bits",
    "[3], [2]", "[12]")
bitwise_or = binary("bitwise_or", ops.bitwise_or, "the bits set in either", "[6], [3]", "[7]")
bitwise_right_shift = binary("bitwise_right_shift", ops.right_shift, "`x1 // 2**x2`, by bits",
    "[12], [2]", "[3]")
bitwise_xor = binary("bitwise_xor", ops.bitwise_xor, "the bits set in one of the two",
    "[6], [3]", "[5]")
divide = binary("divide", ops.divide, "`x1 / x2`", "[1.0, 2.0], 2.0", "[0.5, 1.0]")
equal = binary("equal", ops.equal, "whether `x1 == x2`", "[1, 2], [1, 3]", "[True, False]")
floor_divide = binary("floor_divide", ops.floor_divide, "`x1 / x2`, rounded down",
    "[7, -7], 2", "[3, -4]")
fmin = binary("fmin", ops.fmin, "the smaller one, of numbers",
    "[1.0, float('nan')], 2.0", "[1.0, 2.0]")
fmod = binary("fmod", ops.fmod, "the rest of `x1 / x2`, with the sign of `x1`",
    "[7.0, -7.0], 4.0", "[3.0, -3.0]")
greater = binary("greater", ops.greater, "whether `x1 > x2`", "[1, 2], 1", "[False, True]")
greater_equal = binary("greater_equal", ops.greater_equal, "whether `x1 >= x2`",
    "[0, 1], 1", "[False, True]")
less = binary("less", ops.less, "whether `x1 < x2`", "[0, 1], 1", "[True, False]")
less_equal = binary("less_equal", ops.less_equal, "whether `x1 <= x2`",
    "[1, 2], 1", "[True, False]")
logaddexp = binary("logaddexp", ops.logaddexp, "`log(exp(x1) + exp(x2))`",
    "[-float('inf')], [0.0]", "[0.0]")
logical_and = binary("logical_and", ops.logical_and, "whether both are true",
    "[True, True], [True, False]", "[True, False]")
logical_or = binary("logical_or", ops.logical_or, "whether one is true",
    "[True, False], [False, False]", "[True, False]")
logical_xor = binary("logical_xor", ops.logical_xor, "whether just one is true",
    "[True, True], [True, False]", "[False, True]")
maximum = binary("maximum", ops.maximum, "the larger one", "[1.0, 3.0], 2.0", "[2.0, 3.0]")
minimum = binary("minimum", ops.minimum, "the smaller one", "[1.0, 3.0], 2.0", "[1.0, 2.0]")
multiply = binary("multiply", ops.multiply, "`x1 * x2`", "[1.0, 2.0], 3.0", "[3.0, 6.0]")
not_equal = binary("not_equal", ops.not_equal, "whether `x1 != x2`",
    "[1, 2], [1, 3]", "[False, True]")
pow = binary("pow", ops.power, "`x1**x2`", "[2.0, 3.0], 2.0", "[4.0, 9.0]")
remainder = binary("remainder", ops.mod, "the rest of `x1 / x2`, with the sign of `x2`",
    "[7, -7], 4", "[3, 1]")
squared_difference = binary("squared_difference",
    lambda a, b: ops.square(ops.subtract(a, b)), "`(x1 - x2)**2`",
    "[5.0], [2.0]", "[9.0]")
subtract = binary("subtract", ops.subtract, "`x1 - x2`", "[1.0, 2.0], 3.0", "[-2.0, -1.0]")
# fmt: on


@ivy_function
def round(x: Any, decimals: int = 0) -> Any:
    """Return the nearest number with the given number of decimals; halves go to the even one.

    Example:

    >>> round([0.5, 1.5, 1.4]).numpy().tolist()
    [0.0, 2.0, 1.0]
    """
    return ops.round(tensor(x), decimals)


@ivy_function
def nan_to_num(
    x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """Return the array with what is not a number, or not finite, replaced.

    Args:
        x: An array, or a Container of arrays.
        nan: What replaces not-a-number.
        posinf: What replaces infinity; the largest number by default.
        neginf: What replaces minus infinity; the smallest number by default.

    Example:

    >>> nan_to_num([1.0, float("nan")]).numpy().tolist()
    [1.0, 0.0]
    """
    return ops.nan_to_num(tensor(x), nan=nan, posinf=posinf, neginf=neginf)


@ivy_function
def where(condition: Any, x1: Any, x2: Any) -> Any:
    """Return `x1` where the condition holds and `x2` elsewhere.

    Example:

    >>> where([True, False], [1, 2], [3, 4]).numpy().tolist()
    [1, 4]
    """
    return ops.where(tensor(condition), tensor(x1), tensor(x2))


@ivy_function
def clip(x: Any, x_min: Any = None, x_max: Any = None) -> Any:
    """Return the array with numbers outside `[x_min, x_max]` replaced by the nearer end.

    Args:
        x: An array, or a Container of arrays.
        x_min: The lower end, none by default.
        x_max: The upper end, none by default.

    Raises:
        ValueError: If both ends are Python numbers in the wrong order.

    Example:

    >>> clip([-1.0, 0.5, 3.0], 0.0, 1.0).numpy().tolist()
    [0.0, 0.5, 1.0]
    """
    if isinstance(x_min, int | float) and isinstance(x_max, int | float) and x_min > x_max:
        raise IvyValueError(
            f"`x_min` cannot be larger than `x_max`. Received: x_min={x_min}, x_max={x_max}"
        )
    if x_min is not None:
        x = ops.maximum(tensor(x), x_min)
    return x if x_max is None else ops.minimum(tensor(x), x_max)


@ivy_function
def lerp(input: Any, end: Any, weight: Any) -> Any:
    """Return `input + weight * (end - input)`.

    Example:

    >>> lerp([0.0, 2.0], [4.0, 4.0], 0.5).numpy().tolist()
    [2.0, 3.0]
    """
    input = tensor(input)
    return ops.add(input, ops.multiply(weight, ops.subtract(tensor(end), input)))


@ivy_function
def stable_divide(numerator: Any, denominator: Any, min_denominator: float = 1e-12) -> Any:
    """Return `numerator / (denominator + min_denominator)`, finite for a denominator of 0.

    Example:

    >>> stable_divide([0.0, 1.0], [0.0, 2.0]).numpy().tolist()
    [0.0, 0.5]

    Reference: Ivy's `functional/ivy/general.py`.
    """
    return ops.divide(tensor(numerator), ops.add(tensor(denominator), min_denominator))


@ivy_function
def stable_pow(base: Any, exponent: Any, min_base: float = 1e-5) -> Any:
    """Return `(base + min_base)**exponent`, with a finite gradient at a base of 0.

    Example:

    >>> stable_pow([0.0], 0.5, min_base=0.25).numpy().tolist()
    [0.5]

    Reference: Ivy's `functional/ivy/general.py`.
    """
    return ops.power(ops.add(tensor(base), min_base), tensor(exponent))


@ivy_function
def stop_gradient(x: Any) -> Any:
    """Return the array, as a constant for gradients.

    Example:

    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * stop_gradient(x)
    >>> tape.gradient(y, x).numpy().item()
    3.0
    """
    return ops.stop_gradient(tensor(x))


@ivy_function
def clip_vector_norm(x: Any, max_norm: float, p: float = 2.0) -> Any:
    """Return the array scaled down, if need be, to a norm of at most `max_norm`.

    Args:
        x: An array, or a Container of arrays, each of which is clipped on its own.
        max_norm: The largest norm.
        p: The order of the norm, over all entries.

    Example:

    >>> clip_vector_norm([3.0, 4.0], 2.5).numpy().tolist()
    [1.5, 2.0]

    Reference: Ivy's `functional/ivy/general.py`.
    """
    x = ops.convert_to_tensor(x)
    norm = ops.norm(ops.reshape(x, (-1,)), ord=p)
    return x * ops.minimum(
        1.0, tf.math.divide_no_nan(ops.convert_to_tensor(max_norm, x.dtype), norm)
    )
