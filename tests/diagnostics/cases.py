"""Networks, sick and healthy, with what is said of them."""

import itertools
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

import keras_ivy as ivy

K = keras.layers
WIDTH, CLASSES, SAMPLES = 64, 10, 128
_RANDOM = np.random.default_rng(7)
X = _RANDOM.standard_normal((SAMPLES, WIDTH)).astype("float32")
Y = _RANDOM.integers(0, CLASSES, SAMPLES)
#: What can be learned from the inputs.
LABELS = np.argmax(X[:, :CLASSES], axis=1)
_seeds = itertools.count(1)


def he(scale=1.0):
    """He's scheme, each layer with a seed of its own."""
    return keras.initializers.VarianceScaling(
        2.0 * scale, "fan_in", "untruncated_normal", seed=next(_seeds)
    )


def glorot():
    return keras.initializers.GlorotUniform(seed=next(_seeds))


def spread(std):
    return keras.initializers.RandomNormal(stddev=std, seed=next(_seeds))


def mlp(
    depth: int,
    activation,
    kernel: Callable = he,
    *,
    width: int = WIDTH,
    bias="zeros",
    head: Callable = glorot,
) -> keras.Sequential:
    layers = [
        K.Dense(
            width, activation, kernel_initializer=kernel(), bias_initializer=bias, name=f"hidden{i}"
        )
        for i in range(depth)
    ]
    last = K.Dense(CLASSES, "softmax", kernel_initializer=head(), name="head")
    return keras.Sequential([keras.Input((WIDTH,)), *layers, last])


class Subclassed(keras.Model):
    """Activations that stand in `call` and in no layer."""

    def __init__(self, depth: int, function: Callable = tf.nn.relu, kernel: Callable = he):
        super().__init__()
        self.hidden = [
            K.Dense(WIDTH, kernel_initializer=kernel(), name=f"hidden{i}") for i in range(depth)
        ]
        self.head = K.Dense(CLASSES, kernel_initializer=glorot(), name="head")
        self.function = function

    def call(self, x):
        for layer in self.hidden:
            x = self.function(layer(x))
        return self.head(x)


def subclassed(depth, function=tf.nn.relu, kernel=he):
    model = Subclassed(depth, function, kernel)
    model(X[:2])
    return model


def separable(blocks: int, width: int = 32) -> keras.Sequential:
    """Keras's defaults: depthwise kernels that are drawn for the wrong fans."""
    layers = [K.Reshape((4, 4, 4)), K.Conv2D(width, 1, kernel_initializer=he(), name="stem")]
    for i in range(blocks):
        layers += [
            K.DepthwiseConv2D(3, padding="same", depthwise_initializer=glorot(), name=f"depth{i}"),
            K.Conv2D(width, 1, activation="relu", kernel_initializer=glorot(), name=f"point{i}"),
        ]
    head = K.Dense(CLASSES, "softmax", kernel_initializer=glorot(), name="head")
    return keras.Sequential([keras.Input((WIDTH,)), *layers, K.GlobalAveragePooling2D(), head])


def normalized(depth: int, kernel: Callable = glorot, momentum: float = 0.99) -> keras.Sequential:
    layers = []
    for i in range(depth):
        layers += [
            K.Dense(WIDTH, kernel_initializer=kernel(), name=f"hidden{i}"),
            K.BatchNormalization(momentum=momentum, name=f"norm{i}"),
            K.ReLU(),
        ]
    head = K.Dense(CLASSES, "softmax", kernel_initializer=glorot(), name="head")
    return keras.Sequential([keras.Input((WIDTH,)), *layers, head])


def residual(blocks: int, last: Callable, normalization: bool = False) -> keras.Model:
    x = inputs = keras.Input((WIDTH,))
    for i in range(blocks):
        y = K.LayerNormalization()(x) if normalization else x
        y = K.Dense(WIDTH, "relu", kernel_initializer=he(), name=f"first{i}")(y)
        y = K.Dense(WIDTH, kernel_initializer=last(), name=f"second{i}")(y)
        x = K.Add()([x, y])
    if normalization:
        x = K.LayerNormalization()(x)
    outputs = K.Dense(CLASSES, kernel_initializer=glorot(), name="head")(x)
    return keras.Model(inputs, outputs)


def transformer(blocks: int, width: int = 32, shortcuts: bool = True) -> keras.Model:
    """Over 8 tokens that the features are cut into."""
    inputs = keras.Input((WIDTH,))
    x = K.Dense(width, kernel_initializer=glorot(), name="embed")(K.Reshape((8, 8))(inputs))
    for i in range(blocks):
        y = K.LayerNormalization()(x) if shortcuts else x
        y = K.MultiHeadAttention(4, width // 4, name=f"attention{i}")(y, y)
        x = x + y if shortcuts else y
        if shortcuts:
            y = K.LayerNormalization()(x)
            y = K.Dense(2 * width, "gelu", kernel_initializer=he(), name=f"up{i}")(y)
            x = x + K.Dense(width, kernel_initializer=glorot(), name=f"down{i}")(y)
    if shortcuts:
        x = K.LayerNormalization()(x)
    x = K.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, K.Dense(CLASSES, "softmax", name="head")(x))


def recurrent(layer, depth: int) -> keras.Sequential:
    layers = [layer(24, return_sequences=i < depth - 1, name=f"rnn{i}") for i in range(depth)]
    head = K.Dense(CLASSES, "softmax", kernel_initializer=glorot(), name="head")
    return keras.Sequential([keras.Input((WIDTH,)), K.Reshape((8, 8)), *layers, head])


def unconnected() -> keras.Model:
    """A branch that ends in `round`, and one whose gradient is stopped."""
    inputs = keras.Input((WIDTH,))
    x = K.Dense(WIDTH, "relu", kernel_initializer=he(), name="hidden0")(inputs)
    cut = K.Dense(WIDTH, "relu", kernel_initializer=he(), name="cut")(inputs)
    x = x + keras.ops.stop_gradient(cut)
    return keras.Model(inputs, K.Dense(CLASSES, "softmax", name="head")(x))


class NeverCalled(keras.Model):
    def __init__(self):
        super().__init__()
        self.used = K.Dense(CLASSES, "softmax", name="used")
        self.unused = K.Dense(CLASSES, name="unused")
        self.unused.build((None, WIDTH))

    def call(self, x):
        return self.used(x)


def never_called():
    model = NeverCalled()
    model(X[:2])
    return model


def trained(model: keras.Model, rate: float = 1e-2, epochs: int = 15) -> keras.Model:
    """After training on labels that can be learned."""
    from_logits = bool(keras.ops.min(model(X)) < 0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    model.compile(keras.optimizers.Adam(rate), loss)
    model.fit(X, LABELS, epochs=epochs, batch_size=32, verbose=0)
    return model


def prepared(model, change: Callable) -> keras.Model:
    """A model of which something was changed by hand."""
    change(model)
    return model


def with_scheme(model, scheme):
    return ivy.initialize_model(model, scheme, seed=0)
