"""Dropout."""

from collections.abc import Sequence
from typing import Self, Unpack

import keras

from keras_ivy.layers.base import StatelessLayer
from keras_ivy.layers.options import BuildOptions
from keras_ivy.ops import check_values, checks
from keras_ivy.ops.nn.basics import dropout
from keras_ivy.typing import Array, ArrayLike, DTypeLike, SeedLike, Values
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["Dropout"]


class DropoutOptions(BuildOptions, total=False):
    """What `Dropout` takes by name beyond its list."""

    device: str | None
    v: Values | None


class Dropout(StatelessLayer):
    """Sets random entries to 0 while training.

    Args:
        prob: The probability of each entry to become 0, from 0 up to but without 1.
        scale: If True, entries that stay are divided by `1 - prob`, so that the mean stays.
        dtype: The data type that inputs are cast to; by default they keep theirs.
        training: Whether the layer trains until `eval()` or a call says otherwise.
        seed: A whole number, or a `keras.random.SeedGenerator`; random by default.
        noise_shape: Shape of the random decisions, which broadcasts with the input.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If `prob` is no such probability.

    Example:

    >>> layer = Dropout(0.5)
    >>> layer([1.0, 2.0], training=False).numpy().tolist()
    [1.0, 2.0]
    >>> sorted(set(layer([1.0] * 1000, training=True).numpy().tolist()))
    [0.0, 2.0]

    Reference: https://arxiv.org/abs/1207.0580; Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    keras_classes = (keras.layers.Dropout,)

    def __init__(
        self,
        prob: float,
        scale: bool = True,
        dtype: DTypeLike | keras.DTypePolicy = None,
        training: bool = True,
        *,
        seed: SeedLike = None,
        noise_shape: Sequence[int | None] | None = None,
        **kwargs: Unpack[DropoutOptions],
    ):
        owner = type(self).__name__
        self._prob = checks.probability(owner, "prob", prob)
        self._scale = checks.flag(owner, "scale", scale)
        self._noise_shape = noise_shape
        check_values.noise_shape(owner, noise_shape)
        seed = check_values.seed(owner, seed)
        super().__init__(dtype=dtype, training=training, **kwargs)
        # Without a probability nothing is drawn, and Keras counts the generators of a layer.
        if prob > 0:
            if not isinstance(seed, keras.random.SeedGenerator):
                seed = keras.random.SeedGenerator(seed)
            self.seed_generator: keras.random.SeedGenerator = seed

    def _forward(
        self, inputs: ArrayLike, dtype: DTypeLike = None, training: bool | None = None
    ) -> Array:
        x = self._input(inputs)
        if not training or self._prob == 0:
            return x if dtype is None else dropout(x, 0.0, dtype=dtype)
        return dropout(
            x,
            self._prob,
            self._scale,
            dtype=dtype,
            seed=self.seed_generator,
            noise_shape=self._noise_shape,
        )

    def _extra_repr(self) -> str:
        return f"prob={self._prob}" + ("" if self._scale else ", scale=False")

    @classmethod
    def from_keras(cls, layer: keras.layers.Dropout) -> Self:
        """Return the Dropout that equals Keras's.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it drops everything.
        """
        cls._check_keras_layer(layer)
        options = {"noise_shape": layer.noise_shape, "seed": layer.seed, **cls._shared_of(layer)}
        return cls(layer.rate, **options)

    def to_keras(self) -> keras.layers.Dropout:
        """Return the `keras.layers.Dropout` that equals this layer.

        Raises:
            ValueError: If entries that stay are not scaled, which Keras's layer always does.
        """
        if not self._scale:
            raise IvyValueError(
                "keras.layers.Dropout always scales, so no such layer equals this one. "
                "Received: scale=False"
            )
        seed = self.seed_generator.get_config()["seed"] if self._prob > 0 else None
        options = {"noise_shape": self._noise_shape, "seed": seed, **self._shared()}
        return keras.layers.Dropout(self._prob, **options)
