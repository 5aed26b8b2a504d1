"""Dense blocks whose layers see all feature maps before them."""

import ivy


class DenseLayer(ivy.Module):
    def __init__(self, channels, growth, bottleneck=2, drop=0.0):
        self._channels = channels
        self._growth = growth
        self._bottleneck = bottleneck
        self.drop = drop
        super().__init__()

    def _build(self, *args, **kwargs):
        wide = self._bottleneck * self._growth
        self.norm1 = ivy.BatchNorm2D(self._channels)
        self.relu1 = ivy.ReLU()
        self.conv1 = ivy.Conv2D(self._channels, wide, [1, 1], 1, 0, with_bias=False)
        self.norm2 = ivy.BatchNorm2D(wide)
        self.relu2 = ivy.ReLU()
        self.conv2 = ivy.Conv2D(wide, self._growth, [3, 3], 1, 1, with_bias=False)
        self.dropout = ivy.Dropout(self.drop)

    def _forward(self, features):
        x = ivy.concat(features, axis=-1)
        x = self.conv1(self.relu1(self.norm1(x)))
        x = self.conv2(self.relu2(self.norm2(x)))
        return self.dropout(x)


class DenseBlock(ivy.Module):
    def __init__(self, num_layers, channels, growth):
        self.layers = []
        for i in range(num_layers):
            self.layers.append(DenseLayer(channels + i * growth, growth))
        super().__init__()

    def _forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(features))
        return ivy.concat(features, axis=-1)


class Transition(ivy.Sequential):
    def __init__(self, channels_in, channels_out):
        super().__init__(
            ivy.BatchNorm2D(channels_in),
            ivy.ReLU(),
            ivy.Conv2D(channels_in, channels_out, [1, 1], 1, 0, with_bias=False),
            ivy.AvgPool2D(2, 2, 0),
        )


class DenseNet(ivy.Module):
    def __init__(self, growth=4, blocks=(2, 2), channels=4, num_classes=3, v=None):
        self.growth = growth
        self.blocks = blocks
        self.channels = channels
        self.num_classes = num_classes
        super().__init__(v=v)

    def _build(self, *args, **kwargs):
        channels = self.channels
        layers = [ivy.Conv2D(1, channels, [3, 3], 1, 1, with_bias=False)]
        for i, num_layers in enumerate(self.blocks):
            layers.append(DenseBlock(num_layers, channels, self.growth))
            channels = channels + num_layers * self.growth
            if i < len(self.blocks) - 1:
                layers.append(Transition(channels, channels // 2))
                channels = channels // 2
        layers.append(ivy.BatchNorm2D(channels))
        self.features = ivy.Sequential(*layers)
        self.classifier = ivy.Linear(channels, self.num_classes)

    def _forward(self, x):
        x = ivy.relu(self.features(x))
        x = ivy.adaptive_avg_pool2d(x, (1, 1), data_format="NHWC")
        x = x.reshape((x.shape[0], -1))
        return self.classifier(x)
