"""Gains: by how much a kernel must be scaled to make up for an activation function."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import keras
import numpy as np

from keras_ivy.initializers.checks import check_choice, check_number
from keras_ivy.typing import ArrayLike
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError, nearest

#: An activation by name, or as a function.
Activation: TypeAlias = str | Callable[..., ArrayLike]

#: PyTorch's names of layers, whose activation is the identity.
_LINEAR = (
    "linear",
    *(f"conv{n}d" for n in (1, 2, 3)),
    *(f"conv_transpose{n}d" for n in (1, 2, 3)),
)
#: PyTorch's table, whose entries for tanh and selu are empirical.
_TORCH = {**dict.fromkeys(_LINEAR, 1.0), "sigmoid": 1.0, "tanh": 5 / 3, "selu": 0.75}
#: Activations that have no name in Keras, and those that take a slope.
_FUNCTIONS = {
    **dict.fromkeys(_LINEAR, lambda x: x),
    "sin": keras.ops.sin,
    "sine": keras.ops.sin,
    "relu_squared": lambda x: keras.ops.square(keras.ops.relu(x)),
}
_SLOPES = {
    "leaky_relu": lambda slope: lambda x: keras.ops.where(x < 0, slope * x, x),
    "elu": lambda alpha: lambda x: keras.ops.elu(x, alpha),
    "celu": lambda alpha: lambda x: keras.ops.celu(x, alpha),
}
#: Activations of whole vectors, for which a gain of single units means nothing.
_VECTORS = ("softmax", "log_softmax", "sparsemax", "glu")


def calculate_gain(
    activation: Activation, param: float | None = None, *, kind: str = "rms"
) -> float:
    """Return the gain that makes up for an activation `f` of normal inputs `z ~ N(0, 1)`.

    `"rms"`: `1 / sqrt(E[f(z) ** 2])` keeps the mean square of the signal, which is what the next
    layer's variance depends on. `"std"`: `1 / sqrt(Var[f(z)])`, for weights that remove the mean.
    `"torch"`: PyTorch's table, which knows seven activations. The expectations are integrals,
    computed to nine digits.

    Args:
        activation: Name of a Keras activation, one of PyTorch's names, `"sin"`, or any function
            that works on each element.
        param: Slope of `"leaky_relu"` or alpha of `"elu"` and `"celu"`; by default Keras's
            (0.2, 1 and 1), for `kind="torch"` PyTorch's (0.01).
        kind: `"rms"` (default), `"std"` or `"torch"`.

    Returns:
        The gain, above 0.

    Raises:
        IvyValueError: If the activation is unknown, does not work on each element, or has no
            finite moment above zero.

    Example:

    >>> round(calculate_gain("relu") ** 2, 9), round(calculate_gain("gelu"), 5)
    (2.0, 1.53353)
    >>> round(calculate_gain(lambda x: 3 * x), 9)
    0.333333333

    Reference: He et al. 2015, arXiv:1502.01852; Brock et al. 2021, arXiv:2101.08692, for `"std"`.
    """
    check_choice("kind", kind, ("rms", "std", "torch"))
    if param is not None:
        check_number("param", param)
    if not isinstance(activation, str):
        if kind == "torch":
            raise IvyValueError(
                "PyTorch's table has names only; use kind='rms' for a function. "
                f"Received: activation={activation!r}"
            )
        if not callable(activation):
            raise IvyTypeError(
                "`activation` must be a name or a function. "
                f"Received: activation={activation!r} of type {type(activation).__name__}"
            )
        if param is not None:
            raise IvyValueError(
                f"`param` goes with a name; pass a function without it. Received: param={param}"
            )
        return _gain(activation, kind, activation)
    return _named_gain(activation, param, kind)


@lru_cache(maxsize=256)
def _named_gain(name: str, param: float | None, kind: str) -> float:
    if kind == "torch":
        return _torch_gain(name, param)
    if param is not None:
        if name not in _SLOPES:
            raise IvyValueError(
                f"Only {', '.join(_SLOPES)} have a `param`. "
                f"Received: activation={name!r}, param={param}"
            )
        return _gain(_SLOPES[name](param), kind, name)
    if name in _VECTORS:
        raise IvyValueError(
            "That activation mixes the elements of a vector, so it has no gain. "
            f"Received: activation={name!r}"
        )
    if name == "relu":  # known, so that the usual initializers are made without a calculation
        return _gain_of_moments(1 / math.sqrt(2 * math.pi), 0.5, kind, name)
    return _gain(_FUNCTIONS.get(name) or _keras_activation(name), kind, name)


def _torch_gain(name: str, param: float | None) -> float:
    if name == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if param is not None:
        raise IvyValueError(f"Only leaky_relu has a `param`. Received: activation={name!r}")
    if name == "relu":
        return math.sqrt(2)
    if name not in _TORCH:
        known = [*_TORCH, "relu", "leaky_relu"]
        raise IvyValueError(
            f"PyTorch's table does not have that activation. {nearest(name, known)} Or use "
            f"kind='rms'. Received: activation={name!r}"
        )
    return _TORCH[name]


def _keras_activation(name: str) -> Callable:
    try:
        return keras.activations.get(name)
    except ValueError as error:
        apart = ("get", "serialize", "deserialize", *_VECTORS)
        known = [n for n in dir(keras.activations) if n not in apart and not n.startswith("_")]
        raise IvyValueError(
            f"Unknown activation. {nearest(name, [*known, *_FUNCTIONS])} "
            f"Received: activation={name!r}"
        ) from error


def _gain(function: Callable, kind: str, name: object) -> float:
    return _gain_of_moments(*_moments(function, name), kind, name)


def _gain_of_moments(mean: float, square: float, kind: str, name: object) -> float:
    moment = square if kind == "rms" else square - mean**2
    if not 0 < moment < math.inf or moment < 1e-12 * square:
        what = "mean square" if kind == "rms" else "variance"
        raise IvyValueError(
            f"The activation's {what} must be finite and above zero. "
            f"Received: activation={name!r} with {what} {moment}"
        )
    return 1 / math.sqrt(moment)


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_END = 12.0  # the normal density beyond is below 1e-31
_MOST_PANELS = 200_000


def _moments(function: Callable, name: object) -> tuple[float, float]:
    """`E[f(z)]` and `E[f(z) ** 2]` by Gauss-Legendre quadrature on panels that are halved until
    the halves agree with the whole, so that kinks, jumps and fast oscillations are resolved."""
    edges = np.linspace(-_END, _END, 97)
    low, high = edges[:-1], edges[1:]
    whole = _panel_integrals(function, low, high, name)
    total, unresolved, seen = np.zeros(2), np.zeros(2), 0
    tails = np.abs(whole[:, [0, -1]]).max(axis=1)
    while low.size:
        seen += low.size
        middle = (low + high) / 2
        left = _panel_integrals(function, low, middle, name)
        right = _panel_integrals(function, middle, high, name)
        error = np.abs(left + right - whole)
        done = error.max(axis=0) < 1e-13 + 1e-12 * np.abs(whole).max(axis=0)
        narrow = ~done & (high - low < 1e-12)
        unresolved += error[:, narrow].sum(axis=1)
        done |= narrow
        if seen > _MOST_PANELS:  # float32 noise of the function is all that is left
            done[:] = True
        total += (left + right)[:, done].sum(axis=1)
        rest = ~done
        low, high = (
            np.concatenate([low[rest], middle[rest]]),
            np.concatenate([middle[rest], high[rest]]),
        )
        whole = np.concatenate([left[:, rest], right[:, rest]], axis=1)
    if (tails > 1e-9 * np.abs(total).max()).any():
        raise IvyValueError(
            f"The activation grows too fast to have finite moments. Received: activation={name!r}"
        )
    if (unresolved > 1e-6 * np.abs(total).max()).any():
        raise IvyValueError(
            f"The activation has a pole, and so no finite moments. Received: activation={name!r}"
        )
    return float(total[0]), float(total[1])


def _panel_integrals(
    function: Callable, low: np.ndarray, high: np.ndarray, name: object
) -> np.ndarray:
    """Integrals of `f` and `f ** 2` times the normal density over panels: shape (2, panels)."""
    half = (high - low)[:, None] / 2
    z = (low + high)[:, None] / 2 + half * _NODES
    y = _evaluate(function, z.ravel(), name).reshape(z.shape)
    weights = half * _WEIGHTS * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return np.stack([(y * weights).sum(axis=1), (y * y * weights).sum(axis=1)])


def _evaluate(function: Callable, z: np.ndarray, name: object) -> np.ndarray:
    """`f(z)` in float64; raises unless every element depends on its own input alone."""

    def call(x: np.ndarray) -> np.ndarray:
        y = function(keras.ops.convert_to_tensor(x, dtype="float64"))
        return np.asarray(keras.ops.convert_to_numpy(y), "float64")

    y = call(z)
    if y.shape == z.shape and not np.isfinite(y).all():
        bad = z[~np.isfinite(y)][0]
        raise IvyValueError(
            f"The activation is not finite at {bad:.6g}. Received: activation={name!r}"
        )
    if y.shape != z.shape or not np.allclose(call(z[:3]), y[:3], rtol=1e-4, atol=1e-6):
        raise IvyValueError(
            "The activation must map every element on its own. "
            f"Received: activation={name!r}, which maps shape {z.shape} to {y.shape}"
        )
    return y
