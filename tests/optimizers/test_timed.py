"""Weight decay, betas and momentum that follow time, against optax and plain NumPy loops."""

import json
import random

import hypothesis
import hypothesis.strategies as st
import jax
import keras
import numpy as np
import optax
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy import tree
from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, OneCycle, Rule
from keras_ivy.optimizers.formulas.formula import Updated
from keras_ivy.utils.exceptions import IvyValueError
from tests.optimizers.cases import SHAPES, gradients, variables, weights

STEPS = 7
ROUTES = ("eager", "function", "xla", "step")
#: Strengths that start from nothing, rise and fall, and what tells them.
VALUES = np.array([0.0, 0.1, 0.3, 0.05, 0.0, 0.2, 0.15])


class Listed(keras.optimizers.schedules.LearningRateSchedule):
    """The values of a list, in float64."""

    def __init__(self, values):
        self.values = list(map(float, values))

    def __call__(self, step):
        return tf.gather(tf.constant(self.values, tf.float64), tf.cast(step, tf.int64))

    def get_config(self):
        return {"values": self.values}


def train(optimizer, route, steps=STEPS, before=lambda t: None):
    """The weights after some steps in float64."""
    if route == "step":
        v = ivy.Container(tree.unflatten({k: tf.constant(w) for k, w in weights().items()}))
        run = tf.function(optimizer.step, autograph=False)
        for t in range(steps):
            before(t)
            grads = {k: tf.constant(g) for k, g in zip(SHAPES, gradients(t), strict=True)}
            v = run(v, ivy.Container(tree.unflatten(grads)))
        return [np.asarray(tree.flatten(v)[k]) for k in SHAPES]
    vs = variables("float64")
    optimizer.build(vs)
    apply = lambda *gs: optimizer.apply(list(gs), vs)
    if route != "eager":
        apply = tf.function(apply, autograph=False, jit_compile=route == "xla")
    for t in range(steps):
        before(t)
        apply(*(tf.constant(g) for g in gradients(t)))
    return [v.numpy() for v in vs]


def by_optax(transformation, steps=STEPS):
    with jax.enable_x64(True):
        w = list(weights().values())
        state = transformation.init(w)
        for t in range(steps):
            updates, state = transformation.update(gradients(t), state, w)
            w = optax.apply_updates(w, updates)
        return [np.asarray(x) for x in w]


def assert_equal(got, want, rtol=1e-11):
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=rtol * np.abs(b).max())


def told(values):
    """A function of the step for optax."""
    return lambda count: jax.numpy.asarray(values)[count]


RATES = np.linspace(0.1, 0.02, STEPS)
SMALL = {"epsilon": 1e-8}


@pytest.mark.parametrize("route", ROUTES)
def test_decay_by_schedule_equals_optax(route):
    got = train(AdamW(Listed(RATES), weight_decay=Listed(VALUES), variant="paper", **SMALL), route)
    inject = optax.inject_hyperparams(optax.adamw)
    assert_equal(got, by_optax(inject(told(RATES), weight_decay=told(VALUES))))


@pytest.mark.parametrize("route", ROUTES)
def test_independent_decay_equals_optax(route):
    got = train(AdamW(Listed(RATES), weight_decay=0.05, variant="independent", **SMALL), route)
    chain = optax.chain(
        optax.scale_by_adam(),
        optax.scale_by_learning_rate(told(RATES)),
        optax.add_decayed_weights(-0.05),
    )
    assert_equal(got, by_optax(chain))


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("route", ROUTES)
def test_momentum_and_decay_by_schedule_equal_a_loop(route, nesterov):
    momenta = np.linspace(0.95, 0.5, STEPS)
    for variant in ("paper", "independent"):
        got = train(
            SGD(Listed(RATES), Listed(momenta), nesterov, weight_decay=Listed(VALUES),
                variant=variant), route,
        )  # fmt: skip
        want = list(weights().values())
        m = [np.zeros_like(w) for w in want]
        for t in range(STEPS):
            pull = VALUES[t] * (1.0 if variant == "independent" else RATES[t])
            for i, g in enumerate(gradients(t)):
                m[i] = momenta[t] * m[i] + RATES[t] * g
                step = momenta[t] * m[i] + RATES[t] * g if nesterov else m[i]
                want[i] = want[i] - pull * want[i] - step
        assert_equal(got, want)


