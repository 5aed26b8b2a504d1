"""Layers' arithmetic in plain NumPy loops, the oracle of the functional names."""

import math

import numpy as np

erf = np.vectorize(math.erf)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def conv(x, filters, stride=1, dilation=1):
    """Return the valid convolution of `(N, *spatial, C)` with `(*filter, C, D)`."""
    rank = x.ndim - 2
    sizes = [
        (x.shape[1 + i] - dilation * (filters.shape[i] - 1) - 1) // stride + 1 for i in range(rank)
    ]
    out = np.zeros((len(x), *sizes, filters.shape[-1]))
    for place in np.ndindex(*sizes):
        window = tuple(
            slice(p * stride, p * stride + dilation * (filters.shape[i] - 1) + 1, dilation)
            for i, p in enumerate(place)
        )
        axes = list(range(rank + 1))
        out[(slice(None), *place)] = np.tensordot(
            x[(slice(None), *window)], filters, ([a + 1 for a in axes], axes)
        )
    return out


def depthwise(x, filters):
    """Return the valid convolution of each channel with its own `(h, w)` filter."""
    channels = [
        conv(x[..., c : c + 1], filters[..., c][..., None, None]) for c in range(x.shape[-1])
    ]
    return np.concatenate(channels, axis=-1)


def conv_transpose(x, filters, stride):
    """Return the valid transposed convolution of `(N, *spatial, C)` with `(*filter, D, C)`."""
    rank = x.ndim - 2
    sizes = [x.shape[1 + i] * stride + max(filters.shape[i] - stride, 0) for i in range(rank)]
    out = np.zeros((len(x), *sizes, filters.shape[-2]))
    for place in np.ndindex(*x.shape[1:-1]):
        for tap in np.ndindex(*filters.shape[:rank]):
            to = tuple(p * stride + t for p, t in zip(place, tap, strict=True))
            out[(slice(None), *to)] += x[(slice(None), *place)] @ filters[tap].T
    return out


def pool(x, size, stride, reduce):
    """Return the valid pooling of `(N, *spatial, C)`."""
    rank = x.ndim - 2
    sizes = [(x.shape[1 + i] - size) // stride + 1 for i in range(rank)]
    out = np.zeros((len(x), *sizes, x.shape[-1]))
    for place in np.ndindex(*sizes):
        window = tuple(slice(p * stride, p * stride + size) for p in place)
        out[(slice(None), *place)] = reduce(
            x[(slice(None), *window)], axis=tuple(range(1, rank + 1))
        )
    return out


def adaptive(x, size, reduce):
    """Return the pooling of the last axis of `(N, C, L)` into cells that cover it."""
    length = x.shape[-1]
    cells = [x[..., i * length // size : -(-(i + 1) * length // size)] for i in range(size)]
    return np.stack([reduce(cell, axis=-1) for cell in cells], axis=-1)


def normalise(x, axes, eps=1e-5):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


def attention(q, k, v, mask=None):
    """Return softmax attention of `(N, L, D)`; where the mask is False a key is not seen."""
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
    return softmax(scores if mask is None else np.where(mask, scores, -1e30)) @ v


def halfway(x, size):
    """Return `(N, C, L)` interpolated linearly between the middles of `size` equal cells."""
    length = x.shape[-1]
    at = (np.arange(size) + 0.5) * length / size - 0.5
    at = np.clip(at, 0, length - 1)
    left = np.floor(at).astype(int)
    right = np.minimum(left + 1, length - 1)
    return x[..., left] * (1 - (at - left)) + x[..., right] * (at - left)
