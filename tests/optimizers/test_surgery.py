"""Optimizers that go on after variables join, leave or are replaced, against plain NumPy loops."""

import functools
import random
import warnings

import hypothesis
import hypothesis.strategies as st
import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from keras_ivy.optimizers import LAMB, LARS, SGD, Adam, AdamW, LossScaleOptimizer, Rule
from keras_ivy.optimizers.keras_side.packs import FEW
from keras_ivy.utils.exceptions import IvyNotImplementedException, IvyValueError
from tests.optimizers.cases import CASES, variable_at

RATE = 0.1


class Loop:
    """Adam of the paper, with a count, moments and an average for each variable."""

    def __init__(self, accumulate=1, momentum=0.7):
        self.kept, self.accumulate, self.momentum = {}, accumulate, momentum
        self.calls = 0

    def join(self, name, w):
        self.kept[name] = {"w": w, "m": 0.0 * w, "v": 0.0 * w, "t": 0, "sum": 0.0 * w, "a": w}

    def leave(self, name):
        del self.kept[name]

    def apply(self, grads):
        self.calls += 1
        for name, g in grads.items():
            k = self.kept[name]
            k["sum"] = k["sum"] + g
            if self.calls % self.accumulate == 0:
                g, k["sum"] = k["sum"] / self.accumulate, 0.0 * g
                k["t"] += 1
                k["m"] = 0.9 * k["m"] + 0.1 * g
                k["v"] = 0.999 * k["v"] + 0.001 * g * g
                m, v = k["m"] / (1 - 0.9 ** k["t"]), k["v"] / (1 - 0.999 ** k["t"])
                k["w"] = k["w"] - RATE * m / (np.sqrt(v) + 1e-7)
                keep = self.momentum if k["t"] > 1 else 0.0
                k["a"] = keep * k["a"] + (1 - keep) * k["w"]

    def weights(self, names, what="w"):
        return {name: self.kept[name][what] for name in names}


SHAPES = {"a": (3, 2), "b": (2,), "c": (4,), "d": ()}


def value(name, t=0):
    rng = np.random.default_rng([ord(name), t])
    return np.asarray(rng.normal(size=SHAPES[name]))


def made(name):
    return variable_at(f"net/{name}", value(name), "float64")


def applying(optimizer, vs, route):
    """A function of the step's number that applies its gradients, compiled for these variables."""
    apply = lambda *gs: optimizer.apply(list(gs), list(vs.values()))
    if route != "eager":
        apply = tf.function(apply, autograph=False, jit_compile=route == "xla")
    return lambda t: apply(*(tf.constant(value(name, t + 1)) for name in vs))


