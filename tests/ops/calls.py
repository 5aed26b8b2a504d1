"""Every function of the package that takes arrays: how to call it, and what it computes.

A row names arguments, made by `Maker` so that one call can be had with tensors, variables, lists
and NumPy arrays and in every data type, and a function of NumPy's that gives the same numbers.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import scipy.fft
import scipy.integrate
import scipy.linalg
import scipy.special
import tensorflow as tf

#: How arguments arrive.
KINDS = ("tensor", "keras", "variable", "list", "numpy")
#: The data types, by the letters that rows name.
DTYPES = {
    "b": ("bool",),
    "i": ("int8", "uint8", "int32", "int64"),
    "f": ("float16", "bfloat16", "float32", "float64"),
    "c": ("complex64", "complex128"),
}


def wrap(x: np.ndarray, kind: str, dtype: str) -> Any:
    """Return an array in the way a caller may hold it."""
    if kind == "oracle":
        return x.astype(dtype) if "int" in dtype else x
    cast = tf.constant(x) if x.dtype.name == dtype else tf.cast(tf.constant(x), dtype)
    if kind == "tensor":
        return cast
    if kind == "keras":
        return keras.Variable(cast, dtype=dtype, trainable=dtype[0] in "fbc" and dtype != "bool")
    if kind == "variable":
        return tf.Variable(cast)
    if kind == "list":
        return cast.numpy().tolist()
    return cast.numpy()


@dataclasses.dataclass
class Maker:
    """Draws the arguments of one call: the same numbers for every kind and data type.

    Args:
        kind: One of `KINDS`, or `"oracle"` for NumPy arrays of the widest type.
        dtype: The data type of what `x` and its like draw.
        as_numbers: Whether truth values are given as numbers.
    """

    kind: str = "tensor"
    dtype: str = "float32"
    as_numbers: bool = False

    def __post_init__(self):
        self.rng = np.random.default_rng(5)
        self.made = []

    def _give(self, x: np.ndarray, dtype: str | None = None) -> Any:
        x = np.asarray(x)
        x = x.astype("float64") if self.as_numbers and dtype is None else x
        plain = self.as_numbers and dtype is None
        out = x if plain else wrap(x, self.kind, dtype or self.dtype)
        if dtype is None:
            self.made.append(out)
        return out

    def x(self, *shape: int, low: float = -2, high: float = 2) -> Any:
        """Numbers of both signs, exact in every type of floats."""
        u = np.round(self.rng.uniform(low, high, shape) * 32) / 32 + 1 / 128
        v = np.round(self.rng.uniform(low, high, shape) * 32) / 32
        return self._give(self._as(u, v))

    def p(self, *shape: int, low: float = 0.125, high: float = 0.875) -> Any:
        """Numbers between 0 and 1; small positive ones if they are whole."""
        u = np.round(self.rng.uniform(low, high, shape) * 64) / 64
        if "int" in self.dtype:
            u = 1 + np.floor(u * 4)
        return self._give(self._as(u, np.zeros(shape)))

    def _as(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        if self.dtype == "bool":
            return u > np.median(u)
        if "int" in self.dtype:
            return (
                np.abs(np.round(u)).astype("int64")
                if "u" in self.dtype
                else np.round(u).astype("int64")
            )
        return u + 1j * v if "complex" in self.dtype else u

    def square(self, *shape: int) -> Any:
        """Well-conditioned symmetric, positive definite matrices."""
        n = shape[-1]
        a = np.round(self.rng.uniform(-1, 1, shape) * 8) / 8
        if "complex" in self.dtype:
            a = a + 1j * np.round(self.rng.uniform(-1, 1, shape) * 8) / 8
        a = a @ np.conj(np.swapaxes(a, -1, -2)) + n * np.eye(n)
        if self.dtype == "bool" or "int" in self.dtype:
            a = np.abs(np.round(a.real)).astype("int64")
        return self._give(a if self.dtype != "bool" else a > 0)

    def i(self, high: int, *shape: int, dtype: str = "int32") -> Any:
        """Indices below a number."""
        return self._give(self.rng.integers(0, high, shape), dtype)

    def b(self, *shape: int) -> Any:
        """A mask."""
        return self._give(self.rng.random(shape) < 0.5, "bool")

    def given(self, value: Any, dtype: str | None = None) -> Any:
        """An array of certain values."""
        value = np.asarray(value)
        return self._give(value if dtype else self._as(value, np.zeros(value.shape)), dtype)


@dataclasses.dataclass(frozen=True)
class Row:
    """One function.

    Args:
        make: A function of a `Maker` that returns the positional arguments, and perhaps a dict of
            keywords behind them.
        oracle: A function of the same arguments as NumPy arrays; None to compare kinds only.
        types: Letters of `DTYPES` for which the function has a meaning; `B` where truth values are
            numbers to it.
        loose: What bounds are multiplied with.
        container: Whether a Container may stand for the first argument.
        gradient: Whether gradients flow to what is floating point.
        symbolic: Whether the function runs in a functional model.
        draws: Whether results are random, so that other types draw other numbers.
        once: Whether the data type of what is drawn makes no difference.
    """

    make: Callable[[Maker], tuple]
    oracle: Callable | None
    types: str = "bifc"
    loose: float = 1.0
    container: bool = True
    gradient: bool = True
    symbolic: bool = True
    draws: bool = False
    once: bool = False


def call(fn: Callable, made: tuple) -> Any:
    """Call a function with what a row's `make` returned."""
    *args, last = made
    return fn(*args, **last) if type(last) is dict else fn(*made)


ROWS: dict[str, Row] = {}


def row(names: str, make: Callable, oracle: Callable | None, types: str = "bifc", **options: Any):
    """Add a row for one or several functions."""
    for name in names.split():
        assert name not in ROWS, name
        ROWS[name] = Row(make, oracle, types, **options)


def one(g):
    return (g.x(2, 3),)


def small(g):
    return (g.p(2, 3),)


def below_one(g):
    whole = g.dtype == "bool" or "int" in g.dtype
    return (g.given([[1, 1], [1, 1]] if whole else [[0.25, 0.5], [0.75, 0.125]]),)


def two(g):
    return g.x(2, 3), g.x(3)


def positive(g):
    return g.p(2, 3), g.p(3)


