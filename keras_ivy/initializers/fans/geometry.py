"""What a variable of a layer is: its fans, its role and the use of its axes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import keras

from keras_ivy.typing import Array

__all__ = ["Geometry"]

#: Roles of variables that carry a random draw.
WEIGHT_ROLES = ("kernel", "recurrent", "embedding")
#: Every role a rule may give to a variable.
ROLES = (
    *WEIGHT_ROLES,
    "position",
    "lora_a",
    "lora_b",
    "bias",
    "scale",
    "shift",
    "state",
    "unknown",
)


@dataclass(frozen=True)
class Geometry:
    """What a variable of a layer is: its fans, its role and how its axes are used.

    The axes are those of `split`, the shape of the variable with packed axes taken apart; LSTM's
    kernel `(in, 4 * units)` has the split `(in, 4, units)`. Every axis belongs to one group.

    Args:
        fan_in: Products summed by one element of the output.
        fan_out: Elements of the output fed by one element of the input.
        role: `"kernel"`, `"recurrent"`, `"embedding"` (these three are drawn at random),
            `"position"` (a table of positions or a token that is added to the input, which no
            product sums), `"lora_a"`, `"lora_b"`, `"bias"`, `"scale"` and `"shift"` (of a
            normalisation, or a slope), `"state"` (not trained: statistics, seeds) or
            `"unknown"`.
        split: Shape of the variable with packed axes taken apart; empty if it has no axes to
            speak of.
        window: Axes that a convolution slides over.
        inputs: Axes that are summed.
        outputs: Axes of the output.
        blocks: Axes along which independent matrices are stacked: gates, groups, experts,
            channels of a depthwise convolution.
        normalizes: Whether it belongs to a normalisation: a scale, a shift or a statistic.
    """

    __module__ = "keras_ivy.initializers"

    fan_in: float
    fan_out: float
    role: str = "kernel"
    split: tuple[int, ...] = ()
    window: tuple[int, ...] = ()
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    normalizes: bool = False

    @property
    def fans(self) -> tuple[float, float]:
        """The pair `(fan_in, fan_out)`."""
        return self.fan_in, self.fan_out

    @property
    def is_weight(self) -> bool:
        """Whether the variable carries a random draw."""
        return self.role in WEIGHT_ROLES

    @property
    def block_count(self) -> int:
        """How many independent matrices the variable holds."""
        return math.prod(self.split[axis] for axis in self.blocks)

    @property
    def block_shape(self) -> tuple[int, ...]:
        """Shape of one matrix in Keras's order: `(*window, inputs, outputs)`."""
        return (
            *(self.split[axis] for axis in self.window),
            math.prod(self.split[axis] for axis in self.inputs),
            math.prod(self.split[axis] for axis in self.outputs),
        )

    @property
    def is_plain(self) -> bool:
        """Whether the variable is one matrix that already has Keras's order of axes."""
        order = (*self.blocks, *self.window, *self.inputs, *self.outputs)
        return (
            self.block_count == 1
            and order == tuple(range(len(self.split)))
            and len(self.inputs) == len(self.outputs) == 1
        )

    @property
    def matrices(self) -> tuple[int, int, int]:
        """How many matrices there are, of how many inputs and outputs each."""
        *rows, columns = self.block_shape
        return self.block_count, math.prod(rows), columns

    def fold(self, matrices: Array, shape: tuple[int, ...] | None = None) -> Array:
        """Put matrices together to the variable that they are seen in.

        Args:
            matrices: Tensor of the shape `(count, inputs, outputs)` that `matrices` says.
            shape: Shape of the variable, default `split`, which has its entries in its order.

        Returns:
            A tensor of that shape.

        Example:

        >>> from keras_ivy.initializers.fans.axes import axes_of
        >>> gates = keras.ops.convert_to_tensor([[[1], [2]], [[3], [4]]])
        >>> axes_of((2, 2), "dense", gates=2).fold(gates, (2, 2)).numpy().tolist()
        [[1, 3], [2, 4]]
        """
        rows = sorted((*self.window, *self.inputs))
        order = [*sorted(self.blocks), *rows, *sorted(self.outputs)]
        seen = [axis for axis in order if self.split[axis] != 1]
        if seen != sorted(seen):  # an axis of a single entry may stand anywhere
            apart = keras.ops.reshape(matrices, [self.split[axis] for axis in order])
            matrices = keras.ops.transpose(apart, [order.index(axis) for axis in range(len(order))])
        shape = self.split if shape is None else shape
        return matrices if tuple(matrices.shape) == shape else keras.ops.reshape(matrices, shape)

    def of_bias(self) -> "Geometry":
        """The geometry of the bias that is added to this kernel's output."""
        return Geometry(self.fan_in, self.fan_out, role="bias")


def kernel_geometry(
    split: Iterable[int],
    *,
    inputs: tuple[int, ...] = (),
    outputs: tuple[int, ...] = (),
    window: tuple[int, ...] = (),
    blocks: tuple[int, ...] = (),
    strides: Iterable[int] = (),
    transposed: bool = False,
    role: str = "kernel",
) -> Geometry:
    """Build a geometry from the use of each axis; the fans follow.

    `fan_in = |window| |inputs|` and `fan_out = |window| |outputs|`, one of them divided by the
    product of the strides: an input of a strided convolution meets only every s-th window, an
    output of a transposed one is hit by only every s-th input.

    Args:
        split: Shape with packed axes taken apart.
        inputs: Summed axes; none means that each output sees one input.
        outputs: Output axes.
        window: Axes that slide.
        blocks: Axes of independent stacks.
        strides: Strides of the window.
        transposed: Whether the strides enlarge the output.
        role: Role of the variable.
    """
    split = tuple(int(size) for size in split)
    sizes: list[float] = [
        math.prod(split[a] for a in (*window, *axes)) for axes in (inputs, outputs)
    ]
    sizes[0 if transposed else 1] /= math.prod(strides)
    fan_in, fan_out = (int(size) if size == int(size) else size for size in sizes)
    return Geometry(fan_in, fan_out, role, split, window, inputs, outputs, blocks)
