"""Steps of MAML, first-order MAML and Reptile: Ivy's values, finite differences, closed forms."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.golden.load import HERE

RECORDED = json.loads((HERE / "meta_steps.json").read_text(encoding="utf-8"))
CASES = {case["code"]: case["result"] for case in RECORDED["cases"]}
MAML = [code for code in CASES if code.startswith("ivy.maml_step")]

#: F13: Ivy takes a key with False for chosen; its document says that the values are truth values.
FALSE_KEYS = "inner_v={'w': True, 'b': False}"


def names(dtype="float32"):
    """What the calls use, as real Ivy was given it, in one type."""
    found = {"ivy": ivy}
    exec(RECORDED["setup"], found)
    for name, value in found.items():
        if isinstance(value, ivy.Container):
            found[name] = value.map(lambda x: tf.cast(x, dtype))
    return found


def recorded(part):
    if isinstance(part, list):
        return [array for each in part for array in recorded(each)]
    if "values" in part:
        return [np.array(part["values"]).reshape(part["shape"])]
    return [array for key in sorted(part) for array in recorded(part[key])]


def arrays(part):
    if isinstance(part, list | tuple):
        return [array for each in part for array in arrays(each)]
    if isinstance(part, dict):
        return [array for key in sorted(part) for array in arrays(part[key])]
    return [np.asarray(part)]


def same(got, want):
    got, want = arrays(got), recorded(want)
    return len(got) == len(want) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=2e-5, atol=2e-6)
        for a, b in zip(got, want, strict=True)
    )


@pytest.mark.parametrize("code", CASES)
def test_a_step_gives_what_ivy_gave(code):
    with ivy.set_array_mode(True):
        got, want = eval(code, names()), CASES[code]
    if FALSE_KEYS in code:
        assert not same(got, want)
        want = CASES[code.replace(FALSE_KEYS, "inner_v={'w': True}")]
    if code not in MAML:
        assert same(got, want)
        return
    (cost, grads, after), (its_cost, its_grads, its_after) = got, want
    assert same(cost, its_cost)
    assert same(after, its_after)
    if ", 1, 0.1" in code:
        # F12: of one inner step, Ivy's gradient is exact, but for the sum over the first axis.
        assert same(grads.sum(axis=0) if "batched=False" in code else grads, its_grads)
    else:
        assert not same(grads, its_grads)


@pytest.mark.parametrize("code", MAML)
def test_gradients_of_maml_are_exact(code):
    """The cost at variables moved a little, all tasks together, tells the gradient."""
    found = names("float64")
    which = code.split("(")[1].split(", ")[3]
    start = found[which]
    with ivy.set_array_mode(True):
        _, grads, _ = eval(code, found)
        assert len(grads) > 0
        for path, grad in grads.flatten().items():
            numeric = np.zeros(grad.shape)
            for place in np.ndindex(*numeric.shape):
                moved = np.zeros(start[path].shape)
                moved[(..., *place)] = 1e-5
                costs = [
                    eval(code, {**found, which: start.set(path, start[path] + sign * moved)})[0]
                    for sign in (1, -1)
                ]
                numeric[place] = (costs[0] - costs[1]) / 2e-5
            np.testing.assert_allclose(grad, numeric, rtol=1e-6, atol=1e-8)


def test_the_example_of_ivys_document():
    """Its numbers are those of another backend, whose second order is exact as ours."""
    with ivy.set_array_mode(True):
        cost, grads, rest = eval(
            "ivy.maml_step(line, quotient, quotient, latents, 5, 0.01)", names()
        )
    np.testing.assert_allclose(cost, 1.40069818, rtol=1e-6)
    np.testing.assert_allclose(grads.latent, [-1.13723135], rtol=1e-6)
    assert rest == ()


def square(batch, v):
    return tf.reduce_mean((v.w - batch.x) ** 2)


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_closed_forms_of_quadratic_tasks(steps):
    """An inner step of rate r takes w - x to (1 - 2 r) (w - x)."""
    x, w, rate = np.array([1.0, 3.0, -2.0]), 0.5, 0.2
    batch, v = ivy.Container(x=tf.constant(x)), ivy.Container(w=tf.constant(w, "float64"))
    shrunk = (1 - 2 * rate) ** np.arange(steps + 1)
    for average in (False, True):
        kept = shrunk if average else shrunk[-1:]
        given = {"batched": False, "average_across_steps": average, "return_inner_v": "all"}
        cost, exact, after = ivy.maml_step(batch, square, square, v, steps, rate, **given)
        again, first, _ = ivy.fomaml_step(batch, square, None, v, steps, rate, **given)
        np.testing.assert_allclose(cost, np.mean((w - x) ** 2) * np.mean(kept**2), rtol=1e-12)
        np.testing.assert_allclose(again, cost, rtol=1e-12)
        np.testing.assert_allclose(exact.w, 2 * np.mean(w - x) * np.mean(kept**2), rtol=1e-12)
        np.testing.assert_allclose(first.w, 2 * np.mean(w - x) * np.mean(kept), rtol=1e-12)
        np.testing.assert_allclose(after.w, x + (w - x) * shrunk[-1], rtol=1e-12)
    _, grads = ivy.reptile_step(batch, square, v, steps, rate, batched=False)
    np.testing.assert_allclose(grads.w, 2 * np.mean(w - x) * np.mean(shrunk) / rate, rtol=1e-12)


@pytest.mark.parametrize("step", [ivy.maml_step, ivy.fomaml_step])
def test_tasks_at_once_are_tasks_one_by_one(step):
    given = names("float64")
    batch, one, many = given["batch"], given["one"], given["many"]
    given = (given["inner"], given["outer"])
    apart = step(batch, *given, one, 2, 0.1, batched=False, return_inner_v="all")
    together = step(batch, *given, many, 2, 0.1, return_inner_v="all")
    for a, b in zip(arrays(apart), arrays(together), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)


def test_a_module_learns_to_learn():
    """Variables of a module, in a traced function; the rate is learned too."""
    net = ivy.Linear(1, 1)
    batch = ivy.Container(x=tf.constant([[[1.0]], [[2.0]]]), y=tf.constant([[[3.0]], [[5.0]]]))
    rate, sources = tf.Variable(0.05), [w.value for w in net.v.flatten().values()]

    def cost(batch, v):
        return tf.reduce_mean((net(batch.x[0], v=v) - batch.y[0]) ** 2)

    def run():
        with tf.GradientTape() as tape:
            loss, grads, _ = ivy.maml_step(
                batch, cost, None, net.v, 2, rate, batched=False, stop_gradients=False
            )
        return loss, grads, tape.gradient(loss, [rate, *sources])

    loss, grads, (by_rate, *by_tape) = run()
    for a, b in zip(grads.flatten().values(), by_tape, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    before = rate.numpy()
    costs = []
    for sign in (1, -1):
        rate.assign(before + sign * 1e-3)
        costs.append(float(run()[0]))
    rate.assign(before)
    np.testing.assert_allclose(by_rate, (costs[0] - costs[1]) / 2e-3, rtol=1e-2)
    traced = tf.function(run)()
    np.testing.assert_allclose(traced[0], loss, rtol=1e-6)
    np.testing.assert_allclose(traced[2][0], by_rate, rtol=1e-5)


@pytest.mark.parametrize("stops", [True, False])
def test_what_is_returned_is_a_constant_if_asked(stops):
    w = tf.Variable(0.5)
    batch = ivy.Container(x=[1.0, 3.0])
    for step in (ivy.maml_step, ivy.fomaml_step, ivy.reptile_step):
        fns = (square,) if step is ivy.reptile_step else (square, None)
        given = {"batched": False, "stop_gradients": stops, "return_inner_v": "first"}
        with tf.GradientTape(persistent=True) as tape:
            cost, _, after = step(batch, *fns, ivy.Container(w=w), 1, 0.25, **given)
        of_cost, of_after = tape.gradient(cost, w), tape.gradient(after.w, w)
        # Of first order, the inner gradients are constants, and so is the cost.
        if step is ivy.maml_step:
            assert (of_cost is None) == stops
            np.testing.assert_allclose(of_after, 0.5)
        else:
            assert of_cost is None
            assert of_after is None if stops else float(of_after) == 1.0


B, V = ivy.Container(x=[1.0, 3.0]), ivy.Container(w=[0.0, 0.0])
GOOD = {"batch": B, "inner": square, "outer": None, "v": V, "steps": 1, "rate": 0.1}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"batch": [1.0]}, "`batch` must be a Container. Received: batch="),
        ({"batch": {}}, "`batch` must be a Container. Received: batch="),
        ({"batch": ivy.Container(x=[1.0], y=[1.0, 2.0])}, r"share a first axis.*\['1', '2'\]"),
        ({"batch": ivy.Container(x=None)}, r"`batch\['x'\]` must be an array. Received"),
        ({"v": ivy.Container(w=["a", 1])}, r"`variables\['w'\]` must be an array. Received"),
        ({"batch": ivy.Container(x=1.0)}, r"share a first axis.*\['0'\]"),
        ({"inner": 3}, "`inner_cost_fn` must be a function. Received: inner_cost_fn=3"),
        ({"outer": 3}, "`outer_cost_fn` must be a function. Received: outer_cost_fn=3"),
        ({"v": 3}, "`variables` must be a Container. Received: variables=3"),
        ({"v": ivy.Container(w=[1.0])}, r"an axis of 2 tasks in front.*'w' of shape \(1,\)"),
        ({"steps": -1}, "inner_grad_steps=-1"),
        ({"steps": 1.5}, "inner_grad_steps=1.5"),
        ({"rate": "x"}, "inner_learning_rate='x'"),
        ({"rate": float("nan")}, "inner_learning_rate=nan"),
        ({"batched": 1}, "batched=1"),
        ({"num_tasks": 0}, "num_tasks=0"),
        ({"num_tasks": 3, "batched": False}, "fewer tasks. Received: num_tasks=3"),
        ({"return_inner_v": "last"}, "return_inner_v='last'"),
        ({"stop_gradients": None}, "stop_gradients=None"),
        ({"average_across_steps": "no"}, "average_across_steps='no'"),
        ({"inner_v": "b"}, "'b'"),
        ({"outer_v": "w", "keep_outer_v": False}, "leave no variables. Received: outer_v='w'"),
        ({"inner_v": {"w": False}}, "leave no variables. Received: inner_v="),
        ({"inner_v": [["w"], ["w"]]}, "with batched=False only. Received: inner_v="),
        ({"inner_v": [["w"]], "batched": False}, "one entry for each of 2 tasks. Received"),
        ({"inner_optimization_step": 1}, "inner_optimization_step=1"),
        ({"inner_batch_fn": 1}, "inner_batch_fn=1"),
        ({"outer": lambda batch, v: 1.0}, "(?s)must be a tensor|has to be a tensor"),
    ],
)
@pytest.mark.parametrize("step", [ivy.maml_step, ivy.fomaml_step])
def test_what_does_not_fit_is_refused(step, changed, message):
    given = {**GOOD, **changed}
    fixed = [given.pop(name) for name in GOOD]
    with pytest.raises((TypeError, ValueError, KeyError), match=message) as raised:
        step(*fixed, **given)
    assert type(raised.value).__module__.startswith("keras_ivy")


def test_what_one_step_alone_refuses():
    with pytest.raises(TypeError, match=r"the same variables for all tasks. Received: outer_v="):
        ivy.maml_step(B, square, None, V, 1, 0.1, batched=False, outer_v=[["w"], ["w"]])
    with pytest.raises(ValueError, match=r"must not be 0. Received: inner_learning_rate=0"):
        ivy.reptile_step(B, square, V, 1, 0)
    with pytest.raises(TypeError, match=r"`cost_fn` must be a function. Received: cost_fn=3"):
        ivy.reptile_step(B, 3, V, 1, 0.1)


def test_variables_of_keras_stay_as_they_are():
    w = keras.Variable([0.0, 0.0])
    loss, grads, after = ivy.maml_step(
        B, square, None, {"w": w}, 1, 0.25, return_inner_v="all", num_tasks=2
    )
    np.testing.assert_array_equal(w, [0.0, 0.0])
    np.testing.assert_allclose(after.w, [0.5, 1.5])
    np.testing.assert_allclose([loss, grads.w], [1.25, -1.0])