def skew(v):
    """The matrices of the cross product, from the sign of each permutation."""
    signs = np.zeros((3, 3, 3), int)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        signs[i, j, k], signs[i, k, j] = -1, 1
    wide = v.astype("int64") if v.dtype.kind in "iu" else v
    return np.einsum("...k,ijk->...ij", wide, signs).astype(v.dtype)


def sgn(x):
    return np.sign(x)


# fmt: off
# Elementwise, of one array.
for _name, _np, _types in (
    ("abs", np.abs, "bifc"), ("asinh", np.arcsinh, "Bifc"), ("atan", np.arctan, "Bifc"),
    ("conj", np.conj, "bifc"), ("cos", np.cos, "Bifc"), ("cosh", np.cosh, "Bifc"),
    ("exp", np.exp, "Bifc"), ("expm1", np.expm1, "Bifc"), ("imag", np.imag, "bifc"),
    ("isfinite", np.isfinite, "bifc"), ("isinf", np.isinf, "bifc"), ("isnan", np.isnan, "bifc"),
    ("logical_not", np.logical_not, "bifc"), ("negative", np.negative, "ifc"),
    ("positive", lambda x: x, "bifc"), ("real", np.real, "bifc"), ("sign", sgn, "ifc"),
    ("sin", np.sin, "Bifc"), ("sinh", np.sinh, "Bifc"), ("square", np.square, "bifc"),
    ("tan", np.tan, "Bifc"), ("exp2", np.exp2, "Bifc"),
    ("deg2rad", np.deg2rad, "Bif"), ("rad2deg", np.rad2deg, "Bif"),
    ("erf", scipy.special.erf, "Bif"),
    ("erfc", scipy.special.erfc, "Bif"), ("bitwise_invert", np.invert, "bi"),
    ("ceil", np.ceil, "bif"), ("floor", np.floor, "bif"), ("trunc", np.trunc, "bif"),
    ("round", np.round, "bifc"), ("stop_gradient", lambda x: x, "bifc"),
):
    row(_name, one, _np, _types)
for _name, _np, _types in (
    ("acos", np.arccos, "Bifc"), ("asin", np.arcsin, "Bifc"), ("atanh", np.arctanh, "Bifc"),
    ("log", np.log, "Bifc"), ("log10", np.log10, "Bifc"), ("log1p", np.log1p, "Bifc"),
    ("log2", np.log2, "Bifc"), ("reciprocal", lambda x: 1 / x, "ifc"),
    ("rsqrt", lambda x: 1 / np.sqrt(x), "Bifc"), ("sqrt", np.sqrt, "Bifc"),
):
    row(_name, below_one, _np, _types)
row("acosh", lambda g: (g.given([[1.5, 2.5], [1.25, 4.0]]),), np.arccosh, "Bifc")


# Elementwise, of two arrays.
for _name, _np, _types in (
    ("add", np.add, "bifc"), ("subtract", np.subtract, "ifc"), ("multiply", np.multiply, "bifc"),
    ("equal", np.equal, "bifc"), ("not_equal", np.not_equal, "bifc"),
    ("less", np.less, "bif"), ("less_equal", np.less_equal, "bif"),
    ("greater", np.greater, "bif"), ("greater_equal", np.greater_equal, "bif"),
    ("maximum", np.maximum, "bif"), ("minimum", np.minimum, "bif"), ("fmin", np.fmin, "bif"),
    ("logical_and", np.logical_and, "bifc"), ("logical_or", np.logical_or, "bifc"),
    ("logical_xor", np.logical_xor, "bifc"), ("bitwise_and", np.bitwise_and, "bi"),
    ("bitwise_or", np.bitwise_or, "bi"), ("bitwise_xor", np.bitwise_xor, "bi"),
    ("atan2", np.arctan2, "Bif"), ("logaddexp", np.logaddexp, "Bif"),
    ("squared_difference", lambda a, b: np.square(np.subtract(a, b)), "ifc"),
):
    row(_name, two, _np, _types)
for _name, _np, _types in (
    ("divide", np.divide, "Bifc"), ("floor_divide", np.floor_divide, "if"),
    ("fmod", np.fmod, "if"), ("remainder", np.mod, "if"), ("pow", np.power, "ifc"),
):
    row(_name, positive, _np, _types)
row("bitwise_left_shift", positive, np.left_shift, "i")
row("bitwise_right_shift", positive, np.right_shift, "i")
row("lerp", lambda g: (g.x(2, 3), g.x(3), g.p(3)), lambda a, b, w: a + w * (b - a), "ifc")
row("stable_divide", positive, lambda a, b: a / (b + 1e-12), "Bifc")
row("stable_pow", positive, lambda a, b: np.power(a + 1e-5, b), "Bifc")
row("where", lambda g: (g.b(2, 3), g.x(2, 3), g.x(3)), np.where)
row(
    "clip",
    lambda g: (g.x(2, 3), -0.5, 1.0) if g.dtype[0] != "u" else (g.x(2, 3), 0, 1),
    lambda x, a, b: np.clip(x, a, b),
    "if",
)
row(
    "nan_to_num",
    lambda g: (
        g.given([1.0, float("nan"), float("inf")]) if "float" in g.dtype else g.x(3),
        {"posinf": 3.0},
    ),
    lambda x, **k: np.nan_to_num(x, **k),
    "bifc",
)
row(
    "clip_vector_norm",
    lambda g: (g.x(2, 3), 0.5),
    lambda x, m: x * min(1, m / np.linalg.norm(x)),
    "Bifc",
)
row("isclose", two, np.isclose, "bifc")
row("allclose", two, np.allclose, "bifc")
row("isin", lambda g: (g.given([[1, 0], [1, 0]]), g.given([1, 0, 1])), np.isin, "bifc")
row(
    "unique_values",
    lambda g: (g.given([[1, 0], [1, 1]]),),
    lambda x: np.unique(x),
    "bif",
    symbolic=False,
    gradient=False,
)
row("argwhere", lambda g: (g.given([[1, 0], [0, 1]]),), np.argwhere, symbolic=False)
row("nonzero", lambda g: (g.given([[1, 0], [0, 1]]),), np.nonzero, symbolic=False)
row("count_nonzero", lambda g: (g.given([[1, 0], [0, 1]]),), np.count_nonzero)

