"""Rows of name, arguments, keywords and what NumPy says: arrays, maths, shapes."""

import math

import numpy as np

from tests.networks import oracles

RNG = np.random.default_rng(7)
A = RNG.normal(size=(3, 4)).astype("float32")
B = RNG.normal(size=(3, 4)).astype("float32")
P = np.abs(A) + 0.5
U = RNG.uniform(0.05, 0.95, (3, 4)).astype("float32")
M = RNG.normal(size=(4, 5)).astype("float32")
T = RNG.normal(size=(2, 3, 4)).astype("float32")
S = RNG.normal(size=(3, 3)).astype("float32")
SPD = (S @ S.T + 2 * np.eye(3)).astype("float32")
N = RNG.integers(-9, 9, (3, 4)).astype("int32")
J = RNG.integers(1, 5, (3, 4)).astype("int32")
T1, F1 = np.array([True, True, False, False]), np.array([True, False, True, False])
C3 = RNG.normal(size=(3,)).astype("float32")
Q, K, V = (RNG.normal(size=(2, n, 4)).astype("float32") for n in (3, 5, 5))
SEEN = RNG.random((2, 3, 5)) < 0.7
SEEN[..., 0] = True


#: Rows of name, arguments, keywords, and what NumPy says.
CREATION = [
    ("array", ([[1.0, 2.0]],), {}, np.array([[1.0, 2.0]], "float32")),
    ("array", ([1, 2],), {"dtype": "float64"}, np.array([1.0, 2.0])),
    ("asarray", (A,), {}, A),
    ("native_array", (A,), {}, A),
    ("copy_array", (A,), {}, A),
    ("zeros", ((2, 3),), {}, np.zeros((2, 3), "float32")),
    ("ones", ((2, 3),), {"dtype": "int32"}, np.ones((2, 3), "int32")),
    ("full", ((2, 3), 1.5), {}, np.full((2, 3), 1.5, "float32")),
    ("zeros_like", (A,), {}, np.zeros_like(A)),
    ("ones_like", (N,), {}, np.ones_like(N)),
    ("full_like", (A, 2.0), {}, np.full_like(A, 2.0)),
    ("arange", (5,), {}, np.arange(5, dtype="int32")),
    ("arange", (1.0, 3.0, 0.5), {}, np.arange(1.0, 3.0, 0.5, dtype="float32")),
    ("linspace", (-1.0, 1.0, 5), {}, np.linspace(-1, 1, 5, dtype="float32")),
    ("linspace", (0.0, 1.0), {"num": 4, "endpoint": False}, np.arange(4, dtype="float32") / 4),
    ("logspace", (0.0, 2.0, 3), {}, np.array([1, 10, 100], "float32")),
    ("eye", (3,), {}, np.eye(3, dtype="float32")),
    ("eye", (2, 3), {"k": 1}, np.eye(2, 3, 1, dtype="float32")),
    ("tril", (A,), {"k": -1}, np.tril(A, -1)),
    ("triu", (A,), {"k": 1}, np.triu(A, 1)),
    ("meshgrid", (C3, U[0]), {"indexing": "ij"}, np.meshgrid(C3, U[0], indexing="ij")),
    ("one_hot", (np.array([0, 2]), 3), {}, np.eye(3, dtype="float32")[[0, 2]]),
]