@pytest.mark.parametrize("route", ROUTES)
def test_betas_by_schedule_equal_optax(route):
    first, second = np.linspace(0.95, 0.8, STEPS), np.linspace(0.9, 0.99, STEPS)
    got = train(Adam(0.1, Listed(first), Listed(second), variant="paper", **SMALL), route)
    inject = optax.inject_hyperparams(optax.adam)
    # The kernels keep `beta_2` in the type of the weights, here float64.
    assert_equal(got, by_optax(inject(0.1, b1=told(first), b2=told(second))))


def test_one_cycle_equals_optax():
    theirs = optax.cosine_onecycle_schedule(20, 2.0, 0.25, 4.0, 8.0)
    ours = OneCycle(start=0.5, peak=2.0, end=0.0625, total=20, rise=5)
    # From float32 constants of optax's interpolation.
    want = [float(theirs(t)) for t in range(25)]
    np.testing.assert_allclose([float(ours.in_float64(t)) for t in range(25)], want, rtol=1e-6)


@pytest.mark.parametrize("rise", [0, 5, 20])
def test_linear_cycle_is_two_lines(rise):
    ours = OneCycle(0.5, 2.0, 0.25, total=20, rise=rise, shape="linear")
    steps = np.arange(rise == 0, 25)
    want = np.interp(steps, [0, rise, 20, 21], [0.5, 2.0, 0.25, 0.25])
    if rise == 0:
        want = np.interp(steps, [0, 20], [2.0, 0.25])
        assert float(ours(0)) == 2.0
    if rise == 20:
        want = np.interp(steps, [0, 19.999999, 20], [0.5, 2.0, 2.0])
        steps, want = steps[:20], want[:20]
    np.testing.assert_allclose([float(ours.in_float64(t)) for t in steps], want, rtol=1e-6)


def test_one_cycle_of_momentum_trains_in_fit_as_eagerly():
    results = []
    for eagerly in (True, False):
        random.seed(0)  # from which Keras's initializers draw theirs
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        rate, heavy = OneCycle(0.01, 0.1, 0.0, 8), OneCycle(0.95, 0.85, 0.95, 8)
        model.compile(SGD(rate, momentum=heavy, nesterov=True), "mse", run_eagerly=eagerly)
        model.fit(np.eye(2).repeat(4, 0), np.ones((8, 1)), 2, 2, verbose=0)
        results.append(model.get_weights())
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.parametrize("route", ROUTES)
def test_decay_of_a_variable_follows_it_from_zero(route):
    strength = keras.Variable(0.0, dtype="float64")
    optimizer = AdamW(0.1, weight_decay=strength, variant="paper")

    def change(t):
        optimizer.weight_decay = float(VALUES[t])

    want = train(AdamW(0.1, weight_decay=Listed(VALUES), variant="paper"), "eager")
    assert_equal(train(optimizer, route, before=change), want)
    assert float(strength) == optimizer.get_config()["weight_decay"] == VALUES[-1]


def test_callable_is_called_once_a_step():
    left = iter(VALUES)
    optimizer = AdamW(0.1, weight_decay=lambda: next(left), variant="paper")
    many = [np.ones(2, d) for d in ("float32", "float64")]
    vs = [keras.Variable(x, dtype=x.dtype) for x in many]
    for _ in VALUES:
        optimizer.apply([tf.zeros_like(v) for v in vs], vs)
    want = np.prod(1 - 0.1 * VALUES)
    for v in vs:
        np.testing.assert_allclose(v.numpy(), want, rtol=1e-6)
    assert list(left) == []


