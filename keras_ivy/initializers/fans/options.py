"""Fans of a kernel from its shape and what is said about its layer: pure shape arithmetic.

`fan_in` counts the inputs that reach one output, `fan_out` the outputs that one input reaches.
A shape alone cannot tell a depthwise kernel from a convolution kernel: only `fans_of` and
`initialize_model`, which see the layer, are exact without being told.
"""

import math
import numbers
from collections.abc import Iterable, Sequence
from typing import TypedDict

from keras_ivy.initializers.fans.axes import LAYERS, axes_of
from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

Fan = float | int


class AxesOptions(TypedDict, total=False):
    """What may be said of a kernel's axes; see `axes_of`."""

    layer: str | None
    strides: int | Sequence[int]
    groups: int
    gates: int | None
    input_axes: Sequence[int] | None
    output_axes: Sequence[int] | None
    batch_axes: Sequence[int] | None


class KernelOptions(AxesOptions, total=False):
    """What may be said of a kernel's fans as well; see `KernelInitializer`."""

    fans: tuple[Fan | None, Fan | None] | None


#: Ivy's modes, in the order of its error message.
IVY_FAN_MODES = ("fan_in", "fan_out", "fan_sum", "fan_avg")
FAN_MODES = (*IVY_FAN_MODES, "fan_geo_avg")

#: No cell packs more gates into one kernel.
MOST_GATES = 1024


class IvyZeroDivisionError(IvyValueError, ZeroDivisionError):
    """A division by a fan or frequency of zero: a `ValueError` here, `ZeroDivisionError` in Ivy."""


def check_fan_mode(fan_mode: str) -> str:
    """Return a fan mode, or raise with Ivy's sentence.

    Example:

    >>> check_fan_mode("fan_avg")
    'fan_avg'
    """
    if not checks.one_of(fan_mode, FAN_MODES):
        shown = checks.summary(fan_mode).strip("'")
        raise IvyValueError(
            f"{shown} must be one of {list(IVY_FAN_MODES)}, or 'fan_geo_avg'. "
            f"{checks.received('fan_mode', fan_mode)}"
        )
    return fan_mode


def combine_fans(fan_mode: str, fan_in: Fan | None, fan_out: Fan | None) -> Fan:
    """The one fan that a formula divides by.

    `fan_sum = fan_in + fan_out`, `fan_avg = (fan_in + fan_out) / 2`,
    `fan_geo_avg = sqrt(fan_in * fan_out)`.

    Args:
        fan_mode: `"fan_in"`, `"fan_out"`, `"fan_sum"`, `"fan_avg"` or `"fan_geo_avg"`.
        fan_in: Inputs of one output unit; may be `None` for `"fan_out"`.
        fan_out: Outputs that one input reaches; may be `None` for `"fan_in"`.

    Raises:
        IvyValueError: If a fan that the mode needs is missing, negative or not finite.
        IvyZeroDivisionError: If it is zero.
        IvyTypeError: If a fan is not a number.

    Example:

    >>> combine_fans("fan_sum", 3, 5), combine_fans("fan_geo_avg", 2, 8)
    (8, 4.0)
    """
    received = f"Received: fan_in={fan_in}, fan_out={fan_out}"
    if not all(fan is None or isinstance(fan, numbers.Real) for fan in (fan_in, fan_out)):
        raise IvyTypeError(f"Fans must be numbers. {received}")
    if fan_mode == "fan_in":
        if fan_in is None:
            raise IvyValueError(
                f"input_channels must be specified for fan_in denominator mode. {received}"
            )
        fan = fan_in
    elif fan_mode == "fan_out":
        if fan_out is None:
            raise IvyValueError(
                f"output_channels must be specified for fan_out denominator mode. {received}"
            )
        fan = fan_out
    else:
        if fan_in is None or fan_out is None:
            raise IvyValueError(
                "input_channels and output_channels must both be specified for "
                f"{fan_mode} denominator mode. {received}"
            )
        if fan_mode == "fan_geo_avg":
            fan = math.sqrt(fan_in * fan_out) if fan_in * fan_out > 0 else fan_in * fan_out
        else:
            fan = fan_in + fan_out if fan_mode == "fan_sum" else (fan_in + fan_out) / 2
    if fan == 0:
        raise IvyZeroDivisionError(f"The {fan_mode} must not be zero. {received}")
    if not 0 < fan < math.inf or any(f is not None and f < 0 for f in (fan_in, fan_out)):
        raise IvyValueError(f"Fans must be positive and finite. {received}")
    return fan


def _sizes(shape: object) -> tuple[int, ...]:
    """Return a shape as whole numbers from 0 on."""
    if isinstance(shape, str | bytes) or not isinstance(shape, Iterable):
        raise IvyTypeError(f"`shape` must be a list of sizes. {checks.received('shape', shape)}")
    return tuple(checks.whole("shape", size, 0) for size in shape)