# Reductions.
for _name, _np, _types in (
    ("all", np.all, "bifc"), ("any", np.any, "bifc"), ("max", np.max, "bif"),
    ("min", np.min, "bif"), ("mean", np.mean, "bifc"), ("sum", np.sum, "bifc"),
    ("prod", np.prod, "bifc"), ("median", np.median, "Bif"), ("std", np.std, "bifc"),
    ("var", np.var, "bifc"), ("logsumexp", scipy.special.logsumexp, "Bif"),
):
    row(_name, one, _np, _types)
    if _name in ("max", "mean", "min", "prod", "std", "sum", "var"):
        row(f"reduce_{_name}", one, lambda x, f=_np: f(x, keepdims=True).reshape(1), _types)
row("argmax", one, np.argmax, "bif")
row("argmin", one, np.argmin, "bif")
row("cumsum", one, lambda x: np.cumsum(x, 0), "bifc")
row("cumprod", one, lambda x: np.cumprod(x, 0), "bifc")
row("diff", one, np.diff)
row("sort", one, np.sort, "bif")
row("argsort", one, lambda x: np.argsort(x, kind="stable"), "bif")
row("searchsorted", lambda g: (g.given([0, 1, 1]), g.given([1, 0])), np.searchsorted, "bif")
row(
    "top_k",
    lambda g: (g.given([[1, 0, 3], [0, 3, 1]]), 2),
    lambda x, k: (np.sort(x)[:, ::-1][:, :k], np.argsort(-x.astype(float), kind="stable")[:, :k]),
    "bif",
)

# Shapes.
row("broadcast_arrays", two, np.broadcast_arrays)
row("broadcast_to", lambda g: (g.x(3), (2, 3)), np.broadcast_to)
row("concat", lambda g: ([g.x(2, 3), g.x(1, 3)],), np.concatenate, container=False)
row("stack", lambda g: ([g.x(2, 3), g.x(2, 3)],), np.stack, container=False)
row("hstack", lambda g: ([g.x(2, 3), g.x(2, 1)],), np.hstack, container=False)
row("vstack", lambda g: ([g.x(2, 3), g.x(1, 3)],), np.vstack, container=False)
row("dstack", lambda g: ([g.x(2, 3), g.x(2, 3)],), np.dstack, container=False)
row("expand_dims", one, lambda x: x[None])
row("flatten", one, np.ravel)
row("flip", one, np.flip)
row("moveaxis", lambda g: (g.x(2, 3, 4), 0, -1), np.moveaxis)
row("permute_dims", lambda g: (g.x(2, 3, 4), (2, 0, 1)), np.transpose)
row("transpose", one, np.transpose)
row("swapaxes", lambda g: (g.x(2, 3, 4), 0, 2), np.swapaxes)
row("repeat", lambda g: (g.x(2, 3), 2), np.repeat)
row("reshape", lambda g: (g.x(2, 3), (3, -1)), np.reshape)
row("roll", lambda g: (g.x(2, 3), 1), np.roll)
row(
    "split",
    lambda g: (g.x(4, 3), {"num_or_size_splits": 2}),
    lambda x, num_or_size_splits: np.split(x, num_or_size_splits),
)
row("hsplit", lambda g: (g.x(2, 4), 2), np.hsplit)
row("vsplit", lambda g: (g.x(4, 2), [1]), np.vsplit)
row("dsplit", lambda g: (g.x(2, 1, 4), 2), np.dsplit)
row("squeeze", lambda g: (g.x(2, 1, 3),), np.squeeze)
row("tile", lambda g: (g.x(2, 3), (2, 1)), np.tile)
row("unstack", one, lambda x: list(x))
row("atleast_1d", lambda g: (g.x(),), np.atleast_1d)
row("atleast_2d", lambda g: (g.x(3),), np.atleast_2d)
row("atleast_3d", lambda g: (g.x(2, 3),), np.atleast_3d)
row("einops_rearrange", lambda g: (g.x(2, 3), "a b -> b a"), lambda x, p: x.T)
row("einops_repeat", lambda g: (g.x(2, 3), "a b -> a b 2"), lambda x, p: np.stack([x, x], -1))
row("einops_reduce", lambda g: (g.x(2, 3), "a b -> a", "sum"), lambda x, p, r: x.sum(1), "ifc")

# Indices and borders.
row("pad", lambda g: (g.x(2, 3), (1, 2)), np.pad)
row("zero_pad", lambda g: (g.x(2, 3), [(0, 1), (1, 0)]), np.pad)
row(
    "constant_pad",
    lambda g: (g.x(2, 3), (1, 2), {"value": 1}),
    lambda x, w, value: np.pad(x, w, constant_values=value),
)
row("gather", lambda g: (g.x(2, 3), g.i(3, 4)), lambda x, i: np.take(x, i, -1))
row("gather_nd", lambda g: (g.x(2, 3), g.i(2, 4, 2)), lambda x, i: x[i[:, 0], i[:, 1]])
row("take", lambda g: (g.x(2, 3), g.i(3, 4), {"axis": 1}), np.take)
row("take_along_axis", lambda g: (g.x(2, 3), g.i(3, 2, 2), 1), np.take_along_axis)
row("get_item", lambda g: (g.x(4, 3), g.i(4, 2)), lambda x, i: x[i])


def _set(x, i, v, copy):
    x = x.copy()
    x[i] = v
    return x


def _scatter(i, u, shape):
    out = np.zeros(shape, u.dtype)
    np.add.at(out, tuple(i.T), u)
    return out


row("set_item", lambda g: (g.x(4, 3), g.given([2, 0], "int32"), g.x(3), {"copy": True}), _set)
row("scatter_nd", lambda g: (g.given([[0], [2], [0]], "int32"), g.x(3), (3,)), _scatter, "ifc")
row("one_hot", lambda g: (g.given([0, 2], "int32"), 3), lambda i, n: np.eye(n)[i], "f", once=True)
row("embedding", lambda g: (g.x(4, 3), g.i(4, 2, 2)), lambda w, i: w[i])

