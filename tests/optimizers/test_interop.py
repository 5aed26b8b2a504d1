"""`from_keras` against Keras itself; `from_tfa_config` against TensorFlow Addons' values."""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import LARS, SGD, Adam, AdamW, Rule, from_keras, from_tfa_config
from keras_ivy.optimizers.rules import Leaf
from tests.optimizers.cases import variable_at

PEERS = json.loads(
    (pathlib.Path(__file__).parents[1] / "golden" / "peers_optimizers.json").read_text("utf-8")
)
KERAS = keras.optimizers
SHAPES = {"block/dense/kernel": (4, 3), "block/dense/bias": (3,), "norm/gamma": (3,)}
STEPS = 7


def variables_of():
    """Three variables with paths, always of the same values."""
    rng = np.random.default_rng(3)
    return [variable_at(path, rng.normal(size=shape)) for path, shape in SHAPES.items()]


def train(optimizer, variables, steps):
    """Apply gradients that depend on the number of the step alone."""
    for t in steps:
        rng = np.random.default_rng(100 + t)
        grads = [tf.constant(rng.normal(size=v.shape), "float32") for v in variables]
        optimizer.apply(grads, variables)


def decayed(cls, *args, **kwargs):
    optimizer = cls(*args, **kwargs)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma"])
    return optimizer


SCHEDULE = KERAS.schedules.ExponentialDecay(0.1, 3, 0.7)
ACCUMULATED = {"gradient_accumulation_steps": 2, "use_ema": True, "ema_momentum": 0.7}

MAKERS = {
    "sgd": lambda: KERAS.SGD(0.1),
    "sgd momentum": lambda: KERAS.SGD(0.1, 0.9),
    "sgd nesterov": lambda: KERAS.SGD(0.1, 0.9, nesterov=True, weight_decay=0.1),
    "sgd nesterov without momentum": lambda: KERAS.SGD(0.1, nesterov=True),
    "adam": lambda: KERAS.Adam(SCHEDULE, 0.8, 0.9, 1e-3),
    "adam decay": lambda: KERAS.Adam(0.1, weight_decay=0.2, clipnorm=0.5),
    "adamw": lambda: decayed(KERAS.AdamW, 0.1, weight_decay=0.3, global_clipnorm=1.0),
    "lamb": lambda: KERAS.Lamb(lambda: 0.1, epsilon=1e-3),
    "lamb decay": lambda: decayed(KERAS.Lamb, 0.1, weight_decay=0.3, clipvalue=0.7),
    "lamb accumulation": lambda: KERAS.Lamb(0.1, **ACCUMULATED),
    "sgd accumulation": lambda: KERAS.SGD(0.1, 0.9, ema_overwrite_frequency=2, **ACCUMULATED),
    "adam loss scale": lambda: KERAS.Adam(0.1, loss_scale_factor=8.0),
}


def assert_close(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        scale = np.abs(b.numpy()).max()
        np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-5 * scale, err_msg=b.path)


@pytest.mark.parametrize("name", MAKERS)
def test_from_keras_trains_as_keras(name):
    ours, theirs = variables_of(), variables_of()
    train(MAKERS[name](), theirs, range(STEPS))
    train(from_keras(MAKERS[name]()), ours, range(STEPS))
    assert_close(ours, theirs)


@pytest.mark.parametrize("before", [3, 4])
@pytest.mark.parametrize("name", MAKERS)
def test_from_keras_goes_on_where_keras_was(name, before):
    whole, halves = variables_of(), variables_of()
    train(MAKERS[name](), whole, range(STEPS))
    first = MAKERS[name]()
    train(first, halves, range(before))
    second = from_keras(first)
    assert int(second.iterations) == int(first.iterations)
    train(second, halves, range(before, STEPS))
    assert_close(halves, whole)


def test_from_keras_takes_names_and_configs():
    assert type(from_keras("adam")) is Adam
    made = from_keras(KERAS.serialize(KERAS.AdamW(0.25, weight_decay=0.5, name="mine")))
    assert (type(made), made.variant, made.weight_decay, made.name) == (AdamW, "keras", 0.5, "mine")
    assert float(made.learning_rate) == 0.25


def test_from_keras_keeps_excluded_variables_excluded():
    for path in ("block/dense/bias", "norm/gamma"):
        variables = variables_of()
        excluded = [v for v in variables if v.path == path]
        theirs = KERAS.AdamW(0.1, weight_decay=0.5)
        theirs.exclude_from_weight_decay(var_list=excluded)
        theirs.build(variables)
        made = from_keras(theirs)
        before = [v.numpy() for v in variables]
        made.apply([tf.zeros_like(v) for v in variables], variables)
        factors = {v.path: 1.0 if v.path == path else 0.95 for v in variables}
        for v, old in zip(variables, before, strict=True):
            np.testing.assert_allclose(v.numpy(), factors[v.path] * old, rtol=1e-6)
        again = AdamW.from_config(made.get_config())
        assert again.rules == made.rules
        assert len(made.rules) == 1


