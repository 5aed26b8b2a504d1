"""What a `Rule` may match by, what each property comes from, and what files keep of both."""

import copy
import gc
import json
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.container import Container
from keras_ivy.optimizers import LAMB, SGD, Adam, AdamW, LossScaleOptimizer, Rule
from keras_ivy.optimizers.rules import Leaf, as_rules
from tests.optimizers.cases import variable_at

L = keras.layers


@keras.saving.register_keras_serializable("test_rule_matches")
class Block(L.Layer):
    """A layer of one's own around another."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = L.Dense(units)

    def build(self, shape):
        self.inner.build(shape)

    def call(self, x):
        return self.inner(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def tower(name=None):
    """A sub-model; its name is no part of the paths of its variables."""
    inputs = keras.Input((3,))
    return keras.Model(inputs, L.Dense(3, name="fc")(inputs), name=name)


def twins():
    """Two towers of one builder, a block, and a head: two variables share each path."""
    a, b, inputs = tower("left"), tower("right"), keras.Input((3,))
    joined = Block(name="block")(L.Concatenate()([a(inputs), b(inputs)]))
    return keras.Model(inputs, L.Dense(1, name="top")(joined)), a, b


def rates(model, optimizer):
    """The multiples of the rate of the kernels, as `explain` tells and as training does."""
    rows = optimizer.explain(model)
    told = [row.lr_multiplier for row in rows if len(row.shape) == 2]
    fresh = type(optimizer).from_config(optimizer.get_config())
    before = [v.numpy() for v in model.trainable_variables]
    fresh.apply([tf.ones(v.shape) for v in model.trainable_variables], model.trainable_variables)
    moved = [
        float(np.mean(old - v.numpy())) / 0.1
        for old, v in zip(before, model.trainable_variables, strict=True)
    ]
    done = [m for m, v in zip(moved, model.trainable_variables, strict=True) if v.name == "kernel"]
    np.testing.assert_allclose(done, told, rtol=1e-5, atol=1e-5)
    return told


MATCHES = {
    "layer": (lambda m, a, b: b, [1.0, 0.5, 1.0, 1.0]),
    "inner-layer": (lambda m, a, b: a.layers[1], [0.5, 1.0, 1.0, 1.0]),
    "class": (lambda m, a, b: Block, [1.0, 1.0, 0.5, 1.0]),
    "class-of-keras": (lambda m, a, b: L.Dense, [0.5, 0.5, 0.5, 0.5]),
    "tuple": (lambda m, a, b: (Block, "top"), [1.0, 1.0, 0.5, 0.5]),
    "name-of-a-model": (lambda m, a, b: "right", [1.0, 0.5, 1.0, 1.0]),
    "names": (lambda m, a, b: "left/fc/kernel", [0.5, 1.0, 1.0, 1.0]),
    "structure": (lambda m, a, b: "layers/v2/layers/v1/kernel", [1.0, 0.5, 1.0, 1.0]),
    "keras-path": (lambda m, a, b: "fc/kernel", [0.5, 0.5, 1.0, 1.0]),
    "attribute": (lambda m, a, b: "inner/kernel", [1.0, 1.0, 0.5, 1.0]),
}


@pytest.mark.parametrize("case", MATCHES)
def test_every_kind_of_match_tells_twins_apart_and_survives_saving(tmp_path, case):
    model, a, b = twins()
    make, wants = MATCHES[case]
    optimizer = SGD(0.1, rules=[Rule(make(model, a, b), lr_multiplier=0.5)])
    assert rates(model, optimizer) == wants
    model.compile(optimizer, "mse")
    model.optimizer.build(model.trainable_variables)
    assert rates(model, model.optimizer) == wants
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert again.optimizer.built
    assert rates(again, again.optimizer) == wants
    again.save(tmp_path / "n.keras")
    third = keras.models.load_model(tmp_path / "n.keras")
    assert rates(third, third.optimizer) == wants


def test_rule_for_a_layer_works_inside_a_loss_scale_optimizer(tmp_path):
    model, _, b = twins()
    inner = SGD(0.1, rules=[Rule(b, lr_multiplier=0.5)])
    model.compile(LossScaleOptimizer(inner), "mse")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    rows = again.optimizer.inner_optimizer.explain(again)
    kernels = [row.lr_multiplier for row in rows if len(row.shape) == 2]
    assert kernels == [1.0, 0.5, 1.0, 1.0]


def test_rule_for_a_layer_of_a_module_by_its_attribute():
    class Net(ivy.Module):
        def __init__(self):
            self.parts = {"head": ivy.Linear(3, 2), "body": ivy.Linear(3, 3)}
            ivy.Module.__init__(self)

        def _forward(self, x):
            return self.parts["head"](self.parts["body"](x))

    net = Net()
    for match in (net.parts["head"], "head", "parts/head/.*"):
        rows = SGD(0.1, rules=[Rule(match, lr_multiplier=0.0)]).explain(net)
        still = [row.shape for row in rows if row.lr_multiplier == 0.0]
        assert sorted(still) == [(2,), (2, 3)], match


def test_rule_for_a_layer_holds_in_steps_by_its_path_in_the_model():
    model, _, b = twins()
    optimizer = SGD(0.1, rules=[Rule(b, lr_multiplier=0.0)])
    v = ivy.variables(model, trainable=True)
    for _ in range(2):  # The second time on tensors, which have no layers.
        new = optimizer.step(v, v.map(lambda x: tf.ones(x.shape)))
        still = [k for k, x in new.flatten().items() if np.array_equal(x, v[k])]
        assert still == ["layers/v2/layers/v1/bias", "layers/v2/layers/v1/kernel"]
        v = new
    by_class = SGD(0.1, rules=[Rule(Block, decay=False)])
    with pytest.raises(ValueError, match=r"matches no variable.*Rule\(match=Block"):
        by_class.step(v, v.map(lambda x: tf.ones(x.shape)))


def test_layers_of_a_config_in_memory_are_the_layers():
    layer = L.Dense(2)  # In no model yet, and with a numbered name: no file could tell it.
    rule = Rule((layer, lambda v: False), decay=False)
    with pytest.raises(ValueError, match="Give the layer a `name`"):
        rule.get_config()
    layer = L.Dense(2, name="mine")
    optimizer = SGD(rules=[Rule(layer, decay=False)])
    config = optimizer.get_config()
    assert SGD.from_config(config).rules[0].match is layer
    (plain,) = json.loads(json.dumps(config["rules"]))
    assert plain["config"]["match"]["layer"]["name"] == "mine"
    assert type(copy.deepcopy(config["rules"][0])) is dict


def test_class_that_is_not_known_when_loading_is_named(tmp_path):
    class Mine(L.Dense):
        pass

    model = keras.Sequential([keras.Input((2,)), Mine(2), L.Dense(1)])
    model.compile(SGD(rules=[Rule(Mine, decay=False)]), "mse")
    config = json.loads(json.dumps(model.optimizer.get_config()))
    with pytest.raises(ValueError, match=r"custom_objects=.*Received: layer_class="):
        SGD.from_config(config)
    with keras.saving.custom_object_scope({"Mine": Mine}):
        assert SGD.from_config(config).rules[0].match is Mine


def test_explain_shows_both_of_two_variables_with_one_path():
    model, a, _ = twins()
    rows = AdamW(weight_decay=0.1, rules=[Rule(a, decay=False)]).explain(model)
    found = [(row.path, row.decay) for row in rows if "fc/kernel" in row.path]
    assert found == [("fc/kernel/v0", 0.0), ("fc/kernel/v1", 0.1)]


# --- properties -----------------------------------------------------------------------------------


def test_each_property_comes_from_the_first_rule_that_states_it():
    rules = [
        Rule("d0", lr_multiplier=0.5),
        Rule("d1/.*", lr_multiplier=0.0, decay=0.7),
        "bias_norm",
        Rule(".*", decay=0.3, lr_multiplier=0.9),
    ]
    model = keras.Sequential(
        [keras.Input((3,)), L.Dense(4, name="d0"), L.Dense(2, name="d1"), L.Dense(2, name="d2")]
    )
    rows = LAMB(0.1, variant="paper", weight_decay=0.1, rules=rules).explain(model)
    assert [(row.decay, row.adapts, row.lr_multiplier) for row in rows] == [
        (0.3, True, 0.5),
        (0.0, False, 0.5),
        (0.7, True, 0.0),
        (0.7, False, 0.0),
        (0.3, True, 0.9),
        (0.0, False, 0.9),
    ]
    assert rows[1].rules == (Rule("d0", lr_multiplier=0.5), as_rules("bias_norm")[0])
    assert rows[1].rule is rows[1].rules[0]
    last = str(rows).splitlines()[-1]
    assert last.endswith("preset 'bias_norm', Rule(match='.*', decay=0.3, lr_multiplier=0.9)")


def test_rates_by_layer_leave_no_bias_to_decay():
    """The commonest recipe of fine-tuning: rates by depth, then no decay for biases and norms."""
    x = inputs = keras.Input((4,))
    for i in range(3):
        x = L.Dense(4, name=f"block_{i}_fc")(L.LayerNormalization(name=f"block_{i}_ln")(x))
    model = keras.Model(inputs, x)
    rules = [Rule(f"block_{i}_.*", lr_multiplier=0.5 ** (3 - i)) for i in range(3)]
    rows = AdamW(0.1, weight_decay=0.05, rules=[*rules, "bias_norm"]).explain(model)
    assert {row.path for row in rows if row.decay} == {f"block_{i}_fc/kernel" for i in range(3)}
    assert {row.lr_multiplier for row in rows} == {0.125, 0.25, 0.5}


def test_true_states_the_optimizers_own_decay():
    rules = [Rule("head/bias", decay=True), Rule("bias", decay=False)]
    model = keras.Sequential([keras.Input((2,)), L.Dense(2), L.Dense(1, name="head")])
    rows = AdamW(weight_decay=0.1, rules=rules).explain(model)
    assert [row.decay for row in rows] == [0.1, 0.0, 0.1, 0.1]


# --- what is required -----------------------------------------------------------------------------


@pytest.mark.parametrize("match", ["left", "fc/kernel", "layers/v1", 0])
def test_frozen_variables_count_as_matched(match):
    model, a, b = twins()
    rule = Rule(a if match == 0 else match, lr_multiplier=0.1)
    a.trainable = b.trainable = False
    optimizer = SGD(0.1, rules=[rule])
    assert len(optimizer.explain(model)) == 4
    model.compile(optimizer, "mse")
    model.fit(np.ones((2, 3)), np.ones((2, 1)), verbose=0)
    a.trainable = b.trainable = True
    assert optimizer.explain(model)[0].lr_multiplier == 0.1
    loop = SGD(0.1, rules=[rule])
    b.trainable = a.trainable = False
    loop.build(model.trainable_variables)


def test_required_rule_for_a_layer_of_another_model_matches_nothing():
    model, _, _ = twins()
    other = L.Dense(2, name="elsewhere")
    other.build((None, 2))
    with pytest.raises(ValueError, match=r"matches no variable.*<Dense elsewhere>"):
        SGD(rules=[Rule(other, decay=False)]).explain(model)


def test_a_model_that_is_no_longer_used_plays_no_part():
    layer = L.Dense(2, name="shared")
    model = keras.Sequential([keras.Input((2,)), layer], name="kept")
    other = keras.Sequential([keras.Input((2,)), L.Dense(2), layer], name="other")
    optimizer = SGD(0.1, rules=[Rule("layers/v1/kernel", lr_multiplier=0.5, required=False)])
    assert [row.lr_multiplier for row in optimizer.explain(model)] == [1.0, 1.0]
    assert [row.lr_multiplier for row in optimizer.explain(other)] == [1.0, 1.0, 0.5, 1.0]
    model.compile(optimizer, "mse")
    optimizer.build(model.trainable_variables)
    np.testing.assert_allclose([t.lr_multiplier for t in optimizer._treatments], 1.0)
    del other
    gc.collect()


# --- old files ------------------------------------------------------------------------------------


def test_rules_of_old_files_mean_what_they_meant(tmp_path):
    """0.1.0 stated every property, let patterns begin anywhere, and had the preset as a pattern."""
    defaults = {"ndim_max": None, "decay": True, "adapt": True, "lr_multiplier": 1.0}
    defaults["required"] = True
    norm = (
        r"(?:^|/)(?:bias|b|gamma|beta|[a-z]+_bias)"
        r"|(?:^|/)[^/]*(?:norm|(?:^|/|_)[lb]n)[^/]*/[^/]+"
    )

    def old(**words):
        return {
            "module": "keras_ivy.optimizers.rules",
            "class_name": "Rule",
            "config": {**defaults, **words},
            "registered_name": "keras_ivy>Rule",
        }

    first = LAMB(0.1, weight_decay=0.1, variant="paper").get_config()
    first["rules"] = [
        old(match="1/kernel", lr_multiplier=0.5),
        old(match="0/bias"),
        old(match=norm, decay=False, adapt=False, required=False),
    ]
    for config in (first, LAMB.from_config(first).get_config()):
        optimizer = LAMB.from_config(json.loads(json.dumps(config)))
        paths = ["layer_11/kernel", "d0/bias", "d1/bias", "bneck_1/kernel", "x/w", "bias/w"]
        rows = optimizer.explain([variable_at(path, np.ones((3, 3))) for path in paths])
        assert [(r.decay, r.adapts, r.lr_multiplier) for r in rows] == [
            (0.1, True, 0.5),
            (0.1, True, 1.0),
            (0.0, False, 1.0),
            (0.1, True, 0.5),
            (0.1, True, 1.0),
            (0.1, True, 1.0),
        ]
    assert optimizer.rules[0] != Rule(
        "1/kernel", lr_multiplier=0.5, decay=True, adapt=True, required=True
    )


# --- two kinds of rules ---------------------------------------------------------------------------


def test_each_kind_of_rule_is_recognised_where_the_other_belongs():
    model = tower()
    wrong, right = Rule("fc", decay=False), ivy.InitRule("fc", "ones")
    for given in (wrong, [wrong], [("fc", "zeros"), wrong]):
        with pytest.raises(TypeError, match=r"belongs to an optimizer.*InitRule.*Rule\(match=.fc"):
            ivy.initialize_model(model, given)
    for given in (right, [right], ["bias_norm", right]):
        with pytest.raises(TypeError, match=r"belongs to initialize_model.*`Rule\(match.*InitRule"):
            Adam(rules=given)
    assert ivy.initializers.Rule is ivy.initializers.InitRule is ivy.InitRule
    assert ivy.Rule is ivy.optimizers.Rule
    with pytest.raises(TypeError, match=r"write `Rule\(\*\*arguments\)`"):
        Adam(rules=[{"match": "bias", "decay": False}])


PATTERNS = ["left", "fc", "fc/kernel", "top", "layers/v1/.*", "inner", "block/.*", "c/kernel", "v1"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_both_kinds_of_rules_match_alike(pattern):
    model, _, _ = twins()
    rule = Rule(pattern, lr_multiplier=0.0, required=False)
    rows = SGD(rules=[rule]).explain(model)
    optimizers = [row.lr_multiplier == 0.0 for row in rows]
    told = ivy.InitRule(pattern, "ones", role="any", required=False)
    report = ivy.initialize_model(model, told, bias=None, dry_run=True)
    keys = {id(v): path for path, v in ivy.variables(model).flatten().items()}
    initializers = [report[keys[id(v)]].changed for v in model.trainable_variables]
    assert optimizers == initializers
    assert any(optimizers) == (pattern != "c/kernel")


# --- patterns that take for ever ------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern", ["(a+)+!", "(a|aa)+!", "(" * 5000, ".*" * 12 + "!", "a" * 99999]
)
def test_pattern_of_a_file_that_would_take_for_ever_is_refused(pattern):
    config = json.loads(json.dumps(SGD(rules=[Rule("a", decay=False)]).get_config()))
    begun = time.monotonic()
    for more in ({}, {"components": False}):
        config["rules"][0]["config"].update(match=pattern, **more)
        with pytest.raises(ValueError, match=r"Received: (match=|a pattern of)"):
            SGD.from_config(config)
    with pytest.raises(ValueError, match=r"Received: (var_names=|a pattern of)"):
        SGD.from_config({"exclusions": {"patterns": [pattern], "endings": []}})
    with pytest.raises(ValueError, match="Received"):
        ivy.InitRule(pattern, "zeros")
    assert time.monotonic() - begun < 2


def test_pattern_is_refused_for_a_path_on_which_it_would_take_for_ever():
    rule = Rule(".*a.*a.*a.*a!", decay=False)
    assert not rule.matches(Leaf("a" * 40, (1,), "float32"))
    begun = time.monotonic()
    with pytest.raises(ValueError, match="for a text of 9000 characters"):
        rule.matches(Leaf("a" * 9000, (1,), "float32"))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("built", [False, True])
def test_exclusion_of_a_variable_spares_its_twin_even_after_loading(built):
    model, _, b = twins()
    optimizer = AdamW(0.1, weight_decay=0.5, variant="paper")
    optimizer.exclude_from_weight_decay(var_list=[b.layers[1].kernel])
    if built:
        optimizer.build(model.trainable_variables)
    config = json.loads(json.dumps(optimizer.get_config()))
    again, _, _ = twins()
    for m, each in ((model, optimizer), (again, AdamW.from_config(config))):
        kernels = [row.decay for row in each.explain(m) if len(row.shape) == 2]
        assert kernels == [0.5, 0.0, 0.5, 0.5]


def test_explain_of_a_container_by_paths():
    v = Container(enc=Container(w=tf.ones((2, 2))), dec=Container(w=tf.ones((2, 2))))
    rows = SGD(rules=[Rule("enc", lr_multiplier=0.5)]).explain(v)
    assert [row.lr_multiplier for row in rows] == [1.0, 0.5]