UNARY = [
    (name, (x,), {}, np.asarray(fn(x.astype("float64") if x.dtype == "float32" else x)))
    for name, fn, x in [
        ("abs", np.abs, A),
        ("acos", np.arccos, U),
        ("acosh", np.arccosh, P + 1),
        ("asin", np.arcsin, U),
        ("asinh", np.arcsinh, A),
        ("atan", np.arctan, A),
        ("atanh", np.arctanh, U),
        ("ceil", np.ceil, A),
        ("cos", np.cos, A),
        ("cosh", np.cosh, A),
        ("erf", oracles.erf, A),
        ("exp", np.exp, A),
        ("exp2", np.exp2, A),
        ("expm1", np.expm1, A),
        ("floor", np.floor, A),
        ("isfinite", np.isfinite, np.where(A > 0, A, np.inf).astype("float32")),
        ("log", np.log, P),
        ("log10", np.log10, P),
        ("log1p", np.log1p, P),
        ("log2", np.log2, P),
        ("logical_not", np.logical_not, T1),
        ("negative", np.negative, A),
        ("positive", np.positive, A),
        ("reciprocal", np.reciprocal, P),
        ("round", np.round, 3 * A),
        ("sign", np.sign, A),
        ("sin", np.sin, A),
        ("sinh", np.sinh, A),
        ("sqrt", np.sqrt, P),
        ("square", np.square, A),
        ("tan", np.tan, A),
        ("tanh", np.tanh, A),
        ("trunc", np.trunc, 3 * A),
        ("stop_gradient", np.asarray, A),
        ("relu", lambda x: np.maximum(x, 0), A),
        ("relu6", lambda x: np.clip(x, 0, 6), 5 * A),
        ("sigmoid", oracles.sigmoid, A),
        ("gelu", lambda x: x * (1 + oracles.erf(x / math.sqrt(2))) / 2, A),
        ("softmax", oracles.softmax, A),
        ("log_softmax", lambda x: np.log(oracles.softmax(x)), A),
        ("leaky_relu", lambda x: np.where(x > 0, x, 0.2 * x), A),
        ("silu", lambda x: x * oracles.sigmoid(x), A),
        ("softplus", lambda x: np.log1p(np.exp(x)), A),
        ("softsign", lambda x: x / (1 + np.abs(x)), A),
        ("mish", lambda x: x * np.tanh(np.log1p(np.exp(x))), A),
        ("hardswish", lambda x: x * np.clip(x + 3, 0, 6) / 6, 3 * A),
        ("hardsigmoid", lambda x: np.clip(x + 3, 0, 6) / 6, 3 * A),
        ("elu", lambda x: np.where(x > 0, x, np.exp(x) - 1), A),
        (
            "selu",
            lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
            A,
        ),
        ("logsigmoid", lambda x: np.log(oracles.sigmoid(x)), A),
        ("logit", lambda x: np.log(x / (1 - x)), U),
        ("geglu", lambda x: x[:, :2] * x[:, 2:] * (1 + oracles.erf(x[:, 2:] / 2**0.5)) / 2, A),
    ]
]

BINARY = [
    (name, pair, {}, fn(*pair))
    for name, fn, pair in [
        ("add", np.add, (A, B)),
        ("subtract", np.subtract, (A, B)),
        ("multiply", np.multiply, (A, B)),
        ("divide", np.divide, (A, B)),
        ("floor_divide", np.floor_divide, (N, J)),
        ("remainder", np.remainder, (N, J)),
        ("pow", np.power, (P, B)),
        ("atan2", np.arctan2, (A, B)),
        ("logaddexp", np.logaddexp, (A, B)),
        ("maximum", np.maximum, (A, B)),
        ("minimum", np.minimum, (A, B)),
        ("equal", np.equal, (N, J)),
        ("not_equal", np.not_equal, (N, J)),
        ("greater", np.greater, (N, J)),
        ("greater_equal", np.greater_equal, (N, J)),
        ("less", np.less, (N, J)),
        ("less_equal", np.less_equal, (N, J)),
        ("logical_and", np.logical_and, (T1, F1)),
        ("logical_or", np.logical_or, (T1, F1)),
        ("logical_xor", np.logical_xor, (T1, F1)),
        ("stable_divide", np.divide, (A, P)),
    ]
]

OTHER_MATHS = [
    ("clip", (A, -0.5, 0.5), {}, np.clip(A, -0.5, 0.5)),
    ("where", (A > 0, A, B), {}, np.where(A > 0, A, B)),
    ("leaky_relu", (A,), {"alpha": 0.1}, np.where(A > 0, A, 0.1 * A)),
    ("softmax", (A,), {"axis": 0}, oracles.softmax(A, 0)),
    ("prelu", (A, 0.3), {}, np.where(A > 0, A, 0.3 * A)),
    (
        "gelu",
        (A,),
        {"approximate": True},
        A / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (A + 0.044715 * A**3))),
    ),
    ("nan_to_num", (np.array([np.nan, 1.0], "float32"),), {}, np.array([0.0, 1.0])),
    ("isnan", (np.array([np.nan, 1.0], "float32"),), {}, np.array([True, False])),
    ("isinf", (np.array([np.inf, 1.0], "float32"),), {}, np.array([True, False])),
    ("lerp", (A, B, 0.25), {}, A + 0.25 * (B - A)),
    ("isclose", (A, A + 1e-9), {}, np.full((3, 4), True)),
    ("allclose", (A, A + 1e-9), {}, np.array(True)),
    ("erfc", (A,), {}, 1 - oracles.erf(A)),
    ("diff", (A,), {}, np.diff(A)),
]

