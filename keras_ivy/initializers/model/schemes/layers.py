"""Schemes that treat each type of layer in its own way."""

import itertools
import math
from collections.abc import Callable, Sequence
from functools import partial

import keras

from keras_ivy.adapters.keras.graph import consumers
from keras_ivy.initializers.base import Initializer
from keras_ivy.initializers.checks import check_number
from keras_ivy.initializers.gains import calculate_gain
from keras_ivy.initializers.kernels.fan_scaled import FanScaled
from keras_ivy.initializers.kernels.uniforms import TorchDefault, XavierUniform
from keras_ivy.initializers.kernels.variance_scaling import VarianceScaling, XavierInitializer
from keras_ivy.initializers.model.plan import NO_START, layer_default
from keras_ivy.initializers.model.rules import InitRule, PerTarget, Scheme
from keras_ivy.initializers.model.start_values import Starts
from keras_ivy.initializers.model.targets import Target
from keras_ivy.typing import InitializerLike
from keras_ivy.utils.exceptions import IvyValueError
from keras_ivy.utils.paths import Match

__all__ = ["AutoScheme", "LayerDefaultScheme", "TorchDefaultScheme"]

#: Activations around zero almost linear, bounded, or none: Xavier's case.
XAVIER_ACTIVATIONS = (
    "hard_sigmoid",
    "hard_tanh",
    "linear",
    "log_softmax",
    "sigmoid",
    "softmax",
    "softsign",
    "tanh",
    "tanh_shrink",
)
_RECURRENT = (keras.layers.LSTMCell, keras.layers.GRUCell, keras.layers.SimpleRNNCell)
_TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)
_SEPARABLE = (keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)
_ATTENTION = (keras.layers.MultiHeadAttention, keras.layers.GroupQueryAttention)
#: Layers that keep the sign of their input, or reorder it, between a kernel and its activation.
_TRANSPARENT = (
    keras.layers.BatchNormalization,
    keras.layers.GroupNormalization,
    keras.layers.LayerNormalization,
    keras.layers.RMSNormalization,
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D,
    keras.layers.Flatten,
    keras.layers.Reshape,
    keras.layers.Identity,
)
_ACTIVATION_LAYERS = (keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.ELU)


