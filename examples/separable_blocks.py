"""Eight separable blocks that Keras's default cannot train and `initialize_model` can.

A block is a 3 x 3 depthwise convolution and a 1 x 1 convolution with ReLU, 64 channels, no
normalisation. Keras takes the fan_in of the depthwise kernel (3, 3, 64, 1) for 576; each output
sums 9 products. So each block shrinks the signal eightfold, after eight blocks nothing is left of
it, and the network stays at chance. With the true fans it learns the digits: 1,797 images of 8 x 8
pixels from the scikit-learn package, six epochs of Adam, under a minute on two cores.

    python examples/separable_blocks.py          one seed, with progress bars
    python examples/separable_blocks.py 1 2 3    other seeds
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from sklearn.datasets import load_digits

import keras_ivy

BLOCKS, CHANNELS, EPOCHS, BATCH, TEST_SIZE = 8, 64, 6, 64, 360


def load() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return `(images, labels)` for training and for testing, shuffled, of mean 0, deviation 1."""
    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))
    images = digits.images[order, ..., np.newaxis].astype("float32")
    images = (images - images.mean()) / images.std()
    labels = digits.target[order]
    return (images[TEST_SIZE:], labels[TEST_SIZE:]), (images[:TEST_SIZE], labels[:TEST_SIZE])


def network() -> keras.Model:
    """Build the blocks with the initializers that Keras chooses."""
    inputs = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(CHANNELS, 1, activation="relu", name="stem")(inputs)
    for i in range(1, BLOCKS + 1):
        x = keras.layers.DepthwiseConv2D(3, padding="same", name=f"block{i}_depthwise")(x)
        x = keras.layers.Conv2D(CHANNELS, 1, activation="relu", name=f"block{i}_pointwise")(x)
    x = keras.layers.Flatten(name="flat")(x)
    return keras.Model(inputs, keras.layers.Dense(10, name="head")(x), name="separable_blocks")


def accuracy(model: keras.Model, train, test, verbose: int) -> float:
    """Train a model and return its accuracy on the test images."""
    model.compile(
        keras.optimizers.Adam(1e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(*train, batch_size=BATCH, epochs=EPOCHS, verbose=verbose)
    return model.evaluate(*test, verbose=0)[1]


def run(seed: int, verbose: int = 1) -> dict[str, float]:
    """Return the test accuracies from Keras's default and from true fans, for one seed."""
    train, test = load()
    keras.utils.set_random_seed(seed)
    default = network()
    ours = keras.models.clone_model(default)
    # He before ReLU, Xavier for the linear depthwise kernels and the head.
    keras_ivy.initialize_model(ours, "auto", seed=seed)
    for name, model in (("Keras's default", default), ("initialize_model", ours)):
        spread = float(np.std(keras.Model(model.input, model.layers[-2].output)(test[0])))
        print(f"{name}: deviation after {BLOCKS} blocks {spread:.1e}")
    return {
        "Keras's default": accuracy(default, train, test, verbose),
        "initialize_model": accuracy(ours, train, test, verbose),
    }


def main(seeds: list[int]) -> None:
    kernel = network().layers[2].kernel
    print(f"Depthwise kernel {tuple(kernel.shape)}:")
    print("  fans from the shape", keras_ivy.initializers.kernel_fans(kernel.shape))
    layer = keras.layers.DepthwiseConv2D(3)
    layer.build((None, 8, 8, CHANNELS))
    print("  true fans          ", keras_ivy.fans_of(layer, layer.kernel))
    for seed in seeds:
        for name, share in run(seed).items():
            print(f"seed {seed}, {name}: test accuracy {share:.3f}")


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [1])
