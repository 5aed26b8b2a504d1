"""One seed, one draw: also for initializers that were not written with a seed in mind.

The classes of this package and of Keras draw from the seed that they are told. A function, or a
class of the user's, may draw from anything. It is told the seed too (as `self.seed`), and the
global generators are seeded while it draws; what still differs from call to call, such as a
generator of its own, cannot be reproduced and is refused.
"""

from collections.abc import Callable
from typing import NoReturn

import keras
import numpy as np

from keras_ivy.adapters.random_state import seeded
from keras_ivy.initializers.adopted import Adopted
from keras_ivy.initializers.base import Initializer
from keras_ivy.initializers.model.start_values import StartValue
from keras_ivy.typing import Array
from keras_ivy.utils.exceptions import IvyValueError

__all__ = []

_PACKAGES = ("keras", "keras_ivy")


def draws_by_its_seed(initializer: object) -> bool:
    """Whether all that draws is of this package or of Keras, which draw from the seed alone.

    Example:

    >>> [draws_by_its_seed(x) for x in (keras.initializers.HeNormal(), lambda shape, dtype: 0)]
    [True, False]
    """
    if isinstance(initializer, Adopted):
        inner = initializer.initializer
        named = isinstance(inner, keras.initializers.Initializer)
        return type(initializer) is Adopted and named and draws_by_its_seed(inner)
    if not isinstance(initializer, keras.initializers.Initializer):
        return False
    wrapped = getattr(initializer, "initializer", None)
    methods = ("__call__", "create_variables", "draw", "_sample", "transform")
    found = [getattr(type(initializer), name, None) for name in methods]
    ours = all(m is None or m.__module__.partition(".")[0] in _PACKAGES for m in found)
    return ours and (wrapped is None or draws_by_its_seed(wrapped))


def draw_by_seed(
    initializer: Initializer, seed: int, draw: Callable[[], Array], *, insist: bool
) -> Array:
    """Draw values that depend on a seed alone.

    Args:
        initializer: What draws.
        seed: The seed of this draw.
        draw: The draw, which tells the initializer the seed.
        insist: Whether to make sure of it where the initializer may draw from anything.

    Returns:
        The values.

    Raises:
        IvyValueError: If two draws differ although the seed is the same.
    """
    if isinstance(initializer, StartValue):
        values = draw()
        if insist and not initializer.reproducible:
            _refuse(seed)
        return values
    if draws_by_its_seed(initializer):
        return draw()
    with seeded(seed):
        values = draw()
    if not insist:
        return values
    with seeded(seed):
        again = draw()
    if not np.array_equal(np.asarray(values), np.asarray(again), equal_nan=True):
        _refuse(seed)
    return values


def _refuse(seed: int) -> NoReturn:
    raise IvyValueError(
        "It draws from a generator of its own, which `seed=` does not reach, so that the seed "
        "would not repeat the model. Draw from `self.seed`, which is set for every variable "
        "(`keras.random.normal(shape, seed=self.seed)`), or from the global generators of "
        f"Keras, TensorFlow, NumPy or Python; or leave `seed` out. Received: seed={seed}."
    )
