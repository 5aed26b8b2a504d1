"""Saved in the middle, loaded in a fresh process, trained on: bit for bit as if nothing was."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.optimizers.cases import CASES

ENV = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
BEFORE, AFTER = 3, 4
X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = np.tanh(X[:, :2])

#: Everything that an optimizer keeps beside its slots, and a schedule.
OPTIONS = {"use_ema": True, "ema_momentum": 0.75, "gradient_accumulation_steps": 2}


def model_with(case):
    """A small model whose variables have norms other than zero."""
    draw = keras.initializers.GlorotUniform(seed=0)
    dense = keras.layers.Dense(2, "tanh", kernel_initializer=draw, bias_initializer="ones")
    net = keras.Sequential([keras.Input((3,)), dense])
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    net.compile(case.make(schedule, **OPTIONS), "mse")
    net.optimizer.build(net.trainable_variables)
    return net


def train(net, steps):
    """Some steps by hand; `fit` would write the averages over the weights at its end."""
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((net(X, training=True) - Y) ** 2)
        net.optimizer.apply(tape.gradient(loss, net.trainable_weights), net.trainable_weights)


def everything(net):
    """Weights and the optimizer's variables."""
    return [np.asarray(v) for v in (*net.weights, *net.optimizer.variables)]


def child(function, folder):
    """Run a function of this file in a fresh process."""
    # Frozen as in conftest.py: optimizers look for their layers among the objects that are not.
    code = (
        "import gc, sys; from tests.optimizers import test_saving as t;"
        f"gc.freeze(); t.{function}(sys.argv[1])"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    result = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        cwd=root,
        env=ENV | {"PYTHONPATH": root},
    )
    assert result.returncode == 0, result.stderr


def go_on(folder):
    """In the fresh process: load every file and checkpoint, train on, and note what came out."""
    for name, case in CASES.items():
        loaded = keras.saving.load_model(f"{folder}/{name}.keras")
        train(loaded, AFTER)
        np.savez(f"{folder}/{name}.keras.npz", *everything(loaded))
        restored = model_with(case)
        checkpoint = tf.train.Checkpoint(model=restored, optimizer=restored.optimizer)
        checkpoint.restore(f"{folder}/{name}-1").assert_existing_objects_matched()
        train(restored, AFTER)
        np.savez(f"{folder}/{name}.checkpoint.npz", *everything(restored))
    for name in BACKED_UP:
        net = fitted(folder, name)
        assert net.history.epoch == [2, 3]
        np.savez(f"{folder}/{name}.backup.npz", *everything(net))


class Interrupt(keras.callbacks.Callback):
    """Ends a training as a crash does."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


def fitted(folder, name, crash=False):
    """A model trained for four epochs, from wherever a backup was."""
    net = model_with(CASES[name])
    callbacks = [keras.callbacks.BackupAndRestore(f"{folder}/{name}-backup")] if folder else []
    callbacks += [Interrupt()] if crash else []
    net.fit(X, Y, batch_size=4, epochs=4, shuffle=False, verbose=0, callbacks=callbacks)
    return net


#: A backup keeps the variables in the way of `.keras` files, which go on with every row above.
BACKED_UP = ("sgd-momentum", "lamb-paper")


@pytest.fixture(scope="module")
def resumed(tmp_path_factory):
    """Train all cases, save each in the middle, and let one fresh process resume them all."""
    folder = tmp_path_factory.mktemp("saved")
    wanted, backed_up = {}, {}
    for name, case in CASES.items():
        net = model_with(case)
        train(net, BEFORE)
        net.save(folder / f"{name}.keras")
        tf.train.Checkpoint(model=net, optimizer=net.optimizer).save(folder / name)
        middle = everything(net)
        train(net, AFTER)
        wanted[name] = everything(net), middle
    for name in BACKED_UP:
        backed_up[name] = everything(fitted(None, name))
        with pytest.raises(KeyboardInterrupt):
            fitted(folder, name, crash=True)
    child("go_on", folder)
    return folder, wanted, backed_up


def came_out(path):
    """What the fresh process noted."""
    with np.load(path) as archive:
        return [archive[key] for key in archive.files]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["keras", "checkpoint"])
@pytest.mark.parametrize("name", CASES)
def test_fresh_process_goes_on_bit_for_bit(resumed, name, way):
    folder, wanted, _ = resumed
    want, middle = wanted[name]
    for a, b in zip(came_out(folder / f"{name}.{way}.npz"), want, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(np.abs(a - b).max() > 1e-6 for a, b in zip(want[:2], middle[:2], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", BACKED_UP)
def test_backup_goes_on_bit_for_bit(resumed, name):
    folder, _, backed_up = resumed
    for a, b in zip(came_out(folder / f"{name}.backup.npz"), backed_up[name], strict=True):
        np.testing.assert_array_equal(a, b)