# Creation.
row("array asarray native_array copy_array", one, lambda x: x)
row("variable", one, lambda x: x, symbolic=False, gradient=False)
row("astype cast", lambda g: (g.x(2, 3), g.dtype), lambda x, d: x)
row("zeros_like empty_like", one, np.zeros_like, gradient=False)
row("ones_like", one, np.ones_like, gradient=False)
row("full_like", lambda g: (g.x(2, 3), 1), np.full_like, gradient=False)
row("tril", lambda g: (g.x(3, 3),), np.tril)
row("triu", lambda g: (g.x(3, 3),), np.triu)
row("meshgrid", lambda g: (g.x(2), g.x(3)), np.meshgrid)
row(
    "linspace", lambda g: (g.x(2), g.x(2), 3), lambda a, b, n: np.linspace(a, b, n, axis=-1), "Bifc"
)
row(
    "logspace",
    lambda g: (g.p(2), g.p(2), 3),
    lambda a, b, n: np.logspace(a, b, n, axis=0),
    "Bifc",
    loose=8,
)
row("full", lambda g: ((2, 3), g.x()), lambda s, x: np.full(s, x), container=False)
row(
    "arange",
    lambda g: (g.given(1), g.given(4)),
    np.arange,
    "if",
    container=False,
    symbolic=False,
    gradient=False,
)
row("to_numpy to_list", one, lambda x: x, symbolic=False, gradient=False)
row("to_scalar", lambda g: (g.x(),), lambda x: x, symbolic=False, gradient=False)
row("to_device", lambda g: (g.x(2, 3), "cpu"), lambda x, d: x)
row("shape", one, np.shape, gradient=False, symbolic=False)
row("size", one, np.size, gradient=False, symbolic=False)
row("get_num_dims", one, np.ndim, gradient=False, symbolic=False)
row("array_equal all_equal", lambda g: (g.x(2, 3), g.x(2, 3)), np.array_equal, symbolic=False)
row("has_nans", one, lambda x: False, symbolic=False, container=False)

# Linear algebra.
row("matmul", lambda g: (g.x(2, 3), g.x(3, 4)), np.matmul, loose=4)
row("dot", lambda g: (g.x(2, 3), g.x(3)), np.dot, loose=4)
row("inner", lambda g: (g.x(2, 3), g.x(4, 3)), np.inner, loose=4)
row("outer", lambda g: (g.x(2), g.x(3)), np.outer)
row("einsum", lambda g: ("ij,jk->ik", g.x(2, 3), g.x(3, 2)), np.einsum, "ifc", loose=4)
row("vecdot", lambda g: (g.x(2, 3), g.x(2, 3)), lambda a, b: np.sum(a * b, -1), "ifc", loose=4)
row("tensordot", lambda g: (g.x(2, 3), g.x(2, 3)), np.tensordot, loose=4)
row("cross", lambda g: (g.x(2, 3), g.x(2, 3)), np.cross, "ifc", loose=4)
row("kron", lambda g: (g.x(2, 3), g.x(2, 2)), np.kron)
row("matrix_transpose", lambda g: (g.x(2, 3, 4),), lambda x: np.swapaxes(x, -1, -2))
row("diag", lambda g: (g.x(3),), np.diag)
row("diagonal", lambda g: (g.x(2, 3, 3),), lambda x: np.diagonal(x, axis1=-2, axis2=-1))
row("trace", lambda g: (g.x(3, 3),), np.trace)
row("vector_norm", one, lambda x: np.linalg.norm(np.abs(x).astype(float)), loose=4)
row("matrix_norm", one, np.linalg.norm, "Bifc", loose=4)
row("matrix_power", lambda g: (g.x(3, 3), 3), np.linalg.matrix_power, "ifc", loose=16)
row("det", lambda g: (g.square(3, 3),), np.linalg.det, "ifc", loose=16)
row("slogdet", lambda g: (g.square(3, 3),), np.linalg.slogdet, "ifc", loose=16)
row("inv", lambda g: (g.square(3, 3),), np.linalg.inv, "ifc", loose=16)
row("pinv", lambda g: (g.square(3, 3),), np.linalg.pinv, "ifc", loose=64)
row("solve", lambda g: (g.square(3, 3), g.x(3)), np.linalg.solve, "ifc", loose=16)
row("cholesky", lambda g: (g.square(3, 3),), np.linalg.cholesky, "ifc", loose=16)
row(
    "svd",
    lambda g: (g.square(3, 3), {"compute_uv": False}),
    lambda x, compute_uv: np.linalg.svd(x, compute_uv=False),
    "ifc",
    loose=16,
)
row("qr", lambda g: (g.square(3, 3),), lambda x: np.linalg.qr(x), "ifc", loose=64)
row("eigh", lambda g: (g.square(3, 3),), None, "ifc")

# Activations.
row("sigmoid", one, lambda x: 1 / (1 + np.exp(-x)), "fc")
row("tanh", one, np.tanh, "fc")
row("silu", one, lambda x: x / (1 + np.exp(-x)), "fc")
row("mish", one, lambda x: x * np.tanh(np.log(1 + np.exp(x))), "fc")
row("softplus", one, lambda x: np.log(1 + np.exp(x)), "fc")
row("softsign", one, lambda x: x / (1 + np.abs(x)), "f")
row("logsigmoid", one, lambda x: -np.log(1 + np.exp(-x)), "fc")
row("softmax", one, lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True), "fc")
row("log_softmax", one, lambda x: x - np.log(np.exp(x).sum(-1, keepdims=True)), "fc")
row("logit", small, lambda x: np.log(x / (1 - x)), "fc")
row("elu", one, lambda x: np.where(x > 0, x, np.exp(x) - 1), "f")
row("celu", one, lambda x: np.where(x > 0, x, np.exp(x) - 1), "f")
row("selu", one, lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772
    * (np.exp(x) - 1)), "f")
row("gelu", one, lambda x: x * (1 + scipy.special.erf(x / math.sqrt(2))) / 2, "f", loose=100)
row("geglu", lambda g: (g.x(2, 4),), lambda x: x[:, :2] * x[:, 2:] * (1 + scipy.special.erf(
    x[:, 2:] / math.sqrt(2))) / 2, "f", loose=100)


def _re(f):
    """An activation that takes complex numbers by their real parts, which are never 0 here."""
    return lambda x: f(x, x.real)


