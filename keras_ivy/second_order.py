"""Exact second-order gradients through Keras's own normalisation layers."""

import contextlib
from collections.abc import Iterator

from keras_ivy.adapters.keras.moments import use_exact_moments

__all__ = ["exact_second_order"]


@contextlib.contextmanager
def exact_second_order() -> Iterator[None]:
    """Make Keras's normalisation layers exact for gradients of gradients while open.

    Up to version 2.21, TensorFlow computes the variance of a layer's input with the gradient of
    the mean stopped: `var = mean((x - stop_gradient(mean(x)))**2)`. The stopped term vanishes in
    the first derivative and is missing in the second, so Hessian-vector products and meta-gradients
    through `BatchNormalization` in training mode, `LayerNormalization` and `GroupNormalization`
    come out wrong by 2 to 20 %. While this context is open they, and `keras.ops.moments`, use
    `var = mean((x - mean(x))**2)` instead. TensorFlow 2.22 is exact without it.

    The context belongs to the thread that opens it, may be nested, and ends after an exception
    too.

    Note:
        A `tf.function` keeps what it was traced with. Open the context inside the function, or
        around its first call. keras_ivy's own LayerNorm, BatchNorm2D and GroupNorm are exact
        anywhere and do not need it.

    Yields:
        Nothing.

    Example:

    The second derivative of `sum(LN(x)**3)` in the direction `(0, 0, 1)`:

    >>> import keras, numpy as np, tensorflow as tf
    >>> layer = keras.layers.LayerNormalization(epsilon=1e-6, dtype="float64")
    >>> x = tf.constant([[0.0, 1.0, 3.0]], tf.float64)
    >>> def gradient(x):
    ...     with tf.GradientTape() as tape:
    ...         tape.watch(x)
    ...         loss = tf.reduce_sum(layer(x) ** 3)
    ...     return tape.gradient(loss, x)
    >>> def second(x, direction):
    ...     with tf.autodiff.ForwardAccumulator(x, direction) as acc:
    ...         first = gradient(x)
    ...     return acc.jvp(first).numpy()
    >>> d = tf.constant([[0.0, 0.0, 1.0]], tf.float64)
    >>> with exact_second_order():
    ...     exact = second(x, d)
    >>> numeric = ((gradient(x + 1e-5 * d) - gradient(x - 1e-5 * d)) / 2e-5).numpy()
    >>> bool(np.allclose(exact, numeric, rtol=1e-6))
    True

    Reference:
        The threads that ask for it: tensorflow#29663, tensorflow#53541, keras#15836.
    """
    with use_exact_moments():
        yield
