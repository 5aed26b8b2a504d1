"""`variables`, `functional_call` and `assign_variables` of any Keras model."""

import functools
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy import functional as F
from keras_ivy.container import Container

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 3)).astype("float32")
IMAGES = RNG.normal(size=(8, 32, 32, 3)).astype("float32")
MODES = ["eager", "function", "xla"]


def traced(fn, mode):
    return fn if mode == "eager" else tf.function(fn, jit_compile=mode == "xla")


def sequential():
    return keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)]
    )


def functional():
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, "tanh")(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(hidden))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [keras.layers.Dense(4, "tanh"), {"head": keras.layers.Dense(1)}]

    def call(self, x):
        return self.parts[1]["head"](self.parts[0](x))


def subclassed():
    model = Subclassed()
    model(X)
    return model


def single_layer():
    layer = keras.layers.Dense(1, "tanh")
    layer.build((None, 3))
    return layer


def regularized():
    """BatchNormalization and Dropout."""
    return keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5, seed=1),
        ]
    )


@functools.cache
def mobile_net():
    """A model of many layers, with the statistics that were left in it."""
    return keras.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3), classes=4)


MODELS = [sequential, functional, subclassed, single_layer]


def snapshot(model):
    return [np.array(v) for v in model.variables]


def assert_untouched(model, before):
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value, err_msg=variable.path)


def by_hand(v, x):
    kernels = [w for path, w in v.flatten().items() if path.endswith("kernel")]
    biases = [w for path, w in v.flatten().items() if path.endswith("bias")]
    if len(kernels) == 1:
        return np.tanh(x @ kernels[0] + biases[0])
    return np.tanh(x @ kernels[0] + biases[0]) @ kernels[1] + biases[1]


def drawn(model, seed=3):
    rng = np.random.default_rng(seed)
    return F.variables(model).map(lambda w: tf.constant(rng.normal(size=w.shape), "float32"))


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("mode", MODES)
def test_call_uses_the_values_and_changes_nothing(make, mode):
    model = make()
    before, v = snapshot(model), drawn(model)
    call = traced(lambda v, x: F.functional_call(model, v, x), mode)
    np.testing.assert_allclose(call(v, X), by_hand(v.map(np.array), X), rtol=1e-5, atol=1e-5)
    assert_untouched(model, before)


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("mode", MODES)
def test_gradients_equal_those_of_the_model(make, mode):
    model = make()
    v = F.variables(model).map(lambda w: tf.identity(w.value))

    def gradient(v):
        with tf.GradientTape() as tape:
            tape.watch(tf.nest.flatten(v))
            loss = tf.reduce_sum(F.functional_call(model, v, X) ** 2)
        return tape.gradient(loss, v)

    grads = traced(gradient, mode)(v)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(X) ** 2)
    expected = tape.gradient(loss, F.variables(model))
    for path, g in expected.flatten().items():
        np.testing.assert_allclose(grads[path], g, rtol=1e-4, atol=1e-5, err_msg=path)


@pytest.mark.parametrize("mode", MODES)
def test_updates_are_returned_and_not_made(mode):
    model = regularized()
    before, v = snapshot(model), drawn(model)
    call = traced(lambda v: F.functional_call(model, v, X, training=True, with_updates=True), mode)
    _, updates = call(v)
    assert_untouched(model, before)
    assert list(updates.flatten()) == [
        "layers/v1/moving_mean",
        "layers/v1/moving_variance",
        "layers/v2/seed_generator/state",
    ]
    hidden = X @ np.array(v["layers/v0/kernel"]) + np.array(v["layers/v0/bias"])
    np.testing.assert_allclose(
        updates["layers/v1/moving_mean"], 0.01 * hidden.mean(0), rtol=1e-4, atol=1e-6
    )
    assert not np.array_equal(updates["layers/v2/seed_generator/state"], before[-1])


