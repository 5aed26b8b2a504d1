"""Files that the code of an earlier commit wrote load, and mean the same.

`tests/golden/container_files/make.py` wrote them; its functions say what they hold.
"""

import pickle

import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import Container
from tests.golden.container_files import make


def check_tensors(found, expected):
    assert type(found) is Container
    assert list(found.flatten()) == list(expected.flatten())
    for path, leaf in expected.flatten().items():
        if hasattr(leaf, "shape"):
            assert found[path].dtype == tf.as_dtype(leaf.dtype), path
            np.testing.assert_array_equal(np.array(found[path]), np.array(leaf))
        else:
            assert type(found[path]) is type(leaf)
            assert found[path] == leaf


@pytest.mark.parametrize("suffix", ["h5", "pkl"])
def test_files_hold_what_they_held(suffix):
    found = Container.load(make.FOLDER / f"tensors.{suffix}", allow_pickle=True)
    check_tensors(found, make.tensors())
    assert type(found.none_here) is Container
    assert len(found.none_here) == 0


def test_json_holds_what_it_held(tmp_path):
    old = make.FOLDER / "tensors.json"
    make.tensors().save(tmp_path / "new.json")
    assert (tmp_path / "new.json").read_text() == old.read_text()
    assert Container.load(old).encoder.deep.flatten() == {
        "name": "siren",
        "on": True,
        "rate": 0.125,
    }


def test_pickles_of_containers_hold_class_options_and_attributes():
    found = pickle.loads((make.FOLDER / "tensors.dumps").read_bytes())
    assert type(found) is Container
    assert isinstance(found.wide, np.ndarray)
    expected = make.tensors()
    found.wide = expected.wide = tf.constant(expected.wide)
    check_tensors(found, expected)
    found, expected = pickle.loads((make.FOLDER / "optioned.dumps").read_bytes()), make.optioned()
    assert list(found) == list(expected) == ["b", "a", "inner"]
    assert list(found.inner) == ["y", "x"]
    assert found.cont_config == expected.cont_config
    assert found._note == "kept"


def test_a_checkpoint_restores_what_it_held():
    v = make.variables()
    expected = {p: np.array(x) for p, x in v.flatten().items()}
    for leaf in (v.b.w, v.b.k):
        leaf.assign(leaf * 0)
    v.a, v.n = tf.constant(0.0), 0
    path = str(make.FOLDER / "variables.ckpt")
    tf.train.Checkpoint(v=v).read(path).assert_consumed()
    for leaf, (path, value) in zip(v.cont_to_flat_list(), expected.items(), strict=True):
        np.testing.assert_array_equal(np.array(leaf), value, err_msg=path)
