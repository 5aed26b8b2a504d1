"""Functions of this package that are methods of Container too: one formula under both spellings.

`Container` stands below and cannot import them, so they are added to it from here. Left out are
functions whose arguments stand in another order or under other names than those of the method,
which has Keras's (`container.softmax(axis=-1)`), Ivy's older reductions, whose methods return
scalars, and `tanh` and `trunc`, whose methods take whole numbers and truth values as Keras's do.
"""

import functools
from collections.abc import Callable

from keras_ivy.container import container_map
from keras_ivy.ops.dispatch import named_function
from keras_ivy.ops.ivy import dtypes, general, natives, type_questions
from keras_ivy.ops.ivy.dtypes import astype
from keras_ivy.ops.maths.linalg import vector_norm
from keras_ivy.typing import Array, ArrayLike, Axis

__all__ = ["leafwise", "method_of"]

_NAMES = """
    abs acos acosh add all any argmax argmin argsort asin asinh astype atan atan2 atanh
    bitwise_invert broadcast_to ceil conj cos cosh count_nonzero det divide elu equal erf exp
    expm1 flip floor floor_divide full_like gelu greater greater_equal hardswish imag inv isfinite
    isinf isnan leaky_relu less less_equal log log10 log1p log2 logaddexp logical_and logical_not
    logical_or logical_xor logsumexp matmul matrix_transpose maximum mean median minimum mish
    multiply nan_to_num negative nonzero not_equal ones_like outer permute_dims pow real
    reciprocal relu relu6 remainder roll round rsqrt selu sigmoid sign silu sin sinh softplus
    softsign sort sqrt square squeeze std stop_gradient subtract sum tan tile to_list tril triu
    var zeros_like
"""


#: Functions that do not map over containers, and are methods that do: questions about leaves.
_ASKED = (
    *(general.exists, general.has_nans, general.is_array, general.is_ivy_array),
    *(general.is_native_array, type_questions.can_cast, type_questions.finfo, type_questions.iinfo),
    *(dtypes.is_bool_dtype, dtypes.is_complex_dtype, dtypes.is_float_dtype, dtypes.is_int_dtype),
    *(type_questions.is_uint_dtype, type_questions.itemsize, natives.to_ivy, natives.to_native),
)
_QUESTIONS = {function.__name__: function for function in _ASKED}


def method_of(name: str) -> Callable | None:
    """Return the function of containers of a name that becomes a method, or None."""
    question = _QUESTIONS.get(name)
    if question is None:
        return named_function(name)
    return functools.wraps(question)(functools.partial(container_map, question))


def leafwise() -> dict[str, Callable]:
    """Return the functions of leaves by the name of the method; all modules are loaded by then."""
    found = {name: named_function(name) for name in _NAMES.split()}
    lacking = [name for name, function in found.items() if function is None]
    if lacking:
        raise ImportError(f"keras_ivy.ops has no functions of these names: {lacking}")
    named = {name: function for name, function in found.items() if function is not None}
    return named | {"cast": astype, "vector_norm": _vector_norm}


def _vector_norm(x: ArrayLike, axis: Axis = None, keepdims: bool = False, ord: float = 2) -> Array:
    """The method takes its arguments by position too."""
    return vector_norm(x, axis=axis, keepdims=keepdims, ord=ord)


_vector_norm.__name__ = "vector_norm"
