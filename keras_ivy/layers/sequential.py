"""Sequential."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self, Unpack

import keras
import tensorflow as tf

from keras_ivy.layers.options import Options
from keras_ivy.layers.sequences.embedding import Embedding
from keras_ivy.module import Module
from keras_ivy.structure import sublayers
from keras_ivy.typing import DTypeLike, Values
from keras_ivy.utils.exceptions import IvyIndexError, IvyTypeError, IvyValueError

__all__ = ["Sequential"]


class Sequential(Module):
    """Layers one after the other: `y = f_n(... f_2(f_1(x)))`.

    The variables stand under `submodules/v0`, `submodules/v1`, ... by the position of the layer. A
    layer that is there twice has its variables at the first position.

    Args:
        *sub_modules: Modules or Keras layers, or one list of them.
        device: Where variables are made that do not exist yet.
        v: Values for the variables, of the structure of `sequential.v`.
        dtype: The dtype, or dtype policy, in which the layers were made; they keep their own, so
            another one is refused.
        **kwargs: Further arguments of `Module`, such as `name`.

    Raises:
        TypeError: If something is no layer.
        ValueError: If `dtype` is not that of the layers.

    Example:

    >>> import keras
    >>> import tensorflow as tf
    >>> double = keras.layers.Rescaling(2.0)
    >>> model = Sequential(double, keras.layers.Rescaling(1.0, offset=1.0), double)
    >>> model(tf.constant([[3.0]])).numpy().tolist()
    [[14.0]]
    >>> len(model), model[0] is double, [layer is double for layer in model]
    (3, True, [True, False, True])

    Reference: Ivy's `stateful/sequential.py`.
    """

    __module__ = "keras_ivy.layers"

    def __init__(
        self,
        *sub_modules: keras.layers.Layer | Sequence[keras.layers.Layer],
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[Options],
    ):
        if len(sub_modules) == 1 and isinstance(sub_modules[0], list | tuple):
            sub_modules = tuple(sub_modules[0])
        for index, layer in enumerate(sub_modules):
            _check_layer(layer, f"sub_modules[{index}]")
        if dtype is not None:
            _check_dtype(sub_modules, dtype)
        self._submodules: list[keras.layers.Layer] = list(sub_modules)
        super().__init__(device=device, v=v, dtype=dtype, **kwargs)

    def _forward(self, inputs: Any) -> Any:
        for layer in self._submodules:
            inputs = layer(inputs)
        return inputs

    def _ivy_input_dtype(self) -> str:
        first = self._submodules[0] if self._submodules else None
        if isinstance(first, Sequential):
            return first._ivy_input_dtype()
        return (
            "int32" if isinstance(first, Embedding | keras.layers.Embedding) else self.input_dtype
        )

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

    @classmethod
    def from_config(
        cls, config: Mapping[str, object], custom_objects: Mapping[str, object] | None = None
    ) -> Self:
        """Return a Sequential built from a config.

        Args:
            config: What `get_config` returned.
            custom_objects: Classes by name, as Keras's functions take them.
        """
        if cls.__init__ is not Sequential.__init__ or "dtype" not in config:
            return super().from_config(config, custom_objects)
        # That of the model alone: nobody asked for its layers to have it.
        rest = {key: value for key, value in config.items() if key != "dtype"}
        model = super().from_config(rest, custom_objects)
        model.dtype_policy = keras.dtype_policies.get(config["dtype"])
        return model

    def _extra_repr(self) -> str:
        return ", ".join(f"v{i}={layer!r}" for i, layer in enumerate(self._submodules))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._extra_repr()})"


def _check_dtype(layers: tuple, dtype: Any) -> None:
    """Raise if layers were made in another dtype than the Sequential is to have."""
    if not isinstance(dtype, str | dict | keras.DTypePolicy):
        dtype = keras.backend.standardize_dtype(tf.as_dtype(dtype))
    policy = keras.dtype_policies.get(dtype)
    for index, outer in enumerate(layers):
        for layer in (outer, *sublayers(outer).values()):
            keeps = not layer.autocast and not layer.weights  # the type of whatever comes in
            if not keeps and layer.dtype_policy.name != policy.name:
                raise IvyValueError(
                    "The layers of a Sequential are made before it and keep their dtype: make "
                    f"them with `dtype={policy.name!r}`, or call "
                    f"`keras.config.set_dtype_policy({policy.name!r})` first. Received: "
                    f"dtype={policy.name!r} and sub_modules[{index}] with "
                    f"{layer.name!r} of {layer.dtype_policy.name!r}"
                )


def _check_layer(layer: object, name: str) -> None:
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