BOTH = [(cls, variant) for cls in (LAMB, LARS) for variant in cls.variants]


@pytest.mark.parametrize(("cls", "variant"), BOTH)
def test_every_variant_follows_a_schedule(cls, variant):
    made = cls(0.1, variant=variant, weight_decay=Listed([0.1, 0.3, 0.2, 0.05]))
    followed = train(made, "function", 4)
    by_hand = cls(0.1, variant=variant, weight_decay=0.1)

    def change(t):
        by_hand.weight_decay = [0.1, 0.3, 0.2, 0.05][t]

    assert_equal(followed, train(by_hand, "eager", 4, change), rtol=1e-10)


@pytest.mark.parametrize("cls", [LARS, LAMB])
def test_ivys_norms_bear_a_schedule_at_zero(cls):
    got = train(cls(0.01, weight_decay=Listed([0.0, 0.0])), "eager", 2)
    assert_equal(got, train(cls(0.01, weight_decay=0.0), "eager", 2))


@hypothesis.given(
    st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=5),
    st.sampled_from(["paper", "keras", "independent", "ivy", "addons"]),
)
@hypothesis.settings(max_examples=20, deadline=None)
def test_schedule_equals_numbers_set_by_hand(values, variant):
    made = AdamW(0.1, weight_decay=Listed(values), variant=variant)
    by_hand = AdamW(0.1, variant=variant)

    def change(t):
        by_hand.weight_decay = values[t]

    want = train(by_hand, "eager", len(values), change)
    assert_equal(train(made, "eager", len(values)), want, rtol=1e-12)


def test_rules_with_a_number_stay_what_they_are():
    w, b = (keras.Variable([1.0], name=name) for name in "wb")
    rules = [Rule("b", decay=0.5)]
    optimizer = AdamW(0.1, weight_decay=Listed([0.0, 1.0, 1.0]), variant="paper", rules=rules)
    rows = []
    for _ in range(2):
        rows.append([row.decay for row in optimizer.explain([w, b])])
        optimizer.apply([tf.zeros(1)] * 2, [w, b])
    assert rows == [[0.0, 0.5], [1.0, 0.5]]
    np.testing.assert_allclose([float(w[0]), float(b[0])], [0.9, 0.95**2], rtol=1e-6)
    assert "Weight decay follows Listed" in str(optimizer.explain([w, b]))


def test_schedules_of_settings_count_as_that_of_the_rate():
    for counts, want in (("updates", [0, 1]), ("steps", [1, 3])):
        w = keras.Variable([1.0])
        optimizer = SGD(
            1.0, weight_decay=Listed([0.5, 0.25, 0.0, 0.125]), gradient_accumulation_steps=2,
            schedule_counts=counts,
        )  # fmt: skip
        for _ in range(4):
            optimizer.apply([tf.zeros(1)], [w])
        left = np.prod([1 - [0.5, 0.25, 0.0, 0.125][i] for i in want])
        np.testing.assert_allclose(w.numpy(), [left])


SETTINGS = [
    (AdamW, {"weight_decay": OneCycle(0.1, 0.5, 0.2, 9)}),
    (Adam, {"beta_1": OneCycle(0.95, 0.85, 0.95, 9), "beta_2": OneCycle(0.9, 0.99, 0.9, 9)}),
    (SGD, {"momentum": OneCycle(0.95, 0.85, 0.95, 9)}),
    (LARS, {"momentum": OneCycle(0.95, 0.85, 0.95, 9), "variant": "paper"}),
]