REDUCTIONS = [
    (name, (A,), kwargs, fn(A, **kwargs))
    for name, fn in [
        ("sum", np.sum),
        ("mean", np.mean),
        ("prod", np.prod),
        ("max", np.max),
        ("min", np.min),
        ("std", np.std),
        ("var", np.var),
    ]
    for kwargs in ({}, {"axis": 1}, {"axis": (0, 1), "keepdims": True})
] + [
    # The document's spelling: without axes the result has shape (1,), and is read by `[0]`.
    ("reduce_sum", (A,), {}, np.array([A.sum()])),
    ("reduce_mean", (A,), {}, np.array([A.mean()])),
    ("reduce_mean", (A,), {"axis": 1}, A.mean(1)),
    ("reduce_prod", (A,), {"axis": 0}, A.prod(0)),
    ("reduce_max", (A,), {"axis": 1, "keepdims": True}, A.max(1, keepdims=True)),
    ("reduce_min", (A,), {"axis": 1}, A.min(1)),
    ("all", (A > 0,), {"axis": 0}, np.all(A > 0, 0)),
    ("any", (A > 0,), {"axis": 0}, np.any(A > 0, 0)),
    ("var", (A,), {"axis": 0, "correction": 1}, np.var(A, 0, ddof=1)),
    ("std", (A,), {"axis": 0, "correction": 1}, np.std(A, 0, ddof=1)),
    ("argmax", (A,), {"axis": 1}, A.argmax(1)),
    ("argmin", (A,), {"axis": 1}, A.argmin(1)),
    ("cumsum", (A,), {"axis": 1}, A.cumsum(1)),
    ("cumprod", (A,), {"axis": 1}, A.cumprod(1)),
    ("median", (A,), {"axis": 1}, np.median(A, 1)),
    ("logsumexp", (A,), {"axis": 1}, np.log(np.exp(A).sum(1))),
    ("sort", (A,), {"axis": 0}, np.sort(A, 0)),
    ("sort", (A,), {"descending": True}, -np.sort(-A)),
    ("argsort", (A,), {}, np.argsort(A)),
    ("top_k", (A, 2), {}, (-np.sort(-A)[:, :2], np.argsort(-A)[:, :2])),
    ("searchsorted", (np.sort(A[0]), B[0]), {}, np.searchsorted(np.sort(A[0]), B[0])),
    ("nonzero", (N,), {}, np.nonzero(N)),
    ("count_nonzero", (N,), {}, np.count_nonzero(N)),
    ("vector_norm", (A,), {"axis": 1}, np.linalg.norm(A, axis=1)),
    ("vector_norm", (A,), {}, np.linalg.norm(A)),
    ("isin", (N, J), {}, np.isin(N, J)),
    ("unique_values", (N,), {}, np.unique(N)),
]

