"""Optimizers of TensorFlow Addons and the Model Garden, taken over from their configs."""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.optimizers import Rule, from_tfa_config
from tests.optimizers.cases import variable_at

PEERS = json.loads(
    (pathlib.Path(__file__).parents[1] / "golden" / "peers_optimizers.json").read_text("utf-8")
)
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
    rows = optimizer.explain([variable_at(path, np.ones(3)) for path in paths])
    assert [(row.decay > 0, row.adapts) for row in rows] == wants


def normalised():
    layers = [keras.layers.Dense(3), keras.layers.LayerNormalization(), keras.layers.Dense(1)]
    return keras.Sequential([keras.Input((2,)), keras.Sequential(layers, name="block0")])


LISTS = [
    (name, kind)
    for kind, names in {
        "exclude_from_weight_decay": ("LAMB", "LARS", "AdamW", "SGDW", "AdamWeightDecay"),
        "exclude_from_layer_adaptation": ("LAMB", "LARS"),
        "include_in_weight_decay": ("AdamWeightDecay",),
    }.items()
    for name in names
]


@pytest.mark.parametrize(("name", "kind"), LISTS)
def test_each_entry_of_a_list_has_to_be_found(name, kind):
    """`bias` is found in every model; that must not hide that `LayerNorm` is not."""
    config = {"name": name, "learning_rate": 0.5, "weight_decay": 0.1, kind: ["LayerNorm", "bias"]}
    optimizer, variables = from_tfa_config(config), normalised().trainable_variables
    message = r"A rule matches no variable.*bias_norm.*Received: entry 'LayerNorm', for: .*gamma"
    with pytest.raises(ValueError, match=message):
        optimizer.build(variables)
    with pytest.raises(ValueError, match="entry 'LayerNorm'"):
        type(optimizer).from_config(optimizer.get_config()).explain(variables)
    from_tfa_config({**config, kind: ["layer_normalization", "bias"]}).build(variables)


@pytest.mark.parametrize(
    "given", [["LayerNorm", "layer_norm", "bias"], "LayerNorm,layer_norm,bias"]
)
def test_spellings_of_one_name_are_one_entry(given):
    config = {"name": "AdamWeightDecay", "weight_decay_rate": 0.1}
    optimizer = from_tfa_config(config, exclude_from_weight_decay=given)
    decays = {row.path.rsplit("/", 2)[1] for row in optimizer.explain(normalised()) if row.decay}
    assert len(decays) == 2
    assert all(name.startswith("dense") for name in decays)


def test_lists_of_one_rule_that_were_saved_before_still_load():
    optimizer = from_tfa_config({"name": "LAMB", "exclude_from_weight_decay": ["bias"]})
    config = optimizer.get_config()
    config["rules"][0]["config"]["match"] = ".*(?:LayerNorm|bias).*"
    config["rules"] = [dict(rule) for rule in config["rules"]]
    rows = type(optimizer).from_config(config).explain(normalised())
    assert [row.adapts for row in rows] == [True, False, True, True, True, False]


@pytest.mark.parametrize("name", ["LAMB", "AdamW"])
def test_given_rules_come_before_the_lists(name):
    config = {"name": name, "learning_rate": 0.5, "weight_decay": 0.1}
    config["exclude_from_weight_decay"] = ["bias"]
    rules = [Rule("dense.*/bias", decay=0.25, required=False), Rule("kernel", lr_multiplier=0.5)]
    rows = from_tfa_config(config, rules=rules[1]).explain(normalised())
    assert [(row.decay > 0, row.lr_multiplier) for row in rows] == [
        (True, 0.5), (False, 1.0), (True, 1.0), (True, 1.0), (True, 0.5), (False, 1.0)
    ]  # fmt: skip
    rows = from_tfa_config(config, rules=rules).explain(normalised())
    assert [row.decay for row in rows if row.path.endswith("bias")] == [0.25, 0.25]
    rows = from_tfa_config(config, exclude_from_weight_decay=[], rules=rules[1]).explain(
        normalised()
    )
    assert all(row.decay > 0 for row in rows)


