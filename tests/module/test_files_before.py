"""Files of modules that version 0.1.0 wrote load, and mean what they meant.

`tests/golden/module_files/make.py` wrote them, with what the modules computed and held.
"""

import shutil

import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.golden.module_files.make import HERE, MADE
from tests.module.nets import X, Y

with np.load(HERE / "facts.npz") as archive:
    FACTS = {key: archive[key] for key in archive.files}


def facts_of(name, kind):
    begin = f"{name} {kind} "
    return {k.removeprefix(begin): x for k, x in FACTS.items() if k.startswith(begin)}


def check(name, module):
    """The module holds and computes what was recorded."""
    assert type(module) is type(MADE[name][0]())
    np.testing.assert_allclose(
        module(X, training=False), FACTS[f"{name} outputs"], rtol=1e-6, atol=1e-7
    )
    for kind, found in (("v", module.v), ("buffer", module.buffers)):
        found, expected = found.flatten(), facts_of(name, kind)
        assert list(found) == list(expected)
        for path, value in expected.items():
            np.testing.assert_array_equal(found[path], value, err_msg=path)


@pytest.mark.parametrize("ending", ["keras", "pkl"])
@pytest.mark.parametrize("name", MADE)
def test_whole_modules_of_before_load(name, ending):
    module = ivy.Module.load(HERE / f"{name}.{ending}", allow_pickle=True)
    check(name, module)
    if MADE[name][1]:
        found = [np.array(x) for x in module.optimizer.variables]
        expected = list(facts_of(name, "optimizer").values())
        for one, two in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, two)
        module.fit(X, Y, verbose=0)


@pytest.mark.parametrize("ending", ["weights.h5", "h5"])
@pytest.mark.parametrize("name", MADE)
def test_weights_of_before_load(name, ending):
    module = MADE[name][0]()
    module(X, training=False)
    module.load_weights(HERE / f"{name}.{ending}")
    expected = facts_of(name, "v")
    found = module.v.flatten()
    assert list(found) == list(expected)
    for path, value in expected.items():
        np.testing.assert_array_equal(found[path], value, err_msg=path)


def test_checkpoints_of_before_load():
    module = MADE["whole"][0]()
    module(X, training=False)
    status = tf.train.Checkpoint(model=module).read(str(HERE / "whole.ckpt"))
    status.assert_existing_objects_matched().assert_consumed()
    check("whole", module)


@pytest.mark.parametrize("name", MADE)
def test_files_are_written_as_before(name, tmp_path):
    """The same groups and datasets, so that programs with the version of before read them."""
    import h5py

    module = ivy.Module.load(HERE / f"{name}.keras")
    for ending in ("weights.h5", "h5"):
        module.save_weights(tmp_path / f"new.{ending}")
        shutil.copy(HERE / f"{name}.{ending}", tmp_path / f"old.{ending}")
        kept = []
        for age in ("old", "new"):
            with h5py.File(tmp_path / f"{age}.{ending}") as file:
                names = []
                file.visititems(lambda path, x, names=names: names.append((path, type(x))))
                kept.append(names)
        assert kept[0] == kept[1]