def assert_same(vs, want):
    for name, v in vs.items():
        np.testing.assert_allclose(v.numpy(), want[name], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("route", ["eager", "function", "xla"])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_what_joins_starts_as_on_a_first_step(route, accumulate):
    options = {"use_ema": True, "ema_momentum": 0.7, "ema_counts": "updates"}
    if accumulate > 1:
        options["gradient_accumulation_steps"] = accumulate
    optimizer, loop = Adam(RATE, variant="paper", **options), Loop(accumulate)
    vs = {name: made(name) for name in "ab"}
    for name in vs:
        loop.join(name, value(name))
    optimizer.build(list(vs.values()))
    stages = [None, ("c",), ("d",), None]
    t = 0
    for stage in stages:
        for name in stage or ():
            vs = {name: made(name), **vs}  # In front: indices are no identity.
            loop.join(name, value(name))
            report = optimizer.extend(list(vs.values()))
            assert [key.rpartition("/")[2] for key in report.new] == [name]
        if stage is None and t:
            vs.pop("b")
            loop.leave("b")
            report = optimizer.extend(list(vs.values()))
            assert [key.rpartition("/")[2] for key in report.removed] == ["b"]
        apply = applying(optimizer, vs, route)
        for _ in range(2 * accumulate):
            apply(t)
            loop.apply({name: value(name, t + 1) for name in vs})
            t += 1
        assert_same(vs, loop.weights(vs))
    optimizer.finalize_variable_values(list(vs.values()))
    assert_same(vs, loop.weights(vs, "a"))
    slots = len(vs) * 2
    assert len([v for v in optimizer.variables if v.path.endswith(("_mw", "_vw"))]) == slots


@hypothesis.given(st.lists(st.sampled_from("abcd"), min_size=2, max_size=8))
@hypothesis.settings(max_examples=15, deadline=None)
def test_any_order_of_joining_and_leaving_equals_a_loop(moves):
    optimizer, loop, vs = Adam(RATE, variant="paper"), Loop(), {}
    for t, name in enumerate(moves):
        if name in vs and len(vs) > 1:
            vs.pop(name)
            loop.leave(name)
        elif name not in vs:
            vs[name] = made(name)
            loop.join(name, value(name))
        optimizer.extend(list(vs.values()))
        applying(optimizer, vs, "eager")(t)
        loop.apply({each: value(each, t + 1) for each in vs})
        assert_same(vs, loop.weights(vs))


@pytest.mark.parametrize(
    "name", ["adam-ivy", "sgd-momentum", "lamb-paper", "lars_paper", "lamb-ivy"]
)
def test_every_kind_joins_as_another_optimizer_would_start(name):
    """What joins makes the steps of a new optimizer; what was there those of the old one."""
    case, old, new = CASES[name], made("a"), made("c")
    both, first, second = case.make(), case.make(), case.make()
    twins = [made("a"), made("c")]
    for t in range(6):
        grads = [tf.constant(value("a", t + 1)), tf.constant(value("c", t + 1))]
        if t == 3:
            both.extend([old, new])
        vs = [old] if t < 3 else [old, new]
        both.apply(grads[: len(vs)], vs)
        first.apply(grads[:1], twins[:1])
        if t >= 3:
            second.apply(grads[1:], twins[1:])
    for v, twin in zip([old, new], twins, strict=True):
        np.testing.assert_allclose(v.numpy(), twin.numpy(), rtol=1e-12)
    if both.trust_ratios():
        assert set(both.trust_ratios()) == {"net/a", "net/c"}


def test_packs_of_what_stays_and_of_what_joins():
    many = [variable_at(f"net/m{i}", [float(i), 1.0], "float64") for i in range(2 * FEW)]
    optimizer, plain = AdamW(RATE, variant="paper"), AdamW(RATE, variant="paper")
    twins = [variable_at(v.path, v.numpy(), "float64") for v in many]
    grads = [tf.constant([1.0 + i, -1.0], tf.float64) for i in range(2 * FEW)]
    later = AdamW(RATE, variant="paper")
    for t in range(6):
        if t == 2:
            optimizer.extend(many)
            assert len(set(optimizer._engine.packs.values())) == 2
        if t == 4:
            optimizer.extend(many[1:])
        part = slice(0 if t < 4 else 1, FEW if t < 2 else 2 * FEW)
        optimizer.apply(grads[part], many[part])
        old = slice(part.start, FEW)
        plain.apply(grads[old], twins[old])
        if t >= 2:
            later.apply(grads[FEW:], twins[FEW:])
    for v, twin in zip(many, twins, strict=True):
        np.testing.assert_allclose(v.numpy(), twin.numpy(), rtol=1e-9, err_msg=v.path)


def test_function_compiled_before_goes_on_with_what_stays():
    a, b = made("a"), made("b")
    optimizer, twin, other = LAMB(RATE, variant="paper"), made("a"), LAMB(RATE, variant="paper")
    optimizer.build([a])
    run = tf.function(lambda g: optimizer.apply([g], [a]), autograph=False)
    for t in range(4):
        if t == 2:
            optimizer.extend([b, a])
        run(tf.constant(value("a", t)))
        other.apply([tf.constant(value("a", t))], [twin])
    np.testing.assert_allclose(a.numpy(), twin.numpy(), rtol=1e-12)


# -- models --------------------------------------------------------------------------------------


def net(widths=(5, 5), seed=0):
    random.seed(seed)  # from which Keras's initializers draw theirs
    inputs = x = keras.Input((4,))
    for i, width in enumerate(widths):
        x = keras.layers.Dense(width, "tanh", name=f"hidden{i}")(x)
    return keras.Model(inputs, keras.layers.Dense(2, name="head")(x))


def frozen(model, *names):
    for layer in model.layers:
        layer.trainable = layer.name not in names
    return model


def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(16, 4)).astype("float32"), rng.normal(size=(16, 2)).astype("float32")


def fit(model, epochs=1):
    history = model.fit(*data(), 8, epochs, verbose=0, shuffle=False)
    return history.history["loss"]


def assert_weights_equal(one, other, rtol=2e-6):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-7)


