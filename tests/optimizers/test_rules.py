"""Rules, exclusions, what `explain` tells, trust ratios and the callback that logs them."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.container import Container
from keras_ivy.optimizers import (
    LAMB,
    LARS,
    SGD,
    Adam,
    AdamW,
    LossScaleOptimizer,
    Rule,
    TrustRatioLogger,
)
from keras_ivy.optimizers.rules import Leaf
from tests.optimizers.cases import variable_at


@keras.saving.register_keras_serializable("test_rules")
def is_wide(variable):
    """A predicate that can be saved."""
    return variable.shape[-1] >= 4


def net():
    """A model with a normalisation layer."""
    return keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, name="d0"),
            keras.layers.BatchNormalization(name="bn"),
            keras.layers.Dense(2, name="d1"),
        ],
        name="net",
    )


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("bias", "net/d0/bias", True),
        ("bias", "net/bias/kernel", True),
        ("bias", "net/d0/my_bias", False),
        ("1/kernel", "net/layer_11/kernel", False),
        ("block_1/.*", "net/myblock_1/kernel", False),
        ("d1/kernel", "sequential/d1/kernel", True),
        ("d1/kernel", "d1/kernel", True),
        ("d1/.*", "a/d1/b/c", True),
        ("kernel|gamma", "x/gamma", True),
        ("kernel|gamma", "x/gamma_y", False),
        (None, "anything", True),
    ],
)
def test_pattern_matches_the_end_of_the_path(pattern, path, matches):
    assert Rule(pattern).matches(Leaf(path, (2,), "float32")) is matches


@pytest.mark.parametrize(
    "path",
    [
        "d/bias",
        "lin/b",
        "bn/gamma",
        "bn/beta",
        "lstm/recurrent_bias",
        "layer_normalization_3/anything",
        "norm1/weight",
        "ln/w",
        "block/ln_2/weight",
        "batch_norm/w",
    ],
)
def test_preset_bias_norm_matches(path):
    optimizer = AdamW(rules="bias_norm", weight_decay=0.1)
    (row,) = optimizer.explain([variable_at(path, np.ones(3))])
    assert (row.decay, row.adapts) == (0.0, False)


@pytest.mark.parametrize("path", ["d/kernel", "lin/w", "plan/w", "embedding/embeddings"])
def test_preset_bias_norm_leaves_others(path):
    (row,) = LAMB(rules="bias_norm", weight_decay=0.1, variant="paper").explain(
        [variable_at(path, np.ones(3))]
    )
    assert (row.decay, row.adapts) == (0.1, True)


def test_first_matching_rule_decides():
    rules = [
        Rule("d0/kernel", decay=0.5),
        Rule("kernel", decay=False),
        Rule(ndim_max=1, adapt=False),
    ]
    rows = LAMB(weight_decay=0.1, variant="paper", rules=rules).explain(net())
    got = {row.path.removeprefix("net/"): (row.decay, row.adapts) for row in rows}
    assert got == {
        "d0/kernel": (0.5, True),
        "d0/bias": (0.1, False),
        "bn/gamma": (0.1, False),
        "bn/beta": (0.1, False),
        "d1/kernel": (0.0, True),
        "d1/bias": (0.1, False),
    }


def test_required_rule_misses_nothing_where_there_are_no_variables(tmp_path):
    """Keras's loader of `.h5` files builds the optimizer for an empty list."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="head")])
    rule = Rule("head/kernel", lr_multiplier=0.5)
    model.compile(SGD(0.1, rules=[rule]), keras.losses.MeanSquaredError())
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    model.save(tmp_path / "m.h5")
    again = keras.models.load_model(tmp_path / "m.h5")
    assert again.optimizer.rules == (rule,)
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


def test_rule_that_matches_nothing_names_the_paths_and_changes_nothing():
    model = net()
    optimizer = SGD(rules=[Rule("kernle", decay=False)])
    with pytest.raises(ValueError, match=r"matches no variable.*kernle.*: net/d0/kernel, net/d1"):
        optimizer.build(model.trainable_variables)
    assert not optimizer.built
    assert len(optimizer.variables) == 2
    SGD(rules=[Rule("kernle", required=False)]).build(model.trainable_variables)


