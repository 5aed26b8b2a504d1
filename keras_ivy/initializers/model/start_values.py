"""What a variable began with, where no initializer is known: the layer is asked to make it anew.

A `Module` tells by `_create_variables`, any other layer by a twin that is made of its config and
built for the same shapes. Whatever they draw depends on the seed alone.
"""

from collections.abc import Callable

import keras
import numpy as np

from keras_ivy import tree
from keras_ivy.adapters.keras import layers as keras_layers
from keras_ivy.adapters.random_state import seeded
from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import Shape
from keras_ivy.initializers.fans.options import Fan
from keras_ivy.initializers.model.targets import Target
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.structure import Parts, parts
from keras_ivy.typing import Array

__all__ = ["StartValue", "Starts"]

#: What a layer raises that cannot be made of its config.
_NOT_AGAIN = (
    AttributeError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)
#: Layers whose state comes from data (`adapt`) and is used in places that no variable shows.
_ADAPTED = (keras.layers.Normalization, keras.layers.STFTSpectrogram)


class StartValue(Drawn):
    """The value that a new layer of the same kind gives to a variable.

    Args:
        starts: The layers that have been asked.
        target: The variable.
    """

    any_dtype = True

    def __init__(self, starts: "Starts", target: Target):
        super().__init__()
        self._starts, self._target = starts, target
        #: Whether one seed gives the same value twice; known after a draw.
        self.reproducible = True

    def draw(
        self,
        shape: Shape,
        fan_in: Fan | None = None,
        fan_out: Fan | None = None,
        dtype: str | None = None,
        seed: Seed = None,
    ) -> Array:
        """Return the value, in the dtype of the variable."""
        assert isinstance(seed, int)  # whole models are drawn with integers
        value, self.reproducible = self._starts.value(self._target, seed)
        return keras.ops.cast(value, self._target.variable.dtype)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        return self.draw(shape, fan_in, fan_out, dtype, seed)


class Starts:
    """The start values of the layers of one model; each layer is asked once."""

    def __init__(self) -> None:
        self._asked: dict[int, tuple[Callable[[], dict[int, Array]], dict[int, Array]] | None] = {}
        self._made: dict[int, tuple[dict[int, Array], dict[int, Array]]] = {}

    def of(self, target: Target) -> StartValue | None:
        """Return the start value of a variable, or `None` if its layer does not tell it."""
        layer = target.layer
        if id(layer) not in self._asked:
            ask = _asking(layer)
            try:
                # Which variables it tells of; what is drawn for that is drawn again.
                with seeded(0):
                    known = {} if ask is None else ask()
            except _NOT_AGAIN:
                ask, known = None, {}
            self._asked[id(layer)] = None if ask is None else (ask, known)
        asked = self._asked[id(layer)]
        if asked is None or id(target.variable) not in asked[1]:
            return None
        shape = tuple(np.shape(asked[1][id(target.variable)]))
        return StartValue(self, target) if shape == target.shape else None

    def value(self, target: Target, seed: int) -> tuple[Array, bool]:
        """Return the value of a variable, and whether the same seed gives it twice."""
        key = id(target.layer)
        if key not in self._made:
            asked = self._asked[key]
            assert asked is not None  # `of` made this value
            both = []
            for _ in range(2):
                with seeded(seed):
                    both.append(asked[0]())
            self._made[key] = both[0], both[1]
        first, second = (made[id(target.variable)] for made in self._made[key])
        return first, np.array_equal(np.asarray(first), np.asarray(second), equal_nan=True)


def _asking(layer: keras.layers.Layer) -> Callable[[], dict[int, Array]] | None:
    """Return a function that makes the values of the layer's own variables anew, by their ids."""
    told = parts(layer)
    if told is not None and told.start_values is not None:
        return lambda: _values_told(layer, told)
    if isinstance(layer, _ADAPTED) or not layer.built:
        return None
    return lambda: _values_of_twin(layer)


def _values_told(layer: keras.layers.Layer, told: Parts) -> dict[int, Array]:
    """The values that a layer makes anew, by the ids of the variables that were made of them."""
    made = tree.flatten(told.created or {})
    values = {} if told.start_values is None else told.start_values(layer)
    found = {}
    for path, value in tree.flatten(values).items():
        # What is itself a variable belongs to another layer, and has the value it has now.
        if path in made and not hasattr(value, "assign"):
            found[id(made[path])] = value
    return found


def _values_of_twin(layer: keras.layers.Layer) -> dict[int, Array]:
    """The values of a layer that is made and built in the same way."""
    twin = type(layer).from_config(layer.get_config())
    if not twin.built:
        twin.build_from_config(layer.get_build_config() or {})
    ours, theirs = (keras_layers.held_variables(each) for each in (layer, twin))
    alike = [(tuple(v.shape), v.name) for v in ours] == [(tuple(v.shape), v.name) for v in theirs]
    if not alike:
        return {}
    return {id(v): keras.ops.copy(new) for v, new in zip(ours, theirs, strict=True)}
