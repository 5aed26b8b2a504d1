"""The base classes: one draw behind Keras's call and Ivy's `create_variables`."""

import abc
import copy
from typing import Self

import keras

from keras_ivy.initializers.captured import Captured
from keras_ivy.initializers.checks import (
    Shape,
    standardize_dtype,
    standardize_shape,
)
from keras_ivy.initializers.fans.options import Fan, kernel_fans
from keras_ivy.initializers.random.seeds import (
    Seed,
    concrete_seed,
    seed_config,
    standardize_seed,
)
from keras_ivy.typing import Array
from keras_ivy.utils.devices import device_scope


class Initializer(Captured, keras.initializers.Initializer, abc.ABC):
    """Ivy's abstract initializer: subclasses provide `create_variables`.

    A subclass written for Ivy works in every Keras layer: the Keras call passes the fans of the
    shape. Its config is what its own constructor was called with. To be reproducible it draws from
    `self.seed` (`keras.random.normal(var_shape, seed=self.seed)`), which `initialize_model(seed=)`
    sets for every variable, or from the global generators of Keras, TensorFlow, NumPy or Python,
    which it seeds meanwhile. To write a new scheme, subclass `Drawn`, which passes a seed on.

    Args:
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.

    Example:

    >>> import keras
    >>> class Halves(Initializer):
    ...     def create_variables(self, var_shape, device, fan_out=None, fan_in=None, dtype=None):
    ...         return keras.ops.full(var_shape, 0.5, dtype)
    >>> keras.layers.Dense(2, kernel_initializer=Halves()).compute_output_shape((1, 3))
    (1, 2)

    Reference: Ivy's `stateful/initializers.py`.
    """

    __module__ = "keras_ivy.initializers"

    #: Whether the values depend on fans.
    needs_fans: bool = False
    seed: Seed = None

    def __init__(self, seed: Seed = None):
        self.seed = standardize_seed(seed)

    @abc.abstractmethod
    def create_variables(
        self,
        var_shape: Shape,
        device: str | None = None,
        fan_out: Fan | None = None,
        fan_in: Fan | None = None,
        dtype: str | None = None,
    ) -> Array:
        """Make the values of a variable in Ivy's way; `fan_out` comes before `fan_in`.

        Args:
            var_shape: Shape of the variable, a sequence or the length of a vector.
            device: Where to make it, such as `"cpu"` or `"gpu:0"`; by default Keras's choice.
            fan_out: Number of outputs that an input reaches, used as given.
            fan_in: Number of inputs that reach an output, used as given.
            dtype: Data type, by default `keras.config.floatx()`.

        Returns:
            A tensor of shape `var_shape`.
        """

    def __call__(self, shape: Shape, dtype: str | None = None) -> Array:
        """Make the values of a variable in Keras's way, with the fans of the shape."""
        return self.draw(shape, *kernel_fans(standardize_shape(shape)), dtype, self.seed)

    def draw(
        self,
        shape: Shape,
        fan_in: Fan | None = None,
        fan_out: Fan | None = None,
        dtype: str | None = None,
        seed: Seed = None,
    ) -> Array:
        """Make values for given fans and a given seed; changes nothing.

        `create_variables` has no seed, so it is asked of a copy whose `self.seed` is the seed.

        Args:
            shape: Shape of the result.
            fan_in: Number of inputs that reach an output.
            fan_out: Number of outputs that an input reaches.
            dtype: Data type, by default `keras.config.floatx()`.
            seed: An integer or a `keras.random.SeedGenerator`; `None` for new values.

        Returns:
            A tensor of that shape.
        """
        asked = self
        if seed is not None and seed is not self.seed:
            asked = copy.copy(self)
            asked.seed = standardize_seed(seed)
        return asked.create_variables(
            standardize_shape(shape), None, fan_out, fan_in, dtype=standardize_dtype(dtype)
        )

    def replace(self, **changes: object) -> Self:
        """Return a copy with some constructor arguments changed.

        Raises:
            TypeError: If the class has no such argument.
        """
        also = getattr(type(self).__init__, "also_spelled", {})
        changes = {also.get(name, name): value for name, value in changes.items()}
        words = self._living_config() if self._given is None else self._captured()
        return type(self).from_config({**words, **changes})

    def _living_config(self) -> dict[str, object]:
        """The constructor arguments, those that are objects as they are."""
        return self.get_config()

    def get_config(self) -> dict[str, object]:
        """Return the constructor arguments, JSON-serializable."""
        return {"seed": seed_config(self.seed)} if self._given is None else self._captured_config()

    def __repr__(self) -> str:
        config = self.get_config() if self._given is None else self._captured()
        if isinstance(self.seed, keras.random.SeedGenerator):
            config["seed"] = self.seed
        words = ", ".join(f"{k}={v!r}" for k, v in config.items() if v is not None)
        return f"{type(self).__name__}({words})"


