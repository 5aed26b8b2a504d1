"""Train a residual network in Ivy style on handwritten digits, with Keras's tools around it.

The network is written as Ivy programs are: sub-modules as attributes, `_build`, `_forward`, and
`Module.__init__` last. It trains with `fit` and exports as any Keras model; the same weights move
through Ivy's HDF5 file into a second network, which Ivy's four-line loop trains on. The data,
1,797 images of 8 x 8 pixels, comes inside the scikit-learn package.

    python examples/ivy_resnet.py
"""

import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

import keras_ivy as ivy

TEST_SIZE, BATCH, EPOCHS, STEPS = 360, 64, 5, 20


class Block(ivy.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, channels: int, wide: int, stride: int = 1):
        self.conv1 = ivy.Conv2D(channels, wide, [3, 3], stride, "SAME", with_bias=False)
        self.bn1 = ivy.BatchNorm2D(wide)
        self.conv2 = ivy.Conv2D(wide, wide, [3, 3], 1, "SAME", with_bias=False)
        self.bn2 = ivy.BatchNorm2D(wide)
        self.shortcut = ivy.Identity()
        if stride != 1 or channels != wide:
            self.shortcut = ivy.Conv2D(channels, wide, [1, 1], stride, "VALID", with_bias=False)
        ivy.Module.__init__(self)

    def _forward(self, x: ivy.Array) -> ivy.Array:
        y = ivy.relu(self.bn1(self.conv1(x)))
        return ivy.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class ResNet(ivy.Module):
    """A stem, a block for each width, the mean of each channel, and a linear head."""

    def __init__(self, widths=(16, 32, 64), num_classes=10, v=None):
        self.widths, self.num_classes = widths, num_classes
        ivy.Module.__init__(self, v=v)

    def _build(self, *args, **kwargs):
        self.stem = ivy.Conv2D(1, self.widths[0], [3, 3], 1, "SAME")
        self.blocks, channels = [], self.widths[0]
        for index, wide in enumerate(self.widths):
            self.blocks.append(Block(channels, wide, stride=2 if index else 1))
            channels = wide
        self.head = ivy.Linear(channels, self.num_classes)

    def _forward(self, x: ivy.Array) -> ivy.Array:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(ivy.mean(x, axis=(1, 2)))


def main() -> None:
    keras.utils.set_random_seed(0)
    digits = load_digits()
    images = (digits.images[..., None] / 16).astype("float32")
    train, test = slice(None, -TEST_SIZE), slice(-TEST_SIZE, None)

    network = ResNet()
    print("first keys:", ", ".join(list(network.v.flatten())[:4]))
    network.compile(
        optimizer=ivy.Adam(1e-2),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    network.fit(images[train], digits.target[train], BATCH, EPOCHS, verbose=0)
    accuracy = network.evaluate(images[test], digits.target[test], verbose=0)[1]
    print(f"accuracy after fit: {accuracy:.3f}")

    with tempfile.TemporaryDirectory() as folder:
        network.save_weights(f"{folder}/weights.hdf5")
        second = ResNet(v=ivy.Container.load(f"{folder}/weights.hdf5"))
        network.export(f"{folder}/served", verbose=False)
        artifact = tf.saved_model.load(f"{folder}/served")
        served = artifact.serve(images[test])
    second.eval()
    gap = np.abs(served - second(images[test])).max()
    print(f"exported network and second network differ by {gap:.0e}")

    second.train()
    wanted = ivy.one_hot(digits.target[train], 10)
    optimizer = ivy.Adam(lr=1e-3)

    @tf.function
    def gradients(v, x, y):
        return ivy.execute_with_gradients(
            lambda v: -ivy.mean(ivy.sum(y * ivy.log_softmax(second(x, v=v)), axis=-1)), v
        )

    for step in range(STEPS):
        batch = slice(step * BATCH, (step + 1) * BATCH)
        _, grads = gradients(second.v, images[train][batch], wanted[batch])
        second.v = optimizer.step(second.v, grads)
    second.eval()
    right = ivy.argmax(second(images[test]), axis=-1) == digits.target[test]
    print(f"accuracy after {STEPS} steps of Ivy's loop: {np.mean(right):.3f}")


if __name__ == "__main__":
    main()
