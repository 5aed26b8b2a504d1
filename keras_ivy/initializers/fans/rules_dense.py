"""Fan rules of Keras's dense, einsum, embedding, attention and normalisation layers."""

from dataclasses import replace

import keras

from keras_ivy.initializers.fans.axes import axes_of
from keras_ivy.initializers.fans.geometry import Geometry, kernel_geometry
from keras_ivy.initializers.fans.rules import register_fans

__all__ = []

#: Variables that multiply each element by itself.
ELEMENTWISE = {
    "scale": Geometry(1, 1, role="scale"),
    "alpha": Geometry(1, 1, role="scale"),
    "concat_score_weight": Geometry(1, 1, role="scale"),
}
STATE = Geometry(1, 1, role="state")


def find_own(layer: keras.layers.Layer, name: str) -> keras.Variable | None:
    """Return the layer's variable of this name, or None."""
    return next((v for v in layer.variables if v.name == name), None)


def own(layer: keras.layers.Layer, name: str) -> keras.Variable:
    """Return the layer's variable of this name, which it has."""
    return next(v for v in layer.variables if v.name == name)


def is_untrained(variable: keras.Variable) -> bool:
    """Whether a variable is no weight at all, such as a quantized kernel."""
    return "float" not in keras.backend.standardize_dtype(variable.dtype)


# `TernaryDense` came with Keras 3.16, and is no subclass of `Dense`.
@register_fans(keras.layers.Dense)
@register_fans(getattr(keras.layers, "TernaryDense", keras.layers.Dense))
def dense_fans(layer: keras.layers.Dense, variable: keras.Variable) -> Geometry | None:
    """`y = x W`: fan_in and fan_out are the rows and the columns."""
    if is_untrained(variable):
        return STATE
    if variable.name == "bias":
        kernel = own(layer, "kernel")
        fan_in = kernel.shape[0] if kernel is not None else layer.input_spec.axes[-1]
        return Geometry(fan_in, layer.units, role="bias")
    roles = {"kernel": "kernel", "lora_kernel_a": "lora_a", "lora_kernel_b": "lora_b"}
    role = roles.get(variable.name)
    return axes_of(variable.shape, "dense", role=role) if role else None


@register_fans(keras.layers.EinsumDense)
def einsum_dense_fans(layer: keras.layers.EinsumDense, variable: keras.Variable) -> Geometry | None:
    """Axes that the equation sums are inputs; axes that pass through both are blocks."""
    if is_untrained(variable):
        return STATE
    if variable.name == "bias":
        kernel = find_own(layer, "kernel")
        return einsum_geometry(layer, kernel.shape).of_bias() if kernel is not None else None
    if variable.name == "kernel":
        return einsum_geometry(layer, variable.shape)
    if variable.name == "lora_kernel_a":
        # A has the kernel's axes; in the place of the last one stands the rank, used alike.
        return einsum_geometry(layer, variable.shape, "lora_a")
    if variable.name == "lora_kernel_b":
        reverse = len(own(layer, "kernel").shape) - 1 in einsum_axes(layer.equation)[1]
        inputs, outputs = ((1,), (0,)) if reverse else ((0,), (1,))
        return kernel_geometry(variable.shape, inputs=inputs, outputs=outputs, role="lora_b")
    return None


