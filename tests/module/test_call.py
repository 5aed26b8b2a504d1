"""Calls with other values: `module(x, v=...)` in every mode, and what stays as it was."""

import threading

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_ivy as ivy
from tests.module.nets import Mixed, Net, Scale, Statistics, X, Y, assert_values, values

MODES = ["eager", "function", "xla"]


def traced(fn, mode):
    return fn if mode == "eager" else tf.function(fn, jit_compile=mode == "xla")


def by_hand(v, x):
    hidden = np.tanh(x @ np.asarray(v["first/w"]).T + np.asarray(v["first/b"]))
    return hidden @ np.asarray(v["second/w"]).T + np.asarray(v["second/b"])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["container", "dict", "numpy", "flat"])
def test_v_is_used_for_this_call_alone(mode, kind):
    net = Net()
    before = values(net.v)
    given = {path: 2 * value + 1 for path, value in before.items()}
    v = ivy.Container(given).map(tf.constant)
    if kind != "container":
        v = {
            "dict": v.cont_to_dict(),
            "numpy": ivy.Container(given),
            "flat": {path.replace("/", "."): value for path, value in given.items()},
        }[kind]
    call = traced(lambda x: net(x, v=v), mode)
    np.testing.assert_allclose(call(X), by_hand(given, X), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(net(X), by_hand(before, X), rtol=1e-5, atol=1e-5)
    assert_values(net.v, before)


@pytest.mark.parametrize("mode", MODES)
def test_gradients_reach_v(mode):
    net = Net()

    def loss_and_grads(v, x):
        with tf.GradientTape() as tape:
            tape.watch(tf.nest.flatten(v))
            loss = tf.reduce_sum(net(x, v=v))
        return loss, tape.gradient(loss, v)

    v = (net.v * 1.0).map(tf.convert_to_tensor)
    _, grads = traced(loss_and_grads, mode)(v, X)
    expected = np.tanh(X @ np.asarray(v.first.w).T + np.asarray(v.first.b)).sum(0)
    np.testing.assert_allclose(grads.second.w[0], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(grads.second.b, [8.0], rtol=1e-6)


def test_gradients_of_the_own_variables_by_v():
    net = Net()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(net(X))
    grads = tape.gradient(loss, net.v)
    assert isinstance(grads, ivy.Container)
    np.testing.assert_allclose(grads.second.b, [8.0])


def test_stock_keras_layers_inside_follow_v():
    net = Mixed()
    net.eval()
    net(X)
    zeroed = net.v.map_with_path(lambda path, x: x * 0 if path.startswith("blocks/v0") else x * 1)
    relu_of_zero = net(X * 0, v=zeroed)
    np.testing.assert_allclose(net(X, v=zeroed), np.repeat(relu_of_zero[:1], 8, axis=0), rtol=1e-6)
    assert not np.allclose(net(X), np.repeat(relu_of_zero[:1], 8, axis=0))


def test_nested_v_is_innermost_first_and_keeps_the_rest():
    class Outer(ivy.Module):
        def __init__(self):
            self.a, self.b = Scale(), Scale()
            super().__init__()

        def _forward(self, x):
            return self.a(x, v={"w": [10.0, 10.0]}) + self.b(x)

    outer = Outer()
    x = tf.constant([1.0, 2.0])
    np.testing.assert_array_equal(outer(x), [12.0, 24.0])
    v = {"a": {"w": [0.0, 0.0]}, "b": {"w": [5.0, 5.0]}}
    np.testing.assert_array_equal(outer(x, v=v), [15.0, 30.0])
    np.testing.assert_array_equal(outer(x), [12.0, 24.0])


def test_v_inside_functional_call_of_a_keras_model():
    scale = Scale()
    inputs = keras.Input((2,))
    model = keras.Model(inputs, scale(inputs))
    y = ivy.functional_call(model, {"layers": {"v1": {"w": [3.0, 4.0]}}}, tf.ones((1, 2)))
    np.testing.assert_array_equal(y, [[3.0, 4.0]])
    np.testing.assert_array_equal(model(tf.ones((1, 2))), [[2.0, 2.0]])


def test_own_v_inside_forward_shows_the_values_of_the_call():
    seen = []

    class Looking(Scale):
        def _forward(self, x):
            seen.append(np.array(self.v.w))
            return super()._forward(x)

    module = Looking()
    module(tf.ones(2), v={"w": [7.0, 8.0]})
    module(tf.ones(2))
    np.testing.assert_array_equal(seen, [[7.0, 8.0], [2.0, 2.0]])


@pytest.mark.parametrize("mode", MODES)
def test_v_under_mixed_precision_is_cast_like_the_own_variables(mode):
    layer = ivy.Linear(3, 2, dtype="mixed_bfloat16")
    v = layer.v.map(lambda w: w * 2.0)
    assert v.w.dtype == "float32"
    call = traced(lambda x, v=None: layer(x, v=v), mode)
    assert call(X).dtype == call(X, v).dtype == "bfloat16"
    np.testing.assert_allclose(
        tf.cast(call(X, v), "float32"), 2 * tf.cast(call(X), "float32"), rtol=0.02, atol=0.02
    )


def test_after_an_exception_the_own_variables_are_back():
    class Failing(Scale):
        def _forward(self, x):
            y = super()._forward(x)
            if x.shape[0] == 3:
                raise RuntimeError("no")
            return y

    module = Failing(size=1)
    with pytest.raises(RuntimeError, match="no"):
        module(tf.ones(3), v={"w": [9.0]})
    np.testing.assert_array_equal(module.v.w, [2.0])
    np.testing.assert_array_equal(module(tf.ones(1)), [2.0])


def test_threads_do_not_see_each_others_values():
    net = Net()
    base = values(net.v)
    failures = []

    def work(k):
        given = {path: value + k for path, value in base.items()}
        expected = by_hand(given, X)
        for _ in range(20):
            if not np.allclose(net(X, v=ivy.Container(given)), expected, rtol=1e-4, atol=1e-4):
                failures.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert_values(net.v, base)


def test_partial_v_needs_with_partial_v():
    net = Net(with_partial_v=True)
    before = values(net.v)
    v = {"second": {"b": [5.0]}}
    np.testing.assert_allclose(net(X, v=v), by_hand(before | {"second/b": [5.0]}, X), rtol=1e-5)
    with pytest.raises(ValueError, match="no value for 'first/b', 'first/w', 'second/w'"):
        Net()(X, v=v)


def test_any_path_is_accepted():
    class Twice(ivy.Module):
        def __init__(self):
            self.zed = Scale()
            self.items = [self.zed]
            super().__init__()

        def _forward(self, x):
            return self.zed(x)

    module = Twice()
    assert list(module.v.flatten()) == ["items/v0/w"]
    for v in ({"zed": {"w": [3.0, 3.0]}}, {"items": {"v0": {"w": [3.0, 3.0]}}}):
        np.testing.assert_array_equal(module(tf.ones(2), v=v), [3.0, 3.0])
    both = {"zed": {"w": [3.0, 3.0]}, "items": {"v0": {"w": [4.0, 4.0]}}}
    with pytest.raises(ValueError, match="are one variable, and two values were given"):
        module(tf.ones(2), v=both)
    module.v = {"zed": {"w": [6.0, 6.0]}}
    assert module.v.zed.w is module.v["items/v0/w"]
    np.testing.assert_array_equal(module.v["zed.w"], [6.0, 6.0])
    assert "zed/w" in module.v


@pytest.mark.parametrize(
    ("v", "sentence"),
    [
        ({}, "no value for 'first/b', 'first/w', 'second/b', 'second/w'"),
        ({"first": {"w": 1.0}}, r"'first/w' does not fit: expected shape \(4, 3\)"),
        (3, "Received: v=3 of type int"),
        ([1.0], "of type list"),
        ("text", "of type str"),
        ({1: 2}, "no variable at '1'"),
        ({"first": {1: 2.0}, None: 3.0}, "keys of a Container are strings.*key=None"),
        ({"": 2.0}, "cannot be the empty string"),
    ],
)
def test_wrong_v_is_named(v, sentence):
    net = Net()
    before = values(net.v)
    with pytest.raises((TypeError, ValueError), match=sentence):
        net(X, v=v)
    with pytest.raises((TypeError, ValueError), match=sentence):
        net.v = v
    with pytest.raises((TypeError, ValueError), match=sentence):
        Net(v=v)
    assert_values(net.v, before)


@pytest.mark.parametrize(
    ("path", "change", "sentence"),
    [
        ("first/w", lambda w: w[:2], r"'first/w'.*expected shape \(4, 3\).*shape=\(2, 3\)"),
        ("first/w", lambda w: tf.cast(w, "float64"), "'first/w'.*'float32'.*dtype='float64'"),
        ("first/w", lambda w: np.asarray(w, "complex64"), "'first/w'.*dtype='complex64'"),
        ("first/w", lambda w: tf.cast(w, "int32"), "'first/w'.*dtype='int32'"),
        ("first/w", lambda w: None, "'first/w' is no array.*Received: None"),
        ("first/w", lambda w: "text", "'first/w' is no array.*Received: 'text'"),
        ("first/wrong", lambda w: tf.zeros(3), "no variable at 'first/wrong'. Did you mean"),
    ],
)
def test_wrong_leaves_are_named_and_nothing_is_assigned(path, change, sentence):
    net = Net()
    before = values(net.v)
    v = (net.v + 1.0).set(path, change(net.v.first.w))
    for attempt in (lambda: net(X, v=v), lambda: setattr(net, "v", v), lambda: Net(v=v)):
        with pytest.raises((TypeError, ValueError), match=sentence):
            attempt()
    assert_values(net.v, before)


def test_python_numbers_and_lists_are_converted():
    module = Scale()
    module.v = {"w": [1, 2]}
    np.testing.assert_array_equal(module.v.w, [1.0, 2.0])


def test_v_of_a_symbolic_call_is_refused():
    with pytest.raises(ValueError, match="symbolic"):
        Net()(keras.Input((3,)), v=Net().v)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("with_v", [False, True])
def test_statistics_move_in_training_calls_whether_v_is_given_or_not(mode, with_v):
    module = Statistics()
    call = traced(lambda x, v=None: module(x, v=v, training=True), mode)
    call(X, (module.v * 1.0) if with_v else None)
    np.testing.assert_allclose(module.v.running_mean, 0.1 * X.mean(0), rtol=1e-5)
    call(X, (module.v * 1.0) if with_v else None)
    np.testing.assert_allclose(module.v.running_mean, 0.19 * X.mean(0), rtol=1e-5)
    np.testing.assert_array_equal(module.v.w, np.ones(3))
    assert [w.name for w in module.trainable_variables] == ["w"]


def test_stock_statistics_and_seeds_move_with_v():
    net = Mixed()
    net(X, training=True)
    norm, drop = net.parts["norm"], net.parts["drop"]
    mean, seed = np.array(norm.moving_mean), np.array(drop.seed_generator.state)
    first = net(X, v=net.v, training=True)
    second = net(X, v=net.v * 1.0, training=True)
    assert not np.array_equal(norm.moving_mean, mean)
    assert not np.array_equal(drop.seed_generator.state, seed)
    assert not np.array_equal(first, second)


def test_global_random_state_moves_with_v():
    class Noisy(Scale):
        def _forward(self, x):
            return super()._forward(x) + keras.random.normal(tf.shape(x))

    module = Noisy()
    v = module.v * 1.0
    assert not np.array_equal(module(tf.ones(2), v=v), module(tf.ones(2), v=v))


def test_statistics_inside_a_stateless_scope_stay_in_it():
    module = Statistics()
    with keras.StatelessScope() as scope:
        module(X, v=module.v * 1.0, training=True)
        inside = scope.get_current_value(module.v.running_mean)
    np.testing.assert_allclose(inside, 0.1 * X.mean(0), rtol=1e-5)
    np.testing.assert_array_equal(module.v.running_mean, np.zeros(3))


def test_added_losses_are_kept_with_v():
    class Penalised(Scale):
        def _forward(self, x):
            self.add_loss(tf.reduce_sum(self.v.w.value))
            return super()._forward(x)

    module = Penalised()
    module(tf.ones(2), v={"w": [1.0, 2.0]})
    assert [float(loss) for loss in module.losses] == [3.0]
    module(tf.ones(2))
    assert [float(loss) for loss in module.losses] == [4.0]


def test_forward_takes_any_mixture_of_arguments():
    class Free(ivy.Module):
        def _forward(self, x, *args, scale=1.0, **options):
            return x * scale, args, options

    y, args, options = Free()(tf.ones(2), tf.ones(1), 3, "a", scale=2.0, mode="b", t=tf.ones(1))
    np.testing.assert_array_equal(y, [2.0, 2.0])
    assert (float(args[0][0]), args[1:]) == (1.0, (3, "a"))
    assert (options["mode"], float(options["t"][0])) == ("b", 1.0)


def test_forward_without_inputs():
    class Bias(Scale):
        def _forward(self):
            return self.v.w + 1.0

    np.testing.assert_array_equal(Bias()(), [3.0, 3.0])


@pytest.mark.parametrize("mode", MODES)
def test_the_four_line_loop_equals_fit(mode):
    def data():
        return tf.data.Dataset.from_tensors((X, Y)).repeat(5)

    fitted, looped = Net(), Net()
    looped.v = fitted.v
    fitted.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=mode == "xla")
    fitted.run_eagerly = mode == "eager"
    fitted.fit(data(), shuffle=False, verbose=0)

    def loss_fn(v):
        return ivy.mean((looped(X, v=v) - Y) ** 2)

    step = traced(lambda: ivy.execute_with_gradients(loss_fn, looped.v), mode)
    for _ in range(5):
        _, grads = step()
        looped.v = looped.v - grads * 0.1
    for path, value in values(fitted.v).items():
        np.testing.assert_allclose(looped.v[path], value, rtol=2e-6, atol=1e-7, err_msg=path)


def test_loop_inside_one_function():
    net, other = Net(), Net()
    other.v = net.v

    @tf.function(jit_compile=True)
    def train(v):
        for _ in range(3):
            _, grads = ivy.execute_with_gradients(lambda v: ivy.mean((net(X, v=v) - Y) ** 2), v)
            v = v - grads * 0.1
        return v

    net.v = train(net.v * 1.0)
    for _ in range(3):
        _, grads = ivy.execute_with_gradients(lambda v: ivy.mean((other(X, v=v) - Y) ** 2), other.v)
        other.v = other.v - grads * 0.1
    for path, value in values(other.v).items():
        np.testing.assert_allclose(net.v[path], value, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("training", [True, False])
def test_loop_does_not_move_running_statistics_by_gradients(training):
    net = ivy.Sequential(ivy.Linear(3, 2), ivy.BatchNorm2D(2))
    net(X)
    net.train(training)
    before = values(net.v)
    _, grads = ivy.execute_with_gradients(lambda v: ivy.mean(net(X, v=v) ** 2), net.v)
    for name in ("running_mean", "running_var"):
        path = f"submodules/v1/{name}"
        np.testing.assert_array_equal(grads[path], np.zeros(2))
        assert np.array_equal(net.v[path], before[path]) is not training
    assert np.abs(grads["submodules/v1/w"]).max() > 0
