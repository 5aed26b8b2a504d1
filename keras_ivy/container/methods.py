"""Elementwise maths, reductions and the like as methods, all from one table.

`TABLE` maps the name of a method to the function that is called for every leaf: a `keras.ops`
function, or a short adapter where Ivy's arguments or defaults differ from Keras's. Names that
layers usually have as attributes (`linear`, `conv2d`, `dropout`, `embedding`) are left out: an
attribute that is a method hides a key.
"""

from collections.abc import Callable, Iterable
from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.container.arrays import is_array, is_variable
from keras_ivy.container.mapping import map_arguments
from keras_ivy.container.node import Node
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["TABLE", "Methods"]


def _moment(op: Callable) -> Callable:
    """Return a variance or deviation that takes Ivy's `correction`, the degrees of freedom lost."""

    def moment(x: Any, axis: Any = None, correction: float = 0.0, keepdims: bool = False) -> Any:
        value = op(x, axis=axis, keepdims=keepdims)
        if not correction:
            return value
        count = ops.size(x) / ops.size(value)
        factor = ops.cast(count / (count - correction), value.dtype)
        return value * (factor if op is ops.var else ops.sqrt(factor))

    return moment


def _vector_norm(x: Any, axis: Any = None, keepdims: bool = False, ord: float = 2) -> Any:
    x = x if axis is not None or keepdims else ops.reshape(x, (-1,))
    return ops.norm(x, ord=ord, axis=-1 if len(x.shape) == 1 else axis, keepdims=keepdims)


#: Names under which Keras has the same function with the same arguments.
_SAME = """
    abs add all amax amin any argmax argmin argsort bitwise_and bitwise_invert
    bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor broadcast_to ceil
    cholesky clip conj cos cosh count_nonzero cross cumprod cumsum det diag diagonal divide
    dot elu equal erf exp expand_dims expm1 flip floor floor_divide full_like greater
    greater_equal imag inv isclose isfinite isinf isnan less less_equal log log10 log1p
    log2 log_softmax logaddexp logical_and logical_not logical_or logical_xor logsumexp
    matmul max maximum mean median min minimum multiply nan_to_num negative nonzero
    not_equal ones_like outer pad prod real reciprocal relu relu6 repeat reshape roll round
    rsqrt selu sigmoid sign silu sin sinh softmax softplus softsign sort sqrt square
    squeeze stop_gradient subtract sum swapaxes take tan tanh tensordot tile trace tril
    triu trunc where zeros_like
"""

#: Method name -> function of a leaf.
TABLE: dict[str, Callable] = {name: getattr(ops, name) for name in _SAME.split()} | {
    "acos": ops.arccos,
    "acosh": ops.arccosh,
    "asin": ops.arcsin,
    "asinh": ops.arcsinh,
    "astype": ops.cast,
    "atan": ops.arctan,
    "atan2": ops.arctan2,
    "atanh": ops.arctanh,
    "cast": ops.cast,
    "gelu": lambda x, approximate=False: ops.gelu(x, approximate=approximate),
    "hardswish": ops.hard_swish,
    "leaky_relu": lambda x, alpha=0.2: ops.leaky_relu(x, negative_slope=alpha),
    "matrix_transpose": lambda x: ops.swapaxes(x, -1, -2),
    "mish": lambda x: x * ops.tanh(ops.softplus(x)),
    "numpy": ops.convert_to_numpy,
    "permute_dims": lambda x, axes: ops.transpose(x, axes),
    "pow": ops.power,
    "reduce_max": ops.max,
    "reduce_mean": ops.mean,
    "reduce_min": ops.min,
    "reduce_prod": ops.prod,
    "reduce_sum": ops.sum,
    "remainder": ops.mod,
    "std": _moment(ops.std),
    "to_list": lambda x: ops.convert_to_numpy(x).tolist(),
    "to_numpy": ops.convert_to_numpy,
    "var": _moment(ops.var),
    "vector_norm": _vector_norm,
}


_PRUNED = object()


def _method(name: str, function: Callable) -> Callable:
    def method(
        self: Any,
        *args: Any,
        key_chains: Iterable[str] | str | None = None,
        to_apply: bool = True,
        prune_unapplied: bool = False,
        out: Any = None,
        **kwargs: Any,
    ) -> Any:
        chosen = [key_chains] if isinstance(key_chains, str) else key_chains

        def call(path: str, leaf: Any, *rest: Any, **named: Any) -> Any:
            if chosen is not None and (path in chosen) != to_apply:
                return _PRUNED if prune_unapplied else leaf
            return _apply(name, function, path, leaf, *rest, **named)

        others = [Node(a) if type(a) is dict else a for a in args]
        result = map_arguments(call, (self, *others), kwargs)
        if prune_unapplied:
            result = result._filtered(lambda _, leaf: leaf is not _PRUNED)
        return result if out is None else _write(result, out)

    source = getattr(function, "__name__", name)
    keras_name = f"`keras.ops.{source}`" if getattr(ops, source, None) is function else f"`{name}`"
    method.__name__ = name
    method.__qualname__ = f"Container.{name}"
    method.__doc__ = (
        f"Return the Container of {keras_name} of every leaf.\n\n"
        "Args:\n"
        "    *args: Further arguments; containers among them are walked together with this one.\n"
        "    key_chains: The exact paths to apply the function to; None for all.\n"
        "    to_apply: If False, the function is applied to all paths but these.\n"
        "    prune_unapplied: If True, the other leaves are left out rather than kept.\n"
        "    out: A Container of the same keys to write the result into.\n"
        "    **kwargs: Further keyword arguments.\n"
    )
    return method


def _apply(name: str, function: Callable, path: str, *args: Any, **kwargs: Any) -> Any:
    """Call the function, with an error that names the method and the leaf it failed on."""
    try:
        return function(*args, **kwargs)
    except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
        leaf = args[0]
        kind = IvyTypeError if isinstance(error, TypeError) else IvyValueError
        what = f"shape {tuple(leaf.shape)}" if is_array(leaf) else f"type {type(leaf).__name__}"
        raise kind(f"`{name}` failed on {path!r} of {what}: {error}") from error


def _write(result: Any, out: Any) -> Any:
    """Write a result into another Container: variables are assigned, other leaves replaced."""
    for path, value in result.flatten().items():
        if is_variable(out.get(path)):
            out[path].assign(value)
        else:
            out[path] = value
    return out


class Methods:
    """Functions of `keras.ops`, leaf by leaf; see `TABLE` for their names."""


for _name, _function in TABLE.items():
    setattr(Methods, _name, _method(_name, _function))
