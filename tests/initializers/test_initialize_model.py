"""Whole-model initialization: what it changes, what it leaves, and what it says."""

import dataclasses
import re

import keras
import numpy as np
import pytest

import keras_ivy
import keras_ivy.initializers as ivy
from keras_ivy.initializers.model.initialize import initialize_model
from keras_ivy.initializers.model.report import InitializationReport
from keras_ivy.structure import walk

L = keras.layers


def mlp(*widths, **options):
    layers = [L.Dense(width, "relu", **options) for width in widths]
    return keras.Sequential([keras.Input((64,)), *layers, L.Dense(10)])


def values(model):
    return {entry.path: np.asarray(entry.variable.value) for entry in walk(model)}


def equal(first, second):
    return first.keys() == second.keys() and all(
        np.array_equal(first[path], second[path]) for path in first
    )


# --- kinds of models -----------------------------------------------------------------------------


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [mlp(16) for _ in range(2)]
        self.shared = L.Dense(64)

    def call(self, x):
        for block in self.blocks:
            x = self.shared(block(self.shared(x)))
        return x


def test_nested_and_subclassed_models_are_initialized_throughout():
    class Fitting(Subclassed):
        def call(self, x):
            return sum(block(self.shared(x)) for block in self.blocks)

    model = Fitting()
    model(np.ones((1, 64), "float32"))
    initialize_model(model, "constant(0.5)", bias="ones")
    assert all(np.all(v == (1 if "bias" in path else 0.5)) for path, v in values(model).items())
    assert len(values(model)) == 10


def test_a_shared_layer_is_drawn_once():
    inputs = keras.Input((8,))
    shared = L.Dense(8)
    model = keras.Model(inputs, shared(shared(inputs)))
    report = initialize_model(model, "xavier", seed=1, dry_run=True)
    assert [row.path for row in report] == ["layers/v1/bias", "layers/v1/kernel"]
    # One draw for both calls: that of a model that calls the layer once.
    once = keras.Model(inputs, shared(inputs))
    initialize_model(model, "xavier", seed=1)
    drawn = np.array(shared.kernel)
    initialize_model(once, "xavier", seed=1)
    np.testing.assert_array_equal(shared.kernel, drawn)
    assert np.std(drawn) == pytest.approx((2 / 16) ** 0.5, rel=0.3)


