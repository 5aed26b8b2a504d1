"""Stacks of convolutions from a list of numbers and letters."""

import ivy
from ivy.stateful.initializers import KaimingNormal, Zeros

CONFIGS = {
    "tiny": [4, "M", 8, 8, "M"],
    "wide": [8, "M", 8, "M"],
}


def make_layers(config: list[int | str], in_channels: int, batch_norm: bool):
    layers = []
    for width in config:
        if width == "M":
            layers += [ivy.MaxPool2D(2, 2, 0)]
            continue
        layers.append(
            ivy.Conv2D(
                in_channels,
                width,
                [3, 3],
                1,
                1,
                weight_initializer=KaimingNormal(fan_mode="fan_out"),
                bias_initializer=Zeros(),
            )
        )
        if batch_norm:
            layers.append(ivy.BatchNorm2D(width))
        layers.append(ivy.ReLU())
        in_channels = width
    return ivy.Sequential(*layers)


class VGG(ivy.Module):
    def __init__(
        self,
        config: str = "tiny",
        num_classes: int = 3,
        size: int = 8,
        batch_norm: bool = True,
        dropout: float = 0.0,
        v: ivy.Container = None,
    ) -> None:
        widths = [width for width in CONFIGS[config] if width != "M"]
        size = size // 2 ** CONFIGS[config].count("M")
        self.features = make_layers(CONFIGS[config], 1, batch_norm)
        self.avgpool = ivy.AdaptiveAvgPool2d((size, size))
        self.classifier = ivy.Sequential(
            ivy.Linear(widths[-1] * size * size, 16),
            ivy.ReLU(),
            ivy.Dropout(prob=dropout),
            ivy.Linear(16, num_classes),
        )
        ivy.Module.__init__(self, v=v)

    def _forward(self, x: ivy.Array | ivy.NativeArray) -> ivy.Array:
        x = self.features(x)
        x = self.avgpool(x)
        x = ivy.flatten(x, start_dim=1)
        return self.classifier(x)
