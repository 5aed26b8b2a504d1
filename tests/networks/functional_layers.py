"""Rows of name, arguments, keywords and what NumPy says: layers, norms, losses."""

import numpy as np

from tests.networks import oracles

RNG = np.random.default_rng(7)
A = RNG.normal(size=(3, 4)).astype("float32")
B = RNG.normal(size=(3, 4)).astype("float32")
U = RNG.uniform(0.05, 0.95, (3, 4)).astype("float32")
M = RNG.normal(size=(4, 5)).astype("float32")
T = RNG.normal(size=(2, 3, 4)).astype("float32")
X1 = RNG.normal(size=(2, 7, 3)).astype("float32")
X2 = RNG.normal(size=(2, 6, 6, 3)).astype("float32")
X3 = RNG.normal(size=(2, 4, 4, 4, 3)).astype("float32")
W1 = RNG.normal(size=(3, 3, 2)).astype("float32")
W2 = RNG.normal(size=(3, 3, 3, 2)).astype("float32")
W3 = RNG.normal(size=(2, 2, 2, 3, 2)).astype("float32")
V1 = RNG.normal(size=(3, 2, 3)).astype("float32")
V2 = RNG.normal(size=(2, 2, 2, 3)).astype("float32")
V3 = RNG.normal(size=(2, 2, 2, 2, 3)).astype("float32")
D2 = RNG.normal(size=(3, 3, 3)).astype("float32")
C3 = RNG.normal(size=(3,)).astype("float32")
G3 = np.abs(RNG.normal(size=(3,))).astype("float32") + 0.1
Q, K, V = (RNG.normal(size=(2, n, 4)).astype("float32") for n in (3, 5, 5))
SEEN = RNG.random((2, 3, 5)) < 0.7
SEEN[..., 0] = True
PROBS = oracles.softmax(A)
ONEHOT = np.eye(4, dtype="float32")[[0, 3, 1]]


def mse(a, b):
    return np.mean((a - b) ** 2)


