"""Fan rules of Ivy's layers, whose kernels have PyTorch's order `(out, in)`.

Ivy itself passes the channels of a convolution as its fans, without the window; see the `fans`
argument of the layers. The rules here give the true ones, as `initialize_model` uses them.
"""

import keras

from keras_ivy.initializers import Geometry, register_fans
from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.fans.geometry import kernel_geometry
from keras_ivy.initializers.fans.heads import divided, register_heads
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


@register_fans(Linear)
def linear_fans(layer: Linear, variable: keras.Variable) -> Geometry | None:
    """`y = x W^T`: the columns are summed.

    Example:

    >>> from keras_ivy import fans_of
    >>> fans_of(Linear(3, 5), "w")
    (3, 5)
    """
    geometry = axes_of(layer.v["w"].shape, "linear")
    return {"w": geometry, "b": geometry.of_bias()}.get(variable.name)


@register_fans(Convolution, TransposedConvolution, DepthwiseConv2D)
def convolution_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """Kernels `(*window, in, out)`, `(*window, out, in)` or, by channel, `(*window, channels)`."""
    shape = layer.v["w"].shape
    strides = layer._strides
    if isinstance(layer, DepthwiseConv2D):  # without an axis for the multiplier
        window, channels = tuple(range(layer.rank)), (layer.rank,)
        geometry = kernel_geometry(shape, window=window, blocks=channels, strides=strides)
    elif isinstance(layer, TransposedConvolution):
        geometry = axes_of(shape, "conv_transpose", strides=strides)
    else:
        geometry = axes_of(shape, strides=strides)
    return {"w": geometry, "b": geometry.of_bias()}.get(variable.name)


@register_fans(Embedding)
def embedding_fans(layer: Embedding, variable: keras.Variable) -> Geometry | None:
    """A row is looked up, not summed."""
    if variable.name != "w":
        return None
    return axes_of(variable.shape, "embedding", role="embedding")


@register_fans(LSTM)
def lstm_fans(layer: LSTM, variable: keras.Variable) -> Geometry | None:
    """One matrix for each gate, in every layer."""
    name = next(entry.name for entry in walk(layer) if entry.variable is variable)
    if not name.endswith("/w"):
        return None
    role = "recurrent" if name.startswith("recurrent/") else "kernel"
    return axes_of(variable.shape, "lstm", role=role)


@register_fans(MultiHeadAttention)
def attention_fans(layer: MultiHeadAttention, variable: keras.Variable) -> Geometry | None:
    """Each projection is a matrix of its own, packed or not; all heads together."""
    v = layer.v
    outwards = axes_of(v["out_proj_weights"].shape, "linear")
    if "in_proj_weights" in v:  # query, key and value, one below the other
        inwards = axes_of(v["in_proj_weights"].shape, "linear", gates=3)
    else:
        inwards = axes_of(v["q_proj_weights"].shape, "linear")
    if variable.name in ("q_proj_weights", "k_proj_weights", "v_proj_weights"):
        return axes_of(variable.shape, "linear")
    return {
        "in_proj_weights": inwards,
        "in_proj_bias": inwards.of_bias(),
        "out_proj_weights": outwards,
        "out_proj_bias": outwards.of_bias(),
    }.get(variable.name)


@register_heads(MultiHeadAttention)
def attention_heads(
    layer: MultiHeadAttention, variable: keras.Variable, geometry: Geometry
) -> Geometry | None:
    """Heads stand one below the other in what comes out of a projection, and goes into the last."""
    if variable.name == "out_proj_weights":
        return divided(geometry, geometry.inputs[0], layer.num_heads)
    if variable.name.endswith("_proj_weights"):
        return divided(geometry, geometry.outputs[0], layer.num_heads)
    return None


@register_fans(BatchNorm2D, GroupNorm, LayerNorm)
def norm_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry:
    """Scales and shifts meet one element each; running statistics are state."""
    roles = {"w": "scale", "weight": "scale", "b": "shift", "bias": "shift"}
    return Geometry(1, 1, role=roles.get(variable.name, "state"), normalizes=True)
