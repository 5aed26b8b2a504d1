"""`EinsumDense` tells the axes of its kernel to `keras.initializers.VarianceScaling` alone.

`KernelInitializer` is such a class for that reason. If one of these tests fails, Keras has found
another way, and `KernelInitializer` must follow it.
"""

import keras
import pytest


class Recorder(keras.initializers.VarianceScaling):
    """Keeps the config that it is made from."""

    configs = []

    @classmethod
    def from_config(cls, config):
        cls.configs.append(dict(config))
        return super().from_config(config)


@pytest.fixture
def configs():
    Recorder.configs.clear()
    return Recorder.configs


def test_einsum_dense_passes_axes_and_seed_through_from_config(configs):
    init = Recorder(seed=5)
    layer = keras.layers.EinsumDense("abc,cde->abde", (None, 3, 4), kernel_initializer=init)
    layer.build((1, 2, 5))
    assert len(configs) == 1, "EinsumDense no longer makes a copy that knows the axes"
    assert list(configs[0]["input_axes"]) == [0]
    assert list(configs[0]["output_axes"]) == [1, 2]
    assert configs[0]["seed"] == 5, "EinsumDense no longer passes the live seed"


def test_einsum_dense_leaves_other_initializers_alone():
    calls = []

    def plain(shape, dtype=None):
        calls.append(tuple(shape))
        return keras.ops.zeros(shape, dtype)

    layer = keras.layers.EinsumDense("abc,cde->abde", (None, 3, 4), kernel_initializer=plain)
    layer.build((1, 2, 5))
    assert calls == [(5, 3, 4)]


def test_attention_makes_its_initializers_from_one_config(configs):
    layer = keras.layers.MultiHeadAttention(2, 4, kernel_initializer=Recorder())
    layer.build((None, 3, 8), (None, 3, 8))
    assert len(configs) == 8, "4 projections, each copied once by attention and once for its axes"
