"""Tell, while a function is traced, whether `tf.vectorized_map` is going to map it.

No private name is imported, but one is relied on: `tf.vectorized_map` traces what it maps under
the name scope `loop_body`. Nothing public tells it, and the gradients of an array of tensors fail
there.
"""

import tensorflow as tf


def is_mapping() -> bool:
    """Whether the code that runs now is being traced for `tf.vectorized_map`.

    Under a scope of one's own of that name the answer is True as well, at the price of speed.
    """
    if tf.executing_eagerly():
        return False
    graph = tf.compat.v1.get_default_graph()
    while graph is not None:
        if "loop_body" in graph.get_name_scope().split("/"):
            return True
        graph = getattr(graph, "outer_graph", None)
    return False
