"""Sequential."""

import inspect
from collections.abc import Iterator
from typing import Any

import keras

from keras_ivy.module import Module
from keras_ivy.utils.exceptions import IvyIndexError, IvyTypeError

__all__ = ["Sequential"]


class Sequential(Module):
    """Layers one after the other: `y = f_n(... f_2(f_1(x)))`.

    The variables stand under `submodules/v0`, `submodules/v1`, ... by the position of the layer. A
    layer that is there twice has its variables at the first position.

    Args:
        *sub_modules: Modules or Keras layers, or one list of them.
        device: Where variables are made that do not exist yet.
        v: Values for the variables, of the structure of `sequential.v`.
        dtype: The dtype, or dtype policy, of the model itself; layers keep their own.
        **kwargs: Further arguments of `Module`, such as `name`.

    Raises:
        TypeError: If something is no layer.

    Example:

    >>> import tensorflow as tf
    >>> double = keras.layers.Rescaling(2.0)
    >>> model = Sequential(double, keras.layers.Rescaling(1.0, offset=1.0), double)
    >>> model(tf.constant([[3.0]])).numpy().tolist()
    [[14.0]]
    >>> len(model), model[0] is double, [layer is double for layer in model]
    (3, True, [True, False, True])

    Reference: Ivy's `stateful/sequential.py`.
    """

    def __init__(
        self,
        *sub_modules: Any,
        device: str | None = None,
        v: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        if len(sub_modules) == 1 and isinstance(sub_modules[0], list | tuple):
            sub_modules = tuple(sub_modules[0])
        for index, layer in enumerate(sub_modules):
            _check_layer(layer, f"sub_modules[{index}]")
        self._submodules = list(sub_modules)
        super().__init__(device=device, v=v, dtype=dtype, **kwargs)

    def _forward(self, inputs: Any) -> Any:
        for layer in self._submodules:
            inputs = layer(inputs)
        return inputs

    def add(self, layer: keras.layers.Layer) -> None:
        """Append a layer."""
        _check_layer(layer, "layer")
        self._submodules = [*self._submodules, layer]

    def pop(self) -> keras.layers.Layer:
        """Remove the last layer and return it."""
        if not self._submodules:
            raise IvyIndexError("There is no layer to remove. Received: an empty Sequential")
        last = self._submodules[-1]
        self._submodules = list(self._submodules[:-1])
        return last

    def __iter__(self) -> Iterator[keras.layers.Layer]:
        return iter(list(self._submodules))

    def __len__(self) -> int:
        return len(self._submodules)

    def __bool__(self) -> bool:
        return True  # an empty model is a model

    def __getitem__(self, index: Any) -> Any:
        """Return a layer by its position, or a Sequential of a slice."""
        if isinstance(index, slice):
            return Sequential(*self._submodules[index])
        return self._submodules[index]

    def get_config(self) -> dict[str, Any]:
        """Return the config, with the layers there are now.

        A subclass with a constructor of its own makes its layers itself.
        """
        config = super().get_config()
        if "sub_modules" in inspect.signature(type(self).__init__).parameters:
            config["sub_modules"] = keras.saving.serialize_keras_object(list(self._submodules))
        return config

    def _extra_repr(self) -> str:
        return ", ".join(f"v{i}={layer!r}" for i, layer in enumerate(self._submodules))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._extra_repr()})"


def _check_layer(layer: Any, name: str) -> None:
    if isinstance(layer, keras.layers.Layer):
        return
    hint = ""
    if callable(layer) and not isinstance(layer, type):
        hint = " A function is wrapped as `keras.layers.Lambda(function)`, or has a class (`ReLU`)."
    elif isinstance(layer, type):
        hint = " A class is called first, as in `ReLU()`."
    raise IvyTypeError(
        f"A Sequential is made of modules and Keras layers.{hint} "
        f"Received: {name}={layer!r} of type {type(layer).__name__}"
    )
