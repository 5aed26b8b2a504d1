"""Orthogonal kernels, gate by gate and head by head."""

import math
from typing import Unpack

from keras_ivy.initializers.checks import check_number
from keras_ivy.initializers.fans.options import KernelOptions
from keras_ivy.initializers.kernels.matrix import MatrixInitializer
from keras_ivy.initializers.random import sampling
from keras_ivy.initializers.random.orthonormal import orthonormal_columns
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.registration import register
from keras_ivy.typing import Array
from keras_ivy.utils.checks import flag


@register("orthogonal_ivy")
class Orthogonal(MatrixInitializer):
    """Draw matrices with orthonormal rows or columns, times `gain`.

    The matrix `W` of `n_in` rows and `n_out` columns is uniformly distributed among those with
    `W.T @ W = gain ** 2 * I` if `n_in >= n_out`, else `W @ W.T = gain ** 2 * I`. It is computed
    in float32 or float64 and cast, so that every floating-point dtype works.

    Args:
        gain: Factor of the matrix, default 1.
        scaled: Multiply by `max(1, sqrt(n_out / n_in))`, so that a layer that widens keeps the
            mean square of its signal as well; default False.
        seed: `None` for new values at every call, an integer for the same values at every call,
            or a `keras.random.SeedGenerator`.
        **options: How the kernel's axes are used: `layer="lstm"`, `"gru"` or `gates=` make one
            matrix for each gate, `groups=` for each group, `batch_axes=` for each expert.
            `EinsumDense` and attention layers tell their axes by themselves.

    Raises:
        IvyValueError: If the shape has fewer than two axes, or does not fit the options.

    Note:
        Keras's class makes one matrix of the whole recurrent kernel `(u, 4 u)`, whose gates are
        then not orthogonal: their mean square is a quarter.

    Example:

    >>> import numpy as np
    >>> w = np.asarray(Orthogonal(gain=2.0, gates=4)((3, 12)))
    >>> np.allclose(w[:, :3] @ w[:, :3].T, 4 * np.eye(3), atol=1e-5)
    True

    Reference: Saxe et al. 2014, arXiv:1312.6120; for `scaled`, Martens et al. 2021,
    arXiv:2110.01765.
    """

    __module__ = "keras_ivy.initializers"

    arguments: tuple[str, ...] = ("gain", "scaled")

    def __init__(
        self,
        gain: float = 1.0,
        scaled: bool = False,
        *,
        seed: Seed = None,
        **options: Unpack[KernelOptions],
    ):
        self.gain = check_number("gain", gain)
        self.scaled = flag("scaled", scaled)
        super().__init__(seed=seed, **options)

    def _matrices(self, count: int, rows: int, columns: int, dtype: str, seed: Seed) -> Array:
        tall = max(rows, columns), min(rows, columns)
        normal = sampling.normal((count, *tall) if count > 1 else tall, 0.0, 1.0, dtype, seed)
        matrices = orthonormal_columns(normal, transposed=rows < columns)
        gain = self.gain * (max(1.0, math.sqrt(columns / rows)) if self.scaled else 1.0)
        return matrices if gain == 1 else gain * matrices
