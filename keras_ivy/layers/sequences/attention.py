"""MultiHeadAttention."""

from collections.abc import Sequence
from typing import Any, Unpack

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_ivy.layers.base import FANS, GLOROT, ZEROS, IvyLayer
from keras_ivy.layers.options import CommonOptions
from keras_ivy.ops import check_values, checks
from keras_ivy.ops.nn.attention import additive_mask, multi_head_attention
from keras_ivy.typing import Array, ArrayLike, DTypeLike, InitializerLike, SeedLike, Values
from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["MultiHeadAttention"]


class MultiHeadAttention(IvyLayer):
    """Attention with several heads, of projections of query, key and value.

    Args:
        embed_dim: Size of queries and outputs; `num_heads * head_dim` by default.
        key_dim: Size of keys; that of queries by default.
        value_dim: Size of values; that of queries by default.
        num_heads: The number of heads; if None, `embed_dim // head_dim`.
        head_dim: Size of a head; `embed_dim // num_heads` by default.
        dropout_rate: The probability of an attention weight to be left out in training.
        use_proj_bias: If False, projections have no bias.
        attention_axes: Ivy's argument for attention over several axes, which Ivy does not
            implement; None.
        scale: What scores are multiplied with; `head_dim**-0.5` by default.
        device: Where variables are made.
        v: Values for the variables: `in_proj_weights` of shape `(3 * inner, embed_dim)`, or
            `q_proj_weights`, `k_proj_weights` and `v_proj_weights` of shape `(inner, size)` if
            sizes differ; `in_proj_bias` of shape `(3 * inner,)`; `out_proj_weights` of shape
            `(embed_dim, inner)`; `out_proj_bias` of shape `(embed_dim,)`; with
            `inner = num_heads * head_dim`.
        build_mode: When variables are made: `"on_init"`, `"explicit"` or `"on_call"`.
        dtype: The data type, or a dtype policy.
        training: Whether the layer trains until `eval()` or a call says otherwise.
        weight_initializer: Initializer of the weights: an object, a name or a function.
        bias_initializer: Initializer of the biases.
        fans: `"ivy"` or `"true"`, which takes the three projections as three matrices.
        seed: A whole number, or a `keras.random.SeedGenerator`, for dropout.
        **kwargs: Further arguments of `Module`.

    Call arguments:
        query: An array of shape `(N, L, embed_dim)` or `(L, embed_dim)`.
        key: An array of shape `(N, S, key_dim)`; the query by default.
        value: An array of shape `(N, S, value_dim)`; the key by default.
        attention_mask: A boolean mask, True where a key is masked OUT, or numbers that are added
            to scores; of shape `(L, S)`, `(N, L, S)`, `(N * num_heads, L, S)` or
            `(N, num_heads, L, S)`.
        is_causal: If True, a query attends to keys up to its own place only.
        return_attention_weights: If True, the weights are returned too.
        average_attention_weights: If True, they are the mean over the heads.

    Raises:
        ValueError: If sizes do not fit.

    Note:
        Ivy mixes the entries of a batch, ignores `is_causal` without a mask, and the mask with
        it. Here entries stand alone, and mask and causality hold together.

    Example:

    >>> import numpy as np
    >>> MultiHeadAttention(8, num_heads=2)(np.ones((2, 5, 8), "float32")).shape
    TensorShape([2, 5, 8])

    Reference: https://arxiv.org/abs/1706.03762; Ivy's `stateful/layers.py`.
    """

    __module__ = "keras_ivy.layers"
    keras_classes = (keras.layers.MultiHeadAttention,)
    supports_masking = True

    def __init__(
        self,
        embed_dim: int | None = None,
        *,  # `MultiHeadAttention(512, 8)` would mean another 8 to everyone
        key_dim: int | None = None,
        value_dim: int | None = None,
        num_heads: int | None = 8,
        head_dim: int | None = None,
        dropout_rate: float = 0.0,
        use_proj_bias: bool = True,
        attention_axes: None = None,
        scale: float | None = None,
        device: str | None = None,
        v: Values | None = None,
        build_mode: str = "on_init",
        dtype: DTypeLike | keras.DTypePolicy = None,
        training: bool = True,
        weight_initializer: InitializerLike = GLOROT,
        bias_initializer: InitializerLike = ZEROS,
        fans: str = "ivy",
        seed: SeedLike = None,
        **kwargs: Unpack[CommonOptions],
    ):
        owner = type(self).__name__
        for name, size in (
            ("embed_dim", embed_dim),
            ("key_dim", key_dim),
            ("value_dim", value_dim),
            ("num_heads", num_heads),
            ("head_dim", head_dim),
        ):
            checks.positive(owner, name, size, optional=True)
        sizes = _sizes(owner, embed_dim, num_heads, head_dim)
        self._embed_dim, self._num_heads, self._head_dim = sizes
        if attention_axes is not None:
            raise IvyValueError(
                f"{owner}: attention runs over the last but one axis; move another one there. "
                f"Received: attention_axes={attention_axes!r}"
            )
        self._key_dim = key_dim or self._embed_dim
        self._value_dim = value_dim or self._embed_dim
        self._inner_dim = self._num_heads * self._head_dim
        self._dropout_rate = checks.probability(owner, "dropout_rate", dropout_rate)
        self._use_proj_bias = checks.flag(owner, "use_proj_bias", use_proj_bias)
        self._scale = None if scale is None else checks.number(owner, "scale", scale)
        seed = check_values.seed(owner, seed)
        self._fans = checks.choice(owner, "fans", fans, FANS)
        self._w_init = weight_initializer
        self._b_init = bias_initializer
        super().__init__(
            device=device, v=v, build_mode=build_mode, dtype=dtype, training=training, **kwargs
        )
        if dropout_rate:
            if not isinstance(seed, keras.random.SeedGenerator):
                seed = keras.random.SeedGenerator(seed)
            self.seed_generator: keras.random.SeedGenerator = seed

    @property
    def num_heads(self) -> int:
        """The number of heads."""
        return self._num_heads

    @property
    def _joint(self) -> bool:
        """Whether one matrix projects all three."""
        return self._key_dim == self._value_dim == self._embed_dim

    def _create_variables(self, device: str | None = None, dtype: str | None = None) -> dict:
        inner, size = self._inner_dim, self._embed_dim
        v = {}
        linear: dict[str, Any] = {"layer": "linear"}
        if self._joint:
            shape = (3 * inner, size)
            v["in_proj_weights"] = self._draw(
                self._w_init, shape, device, dtype, *shape, like=(inner, size), **linear
            )
        else:
            for name, n in (("q", size), ("k", self._key_dim), ("v", self._value_dim)):
                v[f"{name}_proj_weights"] = self._draw(
                    self._w_init, (inner, n), device, dtype, inner, n, **linear
                )
        v["out_proj_weights"] = self._draw(
            self._w_init, (size, inner), device, dtype, size, inner, **linear
        )
        if self._use_proj_bias:
            v["in_proj_bias"] = self._draw(self._b_init, (3 * inner,), device, dtype)
            v["out_proj_bias"] = self._draw(self._b_init, (size,), device, dtype)
        return v

    def _forward(
        self,
        query: Any,
        key: Any = None,
        value: Any = None,
        *,
        attention_mask: Any = None,
        is_causal: bool = False,
        return_attention_weights: bool = False,
        average_attention_weights: bool = True,
        query_mask: Any = None,
        key_mask: Any = None,
        value_mask: Any = None,
        training: Any = None,
    ) -> Any:
        query = self._floats("query", query)
        key = None if key is None else self._floats("key", key)
        value = None if value is None else self._floats("value", value)
        if key is not None and value is None and self._value_dim != self._key_dim:
            raise IvyValueError(
                f"{type(self).__name__}: `value` is the key by default, and this layer has values "
                f"of another size. Received: value=None, key_dim={self._key_dim}, "
                f"value_dim={self._value_dim}"
            )
        masks = (query_mask, key_mask, value_mask) if key is not None else (query_mask,)
        attention_mask = self._with_padding(attention_mask, masks[1:] or masks, query.dtype)
        drops = self._dropout_rate > 0 and training
        return multi_head_attention(
            query,
            key,
            value,
            num_heads=self._num_heads,
            scale=self._scale,
            attention_mask=attention_mask,
            is_causal=is_causal,
            return_attention_weights=return_attention_weights,
            average_attention_weights=average_attention_weights,
            dropout=self._dropout_rate,
            training=bool(training),
            seed=self.seed_generator if drops else None,
            owner=type(self).__name__,
            **{name: self._value(name) for name in self.v},
        )

    def _with_padding(self, mask: Any, padding: tuple, dtype: Any) -> Any:
        """Add the masks that Keras's layers pass on, True where a key counts, to a mask."""
        shown = [tf.cast(p, tf.bool) for p in padding if p is not None]
        if not shown:
            return mask
        hidden = tf.logical_not(shown[0] if len(shown) == 1 else shown[0] & shown[1])
        hidden = hidden[..., tf.newaxis, tf.newaxis, :]
        if mask is None:
            return hidden
        mask = additive_mask(mask, dtype)
        if len(mask.shape) == 3:
            batch = ops.shape(hidden)[0]
            heads = self._num_heads if mask.shape[0] != hidden.shape[0] else 1
            mask = tf.reshape(mask, (batch, heads, *ops.shape(mask)[1:]))
        return mask + additive_mask(hidden, dtype)

    def compute_mask(
        self, inputs: ArrayLike, previous_mask: Array | Sequence[Array | None] | None = None
    ) -> Array | None:
        """Return the mask of the query."""
        if isinstance(previous_mask, list | tuple):
            return previous_mask[0] if previous_mask else None
        return previous_mask

    def _extra_repr(self) -> str:
        shown = f"{self._embed_dim}, num_heads={self._num_heads}, head_dim={self._head_dim}"
        if self._key_dim != self._embed_dim:
            shown += f", key_dim={self._key_dim}"
        if self._value_dim != self._embed_dim:
            shown += f", value_dim={self._value_dim}"
        shown += f", dropout_rate={self._dropout_rate}" if self._dropout_rate else ""
        return shown + ("" if self._use_proj_bias else ", use_proj_bias=False")

    @classmethod
    def from_keras(cls, layer: keras.layers.MultiHeadAttention) -> "MultiHeadAttention":
        """Return the layer that equals a built `keras.layers.MultiHeadAttention`.

        Note:
            A mask is True where a key counts in Keras, and where it does not here.

        Raises:
            TypeError: If the layer is another.
            ValueError: If it is not built, or does what Ivy's does not.
        """
        cls._check_keras_layer(layer)
        parts = layer.get_weights()
        names = ["query", "key", "value", "output"]
        kernels, biases = parts[0::2] if layer._use_bias else parts, parts[1::2]
        if not layer._use_bias:
            biases = []
        heads, size = layer.num_heads, layer.key_dim
        if layer.value_dim != size:
            cls._refuse(layer, "values of a head size of their own", layer.value_dim)
        inner = heads * size
        w = dict(zip(names, kernels, strict=True))
        embed, out = w["query"].shape[0], w["output"].shape[-1]
        if out != embed:
            cls._refuse(layer, "output size of its own", out)
        rows = {n: w[n].reshape(w[n].shape[0], inner).T for n in names[:3]}
        v = {"out_proj_weights": w["output"].reshape(inner, embed).T}
        sizes = {n: rows[n].shape[1] for n in rows}
        if len(set(sizes.values())) == 1:
            v["in_proj_weights"] = np.concatenate([rows[n] for n in names[:3]])
        else:
            v |= {f"{n[0]}_proj_weights": rows[n] for n in names[:3]}
        if layer._use_bias:
            v["in_proj_bias"] = np.concatenate([b.reshape(-1) for b in biases[:3]])
            v["out_proj_bias"] = biases[3]
        return cls(
            embed,
            key_dim=sizes["key"],
            value_dim=sizes["value"],
            num_heads=heads,
            head_dim=size,
            dropout_rate=layer.dropout,
            seed=layer.seed,
            use_proj_bias=layer._use_bias,
            v={k: tf.constant(x) for k, x in v.items()},
            **cls._shared_of(layer),
        )

    def to_keras(self) -> keras.layers.MultiHeadAttention:
        """Return the built `keras.layers.MultiHeadAttention` that equals this layer.

        Note:
            A mask is True where a key counts in Keras, and where it does not here.

        Raises:
            ValueError: If scores have a scale of their own, which Keras's layer does not have.
        """
        self._ready()
        if self._scale is not None and self._scale != self._head_dim**-0.5:
            raise IvyValueError(
                "keras.layers.MultiHeadAttention scales by the root of the head size. "
                f"Received: scale={self._scale}"
            )
        heads, size, embed = self._num_heads, self._head_dim, self._embed_dim
        layer = keras.layers.MultiHeadAttention(
            heads,
            size,
            dropout=self._dropout_rate,
            seed=self.seed_generator.get_config()["seed"] if self._dropout_rate else None,
            use_bias=self._use_proj_bias,
            **self._shared(),
        )
        layer.build((None, None, embed), (None, None, self._value_dim), (None, None, self._key_dim))
        value = {k: ops.convert_to_numpy(self._value(k)) for k in self.v}
        if self._joint:
            rows = np.split(value["in_proj_weights"], 3)
        else:
            rows = [value[f"{n}_proj_weights"] for n in "qkv"]
        kernels = [w.T.reshape(-1, heads, size) for w in rows]
        kernels.append(value["out_proj_weights"].T.reshape(heads, size, embed))
        if not self._use_proj_bias:
            return self._finish_keras(layer, kernels)
        biases = [b.reshape(heads, size) for b in np.split(value["in_proj_bias"], 3)]
        biases.append(value["out_proj_bias"])
        pairs = zip(kernels, biases, strict=True)
        return self._finish_keras(layer, [x for pair in pairs for x in pair])


def _sizes(
    owner: str, embed_dim: int | None, num_heads: int | None, head_dim: int | None
) -> tuple[int, int, int]:
    """Return all three sizes, of which some may be left out."""
    given = f"embed_dim={embed_dim}, num_heads={num_heads}, head_dim={head_dim}"
    if embed_dim is None:
        if num_heads is None or head_dim is None:
            raise IvyValueError(
                f"{owner}: without `embed_dim`, `num_heads` and `head_dim` are needed. "
                f"Received: {given}"
            )
        embed_dim = num_heads * head_dim
    if num_heads is None:
        if head_dim is None or embed_dim % head_dim:
            raise IvyValueError(
                f"{owner}: without `num_heads`, `head_dim` must divide `embed_dim`. "
                f"Received: {given}"
            )
        num_heads = embed_dim // head_dim
    if head_dim is None:
        if embed_dim % num_heads:
            raise IvyValueError(
                f"{owner}: features must be divisible by the number of heads. Received: {given}"
            )
        head_dim = embed_dim // num_heads
    return embed_dim, num_heads, head_dim
