"""What goes beyond Ivy: sizes left out, initializers by name, true fans; and weights that move."""

import inspect
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy
from keras_ivy import layers
from keras_ivy.initializers import Initializer, fans_of

LATE = [
    (lambda: layers.Linear(None, 4), (2, 3), "Linear(in_features=3"),
    (lambda: layers.Conv1D(None, 4, 2, 1, "SAME"), (2, 5, 3), "Conv1D(3, 4"),
    (lambda: layers.Conv2D(None, 4, 2, 1, "SAME", data_format="NCHW"), (2, 3, 5, 5), "Conv2D(3, 4"),
    (lambda: layers.Conv3D(None, 4, 2, 1, "SAME"), (1, 2, 2, 2, 3), "Conv3D(3, 4"),
    (lambda: layers.Conv1DTranspose(None, 4, 2, 1, "SAME"), (2, 5, 3), "Conv1DTranspose(3, 4"),
    (lambda: layers.Conv2DTranspose(None, 4, 2, 1, "SAME"), (2, 5, 5, 3), "Conv2DTranspose(3, 4"),
    (lambda: layers.Conv3DTranspose(None, 4, 2, 1, "SAME"), (1, 2, 2, 2, 3), "Conv3DTranspose(3,"),
    (lambda: layers.DepthwiseConv2D(None, 2, 1, "SAME"), (2, 5, 5, 3), "DepthwiseConv2D(num_ch"),
    (lambda: layers.LSTM(None, 4), (2, 5, 3), "LSTM(3, 4"),
    (lambda: layers.LayerNorm(None), (2, 5, 3), "LayerNorm(normalized_idxs=[-1]"),
    (lambda: layers.BatchNorm2D(None), (2, 5, 3), "BatchNorm2D(num_features=3"),
    (lambda: layers.GroupNorm(3, None), (2, 5, 3), "GroupNorm(num_groups=3, num_features=3"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "shape", "shown"), LATE, ids=lambda p: p if type(p) is str else ""
)
def test_size_left_out_comes_from_the_first_input(make, shape, shown):
    layer = make()
    assert not layer.built
    assert len(layer.weights) == 0
    layer(np.ones(shape, "float32"), training=False)
    assert layer.built
    assert repr(layer).startswith(shown)
    other = make()
    other.build(shape)
    assert [v.shape for v in other.weights] == [v.shape for v in layer.weights]


def test_late_layer_inside_a_module_is_found_and_trains():
    class Net(keras_ivy.Module):
        def __init__(self):
            self.first = layers.Linear(None, 4)
            self.second = layers.Linear(None, 1)
            super().__init__()

        def _forward(self, x):
            return self.second(keras_ivy.relu(self.first(x)))

    net = Net()
    net.compile(optimizer="sgd", loss="mse")
    x = np.ones((4, 3), "float32")
    net.fit(x, np.ones((4, 1)), epochs=1, verbose=0)
    shapes = {k: tuple(w.shape) for k, w in net.v.flatten().items()}
    assert shapes == {
        "first/b": (4,),
        "first/w": (4, 3),
        "second/b": (1,),
        "second/w": (1, 4),
    }


@pytest.mark.parametrize(
    "initializer",
    [
        "ones",
        "ones_ivy",
        "constant_ivy(constant=1.0)",
        keras.initializers.Ones(),
        keras_ivy.Constant(1.0),
        lambda shape, dtype=None: keras.ops.ones(shape, dtype),
    ],
    ids=["keras_name", "name", "name_with_argument", "keras_object", "object", "function"],
)
def test_initializers_are_names_objects_or_functions(initializer):
    assert np.all(layers.Linear(3, 2, weight_initializer=initializer).v.w == 1)
    assert np.all(layers.Conv1D(3, 2, 2, 1, "SAME", bias_initializer=initializer).v.b == 1)
    assert np.all(layers.Embedding(3, 2, weight_initializer=initializer).v.w == 1)
    assert np.all(layers.LSTM(3, 2, weight_initializer=initializer).v.input.layer_0.w == 1)


class Spy(Initializer):
    """Keeps the fans that it is asked for."""

    asked = []

    def create_variables(self, var_shape, device=None, fan_out=None, fan_in=None, dtype=None):
        Spy.asked.append((tuple(var_shape), fan_out, fan_in))
        return tf.ones(var_shape, dtype)


def fans(make, **kwargs):
    Spy.asked = []
    make(weight_initializer=Spy(), **kwargs)
    return Spy.asked