@functools.cache
def uninterrupted():
    """A model whose head takes eight steps, and a hidden layer the last two of them."""
    twin = frozen(net(), "hidden0", "hidden1")
    with_two = [Adam(0.01, variant="paper"), Adam(0.01, variant="paper")]
    x, y = data()
    for t in range(8):
        rows = slice(8 * (t % 2), 8 * (t % 2) + 8)
        hidden, head = twin.get_layer("hidden1"), twin.get_layer("head")
        parts = (
            [head.trainable_variables] if t < 6 else [head.trainable_variables, hidden.variables]
        )
        with tf.GradientTape() as tape:
            tape.watch([v.value for v in hidden.variables])
            loss = tf.reduce_mean((twin(x[rows]) - y[rows]) ** 2)
        grads = tape.gradient(loss, [[v.value for v in part] for part in parts])
        for each, gs, vs in zip(with_two, grads, parts, strict=False):
            each.apply(gs, vs)
    return twin


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("wrap", ["plain", "ours", "keras", "same"])
def test_recompiling_after_unfreezing_goes_on(wrap, jit):
    model, optimizer = frozen(net(), "hidden0", "hidden1"), Adam(0.01, variant="paper")
    wrappers = {"plain": lambda o: o, "ours": LossScaleOptimizer, "same": lambda o: same}
    wrappers["keras"] = keras.optimizers.LossScaleOptimizer
    same = LossScaleOptimizer(optimizer) if wrap == "same" else None
    model.compile(wrappers[wrap](optimizer), "mse", jit_compile=jit)
    fit(model, 3)
    before = optimizer.state
    frozen(model, "hidden0")
    model.compile(wrappers[wrap](optimizer), "mse", jit_compile=jit)
    fit(model)
    state = optimizer.state
    assert int(state["count"]) == 8
    assert set(state.starts.layers) == {"v2"}
    assert int(state.starts.layers.v2.kernel) == 6
    # The head goes on from its moments: those of a second model that was never interrupted.
    assert_weights_equal(model, uninterrupted(), 1e-5)
    assert before.mw.layers.v3.kernel.shape == state.mw.layers.v3.kernel.shape


def test_layers_that_are_added_replaced_and_removed():
    model = net()
    optimizer = AdamW(0.01, variant="paper", weight_decay=0.1)
    model.compile(optimizer, "mse")
    fit(model, 2)
    kernel = model.get_layer("hidden0").kernel
    moment = optimizer.state.mw.layers.v1.kernel.numpy()
    trunk = model.get_layer("hidden0").output
    head = keras.layers.Dense(2, name="new_head")(keras.layers.Dense(3, name="extra")(trunk))
    other = keras.Model(model.inputs, head)
    report = optimizer.extend(other.trainable_variables)
    assert [len(part) for part in report] == [2, 4, 4]
    assert {key.rpartition("/")[0] for key in report.kept} == {"layers/v1"}
    i = [id(v) for v in optimizer._trainable_variables].index(id(kernel))
    np.testing.assert_array_equal(optimizer._slots[i][0].numpy(), moment)
    other.compile(optimizer, "mse")
    fit(other)
    assert int(optimizer.state.starts.layers.v2.kernel) == 4


def test_another_instance_takes_over_by_its_places():
    model, optimizer = net(), Adam(0.01)
    model.compile(optimizer, "mse")
    fit(model, 2)
    state = optimizer.state
    larger = net((5, 5, 5), seed=1)
    report = optimizer.extend(larger.trainable_variables)
    # The third layer has the place of the old head, and another shape.
    assert set(report.new) == {f"layers/v{i}/{name}" for i in (3, 4) for name in ("kernel", "bias")}
    for path in report.kept:
        np.testing.assert_array_equal(optimizer.state.mw[path], state.mw[path])
        assert not np.any(optimizer.state.mw[report.new[0]])


def test_unknown_variables_of_no_compiled_model_are_refused():
    model, optimizer, stranger = net(), Adam(0.01), keras.Variable([1.0], name="stranger")
    model.compile(optimizer, "mse")
    fit(model)
    count = len(optimizer.variables)
    with pytest.raises(IvyValueError, match=r"Unknown variable.*extend\(model.*Received: stranger"):
        optimizer.apply([tf.ones(1)], [stranger])
    with pytest.raises(IvyValueError, match=r"none of these is trained now.*Received: stranger"):
        optimizer.extend([stranger])
    with pytest.raises(TypeError, match="list of variables"):
        optimizer.extend(stranger)
    with pytest.raises(ValueError, match="more than once"):
        optimizer.extend([*model.trainable_variables, model.trainable_variables[0]])
    optimizer.build([stranger])  # As Keras: built once.
    assert len(optimizer.variables) == count


