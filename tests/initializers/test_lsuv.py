"""LSUV: unit deviations in call order, on any model, or the model as it was."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_ivy.initializers import lsuv
from keras_ivy.initializers.model.lsuv.observe import observing
from keras_ivy.structure import walk

L = keras.layers
RNG = np.random.default_rng(0)


def images(count=32, size=8, channels=3):
    return RNG.standard_normal((count, size, size, channels)).astype("float32")


def convolutions(count=30, activation="relu", **options):
    layers = [
        L.Conv2D(16, 3, padding="same", activation=activation, **options) for _ in range(count)
    ]
    return keras.Sequential([keras.Input((8, 8, 3)), *layers])


def deviations(model, data, *, before_activation=True, training=False):
    """Measured by hand: the deviation of what every layer with a kernel puts out."""
    found = []
    layers = {
        id(e.layer): e.layer for e in walk(model) if e.name == "kernel" and "cell" not in e.path
    }

    def look(layer, run):
        return run(lambda values: found.append(float(np.std(values))) or values)

    with observing(list(layers.values()), look, before_activation=before_activation):
        model(data, training=training)
    return found


def values(model):
    return {entry.path: np.array(entry.variable.value) for entry in walk(model)}


def equal(first, second):
    return all(np.array_equal(first[path], second[path]) for path in first)


@pytest.mark.parametrize("activation", ["relu", "silu", "tanh"])
def test_thirty_convolutions_reach_unit_deviation(activation):
    """Facts 4.7: from 1e-6 and less to 1.000, in at most 2.2 forwards a layer."""
    model, x = convolutions(activation=activation), images(128)
    if activation != "tanh":
        assert deviations(model, x)[-1] < 1e-4
    calls = []
    for layer in model.layers:

        def count(*args, layer=layer, original=layer.call, **kwargs):
            calls.append(layer)
            return original(*args, **kwargs)

        vars(layer)["call"] = count
    report = lsuv(model, x, batch_size=128, tolerance=1e-4, verbose=0)
    for layer in model.layers:
        del vars(layer)["call"]
    assert deviations(model, x) == pytest.approx([1.0] * 30, abs=1e-3)
    assert len(calls) <= 2.2 * 30
    assert report.forwards <= 2.2 * 30
    held_out = deviations(model, images(128))
    assert held_out == pytest.approx([1.0] * 30, abs=0.1 if activation != "silu" else 0.5)


def test_the_report_tells_deviations_before_and_after_in_call_order():
    model, x = convolutions(4), images()
    before = deviations(model, x)
    report = lsuv(model, x, tolerance=1e-6, verbose=0)
    assert [row.path for row in report] == [f"layers/v{i}/kernel" for i in range(4)]
    assert [row.std_before for row in report] == pytest.approx(before, rel=1e-4)
    assert [row.std_after for row in report] == pytest.approx([1.0] * 4, rel=1e-5)
    assert report.to_dicts()[0]["layer"] == "Conv2D"
    assert str(report).splitlines()[0].split()[:4] == ["path", "name", "layer", "calls"]
    assert str(report).splitlines()[-1] == "4 layers, measured before the activation"
    assert len(report[1:3]) == 2


def test_kernels_start_orthogonal_and_biases_zero():
    model, x = convolutions(2, bias_initializer="ones"), images()
    report = lsuv(model, x, verbose=0)
    kernel = np.reshape(model.layers[0].kernel.value, (27, 16)) / report[0].factor
    np.testing.assert_allclose(kernel.T @ kernel, np.eye(16), atol=1e-5)
    assert not np.any(model.layers[0].bias.value)


def test_the_start_may_be_rules():
    model, x = convolutions(2), images()
    norm = L.BatchNormalization()
    model.add(norm)
    norm.gamma.assign(norm.gamma * 3)
    lsuv(model, x, start=[("layers/v0", "dirac"), (".*", "kaiming")], verbose=0)
    kernel = np.asarray(model.layers[0].kernel.value)
    assert np.count_nonzero(kernel) == 3
    assert np.all(norm.gamma.value == 3)


def test_without_a_start_kernels_keep_their_directions_and_biases_stay():
    model, x = convolutions(3, bias_initializer="random_normal"), images()
    before = values(model)
    report = lsuv(model, x, start=None, tolerance=1e-3, verbose=0)
    assert deviations(model, x) == pytest.approx([1.0] * 3, abs=1e-3)
    for row in report:
        kernel = np.asarray(values(model)[row.path])
        np.testing.assert_allclose(kernel, row.factor * before[row.path], rtol=1e-5)
    assert np.array_equal(model.layers[0].bias.value, before["layers/v0/bias"])


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", None])
def test_deviations_after_the_activation(activation):
    target = 0.8 if activation == "tanh" else 1.0
    model, x = convolutions(6, activation), images()
    report = lsuv(model, x, on="post", target_std=target, tolerance=0.01, verbose=0)
    after = deviations(model, x, before_activation=False)
    assert after == pytest.approx([target] * 6, rel=0.01)
    assert "after the activation" in str(report)


def test_a_sigmoid_cannot_reach_unit_deviation_and_says_why():
    model, x = convolutions(3, "sigmoid"), images()
    before = values(model)
    message = (
        r"layers/v0/kernel' \(Conv2D, activation 'sigmoid'\) does not reach the deviation 1: .*"
        r"between 0 and 1, so that their deviation is 0\.5 at most.*on='pre'.*as it was"
    )
    with pytest.raises(ValueError, match=message):
        lsuv(model, x, on="post", verbose=0)
    assert equal(before, values(model))
    lsuv(model, x, on="pre", tolerance=1e-4, verbose=0)
    assert deviations(model, x) == pytest.approx([1.0] * 3, rel=1e-3)


@pytest.mark.parametrize("kind", ["dead", "infinite"])
def test_a_dead_layer_is_named_and_everything_restored(kind):
    gate = {"dead": lambda z: 0 * z, "infinite": lambda z: z / 0.0}[kind]
    model = keras.Sequential(
        [keras.Input((8,)), L.Dense(8), L.Lambda(gate), L.Dense(8, name="after"), L.Dense(8)]
    )
    before = values(model)
    message = r"^The layer of 'layers/v2/kernel' \(Dense\) is dead.*(constant|not finite)"
    with pytest.raises(ValueError, match=message):
        lsuv(model, RNG.standard_normal((16, 8)), verbose=0)
    assert equal(before, values(model))


# --- side effects --------------------------------------------------------------------------------


def with_state():
    return keras.Sequential(
        [
            keras.Input((8,)),
            L.Dense(16),
            L.BatchNormalization(momentum=0.5),
            L.Dropout(0.5),
            L.Dense(16),
        ]
    )


def state_of(model):
    return {p: v for p, v in values(model).items() if "kernel" not in p and "bias" not in p}


def test_statistics_and_seeds_are_put_back_after_success():
    model = with_state()
    before = state_of(model)
    lsuv(model, RNG.standard_normal((64, 8)), training=True, verbose=0)
    assert len(before) == 5
    assert equal(before, state_of(model))


def test_everything_is_put_back_after_an_error_inside_the_model():
    class Fragile(L.Layer):
        count = 0

        def call(self, x):
            self.count += 1
            if self.count > 2:
                raise RuntimeError("out of memory")
            return x

    fragile = Fragile()
    model = keras.Sequential([with_state(), fragile, L.Dense(3)])
    model.build((None, 8))
    fragile.count = 1
    before = values(model)
    with pytest.raises(RuntimeError, match="out of memory"):
        lsuv(model, RNG.standard_normal((64, 8)), training=True, verbose=0)
    assert equal(before, values(model))
    for layer in model.layers:
        assert "call" not in vars(layer)
    assert model.layers[0].layers[0].activation is keras.activations.linear
    assert not tf.config.functions_run_eagerly()


def test_hooks_are_gone_and_the_model_trains():
    model, x = convolutions(2), images()
    model.compile("sgd", "mse")
    lsuv(model, x, verbose=0)
    assert all("call" not in vars(layer) for layer in model.layers)
    model.fit(x, np.zeros((32, 8, 8, 16)), verbose=0)


# --- kinds of models -----------------------------------------------------------------------------


def test_functional_nested_and_subclassed_models():
    class Sub(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = L.Dense(16, "relu")
            self.second = [L.Dense(16), keras.Sequential([L.Dense(16, "relu"), L.Dense(16)])]

        def call(self, x):
            x = self.first(x)
            for layer in reversed(self.second):
                x = layer(x)
            return x

    inputs = keras.Input((8,))
    x = L.Dense(16, "relu", name="stem")(inputs)
    outputs = L.Add()([L.Dense(16)(x), Sub()(x)])
    model, data = keras.Model(inputs, outputs), RNG.standard_normal((64, 8))
    report = lsuv(model, data, batch_size=64, tolerance=1e-4, verbose=0)
    assert len(report) == 6
    assert deviations(model, data.astype("float32")) == pytest.approx([1.0] * 6, rel=1e-3)


def test_rows_follow_the_calls_not_the_names():
    class Backwards(keras.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = L.Dense(8), L.Dense(8)

        def call(self, x):
            return self.a(self.b(x))

    report = lsuv(Backwards(), RNG.standard_normal((16, 8)), verbose=0)
    assert [row.path for row in report] == ["b/kernel", "a/kernel"]


def test_a_layer_called_twice_is_scaled_for_all_its_calls():
    inputs = keras.Input((16,))
    shared = L.Dense(16, "gelu")
    model = keras.Model(inputs, L.Dense(4)(shared(shared(shared(inputs)))))
    data = RNG.standard_normal((256, 16)).astype("float32")
    report = lsuv(model, data, batch_size=256, tolerance=0.01, verbose=0)
    assert [row.calls for row in report] == [3, 1]
    seen = []

    def look(layer, run):
        return run(lambda values: seen.append(np.asarray(values)) or values)

    with observing([shared], look, before_activation=True):
        model(data)
    assert np.std(np.concatenate(seen)) == pytest.approx(1, abs=0.01)


def test_attention_time_distributed_and_separable_layers():
    inputs = keras.Input((6, 16))
    attention = L.MultiHeadAttention(2, 8)
    x = L.TimeDistributed(L.Dense(16))(attention(inputs, inputs))
    x = L.SeparableConv1D(8, 3)(x)
    model, data = keras.Model(inputs, x), RNG.standard_normal((64, 6, 16)).astype("float32")
    report = lsuv(model, data, batch_size=64, verbose=0)
    assert len(report) == 6
    assert [row.std_after for row in report] == pytest.approx([1.0] * 6, rel=0.1)
    assert np.std(model(data)) == pytest.approx(1, rel=0.1)


def test_compiled_functions_inside_the_model_are_seen():
    class Compiled(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = L.Dense(8)

        @tf.function
        def call(self, x):
            return 5.0 * self.dense(x)

    model, data = Compiled(), RNG.standard_normal((64, 8)).astype("float32")
    assert len(lsuv(model, data, batch_size=64, tolerance=1e-4, verbose=0)) == 1
    # The compiled call itself keeps the kernel that its trace made, whatever is assigned to it.
    assert np.std(model.dense(data)) == pytest.approx(1, rel=1e-3)
    assert not tf.config.functions_run_eagerly()


def test_recurrent_cells_and_embeddings_stay():
    ids = keras.Input((5,), dtype="int32")
    embedding, lstm, head = L.Embedding(9, 4), L.LSTM(4), L.Dense(3)
    model = keras.Model(ids, head(lstm(embedding(ids))))
    before = values(model)
    data = RNG.integers(0, 9, (64, 5))
    report = lsuv(model, data, batch_size=64, verbose=0)
    assert [row.layer for row in report] == ["Dense"]
    after = values(model)
    assert all(np.array_equal(after[p], before[p]) for p in before if "v3" not in p)
    assert np.std(model(data)) == pytest.approx(1, rel=1e-3)


def test_frozen_and_skipped_layers_stay():
    model, x = convolutions(4), images()
    model.layers[0].trainable = False
    before = values(model)
    report = lsuv(model, x, skip=["layers/v2"], verbose=0)
    assert [row.path for row in report] == ["layers/v1/kernel", "layers/v3/kernel"]
    after = values(model)
    assert all(
        np.array_equal(after[f"layers/{v}/kernel"], before[f"layers/{v}/kernel"])
        for v in ("v0", "v2")
    )


def test_layers_that_are_not_called_stay():
    class Unused(keras.Model):
        def __init__(self):
            super().__init__()
            self.used, self.unused = L.Dense(8), L.Dense(8)

        def build(self, shape):
            self.used.build(shape)
            self.unused.build(shape)

        def call(self, x):
            return self.used(x)

    model = Unused()
    model.build((None, 8))
    before = values(model)
    assert len(lsuv(model, RNG.standard_normal((16, 8)), verbose=0)) == 1
    assert np.array_equal(values(model)["unused/kernel"], before["unused/kernel"])


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "bfloat16", "float64"])
def test_low_and_high_precision(policy):
    layers = [L.Dense(32, "relu", dtype=policy) for _ in range(4)]
    model = keras.Sequential([keras.Input((32,)), *layers])
    data = RNG.standard_normal((128, 32)).astype("float32")
    report = lsuv(model, data, batch_size=128, tolerance=0.02, verbose=0)
    assert [row.std_after for row in report] == pytest.approx([1.0] * 4, rel=0.02)