class Drawn(Initializer):
    """An initializer made of one pure draw, which subclasses provide as `_sample`.

    `_sample(shape, fan_in, fan_out, dtype, seed)` receives a checked shape without zeros, the
    dtype float32 or float64, and a seed for `keras.random`. Its result is cast to the dtype asked
    for, so that a bfloat16 kernel has rounded float32 values and not the few that a bfloat16
    generator knows.

    Args:
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.
    """

    __module__ = "keras_ivy.initializers"

    #: Names of the constructor arguments that are kept as attributes and go into the config.
    arguments: tuple[str, ...] = ()
    #: Whether integer and boolean dtypes make sense; other floats are always made in float32.
    any_dtype: bool = False

    def __call__(self, shape: Shape, dtype: str | None = None) -> Array:
        """Make the values of a variable in Keras's way.

        Args:
            shape: Shape of the variable.
            dtype: Data type, by default `keras.config.floatx()`.

        Returns:
            A tensor.
        """
        shape = standardize_shape(shape)
        return self.draw(shape, *self._fans(shape), dtype, self.seed)

    def create_variables(
        self,
        var_shape: Shape,
        device: str | None = None,
        fan_out: Fan | None = None,
        fan_in: Fan | None = None,
        dtype: str | None = None,
        *,
        dev: str | None = None,
    ) -> Array:
        """Make the values of a variable in Ivy's way; `fan_out` comes before `fan_in`.

        Args:
            var_shape: Shape of the variable, a sequence or the length of a vector.
            device: Where to make it, such as `"cpu"` or `"gpu:0"`; by default Keras's choice.
            fan_out: Number of outputs that an input reaches, used as given.
            fan_in: Number of inputs that reach an output, used as given.
            dtype: Data type, by default `keras.config.floatx()`.
            dev: Older spelling of `device`.

        Returns:
            A tensor of shape `var_shape`.

        Raises:
            IvyValueError: If a fan that the formula needs is missing.
        """
        with device_scope(device, dev):
            return self.draw(var_shape, fan_in, fan_out, dtype, self.seed)

    def draw(
        self,
        shape: Shape,
        fan_in: Fan | None = None,
        fan_out: Fan | None = None,
        dtype: str | None = None,
        seed: Seed = None,
    ) -> Array:
        """Draw for given fans and a given seed; changes nothing.

        Args:
            shape: Shape of the result.
            fan_in: Number of inputs that reach an output; needed if the formula uses it.
            fan_out: Number of outputs that an input reaches; needed if the formula uses it.
            dtype: Data type, by default `keras.config.floatx()`.
            seed: An integer or a `keras.random.SeedGenerator`; `None` for new values.

        Returns:
            A tensor of that shape and dtype.
        """
        shape = standardize_shape(shape)
        dtype = standardize_dtype(dtype, floating=not self.any_dtype)
        self._check(shape, fan_in, fan_out)
        if 0 in shape:  # no formula for the scale or factorization takes an empty matrix
            return keras.ops.zeros(shape, dtype)
        work = "float32" if "float" in dtype and dtype != "float64" else dtype
        seed = concrete_seed(standardize_seed(seed))
        values = self._sample(shape, fan_in, fan_out, work, seed)
        # Rounded once, from float32, whatever the dtype.
        return values if work == dtype else keras.ops.cast(values, dtype)

    @abc.abstractmethod
    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        """Draw the values; see the class."""

    def _check(self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None) -> None:
        """Raise if the shape or the fans do not suit the scheme."""
        return None  # AutoGraph cannot convert a body without a statement, and warns

    def _fans(self, shape: tuple[int, ...]) -> tuple[Fan | None, Fan | None]:
        """The fans that the Keras call passes to `draw`."""
        return None, None

    def get_config(self) -> dict[str, object]:
        """Return the constructor arguments, JSON-serializable."""
        if self._given is not None:
            return super().get_config()
        return {name: getattr(self, name) for name in self.arguments} | {
            "seed": seed_config(self.seed)
        }
