"""Files: HDF5 in Ivy's layout, pickles of real Ivy read without it, JSON."""

import json
import os
import pathlib
import pickle

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from keras_ivy import Container
from keras_ivy.utils.exceptions import IvyException, IvyFileError

IVY_FILES = pathlib.Path(__file__).parents[1] / "golden" / "ivy_files"
LEAVES = st.one_of(
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.lists(st.integers(-9, 9), min_size=1).map(lambda x: tf.constant(x, "int32")),
)


def make():
    return Container(
        a=tf.constant([1.0, 2.0]), b={"c": tf.constant([[3.0]]), "d": tf.constant(4.0)}
    )


def same(x, y):
    return Container.cont_identical([x, y], same_arrays=False)


def ivy_weights():
    """What was saved with real Ivy."""
    return Container(
        a=tf.constant([1, 2]),
        linear={"b": tf.constant([0.2]), "w": tf.constant([[1.5, 2.3, 0.9]])},
    )


# -- HDF5 -----------------------------------------------------------------------------------------


def layout(path):
    found = {}

    def visit(name, item):
        is_data = isinstance(item, h5py.Dataset)
        found[name] = (item.shape, item.dtype, item.maxshape) if is_data else "group"

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def test_hdf5_written_by_ivy_loads():
    assert same(Container.load(IVY_FILES / "weights.hdf5"), ivy_weights())


def test_hdf5_has_ivys_layout(tmp_path):
    # But for room to grow, which a whole file does not need: Ivy's has `maxshape=(None, ...)`.
    path = tmp_path / "ours.h5"
    ivy_weights().cont_to_disk_as_hdf5(path, max_batch_size=2)
    assert layout(path)["linear/w"] == ((2, 3), np.dtype("float32"), (None, None))
    ivy_weights().save(path)
    ours, theirs = layout(path), layout(IVY_FILES / "weights.hdf5")
    assert {name: found[:2] for name, found in ours.items()} == {
        name: found[:2] for name, found in theirs.items()
    }
    assert ours["linear/w"] == ((1, 3), np.dtype("float32"), (1, 3))


def test_hdf5_holds_scalars_in_a_form_that_ivy_reads(tmp_path):
    # Ivy slices every dataset, which fails for those without axes.
    Container(x=tf.constant(2.0), n=3).save(tmp_path / "c.h5")
    assert layout(tmp_path / "c.h5")["x"] == ((1,), np.dtype("float32"), (1,))
    loaded = Container.load(tmp_path / "c.h5")
    assert loaded.x.shape == ()
    assert loaded.n == 3
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = np.float32(5.0)
    assert Container.load(tmp_path / "other.h5").x.numpy() == 5.0


@given(st.dictionaries(st.sampled_from(["a", "b/c", "b/d", "e/f/g"]), LEAVES))
def test_hdf5_round_trip_keeps_values_and_types(tmp_path_factory, flat):
    path = tmp_path_factory.mktemp("h5") / "c.h5"
    saved = Container(flat)
    saved.save(path)
    loaded = Container.load(path)
    assert loaded.flatten().keys() == saved.flatten().keys()
    for key, leaf in saved.flatten().items():
        assert type(loaded[key]) is type(leaf), key
        assert np.all(np.asarray(loaded[key]) == np.asarray(leaf)), key


@pytest.mark.parametrize(
    "dtype",
    ["float16", "bfloat16", "float32", "float64", "int8", "uint8", "int64", "bool", "complex64"],
)
@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 3)])
def test_hdf5_round_trip_of_dtypes_and_shapes(dtype, shape, tmp_path):
    values = tf.cast(tf.reshape(tf.range(np.prod(shape, dtype=int)), shape), dtype)
    for wrap in (tf.identity, tf.Variable, lambda x: np.asarray(x.numpy())):
        Container(x=wrap(values)).save(tmp_path / "c.h5")
        loaded = Container.load(tmp_path / "c.h5").x
        assert loaded.dtype == dtype
        assert loaded.shape == shape
        assert np.all(loaded.numpy() == values.numpy())


