"""Pickles and configs of the commit before initializers had rooms mean the same.

`tests/golden/make_initializer_files.py` has written them.
"""

import pickle

import keras
import numpy as np
import pytest

from keras_ivy import initializers
from tests.golden.make_initializer_files import FILE, RULES, SCHEMES, reports
from tests.initializers.cases import CASES, make


@pytest.fixture(scope="module")
def old():
    """What was written, which names files that are gone."""
    written = FILE.read_bytes()
    assert b"keras_ivy.initializers.normals" in written
    return pickle.loads(written)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_pickle_and_config_make_the_same_initializer(old, case):
    name, arguments, shapes, _ = case
    now = make(name, arguments, seed=3)
    config = old["configs"][name]
    assert config["registered_name"] == f"keras_ivy>{name}"
    for again in (old["initializers"][name], keras.initializers.deserialize(dict(config))):
        assert type(again) is type(now)
        assert again.get_config() == now.get_config()
        assert np.array_equal(again(shapes[-1]), now(shapes[-1]))


def test_rules_and_schemes(old):
    assert old["rules"] == RULES
    assert old["schemes"] == SCHEMES


def test_reports_and_geometry(old):
    *made, geometry = reports()
    *before, told = old["reports"]
    assert told == geometry
    for now, then in zip(made, before, strict=True):
        assert type(then) is type(now)
        assert [row.path for row in then.rows] == [row.path for row in now.rows]


def test_pickles_name_the_package_alone():
    for thing in (initializers.KaimingNormal(seed=1), RULES, SCHEMES, initializers.Geometry(1, 1)):
        written = pickle.dumps(thing)
        assert b"keras_ivy.initializers" in written
        assert b"keras_ivy.initializers." not in written


def test_public_names_are_found_where_they_were():
    # What stood elsewhere does not come along.
    from keras_ivy.initializers.normals import Normal

    assert Normal is initializers.Normal
    with pytest.raises(ImportError):
        from keras_ivy.initializers.seeds import standardize_seed  # noqa: F401
