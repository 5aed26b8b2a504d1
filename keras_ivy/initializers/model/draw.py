"""Draw the values of one variable of a model: true fans, true matrices, a seed of its own."""

import hashlib
import inspect
import random
from collections.abc import Callable

import keras
import numpy as np

from keras_ivy.initializers.adopted import Adopted
from keras_ivy.initializers.base import Drawn, Initializer
from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.options import Fan
from keras_ivy.initializers.kernels.constant import Constant
from keras_ivy.initializers.kernels.fan_scaled import FanScaled, KernelInitializer
from keras_ivy.initializers.kernels.matrix import MatrixInitializer, for_geometry
from keras_ivy.initializers.kernels.normals import RandomNormal
from keras_ivy.initializers.kernels.structured import Identity
from keras_ivy.initializers.kernels.wrapper import Scaled, Wrapper
from keras_ivy.initializers.model.start_values import StartValue
from keras_ivy.initializers.random.sampling import SEED_SPACE
from keras_ivy.initializers.random.seeds import Seed
from keras_ivy.typing import Array, ArrayLike

__all__ = []

#: Schemes that draw every value alike, wherever it stands.
ELEMENTWISE = (FanScaled, Constant, RandomNormal)
KERAS_ELEMENTWISE = (
    keras.initializers.Constant,
    keras.initializers.Ones,
    keras.initializers.RandomNormal,
    keras.initializers.RandomUniform,
    keras.initializers.TruncatedNormal,
    keras.initializers.Zeros,
)


def fold_seed(seed: int, path: str, taken: set[int] | None = None) -> int:
    """Make the seed of a variable from a seed of the model and the variable's path.

    It depends on nothing else, so that other variables may come and go.

    Args:
        seed: Seed of the model.
        path: Path of the variable.
        taken: Seeds already given, which the result avoids and joins.

    Returns:
        An integer from 0 to 2**31 - 3.

    Example:

    >>> fold_seed(1, "v0/kernel") == fold_seed(1, "v0/kernel")
    True
    >>> fold_seed(1, "v0/kernel") == fold_seed(1, "v1/kernel")
    False
    """
    text = f"{seed}/{path}"
    while True:
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        folded = int.from_bytes(digest, "big") % SEED_SPACE
        if taken is None or folded not in taken:
            break
        text += "+"
    if taken is not None:
        taken.add(folded)
    return folded


def base_seed(seed: Seed) -> int:
    """Return an integer for a seed: itself, the generator's next, or a new one for None.

    Example:

    >>> base_seed(3)
    3
    """
    if seed is None:
        return random.randint(0, SEED_SPACE)
    if isinstance(seed, keras.random.SeedGenerator):
        return int(keras.random.randint((), 0, SEED_SPACE, seed=seed))
    return int(seed)


def describe(initializer: Initializer) -> str:
    """The scheme as text: its class and the arguments that are not at their defaults.

    Example:

    >>> describe(RandomNormal(stddev=0.5, seed=3))
    'RandomNormal(stddev=0.5)'
    """
    if isinstance(initializer, Adopted):
        inner = initializer.initializer
        return getattr(inner, "__name__", type(inner).__name__)
    own = getattr(initializer, "_given", None) is not None
    config = initializer._captured() if own else getattr(initializer, "get_config", dict)()
    usual = inspect.signature(type(initializer)).parameters
    words = (
        f"{name}={value!r}"
        for name, value in config.items()
        if name != "seed" and value != getattr(usual.get(name), "default", None)
    )
    return f"{type(initializer).__name__}({', '.join(words)})"


def draw_values(
    initializer: Initializer,
    geometry: Geometry,
    shape: tuple[int, ...],
    dtype: str,
    seed: int,
    scale: float = 1.0,
) -> Array:
    """Draw the values of a variable.

    Matrix initializers (orthogonal, identity, sparse) draw one matrix per gate, group, head or
    channel; see `Geometry.blocks`. All others fill the variable at once.

    Args:
        initializer: What `keras_ivy.initializers.get` returns. Options that say how the axes are
            used are replaced by what the geometry knows; fans that are given outright stay.
        geometry: What the variable is.
        shape: Its shape.
        dtype: Its dtype. Half precision is drawn in float32 and rounded.
        seed: An integer.
        scale: Factor of the values.

    Returns:
        A tensor of that shape and dtype.
    """
    work = "float64" if dtype == "float64" else "float32"
    fans: tuple[Fan | None, Fan | None] = geometry.fans
    if isinstance(initializer, KernelInitializer) and initializer.fans is not None:
        fan_in, fan_out = initializer.fans
        fans = fan_in, fan_out
    if isinstance(initializer, MatrixInitializer) and geometry.split and not _centred(initializer):
        matrices = for_geometry(initializer, geometry)
        values = matrices.draw(geometry.split, *fans, work, seed)
    elif geometry.is_plain or not geometry.split or is_elementwise(initializer):
        # One draw fills it: it is one matrix, or every value is drawn alike.
        values = initializer.draw(shape, *fans, work, seed)
    else:
        block = _for_one_block(initializer)
        values = stack_blocks(
            geometry,
            lambda index: block.draw(
                geometry.block_shape, *fans, work, fold_seed(seed, str(index))
            ),
        )
    if tuple(values.shape) != shape:  # packed axes were taken apart
        values = keras.ops.reshape(values, shape)
    if scale != 1:
        values = values * scale
    return values if work == dtype else keras.ops.cast(values, dtype)


def stack_blocks(geometry: Geometry, draw: Callable[[int], ArrayLike]) -> np.ndarray:
    """Put blocks of shape `geometry.block_shape` together to `geometry.split`.

    Example:

    >>> gates = Geometry(1, 1, split=(1, 3, 2), inputs=(0,), blocks=(1,), outputs=(2,))
    >>> stack_blocks(gates, lambda index: [[index, index]]).tolist()
    [[[0, 0], [1, 1], [2, 2]]]
    """
    stacked = np.stack([np.asarray(draw(index)) for index in range(geometry.block_count)])
    order = (*geometry.blocks, *geometry.window, *geometry.inputs, *geometry.outputs)
    spread = stacked.reshape([geometry.split[axis] for axis in order])
    return spread.transpose([order.index(axis) for axis in range(len(order))])


def is_elementwise(initializer: Initializer) -> bool:
    """Whether every value is drawn alike, so that the use of the axes makes no difference."""
    if isinstance(initializer, Adopted):
        return isinstance(initializer.initializer, KERAS_ELEMENTWISE)
    if isinstance(initializer, StartValue):
        return True
    if isinstance(initializer, Scaled):
        return is_elementwise(initializer.initializer)
    return isinstance(initializer, ELEMENTWISE)


def _centred(initializer: Initializer) -> bool:
    """Whether a matrix is put at the centre of a window rather than spread over it."""
    return isinstance(initializer, Identity)


def _for_one_block(initializer: Initializer) -> Initializer:
    """Undo what an initializer was told about packed axes: the geometry has taken them apart."""
    wraps = isinstance(initializer, Wrapper)
    if wraps and not isinstance(initializer.initializer, KernelInitializer):
        return initializer
    if isinstance(initializer, KernelInitializer):
        return initializer.replace(layer=None, groups=1, gates=None)
    plain = {"groups": 1, "layer": "conv"}
    known = getattr(initializer, "arguments", ()) if isinstance(initializer, Drawn) else ()
    changes = {name: value for name, value in plain.items() if name in known}
    return initializer.replace(**changes) if changes else initializer