@pytest.mark.parametrize(
    ("match", "first"), [("block_17/kernle", "block_17/kernel"), (is_wide, "block_0/bias")]
)
def test_rule_that_matches_nothing_names_ten_paths_the_nearest_first(match, first):
    paths = [f"net/block_{i}/{name}" for i in range(20) for name in ("bias", "kernel")]
    with pytest.raises(ValueError, match="A rule matches no variable") as caught:
        SGD(rules=[Rule(match)]).build([variable_at(path, [1.0]) for path in paths])
    named = str(caught.value).rpartition("for: ")[2]
    assert named.startswith(f"net/{first}, ")
    assert named.endswith(" and 30 more")
    assert named.count("net/") == 10


@pytest.mark.parametrize("cls", [SGD, Adam, AdamW, LARS, LAMB])
@pytest.mark.parametrize("name", ["exclude_from_weight_decay", "exclude_from_layer_adaptation"])
def test_lists_of_names_are_refused_with_the_way_out(cls, name):
    message = f"no argument '{name}'. Write `rules=\"bias_norm\"`.*from_tfa_config.*{name}="
    with pytest.raises(ValueError, match=message):
        cls(0.1, **{name: ["bias"]})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"match": "("}, "no regular expression.*match='\\('"),
        ({"match": 3}, "match=3"),
        ({"lr_multiplier": -1.0}, "lr_multiplier=-1.0"),
        ({"decay": "no"}, "decay='no'"),
    ],
)
def test_rule_refuses_what_makes_no_sense(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Rule(**arguments)


def test_unknown_preset_names_the_known():
    with pytest.raises(ValueError, match=r"'bias_norm'.*rules='bias_nrom'"):
        Adam(rules="bias_nrom")


def test_rules_survive_saving_though_paths_change(tmp_path):
    model = keras.Sequential([keras.layers.Dense(4, name="d0"), keras.layers.Dense(2, name="d1")])
    model.build((None, 3))
    rules = [Rule("d1/kernel", decay=False, lr_multiplier=0.0), Rule(is_wide, adapt=False)]
    model.compile(LAMB(0.1, weight_decay=0.1, variant="paper", rules=rules), "mse")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    before, after = (m.optimizer.explain(m) for m in (model, again))
    assert [row[1:] for row in before] == [row[1:] for row in after]
    assert [row.lr_multiplier for row in after] == [1.0, 1.0, 0.0, 1.0]
    assert [row.adapts for row in after] == [False, False, True, True]


@pytest.mark.parametrize("by", ["names", "variables"])
def test_excluded_variables_do_not_decay_even_after_loading(tmp_path, by):
    model = net()
    optimizer = AdamW(0.1, weight_decay=0.5, variant="paper")
    if by == "names":
        optimizer.exclude_from_weight_decay(var_names=["bias", "bn"])
    else:
        listed = [v for v in model.trainable_variables if re.search("bias|bn", v.path)]
        optimizer.exclude_from_weight_decay(var_list=listed)
    model.compile(optimizer, "mse")
    model.fit(np.ones((2, 3)), np.ones((2, 2)), verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    for m in (model, again):
        assert [row.decay for row in m.optimizer.explain(m)] == [0.5, 0.0, 0.0, 0.0, 0.5, 0.0]
    zeros = [tf.zeros(v.shape) for v in again.trainable_variables]
    old = again.get_weights()
    fresh = AdamW.from_config(again.optimizer.get_config())
    fresh.apply(zeros, again.trainable_variables)
    np.testing.assert_allclose(again.get_weights()[0], 0.95 * old[0], rtol=1e-6)
    np.testing.assert_array_equal(again.get_weights()[1], old[1])


def test_exclusion_after_build_is_refused():
    optimizer = AdamW()
    optimizer.build([keras.Variable([1.0])])
    with pytest.raises(ValueError, match=r"before the optimizer is built.*1 variables"):
        optimizer.exclude_from_weight_decay(var_names=["bias"])


def test_explain_tells_frozen_variables_and_takes_containers():
    text = str(LAMB().explain(net()))
    assert "d0/bias" in text
    assert text.count("frozen: norm 0") == 3
    rows = LARS(rules=[Rule("b", adapt=False)]).explain(
        Container(layer=Container(w=tf.ones((2, 3)), b=tf.zeros(3)))
    )
    assert [(row.path, row.shape, row.adapts) for row in rows] == [
        ("layer/b", (3,), False),
        ("layer/w", (2, 3), True),
    ]
    with pytest.raises(TypeError, match="model=3"):
        LAMB().explain(3)


def test_explain_names_frozen_variables_in_a_note():
    model, optimizer = net(), SGD(rules=[Rule("d0", lr_multiplier=0.5)])
    everything = optimizer.explain(model)
    assert not everything.notes  # The moving statistics are no frozen variables.
    model.get_layer("bn").trainable = False
    model.get_layer("d0").trainable = False
    rows = optimizer.explain(model)
    assert [row.path for row in rows] == ["net/d1/kernel", "net/d1/bias"]
    (note,) = rows.notes
    named = note.rpartition(": ")[2].rstrip(".").split(", ")
    assert sorted(named) == ["net/bn/beta", "net/bn/gamma", "net/d0/bias", "net/d0/kernel"]
    assert note in str(rows)
    model.get_layer("d1").trainable = False
    assert optimizer.explain(model).notes[0].endswith(" and 2 more.")
    for name in ("d0", "bn", "d1"):
        model.get_layer(name).trainable = True
    again = optimizer.explain(model)
    assert ([row.path for row in again], again.notes) == ([r.path for r in everything], ())


def test_explain_sees_a_container_as_step_does():
    v = Container(
        block=Container(w=keras.Variable(np.ones(2), name="kernel"), b=tf.zeros(3)),
        count=keras.Variable(np.zeros(2), trainable=False),
    )
    optimizer = LAMB(0.5, rules=[Rule("^block/w", lr_multiplier=0.5)])
    rows = optimizer.explain(v)
    assert [(row.path, row.lr_multiplier, row.frozen) for row in rows] == [
        ("block/b", 1.0, True),
        ("block/w", 0.5, False),
    ]
    new = optimizer.step(v, Container.map(v, lambda x: tf.ones(x.shape, x.dtype)))
    assert new.block.b.numpy().tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_allclose(new.block.w, 1.0 - 0.5 * 0.5, rtol=1e-6)
    with pytest.raises(TypeError, match=r"trains variables.*Received: 1, of type int"):
        optimizer.explain([1])


def test_predicate_is_shown_by_its_name():
    def is_matrix(v):
        return len(v.shape) == 2

    rule = Rule(is_matrix, decay=False)
    assert repr(rule) == "Rule(match=is_matrix, decay=False)"
    assert rule == Rule(is_matrix, decay=False) != Rule(is_matrix)
    # Warnings are errors here, and Keras warns of every lambda that is turned into bytes.
    table = str(LAMB(rules=[Rule(lambda v: True)]).explain({"w": tf.ones(1)}))
    assert table.endswith("Rule(match=<lambda>)")


def test_frozen_variables_are_named_once_at_build():
    model = net()
    optimizer = LARS(0.1)
    named = r"net/d0/bias, net/bn/beta, net/d1/bias.*variant=\"paper\""
    with pytest.warns(UserWarning, match=named):
        optimizer.build(model.trainable_variables)
    optimizer.apply([tf.ones(v.shape) for v in model.trainable_variables])
    assert not model.layers[0].bias.numpy().any()


@pytest.mark.parametrize("bias", [0.0, 3.0])
@pytest.mark.parametrize("cls", [LARS, LAMB])
def test_frozen_variables_of_a_loaded_model_are_those_of_its_saved_values(tmp_path, cls, bias):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="d")])
    model.compile(cls(0.1), "mse")
    model.layers[0].bias.assign([1.0])
    model.optimizer.build(model.trainable_variables)
    model.layers[0].bias.assign([bias])
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")  # Warns of nothing.
    x = np.ones((4, 2), "float32")
    if bias:
        again.fit(x, x[:, :1], verbose=0)
        assert again.layers[0].bias.numpy() != bias
        return
    with pytest.warns(UserWarning, match="never move: .*d/bias") as caught:
        again.fit(x, x[:, :1], epochs=2, verbose=0)
    assert len(caught) == 1
    assert again.layers[0].bias.numpy() == 0.0


