"""The generators that draws without a seed of their own use, seeded for a while.

Keras's global generator has no public name, and TensorFlow's seed for eager calls can be set but
not read. Both are put back, with those of NumPy and Python, as if nothing had been drawn.
"""

import contextlib
import random
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf
from keras.src.random.seed_generator import global_seed_generator
from tensorflow.python.eager import context

__all__ = ["forget_kernels", "seeded"]

#: Tells TensorFlow's seed of a block apart from any that a program sets itself.
_OWN = 0x5EED5


class _Asked(random.Random):
    """A generator that knows whether it was asked for a number."""

    asked = False

    def randint(self, a: int, b: int) -> int:
        """Return a whole number from `a` to `b`."""
        self.asked = True
        return super().randint(a, b)


@contextlib.contextmanager
def seeded(seed: int, *, keep_kernels: bool = False) -> Iterator[None]:
    """Seed the global generators of Python, NumPy, Keras and TensorFlow, and put them back.

    Args:
        seed: From 0 to `2**31 - 1`.
        keep_kernels: Leave what TensorFlow has loaded where it is. `tf.random.set_seed` forgets all
            of it, since operations that draw keep their place in it: the next step of a compiled
            function then takes seconds to load anew, and draws of its own begin anew too. With
            True it is forgotten only if something has drawn by TensorFlow's global seed; what
            draws by a seed of its own needs `forget_kernels` after it.
    """
    python, numpy = random.getstate(), np.random.get_state()
    generator = global_seed_generator()
    state = tf.convert_to_tensor(generator.state.value)
    eager = context.context()
    before = eager._seed, getattr(eager, "_rng", None)
    random.seed(seed)
    np.random.seed(seed)
    generator.state.assign(keras.random.SeedGenerator(seed).state.value)
    asked = _Asked(seed)
    if keep_kernels:
        eager._seed, eager._rng = seed ^ _OWN, asked
    else:
        tf.random.set_seed(seed)
    try:
        yield
    finally:
        if keep_kernels and not asked.asked:
            eager._seed = before[0]
        else:
            tf.random.set_seed(before[0])  # `None` too; forgets the kernels that have the seed.
        if before[1] is not None:
            eager._rng = before[1]
        generator.state.assign(state)
        np.random.set_state(numpy)
        random.setstate(python)


def forget_kernels() -> None:
    """Forget what TensorFlow has loaded, so that operations that draw begin anew."""
    eager = context.context()
    generator = getattr(eager, "_rng", None)
    tf.random.set_seed(eager._seed)
    if generator is not None:
        eager._rng = generator
