"""Operators on arrays, as Ivy defines them, for the programs that expect Ivy's arrays.

What TensorFlow computes it computes as ever, but for the few results that are not Ivy's; what it
refuses is looked at again. Then who calls decides: an installed package that does not import Ivy
gets TensorFlow's result, or its refusal.
"""

import functools
from collections.abc import Callable

import keras
import tensorflow as tf

from keras_ivy import ops
from keras_ivy.adapters.array_classes import CLASSES, Attributes
from keras_ivy.adapters.callers import Caller, caller
from keras_ivy.arrays.promotion import promoted
from keras_ivy.ops.kinds import kind_of
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.checks import summary
from keras_ivy.utils.exceptions import InplaceUpdateException

__all__ = ["put_operators"]

Operator = Callable


def _none(*operands: object) -> object:
    """Say that there is no such operator, so that Python asks the other operand."""
    return NotImplemented


#: Operators by their names between underscores.
_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
_NAMES = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"),
    *("lshift", "rshift", "divmod"),
    *_COMPARISONS,
)
_FLOATS = frozenset({"bfloat16", "float16", "float32", "float64"})
#: Where TensorFlow gives a result that is not Ivy's, the type that it has then: of truth values
#: times numbers, and of whole numbers by whole numbers.
_DOUBTFUL = {"mul": tf.bool, "truediv": tf.float64}
#: What TensorFlow raises where types do not fit.
_MISFITS = (
    TypeError,
    ValueError,
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.UnimplementedError,
)
#: Those that TensorFlow has not for all arrays -> functions of this package.
_FUNCTIONS: dict[str, Callable] = {
    "divmod": lambda x1, x2: (ops.floor_divide(x1, x2), ops.remainder(x1, x2)),
    "lshift": ops.bitwise_left_shift,
    "matmul": ops.matmul,
    "pow": ops.pow,
    "rshift": ops.bitwise_right_shift,
    "truediv": ops.divide,
}
#: Those that truth values have as the whole numbers 0 and 1.
_OF_WHOLE = frozenset({"divmod", "floordiv", "ge", "gt", "le", "lt", "mod", "pow"})
#: Those that truth values have among themselves.
_OF_TRUTH = {"add": ops.logical_or, "mul": ops.logical_and}
#: Classes of arrays whose operators are Keras's.
_KERAS = frozenset({keras.Variable, keras.KerasTensor})
#: The types of queries that TensorFlow reads as Ivy does.
_BASIC = frozenset({int, slice, type(None), type(Ellipsis)})
#: TensorFlow's and Keras's own operators, which stay what they were while arrays have ours.
_TENSORS: dict[str, Callable] = {name: getattr(tf.Tensor, f"__{name}__", _none) for name in _NAMES}
_SYMBOLIC: dict[str, Callable] = {
    prefix + name: getattr(keras.KerasTensor, f"__{prefix}{name}__", _none)
    for name in _NAMES
    for prefix in ("", "r")
}


def put_operators(attributes: Attributes) -> None:
    """Give every class of arrays the operators."""
    for cls in CLASSES:
        for name in _NAMES:
            # Symbolic tensors are keys of dicts, to which only the same one is equal.
            if cls is keras.KerasTensor and name == "eq":
                continue
            for prefix in ("",) if name in _COMPARISONS else ("", "r"):
                maker = _keras_binary if cls in _KERAS else _binary
                make = functools.partial(maker, name, prefix == "r")
                attributes.put(cls, f"__{prefix}{name}__", make)
        attributes.put(cls, "__abs__", _absolute)
        attributes.put(cls, "__pos__", _positive)
        attributes.put(cls, "__getitem__", _item_getter)
        attributes.put(cls, "__setitem__", _item_setter)


def _binary(name: str, reflected: bool, original: Operator | None) -> Operator:
    """Return an operator of TensorFlow's arrays, which has no rule for operands of unlike types.

    Args:
        name: Its name between underscores.
        reflected: Whether the array is the right operand.
        original: TensorFlow's own, if there is one.
    """
    own = original or _none
    doubtful = _DOUBTFUL.get(name)

    def operator(self: Array, other: ArrayLike) -> object:
        found = refused = None
        kind = type(other)
        # NumPy's numbers would take the array's type.
        if original is not None and (kind is type(self) or kind is float or kind is int):
            try:
                found = original(self, other)
            except _MISFITS as error:
                refused = error
            else:
                if doubtful is None or found.dtype is not doubtful:
                    return found
                if name == "truediv" and self.dtype is doubtful:
                    return found
        who = caller(2)
        if found is None and refused is None and who is Caller.OTHER:
            found, refused = _attempt(own, self, other)
        keeps = who is Caller.LIBRARY or (who is Caller.OTHER and found is not None)
        pair = None if keeps else promoted(self, other)
        if pair is not None:
            refused = None  # its traceback would keep this frame, and the operands
            return _computed(name, *(reversed(pair) if reflected else pair))
        if refused is not None:
            raise refused
        return own(self, other) if found is None else found

    return operator


