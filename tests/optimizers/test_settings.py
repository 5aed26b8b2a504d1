"""An option that is set later is followed by `apply`, `step` and `explain`, or refused."""

import contextlib
import copy
import dataclasses
import functools
import pickle
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import optimizers
from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, Rule
from keras_ivy.optimizers.keras_side import packs
from keras_ivy.utils.exceptions import IvyValueError
from tests.optimizers.cases import SHAPES, gradients, variable_at, variables, weights

#: These tests are about whether a value is followed, whatever a variant does with it.

CLASSES = [
    cls
    for name in optimizers.__all__
    if isinstance(cls := getattr(optimizers, name), type)
    and issubclass(cls, optimizers.Optimizer)
    and cls is not optimizers.Optimizer
]

#: A new value for every option; `None` for what is no option.
NEW = {
    "name": "other",
    "learning_rate": 0.03125,
    "weight_decay": 0.3,
    "clipnorm": 0.01,
    "global_clipnorm": 0.01,
    "clipvalue": 0.001,
    "use_ema": True,
    "ema_momentum": 0.5,
    "ema_overwrite_frequency": 2,
    "loss_scale_factor": 4.0,
    "gradient_accumulation_steps": 2,
    "variant": "keras",
    "rules": (Rule("block/.*", lr_multiplier=0.5), Rule("bias", decay=0.0)),
    "slot_dtype": "bfloat16",
    "lazy_slots": True,
    "schedule_counts": "updates",
    "ema_counts": "updates",
    "skip_nonfinite": True,
    "stop_gradients": False,
    "inplace": True,
    "trace_on_next_step": True,
    "device": "cpu:0",
    "beta_1": 0.5,
    "beta_2": 0.5,
    "epsilon": 0.1,
    "momentum": 0.5,
    "momentum_points": None,
    "nesterov": True,
    "trust_coefficient": 0.5,
    "min_trust_ratio": 3.0,
    "max_trust_ratio": 1e-4,
    "lr_in_momentum": False,
    "hyperball": True,
    "steps": 3,
    "layout": None,
    "iteration_dtype": "bfloat16",
    "adam_learning_rate": 0.03125,
    "adam_beta_1": 0.5,
    "adam_beta_2": 0.5,
    "adam_epsilon": 0.1,
    "adam_weight_decay": 0.3,
}
#: What another option needs, to have an effect.
NEEDS = {
    "ema_momentum": {"use_ema": True},
    "ema_overwrite_frequency": {"use_ema": True},
    "hyperball": {"weight_decay": 0.0},
}
#: Options without an effect on the numbers of these tests.
WITHOUT_EFFECT = {
    *(
        "name",
        "loss_scale_factor",
        "schedule_counts",
        "ema_counts",
        "skip_nonfinite",
        "stop_gradients",
    ),
    *("inplace", "trace_on_next_step", "device", "ema_momentum"),
}

PAIRS = [
    pytest.param(cls, key, id=f"{cls.__name__}-{key}")
    for cls in CLASSES
    for key in cls().get_config()
    if NEW[key] is not None
]


def make(cls, key=None, **more):
    options = {"weight_decay": 0.1, **NEEDS.get(key, {}), **more}
    if cls in (SGD, LARS, optimizers.LARSPaper):
        options["momentum"] = 0.9
    if cls is optimizers.Muon:
        options["nesterov"] = False
    return cls(0.1, **options)


def value_of(cls, key):
    return "paper" if key == "variant" and "keras" not in cls.variants else NEW[key]


def assign(optimizer, key):
    """Whether a new value was taken; if not, everything is as it was."""
    before, value = optimizer.get_config(), value_of(type(optimizer), key)
    if key == "variant" and optimizer.variant == value:
        value = "ivy"
    try:
        setattr(optimizer, key, value)
    except IvyValueError as error:
        refusal = str(error)
    else:
        return True
    assert "cannot be set any more" in refusal, refusal
    assert optimizer.get_config() == before
    return False


def same_again(optimizer):
    """Another optimizer of the config and state of one."""
    config = optimizer.get_config()
    other = type(optimizer).from_config(config)
    assert other.get_config() == config
    return other


@functools.cache
def without_assignment(cls, **needed):
    """The weights after three steps with the options that there were at first."""
    optimizer, trained = make(cls, **needed), variables()
    for step in range(3):
        apply(optimizer, trained, step)
    return [v.numpy() for v in trained]


def apply(optimizer, trained, step):
    optimizer.apply([tf.constant(g, tf.float32) for g in gradients(step)], trained)