def test_updates_passed_on_continue_as_the_model_would():
    model, other = regularized(), regularized()
    other.set_weights(model.get_weights())
    v = F.variables(model).map(lambda w: tf.identity(w.value))
    state = Container()
    for _ in range(3):
        y, state = F.functional_call(model, v.merge(state), X, training=True, with_updates=True)
        expected = other(X, training=True)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)
    F.assign_variables(model, state)
    for a, b in zip(model.variables, other.variables, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_without_updates_a_call_is_a_function_of_its_arguments():
    model, v = regularized(), None
    v = drawn(model)
    first = F.functional_call(model, v, X, training=True)
    np.testing.assert_array_equal(F.functional_call(model, v, X, training=True), first)
    assert not np.array_equal(model(X, training=True), model(X, training=True))


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("traced_call", [False, True])
def test_applications_equal_themselves(training, traced_call):
    model = mobile_net()
    before = snapshot(model)
    v = F.variables(model).map(lambda w: tf.identity(w.value))
    call = lambda v: F.functional_call(model, v, IMAGES, training=training, with_updates=True)
    direct = lambda: model(IMAGES, training=training)
    # Normalising over few values enlarges what eager and traced arithmetic round differently.
    y, updates = (tf.function(call) if traced_call else call)(v)
    assert_untouched(model, before)
    expected = (tf.function(direct) if traced_call else direct)()
    np.testing.assert_allclose(y, expected, rtol=2e-4, atol=1e-5)
    for path, value in F.variables(model, trainable=False).flatten().items():
        np.testing.assert_allclose(updates[path], value, rtol=1e-4, atol=1e-6, err_msg=path)


def test_threads_have_their_own_values():
    model = sequential()
    before, wrong = snapshot(model), []

    def work(seed):
        v = drawn(model, seed)
        expected = by_hand(v.map(np.array), X)
        for _ in range(20):
            if not np.allclose(F.functional_call(model, v, X), expected, rtol=1e-4, atol=1e-4):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert_untouched(model, before)


def test_calls_nest():
    inner, outer = sequential(), sequential()
    v, w = drawn(inner, 1), drawn(outer, 2)

    class Both(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.outer = outer
            self.built = True

        def call(self, x):
            return self.outer(x) + F.functional_call(inner, v, x)

    y = F.functional_call(Both(), {"outer": w}, tf.constant(X))
    expected = by_hand(w.map(np.array), X) + by_hand(v.map(np.array), X)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


def test_an_exception_restores_everything():
    model = sequential()
    before = snapshot(model)
    with pytest.raises(ValueError, match="incompatible"):
        F.functional_call(model, drawn(model), np.ones((2, 7), "float32"))
    assert_untouched(model, before)
    np.testing.assert_array_equal(model(X), model(X))


def test_maml_equals_its_closed_form():
    layer = keras.layers.Dense(1, use_bias=False, dtype="float64")
    layer.build((None, 1))
    x, y = tf.constant([[2.0]], "float64"), tf.constant([[3.0]], "float64")
    inner = lambda v: tf.reduce_sum((F.functional_call(layer, v, x) - y) ** 2)

    def outer(v):
        _, grads = F.value_and_grad(inner)(v)
        return inner(v - grads * 0.1)

    w = 0.7
    loss, grads = F.value_and_grad(outer)(Container(kernel=tf.constant([[w]], "float64")))
    new = w - 0.1 * 2 * (2 * w - 3) * 2
    np.testing.assert_allclose(loss, (2 * new - 3) ** 2, rtol=1e-12)
    np.testing.assert_allclose(grads.kernel[0, 0], 2 * (2 * new - 3) * 2 * (1 - 0.8), rtol=1e-12)


def test_variables_are_the_models_own():
    model = regularized()
    v = F.variables(model)
    assert list(v.flatten()) == [
        "layers/v0/bias",
        "layers/v0/kernel",
        "layers/v1/beta",
        "layers/v1/gamma",
    ]
    assert v["layers/v0/kernel"] is model.layers[0].kernel
    everything = F.variables(model, trainable=None)
    assert sorted(map(id, everything.flatten().values())) == sorted(map(id, model.variables))
    rest = F.variables(model, trainable=False)
    assert set(rest.flatten()) == set(everything.flatten()) - set(v.flatten())


def test_variables_of_two_models_fit_each_other():
    one, other = functional(), functional()
    F.assign_variables(other, F.variables(one))
    np.testing.assert_array_equal(one(X), other(X))


def test_frozen_variables_may_be_left_out_or_given():
    model = sequential()
    model.layers[0].trainable = False
    assert list(F.variables(model).flatten()) == ["layers/v1/bias", "layers/v1/kernel"]
    full = F.variables(model, trainable=None).map(lambda w: w * 0.0)
    np.testing.assert_array_equal(F.functional_call(model, full, X), np.zeros((8, 1)))
    head = F.variables(model).map(lambda w: w * 0.0 + 1.0)
    assert np.abs(F.functional_call(model, head, X) - 1.0).max() > 0


@pytest.mark.parametrize("kind", ["layer", "model"])
def test_models_without_variables(kind):
    relu = keras.layers.ReLU()
    model = relu if kind == "layer" else keras.Sequential([keras.Input((3,)), relu])
    assert isinstance(F.variables(model), Container)
    assert len(F.variables(model)) == 0
    np.testing.assert_array_equal(F.functional_call(model, {}, X), np.maximum(X, 0))


def test_several_inputs_and_keywords():
    layer = keras.layers.MultiHeadAttention(1, 2)
    q = np.ones((1, 2, 3), "float32")
    layer(q, q)
    y = F.functional_call(layer, F.variables(layer), q, q, return_attention_scores=True)
    assert [tuple(t.shape) for t in y] == [(1, 2, 3), (1, 1, 2, 2)]


def test_plain_dicts_are_written_as_containers_are():
    """Whole numbers and key chains are keys of a plain dict too."""

    class Numbered(keras.Model):
        def __init__(self):
            super().__init__()
            self.steps = {0: keras.layers.Dense(2), 1: keras.layers.Dense(1)}

        def call(self, x):
            return self.steps[1](self.steps[0](x))

    model = Numbered()
    model(X)
    rng = np.random.default_rng(0)
    kernels = [rng.normal(size=s).astype("float32") for s in ((3, 2), (2, 1))]
    zeros = [np.zeros(n, "float32") for n in (2, 1)]
    parts = [{"kernel": k, "bias": b} for k, b in zip(kernels, zeros, strict=True)]
    expected = X @ kernels[0] @ kernels[1]
    for v in ({"steps": dict(enumerate(parts))}, {"steps/0": parts[0], "steps.1": parts[1]}):
        np.testing.assert_allclose(F.functional_call(model, v, X), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda v: {}, "no value for 'layers/v0/bias'"),
        (lambda v: v.cont_prune_key_chain("layers/v0/kernel"), "no value for 'layers/v0/kernel'"),
        (lambda v: v.set("layers/v7/kernel", 1.0), "no variable at 'layers/v7/kernel'. Did you"),
        (lambda v: v.set("layers/v0/bias", tf.zeros(5)), r"'layers/v0/bias'.*shape=\(5,\)"),
        (lambda v: v.map(lambda w: tf.cast(w, "float64")), "'layers/v0/bias'.*dtype='float64'"),
        (lambda v: v.set("layers/v0/bias", "text"), "'layers/v0/bias' is no array"),
        (lambda v: 3, "Received: v=3 of type int"),
        (lambda v: [1], "of type list"),
    ],
)
def test_wrong_values_are_named(change, sentence):
    model = sequential()
    before = snapshot(model)
    with pytest.raises((TypeError, ValueError), match=sentence):
        F.functional_call(model, change(F.variables(model)), X)
    assert_untouched(model, before)


