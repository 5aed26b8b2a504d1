"""The one function by which Keras's normalisation layers take mean and variance on TensorFlow.

Up to TensorFlow 2.21, `tf.nn.moments` stops the gradient of the mean inside the variance.
First-order gradients do not notice, since the stopped part is zero; second-order ones do.

Private name used: `keras.src.backend.tensorflow.nn._compute_moments`, from Keras 3.16 on
`keras.src.backend.tensorflow.ops.nn._compute_moments`.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator

import tensorflow as tf

from keras_ivy.typing import Array, Axis
from keras_ivy.utils.requirements import KERAS

# By Keras's version, not by which file is there: wheels of `keras` and `keras-nightly` unpack into
# the same folder, and a file of the other one is patched without effect.
if KERAS >= (3, 16):
    from keras.src.backend.tensorflow.ops import nn as keras_nn
else:
    from keras.src.backend.tensorflow import nn as keras_nn

_lock = threading.Lock()
_open = 0
_here = threading.local()


def exact_moments(x: Array, axes: Axis, keepdims: bool = False) -> tuple[Array, Array]:
    """Return mean and variance of `x` over `axes`, differentiable any number of times."""
    mean = tf.reduce_mean(x, axes, keepdims=True)
    variance = tf.reduce_mean(tf.square(x - mean), axes, keepdims=keepdims)
    return (mean if keepdims else tf.squeeze(mean, axes)), variance


def _dispatcher(original: Callable) -> Callable:
    def compute_moments(x: Array, axes: Axis, keepdims: bool) -> tuple[Array, Array]:
        if getattr(_here, "depth", 0):
            return exact_moments(x, axes, keepdims)
        return original(x, axes, keepdims)

    vars(compute_moments)["original"] = original
    return compute_moments


@contextlib.contextmanager
def use_exact_moments() -> Iterator[None]:
    """Make Keras use `exact_moments` in this thread while the context is open.

    Keras's own function is put back when the last thread leaves, also after an exception.
    """
    global _open
    with _lock:
        if _open == 0:
            keras_nn._compute_moments = _dispatcher(keras_nn._compute_moments)
        _open += 1
    _here.depth = getattr(_here, "depth", 0) + 1
    try:
        yield
    finally:
        _here.depth -= 1
        with _lock:
            _open -= 1
            if _open == 0:
                keras_nn._compute_moments = keras_nn._compute_moments.original