LAYERS = [
    ("linear", (A, M.T), {"bias": M[0]}, A @ M + M[0]),
    ("linear", (T, M.T), {}, T @ M),
    ("conv1d", (X1, W1, 2, "VALID"), {}, oracles.conv(X1, W1, 2)),
    ("conv2d", (X2, W2, 1, "VALID"), {"dilations": 2}, oracles.conv(X2, W2, 1, 2)),
    (
        "conv2d",
        (X2, W2, 1, "SAME"),
        {},
        oracles.conv(np.pad(X2, [(0, 0), (1, 1), (1, 1), (0, 0)]), W2),
    ),
    (
        "conv2d",
        (np.moveaxis(X2, -1, 1), W2, 2, [(1, 0), (0, 1)]),
        {"data_format": "NCHW", "bias": C3[:2]},
        np.moveaxis(
            oracles.conv(np.pad(X2, [(0, 0), (1, 0), (0, 1), (0, 0)]), W2, 2) + C3[:2], -1, 1
        ),
    ),
    ("conv3d", (X3, W3, 1, "VALID"), {}, oracles.conv(X3, W3)),
    ("conv1d_transpose", (X1, V1, 2, "VALID"), {}, oracles.conv_transpose(X1, V1, 2)),
    ("conv2d_transpose", (X2, V2, 2, "VALID"), {}, oracles.conv_transpose(X2, V2, 2)),
    ("conv3d_transpose", (X3, V3, 2, "VALID"), {}, oracles.conv_transpose(X3, V3, 2)),
    ("depthwise_conv2d", (X2, D2, 1, "VALID"), {}, oracles.depthwise(X2, D2)),
    ("max_pool1d", (X1, 2, 2, "VALID"), {}, oracles.pool(X1, 2, 2, np.max)),
    ("max_pool2d", (X2, 2, 2, "VALID"), {}, oracles.pool(X2, 2, 2, np.max)),
    ("max_pool3d", (X3, 2, 2, "VALID"), {}, oracles.pool(X3, 2, 2, np.max)),
    ("avg_pool1d", (X1, 3, 1, "VALID"), {}, oracles.pool(X1, 3, 1, np.mean)),
    ("avg_pool2d", (X2, 3, 2, "VALID"), {}, oracles.pool(X2, 3, 2, np.mean)),
    ("avg_pool3d", (X3, 2, 1, "VALID"), {}, oracles.pool(X3, 2, 1, np.mean)),
    ("adaptive_avg_pool1d", (X1, 2), {}, oracles.adaptive(X1, 2, np.mean)),
    (
        "adaptive_avg_pool2d",
        (X2, (1, 1)),
        {"data_format": "NHWC"},
        X2.mean((1, 2), keepdims=True),
    ),
    ("layer_norm", (T, [-1]), {}, oracles.normalise(T, -1)),
    (
        "fourier_encode",
        (A, 16.0),
        {"num_bands": 3},
        np.concatenate(
            [
                A[..., None],
                np.sin(np.pi * A[..., None] * [1, 8**0.5, 8]),
                np.cos(np.pi * A[..., None] * [1, 8**0.5, 8]),
            ],
            axis=-1,
        ),
    ),
    (
        "fourier_encode",
        (A[:, :2], np.array([6.0, 8.0], "float32")),
        {"num_bands": 3, "linear": True, "flatten": True},
        np.concatenate(
            [A[:, :2]]
            + [
                wave(np.pi * A[:, :2, None] * [[1, 2, 3], [1, 2.5, 4]]).reshape(3, 6)
                for wave in (np.sin, np.cos)
            ],
            axis=-1,
        ),
    ),
    (
        "fourier_encode",
        (A[:, :2], np.array([2.0, 32.0], "float32")),
        {"num_bands": 3, "concat": False, "flatten": True},
        tuple(
            wave(np.pi * A[:, :2, None] * [[1, 1, 1], [1, 4, 16]]).reshape(3, 6)
            for wave in (np.sin, np.cos)
        ),
    ),
    (
        "fourier_encode",
        (A, 6.0),
        {"num_bands": 3, "linear": True, "concat": False},
        (np.sin(np.pi * A[..., None] * [1, 2, 3]), np.cos(np.pi * A[..., None] * [1, 2, 3])),
    ),
    (
        "layer_norm",
        (T, [1, 2]),
        {"scale": A, "offset": B, "eps": 1e-3},
        oracles.normalise(T, (1, 2), 1e-3) * A + B,
    ),
    (
        "batch_norm",
        (X2, C3, G3),
        {"scale": G3, "offset": C3},
        ((X2 - C3) / np.sqrt(G3 + 1e-5) * G3 + C3, C3, G3),
    ),
    (
        "batch_norm",
        (X2, C3, G3),
        {"training": True},
        (
            oracles.normalise(X2, (0, 1, 2)),
            0.9 * C3 + 0.1 * X2.mean((0, 1, 2)),
            0.9 * G3 + 0.1 * X2.reshape(-1, 3).var(0, ddof=1),
        ),
    ),
    (
        "instance_norm",
        (X2, C3, G3),
        {"training": True},
        (
            oracles.normalise(X2, (1, 2)),
            0.9 * C3 + 0.1 * X2.mean((0, 1, 2)),
            0.9 * G3 + 0.1 * X2.var((1, 2), ddof=1).mean(0),
        ),
    ),
    ("group_norm", (X2,), {"num_groups": 1}, oracles.normalise(X2, (1, 2, 3))),
    ("l2_normalize", (A,), {"axis": 1}, A / np.linalg.norm(A, axis=1, keepdims=True)),
    ("scaled_dot_product_attention", (Q, K, V), {}, oracles.attention(Q, K, V)),
    ("scaled_dot_product_attention", (Q, K, V), {"mask": SEEN}, oracles.attention(Q, K, V, SEEN)),
    *(
        ("embedding", (A, np.array([[2, 0]], t)), {}, A[[[2, 0]]])
        for t in ("int64", "uint8", "int8")
    ),
    ("dropout", (A, 0.5), {"training": False}, A),
    ("dropout", (A, 0.0), {}, A),
    (
        "interpolate",
        (X1,),
        {"size": 6, "mode": "linear"},
        oracles.halfway(X1, 6),
    ),
    (
        "interpolate",
        (X2, (12, 12)),
        {"mode": "nearest"},
        X2.repeat(2, 2).repeat(4, 3),
    ),
    (
        "interpolate",
        (X2, (12, 6)),
        {"mode": "bilinear"},
        oracles.halfway(oracles.halfway(X2, 6).swapaxes(-1, -2), 12).swapaxes(-1, -2),
    ),
]

LOSSES = [
    (
        "cross_entropy",
        (ONEHOT, PROBS),
        {"reduction": "sum", "axis": -1},
        -np.log(PROBS)[ONEHOT == 1],
    ),
    (
        "binary_cross_entropy",
        (np.round(U), U),
        {"reduction": "none"},
        -np.where(U > 0.5, np.log(U), np.log(1 - U)),
    ),
    (
        "sparse_cross_entropy",
        (np.array([0, 3, 1]), PROBS),
        {"reduction": "sum"},
        -np.log(PROBS)[ONEHOT == 1],
    ),
    ("mse_loss", (A, B), {}, mse(A, B)),
    ("l1_loss", (A, B), {}, np.abs(A - B).mean()),
    ("huber_loss", (A, B), {"delta": 100.0}, mse(A, B) / 2),
    ("huber_loss", (A, B), {"delta": 1e-6}, 1e-6 * np.abs(A - B).astype("float64").mean()),
]