@pytest.mark.parametrize("compiled", [False, True], ids=["function", "xla"])
def test_trust_ratios_are_those_of_the_formula(compiled):
    w = [variable_at("a/kernel", np.full((3, 4), 2.0)), variable_at("a/bias", np.ones(4))]
    optimizer = LARS(0.1, variant="paper", trust_coefficient=0.5, rules=[Rule("bias", adapt=False)])
    optimizer.build(w)
    assert optimizer.trust_ratios() == {}
    apply = tf.function(optimizer.apply, jit_compile=compiled)
    apply([tf.fill((3, 4), 0.25), tf.ones(4)])
    assert optimizer.trust_ratios() == {"a/kernel": pytest.approx(0.5 * 2.0 / 0.25)}
    assert len(optimizer.variables) == 2


def test_trust_ratios_of_steps():
    v = Container(a=tf.constant([3.0, 4.0]), b=tf.constant([1.0]))
    g = Container(a=tf.constant([0.0, 2.0]), b=tf.constant([4.0]))
    optimizer = LARS(0.1)
    optimizer.step(v, g)
    assert optimizer.trust_ratios() == {"a": 2.5, "b": 0.25}
    traced = LARS(0.1)
    tf.function(traced.step)(v, g)
    assert traced.trust_ratios() == {"a": 2.5, "b": 0.25}
    assert Adam().trust_ratios() == {}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda o: o,
        LossScaleOptimizer,
        lambda o: keras.optimizers.MultiOptimizer(
            keras.optimizers.OptimizerMap(keras.optimizers.SGD(), {".*kernel": o})
        ),
    ],
    ids=["alone", "loss-scale", "multi"],
)
def test_callback_logs_to_history_and_tensorboard(tmp_path, wrap):
    model = net()
    model.compile(wrap(LAMB(0.01, rules="bias_norm")), "mse")
    callback = TrustRatioLogger(log_dir=str(tmp_path))
    history = model.fit(np.ones((4, 3)), np.ones((4, 2)), epochs=2, verbose=0, callbacks=[callback])
    ratios = history.history["trust_ratio/net/d0/kernel"]
    assert len(ratios) == 2
    assert all(0.0 < ratio <= 10.0 for ratio in ratios)
    assert [k for k in history.history if "bias" in k or "gamma" in k] == []
    (file,) = tmp_path.iterdir()
    tags = {
        value.tag
        for record in tf.data.TFRecordDataset(str(file))
        for value in tf.compat.v1.Event.FromString(record.numpy()).summary.value
    }
    assert tags == {"trust_ratio/net/d0/kernel", "trust_ratio/net/d1/kernel"}


