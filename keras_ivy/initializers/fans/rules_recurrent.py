"""Fan rules of Keras's recurrent cells: gates are independent matrices packed side by side.

Each gate has fans of its own, `(inputs, units)`: packing four gates into one variable does not
make a gate's matrix any wider. A convolutional cell counts its window too.
"""

import keras

from keras_ivy.adapters.keras.cells import ConvLSTMCell
from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.rules import register_fans
from keras_ivy.initializers.fans.rules_dense import own

__all__ = []

#: What `layer=` says of a cell, and how many gates it packs if not those of that layer.
CELLS: dict[type, tuple[str, int | None]] = {
    keras.layers.SimpleRNNCell: ("lstm", 1),
    keras.layers.LSTMCell: ("lstm", None),
    keras.layers.GRUCell: ("gru", None),
    ConvLSTMCell: ("conv_lstm", None),
}


@register_fans(*CELLS)
def cell_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """One matrix for each gate; strides belong to the input's kernel, not the recurrent one."""
    kind, gates = next(told for cls, told in CELLS.items() if isinstance(layer, cls))
    if variable.name == "recurrent_kernel":
        return axes_of(variable.shape, kind, gates=gates, role="recurrent")
    if variable.name not in ("kernel", "bias"):
        return None
    strides = layer.strides if isinstance(layer, ConvLSTMCell) else ()
    geometry = axes_of(own(layer, "kernel").shape, kind, gates=gates, strides=strides)
    return geometry if variable.name == "kernel" else geometry.of_bias()
