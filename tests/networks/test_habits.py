"""Ways of writing modules that Ivy programs have, each reduced to a few lines."""

import collections
import itertools
from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def keys(module):
    return sorted(module.v.flatten())


class Training(ivy.Module):
    """Sets its mode by assignment, before the constructor."""

    def __init__(self, v=None):
        self.training = True
        self.dropout = 0.5
        self.fc = ivy.Linear(3, 2)
        super().__init__(v=v)

    def _forward(self, x):
        return ivy.dropout(self.fc(x), self.dropout, training=self.training)


def test_training_is_an_attribute():
    module = Training()
    assert module.training is True
    assert not np.array_equal(module(X), module(X))
    module.eval()
    assert module.training is False
    assert np.array_equal(module(X), module(X))
    module.train()
    assert np.array_equal(module.predict(X, verbose=0), module.predict(X, verbose=0))


class FlatLayers(ivy.Module):
    """Keeps its modules in `self._layers`, which is Keras's list of them too."""

    def __init__(self, sizes=(3, 5, 2)):
        self._layers = [ivy.Linear(a, b) for a, b in itertools.pairwise(sizes)]
        ivy.Module.__init__(self)

    def _forward(self, x):
        for layer in self._layers:
            x = ivy.relu(layer(x))
        return x


def test_modules_may_be_in_an_attribute_called_layers(tmp_path):
    module = FlatLayers()
    assert keys(module) == ["layers/v0/b", "layers/v0/w", "layers/v1/b", "layers/v1/w"]
    module.compile("sgd", "mse")
    module.fit(X, np.ones((4, 2)), verbose=0)
    module.save(tmp_path / "module.keras")
    loaded = keras.models.load_model(tmp_path / "module.keras")
    assert np.array_equal(loaded.predict(X, verbose=0), module.predict(X, verbose=0))


def test_the_name_of_a_property_of_keras_models_is_refused():
    class Weights(ivy.Module):
        def __init__(self, weights=(5, 2)):
            self.weights = weights
            ivy.Module.__init__(self)

    with pytest.raises(AttributeError, match=r"'weights'.*another name, such as `my_weights`"):
        Weights()


class SelfSelf(ivy.Module):
    """Has an attribute `self`, and one with the name of a class."""

    def __init__(self):
        super().__init__()

    def _build(self, *args, **kwargs):
        self.self = ivy.Linear(3, 3)
        self.LayerNorm = ivy.LayerNorm([3])

    def _forward(self, x):
        return self.LayerNorm(self.self(x))


def test_self_may_be_the_name_of_an_attribute():
    assert keys(SelfSelf()) == ["LayerNorm/bias", "LayerNorm/weight", "self/b", "self/w"]
    assert SelfSelf()(X).shape == (4, 3)


class Act(ivy.Module):
    """Is given classes and functions."""

    def __init__(
        self,
        norm_layer: Callable[..., ivy.Module] | None = ivy.LayerNorm,
        activation_layer: Callable[..., ivy.Module] = ivy.ReLU,
        final=ivy.sigmoid,
    ):
        self.fc = ivy.Linear(3, 2)
        self.norm = norm_layer([2]) if norm_layer else ivy.Identity()
        self.act = activation_layer()
        self.final = final
        super().__init__()

    def _forward(self, x):
        return self.final(self.act(self.norm(self.fc(x))))


@pytest.mark.parametrize(
    "options",
    [{}, {"activation_layer": ivy.GELU, "final": ivy.tanh}, {"norm_layer": None}],
    ids=["defaults", "classes", "none"],
)
def test_classes_and_functions_are_saved(options, tmp_path):
    module = Act(**options)
    module.save(tmp_path / "act.keras")
    loaded = keras.models.load_model(tmp_path / "act.keras")
    assert np.array_equal(loaded(X), module(X))
    assert type(loaded.act) is type(module.act)


class Stack(ivy.Sequential):
    """Derives from Sequential and adds an attribute afterwards."""

    def __init__(self, size_in: int, size_out: int):
        layers = [ivy.Linear(size_in, 4), ivy.ReLU(), ivy.Linear(4, size_out)]
        super().__init__(*layers)
        self.out_channels = size_out


def test_a_module_may_derive_from_sequential(tmp_path):
    stack = Stack(3, 2)
    assert keys(stack) == [f"submodules/v{i}/{name}" for i in (0, 2) for name in "bw"]
    assert stack.out_channels == 2
    stack.save(tmp_path / "stack.keras")
    loaded = keras.models.load_model(tmp_path / "stack.keras")
    assert type(loaded) is Stack
    assert np.array_equal(loaded(X), stack(X))


class Positional(ivy.Embedding):
    """Derives from a layer, sets an attribute first, and calls the layer's `_forward`."""

    def __init__(self, num_embeddings: int, embedding_dim: int):
        self.offset = 2
        super().__init__(num_embeddings + self.offset, embedding_dim)

    def _forward(self, length: ivy.Array) -> ivy.Array:
        return super()._forward(length + self.offset)


def test_a_module_may_derive_from_a_layer():
    module = Positional(4, 3)
    assert module.v.w.shape == (6, 3)
    assert np.array_equal(module(np.array([0, 3])), np.asarray(module.v.w)[[2, 5]])


