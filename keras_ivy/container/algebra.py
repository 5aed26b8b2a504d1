"""Arithmetic and comparison, leaf by leaf.

The loop is written out rather than built on `map`: it decides what to do with a leaf by its type
alone and leaves everything else, promotion of unlike dtypes included, to the rare case in which
the leaf's own operator refuses.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf

from keras_ivy.container.base import Base
from keras_ivy.container.config import DEFAULT
from keras_ivy.tree.maps import call_leafwise
from keras_ivy.utils.exceptions import IvyException, IvyTypeError, IvyValueError

if TYPE_CHECKING:  # It stands above.
    from keras_ivy.container.container import Container

__all__ = [
    "binary",
    "combine",
    "dispatch",
    "divided",
    "inverted",
    "logical",
    "rounded",
    "transform",
]

Op = Callable[..., object]
Method = Callable[[Base, object], "Container"]
#: A path, as nested pairs; the empty one is the top.
Where: TypeAlias = tuple[()] | tuple["Where", str]

_ARRAYS = (tf.Tensor, tf.Variable, keras.Variable, np.ndarray, np.generic)
_REFUSALS = (TypeError, ValueError, tf.errors.InvalidArgumentError, tf.errors.UnimplementedError)
_create = dict.__new__
_get = dict.__getitem__
_items = dict.items
_set = dict.__setitem__
_update = dict.update

#: Types of leaves that are no dicts and no sequences; a type joins when it is first met.
_LEAVES: set[type] = {bool, int, float, complex, str, np.ndarray, keras.Variable}


def combine(
    op: Op, left: object, right: object, name: str, make: type, where: Where = ()
) -> "Container":
    """Return the container of `op(leaf of left, leaf of right)`; at least one is a Container.

    An operand that is no mapping is combined with every leaf of the other one.

    Args:
        op: A function of two leaves.
        left: A Container, or an operand for all.
        right: The same.
        name: The name of the operation, for errors.
        make: The class of the result.
        where: The path in the whole, as nested pairs.

    Raises:
        ValueError: If the containers differ in their keys, or two leaves in their shapes.
        TypeError: If two leaves don't know the operation.
    """
    if not isinstance(left, dict):
        return _combine_each(op, right, left, name, make, where, reflected=True)
    if not isinstance(right, dict):
        return _combine_each(op, left, right, name, make, where, reflected=False)
    if len(left) != len(right):
        raise _unlike(left, right, name, where)
    # The two loops below are all that arithmetic on containers adds to the arithmetic itself:
    # what they do for every leaf was chosen by the clock (benchmarks/container_algebra.py). That
    # the keys are the same shows while they are walked: comparing them first took as long again.
    items = {}
    for key, x in _items(left):
        try:
            y = _get(right, key)
        except KeyError:
            raise _unlike(left, right, name, where) from None
        if x.__class__ in _LEAVES and y.__class__ in _LEAVES:
            try:
                items[key] = op(x, y)
            except _REFUSALS as error:
                items[key] = _pair_after_refusal(op, left, right, name, (where, key), error)
        elif isinstance(x, dict) or isinstance(y, dict):
            items[key] = combine(op, x, y, name, make, (where, key))
        else:
            items[key] = _combine_rare(op, x, y, (x, y), name, (where, key))
    return _filled(make, items, left)


def _combine_each(
    op: Op,
    container: Any,
    other: Any,
    name: str,
    make: type,
    where: tuple[Any, ...],
    reflected: bool,
) -> Any:
    """Combine every leaf with one operand, which stands on the left if `reflected`."""
    items = {}
    simple = other.__class__ in _LEAVES
    for key, leaf in _items(container):
        x, y = (other, leaf) if reflected else (leaf, other)
        if simple and leaf.__class__ in _LEAVES:
            try:
                items[key] = op(x, y)
            except _REFUSALS as error:
                items[key] = _after_refusal(op, x, y, name, (where, key), error)
        elif isinstance(leaf, dict):
            items[key] = _combine_each(op, leaf, other, name, make, (where, key), reflected)
        else:
            items[key] = _combine_rare(op, x, y, (leaf,), name, (where, key))
    return _filled(make, items, container)


def _filled(make: type, items: dict[str, Any], like: Any) -> Any:
    """Return a container of a class with items as they are, and the options of another one."""
    out: Any = _create(make)
    if like._config is not DEFAULT:
        out._config = like._config
    _update(out, items)
    return out


def _path(where: tuple[Any, ...]) -> str:
    """Return the path of nested pairs, which the loops above build in less time than a string."""
    outer, key = where
    return f"{_path(outer)}/{key}" if outer else key


def _combine_rare(
    op: Op, x: Any, y: Any, leaves: tuple[Any, ...], name: str, where: tuple[Any, ...]
) -> Any:
    """Combine leaves that are sequences, or of a type not met before."""
    # A list on its own beside a container is an operand for all, as an array is.
    if any(isinstance(leaf, list | tuple) for leaf in leaves):
        return _combine_sequences(op, x, y, name, where)
    _LEAVES.update(type(v) for v in (x, y) if not isinstance(v, list | tuple))
    try:
        return op(x, y)
    except _REFUSALS as error:
        return _after_refusal(op, x, y, name, where, error)


def dispatch(op: Op, *args: object, **kwargs: object) -> object:
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

    return call_leafwise(call, args, kwargs, Base)


def transform(op: Op, container: Any, name: str, prefix: str = "") -> "Container":
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


def _transform_sequence(op: Op, value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return op(value)
    return _same_type(value, [_transform_sequence(op, x) for x in value])


def _combine_sequences(op: Op, x: Any, y: Any, name: str, where: tuple[Any, ...]) -> Any:
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


def _same_type(like: Any, items: list[Any]) -> Any:
    """Return the items as a list, tuple or named tuple, whichever `like` is."""
    return type(like)(*items) if hasattr(like, "_fields") else type(like)(items)


def _after_refusal(
    op: Op, x: Any, y: Any, name: str, where: tuple[Any, ...], error: Exception
) -> Any:
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


def _pair_after_refusal(
    op: Op,
    left: dict[str, Any],
    right: dict[str, Any],
    name: str,
    where: tuple[Any, ...],
    error: Exception,
) -> Any:
    """Try again, or explain: by keys that only one side has, if there are any further on."""
    outer, key = where
    try:
        return _after_refusal(op, _get(left, key), _get(right, key), name, where, error)
    except IvyException:
        if left.keys() != right.keys():
            raise _unlike(left, right, name, outer) from None
        raise


def _dtype_of(array: Any) -> np.dtype:
    return np.dtype(tf.as_dtype(array.dtype).as_numpy_dtype)


def _cast(x: Any, dtype: tf.DType) -> tf.Tensor:
    return tf.cast(tf.convert_to_tensor(x) if isinstance(x, _ARRAYS) else x, dtype)


def _kind_of(x: Any) -> str:
    if isinstance(x, _ARRAYS):
        return f"{tf.as_dtype(x.dtype).name} of shape {tuple(x.shape)}"
    return f"{x!r} of type {type(x).__name__}"


def _unlike(
    left: Mapping[str, Any], right: Mapping[str, Any], name: str, where: tuple[Any, ...]
) -> IvyValueError:
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


def binary(symbol: str, op: Op, reflected: bool = False) -> Method:
    """Return the method for an operator, or for its reflected form."""

    def method(self: Any, other: Any) -> Any:
        if isinstance(other, Mapping) and not isinstance(other, Base):
            other = self._plain(other)
        left, right = (other, self) if reflected else (self, other)
        return combine(op, left, right, symbol, self._plain)

    sides = ("other", "self") if reflected else ("self", "other")
    method.__doc__ = f"Leaf by leaf `{sides[0]} {symbol} {sides[1]}`."
    return method


def _either(op: Op, logical: Op) -> Op:
    """Return Ivy's reading of `&` and `|`: with a scalar beside a Python leaf, `and` and `or`."""

    def apply(x: Any, y: Any) -> Any:
        return op(x, y) if isinstance(x, _ARRAYS) or isinstance(y, _ARRAYS) else logical(x, y)

    return apply


def logical(symbol: str, op: Op, python: Op, reflected: bool = False) -> Method:
    """Return the method for `&` or `|`, which read a Python leaf as a truth value."""
    scalar = binary(symbol, _either(op, python), reflected)
    pairwise = binary(symbol, op, reflected)

    def method(self: Any, other: Any) -> Any:
        return (pairwise if isinstance(other, Mapping) else scalar)(self, other)

    method.__doc__ = pairwise.__doc__
    return method


def divided(x: Any, y: Any) -> tuple[Any, Any]:
    """`divmod` of leaves that may be arrays."""
    return (x // y, x % y)


def inverted(x: Any) -> Any:
    """`~` of an array, `not` of a Python value."""
    is_array = isinstance(x, _ARRAYS)
    return ~x if is_array else not x


def rounded(ndigits: int | None) -> Op:
    """Return a function that rounds an array or a number."""

    def call(x: Any) -> Any:
        if isinstance(x, _ARRAYS):
            return keras.ops.round(x, decimals=ndigits or 0)
        return round(x, ndigits)

    return call
