"""Bytes changed and files cut short: one documented error, or values; and nothing half loaded."""

import pathlib
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import Container
from keras_ivy.utils.exceptions import IvyFileError


class Net(ivy.Module):
    def __init__(self):
        self.fc = ivy.Linear(3, 2)
        self.drop = ivy.Dropout(0.5, seed=3)
        self.norm = keras.layers.BatchNormalization()
        ivy.Module.__init__(self, buffers={"shift": tf.ones(2)})

    def _forward(self, x):
        return self.norm(self.drop(self.fc(x))) + self.buffers.shift


def net(value=0.0):
    module = Net()
    module.compile("adam_ivy", "mse")
    module.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    for weight in module.weights:
        weight.assign(tf.fill(weight.shape, value))
    return module


def content(thing):
    """Everything that a load could change."""
    if isinstance(thing, Container):
        return {path: np.array(leaf) for path, leaf in thing.flatten().items()}
    variables = [*thing.variables, *thing.optimizer.variables]
    return {f"{i} {v.path}": np.array(v) for i, v in enumerate(variables)}


def same(one, other):
    return all(one[key].tobytes() == other[key].tobytes() for key in one)


def damaged(whole, count, seed):
    """Yield files with a byte changed, and files cut short."""
    rng = random.Random(seed)
    for _ in range(count):
        position = rng.randrange(len(whole))
        flipped = whole[position] ^ (1 << rng.randrange(8))
        yield whole[:position] + bytes([flipped]) + whole[position + 1 :]
    for _ in range(count // 4):
        yield whole[: rng.randrange(len(whole))]
    for _ in range(count // 4):
        start = rng.randrange(len(whole))
        yield whole[:start] + rng.randbytes(8) + whole[start + 8 :]


def container():
    return Container(a=tf.Variable([1.0, 2.0]), b={"c": tf.Variable([[3]]), "d": 4.0, "e": "text"})


def check(load, target, path, count, documented):
    """Load damaged files, and tell how many were refused."""
    whole = path.read_bytes()
    refused = 0
    for i, bad in enumerate(damaged(whole, count, seed=path.name)):
        path.write_bytes(bad)
        before = content(target) if target is not None else None
        error = None
        try:
            load(path)
        except documented as caught:
            error, refused = caught, refused + 1
        assert error is None or path.name in str(error), f"{i}: {error}"
        if error is not None and target is not None:
            assert same(before, content(target)), f"{i}: {error}"
    return refused


DOCUMENTED = (IvyFileError, ValueError, KeyError)


@pytest.mark.parametrize("name", ["c.h5", "c.json"])
def test_containers(name, tmp_path):
    path = tmp_path / name
    saved = container()
    (saved if name == "c.h5" else Container(a=1.5, b={"c": [1, 2], "e": "text"})).save(path)
    whole = path.read_bytes()
    # On the class there is nothing to compare with, so a TypeError says what is no tensor.
    assert check(Container.load, None, path, 400, (*DOCUMENTED, TypeError))
    if name == "c.h5":
        path.write_bytes(whole)
        target = container()
        assert check(target.load, target, path, 400, (*DOCUMENTED, TypeError))


@pytest.mark.parametrize("name", ["w.h5", "m.weights.h5"])
def test_weights(name, tmp_path):
    path = tmp_path / name
    net(2.0).save_weights(path)
    target = net(1.0)
    assert check(target.load_weights, target, path, 40, (*DOCUMENTED, TypeError))


def test_archives(tmp_path):
    path = tmp_path / "m.keras"
    net(2.0).save(path)
    assert check(ivy.Module.load, None, path, 20, IvyFileError)
    target = net(1.0)
    net(2.0).save(path)
    assert check(target.load_weights, target, path, 30, DOCUMENTED)


@pytest.mark.parametrize("name", ["c.pkl", "m.pkl"])
def test_cut_pickles(name, tmp_path):
    """Cut, not changed: a changed pickle is another program."""
    path = tmp_path / name
    if name == "c.pkl":
        container().map(tf.convert_to_tensor).save(path)
        load, step = Container.load, 7
    else:
        Net().save(path)
        load, step = ivy.Module.load, 997
    whole = pathlib.Path(path).read_bytes()
    for length in range(0, len(whole) - 1, step):
        path.write_bytes(whole[:length])
        with pytest.raises(IvyFileError, match=name):
            load(path, allow_pickle=True)


# -- what fits nowhere changes nothing ------------------------------------------------------------

MISFITS = {
    "text": tf.constant(["x", "y"]),
    "fractions into whole numbers": (tf.constant([1, 2]), tf.constant([1.5, 2.0])),
    "imaginary parts": tf.constant([1j, 2j]),
    "too large": (tf.constant([1, 2], "int8"), tf.constant([1, 300])),
    "negative": (tf.constant([1, 2], "uint8"), tf.constant([1, -1])),
    "beyond the range": tf.constant([1e300, 1.0], "float64"),
    "numbers into truth": (tf.constant([True, False]), tf.constant([1, 0])),
    "another shape": tf.ones(3),
    "a text": "x",
    "nothing": None,
}


@pytest.mark.parametrize("name", MISFITS)
@pytest.mark.parametrize("suffix", ["h5", "pkl"])
@pytest.mark.parametrize("wrap", [tf.Variable, keras.Variable])
@pytest.mark.parametrize("strict", [True, False])
def test_a_leaf_that_does_not_fit_changes_no_other(name, suffix, wrap, strict, tmp_path):
    misfit = MISFITS[name]
    old, new = misfit if isinstance(misfit, tuple) else (tf.zeros(2), misfit)
    path = tmp_path / f"c.{suffix}"
    saved = Container(b=tf.zeros(2), w=new, z=tf.zeros(2))
    if suffix == "h5" and (new is None or name == "text"):
        pytest.skip("HDF5 holds none")
    saved.save(path)
    kind = {"dtype": old.dtype if wrap is tf.Variable else old.dtype.name}
    v = Container(b=wrap(tf.ones(2)), w=wrap(old, trainable=False, **kind), z=wrap(tf.ones(2)))
    before = content(v)
    with pytest.raises(ValueError, match=rf"'w' .*c\.{suffix}"):
        v.load(path, strict=strict, allow_pickle=True)
    assert same(before, content(v))


@pytest.mark.parametrize("wrap", [tf.Variable, keras.Variable])
def test_what_loses_nothing_is_converted(wrap, tmp_path):
    path = tmp_path / "c.h5"
    pairs = {
        "a": (tf.zeros(2), np.array([1.5, np.nan])),
        "b": (tf.zeros(2), np.array([1, 2])),
        "c": (tf.zeros(2, "int32"), np.array([1, 2], "int8")),
        "d": (tf.zeros(2, "float64"), np.array([True, False])),
        "e": (tf.zeros(2, "bfloat16"), np.array([1.5, np.inf], "float32")),
        "f": (tf.zeros((), "int32"), 7),
    }
    Container({key: new for key, (_, new) in pairs.items()}).save(path)
    v = Container(
        {key: wrap(old, trainable=False, dtype=old.dtype.name) for key, (old, _) in pairs.items()}
    )
    v.load(path)
    for key, (old, new) in pairs.items():
        assert v[key].dtype == old.dtype
        np.testing.assert_array_equal(np.asarray(v[key]).astype("float64"), np.asarray(new))


def test_kerass_half_loads_are_put_back(tmp_path):
    """A file whose last layer does not fit: Keras assigns the others and raises."""
    import h5py

    path = tmp_path / "m.weights.h5"
    net(2.0).save_weights(path)
    with h5py.File(path, "a") as file:
        names = []
        file.visititems(lambda n, x: names.append(n) if isinstance(x, h5py.Dataset) else None)
        last = next(name for name in reversed(names) if "norm" in name)
        del file[last]
        file[last] = np.zeros(99)
    target = net(1.0)
    before = content(target)
    with pytest.raises(IvyFileError, match=r"m\.weights\.h5"):
        target.load_weights(path)
    assert same(before, content(target))
    with pytest.warns(UserWarning, match="could not be loaded"):
        target.load_weights(path, skip_mismatch=True)
    assert float(target.fc.v.w[0, 0]) == 2.0