def nested(arrays):
    """Arrays for all weights, as `step` takes them."""
    tensors = (tf.constant(x, tf.float32) for x in arrays)
    return ivy.Container.unflatten(dict(zip(SHAPES, tensors, strict=True)))


@contextlib.contextmanager
def plainly():
    """Without compiled functions: another optimizer's need not be made to compare with it."""
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


def copies(trained):
    return [variable_at(v.path, v.numpy()) for v in trained]


def difference(one, other):
    return max(float(np.max(np.abs(np.asarray(a) - b))) for a, b in zip(one, other, strict=True))


def test_every_option_has_a_value_here():
    assert {key for cls in CLASSES for key in cls().get_config()} <= set(NEW)


@pytest.mark.parametrize(("cls", "key"), PAIRS)
def test_apply_follows_or_refuses(cls, key):
    optimizer, trained = make(cls, key), variables()
    apply(optimizer, trained, 0)
    if not assign(optimizer, key):
        return
    other, twins = same_again(optimizer), copies(trained)
    other.build(twins)
    other.set_weights([w.numpy() for w in optimizer.variables])
    other.learning_rate = float(optimizer.learning_rate)
    for step in (1, 2):
        apply(optimizer, trained, step)
        with plainly():
            apply(other, twins, step)
    assert difference([v.numpy() for v in trained], [v.numpy() for v in twins]) < 1e-6
    assert str(optimizer.explain(trained)) == str(other.explain(twins))
    if key not in WITHOUT_EFFECT and not (cls is LARS and key == "min_trust_ratio"):
        old = without_assignment(cls, **NEEDS.get(key, {}))
        assert difference([v.numpy() for v in trained], old) > 0.0


@pytest.mark.parametrize(("cls", "key"), PAIRS)
def test_step_follows_or_refuses(cls, key):
    if key in ("use_ema", "gradient_accumulation_steps") or key in NEEDS:
        pytest.skip("`step` has no averages and no sums")
    optimizer, v = make(cls, key), nested(weights().values())
    grads = [nested(gradients(step)) for step in range(3)]
    v = optimizer.step(v, grads[0])
    if not assign(optimizer, key):
        return
    other = same_again(optimizer)
    other.set_state(optimizer.state)
    for g in grads[1:]:
        got, want = optimizer.step(v, g), other.step(v, g)
        assert difference(got.flatten().values(), want.flatten().values()) < 1e-6


@functools.cache
def compiled(cls, **needed):
    """An optimizer, its variables, and a compiled function that has made a step of them."""
    optimizer, trained = make(cls, **needed), variables()
    optimizer.build(trained)
    train = tf.function(lambda *grads: optimizer.apply(list(grads), trained), autograph=False)
    train(*(tf.constant(g, tf.float32) for g in gradients(0)))
    return optimizer, trained, train


@pytest.mark.parametrize(("cls", "key"), PAIRS)
def test_compiled_function_follows_or_assignment_refuses(cls, key):
    if key in ("name", "inplace", "trace_on_next_step"):
        pytest.skip("`apply` does not depend on it")
    optimizer, trained, train = compiled(cls, **NEEDS.get(key, {}))
    followed = assign(optimizer, key)
    assert followed == (key in ("learning_rate", "weight_decay"))
    if not followed:
        return
    other, twins = same_again(optimizer), copies(trained)
    other.build(twins)
    other.set_weights([w.numpy() for w in optimizer.variables])
    for step in (1, 2):
        train(*(tf.constant(g, tf.float32) for g in gradients(step)))
        apply(other, twins, step)
    assert difference([v.numpy() for v in trained], [v.numpy() for v in twins]) < 1e-6
    assert train.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("variant", LAMB.variants)
def test_compiled_decay_follows_in_every_variant_of_lamb(variant):
    assert_compiled_decay_follows(LAMB, variant)


@pytest.mark.parametrize("variant", LARS.variants)
def test_compiled_decay_follows_in_every_variant_of_lars(variant):
    assert_compiled_decay_follows(LARS, variant)


@pytest.mark.parametrize("variant", AdamW.variants)
def test_compiled_decay_follows_in_every_variant_of_adamw(variant):
    assert_compiled_decay_follows(AdamW, variant)


def assert_compiled_decay_follows(cls, variant):
    """In a step, where the strength is set between two calls of one function."""
    results = []
    rules = [Rule("bias", decay=0.2), Rule("gamma", decay=False)]
    v, g = nested(weights().values()), nested(gradients(0))
    for strengths in ((0.1, 0.4), (0.4, 0.4)):
        optimizer = cls(0.1, variant=variant, weight_decay=strengths[0], rules=rules)
        run = tf.function(optimizer.step, autograph=False)
        run(v, g)
        traces = run.experimental_get_tracing_count()
        optimizer.set_state(cls(0.1).state)
        optimizer.weight_decay = strengths[1]
        results.append(run(v, g))
        assert run.experimental_get_tracing_count() == traces
    assert difference(*(r.flatten().values() for r in results)) < 1e-6


