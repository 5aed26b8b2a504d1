"""A Perceiver as an Ivy program writes it: latents that read the input by cross-attention."""

import dataclasses

import keras_ivy as ivy


@dataclasses.dataclass
class PerceiverSpec:
    """The sizes of a `Perceiver`.

    Attributes:
        input_dim: Channels of the input.
        input_axes: Axes of the input between batch and channels, such as 2 for images.
        output_dim: Size of the output.
        num_latents: Number of latent vectors.
        latent_dim: Size of a latent vector.
        depth: How many times the latents read the input.
        self_per_cross: Blocks of self-attention after each reading.
        heads: Attention heads.
        head_dim: Size of a head.
        num_bands: Frequencies of the position encoding; 0 for none.
        max_freq: The highest frequency.
        weight_tie: If True, all readings but the first share their layers.
        dropout: Probability of dropping a number, in training.
    """

    input_dim: int
    input_axes: int = 1
    output_dim: int = 2
    num_latents: int = 4
    latent_dim: int = 8
    depth: int = 2
    self_per_cross: int = 1
    heads: int = 2
    head_dim: int = 4
    num_bands: int = 2
    max_freq: float = 8.0
    weight_tie: bool = False
    dropout: float = 0.0


def fourier_encode(shape, num_bands: int, max_freq: float) -> ivy.Array:
    """Return position, sines and cosines for each place of a grid: `(*shape, axes * (2n + 1))`."""
    axes = [ivy.linspace(-1.0, 1.0, size) for size in shape]
    position = ivy.stack(ivy.meshgrid(*axes, indexing="ij"), axis=-1)
    bands = ivy.linspace(1.0, max_freq / 2, num_bands)
    angles = ivy.expand_dims(position, axis=-1) * bands * ivy.pi
    waves = ivy.concat(
        [ivy.sin(angles), ivy.cos(angles), ivy.expand_dims(position, axis=-1)], axis=-1
    )
    return ivy.flatten(waves, start_dim=-2)


class PreNorm(ivy.Module):
    """Normalises what a layer reads, and the context where there is one."""

    def __init__(self, fn: ivy.Module, dim: int, context_dim: int | None = None, v=None):
        self._fn = fn
        self._norm = ivy.LayerNorm([dim])
        self._norm_context = ivy.LayerNorm([context_dim]) if ivy.exists(context_dim) else None
        ivy.Module.__init__(self, v=v)

    def _forward(self, x: ivy.Array, context: ivy.Array | None = None) -> ivy.Array:
        x = self._norm(x)
        if not ivy.exists(self._norm_context):
            return self._fn(x)
        return self._fn(x, self._norm_context(context))


class Attention(ivy.Module):
    """Attention of queries to a context, by `einsum`."""

    def __init__(
        self,
        query_dim: int,
        context_dim: int | None = None,
        heads: int = 2,
        head_dim: int = 4,
        dropout: float = 0.0,
        v=None,
    ):
        inner, context_dim = heads * head_dim, ivy.default(context_dim, query_dim)
        self._heads = heads
        self._scale = head_dim**-0.5
        self._to_q = ivy.Linear(query_dim, inner, with_bias=False)
        self._to_kv = ivy.Linear(context_dim, 2 * inner, with_bias=False)
        self._to_out = ivy.Sequential(ivy.Linear(inner, query_dim), ivy.Dropout(dropout))
        ivy.Module.__init__(self, v=v)

    def _forward(self, x: ivy.Array, context: ivy.Array | None = None) -> ivy.Array:
        queries = self._to_q(x)
        keys, values = ivy.split(
            self._to_kv(ivy.default(context, x)), num_or_size_splits=2, axis=-1
        )
        queries, keys, values = (
            ivy.einops_rearrange(t, "b n (h d) -> b h n d", h=self._heads)
            for t in (queries, keys, values)
        )
        scores = ivy.einsum("bhid,bhjd->bhij", queries, keys) * self._scale
        mixed = ivy.einsum("bhij,bhjd->bhid", ivy.softmax(scores, axis=-1), values)
        return self._to_out(ivy.einops_rearrange(mixed, "b h n d -> b n (h d)"))


class FeedForward(ivy.Module):
    """A perceptron with a gated GELU."""

    def __init__(self, dim: int, mult: int = 2, dropout: float = 0.0, v=None):
        self._net = ivy.Sequential(
            ivy.Linear(dim, dim * mult * 2),
            ivy.GEGLU(),
            ivy.Linear(dim * mult, dim),
            ivy.Dropout(dropout),
        )
        ivy.Module.__init__(self, v=v)

    def _forward(self, x: ivy.Array) -> ivy.Array:
        return self._net(x)


class Perceiver(ivy.Module):
    """Inputs of any number of axes to one vector, as a `PerceiverSpec` says."""

    def __init__(self, spec: PerceiverSpec, v=None, device=None):
        if spec.depth < 1:
            raise ivy.utils.exceptions.IvyException(f"depth is at least 1, got {spec.depth}")
        self._spec = spec
        ivy.Module.__init__(self, v=v, device=device)

    def _create_variables(self, device=None, dtype=None):
        shape = (self._spec.num_latents, self._spec.latent_dim)
        init = ivy.Uniform(1, "fan_in", 0.5, 1)
        fans = {"fan_out": shape[0], "fan_in": shape[1]}
        return {"latents": init.create_variables(shape, device=device, dtype=dtype, **fans)}

    def _build(self, *args, **kwargs):
        spec = self._spec
        attention = {"heads": spec.heads, "head_dim": spec.head_dim, "dropout": spec.dropout}
        context_dim = spec.input_dim
        if spec.num_bands:
            context_dim += spec.input_axes * (2 * spec.num_bands + 1)

        def block(context: int | None = None):
            return [
                PreNorm(Attention(spec.latent_dim, context, **attention), spec.latent_dim, context),
                PreNorm(FeedForward(spec.latent_dim, dropout=spec.dropout), spec.latent_dim),
            ]

        self._readings = []
        for index in range(spec.depth):
            if spec.weight_tie and index > 1:
                self._readings.append(self._readings[1])
                continue
            reading = {"cross": block(context_dim), "self": []}
            reading["self"] = [block() for _ in range(spec.self_per_cross)]
            self._readings.append(reading)
        self._to_logits = ivy.Sequential(
            ivy.LayerNorm([spec.latent_dim]), ivy.Linear(spec.latent_dim, spec.output_dim)
        )

    def _forward(self, data: ivy.Array) -> ivy.Array:
        spec = self._spec
        shape = ivy.shape(data)
        batch, axes = shape[0], shape[1:-1]
        assert len(axes) == spec.input_axes, f"expected {spec.input_axes} axes, got {len(axes)}"
        if spec.num_bands:
            places = ivy.astype(fourier_encode(axes, spec.num_bands, spec.max_freq), data.dtype)
            places = ivy.broadcast_to(ivy.expand_dims(places, axis=0), (batch, *places.shape))
            data = ivy.concat([data, places], axis=-1)
        data = ivy.einops_rearrange(data, "b ... d -> b (...) d")
        x = ivy.einops_repeat(self.v.latents, "n d -> b n d", b=batch)
        for reading in self._readings:
            attend, feed = reading["cross"]
            x = attend(x, data) + x
            x = feed(x) + x
            for attend, feed in reading["self"]:
                x = attend(x) + x
                x = feed(x) + x
        return self._to_logits(ivy.mean(x, axis=-2))
