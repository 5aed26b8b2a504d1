"""Embedding."""

from typing import Unpack

import keras
import tensorflow as tf
from keras import ops

from keras_ivy.layers.base import FANS, GLOROT, IvyLayer
from keras_ivy.layers.options import Options
from keras_ivy.ops import checks
from keras_ivy.ops.nn.basics import embedding
from keras_ivy.ops.tensors import to_tensor
from keras_ivy.typing import Array, ArrayLike, DTypeLike, InitializerLike, Values
from keras_ivy.utils.checks import whole
from keras_ivy.utils.exceptions import IvyTypeError, IvyValueError

__all__ = ["Embedding"]


class Embedding(IvyLayer):
    """A row of a matrix for each index.

    Args:
        num_embeddings: Number of rows.
        embedding_dim: Size of a row.
        padding_idx: If given, the outputs for this index are zeros.
        max_norm: If given, rows of a larger Euclidean norm are scaled down to it in outputs.
        weight_initializer: Initializer of `w`: an object, a name or a function.
        device: Where variables are made.
        v: Values for the variables: `w` of shape `(num_embeddings, embedding_dim)`.
        dtype: The data type, or a dtype policy.
        fans: `"ivy"` takes the two sizes as fans, `"true"` an input of one.
        mask_padding: If True, the places of `padding_idx` are masked for the layers behind, as
            `mask_zero` of Keras's layer does.
        **kwargs: Further arguments of `Module`.

    Raises:
        ValueError: If a size is smaller than 1, or there is nothing to mask.

    Example:

    >>> import numpy as np
    >>> layer = Embedding(2, 2, 0, v={"w": np.float32([[1, 2], [3, 4]])})
    >>> layer([0, 1]).numpy().tolist()
    [[0.0, 0.0], [3.0, 4.0]]

    Reference: Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    keras_classes = (keras.layers.Embedding,)

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        weight_initializer: InitializerLike = GLOROT,
        device: str | None = None,
        v: Values | None = None,
        dtype: DTypeLike | keras.DTypePolicy = None,
        *,
        fans: str = "ivy",
        mask_padding: bool = False,
        **kwargs: Unpack[Options],
    ):
        owner = type(self).__name__
        self._num_embeddings = checks.positive(owner, "num_embeddings", num_embeddings)
        self._embedding_dim = checks.positive(owner, "embedding_dim", embedding_dim)
        if max_norm is not None and not checks.number(owner, "max_norm", max_norm) > 0:
            raise IvyValueError(f"{owner}: `max_norm` is above 0. Received: max_norm={max_norm}")
        if padding_idx is not None:
            # A negative one names no row, in Ivy too: nothing is padding.
            rows = self._num_embeddings
            padding_idx = whole("padding_idx", padding_idx, -rows, rows - 1, owner)
        if checks.flag(owner, "mask_padding", mask_padding) and padding_idx is None:
            raise IvyValueError(
                f"{owner}: `mask_padding` masks the places of `padding_idx`, so that is needed. "
                "Received: mask_padding=True, padding_idx=None"
            )
        self._padding_idx = padding_idx
        self._max_norm = max_norm
        self._mask_padding = mask_padding
        self._fans = checks.choice(owner, "fans", fans, FANS)
        self._w_init = weight_initializer
        super().__init__(device=device, v=v, dtype=dtype, **kwargs)
        self.autocast = False
        self.supports_masking = mask_padding

    @property
    def input_dtype(self) -> str:
        """The type of inputs, which are indices."""
        return "int32"

    def _create_variables(self, device: str | None = None, dtype: str | None = None) -> dict:
        rows, size = self._num_embeddings, self._embedding_dim
        shape = (rows, size)
        w = self._draw(self._w_init, shape, device, dtype, size, rows, layer="embedding")
        return {"w": w}

    def _forward(self, indices: ArrayLike) -> Array:
        indices = to_tensor(indices)
        if not indices.dtype.is_integer:
            raise IvyTypeError(
                f"{type(self).__name__}: `indices` are whole numbers; in a functional model, "
                'write `keras.Input(..., dtype="int32")`. '
                f"Received: indices of dtype {indices.dtype.name}"
            )
        rows = embedding(self._value("w"), indices, max_norm=self._max_norm)
        rows = tf.cast(rows, self.compute_dtype)
        if self._padding_idx is None:
            return rows
        keep = tf.not_equal(indices, tf.cast(self._padding_idx, indices.dtype))
        return rows * tf.cast(keep[..., tf.newaxis], rows.dtype)

    def compute_mask(self, inputs: ArrayLike, previous_mask: Array | None = None) -> Array | None:
        """Return where inputs differ from `padding_idx`, if that is to be masked."""
        return ops.not_equal(inputs, self._padding_idx) if self._mask_padding else None

    def _extra_repr(self) -> str:
        shown = f"num_embeddings={self._num_embeddings}, embedding_dim={self._embedding_dim}"
        shown += "" if self._padding_idx is None else f", padding_idx={self._padding_idx}"
        return shown + ("" if self._max_norm is None else f", max_norm={self._max_norm}")

    @classmethod
    def from_keras(cls, layer: keras.layers.Embedding) -> "Embedding":
        """Return the layer that equals a built `keras.layers.Embedding` without a mask.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or masks zeros, whose outputs Ivy sets to 0.
        """
        cls._check_keras_layer(layer)
        if layer.mask_zero:
            cls._refuse(layer, "mask_zero", layer.mask_zero)
        v = {"w": to_tensor(layer.embeddings)}
        return cls(layer.input_dim, layer.output_dim, v=v, **cls._shared_of(layer))

    def to_keras(self) -> keras.layers.Embedding:
        """Return the built `keras.layers.Embedding` that equals this layer.

        Raises:
            ValueError: If Keras has none, because of `padding_idx` or `max_norm`.
        """
        if self._padding_idx is not None or self._max_norm is not None:
            raise IvyValueError(
                f"keras.layers.Embedding knows no `padding_idx` or `max_norm`. Received: {self!r}"
            )
        layer = keras.layers.Embedding(self._num_embeddings, self._embedding_dim, **self._shared())
        layer.build()
        return self._finish_keras(layer, [self._value("w")])