def test_a_single_layer_and_a_layer_with_a_warning_can_be_initialized():
    layer = L.Dense(4)
    layer.build((None, 3))
    assert initialize_model(layer, "ones") is layer
    assert np.all(layer.kernel.value == 1)

    class Odd(L.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(name="w", shape=(3, 8))

    odd = Odd()
    odd.build((None, 3))
    with pytest.warns(UserWarning, match="Odd"):
        initialize_model(odd, "xavier")


def test_a_vector_that_nobody_knows_stays_with_a_warning_that_names_it():
    class Gated(L.Dense):
        def build(self, input_shape):
            super().build(input_shape)
            self.gate = self.add_weight(name="gate", shape=(4,), initializer="ones")

    layer = Gated(4)
    layer.build((None, 3))
    with pytest.warns(UserWarning, match=r"Left as they are.*Gated \(gate, shape \(4,\)\)"):
        initialize_model(layer, "zeros")
    assert np.all(layer.gate.value == 1)
    initialize_model(layer, [("gate", "zeros"), (".*", "xavier")])
    assert not np.any(layer.gate.value)


def test_guessed_fans_of_what_stays_are_not_worth_a_warning():
    class Odd(L.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(name="w", shape=(3, 8))

    odd = Odd()
    odd.build((None, 3))
    before = odd.w.numpy()
    assert initialize_model(odd, "xavier", skip=Odd) is odd  # warnings are errors here
    np.testing.assert_array_equal(odd.w, before)


def test_a_compiled_model_trains_on_and_keeps_its_compiled_function():
    model = mlp(16)
    model.compile("adam", "mse")
    x, y = np.ones((8, 64), "float32"), np.ones((8, 10), "float32")
    model.fit(x, y, verbose=0)
    function = model.train_function
    initialize_model(model, "xavier", seed=1)
    before = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=20, verbose=0)
    assert model.train_function is function
    assert model.evaluate(x, y, verbose=0) < before


def test_an_empty_layer_has_nothing_to_draw():
    layer = L.Dense(5)
    layer.build((None, 0))
    assert initialize_model(layer, "xavier").kernel.shape == (0, 5)


# --- what stays ----------------------------------------------------------------------------------


def test_biases_become_zero_and_forget_gates_one():
    lstm, head = L.LSTM(4, return_sequences=True), L.Dense(3, bias_initializer="ones")
    plain = L.LSTM(4, unit_forget_bias=False, bias_initializer="ones")
    model = keras.Sequential([keras.Input((5, 3)), lstm, plain, head])
    initialize_model(model, "xavier")
    assert np.asarray(lstm.cell.bias.value).tolist() == [0] * 4 + [1] * 4 + [0] * 8
    assert not np.any(plain.cell.bias.value)
    assert not np.any(head.bias.value)


def test_biases_follow_their_argument():
    model = mlp(8)
    initialize_model(model, "xavier", bias="ones")
    assert np.all(model.layers[0].bias.value == 1)
    initialize_model(model, "xavier", bias=None)
    assert np.all(model.layers[0].bias.value == 1)
    initialize_model(model, "xavier", bias=ivy.TorchDefault(), seed=1)
    assert 0 < np.abs(model.layers[0].bias.value).max() < 1 / 8


def test_biases_of_layers_that_stay_stay():
    model = initialize_model(mlp(8, bias_initializer="ones"), {"layers/v1": "xavier"})
    assert np.all(model.layers[0].bias.value == 1)
    assert not np.any(model.layers[1].bias.value)


NORMS = [L.BatchNormalization(), L.LayerNormalization(), L.GroupNormalization(2)]


@pytest.mark.parametrize("norm", NORMS, ids=lambda norm: type(norm).__name__)
def test_normalisations_stay_or_start_anew_as_told(norm):
    norm = type(norm).from_config(norm.get_config())
    model = keras.Sequential([keras.Input((8, 4)), L.Dense(4), norm])
    fresh = [np.array(v.value) for v in norm.variables]
    for variable in norm.variables:
        variable.assign(variable + 3)
    initialize_model(model, "xavier")
    assert all(np.array_equal(v.value, f + 3) for v, f in zip(norm.variables, fresh, strict=True))
    initialize_model(model, "xavier", skip_normalization=False)
    assert all(np.array_equal(v.value, f) for v, f in zip(norm.variables, fresh, strict=True))


def test_frozen_variables_stay_unless_told_otherwise():
    model = keras.Sequential([keras.Input((4,)), L.Dense(4), L.BatchNormalization(), L.Dense(4)])
    model.layers[0].trainable = model.layers[1].trainable = False
    before = values(model)
    initialize_model(model, "xavier", skip_normalization=False)
    after = values(model)
    frozen = [path for path in before if "v2" not in path]
    assert all(np.array_equal(before[path], after[path]) for path in frozen)
    assert not np.array_equal(before["layers/v2/kernel"], after["layers/v2/kernel"])
    initialize_model(model, "ones", skip_frozen=False)
    assert np.all(model.layers[0].kernel.value == 1)


@pytest.mark.parametrize(
    "skip", ["layers/v1", "head", L.Conv2D, ["head"], lambda t: t.layer.name == "head", (L.Conv2D,)]
)
def test_named_layers_are_skipped(skip):
    model = keras.Sequential([keras.Input((4, 4, 4)), L.Dense(4), L.Conv2D(4, 1, name="head")])
    before = values(model)
    initialize_model(model, "xavier", bias="ones", skip=skip)
    after = values(model)
    assert np.array_equal(before["layers/v1/kernel"], after["layers/v1/kernel"])
    assert np.array_equal(before["layers/v1/bias"], after["layers/v1/bias"])
    assert not np.array_equal(before["layers/v0/kernel"], after["layers/v0/kernel"])


def test_slopes_scales_and_lora_stay():
    prelu, dense = L.PReLU(alpha_initializer="ones"), L.Dense(4)
    model = keras.Sequential([keras.Input((4,)), L.Dense(4), prelu, dense])
    dense.enable_lora(2)
    before = values(model)
    initialize_model(model, "xavier")
    changed = {path for path, value in values(model).items() if np.any(value != before[path])}
    assert changed == {"layers/v0/kernel"}


# --- optimizer -----------------------------------------------------------------------------------


def trained(optimizer):
    model = mlp(4)
    model.compile(optimizer, "mse")
    model.fit(np.ones((8, 64), "float32"), np.ones((8, 10), "float32"), verbose=0)
    return model


OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(use_ema=True),
    "adagrad": lambda: keras.optimizers.Adagrad(initial_accumulator_value=0.3),
    "ours": lambda: keras_ivy.Adam(1e-3),
    "scaled": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(momentum=0.9)),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_slots_are_reset_only_when_asked(name):
    model = trained(OPTIMIZERS[name]())
    state = [np.array(v.value) for v in model.optimizer.variables]
    initialize_model(model, "xavier")
    assert all(
        np.array_equal(v.value, s) for v, s in zip(model.optimizer.variables, state, strict=True)
    )
    initialize_model(model, "xavier", reset_optimizer=True)
    fresh = OPTIMIZERS[name]()
    fresh.build(model.trainable_variables)
    for variable, new in zip(model.optimizer.variables, fresh.variables, strict=True):
        np.testing.assert_array_equal(variable.value, new.value, err_msg=variable.path)
    assert int(model.optimizer.iterations) == 0