def test_fit_follows_decay_and_rate_that_a_callback_sets():
    class Set(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            optimizer = self.model.optimizer
            optimizer.weight_decay, optimizer.lr = 0.1 * (batch + 1), 0.01 * (batch + 1)

    results = []
    for eagerly in (True, False):
        random.seed(0)  # from which Keras's initializers draw theirs
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        optimizer = AdamW(0.01, weight_decay=0.1, variant="keras")
        model.compile(optimizer, "mse", run_eagerly=eagerly)
        model.fit(np.ones((8, 2)), np.ones((8, 1)), 2, verbose=0, callbacks=[Set()])
        results.append(model.get_weights())
        assert optimizer.get_config()["weight_decay"] == 0.4
        assert round(optimizer.get_config()["learning_rate"], 6) == 0.04
    assert difference(*results) < 1e-6


def test_issue_example_decays():
    for kind, more in ((keras.optimizers.AdamW, {}), (AdamW, {"variant": "keras"})):
        w = keras.Variable([1.0], name="w")
        optimizer = kind(0.1, weight_decay=0.0, **more)
        optimizer.apply([tf.zeros(1)], [w])
        optimizer.weight_decay = 0.5
        optimizer.apply([tf.zeros(1)], [w])
        assert float(w[0]) == pytest.approx(0.95)


def test_compiled_function_without_decay_gets_none():
    optimizer, trained = AdamW(0.1), variables()
    optimizer.build(trained)
    tf.function(lambda *g: optimizer.apply(list(g), trained), autograph=False)(
        *(tf.constant(g, tf.float32) for g in gradients(0))
    )
    optimizer.weight_decay = 0.0
    with pytest.raises(IvyValueError, match=r"without decay.*from_config.*=0\.5"):
        optimizer.weight_decay = 0.5
    assert optimizer.weight_decay == 0.0


def test_formula_of_ones_own_does_not_read_decay_from_a_variable():
    class Own(AdamW):
        def _update(self, w, g, slots, scalars, treatment, norm):
            return (1.0 - treatment.decay) * w, slots, None

    optimizer, w = Own(0.1, weight_decay=0.5), keras.Variable([1.0])
    run = tf.function(lambda: optimizer.apply([tf.ones(1)], [w]), autograph=False)
    optimizer.build([w])
    run()
    with pytest.raises(IvyValueError, match=r"formula of Own reads it from `treatment\.decay`"):
        optimizer.weight_decay = 0.25


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("weight_decay", "much", "weight_decay"),
        ("beta_1", 1.5, r"beta_1.*\[0.0, 1.0\)"),
        ("lr", float("nan"), "finite number"),
        ("epsilon", -1.0, "epsilon"),
        ("clipnorm", 0.0, "clipnorm"),
        ("rules", [Rule("nothing/like/it", decay=False)], "matches no variable"),
        ("rules", "bias_nrom", "bias_norm"),
        ("max_trust_ratio", 0.0, "max_trust_ratio"),
        ("gradient_accumulation_steps", 1, "gradient_accumulation_steps"),
    ],
)
def test_bad_values_are_refused_as_by_the_constructor(key, value, message):
    optimizer = LAMB(0.1, variant="paper")
    apply(optimizer, variables(), 0)
    before = optimizer.get_config()
    with pytest.raises((ValueError, TypeError), match=message):
        setattr(optimizer, key, value)
    assert optimizer.get_config() == before


def test_setting_what_is_set_is_no_change():
    optimizer, trained = LAMB(0.1, weight_decay=0.1), variables()
    optimizer.build(trained)
    tf.function(lambda *g: optimizer.apply(list(g), trained), autograph=False)(
        *(tf.constant(g, tf.float32) for g in gradients(0))
    )
    config = optimizer.get_config()
    for key in config:
        if key != "name":
            setattr(optimizer, key, getattr(optimizer, key))
    assert optimizer.get_config() == config


def test_ivys_names_read_and_set():
    optimizer = Adam(0.5)
    optimizer.lr, optimizer.beta1, optimizer.decay_lambda, optimizer.dev = 0.25, 0.5, 0.1, "cpu:0"
    assert float(optimizer.lr) == float(optimizer.learning_rate) == 0.25
    assert (optimizer.beta_1, optimizer.beta1, optimizer.beta2) == (0.5, 0.5, 0.999)
    assert (optimizer.weight_decay, optimizer.device) == (0.1, "cpu:0")
    assert not hasattr(SGD(), "beta1")


