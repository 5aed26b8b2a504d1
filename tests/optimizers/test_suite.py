"""What every optimizer and every variant has to do; the rows stand in `cases`."""

import functools
import inspect
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import tree
from keras_ivy.container import Container
from keras_ivy.optimizers import LARS, LARSPaper, Rule
from tests.optimizers.cases import (
    CASES,
    FEW,
    SHAPES,
    STRINGS,
    gradients,
    slots_of,
    traced,
    variables,
    weights,
)

STEPS = 4
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
few_cases = pytest.mark.parametrize("case", [CASES[name] for name in FEW], ids=FEW)


def arrays(values):
    return [np.asarray(tf.cast(v, tf.float64)) for v in values]


def run(optimizer, dtype="float64", wrap=lambda fn: fn, steps=STEPS, change=lambda gs: gs):
    """The weights after some steps on Keras's side."""
    vs = variables(dtype)
    optimizer.build(vs)
    apply = wrap(lambda *gs: optimizer.apply(list(gs), vs))
    for t in range(steps):
        apply(*change([tf.constant(g, dtype) for g in gradients(t)]))
    return arrays(vs)


@functools.cache
def run_plainly(name):
    """The weights of a case after some steps of which nothing is special."""
    return run(CASES[name].make())


def assert_equal(got, want, rtol=1e-12):
    for i, (a, b) in enumerate(zip(got, want, strict=True)):
        np.testing.assert_allclose(a, b, rtol=0, atol=rtol * np.abs(b).max(), err_msg=f"tensor {i}")


def moved(got):
    """Whether every tensor is elsewhere than at the start."""
    return all(np.abs(a - b).max() > 1e-6 for a, b in zip(got, weights().values(), strict=True))


EVERY_OPTION = {
    "rules": [Rule("bias", decay=False, adapt=False), Rule("gamma", lr_multiplier=0.5)],
    "slot_dtype": "float32",
    "lazy_slots": True,
    "schedule_counts": "updates",
    "ema_counts": "updates",
    "skip_nonfinite": True,
    "stop_gradients": False,
    "inplace": True,
    "trace_on_next_step": True,
    "device": "cpu:0",
    "clipnorm": 0.5,
    "use_ema": True,
    "ema_momentum": 0.75,
    "ema_overwrite_frequency": 3,
    "loss_scale_factor": 4.0,
    "gradient_accumulation_steps": 2,
    "name": "mine",
}


#: Accepted so that Ivy's programs run; there is nothing that they could change here.
OF_IVYS_TRACER = ("init_on_first_step", "fallback_to_non_traced")


@every_case
def test_config_holds_every_option(case):
    made = case.make(**EVERY_OPTION)
    config = made.get_config()
    for name in inspect.signature(case.cls).parameters:
        assert name in config or name == "kwargs" or name in OF_IVYS_TRACER, name
    expected = {**case.kwargs, **EVERY_OPTION, "learning_rate": 0.1}
    for name, value in expected.items():
        if name == "rules":
            value = [keras.saving.serialize_keras_object(rule) for rule in value]
        assert config[name] == value, name
    again = case.cls.from_config(json.loads(json.dumps(config)))
    assert again.get_config() == config
    copy = keras.optimizers.deserialize(keras.optimizers.serialize(made))
    assert type(copy) is case.cls
    assert copy.get_config() == config
    assert_equal(run(copy, "float32"), run(made, "float32"))


@pytest.mark.parametrize("name", STRINGS)
def test_string_names_the_optimizer(name):
    made = keras.optimizers.get(name)
    assert type(made) is STRINGS[name]
    # An optimizer need not have variants; one that has is `..._ivy` or `..._paper`.
    own = name.rpartition("_")[2]
    if made.variants and own not in made.variants:
        own = "paper"  # Ivy has no Muon.
    assert made.variant == (own if made.variants else None)
    assert made.get_config() == STRINGS[name](name=made.name).get_config()