SHAPES = [
    ("reshape", (T, (6, -1)), {}, T.reshape(6, 4)),
    ("reshape", (T,), {"shape": (6, 4)}, T.reshape(6, 4)),
    ("permute_dims", (T, (2, 0, 1)), {}, T.transpose(2, 0, 1)),
    ("permute_dims", (T,), {"axes": (0, 2, 1)}, T.transpose(0, 2, 1)),
    ("matrix_transpose", (T,), {}, T.swapaxes(-1, -2)),
    ("swapaxes", (T, 0, 2), {}, T.swapaxes(0, 2)),
    ("moveaxis", (T, 0, -1), {}, np.moveaxis(T, 0, -1)),
    ("expand_dims", (A,), {"axis": 1}, A[:, None]),
    ("squeeze", (A[:, None],), {"axis": 1}, A),
    ("flatten", (T,), {}, T.ravel()),
    ("flatten", (T,), {"start_dim": 1}, T.reshape(2, 12)),
    ("concat", ([A, B],), {"axis": -1}, np.concatenate([A, B], -1)),
    ("concat", ((A, B),), {}, np.concatenate([A, B])),
    ("stack", ([A, B],), {"axis": 1}, np.stack([A, B], 1)),
    ("hstack", ([A, B],), {}, np.hstack([A, B])),
    ("vstack", ([A, B],), {}, np.vstack([A, B])),
    ("split", (T,), {"num_or_size_splits": 2, "axis": -1}, np.split(T, 2, -1)),
    ("split", (T,), {"num_or_size_splits": [1, 3], "axis": -1}, np.split(T, [1], -1)),
    ("unstack", (T,), {"axis": 1}, [T[:, i] for i in range(3)]),
    ("tile", (A, (2, 1)), {}, np.tile(A, (2, 1))),
    ("repeat", (A, 2), {"axis": 1}, np.repeat(A, 2, 1)),
    ("broadcast_to", (A, (2, 3, 4)), {}, np.broadcast_to(A, (2, 3, 4))),
    ("flip", (A,), {"axis": 1}, A[:, ::-1]),
    ("roll", (A, 1), {"axis": 1}, np.roll(A, 1, 1)),
    ("pad", (A, [(1, 0), (0, 2)]), {}, np.pad(A, [(1, 0), (0, 2)])),
    ("pad", (A, [(1, 1), (1, 1)]), {"mode": "reflect"}, np.pad(A, 1, mode="reflect")),
    ("zero_pad", (A, [(1, 0), (0, 2)]), {}, np.pad(A, [(1, 0), (0, 2)])),
    (
        "constant_pad",
        (A, [(1, 0), (0, 2)]),
        {"value": 3.0},
        np.pad(A, [(1, 0), (0, 2)], constant_values=3),
    ),
    ("gather", (A, np.array([2, 0])), {"axis": 0}, A[[2, 0]]),
    ("gather", (A, np.array([2, 0])), {}, A[:, [2, 0]]),
    ("gather_nd", (A, np.array([[2, 0], [1, 3]])), {}, A[[2, 1], [0, 3]]),
    ("take_along_axis", (A, np.argsort(A), -1), {}, np.sort(A)),
    (
        "scatter_nd",
        (np.array([[1], [1], [3]]), C3),
        {"shape": (4,), "reduction": "sum"},
        np.array([0, C3[0] + C3[1], 0, C3[2]]),
    ),
    ("einops_rearrange", (T, "b h (w c) -> b (h w) c"), {"c": 2}, T.reshape(2, 6, 2)),
    ("einops_reduce", (T, "b h w -> b w", "mean"), {}, T.mean(1)),
    ("einops_repeat", (A, "h w -> b h w"), {"b": 2}, np.stack([A, A])),
    ("clip_vector_norm", (A, 0.5), {}, A * 0.5 / np.linalg.norm(A)),
    ("astype", (A, "int32"), {}, A.astype("int32")),
    ("get_item", (A, (0, 1)), {}, A[0, 1]),
    ("argwhere", (N,), {}, np.argwhere(N)),
    ("take", (A, np.array([2, 0])), {"axis": 0}, A[[2, 0]]),
]

LINEAR_ALGEBRA = [
    ("matmul", (A, M), {}, A @ M),
    ("matmul", (A, B), {"transpose_b": True}, A @ B.T),
    ("einsum", ("bij,jk->bik", T, M), {}, np.einsum("bij,jk->bik", T, M)),
    ("einsum", ("ij->ji", A), {}, A.T),
    ("tensordot", (T, M), {"axes": 1}, np.tensordot(T, M, 1)),
    ("vecdot", (A, B), {}, (A * B).sum(-1)),
    ("dot", (A, M), {}, A @ M),
    ("outer", (A[0], B[0]), {}, np.outer(A[0], B[0])),
    ("inner", (A[0], B[0]), {}, np.inner(A[0], B[0])),
    ("cross", (S, SPD), {}, np.cross(S, SPD)),
    ("diag", (C3,), {}, np.diag(C3)),
    ("diagonal", (S,), {}, np.diagonal(S)),
    ("trace", (S,), {}, np.trace(S)),
    ("det", (S,), {}, np.linalg.det(S)),
    ("inv", (SPD,), {}, np.linalg.inv(SPD)),
    ("solve", (SPD, C3[:, None]), {}, np.linalg.solve(SPD, C3[:, None])),
    ("cholesky", (SPD,), {}, np.linalg.cholesky(SPD)),
    ("pinv", (A,), {}, np.linalg.pinv(A)),
    ("matrix_norm", (A,), {}, np.linalg.norm(A)),
    ("kron", (S, C3), {}, np.kron(S, C3)),
]


MATHS = [
    *CREATION,
    *UNARY,
    *BINARY,
    *OTHER_MATHS,
    *REDUCTIONS,
    *SHAPES,
    *LINEAR_ALGEBRA,
]
