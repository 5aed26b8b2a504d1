"""Initializers that change what another one draws."""

import abc
from typing import Unpack

import keras

from keras_ivy.initializers.base import Initializer
from keras_ivy.initializers.checks import check_number
from keras_ivy.initializers.fans.options import AxesOptions, Fan, KernelOptions, kernel_fans
from keras_ivy.initializers.kernels.fan_scaled import KernelInitializer
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.initializers.strings import get
from keras_ivy.registration import register
from keras_ivy.typing import Array, InitializerLike
from keras_ivy.utils.exceptions import IvyTypeError


class Wrapper(KernelInitializer):
    """The base of initializers that transform the draw of another one.

    Subclasses provide `transform(values, shape)`, and may change the shape and the fans of the
    inner draw.

    Args:
        initializer: Anything that `keras_ivy.initializers.get` takes.
        seed: Seed of the draw; by default that of `initializer`.
        **options: What the fans are, passed on to `initializer`; see `KernelInitializer`.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("initializer",)

    def __init__(
        self,
        initializer: InitializerLike,
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        inner = get(initializer)
        # Kept here as well: `EinsumDense` asks this object whether the axes are told.
        axes: AxesOptions = {
            "input_axes": options.pop("input_axes", None),
            "output_axes": options.pop("output_axes", None),
        }
        if isinstance(inner, KernelInitializer):
            untold = {k: v for k, v in axes.items() if getattr(inner, k) is None}
            inner = inner.replace(**options, **untold)
        elif options:
            raise IvyTypeError(
                f"{type(inner).__name__} takes no options of the kernel. Received: {options}"
            )
        self.initializer: Initializer = inner
        super().__init__(seed=inner.seed if seed is None else seed, **axes)

    # A fact about the inner one, where other classes state a constant.
    @property
    def needs_fans(self) -> bool:  # type: ignore[override]
        """Whether the inner initializer needs fans."""
        return self.initializer.needs_fans

    def inner_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the inner draw for a variable's shape."""
        return shape

    def inner_fans(self, fan_in: Fan | None, fan_out: Fan | None) -> tuple[Fan | None, Fan | None]:
        """Return the fans of the inner draw for a variable's fans."""
        return fan_in, fan_out

    @abc.abstractmethod
    def transform(self, values: Array, shape: tuple[int, ...]) -> Array:
        """Return the variable's values for the inner draw."""

    def _living_config(self) -> dict[str, object]:
        return {**self.get_config(), "initializer": self.initializer}

    def get_config(self) -> dict[str, object]:
        """Return the constructor arguments, the inner initializer serialized."""
        config = super().get_config()
        if self._given is not None:
            return config
        return {**config, "initializer": keras.initializers.serialize(self.initializer)}

    def _fans(self, shape: tuple[int, ...]) -> tuple[Fan | None, Fan | None]:
        inner = self.initializer
        return inner._fans(shape) if isinstance(inner, KernelInitializer) else kernel_fans(shape)

    def _told(self) -> bool:
        inner = self.initializer
        return isinstance(inner, KernelInitializer) and inner._told()

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        fans = self.inner_fans(fan_in, fan_out)
        return self.transform(
            self.initializer.draw(self.inner_shape(shape), *fans, dtype, seed), shape
        )


@register("scaled_ivy")
class Scaled(Wrapper):
    """Multiply what another initializer draws: `w = factor * initializer(shape)`.

    Args:
        initializer: Anything that `keras_ivy.initializers.get` takes; default
            `"kaiming_normal_ivy"`.
        factor: The factor, default 1.
        seed: Seed of the draw; by default that of `initializer`.
        **options: What the fans are; see `KernelInitializer`.

    Example:

    >>> Scaled("ones", 0.5)((2,)).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("initializer", "factor")

    def __init__(
        self,
        initializer: InitializerLike = "kaiming_normal_ivy",
        factor: float = 1.0,
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.factor = check_number("factor", factor)
        super().__init__(initializer, seed=seed, **options)

    def transform(self, values: Array, shape: tuple[int, ...]) -> Array:
        """Return `factor * values`."""
        return self.factor * values