def test_hdf5_keeps_empty_containers_and_keras_variables(tmp_path):
    Container(e={}, v=keras.Variable([1.0]), n=np.float32(2.0)).save(tmp_path / "c.h5")
    loaded = Container.load(tmp_path / "c.h5")
    assert list(loaded) == ["e", "n", "v"]
    assert not loaded.e
    assert loaded.v.numpy() == [1.0]
    assert loaded.n.numpy() == 2.0


@pytest.mark.parametrize("path", ["bare.h5", pathlib.Path("bare.hdf5"), "no_suffix"])
def test_hdf5_paths(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make().save(path)
    assert os.listdir() == [str(path)]
    assert h5py.is_hdf5(path)
    assert same(Container.load(path), make())


def test_suffixes_are_known_in_any_case(tmp_path):
    make().save(tmp_path / "c.JSON")
    assert json.loads((tmp_path / "c.JSON").read_text())
    make().save(tmp_path / "c.Pkl")
    assert pickle.loads((tmp_path / "c.Pkl").read_bytes())
    make().save(tmp_path / "c.HDF5")
    assert h5py.is_hdf5(tmp_path / "c.HDF5")


def test_hdf5_replaces_the_old_file(tmp_path):
    path = tmp_path / "c.h5"
    Container(x=tf.ones(9), old=tf.ones(2)).save(path)
    make().save(path)
    assert same(Container.load(path), make())


def test_hdf5_append_keeps_other_keys(tmp_path):
    path = tmp_path / "c.h5"
    Container(x=tf.ones(9), a=tf.ones(5), b=tf.ones(1)).cont_to_disk_as_hdf5(path)
    make().cont_to_disk_as_hdf5(path, mode="a")
    assert same(Container.load(path), make().set("x", tf.ones(9)))


def test_hdf5_in_parts(tmp_path):
    path = tmp_path / "c.h5"
    for start in (0, 2, 4):
        part = Container(x=tf.range(start, start + 2))
        part.cont_to_disk_as_hdf5(path, starting_index=start, max_batch_size=6)
    assert Container.load(path).x.numpy().tolist() == [0, 1, 2, 3, 4, 5]
    assert Container.cont_from_disk_as_hdf5(path, slice(1, 3)).x.numpy().tolist() == [1, 2]
    part.cont_to_disk_as_hdf5(path, starting_index=6)
    assert Container.load(path).x.numpy().tolist() == [0, 1, 2, 3, 4, 5, 4, 5]
    with pytest.raises(IndexError, match="'x'"):
        Container(x=1).cont_to_disk_as_hdf5(path, starting_index=6)
    with pytest.raises(IndexError, match="starting_index=5, max_batch_size=6"):
        part.cont_to_disk_as_hdf5(path, starting_index=5, max_batch_size=6)


def test_hdf5_too_large_for_memory_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_ivy.container.files.hdf5._IN_MEMORY", 0)
    path = tmp_path / "c.h5"
    Container(x=tf.ones(9), a=tf.ones(5), b=tf.ones(1)).save(path)
    make().cont_to_disk_as_hdf5(path, mode="a")
    assert same(Container.load(path), make().set("x", tf.ones(9)))
    for start in (0, 2, 4):
        part = Container(x=tf.range(start, start + 2))
        part.cont_to_disk_as_hdf5(path, starting_index=start, max_batch_size=6)
    assert Container.load(path).x.numpy().tolist() == [0, 1, 2, 3, 4, 5]
    assert os.listdir(tmp_path) == ["c.h5"]


def test_hdf5_that_was_written_whole_grows_by_a_part(tmp_path):
    path = tmp_path / "c.h5"
    Container(x=tf.range(4), y=tf.ones(2)).save(path)
    Container(x=tf.range(3, 9)).cont_to_disk_as_hdf5(path, starting_index=3)
    assert Container.load(path).x.numpy().tolist() == [0, 1, 2, *range(3, 9)]
    assert Container.load(path).y.numpy().tolist() == [1.0, 1.0]


@pytest.mark.parametrize("leaf", [None, object(), [1, 2], np.array(["a"], dtype=object)])
def test_hdf5_of_other_leaves_is_an_error_and_keeps_the_file(leaf, tmp_path):
    path = tmp_path / "c.h5"
    make().save(path)
    with pytest.raises((TypeError, ValueError), match="'b/bad'") as caught:
        make().set("b/bad", leaf).save(path)
    assert isinstance(caught.value, IvyException)
    assert same(Container.load(path), make())
    assert os.listdir(tmp_path) == ["c.h5"]


def test_hdf5_of_symbolic_tensors_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="values of 'x' are not known"):
        tf.function(lambda x: Container(x=x).save(tmp_path / "c.h5"))(tf.ones(2))