def kernel_fans(
    shape: Sequence[int],
    layer: str | None = None,
    *,
    strides: int | Sequence[int] = 1,
    groups: int = 1,
    gates: int | None = None,
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
    batch_axes: Sequence[int] | None = None,
) -> tuple[Fan, Fan]:
    """`(fan_in, fan_out)` of a kernel of a given shape.

    With `k` the number of kernel positions and `s` the product of the strides:

    | layer | shape | fan_in | fan_out |
    |---|---|---|---|
    | `"dense"` | `(in, out)` | in | out |
    | `"linear"` (Ivy, PyTorch) | `(out, in)` | in | out |
    | `"conv"` | `(*k, in / groups, out)` | k in / groups | k out / groups / s |
    | `"depthwise"` | `(*k, in, multiplier)` | k | k multiplier / s |
    | `"conv_transpose"` | `(*k, out, in)` | k in / s | k out |
    | `"lstm"`, `"gru"`, `"conv_lstm"` | gates packed in the last axis | of one gate | of one gate |
    | `"embedding"` | `(count, out)` | 1 | out |

    Args:
        shape: Shape of the kernel.
        layer: One of the names above; by default a matrix is dense and anything of a higher rank
            is a convolution, as in Keras.
        strides: Strides of a convolution, default 1.
        groups: Groups of a convolution, default 1.
        gates: Number of gates packed along the last axis; by default what `layer` says.
        input_axes: Axes of the kernel that are summed over, instead of `layer`.
        output_axes: Axes of the kernel that are outputs; together with `input_axes`.
        batch_axes: Axes that only index independent kernels, such as experts.

    Returns:
        `(fan_in, fan_out)`: integers where they are whole.

    Raises:
        IvyValueError: If the layer is unknown, or the shape does not fit it.

    Example:

    >>> kernel_fans((3, 3, 64, 128))
    (576, 1152)
    >>> kernel_fans((3, 3, 64, 1), "depthwise")
    (9, 9)
    >>> kernel_fans((4, 4, 32, 256), "conv_transpose", strides=2)
    (1024, 512)
    """
    axes = (input_axes, output_axes, batch_axes)
    check_fan_options(strides, groups, gates, layer, axes, None)
    shape = _sizes(shape)
    if layer is not None and axes != (None, None, None):
        raise IvyValueError(
            "Say either `layer` or the axes of the kernel, not both. "
            f"Received: layer={layer!r}, input_axes={input_axes}, "
            f"output_axes={output_axes}, batch_axes={batch_axes}"
        )
    rank = len(shape) - len(batch_axes or ())
    grouped = rank > 2 if layer is None else layer in ("conv", "conv_lstm")
    if groups != 1 and not grouped and input_axes is None and output_axes is None:
        raise IvyValueError(
            f"Only convolutions have groups. Received: {groups=}, {layer=}, {shape=}"
        )
    return axes_of(
        shape,
        layer,
        strides=strides,
        groups=groups,
        gates=gates,
        input_axes=input_axes,
        output_axes=output_axes,
        batch_axes=batch_axes,
    ).fans


def check_fan_options(
    strides: object,
    groups: object,
    gates: object,
    layer: object,
    all_axes: tuple[object, object, object],
    fans: object,
) -> None:
    """Refuse options that cannot be meant, before anything is drawn."""
    batch_axes = all_axes[2]
    if layer is not None and not checks.one_of(layer, LAYERS):
        raise IvyValueError(
            f"Unknown kind of layer. {nearest(checks.summary(layer), LAYERS)} "
            f"{checks.received('layer', layer)}"
        )
    if layer is not None and batch_axes is not None:
        raise IvyValueError(
            "Say either `layer` or the axes of the kernel, not both. "
            f"Received: {layer=}, batch_axes={checks.summary(batch_axes)}"
        )
    for name, value, most in (
        ("groups", groups, checks.LARGEST_COUNT),
        ("gates", gates, MOST_GATES),
    ):
        optional = name == "gates" and value is None
        if not optional and not (checks.is_whole(value) and 0 < value <= most):
            raise IvyValueError(
                f"`{name}` must be a positive integer, at most {most}. "
                f"{checks.received(name, value)}"
            )
    for stride in strides if isinstance(strides, list | tuple) else (strides,):
        if not (checks.is_whole(stride) and 0 < stride <= checks.LARGEST_COUNT):
            raise IvyValueError(
                f"`strides` must be positive integers. {checks.received('strides', strides)}"
            )
    if isinstance(strides, list | tuple) and not strides:
        raise IvyValueError("`strides` must be positive integers. Received: strides=()")
    for name, axes in zip(("input_axes", "output_axes", "batch_axes"), all_axes, strict=True):
        if axes is None:
            continue
        if not isinstance(axes, list | tuple) or not all(map(checks.is_whole, axes)):
            raise IvyTypeError(f"`{name}` must be a list of axes. {checks.received(name, axes)}")
        if len({checks.axis(name, axis) for axis in axes}) < len(axes):
            raise IvyValueError(f"`{name}` must differ. {checks.received(name, axes)}")
    if fans is None:
        return
    if not isinstance(fans, list | tuple) or len(fans) != 2:
        raise IvyTypeError(
            f"`fans` must be a pair (fan_in, fan_out). {checks.received('fans', fans)}"
        )
    for fan in fans:
        if fan is not None and not checks.finite("fans", fan) > 0:
            raise IvyValueError(f"`fans` must be above 0. {checks.received('fans', fans)}")
