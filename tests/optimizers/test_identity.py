"""Variables are known by their place, not by their names: states, ratios, exclusions."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, LossScaleOptimizer
from keras_ivy.optimizers.keras_side import packs
from keras_ivy.optimizers.migrate.interop import from_keras
from keras_ivy.utils.exceptions import IvyKeyError
from tests.optimizers.cases import CASES, variable_at

L = keras.layers
X, Y = np.random.default_rng(0).normal(size=(8, 8)).astype("float32"), np.ones((8, 1), "float32")


def tower():
    i = keras.Input((8,))
    return keras.Model(i, L.Dense(4, name="proj", bias_initializer="ones")(i))


def twins():
    """Two towers of one builder, whose variables have the same paths."""
    a, b, i = tower(), tower(), keras.Input((8,))
    return keras.Model(i, L.Dense(1, bias_initializer="ones")(L.Concatenate()([a(i), b(i)])))


def plain():
    return keras.Sequential([keras.Input((8,)), L.Dense(4), L.Dense(4), L.Dense(1)])


def mixed():
    """Layers whose names are in another order than they stand in."""
    i = keras.Input((8,))
    return keras.Model(i, L.Dense(1)(L.Dense(8, name="a")(L.Dense(8, name="z")(i))))


class Attributes(keras.Model):
    def __init__(self):
        super().__init__()
        self.second, self.first = [L.Dense(8), L.Dense(8)], L.Dense(1)

    def call(self, x):
        return self.first(self.second[1](self.second[0](x)))


def subclassed():
    model = Attributes()
    model(X)
    return model


def module():
    return ivy.Sequential(ivy.Linear(8, 4), ivy.Linear(4, 4), ivy.Linear(4, 1))


@pytest.fixture(autouse=True)
def small_packs(monkeypatch):
    """Packs of fewer tensors, of which a model is sooner trained."""
    monkeypatch.setattr(packs, "FEW", 4)


def many():
    return keras.Sequential(
        [keras.Input((8,)), *[L.Dense(8) for _ in range(packs.FEW)], L.Dense(1)]
    )


MODELS = {f.__name__: f for f in (twins, plain, mixed, subclassed, module, many)}
every_model = pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)


def trained(build, optimizer):
    random.seed(3)  # from which Keras's initializers draw theirs
    model = build()
    model.compile(optimizer, "mse", run_eagerly=True)
    model.fit(X, Y, epochs=2, verbose=0)
    return model


def values(optimizer):
    return [w.numpy() for w in optimizer.variables]


def assert_equal(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@every_model
def test_state_is_that_of_ivy_variables_and_fits_itself(build):
    model = trained(build, Adam(0.01))
    optimizer, before = model.optimizer, values(model.optimizer)
    state = optimizer.state
    assert state.mw.flatten().keys() == ivy.variables(model).flatten().keys()
    optimizer.set_state(state)
    assert_equal(values(optimizer), before)
    optimizer.set_state(ivy.Container(state).map(lambda x: x))
    assert_equal(values(optimizer), before)


@every_model
def test_state_fits_another_instance(build):
    one = trained(build, LAMB(0.01, variant="paper"))
    other = trained(build, LAMB(0.02, variant="paper"))
    other.optimizer.set_state(one.optimizer.state)
    for a, b in zip(one.optimizer._slots, other.optimizer._slots, strict=True):
        assert_equal(a, b)
    assert int(other.optimizer.iterations) == 2


@pytest.mark.parametrize("build", [twins, plain, mixed, module])
def test_state_fits_a_loaded_model(build, tmp_path):
    one = trained(build, Adam(0.01))
    one.save(tmp_path / "m.keras")
    other = keras.models.load_model(tmp_path / "m.keras")
    other.optimizer.set_state(one.optimizer.state)
    for a, b in zip(one.optimizer._slots, other.optimizer._slots, strict=True):
        assert_equal(a, b)


@pytest.mark.parametrize(
    ("build", "case"),
    [
        *((build, "adam-ivy") for build in (twins, mixed, subclassed, module)),
        (twins, "lars_paper"),
        (plain, "sgd-momentum"),
    ],
)
def test_state_of_fit_goes_on_in_step_and_back(build, case):
    model = trained(build, CASES[case].make(0.01))
    optimizer, variables = model.optimizer, model.trainable_variables
    keys = {v.path + str(id(v)): k for k, v in ivy.variables(model).flatten().items()}
    grads = [np.random.default_rng(i).normal(size=v.shape) for i, v in enumerate(variables)]
    stepping = CASES[case].make(0.01)
    stepping.set_state(optimizer.state)
    v = ivy.variables(model).map(tf.convert_to_tensor)
    g = {
        keys[v.path + str(id(v))]: tf.constant(x, "float32")
        for v, x in zip(variables, grads, strict=True)
    }
    new = stepping.step(v, ivy.Container.unflatten(g)).flatten()
    optimizer.apply([tf.constant(x, "float32") for x in grads], variables)
    for w in variables:
        np.testing.assert_allclose(w, new[keys[w.path + str(id(w))]], rtol=2e-6, atol=1e-6)
    back = trained(build, CASES[case].make(0.01)).optimizer
    back.set_state(stepping.state)
    for a, b in zip(back._slots, optimizer._slots, strict=True):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_allclose(x, y, rtol=2e-5, atol=1e-6)


def test_state_of_a_loss_scale_and_of_a_loop_without_compile():
    model = trained(plain, LossScaleOptimizer(Adam(0.01)))
    keys = ivy.variables(model).flatten().keys()
    assert model.optimizer.inner_optimizer.state.mw.flatten().keys() == keys
    other, optimizer = plain(), Adam(0.01)
    optimizer.apply(
        [tf.ones(v.shape) for v in other.trainable_variables], other.trainable_variables
    )
    assert optimizer.state.mw.flatten().keys() == keys


def lists():
    """Lists of variables without a model, whose names repeat, or are numbered by Keras."""
    return {
        "nameless tf": [tf.Variable([1.0, 2.0]), tf.Variable([3.0, 4.0]), tf.Variable([5.0])],
        "nameless": [keras.Variable([float(i), 2.0]) for i in range(12)],
        "same": [keras.Variable([1.0], name="w"), keras.Variable([2.0], name="w")],
        "one inside": [variable_at("w", [1.0]), variable_at("w/b", [2.0])],
        "packed": [keras.Variable([float(i)], name="w") for i in range(packs.FEW)],
    }


@pytest.mark.parametrize("name", lists())
@pytest.mark.parametrize("case", ["adam-ivy", "sgd-momentum"])
def test_state_without_a_model_fits_itself_and_another_instance(name, case):
    optimizers = []
    for scale in (1.0, 2.0):
        variables, optimizer = lists()[name], CASES[case].make(0.1)
        grads = [tf.fill(v.shape, scale * (i + 1.0)) for i, v in enumerate(variables)]
        optimizer.apply(grads, variables)
        before = values(optimizer)
        assert len(optimizer.state.mw.flatten()) == len(variables)
        optimizer.set_state(optimizer.state)
        assert_equal(values(optimizer), before)
        optimizers.append(optimizer)
    one, other = optimizers
    other.set_state(one.state)
    for a, b in zip(one._slots, other._slots, strict=True):
        assert_equal(a, b)


def test_state_of_another_model_is_refused_before_anything_changes():
    model = trained(plain, Adam(0.01))
    before = values(model.optimizer)
    for other in (twins, mixed):
        with pytest.raises((IvyKeyError, ValueError), match=r"state must hold|have shape"):
            model.optimizer.set_state(trained(other, Adam(0.01)).optimizer.state)
    assert_equal(values(model.optimizer), before)


def test_names_that_were_given_are_not_taken_for_numbers():
    def built(*names):
        variables, optimizer = [keras.Variable([1.0], name=n) for n in names], Adam(0.1)
        optimizer.apply([tf.ones(1)] * len(names), variables)
        return optimizer

    with pytest.raises(IvyKeyError, match="state must hold"):
        built("head_2", "head_3").set_state(built("head_1", "head_2").state)


def test_states_in_paths_of_version_0_1_0_load():
    model = trained(plain, Adam(0.01))
    optimizer, before = model.optimizer, values(model.optimizer)
    old = {
        name: ivy.Container.unflatten(
            {
                v.path: tf.convert_to_tensor(slot[i])
                for v, slot in zip(model.trainable_variables, optimizer._slots, strict=True)
            }
        )
        for i, name in enumerate(("mw", "vw"))
    }
    optimizer.set_state({**old, "count": 2})
    assert_equal(values(optimizer), before)
    other = trained(plain, Adam(0.02))
    other.optimizer.set_state({**old, "count": 2})
    for a, b in zip(optimizer._slots, other.optimizer._slots, strict=True):
        assert_equal(a, b)


@pytest.mark.parametrize("cls", [LARS, LAMB])
def test_trust_ratios_and_explanations_show_every_variable(cls):
    model = trained(twins, cls(0.01, variant="paper"))
    ratios = model.optimizer.trust_ratios()
    assert len(ratios) == len(model.trainable_variables)
    assert {"proj/kernel/v0", "proj/kernel/v1"} <= set(ratios)
    rows = model.optimizer.explain(model)
    assert len({row.path for row in rows}) == len(rows) == len(ratios)
    logger = ivy.optimizers.TrustRatioLogger()
    history = model.fit(X, Y, verbose=0, callbacks=[logger]).history
    assert len([name for name in history if "trust_ratio" in name]) == len(ratios)


def test_exclusion_by_variable_leaves_its_twin_alone():
    model = twins()
    a, b = (v for v in model.trainable_variables if v.path == "proj/kernel")
    for optimizer in (AdamW(0.1, weight_decay=0.5, variant="keras"), keras.optimizers.AdamW(0.1)):
        optimizer.weight_decay = 0.5
        optimizer.exclude_from_weight_decay(var_list=[a])
        optimizer.build(model.trainable_variables)
        taken = from_keras(optimizer)
        starts = a.numpy(), b.numpy()
        variables = model.trainable_variables
        taken.apply([tf.zeros(v.shape) for v in variables], variables)
        np.testing.assert_array_equal(a, starts[0])
        np.testing.assert_allclose(b, 0.95 * starts[1], rtol=1e-6)
        again = type(taken).from_config(taken.get_config())
        rows = again.explain(variables)
        index = [i for i, v in enumerate(variables) if v is a or v is b]
        assert [rows[i].decay for i in index] == [0.0, 0.5]


def test_sgd_without_slots_has_a_state():
    model = trained(twins, SGD(0.01))
    model.optimizer.set_state(model.optimizer.state)
    assert model.optimizer.state["count"] == 2
