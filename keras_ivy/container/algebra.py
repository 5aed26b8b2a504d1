"""Arithmetic and comparison, leaf by leaf.

The loop is written out rather than built on `map`: it decides what to do with a leaf by its type
alone and leaves everything else, promotion of unlike dtypes included, to the rare case in which
the leaf's own operator refuses.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.container.config import DEFAULT
from keras_ivy.container.mapping import map_arguments
from keras_ivy.container.node import Node
from keras_ivy.utils.exceptions import IvyException, IvyTypeError, IvyValueError

__all__ = ["Algebra", "combine", "dispatch", "transform"]

_ARRAYS = (tf.Tensor, tf.Variable, keras.Variable, np.ndarray, np.generic)
_REFUSALS = (TypeError, ValueError, tf.errors.InvalidArgumentError, tf.errors.UnimplementedError)
_create = dict.__new__
_get = dict.__getitem__
_set = dict.__setitem__
_update = dict.update

#: Types of leaves that are no dicts and no sequences; a type joins when it is first met.
_LEAVES: set[type] = {bool, int, float, complex, str, np.ndarray, keras.Variable}


def combine(op: Callable, left: Any, right: Any, name: str, where: tuple = ()) -> Any:
    """Return the container of `op(leaf of left, leaf of right)`; at least one is a Container.

    An operand that is no mapping is combined with every leaf of the other one.

    Raises:
        ValueError: If the containers differ in their keys, or two leaves in their shapes.
        TypeError: If two leaves don't know the operation.
    """
    if not isinstance(left, dict):
        return _combine_each(op, right, left, name, where, reflected=True)
    if not isinstance(right, dict):
        return _combine_each(op, left, right, name, where, reflected=False)
    if left.keys() != right.keys():
        raise _unlike(left, right, name, where)
    # The two loops below are all that arithmetic on containers adds to the arithmetic itself:
    # what they do for every leaf was chosen by the clock (benchmarks/container_algebra.py).
    items = {}
    for key, x in left.items():
        y = _get(right, key)
        if x.__class__ in _LEAVES and y.__class__ in _LEAVES:
            try:
                items[key] = op(x, y)
            except _REFUSALS as error:
                items[key] = _after_refusal(op, x, y, name, (where, key), error)
        elif isinstance(x, dict) or isinstance(y, dict):
            items[key] = combine(op, x, y, name, (where, key))
        else:
            items[key] = _combine_rare(op, x, y, (x, y), name, (where, key))
    out = _create(Node)
    if left._config is not DEFAULT:
        out._config = left._config
    _update(out, items)
    return out


def _combine_each(
    op: Callable, container: Any, other: Any, name: str, where: tuple, reflected: bool
) -> Any:
    """Combine every leaf with one operand, which stands on the left if `reflected`."""
    items = {}
    simple = other.__class__ in _LEAVES
    for key, leaf in container.items():
        x, y = (other, leaf) if reflected else (leaf, other)
        if simple and leaf.__class__ in _LEAVES:
            try:
                items[key] = op(x, y)
            except _REFUSALS as error:
                items[key] = _after_refusal(op, x, y, name, (where, key), error)
        elif isinstance(leaf, dict):
            items[key] = _combine_each(op, leaf, other, name, (where, key), reflected)
        else:
            items[key] = _combine_rare(op, x, y, (leaf,), name, (where, key))
    out = _create(Node)
    if container._config is not DEFAULT:
        out._config = container._config
    _update(out, items)
    return out


def _path(where: tuple) -> str:
    """Return the path of nested pairs, which the loops above build in less time than a string."""
    outer, key = where
    return f"{_path(outer)}/{key}" if outer else key


def _combine_rare(op: Callable, x: Any, y: Any, leaves: tuple, name: str, where: tuple) -> Any:
    """Combine leaves that are sequences, or of a type not met before."""
    # A list on its own beside a container is an operand for all, as an array is.
    if any(isinstance(leaf, list | tuple) for leaf in leaves):
        return _combine_sequences(op, x, y, name, where)
    _LEAVES.update(type(v) for v in (x, y) if not isinstance(v, list | tuple))
    try:
        return op(x, y)
    except _REFUSALS as error:
        return _after_refusal(op, x, y, name, where, error)


def dispatch(op: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call an operation of TensorFlow leaf by leaf, promoting as the operators do."""

    def call(path: str, *leaves: Any, **named: Any) -> Any:
        try:
            return op(*leaves, **named)
        except _REFUSALS as error:
            if len(leaves) != 2:
                raise
            return _after_refusal(
                lambda x, y: op(x, y, **named), *leaves, op.__name__, ((), path), error
            )

    return map_arguments(call, args, kwargs)


