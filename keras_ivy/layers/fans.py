"""Fan rules of Ivy's layers, whose kernels have PyTorch's order `(out, in)`.

Ivy itself passes the channels of a convolution as its fans, without the window; see the `fans`
argument of the layers. The rules here give the true ones, as `initialize_model` uses them.
"""

from dataclasses import replace
from typing import Any

import keras

from keras_ivy.initializers import Geometry, register_fans
from keras_ivy.initializers.fans.geometry import kernel_geometry
from keras_ivy.layers.conv.conv import Convolution
from keras_ivy.layers.conv.depthwise import DepthwiseConv2D
from keras_ivy.layers.conv.transpose import TransposedConvolution
from keras_ivy.layers.linear import Linear
from keras_ivy.layers.norm.channel_norm import BatchNorm2D, GroupNorm
from keras_ivy.layers.norm.layer_norm import LayerNorm
from keras_ivy.layers.sequences.attention import MultiHeadAttention
from keras_ivy.layers.sequences.embedding import Embedding
from keras_ivy.layers.sequences.recurrent import LSTM
from keras_ivy.structure import walk

__all__ = []

#: Gates packed along the last axis of an LSTM's matrices: input, forget, cell, output.
LSTM_GATES = 4


def _reversed_matrix(shape: tuple[int, ...]) -> Geometry:
    return kernel_geometry(shape, outputs=(0,), inputs=(1,))


@register_fans(Linear)
def linear_fans(layer: Linear, variable: keras.Variable) -> Geometry | None:
    """`y = x W^T`: the columns are summed.

    Example:

    >>> from keras_ivy import fans_of
    >>> fans_of(Linear(3, 5), "w")
    (3, 5)
    """
    geometry = _reversed_matrix(layer.v["w"].shape)
    return {"w": geometry, "b": geometry.of_bias()}.get(variable.name)


@register_fans(Convolution, TransposedConvolution, DepthwiseConv2D)
def convolution_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """Kernels `(*window, in, out)`, `(*window, out, in)` or, by channel, `(*window, channels)`."""
    shape = layer.v["w"].shape
    window = tuple(range(layer.rank))
    first, second = (layer.rank,), (layer.rank + 1,)
    if isinstance(layer, DepthwiseConv2D):
        axes: dict[str, Any] = {"blocks": first}
    elif isinstance(layer, TransposedConvolution):
        axes = {"outputs": first, "inputs": second, "transposed": True}
    else:
        axes = {"inputs": first, "outputs": second}
    geometry = kernel_geometry(shape, window=window, strides=layer._strides, **axes)
    return {"w": geometry, "b": geometry.of_bias()}.get(variable.name)


@register_fans(Embedding)
def embedding_fans(layer: Embedding, variable: keras.Variable) -> Geometry | None:
    """A row is looked up, not summed."""
    if variable.name != "w":
        return None
    table = kernel_geometry(variable.shape, inputs=(0,), outputs=(1,), role="embedding")
    return replace(table, fan_in=1)


@register_fans(LSTM)
def lstm_fans(layer: LSTM, variable: keras.Variable) -> Geometry | None:
    """One matrix for each gate, in every layer."""
    name = next(entry.name for entry in walk(layer) if entry.variable is variable)
    if not name.endswith("/w"):
        return None
    rows, columns = variable.shape
    return kernel_geometry(
        (rows, LSTM_GATES, columns // LSTM_GATES),
        inputs=(0,),
        blocks=(1,),
        outputs=(2,),
        role="recurrent" if name.startswith("recurrent/") else "kernel",
    )


@register_fans(MultiHeadAttention)
def attention_fans(layer: MultiHeadAttention, variable: keras.Variable) -> Geometry | None:
    """Each projection is a matrix of its own, packed or not; all heads together."""
    v = layer.v
    outwards = _reversed_matrix(v["out_proj_weights"].shape)
    if "in_proj_weights" in v:
        rows, columns = v["in_proj_weights"].shape
        inwards = kernel_geometry((3, rows // 3, columns), blocks=(0,), outputs=(1,), inputs=(2,))
    else:
        inwards = _reversed_matrix(v["q_proj_weights"].shape)
    if variable.name in ("q_proj_weights", "k_proj_weights", "v_proj_weights"):
        return _reversed_matrix(variable.shape)
    return {
        "in_proj_weights": inwards,
        "in_proj_bias": inwards.of_bias(),
        "out_proj_weights": outwards,
        "out_proj_bias": outwards.of_bias(),
    }.get(variable.name)


@register_fans(BatchNorm2D, GroupNorm, LayerNorm)
def norm_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry:
    """Scales and shifts meet one element each; running statistics are state."""
    roles = {"w": "scale", "weight": "scale", "b": "shift", "bias": "shift"}
    return Geometry(1, 1, role=roles.get(variable.name, "state"), normalizes=True)
