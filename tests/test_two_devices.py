"""Programs on two logical CPUs.

They have a process of their own, since devices are set before TensorFlow starts.
"""

import pytest

from tests.one_process import failures_of

DEVICES = """
import tensorflow as tf

one = tf.config.LogicalDeviceConfiguration()
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [one, one])
"""

DEFAULT_DEVICE = """
import keras_ivy as ivy

def places():
    layer = ivy.Linear(2, 3)
    made = ivy.zeros((2,)), ivy.random_uniform(shape=(2,)), layer.v.w, layer.v.b
    return {ivy.default_device(), *map(ivy.dev, made)}

assert places() == {"cpu"}, places()
ivy.set_default_device("cpu:1")
assert places() == {"cpu:1"}, places()
assert ivy.dev(ivy.ones((2,), device="cpu:0")) == "cpu"
ivy.set_default_device("cpu:0")
assert places() <= {"cpu", "cpu:0"}, places()
ivy.unset_default_device()
assert places() == {"cpu:1"}, places()
ivy.unset_default_device()
assert places() == {"cpu"}, places()
"""

TRAINING = """
import numpy as np
import tensorflow as tf
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
"""

#: Of several with a MirroredStrategy, TensorFlow runs the first alone.
PROGRAMS = {"devices": DEVICES, "default device": DEFAULT_DEVICE, "training": TRAINING}


@pytest.fixture(scope="module")
def failures():
    return failures_of(PROGRAMS)


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_program_ends_well(program, failures):
    assert not failures[program]
