"""The size of the batch, where a program took it from `x.shape[0]` and it is not known yet.

In a traced call that size is None, which no array can be made of. The call knows it as a tensor.
"""

import keras
import tensorflow as tf

from keras_ivy.module.calling.frames import frames
from keras_ivy.ops.check_values import know_batch
from keras_ivy.typing import Array

__all__ = ["batch_of_call"]


def batch_of_call() -> Array | None:
    """Return the size of the first axis of the inputs of the outermost module that is called.

    None outside of calls, and where another axis of an input has no known size either, since
    `x.shape[i]` may then be that one.
    """
    inputs = next((frame.inputs for frame in frames.stack if frame.inputs is not None), None)
    batch = None
    for x in keras.tree.flatten(inputs):
        if not isinstance(x, tf.Tensor):
            continue
        unknown = [i for i, size in enumerate(x.shape) if size is None] if x.shape.rank else []
        if unknown not in ([], [0]) or x.shape.rank is None:
            return None
        if unknown and batch is None:
            batch = tf.shape(x)[0]
    return batch


know_batch(batch_of_call)
