"""Fans of a kernel from its shape and what is said about its layer: pure shape arithmetic.

`fan_in` counts the inputs that reach one output, `fan_out` the outputs that one input reaches.
A shape alone cannot tell a depthwise kernel from a convolution kernel: only `fans_of` and
`initialize_model`, which see the layer, are exact without being told.
"""

import math
import numbers
from collections.abc import Iterable, Sequence
from typing import Any

from keras_ivy.utils import checks
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

Fan = float | int

#: Ivy's modes, in the order of its error message.
IVY_FAN_MODES = ("fan_in", "fan_out", "fan_sum", "fan_avg")
FAN_MODES = (*IVY_FAN_MODES, "fan_geo_avg")

#: What `layer=` may say, with the number of gates packed along the kernel's last axis.
LAYER_GATES = {
    "dense": 1,
    "linear": 1,
    "conv": 1,
    "conv_transpose": 1,
    "depthwise": 1,
    "embedding": 1,
    "lstm": 4,
    "gru": 3,
    "conv_lstm": 4,
}
#: No cell packs more gates into one kernel.
MOST_GATES = 1024
#: Kernels of these have axes for the positions in space before the last two.
SPATIAL = ("conv", "conv_transpose", "depthwise", "conv_lstm")


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


def _sizes(shape: Any) -> tuple[int, ...]:
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
    check_fan_options(strides, groups, gates, layer, (input_axes, output_axes, batch_axes), None)
    shape = _sizes(shape)
    if input_axes is not None or output_axes is not None or batch_axes is not None:
        if layer is not None:
            raise IvyValueError(
                "Say either `layer` or the axes of the kernel, not both. "
                f"Received: layer={layer!r}, input_axes={input_axes}, "
                f"output_axes={output_axes}, batch_axes={batch_axes}"
            )
        return _fans_of_axes(shape, input_axes, output_axes, batch_axes, gates or 1)
    if layer is None:
        layer = "conv" if len(shape) > 2 else "dense"
    elif layer not in LAYER_GATES:
        raise IvyValueError(
            f"Unknown kind of layer. {nearest(str(layer), LAYER_GATES)} Received: layer={layer!r}"
        )
    elif (len(shape) < 3) if layer in SPATIAL else (len(shape) != 2):
        raise IvyValueError(
            f"A {layer!r} kernel has {'three axes or more' if layer in SPATIAL else 'two axes'}. "
            f"Received: shape={shape}"
        )
    if layer not in SPATIAL and strides != 1:
        raise IvyValueError(
            f"Only convolutions have strides. Received: {strides=}, {layer=}, {shape=}"
        )
    if layer not in ("conv", "conv_lstm") and groups != 1:
        raise IvyValueError(
            f"Only convolutions have groups. Received: {groups=}, {layer=}, {shape=}"
        )
    if len(shape) < 2:  # a bias or a scale has no fans of its own; Keras counts its entries
        return (shape[0], shape[0]) if shape else (1, 1)
    positions = math.prod(shape[:-2])
    steps = math.prod(strides) if isinstance(strides, Sequence) else strides ** len(shape[:-2])
    packed = gates or LAYER_GATES[layer]
    a, b = shape[-2:]
    if layer == "linear":
        return b, _whole(a / packed)
    if layer == "embedding":
        return 1, b
    if layer == "depthwise":
        return positions, _whole(positions * b / steps)
    if layer == "conv_transpose":
        return _whole(positions * b / steps), positions * a
    return positions * a, _whole(positions * b / (packed * groups * steps))


def check_fan_options(strides, groups, gates, layer, all_axes, fans) -> None:
    """Refuse options that cannot be meant, before anything is drawn."""
    batch_axes = all_axes[2]
    if layer is not None and not checks.one_of(layer, LAYER_GATES):
        raise IvyValueError(
            f"Unknown kind of layer. {nearest(checks.summary(layer), LAYER_GATES)} "
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


def _fans_of_axes(shape, input_axes, output_axes, batch_axes, gates) -> tuple[Fan, Fan]:
    """Fans when the axes are known: an axis left out is an output axis, as in `EinsumDense`."""
    rank = len(shape)
    for name, axes in (
        ("input_axes", input_axes),
        ("output_axes", output_axes),
        ("batch_axes", batch_axes),
    ):
        if any(not -rank <= axis < rank for axis in axes or ()):
            raise IvyValueError(f"`{name}` must be axes of {shape}. Received: {name}={axes}")
    batch = {axis % rank for axis in batch_axes or ()}
    free = [axis for axis in range(rank) if axis not in batch]
    if input_axes is None and output_axes is None:
        fan_in, fan_out = kernel_fans([shape[axis] for axis in free], gates=gates)
        return fan_in, fan_out
    if input_axes is None:
        outputs = {axis % rank for axis in output_axes} - batch
        inputs = set(free) - outputs
    else:
        inputs = {axis % rank for axis in input_axes} - batch
        outputs = {axis % rank for axis in output_axes or free} - batch - inputs
    fan_in = math.prod(shape[axis] for axis in inputs)
    return fan_in, _whole(math.prod(shape[axis] for axis in outputs) / gates)


def _whole(value: float) -> Fan:
    return int(value) if value == int(value) else value