@every_case
def test_step_equals_apply(case):
    eager = run_plainly(case.name)
    assert moved(eager)
    optimizer = case.make()
    # `step` clips by default where the variant does, as `apply` does.
    v = Container(tree.unflatten({k: tf.constant(w) for k, w in weights().items()}))
    for t in range(STEPS):
        grads = dict(zip(SHAPES, gradients(t), strict=True))
        v = optimizer.step(v, Container(tree.unflatten(grads)))
    flat = tree.flatten(v)
    assert_equal(arrays(flat[path] for path in SHAPES), eager)


@few_cases
@pytest.mark.parametrize(
    "make_rate",
    [
        lambda: keras.optimizers.schedules.PiecewiseConstantDecay([1, 2], [1.0, 0.5, 0.25]),
        lambda: iter_rates([1.0, 1.0, 0.5, 0.25]),
    ],
    ids=["schedule", "callable"],
)
def test_learning_rate_follows_schedule_and_callable(case, make_rate):
    # A schedule says 1 while `step <= boundary`.
    rates = [1.0, 1.0, 0.5, 0.25]
    optimizer = case.make(0.0)
    vs = variables("float64")
    for t, rate in enumerate(rates):
        optimizer.learning_rate = rate
        optimizer.apply([tf.constant(g) for g in gradients(t)], vs)
    assert_equal(run(case.make(make_rate())), arrays(vs))


def iter_rates(rates):
    rates = iter(rates)
    return lambda: next(rates)


@pytest.mark.parametrize(
    "rate", [1, np.float32(1), np.int64(1), np.array(1.0), tf.constant(1.0), keras.Variable(1.0)]
)
def test_learning_rate_may_be_any_number(rate):
    case = CASES["lamb-paper"]
    assert_equal(run(case.make(rate)), run(case.make(1.0)))


def test_rate_that_follows_a_variable_can_be_set():
    rate = keras.Variable(0.5)
    optimizer = CASES["sgd-keras"].make(rate)
    optimizer.learning_rate = 0.25
    assert float(rate) == float(optimizer.learning_rate) == 0.25


@every_case
def test_none_gradient_leaves_its_variable(case):
    vs = variables()
    start = arrays(vs)
    optimizer = case.make()
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        optimizer.apply([None, *(tf.constant(g, "float32") for g in gradients(0)[1:])], vs)
    got = arrays(vs)
    np.testing.assert_array_equal(got[0], start[0])
    assert np.abs(got[1] - start[1]).max() > 1e-6
    assert np.abs(got[2] - start[2]).max() > 1e-6


@every_case
def test_sparse_gradient_equals_dense(case):
    values = np.random.default_rng(0).normal(size=(3, 3))
    slices = tf.IndexedSlices(tf.constant(values), tf.constant([2, 0, 2]), tf.constant([4, 3]))

    def trained(gradient, wrap):
        vs = variables("float64")[:1]
        optimizer = case.make(clipnorm=0.5)
        optimizer.build(vs)
        apply = wrap(lambda: optimizer.apply([gradient], vs))
        for _ in range(3):
            apply()
        return vs[0].numpy()

    dense = trained(tf.convert_to_tensor(slices), lambda fn: fn)
    np.testing.assert_allclose(trained(slices, lambda fn: fn), dense, rtol=1e-12)
    np.testing.assert_allclose(trained(slices, traced), dense, rtol=1e-12)


def rate_of(case):
    """A learning rate at which a small regression learns."""
    if case.cls in (LARS, LARSPaper) and case.make().trust_coefficient < 0.1:
        return {"lars-larc": 0.05, "lars-outside": 5.0}.get(case.name, 20.0)
    return {"sgd": 0.1, "lars": 0.02}.get(case.name[:4].strip("-_"), 0.05)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [*((name, "bfloat16") for name in CASES), *((name, "float16") for name in FEW)],
)
def test_half_precision_learns(name, dtype):
    rng = np.random.default_rng(0)
    x, answer = rng.normal(size=(64, 8)), rng.normal(size=(8, 1))
    x, y = tf.constant(x, "float32"), tf.constant(x @ answer, "float32")
    case = CASES[name]
    free = {"weight_decay": 0.0} if "weight_decay" in case.kwargs else {}
    optimizer = case.make(rate_of(case), **free)
    w = keras.Variable(np.ones((8, 1)), dtype=dtype)
    optimizer.build([w])

    @tf.function(autograph=False)
    def train():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((x @ tf.cast(w.value, "float32") - y) ** 2)
        optimizer.apply(tape.gradient(loss, [w.value]), [w])
        return loss

    losses = [float(train()) for _ in range(200)]
    assert losses[-1] < 0.3 * losses[0]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e30])
