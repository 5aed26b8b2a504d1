"""Recurrent networks under Ivy's names."""

from __future__ import annotations

import functools
from typing import Any

import tensorflow as tf
from keras import ops

from keras_ivy.adapters.tensorflow import vectorized as tf_vectorized
from keras_ivy.ops import checks
from keras_ivy.ops.dispatch import ivy_function
from keras_ivy.ops.kinds import numbers
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike

__all__ = ["lstm_update"]

#: Up to so many steps are written out one after the other inside `tf.vectorized_map`.
UNROLLED = 64


def lstm_scan(
    x: ArrayLike,
    h: ArrayLike,
    c: ArrayLike,
    w: ArrayLike,
    u: ArrayLike,
    b: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    sequence: bool = True,
    unroll: bool = False,
) -> tuple[Array, Array, Array]:
    """Run a long short-term memory over time-major, checked tensors; the layer calls this.

    `i, f, g, o = split(x[t] @ w + h @ u + b)`, `c = sigmoid(f) * c + sigmoid(i) * tanh(g)`,
    `h = sigmoid(o) * tanh(c)`.

    Args:
        x: Inputs of shape `(time, batch, in)`.
        h: First hidden state, `(batch, out)`.
        c: First cell state, `(batch, out)`.
        w: Weights of the input, `(in, 4 * out)`.
        u: Weights of the hidden state, `(out, 4 * out)`.
        b: None, or a bias of shape `(4 * out,)`.
        mask: None, or a boolean array `(time, batch, 1)`; steps where it is False are passed over.
        sequence: If False, the last states are all that is wanted.
        unroll: If True, the steps, of a known number, are written out one after the other.

    Returns:
        The hidden states `(time, batch, out)`, or None, the last hidden state and the last cell
        state.
    """

    def advance(x: ArrayLike, here: Any, h: ArrayLike, c: ArrayLike) -> tuple[Array, Array]:
        z = tf.matmul(x, w) + tf.matmul(h, u)
        i, f, g, o = tf.split(z if b is None else z + b, 4, axis=-1)
        new_c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        new_h = tf.sigmoid(o) * tf.tanh(new_c)
        if here is None:
            return new_h, new_c
        return tf.where(here, new_h, h), tf.where(here, new_c, c)

    mapped = tf_vectorized.is_mapping()
    if unroll or (mapped and x.shape[0] is not None and x.shape[0] <= UNROLLED):
        hs = []
        for t in range(x.shape[0]):
            h, c = advance(x[t], None if mask is None else mask[t], h, c)
            hs.append(h)
        return (tf.stack(hs) if sequence else None), h, c
    steps = x.shape[0] if x.shape[0] is not None else tf.shape(x)[0]
    if mapped:
        # Gradients of arrays of tensors have no form there; those of slices cost more elsewhere.
        read = functools.partial(tf.gather, x)
        seen = None if mask is None else functools.partial(tf.gather, mask)
    else:
        read = tf.TensorArray(x.dtype, size=steps).unstack(x).read
        seen = None if mask is None else tf.TensorArray(tf.bool, size=steps).unstack(mask).read

    def step(t: Any, h: ArrayLike, c: ArrayLike, *outputs: Any) -> tuple:
        h, c = advance(read(t), None if seen is None else seen(t), h, c)
        return t + 1, h, c, *(written.write(t, h) for written in outputs)

    outputs = [tf.TensorArray(x.dtype, size=steps, element_shape=h.shape)] if sequence else []
    _, h, c, *outputs = tf.while_loop(
        lambda t, *_: t < steps, step, (0, h, c, *outputs), maximum_iterations=steps
    )
    return (outputs[0].stack() if sequence else None), h, c


@ivy_function(symbolic=True)
def lstm_update(
    x: ArrayLike,
    init_h: ArrayLike,
    init_c: ArrayLike,
    kernel: ArrayLike,
    recurrent_kernel: ArrayLike,
    bias: ArrayLike | None = None,
    recurrent_bias: ArrayLike | None = None,
    time_major: bool = False,
) -> tuple[Array, Array]:
    """Return the hidden states of a long short-term memory, and its last cell state.

    Args:
        x: Inputs of shape `(*batch, time, in)`, or `(time, *batch, in)` if `time_major`.
        init_h: First hidden state, `(*batch, out)`.
        init_c: First cell state, `(*batch, out)`.
        kernel: Weights of the input, `(in, 4 * out)`, in the order input, forget, cell, output.
        recurrent_kernel: Weights of the hidden state, `(out, 4 * out)`.
        bias: None, or a bias of shape `(4 * out,)`.
        recurrent_bias: None, or another, which is added to it.
        time_major: If True, time is the first axis of `x` and of the result.

    Returns:
        `(hidden states, last cell state)`: `(*batch, time, out)` and `(*batch, out)`.

    Raises:
        ValueError: If sizes do not fit.

    Example:

    >>> zeros = ops.zeros((1, 2))
    >>> h, c = lstm_update(ops.ones((1, 3, 1)), zeros, zeros, ops.zeros((1, 8)), ops.zeros((2, 8)))
    >>> h.shape, c.numpy().tolist()
    (TensorShape([1, 3, 2]), [[0.0, 0.0]])

    Reference: Ivy's `functional/ivy/layers.py`.
    """
    owner = "lstm_update"
    x = numbers(owner, "f", x=x)
    h, c, w, u = map(to_tensor, (init_h, init_c, kernel, recurrent_kernel))
    checks.size_of_axis(owner, "x", x, -1, w.shape[0], "the rows of `kernel`")
    checks.size_of_axis(owner, "init_h", h, -1, u.shape[0], "the rows of `recurrent_kernel`")
    checks.size_of_axis(owner, "kernel", w, -1, u.shape[-1], "the columns of `recurrent_kernel`")
    biases = [to_tensor(b) for b in (bias, recurrent_bias) if b is not None]
    b = biases[0] + biases[1] if len(biases) == 2 else (biases or [None])[0]
    rank, size = len(x.shape), u.shape[0]
    time_first = x if time_major else ops.moveaxis(x, -2, 0)
    batch = ops.shape(time_first)[1:-1]
    flat = time_first
    if rank != 3:
        flat = tf.reshape(time_first, (ops.shape(time_first)[0], -1, w.shape[0]))
        h, c = tf.reshape(h, (-1, size)), tf.reshape(c, (-1, size))
    hs, _, c = lstm_scan(flat, h, c, w, u, b)
    if rank != 3:
        hs = tf.reshape(hs, (ops.shape(hs)[0], *batch, size))
        c = tf.reshape(c, (*batch, size))
    return (hs if time_major else ops.moveaxis(hs, 0, -2)), c
