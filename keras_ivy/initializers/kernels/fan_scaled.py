"""The base of every scheme that divides by a fan, and the options that say what the fan is."""

import inspect
from collections.abc import Sequence
from typing import NoReturn, Unpack

import keras

from keras_ivy.initializers.base import Drawn
from keras_ivy.initializers.checks import Shape, check_number, standardize_shape
from keras_ivy.initializers.fans.options import (
    AxesOptions,
    Fan,
    IvyZeroDivisionError,
    KernelOptions,
    check_fan_mode,
    check_fan_options,
    combine_fans,
    kernel_fans,
)
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.typing import Array
from keras_ivy.utils.exceptions import IvyTypeError, nearest, shown


class KernelInitializer(Drawn, keras.initializers.VarianceScaling):
    """An initializer that can be told how a kernel's axes are used.

    It is a `keras.initializers.VarianceScaling` for one reason: `EinsumDense`, and so
    `MultiHeadAttention`, tells the axes of its equation to that class alone.

    Args:
        fans: `(fan_in, fan_out)`, used as they are; the options below are then not needed.
        layer: `"dense"`, `"linear"`, `"conv"`, `"conv_transpose"`, `"depthwise"`, `"lstm"`,
            `"gru"`, `"conv_lstm"` or `"embedding"`; by default guessed from the rank.
        strides: Strides of the convolution.
        groups: Groups of the convolution.
        gates: Gates packed along the kernel's last axis.
        input_axes: Axes of the kernel that are summed over; `EinsumDense` passes them.
        output_axes: Axes of the kernel that are outputs; `EinsumDense` passes them.
        batch_axes: Axes that only index independent kernels, such as experts.
        seed: See `Drawn`.
    """

    __module__ = "keras_ivy.initializers"

    _options = (
        ("fans", None),
        ("layer", None),
        ("strides", 1),
        ("groups", 1),
        ("gates", None),
        ("input_axes", None),
        ("output_axes", None),
        ("batch_axes", None),
    )

    def __init__(
        self,
        *,
        fans: tuple[Fan | None, Fan | None] | None = None,
        layer: str | None = None,
        strides: int | Sequence[int] = 1,
        groups: int = 1,
        gates: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
        batch_axes: Sequence[int] | None = None,
        seed: Seed = None,
        **unknown: object,
    ):
        if unknown:
            self._refuse(unknown)
        axes = (input_axes, output_axes, batch_axes)
        check_fan_options(strides, groups, gates, layer, axes, fans)
        self.fans = None if fans is None else tuple(fans)
        self.layer = layer
        self.strides = strides if isinstance(strides, int) else tuple(strides)
        self.groups = groups
        self.gates = gates
        self.input_axes = None if input_axes is None else tuple(input_axes)
        self.output_axes = None if output_axes is None else tuple(output_axes)
        self.batch_axes = None if batch_axes is None else tuple(batch_axes)
        # Past `VarianceScaling`, whose constructor would set a scale and a mode of its own.
        Drawn.__init__(self, seed)

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

        Fans are used as given: Ivy leaves the size of a convolution's kernel out of them. If
        both are missing, options of the constructor such as `fans` or `layer` take their place.

        Args:
            var_shape: Shape of the variable, a sequence or the length of a vector.
            device: Where to make it, such as `"cpu"` or `"gpu:0"`; by default Keras's choice.
            fan_out: Number of outputs that an input reaches.
            fan_in: Number of inputs that reach an output.
            dtype: Data type, by default `keras.config.floatx()`.
            dev: Older spelling of `device`.

        Returns:
            A tensor of shape `var_shape`.

        Raises:
            IvyValueError: If a fan that the formula needs is missing.
        """
        if fan_in is None and fan_out is None and self._told():
            fan_in, fan_out = self._fans(standardize_shape(var_shape))
        return super().create_variables(var_shape, device, fan_out, fan_in, dtype, dev=dev)

    def get_config(self) -> dict[str, object]:
        """Return the constructor arguments; options of the kernel only where they are set."""
        if self._given is not None:
            return super().get_config()
        options = {
            name: list(value) if isinstance(value, tuple) else value
            for name, default in self._options
            if (value := getattr(self, name)) != default
        }
        return {**super().get_config(), **options}

    def _fans(self, shape: tuple[int, ...]) -> tuple[Fan | None, Fan | None]:
        if self.fans is not None:
            fan_in, fan_out = self.fans
            return fan_in, fan_out
        fan_in, fan_out = kernel_fans(shape, **self._axes_options())
        return max(1, fan_in), max(1, fan_out)

    def _axes_options(self) -> AxesOptions:
        """The options as `axes_of` and `kernel_fans` take them."""
        # What the user said about the layer goes before the axes that `EinsumDense` adds.
        axes = self.layer is None
        return {
            "layer": self.layer,
            "strides": self.strides,
            "groups": self.groups,
            "gates": self.gates,
            "input_axes": self.input_axes if axes else None,
            "output_axes": self.output_axes if axes else None,
            "batch_axes": self.batch_axes,
        }

    def _refuse(self, unknown: dict[str, object]) -> NoReturn:
        """Raise for arguments that no constructor on the way here has taken."""
        words = inspect.signature(type(self)).parameters
        known = {name for name, word in words.items() if word.kind is not word.VAR_KEYWORD}
        name = next(iter(unknown))
        raise IvyTypeError(
            f"{type(self).__name__} has no argument {name!r}. "
            f"{nearest(name, known | {option for option, _ in self._options})} "
            f"Received: {shown(unknown)}"
        )

    def _told(self) -> bool:
        """Whether an option says what the fans are."""
        return any(getattr(self, name) != default for name, default in self._options)


class FanScaled(KernelInitializer):
    """The base of draws whose scale is `gain * (numerator / fan) ** power`, as Ivy writes it.

    A new scheme is one line: a constructor that passes its four numbers on.

    Args:
        numerator: What is divided by the fan, 0 or more.
        fan_mode: `"fan_in"`, `"fan_out"`, `"fan_sum"`, `"fan_avg"` or `"fan_geo_avg"`.
        power: Exponent of the quotient, usually 1/2.
        gain: Factor of the result, 0 or more.
        seed: See `Drawn`.
        **options: What the fans are; see `KernelInitializer`.
    """

    __module__ = "keras_ivy.initializers"

    needs_fans = True

    def __init__(
        self,
        numerator: float,
        fan_mode: str,
        power: float,
        gain: float,
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.fan_mode = check_fan_mode(fan_mode)
        self.numerator = check_number("numerator", numerator, least=0)
        self.power = check_number("power", power)
        self.gain = check_number("gain", gain, least=0)
        if numerator == 0 and power < 0:
            raise IvyZeroDivisionError(
                "A numerator of zero cannot have a negative power. "
                f"Received: numerator={numerator}, power={power}"
            )
        super().__init__(seed=seed, **options)

    def factor(self, fan_in: Fan | None = None, fan_out: Fan | None = None) -> float:
        """Return `gain * (numerator / fan) ** power` for given fans.

        Args:
            fan_in: Number of inputs that reach an output.
            fan_out: Number of outputs that an input reaches.

        Raises:
            IvyValueError: If a fan that `fan_mode` needs is missing or not positive.
        """
        fan = combine_fans(self.fan_mode, fan_in, fan_out)
        return (self.numerator / fan) ** self.power * self.gain

    def _check(self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None) -> None:
        combine_fans(self.fan_mode, fan_in, fan_out)

    @property
    def mode(self) -> str:
        """What `keras.initializers.VarianceScaling` calls the fan mode."""
        return self.fan_mode
