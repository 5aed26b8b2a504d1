"""Before the first call: values wait for the variables, or the error says to call the module."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy

X = np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3)


class Net(ivy.Module):
    """A trunk of Ivy's, which has its variables, and a part that makes them when it is called."""

    def __init__(self, part, **kwargs):
        self.trunk, self.part = ivy.Linear(3, 3), part
        super().__init__(**kwargs)

    def _forward(self, x):
        return self.part(self.trunk(x))


class OnCall(ivy.Module):
    def __init__(self):
        super().__init__(build_mode="on_call")

    def _create_variables(self, device, dtype):
        return {"g": ivy.random_uniform(shape=(3,))}

    def _forward(self, x):
        return x * self.v.g


@keras.saving.register_keras_serializable("test_unbuilt")
class Nested(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = [keras.layers.Dense(2)]

    def call(self, x):
        return self.inner[0](x)


PARTS = {
    "dense": lambda: keras.layers.Dense(2, bias_initializer="random_normal"),
    "list": lambda: keras.Sequential([keras.layers.Dense(2), keras.layers.BatchNormalization()]),
    "nested": Nested,
    "on_call": OnCall,
    "late": lambda: ivy.Linear(None, 2),
    "module": lambda: Net(keras.layers.LayerNormalization()),
}


@pytest.fixture(params=PARTS)
def make(request):
    return lambda **kwargs: Net(PARTS[request.param](), **kwargs)


def test_files_are_refused_until_all_variables_are_there(make, tmp_path):
    trained = make()
    assert not trained.built
    outputs = trained(X)
    assert trained.built
    for file in ("n.weights.h5", "n.h5", "n.hdf5"):
        trained.save_weights(tmp_path / file)
        fresh = make()
        before = {path: np.array(w) for path, w in fresh.v.flatten().items()}
        with pytest.raises(ValueError, match=r"Call it once on an input.*Received: .*part"):
            fresh.load_weights(tmp_path / file)
        assert all(np.array_equal(before[p], w) for p, w in fresh.v.flatten().items())
        fresh(X)
        fresh.load_weights(tmp_path / file)
        np.testing.assert_array_equal(fresh(X), outputs)
        built = make()
        built.build((None, 3))
        built.load_weights(tmp_path / file)
        np.testing.assert_array_equal(built(X), outputs)
    with pytest.raises(ValueError, match="Call it once on an input"):
        make().save_weights(tmp_path / "u.weights.h5")
    assert not (tmp_path / "u.weights.h5").exists()


def test_values_wait_or_are_refused(make):
    trained = make()
    outputs = trained(X)
    values = trained.v.copy()
    np.testing.assert_array_equal(make(v=values)(X), outputs)  # wait for the first call
    np.testing.assert_array_equal(make()(X, v=values), outputs)
    with pytest.raises(ValueError, match="no value for 'part"):
        make()(X, v=make().v)
    fresh = make()
    with pytest.raises(ValueError, match="Call it once on an input"):
        fresh.v = values
    with pytest.raises(ValueError, match=r"has no variables yet. Call it on an input"):
        ivy.variables(make())
    with pytest.raises(ValueError, match=r"has no variables yet. Call it on an input"):
        ivy.functional_call(make(), values, X)
    with pytest.raises(ValueError, match="weight list of length"):
        make().set_weights(trained.get_weights())
    with pytest.raises(ValueError, match="isn't built"):
        make().count_params()


@pytest.mark.filterwarnings("ignore:.build... was called on layer 'nested:UserWarning")
def test_the_rest_of_keras_before_the_first_call(make, tmp_path):
    lines = []
    make().summary(print_fn=lambda text, **_: lines.append(text))
    assert "unbuilt" in lines[0]
    fitted = make()
    fitted.compile("sgd", "mse")
    fitted.fit(X, np.zeros((2, fitted(X).shape[-1]), "float32"), verbose=0)
    fitted.save(tmp_path / "n.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "n.keras")(X), fitted(X))
    with pytest.raises(ValueError, match=r"has never been called|not yet been built"):
        make().export(tmp_path / "e", verbose=False)


@pytest.mark.parametrize("part", ["dense", "list", "on_call", "late", "module"])
def test_checkpoints_wait_for_the_variables(part, tmp_path):
    trained = Net(PARTS[part]())
    outputs = trained(X)
    path = tf.train.Checkpoint(net=trained).write(str(tmp_path / "c"))
    fresh = Net(PARTS[part]())
    tf.train.Checkpoint(net=fresh).read(path)
    np.testing.assert_array_equal(fresh(X), outputs)


def test_an_optimizer_built_too_early_says_so():
    net = Net(keras.layers.Dense(1))
    optimizer = ivy.Adam(0.1)
    optimizer.build(net.trainable_variables)
    net(X)
    with pytest.raises(ValueError, match="nknown variable"):
        optimizer.apply([tf.ones_like(w) for w in net.trainable_variables], net.trainable_variables)


def test_layers_that_make_no_variables_are_not_waited_for():
    flatten, rescaling = keras.layers.Flatten(), keras.layers.Rescaling(2.0)
    for part in (flatten, rescaling, keras.layers.Dropout(0.5), keras.layers.Add()):
        net = Net(part)
        assert net.built
        assert list(ivy.variables(net).flatten()) == ["trunk/b", "trunk/w"]


def test_layers_that_calls_do_not_reach_are_not_waited_for(tmp_path):
    class Spare(Net):
        def __init__(self):
            self.spare = keras.layers.Dense(7)
            super().__init__(keras.layers.Dense(2))

    net = Spare()
    assert not net.built
    net(X)
    assert net.built
    net.save_weights(tmp_path / "n.weights.h5")
    net.load_weights(tmp_path / "n.weights.h5")
    assert len(ivy.variables(net).flatten()) == 4
    net.late = keras.layers.Dense(1)
    assert not net.built
    with pytest.raises(ValueError, match="not built: late, spare"):
        net.load_weights(tmp_path / "n.weights.h5")


def test_a_call_is_run_once_by_the_first_call():
    calls = []

    class Counting(Net):
        def _forward(self, x):
            calls.append(x)
            return super()._forward(x)

    Counting(keras.layers.Dense(2))(X)
    assert len(calls) == 1