def test_resetting_needs_an_optimizer():
    with pytest.raises(ValueError, match="no optimizer to reset"):
        initialize_model(mlp(4), "xavier", reset_optimizer=True)
    model = mlp(4)
    model.compile("adam", "mse")
    initialize_model(model, "xavier", reset_optimizer=True)  # not built yet: nothing to reset


# --- report --------------------------------------------------------------------------------------


def test_a_dry_run_changes_nothing_and_tells_what_would_happen():
    model = keras.Sequential(
        [keras.Input((8, 8, 64)), L.DepthwiseConv2D(3), L.BatchNormalization()]
    )
    before = values(model)
    report = initialize_model(model, "kaiming", seed=3, dry_run=True)
    assert equal(before, values(model))
    assert isinstance(report, InitializationReport)
    row = report["layers/v0/kernel"]
    assert (row.layer, row.shape, row.fan_in, row.fan_out) == (
        "DepthwiseConv2D",
        (3, 3, 64, 1),
        9,
        9,
    )
    assert row.scheme == "KaimingInitializer()"
    assert row.std_before == pytest.approx(before["layers/v0/kernel"].std(), rel=1e-6)
    initialize_model(model, "kaiming", seed=report.seed)
    assert row.std_after == pytest.approx(np.std(model.layers[0].kernel.value), rel=1e-6)
    assert report["layers/v1/gamma"].scheme == "kept: normalisation"
    assert [r.path for r in report if r.changed] == ["layers/v0/bias", "layers/v0/kernel"]