class First(ivy.Module):
    """Calls the constructor first and fills an ordered dict of modules afterwards."""

    def __init__(self):
        super().__init__()
        self.blocks = collections.OrderedDict()
        for i in range(2):
            self.blocks[f"block1-{i}"] = ivy.Linear(3, 3)
        self._expansion = 4

    def _forward(self, x):
        for block in self.blocks.values():
            x += block(x)
        return x


def test_modules_may_come_after_the_constructor():
    module = First()
    assert keys(module) == [f"blocks/block1-{i}/{name}" for i in (0, 1) for name in "bw"]
    x = tf.constant(X)
    wanted = X.astype("float64")
    for i in (0, 1):
        block = module.v.blocks[f"block1-{i}"]
        wanted = wanted + wanted @ np.array(block.w, "float64").T + np.array(block.b)
    np.testing.assert_allclose(module(x), wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(x, X)  # `x += ...` makes a new tensor


class OwnEmbedding(ivy.Module):
    """Creates its variables by an initializer, with positional arguments."""

    def __init__(self, num, dim, padding_idx=None, initializer=None, v=None):
        self.num, self.dim, self.padding_idx = num, dim, padding_idx
        self.W_initializer = initializer if initializer is not None else ivy.GlorotUniform()
        super().__init__(v=v)

    def _create_variables(self, device, dtype=None):
        return {
            "weight": self.W_initializer.create_variables(
                (self.num, self.dim), device, self.dim, self.num, dtype=dtype
            )
        }

    def _forward(self, indices):
        embedded = ivy.embedding(self.v.weight, indices, max_norm=None)
        if self.padding_idx is not None:
            mask = ivy.expand_dims(indices == self.padding_idx, axis=-1)
            embedded = ivy.where(mask, 0, embedded)
        return embedded


def test_variables_come_from_an_initializer_of_the_constructor(tmp_path):
    module = OwnEmbedding(5, 3, padding_idx=0, initializer=ivy.Constant(2.0))
    wanted = np.array([[0, 0, 0], [2, 2, 2]], "float32")
    assert np.array_equal(module(tf.constant([0, 3])), wanted)
    module.save(tmp_path / "own.keras")
    loaded = keras.models.load_model(tmp_path / "own.keras")
    assert np.array_equal(loaded(tf.constant([0, 3])), wanted)
    limit = (6 / 8) ** 0.5
    assert np.abs(OwnEmbedding(5, 3).v.weight).max() <= limit


class Masked(ivy.Module):
    """Attention as Ivy programs write it out, with the batch size read from the shape."""

    def __init__(self, dim: int = 4, heads: int = 2):
        self.heads = heads
        self.scale = 1 / ivy.sqrt(dim // heads)
        self.qkv = ivy.Linear(dim, 3 * dim, with_bias=False)
        super().__init__()

    def _split(self, x: ivy.Array) -> ivy.Array:
        x = ivy.reshape(x, (x.shape[0], x.shape[1], self.heads, -1))
        return ivy.swapaxes(x, 1, 2)

    def _forward(self, x, mask=None):
        q, k, v = (
            self._split(part) for part in ivy.split(self.qkv(x), num_or_size_splits=3, axis=-1)
        )
        scores = ivy.matmul(q, ivy.permute_dims(k, (0, 1, 3, 2))) * self.scale
        if mask is not None:
            mask = ivy.expand_dims(ivy.astype(mask, bool), axis=(1, 2))
            scores = ivy.where(mask, scores, -ivy.inf)
        weights = ivy.nan_to_num(ivy.softmax(scores, axis=-1), nan=0.0)
        mixed = ivy.swapaxes(ivy.matmul(weights, v), 1, 2)
        return ivy.reshape(mixed, shape=(x.shape[0], x.shape[1], -1))


def test_batch_size_may_be_read_from_the_shape():
    module = Masked()
    x = np.random.default_rng(0).normal(size=(5, 3, 4)).astype("float32")
    wanted = module(x)
    np.testing.assert_allclose(module.predict(x, batch_size=2, verbose=0), wanted, atol=1e-6)
    inputs = keras.Input((3, 4))
    assert keras.Model(inputs, module(inputs)).predict(x, verbose=0).shape == (5, 3, 4)
    masked = module(x, np.array([[1, 1, 0]] * 5))
    np.testing.assert_allclose(masked[:, :2], module(x[:, :2])[:, :2], atol=1e-6)


def test_program_of_the_document_runs_in_full():
    ivy.set_backend("tensorflow")
    ivy.seed(seed_value=0)

    class Net(ivy.Module):
        def __init__(self, in_features, out_features, hidden, device="cpu"):
            self.net = ivy.Sequential(
                ivy.Linear(in_features, hidden), ivy.GELU(), ivy.Linear(hidden, out_features)
            )
            super().__init__(device=device)

        def _forward(self, x):
            return ivy.sigmoid(self.net(x))

    model = Net(3, 1, hidden=8)
    optimizer = ivy.Adam(0.05)
    x_in, target = ivy.array(X), ivy.array(np.float32(X.sum(1, keepdims=True) > 0))

    def loss_fn(v):
        return ivy.mean((model(x_in, v=v) - target) ** 2)

    losses = []
    for _ in range(60):
        loss, grads = ivy.execute_with_gradients(loss_fn, model.v)
        model.v = optimizer.step(model.v, grads)
        losses.append(ivy.to_numpy(loss).item())
    assert losses[-1] < 0.1 * losses[0]
    ivy.unset_backend()
