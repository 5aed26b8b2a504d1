"""Two logical CPUs, in a process of its own: devices are set before TensorFlow starts."""

import pytest

from tests.one_process import failures_of

CODE = """
import numpy as np
import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
import keras
import keras_ivy

x = np.random.default_rng(0).standard_normal((32, 8)).astype("float32")


def model(strategy):
    keras.utils.set_random_seed(0)  # Of the weights that the statistics are taken with.
    with strategy.scope():
        made = keras.Sequential([
            keras.Input((8,)),
            keras.layers.Dense(16, "relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(3),
        ])
        made.compile(keras.optimizers.Adam(1e-3), "mse")
    made.fit(x, np.ones((32, 3)), verbose=0)
    keras_ivy.initialize_model(made, "kaiming", seed=1, reset_optimizer=True)
    keras_ivy.lsuv(made, x, seed=2, verbose=0)
    return made


one, two = tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
expected, found = model(one), model(two)
for a, b in zip(expected.trainable_variables, found.trainable_variables, strict=True):
    replicas = [np.asarray(replica) for replica in b.value.values]
    assert len(replicas) == 2
    assert np.array_equal(*replicas), b.path
    if "normalization" not in b.path:  # trained before, on batches of half the size
        np.testing.assert_allclose(np.asarray(a.value), replicas[0], rtol=1e-3, err_msg=b.path)
assert all(not np.any(keras.ops.copy(v)) for v in found.optimizer.variables[2:])
"""


@pytest.mark.slow
def test_replicas_are_initialized_alike():
    failures = failures_of({"replicas": CODE}, TF_ENABLE_ONEDNN_OPTS="0")
    assert failures["replicas"] == ""
