"""Kernels seen as matrices: which axes are rows (inputs), which are columns (outputs).

A kernel of a recurrent layer holds one matrix for each gate, that of a grouped convolution one
for each group, that of attention one whose columns are spread over two axes. What is said of a
matrix, such as that it is orthogonal, must be said of these and not of the flattened kernel.
"""

import abc
import copy
from typing import Unpack

from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.options import Fan, KernelOptions
from keras_ivy.initializers.kernels.fan_scaled import KernelInitializer
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.typing import Array
from keras_ivy.utils.checks import one_of, received
from keras_ivy.utils.exceptions import IvyValueError


def check_matrices(geometry: Geometry, shape: tuple[int, ...]) -> Geometry:
    """Return the geometry of a variable of that shape, if its matrices have rows and columns.

    Raises:
        IvyValueError: If it has fewer than two axes, or if no axis, or every one, is summed. Beside
            axes that count matrices one side may be a single number, as in a depthwise kernel.
    """
    if len(geometry.split) < 2:
        raise IvyValueError(f"A matrix needs two axes or more. Received: shape={shape}")
    rows, columns = (*geometry.window, *geometry.inputs), geometry.outputs
    if not (rows or columns) or not (geometry.blocks or (rows and columns)):
        raise IvyValueError(
            "A matrix needs an axis of inputs and one of outputs. Received: "
            f"shape={shape}, inputs={rows}, outputs={columns}"
        )
    return geometry


class MatrixInitializer(KernelInitializer):
    """The base of initializers that make the matrices of a kernel one by one.

    Subclasses provide `_matrices(count, rows, columns, dtype, seed)`, of that shape. Fans are not
    needed; of the options of `KernelInitializer`, `fans` and `strides` change nothing and are
    refused.

    Args:
        seed: See `Drawn`.
        **options: How the kernel's axes are used; see `KernelInitializer`.
    """

    #: What the variable is, where it is known; it goes before the options.
    _geometry: Geometry | None = None

    def __init__(self, *, seed: Seed = None, **options: Unpack[KernelOptions]):
        for name in ("fans", "strides"):
            if not one_of(options.get(name), (1, None)):
                raise IvyValueError(
                    f"`{name}` changes nothing in {type(self).__name__}. "
                    f"{received(name, options[name])}"
                )
        super().__init__(seed=seed, **options)

    @abc.abstractmethod
    def _matrices(self, count: int, rows: int, columns: int, dtype: str, seed: Seed) -> Array:
        """Make matrices of shape `(count, rows, columns)`."""

    def _axes(self, shape: tuple[int, ...]) -> Geometry:
        geometry = self._geometry or axes_of(shape, **self._axes_options())
        return check_matrices(geometry, shape)

    def _folded(self, axes: Geometry, matrices: Array, shape: tuple[int, ...]) -> Array:
        """Make the kernel of its matrices."""
        return axes.fold(matrices, shape)

    def _fans(self, shape: tuple[int, ...]) -> tuple[Fan | None, Fan | None]:
        return None, None

    def _check(self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None) -> None:
        self._axes(shape)

    def _sample(
        self,
        shape: tuple[int, ...],
        fan_in: Fan | None,
        fan_out: Fan | None,
        dtype: str,
        seed: Seed,
    ) -> Array:
        axes = self._axes(shape)
        return self._folded(axes, self._matrices(*axes.matrices, dtype, seed), shape)


def for_geometry(initializer: MatrixInitializer, geometry: Geometry) -> MatrixInitializer:
    """Return a copy for a variable whose geometry is known, which then draws `geometry.split`."""
    told = copy.copy(initializer)
    told._geometry = geometry
    return told
