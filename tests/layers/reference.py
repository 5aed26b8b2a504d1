"""Ivy's layers in NumPy, by their definitions: one loop for each sum, nothing else."""

import itertools

import numpy as np


def convolve(x, w, b=None, strides=1, padding=0, dilations=1):
    """Convolution of `x (batch, *spatial, in)` with `w (*window, in, out)`."""
    rank = x.ndim - 2
    strides, dilations = _each(strides, rank), _each(dilations, rank)
    x = np.pad(x, [(0, 0), *_pairs(padding, rank), (0, 0)])
    reach = [(k - 1) * d + 1 for k, d in zip(w.shape, dilations, strict=False)]
    sizes = [(n - r) // s + 1 for n, r, s in zip(x.shape[1:], reach, strides, strict=False)]
    y = np.zeros((x.shape[0], *sizes, w.shape[-1]), x.dtype)
    for at in itertools.product(*map(range, sizes)):
        for k in itertools.product(*map(range, w.shape[:rank])):
            place = tuple(
                i * s + j * d for i, s, j, d in zip(at, strides, k, dilations, strict=True)
            )
            y[(slice(None), *at)] += x[(slice(None), *place)] @ w[k]
    return y if b is None else y + b


def transpose_convolve(x, w, b=None, strides=1, padding=0, dilations=1, sizes=None):
    """Transposed convolution: each input adds the kernel `w (*window, out, in)` at its place.

    The widths of `padding` are cut off before and after; `sizes` cuts or fills up behind.
    """
    rank = x.ndim - 2
    strides, dilations = _each(strides, rank), _each(dilations, rank)
    reach = [(k - 1) * d + 1 for k, d in zip(w.shape, dilations, strict=False)]
    full = [(n - 1) * s + r for n, s, r in zip(x.shape[1:], strides, reach, strict=False)]
    y = np.zeros((x.shape[0], *full, w.shape[-2]), x.dtype)
    for at in itertools.product(*map(range, x.shape[1:-1])):
        for k in itertools.product(*map(range, w.shape[:rank])):
            place = tuple(
                i * s + j * d for i, s, j, d in zip(at, strides, k, dilations, strict=True)
            )
            y[(slice(None), *place)] += x[(slice(None), *at)] @ w[k].T
    for axis, (before, after) in enumerate(_pairs(padding, rank), start=1):
        end = y.shape[axis] - after if sizes is None else before + sizes[axis - 1]
        if end > y.shape[axis]:
            widths = [(0, 0)] * y.ndim
            widths[axis] = (0, end - y.shape[axis])
            y = np.pad(y, widths)
        y = np.take(y, range(before, end), axis=axis)
    return y if b is None else y + b


def depthwise_convolve(x, w, b=None, strides=1, padding=0, dilations=1):
    """Convolution of each channel with `w (*window, channels)`."""
    columns = [
        convolve(x[..., [c]], w[..., [c]][..., None], None, strides, padding, dilations)
        for c in range(x.shape[-1])
    ]
    y = np.concatenate(columns, axis=-1)
    return y if b is None else y + b


def average_pool(x, window, strides, padding):
    """Mean of the entries of each window that are not padding."""
    rank = x.ndim - 2
    ones = np.ones(x.shape[1:-1])[None, ..., None]
    kernel = np.ones((*_each(window, rank), 1, 1))
    count = convolve(ones, kernel, None, strides, padding)
    sums = [
        convolve(x[..., [c]].astype("float64"), kernel, None, strides, padding)
        for c in range(x.shape[-1])
    ]
    return (np.concatenate(sums, axis=-1) / count).astype(x.dtype)


def same_padding(size, window, stride=1, dilation=1):
    """The widths that TensorFlow's "SAME" adds before and after an axis."""
    total = max((-(-size // stride) - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def attention(v, query, key, value, num_heads, mask=None):
    """Multi-head attention of batches; `mask` is added to scores of shape (N, H, L, S)."""
    if "in_proj_weights" in v:
        wq, wk, wv = np.split(v["in_proj_weights"], 3)
    else:
        wq, wk, wv = (v[f"{n}_proj_weights"] for n in "qkv")
    bq, bk, bv = np.split(v["in_proj_bias"], 3)
    q, k, val = query @ wq.T + bq, key @ wk.T + bk, value @ wv.T + bv
    out = []
    for h in range(num_heads):
        part = slice(h * q.shape[-1] // num_heads, (h + 1) * q.shape[-1] // num_heads)
        scores = np.einsum("nld,nsd->nls", q[..., part], k[..., part])
        scores = scores / np.sqrt(q[..., part].shape[-1])
        scores = scores if mask is None else scores + np.broadcast_to(mask, scores.shape)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights = weights / weights.sum(-1, keepdims=True)
        out.append(weights @ val[..., part])
    return np.concatenate(out, -1) @ v["out_proj_weights"].T + v["out_proj_bias"]


def lstm(v, x, num_layers):
    """Outputs `(batch, time, out)` and the last states of layers in their natural order."""
    hs, cs = [], []
    for i in range(num_layers):
        w, u = v[f"input/layer_{i}/w"], v[f"recurrent/layer_{i}/w"]
        h = c = np.zeros((x.shape[0], u.shape[0]), x.dtype)
        steps = []
        for t in range(x.shape[1]):
            i_, f, g, o = np.split(x[:, t] @ w + h @ u, 4, axis=-1)
            c = sigmoid(f) * c + sigmoid(i_) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            steps.append(h)
        x = np.stack(steps, axis=1)
        hs.append(h)
        cs.append(c)
    return x, hs, cs


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _each(value, rank):
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _pairs(padding, rank):
    if isinstance(padding, int):
        return [(padding, padding)] * rank
    return [tuple(p) for p in padding]