@pytest.mark.parametrize(
    ("config", "way"),
    [
        ({"optimizer": {"type": "lars", "lars": {}}}, r"config\['optimizer'\]\['lars'\]"),
        ({"type": "lamb", "lamb": {"name": "LAMB"}}, r"config\['lamb'\].*'lamb'"),
    ],
)
def test_config_around_that_of_an_optimizer_is_refused(config, way):
    with pytest.raises(ValueError, match=f'pass the inner one, which has a "name".*{way}'):
        from_tfa_config(config)


def polynomial(**settings):
    common = {"initial_learning_rate": 0.01, "decay_steps": 50, "end_learning_rate": 0.002}
    return {**common, "power": 1.0, "cycle": False, "name": None, **settings}


def warmed(inside, warmup=10, start=0.001):
    config = {"after_warmup_lr_sched": inside, "warmup_steps": warmup}
    return {"class_name": "LinearWarmup", "config": {**config, "warmup_learning_rate": start}}


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("offset", [0, 4, 10])
@pytest.mark.parametrize("power", [1.0, 2.0, 0.5])
def test_linear_warmup_around_a_polynomial(offset, power, named):
    """The Garden: up to the polynomial's value at the last warm-up step, then the polynomial."""
    inside = polynomial(power=power, offset=offset)
    if named:
        inside = {"class_name": "PolynomialDecayWithOffset", "config": inside}
    optimizer = from_tfa_config({"name": "LAMB", "learning_rate": warmed(inside)})
    schedule = optimizer.get_config()["learning_rate"]
    schedule = keras.optimizers.schedules.deserialize(schedule)

    def theirs(step):
        def decayed(t):
            return 0.002 + 0.008 * (1 - min(t - offset, 50) / 50) ** power

        return 0.001 + step / 10 * (decayed(10) - 0.001) if step < 10 else decayed(step)

    steps = (0, 1, 5, 9, 10, 11, 20, 33, 45, 49, 50, 55, 59, 60, 90)
    np.testing.assert_allclose([schedule(t) for t in steps], list(map(theirs, steps)), rtol=1e-6)


def test_linear_warmup_around_a_number_and_a_plain_class():
    rate = from_tfa_config({"name": "LAMB", "learning_rate": warmed(0.5)})._learning_rate
    np.testing.assert_allclose([rate(t) for t in (0, 5, 10, 99)], [0.001, 0.2505, 0.5, 0.5])
    inside = {"class_name": "PolynomialDecay", "config": polynomial(end_learning_rate=0.0)}
    rate = from_tfa_config({"name": "LAMB", "learning_rate": warmed(inside)})._learning_rate
    np.testing.assert_allclose([rate(t) for t in (10, 30, 50)], [0.008, 0.004, 0.0], atol=1e-9)


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (
            polynomial(end_learning_rate=0.0),
            r"peak=0\.008, warmup=10, total=50.*peak=0\.01, warmup=10, total=60",
        ),
        ({"class_name": "PolynomialDecayWithOffset", "config": polynomial()}, "Add `offset`"),
        (polynomial(cycle=True, offset=0), "without `cycle`"),
        ({"initial_learning_rate": 0.1, "decay_steps": 5, "alpha": 0.0}, "only a number and a"),
        (polynomial(decay_steps=10, offset=0), "over before the warm-up ends.*decay_steps=10"),
        (None, "has `warmup_steps` and `after_warmup_lr_sched`"),
    ],
)
def test_linear_warmup_that_is_not_told_whole_is_refused(inside, message):
    with pytest.raises(ValueError, match=message):
        from_tfa_config({"name": "LAMB", "learning_rate": warmed(inside)})


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        ({"name": "RectifiedAdam"}, ValueError, "LAMB, LARS, .*Received: 'RectifiedAdam'"),
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
    rate = lamb.get_config()["learning_rate"]
    assert (rate, lamb.epsilon, lamb.variant) == (0.001, 1e-7, "paper")
    lars = from_tfa_config({"name": "LARS"}, learning_rate=8.0)
    assert (float(lars.learning_rate), lars.momentum, lars.trust_coefficient) == (8.0, 0.9, 0.001)
    assert lars.variant == "simclr"


