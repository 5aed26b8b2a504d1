"""A ConvNeXt as an Ivy program writes it: depthwise convolutions, LayerNorm, layer scale."""

import itertools
from collections.abc import Sequence

import keras_ivy as ivy


class DropPath(ivy.Module):
    """Leaves the whole branch of an example out, with a probability, in training."""

    def __init__(self, prob: float = 0.0):
        if not 0 <= prob < 1:
            raise ivy.utils.exceptions.IvyException(f"prob is in [0, 1), got {prob}")
        self.prob = prob
        ivy.Module.__init__(self)

    def _forward(self, x: ivy.Array) -> ivy.Array:
        if self.prob == 0 or not self.training:
            return x
        shape = (ivy.shape(x)[0],) + (1,) * (ivy.get_num_dims(x) - 1)
        kept = ivy.random_uniform(low=0.0, high=1.0, shape=shape, dtype=x.dtype) >= self.prob
        return x * ivy.astype(kept, x.dtype) / (1 - self.prob)

    def _extra_repr(self) -> str:
        return f"prob={self.prob}"


class Block(ivy.Module):
    """Depthwise convolution, then a perceptron a pixel, scaled by a variable of its own."""

    def __init__(
        self,
        dim: int,
        drop_path: float = 0.0,
        layer_scale: float = 1e-2,
        device=None,
        v=None,
    ):
        self.dim = dim
        self.layer_scale = layer_scale
        self.dwconv = ivy.DepthwiseConv2D(dim, [3, 3], (1, 1), "SAME")
        self.norm = ivy.LayerNorm([dim], eps=1e-6)
        self.pwconv1 = ivy.Linear(dim, 4 * dim)
        self.act = ivy.GELU()
        self.pwconv2 = ivy.Linear(4 * dim, dim)
        self.drop_path = DropPath(drop_path) if drop_path > 0 else ivy.Identity()
        ivy.Module.__init__(self, device=device, v=v)

    def _create_variables(self, device=None, dtype=None):
        if self.layer_scale <= 0:
            return {}
        scale = ivy.Constant(self.layer_scale)
        return {"gamma": scale.create_variables((self.dim,), device=device, dtype=dtype)}

    def _forward(self, x: ivy.Array) -> ivy.Array:
        branch = self.norm(self.dwconv(x))
        branch = self.pwconv2(self.act(self.pwconv1(branch)))
        if self.layer_scale > 0:
            branch = self.v.gamma * branch
        return x + self.drop_path(branch)


class ConvNeXt(ivy.Module):
    """Images to class scores.

    Args:
        in_channels: Channels of the images.
        num_classes: Number of scores.
        depths: Blocks of each stage.
        dims: Channels of each stage; every stage but the first halves height and width.
        drop_path: Probability of leaving a block out, which grows to this from the first block
            to the last.
        layer_scale: First value of the scales; 0 for none.
        device: Where the variables are.
        v: Values for the variables.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 10,
        depths: Sequence[int] = (1, 2),
        dims: Sequence[int] = (8, 16),
        drop_path: float = 0.0,
        layer_scale: float = 1e-2,
        device=None,
        v=None,
    ):
        assert len(depths) == len(dims)
        self.in_channels = in_channels
        self.num_classes = num_classes
        self.depths = depths
        self.dims = dims
        self._drop_path = drop_path
        self._layer_scale = layer_scale
        super().__init__(device=device, v=v)

    def _build(self, *args, **kwargs):
        rates = ivy.to_list(ivy.linspace(0.0, self._drop_path, sum(self.depths)))
        self.downsample_layers = [
            ivy.Sequential(
                ivy.Conv2D(self.in_channels, self.dims[0], [2, 2], 2, "VALID"),
                ivy.LayerNorm([self.dims[0]], eps=1e-6),
            )
        ]
        for before, after in itertools.pairwise(self.dims):
            self.downsample_layers.append(
                ivy.Sequential(
                    ivy.LayerNorm([before], eps=1e-6),
                    ivy.Conv2D(before, after, [2, 2], 2, "VALID"),
                )
            )
        self.stages = []
        for dim, depth in zip(self.dims, self.depths, strict=True):
            blocks = [Block(dim, rates.pop(0), self._layer_scale) for _ in range(depth)]
            self.stages.append(ivy.Sequential(*blocks))
        self.norm = ivy.LayerNorm([self.dims[-1]], eps=1e-6)
        self.head = ivy.Linear(self.dims[-1], self.num_classes)

    def _forward(self, x: ivy.Array) -> ivy.Array:
        for downsample, stage in zip(self.downsample_layers, self.stages, strict=True):
            x = stage(downsample(x))
        return self.head(self.norm(ivy.mean(x, axis=(1, 2))))
