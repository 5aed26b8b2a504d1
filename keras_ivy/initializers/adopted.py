"""Keras's own initializers and functions, made to draw for given fans and seeds."""

import copy
from collections.abc import Callable

import keras

from keras_ivy.initializers.base import Drawn, Initializer
from keras_ivy.initializers.fans.options import Fan
from keras_ivy.initializers.kernels.orthogonal import Orthogonal
from keras_ivy.initializers.kernels.variance_scaling import VarianceScaling
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.typing import Array, ArrayLike
from keras_ivy.utils.exceptions import IvyTypeError


def adopt(
    initializer: keras.initializers.Initializer | Callable[..., ArrayLike],
) -> Initializer:
    """Return an equal initializer that takes fans and a seed at each draw.

    `keras.initializers.VarianceScaling`, the Glorot, He and LeCun classes among it, and
    `Orthogonal` become the classes of this package, which can be told how a kernel's axes are
    used; other Keras initializers and functions are wrapped. Ours come back themselves.

    Args:
        initializer: An initializer or a function of `(shape, dtype)`.

    Raises:
        IvyTypeError: If it is not callable.

    Example:

    >>> adopt(keras.initializers.HeNormal()).stddev(fan_in=8)
    0.5
    """
    if isinstance(initializer, Initializer):
        return initializer
    keras_own = type(initializer).__module__.partition(".")[0] == "keras"
    if keras_own and isinstance(initializer, keras.initializers.VarianceScaling):
        return VarianceScaling(
            initializer.scale,
            initializer.mode,
            initializer.distribution,
            seed=initializer.get_config()["seed"],
            input_axes=initializer.input_axes,
            output_axes=initializer.output_axes,
        )
    if keras_own and isinstance(initializer, keras.initializers.Orthogonal):
        return Orthogonal(initializer.gain, seed=initializer.get_config()["seed"])
    return Adopted(initializer)


@register()
class Adopted(Drawn):
    """Draw with an initializer of Keras's, or any function of `(shape, dtype)`.

    Args:
        initializer: The initializer, its config, or the function.
        seed: By default that of the initializer; a function chooses its own randomness.

    Raises:
        IvyTypeError: If the initializer is not callable.

    Example:

    >>> import keras
    >>> Adopted(lambda shape, dtype=None: keras.ops.ones(shape, dtype))((2,)).numpy()
    array([1., 1.], dtype=float32)
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("initializer",)
    any_dtype = True

    def __init__(self, initializer: Callable | dict, seed: Seed = None):
        if isinstance(initializer, dict):
            initializer = keras.initializers.deserialize(initializer)
        if not callable(initializer):
            raise IvyTypeError(
                "An initializer must be callable with a shape and a dtype. "
                f"Received: initializer={initializer!r} of type {type(initializer).__name__}"
            )
        self.initializer = initializer
        self._config: dict[str, object] = getattr(initializer, "get_config", dict)()
        super().__init__(self._config.get("seed") if seed is None else seed)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        initializer = self.initializer
        if seed is not None and hasattr(initializer, "seed"):
            # Not by `from_config`: a subclass may have a constructor without a seed.
            initializer = copy.copy(initializer)
            initializer.seed = seed
        return initializer(shape, dtype=dtype)

    def _living_config(self) -> dict[str, object]:
        return {**self.get_config(), "initializer": self.initializer}

    def get_config(self) -> dict[str, object]:
        """Return the constructor arguments, the initializer serialized."""
        config = super().get_config()
        if self._given is not None:
            return config
        return {**config, "initializer": keras.initializers.serialize(self.initializer)}
