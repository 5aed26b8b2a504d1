"""See every operation that TensorFlow runs eagerly, as its own debugger does.

A layer's `activation` is only one of the places in which an activation may stand: a call may as
well apply `tf.nn.relu` itself. The operations are the same wherever they are called from.

Private names used: `tensorflow.python.framework.op_callbacks`.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence

import tensorflow as tf
from tensorflow.python.framework import op_callbacks

__all__ = ["watching"]

#: Receives the type of an operation, its inputs and its outputs.
Watcher = Callable[[str, Sequence[tf.Tensor], Sequence[tf.Tensor]], None]


@contextlib.contextmanager
def watching(watcher: Watcher, within: tf.Graph | None = None) -> Iterator[None]:
    """Tell a function of every operation that this thread runs eagerly in the block.

    Operations that the function runs itself are not told.

    Args:
        watcher: The function, called with type, inputs and outputs after each operation.
        within: If given, the operations that are put into this graph are told instead; those of
            loops, branches and functions stand in graphs of their own.

    Example:

    >>> seen = []
    >>> with watching(lambda kind, inputs, outputs: seen.append(kind)):
    ...     y = tf.nn.relu(tf.constant([-1.0, 1.0]))
    >>> seen
    ['Relu']
    """
    busy = False

    def callback(
        op_type: bytes | str,
        inputs: Sequence[tf.Tensor],
        attrs: object,
        outputs: Sequence[tf.Tensor],
        op_name: str | None = None,
        graph: tf.Graph | None = None,
    ) -> None:
        nonlocal busy
        if graph is not within or busy:
            return
        busy = True
        try:
            kind = op_type.decode() if isinstance(op_type, bytes) else op_type
            watcher(kind, inputs, outputs)
        finally:
            busy = False

    op_callbacks.add_op_callback(callback)
    try:
        yield
    finally:
        op_callbacks.remove_op_callback(callback)