@pytest.mark.parametrize(("cls", "options"), SETTINGS, ids=lambda x: getattr(x, "__name__", ""))
def test_settings_over_time_are_saved(cls, options, tmp_path):
    optimizer = cls(0.1, **options)
    config = optimizer.get_config()
    again = cls.from_config(json.loads(json.dumps(config)))
    assert again.get_config() == config
    assert repr(again) == repr(optimizer)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    model.fit(np.ones((8, 2)), np.ones((8, 1)), 2, verbose=0)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    for each in (model, loaded):
        each.fit(np.ones((4, 2)), np.zeros((4, 1)), 2, verbose=0)
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


class Own(AdamW):
    """Reads the decay from its treatment."""

    def _update(self, w, g, slots, scalars, treatment, norm):
        return Updated((1.0 - treatment.decay) * w, slots, None)


@pytest.mark.parametrize("side", ["apply", "step", "set"])
def test_formula_that_reads_a_number_is_refused(side):
    w = keras.Variable([1.0], name="w")
    use = {
        "set": lambda: setattr(Own(0.1), "weight_decay", Listed([0.5])),
        "apply": lambda: Own(0.1, weight_decay=Listed([0.5])).apply([tf.ones(1)], [w]),
        "step": lambda: Own(0.1, weight_decay=Listed([0.5])).step({"w": w}, {"w": tf.ones(1)}),
    }
    with pytest.raises(IvyValueError, match=r"formula of Own reads.*Received: weight_decay=Listed"):
        use[side]()
    assert float(w[0]) == 1.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AdamW(weight_decay="much"), "weight_decay"),
        (lambda: AdamW(weight_decay=lambda x: x), r"`weight_decay` must be a number, a.*callable"),
        (lambda: AdamW(weight_decay=keras.Variable([1.0])), "scalar floating variable"),
        (lambda: Adam(beta_1=1.5), r"beta_1.*\[0.0, 1.0\)"),
        (lambda: SGD(momentum=keras.optimizers.SGD), "`momentum` must be a number"),
        (lambda: OneCycle(0.0, 1.0, 0.0, 10, rise=11), "rise"),
        (lambda: OneCycle(0.0, 1.0, 0.0, 10, shape="cosin"), "'cosine'"),
        (lambda: SGD(ema_counts="batches"), "Received: ema_counts='batches'"),
    ],
)
def test_bad_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_schedule_in_a_compiled_function_cannot_be_replaced():
    optimizer = AdamW(0.1, weight_decay=Listed(VALUES))
    train(optimizer, "function", 1)
    for value in (0.5, Listed(VALUES), None):
        with pytest.raises(IvyValueError, match="cannot be set any more"):
            optimizer.weight_decay = value
    optimizer.weight_decay = optimizer.weight_decay  # no change
    plain = AdamW(0.1, weight_decay=0.5)
    train(plain, "function", 1)
    with pytest.raises(IvyValueError, match="cannot be set any more"):
        plain.weight_decay = Listed(VALUES)
    assert plain.weight_decay == 0.5


@pytest.mark.parametrize("wrap", [lambda fn: fn, tf.function], ids=["eager", "function"])
@pytest.mark.parametrize("every", [None, 2])
def test_averages_counted_in_updates_are_those_of_the_large_batch(wrap, every):
    """Of accumulated steps, the averages of one step on the mean gradient."""
    options = {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": every}
    large, small = Adam(0.1, **options), Adam(
        0.1, gradient_accumulation_steps=3, ema_counts="updates", **options
    )  # fmt: skip
    vs, ours = variables("float64"), variables("float64")
    small.build(ours)
    run = wrap(lambda *gs: small.apply(list(gs), ours))
    for t in range(0, 12, 3):
        parts = [gradients(k) for k in range(t, t + 3)]
        large.apply([tf.constant(np.mean(gs, 0)) for gs in zip(*parts, strict=True)], vs)
        for part in parts:
            run(*map(tf.constant, part))
        assert_equal([v.numpy() for v in ours], [v.numpy() for v in vs])
    for optimizer, each in ((large, vs), (small, ours)):
        optimizer.finalize_variable_values(each)
    assert_equal([v.numpy() for v in ours], [v.numpy() for v in vs])