def test_a_report_is_data_and_text():
    model = mlp(8)
    report = initialize_model(model, {"layers/v0": "zeros"}, seed=7, dry_run=True)
    assert len(report) == 4
    assert report[0].path == "layers/v0/bias"
    assert report.to_dicts()[1]["fan_in"] == 64
    lines = str(report).splitlines()
    assert lines[0].startswith("path")
    assert lines[0].endswith("scheme                      std before  std after")
    assert lines[0].split()[:3] == ["path", "name", "layer"]
    name = f"{model.layers[0].name}/kernel"
    assert re.match(
        rf"layers/v0/kernel  {name} +Dense  \(64, 8\)  64      8        Zeros\(\)", lines[2]
    )
    assert "kept: no rule speaks of it" in lines[4]
    assert lines[-1] == "2 of 4 variables, 520 of 610 values; seed=7"
    with pytest.raises(KeyError, match="No row has this path"):
        report["nowhere"]
    # Rows are values: equal ones count once, and none changes after the fact.
    again = initialize_model(model, {"layers/v0": "zeros"}, seed=7, dry_run=True)
    assert len({*report, *again}) == 4
    with pytest.raises(dataclasses.FrozenInstanceError):
        report[0].std_after = 1.0


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "config", "error", "message"),
    [
        ("kaimin", None, ValueError, r"Did you mean 'kaiming'"),
        ("fixu", None, ValueError, r"Did you mean 'fixup'"),
        ("lsuv", None, ValueError, r"looks at data: call .*lsuv\(model, data\)"),
        ("xavier", {"gian": 2}, TypeError, "gian"),
        (ivy.xavier_uniform, {"gain": 2}, TypeError, "goes with a name"),
        ([], None, ValueError, "There is no rule"),
        ({}, None, ValueError, "There is no rule"),
        ([3], None, TypeError, "A rule must be a `Rule`"),
        ([("nowhere", "zeros")], None, ValueError, "matches no variable.*layers/v0/bias"),
        (None, None, TypeError, "initializer"),
        (3, None, (TypeError, ValueError), "3"),
        ("dirac", None, ValueError, r"Cannot initialize 'layers/v0/kernel' .*Nothing has changed"),
    ],
)
def test_errors_say_what_was_received_and_change_nothing(scheme, config, error, message):
    model = mlp(8)
    before = values(model)
    with pytest.raises(error, match=message):
        initialize_model(model, scheme, config)
    assert equal(before, values(model))


def test_an_unbuilt_model_says_how_to_build_it():
    with pytest.raises(ValueError, match=r"not built.*Call it on a batch.*keras\.Input"):
        initialize_model(keras.Sequential([L.Dense(3)]), "xavier")
    with pytest.raises(ValueError, match="not built"):
        initialize_model(Subclassed(), "xavier")
    with pytest.raises(ValueError, match="not built"):
        initialize_model(L.Dense(3), "xavier")

    class Half(keras.Model):
        def __init__(self):
            super().__init__()
            self.used, self.unused = L.Dense(3), L.Dense(3)

        def build(self, input_shape):
            self.used.build(input_shape)

    model = Half()
    model.build((None, 3))
    with pytest.raises(ValueError, match=r"unused \(Dense\)"):
        initialize_model(model, "xavier")


@pytest.mark.parametrize("bad", ["model", None, lambda x: x])
def test_something_that_is_no_model_is_refused(bad):
    with pytest.raises(TypeError, match="must be a Keras layer or model"):
        initialize_model(bad, "xavier")


def test_if_an_assignment_fails_the_others_are_undone(monkeypatch):
    model = mlp(8)
    before = values(model)
    calls = []

    def assign(self, value):
        calls.append(self.path)
        if len(calls) == 3:
            raise RuntimeError("device lost")
        return original(self, value)

    original = keras.Variable.assign
    monkeypatch.setattr(keras.Variable, "assign", assign)
    with pytest.raises(RuntimeError, match="device lost"):
        initialize_model(model, "ones")
    assert equal(before, values(model))


def test_seeds_must_be_integers_or_generators():
    with pytest.raises(TypeError, match="`seed` must be"):
        initialize_model(mlp(4), "xavier", seed="one")


def test_arguments_that_would_be_lost_are_refused():
    with pytest.raises(TypeError, match="takes its arguments by name"):
        initialize_model(mlp(4), "small_random(0.5)")
    assert (
        "stddev=0.5" in initialize_model(mlp(4), "small_random(stddev=0.5)", dry_run=True)[1].scheme
    )
    with pytest.raises(TypeError, match="must be a dictionary of arguments"):
        initialize_model(mlp(4), "xavier", ["gain"])
