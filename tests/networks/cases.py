"""The networks with a tiny task each, for tests that hold for every network."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

import keras_ivy as ivy
from tests.networks import expected
from tests.networks.bert import BertClassifier
from tests.networks.convnext import ConvNeXt
from tests.networks.perceiver import Perceiver, PerceiverSpec
from tests.networks.resnet import ResNet
from tests.networks.unet import UNet


def images(size: int = 8, count: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a bright bar at the top, in the middle or at the bottom, and which of these."""
    rng = np.random.default_rng(0)
    y = np.arange(count) % 3
    x = rng.normal(0.0, 0.3, (count, size, size, 1))
    for image, label in zip(x, y, strict=True):
        image[label * 3 : label * 3 + 2] += 1.5
    return x.astype("float32"), y.astype("int32")


def masks(size: int = 8, count: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Images of a bright square, and for each pixel whether it belongs to the square."""
    rng = np.random.default_rng(1)
    y = np.zeros((count, size, size), "int32")
    for image in y:
        top, left = rng.integers(0, size - 3, 2)
        image[top : top + 3, left : left + 3] = 1
    x = y[..., None] + rng.normal(0.0, 0.2, (count, size, size, 1))
    return x.astype("float32"), y


def sentences(count: int = 24, length: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Token numbers filled up with zeros, and whether token 5 comes first."""
    rng = np.random.default_rng(2)
    x = rng.integers(6, 20, (count, length))
    y = np.arange(count) % 2
    x[:, 0] = np.where(y == 1, 5, x[:, 0])
    x[::3, -2:] = 0
    return x.astype("int32"), y.astype("int32")


@dataclasses.dataclass
class Case:
    """A network and its task.

    Attributes:
        make: Returns the network; keywords change its options.
        data: Returns inputs and labels.
        shapes: The shapes of the variables by key chain.
        outputs: The shape of the outputs without the batch.
        dropout: Options that make training random, if there are any.
        learning_rate: Of Adam, for the test that `fit` learns.
        epochs: For the same test.
    """

    make: Callable[..., ivy.Module]
    data: Callable[[], tuple[np.ndarray, np.ndarray]]
    shapes: dict[str, tuple]
    outputs: tuple[int, ...]
    dropout: dict[str, Any] | None = None
    learning_rate: float = 0.01
    epochs: int = 12

    def compiled(self, optimizer: Any, network: ivy.Module | None = None, **options: Any):
        """Return a network compiled for the task."""
        network = self.make() if network is None else network
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        network.compile(optimizer=optimizer, loss=loss, **{"jit_compile": False, **options})
        return network


def _perceiver(v: Any = None, device: Any = None, **options: Any) -> Perceiver:
    spec = PerceiverSpec(input_dim=1, input_axes=2, output_dim=3, **options)
    return Perceiver(spec, v=v, device=device)


CASES = {
    "resnet": Case(
        lambda **kw: ResNet(**{"widths": (4, 8), "depths": (1, 2), "num_classes": 3, **kw}),
        images,
        expected.flat(expected.RESNET),
        (3,),
    ),
    "unet": Case(UNet, masks, expected.flat(expected.UNET), (8, 8, 2)),
    "convnext": Case(
        lambda **kw: ConvNeXt(num_classes=3, **{"depths": (1, 2), "dims": (4, 8), **kw}),
        images,
        expected.flat(expected.CONVNEXT),
        (3,),
        dropout={"drop_path": 0.5, "layer_scale": 1.0},
        epochs=14,
    ),
    "bert": Case(
        lambda **kw: BertClassifier(**{"dropout": 0.0, **kw}),
        sentences,
        expected.flat(expected.BERT),
        (2,),
        dropout={"dropout": 0.5},
        epochs=10,
    ),
    "perceiver": Case(
        _perceiver,
        images,
        expected.flat(expected.PERCEIVER),
        (3,),
        dropout={"dropout": 0.5},
        epochs=30,
    ),
}
