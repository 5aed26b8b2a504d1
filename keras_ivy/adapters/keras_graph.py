"""The graph of a functional or `Sequential` model: which operation receives a layer's output.

Private names used: `Operation._outbound_nodes`.
"""

import keras

__all__ = ["consumers"]


def consumers(layer: keras.layers.Layer) -> list:
    """Return the layers and operations that receive what a layer puts out, in order of use.

    Outside functional and `Sequential` models nothing is known, and the list is empty.
    """
    return [node.operation for node in getattr(layer, "_outbound_nodes", ())]
