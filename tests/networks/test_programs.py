"""Programs that say `import ivy`, run as they are: they train, save, load and export."""

import importlib
import sys
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy
from tests.networks.cases import images


def points():
    x = np.random.default_rng(7).uniform(-1, 1, (24, 2)).astype("float32")
    return x, np.tanh(x[:, :1] - x[:, 1:]) / 2


def rays():
    """Origins, directions, near and far; the colour is that of a ball that rays hit."""
    count, rng = 24, np.random.default_rng(7)
    origin = np.concatenate([rng.uniform(-1, 1, (count, 2)), np.full((count, 1), -2.0)], 1)
    direction = np.tile([[0.0, 0.0, 1.0]], (count, 1))
    hits = np.linalg.norm(origin[:, :2], axis=1, keepdims=True) < 0.7
    x = np.concatenate([origin, direction, np.full((count, 1), 1.0), np.full((count, 1), 3.0)], 1)
    return x.astype("float32"), (hits * [[0.9, 0.5, 0.1]]).astype("float32")


def sequences():
    """Bits, and the bits of the step before."""
    x = np.random.default_rng(7).integers(0, 2, (16, 3, 2)).astype("float32")
    return x, np.concatenate([np.zeros_like(x[:, :1]), x[:, :-1]], axis=1)


def labels(scores, y):
    y = tf.cast(y, "int32")
    return keras_ivy.sparse_cross_entropy(y, keras_ivy.softmax(scores, axis=-1))


def squares(outputs, y):
    return (outputs - y) ** 2


def logits(outputs, y):
    return tf.nn.sigmoid_cross_entropy_with_logits(y, outputs)


class Program(NamedTuple):
    """A program, the class of its network, and a task.

    Attributes:
        network: The name of the class.
        data: Returns inputs and targets.
        loss: A function of outputs and targets.
        keys: Some of the key chains of `v` in Ivy.
        steps: How many steps of Adam the loss is given to fall.
        rate: The learning rate.
        falls: To what part of the first loss it falls.
    """

    network: str
    data: Callable
    loss: Callable
    keys: tuple[str, ...]
    steps: int = 25
    rate: float = 0.01
    falls: float = 0.5


PROGRAMS = {
    "densenet": Program(
        "DenseNet", images, labels,
        ("features/submodules/v1/layers/v1/conv2/w", "features/submodules/v2/submodules/v2/w"),
        steps=20, rate=0.03,
    ),
    "vit": Program(
        "VisionTransformer", images, labels,
        ("cls_token", "layers/v1/attn/qkv/w", "layers/v0/mlp/submodules/v2/b"), rate=0.02,
    ),
    "vgg": Program(
        "VGG", images, labels, ("features/submodules/v1/running_mean", "classifier/submodules/v3/w")
    ),
    "ntm": Program(
        "NTM", sequences, logits,
        ("controller/lstm/input/layer_0/w", "heads/read_key/w", "memory", "sharpness"),
        steps=15, rate=0.05, falls=0.95,
    ),
    "hypernet": Program(
        "HyperNet", points, squares, ("latent", "layers/v1/w"), steps=40, rate=0.05
    ),
    "rays": Program("Rays", rays, squares, ("density/w", "layers/v1/b"), steps=40, rate=0.02),
}  # fmt: skip


@pytest.fixture(autouse=True)
def ivy():
    """`import ivy` finds this package while a test runs."""
    with keras_ivy.drop_in.install():
        import ivy

        yield ivy
    for name in [n for n in sys.modules if n.startswith("tests.networks.programs.")]:
        del sys.modules[name]


def program(name):
    return importlib.import_module(f"tests.networks.programs.{name}")


def made(name):
    """A network of a program, called once, with its task."""
    task = PROGRAMS[name]
    keras.utils.set_random_seed(2)
    x, y = task.data()
    network = getattr(program(name), task.network)()
    network(x)
    return network, x, y, task


def trained(ivy, name, steps=None):
    """Train by a loop of Ivy's; return the network, its inputs, and the losses."""
    network, x, y, task = made(name)
    optimizer = ivy.Adam(lr=task.rate)

    def cost(v):
        return ivy.mean(task.loss(network(x, v=v), y))

    losses = []
    for _ in range(steps or task.steps):
        loss, grads = ivy.execute_with_gradients(cost, network.v)
        network.v = optimizer.step(network.v, grads)
        losses.append(ivy.to_scalar(loss))
    return network, x, losses


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_trains_by_a_loop_of_ivys(ivy, name):
    network, _, losses = trained(ivy, name)
    assert set(PROGRAMS[name].keys) <= set(network.v.flatten())
    assert losses[-1] < PROGRAMS[name].falls * losses[0]


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_trains_by_fit(name):
    network, x, y, task = made(name)
    network.compile(
        keras.optimizers.Adam(task.rate), lambda y, out: task.loss(out, y), jit_compile=False
    )
    # The last batch is a smaller one, so that no size of a batch is known in the trace.
    history = network.fit(x, y, batch_size=len(x) - 3, epochs=5, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_is_saved_loaded_and_exported(ivy, name, tmp_path):
    network, x, _ = trained(ivy, name, steps=2)
    network.eval()
    wanted = np.asarray(network(x))
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(loaded(x, training=False), wanted, rtol=1e-5, atol=1e-6)
    for file in ("network.hdf5", "network.weights.h5"):
        network.save_weights(tmp_path / file)
        other = made(name)[0]
        other.load_weights(tmp_path / file)
        np.testing.assert_allclose(other(x, training=False), wanted, rtol=1e-5, atol=1e-6)
    again = type(network)(v=ivy.Container.cont_from_disk_as_hdf5(tmp_path / "network.hdf5"))
    np.testing.assert_allclose(again(x, training=False), wanted, rtol=1e-5, atol=1e-6)
    network.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    np.testing.assert_allclose(exported.serve(x[:5]), wanted[:5], rtol=1e-4, atol=1e-5)


def test_layers_of_a_program_are_its_own_list():
    network, *_ = made("densenet")
    block = network.features[1]
    assert [type(layer).__name__ for layer in block.layers] == ["DenseLayer"] * 2
    assert len(network.get_layer(index=0).layers) == 5


def test_samples_of_rays_lie_in_the_last_axis(ivy):
    first, last = program("rays").sample(ivy.array([0.0, 1.0]), ivy.array([1.0, 3.0]), 2)
    assert first.to_list() == [[0.0, 0.5], [1.0, 2.0]]
    assert last.to_list() == [[0.5, 1.0], [2.0, 3.0]]


def test_trainer_trains_goes_on_where_it_stopped_and_exports(ivy, tmp_path):
    trainer = program("trainer")
    x, y = points()
    data = ivy.Container(x=ivy.array(x), y=ivy.array(y))
    spec = ivy.Container(lr=0.03, batch_size=8, epochs=20, max_norm=5.0)
    keras.utils.set_random_seed(1)
    first = trainer.Trainer(spec, trainer.Regressor())
    history = first.train(data)
    assert history[-1] < 0.5 * history[0]
    assert first._best == pytest.approx(min(first._best, first.evaluate(data)))
    first.save(str(tmp_path / "run"))
    second = trainer.Trainer(spec, trainer.Regressor())
    second.restore(str(tmp_path / "run"))
    assert second.evaluate(data) == pytest.approx(first.evaluate(data), rel=1e-6)
    np.testing.assert_allclose(second.train(data), first.train(data)[-20:], rtol=2e-4)
    network = first._network
    network.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    np.testing.assert_allclose(exported.serve(x[:5]), network(x[:5]), rtol=1e-5, atol=1e-6)
