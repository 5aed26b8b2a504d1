"""Files: Ivy's HDF5, Keras's weights and archives, pickles, checkpoints, copies."""

import copy
import pathlib
import pickle
import zipfile

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.module.nets import Late, Mixed, Net, Scale, X, Y, assert_values, values


class Places(ivy.Module):
    """Layers in every place that a file has to find."""

    def __init__(self, hidden=3):
        self.many = [ivy.Linear(3, hidden), [ivy.Linear(hidden, 3)]]
        self.named = {"a": (ivy.Linear(3, 3),), "b": ivy.Sequential(ivy.Linear(3, 3))}
        self._private = keras.layers.Dense(3)
        self.norm = keras.layers.BatchNormalization()
        super().__init__(buffers={"shift": tf.zeros(3)})

    def _create_variables(self):
        return {"own": ivy.ones(3), "deep": {"er": ivy.zeros(3)}}

    def _forward(self, x):
        x = self.many[1][0](self.many[0](x)) * self.v.own + self.v.deep.er + self.buffers.shift
        return self.norm(self._private(self.named["b"](self.named["a"][0](x))))


def scrambled(module):
    """The module, called once and with every weight drawn anew."""
    module(X)
    rng = np.random.default_rng(5)
    for weight in module.weights:
        weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    return module


MAKERS = [Net, Mixed, Places, Scale, Late]


@pytest.fixture(params=MAKERS, ids=lambda cls: cls.__name__)
def make(request):
    return request.param


def inputs_of(make):
    return X[:, :2] if make is Scale else X


def prepare(make):
    module = make()
    module(inputs_of(make))
    rng = np.random.default_rng(5)
    for weight in module.weights:
        weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    return module.eval()


def built(make):
    module = make()
    module(inputs_of(make))
    return module.eval()


def all_weights(module):
    return {w.path.split("/", 1)[-1] + str(i): np.array(w) for i, w in enumerate(module.weights)}


def assert_same(one, other, x):
    for a, b in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=a.path)
    np.testing.assert_array_equal(one(x, training=False), other(x, training=False))


@pytest.mark.parametrize("name", ["w.hdf5", "deep/er/w.h5", "w"])
@pytest.mark.parametrize("as_path", [str, pathlib.Path])
def test_ivys_files_round_trip(make, name, as_path, tmp_path):
    module, other = prepare(make), built(make)
    path = as_path(tmp_path / name)
    assert module.save_weights(path) is None
    other.load_weights(path)
    if make is Places:
        other.buffers.shift.assign(module.buffers.shift)  # Ivy's files hold no buffers
    assert_same(module, other, inputs_of(make))


def test_ivys_files_have_ivys_layout(tmp_path):
    net = prepare(Net)
    net.save_weights(tmp_path / "w.hdf5")
    found = {}
    with h5py.File(tmp_path / "w.hdf5") as file:
        file.visititems(
            lambda name, item: found.update(
                {name: (item.shape, item.dtype.name)} if isinstance(item, h5py.Dataset) else {}
            )
        )
    assert found == {
        "first/b": ((4,), "float32"),
        "first/w": ((4, 3), "float32"),
        "second/b": ((1,), "float32"),
        "second/w": ((1, 4), "float32"),
    }


def test_ivys_files_hold_no_buffers(tmp_path):
    module = scrambled(Places())
    module.save_weights(tmp_path / "w.h5")
    saved = ivy.Container.load(tmp_path / "w.h5").flatten()
    assert "norm/moving_mean" in saved  # a weight of a stock layer, though not trained
    assert not [path for path in saved if "shift" in path]
    fresh = Places()
    fresh(X)
    fresh.buffers.shift.assign(tf.fill([3], 7.0))
    fresh.load_weights(tmp_path / "w.h5")
    np.testing.assert_array_equal(fresh.buffers.shift, [7.0] * 3)


def test_ivys_files_may_lack_all_statistics_of_stock_layers_but_not_some(tmp_path):
    """Real Ivy writes what `v` shows; a file that has more of them than that is ours, whole."""
    module, fresh = scrambled(Places()), scrambled(Places())
    module.v.save(tmp_path / "v.h5")
    fresh.norm.moving_mean.assign([5.0, 6.0, 7.0])
    fresh.load_weights(tmp_path / "v.h5")
    np.testing.assert_array_equal(fresh.v.own, module.v.own)
    np.testing.assert_array_equal(fresh.v["norm/gamma"], module.v["norm/gamma"])
    np.testing.assert_array_equal(fresh.norm.moving_mean, [5.0, 6.0, 7.0])
    module.v.set("norm/moving_mean", module.norm.moving_mean).save(tmp_path / "some.h5")
    with pytest.raises(ValueError, match="norm/moving_variance"):
        fresh.load_weights(tmp_path / "some.h5")
    np.testing.assert_array_equal(fresh.norm.moving_mean, [5.0, 6.0, 7.0])