@pytest.mark.parametrize("option", ["clipnorm", "global_clipnorm"])
@pytest.mark.parametrize("wrap", [lambda fn: fn, tf.function], ids=["eager", "function"])
def test_clipping_by_norm_bears_large_gradients(option, scale, wrap):
    vs = [keras.Variable([0.0, 0.0]), keras.Variable(0.0)]
    grads = [tf.constant([3.0 * scale, 0.0]), tf.constant(4.0 * scale)]
    optimizer = CASES["sgd-keras"].make(1.0, **{option: 2.0})
    optimizer.build(vs)
    wrap(lambda: optimizer.apply(grads, vs))()
    together = option == "global_clipnorm"
    factors = [min(1.0, 2.0 / (n * scale)) for n in ((5.0, 5.0) if together else (3.0, 4.0))]
    for v, g, factor in zip(vs, grads, factors, strict=True):
        np.testing.assert_allclose(v.numpy(), -factor * g.numpy(), rtol=1e-6)


@few_cases
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_norms_of_half_precision_do_not_overflow(case, dtype):
    w = keras.Variable(tf.fill([70000], tf.constant(100.0, dtype)), dtype=dtype)
    case.make(0.01).apply([tf.fill([70000], tf.constant(100.0, dtype))], [w])
    got = np.asarray(tf.cast(w, "float64"))
    assert np.isfinite(got).all()
    assert np.ptp(got) == 0


@few_cases
def test_clipping_equals_clipped_gradients(case):
    clips = {
        "clipvalue": lambda gs: [tf.clip_by_value(g, -0.3, 0.3) for g in gs],
        "clipnorm": lambda gs: [tf.clip_by_norm(g, 0.3) for g in gs],
        "global_clipnorm": lambda gs: tf.clip_by_global_norm(gs, 0.3)[0],
    }
    for name, clip in clips.items():
        plain = run(case.make(global_clipnorm=1e9), change=clip)
        assert_equal(run(case.make(**{name: 0.3}), wrap=traced), plain)


@pytest.mark.parametrize("name", ["lamb-nvlamb", "lamb-apex"])
def test_variant_clips_unless_told_otherwise(name):
    case = CASES[name]
    assert_equal(run(case.make()), run(case.make(global_clipnorm=1.0)), rtol=0)
    free = run(case.make(global_clipnorm=1e9))
    assert max(np.abs(a - b).max() for a, b in zip(run(case.make()), free, strict=True)) > 1e-6
    assert case.make(clipvalue=0.5).global_clipnorm is None


@every_case
def test_accumulation_equals_the_mean_gradient(case):
    vs = variables("float64")
    optimizer = case.make()
    for t in range(0, 6, 3):
        means = [np.mean(gs, axis=0) for gs in zip(*map(gradients, range(t, t + 3)), strict=True)]
        optimizer.apply([tf.constant(g) for g in means], vs)
    accumulated = case.make(gradient_accumulation_steps=3)
    assert_equal(run(accumulated, wrap=tf.function, steps=8), arrays(vs))
    assert int(accumulated.iterations) == 2