def test_hdf5_unknown_datasets(tmp_path):
    path = tmp_path / "c.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.ones(2, "float32")
        file["odd"] = np.zeros(2, dtype=[("re", "f4"), ("im", "f4")])
    with pytest.raises(TypeError, match="'/odd' holds"):
        Container.load(path)
    assert list(Container.load(path, strict=False)) == ["x"]


# -- pickle ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["numpy", "tensorflow"])
@pytest.mark.parametrize("kind", ["disk", "dumps"])
def test_pickles_of_real_ivy_load_without_it(backend, kind):
    loaded = Container.load(IVY_FILES / f"{backend}_{kind}.pkl", allow_pickle=True)
    assert same(loaded, ivy_weights())
    assert isinstance(loaded.linear.w, tf.Tensor)


@pytest.mark.parametrize("backend", ["numpy", "tensorflow"])
def test_pickles_of_real_ivy_with_other_leaves(backend):
    loaded = Container.load(IVY_FILES / f"{backend}_config.pkl", allow_pickle=True)
    assert loaded.a == 1
    assert loaded.s == "x"
    assert loaded.t[0].numpy() == [1.0]


def test_pickle_round_trip(tmp_path):
    saved = make().merge({"s": "text", "l": [1, (2, 3)], "v": tf.Variable(1.0), "z": 2j})
    saved.save(tmp_path / "c.pkl")
    loaded = Container.cont_from_disk_as_pickled(tmp_path / "c.pkl")
    assert same(loaded.select(["a", "b"]), make())
    assert (loaded.s, loaded.l, loaded.z) == ("text", [1, (2, 3)], 2j)
    assert isinstance(loaded.v, tf.Tensor)
    plain = pickle.loads((tmp_path / "c.pkl").read_bytes())
    assert type(plain) is type(plain["b"]) is dict, "Ivy reads nested dicts"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickled_containers_load_with_their_variables(protocol, tmp_path):
    saved = (
        make().map(keras.Variable).merge({"t": tf.Variable(1.0), "h": tf.constant(1, "bfloat16")})
    )
    (tmp_path / "c.pkl").write_bytes(pickle.dumps(saved, protocol))
    loaded = Container.load(tmp_path / "c.pkl", format="pickle")
    assert isinstance(loaded.a, keras.Variable)
    assert isinstance(loaded.t, tf.Variable)
    assert loaded.h.dtype == tf.bfloat16
    assert loaded.b.c.numpy() == [[3.0]]


class Program:
    def __reduce__(self):
        return os.mkdir, ("ran",)


def test_a_pickle_is_read_only_where_somebody_says_that_it_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps({"a": 1, "bad": Program()})
    for name in ("c.pkl", "C.PKL", "c.pickle"):
        pathlib.Path(name).write_bytes(content)
        for load in (Container.load, Container(a=0, bad=0).load, Container().load):
            with pytest.raises(
                IvyFileError, match=r"program.*allow_pickle=True.*new\.h5"
            ) as caught:
                load(name)
            assert name in str(caught.value)
    assert not os.path.exists("ran")
    with pytest.raises(TypeError, match="allow_pickle=1"):
        Container.load("c.pkl", allow_pickle=1)
    assert Container.load("c.pkl", allow_pickle=True).a == 1
    assert os.path.exists("ran"), "a pickle is a program: nothing pretends that it is not"


@pytest.mark.parametrize(
    "load",
    [
        lambda path: Container.load(path, allow_pickle=True),
        lambda path: Container.load(path, format="pickle"),
        lambda path: Container.cont_load(path, format="pickle"),
        Container.cont_from_disk_as_pickled,
    ],
)
def test_ways_to_say_that_a_pickle_is_wanted(load, tmp_path):
    make().save(tmp_path / "c.pkl")
    assert same(load(tmp_path / "c.pkl"), make())