row("relu", one, _re(lambda x, r: np.where(r > 0, x, 0)), "ifc")
row("relu6", one, _re(lambda x, r: np.where(r > 0, np.where(r > 6, 6, x), 0)), "ifc")
row("leaky_relu", one, _re(lambda x, r: np.where(r > 0, x, 0.2 * x)), "fc", loose=100)
row("prelu", lambda g: (g.x(2, 3), g.p(3)), lambda x, s: np.where(x > 0, x, s * x), "f")
row("hardswish", one, lambda x: x * (x + 3) / 6, "fc")
row("hardsigmoid", one, lambda x: np.clip(x + 3, 0, 6) / 6, "f")
row("hardtanh", one, lambda x: np.clip(x, -1, 1), "if")
row("hardshrink", one, lambda x: np.where(np.abs(x) > 0.5, x, 0), "f")
row("softshrink", one, lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0), "f")
row("tanhshrink", one, lambda x: x - np.tanh(x), "f", loose=8)
row("thresholded_relu", one, lambda x: np.where(x > 0, x, 0), "f")

# Layers as functions. The values of convolutions, attention and pooling are tested against Ivy's
# elsewhere: here, those of float64 are what other types and kinds of arguments are held against.
row("linear", lambda g: (g.x(2, 3), g.x(4, 3), g.x(4)), lambda x, w, b: x @ w.T + b, "ifc", loose=4)
row("dropout", lambda g: (g.x(2, 3), 0.5, {"seed": 3}), None, "f", draws=True)
row("dropout1d", lambda g: (g.x(2, 3, 4), 0.5, {"training": False}), lambda x, p, **k: x, "bifc")
row("dropout2d", lambda g: (g.x(2, 3, 2, 4), 0.5, {"training": False}), lambda x, p, **k: x, "bifc")
row(
    "dropout3d",
    lambda g: (g.x(2, 3, 2, 2, 4), 0.5, {"training": False}),
    lambda x, p, **k: x,
    "bifc",
)
row(
    "conv1d",
    lambda g: (g.x(2, 5, 2), g.x(3, 2, 4), 1, "SAME", {"bias": g.x(4)}),
    None,
    "f",
    loose=8,
)
row(
    "conv2d",
    lambda g: (g.x(2, 5, 4, 2), g.x(3, 2, 2, 4), 1, 1, {"bias": g.x(4)}),
    None,
    "f",
    loose=8,
)
row("conv3d", lambda g: (g.x(1, 3, 4, 3, 2), g.x(2, 2, 2, 2, 3), 1, "VALID"), None, "f", loose=8)
row("depthwise_conv2d", lambda g: (g.x(2, 5, 4, 2), g.x(3, 2, 2), 1, "SAME"), None, "f", loose=8)
row("conv1d_transpose", lambda g: (g.x(2, 3, 2), g.x(3, 4, 2), 2, "SAME"), None, "f", loose=8)
row(
    "conv2d_transpose", lambda g: (g.x(2, 3, 2, 2), g.x(3, 2, 4, 2), 2, "VALID"), None, "f", loose=8
)
row(
    "conv3d_transpose", lambda g: (g.x(1, 2, 3, 2, 2), g.x(2, 2, 2, 3, 2), 1, 1), None, "f", loose=8
)
for _n in (1, 2, 3):
    _shape = (2, *(5, 4, 3)[:_n], 2)
    row(f"max_pool{_n}d", lambda g, s=_shape: (g.x(*s), 3, 2, 1), None, "if")
    row(f"avg_pool{_n}d", lambda g, s=_shape: (g.x(*s), 3, 2, 1), None, "f", loose=4)