def test_a_file_written_by_real_ivy_loads(tmp_path):
    """Ivy keeps the first attribute of a shared layer, not the alphabetically first."""

    class Twice(ivy.Module):
        def __init__(self):
            self.zed = Scale()
            self.items = [self.zed, Scale()]
            super().__init__()

    with h5py.File(tmp_path / "ivy.hdf5", "a") as file:
        for name, value in {"zed/w": [1.0, 2.0], "items/v1/w": [3.0, 4.0]}.items():
            file.create_dataset(name, data=np.array(value, "float32"), maxshape=(None,))
    module = Twice()
    module.load_weights(tmp_path / "ivy.hdf5")
    assert_values(module.v, {"items/v0/w": [1.0, 2.0], "items/v1/w": [3.0, 4.0]})


def test_weights_may_be_given_to_the_constructor_as_ivy_does(tmp_path):
    net = prepare(Net)
    net.save_weights(str(tmp_path / "w.hdf5"))
    loaded = ivy.Container.cont_from_disk_as_hdf5(str(tmp_path / "w.hdf5"))
    assert_same(net, Net(v=loaded).eval(), X)


def test_wrong_files_change_nothing(tmp_path):
    net, before = prepare(Net), None
    before = values(net.v)
    Net(hidden=5).save_weights(tmp_path / "other.hdf5")
    prepare(Scale).save_weights(tmp_path / "scale.hdf5")
    for name, sentence in [("other", r"'first/b'.*shape=\(5,\)"), ("scale", "no variable at 'w'")]:
        with pytest.raises(ValueError, match=sentence):
            net.load_weights(tmp_path / f"{name}.hdf5")
    with pytest.raises(FileNotFoundError, match="missing"):
        net.load_weights(tmp_path / "missing.hdf5")
    assert_values(net.v, before)


def test_overwriting(tmp_path):
    net = prepare(Net)
    net.save_weights(tmp_path / "w.hdf5")
    net.v = net.v * 2.0
    with pytest.raises(ValueError, match="The file exists"):
        net.save_weights(tmp_path / "w.hdf5", overwrite=False)
    net.save_weights(tmp_path / "w.hdf5")
    other = Net()
    other.load_weights(tmp_path / "w.hdf5")
    assert_values(other.v, values(net.v))
    with pytest.raises(TypeError, match=r"no such options.*max_shard_size"):
        net.save_weights(tmp_path / "w.hdf5", max_shard_size=1)


@pytest.mark.parametrize("name", ["w.h5", "w.hdf5"])
def test_a_whole_module_is_no_hdf5_file(name, tmp_path):
    """Keras's old format loads no class of one's own, and Ivy's layout holds weights alone."""
    for module in (prepare(Net), ivy.Sequential(ivy.Linear(3, 1))):
        with pytest.raises(ValueError, match=rf"'w\.keras'.*save_weights\('{name}'\)"):
            module.save(tmp_path / name)
        with pytest.raises(FileNotFoundError, match=name):
            ivy.Module.load(tmp_path / name)
        module.save_weights(tmp_path / name)
        with pytest.raises(ValueError, match=rf"weights and no model.*load_weights.*{name}"):
            ivy.Module.load(tmp_path / name)
        (tmp_path / name).unlink()


def test_options_that_a_file_does_not_take_are_errors(tmp_path):
    net = prepare(Net)
    with pytest.raises(TypeError, match=r"m\.pkl.*'zipped': True"):
        net.save(tmp_path / "m.pkl", zipped=True)
    net.save(tmp_path / "m.pkl")
    with pytest.raises(TypeError, match=r"m\.pkl.*'safe_mode': False"):
        ivy.Module.load(tmp_path / "m.pkl", safe_mode=False)
    with pytest.raises(TypeError, match="allow_pickle='yes'"):
        ivy.Module.load(tmp_path / "m.pkl", allow_pickle="yes")


def test_kerass_weights_round_trip(make, tmp_path):
    module, other = prepare(make), built(make)
    module.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    assert_same(module, other, inputs_of(make))


def test_archives_round_trip(make, tmp_path):
    module = prepare(make)
    module.save(tmp_path / "m.keras")
    for other in (
        keras.saving.load_model(tmp_path / "m.keras"),
        ivy.Module.load(tmp_path / "m.keras"),
    ):
        assert type(other) is make
        assert_same(module, other, inputs_of(make))


