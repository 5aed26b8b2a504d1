"""Tell, while a function is traced, whether XLA is going to compile it.

Private name used: `tensorflow.python.ops.control_flow_util.GraphOrParentsInXlaContext`.

TensorFlow's functions do not tell it when they are traced, so that one which has been called by
itself is compiled as it was traced then. An operation that XLA lacks fails there and says so; call
such a function inside `jit_compile` first, or make it anew.
"""

import tensorflow as tf
from tensorflow.python.ops import control_flow_util


def is_compiling() -> bool:
    """Whether the code that runs now is being traced for XLA."""
    if tf.executing_eagerly():
        return False
    return control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph())