def test_callback_refuses_other_optimizers():
    model = net()
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="needs an optimizer of keras_ivy"):
        model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0, callbacks=[TrustRatioLogger()])


@pytest.mark.parametrize("every", [0, -1, 1.5, True])
def test_callback_refuses_what_counts_no_batches(tmp_path, every):
    with pytest.raises(ValueError, match=f"every={every}"):
        TrustRatioLogger(str(tmp_path), every=every)
    with pytest.raises(ValueError, match="every=2, log_dir=None"):
        TrustRatioLogger(every=2)


def test_callback_writes_every_so_many_batches(tmp_path):
    model = net()
    model.compile(LAMB(0.01, variant="paper", rules="bias_norm"), "mse")
    callback = TrustRatioLogger(str(tmp_path), every=2)
    history = model.fit(
        np.ones((8, 3)), np.ones((8, 2)), batch_size=2, verbose=0, callbacks=[callback]
    )
    (file,) = tmp_path.iterdir()
    written = [
        (event.step, value.tag, float(tf.make_ndarray(value.tensor)))
        for record in tf.data.TFRecordDataset(str(file))
        for event in [tf.compat.v1.Event.FromString(record.numpy())]
        for value in event.summary.value
    ]
    tag = "trust_ratio/net/d0/kernel"
    steps = {step: ratio for step, name, ratio in written if name == tag}
    assert list(steps) == [2, 4]
    assert steps[4] == pytest.approx(history.history[tag][-1], rel=1e-6)