def transform(op: Callable, container: Any, name: str, prefix: str = "") -> Any:
    """Return the container of `op(leaf)`; lists and tuples are looked into."""
    out = container._new(container._config)
    for key, value in dict.items(container):
        if isinstance(value, dict):
            value = transform(op, value, name, f"{prefix}{key}/")
        elif isinstance(value, list | tuple):
            value = _transform_sequence(op, value)
        else:
            try:
                value = op(value)
            except TypeError as error:
                raise IvyTypeError(
                    f"Cannot apply {name!r} to {prefix + key!r} of type {type(value).__name__}."
                ) from error
        _set(out, key, value)
    return out


def _transform_sequence(op: Callable, value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return op(value)
    return _same_type(value, [_transform_sequence(op, x) for x in value])


def _combine_sequences(op: Callable, x: Any, y: Any, name: str, where: tuple) -> Any:
    """Combine inside lists and tuples, item by item or with one operand for all."""
    nests = [isinstance(v, list | tuple) for v in (x, y)]
    if not any(nests):
        try:
            return op(x, y)
        except _REFUSALS as error:
            return _after_refusal(op, x, y, name, where, error)
    if all(nests) and len(x) != len(y):
        raise IvyValueError(
            f"Cannot combine containers: {_path(where)!r} has {len(x)} items on the left "
            f"and {len(y)} on the right. Received: op={name!r}"
        )
    like = x if nests[0] else y
    xs = x if nests[0] else [x] * len(like)
    ys = y if nests[1] else [y] * len(like)
    return _same_type(
        like,
        [
            _combine_sequences(op, a, b, name, (where, str(i)))
            for i, (a, b) in enumerate(zip(xs, ys, strict=True))
        ],
    )


def _same_type(like: Any, items: list) -> Any:
    """Return the items as a list, tuple or named tuple, whichever `like` is."""
    return type(like)(*items) if hasattr(like, "_fields") else type(like)(items)


def _after_refusal(op: Callable, x: Any, y: Any, name: str, where: tuple, error: Exception) -> Any:
    """Try again in the common dtype, which TensorFlow does not look for; or explain the refusal.

    The common dtype is NumPy's: int32 and 0.5 give float64, float32 and float64 give float64.
    """
    if isinstance(error, IvyException):
        raise error
    arrays = isinstance(x, _ARRAYS), isinstance(y, _ARRAYS)
    numbers = [
        a or isinstance(v, int | float | complex) for a, v in zip(arrays, (x, y), strict=True)
    ]
    if any(arrays) and all(numbers):
        dtypes = [_dtype_of(v) if a else v for a, v in zip(arrays, (x, y), strict=True)]
        try:
            common = tf.as_dtype(np.result_type(*dtypes))
        except TypeError:
            common = None
        if common is not None and any(
            d != common.as_numpy_dtype for d in dtypes if d is not x and d is not y
        ):
            try:
                return op(_cast(x, common), _cast(y, common))
            except _REFUSALS as second:
                error = second
    path = _path(where)
    if all(arrays) and tuple(x.shape) != tuple(y.shape):
        raise IvyValueError(
            f"Cannot combine containers: {path!r} has shape {tuple(x.shape)} on the left and "
            f"{tuple(y.shape)} on the right. Use `Container.diff(a, b)` to list every mismatch. "
            f"Received: op={name!r}"
        ) from error
    kind = IvyTypeError if isinstance(error, TypeError) else IvyValueError
    raise kind(
        f"Cannot combine containers: {path!r} is {_kind_of(x)} on the left and {_kind_of(y)} on "
        f"the right. Received: op={name!r}"
    ) from error


def _dtype_of(array: Any) -> np.dtype:
    return np.dtype(tf.as_dtype(array.dtype).as_numpy_dtype)


def _cast(x: Any, dtype: tf.DType) -> tf.Tensor:
    return tf.cast(tf.convert_to_tensor(x) if isinstance(x, _ARRAYS) else x, dtype)


def _kind_of(x: Any) -> str:
    if isinstance(x, _ARRAYS):
        return f"{tf.as_dtype(x.dtype).name} of shape {tuple(x.shape)}"
    return f"{x!r} of type {type(x).__name__}"


def _unlike(left: Mapping, right: Mapping, name: str, where: tuple) -> IvyValueError:
    """Return the error for two containers that differ in their keys."""
    missing = sorted(set(left) - set(right), key=str)
    extra = sorted(set(right) - set(left), key=str)
    prefix = f"{_path(where)}/" if where else ""
    said = [f"{prefix + str(missing[0])!r} is only on the left"] if missing else []
    said += [f"{prefix + str(extra[0])!r} is only on the right"] if extra else []
    return IvyValueError(
        f"Cannot combine containers: {' and '.join(said)}. Use `Container.diff(a, b)` to list "
        f"every mismatch, `a.merge(b)` to join their keys. Received: op={name!r}, "
        f"{len(set(left) & set(right))} shared keys."
    )


def _binary(symbol: str, op: Callable, reflected: bool = False) -> Callable:
    """Return the method for an operator, or for its reflected form."""

    def method(self: Any, other: Any) -> Any:
        if isinstance(other, Mapping) and not isinstance(other, Node):
            other = Node(other)
        left, right = (other, self) if reflected else (self, other)
        return combine(op, left, right, symbol)

    sides = ("other", "self") if reflected else ("self", "other")
    method.__doc__ = f"Leaf by leaf `{sides[0]} {symbol} {sides[1]}`."
    return method


def _divmod(x: Any, y: Any) -> tuple:
    return (x // y, x % y)


def _either(op: Callable, logical: Callable) -> Callable:
    """Return Ivy's reading of `&` and `|`: with a scalar beside a Python leaf, `and` and `or`."""

    def apply(x: Any, y: Any) -> Any:
        return op(x, y) if isinstance(x, _ARRAYS) or isinstance(y, _ARRAYS) else logical(x, y)

    return apply


def _logical(symbol: str, op: Callable, logical: Callable, reflected: bool = False) -> Callable:
    scalar = _binary(symbol, _either(op, logical), reflected)
    pairwise = _binary(symbol, op, reflected)

    def method(self: Any, other: Any) -> Any:
        return (pairwise if isinstance(other, Mapping) else scalar)(self, other)

    method.__doc__ = pairwise.__doc__
    return method


def _invert(x: Any) -> Any:
    return ~x if isinstance(x, _ARRAYS) else not x


class Algebra:
    """The operators of a Container, leaf by leaf.

    The other operand is a Container or a dict of the same keys, a scalar or an array; on either
    side. Leaves that are lists or tuples are combined item by item. Unlike dtypes that TensorFlow
    refuses are promoted as NumPy promotes them.
    """

    __add__, __radd__ = _binary("+", operator.add), _binary("+", operator.add, True)
    __sub__, __rsub__ = _binary("-", operator.sub), _binary("-", operator.sub, True)
    __mul__, __rmul__ = _binary("*", operator.mul), _binary("*", operator.mul, True)
    __truediv__ = _binary("/", operator.truediv)
    __rtruediv__ = _binary("/", operator.truediv, True)
    __floordiv__ = _binary("//", operator.floordiv)
    __rfloordiv__ = _binary("//", operator.floordiv, True)
    __mod__, __rmod__ = _binary("%", operator.mod), _binary("%", operator.mod, True)
    __divmod__, __rdivmod__ = _binary("divmod", _divmod), _binary("divmod", _divmod, True)
    __pow__, __rpow__ = _binary("**", operator.pow), _binary("**", operator.pow, True)
    __matmul__ = _binary("@", operator.matmul)
    __rmatmul__ = _binary("@", operator.matmul, True)
    __lshift__ = _binary("<<", operator.lshift)
    __rlshift__ = _binary("<<", operator.lshift, True)
    __rshift__ = _binary(">>", operator.rshift)
    __rrshift__ = _binary(">>", operator.rshift, True)
    __xor__, __rxor__ = _binary("^", operator.xor), _binary("^", operator.xor, True)
    __eq__, __ne__ = _binary("==", operator.eq), _binary("!=", operator.ne)
    __lt__, __le__ = _binary("<", operator.lt), _binary("<=", operator.le)
    __gt__, __ge__ = _binary(">", operator.gt), _binary(">=", operator.ge)

    __and__ = _logical("&", operator.and_, lambda x, y: x and y)
    __rand__ = _logical("&", operator.and_, lambda x, y: x and y, True)
    __or__ = _logical("|", operator.or_, lambda x, y: x or y)
    __ror__ = _logical("|", operator.or_, lambda x, y: x or y, True)
    # dict would update in place.
    __ior__ = __or__

    def __neg__(self) -> Any:
        return transform(operator.neg, self, "-")

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return transform(abs, self, "abs")

    def __invert__(self) -> Any:
        return transform(_invert, self, "~")

    def __round__(self, ndigits: int | None = None) -> Any:
        def rounded(x: Any) -> Any:
            if isinstance(x, _ARRAYS):
                return keras.ops.round(x, decimals=ndigits or 0)
            return round(x, ndigits)

        return transform(rounded, self, "round")