#: Maker, Ivy's (shape, fan_out, fan_in), and the true fans of the same weights.
FANS = {
    "linear": (lambda **k: layers.Linear(3, 5, **k), [((5, 3), 5, 3)], [(5, 3)]),
    "conv1d": (lambda **k: layers.Conv1D(3, 5, 4, 1, "SAME", **k), [((4, 3, 5), 5, 3)], [(20, 12)]),
    "conv2d": (
        lambda **k: layers.Conv2D(3, 5, [2, 4], 2, "SAME", **k),
        [((2, 4, 3, 5), 5, 3)],
        [(10, 24)],
    ),
    "conv2d_transpose": (
        lambda **k: layers.Conv2DTranspose(3, 5, [2, 4], 2, "SAME", **k),
        [((2, 4, 5, 3), 5, 3)],
        [(40, 6)],
    ),
    "depthwise": (
        lambda **k: layers.DepthwiseConv2D(3, [2, 4], 1, "SAME", **k),
        [((2, 4, 3), 3, 3)],
        [(8, 8)],
    ),
    "lstm": (
        lambda **k: layers.LSTM(3, 5, num_layers=2, **k),
        [((3, 20), 5, 3), ((5, 20), 5, 3), ((5, 20), 5, 3), ((5, 20), 5, 3)],
        [(5, 3), (5, 5), (5, 5), (5, 5)],
    ),
    "attention": (
        lambda **k: layers.MultiHeadAttention(8, num_heads=2, head_dim=5, **k),
        [((30, 8), 30, 8), ((8, 10), 8, 10)],
        [(10, 8), (8, 10)],
    ),
    "attention_sizes": (
        lambda **k: layers.MultiHeadAttention(8, num_heads=2, key_dim=3, value_dim=5, **k),
        [((8, 8), 8, 8), ((8, 3), 8, 3), ((8, 5), 8, 5), ((8, 8), 8, 8)],
        [(8, 8), (8, 3), (8, 5), (8, 8)],
    ),
    "embedding": (lambda **k: layers.Embedding(7, 3, **k), [((7, 3), 3, 7)], [(3, 1)]),
}


@pytest.mark.parametrize("name", FANS)
def test_initializers_get_ivys_fans_or_the_true_ones(name):
    make, ivy, true = FANS[name]
    assert fans(make) == ivy
    assert [asked[1:] for asked in fans(make, fans="true")] == true


@pytest.mark.parametrize("name", ["conv2d", "conv2d_transpose", "depthwise", "attention", "linear"])
def test_true_fans_are_those_that_fans_of_tells(name):
    make, _, true = FANS[name]
    layer = make()
    weights = [k for k, w in layer.v.flatten().items() if k.endswith(("w", "weights"))]
    told = [fans_of(layer, k) for k in weights]
    assert sorted(told) == sorted((fan_in, fan_out) for fan_out, fan_in in true)


# -- weights that move ------------------------------------------------------------------------


class Net(keras_ivy.Module):
    """One layer of each kind that has variables."""

    def __init__(self):
        self.conv = layers.Conv2D(1, 4, [3, 3], 1, "SAME")
        self.norm = layers.BatchNorm2D(4)
        self.blocks = [layers.DepthwiseConv2D(4, [3, 3], 1, "SAME"), layers.GroupNorm(2, 4)]
        self.up = layers.Conv2DTranspose(4, 4, [2, 2], 2, "SAME")
        self.lstm = layers.LSTM(4, 4, num_layers=2, return_state=False)
        self.attention = layers.MultiHeadAttention(4, num_heads=2)
        self.head = {"norm": layers.LayerNorm(4), "out": layers.Linear(4, 2)}
        super().__init__()

    def _forward(self, x):
        x = self.norm(self.conv(x))
        for block in self.blocks:
            x = block(x)
        x = keras_ivy.flatten(self.up(x), start_dim=1, end_dim=2)
        x = self.attention(self.lstm(x))
        return self.head["out"](self.head["norm"](x[:, -1]))


X = np.random.default_rng(3).normal(size=(2, 4, 4, 1)).astype("float32")


def assert_same(one, other):
    np.testing.assert_array_equal(one(X, training=False), other(X, training=False))


def test_weights_move_by_container():
    one, other = Net(), Net()
    other.v = one.v
    assert_same(one, other)


def test_weights_move_by_pickled_container():
    one, other = Net(), Net()
    plain = one.v.map(lambda w: np.asarray(w))
    other.v = pickle.loads(pickle.dumps(plain))
    assert_same(one, other)


def test_weights_move_by_hdf5(tmp_path):
    one, other = Net(), Net()
    one.save_weights(str(tmp_path / "w.hdf5"))
    other.v = keras_ivy.Container.load(str(tmp_path / "w.hdf5"))
    assert_same(one, other)


def test_ivys_hdf5_of_a_batch_norm_loads_with_its_statistics(tmp_path):
    import h5py

    # As Ivy writes it: one group a level, running statistics among the variables.
    with h5py.File(tmp_path / "ivy.hdf5", "w") as file:
        for i, key in enumerate(("b", "running_mean", "running_var", "w")):
            file.create_dataset(f"norm/{key}", data=np.full(3, i + 1.0, "float32"))

    class Norm(keras_ivy.Module):
        def __init__(self):
            self.norm = layers.BatchNorm2D(3)
            super().__init__()

        def _forward(self, x):
            return self.norm(x)

    model = Norm()
    model.v = keras_ivy.Container.load(str(tmp_path / "ivy.hdf5"))
    np.testing.assert_array_equal(model.norm.v.running_var, [3, 3, 3])
    y = model(np.zeros((1, 3), "float32"), training=False)
    np.testing.assert_allclose(y, np.full((1, 3), 1 - 4 * 2 / np.sqrt(3 + 1e-5)), rtol=1e-6)


def test_running_statistics_are_shown_and_not_trained():
    layer = layers.BatchNorm2D(3)
    assert list(layer.v.flatten()) == ["b", "running_mean", "running_var", "w"]
    assert [v.name for v in layer.trainable_variables] == ["b", "w"]
    assert [v.name for v in layer.non_trainable_variables] == ["running_mean", "running_var"]


def test_help_shows_the_arguments():
    # `inspect.signature` of the class is what help() and editors show.
    parameters = list(inspect.signature(layers.Linear).parameters)
    assert parameters[:2] == ["input_channels", "output_channels"]
