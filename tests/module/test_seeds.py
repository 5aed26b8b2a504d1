"""A resumed run draws what the uninterrupted one would have drawn: states of seed generators."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.linspace(-1.0, 1.0, 48, dtype="float32").reshape(16, 3)
Y = (X[:, :1] > 0).astype("float32")


class Noisy(ivy.Module):
    """Dropout of ours and of Keras's, in every place, one generator shared."""

    def __init__(self):
        shared = keras.random.SeedGenerator(7)
        self.fc = ivy.Linear(3, 8)
        self.ours = ivy.Dropout(0.3)
        self.kept = {"a/b": [keras.layers.Dropout(0.3, seed=3)], "c": ivy.Dropout(0.2, seed=shared)}
        self.again = ivy.Dropout(0.2, seed=shared)
        self.block = keras.Sequential([keras.layers.GaussianNoise(0.1), ivy.Dropout(0.1)])
        self.seeds = [keras.random.SeedGenerator(5)]
        self.out = ivy.Linear(8, 1)
        ivy.Module.__init__(self)

    def _forward(self, x):
        x = self.kept["c"](self.kept["a/b"][0](self.ours(self.fc(x))))
        x = self.again(self.block(x))
        return self.out(x + keras.random.normal((8,), seed=self.seeds[0]))


def compiled(make=Noisy):
    keras.utils.set_random_seed(0)
    module = make()
    module.compile("adam_ivy", "mse")
    module.fit(X[:4], Y[:4], shuffle=False, verbose=0)
    return module


def states(module):
    return [
        np.array(v)
        for v in module.variables
        if v.path.endswith("seed_generator_state") and v.dtype == "uint32"
    ]