def test_from_keras_excludes_no_namesake():
    kept, excluded = variable_at("inner/dense/bias", [1.0]), variable_at("dense/bias", [1.0])
    theirs = KERAS.AdamW(0.1, weight_decay=0.5)
    theirs.exclude_from_weight_decay(var_list=[excluded])
    theirs.build([kept, excluded])
    from_keras(theirs).apply([tf.zeros(1), tf.zeros(1)])
    assert kept.numpy()[0] == pytest.approx(0.95)
    assert excluded.numpy()[0] == 1.0


def loss_scaled():
    return KERAS.LossScaleOptimizer(KERAS.Adam(0.1), initial_scale=64.0, dynamic_growth_steps=2)


def test_from_keras_takes_the_loss_scale_over():
    variables = variables_of()
    theirs = loss_scaled()
    train(theirs, variables, range(3))
    made = from_keras(theirs)
    assert isinstance(made, KERAS.LossScaleOptimizer)
    assert type(made.inner_optimizer) is Adam
    assert float(made.dynamic_scale) == float(theirs.dynamic_scale) == 128.0
    assert int(made.step_counter) == int(theirs.step_counter) == 1
    assert made.dynamic_growth_steps == 2
    other = variables_of()
    whole = loss_scaled()
    train(whole, other, range(6))
    train(made, variables, range(3, 6))
    assert_close(variables, other)


def test_from_keras_changes_what_it_is_told_to():
    made = from_keras(KERAS.Lamb(0.1, weight_decay=0.01), variant="paper", rules="bias_norm")
    assert (made.variant, made.weight_decay, len(made.rules)) == ("paper", 0.01, 1)
    mine = LARS(0.1)
    assert from_keras(mine) is mine


def test_from_keras_model_trains_on_in_fit():
    x = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(8, 3)
    y = x[:, :1]

    def fitted(swap):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile(KERAS.Adam(0.05), "mse")
        model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
        if swap:
            model.compile(from_keras(model.optimizer), "mse")
        model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
        return model.get_weights()

    for a, b in zip(fitted(True), fitted(False), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: KERAS.Adam(0.1, amsgrad=True), ValueError, "Received: Adam with amsgrad=True"),
        (lambda: KERAS.RMSprop(0.1), TypeError, "SGD, Adam, AdamW, Lamb .*RMSprop"),
        (lambda: type("Mine", (KERAS.Adam,), {})(0.1), TypeError, "Mine"),
        (lambda: 0.1, TypeError, "float"),
    ],
)
def test_from_keras_refuses_what_has_no_equal(make, error, message):
    with pytest.raises(error, match=message):
        from_keras(make())


def test_from_keras_refuses_variables_that_it_cannot_name():
    theirs = KERAS.AdamW(0.1)
    theirs.exclude_from_weight_decay(var_list=variables_of()[1:])
    with pytest.raises(ValueError, match=r"optimizer\.build.*not built, 2 variables"):
        from_keras(theirs)
    with pytest.raises(TypeError, match="Received: optimizer=SGD, variant='paper'"):
        from_keras(SGD(0.1), variant="paper")


TFA_LAMB = [c for c in PEERS["peer_tests"] if c["id"].startswith("tfa_lamb") and "g" in c["inputs"]]


@pytest.mark.parametrize("case", TFA_LAMB, ids=lambda c: c["id"])
@pytest.mark.parametrize("decay_by_schedule", [False, True])
def test_from_tfa_config_equals_addons(case, decay_by_schedule):
    given = case["inputs"]
    config = {
        "name": "LAMB",
        "learning_rate": 0.001,
        "decay": 0.0 if given["lr"] == 0.001 else 0.5,
        "weight_decay": given.get("weight_decay", 0.0),
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": given["eps"],
    }
    if decay_by_schedule:
        # As `tf.keras` wrote them: no module, no registered name.
        schedule = {"initial_learning_rate": 0.001, "decay_steps": 1, "decay_rate": config["decay"]}
        config["decay"] = 0.0
        config["learning_rate"] = {"class_name": "InverseTimeDecay", "config": schedule}
    optimizer = from_tfa_config({"class_name": "Addons>LAMB", "config": config})
    w = keras.Variable(np.array(given["w"]), dtype="float64")
    for want in case["expected"]:
        optimizer.apply([tf.constant(given["g"], "float64")], [w])
        # Keras's schedules are float32, whatever the variables are.
        np.testing.assert_allclose(w.numpy(), want, rtol=1e-9)


