"""Methods and properties of Ivy's arrays, from the functions of this package by one table.

A method `x.name(...)` is the function `name(x, ...)`. What follows another rule stands below.
"""

import types
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_ivy import ops, optimizers
from keras_ivy.adapters.array_classes import CLASSES, Attributes
from keras_ivy.adapters.callers import Caller, caller
from keras_ivy.arrays.names import METHODS, PROMOTING
from keras_ivy.arrays.promotion import promoted
from keras_ivy.ops.tensors import dtype_name, to_tensor
from keras_ivy.typing import Array, ArrayLike, ShapeLike
from keras_ivy.utils.exceptions import IvyAttributeError, IvyNameError, IvyValueError

__all__ = ["PROPERTIES", "RULES", "is_given", "put_attributes", "unbound"]


def put_attributes(attributes: Attributes) -> None:
    """Give every class of arrays the methods and properties that it has not itself."""
    for cls in CLASSES:
        attributes.put(cls, "__getattr__", _getter)


def _getter(original: Callable[[Array, str], object] | None) -> Callable[[Array, str], object]:
    """Return what Python asks for an attribute that an array has not."""
    own = original or object.__getattribute__  # which says that there is none

    def __getattr__(self: Array, name: str) -> object:
        if name not in _NAMES or caller(2) is Caller.LIBRARY:
            try:
                return own(self, name)
            except AttributeError as error:
                if name in _NAMES or name.startswith("_") or caller(2) is Caller.LIBRARY:
                    raise
                said = f"Arrays have no attribute {name!r}"
                raise IvyNameError(said, name=name, obj=self, known=_given) from error
        if name in PROPERTIES:
            return PROPERTIES[name](self)
        return types.MethodType(_method(name), self)

    return __getattr__


def unbound(name: str) -> Callable:
    """Return a method of Ivy's arrays as a function of the array, as `Array.name` is in Ivy.

    Raises:
        AttributeError: If Ivy's arrays have no such method, or this package no function for it.
    """
    if name not in _NAMES or name in PROPERTIES:
        raise IvyAttributeError(f"Ivy's arrays have no such method. Received: Array.{name}")
    return _method(name)


#: Methods that have been asked for, by name.
_methods: dict[str, Callable] = {}


def _method(name: str) -> Callable:
    """Return a method of Ivy's arrays as a function of the array.

    Raises:
        AttributeError: If this package has no function of that name.
    """
    found = _methods.get(name)
    if found is None:
        places = (ops, optimizers)
        found = RULES.get(name) or next((vars(p)[name] for p in places if name in vars(p)), None)
        if found is None:
            raise IvyAttributeError(
                f"Ivy's arrays have a method `{name}`, for which keras_ivy has no function; write "
                f"it with others, or through NumPy: `x.to_numpy()`. Received: x.{name}"
            )
        if name in PROMOTING:
            found = _promoting(found)
        _methods[name] = found
    return found


def _promoting(function: Callable) -> Callable:
    """Return a function of two arrays that gives them their common type first, as operators do."""

    def method(x1: ArrayLike, x2: ArrayLike, *args: object, **kwargs: object) -> object:
        pair = promoted(x1, x2) or (x1, x2)
        return function(*pair, *args, **kwargs)

    return method


def _column(function: Callable) -> Callable:
    """Return a method that hands the array to a function at the head of a list."""

    def method(self: Array, arrays: Sequence[ArrayLike], /, **options: object) -> Array:
        return function([self, *arrays], **options)

    return method


def _einsum(self: Array, equation: str, *operands: ArrayLike) -> Array:
    return ops.einsum(equation, self, *operands)


def _item(self: Array, *place: int) -> float:
    return np.asarray(ops.to_numpy(self)).item(*place)


def _multinomial(
    self: Array, population_size: int, num_samples: int, /, **options: object
) -> Array:
    return ops.multinomial(population_size, num_samples, probs=self, **options)


def _reshape(self: Array, /, shape: ShapeLike | None = None) -> Array:
    return ops.reshape(self, tuple(self.shape) if shape is None else shape)


def _to_file(self: Array, fid: str, sep: str = "", format_: str = "%s") -> None:
    np.asarray(ops.to_numpy(self)).tofile(fid, sep=sep, format=format_)


def _unsqueeze(self: Array, axis: int = 0) -> Array:
    return ops.expand_dims(self, axis=axis)


def _where(self: Array, x1: ArrayLike, x2: ArrayLike, /) -> Array:
    return ops.where(self, *(promoted(x1, x2) or (x1, x2)))


#: Methods that are no function of their name with the array first.
RULES: dict[str, Callable] = {
    "batched_outer": _column(ops.batched_outer),
    "column_stack": _column(ops.column_stack),
    "concat": _column(ops.concat),
    "concat_from_sequence": _column(ops.concat_from_sequence),
    "dstack": _column(ops.dstack),
    "einsum": _einsum,
    "hstack": _column(ops.hstack),
    "item": _item,
    "multi_dot": _column(ops.multi_dot),
    "multinomial": _multinomial,
    "stack": _column(ops.stack),
    "to_file": _to_file,
    "tolist": ops.to_list,
    "unsqueeze": _unsqueeze,
    "view": _reshape,
    "vstack": _column(ops.vstack),
    "where": _where,
}


def _matrix(self: Array, name: str, most: int | None) -> Array:
    """The last two axes exchanged, of an array that has two, or more if that is allowed."""
    rank = len(self.shape)
    if rank < 2 or (most is not None and rank > most):
        raise IvyValueError(
            f"`{name}` is for arrays of two axes{'' if most else ' or more'}; `permute_dims` takes "
            f"any axes. Received: an array of shape {tuple(self.shape)}"
        )
    return ops.matrix_transpose(self)


def _size(self: Array) -> int | Array:
    """The number of entries; a tensor where it is not known before the program runs."""
    shape = tuple(self.shape)
    if None not in shape:
        return int(np.prod(shape, dtype=np.int64))
    if isinstance(self, keras.KerasTensor):
        return ops.sum(ops.ones_like(self, dtype="int32"))  # Keras 3.16 says None of its size
    return tf.size(self)


def _itemsize(self: Array) -> int:
    return tf.as_dtype(dtype_name(self)).size


def _strides(self: Array) -> tuple[int, ...]:
    """The bytes between entries along each axis, of an array whose last axis lies together."""
    sizes = [*tuple(self.shape)[1:], 1]
    return tuple(_itemsize(self) * int(np.prod(sizes[i:])) for i in range(len(self.shape)))


#: Properties that TensorFlow's arrays have not; `shape`, `dtype` and `device` they have.
PROPERTIES: dict[str, Callable[[Array], object]] = {
    "T": lambda self: _matrix(self, "T", 2),
    "backend": lambda self: ops.current_backend_str(),
    "base": lambda self: None,
    "data": to_tensor,
    "imag": ops.imag,
    "itemsize": _itemsize,
    "mT": lambda self: _matrix(self, "mT", None),
    "ndim": lambda self: len(self.shape),
    "size": _size,
    "strides": _strides,
}

_NAMES = frozenset({*METHODS, *RULES, *PROPERTIES})


def _given() -> list[str]:
    """All names that array mode gives."""
    return [name for name in _NAMES if is_given(name)]


def is_given(name: str) -> bool:
    """Whether array mode gives arrays a name, and this package has a function for it."""
    if name in PROPERTIES:
        return True
    return name in _NAMES and (name in RULES or any(name in vars(p) for p in (ops, optimizers)))