def addons(name, **options):
    """A config as Addons 0.23 wrote it, through `tf.keras.optimizers.serialize`."""
    common = {"name": name, "learning_rate": 0.25, "decay": 0.0}
    if name != "SGDW":
        common |= {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 1e-3, "amsgrad": False}
    return {"class_name": f"Addons>{name}", "config": common | options}


W, G = np.array([[1.0, -2.0], [3.0, 0.5], [-1.0, 2.0]]), np.array([[2.0, 1.0], [-1.0, 3.0]])


def test_lazy_adam_moves_the_rows_of_the_gradient_alone():
    made, w = from_tfa_config(addons("LazyAdam")), keras.Variable(W, dtype="float64")
    want, m, v = W.copy(), np.zeros_like(W), np.zeros_like(W)
    for step, rows in enumerate([[0, 2], [2, 1], [0, 1]], start=1):
        made.apply([tf.IndexedSlices(tf.constant(G), tf.constant(rows), tf.constant([3, 2]))], [w])
        m[rows] = 0.5 * m[rows] + 0.5 * G
        v[rows] = 0.75 * v[rows] + 0.25 * G**2
        rate = 0.25 * np.sqrt(1 - 0.75**step) / (1 - 0.5**step)
        want[rows] -= rate * m[rows] / (np.sqrt(v[rows]) + 1e-3)
        np.testing.assert_allclose(w, want, rtol=1e-12)


@pytest.mark.parametrize("name", ["AdamW", "SGDW"])
@pytest.mark.parametrize("rate", [0.25, np.float32(0.25)])
def test_fixed_decay_is_taken_off_whatever_the_rate(name, rate):
    options = {"momentum": 0.5, "nesterov": False} if name == "SGDW" else {}
    config = addons(name, weight_decay=0.125, learning_rate=rate, **options)
    made = from_tfa_config(config, exclude_from_weight_decay=["bias"])
    kernel, bias = (variable_at(f"d/{n}", W, "float64") for n in ("kernel", "bias"))
    wants, m, v = {"kernel": W.copy(), "bias": W.copy()}, 0.0, 0.0
    g = np.concatenate([G, [[0.5, -0.5]]])
    for step in range(1, 4):
        made.apply([tf.constant(g)] * 2, [kernel, bias])
        wants["kernel"] -= 0.125 * wants["kernel"]
        if name == "SGDW":
            m = 0.5 * m + 0.25 * g
            change = m
        else:
            m, v = 0.5 * m + 0.5 * g, 0.75 * v + 0.25 * g**2
            change = 0.25 * np.sqrt(1 - 0.75**step) / (1 - 0.5**step) * m / (np.sqrt(v) + 1e-3)
        for variable, want in zip((kernel, bias), wants.values(), strict=True):
            want -= change
            np.testing.assert_allclose(variable, want, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Received: weight_decay=None"),
        ({"weight_decay": 0.1, "amsgrad": True}, "Received: amsgrad=True"),
    ],
)
def test_fixed_decay_without_an_equal_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        from_tfa_config(addons("AdamW", **options))
    assert from_tfa_config(addons("AdamW", decay=0.5), weight_decay=0.5).weight_decay == 0.5


def test_lists_are_those_of_the_class():
    with pytest.raises(ValueError, match=r"keys that mean nothing.*exclude_from_layer_adaptation"):
        from_tfa_config(addons("AdamW", weight_decay=0.1, exclude_from_layer_adaptation=["bias"]))


def test_options_of_keras_2_are_taken_over():
    newer = {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 3}
    made = from_tfa_config({"name": "LAMB", "jit_compile": True, "clipnorm": None, **newer})
    assert {name: getattr(made, name) for name in newer} == newer