@pytest.mark.parametrize("dtype", ["int32", "float32", "complex64"])
@pytest.mark.parametrize("given", ["bool", "int8", "int64", "float16", "float64", "complex128"])
def test_arrays_are_cast_where_nothing_but_digits_is_lost(given, dtype):
    layer = keras.layers.Layer()
    layer.add_weight(shape=(2,), dtype=dtype, initializer="zeros", trainable=False, name="x")
    layer.built = True
    value = np.array([1, 0], given)
    order = ["bool", "int", "float", "complex"]
    kinds = [next(k for k in order if name.startswith(k)) for name in (given, dtype)]
    fits = order.index(kinds[0]) <= order.index(kinds[1]) and kinds != ["bool", "int"]
    if fits:
        F.assign_variables(layer, {"x": value})
        np.testing.assert_array_equal(F.variables(layer, None)["x"], [1, 0])
    else:
        with pytest.raises(ValueError, match=rf"'x' does not fit.*dtype '{dtype}'.*{given}"):
            F.assign_variables(layer, {"x": value})
        np.testing.assert_array_equal(F.variables(layer, None)["x"], [0, 0])


def test_assigning_is_all_or_nothing():
    model = sequential()
    before = snapshot(model)
    wrong = {"layers": {"v0": {"kernel": np.zeros((3, 4), "float32"), "bias": [1.0]}}}
    with pytest.raises(ValueError, match="'layers/v0/bias'"):
        F.assign_variables(model, wrong)
    assert_untouched(model, before)


@pytest.mark.parametrize("function", [F.variables, lambda m: F.functional_call(m, {}, X)])
def test_unbuilt_models_and_other_things_are_named(function):
    with pytest.raises(ValueError, match=r"has no variables yet.*which is not built"):
        function(keras.Sequential([keras.layers.Dense(1)]))
    with pytest.raises(TypeError, match=r"takes a Keras layer or model. Received: model=3"):
        function(3)


def test_symbolic_inputs_are_refused():
    model = sequential()
    with pytest.raises(ValueError, match="symbolic"):
        F.functional_call(model, F.variables(model), keras.Input((3,)))
    with pytest.raises(ValueError, match="symbolic"):
        F.functional_call(model, F.variables(model), inputs=keras.Input((3,)))
