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

__all__ = ["seeded"]


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global generators of Python, NumPy, Keras and TensorFlow, and put them back.

    Args:
        seed: From 0 to `2**31 - 1`.
    """
    python, numpy = random.getstate(), np.random.get_state()
    generator = global_seed_generator()
    state = tf.convert_to_tensor(generator.state.value)
    eager = context.context()
    before = eager._seed, getattr(eager, "_rng", None)
    random.seed(seed)
    np.random.seed(seed)
    generator.state.assign(keras.random.SeedGenerator(seed).state.value)
    tf.random.set_seed(seed)
    try:
        yield
    finally:
        tf.random.set_seed(before[0])  # `None` too; forgets the kernels that have the seed in them.
        if before[1] is not None:
            eager._rng = before[1]
        generator.state.assign(state)
        np.random.set_state(numpy)
        random.setstate(python)