@every_case
def test_averages_are_those_of_the_weights(case):
    every, momentum = 3, 0.7
    optimizer = case.make(use_ema=True, ema_momentum=momentum, ema_overwrite_frequency=every)
    plain = case.make()
    vs, ours = variables("float64"), variables("float64")
    averages = None
    for t in range(2 * every):
        grads = [tf.constant(g) for g in gradients(t)]
        plain.apply(grads, vs)
        averages = (
            arrays(vs)
            if t == 0
            else [
                momentum * a + (1 - momentum) * v for a, v in zip(averages, arrays(vs), strict=True)
            ]
        )
        if (t + 1) % every == 0:
            for v, a in zip(vs, averages, strict=True):
                v.assign(a)
        optimizer.apply(grads, ours)
        assert_equal(arrays(ours), arrays(vs))
    optimizer.finalize_variable_values(ours)
    assert_equal(arrays(ours), averages)


@every_case
def test_loss_scale_is_divided_out(case):
    want = run_plainly(case.name)
    scaled = lambda gs: [8.0 * g for g in gs]
    assert_equal(run(case.make(loss_scale_factor=8.0), change=scaled), want)
    dynamic = keras.optimizers.LossScaleOptimizer(case.make(), initial_scale=8.0)
    assert_equal(run(dynamic, change=scaled, wrap=traced), want)
    got = run(dynamic_after_infinity(case), change=lambda gs: [4.0 * g for g in gs])
    assert_equal(got, want)


def dynamic_after_infinity(case):
    """A `LossScaleOptimizer` that has skipped one step, and so halved its scale."""
    optimizer = keras.optimizers.LossScaleOptimizer(case.make(), initial_scale=8.0)
    build = optimizer.build

    def build_and_skip(vs):
        if optimizer.built:
            return
        build(vs)
        before = arrays(vs)
        optimizer.apply([tf.fill(v.shape, tf.constant(np.inf, v.dtype)) for v in vs], vs)
        assert_equal(arrays(vs), before, rtol=0)

    optimizer.build = build_and_skip
    return optimizer


@every_case
def test_rules_say_who_decays(case):
    free = case.make(0.1, rules=[Rule("bias|gamma", decay=False)])
    never = case.make(0.1, **({"weight_decay": 0.0} if "weight_decay" in case.kwargs else {}))
    decayed = run(case.make(0.1), steps=2)
    got, plain = run(free, steps=2), run(never, steps=2)
    # All settle on the same first step where nothing is shared between tensors.
    assert_equal(got[1:], plain[1:])
    assert_equal(got[:1], decayed[:1])


@every_case
def test_multiplier_scales_the_learning_rate(case):
    got = run(case.make(0.1, rules=[Rule("kernel", lr_multiplier=0.5)]))
    assert_equal(got[:1], run(case.make(0.05))[:1])
    assert_equal(got[1:], run_plainly(case.name)[1:])


@every_case
def test_set_weights_restores_a_run(case):
    optimizer = case.make(0.1)
    vs = variables("float64")
    optimizer.build(vs)
    apply = lambda o, t: o.apply([tf.constant(g) for g in gradients(t)], vs)
    for t in range(3):
        apply(optimizer, t)
    kept, state = arrays(vs), [v.numpy() for v in optimizer.variables]
    for t in range(3, 5):
        apply(optimizer, t)
    want = arrays(vs)
    again = case.make(0.1)
    again.build(vs)
    again.set_weights(state)
    for v, value in zip(vs, kept, strict=True):
        v.assign(value)
    for t in range(3, 5):
        apply(again, t)
    assert_equal(arrays(vs), want, rtol=0)


@every_case
def test_variables_have_keras_order_and_names(case):
    optimizer = case.make(use_ema=True, gradient_accumulation_steps=2, name="mine")
    optimizer.build(variables())
    flat = [path.replace("/", "_") for path in SHAPES]
    paths = ["mine/iteration", "mine/learning_rate"]
    paths += [f"mine/{path}_average" for path in flat]
    paths += [f"mine/{path}_gradient_accumulator" for path in flat]
    for path, shape in SHAPES.items():
        paths += [f"mine/{path.replace('/', '_')}_{slot}" for slot in slots_of(optimizer, shape)]
    assert [v.path for v in optimizer.variables] == paths
    assert not any(v.trainable for v in optimizer.variables)
