"""A residual network as an Ivy program writes it: stem, stages of basic blocks, global pooling."""

from collections.abc import Sequence

import keras_ivy as ivy


class BasicBlock(ivy.Module):
    """Two 3x3 convolutions and a shortcut, which is projected where the shape changes."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        stride: int = 1,
        data_format: str = "NHWC",
        device=None,
        v=None,
    ):
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.stride = stride
        self.data_format = data_format
        ivy.Module.__init__(self, device=device, v=v)

    def _build(self, *args, **kwargs):
        norm_format = "NSC" if self.data_format == "NHWC" else "NCS"
        conv = {"with_bias": False, "data_format": self.data_format}
        wide, stride = self.out_channels, self.stride
        self.conv1 = ivy.Conv2D(self.in_channels, wide, [3, 3], stride, [[1, 1], [1, 1]], **conv)
        self.bn1 = ivy.BatchNorm2D(wide, data_format=norm_format)
        self.conv2 = ivy.Conv2D(wide, wide, [3, 3], 1, "SAME", **conv)
        self.bn2 = ivy.BatchNorm2D(wide, data_format=norm_format)
        self.relu = ivy.ReLU()
        self.downsample = None
        if stride != 1 or self.in_channels != wide:
            self.downsample = ivy.Sequential(
                ivy.Conv2D(self.in_channels, wide, [1, 1], stride, "VALID", **conv),
                ivy.BatchNorm2D(wide, data_format=norm_format),
            )

    def _forward(self, x: ivy.Array) -> ivy.Array:
        shortcut = self.downsample(x) if ivy.exists(self.downsample) else x
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x))
        return self.relu(ivy.add(x, shortcut))


class ResNet(ivy.Module):
    """Images to class scores.

    Args:
        widths: Channels of each stage; every stage but the first halves height and width.
        depths: Blocks of each stage.
        num_classes: Number of scores.
        in_channels: Channels of the images.
        data_format: `"NHWC"` or `"NCHW"`.
        build_mode: When the layers are made.
        device: Where the variables are.
        v: Values for the variables.
    """

    def __init__(
        self,
        widths: Sequence[int] = (8, 16),
        depths: Sequence[int] = (1, 1),
        num_classes: int = 10,
        in_channels: int = 1,
        data_format: str = "NHWC",
        build_mode: str = "on_init",
        device=None,
        v=None,
    ):
        if len(widths) != len(depths):
            raise ivy.utils.exceptions.IvyException(
                f"a stage has a width and a depth, but there are {len(widths)} and {len(depths)}"
            )
        self.widths = widths
        self.depths = depths
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.data_format = data_format
        ivy.Module.__init__(self, device=device, v=v, build_mode=build_mode)

    def _build(self, *args, **kwargs):
        norm_format = "NSC" if self.data_format == "NHWC" else "NCS"
        channels = self.widths[0]
        self.stem = ivy.Sequential(
            ivy.Conv2D(
                self.in_channels,
                channels,
                [3, 3],
                1,
                "SAME",
                with_bias=False,
                data_format=self.data_format,
            ),
            ivy.BatchNorm2D(channels, data_format=norm_format),
            ivy.ReLU(),
        )
        self.stages = []
        for index, (wide, depth) in enumerate(zip(self.widths, self.depths, strict=True)):
            blocks = []
            for block in range(depth):
                stride = 2 if index > 0 and block == 0 else 1
                blocks.append(BasicBlock(channels, wide, stride, self.data_format))
                channels = wide
            self.stages.append(ivy.Sequential(*blocks))
        self.pool = ivy.AdaptiveAvgPool2d((1, 1), data_format=self.data_format)
        self.head = ivy.Linear(channels, self.num_classes)

    def _forward(self, x: ivy.Array) -> ivy.Array:
        assert ivy.get_num_dims(x) == 4, "images come in batches"
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.head(ivy.flatten(self.pool(x), start_dim=1))