class AutoScheme(Scheme):
    """The usual choice for each type of layer and activation.

    Kernels before ReLU and its relatives have the variance `gain ** 2 / fan_in` (He), those
    before tanh, sigmoid, softmax or nothing are Xavier's, recurrent kernels are orthogonal gate
    by gate, embeddings (of positions and tokens, too) have the standard deviation `embedding_std`,
    biases are zero but for LSTM's forget gates. Of two kernels in a row, as in a separable
    convolution, only the one before the activation makes up for it; the other has the variance
    `1 / fan_in`. The activation is the layer's own, or that of the layers that follow it in a
    functional or `Sequential` model, normalisation and dropout in between allowed.

    Args:
        embedding_std: Standard deviation of embeddings, default 0.02.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.ReLU()])
    >>> initialize_model(model, "auto", dry_run=True)["layers/v0/kernel"].scheme
    'VarianceScaling(scale=2.0)'
    """

    __module__ = "keras_ivy.initializers"

    def __init__(self, embedding_std: float = 0.02):
        self.embedding_std = check_number("embedding_std", embedding_std, least=0)

    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules; see `Scheme`."""
        return [
            InitRule(".*", "orthogonal", role="recurrent", required=False),
            *(
                InitRule(
                    ".*",
                    "random_normal",
                    {"stddev": self.embedding_std},
                    role=role,
                    required=False,
                )
                for role in ("embedding", "position")
            ),
            InitRule(_RECURRENT, XavierInitializer(), required=False),
            InitRule(".*", PerTarget(partial(self._by_activation, inner_kernels(targets)))),
        ]

    def _by_activation(self, inner: set[str], target: Target) -> FanScaled:
        activation = activation_after(target.layer)
        if activation is None or getattr(activation, "__name__", "") in XAVIER_ACTIVATIONS:
            return XavierInitializer()
        try:
            gain = calculate_gain(activation)
        except IvyValueError:  # not elementwise: no gain of single units makes up for it
            return XavierInitializer()
        return VarianceScaling(1.0 if target.path in inner else round(gain**2, 8), "fan_in")


def inner_kernels(targets: Sequence[Target]) -> set[str]:
    """Return the paths of kernels whose output goes into another kernel of the same layer.

    A layer that is not known is taken to apply its kernels one after the other if the sizes fit
    in that order, and could not as well stand side by side.
    """
    layers: dict[int, list[Target]] = {}
    for target in sorted(targets, key=lambda target: target.position):
        if target.role == "kernel" and target.geometry.split:
            layers.setdefault(id(target.layer), []).append(target)
    found = set()
    for kernels in layers.values():
        for first, second in itertools.pairwise(kernels):
            sizes = (*_sizes(first), *_sizes(second))
            fit = sizes[1] == sizes[2] and len(set(sizes)) > 1
            if fit or isinstance(first.layer, _SEPARABLE):
                found.add(first.path)
    return found


def _sizes(target: Target) -> tuple[int, int]:
    """How many channels go into a kernel, and come out of it."""
    geometry = target.geometry
    inputs, outputs = (
        math.prod(geometry.split[axis] for axis in (*geometry.blocks, *axes))
        for axes in (geometry.inputs, geometry.outputs)
    )
    return inputs, outputs


def activation_after(layer: keras.layers.Layer) -> Callable | None:
    """Return the activation that follows a layer's kernel, or None.

    Example:

    >>> activation_after(keras.layers.Dense(1, "tanh")).__name__
    'tanh'
    """
    own = getattr(layer, "activation", None)
    if own is not None and own is not keras.activations.linear:
        return own
    while True:
        following = consumers(layer)
        if len(following) != 1:
            return None
        layer = following[0]
        if isinstance(layer, keras.layers.Activation):
            return layer.activation
        if isinstance(layer, _ACTIVATION_LAYERS):
            return layer
        if not isinstance(layer, _TRANSPARENT):
            return None


class LayerDefaultScheme(Scheme):
    """Start anew: each variable by the initializer that its layer was given, with true fans.

    Also resets normalisations and their statistics. Where a layer names no initializer it is
    asked to make the variable anew: a `Module` by `_create_variables`, any other layer by a twin
    that is made of its config. What neither tells (values given to `register_parameter`, buffers,
    statistics of `adapt`) stays, with a warning.
    """

    __module__ = "keras_ivy.initializers"

    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules; see `Scheme`."""
        starts = Starts()

        def start(target: Target) -> Initializer | None:
            own = layer_default(target)
            return starts.of(target) if own is None else own

        return [InitRule(".*", PerTarget(start, NO_START), role="any")]


class TorchDefaultScheme(Scheme):
    """What PyTorch's layers start with, for models that were tuned there.

    Kernels and biases of linear and convolution layers `U(-1 / sqrt(fan_in), 1 / sqrt(fan_in))`;
    recurrent layers the same with the number of units; embeddings `N(0, 1)`; attention Xavier's
    range over query, key and value together, its output as a linear layer, its biases zero.

    Note:
        PyTorch counts the output channels of a transposed convolution as its `fan_in`; so does
        this scheme.

    Reference: `torch.nn.Linear`, `Conv*d`, `ConvTranspose*d`, `LSTM`, `GRU`, `RNN`,
    `Embedding` and `MultiheadAttention`.
    """

    __module__ = "keras_ivy.initializers"

    def rules(self, targets: Sequence[Target]) -> list[InitRule]:
        """Return the rules; see `Scheme`."""

        def optional(
            match: Match, initializer: InitializerLike | PerTarget, role: str = "weight"
        ) -> InitRule:
            return InitRule(match, initializer, role=role, required=False)

        def recurrent(target: Target) -> TorchDefault:
            return TorchDefault(fans=(target.layer.units, None))

        def transposed(target: Target) -> TorchDefault:
            return TorchDefault(fans=(target.geometry.fan_out, None))

        def attention(target: Target) -> XavierUniform:
            fan_in, fan_out = target.geometry.fans
            return XavierUniform(fans=(fan_in, 3 * fan_out))

        return [
            optional(".*", "random_normal(stddev=1.0)", "embedding"),
            *(optional(_RECURRENT, PerTarget(recurrent), role) for role in ("weight", "bias")),
            *(optional(_TRANSPOSED, PerTarget(transposed), role) for role in ("weight", "bias")),
            optional(".*(query|key|value)_dense", PerTarget(attention)),
            optional(_ATTENTION, "zeros", "bias"),
            *(optional(".*", TorchDefault(), role) for role in ("weight", "bias")),
        ]