def test_pickle_leaves_of_missing_classes_can_be_left_out(tmp_path):
    path = tmp_path / "c.pkl"
    gone = b"\x80\x04}(\x8c\x01aK\x01\x8c\x01b\x8c\x07no_such\x8c\x01C\x93)R}\x8c\x01xK\x01sbu."
    path.write_bytes(gone)
    with pytest.raises(IvyFileError, match="no_such"):
        Container.load(path, allow_pickle=True)
    assert Container.load(path, strict=False, allow_pickle=True).flatten() == {"a": 1}


@pytest.mark.parametrize("content", [b"", b"junk", pickle.dumps([1, 2]), b"\x80\x04"])
def test_pickle_of_something_else_is_an_error(content, tmp_path):
    (tmp_path / "c.pkl").write_bytes(content)
    with pytest.raises(IvyFileError, match=r"pickle.*c\.pkl"):
        Container.load(tmp_path / "c.pkl", allow_pickle=True)


# -- JSON -----------------------------------------------------------------------------------------


def test_json_round_trip(tmp_path):
    saved = Container(a=8, b={"c": 0.1, "d": "ADAM", "n": None, "l": [1, 2], "t": True})
    saved.save(tmp_path / "c.json")
    assert Container.load(tmp_path / "c.json").cont_to_dict() == saved.cont_to_dict()
    assert json.loads((tmp_path / "c.json").read_text()) == saved.cont_to_dict()


def test_json_writes_arrays_as_text_in_full(tmp_path):
    Container(x=tf.range(12), n=np.int64(3)).save(tmp_path / "c.json")
    loaded = Container.load(tmp_path / "c.json")
    assert loaded.x == f"tensor({list(range(12))})"
    assert loaded.n == 3


def test_json_of_other_leaves_is_an_error_and_keeps_the_file(tmp_path):
    path = tmp_path / "c.json"
    Container(a=1).save(path)
    with pytest.raises(TypeError, match="JSON has no form"):
        Container(a=object()).save(path)
    assert Container.load(path).a == 1
    path.write_text("[1]")
    with pytest.raises(ValueError, match="holds no dict"):
        Container.load(path)


# -- loading into an instance ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["c.h5", "c.pkl"])
def test_load_into_an_instance_assigns(name, tmp_path):
    (make() * 10.0).save(tmp_path / name)
    for wrap in (tf.Variable, keras.Variable):
        c = make().map(wrap)
        leaf = c.b.c
        assert c.load(tmp_path / name, allow_pickle=True) is c
        assert c.b.c is leaf
        assert same(c.map(tf.convert_to_tensor), make() * 10.0)
    assert same(make().load(tmp_path / name, allow_pickle=True), make() * 10.0)
    assert same(Container().load(tmp_path / name, allow_pickle=True), make() * 10.0)


def test_load_into_an_instance_checks_first(tmp_path):
    path = tmp_path / "c.h5"
    make().save(path)
    c = Container(a=tf.Variable([0.0, 0.0]), bb={"c": tf.Variable([[0.0]])})
    with pytest.raises(KeyError, match="'bb/c' is not in the file and the file has 'b/c'"):
        c.load(path)
    assert c.a.numpy().tolist() == [0.0, 0.0]
    c.load(path, strict=False)
    assert c.a.numpy().tolist() == [1.0, 2.0]
    assert c.bb.c.numpy() == 0.0
    odd = make().map(tf.Variable)
    odd.b.d = tf.Variable([1.0])
    odd.a.assign([0.0, 0.0])
    with pytest.raises(ValueError, match=r"'b/d' has shape \(1,\), and \(\) in the file"):
        odd.load(path)
    assert odd.a.numpy().tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "act", [lambda p: make().save(p, format="x"), lambda p: Container.load(p, format="x")]
)
def test_unknown_formats_are_errors(act, tmp_path):
    with pytest.raises(ValueError, match="Received: format='x'"):
        act(tmp_path / "c")
    assert not os.listdir(tmp_path)


def test_missing_file_is_pythons_error(tmp_path):
    for name in ("c.h5", "c.pkl", "c.json"):
        with pytest.raises(FileNotFoundError):
            Container.load(tmp_path / name, allow_pickle=True)