def test_step_that_compiles_itself_follows():
    optimizer = Adam(0.1, trace_on_next_step=True)
    v, g = {"w": tf.constant([1.0])}, {"w": tf.constant([1.0])}
    optimizer.step(v, g)
    optimizer.beta_1 = 0.5
    other = Adam(0.1, beta_1=0.5)
    other.set_state(optimizer.state)
    np.testing.assert_allclose(optimizer.step(v, g).w, other.step(v, g).w, rtol=1e-6)


def test_members_of_one_pack_may_part():
    many = [variable_at(f"net/l{i}/w", [1.0, 2.0]) for i in range(packs.FEW + 4)]
    rules = [Rule("l[0-3]/w", decay=0.1)]
    optimizer = AdamW(0.1, weight_decay=0.1, rules=rules, variant="keras")
    optimizer.build(many)
    assert optimizer._engine.packs
    optimizer.weight_decay = 0.5
    optimizer.apply([tf.zeros(2)] * len(many), many)
    results = [float(v[0]) for v in many]
    np.testing.assert_allclose(results, [0.99] * 4 + [0.95] * (len(many) - 4), rtol=1e-6)


def test_options_of_a_subclass_are_its_own():
    class Own(Adam):
        def __init__(self, rate, beta_1=0.7, **kwargs):
            super().__init__(rate, **kwargs)
            self.beta_1 = beta_1
            self.extra = 3

    optimizer = Own(0.1)
    apply(optimizer, variables(), 0)
    optimizer.extra, optimizer.beta_1 = 4, 0.6
    assert (optimizer.extra, optimizer.beta_1) == (4, 0.6)


# -- what options are made of ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("match", "bias"), ("ndim_max", 1), ("decay", 0.1), ("adapt", False),
        ("lr_multiplier", 0.0), ("required", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("built", [True, False])
def test_a_rule_in_an_optimizer_cannot_be_changed(name, value, built):
    rule = ivy.Rule("kernel", decay=False)
    optimizer = ivy.AdamW(0.1, weight_decay=0.5, rules=[rule])
    variables = [keras.Variable([1.0], name="kernel"), keras.Variable([1.0], name="bias")]
    if built:
        optimizer.build(variables)
    before = (repr(rule), str(optimizer.explain(variables)), optimizer.get_config()["rules"])
    for change in (lambda: setattr(rule, name, value), lambda: delattr(rule, name)):
        with pytest.raises(AttributeError, match=rf"set `optimizer.rules.*Received: {name}="):
            change()
    now = (repr(rule), str(optimizer.explain(variables)), optimizer.get_config()["rules"])
    assert now == before
    optimizer.rules = [ivy.Rule("kernel", decay=0.25)]  # the way out
    assert [row.decay for row in optimizer.explain(variables)] == [0.25, 0.5]


def test_rules_are_no_list_that_could_grow():
    given = [ivy.Rule("kernel", decay=False)]
    optimizer = ivy.AdamW(0.1, weight_decay=0.5, rules=given)
    given.append(ivy.Rule("bias", decay=False))
    assert isinstance(optimizer.rules, tuple)
    assert len(optimizer.rules) == 1
    with pytest.raises(AttributeError):
        optimizer.rules.append(given[1])
    for preset in ivy.LAMB(rules="bias_norm").rules:  # shared by all optimizers
        with pytest.raises(AttributeError, match="A rule cannot be changed"):
            preset.decay = True


def test_copies_and_subclasses_of_rules_have_attributes_of_their_own():
    class Noted(ivy.Rule):
        def __init__(self, match, note):
            super().__init__(match, decay=False)
            self.note = note

    rule = Noted("kernel", "first")
    rule.note = "second"
    for twin in (copy.copy(rule), copy.deepcopy(rule)):
        assert (twin.note, twin.decay, twin.match) == ("second", False, "kernel")
    plain = ivy.Rule("kernel", lr_multiplier=0.5)
    assert pickle.loads(pickle.dumps(plain)) == plain


@pytest.mark.parametrize("cls", [ivy.SGD, ivy.Adam, ivy.AdamW, ivy.LARS, ivy.LAMB])
def test_variants_cannot_be_changed(cls):
    for variant in cls.variants.values():
        for field in dataclasses.fields(variant) if dataclasses.is_dataclass(variant) else ():
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(variant, field.name, getattr(variant, field.name))