row("adaptive_avg_pool1d", lambda g: (g.x(2, 3, 5), 2), None, "f", loose=4)
row("adaptive_avg_pool2d", lambda g: (g.x(2, 5, 4, 3), 2), None, "f", loose=4)
row("adaptive_max_pool2d", lambda g: (g.x(2, 3, 5, 4), 2), None, "if")
row("adaptive_max_pool3d", lambda g: (g.x(1, 2, 5, 4, 3), 2), None, "if")
row("interpolate", lambda g: (g.x(2, 3, 4, 5), (6, 3)), None, "f", loose=4)
row(
    "layer_norm",
    lambda g: (g.x(2, 3), [-1], {"scale": g.x(3), "offset": g.x(3)}),
    lambda x, a, scale, offset: (
        (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * scale + offset
    ),
    "f",
    loose=8,
)
row(
    "batch_norm",
    lambda g: (g.x(4, 3), g.x(3), g.p(3), {"scale": g.x(3), "offset": g.x(3)}),
    lambda x, m, v, scale, offset: ((x - m) / np.sqrt(v + 1e-5) * scale + offset, m, v),
    "f",
    loose=8,
)
row(
    "instance_norm",
    lambda g: (g.x(2, 4, 3), g.x(3), g.p(3), {"training": True}),
    None,
    "f",
    loose=8,
)
row(
    "group_norm",
    lambda g: (g.x(2, 4, 4), 2, {"scale": g.x(4), "offset": g.x(4)}),
    None,
    "f",
    loose=8,
)
row("l1_normalize", one, lambda x: x / np.abs(x).sum(), "Bifc")
row("l2_normalize", one, lambda x: x / np.linalg.norm(x), "Bifc")
row("lp_normalize", one, lambda x: x / np.linalg.norm(x), "Bifc")
row(
    "scaled_dot_product_attention",
    lambda g: (
        g.x(2, 3, 4),
        g.x(2, 5, 4),
        g.x(2, 5, 3),
        {"mask": g.given(np.ones((3, 5)), "bool")},
    ),
    None,
    "f",
    loose=8,
)
row(
    "multi_head_attention",
    lambda g: (
        g.x(2, 3, 4),
        {
            "num_heads": 2,
            "attention_mask": g.given(np.triu(np.ones((3, 3)), 1), "bool"),
            "in_proj_weights": g.x(12, 4),
            "in_proj_bias": g.x(12),
            "out_proj_weights": g.x(4, 4),
            "out_proj_bias": g.x(4),
        },
    ),
    None,
    "f",
    loose=16,
)
row(
    "lstm_update",
    lambda g: (g.x(2, 3, 2), g.x(2, 4), g.x(2, 4), g.x(2, 16), g.x(4, 16), g.x(16), g.x(16)),
    None,
    "f",
    loose=16,
)
row("fourier_encode", lambda g: (g.x(2), 4.0, {"num_bands": 2}), None, "f", loose=16)
row("fft", lambda g: (g.x(2, 4), -1), lambda x, n: np.fft.fft(x), "ifc")
row("ifft", lambda g: (g.x(2, 4), -1), lambda x, n: np.fft.ifft(x), "ifc")
row("dct", lambda g: (g.x(2, 4),), scipy.fft.dct, "f", loose=4)
row(
    "idct",
    lambda g: (g.x(2, 4), {"norm": "ortho"}),
    lambda x, norm: scipy.fft.idct(x, norm=norm),
    "f",
    loose=4,
)

# Losses.
row(
    "cross_entropy",
    lambda g: (g.p(2, 3), g.p(2, 3)),
    lambda t, p: (-t * np.log(p)).mean(),
    "f",
    loose=4,
)
row(
    "sparse_cross_entropy",
    lambda g: (g.i(3, 2), g.p(2, 3)),
    lambda t, p: (-np.eye(3)[t] * np.log(p)).mean(-1),
    "f",
    loose=4,
)
row(
    "binary_cross_entropy",
    lambda g: (g.p(2, 3), g.p(2, 3)),
    lambda t, p: np.mean(-t * np.log(p + 1e-7) - (1 - t) * np.log(1 - p + 1e-7)),
    "f",
    loose=8,
)
row("log_poisson_loss", lambda g: (g.p(2, 3), g.p(2, 3)), lambda t, p: np.exp(p) - t * p, "f")
row("l1_loss", lambda g: (g.x(2, 3), g.x(2, 3)), lambda a, b: np.abs(a - b).mean(), "f", loose=4)
row(
    "mse_loss", lambda g: (g.x(2, 3), g.x(2, 3)), lambda a, b: np.square(a - b).mean(), "f", loose=4
)
row(
    "huber_loss smooth_l1_loss",
    lambda g: (g.x(2, 3), g.x(2, 3)),
    lambda a, b: np.where(np.abs(a - b) < 1, (a - b) ** 2 / 2, np.abs(a - b) - 0.5).mean(),
    "f",
    loose=4,
)

# Draws: with a seed, equal for every kind of argument.
row(
    "random_uniform random_normal",
    lambda g: (
        g.given([0.0, 1.0]),
        g.given([2.0, 3.0]),
        {"seed": 1, "dtype": g.dtype if "float" in g.dtype else "float32"},
    ),
    None,
    "if",
    draws=True,
    symbolic=False,
    container=False,
)
row(
    "randint",
    lambda g: (g.given(0, "int32"), g.given(9, "int32"), {"seed": 1, "shape": (4,)}),
    None,
    "f",
    once=True,
    symbolic=False,
    container=False,
)
row(
    "bernoulli",
    lambda g: (g.p(3), {"seed": 1}),
    None,
    "bif",
    draws=True,
    symbolic=False,
    gradient=False,
)
row(
    "multinomial",
    lambda g: (3, 4, {"probs": g.p(2, 3), "seed": 1}),
    None,
    "bif",
    draws=True,
    symbolic=False,
    gradient=False,
    container=False,
)
row("shuffle", lambda g: (g.x(4, 3), {"seed": 1}), None, draws=True, symbolic=False)

# What was added for programs of Ivy's: special functions, statistics, matrices, places.
for _name, _np, _types in (
    ("angle", np.angle, "Bifc"), ("fix", np.fix, "If"), ("signbit", np.signbit, "if"),
    ("sinc", np.sinc, "Bif"), ("isreal", np.isreal, "bifc"), ("i0", scipy.special.i0, "Bif"),
    ("amax", np.amax, "if"), ("amin", np.amin, "if"), ("nansum", np.nansum, "if"),
    ("nanprod", np.nanprod, "if"), ("nanmean", np.nanmean, "Bif"), ("nanmin", np.nanmin, "if"),
    ("nanmedian", np.nanmedian, "Bif"), ("corrcoef", np.corrcoef, "Bif"),
    ("fliplr", np.fliplr, "bifc"), ("flipud", np.flipud, "bifc"), ("rot90", np.rot90, "bifc"),
    ("msort", lambda x: np.sort(x, axis=0), "if"), ("diagflat", np.diagflat, "bifc"),
    ("adjoint", lambda x: np.conj(x.T), "bifc"),
    ("trapz", scipy.integrate.trapezoid, "Bif"),
):
    row(_name, one, _np, _types)
row("cov", one, np.cov, "Bif", loose=4)
row("higher_order_moment", lambda g: (g.x(4, 3), 2),
    lambda x, n: np.mean(x[:, :, None] * x[:, None, :], axis=0), "Bif", loose=4)
for _name, _np, _types in (
    ("digamma", scipy.special.digamma, "If"), ("lgamma", scipy.special.gammaln, "Bif"),
):
    row(_name, small, _np, _types, loose=8)
row("erfinv", below_one, scipy.special.erfinv, "Bif", loose=4)
for _name, _np, _types in (
    ("copysign", np.copysign, "Bif"), ("fmax", np.fmax, "bif"), ("hypot", np.hypot, "Bif"),
    ("logaddexp2", np.logaddexp2, "Bif"), ("heaviside", np.heaviside, "Bif"),
):
    row(_name, two, _np, _types, loose=4)
for _name, _np, _types in (
    ("gcd", np.gcd, "i"), ("lcm", np.lcm, "i"), ("xlogy", scipy.special.xlogy, "Bif"),
    ("trunc_divide", lambda a, b: np.trunc(a / b), "If"),
):
    row(_name, positive, _np, _types, loose=4)
row("float_power", positive, np.float_power, "bifc", once=True, loose=4)
row("ldexp", lambda g: (g.x(2, 3), g.i(3, 3)), lambda a, b: a * 2.0**b, "Bif")
row("zeta", lambda g: (g.given([1.5, 3.0]), g.given([1.0, 2.0])), scipy.special.zeta, "f", loose=8)
row("igamma", lambda g: (g.p(2, 3), {"x": g.p(2, 3)}), lambda a, x: scipy.special.gammainc(a, x),
    "f", loose=8)
row("polyval", lambda g: (g.x(3), g.x(2, 3)), np.polyval, "ifc", loose=4)
row("quantile", lambda g: (g.x(2, 3), [0.25, 0.5]), np.quantile, "Bif", loose=4)
row("bincount", lambda g: (g.given([1, 0, 2, 1]),), np.bincount, "i", symbolic=False)
row("cummax", one, lambda x: (np.maximum.accumulate(x, 0), (x[1] >= x[0]) * [[0], [1]]), "if")
row("cummin", one, lambda x: np.minimum.accumulate(x, 0), "if")
row("lexsort", lambda g: (g.given([[1, 0, 1], [0, 1, 0]]),), np.lexsort, "if")
row("invert_permutation", lambda g: (g.given([2, 0, 1, 3], "int32"),), np.argsort, "f", once=True)
for _name in ("all", "counts", "inverse"):
    row(
        f"unique_{_name}",
        lambda g: (g.given([[1, 0], [1, 1]]),),
        lambda x, n=_name: (lambda v, i, j, c: {"all": (v, i, j, c), "counts": (v, c),
            "inverse": (v, j)}[n])(*(a.reshape(x.shape) if k == 2 else a for k, a in enumerate(
                np.unique(x, return_index=True, return_inverse=True, return_counts=True)))),
        "bif", symbolic=False, gradient=False,
    )
row("multi_dot", lambda g: ([g.x(2, 3), g.x(3, 4), g.x(4, 2)],), np.linalg.multi_dot, "ifc",
    container=False, loose=8)
row("matrix_exp", lambda g: (g.square(2, 2),), scipy.linalg.expm, "Bifc", loose=64)
row("svdvals", lambda g: (g.square(3, 3),), lambda x: np.linalg.svd(x)[1], "Bifc", loose=8)
row("eigvalsh", lambda g: (g.square(3, 3),), np.linalg.eigvalsh, "Bifc", loose=16)
row("eigvals", lambda g: (g.given([[2, 0], [0, 2]]),), np.linalg.eigvals, "f", once=True,
    gradient=False)
row("eig", lambda g: (g.given([[2, 0], [0, 2]]),), np.linalg.eig, "f", once=True, gradient=False)
row("matrix_rank", lambda g: (g.square(3, 3),), np.linalg.matrix_rank, "Bifc", gradient=False)
row("cond", lambda g: (g.square(3, 3),), np.linalg.cond, "Bifc", loose=32)
row("clip_matrix_norm", lambda g: (g.square(3, 3), 0.5),
    lambda x, m: x * min(1, m / np.linalg.norm(x, 2)), "Bifc", loose=16)
row("solve_triangular", lambda g: (g.square(3, 3), g.x(3, 2)),
    lambda a, b: scipy.linalg.solve_triangular(a, b), "Bifc", loose=16)
row("vander", lambda g: (g.x(3), {"N": 3}), lambda x, N: np.vander(x, N), "ifc")
row("vector_to_skew_symmetric_matrix", lambda g: (g.x(2, 3),), skew, "ifc")
row("general_inner_product", lambda g: (g.x(2, 3), g.x(2, 3)), lambda a, b: np.sum(a * b), "ifc",
    loose=4)
row("batched_outer", lambda g: ([g.x(2, 3), g.x(2, 2)],),
    lambda xs: xs[0][:, :, None] * xs[1][:, None, :], "bifc", container=False)
row("expand", lambda g: (g.x(1, 3), (2, 4, -1)), lambda x, s: np.broadcast_to(x, (2, 4, 3)))
row("unflatten", lambda g: (g.x(4, 3), 0, (2, -1)), lambda x, d, s: x.reshape(2, 2, 3))
row("column_stack", lambda g: ([g.x(2, 3), g.x(2)],), np.column_stack, container=False)
row("concat_from_sequence", lambda g: ([g.x(2, 3), g.x(2, 3)], {"new_axis": 1}),
    lambda xs, new_axis: np.stack(xs), container=False)
row("scatter_flat", lambda g: (g.given([0, 2, 0], "int32"), g.x(3), {"size": 4}),
    lambda i, x, size: np.array([x[0] + x[2], 0, x[1], 0]), "ifc", container=False)
row("trilu", lambda g: (g.x(3, 3), {"k": 1}), lambda x, k: np.triu(x, k))
row("eye_like", one, lambda x: np.eye(2, 3), "bifc", gradient=False)
row("fill_diagonal", lambda g: (g.x(3, 3), g.x(3)), lambda x, v: x + np.diag(v - np.diag(x)) if
    x.dtype != bool else np.where(np.eye(3) > 0, v, x))
row("unravel_index", lambda g: (g.i(6, 4), (2, 3)), np.unravel_index, "f", once=True)
row("put_along_axis", lambda g: (g.x(2, 3), g.i(3, 2, 1), g.x(2, 1), 1),
    lambda x, i, v, a: np.where(np.arange(3) == i, v, x))
for _name, _np in (
    ("sum", lambda x, i, n: np.stack([x[0] + x[2], x[1]])),
    ("mean", lambda x, i, n: np.stack([(x[0] + x[2]) / 2, x[1]])),
    ("min", lambda x, i, n: np.stack([np.minimum(x[0], x[2]), x[1]])),
):
    row(f"unsorted_segment_{_name}", lambda g: (g.x(3, 2), g.given([0, 1, 0], "int32"), 2), _np,
        {"sum": "ifc", "mean": "Ifc", "min": "if"}[_name])
row("pad_sequence", lambda g: ([g.x(2, 3), g.x(1, 3)],),
    lambda xs: np.stack([xs[0], np.concatenate([xs[1], 0 * xs[1]])], 1), container=False)
row("kl_div", lambda g: (g.x(2, 3), g.p(2, 3)), lambda i, t: (t * (np.log(t) - i)).mean(), "f",
    loose=4)
row("hinge_embedding_loss", lambda g: (g.x(4), g.given([1, -1, 1, -1], "int32")),
    lambda i, t: np.where(t == 1, i, np.maximum(0, 1 - i)).mean(), "f", loose=4)
row("soft_margin_loss", lambda g: (g.x(4), g.given([1, -1, 1, -1], "int32")),
    lambda i, t: np.log1p(np.exp(-t * i)).mean(), "f", loose=4)
row("poisson_nll_loss", lambda g: (g.x(2, 3), g.p(2, 3)),
    lambda i, t: (np.exp(i) - t * i).mean(), "f", loose=8)
row("wasserstein_loss_generator", one, lambda x: -x.mean(), "f", loose=4)
row("wasserstein_loss_discriminator", two, lambda r, f: f.mean() - r.mean(), "f", loose=4)
row("hardsilu", one, lambda x: x * np.clip(x + 3, 0, 6) / 6, "f", loose=4)
row("scaled_tanh", one, lambda x: 1.7159 * np.tanh(0.67 * x), "f", loose=4)
row("threshold", lambda g: (g.x(2, 3), {"threshold": 0, "value": 1}),
    lambda x, threshold, value: np.where(x > 0, x, 1), "if")
row("complex", two, lambda a, b: a + 1j * b, "f", once=True)
row("fft2", lambda g: (g.x(2, 3),), np.fft.fft2, "f", once=True)
row("ifftn", lambda g: (g.x(2, 3),), np.fft.ifftn, "f", once=True)
row(
    "conv_general_dilated conv",
    lambda g: (g.x(2, 5, 4), g.x(3, 2, 6), 1, "SAME",
        {"dims": 1, "feature_group_count": 2, "x_dilations": 2, "bias": g.x(6)}),
    None, "f", loose=8,
)
row(
    "conv_general_transpose",
    lambda g: (g.x(2, 3, 4), g.x(3, 2, 4), 2, "SAME", {"dims": 1, "feature_group_count": 2}),
    None, "f", loose=8,
)
row("pool", lambda g: (g.x(2, 5, 4, 3), 2, "MAX"), None, "if")
row("local_response_norm", lambda g: (g.x(2, 2, 2, 5), 2), None, "f", loose=4)
row("dft", lambda g: (g.x(2, 4),), np.fft.fft, "ifc")
row("stft", lambda g: (g.x(2, 6), 4, 2),
    lambda x, n, s: np.stack([np.fft.rfft(x[:, :4]), np.fft.rfft(x[:, 2:])], 1), "f", once=True)
row("nms", lambda g: (g.given([[0.0, 0, 2, 2], [0, 0, 2, 1.5], [3, 3, 4, 4]]), g.p(3)), None, "f",
    container=False, gradient=False, symbolic=False, once=True)
row("rfft", lambda g: (g.x(2, 5),), np.fft.rfft, "f", once=True)
row("rfftn", lambda g: (g.x(2, 5),), np.fft.rfftn, "f", once=True)
row("interp", lambda g: (g.x(2, 3), g.given([-1.0, 0.5, 1.0]), g.given([2.0, -1.0, 0.5])),
    np.interp, "f", loose=8)
row("beta gamma", lambda g: (g.p(3), g.p(3), {"seed": 1, "dtype": g.dtype}), None, "f",
    draws=True, symbolic=False, container=False, gradient=False, once=True)
row("dirichlet poisson", lambda g: (g.p(3), {"seed": 1, "dtype": g.dtype}), None, "f",
    draws=True, symbolic=False, container=False, gradient=False, once=True)
row("type_promote_arrays promote_types_of_inputs", lambda g: (g.x(2, 3), g.x(3)),
    lambda a, b: (a, b), container=False)

# fmt: on
#: Functions that take no arrays, or ask about them only: their own tests and examples cover them.
OTHERS = {
    "all_nested_indices",
    "arg_info",
    "arg_names",
    "args_to_ivy",
    "args_to_native",
    "as_dtype",
    "as_ivy_dev",
    "as_ivy_dtype",
    "as_native_dev",
    "as_native_dtype",
    "assert_supports_inplace",
    "blackman_window",
    "broadcast_shapes",
    "cache_fn",
    "can_cast",
    "choose_random_backend",
    "clear_backend_stack",
    "closest_valid_dtype",
    "cmp_is",
    "cmp_isnot",
    "copy_nest",
    "current_backend",
    "current_backend_str",
    "current_framework",
    "current_framework_str",
    "default",
    "default_complex_dtype",
    "default_device",
    "default_dtype",
    "default_float_dtype",
    "default_int_dtype",
    "default_uint_dtype",
    "dev",
    "dtype",
    "dtype_bits",
    "empty",
    "exists",
    "eye",
    "finfo",
    "for_loop",
    "gpu_is_available",
    "hamming_window",
    "hann_window",
    "if_else",
    "iinfo",
    "index_nest",
    "indices",
    "infer_default_dtype",
    "inplace_arrays_supported",
    "inplace_decrement",
    "inplace_increment",
    "inplace_update",
    "inplace_variables_supported",
    "insert_into_nest_at_index",
    "insert_into_nest_at_indices",
    "invalid_dtype",
    "is_array",
    "is_bool_dtype",
    "is_complex_dtype",
    "is_float_dtype",
    "is_hashable_dtype",
    "is_int_dtype",
    "is_ivy_array",
    "is_ivy_container",
    "is_native_array",
    "is_native_dtype",
    "is_uint_dtype",
    "is_variable",
    "isscalar",
    "itemsize",
    "kaiser_window",
    "map",
    "map_nest_at_index",
    "map_nest_at_indices",
    "match_kwargs",
    "multi_index_nest",
    "ndenumerate",
    "ndindex",
    "nested_any",
    "nested_argwhere",
    "nested_map",
    "nested_multi_map",
    "num_cpu_cores",
    "num_cpus",
    "num_gpus",
    "ones",
    "previous_backend",
    "promote_types",
    "prune_empty",
    "prune_nest_at_index",
    "prune_nest_at_indices",
    "result_type",
    "seed",
    "set_backend",
    "set_default_device",
    "set_default_dtype",
    "set_default_float_dtype",
    "set_framework",
    "set_jax_backend",
    "set_min_base",
    "set_min_denominator",
    "set_mxnet_backend",
    "set_nest_at_index",
    "set_nest_at_indices",
    "set_numpy_backend",
    "set_paddle_backend",
    "set_soft_device_mode",
    "set_split_factor",
    "set_tensorflow_backend",
    "set_torch_backend",
    "split_factor",
    "split_func_call",
    "supports_inplace_updates",
    "to_ivy",
    "to_ivy_shape",
    "to_native",
    "to_native_shape",
    "tril_indices",
    "triu_indices",
    "unset_backend",
    "unset_default_device",
    "unset_default_dtype",
    "unset_default_float_dtype",
    "unset_framework",
    "unset_min_base",
    "unset_min_denominator",
    "unset_soft_device_mode",
    "valid_dtype",
    "value_is_nan",
    "vmap",
    "while_loop",
    "with_backend",
    "zeros",
}
