"""Two logical CPUs, in a process of its own: devices are set before TensorFlow starts."""

import os
import subprocess
import sys

import pytest

CODE = """
import numpy as np
import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
import keras
import keras_ivy as ivy

rng = np.random.default_rng(0)
x, y = rng.normal(size=(16, 3)).astype("float32"), rng.normal(size=(16, 1)).astype("float32")


class Net(ivy.Module):
    def __init__(self):
        self.blocks = [ivy.Linear(3, 4), keras.layers.Dense(4), ivy.Linear(4, 1)]
        ivy.Module.__init__(self)

    def _forward(self, x):
        for block in self.blocks:
            x = ivy.tanh(block(x))
        return x


def fitted(strategy, optimizer):
    with strategy.scope():
        net = Net()
        net.build((None, 3))
        net.set_weights([np.full(w.shape, 0.1 * i) for i, w in enumerate(net.weights, 1)])
        net.compile(keras.optimizers.get(optimizer), "mse")
    net.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return net


def looped(strategy):
    with strategy.scope():
        net = Net()
        net.build((None, 3))
        net.set_weights([np.full(w.shape, 0.1 * i) for i, w in enumerate(net.weights, 1)])

    def step(batch):
        xs, ys = batch
        loss, grads = ivy.execute_with_gradients(
            lambda v: ivy.mean((net(xs, v=v) - ys) ** 2), net.v
        )
        return grads

    @tf.function
    def train(batch):
        grads = strategy.run(step, args=(batch,))
        return grads.map(lambda g: strategy.reduce("mean", g, axis=None))

    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    for batch in strategy.experimental_distribute_dataset(data):
        net.v = net.v - train(batch) * 0.1
    return net


one, two = tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
for make in (lambda s: fitted(s, "sgd"), lambda s: fitted(s, "adam_ivy"), looped):
    expected, found = make(one), make(two)
    for a, b in zip(expected.weights, found.weights):
        np.testing.assert_allclose(np.array(a), np.array(b), rtol=1e-5, atol=1e-6)
net = Net().to_device("cpu:1")
assert net.blocks[0].v.w.value.device.endswith("CPU:1"), net.blocks[0].v.w.value.device
assert net.device == "cpu:1"
net(x)
print("equal")
"""


@pytest.mark.slow
def test_two_devices_train_as_one():
    env = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    result = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, env=env)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip().endswith("equal")