def _attempt(own: Operator, self: Array, other: ArrayLike) -> tuple[object, Exception | None]:
    """Return what TensorFlow's operator gives, or what it raises where types do not fit."""
    try:
        found = own(self, other)
    except _MISFITS as error:
        return None, error
    return (None if found is NotImplemented else found), None


def _keras_binary(name: str, reflected: bool, original: Operator | None) -> Operator:
    """Return an operator of Keras's arrays, which has rules, but other ones than Ivy.

    The arguments are those of `_binary`.
    """
    own = original or _none

    def operator(self: Array, other: ArrayLike) -> object:
        dtype = self.dtype
        if dtype in _FLOATS:
            kind = type(other)
            if kind is float or kind is int:
                return own(self, other)
            if isinstance(other, tf.Tensor) and other.dtype.name == dtype:
                return own(self, other)
        # Keras has a rule for all types, so that nothing is refused to others.
        pair = promoted(self, other) if caller(2) is Caller.IVY else None
        if pair is None:
            return own(self, other)
        return _computed(name, *(reversed(pair) if reflected else pair))

    return operator


def _positive(original: Operator | None) -> Operator:
    """Return the operator `+x`, which TensorFlow has not."""
    own = original or _refuse_positive

    def operator(self: Array) -> object:
        return own(self) if caller(2) is Caller.LIBRARY else ops.positive(self)

    return operator


def _item_getter(original: Operator) -> Operator:
    """Return `x[query]` for queries as NumPy has them."""

    def operator(self: Array, query: object) -> object:
        parts = query if type(query) is tuple else (query,)
        for part in parts:
            if type(part) not in _BASIC:
                break
        else:
            return original(self, query)
        who = caller(2)
        if who is Caller.IVY:
            return ops.get_item(self, query)
        if who is Caller.LIBRARY:
            return original(self, query)
        found, refused = _attempt(original, self, query)
        if refused is None:
            return found
        refused = None  # as above
        return ops.get_item(self, query)

    return operator


def _item_setter(original: Operator | None) -> Operator:
    """Return `x[query] = value`, which changes variables alone."""

    def operator(self: Array, query: object, value: object) -> None:
        by_library = caller(2) is Caller.LIBRARY
        if isinstance(self, tf.Variable | keras.Variable) and not by_library:
            ops.set_item(self, query, value)
            return
        if by_library:
            raise TypeError(f"'{type(self).__name__}' object does not support item assignment")
        raise InplaceUpdateException(
            "Arrays are TensorFlow's and never change: write `x = ivy.set_item(x, query, value)` "
            "for `x[query] = value`, or keep what changes in an `ivy.variable`. Received: "
            f"query={summary(query)} for {summary(self)}"
        )

    return operator


def _absolute(original: Operator) -> Operator:
    """Return `abs(x)`, which TensorFlow has not for numbers that are never negative."""

    def operator(self: Array) -> object:
        name = dtype_name(self)
        if (name != "bool" and not name.startswith("uint")) or caller(2) is Caller.LIBRARY:
            return original(self)
        return to_tensor(self)

    return operator


def _computed(name: str, left: Array, right: Array) -> object:
    """The result of an operator on operands of one type."""
    if name in _OF_WHOLE and kind_of(left) == "b":
        left, right = ops.astype(left, "int8"), ops.astype(right, "int8")
    elif name in _OF_TRUTH and kind_of(left) == "b":
        return _OF_TRUTH[name](left, right)
    function = _FUNCTIONS.get(name)
    if function is not None:
        return function(left, right)
    if isinstance(left, keras.KerasTensor):
        return _SYMBOLIC[name](left, right)
    if isinstance(right, keras.KerasTensor):
        return _SYMBOLIC[f"r{name}"](right, left)
    return _TENSORS[name](left, right)


def _refuse_positive(x: Array) -> object:
    """Raise what Python raises where an operator is missing."""
    raise TypeError(f"bad operand type for unary +: '{type(x).__name__}'")
