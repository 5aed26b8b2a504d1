"""Ivy's layers, as native Keras layers."""

from keras_ivy.layers import fans
from keras_ivy.layers.activations.piecewise import (
    ELU,
    Hardswish,
    LeakyReLU,
    PReLU,
    ReLU,
    ReLU6,
    SeLU,
)
from keras_ivy.layers.activations.smooth import (
    GEGLU,
    GELU,
    Logit,
    LogSigmoid,
    LogSoftmax,
    Mish,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from keras_ivy.layers.conv.conv import Conv1D, Conv2D, Conv3D
from keras_ivy.layers.conv.depthwise import DepthwiseConv2D
from keras_ivy.layers.conv.transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from keras_ivy.layers.dropout import Dropout
from keras_ivy.layers.linear import Identity, Linear
from keras_ivy.layers.losses import BinaryCrossEntropyLoss, CrossEntropyLoss, LogPoissonLoss
from keras_ivy.layers.norm.channel_norm import BatchNorm2D, GroupNorm
from keras_ivy.layers.norm.layer_norm import LayerNorm
from keras_ivy.layers.pooling.adaptive import AdaptiveAvgPool1d, AdaptiveAvgPool2d
from keras_ivy.layers.pooling.pooling import (
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
)
from keras_ivy.layers.sequences.attention import MultiHeadAttention
from keras_ivy.layers.sequences.embedding import Embedding
from keras_ivy.layers.sequences.recurrent import LSTM
from keras_ivy.layers.sequences.recurrent import LSTMOutput as LSTMOutput  # found here by pickles
from keras_ivy.layers.sequential import Sequential
from keras_ivy.layers.spectral import FFT, IFFT, Dct, IDct

__all__ = [
    "ELU",
    "FFT",
    "GEGLU",
    "GELU",
    "IFFT",
    "LSTM",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNorm2D",
    "BinaryCrossEntropyLoss",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "CrossEntropyLoss",
    "Dct",
    "DepthwiseConv2D",
    "Dropout",
    "Embedding",
    "GroupNorm",
    "Hardswish",
    "IDct",
    "Identity",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogPoissonLoss",
    "LogSigmoid",
    "LogSoftmax",
    "Logit",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "Mish",
    "MultiHeadAttention",
    "PReLU",
    "ReLU",
    "ReLU6",
    "SeLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "fans",
]
