"""A U-Net as an Ivy program writes it: down, up by transposed convolutions, skips in between."""

import itertools

import keras_ivy as ivy


class DoubleConv(ivy.Module):
    """Convolution and activation, twice; the layers are made before Module's constructor."""

    def __init__(self, in_channels: int, out_channels: int, device=None, v=None):
        def conv(channels):
            return ivy.Conv2D(
                channels,
                out_channels,
                (3, 3),
                1,
                "SAME",
                # He's variance: Ivy counts channels, and a filter has nine places for each.
                weight_initializer=ivy.Uniform(6, "fan_in", 0.5, 1 / 3),
                device=device,
            )

        self._body = ivy.Sequential(
            conv(in_channels), ivy.LeakyReLU(0.1), conv(out_channels), ivy.LeakyReLU(0.1)
        )
        ivy.Module.__init__(self, device=device, v=v)

    def _forward(self, x: ivy.Array) -> ivy.Array:
        return self._body(x)


class Up(ivy.Module):
    """Twice the height and width, joined with what the way down had there."""

    def __init__(self, in_channels: int, out_channels: int, bilinear: bool = False, v=None):
        self._bilinear = bilinear
        if bilinear:
            self.reduce = ivy.Conv2D(in_channels, out_channels, (1, 1), 1, "SAME")
        else:
            self.reduce = ivy.Conv2DTranspose(in_channels, out_channels, (2, 2), 2, "VALID")
        self.conv = DoubleConv(2 * out_channels, out_channels)
        ivy.Module.__init__(self, v=v)

    def _forward(self, x: ivy.Array, skip: ivy.Array) -> ivy.Array:
        if self._bilinear:
            height, width = x.shape[1], x.shape[2]
            x = ivy.permute_dims(x, (0, 3, 1, 2))
            x = ivy.interpolate(x, (2 * height, 2 * width), mode="bilinear")
            x = ivy.permute_dims(x, (0, 2, 3, 1))
        x = self.reduce(x)
        below = skip.shape[1] - x.shape[1]
        right = skip.shape[2] - x.shape[2]
        x = ivy.pad(x, [(0, 0), (0, below), (0, right), (0, 0)])
        return self.conv(ivy.concat([skip, x], axis=-1))


class UNet(ivy.Module):
    """Images to one score for each class and pixel.

    Args:
        in_channels: Channels of the images.
        num_classes: Number of scores a pixel.
        width: Channels of the first stage; every further one has twice as many.
        depth: How many times height and width halve.
        bilinear: If True, the way up interpolates instead of using transposed convolutions.
        device: Where the variables are.
        v: Values for the variables.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 2,
        width: int = 4,
        depth: int = 2,
        bilinear: bool = False,
        device=None,
        v=None,
    ):
        assert depth >= 1, "a U-Net goes down at least once"
        widths = [width * 2**level for level in range(depth + 1)]
        self.inc = DoubleConv(in_channels, width, device=device)
        self.pool = ivy.MaxPool2D(2, 2, "VALID")
        self.down = [DoubleConv(a, b) for a, b in itertools.pairwise(widths)]
        self.up = tuple(Up(a, b, bilinear) for a, b in itertools.pairwise(widths[::-1]))
        self.outc = ivy.Conv2D(width, num_classes, (1, 1), 1, "VALID")
        ivy.Module.__init__(self, device=device, v=v)

    def _forward(self, x: ivy.Array) -> ivy.Array:
        skips = [self.inc(x)]
        for down in self.down:
            skips.append(down(self.pool(skips[-1])))
        x = skips.pop()
        for up in self.up:
            x = up(x, skips.pop())
        return self.outc(x)
