"""Traps of Keras's own initializers, avoided here.

Each test also runs with Keras's class, where it must fail: `xfail` is strict, so that a trap
that Keras repairs is noticed.
"""

import inspect

import keras
import numpy as np
import pytest

import keras_ivy.initializers as initializers

trap = pytest.mark.xfail(strict=True, reason="a trap of Keras")


def pairs(ours, theirs):
    return [pytest.param(ours, id="ours"), pytest.param(theirs, id="keras", marks=trap)]


@pytest.mark.parametrize(
    "make", pairs(initializers.GlorotUniform, keras.initializers.GlorotUniform)
)
def test_one_unseeded_instance_makes_layers_differ(make):
    init = make()
    first, second = (keras.layers.Dense(3, kernel_initializer=init) for _ in range(2))
    for layer in (first, second):
        layer.build((None, 4))
    assert (first.kernel.numpy() != second.kernel.numpy()).any()


def attention_kernels(init):
    layer = keras.layers.MultiHeadAttention(2, 4, kernel_initializer=init)
    layer.build((None, 3, 8), (None, 3, 8))
    return [getattr(layer, f"{name}_dense").kernel.numpy() for name in ("query", "key", "value")]


@pytest.mark.parametrize(
    "make",
    [
        *pairs(initializers.GlorotUniform, keras.initializers.GlorotUniform),
        pytest.param(initializers.Orthogonal, id="ours-orthogonal"),
    ],
)
def test_a_seed_generator_makes_query_key_and_value_differ(make):
    query, key, value = attention_kernels(make(seed=keras.random.SeedGenerator(1)))
    assert (query != key).any()
    assert (key != value).any()


def test_unseeded_directions_differ():
    # Bidirectional writes the config out, so that a generator starts again: initialize_model
    # gives every variable a seed of its own.
    init = initializers.GlorotUniform()
    layer = keras.layers.Bidirectional(keras.layers.SimpleRNN(3, kernel_initializer=init))
    layer.build((None, 5, 4))
    forward, backward = (
        side.cell.kernel.numpy() for side in (layer.forward_layer, layer.backward_layer)
    )
    assert (forward != backward).any()


def test_unseeded_query_key_and_value_differ():
    query, key, value = attention_kernels(initializers.GlorotUniform())
    assert (query != key).any()
    assert (key != value).any()


class OfTheUser(initializers.Uniform):
    """A subclass that knows nothing of the axes that `EinsumDense` passes."""

    arguments = ()

    def __init__(self, seed=None, **options):
        super().__init__(6.0, "fan_sum", 0.5, 1.0, seed=seed, **options)


class OfKeras(keras.initializers.VarianceScaling):
    def __init__(self, seed=None):
        super().__init__(1.0, "fan_avg", "uniform", seed=seed)

    def get_config(self):
        return {"seed": None}


@pytest.mark.parametrize("make", pairs(OfTheUser, OfKeras))
def test_a_subclass_works_in_attention(make):
    assert attention_kernels(make())[0].shape == (8, 2, 4)


@pytest.mark.parametrize("make", pairs(initializers.Orthogonal, keras.initializers.Orthogonal))
def test_orthogonal_works_in_bfloat16(make):
    kernel = np.asarray(keras.ops.cast(make()((8, 8), "bfloat16"), "float32"))
    np.testing.assert_allclose(kernel.T @ kernel, np.eye(8), atol=0.05)


@pytest.mark.parametrize("make", pairs(initializers.Identity, keras.initializers.Identity))
def test_identity_works_beyond_two_axes(make):
    assert make()((3, 3, 2, 2)).numpy()[1, 1].tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    "get",
    [
        pytest.param(initializers.get, id="ours"),
        pytest.param(keras.initializers.get, id="keras", marks=trap),
    ],
)
@pytest.mark.parametrize("name", ["kaiming_normal", "xavier_uniform", "orthogonal(gain=2)"])
def test_names_of_pytorch_and_arguments_resolve(get, name):
    assert callable(get(name))


def test_initializers_do_not_claim_to_handle_layouts():
    for name in initializers.__all__:
        cls = getattr(initializers, name)
        if isinstance(cls, type) and issubclass(cls, keras.initializers.Initializer):
            assert "layout" not in inspect.signature(cls.__call__).parameters


def test_layers_that_build_themselves_in_a_call_draw_in_eager_mode():
    class Inner(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(3, kernel_initializer=initializers.Orthogonal())

        def call(self, x):
            return self.dense(x)

    model = keras.Sequential([Inner(), Inner()])
    model(keras.Input((4,)))
    kernel = model.layers[0].dense.kernel.numpy()
    np.testing.assert_allclose(kernel.T @ kernel, np.eye(3), atol=1e-5)


def test_fitting_an_unbuilt_model_draws_once():
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.layers.Dense(3, kernel_initializer="kaiming_normal_ivy")])
    model.compile("sgd", "mse")
    x = np.ones((8, 4), "float32")
    first = model.fit(x, x[:, :3], epochs=2, verbose=0).history["loss"]
    assert first[1] < first[0]
