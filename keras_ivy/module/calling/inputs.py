"""The inputs of a module's first call, kept as shapes and dtypes: to build again, to export."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import keras
import numpy as np

from keras_ivy.typing import Shapes

__all__ = ["Inputs", "is_shapes", "map_shapes"]

#: The key that marks a tensor among the nested inputs in a build config.
_TENSOR = "__tensor__"


class Inputs:
    """Shapes and dtypes of the arguments of one call.

    Attributes:
        args: The positional arguments, with a `keras.KerasTensor` for every array.
        kwargs: The keyword arguments, alike.
    """

    def __init__(self, args: tuple, kwargs: Mapping[str, object]):
        self.args = args
        self.kwargs = kwargs

    @classmethod
    def of(cls, args: tuple, kwargs: Mapping[str, object]) -> "Inputs | None":
        """Return what a call was given, or None if there is no array in it."""
        told = {k: x for k, x in kwargs.items() if k not in ("mask", "training")}
        inputs = cls(*keras.tree.map_structure(_symbolic, (tuple(args), told)))
        return inputs if inputs.tensors() else None

    @classmethod
    def of_shapes(cls, shapes: Shapes, dtype: str) -> "Inputs":
        """Return inputs of the given shape, or of a nest of shapes, as Keras's `build` takes."""

        def tensor(shape: tuple) -> keras.KerasTensor:
            return keras.KerasTensor(tuple(shape), dtype)

        return cls((map_shapes(tensor, shapes),), {})

    def tensors(self) -> list[keras.KerasTensor]:
        """Return the arrays among the arguments."""
        flat = keras.tree.flatten((self.args, self.kwargs))
        return [x for x in flat if isinstance(x, keras.KerasTensor)]

    def shapes(self, method: Callable) -> dict[str, object]:
        """Return the shape, or nest of shapes, of every argument that has arrays.

        Args:
            method: What was called; the shape of its parameter `x` is called `x_shape`.
        """
        fixed = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        names = [p.name for p in inspect.signature(method).parameters.values() if p.kind in fixed]
        names += [f"input_{i}" for i in range(len(names), len(self.args))]
        named = dict(zip(names, self.args, strict=False)) | dict(self.kwargs)
        return {f"{name}_shape": _shapes(x) for name, x in named.items() if _has_tensor(x)}

    def config(self) -> dict[str, object] | None:
        """Return the inputs as plain values, or None if they have none for an argument."""
        plain = _encode(self.args), _encode(self.kwargs)
        return None if _NONE in plain else {"args": plain[0], "kwargs": plain[1]}

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> "Inputs":
        """Return the inputs that `config` was made of."""
        return cls(tuple(_decode(config["args"])), _decode(config["kwargs"]))


#: Stands for an argument that a config cannot hold.
_NONE = object()


def is_shape(value: object) -> TypeGuard[list[int | None] | tuple[int | None, ...]]:
    """Whether a value is the shape of one array."""
    return isinstance(value, list | tuple) and all(d is None or type(d) is int for d in value)


def is_shapes(value: object) -> TypeGuard[Shapes]:
    """Whether a value is a shape, or a nest of nothing but shapes."""
    if is_shape(value):
        return True
    if isinstance(value, Mapping):
        return all(map(is_shapes, value.values()))
    return isinstance(value, list | tuple) and all(map(is_shapes, value))


def map_shapes(fn: Callable[..., object], shapes: Shapes) -> object:
    """Return a nest of shapes with what a function makes of each shape."""
    if is_shape(shapes):
        return fn(shapes)
    if isinstance(shapes, Mapping):
        return {key: map_shapes(fn, x) for key, x in shapes.items()}
    members: Any = shapes
    return type(members)(map_shapes(fn, x) for x in members)


def _symbolic(x: Any) -> Any:
    if isinstance(x, keras.KerasTensor):
        return keras.KerasTensor(x.shape, x.dtype)
    if isinstance(x, np.ndarray) or (hasattr(x, "shape") and hasattr(x, "dtype")):
        return keras.KerasTensor(tuple(x.shape), keras.backend.standardize_dtype(x.dtype))
    return x


def _has_tensor(nest: Any) -> bool:
    return any(isinstance(x, keras.KerasTensor) for x in keras.tree.flatten(nest))


def _shapes(nest: Any) -> Any:
    if isinstance(nest, keras.KerasTensor):
        return tuple(nest.shape)
    if isinstance(nest, Mapping):
        return {key: _shapes(x) for key, x in nest.items() if _has_tensor(x)}
    return [_shapes(x) for x in nest if _has_tensor(x)]


def _encode(nest: Any) -> Any:
    if isinstance(nest, keras.KerasTensor):
        return {_TENSOR: [list(nest.shape), nest.dtype]}
    if isinstance(nest, Mapping):
        items = {str(key): _encode(x) for key, x in nest.items()}
        return _NONE if _NONE in items.values() else items
    if isinstance(nest, list | tuple):
        members = [_encode(x) for x in nest]
        return _NONE if _NONE in members else members
    return nest if isinstance(nest, bool | int | float | str | None) else _NONE


def _decode(nest: Any) -> Any:
    if isinstance(nest, Mapping):
        if _TENSOR in nest:
            shape, dtype = nest[_TENSOR]
            return keras.KerasTensor(tuple(shape), dtype)
        return {key: _decode(x) for key, x in nest.items()}
    return [_decode(x) for x in nest] if isinstance(nest, list | tuple) else nest