def test_rule_that_matches_nothing_any_more_is_refused_before_anything_changes():
    a, b = made("a"), made("b")
    optimizer = Adam(RATE, rules=[Rule("b", lr_multiplier=0.5)])
    optimizer.apply([tf.zeros_like(a), tf.zeros_like(b)], [a, b])
    before = [v.path for v in optimizer.variables]
    with pytest.raises(IvyValueError, match="A rule matches no variable"):
        optimizer.extend([a, made("c")])
    assert [v.path for v in optimizer.variables] == before
    optimizer.apply([tf.zeros_like(b)], [b])


def test_optimizer_that_makes_variables_of_its_own_refuses():
    class Own(Adam):
        def build(self, variables):
            super().build(variables)

    a, b = made("a"), made("b")
    optimizer = Own(RATE)
    optimizer.apply([tf.zeros_like(a)], [a])
    with pytest.raises(IvyNotImplementedException, match="`build` of Own"):
        optimizer.extend([a, b])


def test_extend_of_an_optimizer_that_is_not_built_builds_it():
    a, optimizer = made("a"), Adam(RATE)
    assert optimizer.extend([a]) == ((), ("net/a",), ())
    assert optimizer.built
    assert optimizer.extend([a]) == (("net/a",), (), ())


# -- states and files ----------------------------------------------------------------------------


def test_state_of_before_fits_in_part():
    model, optimizer = frozen(net(), "hidden0"), Adam(0.01)
    model.compile(optimizer, "mse")
    fit(model, 2)
    state, whole = optimizer.state, net()
    other = Adam(0.01)
    other.build(whole.trainable_variables)
    with pytest.raises(KeyError, match="strict=False"):
        other.set_state(state)
    assert other.set_state(state, strict=False) == (
        ("layers/v2/kernel", "layers/v2/bias", "layers/v3/kernel", "layers/v3/bias"),
        ("layers/v1/kernel", "layers/v1/bias"), (),
    )  # fmt: skip
    assert int(other.state.starts.layers.v1.kernel) == int(state["count"]) == 4
    assert "starts" not in state
    small = Adam(0.01)
    small.build(whole.get_layer("head").trainable_variables)
    report = small.set_state(other.state, strict=False)
    assert len(report.taken) == 0 or len(report.left) == 4


def test_state_with_starts_is_whole_in_another_instance_and_in_step():
    models = [frozen(net(), "hidden0", "hidden1"), net()]
    optimizer = Adam(0.01, variant="paper")
    models[0].compile(optimizer, "mse")
    fit(models[0], 2)
    frozen(models[0])
    models[0].compile(optimizer, "mse")
    fit(models[0], 1)
    models[1].set_weights(models[0].get_weights())
    state = optimizer.state
    other, stepper = Adam(0.01, variant="paper"), Adam(0.01, variant="paper")
    other.build(models[1].trainable_variables)
    assert other.set_state(state) is None
    stepper.set_state(state)
    v = ivy.variables(models[0], trainable=True)
    grads = v.map(lambda x: tf.ones_like(x))
    want = stepper.step(v, grads)
    for each, model in ((optimizer, models[0]), (other, models[1])):
        vs = model.trainable_variables
        each.apply([tf.ones_like(w) for w in vs], vs)
        got = ivy.variables(model, trainable=True)
        for path, x in want.flatten().items():
            np.testing.assert_allclose(got[path].numpy(), x, rtol=1e-6, atol=1e-7)
    assert int(other.state.starts.layers.v1.kernel) == 4