def test_pickles_and_copies(make, tmp_path):
    module = prepare(make)
    module.save(tmp_path / "sub" / "m.pkl")
    for other in (
        ivy.Module.load(tmp_path / "sub" / "m.pkl", allow_pickle=True),
        pickle.loads(pickle.dumps(module)),
        copy.deepcopy(module),
    ):
        assert other is not module
        assert_same(module, other, inputs_of(make))


def test_clones_have_new_weights(make):
    module = prepare(make)
    clone = keras.models.clone_model(module)
    clone(inputs_of(make))
    assert [w.shape for w in clone.weights] == [w.shape for w in module.weights]
    assert not any(a is b for a, b in zip(clone.weights, module.weights, strict=True))
    clone.set_weights(module.get_weights())
    assert_same(module, clone, inputs_of(make))


def test_optimizer_state_survives_archives(tmp_path):
    net, straight = Net(), Net()
    straight.v = net.v
    for module in (net, straight):
        module.compile("adam", "mse")
        module.fit(X, Y, shuffle=False, verbose=0)
    net.save(tmp_path / "m.keras")
    resumed = keras.saving.load_model(tmp_path / "m.keras")
    for module in (resumed, straight):
        module.fit(X, Y, shuffle=False, verbose=0)
    for a, b in zip(resumed.weights, straight.weights, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("deferred", [False, True])
def test_tensorflow_checkpoints_reach_every_layer(make, deferred, tmp_path):
    module = prepare(make)
    path = tf.train.Checkpoint(model=module).save(str(tmp_path / "ckpt"))
    names = [name for name, _ in tf.train.list_variables(path)]
    assert sum("model" in name for name in names) >= len(module.weights)
    other = make() if deferred else built(make)
    status = tf.train.Checkpoint(model=other).restore(path)
    other(inputs_of(make), training=False)
    status.assert_existing_objects_matched()
    assert_same(module, other.eval(), inputs_of(make))


def test_checkpoints_follow_changed_lists(tmp_path):
    module = ivy.Sequential(Scale())
    module.add(Scale())
    module.v = {"submodules": {"v0": {"w": [1.0, 2.0]}, "v1": {"w": [3.0, 4.0]}}}
    path = tf.train.Checkpoint(model=module).save(str(tmp_path / "ckpt"))
    other = ivy.Sequential(Scale(), Scale())
    tf.train.Checkpoint(model=other).restore(path).assert_consumed()
    assert_values(other.v, values(module.v))


def test_get_and_set_weights(make):
    module, other = prepare(make), built(make)
    other.set_weights(module.get_weights())
    assert_same(module, other, inputs_of(make))


def test_layers_inside_a_keras_model_round_trip(tmp_path):
    inputs = keras.Input((3,))
    model = keras.Model(inputs, Places()(Late()(Places()(keras.layers.Dense(3)(inputs))) + inputs))
    for i, weight in enumerate(model.weights):
        weight.assign(np.full(weight.shape, 0.1 * (i + 1)))
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))


OWN = """
import keras_ivy as ivy


class {0}(ivy.Module):
    def __init__(self):
        self.inner = ivy.Linear(2, 1)
        super().__init__()

    def _forward(self, x):
        return self.inner(x)
"""


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("place", ["unheard_of", "__main__"])
def test_an_unknown_class_says_what_to_import(place, zipped, tmp_path):
    """The class is renamed in the file, as a process that has not defined it sees it."""
    made = {"__name__": place}
    before, after = (f"Unheard{letter}{len(place)}{zipped}" for letter in "AB")
    exec(OWN.format(before), made)
    module = made[before]()
    module(np.ones((1, 2), "float32"))
    path = tmp_path / "m.keras"
    module.save(tmp_path / "folder", zipped=False)
    config = (tmp_path / "folder" / "config.json").read_text()
    (tmp_path / "folder" / "config.json").write_text(config.replace(before, after))
    if zipped:
        with zipfile.ZipFile(path, "w") as archive:
            for file in (tmp_path / "folder").iterdir():
                archive.write(file, file.name)
    else:
        path = tmp_path / "folder"
    said = f"import `unheard_of` first, which defines the class `{after}`"
    if place == "__main__":
        said = f"the class `{after}` was defined in the program that was run itself: define it"
    with pytest.raises(ivy.exceptions.IvyFileError, match=said) as caught:
        ivy.Module.load(path)
    assert f"custom_objects={{{after!r}: {after}}}" in str(caught.value)
    assert "decorated" not in str(caught.value)
    exec(OWN.format(after), made)
    assert_values(ivy.Module.load(path).v, values(module.v))
