"""Ivy's layers, as native Keras layers."""

from keras_ivy.layers import fans
from keras_ivy.layers.activations import (
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
from keras_ivy.layers.adaptive import AdaptiveAvgPool1d, AdaptiveAvgPool2d
from keras_ivy.layers.attention import MultiHeadAttention
from keras_ivy.layers.channel_norm import BatchNorm2D, GroupNorm
from keras_ivy.layers.conv import Conv1D, Conv2D, Conv3D
from keras_ivy.layers.conv_transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from keras_ivy.layers.depthwise import DepthwiseConv2D
from keras_ivy.layers.dropout import Dropout
from keras_ivy.layers.embedding import Embedding
from keras_ivy.layers.linear import Identity, Linear
from keras_ivy.layers.losses import BinaryCrossEntropyLoss, CrossEntropyLoss, LogPoissonLoss
from keras_ivy.layers.norm import LayerNorm
from keras_ivy.layers.piecewise import ELU, Hardswish, LeakyReLU, PReLU, ReLU, ReLU6, SeLU
from keras_ivy.layers.pooling import (
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
)
from keras_ivy.layers.recurrent import LSTM
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
