"""Fourier and cosine transforms as layers."""

from typing import Any, Unpack

import keras
import tensorflow as tf

from keras_ivy import ops
from keras_ivy.layers.base import StatelessLayer
from keras_ivy.layers.options import ValueOptions
from keras_ivy.ops import checks
from keras_ivy.typing import Array, ArrayLike, DTypeLike
from keras_ivy.utils.checks import is_whole, received
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["FFT", "IFFT", "Dct", "IDct"]


class _Fourier(StatelessLayer):
    """The base of both Fourier transforms; see `FFT`."""

    def __init__(
        self,
        dim: int,
        norm: str = "backward",
        n: int | None = None,
        out: None = None,
        device: str | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[ValueOptions],
    ):
        owner = type(self).__name__
        if not is_whole(dim):
            raise IvyTypeError(f"{owner}: `dim` is an axis. {received('dim', dim)}")
        if out is not None:
            raise IvyValueError(
                f"{owner}: arrays never change, so no result can be written into one. "
                f"{received('out', out)}"
            )
        self._dim = checks.axis(owner, "dim", dim)
        self._norm = checks.choice(owner, "norm", norm, ("backward", "ortho", "forward"))
        self._n = checks.positive(owner, "n", n, optional=True)
        super().__init__(device=device, dtype=dtype, **kwargs)

    def _input(self, x: ArrayLike) -> Array:
        # The kernels know no half precision.
        x = super()._input(x)
        return tf.cast(x, tf.float32) if x.dtype in (tf.float16, tf.bfloat16) else x

    def _extra_repr(self) -> str:
        norm = "" if self._norm == "backward" else f", norm={self._norm}"
        return f"dim={self._dim}{norm}, n={self._n}"


class FFT(_Fourier):
    """The discrete Fourier transform along an axis, as complex numbers.

    Args:
        dim: The axis.
        norm: Where the factor `1 / n` stands: `"backward"` in the inverse, `"forward"` here, and
            `"ortho"` its root in both.
        n: The axis is cut, or filled with zeros, to this size first.
        out: Ivy's argument for an array to write into, which can only be None.
        device: Ivy's argument for layers with variables; this one has none.
        dtype: The data type that inputs are cast to; by default they keep theirs.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If an argument is out of range.

    Example:

    >>> FFT(-1)([1.0, 1.0]).numpy().tolist()
    [(2+0j), 0j]

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"

    def _forward(self, inputs: ArrayLike) -> Array:
        return ops.fft(self._input(inputs), self._dim, norm=self._norm, n=self._n)


class IFFT(_Fourier):
    """The inverse of `FFT`, whose arguments it takes.

    Example:

    >>> IFFT(-1)([2.0, 0.0]).numpy().tolist()
    [(1+0j), (1+0j)]

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"

    def _forward(self, inputs: ArrayLike) -> Array:
        return ops.ifft(self._input(inputs), self._dim, norm=self._norm, n=self._n)


class _Cosine(StatelessLayer):
    """The base of both cosine transforms; see `Dct`."""

    def __init__(
        self,
        type: int = 2,
        n: int | None = None,
        axis: int = -1,
        norm: str | None = None,
        device: str | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        **kwargs: Unpack[ValueOptions],
    ):
        owner = self.__class__.__name__
        self._type = checks.choice(owner, "type", type, (1, 2, 3, 4))
        self._n = checks.positive(owner, "n", n, optional=True)
        self._axis = checks.axis(owner, "axis", axis)
        self._norm = checks.choice(owner, "norm", norm, (None, "ortho"))
        if type == 1 and norm == "ortho":
            raise IvyValueError(
                f"{owner}: type 1 has no orthonormal form. Received: type=1, norm='ortho'"
            )
        super().__init__(device=device, dtype=dtype, **kwargs)

    def _options(self) -> dict[str, Any]:
        return {"type": self._type, "n": self._n, "axis": self._axis, "norm": self._norm}

    def _extra_repr(self) -> str:
        shown = f"type={self._type}"
        shown += "" if self._n is None else f", n={self._n}"
        shown += "" if self._axis == -1 else f", axis={self._axis}"
        return shown + ("" if self._norm is None else f", norm={self._norm}")


class Dct(_Cosine):
    """The discrete cosine transform along an axis.

    Args:
        type: Which of the four transforms, 1 to 4.
        n: The axis is cut, or filled with zeros, to this size first.
        axis: The axis.
        norm: `"ortho"` for the orthonormal form, which type 1 does not have.
        device: Ivy's argument for layers with variables; this one has none.
        dtype: The data type that inputs are cast to; by default they keep theirs.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If an argument is out of range.

    Example:

    >>> Dct()([1.0, 1.0]).numpy().round(4).tolist()
    [4.0, 0.0]

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"

    def _forward(self, x: ArrayLike) -> Array:
        return ops.dct(self._input(x), **self._options())


class IDct(_Cosine):
    """The inverse of `Dct`, whose arguments it takes, up to a factor without a norm.

    Example:

    >>> IDct(norm="ortho")(Dct(norm="ortho")([1.0, 3.0])).numpy().round(4).tolist()
    [1.0, 3.0]

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"

    def _forward(self, x: ArrayLike) -> Array:
        return ops.idct(self._input(x), **self._options())