@pytest.mark.parametrize("suffix", ["m.weights.h5", "m.keras"])
def test_files_of_before_load_after_surgery(tmp_path, suffix):
    options = {"use_ema": True, "gradient_accumulation_steps": 2}
    model = frozen(net(), "hidden0", "hidden1")
    model.compile(Adam(0.01, **options), "mse")
    fit(model, 4)
    state = model.optimizer.state
    model.save(tmp_path / suffix) if suffix.endswith("keras") else model.save_weights(
        tmp_path / suffix
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if suffix.endswith("keras"):
            later = keras.models.load_model(tmp_path / suffix)
        else:
            later = net(seed=1)
            later.compile(Adam(0.01, **options), "mse")
            later.optimizer.build(later.trainable_variables)
            later.load_weights(tmp_path / suffix)
    frozen(later)
    later.compile(later.optimizer, "mse")
    now = later.optimizer.state
    for name in ("mw", "vw"):
        np.testing.assert_array_equal(now[name].layers.v3.kernel, state[name].layers.v3.kernel)
    if suffix.endswith("h5"):
        assert not np.any(now.mw.layers.v1.kernel)
        assert int(now.starts.layers.v1.kernel) == int(now["count"]) == 4
    fit(later)
    assert int(later.optimizer.state.starts.layers.v1.kernel) == 4


@pytest.mark.parametrize("suffix", ["m.weights.h5", "m.keras"])
def test_files_of_after_load_in_a_model_that_has_known_no_surgery(tmp_path, suffix):
    model, optimizer = frozen(net(), "hidden0"), AdamW(0.01, variant="paper", weight_decay=0.1)
    model.compile(optimizer, "mse")
    fit(model, 2)
    frozen(model)
    model.compile(optimizer, "mse")
    fit(model, 1)
    if suffix.endswith("keras"):
        model.save(tmp_path / suffix)
        other = keras.models.load_model(tmp_path / suffix)
    else:
        model.save_weights(tmp_path / suffix)
        other = net(seed=1)
        other.compile(AdamW(0.01, variant="paper", weight_decay=0.1), "mse")
        other.optimizer.build(other.trainable_variables)
        other.load_weights(tmp_path / suffix)
    assert int(other.optimizer.state.starts.layers.v1.kernel) == 4
    for each in (model, other):
        fit(each)
    assert_weights_equal(model, other)


def test_counts_that_a_compiled_function_could_not_follow_are_refused(tmp_path):
    model, whole = frozen(net(), "hidden0"), net(seed=1)
    for each in (model, whole):
        each.compile(Adam(0.01), "mse")
        fit(each, 2)
    with pytest.raises(IvyValueError, match=r"joined the optimizer at other times.*=\[4, 4, 0,"):
        whole.optimizer.set_state(model.optimizer.state, strict=False)
    assert int(whole.optimizer.state["count"]) == 4
    assert "starts" not in whole.optimizer.state


def test_file_tells_of_what_is_left_out(tmp_path):
    model = net()
    model.compile(Adam(0.01), "mse")
    fit(model)
    model.save_weights(tmp_path / "m.weights.h5")
    less = frozen(net(), "hidden0")
    less.compile(Adam(0.01), "mse")
    less.optimizer.build(less.trainable_variables)
    with pytest.warns(UserWarning, match=r"left out. Received: layers/v1/bias, layers/v1/kernel"):
        less.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(
        less.optimizer.state.mw.layers.v3.kernel, model.optimizer.state.mw.layers.v3.kernel
    )


def test_keras_reads_files_of_ours_as_before(tmp_path):
    model = net()
    model.compile(Adam(0.01, variant="keras"), "mse")
    fit(model)
    model.save_weights(tmp_path / "m.weights.h5")
    theirs = net(seed=1)
    theirs.compile(keras.optimizers.Adam(0.01), "mse")
    theirs.optimizer.build(theirs.trainable_variables)
    theirs.load_weights(tmp_path / "m.weights.h5")
    for each in (model, theirs):
        fit(each)
    assert_weights_equal(model, theirs, 1e-5)


def test_leaves_that_join_a_container_count_for_themselves():
    loop, optimizer = Loop(), Adam(RATE, variant="paper")
    loop.join("a", value("a"))
    v = {"a": tf.constant(value("a"))}
    for run in (optimizer.step, tf.function(optimizer.step, autograph=False)):
        for name in "cd" if run == optimizer.step else "b":
            for t in range(3):
                v = dict(run(v, {k: tf.constant(value(k, t)) for k in v}))
                loop.apply({k: value(k, t) for k in v})
            loop.join(name, value(name))
            v[name] = tf.constant(value(name))
    for name, w in loop.weights(v).items():
        np.testing.assert_allclose(v[name], w, rtol=1e-9, err_msg=name)
    assert set(optimizer.state.starts) == {"c", "d"}
    again = Adam(RATE, variant="paper")
    again.set_state(optimizer.state)
    grads = {k: tf.constant(value(k, 9)) for k in "acd"}
    only = {k: v[k] for k in "acd"}
    one, two = optimizer.step(only, grads), again.step(only, grads)
    for k in only:
        np.testing.assert_allclose(one[k], two[k], rtol=1e-12)


def test_bad_starts_are_refused():
    optimizer = SGD(0.1, momentum=0.9)
    for starts in ({"w": 0.5}, {"other": 3}, {"w": [1, 2]}):
        with pytest.raises(ValueError, match="`starts` of a state"):
            optimizer.set_state({"mw": {"w": tf.zeros(2)}, "count": 3, "starts": starts})


def test_lars_keeps_its_telemetry():
    a, b = made("a"), made("b")
    optimizer = LARS(RATE, variant="paper")
    optimizer.apply([tf.ones_like(a)], [a])
    ratio = optimizer.trust_ratios()["net/a"]
    optimizer.extend([b, a])
    assert dict(optimizer.trust_ratios()) == {"net/a": ratio}
