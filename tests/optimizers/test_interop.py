"""`from_keras` against Keras itself."""

import pathlib
import random
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy
from keras_ivy.optimizers import (
    LAMB,
    LARS,
    SGD,
    Adam,
    AdamW,
    LossScaleOptimizer,
    Rule,
    from_keras,
    from_tfa_config,
)
from tests.optimizers.cases import variable_at

KERAS = keras.optimizers
SHAPES = {"block/dense/kernel": (4, 3), "block/dense/bias": (3,), "norm/gamma": (3,),
          "second/kernel": (3, 2)}  # fmt: skip
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


def muon(rate, **kwargs):
    optimizer = KERAS.Muon(rate, exclude_layers=["second"], **kwargs)
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
    "muon": lambda: muon(0.02),
    "muon schedule": lambda: muon(SCHEDULE, nesterov=False, adam_lr_ratio=1, ns_steps=3),
    "muon ratio": lambda: muon(0.02, adam_lr_ratio=0.5, adam_weight_decay=0.3, weight_decay=0.2),
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


@pytest.mark.parametrize(
    "identifier",
    [
        "lamb",
        "Lamb",
        KERAS.serialize(KERAS.Lamb(0.25, weight_decay=0.5)),
        {"class_name": "Lamb", "config": {"learning_rate": 0.25, "weight_decay": 0.5}},
    ],
)
def test_from_keras_knows_the_lamb_that_keras_forgets(identifier):
    made = from_keras(identifier)
    assert type(made) is LAMB
    wanted = (0.001, None) if isinstance(identifier, str) else (0.25, 0.5)
    assert (pytest.approx(float(made.learning_rate)), made.weight_decay) == wanted


def test_overrides_may_be_spelled_as_ivy_does():
    assert float(from_keras("adam", lr=0.5, beta1=0.25).learning_rate) == 0.5
    assert from_tfa_config({"name": "LAMB"}, lr=0.5, decay_lambda=0.25).weight_decay == 0.25
    with pytest.raises(TypeError, match=r"`lr` is Ivy's spelling.*Received: lr=0.5 beside"):
        from_keras("adam", lr=0.5, learning_rate=0.25)


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


@pytest.mark.parametrize("built", [False, True])
def test_rules_given_to_from_keras_come_before_what_is_excluded(built):
    theirs = KERAS.AdamW(0.1, weight_decay=0.5)
    theirs.exclude_from_weight_decay(var_names=["bias", "gamma"])
    if built:
        theirs.build(variables_of())
    rules = [Rule("norm/gamma", decay=0.25), Rule("second", lr_multiplier=0.5)]
    rows = from_keras(theirs, rules=rules).explain(variables_of())
    assert [row.decay for row in rows] == [0.5, 0.0, 0.25, 0.5]
    assert [row.lr_multiplier for row in rows] == [1.0, 1.0, 1.0, 0.5]


EQUAL = re.compile(r"^\| `(keras\.optimizers\.(?!Loss)\w+\(.*\))` \| `(ivy\..*)` \|$", re.MULTILINE)
PAGE = pathlib.Path(__file__).parents[2] / "docs" / "migrate" / "keras.md"


def equal_lines():
    """The lines of the page for those who come from Keras that name an optimizer on both sides."""
    return EQUAL.findall(PAGE.read_text(encoding="utf-8"))


def test_lines_of_the_page_cover_the_optimizers():
    names = [theirs.split(".")[2].split("(")[0] for theirs, _ in equal_lines()]
    assert names == ["SGD", "Adam", "AdamW", "Lamb", "Muon"]


@pytest.mark.parametrize(("theirs", "ours"), equal_lines(), ids=lambda line: line.split("(")[0])
def test_lines_of_the_page_give_the_same_numbers(theirs, ours):
    names = {"keras": keras, "ivy": keras_ivy}
    results = []
    for line in (theirs, ours):
        variables = variables_of()
        train(eval(line, names), variables, range(2))
        results.append(variables)
    assert_close(*results)


def test_rules_given_beside_layers_that_muon_excludes():
    theirs = KERAS.Muon(0.1, exclude_layers=["second"])
    rows = from_keras(theirs, rules=Rule("block", lr_multiplier=0.5)).explain(variables_of())
    assert ["Muon" in row.update for row in rows] == [True, False, False, False]
    assert [row.lr_multiplier for row in rows] == [0.5, 0.5, 1.0, 1.0]


def test_from_keras_model_trains_on_in_fit():
    x = np.linspace(-1.0, 1.0, 24, dtype="float32").reshape(8, 3)
    y = x[:, :1]

    def fitted(swap):
        random.seed(1)  # from which Keras's initializers draw theirs
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
        (lambda: KERAS.RMSprop(0.1), TypeError, "SGD, Adam, AdamW, Lamb, Muon .*RMSprop"),
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
    with pytest.raises(ValueError, match=r"optimizer\.build.*not built, 3 variables"):
        from_keras(theirs)
    with pytest.raises(TypeError, match="Received: optimizer=SGD, variant='paper'"):
        from_keras(SGD(0.1), variant="paper")


def test_from_keras_takes_several_optimizers_over():
    def several():
        heavy = KERAS.SGD(0.1, 0.9)
        return KERAS.MultiOptimizer(
            KERAS.OptimizerMap(KERAS.Adam(0.05), {"block/.*": heavy, "norm/.*": heavy})
        )

    theirs, vs = several(), variables_of()
    train(theirs, vs, range(3))
    ours, twins = from_keras(theirs), variables_of()
    assert {type(o) for o in ours.optimizers} == {SGD, Adam}
    assert len({id(o) for o in ours.optimizers}) == 2
    train(ours, vs, range(3, STEPS))
    whole = several()
    train(whole, twins, range(STEPS))
    assert_close(vs, twins)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(ours))
    assert {type(o) for o in again.optimizers} == {SGD, Adam}
    with pytest.raises(TypeError, match=r"the function can return `from_keras"):
        from_keras(KERAS.MultiOptimizer(lambda v: KERAS.SGD()))


def test_from_keras_makes_a_loss_scale_of_this_package():
    ours = from_keras(KERAS.LossScaleOptimizer(KERAS.Adam(0.1), initial_scale=8.0))
    assert type(ours) is LossScaleOptimizer
    assert ours.initial_scale == 8.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rms_rate": None}, "Received: rms_rate=None"),
        ({"muon_a": 3.0, "exclude_embeddings": False}, "exclude_embeddings=False"),
        ({"learning_rate": lambda: 0.1, "adam_lr_ratio": 0.5}, "adam_learning_rate="),
    ],
)
def test_from_keras_refuses_what_is_fixed_in_muon(options, message):
    with pytest.raises(ValueError, match=message):
        from_keras(KERAS.Muon(**options))