def einsum_axes(equation: str) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Sort the kernel's axes of an `EinsumDense` equation into blocks, inputs and outputs.

    Args:
        equation: `"<input>,<kernel>-><output>"`, an ellipsis allowed outside the kernel.

    Returns:
        Three tuples of positions: axes that are in input and output (independent matrices), axes
        that are not in the output (summed), axes that are not in the input.

    Example:

    >>> einsum_axes("bhi,hio->bho")
    ((0,), (1,), (2,))
    >>> einsum_axes("...x,xy->...y")
    ((), (0,), (1,))
    """
    operands, output = equation.replace(" ", "").split("->")
    inputs, kernel = operands.split(",")
    blocks = tuple(i for i, axis in enumerate(kernel) if axis in inputs and axis in output)
    summed = tuple(i for i, axis in enumerate(kernel) if axis not in output)
    outputs = tuple(i for i, axis in enumerate(kernel) if axis in output and axis not in inputs)
    return blocks, summed, outputs


def einsum_geometry(
    layer: keras.layers.EinsumDense, shape: tuple[int, ...], role: str = "kernel"
) -> Geometry:
    """Geometry of the kernel of an `EinsumDense`.

    An axis of the input that neither kernel nor output has is summed as well, with the same
    weight: it multiplies fan_in, and its size is the input's.
    """
    blocks, inputs, outputs = einsum_axes(layer.equation)
    geometry = kernel_geometry(shape, blocks=blocks, inputs=inputs, outputs=outputs, role=role)
    operands, output = layer.equation.replace(" ", "").split("->")
    operand, kernel = operands.split(",")
    free = [axis for axis in operand if axis not in kernel + output + "."]
    if not free:
        return geometry
    input_shape = layer.get_build_config()["input_shape"]
    ellipsis = len(input_shape) - len(operand.replace("...", ""))
    letters = operand.replace("...", "." * ellipsis)
    fan_in = geometry.fan_in
    for axis in free:
        fan_in *= input_shape[letters.index(axis)] or 1
    return replace(geometry, fan_in=fan_in)


@register_fans(keras.layers.Embedding)
def embedding_fans(layer: keras.layers.Embedding, variable: keras.Variable) -> Geometry | None:
    """A row is looked up, not summed: fan_in is 1, whatever the size of the vocabulary.

    The way back of a `ReversibleEmbedding` is a matrix product like any other, if it has a
    variable of its own; a tied one keeps the fans of the look-up.
    """
    if is_untrained(variable):
        return STATE
    if variable.name == "reverse_embeddings":
        return axes_of(variable.shape, "dense")
    roles = {"embeddings": "embedding", "lora_embeddings_a": "lora_a"}
    if variable.name in roles:
        return axes_of(variable.shape, "embedding", role=roles[variable.name])
    if variable.name == "lora_embeddings_b":
        return axes_of(variable.shape, "dense", role="lora_b")
    return None


@register_fans(keras.layers.AdditiveAttention)
def additive_attention_fans(
    layer: keras.layers.AdditiveAttention, variable: keras.Variable
) -> Geometry | None:
    """Additive attention's `scale` is a weight vector: the score sums over all of its entries."""
    if variable.name == "scale" and len(variable.shape) == 1:
        return kernel_geometry(variable.shape, inputs=(0,))
    return ELEMENTWISE.get(variable.name)


@register_fans(keras.layers.Attention, keras.layers.PReLU)
def elementwise_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry | None:
    """Scales and slopes meet one element each."""
    return ELEMENTWISE.get(variable.name)


@register_fans(
    keras.layers.BatchNormalization,
    keras.layers.GroupNormalization,
    keras.layers.LayerNormalization,
    keras.layers.RMSNormalization,
)
def normalization_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry:
    """Scales and shifts meet one element each; the rest are statistics."""
    roles = {"gamma": "scale", "scale": "scale", "beta": "shift"}
    return Geometry(1, 1, role=roles.get(variable.name, "state"), normalizes=True)


@register_fans(keras.layers.Normalization, keras.layers.STFTSpectrogram)
def fixed_fans(layer: keras.layers.Layer, variable: keras.Variable) -> Geometry:
    """Statistics of a data set and the Fourier kernels are given, never drawn."""
    return STATE


@register_fans(keras.layers.SpectralNormalization)
def spectral_fans(
    layer: keras.layers.SpectralNormalization, variable: keras.Variable
) -> Geometry | None:
    """The estimate of the singular vector is state; the kernel it also holds is its layer's."""
    return STATE if variable.name == "vector_u" else None
