"""Kernels with a structure: identities and sparse matrices."""

import math
from typing import Unpack

import keras

from keras_ivy.initializers.checks import check_number
from keras_ivy.initializers.fans.axes import LAYERS, axes_of
from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.options import Fan, KernelOptions
from keras_ivy.initializers.kernels.convolution import at_centre
from keras_ivy.initializers.kernels.matrix import MatrixInitializer, check_matrices
from keras_ivy.initializers.random import sampling
from keras_ivy.initializers.random.seeds import Seed, split_seed
from keras_ivy.registration import register
from keras_ivy.typing import Array
from keras_ivy.utils.arguments import also_spelled
from keras_ivy.utils.exceptions import IvyValueError


@register("identity_ivy")
class Identity(MatrixInitializer):
    """Make a layer copy its input: ones, times `gain`, on the diagonal of each matrix.

    A matrix may be rectangular. With three axes or more the kernel is taken for a convolution's
    and the identity stands at its centre, as in `Dirac`, unless the axes are told.

    Args:
        gain: The value on the diagonal, default 1.
        seed: Accepted so that every initializer is constructed alike; nothing is drawn.
        **options: How the kernel's axes are used: `layer="lstm"`, `"gru"` or `gates=` make one
            identity for each gate, `groups=` for each group, `batch_axes=` for each expert.

    Raises:
        IvyValueError: If the shape has fewer than two axes, or does not fit the options.

    Example:

    >>> Identity(0.5)((2, 3)).numpy()
    array([[0.5, 0. , 0. ],
           [0. , 0.5, 0. ]], dtype=float32)

    Reference: Le et al. 2015, arXiv:1504.00941.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("gain",)

    def __init__(self, gain: float = 1.0, *, seed: Seed = None, **options: Unpack[KernelOptions]):
        self.gain = check_number("gain", gain)
        super().__init__(seed=seed, **options)

    def _matrices(self, count: int, rows: int, columns: int, dtype: str, seed: Seed) -> Array:
        eye = self.gain * keras.ops.eye(rows, columns, dtype=dtype)
        return keras.ops.broadcast_to(eye, (count, rows, columns))

    def _is_convolution(self, shape: tuple[int, ...]) -> bool:
        told = (self.input_axes, self.output_axes, self.batch_axes)
        plain = self.layer in (None, "conv", "conv_lstm") and told == (None, None, None)
        return plain and len(shape) > 2

    def _axes(self, shape: tuple[int, ...]) -> Geometry:
        if not self._is_convolution(shape):
            return super()._axes(shape)
        gates = self.gates or LAYERS[self.layer or "conv"].gates
        return check_matrices(axes_of(shape[-2:], groups=self.groups, gates=gates), shape)

    def _folded(self, axes: Geometry, matrices: Array, shape: tuple[int, ...]) -> Array:
        if not self._is_convolution(shape):
            return axes.fold(matrices, shape)
        return at_centre(axes.fold(matrices, shape[-2:]), shape[:-2])


@register("sparse_ivy")
class Sparse(MatrixInitializer):
    """Draw from `N(0, stddev ** 2)` and zero a share of the inputs of every output.

    Each column, the weights of one output, has exactly `ceil(sparsity * n_in)` zeros, at places
    of its own.

    Args:
        sparsity: Share of zeros, in [0, 1).
        stddev: Standard deviation of the other weights, above 0; default 0.01.
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.
        **options: How the kernel's axes are used; see `KernelInitializer`.

    Raises:
        IvyValueError: If the sparsity is out of range, or leaves no weight.

    Example:

    >>> w = Sparse(0.75)((8, 3)).numpy()
    >>> (w == 0).sum(axis=0).tolist()
    [6, 6, 6]

    Reference: Martens 2010, Deep learning via Hessian-free optimization.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("sparsity", "stddev")

    @also_spelled(std="stddev")
    def __init__(
        self,
        sparsity: float = 0.9,
        stddev: float = 0.01,
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.sparsity = check_number("sparsity", sparsity, least=0)
        if sparsity >= 1:
            raise IvyValueError(f"`sparsity` must be below 1. Received: sparsity={sparsity}")
        self.stddev = check_number("stddev", stddev, above=0)
        super().__init__(seed=seed, **options)

    def _zeros(self, rows: int) -> int:
        # 0.9 * 10 is 9.000000000000002 in some products; a share is meant to a part in a billion.
        return math.ceil(self.sparsity * rows - 1e-9)

    def _check(self, shape: tuple[int, ...], fan_in: Fan | None, fan_out: Fan | None) -> None:
        _, rows, _ = self._axes(shape).matrices
        if 0 < rows <= self._zeros(rows):
            raise IvyValueError(
                "No weight would be left of so few inputs. "
                f"Received: shape={shape} with {rows} inputs, sparsity={self.sparsity}"
            )

    def _matrices(self, count: int, rows: int, columns: int, dtype: str, seed: Seed) -> Array:
        shape = (count, rows, columns)
        values = sampling.normal(shape, 0.0, self.stddev, dtype, seed)
        _, second = split_seed(seed, 2)
        order = keras.ops.argsort(sampling.uniform(shape, 0.0, 1.0, "float32", second), axis=1)
        kept = keras.ops.argsort(order, axis=1) >= self._zeros(rows)
        return keras.ops.where(kept, values, keras.ops.zeros_like(values))