@pytest.mark.parametrize("name", ["AdamW", "SGDW"])
@pytest.mark.parametrize("rate", [{"decay": 0.5}, {"learning_rate": 0.0}])
def test_fixed_decay_under_a_schedule_is_taken_off_whatever_the_rate(name, rate):
    """`var -= weight_decay * var`, then the step at the rate of the schedule."""
    config = {"name": name, "learning_rate": 0.25, "weight_decay": 0.1, **rate}
    optimizer = from_tfa_config(config)
    assert optimizer.variant == ("addons" if name == "AdamW" else "independent")
    w = keras.Variable(np.array([1.0, -2.0]), dtype="float64")
    want, m, v = np.array([1.0, -2.0]), 0.0, 0.0
    for t in range(1, 5):
        g, now = np.array([1.0, 0.5 * t]), config["learning_rate"]
        if "decay" in rate:
            now = 0.25 / (1 + 0.5 * (t - 1))
        want = want - 0.1 * want
        if name == "SGDW":
            want = want - now * g
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            alpha = now * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            want = want - alpha * m / (np.sqrt(v) + optimizer.epsilon)
        optimizer.apply([tf.constant(g)], [w])
        # Keras's schedules are float32, whatever the variables are.
        np.testing.assert_allclose(w.numpy(), want, rtol=1e-7)


DECAYS = [
    ({}, [True, True, True]),
    ({"exclude_from_weight_decay": ["LayerNorm", "bias"]}, [True, False, False]),
    ({"exclude_from_weight_decay": ["LayerNorm", "bias"],
      "include_in_weight_decay": ["dense/bias"]}, [True, True, False]),
    ({"include_in_weight_decay": ["kernel"]}, [True, True, True]),
]  # fmt: skip


@pytest.mark.parametrize(("lists", "decays"), DECAYS)
def test_adam_weight_decay_of_the_garden_and_of_transformers(lists, decays):
    """`var -= rate * decay * var` where the lists say so, included before excluded; then Adam."""
    config = {
        "class_name": "AdamWeightDecay",
        "config": {
            "name": "AdamWeightDecay", "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-6,
            "amsgrad": False, "weight_decay_rate": 0.1, "gradient_clip_norm": 1.0, **lists,
            "learning_rate": {"class_name": "PolynomialDecay", "config": {
                "initial_learning_rate": 0.5, "decay_steps": 4, "end_learning_rate": 0.0}},
        },
    }  # fmt: skip
    optimizer = from_tfa_config(config)
    paths = ("enc/dense/kernel", "enc/dense/bias", "enc/LayerNorm/gamma")
    starts = [np.array([1.0, 2.0]), np.array([3.0]), np.array([-1.0])]
    vs = [variable_at(path, w, "float64") for path, w in zip(paths, starts, strict=True)]
    want, m, v = list(starts), [0.0] * 3, [0.0] * 3
    for t in range(1, 4):
        grads = [np.array([3.0, 1.0 * t]), np.array([2.0]), np.array([-4.0])]
        optimizer.apply([tf.constant(g) for g in grads], vs)
        norm, rate = np.sqrt(sum((g**2).sum() for g in grads)), 0.5 * (1 - (t - 1) / 4)
        for i, g in enumerate(grads):
            g = g / norm
            want[i] = want[i] - rate * (0.1 if decays[i] else 0.0) * want[i]
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g * g
            alpha = rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            want[i] = want[i] - alpha * m[i] / (np.sqrt(v[i]) + 1e-6)
            np.testing.assert_allclose(vs[i].numpy(), want[i], rtol=1e-6)


def test_schedule_that_is_not_keras_own_is_refused():
    config = {"name": "AdamWeightDecay", "learning_rate": {
        "class_name": "WarmUp", "config": {"warmup_steps": 10}}}  # fmt: skip
    with pytest.raises(ValueError, match=r"WarmupPolynomial\(peak.*'WarmUp'"):
        from_tfa_config(config)
    assert from_tfa_config(config, learning_rate=0.5).variant == "keras"