SHARED = PEERS["shared_problem"]
PROBLEM = SHARED["problem"]
GARDEN = [n for n in SHARED["trajectories"] if n.startswith("mg_") and "sched" not in n]


@pytest.mark.parametrize("name", GARDEN)
def test_from_tfa_config_equals_the_model_garden(name):
    words = dict(word.split("=") for word in name.split()[1:] if "=" in word)
    config = {
        "learning_rate": PROBLEM["lr_const"],
        "weight_decay_rate": float(words["wd"]),
        "exclude_from_weight_decay": words["exclude"].split("|") if "exclude" in words else None,
    }
    if name.startswith("mg_lars"):
        config |= {"name": "LARS", "momentum": 0.9, "eeta": PROBLEM["trust_coefficient_eta"]}
        config["classic_momentum"] = words.get("classic") != "False"
        config["nesterov"] = words.get("nesterov") == "True"
    else:
        config |= {"name": "LAMB", "epsilon": 1e-6}
    named = zip(PROBLEM["variables"], PROBLEM["w0"], strict=True)
    variables = [variable_at(path, w, "float64") for path, w in named]
    optimizer = from_tfa_config(config)
    for grads, wants in zip(
        PROBLEM["grads_per_step"], SHARED["trajectories"][name]["steps"], strict=True
    ):
        optimizer.apply([tf.constant(g, "float64") for g in grads], variables)
        for v, want in zip(variables, wants, strict=True):
            # The Garden holds rates and betas as float32.
            np.testing.assert_allclose(v.numpy(), want, atol=1e-7)


def treatment(optimizer, path):
    """What the rules say of a path: `(decays, adapts)`."""
    rule = next((r for r in optimizer.rules if r.matches(Leaf(path, (3,), "float32"))), Rule())
    return bool(rule.decay), rule.adapt


@pytest.mark.parametrize(
    ("decay", "adaptation", "wants"),
    [
        (["bias$", "LayerNorm"], None, [(True, True), (False, False), (False, False)]),
        (["bias$", "LayerNorm"], [], [(True, True), (False, False), (False, False)]),
        ("bias, LayerNorm", None, [(True, True), (False, False), (False, False)]),
        (["bias"], ["LayerNorm"], [(True, True), (False, True), (True, False)]),
        (["bias", "Norm"], ["^enc/Layer"], [(True, True), (False, True), (False, False)]),
        (None, ["bias"], [(True, True), (True, False), (True, True)]),
        (None, None, [(True, True), (True, True), (True, True)]),
    ],
)
def test_from_tfa_config_makes_rules_of_the_lists(decay, adaptation, wants):
    optimizer = from_tfa_config(
        {"class_name": "LAMB", "config": {"learning_rate": 0.1, "weight_decay_rate": 0.1}},
        exclude_from_weight_decay=decay,
        exclude_from_layer_adaptation=adaptation,
    )
    paths = ["enc/dense/kernel", "enc/dense/bias", "enc/LayerNorm/gamma"]
    assert [treatment(optimizer, path) for path in paths] == wants


def test_from_tfa_config_fails_where_a_list_matches_nothing():
    optimizer = from_tfa_config({"name": "LARS", "exclude_from_weight_decay": ["LayerNorm"]})
    with pytest.raises(ValueError, match="A rule matches no variable"):
        optimizer.build(variables_of())


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ({"name": "AdamW"}, ValueError, "LAMB or a LARS.*Received: 'AdamW'"),
        ({}, ValueError, "Received: None"),
        ("LAMB", TypeError, "Received: config='LAMB'"),
        ({"name": "LAMB", "sparse": True}, ValueError, "Received: sparse=True"),
        ({"name": "LAMB", "exclude_from_weight_decay": 3}, TypeError, "weight_decay=3"),
        (
            {
                "name": "LAMB",
                "decay": 0.1,
                "learning_rate": {
                    "class_name": "ExponentialDecay",
                    "config": {"initial_learning_rate": 1.0, "decay_steps": 1, "decay_rate": 0.5},
                },
            },
            ValueError,
            "Received: decay=0.1",
        ),
    ],
)
def test_from_tfa_config_refuses_other_configs(config, error, message):
    with pytest.raises(error, match=message):
        from_tfa_config(config)


def test_from_tfa_config_fills_in_their_defaults():
    lamb = from_tfa_config({"name": "LAMB_1", "epsilon": 0.0, "is_legacy_optimizer": True})
    assert (float(lamb.learning_rate), lamb.epsilon, lamb.variant) == (0.001, 1e-7, "paper")
    lars = from_tfa_config({"name": "LARS"}, learning_rate=8.0)
    assert (float(lars.learning_rate), lars.momentum, lars.trust_coefficient) == (8.0, 0.9, 0.001)
    assert lars.variant == "simclr"
