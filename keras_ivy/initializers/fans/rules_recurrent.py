"""Fan rules of Keras's recurrent cells: gates are independent matrices packed side by side.

Each gate has fans of its own, `(inputs, units)`: packing four gates into one variable does not
make a gate's matrix any wider. A convolutional cell counts its window too.
"""

import keras

from keras_ivy.adapters.keras.cells import ConvLSTMCell
from keras_ivy.initializers.fans.geometry import Geometry, kernel_geometry, register_fans
from keras_ivy.initializers.fans.rules_dense import own

__all__ = []

#: Gates in the order in which they are packed along the last axis.
GATES = {
    keras.layers.SimpleRNNCell: ("h",),
    keras.layers.LSTMCell: ("i", "f", "c", "o"),
    keras.layers.GRUCell: ("z", "r", "h"),
    ConvLSTMCell: ("i", "f", "c", "o"),
}


def gated_geometry(
    shape: tuple[int, ...], gates: int, *, strides: tuple[int, ...] = (), role: str = "kernel"
) -> Geometry:
    """Geometry of a kernel `(*window, in, gates * units)`; each gate is a block.

    Example:

    >>> gated_geometry((128, 512), 4).fans
    (128, 128)
    """
    rank = len(shape) - 2
    return kernel_geometry(
        (*shape[:-1], gates, shape[-1] // gates),
        window=tuple(range(rank)),
        inputs=(rank,),
        blocks=(rank + 1,),
        outputs=(rank + 2,),
        strides=strides,
        role=role,
    )


@register_fans(*GATES)
def cell_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """One matrix for each gate; strides belong to the input's kernel, not the recurrent one."""
    gates = next(len(names) for cls, names in GATES.items() if isinstance(layer, cls))
    if variable.name == "recurrent_kernel":
        return gated_geometry(variable.shape, gates, role="recurrent")
    if variable.name not in ("kernel", "bias"):
        return None
    strides = layer.strides if isinstance(layer, ConvLSTMCell) else ()
    geometry = gated_geometry(own(layer, "kernel").shape, gates, strides=strides)
    return geometry if variable.name == "kernel" else geometry.of_bias()
