"""Kernels seen as matrices: which axes are rows (inputs), which are columns (outputs).

A kernel of a recurrent layer holds one matrix for each gate, that of a grouped convolution one
for each group, that of attention one whose columns are spread over two axes. What is said of a
matrix, such as that it is orthogonal, must be said of these and not of the flattened kernel.
"""

import abc
import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_ivy.initializers.fans.options import LAYER_GATES, SPATIAL, Fan
from keras_ivy.initializers.kernels.fan_scaled import KernelInitializer
from keras_ivy.utils.checks import one_of, received
from keras_ivy.utils.exceptions import IvyValueError


@dataclasses.dataclass(frozen=True)
class MatrixView:
    """A kernel of some shape as `count` matrices of `rows` inputs and `columns` outputs.

    Args:
        shape: Shape of the kernel.
        split: The same with the packed last axis taken apart.
        batch: Axes of `split` that count the matrices.
        inputs: Axes of `split` that are the rows.
        outputs: Axes of `split` that are the columns.
    """

    shape: tuple[int, ...]
    split: tuple[int, ...]
    batch: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def sizes(self) -> tuple[int, int, int]:
        """`(count, rows, columns)`."""
        count, rows, columns = (
            math.prod(self.split[axis] for axis in axes)
            for axes in (self.batch, self.inputs, self.outputs)
        )
        return count, rows, columns

    def fold(self, matrices: Any) -> Any:
        """Put matrices of shape `(count, rows, columns)` back into the shape of the kernel."""
        order = (*self.batch, *self.inputs, *self.outputs)
        if order != tuple(range(len(order))):
            kernel = keras.ops.reshape(matrices, [self.split[axis] for axis in order])
            matrices = keras.ops.transpose(
                kernel, [order.index(axis) for axis in range(len(order))]
            )
        if tuple(matrices.shape) == self.shape:
            return matrices
        return keras.ops.reshape(matrices, self.shape)


def matrix_view(
    shape: Sequence[int],
    layer: str | None = None,
    *,
    groups: int = 1,
    gates: int | None = None,
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
    batch_axes: Sequence[int] | None = None,
) -> MatrixView:
    """Tell how a kernel is made of matrices; the arguments are those of `kernel_fans`.

    Without any, the last axis is the columns and all others are rows, as in Keras.

    Raises:
        IvyValueError: If the shape has fewer than two axes or does not fit the layer.

    Example:

    >>> matrix_view((5, 20), "lstm").sizes
    (4, 5, 5)
    >>> matrix_view((512, 8, 64), input_axes=(0,), output_axes=(1, 2)).sizes
    (1, 512, 512)
    """
    shape = tuple(shape)
    rank = len(shape)
    if rank < 2:
        raise IvyValueError(f"A matrix needs two axes or more. Received: shape={shape}")
    if layer is not None and ((rank < 3) if layer in SPATIAL else (rank != 2)):
        raise IvyValueError(
            f"A {layer!r} kernel has {'three axes or more' if layer in SPATIAL else 'two axes'}. "
            f"Received: shape={shape}"
        )
    packed = (gates or (LAYER_GATES.get(layer, 1) if layer else 1)) * groups
    batch = {axis % rank for axis in batch_axes or ()}
    if input_axes is not None:
        inputs = {axis % rank for axis in input_axes} - batch
    elif output_axes is not None:
        inputs = set(range(rank)) - {axis % rank for axis in output_axes} - batch
    elif layer in ("linear", "embedding"):
        inputs = {1} if layer == "linear" else {0}
    elif layer == "conv_transpose":
        inputs = set(range(rank)) - {rank - 2}
    elif layer == "depthwise":
        batch, inputs = {rank - 2}, set(range(rank - 2))
    else:
        last = max(set(range(rank)) - batch)
        inputs = set(range(rank)) - batch - {last}
    outputs = set(range(rank)) - inputs - batch
    # With a batch axis, one side may be a single number: a depthwise kernel has one output each.
    if (
        not (inputs or outputs)
        or not (batch or (inputs and outputs))
        or (packed > 1 and not outputs)
    ):
        raise IvyValueError(
            "A matrix needs an axis of inputs and one of outputs. Received: "
            f"shape={shape}, {input_axes=}, {output_axes=}, {batch_axes=}"
        )
    split = shape
    if packed > 1:
        axis = min(outputs) if layer == "linear" else max(outputs)
        if shape[axis] % packed:
            raise IvyValueError(
                f"Axis {axis} cannot be divided among {packed} gates or groups. "
                f"Received: shape={shape}, {gates=}, {groups=}, {layer=}"
            )
        split = (*shape[:axis], packed, shape[axis] // packed, *shape[axis + 1 :])
        batch, inputs, outputs = (
            {other + (other >= axis) for other in axes} for axes in (batch, inputs, outputs)
        )
        batch.add(axis)
    return MatrixView(shape, split, *(tuple(sorted(axes)) for axes in (batch, inputs, outputs)))


class MatrixInitializer(KernelInitializer):
    """The base of initializers that make the matrices of a kernel one by one.

    Subclasses provide `_matrices(count, rows, columns, dtype, seed)`, of that shape. Fans are not
    needed; of the options of `KernelInitializer`, `fans` and `strides` change nothing and are
    refused.

    Args:
        seed: See `Drawn`.
        **options: How the kernel's axes are used; see `KernelInitializer`.
    """

    def __init__(self, *, seed=None, **options: Any):
        for name in ("fans", "strides"):
            if not one_of(options.get(name), (1, None)):
                raise IvyValueError(
                    f"`{name}` changes nothing in {type(self).__name__}. "
                    f"{received(name, options[name])}"
                )
        super().__init__(seed=seed, **options)

    @abc.abstractmethod
    def _matrices(self, count: int, rows: int, columns: int, dtype: str, seed) -> Any:
        """Make matrices of shape `(count, rows, columns)`."""

    def _view(self, shape: tuple[int, ...]) -> MatrixView:
        axes = self.layer is None
        return matrix_view(
            shape,
            self.layer,
            groups=self.groups,
            gates=self.gates,
            input_axes=self.input_axes if axes else None,
            output_axes=self.output_axes if axes else None,
            batch_axes=self.batch_axes,
        )

    def _fans(self, shape: tuple[int, ...]) -> tuple[Fan | None, Fan | None]:
        return None, None

    def _check(self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None) -> None:
        self._view(shape)

    def _sample(
        self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None, dtype: str, seed
    ) -> Any:
        view = self._view(shape)
        return view.fold(self._matrices(*view.sizes, dtype, seed))
