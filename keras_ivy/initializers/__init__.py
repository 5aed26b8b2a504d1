"""Initializers: Ivy's schemes and their relatives, for Keras layers and whole models."""

from keras_ivy.initializers.adopted import Adopted, adopt
from keras_ivy.initializers.base import Drawn, Initializer
from keras_ivy.initializers.biases.gates import ChronoBias, ForgetBias
from keras_ivy.initializers.biases.output import OutputBias
from keras_ivy.initializers.fans.geometry import Geometry
from keras_ivy.initializers.fans.lookup import fans_of, geometry_of
from keras_ivy.initializers.fans.options import kernel_fans
from keras_ivy.initializers.fans.rules import register_fans
from keras_ivy.initializers.gains import calculate_gain
from keras_ivy.initializers.kernels.constant import Constant, Ones, Zeros
from keras_ivy.initializers.kernels.convolution import ICNR, DeltaOrthogonal, Dirac
from keras_ivy.initializers.kernels.fan_scaled import FanScaled, KernelInitializer
from keras_ivy.initializers.kernels.normals import (
    KaimingNormal,
    LecunNormal,
    Normal,
    NormalInitializer,
    RandomNormal,
    XavierNormal,
)
from keras_ivy.initializers.kernels.orthogonal import Orthogonal
from keras_ivy.initializers.kernels.residual import (
    DeepNet,
    DepthScaled,
    Fixup,
    GPT2Residual,
    TFixup,
    deepnet_constants,
    depth_scale,
    fixup_scale,
    tfixup_scale,
)
from keras_ivy.initializers.kernels.siren import FirstLayerSiren, Siren
from keras_ivy.initializers.kernels.structured import Identity, Sparse
from keras_ivy.initializers.kernels.truncated import TruncatedNormal
from keras_ivy.initializers.kernels.uniforms import (
    GlorotUniform,
    KaimingUniform,
    LecunUniform,
    TorchDefault,
    Uniform,
    UniformInitializer,
    XavierUniform,
)
from keras_ivy.initializers.kernels.variance_scaling import (
    KaimingInitializer,
    VarianceScaling,
    XavierInitializer,
)
from keras_ivy.initializers.kernels.wrapper import Scaled, Wrapper
from keras_ivy.initializers.model.initialize import initialize_model
from keras_ivy.initializers.model.lsuv.lsuv import lsuv
from keras_ivy.initializers.model.lsuv.report import LSUVReport, LSUVRow
from keras_ivy.initializers.model.report import InitializationReport, InitializationRow
from keras_ivy.initializers.model.rules import InitRule, PerTarget, Rule, Scheme
from keras_ivy.initializers.model.schemes.layers import (
    AutoScheme,
    LayerDefaultScheme,
    TorchDefaultScheme,
)
from keras_ivy.initializers.model.schemes.residual import (
    DeepNetScheme,
    DepthScaledScheme,
    FixupScheme,
    GPT2Scheme,
    TFixupScheme,
    ZeroLastScheme,
)
from keras_ivy.initializers.model.targets import Target
from keras_ivy.initializers.presets import (
    kaiming_normal,
    kaiming_uniform,
    normal,
    uniform,
    xavier_normal,
    xavier_uniform,
)
from keras_ivy.initializers.strings import get, known_names
from keras_ivy.registration import keep_former_files, list_initializers, register

__all__ = [
    "ICNR",
    "Adopted",
    "AutoScheme",
    "ChronoBias",
    "Constant",
    "DeepNet",
    "DeepNetScheme",
    "DeltaOrthogonal",
    "DepthScaled",
    "DepthScaledScheme",
    "Dirac",
    "Drawn",
    "FanScaled",
    "FirstLayerSiren",
    "Fixup",
    "FixupScheme",
    "ForgetBias",
    "GPT2Residual",
    "GPT2Scheme",
    "Geometry",
    "GlorotUniform",
    "Identity",
    "InitRule",
    "InitializationReport",
    "InitializationRow",
    "Initializer",
    "KaimingInitializer",
    "KaimingNormal",
    "KaimingUniform",
    "KernelInitializer",
    "LSUVReport",
    "LSUVRow",
    "LayerDefaultScheme",
    "LecunNormal",
    "LecunUniform",
    "Normal",
    "NormalInitializer",
    "Ones",
    "Orthogonal",
    "OutputBias",
    "PerTarget",
    "RandomNormal",
    "Rule",
    "Scaled",
    "Scheme",
    "Siren",
    "Sparse",
    "TFixup",
    "TFixupScheme",
    "Target",
    "TorchDefault",
    "TorchDefaultScheme",
    "TruncatedNormal",
    "Uniform",
    "UniformInitializer",
    "VarianceScaling",
    "Wrapper",
    "XavierInitializer",
    "XavierNormal",
    "XavierUniform",
    "ZeroLastScheme",
    "Zeros",
    "adopt",
    "calculate_gain",
    "deepnet_constants",
    "depth_scale",
    "fans_of",
    "fixup_scale",
    "geometry_of",
    "get",
    "initialize_model",
    "kaiming_normal",
    "kaiming_uniform",
    "kernel_fans",
    "known_names",
    "list_initializers",
    "lsuv",
    "normal",
    "register",
    "register_fans",
    "tfixup_scale",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
]

# Where public names stood before there were rooms.
_FORMER_FILES = (
    "constant",
    "convolution",
    "geometry",
    "kernel_fans",
    "lsuv",
    "lsuv_report",
    "normals",
    "orthogonal",
    "output_bias",
    "recurrent",
    "report",
    "residual",
    "rules",
    "scaled",
    "schemes_layers",
    "schemes_residual",
    "siren",
    "structured",
    "targets",
    "truncation",
    "uniforms",
    "variance_scaling",
    "wrapper",
)
keep_former_files(__name__, _FORMER_FILES)