def train(module):
    module.fit(X, Y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    return [np.array(w) for w in module.weights]


def by_archive(module, path):
    module.save(path / "m.keras")
    return keras.saving.load_model(path / "m.keras")


def by_folder(module, path):
    module.save(path / "m", zipped=False)
    return ivy.Module.load(path / "m")


def by_pickle(module, path):
    module.save(path / "m.pkl")
    return ivy.Module.load(path / "m.pkl", allow_pickle=True)


def by_keras_weights(module, path):
    other = compiled()
    module.save_weights(path / "m.weights.h5")
    other.load_weights(path / "m.weights.h5")
    return other


def by_shards(module, path):
    other = compiled()
    module.save_weights(path / "m.weights.json", max_shard_size=0.01)
    other.load_weights(path / "m.weights.json")
    return other


def by_archived_weights(module, path):
    other = compiled()
    module.save(path / "m.keras")
    other.load_weights(path / "m.keras")
    return other


def by_checkpoint(module, path):
    other = compiled()
    saved = tf.train.Checkpoint(model=module, optimizer=module.optimizer).save(path / "c")
    status = tf.train.Checkpoint(model=other, optimizer=other.optimizer).restore(saved)
    status.assert_consumed()
    return other


WAYS = [
    by_archive,
    by_folder,
    by_pickle,
    by_keras_weights,
    by_shards,
    by_archived_weights,
    by_checkpoint,
]


@pytest.fixture(scope="module")
def interrupted():
    """A module in the middle of a run, which no test goes on with."""
    module = compiled()
    train(module)
    return module


@pytest.fixture(scope="module")
def uninterrupted():
    """The states of generators in the middle of the same run, and the weights at its end."""
    module = compiled()
    train(module)
    return states(module), train(module)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_resumed_fit_is_the_uninterrupted_one(way, interrupted, uninterrupted, tmp_path):
    expected_states, expected_weights = uninterrupted
    resumed = way(interrupted, tmp_path)
    for one, other in zip(expected_states, states(resumed), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(expected_weights, train(resumed), strict=True):
        np.testing.assert_array_equal(one, other)


def test_ivys_files_hold_them_where_ivy_does_not_look(tmp_path):
    module, other = compiled(), compiled()
    train(module)
    module.save_weights(tmp_path / "w.h5")
    assert sorted(ivy.Container.load(tmp_path / "w.h5").flatten()) == [
        "fc/b",
        "fc/w",
        "out/b",
        "out/w",
    ]
    other.load_weights(tmp_path / "w.h5")
    for one, two in zip(states(module), states(other), strict=True):
        np.testing.assert_array_equal(one, two)
    x = tf.constant(X)
    np.testing.assert_array_equal(module(x, training=True), other(x, training=True))


def test_files_without_them_load_and_change_none(tmp_path, monkeypatch):
    """Such as those of version 0.1.0, and Keras's own."""
    module, other = compiled(), compiled()
    train(module)
    with monkeypatch.context() as patch:
        patch.setattr(Noisy, "_ivy_seeds", None)
        patch.setattr(ivy.Dropout, "_ivy_seeds", None)
        module.save_weights(tmp_path / "m.weights.h5")
    before = states(other)
    other.load_weights(tmp_path / "m.weights.h5")
    for one, two in zip(before, states(other), strict=True):
        np.testing.assert_array_equal(one, two)
    for one, two in zip(module.weights, other.weights, strict=True):
        np.testing.assert_array_equal(one, two)


def stock(dropout):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(8), dropout(0.3), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    model.fit(X, Y, shuffle=False, verbose=0)
    return model


def test_a_stock_model_resumes_with_our_dropout_and_its_files_stay_kerass(tmp_path):
    model, plain = stock(ivy.Dropout), stock(keras.layers.Dropout)
    path = tmp_path / "m.weights.h5"
    model.save_weights(path)
    plain.load_weights(path)  # Keras's layer passes over what it does not know
    again = stock(ivy.Dropout)
    again.load_weights(path)
    for one, two, three in zip(model.weights, plain.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(one, three)
    for one, two in zip(train(model), train(again), strict=True):
        np.testing.assert_array_equal(one, two)
    plain.save_weights(path)
    again.load_weights(path)


def test_generators_that_come_late_are_restored(tmp_path):
    class Late(ivy.Module):
        def _build(self, x):
            self.fc, self.drop = ivy.Linear(3, 8), ivy.Dropout(0.3)

        def _forward(self, x):
            return self.drop(self.fc(x))

    module = Late(build_mode="on_call")
    for _ in range(3):
        module(X)
    saved = tf.train.Checkpoint(model=module).save(tmp_path / "c")
    other = Late(build_mode="on_call")
    tf.train.Checkpoint(model=other).restore(saved)
    np.testing.assert_array_equal(module(X, training=False), other(X, training=False))
    np.testing.assert_array_equal(module(X), other(X))


def test_a_stock_layer_that_makes_its_dropout_when_built_is_restored(tmp_path):
    class Attends(ivy.Module):
        def __init__(self):
            self.inner = keras.layers.MultiHeadAttention(2, 4, dropout=0.3)
            ivy.Module.__init__(self)

        def _forward(self, x):
            return self.inner(x, x)

    x = tf.constant(X[None])
    module = Attends()
    for _ in range(3):
        module(x)
    saved = tf.train.Checkpoint(model=module).save(tmp_path / "c")
    other = Attends()
    tf.train.Checkpoint(model=other).restore(saved)
    other(x, training=False)
    np.testing.assert_array_equal(module(x), other(x))


def test_a_wrong_state_is_refused(tmp_path):
    import h5py

    module = compiled()
    before = states(module)
    module.save_weights(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5", "a") as file:
        name = next(name for name in file.attrs if "seed" in name)
        file.attrs[name] = np.zeros(3, "uint32")
    with pytest.raises(ValueError, match=r"no state of a seed generator.*w\.h5"):
        module.load_weights(tmp_path / "w.h5")
    for one, two in zip(before, states(module), strict=True):
        np.testing.assert_array_equal(one, two)
