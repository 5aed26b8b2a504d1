"""Files and configs of the commit before optimizers were put together of parts mean the same.

`tests/golden/make_optimizer_files.py` has written them.
"""

import copy
import json
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import SGD, Adam, AdamW, Rule
from tests.golden.make_optimizer_files import HERE, NAMES, RULES, W, make_model, step, train
from tests.optimizers.cases import CASES

EXPECTED = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
every_name = pytest.mark.parametrize("name", NAMES)


#: Options that there were not yet, which are off.
SINCE = {"ema_counts": "steps"}
#: The same of some classes.
SINCE_IN = {cls: {"hyperball": False} for cls in (SGD, Adam, AdamW)}
#: The same of every rule.
SINCE_IN_RULES = {"hyperball": None, "orthogonalize": None}


def without_modules(config):
    """A config without the places of classes, which Keras looks for by their registered names."""
    if isinstance(config, dict):
        return {k: without_modules(x) for k, x in config.items() if k != "module"}
    return [without_modules(x) for x in config] if isinstance(config, list | tuple) else config


def assert_near(got, want):
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", EXPECTED)
def test_config_makes_the_optimizer_whose_config_it_is(name):
    old = copy.deepcopy(EXPECTED[name]["config"])  # Keras changes what it reads.
    optimizer = keras.optimizers.deserialize(old)
    assert type(optimizer) is CASES[name].cls
    want = without_modules(EXPECTED[name]["config"])
    want["config"] |= SINCE | SINCE_IN.get(CASES[name].cls, {})
    for rule in want["config"]["rules"] or ():
        rule["config"] |= SINCE_IN_RULES
    assert without_modules(keras.optimizers.serialize(optimizer)) == want


@every_name
def test_model_goes_on_from_its_file(name):
    model = keras.models.load_model(HERE / f"{name}.keras")
    assert list(model.optimizer.rules)[-2:] == RULES[1:]
    assert_near(train(model, 1), EXPECTED[name]["fit"])


@every_name
def test_model_goes_on_from_its_checkpoint(name):
    model = make_model(CASES[name].make(0.05, rules=RULES))
    model.optimizer.build(model.trainable_variables)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    checkpoint.read(str(HERE / f"{name}.fit")).assert_existing_objects_matched()
    assert_near(train(model, 1), EXPECTED[name]["fit"])


@every_name
def test_steps_go_on_from_their_checkpoint(name):
    optimizer = CASES[name].make(0.05)
    restored = tf.train.Checkpoint(optimizer=optimizer).read(str(HERE / f"{name}.step"))
    restored.assert_existing_objects_matched()
    flat = EXPECTED[name]["state"]
    v = {"enc": {"w": flat["enc/w"]}, "b": flat["b"]}
    got = step(optimizer, v, 1).flatten()
    assert set(got) == set(EXPECTED[name]["step"])
    assert np.shape(W["b"]) == got["b"].shape
    assert_near([got[k] for k in flat], [EXPECTED[name]["step"][k] for k in flat])


def test_pickles_load():
    lamb, scaled, *rules, preset, schedule = pickle.loads((HERE / "pickles.bin").read_bytes())
    assert lamb.get_config() == CASES["lamb-ivy"].make(0.05, name=lamb.name).get_config()
    assert type(scaled.inner_optimizer) is CASES["adam-ivy"].cls
    assert [*rules, preset] == [*RULES[1:], Rule(preset.match, **NEVER)]
    assert float(schedule(2)) == 1.0


NEVER = {"decay": False, "adapt": False, "required": False}
