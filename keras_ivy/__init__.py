"""Ivy's stateful API, native in Keras 3: initializers, layers, optimizers and containers.

`import keras_ivy as ivy` reads like Ivy; `import keras_ivy` beside `import keras` reads like
Keras. Importing registers every class and string name with Keras.
"""

# Several names a line: one a line would be a thousand lines.
# fmt: off
# isort: off
from typing import TYPE_CHECKING

from keras_ivy.utils import requirements as _requirements  # noqa: F401  it says what is missing
from keras_ivy import (
    diagnostics, drop_in, initializers, layers, ops, optimizers, stateful, utils,
)
from keras_ivy.container import Container
from keras_ivy.functional import (
    assign_variables, execute_with_gradients, functional_call, grad, jac, jvp, requires_gradient,
    value_and_grad, variables, vjp,
)
from keras_ivy.second_order import exact_second_order
from keras_ivy.module import Module, convert_weights
from keras_ivy.arrays import (
    ArrayMode, PreciseMode, set_array_mode, set_precise_mode, unset_array_mode,
    unset_precise_mode,
)
from keras_ivy.layers import (
    ELU, FFT, GEGLU, GELU, IFFT, LSTM, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AvgPool1D,
    AvgPool2D, AvgPool3D, BatchNorm2D, BinaryCrossEntropyLoss, Conv1D, Conv1DTranspose, Conv2D,
    Conv2DTranspose, Conv3D, Conv3DTranspose, CrossEntropyLoss, Dct, DepthwiseConv2D, Dropout,
    Embedding, GroupNorm, Hardswish, IDct, Identity, LayerNorm, LeakyReLU, Linear,
    LogPoissonLoss, LogSigmoid, LogSoftmax, Logit, MaxPool1D, MaxPool2D, MaxPool3D, Mish,
    MultiHeadAttention, PReLU, ReLU, ReLU6, SeLU, Sequential, SiLU, Sigmoid, Softmax, Softplus,
    Tanh,
)
from keras_ivy.optimizers import *
from keras_ivy.initializers import (
    ICNR, ChronoBias, Constant, DeepNet, DeepNetScheme, DeltaOrthogonal, DepthScaled,
    DepthScaledScheme, Dirac, FanScaled, FirstLayerSiren, Fixup, FixupScheme, ForgetBias,
    GPT2Residual, GPT2Scheme, GlorotUniform, InitRule, Initializer, KaimingInitializer,
    KaimingNormal, KaimingUniform, KernelInitializer, LSUVReport, LSUVRow, LecunNormal,
    LecunUniform, Normal, NormalInitializer, Ones, Orthogonal, OutputBias, RandomNormal, Siren,
    Sparse, TFixup, TFixupScheme, TorchDefault, TorchDefaultScheme, TruncatedNormal, Uniform,
    UniformInitializer, VarianceScaling, XavierInitializer, XavierNormal, XavierUniform,
    ZeroLastScheme, Zeros, calculate_gain, fans_of, initialize_model, kaiming_normal,
    kaiming_uniform, lsuv, normal, register_fans, uniform, xavier_normal, xavier_uniform,
)
from keras_ivy.diagnostics import (
    ActivationStats, Diagnosis, Finding, GradientStats, WeightStats, compare_initializations,
    compare_training, diagnose, weight_stats,
)
from keras_ivy.ops import *
from keras_ivy.ops.arrays import random
from keras_ivy.ops.ivy import devices as device
from keras_ivy.utils import exceptions
from keras_ivy.ops.ivy.left_out import sentence as _sentence
from keras_ivy.registration import list_initializers
from keras_ivy.version import __version__

__all__ = [
    "ELU", "FFT", "GEGLU", "GELU", "ICNR", "IFFT", "LSTM", "ActivationStats",
    "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "ArrayMode", "AvgPool1D", "AvgPool2D", "AvgPool3D",
    "BatchNorm2D", "BinaryCrossEntropyLoss", "ChronoBias", "Constant", "Container", "Conv1D",
    "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose",
    "CrossEntropyLoss", "Dct", "DeepNet", "DeepNetScheme", "DeltaOrthogonal", "DepthScaled",
    "DepthScaledScheme", "DepthwiseConv2D", "Diagnosis", "Dirac", "Dropout", "Embedding",
    "FanScaled", "Finding", "FirstLayerSiren", "Fixup", "FixupScheme", "ForgetBias",
    "GPT2Residual", "GPT2Scheme", "GlorotUniform", "GradientStats", "GroupNorm", "Hardswish",
    "IDct", "Identity", "InitRule", "Initializer", "KaimingInitializer", "KaimingNormal",
    "KaimingUniform", "KernelInitializer", "LSUVReport", "LSUVRow", "LayerNorm", "LeakyReLU",
    "LecunNormal", "LecunUniform", "Linear", "LogPoissonLoss", "LogSigmoid", "LogSoftmax",
    "Logit", "MaxPool1D", "MaxPool2D", "MaxPool3D", "Mish", "Module", "MultiHeadAttention",
    "Normal", "NormalInitializer", "Ones", "Orthogonal", "OutputBias", "PReLU", "PreciseMode",
    "RandomNormal", "ReLU", "ReLU6", "SeLU", "Sequential", "SiLU", "Sigmoid", "Siren", "Softmax",
    "Softplus", "Sparse", "TFixup", "TFixupScheme", "Tanh", "TorchDefault", "TorchDefaultScheme",
    "TruncatedNormal", "Uniform", "UniformInitializer", "VarianceScaling", "WeightStats",
    "XavierInitializer", "XavierNormal", "XavierUniform", "ZeroLastScheme", "Zeros",
    "__version__", "assign_variables", "calculate_gain", "compare_initializations",
    "compare_training", "convert_weights", "device", "diagnose", "diagnostics", "drop_in",
    "exact_second_order", "exceptions", "execute_with_gradients", "fans_of", "functional_call",
    "grad", "initialize_model", "initializers", "jac", "jvp", "kaiming_normal", "kaiming_uniform",
    "layers", "list_initializers", "lsuv", "normal", "ops", "optimizers", "random",
    "register_fans", "requires_gradient", "set_array_mode", "set_precise_mode", "stateful",
    "uniform", "unset_array_mode", "unset_precise_mode", "utils", "value_and_grad", "variables",
    "vjp", "weight_stats", "xavier_normal", "xavier_uniform",
]
# Functions and optimizers are listed where they are written, and not again.
if not TYPE_CHECKING:  # as in `ops`
    __all__ += ops.__all__
__all__ += optimizers.__all__


def __dir__() -> list[str]:
    return sorted(__all__)


if not TYPE_CHECKING:  # a checker would take every name for an attribute

    def __getattr__(name: str) -> object:
        """Say why a name of Ivy's is not here, or which name is the nearest."""
        if name.startswith("_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        reason = _sentence(name)
        if reason is not None:
            raise exceptions.IvyAttributeError(f"{reason}. Received: {__name__}.{name}", name=name)
        raise exceptions.IvyNameError(
            f"module {__name__!r} has no attribute {name!r}", name=name, known=__dir__
        )
