"""`initialize_model(seed=)` reaches whatever draws, or says that it cannot."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy.initializers as ivy
from keras_ivy.initializers import initialize_model

L = keras.layers


def ivy_style(draw):
    """An initializer of Ivy's style that draws with a function of its shape."""

    class Style(ivy.Initializer):
        def create_variables(self, var_shape, device, fan_out=None, fan_in=None, dtype=None):
            return keras.ops.cast(draw(self, var_shape), dtype)

    return Style()


def keras_style(draw, seed=False):
    """An initializer of Keras's style, with or without a `seed`."""

    class Style(keras.initializers.Initializer):
        def __init__(self):
            if seed:
                self.seed = None

        def __call__(self, shape, dtype=None, **kwargs):
            return keras.ops.cast(draw(self, shape), dtype)

    return Style()


class Narrow(keras.initializers.RandomNormal):
    """A subclass of Keras's whose constructor has no seed."""

    def __init__(self):
        super().__init__(stddev=0.1)


class Sampled(ivy.Drawn):
    """A `Drawn` that overlooks its seed."""

    def _sample(self, shape, fan_in, fan_out, dtype, seed):
        return np.random.normal(size=shape).astype(dtype)


GLOBAL = {
    "keras": lambda self, shape: keras.random.normal(shape),
    "keras-own-seed": lambda self, shape: keras.random.normal(shape, seed=self.seed),
    "tensorflow": lambda self, shape: tf.random.normal(shape),
    "numpy": lambda self, shape: np.random.standard_normal(shape),
    "python": lambda self, shape: np.reshape(
        [random.gauss(0, 1) for _ in range(int(np.prod(shape)))], shape
    ),
}
SCHEMES = {
    **{f"ivy-{name}": lambda draw=draw: ivy_style(draw) for name, draw in GLOBAL.items()},
    **{
        f"keras-{name}": lambda draw=draw, name=name: keras_style(draw, "own" in name)
        for name, draw in GLOBAL.items()
    },
    **{
        f"function-{name}": lambda draw=draw: lambda shape, dtype=None: draw(None, shape)
        for name, draw in GLOBAL.items()
        if "own" not in name
    },
    "subclass-of-keras": Narrow,
    "drawn": Sampled,
    "wrapped": lambda: ivy.Scaled(ivy_style(GLOBAL["numpy"]), 0.5),
}


def network():
    """Two equal kernels, and an LSTM whose gates are drawn one by one."""
    inputs = keras.Input((4, 4))
    return keras.Model(inputs, L.LSTM(3)(L.Dense(4)(L.Dense(4)(inputs))))


@pytest.mark.parametrize("name", SCHEMES)
def test_seed_reaches_it(name):
    model, scheme = network(), SCHEMES[name]()

    def drawn(seed):
        initialize_model(model, scheme, seed=seed)
        return model.get_weights()

    first, other, again = drawn(1), drawn(2), drawn(1)
    for a, b, c in zip(first, other, again, strict=True):
        np.testing.assert_array_equal(a, c)
        assert a.ndim < 2 or not np.array_equal(a, b)
    assert not np.array_equal(first[0], first[2])
    for a, b in zip(drawn(None), drawn(None), strict=True):
        assert a.ndim < 2 or not np.array_equal(a, b)


@pytest.mark.parametrize(
    "make", [ivy_style, keras_style, lambda draw: lambda s, dtype=None: draw(0, s)]
)
def test_generator_of_its_own_is_refused_before_anything_changes(make):
    rng = np.random.default_rng(0)
    model = network()
    before = model.get_weights()
    scheme = make(lambda self, shape: rng.standard_normal(shape))
    with pytest.raises(
        ValueError, match=r"layers/v1/kernel.*Draw from `self.seed`.*Received: seed"
    ):
        initialize_model(model, scheme, seed=1)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    initialize_model(model, scheme)


def test_global_generators_go_on_as_if_nothing_was_drawn():
    def state():
        return (
            random.random(),
            np.random.random(),
            float(keras.random.uniform(())),
            float(tf.random.uniform(())),
        )

    model = network()
    keras.utils.set_random_seed(3)
    expected = [state(), state()]
    keras.utils.set_random_seed(3)
    found = [state()]
    initialize_model(model, ivy_style(GLOBAL["tensorflow"]), seed=1)
    assert [*found, state()] == expected


def test_draw_of_an_initializer_of_ivys_style_takes_a_seed():
    scheme = ivy_style(GLOBAL["keras-own-seed"])
    a, b, c = (np.asarray(scheme.draw((3,), seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)
    assert scheme.seed is None
